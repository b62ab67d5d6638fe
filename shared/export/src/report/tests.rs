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
    }
}

fn turn(before: Option<Finding>, now: Option<Finding>) -> Option<Option<FindingTurn>> {
    let findings = |finding: Option<Finding>| Findings {
        findings: finding
            .into_iter()
            .map(|finding| (finding.fingerprint.clone(), Arc::new(finding)))
            .collect(),
        ..Findings::default()
    };
    reported_findings(findings(now), Some(findings(before))).first().map(|reported| reported.turn)
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
    let findings = [open, over].map(|finding| (finding.fingerprint.clone(), Arc::new(finding)));
    let told = reported_findings(Findings { findings: findings.into(), ..Findings::default() }, None);
    assert_eq!(told.iter().map(|each| each.turn).collect::<Vec<_>>(), [None]);
    assert!(told[0].is_live());
}
