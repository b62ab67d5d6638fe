//! Settings that decide whether somebody can act at all: while they cannot be read, nobody gained anything behind them, and
//! what they gained is told when they can.

use model::Cloud;
use serde_json::json;
use simulators::{
    huawei::{self, world::Entity},
    ibm::{FaultKind, World},
};

use super::{Account, Hours, Told};
use crate::scenarios::company::Company;

const SETTINGS: &str = "/v2/groups/settings";
const EDITOR: &str = "crn:v1:bluemix:public:iam::::role:Editor";

/// Says whether a gain names something in its data.
fn gains_name(told: &Told, part: &str) -> bool {
    let mut gains = told.0.iter().filter(|event| event.kind == "dev.iamwatch.access.gained.v1");
    gains.any(|event| event.data.to_string().contains(part))
}

/// Gives the public group a wider role by the policy that it has.
fn widen_public(world: &mut World) {
    let of_public = |policy: &&mut simulators::ibm::world::Policy| {
        policy.subject_value("access_group_id") == Some(simulators::ibm::world::PUBLIC_GROUP)
    };
    let policy = world.policies.iter_mut().find(of_public).expect("a policy of the public group");
    policy.roles = vec![EDITOR.to_owned()];
}

fn close_public(world: &mut World) {
    world.group_settings.set("public_access_enabled", false);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_closed_unseen_gave_nobody_anything() {
    let hours = Hours::of(Account::of_a_dozen().await);
    hours.told().await;
    hours.account.ibm().change(|world| {
        widen_public(world);
        close_public(world);
    });
    hours.spoil(SETTINGS, FaultKind::Forbidden);
    for _ in 0..2 {
        let told = hours.told().await;
        assert!(told.titles("access.gained").is_empty(), "{}", told.all());
    }
    hours.heal();
    let told = hours.told().await;
    assert!(told.titles("access.gained").is_empty(), "{}", told.all());
    assert!(told.has("drift.changed", "public_access_enabled"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stayed_open_unseen_gives_when_it_is_seen_and_once() {
    let hours = Hours::of(Account::of_a_dozen().await);
    hours.told().await;
    hours.account.ibm().change(widen_public);
    hours.spoil(SETTINGS, FaultKind::Forbidden);
    for _ in 0..2 {
        let told = hours.told().await;
        assert!(told.titles("access.gained").is_empty(), "{}", told.all());
    }
    hours.heal();
    let told = hours.told().await;
    assert_eq!(told.titles("access.gained").len(), 1, "{}", told.all());
    assert!(told.has("access.gained", "anybody, signed in or not gained"), "{}", told.all());
    hours.spoil(SETTINGS, FaultKind::Forbidden);
    hours.told().await;
    hours.heal();
    let told = hours.told().await;
    assert!(told.titles("access.gained").is_empty(), "it was told: {}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_seen_to_be_open_gives_under_that_condition_and_once() {
    let hours = Hours::of(Account::of_a_dozen().await);
    hours.spoil(SETTINGS, FaultKind::Forbidden);
    hours.told().await;
    hours.account.ibm().change(widen_public);
    let told = hours.told().await;
    assert!(gains_name(&told, "the account lets in anybody (not seen)"), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(told.titles("access.gained").is_empty(), "{}", told.all());
}

/// Switches every identity provider of the classic federation off.
fn disable_providers(world: &mut huawei::World) {
    for provider in &mut world.classic.identity_providers {
        provider.object.set("enabled", false);
    }
}

/// Attaches a policy to the groups that a mapping puts somebody into, and to all others.
fn give_all_groups(world: &mut huawei::World) {
    let policy = world.policy_named("AdministratorAccessPolicy");
    let groups: Vec<String> =
        world.groups.iter().map(|group| group.object.text("group_id").to_owned()).collect();
    for group in groups {
        world.attachments.attach(&policy, Entity::Group(group), "2026-09-01T00:00:00.000Z");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_no_provider_uses_gains_nothing_when_providers_cannot_be_read() {
    for path in ["/protocols", "/v3/OS-FEDERATION/identity_providers"] {
        let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
        hours.account.huawei().change(disable_providers);
        hours.told().await;
        hours.account.huawei().change(give_all_groups);
        hours.spoil(path, huawei::FaultKind::Forbidden);
        let told = hours.told().await;
        assert!(!told.titles("access.gained").is_empty(), "members of the groups gained: {}", told.all());
        assert!(!gains_name(&told, "mapping/"), "{path}: {}", told.all());
        hours.heal();
        let told = hours.told().await;
        assert!(told.titles("access.gained").is_empty(), "{path}: {}", told.all());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn federated_users_gain_when_their_provider_can_be_read_again() {
    let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
    hours.told().await;
    hours.account.huawei().change(give_all_groups);
    hours.spoil("/v3/OS-FEDERATION/identity_providers", huawei::FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(!gains_name(&told, "mapping/"), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(gains_name(&told, "mapping/"), "{}", told.all());
    let told = hours.told().await;
    assert!(told.titles("access.gained").is_empty(), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_say_whether_it_is_used_is_as_it_was() {
    for value in [json!(null), json!("perhaps")] {
        let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
        hours.account.huawei().change(disable_providers);
        hours.told().await;
        hours.account.huawei().change(give_all_groups);
        let odd =
            huawei::FaultKind::MemberOf("sol-installers".to_owned(), "enabled".to_owned(), value.clone());
        hours.spoil("/v3/OS-FEDERATION/identity_providers", odd);
        for _ in 0..2 {
            let told = hours.told().await;
            assert!(!gains_name(&told, "mapping/"), "{value}: {}", told.all());
            assert!(!told.has("drift.changed", "provider"), "{value}: {}", told.all());
            hours.heal();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_does_not_say_its_state_is_as_it_was() {
    let hours = Hours::of(Account::of_a_dozen().await);
    let id = hours.account.ibm().change(|world| world.policies.first().expect("a policy").id.clone());
    hours.told().await;
    hours.spoil("/v2/policies", FaultKind::MemberOf(id, "state".to_owned(), json!(null)));
    for _ in 0..2 {
        let told = hours.told().await;
        assert!(told.titles("access.gained").is_empty(), "{}", told.all());
        assert!(told.titles("drift.changed").is_empty(), "{}", told.all());
        hours.heal();
    }
}
