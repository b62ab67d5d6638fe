//! Makes the organization that the account is a member of.

use serde_json::{Value, json};

use super::mint::Mint;
use crate::huawei::world::{DelegatedAdministrator, Node, Object, Organization, ServiceControl};

/// Id of the policy that allows everything, the same in every organization.
const FULL_ACCESS: &str = "p-FullAccess";

impl Mint {
    /// An organization with these units below its root. This account hangs in the first unit and
    /// administers IAM for the others; the management account is another one.
    pub(crate) fn organization(
        &mut self,
        own_name: &str,
        units: &[&str],
        accounts: &[(&str, usize)],
    ) -> Organization {
        let id = format!("o-{}", self.hex(20));
        let management = self.id();
        let root_id = format!("r-{}", self.hex(8));
        let urn = |kind: &str, tail: &str| format!("organizations::{management}:{kind}:{id}/{tail}");
        let root = Object::new(json!({
            "id": root_id, "urn": urn("root", &root_id), "name": "root", "created_at": self.time(1500),
            "policy_types": [{"type": "service_control_policy", "status": "enabled"},
                             {"type": "tag_policy", "status": "enabled"}],
        }));
        let units: Vec<Node> = units
            .iter()
            .map(|name| {
                let unit = format!("ou-{}", self.hex(16));
                let object =
                    json!({"id": unit, "urn": urn("ou", &unit), "name": name, "created_at": self.time(1400)});
                Node { object: Object::new(object), parent: root_id.clone(), tags: vec![] }
            })
            .collect();
        let mut members =
            vec![(management.clone(), format!("{own_name}-holding"), root_id.clone(), "created")];
        let below = |at: usize| units.get(at).map_or(&root_id, |unit| unit_id(unit)).clone();
        members.push((self.account.clone(), own_name.to_owned(), below(0), "invited"));
        for (name, unit) in accounts {
            members.push((self.id(), (*name).to_owned(), below(*unit), "created"));
        }
        let accounts = members
            .into_iter()
            .map(|(account, name, parent, joined)| {
                let object = json!({
                    "id": account, "urn": urn("account", &account), "name": name, "status": "active",
                    "join_method": joined, "joined_at": self.time(1300), "description": "",
                });
                Node { object: Object::new(object), parent, tags: vec![] }
            })
            .collect();
        let mut organization = Organization {
            object: Object::new(json!({
                "id": id, "urn": urn("organization", ""), "management_account_id": management,
                "management_account_name": format!("{own_name}-holding"), "created_at": self.time(1500),
            })),
            root,
            units,
            accounts,
            policies: vec![],
            delegated_administrators: vec![self.delegated(own_name)],
            trusted_services: vec![Object::new(
                json!({"service_principal": "service.IAM", "enabled_at": self.time(900)}),
            )],
            quotas: [("account", 10), ("organizational_unit", 1000), ("policy", 1000)]
                .map(|(kind, quota)| {
                    Object::new(json!({"type": kind, "quota": quota, "min": 0, "max": 5000}))
                })
                .into(),
        };
        organization.policies.push(full_access(&organization));
        organization
    }

    fn delegated(&mut self, own_name: &str) -> DelegatedAdministrator {
        let enabled = self.time(800);
        DelegatedAdministrator {
            object: Object::new(json!({
                "account_id": self.account, "account_urn": format!("organizations::{}:account", self.account),
                "account_name": own_name, "join_method": "invited", "joined_at": self.time(1300),
                "delegation_enabled_at": enabled,
            })),
            services: vec![Object::new(
                json!({"service_principal": "service.IAM", "delegation_enabled_at": enabled}),
            )],
        }
    }

    /// A service control policy, attached to these entities.
    pub(crate) fn service_control(
        &mut self,
        name: &str,
        statements: Value,
        attached: &[&str],
    ) -> ServiceControl {
        let id = format!("p-{}", self.hex(20));
        ServiceControl {
            object: Object::new(json!({
                "id": id, "urn": format!("organizations::{}:policy:{id}", self.account), "name": name,
                "type": "service_control_policy", "description": "", "is_builtin": false,
            })),
            content: json!({"Version": "5.0", "Statement": statements}).to_string(),
            attached: attached.iter().map(|entity| (*entity).to_owned()).collect(),
        }
    }

    /// A tag policy, attached to these entities.
    pub(crate) fn tag_policy(&mut self, name: &str, tag: &str, attached: &[&str]) -> ServiceControl {
        let mut policy = self.service_control(name, json!([]), attached);
        policy.object.set("type", "tag_policy");
        policy.content = json!({"tags": {tag: {"tag_key": {"@@assign": tag}}}}).to_string();
        policy
    }
}

fn unit_id(unit: &Node) -> &String {
    match unit.object.get("id") {
        Some(Value::String(id)) => id,
        _ => &unit.parent,
    }
}

/// The policy that makes service control neutral until another one narrows it: attached everywhere.
fn full_access(organization: &Organization) -> ServiceControl {
    ServiceControl {
        object: Object::new(json!({
            "id": FULL_ACCESS, "urn": format!("organizations::system:policy:{FULL_ACCESS}"),
            "name": "FullAccess", "type": "service_control_policy",
            "description": "Allows everything.", "is_builtin": true,
        })),
        content: "{\"Version\":\"5.0\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"*\"],\"Resource\":[\"*\"]}]}"
            .to_owned(),
        attached: organization.entities().map(|(object, ..)| object.text("id").to_owned()).collect(),
    }
}
