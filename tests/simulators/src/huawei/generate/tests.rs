use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::huawei::world::{AUDIT_AGENCY, AgencyKind, Entity, Policy, Scope, Subject};

fn text(world: &World) -> String {
    serde_json::to_string(&world.truth()).unwrap()
}

fn documents(world: &World) -> Vec<Value> {
    let own = world.policies.iter().filter_map(Policy::default_version);
    own.map(|version| serde_json::from_str(version.text("document")).unwrap()).collect()
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
    for (name, wanted) in [("1k", 1_000), ("10k", 10_000), ("100k", 100_000)] {
        let things = generate(1, name.parse().unwrap()).things();
        assert!(things.abs_diff(wanted) <= wanted / 20, "{name} has {things} things");
    }
    let dozen = generate(1, Size::Dozen);
    let people = dozen.users.iter().filter(|user| user.login_profile.is_some() && !user.is_root());
    assert_eq!(people.count(), 12);
}

#[test]
fn the_counters_agree_with_the_lists() {
    let world = generate(2, Size::Thousand);
    let truth = world.truth();
    for policy in &truth["policies"] {
        let id = policy["policy_id"].as_str().unwrap();
        let lists = ["policy_users", "policy_groups", "policy_agencies"];
        let listed: usize = lists.iter().map(|list| truth[&format!("{list}/{id}")].len()).sum();
        assert_eq!(policy["attachment_count"], listed, "{id}");
    }
    let counted: u64 =
        truth["policies"].iter().map(|policy| policy["attachment_count"].as_u64().unwrap()).sum();
    assert_eq!(counted, u64::try_from(world.attachments.len()).unwrap());
    let summary = &truth["account_summary"][0];
    assert_eq!(summary["users"], truth["users"].len());
    assert_eq!(summary["agencies"], truth["agencies"].len());
    for group in &truth["groups_summary"] {
        let users = &truth[&format!("group_users/{}", group["group_id"].as_str().unwrap())];
        assert_eq!(group["user_count"], users.len());
    }
}

#[test]
fn nothing_is_attached_or_given_to_what_does_not_exist() {
    let world = generate(3, Size::TenThousand);
    for attachment in world.attachments.iter() {
        assert!(world.policies.with_id(&attachment.policy_id).is_some());
        assert!(match &attachment.entity {
            Entity::User(id) => world.users.with_id(id).is_some_and(|user| !user.is_root()),
            Entity::Group(id) => world.groups.with_id(id).is_some(),
            Entity::Agency(id) => world.agencies.with_id(id).is_some(),
        });
    }
    for assignment in &world.classic.assignments {
        assert!(world.classic.role(&assignment.role_id).is_some());
        assert!(match &assignment.subject {
            Subject::User(id) =>
                world.users.with_id(id).is_some() && matches!(assignment.scope, Scope::EnterpriseProject(_)),
            Subject::Group(id) => world.groups.with_id(id).is_some(),
            Subject::Agency(id) => world.agencies.with_id(id).is_some(),
        });
    }
    for group in &world.groups {
        assert!(group.members.iter().all(|id| world.users.with_id(id).is_some()));
        assert_eq!(group.members.iter().collect::<BTreeSet<_>>().len(), group.members.len());
    }
}

#[test]
fn quotas_of_single_things_are_kept() {
    let world = generate(4, Size::TenThousand);
    assert!(world.users.iter().all(|user| user.access_keys.len() <= 2));
    assert!(world.policies.iter().all(|policy| policy.versions.len() <= 5));
    assert!(world.users.iter().all(|user| world.groups_of(user.object.text("user_id")).count() <= 10));
    for policy in &world.policies {
        let document = policy.default_version().unwrap().text("document");
        assert!(document.chars().filter(|letter| !letter.is_whitespace()).count() <= 6_144);
        assert_eq!(
            policy.versions.iter().filter(|version| version.get("is_default") == Some(&true.into())).count(),
            1
        );
    }
}

#[test]
fn every_document_of_a_dozen_and_of_thousands_is_json() {
    for size in [Size::Dozen, Size::Thousand] {
        let world = generate(1, size);
        assert!(documents(&world).iter().all(|document| document["Version"] == "5.0"));
        for agency in world.agencies.iter().filter(|agency| agency.kind() != AgencyKind::Classic) {
            let trust: Value = serde_json::from_str(agency.object.text("trust_policy")).unwrap();
            assert!(trust["Statement"].is_array() || trust["Statement"].is_object());
        }
    }
}

