//! Rules of one's own over grants: a folder of them judges beside the rules that are built in.

use std::{fs, time::Duration};

use model::{Cloud, FindingState};
use simulators::ibm::{self, FaultKind};

use super::{Account, company::Company, completeness::Hours};

const RULE: &str = r#"--- title = "Machine may grant access"
--- severity = "high"
--- confidence = "high"
--- needs = ["grants", "ibm_service_ids"]
--- subject = "ibm_service_ids.id"
--- reason = "Whoever gets hold of its key can grant everything."
--- silence = "never"
--- remediation = "Let people grant access."
select s.id, min(g.path) as path
from grants g
join ibm_service_ids s on s.iam_id = g.principal_id
where g.effect = 'allow' and g.action = 'iam.policy.create' and g.standing <> 'inactive'
group by s.id
order by s.id
"#;

const CASES: &str = r#"[given]
ibm_accounts = [{ account_id = "acc-1" }]
ibm_service_ids = [{ id = "ServiceId-1", iam_id = "iam-ServiceId-1", name = "deployer" }]
ibm_roles = [{ service_name = "", crn = "admin", display_name = "Administrator" }]
ibm_role_actions = [{ service_name = "", role_crn = "admin", action = "iam.policy.create" }]

[[case]]
name = "an administrator"
ibm_policies = [{ id = "p", type = "access", state = "active", subject_iam_id = "iam-ServiceId-1" }]
ibm_policy_roles = [{ policy_id = "p", role_id = "admin" }]
ibm_policy_resource_attributes = [{ policy_id = "p", name = "serviceType", value = "platform_service", operator = "stringEquals" }]
reports = [{ id = "ServiceId-1" }]

[[case]]
name = "a service ID without policies"
reports = []
"#;

const ID: &str = "machine_may_grant_access";

/// Returns the rules that are built in, with the one above.
fn rules() -> check::RuleSet {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("ibm")).expect("a folder");
    let file = |end: &str| folder.path().join("ibm").join(format!("{ID}.{end}"));
    fs::write(file("sql"), RULE).expect("a rule");
    fs::write(file("cases.toml"), CASES).expect("its cases");
    let rules = pipeline::rules(Some(folder.path())).expect("rules that parse");
    let trial = check::rules::test(&rules, pipeline::derive_grants);
    assert_eq!(trial.misses, []);
    rules
}

/// Returns the states of the findings of the rule after the newest run, and whether the next run need not ask it while nothing changes.
async fn states(hours: &Hours) -> (Vec<FindingState>, bool) {
    let history = hours.account.history().await;
    let manifest = history.latest().await.expect("a store").expect("a snapshot");
    let found = history::findings(&history, &manifest).await.expect("findings").findings.into_values();
    let states = found.filter(|finding| finding.rule == ID).map(|finding| finding.state).collect();
    (states, manifest.findings.expect("findings").grounds.contains_key(ID))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_over_grants_opens_and_closes_with_what_is_granted() {
    let mut account = Account::of(Company::of_a_dozen(Cloud::Ibm).await);
    account.set_rules(rules(), Duration::from_secs(300));
    let hours = Hours::of(account);
    hours.told().await;
    assert_eq!(states(&hours).await, (vec![], true));

    let apply = |title: &str| {
        let weeks = ibm::weeks();
        let week = weeks.iter().find(|week| week.title == title).expect("the week");
        hours.account.ibm().change(week.apply);
    };
    apply("an administrator is made at night");
    let told = hours.told().await;
    assert!(told.has("finding.opened", "Machine may grant access"), "{}", told.all());
    assert_eq!(states(&hours).await, (vec![FindingState::Open], true));
    assert_eq!(hours.told().await.all(), "", "nothing changed");

    // Policies cannot be read: whether it is still so is not known, and where they can again, it is as it was.
    hours.spoil("/v2/policies", FaultKind::Forbidden);
    hours.spoil("/v1/policies", FaultKind::Forbidden);
    let blind = hours.told().await;
    assert!(blind.titles("finding.closed").is_empty(), "{}", blind.all());
    assert_eq!(states(&hours).await, (vec![FindingState::Open], false));
    hours.heal();
    hours.told().await;
    assert_eq!(states(&hours).await, (vec![FindingState::Open], true));

    apply("the grant is taken back, groups are tidied");
    let told = hours.told().await;
    assert!(told.has("finding.closed", "Machine may grant access"), "{}", told.all());
    assert_eq!(states(&hours).await, (vec![FindingState::Fixed], true));
}
