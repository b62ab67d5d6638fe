//! The organization above the account.

use std::collections::BTreeMap;

use model::tables::huawei::*;
use serde_json::{Value, json};

use super::{
    At::{Is, Time},
    Making, add, objects, or_null, text,
};

pub fn add_all(making: &mut Making<'_>) {
    let truth = making.truth;
    making.plain(
        &ORGANIZATIONS,
        "organization",
        &[
            ("id", Is("/id")),
            ("urn", Is("/urn")),
            ("management_account_id", Is("/management_account_id")),
            ("management_account_name", Is("/management_account_name")),
            ("created_at", Time("/created_at")),
        ],
    );
    let accounts: BTreeMap<&str, &Value> =
        objects(truth, "organization_accounts").iter().map(|(_, one)| (text(one, "id"), *one)).collect();
    let rows = objects(truth, "organization_entities").into_iter().map(|(parent, entity)| {
        let account = accounts.get(text(entity, "id")).copied().unwrap_or(&Value::Null);
        let parent = or_null(Some(&json!(parent)));
        let joined = account["joined_at"].as_str().and_then(model::normal_time);
        let mut row: Vec<Value> = ["id", "type", "name"].iter().map(|name| entity[*name].clone()).collect();
        row.extend([parent, account["status"].clone(), account["join_method"].clone(), json!(joined)]);
        row
    });
    let columns = vec!["id", "type", "name", "parent_id", "status", "join_method", "joined_at"];
    add(&mut making.expected, &ORGANIZATION_ENTITIES, columns, rows);
    let scps = || {
        let all = truth.get("organization_policies").into_iter().flatten();
        all.filter(|policy| policy["type"] == "service_control_policy")
    };
    let rows = scps().map(|policy| {
        let mut row: Vec<Value> =
            ["id", "name", "urn", "description"].iter().map(|name| or_null(policy.get(*name))).collect();
        row.push(policy["is_builtin"].clone());
        row
    });
    let columns = vec!["policy_id", "name", "urn", "description", "is_builtin"];
    add(&mut making.expected, &SCPS, columns, rows);
    let rows = scps().flat_map(|policy| {
        let entities = truth[&format!("organization_policy_entities/{}", text(policy, "id"))].iter();
        entities.map(|entity| vec![policy["id"].clone(), entity["id"].clone(), entity["type"].clone()])
    });
    let columns = vec!["policy_id", "entity_id", "entity_type"];
    add(&mut making.expected, &SCP_ATTACHMENTS, columns, rows);
    let administrator = [
        ("account_id", Is("/account_id")),
        ("name", Is("/account_name")),
        ("enabled_at", Time("/delegation_enabled_at")),
    ];
    making.plain(&DELEGATED_ADMINISTRATORS, "organization_administrators", &administrator);
}
