//! What a rule cannot tell is unknown, and what only the auditor may do is nobody's access.

use std::collections::BTreeMap;

use check::Findings;
use model::FindingState;
use serde_json::json;
use simulators::ibm::world::{Object, World};

use super::Account;

pub(super) const MONDAY: &str = "2026-09-07T06:00:00Z";
pub(super) const TUESDAY: &str = "2026-09-08T06:00:00Z";
pub(super) const WEDNESDAY: &str = "2026-09-09T06:00:00Z";
const THURSDAY: &str = "2026-09-10T06:00:00Z";

/// Audits and returns all findings, with what was told of a rule: events by the middle of their type.
pub(super) async fn audited(account: &Account, at: &str, rule: &str) -> (Findings, BTreeMap<String, usize>) {
    let known = account.events().len();
    let summary = account.audit(at).await.expect("an audit");
    let history = account.history().await;
    let manifest = history.manifest(summary.snapshot).await.expect("the snapshot");
    let findings = history::findings(&history, &manifest).await.expect("its findings");
    let mut told = BTreeMap::new();
    for event in account.events().iter().skip(known).filter(|event| event.data["finding"]["rule"] == rule) {
        *told.entry(event.kind.clone()).or_default() += 1;
    }
    (findings, told)
}

pub(super) fn states(findings: &Findings, rule: &str) -> BTreeMap<String, FindingState> {
    let of_rule = findings.findings.values().filter(|finding| finding.rule == rule);
    of_rule.map(|finding| (finding.subject.rsplit('/').next().unwrap().to_owned(), finding.state)).collect()
}

pub(super) fn count(states: &BTreeMap<String, FindingState>, wanted: FindingState) -> usize {
    states.values().filter(|state| **state == wanted).count()
}

/// Takes all dynamic rules away, and everybody out of their groups.
fn empty_groups(world: &mut World) {
    for group in &mut world.groups {
        group.rules.clear();
        group.members.clear();
        group.object.set("is_federated", false);
    }
}

fn add_rule(world: &mut World, realm: &str) {
    let group = world.groups.iter_mut().find(|group| group.object.text("name") == "developers").unwrap();
    group.object.set("is_federated", true);
    group.rules.push(Object::new(json!({
        "id": "ClaimRule-of-the-test", "name": "by claim", "expiration": 12, "realm_name": realm,
        "conditions": [{"claim": "team", "operator": "EQUALS", "value": "\"dev\""}],
        "created_at": "2026-09-07T10:00:00Z", "created_by_id": "IBMid-1",
    })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dynamic_rule_fixes_nothing_and_its_end_opens_nothing() {
    const RULE: &str = "user_without_group";
    let account = Account::of_a_dozen().await;
    account.ibm().change(empty_groups);
    let (before, _) = audited(&account, MONDAY, RULE).await;
    let before = states(&before, RULE);
    let open = count(&before, FindingState::Open);
    assert!(open > 5, "{before:?}");

    account.ibm().change(|world| add_rule(world, "https://idp.example.com/saml"));
    let (during, told) = audited(&account, TUESDAY, RULE).await;
    let during = states(&during, RULE);
    assert_eq!(count(&during, FindingState::Fixed), 0, "what a rule may change is not fixed");
    // Whoever signs in as of SoftLayer is never federated.
    let sure: Vec<&String> =
        during.iter().filter(|(_, state)| **state == FindingState::Open).map(|(user, _)| user).collect();
    assert!(!sure.is_empty() && sure.iter().all(|user| user.starts_with("SL-")), "{sure:?}");
    assert_eq!(count(&during, FindingState::Unknown), open - sure.len());
    assert_eq!(told, BTreeMap::from([("dev.iamwatch.finding.unknown.v1".to_owned(), open - sure.len())]));

    // Somebody comes while nobody can say who is in a group.
    account.ibm().change(|world| {
        let mut newcomer = world.users[0].clone();
        newcomer.object.set("iam_id", "IBMid-newcomer");
        newcomer.object.set("user_id", "newcomer@example.com");
        newcomer.object.set("id", "newcomer");
        newcomer.object.set("state", "ACTIVE");
        world.users.push(newcomer);
    });
    let (_, told) = audited(&account, WEDNESDAY, RULE).await;
    assert_eq!(told, BTreeMap::new(), "doubt is told once");

    account.ibm().change(|world| world.groups.iter_mut().for_each(|group| group.rules.clear()));
    let (after, told) = audited(&account, THURSDAY, RULE).await;
    let after = states(&after, RULE);
    assert_eq!(told, BTreeMap::new(), "the end of a rule opens nothing");
    assert_eq!(count(&after, FindingState::Open), open + 1);
    assert_eq!(after["IBMid-newcomer"], FindingState::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_of_another_provider_touches_nobody() {
    const RULE: &str = "user_without_group";
    let account = Account::of_a_dozen().await;
    account.ibm().change(|world| {
        empty_groups(world);
        for user in &mut world.users {
            user.object.set("realm", "https://other.example.com/saml");
        }
    });
    let (before, _) = audited(&account, MONDAY, RULE).await;
    account.ibm().change(|world| add_rule(world, "https://idp.example.com/saml"));
    let (after, told) = audited(&account, TUESDAY, RULE).await;
    assert_eq!(told, BTreeMap::new());
    assert_eq!(states(&after, RULE), states(&before, RULE));
}

/// The collector reads all instances, as SECURITY.md says: that is no reason why nobody is missing a policy.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_only_the_auditor_sees_is_open_to_nobody() {
    const RULE: &str = "instance_without_policy";
    let account = Account::of_a_dozen().await;
    let policies = account.ibm().look(|world| world.policies.clone());
    let (before, _) = audited(&account, MONDAY, RULE).await;
    assert_eq!(count(&states(&before, RULE), FindingState::Open), 0);

    account.ibm().change(|world| {
        let auditor = world.callers[0].iam_id.clone();
        world.policies.retain(|policy| policy.subject.iter().any(|each| each.value == json!(auditor)));
        assert!(world.policies.iter().any(|policy| policy.resource_value("serviceType") == Some("service")));
    });
    let (during, told) = audited(&account, TUESDAY, RULE).await;
    let open = count(&states(&during, RULE), FindingState::Open);
    assert!(open > 0, "{:?}", states(&during, RULE));
    assert_eq!(told, BTreeMap::from([("dev.iamwatch.finding.opened.v1".to_owned(), open)]));

    account.ibm().change(|world| world.policies = policies);
    let (after, told) = audited(&account, WEDNESDAY, RULE).await;
    assert_eq!(count(&states(&after, RULE), FindingState::Fixed), open);
    assert_eq!(told, BTreeMap::from([("dev.iamwatch.finding.closed.v1".to_owned(), open)]));
}
