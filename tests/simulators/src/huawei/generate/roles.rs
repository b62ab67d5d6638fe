//! Classic roles and policies: those of the cloud, and how an account makes its own.

use serde_json::{Value, json};

use super::catalogue;
use super::mint::Mint;
use crate::huawei::world::{Assignment, Object, Scope, Subject};

impl Mint {
    /// A custom policy of the classic model. `kind` is `AX` for global services, `XA` for projects.
    pub(crate) fn custom_role(
        &mut self,
        display_name: &str,
        kind: &str,
        statements: Value,
        age: u32,
    ) -> Object {
        let domain = self.account.clone();
        let id = self.id();
        let time = self.epoch_time(age);
        Object::new(json!({
            "id": id, "name": format!("custom_{domain}_{}", id.get(..4).unwrap_or_default()),
            "display_name": display_name, "type": kind, "catalog": "CUSTOMED", "description": "",
            "domain_id": domain, "policy": {"Version": "1.1", "Statement": statements},
            "created_time": time, "updated_time": time,
            "links": {"self": format!("https://iam.myhuaweicloud.com/v3/roles/{id}")},
        }))
    }
}

/// A role given to someone somewhere.
pub(super) fn given(role: &Object, subject: Subject, scope: Scope) -> Assignment {
    Assignment { role_id: role.text("id").to_owned(), subject, scope }
}

/// The roles and policies of the cloud: the same in every account.
pub(super) fn system_roles() -> Vec<Object> {
    let all: Vec<String> = catalogue::SERVICES
        .iter()
        .filter(|service| !["iam", "sts"].contains(&service.code))
        .map(|service| format!("{}:*:*", service.code))
        .collect();
    let reading: Vec<String> = all
        .iter()
        .flat_map(|pattern| ["get*", "list*"].map(|verb| format!("{}{verb}", pattern.trim_end_matches('*'))))
        .collect();
    let mut roles = vec![
        role("te_admin", "Tenant Administrator", "AA", json!([{"Effect": "Allow", "Action": all}])),
        role(
            "secu_admin",
            "Security Administrator",
            "AX",
            json!([{"Effect": "Allow", "Action": ["iam:*:*"]}]),
        ),
        role(
            "te_agency",
            "Agent Operator",
            "AX",
            json!([{"Effect": "Allow", "Action": ["iam:tokens:assume"]}]),
        ),
        role("readonly", "Tenant Guest", "AA", json!([{"Effect": "Allow", "Action": reading}])),
        role(
            "server_adm",
            "Server Administrator",
            "XA",
            json!([
                {"Effect": "Allow", "Action": ["ecs:*:*", "evs:*:*"], "Condition": {}, "Resource": {"uri": ["*"]}},
            ]),
        ),
        fine_grained("FullAccess", "AA", json!([{"Effect": "Allow", "Action": ["*:*:*"]}])),
        fine_grained(
            "IAM ReadOnlyAccess",
            "AX",
            json!([
                {"Effect": "Allow", "Action": ["iam:*:get*", "iam:*:list*", "iam:*:check*"]},
            ]),
        ),
        fine_grained(
            "OBS OperateAccess",
            "AX",
            json!([
                {"Effect": "Allow", "Action": ["obs:object:GetObject", "obs:object:PutObject", "obs:bucket:HeadBucket"]},
                {"Effect": "Deny", "Action": ["obs:bucket:DeleteBucket"], "Resource": ["obs:*:*:bucket:*"]},
            ]),
        ),
    ];
    for code in ["ecs", "vpc", "rds", "cce", "kms", "cts"] {
        let name = code.to_uppercase();
        let full = json!([{"Effect": "Allow", "Action": [format!("{code}:*:*")]}]);
        let reading =
            json!([{"Effect": "Allow", "Action": [format!("{code}:*:get*"), format!("{code}:*:list*")]}]);
        roles.push(fine_grained(&format!("{name} FullAccess"), "XA", full));
        roles.push(fine_grained(&format!("{name} ReadOnlyAccess"), "XA", reading));
    }
    // A role that only works together with another one.
    if let Some(role) = roles.iter_mut().find(|role| role.text("name") == "server_adm") {
        let mut policy = role.get("policy").cloned().unwrap_or_default();
        policy["Depends"] = json!([{"catalog": "BASE", "display_name": "Tenant Guest"}]);
        role.set("policy", policy);
    }
    roles
}

fn role(name: &str, display_name: &str, kind: &str, statements: Value) -> Object {
    let mut mint = Mint::of_the_cloud(&format!("role {name}"));
    let id = mint.id();
    Object::new(json!({
        "id": id, "name": name, "display_name": display_name, "type": kind, "catalog": "BASE",
        "description": display_name, "description_cn": format!("{display_name} 角色"),
        "policy": {"Version": "1.0", "Statement": statements},
        "created_time": mint.epoch_time(2_000), "updated_time": mint.epoch_time(700),
        "links": {"self": format!("https://iam.myhuaweicloud.com/v3/roles/{id}")},
    }))
}

fn fine_grained(display_name: &str, kind: &str, statements: Value) -> Object {
    let mut mint = Mint::of_the_cloud(&format!("policy {display_name}"));
    let number = mint.rng.u32(10..9_999);
    let mut made = role(&format!("system_all_{number}"), display_name, kind, statements.clone());
    made.set("flag", "fine_grained");
    made.set("catalog", display_name.split(' ').next().unwrap_or("BASE"));
    made.set("policy", json!({"Version": "1.1", "Statement": statements}));
    made
}
