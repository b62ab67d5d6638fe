//! Cells of the truth table on Huawei Cloud: keys and members have a list for each user and group, assignments one a scope.

use model::Cloud;
use simulators::huawei::{
    FaultKind, World,
    world::{Entity, Scope, Subject},
};

use super::{Account, Days, Told};
use crate::scenarios::company::Company;

const OLD: &str = "2025-01-02T03:04:05.678Z";

async fn company() -> Days {
    Days::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await))
}

/// Returns the id of a user with at least one key who is not the auditor.
fn owner(world: &World) -> String {
    let mut users = world.users.iter();
    let found = users.find(|user| {
        user.is_enabled() && !user.is_root() && user.access_keys.len() == 1 && user.login_profile.is_some()
    });
    found.expect("a user with a key and a password").object.text("user_id").to_owned()
}

/// Adds an old key of a user by copying the first.
fn add_key(world: &mut World, user: &str, id: &str) {
    let user = world.users.with_id_mut(user).expect("the user");
    let mut key = user.access_keys[0].clone();
    key.object.set("access_key_id", id);
    key.object.set("created_at", OLD);
    key.object.set("status", "active");
    user.access_keys.push(key);
}

fn remove_key(world: &mut World, user: &str, id: &str) {
    let user = world.users.with_id_mut(user).expect("the user");
    user.access_keys.retain(|key| key.object.text("access_key_id") != id);
}

fn is(told: &Told, key: &str, state: &str) -> bool {
    let findings = told.findings(&format!("/huawei_access_keys/{key}"));
    findings.contains(&("key_older_than_90_days".to_owned(), state.to_owned()))
}

fn keys_of(user: &str) -> String {
    format!("/v5/users/{user}/access-keys?")
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_a_list_that_was_whole_and_fails_are_kept() {
    let days = company().await;
    let user = days.account.huawei().look(owner);
    days.account.huawei().change(|world| add_key(world, &user, "GONE"));
    days.told().await;
    days.account.huawei().change(|world| {
        remove_key(world, &user, "GONE");
        add_key(world, &user, "NEW");
    });
    days.spoil(&keys_of(&user), FaultKind::TextForItem);
    let told = days.told().await;
    assert!(told.has("coverage.lost", "huawei_access_keys"), "{}", told.all());
    assert!(told.has("drift", "NEW") || told.all().contains("NEW"), "shown is told: {}", told.all());
    assert!(is(&told, "NEW", "open"), "{}", told.all());
    assert!(!told.all().contains("GONE"), "not shown is nothing: {}", told.all());
    days.heal();
    let told = days.told().await;
    assert!(is(&told, "GONE", "gone"), "{}", told.all());
    assert!(told.has("coverage.regained", "huawei_access_keys"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_a_list_that_was_never_whole_are_a_baseline() {
    let days = company().await;
    let user = days.account.huawei().look(owner);
    let other = days.account.huawei().look(|world| {
        let mut users = world.users.iter();
        let found = users.find(|each| each.access_keys.len() == 1 && each.object.text("user_id") != user);
        found.expect("another user with a key").object.text("user_id").to_owned()
    });
    days.spoil(&keys_of(&user), FaultKind::Forbidden);
    days.told().await;
    days.account.huawei().change(|world| {
        add_key(world, &user, "HIDDEN");
        add_key(world, &other, "SEEN");
    });
    let told = days.told().await;
    assert!(is(&told, "SEEN", "open"), "the keys of others are news: {}", told.all());
    days.heal();
    let told = days.told().await;
    assert!(!told.all().contains("HIDDEN"), "{}", told.all());
    days.account.huawei().change(|world| add_key(world, &user, "LATER"));
    let told = days.told().await;
    assert!(is(&told, "LATER", "open"), "whole once, it is news: {}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_new_user_are_news_though_their_list_failed_on_the_first_day() {
    let days = company().await;
    let from = days.account.huawei().look(owner);
    days.told().await;
    days.account.huawei().change(|world| {
        let mut user = world.users.with_id(&from).expect("the user").clone();
        user.object.set("user_id", "newcomer");
        user.object.set("user_name", "newcomer");
        user.access_keys[0].object.set("access_key_id", "FIRST");
        user.access_keys[0].object.set("created_at", OLD);
        world.users.push(user);
        let policy = world.policy_named("AdministratorAccessPolicy");
        world.attachments.attach(&policy, Entity::User("newcomer".to_owned()), OLD);
    });
    days.spoil(&keys_of("newcomer"), FaultKind::Forbidden);
    let told = days.told().await;
    assert!(told.has("drift.added", "newcomer"), "{}", told.all());
    days.heal();
    let told = days.told().await;
    assert!(is(&told, "FIRST", "open"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn role_assignments_that_fail_once_swallow_nothing() {
    let days = company().await;
    days.told().await;
    days.spoil("role-assignments", FaultKind::Forbidden);
    let told = days.told().await;
    assert!(told.has("coverage.lost", "huawei_role_assignments"), "{}", told.all());
    assert!(told.titles("finding.closed").is_empty(), "{}", told.all());
    days.heal();
    let user = days.account.huawei().look(owner);
    days.account.huawei().change(|world| {
        let role = world.classic.assignments[0].role_id.clone();
        let assignment = simulators::huawei::world::Assignment {
            role_id: role,
            subject: Subject::User(user.clone()),
            scope: Scope::Domain,
        };
        world.classic.assignments.push(assignment);
    });
    let told = days.told().await;
    assert!(told.all().contains("drift."), "{}", told.all());
    for listing in ["huawei_role_assignments", "huawei_roles"] {
        assert!(told.has("coverage.regained", listing), "{listing}: {}", told.all());
    }
}
