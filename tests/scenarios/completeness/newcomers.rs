//! New things of which a part could not be read on their first day: the part is told with them or when it heals, once, and
//! never as something that was added to them or as a baseline.

use model::Cloud;
use serde_json::{Value, json};
use simulators::{
    huawei,
    ibm::{self, FaultKind},
};

use super::{Account, Hours, Told};
use crate::scenarios::company::Company;

/// What is told of the account itself.
const NEWS: [&str; 5] = ["drift.added", "drift.changed", "drift.removed", "drift.replaced", "baseline.taken"];

fn quiet(told: &Told, case: &str) {
    for kind in NEWS {
        assert!(told.titles(kind).is_empty(), "{case}: {}", told.all());
    }
}

/// Adds a group with two members and a policy, a restriction and a custom role.
fn add_to_ibm(world: &mut ibm::World) {
    let members = world.groups.iter().map(|group| group.members.clone());
    let members = members.max_by_key(Vec::len).expect("a group");
    super::ibm::new_group(world);
    world.groups.last_mut().expect("the group").members = members.into_iter().take(2).collect();
    let mut rule = world.restrictions.last().expect("a restriction").clone();
    rule.set("id", "rule-new");
    rule.set("description", "new");
    world.restrictions.push(rule);
    let mut role = world.custom_roles.last().expect("a role").clone();
    role.set("id", "role-new");
    role.set("crn", "crn:v1:bluemix:public:iam::a/x::customRole:New");
    role.set("name", "New");
    role.set("display_name", "New");
    world.custom_roles.push(role);
}

/// Lets new things come with broken parts and heal; returns what is told when they do.
async fn come_and_heal(hours: &Hours, faults: &[(&str, FaultKind)], make: impl FnOnce()) -> Told {
    hours.told().await;
    faults.iter().for_each(|(path, kind)| hours.spoil(path, kind.clone()));
    make();
    let first = hours.told().await;
    assert!(!first.titles("drift.added").is_empty(), "{}", first.all());
    hours.heal();
    hours.told().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_new_thing_on_ibm_cloud_is_not_added_to_it_when_it_heals() {
    let of =
        |id: &str, member: &str, value: Value| FaultKind::MemberOf(id.to_owned(), member.to_owned(), value);
    let member = |name: &str, value: Value| FaultKind::Member(name.to_owned(), value);
    let policy = |member, value| ("/v2/policies", of("policy-of-helpers", member, value));
    let rule = |member, value| ("/v1/rules?", of("rule-new", member, value));
    let role = |value| ("/v2/roles", of("role-new", "actions", value));
    let members = "/v2/groups/AccessGroupId-new/members";
    let group = |member, value| ("/v2/groups?", of("AccessGroupId-new", member, value));
    let cases = [
        vec![
            policy("control", json!({"grant": {"roles": [{"role_id": ""}]}})),
            rule("contexts", json!([{"attributes": [{"name": "x"}]}])),
            role(json!([7, {}])),
            (members, member("created_at", json!("the odd day"))),
            group("name", json!({})),
        ],
        vec![
            policy("control", json!({"grant": {"roles": null}})),
            rule("resources", Value::Null),
            role(Value::Null),
            (members, member("type", json!({}))),
            group("is_federated", json!("perhaps")),
        ],
        vec![policy(
            "subject",
            json!({"attributes": [{"key": "access_group_id", "operator": "stringEquals"}]}),
        )],
        vec![policy(
            "resource",
            json!({"attributes": [{"key": "serviceType", "operator": {}, "value": "service"}]}),
        )],
    ];
    for faults in cases {
        let hours = Hours::of(Account::of_a_dozen().await);
        let second = come_and_heal(&hours, &faults, || hours.account.ibm().change(add_to_ibm)).await;
        quiet(&second, &format!("{faults:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_a_new_group_that_was_left_out_joins_when_it_heals() {
    let hours = Hours::of(Account::of_a_dozen().await);
    let kind = FaultKind::Member("iam_id".to_owned(), json!({}));
    let path = "/v2/groups/AccessGroupId-new/members";
    let second = come_and_heal(&hours, &[(path, kind)], || hours.account.ibm().change(add_to_ibm)).await;
    assert!(second.has("drift.changed", "joined access group helpers"), "{}", second.all());
    assert!(second.titles("baseline.taken").is_empty(), "{}", second.all());
    assert!(!second.titles("access.gained").is_empty(), "{}", second.all());
}

fn add_to_huawei(world: &mut huawei::World) {
    let mut policy = world.policies.with_id(&world.policy_named("Telemetry")).expect("a policy").clone();
    for (member, value) in [("policy_id", "policy-new"), ("policy_name", "New"), ("description", "New")] {
        policy.object.set(member, value);
    }
    world.policies.push(policy);
    let mut users = world.users.iter();
    // No administrator, who would gain nothing.
    let user = users.find(|user| user.object.text("user_name") == "carla.mendes").expect("the user");
    let user = huawei::world::Entity::User(user.object.text("user_id").to_owned());
    world.attachments.attach("policy-new", user, "2026-09-07T05:00:00Z");
    let mut agencies = world.agencies.iter();
    let mut agency =
        agencies.find(|agency| agency.object.text("trust_policy").len() > 10).expect("an agency").clone();
    agency.object.set("agency_id", "agency-new");
    agency.object.set("agency_name", "New");
    world.agencies.push(agency);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_new_thing_on_huawei_cloud_is_not_added_to_it_when_it_heals() {
    let member = |name: &str, value: Value| FaultKind::Member(name.to_owned(), value);
    let agency = |value| {
        let kind = FaultKind::MemberOf("agency-new".to_owned(), "trust_policy".to_owned(), value);
        ("/v5/agencies?", kind)
    };
    let versions = "/v5/policies/policy-new/versions";
    let broken = r#"{"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": [7]}]}"#;
    let silent = r#"{"Version": "5.0", "Statement": null}"#;
    let cases = [
        [(versions, member("document", json!("no json"))), agency(json!([]))],
        [(versions, member("document", json!(silent))), agency(json!(silent))],
        [
            (versions, member("document", json!(broken))),
            agency(json!(r#"{"Version": "5.0", "Statement": [7]}"#)),
        ],
    ];
    for faults in cases {
        let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
        let second = come_and_heal(&hours, &faults, || hours.account.huawei().change(add_to_huawei)).await;
        quiet(&second, &format!("{faults:?}"));
        assert!(second.has("access.gained", "can now assume agency"), "{faults:?}: {}", second.all());
        assert!(second.has("access.gained", "policy 'New'"), "{faults:?}: {}", second.all());
    }
}
