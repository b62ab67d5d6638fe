//! Nothing that is judged may cost a day's data: a snapshot is stored also where the rules come to no end.

use std::{collections::BTreeMap, time::Duration};

use check::RuleSet;
use model::Event;
use pipeline::RunSummary;
use simulators::ibm::{
    Fault, FaultKind,
    world::{Attribute, World},
};

use super::Account;

const MONDAY: &str = "2026-09-07T06:00:00Z";
const TUESDAY: &str = "2026-09-08T06:00:00Z";
const WEDNESDAY: &str = "2026-09-09T06:00:00Z";
const THURSDAY: &str = "2026-09-10T06:00:00Z";

/// A rule that would take longer than anybody waits: each row of some hundred is held against all others, five times.
const ENDLESS: &str = r#"--- title = "Endless"
--- severity = "low"
--- confidence = "low"
--- needs = ["ibm_users", "ibm_role_actions"]
--- subject = "ibm_users.iam_id"
--- reason = "It never ends."
--- silence = "never"
--- remediation = "Take it out."
select users.iam_id
from ibm_users users
where (
    select count(*)
    from ibm_role_actions one
    cross join ibm_role_actions two
    cross join ibm_role_actions three
    cross join ibm_role_actions four
    cross join ibm_role_actions five
    where one.action <= five.action
) >= 0
order by users.iam_id
"#;

const CASES: &str = r#"
[[case]]
name = "there is somebody"
ibm_users = [{ iam_id = "u" }]
reports = [{ iam_id = "u" }]

[[case]]
name = "there is nobody"
reports = []
"#;

fn endless() -> RuleSet {
    let texts = [("ibm/endless.sql", ENDLESS), ("ibm/endless.cases.toml", CASES)];
    let files: BTreeMap<String, String> =
        texts.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let mut rules = RuleSet::embedded().expect("rules that parse");
    rules.join(RuleSet::parse(&files).expect("a rule that parses")).expect("an id of its own");
    rules
}

/// Lets a rule come to no end, and gives a second to all of them; or lets things be as ever.
fn hinder(account: &mut Account, is_endless: bool) {
    if is_endless {
        account.set_rules(endless(), Duration::from_secs(1));
    } else {
        account.set_rules(RuleSet::embedded().expect("rules that parse"), Duration::from_secs(300));
    }
}

async fn audit(account: &Account, at: &str) -> (RunSummary, Vec<Event>) {
    let known = account.events().len();
    let summary = account.audit(at).await.expect("an audit");
    (summary, account.events().split_off(known))
}

/// Returns the titles of the events of a kind.
fn titles(events: &[Event], kind: &str) -> Vec<String> {
    let of_kind = events.iter().filter(|event| event.kind.contains(kind));
    of_kind.map(|event| event.data["title"].as_str().expect("a title").to_owned()).collect()
}

/// Gives a service ID the rights of an administrator.
fn promote(world: &mut World) {
    let who = world.service_ids[0].object.text("iam_id").to_owned();
    let is_access =
        |policy: &&simulators::ibm::world::Policy| policy.subject_value("access_group_id").is_some();
    let mut policy = world.policies.iter().find(is_access).expect("a policy").clone();
    "policy-by-night".clone_into(&mut policy.id);
    policy.description = Some("by night".to_owned());
    policy.subject = vec![Attribute::equals("iam_id", &who)];
    policy.resource = vec![Attribute::equals("serviceType", "platform_service")];
    policy.roles = vec!["crn:v1:bluemix:public:iam::::role:Administrator".to_owned()];
    world.policies.push(policy);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_rules_never_end_keeps_its_snapshot_and_the_next_one_judges() {
    let mut account = Account::of_a_dozen().await;
    audit(&account, MONDAY).await;

    account.ibm().change(promote);
    hinder(&mut account, true);
    let (summary, told) = audit(&account, TUESDAY).await;
    assert_eq!(summary.snapshot, 2);
    let reason = summary.unjudged.expect("a reason");
    assert!(reason.contains("`endless`") && reason.contains("`judging_seconds`"), "{reason}");
    assert_eq!(titles(&told, "run.unjudged").len(), 1);
    assert_eq!(titles(&told, "drift.added").len(), 1, "drift is told at once: {told:?}");
    assert!(titles(&told, "finding.").is_empty() && titles(&told, "access.").is_empty(), "{told:?}");
    let history = account.history().await;
    let manifest = history.manifest(2).await.expect("a snapshot");
    assert_eq!(manifest.judged().map(|judged| judged.snapshot), Some(1));

    // Nobody sees it a second time, and what happened is not forgotten.
    let (_, told) = audit(&account, WEDNESDAY).await;
    assert!(titles(&told, "drift.").is_empty(), "{told:?}");

    hinder(&mut account, false);
    let (summary, told) = audit(&account, THURSDAY).await;
    assert_eq!(summary.unjudged, None);
    assert!(titles(&told, "drift.").is_empty() && titles(&told, "baseline.").is_empty(), "{told:?}");
    let gained = titles(&told, "access.gained");
    assert!(gained.len() == 1 && gained[0].contains("by night"), "{told:?}");
    let opened = titles(&told, "finding.opened");
    assert!(
        opened.iter().any(|title| title.contains("grant access to all account management")),
        "{opened:?}"
    );
    assert!(history.verify().await.expect("a history").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_first_be_seen_while_nobody_judged_is_a_baseline_all_the_same() {
    let mut account = Account::of_a_dozen().await;
    account.ibm().change(promote);
    account.ibm().add_fault(Fault::on("/v2/policies", FaultKind::ServerError(500)));
    audit(&account, MONDAY).await;

    account.ibm().clear_faults();
    hinder(&mut account, true);
    let (_, told) = audit(&account, TUESDAY).await;
    assert_eq!(titles(&told, "baseline.taken").len(), 1, "{told:?}");

    hinder(&mut account, false);
    let (_, told) = audit(&account, WEDNESDAY).await;
    assert!(titles(&told, "finding.opened").is_empty(), "{told:?}");
    assert!(titles(&told, "access.").is_empty() && titles(&told, "drift.").is_empty(), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_not_called_idle_by_a_run_that_judged_nothing() {
    let mut account = Account::of_a_dozen().await;
    account.set_permissions(
        "[[permission]]\nid = \"permission_of_no_action\"\ncloud = \"ibm\"\nactions = [\"iam:users:createUser\"]\n",
    );
    hinder(&mut account, true);
    let (unjudged, _) = audit(&account, MONDAY).await;
    assert!(unjudged.unjudged.is_some() && unjudged.warnings.is_empty(), "{unjudged:?}");
    hinder(&mut account, false);
    let (judged, _) = audit(&account, TUESDAY).await;
    assert_eq!(judged.warnings.len(), 1, "{judged:?}");
    assert_eq!(judged.warnings[0].kind, pipeline::WarningKind::PermissionOfNoAction);
}
