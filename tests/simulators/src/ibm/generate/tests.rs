use super::*;
use crate::ibm::world::{Born, LastPermit, PolicyKind};

fn text(world: &World) -> String {
    serde_json::to_string(&world.truth()).unwrap()
}

#[test]
fn the_same_seed_makes_the_same_account() {
    for size in [Size::Dozen, Size::Thousand] {
        assert_eq!(text(&generate(7, size)), text(&generate(7, size)));
        assert_ne!(text(&generate(7, size)), text(&generate(8, size)));
    }
}

#[test]
fn a_size_is_what_its_name_says() {
    assert_eq!(generate(1, Size::Dozen).users.len(), 12);
    for (name, wanted) in [("1k", 1_000), ("10k", 10_000), ("100k", 100_000)] {
        let things = generate(1, name.parse().unwrap()).things();
        assert!(things.abs_diff(wanted) <= wanted / 10, "{name} has {things} things");
    }
}

#[test]
fn an_unknown_size_names_the_known_ones() {
    let refused = "huge".parse::<Size>().unwrap_err();
    assert_eq!(refused.to_string(), "no size is called `huge`; take dozen, 1k, 10k or 100k");
}

#[test]
fn a_large_account_is_as_untidy_as_a_real_one() {
    let world = generate(3, Size::TenThousand);
    let policies = || world.policies.iter();
    assert!(policies().any(|policy| policy.born == Born::V2 && policy.rule.is_some()));
    assert!(policies().any(|policy| policy.kind == PolicyKind::Authorization));
    assert!(policies().any(|policy| policy.last_permit == LastPermit::Never));
    assert!(policies().any(|policy| policy.resource.iter().any(|attribute| attribute.value.is_array())));
    assert!(policies().any(|policy| policy.resource.iter().any(|attribute| attribute.value.is_boolean())));
    assert!(policies().any(|policy| !policy.tags.is_empty() && policy.state == "active"));
    assert!(policies().any(|policy| policy.template.is_some()));
    assert!(
        world.users.iter().any(|user| user.object.get("phonenumber").is_some_and(|value| value.is_null()))
    );
    assert!(world.users.iter().any(|user| user.object.get("phonenumber").is_none()));
    assert!(world.users.iter().any(|user| user.object.text("state") == "SUSPENDED"));
    assert!(world.service_ids.iter().any(|id| id.group.is_some()));
    assert!(world.api_keys.iter().any(|key| key.group.is_some()));
    assert!(world.api_keys.iter().any(|key| key.object.get("disabled") == Some(&true.into())));
    assert!(world.instances.iter().any(|instance| instance.text("state") == "pending_reclamation"));
    assert!(world.groups.iter().any(|group| !group.rules.is_empty()));
}

#[test]
fn some_policies_of_a_large_account_name_what_is_gone() {
    let world = generate(3, Size::Thousand);
    let dangling = world.policies.iter().filter(|policy| {
        let guid = policy.resource_value("serviceInstance");
        guid.is_some_and(|guid| world.instances.iter().all(|instance| instance.text("guid") != guid))
    });
    assert!(dangling.count() > 5);
    let lost = world.policies.iter().filter_map(|policy| policy.subject_value("access_group_id"));
    assert!(lost.filter(|id| world.group(id).is_none()).count() > 0);
}

#[test]
fn ids_are_unique_within_their_list() {
    let world = generate(5, Size::TenThousand);
    let unique = |ids: Vec<&str>| {
        let all = ids.len();
        let distinct: std::collections::BTreeSet<_> = ids.into_iter().collect();
        assert_eq!(distinct.len(), all);
    };
    unique(world.users.iter().map(|user| user.object.text("iam_id")).collect());
    unique(world.api_keys.iter().map(|key| key.object.text("id")).collect());
    unique(world.policies.iter().map(|policy| policy.id.as_str()).collect());
    for group in &world.groups {
        unique(group.members.iter().map(|member| member.text("iam_id")).collect());
    }
}

#[test]
fn no_list_holds_the_secret_of_a_key() {
    let world = generate(2, Size::Thousand);
    let shown = text(&world);
    assert!(world.api_keys.iter().all(|key| !shown.contains(&key.secret)));
}

#[test]
fn a_placeholder_stands_for_a_version_2_policy_in_version_1() {
    let world = generate(1, Size::Dozen);
    let policy = world.policies.iter().find(|policy| policy.born == Born::V2).unwrap();
    let shown = policy.v1(true);
    assert_eq!(shown["subjects"][0]["attributes"][0]["value"], "unsupported version");
    assert_eq!(shown["roles"][0]["role_id"], "crn:v1:bluemix:public:iam::::role:UnsupportedVersion");
    assert_eq!(policy.v2(true)["resource"]["attributes"][0]["key"], "accountId");
}
