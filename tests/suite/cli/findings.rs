//! Findings, chosen and grouped: what a filter shows is what the whole list has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::program::Desk;

fn findings(desk: &Desk, more: &[&str]) -> Vec<Value> {
    let told = desk.iamwatch(&[&["findings", "--json"], more].concat()).json();
    told["findings"].as_array().unwrap().clone()
}

fn ids(findings: &[Value], is_wanted: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let wanted = findings.iter().filter(|finding| is_wanted(finding));
    wanted.map(|finding| finding["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_filter_chooses_of_the_whole_list() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let all = findings(&desk, &["--all"]);
        let shown = findings(&desk, &[]);
        let seen = |finding: &Value| finding["first_seen"]["snapshot"].as_u64().unwrap();
        let chosen = |more: &[&str]| ids(&findings(&desk, more), |_| true);
        let severe = |finding: &Value| finding["severity"] == "critical" || finding["severity"] == "high";
        assert_eq!(chosen(&["--severity", "high"]), ids(&shown, severe));
        assert_eq!(chosen(&["--severity", "info"]), ids(&shown, |_| true));
        let of_key = |finding: &Value| finding["rule"].as_str().unwrap().starts_with("key_");
        assert_eq!(chosen(&["--rule", "key_*"]), ids(&shown, of_key));
        assert!(!chosen(&["--rule", "key_older_than_90_days"]).is_empty());
        assert_eq!(chosen(&["--since", "4"]), ids(&shown, |finding| seen(finding) > 4));
        assert_eq!(chosen(&["--since", "2026-09"]), ids(&shown, |finding| seen(finding) > 5));
        let new = ids(&shown, |finding| seen(finding) == 9 && finding["baseline"] == false);
        assert_eq!(chosen(&["--new"]), new);
        for state in ["open", "unknown", "fixed", "gone", "suppressed", "rule-changed"] {
            assert_eq!(
                chosen(&["--state", state]),
                ids(&all, |finding| finding["state"] == state),
                "{state}"
            );
        }
        assert_eq!(chosen(&["--state", "all"]), ids(&all, |_| true));
        let first = &shown[0];
        let about = chosen(&["--subject", first["subject"].as_str().unwrap()]);
        assert_eq!(about, ids(&shown, |finding| finding["subject"] == first["subject"]));
        let by_name = chosen(&["--subject", &first["name"].as_str().unwrap().to_uppercase()]);
        assert!(by_name.contains(first["fingerprint"].as_str().unwrap()));
        // Filters are put together.
        let both = |finding: &Value| severe(finding) && seen(finding) > 2;
        assert_eq!(chosen(&["--severity", "high", "--since", "2"]), ids(&shown, both));
    }
}

#[test]
fn the_summary_counts_the_list_by_rule() {
    let desk = Desk::with_huawei_history();
    let told = desk.iamwatch(&["findings", "--at", "8", "--json"]).json();
    let listed = told["findings"].as_array().unwrap();
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for finding in listed.iter().filter(|finding| finding["state"] == "open") {
        let count = counts.entry(finding["rule"].as_str().unwrap()).or_default();
        count.0 += 1;
        count.1 += u64::from(finding["new"] == true);
    }
    let mut answers = BTreeSet::new();
    for line in told["summary"].as_array().unwrap() {
        let count = counts.remove(line["rule"].as_str().unwrap()).unwrap_or_default();
        assert_eq!((line["open"].as_u64().unwrap(), line["new"].as_u64().unwrap()), count, "{line}");
        answers.insert(line["answered"].as_str().unwrap().to_owned());
    }
    assert!(counts.is_empty(), "{counts:?}");
    assert!(
        answers.contains("yes") && answers.len() > 1,
        "in the eighth week something is not seen: {answers:?}"
    );
}

#[test]
fn findings_are_listed_whole_under_what_they_have_in_common() {
    let desk = Desk::with_history();
    let shown = findings(&desk, &[]);
    for what in ["rule", "subject", "cause"] {
        let page = desk.iamwatch(&["findings", "--list", "--group-by", what]).done();
        let lines = page.lines().filter(|line| line.starts_with("  ")).count();
        assert_eq!(lines, shown.len(), "{what}: {page}");
        for finding in &shown {
            // What is long is not cut.
            let name = match finding["evidence"]["principal"].as_str() {
                Some(principal) => principal,
                None => finding["name"].as_str().unwrap(),
            };
            assert!(page.contains(name), "{what}: {name} is not in {page}");
        }
    }
    let page = desk.iamwatch(&["findings", "--at", "4", "--new", "--group-by", "cause"]).done();
    let block = page.split("\n\n").find(|block| block.starts_with("policy 'temporary, for the migration'"));
    assert!(block.is_some_and(|block| block.contains("Can grant access")), "{page}");
    let page = desk.iamwatch(&["findings", "--severity", "critical"]).done();
    assert!(page.contains("≤ 1 (2026-09-07)") && !page.contains("medium"), "{page}");
    let page =
        desk.iamwatch(&["findings", "--at", "6", "--since", "5", "--list", "--rule", "owner_has_key"]).done();
    assert!(page.contains("Nothing open"), "{page}");
}

#[test]
fn what_is_created_is_told_with_who_created_it() {
    let desk = Desk::with_history();
    let told = findings(&desk, &["--all"]);
    let by: Vec<&Value> = told.iter().filter(|finding| finding["created_by"].is_object()).collect();
    assert!(by.iter().any(|finding| {
        finding["created_by"]["name"].as_str().is_some_and(|name| name.contains("ana.sousa"))
    }));
    let policies = desk.iamwatch(&["show", "latest", "ibm_policies", "--json"]).json();
    for finding in by.iter().filter(|finding| finding["subject"].as_str().unwrap().contains("/ibm_policies/"))
    {
        let id = finding["subject"].as_str().unwrap().rsplit('/').next().unwrap();
        let row = policies["rows"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap();
        assert_eq!(finding["created_by"]["id"], row["created_by_id"]);
    }
}

#[test]
fn nothing_is_said_of_what_a_filter_leaves_out() {
    let desk = Desk::with_history();
    let open = |more: &[&str]| findings(&desk, more).iter().filter(|each| each["state"] == "open").count();
    assert!(open(&["--severity", "high"]) > 0 && open(&["--since", "8", "--severity", "high"]) == 0);
    let page = |more: &[&str]| desk.iamwatch(&[&["findings"], more].concat()).done();
    for filter in [&["--since", "8", "--severity", "high"][..], &["--rule", "owner_has_key", "--new"]] {
        let page = page(filter);
        assert!(page.contains("Nothing open of what is asked for after snapshot 9"), "{filter:?}: {page}");
    }
    // What is asked for is counted, and what is open besides is no part of it.
    let fixed = findings(&desk, &["--state", "fixed"]).len();
    let of_fixed = page(&["--state", "fixed"]);
    assert!(fixed > 0 && of_fixed.contains(&format!("{fixed} fixed after snapshot 9")), "{of_fixed}");
    assert!(!of_fixed.contains("Nothing open") && !of_fixed.contains("implied by these"), "{of_fixed}");
    let all = page(&["--all"]);
    assert!(all.contains(" open: ") && all.contains(&format!("{fixed} fixed")), "{all}");
    let none = page(&["--state", "suppressed"]);
    assert!(none.contains("Nothing of what is asked for after snapshot 9"), "{none}");
}

#[test]
fn a_wrong_filter_is_refused_and_news_follow_the_filter() {
    let desk = Desk::with_history();
    desk.iamwatch(&["findings", "--rule", "no_such_rule"])
        .fails(2, &["no rule or permission `no_such_rule`", "iamwatch rules"]);
    desk.iamwatch(&["findings", "--severity", "awful"]).fails(2, &["`critical`, `high`"]);
    desk.iamwatch(&["findings", "--since", "2199-01-01"]).fails(2, &["yet to come"]);
    assert_eq!(desk.iamwatch(&["findings", "--state", "openn"]).code, 2);
    assert_eq!(desk.iamwatch(&["findings", "--severity", "high", "--exit-code"]).code, 1);
    assert_eq!(desk.iamwatch(&["findings", "--severity", "high", "--rule", "key_*", "--exit-code"]).code, 0);
}

#[test]
fn findings_of_all_accounts_say_whose_they_are() {
    let desk = Desk::with_both_histories();
    let told = desk.iamwatch(&["findings", "--account", "all", "--json"]).json();
    let accounts = told["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2);
    for account in accounts {
        let name = account["account"].as_str().unwrap();
        assert_eq!(account, &desk.iamwatch(&["findings", "--account", name, "--json"]).json());
        let page = desk.iamwatch(&["findings", "--account", "all"]).done();
        assert!(page.starts_with("ACCOUNT") && page.lines().any(|line| line.starts_with(name)), "{page}");
    }
}

#[test]
fn who_can_is_asked_of_one_principal() {
    let desk = Desk::with_history();
    let who =
        |more: &[&str]| desk.iamwatch(&[&["who-can", "iam.policy.create", "--json"], more].concat()).json();
    let all = who(&["--at", "5"]);
    let names = |told: &Value| -> Vec<String> {
        told["answers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|answer| answer["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let expected: Vec<String> = names(&all).into_iter().filter(|name| name == "ci-deployer").collect();
    assert!(!expected.is_empty());
    assert_eq!(names(&who(&["--principal", "CI-deploy", "--at", "5"])), expected);
    let page = desk.iamwatch(&["who-can", "iam.policy.create", "--principal", "nobody-at-all"]).done();
    assert!(page.contains("Nobody with `nobody-at-all`"), "{page}");
}