#[test]
fn a_large_account_is_as_untidy_as_a_real_one() {
    let world = generate(3, Size::TenThousand);
    let all = documents(&world);
    let statements = || {
        let lists = all.iter().map(|document| &document["Statement"]);
        lists.flat_map(|list| list.as_array().map_or_else(|| vec![list], |list| list.iter().collect()))
    };
    assert!(all.iter().any(|document| document["Statement"].is_object()));
    assert!(statements().any(|statement| statement["Action"].is_string()));
    assert!(statements().any(|statement| statement["NotAction"].is_array()));
    assert!(statements().any(|statement| statement["NotResource"].is_array()));
    assert!(statements().any(|statement| statement["Resource"].is_string()));
    assert!(statements().any(|statement| statement["Effect"] == "Deny"));
    assert!(statements().any(|statement| statement["Condition"]["bool"].is_object()));
    assert!(world.policies.iter().any(|policy| policy.versions.len() > 2));
    let stored = world.policies.iter().flat_map(|policy| &policy.versions);
    assert!(stored.clone().any(|version| version.text("document").contains("\n\t")));
    assert!(world.users.iter().any(|user| user.object.get("description").is_none()));
    assert!(world.users.iter().any(|user| !user.is_enabled() && !user.access_keys.is_empty()));
    let keys = || world.users.iter().flat_map(|user| &user.access_keys);
    assert!(
        keys().any(|key| key.last_used_at.is_none())
            && keys().any(|key| key.object.text("status") == "inactive")
    );
    assert!(world.agencies.iter().any(|agency| agency.object.text("trust_policy").contains("NotPrincipal")));
    assert!(world.agencies.iter().any(|agency| agency.kind() == AgencyKind::ServiceLinked));
}

#[test]
fn every_scope_and_kind_is_found_in_a_dozen() {
    let world = generate(1, Size::Dozen);
    let truth = world.truth();
    for scope in ["domain", "inherited", "project", "enterprise_project"] {
        assert!(!truth[&format!("v3_role_assignments/{scope}")].is_empty(), "{scope}");
    }
    for kind in [AgencyKind::Classic, AgencyKind::Trust, AgencyKind::ServiceLinked] {
        assert!(world.agencies.iter().any(|agency| agency.kind() == kind));
    }
    let objects = truth["v3_custom_roles"].iter().map(|role| &role["policy"]["Statement"][0]["Resource"]);
    assert!(objects.clone().any(Value::is_object) && objects.clone().any(Value::is_array));
    assert!(truth["organization_policies"].len() > 2);
}

#[test]
fn no_list_holds_what_callers_sign_with() {
    let world = generate(2, Size::Thousand);
    let shown = text(&world);
    for caller in &world.callers {
        assert!(!shown.contains(&caller.secret_access_key));
        assert!(caller.security_token.iter().all(|token| !shown.contains(token.as_str())));
    }
}

#[test]
fn another_account_may_assume_the_agency_that_is_made_for_it() {
    let world = generate(1, Size::Dozen);
    let agency = world.agency_at(&world.assumable[0].agency_urn).unwrap();
    assert_eq!(agency.name(), AUDIT_AGENCY);
    let trust = agency.object.text("trust_policy");
    assert!(trust.contains("sts:ExternalId") && trust.contains(&world.assumable[0].by_account));
}

#[test]
fn the_cloud_brings_the_same_policies_and_roles_to_every_account() {
    let ids = |seed| {
        let world = generate(seed, Size::Dozen);
        let policies = world.policies.iter().filter(|policy| !policy.is_custom());
        let mut ids: Vec<String> =
            policies.map(|policy| policy.object.text("policy_id").to_owned()).collect();
        ids.extend(world.classic.system_roles().map(|role| role.text("id").to_owned()));
        ids
    };
    assert_eq!(ids(1), ids(2));
}

#[test]
fn versions_of_a_policy_are_older_the_lower_their_number() {
    for size in [Size::Dozen, Size::Thousand] {
        for policy in &generate(1, size).policies {
            let times: Vec<jiff::Timestamp> =
                policy.versions.iter().map(|version| version.text("created_at").parse().unwrap()).collect();
            assert!(times.iter().rev().is_sorted(), "{}", policy.name());
        }
    }
}
