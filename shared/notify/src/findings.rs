//! Transitions → events: one for each, but for those of a baseline and those that somebody hushed.

use model::{FindingState, Severity, Transition, TransitionKind};
use serde_json::{Map, Value, json};

use crate::{Told, told::is_baseline, wire::Draft};

/// Returns what the transitions tell, from the most severe down.
pub(crate) fn drafts(told: &Told<'_>) -> Vec<Draft> {
    let mut worth: Vec<&Transition> = told
        .transitions
        .iter()
        .filter(|transition| !is_baseline(transition) && !is_hushed(transition))
        .collect();
    worth.sort_by(|one, other| {
        let rank = |each: &Transition| (std::cmp::Reverse(severity(each)), each.kind);
        rank(one).cmp(&rank(other)).then_with(|| one.finding.fingerprint.cmp(&other.finding.fingerprint))
    });
    worth.into_iter().map(draft).collect()
}

/// Says whether the finding is suppressed: it is kept and not told, save for the suppression itself.
pub(crate) fn is_hushed(transition: &Transition) -> bool {
    let finding = &transition.finding;
    let is_the_word = matches!(transition.kind, TransitionKind::Suppressed | TransitionKind::Unsuppressed);
    !is_the_word && (finding.state == FindingState::Suppressed || finding.suppression.is_some())
}

/// Grades what happened to a finding: what makes it count is as bad as the finding, what ends or hides it is worth knowing.
///
/// That a finding can no longer be judged is no news of the finding: the list that cannot be read is told as lost coverage.
const fn severity(transition: &Transition) -> Severity {
    match transition.kind {
        TransitionKind::Opened
        | TransitionKind::Reopened
        | TransitionKind::Changed
        | TransitionKind::Unsuppressed => transition.finding.severity,
        TransitionKind::Closed | TransitionKind::Suppressed | TransitionKind::Unknown => Severity::Info,
    }
}

fn draft(transition: &Transition) -> Draft {
    let finding = &transition.finding;
    let mut data = Map::new();
    data.insert("transition".to_owned(), Value::from(transition.kind.name()));
    data.insert(
        "finding".to_owned(),
        json!({
            "fingerprint": finding.fingerprint,
            "rule": finding.rule,
            "title": finding.title,
            "severity": finding.severity.name(),
            "subject": finding.subject,
            "evidence": finding.evidence,
            "state": finding.state.name(),
            "baseline": finding.baseline,
            "first_seen": finding.first_seen,
            "last_seen": finding.last_seen,
            "suppression": finding.suppression,
        }),
    );
    if let Some(before) = &transition.before {
        data.insert("evidence_before".to_owned(), json!(before));
    }
    Draft {
        name: format!("finding.{}", transition.kind.name()),
        subject: finding.fingerprint.clone(),
        severity: severity(transition),
        title: title(transition),
        data,
    }
}

fn title(transition: &Transition) -> String {
    let finding = &transition.finding;
    let what = match transition.kind {
        TransitionKind::Opened => "opened".to_owned(),
        TransitionKind::Reopened => "is back".to_owned(),
        TransitionKind::Changed => "has other evidence".to_owned(),
        TransitionKind::Closed => format!("closed as {}", finding.state.name()),
        TransitionKind::Suppressed => "suppressed".to_owned(),
        TransitionKind::Unsuppressed => "no longer suppressed".to_owned(),
        TransitionKind::Unknown => "can no longer be judged".to_owned(),
    };
    format!("{}: {} ({what})", finding.title, finding.subject)
}
