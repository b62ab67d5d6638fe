use model::{Event, Finding, FindingState, Severity, Sighting};
use serde_json::{Value, json};

use super::*;

/// An account with these access groups, by id and name, and with these open findings.
fn account(groups: &[(&str, &str)], open: &[&str]) -> Truth {
    let mut truth = Truth::default();
    let rows = groups.iter().map(|(id, name)| {
        let cells = json!({ "id": id, "name": name, "document": json!({ "name": name }).to_string() });
        ((*id).to_owned(), cells.as_object().unwrap().clone())
    });
    truth.tables.insert("ibm_access_groups", rows.collect());
    truth.open = open.iter().map(|id| ((*id).to_owned(), finding(id))).collect();
    truth
}

fn finding(group: &str) -> Finding {
    Finding {
        fingerprint: group.to_owned(),
        rule: "group_without_members".to_owned(),
        title: String::new(),
        severity: Severity::Low,
        subject: format!("ibm/acc-1/ibm_access_groups/{group}"),
        evidence: model::Evidence::default(),
        state: FindingState::Open,
        baseline: false,
        first_seen: Sighting { snapshot: 1, at: String::new() },
        last_seen: None,
        suppression: None,
        doubt: None,
        implied_by: None,
        untold: false,
        pending: None,
        told: None,
    }
}

fn event(name: &str, mut data: Value) -> Event {
    data["truncated"] = json!(0);
    serde_json::from_value(json!({
        "specversion": "1.0", "id": "1", "source": "/iamwatch/ibm/acc-1", "type": format!("dev.iamwatch.{name}.v1"),
        "subject": "s", "time": "2026-09-07T06:00:00Z", "datacontenttype": "application/json", "dataschema": "",
        "snapshotid": "2", "severity": "info", "data": data,
    }))
    .unwrap()
}

fn drift(verb: &str, id: &str, more: Value) -> Event {
    let mut data = json!({ "thing": { "table": "ibm_access_groups", "key": { "id": id } } });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event(&format!("drift.{verb}"), data)
}

#[test]
fn a_gain_is_in_doubt_for_whom_each_grant_of_theirs_is_conditional() {
    let account = account(&[], &[]);
    let told = |condition: &str| {
        let grants = json!([
            { "condition": condition, "only": [{ "id": "u1" }] },
            { "only": [{ "id": "mapping/" }] },
        ]);
        let gain =
            event("access.gained", json!({ "title": "t", "principals": [{ "id": "u1" }], "grants": grants }));
        wrong(&account, &[gain], &account)
    };
    assert_eq!(told("still a member of group g, whose members were last read whole in snapshot 1"), [""; 0]);
    is_wrong(&told("MFA"), "false: access gained by u1", "who gained nothing");
}

fn named(name: &str) -> Value {
    json!({ "row": { "id": "g1", "name": name } })
}

fn renamed(before: &str, after: &str) -> Event {
    let name = json!({ "name": "name", "before": before, "after": after });
    drift("changed", "g1", json!({ "columns": [name, { "name": "document", "members": ["name"] }] }))
}

fn moved(word: &str, state: &str) -> Event {
    let told = json!({
        "fingerprint": "g1", "rule": "group_without_members", "subject": "ibm/acc-1/ibm_access_groups/g1",
        "evidence": {}, "state": state,
    });
    event(&format!("finding.{word}"), json!({ "finding": told }))
}

/// Books events, each told when the second account was so, and returns what is wrong with them and with what is left.
fn wrong(before: &Truth, events: &[Event], after: &Truth) -> Vec<String> {
    let mut tally = Tally::of(before);
    for event in events {
        tally.book(event, after, true, Some(&BTreeMap::new()));
    }
    tally.close(after, &Tally::of(after));
    tally.take_wrong()
}

/// Asserts that one thing is wrong, and that it begins and goes on like this.
#[track_caller]
fn is_wrong(wrong: &[String], beginning: &str, word: &str) {
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].starts_with(beginning) && wrong[0].contains(word), "{wrong:?}");
}

