//! What no longer denies somebody whom nobody can see: told once, when they are seen again.

use model::Cloud;
use simulators::huawei::{
    FaultKind,
    world::{Entity, World},
};

use super::{Account, Hours, Told};
use crate::scenarios::company::Company;

const ALLOWS: &str = "EverythingFromLongAgo";
const DENIES: &str = "OnlyFromTheOffice";
const AT: &str = "2026-09-01T00:00:00.000Z";

/// Returns the id of a user of the company by name.
fn id(world: &World, name: &str) -> String {
    let mut users = world.users.iter();
    let found = users.find(|user| user.object.text("user_name") == name);
    found.expect("the user").object.text("user_id").to_owned()
}

fn set(hours: &Hours, policy: &str, name: &str, is_attached: bool) {
    hours.account.huawei().change(|world| {
        let (policy, user) = (world.policy_named(policy), Entity::User(id(world, name)));
        let is_done = match is_attached {
            true => world.attachments.attach(&policy, user, AT),
            false => world.attachments.detach(&policy, &user),
        };
        assert!(is_done);
    });
}

/// Returns an account that was audited while a policy denied somebody what another allows.
async fn denied() -> Hours {
    let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
    for policy in [ALLOWS, DENIES] {
        set(&hours, policy, "carla.mendes", true);
    }
    hours.told().await;
    hours
}

fn is_told(told: &Told, name: &str) -> bool {
    let gains = told.titles("access.gained");
    gains.iter().any(|title| title.contains(name) && title.contains("no longer denied"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_longer_denies_who_was_not_seen_is_told_once_whatever_was_seen_held_in_between() {
    let hours = denied().await;

    set(&hours, DENIES, "carla.mendes", false);
    hours.spoil("/v5/users?", FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(!is_told(&told, "carla.mendes"), "whoever is gone takes it along: {}", told.all());

    // Who holds what allows it was last seen in that run, in which nothing denied it any more.
    let policy = hours.account.huawei().look(|world| world.policy_named(ALLOWS));
    hours.spoil(&format!("/v5/policies/{policy}/attached-entities"), FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(!is_told(&told, "carla.mendes"), "{}", told.all());

    hours.heal();
    set(&hours, ALLOWS, "joão.pinto", true);
    let told = hours.told().await;
    assert!(told.has("access.gained", "joão.pinto"), "{}", told.all());
    assert!(is_told(&told, "carla.mendes"), "{}", told.all());
    let told = hours.told().await;
    assert!(!is_told(&told, "carla.mendes"), "it was told: {}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_denies_again_before_they_are_seen_is_never_told() {
    let hours = denied().await;
    set(&hours, DENIES, "carla.mendes", false);
    hours.spoil("/v5/users?", FaultKind::Forbidden);
    hours.told().await;
    set(&hours, DENIES, "carla.mendes", true);
    hours.heal();
    for _ in 0..2 {
        let told = hours.told().await;
        assert!(!is_told(&told, "carla.mendes"), "{}", told.all());
    }
}
