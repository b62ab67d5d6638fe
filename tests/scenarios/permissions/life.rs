//! The life of a finding about a permission: what opens and closes it, and what does neither.

use model::FindingState;
use simulators::huawei::{
    self,
    world::{Rights, World},
};

use super::{Account, MONDAY, OPERATORS, RAISE, after_the_night, audited, finding, holders, user_id};

const TUESDAY: &str = "2026-09-08T06:00:00Z";
const WEDNESDAY: &str = "2026-09-09T06:00:00Z";
const LIN: &str = "user lin.mei";

/// Puts the version of the policy in force that it had before the night.
fn take_back(world: &mut World) {
    let found = world.policies.iter().find(|policy| policy.name() == "ReviewOfIdentities");
    let id = found.expect("the policy of the night").object.text("policy_id").to_owned();
    let policy = world.policies.with_id_mut(&id).expect("the same");
    policy.object.set("default_version_id", "v1");
    for version in &mut policy.versions {
        let is_first = version.text("version_id") == "v1";
        version.set("is_default", is_first);
    }
}

fn see(account: &Account, rights: &Rights) {
    account.huawei().change(|world| {
        for caller in &mut world.callers {
            caller.rights = rights.clone();
        }
    });
}

fn enable(account: &Account, name: &str, is_enabled: bool) {
    account.huawei().change(|world| {
        let id = user_id(world, name);
        world.users.with_id_mut(&id).expect("the user").object.set("enabled", is_enabled);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_has_the_path_and_is_fixed_when_the_grant_goes() {
    let account = after_the_night().await;
    let before = audited(&account, MONDAY).await;
    let lin = finding(&before, RAISE, LIN);
    assert_eq!(lin.state, FindingState::Open);
    assert_eq!(
        lin.evidence.text("through").as_deref(),
        Some("group 'operators' → policy 'ReviewOfIdentities' → version v2")
    );
    assert_eq!(lin.evidence.text("certainty").as_deref(), Some("surely"));
    let actions = lin.evidence.text("actions").expect("a list");
    assert!(actions.contains("iam:users:attachPolicyV5") && !actions.contains("sts:"), "{actions}");

    account.huawei().change(take_back);
    let after = audited(&account, TUESDAY).await;
    assert_eq!(finding(&after, RAISE, LIN).state, FindingState::Fixed);
    // She may still make keys of machines: a part of what she held, by a policy of her own.
    let carla = finding(&after, RAISE, "user carla.mendes");
    assert_eq!(carla.state, FindingState::Open);
    let of_keys = ["createCredentialV5", "updateCredentialV5", "createCredential", "updateCredential"]
        .map(|verb| format!("iam:credentials:{verb}"));
    assert_eq!(carla.evidence.text("actions"), Some(of_keys.join(", ")));
    assert_eq!(carla.evidence.text("through").as_deref(), Some("policy 'KeysOfMachines'"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_about_somebody_who_left_is_gone() {
    let account = after_the_night().await;
    audited(&account, MONDAY).await;
    account.huawei().change(huawei::weeks()[5].apply);
    let after = audited(&account, TUESDAY).await;
    assert_eq!(finding(&after, RAISE, "user sven.olsson").state, FindingState::Gone);
    assert_eq!(finding(&after, RAISE, LIN).state, FindingState::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_seen_any_more_is_neither_fixed_nor_open() {
    let account = after_the_night().await;
    let before = audited(&account, MONDAY).await;
    // The grant goes, and on the same day the classic roles, which may give the same, are refused.
    account.huawei().change(take_back);
    see(&account, &Rights { v3: false, ..Rights::full() });
    let blind = audited(&account, TUESDAY).await;
    assert_eq!(finding(&blind, RAISE, LIN).state, FindingState::Unknown);
    // What is still seen to be held is open, and nobody new is told.
    assert_eq!(finding(&blind, RAISE, "user priya.raman").state, FindingState::Open);
    assert!(holders(&blind, RAISE).is_subset(&holders(&before, RAISE)));

    see(&account, &Rights::full());
    let seeing = audited(&account, WEDNESDAY).await;
    assert_eq!(finding(&seeing, RAISE, LIN).state, FindingState::Fixed);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_holds_nothing_until_enabled() {
    let account = after_the_night().await;
    enable(&account, "lin.mei", false);
    let before = holders(&audited(&account, MONDAY).await, RAISE);
    assert!(!before.contains(LIN) && before.contains(OPERATORS[1]), "{before:?}");

    enable(&account, "lin.mei", true);
    let enabled = audited(&account, TUESDAY).await;
    assert_eq!(finding(&enabled, RAISE, LIN).state, FindingState::Open);
    let opened: Vec<_> =
        account.events().into_iter().filter(|event| event.kind.contains("finding.opened")).collect();
    assert!(opened.iter().any(|event| event.data["finding"]["evidence"]["principal"] == LIN), "{opened:#?}");

    enable(&account, "lin.mei", false);
    let disabled = audited(&account, WEDNESDAY).await;
    assert_eq!(finding(&disabled, RAISE, LIN).state, FindingState::Fixed);
}
