//! What became of findings since another snapshot.

use super::*;

fn finding(state: FindingState, evidence: &str) -> Finding {
    Finding {
        fingerprint: "f".to_owned(),
        rule: "r".to_owned(),
        title: "t".to_owned(),
        severity: Severity::High,
        subject: "s".to_owned(),
        evidence: [("what".to_owned(), evidence.into())].into_iter().collect(),
        state,
        baseline: false,
        first_seen: Sighting { snapshot: 1, at: "2026-01-01T00:00:00Z".to_owned() },
        last_seen: matches!(state, FindingState::Unknown)
            .then(|| Sighting { snapshot: 1, at: "2026-01-01T00:00:00Z".to_owned() }),
        suppression: None,
        doubt: None,
        implied_by: None,
        untold: false,
        pending: None,
        told: None,
    }
}

fn reported(before: Option<&[Finding]>, now: &[Finding]) -> Vec<(String, Option<FindingTurn>)> {
    let target = ExportTarget::Place { path: std::env::temp_dir().join("report"), is_replaced: false };
    let former = before.map(|before| {
        let mut former = FormerFindings::begin(&target).unwrap();
        before.iter().for_each(|finding| former.take(finding));
        former
    });
    let mut collector = FindingCollector::begin(&target, former).unwrap();
    now.iter().for_each(|finding| collector.take(finding));
    let findings = collector.finish().unwrap();
    let read = findings.entries().iter().map(|entry| findings.read(entry).unwrap());
    read.map(|reported| (reported.finding.fingerprint, reported.turn)).collect()
}

fn turn(before: Option<Finding>, now: Option<Finding>) -> Option<Option<FindingTurn>> {
    let told = reported(Some(before.as_slice()), now.as_slice());
    told.first().map(|(_, turn)| *turn)
}

#[test]
fn what_became_of_a_finding_hangs_on_whether_it_held_then_and_holds_now() {
    use FindingState::{Fixed, Gone, Open, RuleChanged, Suppressed, Unknown};
    use FindingTurn::{Absent, New, Unchanged, Updated};
    let of = |state| Some(finding(state, "x"));
    for (before, now, expected) in [
        (None, of(Open), Some(Some(New))),
        (of(Fixed), of(Open), Some(Some(New))),
        (of(Open), of(Open), Some(Some(Unchanged))),
        (of(Suppressed), of(Open), Some(Some(Unchanged))),
        (of(Open), of(Suppressed), Some(Some(Unchanged))),
        // Nobody could look: it is not over.
        (of(Open), of(Unknown), Some(Some(Unchanged))),
        (of(Unknown), of(Open), Some(Some(Unchanged))),
        (of(Open), Some(finding(Open, "y")), Some(Some(Updated))),
        (of(Open), of(Fixed), Some(Some(Absent))),
        (of(Unknown), of(Gone), Some(Some(Absent))),
        (of(Open), of(RuleChanged), Some(Some(Absent))),
        // Closed so long ago that it was forgotten.
        (of(Open), None, Some(Some(Absent))),
        // It was over then.
        (of(Fixed), of(Fixed), None),
        (None, of(Gone), None),
        (of(Gone), None, None),
    ] {
        let what = format!("{before:?} {now:?}");
        assert_eq!(turn(before, now), expected, "{what}");
    }
}

#[test]
fn what_was_there_at_the_first_look_of_its_rule_is_not_called_new() {
    let mut first = finding(FindingState::Open, "x");
    first.baseline = true;
    assert_eq!(turn(None, Some(first)), Some(None));
    let mut doubted = finding(FindingState::Unknown, "x");
    doubted.last_seen = None;
    assert_eq!(turn(None, Some(doubted.clone())), None, "it never held for sure");
    assert_eq!(turn(Some(doubted), Some(finding(FindingState::Open, "x"))), Some(Some(FindingTurn::New)));
}

#[test]
fn without_another_snapshot_nothing_is_called_new_and_nothing_over() {
    let open = finding(FindingState::Open, "x");
    let mut over = finding(FindingState::Fixed, "x");
    over.fingerprint = "g".to_owned();
    assert_eq!(reported(None, &[open, over]), [("f".to_owned(), None)]);
}

#[test]
fn findings_are_told_worst_first_each_with_what_is_its_own() {
    let named = |fingerprint: &str, severity, subject: &str, evidence| Finding {
        fingerprint: fingerprint.to_owned(),
        severity,
        subject: subject.to_owned(),
        ..finding(FindingState::Open, evidence)
    };
    let before = [named("b", Severity::High, "y", "x"), named("d", Severity::Critical, "z", "gone")];
    let now = [
        named("a", Severity::Low, "x", "low"),
        named("b", Severity::High, "y", "longer than it was"),
        named("c", Severity::High, "x", "x"),
    ];
    let told = reported(Some(&before), &now);
    let told: Vec<(&str, FindingTurn)> =
        told.iter().map(|(fingerprint, turn)| (fingerprint.as_str(), turn.unwrap())).collect();
    let expected = [
        ("d", FindingTurn::Absent),
        ("c", FindingTurn::New),
        ("b", FindingTurn::Updated),
        ("a", FindingTurn::New),
    ];
    assert_eq!(told, expected);
}
