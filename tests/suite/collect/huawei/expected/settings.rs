//! The account, its projects, and what is set for all of it.

use model::tables::huawei::*;
use serde_json::{Value, json};

use super::{
    At::{Is, Time},
    Making, add, or_null,
};

/// Scalar members as rows of name and text.
fn scalars(object: &Value) -> impl Iterator<Item = Vec<Value>> {
    let members = object.as_object().into_iter().flatten();
    members.filter_map(|(name, value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            _ => return None,
        };
        Some(vec![json!(name), json!(text)])
    })
}

pub fn add_all(making: &mut Making<'_>) {
    let truth = making.truth;
    let account = [
        ("account_id", Is("/id")),
        ("name", Is("/name")),
        ("description", Is("/description")),
        ("enabled", Is("/enabled")),
    ];
    making.plain(&ACCOUNTS, "v3_domains", &account);
    let project = [
        ("id", Is("/id")),
        ("name", Is("/name")),
        ("parent_id", Is("/parent_id")),
        ("enabled", Is("/enabled")),
        ("description", Is("/description")),
    ];
    making.plain(&PROJECTS, "v3_projects", &project);
    let project = [
        ("id", Is("/id")),
        ("name", Is("/name")),
        ("description", Is("/description")),
        ("status", Is("/status")),
        ("type", Is("/type")),
        ("created_at", Time("/created_at")),
        ("updated_at", Time("/updated_at")),
    ];
    making.plain(&ENTERPRISE_PROJECTS, "eps_projects", &project);
    let (name, expected) = (|| vec!["name", "value"], &mut making.expected);
    add(expected, &PASSWORD_POLICY, name(), scalars(&truth["password_policy"][0]));
    add(expected, &LOGIN_POLICY, name(), scalars(&truth["login_policy"][0]));
    let summary = truth["account_summary"][0].as_object().expect("a summary");
    let counters = summary.iter().map(|(name, value)| vec![json!(name), value.clone()]);
    add(expected, &ACCOUNT_SUMMARY, name(), counters);
    let protection = &truth["v3_protect_policy"][0];
    let mut set = json!({
        "asymmetric_signature": truth["asymmetric_signature"][0]["asymmetric_signature_switch"],
        "root_user_mfa_enabled": summary["root_user_mfa_enabled"],
    });
    for name in ["operation_protection", "admin_check", "scene"] {
        set[name] = protection[name].clone();
    }
    for (name, value) in protection["allow_user"].as_object().expect("switches") {
        set[format!("allow_user.{name}")] = value.clone();
    }
    add(expected, &ACCOUNT_SETTINGS, name(), scalars(&set));
    let lists =
        [("console", "v3_console_acl_policy"), ("api", "v3_api_acl_policy"), ("login", "login_policy")];
    let kinds = [
        ("allow_address_netmasks", "address_netmask", "netmask"),
        ("allow_ip_ranges", "ip_range", "range"),
        ("allow_address_netmasks_ipv6", "address_netmask", "netmask_ipv6"),
        ("allow_ip_ranges_ipv6", "ip_range", "range_ipv6"),
        ("allow_vpc_endpoints", "vpc_endpoint_id", "vpc_endpoint"),
    ];
    for (scope, list) in lists {
        for (member, value, kind) in kinds {
            let each = truth[list][0][member].as_array().into_iter().flatten();
            let rows = each.map(|one| {
                vec![json!(scope), json!(kind), one[value].clone(), or_null(one.get("description"))]
            });
            let columns = vec!["scope", "kind", "value", "description"];
            add(expected, &ACCESS_CONTROLS, columns, rows);
        }
    }
}