#[test]
fn what_is_told_and_so_is_right() {
    let (none, old, new) =
        (account(&[], &[]), account(&[("g1", "old")], &[]), account(&[("g1", "new")], &["g1"]));
    let [nothing, added, removed, changed]: [Vec<String>; 4] = [
        wrong(&old, &[], &old),
        wrong(&none, &[drift("added", "g1", named("old"))], &old),
        wrong(&old, &[drift("removed", "g1", named("old"))], &none),
        wrong(&old, &[renamed("old", "new"), moved("opened", "open")], &new),
    ];
    assert_eq!([nothing, added, removed, changed], [const { Vec::<String>::new() }; 4]);
    assert_eq!(wrong(&account(&[], &["g1"]), &[moved("closed", "gone")], &none), [""; 0]);
}

#[test]
fn what_is_not_so_is_false() {
    let (old, new) = (account(&[("g1", "old")], &[]), account(&[("g1", "new")], &[]));
    let here = wrong(&old, &[drift("removed", "g1", named("old")), drift("added", "g1", named("old"))], &old);
    is_wrong(&here, "false: removed ibm_access_groups g1", "which is there");
    let other = wrong(&account(&[], &[]), &[drift("added", "g1", named("else"))], &old);
    is_wrong(&other, "false: added ibm_access_groups g1", "name");
    let value = wrong(&old, &[renamed("old", "else")], &new);
    is_wrong(&value, "false: changed ibm_access_groups g1", "it is");
    is_wrong(
        &wrong(&old, &[moved("opened", "open"), moved("closed", "fixed")], &old),
        "false: finding opened",
        "not so",
    );
    let open = account(&[("g1", "old")], &["g1"]);
    let closed = wrong(&open, &[moved("closed", "fixed"), moved("opened", "open")], &open);
    is_wrong(&closed, "false: finding closed", "still so");
    let gone = wrong(&open, &[moved("closed", "gone")], &old);
    is_wrong(&gone, "false: finding closed as gone", "there: Some(true)");
    let gain = event("access.gained", json!({ "title": "t", "principals": [{ "id": "p1" }], "grants": [] }));
    is_wrong(&wrong(&old, &[gain], &old), "false: access gained by p1", "gained nothing");
}

#[test]
fn what_was_told_before_is_twice() {
    let (none, old, new) =
        (account(&[], &[]), account(&[("g1", "old")], &[]), account(&[("g1", "new")], &[]));
    let added = drift("added", "g1", named("old"));
    is_wrong(&wrong(&none, &[added.clone(), added], &old), "twice: added", "g1");
    let removed = drift("removed", "g1", named("old"));
    is_wrong(&wrong(&old, &[removed.clone(), removed], &none), "twice: removed", "g1");
    is_wrong(&wrong(&old, &[renamed("else", "new")], &new), "twice: changed", "it was told to be");
    let open = account(&[("g1", "old")], &["g1"]);
    is_wrong(
        &wrong(&old, &[moved("opened", "open"), moved("reopened", "open")], &open),
        "twice: finding reopened",
        "g1",
    );
    is_wrong(
        &wrong(&open, &[moved("closed", "fixed"), moved("closed", "fixed")], &old),
        "twice: finding closed",
        "g1",
    );
}

#[test]
fn what_was_never_told_is_lost() {
    let (none, old, new) =
        (account(&[], &[]), account(&[("g1", "old")], &[]), account(&[("g1", "new")], &[]));
    is_wrong(&wrong(&none, &[], &old), "lost: ibm_access_groups g1 is there", "never told");
    is_wrong(&wrong(&old, &[], &none), "lost: ibm_access_groups g1 is gone", "never told");
    let changed = wrong(&old, &[], &new);
    assert_eq!(changed.len(), 2, "the name and the document: {changed:?}");
    let open = account(&[("g1", "old")], &["g1"]);
    is_wrong(&wrong(&old, &[], &open), "lost: finding", "is open");
    is_wrong(&wrong(&open, &[], &old), "lost: finding", "is over");
    let lost = event("coverage.lost", json!({ "sample": [{ "parent": "" }] }));
    is_wrong(&wrong(&old, std::slice::from_ref(&lost), &old), "lost: coverage of s", "regained");
    let mut regained = event("coverage.regained", json!({ "sample": [{ "parent": "" }] }));
    regained.snapshotid = "3".to_owned();
    let twice = [lost.clone(), lost.clone(), regained.clone()];
    is_wrong(&wrong(&old, &twice, &old), "twice: coverage lost: s", "lost");
    // Of two runs at once the later may tell first.
    assert_eq!(wrong(&old, &[regained, lost], &old), [""; 0]);
}
