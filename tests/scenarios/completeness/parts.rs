//! Tables that several lists feed: one that cannot be read hides what comes from it, and nothing else.

use model::Cloud;
use serde_json::json;
use simulators::ibm::{FaultKind, World};

use super::{Account, Hours};
use crate::scenarios::company::Company;

const UNCOVERED: &str = "Instance covered by no policy";

async fn ibm() -> Hours {
    Hours::of(Account::of_a_dozen().await)
}

/// Leaves the auditor's policies alone, so that nobody else can open an instance.
fn keep_policies_of_the_auditor(world: &mut World) {
    let auditor = world.callers[0].iam_id.clone();
    world.policies.retain(|policy| policy.subject.iter().any(|each| each.value == json!(auditor)));
}

/// Makes an active instance like the first one that is active.
fn add_instance(world: &mut World) {
    let mut active = world.instances.iter().filter(|each| each.text("state") == "active");
    let mut instance = active.next().expect("an active instance").clone();
    let guid = "00000000-0000-4000-8000-00000000cafe";
    let crn = instance.text("crn").replace(&instance.text("guid").to_owned(), guid);
    instance.set("id", crn.clone());
    instance.set("crn", crn);
    instance.set("guid", guid);
    instance.set("name", "newcomer");
    world.instances.push(instance);
}

fn set_state(world: &mut World, state: &str) {
    let newcomer = world.instances.iter_mut().find(|each| each.text("name") == "newcomer");
    newcomer.expect("the instance").set("state", state);
}

/// The interface refuses to list the instances of one state, in every run.
#[tokio::test(flavor = "multi_thread")]
async fn instances_of_a_state_that_cannot_be_listed_hide_no_others() {
    let hours = ibm().await;
    let policies = hours.account.ibm().look(|world| world.policies.clone());
    hours.spoil("state=failed", FaultKind::Forbidden);
    hours.told().await;
    hours.account.ibm().change(|world| {
        add_instance(world);
        keep_policies_of_the_auditor(world);
    });
    let told = hours.told().await;
    assert!(told.has("drift.added", "newcomer"), "its own list was whole before: {}", told.all());
    let opened = told.titles("finding.opened").iter().filter(|title| title.starts_with(UNCOVERED)).count();
    assert!(opened > 0, "{}", told.all());
    hours.account.ibm().change(|world| world.policies = policies);
    let told = hours.told().await;
    let is_fixed = |title: &&&str| title.starts_with(UNCOVERED) && title.contains("(closed as fixed)");
    assert_eq!(told.titles("finding.closed").iter().filter(is_fixed).count(), opened, "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_may_have_gone_to_a_list_that_failed_is_not_removed() {
    let hours = ibm().await;
    hours.account.ibm().change(add_instance);
    hours.told().await;
    hours.account.ibm().change(|world| set_state(world, "pending_reclamation"));
    hours.spoil("state=pending_reclamation", FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(told.has("coverage.lost", "ibm_resource_instances"), "{}", told.all());
    assert!(!told.has("drift.removed", "newcomer"), "{}", told.all());
    hours.heal();
    let told = hours.told().await;
    assert!(told.has("drift.changed", "newcomer"), "{}", told.all());
    assert!(!told.has("drift.added", "newcomer"), "{}", told.all());
    // Gone for good, while some list is whole and another is not.
    hours.account.ibm().change(|world| world.instances.retain(|each| each.text("name") != "newcomer"));
    hours.spoil("state=removed", FaultKind::Forbidden);
    assert!(!hours.told().await.has("drift.removed", "newcomer"), "it may have gone there");
    hours.heal();
    let told = hours.told().await;
    assert!(told.has("drift.removed", "newcomer"), "{}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_service_ids_that_cannot_be_listed_keep_no_finding_on_a_key_of_a_user_open() {
    let hours = ibm().await;
    let key = |world: &World| {
        let is_user = |id: &str| id.starts_with("IBMid-");
        let mut keys = world.api_keys.iter().skip(1);
        let place = keys.position(|key| is_user(key.object.text("iam_id")));
        place.expect("a key of a user") + 1
    };
    let set = |time: &'static str| {
        hours.account.ibm().change(|world| {
            let at = key(world);
            world.api_keys[at].object.set("id", "ApiKey-old");
            world.api_keys[at].object.set("created_at", time);
        });
    };
    set("2025-01-02T03:04+0000");
    hours.told().await;
    hours.spoil("type=serviceid", FaultKind::Forbidden);
    set("2026-09-07T03:04+0000");
    let told = hours.told().await;
    assert!(told.has("coverage.lost", "ibm_api_keys"), "{}", told.all());
    assert!(
        told.finding("Key older than 90 days", "/ibm_api_keys/ApiKey-old", "closed as fixed"),
        "{}",
        told.all()
    );
}

/// Gives a policy of the account other words, in the version in force.
fn write(world: &mut simulators::huawei::World, document: &str) {
    let id = world.policy_named("ReviewOfIdentities");
    let policy = world.policies.with_id_mut(&id).expect("the policy");
    let version = policy.object.text("default_version_id").to_owned();
    let version = policy.versions.iter_mut().find(|each| each.text("version_id") == version);
    version.expect("the version in force").set("document", document);
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_of_the_cloud_that_cannot_be_listed_keep_no_finding_on_an_own_one_open() {
    const WIDE: &str = r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["*"]}]}"#;
    const NARROW: &str = r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["iam:*:get*"]}]}"#;
    let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
    hours.told().await;
    hours.account.huawei().change(|world| write(world, WIDE));
    hours.spoil("policy_type=system", FaultKind::Forbidden);
    let told = hours.told().await;
    let is = |told: &super::Told, kind: &str, became: &str| {
        let title = "Custom policy allows everything";
        told.titles(kind).iter().any(|each| each.starts_with(title) && each.contains(became))
    };
    assert!(told.has("coverage.lost", "huawei_policies"), "{}", told.all());
    assert!(is(&told, "finding.opened", "(opened)"), "{}", told.all());
    hours.account.huawei().change(|world| write(world, NARROW));
    let told = hours.told().await;
    assert!(is(&told, "finding.closed", "(closed as fixed)"), "{}", told.all());
    assert!(told.titles("drift.removed").is_empty(), "the cloud's own may be there still: {}", told.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_of_the_account_that_cannot_be_read_hides_no_other() {
    let hours = Hours::of(Account::of(Company::of_a_dozen(Cloud::Huawei).await));
    hours.spoil("account-summary", FaultKind::Forbidden);
    hours.told().await;
    let path = "/protect-policy";
    hours.heal();
    let told = hours.told().await;
    assert!(told.titles("drift.added").is_empty(), "nobody knows since when: {}", told.all());
    hours.spoil(path, FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(told.has("coverage.lost", "huawei_account_settings"), "{}", told.all());
    assert!(told.titles("drift.removed").is_empty(), "{}", told.all());
    hours.spoil("account-summary", FaultKind::Forbidden);
    let told = hours.told().await;
    assert!(told.titles("drift.removed").is_empty(), "{}", told.all());
}
