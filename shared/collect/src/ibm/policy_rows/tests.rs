use model::Row;
use serde_json::json;

use super::*;
use crate::item::Faults;

/// Keeps a policy; what a test says nothing of is empty.
fn seen(policy: &Value) -> Seen {
    let mut whole = json!({"type": "access", "state": "active", "subject": {"attributes": []}, "resource": {"attributes": []}, "control": {"grant": {"roles": []}}});
    whole.as_object_mut().unwrap().extend(policy.as_object().unwrap().clone());
    let (faults, mut seen) = (Faults::default(), Seen::default());
    keep(&Item::of(&whole, &faults).unwrap(), "v2", &mut seen);
    assert_eq!(faults.reason(), None);
    seen
}

fn whole() -> Value {
    json!({"id": "p", "type": "access", "state": "active", "control": {"grant": {"roles": [{"role_id": "crn:role:Viewer"}]}},
        "subject": {"attributes": [{"key": "iam_id", "operator": "stringEquals", "value": "IBMid-1"}]},
        "resource": {"attributes": [{"key": "serviceName", "operator": "stringEquals", "value": "kms"}]},
        "rule": {"key": "k", "operator": "o", "value": "v"}})
}

#[test]
fn a_policy_that_lacks_a_part_has_that_part_noted_as_unread() {
    let parts: [(&str, Value, &[&str]); 12] = [
        (
            "/subject",
            Value::Null,
            &["document", "ibm_policy_subjects", "subject_access_group_id", "subject_iam_id"],
        ),
        (
            "/subject/attributes",
            Value::Null,
            &["document", "ibm_policy_subjects", "subject_access_group_id", "subject_iam_id"],
        ),
        (
            "/subject/attributes/0/value",
            Value::Null,
            &["document", "ibm_policy_subjects", "subject_access_group_id", "subject_iam_id"],
        ),
        (
            "/resource",
            Value::Null,
            &["document", "ibm_policy_resource_attributes", "ibm_policy_resource_tags"],
        ),
        (
            "/resource/attributes",
            Value::Null,
            &["document", "ibm_policy_resource_attributes", "ibm_policy_resource_tags"],
        ),
        (
            "/resource/attributes/0",
            Value::Null,
            &["document", "ibm_policy_resource_attributes", "ibm_policy_resource_tags"],
        ),
        (
            "/resource/attributes/0/key",
            json!(""),
            &["document", "ibm_policy_resource_attributes", "ibm_policy_resource_tags"],
        ),
        ("/control", Value::Null, &["document", "ibm_policy_roles"]),
        ("/control/grant", Value::Null, &["document", "ibm_policy_roles"]),
        ("/control/grant/roles", Value::Null, &["document", "ibm_policy_roles"]),
        ("/control/grant/roles/0/role_id", json!(""), &["document", "ibm_policy_roles"]),
        ("/rule/key", Value::Null, &["document", "ibm_policy_rule_conditions", "rule_operator"]),
    ];
    for (place, broken, noted) in parts {
        let mut policy = whole();
        *policy.pointer_mut(place).unwrap() = broken;
        let (faults, mut seen) = (Faults::default(), Seen::default());
        assert!(keep(&Item::of(&policy, &faults).unwrap(), "v2", &mut seen).is_some(), "{place}");
        assert!(faults.reason().is_some(), "{place} passes for whole");
        let unread = seen.into_state(model::Cloud::Ibm).take_unread();
        let mut columns: Vec<&str> = unread.iter().map(|cell| cell.column).collect();
        columns.sort_unstable();
        assert_eq!(columns, noted, "{place}");
        let key = POLICIES.draft().set("id", "p").row();
        assert!(
            unread.iter().all(|cell| cell.table == POLICIES.name && *cell.key == *key.prefix(1)),
            "{place}"
        );
    }
}

fn cells(seen: &Seen, table: &'static Table, columns: &[&str]) -> Vec<String> {
    let cell = |row: &Row, name: &&str| row.value(table.position(name).unwrap()).to_string();
    let line = |row: &Row| columns.iter().map(|name| cell(row, name)).collect::<Vec<_>>().join("|");
    seen.rows(table).iter().map(line).collect()
}

