//! A new thing of which a member cannot be read: it is told, nothing of the odd form is stored, and what is read of it
//! later is neither drift nor a baseline of rows; what it gives is told then.

use std::collections::BTreeSet;

use model::{Cloud, tables};
use serde_json::{Value, json};
use simulators::{
    huawei::{self, world::Entity},
    ibm::{self, FaultKind},
};

use super::{Account, Hours, Told, ibm::new_group};
use crate::scenarios::company::Company;

/// What is told of the account itself when something becomes readable that was told before: nothing.
const NEWS: [&str; 6] =
    ["drift.added", "drift.changed", "drift.removed", "drift.replaced", "baseline.taken", "coverage.lost"];

/// A member of a new thing that is shown in an odd form.
#[derive(Debug)]
struct Odd {
    /// In the path and query of the list that shows the thing.
    path: &'static str,
    id: &'static str,
    member: &'static str,
    value: Value,
}

fn odd(path: &'static str, id: &'static str, member: &'static str) -> Odd {
    let value = if member.ends_with("_at") || member.ends_with("_on") {
        json!("the odd day")
    } else {
        json!({ "odd": true })
    };
    Odd { path, id, member, value }
}

fn spoil(hours: &Hours, odd: &Odd) {
    hours.spoil(odd.path, FaultKind::MemberOf(odd.id.to_owned(), odd.member.to_owned(), odd.value.clone()));
}

fn is_quiet(told: &Told) -> bool {
    NEWS.iter().all(|kind| told.titles(kind).is_empty())
}

/// Returns the cells of the newest snapshot that hold the odd form.
async fn stored_odd_cells(hours: &Hours) -> Vec<String> {
    let history = hours.account.history().await;
    let manifest = history.latest().await.expect("a store").expect("a snapshot");
    let declared: Vec<_> = tables::of_cloud(history.account().cloud()).collect();
    let state = history::state(&history, &manifest, &declared).await.expect("a state");
    let of_things = state.iter().filter(|(name, _)| *name != tables::COVERAGE.name);
    let cells = of_things.flat_map(|(name, rows)| {
        rows.iter().flat_map(move |row| row.values().map(move |value| format!("{name}: {value}")))
    });
    cells.filter(|cell| cell.contains("odd\"") || cell.contains("the odd day")).collect()
}

