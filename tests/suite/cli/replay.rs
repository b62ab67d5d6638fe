//! `replay`: rules asked of past snapshots find what they found when these were new, and a rule of today what it would have found.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::program::Desk;

/// Returns what is to be the same of findings, by fingerprint.
fn facts(findings: &Value) -> BTreeMap<String, Value> {
    let facts = findings.as_array().unwrap().iter().map(|finding| {
        let mut fact = finding.clone();
        for told in ["name", "cause", "created_by", "new"] {
            fact.as_object_mut().unwrap().remove(told);
        }
        (finding["fingerprint"].as_str().unwrap().to_owned(), fact)
    });
    facts.collect()
}

/// Returns what every run found new or over, as its events told it: snapshot, kind, and the rule and subject of each.
fn told(desk: &Desk) -> BTreeSet<(u64, String, String)> {
    let mut told = BTreeSet::new();
    let replayed = desk.iamwatch(&["replay", "--from", "1", "--json"]).json();
    for step in replayed["snapshots"].as_array().unwrap() {
        for line in step["transitions"].as_array().unwrap() {
            let fingerprint = line["finding"]["fingerprint"].as_str().unwrap().to_owned();
            told.insert((step["snapshot"].as_u64().unwrap(), line["kind"].to_string(), fingerprint));
        }
    }
    told
}

#[test]
fn the_rules_of_a_history_find_again_what_they_found_in_it() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let before = desk.bytes("iamwatch-store");
        let replayed = desk.iamwatch(&["replay", "--from", "1", "--json"]).json();
        let kept = desk.iamwatch(&["findings", "--json"]).json();
        assert_eq!(facts(&replayed["findings"]), facts(&kept["findings"]), "since when, with what evidence");
        // What every run counted as open, a replay counts, too; the eighth week could not see all.
        let listed = desk.iamwatch(&["snapshots", "--json"]).json();
        let open = |of: &Value| {
            of.as_array().unwrap().iter().map(|each| each["open_findings"].clone()).collect::<Vec<_>>()
        };
        let again: Vec<Value> =
            replayed["snapshots"].as_array().unwrap().iter().map(|step| step["open"].clone()).collect();
        assert_eq!(again, open(&listed));
        assert!(told(&desk).len() > 5);
        let blind = &replayed["snapshots"][7]["not_answered"];
        assert!(!blind.as_array().unwrap().is_empty(), "{blind}");
        assert_eq!(desk.bytes("iamwatch-store"), before, "nothing is stored");
    }
}

#[test]
fn rules_that_a_snapshot_does_not_answer_are_named_with_what_they_lack() {
    let desk = Desk::with_history();
    let asked = ["replay", "--from", "7", "--to", "8"];
    let told = desk.iamwatch(&[&asked[..], &["--json"]].concat()).json();
    let page = desk.iamwatch(&asked).done();
    assert!(page.contains("! snapshot 8: ") && page.contains("not read to the end: ibm_"), "{page}");
    for blind in told["snapshots"][1]["not_answered"].as_array().unwrap() {
        let rule = blind["rule"].as_str().unwrap();
        let table = blind["tables"][0].as_str().unwrap();
        let lines = page.lines().filter(|line| line.starts_with("  ") && line.contains(rule));
        assert!(lines.into_iter().any(|line| line.contains(table)), "{rule} lacks {table}: {page}");
    }
}

/// A rule of one's own, as somebody writes it after the week in which it was needed.
const RULE: &str = r#"--- title = "Policy said to be temporary"
--- severity = "high"
--- confidence = "high"
--- needs = ["ibm_policies"]
--- subject = "ibm_policies.id"
--- reason = "What is temporary stays."
--- silence = "never"
--- remediation = "Take it away when its time is over."
select id from ibm_policies where description like 'temporary%' order by id
"#;

const CASES: &str = r#"[[case]]
name = "a policy for a day"
ibm_policies = [{ id = "p", type = "access", state = "active", description = "temporary, for a day" }]
reports = [{ id = "p" }]

[[case]]
name = "a policy for good"
ibm_policies = [{ id = "p", type = "access", state = "active", description = "for good" }]
reports = []
"#;

#[test]
fn a_rule_that_is_new_today_is_told_when_it_would_have_found_something() {
    let desk = Desk::with_history();
    desk.write("mine/ibm/temporary_policy.sql", RULE);
    desk.write("mine/ibm/temporary_policy.cases.toml", CASES);
    let asked = ["replay", "--from", "1", "--rules", "mine", "--rule", "temporary_policy"];
    let replayed = desk.iamwatch(&[&asked[..], &["--json"]].concat()).json();
    let told: Vec<(u64, String, String)> = replayed["snapshots"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|step| step["transitions"].as_array().unwrap().iter().map(move |line| (step, line)))
        .map(|(step, line)| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (step["snapshot"].as_u64().unwrap(), text(&line["kind"]), text(&line["finding"]["state"]))
        })
        .collect();
    // In the fourth week a machine was made an administrator for a migration; in the seventh it was no more.
    let expected = [(4, "opened", "open"), (7, "closed", "gone")];
    assert_eq!(told, expected.map(|(snapshot, kind, state)| (snapshot, kind.to_owned(), state.to_owned())));
    let page = desk.iamwatch(&asked).done();
    assert!(
        page.contains("policy of service ID ci-deployer")
            && page.contains("findings of all rules would be open"),
        "{page}"
    );
    assert_eq!(desk.iamwatch(&[&asked[..], &["--exit-code"]].concat()).code, 1);
    let quiet = ["replay", "--from", "5", "--to", "6", "--rules", "mine", "--rule", "temporary_policy"];
    let page = desk.iamwatch(&quiet).done();
    assert!(page.contains("Nothing would have been told"), "{page}");
}

#[test]
fn what_cannot_be_judged_is_named_and_hides_no_other_snapshot() {
    let desk = Desk::with_history();
    std::fs::remove_file(desk.object("manifests/00000003.json")).unwrap();
    let replayed = desk.iamwatch(&["replay", "--from", "2", "--to", "4", "--json"]).json();
    assert_eq!(replayed["skipped"][0]["snapshot"], 3);
    let numbers: Vec<u64> = replayed["snapshots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["snapshot"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [2, 4]);
    let page = desk.iamwatch(&["replay", "--from", "2", "--to", "4"]).done();
    assert!(page.contains("snapshot 3 is missing") && page.contains("Nothing was stored or sent."), "{page}");
    desk.iamwatch(&["replay", "--from", "4", "--to", "2"]).fails(2, &["comes after", "older one first"]);
    desk.iamwatch(&["replay", "--from", "1", "--rule", "no_such_rule"]).fails(2, &["no rule or permission"]);
}