#[test]
fn the_order_of_attributes_makes_no_difference() {
    let with = |attributes: Value| json!({"id": "p", "resource": {"attributes": attributes}});
    let one = json!({"key": "serviceName", "operator": "stringEquals", "value": "kms"});
    let other = json!({"key": "region", "operator": "stringMatch", "value": "eu-*"});
    let straight = seen(&with(json!([one, other])));
    let turned = seen(&with(json!([other, one])));
    for table in [&POLICIES, &POLICY_RESOURCES] {
        assert_eq!(straight.rows(table), turned.rows(table), "{}", table.name);
    }
    let columns = ["position", "name", "operator", "value", "value_like"];
    assert_eq!(
        cells(&straight, &POLICY_RESOURCES, &columns),
        ["0|region|stringMatch|eu-*|eu-%", "1|serviceName|stringEquals|kms|kms"]
    );
}

#[test]
fn any_of_several_values_has_a_row_for_each() {
    let seen = seen(&json!({"id": "p", "resource": {
        "attributes": [{"key": "serviceInstance", "operator": "stringEqualsAnyOf", "value": ["b", "a_"]},
                       {"key": "path", "operator": "stringExists", "value": false}],
        "tags": [{"key": "env", "operator": "stringEquals", "value": "prod"}]}}));
    assert_eq!(
        cells(&seen, &POLICY_RESOURCES, &["position", "value_position", "value", "value_like"]),
        ["0|0|false|", "1|0|a_|a!_", "1|1|b|b"]
    );
    assert_eq!(cells(&seen, &POLICY_TAGS, &["position", "name", "value"]), ["0|env|prod"]);
}

#[test]
fn whether_an_attribute_must_be_there_has_one_form() {
    for (written, value) in [
        (json!(false), "false"),
        (json!("False"), "false"),
        (json!("TRUE"), "true"),
        (json!(true), "true"),
        (json!("maybe"), "maybe"),
    ] {
        let seen = seen(&json!({"id": "p", "resource": {"attributes": [
            {"key": "path", "operator": "stringExists", "value": written},
            {"key": "region", "operator": "stringEquals", "value": "False"}]}}));
        let cells = cells(&seen, &POLICY_RESOURCES, &["name", "value"]);
        assert_eq!(cells, [format!("path|{value}"), "region|False".to_owned()], "{written}");
    }
}

#[test]
fn the_subject_is_known_when_it_can_only_be_one() {
    let subject = |operator: &str, value: Value| {
        let attribute = json!({"key": "iam_id", "operator": operator, "value": value});
        let seen = seen(&json!({"id": "p", "subject": {"attributes": [attribute]}}));
        seen.texts(&POLICIES, "subject_iam_id").map(str::to_owned).next()
    };
    assert_eq!(subject("stringEquals", json!("IBMid-1")).as_deref(), Some("IBMid-1"));
    assert_eq!(subject("stringEqualsAnyOf", json!(["IBMid-1", "IBMid-2"])), None);
    assert_eq!(subject("stringMatch", json!("IBMid-*")), None);
}

#[test]
fn nested_conditions_say_where_they_stand() {
    let leaf = |key: &str| json!({"key": key, "operator": "timeLessThan", "value": "09:00:00+00:00"});
    let seen = seen(&json!({"id": "p", "rule": {"operator": "and", "conditions": [
        leaf("a"), {"operator": "or", "conditions": [leaf("b"), leaf("c")]}]}}));
    assert_eq!(
        cells(&seen, &POLICY_CONDITIONS, &["position", "group_operator", "name"]),
        ["0.0|or|b", "0.1|or|c", "1|and|a"]
    );
    assert_eq!(cells(&seen, &POLICIES, &["rule_operator"]), ["and"]);
}

#[test]
fn a_single_condition_stands_alone() {
    let seen =
        seen(&json!({"id": "p", "rule": {"key": "k", "operator": "dayOfWeekAnyOf", "value": ["1+00:00"]}}));
    assert_eq!(
        cells(&seen, &POLICY_CONDITIONS, &["position", "group_operator", "name", "value"]),
        ["0||k|[\"1+00:00\"]"]
    );
    assert_eq!(cells(&seen, &POLICIES, &["rule_operator"]), [""]);
}

#[test]
fn the_link_tells_the_version_that_a_policy_was_written_in() {
    let version = |href: Value| cells(&seen(&json!({"id": "p", "href": href})), &POLICIES, &["api_version"]);
    assert_eq!(version(json!("https://iam.cloud.ibm.com/v1/policies/p")), ["v1"]);
    assert_eq!(version(json!("https://iam.cloud.ibm.com/v2/policies/p")), ["v2"]);
    assert_eq!(version(json!(null)), ["v2"]);
}