/// Lets new things come with odd members, stay so for a run, and heal.
async fn come_odd_and_heal(hours: &Hours, cases: &[Odd], make: impl FnOnce()) {
    hours.told().await;
    make();
    cases.iter().for_each(|odd| spoil(hours, odd));
    let told = hours.told().await;
    assert!(!told.titles("drift.added").is_empty(), "{}", told.all());
    assert_eq!(stored_odd_cells(hours).await, [""; 0]);
    let told = hours.told().await;
    assert!(is_quiet(&told), "all is as it was: {}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(is_quiet(&told), "all can be read: {}", told.all());
    let paths: BTreeSet<&str> = cases.iter().map(|odd| odd.path).collect();
    assert!(told.titles("coverage.regained").len() >= paths.len(), "{}", told.all());
    let told = hours.told().await;
    assert_eq!(told.all(), "");
}

/// Adds a group, its policy, a key, a service ID, a trusted profile and a network zone.
fn add_to_ibm(world: &mut ibm::World) {
    new_group(world);
    world.groups.last_mut().expect("the group").object.set("description", "Helpers");
    let mut key = world.api_keys.last().expect("a key").clone();
    key.object.set("id", "ApiKey-new");
    key.object.set("name", "new");
    key.object.set("description", "A key");
    world.api_keys.push(key);
    let mut service = world.service_ids.last().expect("a service ID").clone();
    for (member, value) in [("id", "ServiceId-new"), ("iam_id", "iam-ServiceId-new"), ("name", "new")] {
        service.object.set(member, value);
    }
    service.object.set("description", "A service ID");
    world.service_ids.push(service);
    let mut zone = world.zones.last().expect("a zone").clone();
    zone.set("id", "zone-new");
    zone.set("name", "new");
    zone.set("description", "A zone");
    world.zones.push(zone);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_unreadable_on_ibm_cloud_is_no_news_when_it_heals() {
    let cases = [
        odd("/v2/groups?", "AccessGroupId-new", "description"),
        odd("/v2/groups?", "AccessGroupId-new", "created_at"),
        odd("/v2/policies", "policy-of-helpers", "description"),
        odd("/v2/policies", "policy-of-helpers", "state"),
        odd("/v1/apikeys?", "ApiKey-new", "description"),
        odd("/v1/apikeys?", "ApiKey-new", "locked"),
        odd("/v1/apikeys?", "ApiKey-new", "created_at"),
        odd("/v1/serviceids?", "ServiceId-new", "description"),
        odd("/v1/zones", "zone-new", "description"),
    ];
    let hours = Hours::of(Account::of_a_dozen().await);
    come_odd_and_heal(&hours, &cases, || hours.account.ibm().change(add_to_ibm)).await;
}

/// Adds a user with a key, a group and a policy.
fn add_to_huawei(world: &mut huawei::World) {
    let mut users = world.users.iter();
    let mut user = users.find(|user| user.access_keys.len() == 1).expect("a user with a key").clone();
    for (member, value) in [("user_id", "newcomer"), ("user_name", "newcomer"), ("description", "New")] {
        user.object.set(member, value);
    }
    user.access_keys[0].object.set("access_key_id", "FIRST");
    world.users.push(user);
    let mut group = world.groups.iter().next_back().expect("a group").clone();
    for (member, value) in [("group_id", "group-new"), ("group_name", "new"), ("description", "New")] {
        group.object.set(member, value);
    }
    group.members.clear();
    world.groups.push(group);
    let mut policy = world.policies.with_id(&world.policy_named("Telemetry")).expect("a policy").clone();
    for (member, value) in [("policy_id", "policy-new"), ("policy_name", "New"), ("description", "New")] {
        policy.object.set(member, value);
    }
    world.policies.push(policy);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_unreadable_on_huawei_cloud_is_no_news_when_it_heals() {
    let cases = [
        odd("/v5/users?", "newcomer", "description"),
        odd("/v5/users?", "newcomer", "enabled"),
        odd("/v5/users?", "newcomer", "created_at"),
        odd("/access-keys?", "FIRST", "status"),
        odd("/access-keys?", "FIRST", "created_at"),
        odd("/v5/groups?", "group-new", "description"),
        odd("/v5/groups?", "group-new", "created_at"),
        odd("/v5/policies?", "policy-new", "description"),
        odd("/v5/policies?", "policy-new", "created_at"),
    ];
    let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
    come_odd_and_heal(&hours, &cases, || hours.account.huawei().change(add_to_huawei)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_when_an_unreadable_member_heals_is_told_alone() {
    let hours = Hours::of(Account::of_a_dozen().await);
    hours.told().await;
    hours.account.ibm().change(add_to_ibm);
    spoil(&hours, &odd("/v2/groups?", "AccessGroupId-new", "description"));
    hours.told().await;
    hours.account.ibm().change(|world| {
        world.groups.last_mut().expect("the group").object.set("name", "assistants");
    });
    hours.heal();
    let told = hours.told().await;
    assert_eq!(told.titles("drift.changed").len(), 1, "{}", told.all());
    assert!(told.has("drift.changed", "assistants"), "{}", told.all());
    assert!(!told.has("drift.changed", "description"), "{}", told.all());
    assert!(told.titles("baseline.taken").is_empty(), "{}", told.all());
    let at = hours.account.history().await;
    assert_eq!(at.verify().await.expect("a chain"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_unreadable_in_the_first_snapshot_is_no_news_when_it_heals() {
    let hours = Hours::of(Account::of_a_dozen().await);
    hours.account.ibm().change(add_to_ibm);
    spoil(&hours, &odd("/v2/policies", "policy-of-helpers", "subject"));
    spoil(&hours, &odd("/v2/groups?", "AccessGroupId-new", "description"));
    hours.told().await;
    hours.heal();
    let told = hours.told().await;
    for news in ["drift.added", "drift.changed", "access.gained"] {
        assert!(told.titles(news).is_empty(), "{}", told.all());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_gives_that_could_not_be_read_is_told_when_it_can() {
    for member in ["subject", "control", "state"] {
        let hours = Hours::of(Account::of_a_dozen().await);
        hours.told().await;
        hours.account.ibm().change(|world| drop(new_group(world)));
        spoil(&hours, &odd("/v2/policies", "policy-of-helpers", member));
        let first = hours.told().await;
        hours.heal();
        let then = hours.told().await;
        let gains = [first, then].map(|told| told.titles("access.gained").len());
        assert_eq!(gains.iter().sum::<usize>(), 1, "{member}: {gains:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_whose_standing_could_not_be_read_gains_when_it_can() {
    let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
    hours.told().await;
    hours.account.huawei().change(|world| {
        add_to_huawei(world);
        let policy = world.policy_named("AdministratorAccessPolicy");
        world.attachments.attach(&policy, Entity::User("newcomer".to_owned()), "2026-09-01T00:00:00.000Z");
    });
    spoil(&hours, &odd("/v5/users?", "newcomer", "enabled"));
    let first = hours.told().await;
    hours.heal();
    let then = hours.told().await;
    let gains = [first, then].map(|told| told.titles("access.gained").len());
    assert_eq!(gains.iter().sum::<usize>(), 1, "{gains:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_found_of_what_cannot_be_read_of_a_new_thing() {
    let hours = Hours::of(Account::of_a_dozen().await);
    let id = hours.account.ibm().look(|world| {
        let members = world.groups.iter().flat_map(|group| &group.members);
        let members: BTreeSet<&str> = members.map(|member| member.text("iam_id")).collect();
        let mut profiles = world.profiles.iter().map(|profile| &profile.object);
        let found = profiles.find(|profile| members.contains(profile.text("iam_id")));
        found.expect("a profile in a group").text("id").to_owned()
    });
    hours.spoil("/v1/profiles?", FaultKind::Without(id.clone()));
    hours.told().await;
    hours.heal();
    hours.spoil("/v1/profiles?", FaultKind::MemberOf(id, "iam_id".to_owned(), Value::Null));
    let told = hours.told().await;
    assert!(told.has("drift.added", "trusted profile"), "{}", told.all());
    assert!(!told.has("finding.opened", "Trusted profile in no access group"), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(!told.all().contains("Trusted profile in no access group"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_into_sight_beside_a_change_of_a_part_is_not_told_with_it() {
    let hours = Hours::of(Account::of_a_dozen().await);
    hours.told().await;
    hours.account.ibm().change(add_to_ibm);
    spoil(&hours, &odd("/v2/groups?", "AccessGroupId-new", "created_at"));
    hours.told().await;
    hours.account.ibm().change(|world| drop(world.groups.last_mut().expect("the group").members.pop()));
    hours.heal();
    let told = hours.told().await;
    assert_eq!(told.titles("drift.changed").len(), 1, "{}", told.all());
    assert!(!told.has("drift.changed", "created_at"), "{}", told.all());
}
