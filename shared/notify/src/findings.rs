//! Transitions → events: one for each, but for those of a baseline and those that somebody hushed.

use model::{EvidenceTurn, FindingState, Transition, TransitionKind};
use serde_json::{Map, Value, json};

use crate::{RunReport, run_report::is_baseline, subjects::SubjectNames, wire::EventDraft};

/// Returns what the transitions tell, from the most severe down.
pub(crate) fn drafts<'a>(report: &RunReport<'a>) -> impl Iterator<Item = EventDraft> + use<'a> {
    let mut worth: Vec<&'a Transition> = report
        .transitions
        .iter()
        .filter(|transition| !is_baseline(transition) && !is_hushed(transition))
        .collect();
    worth.sort_by(|one, other| {
        let rank = |each: &Transition| (std::cmp::Reverse(each.severity()), each.kind);
        rank(one).cmp(&rank(other)).then_with(|| one.finding.fingerprint.cmp(&other.finding.fingerprint))
    });
    let names = SubjectNames::new(report, worth.iter().map(|transition| &transition.finding));
    worth.into_iter().map(move |transition| draft(transition, &names))
}

/// Returns whether the finding is suppressed: it is kept and not told, save for the suppression itself.
pub(crate) fn is_hushed(transition: &Transition) -> bool {
    let finding = &transition.finding;
    let is_the_word = matches!(transition.kind, TransitionKind::Suppressed | TransitionKind::Unsuppressed);
    !is_the_word && (finding.state == FindingState::Suppressed || finding.suppression.is_some())
}

fn draft(transition: &Transition, names: &SubjectNames<'_>) -> EventDraft {
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
    if let Some(turn) = transition.turn {
        data.insert("turn".to_owned(), Value::from(turn.name()));
        data.insert("causes".to_owned(), json!(transition.causes));
    }
    if let Some(doubt) = &finding.doubt {
        data.insert("doubt".to_owned(), Value::from(doubt.as_str()));
    }
    EventDraft {
        name: format!("finding.{}", transition.kind.name()),
        subject: finding.fingerprint.clone(),
        severity: transition.severity(),
        title: title(transition, names),
        data,
    }
}

fn title(transition: &Transition, names: &SubjectNames<'_>) -> String {
    let finding = &transition.finding;
    let what = match transition.kind {
        TransitionKind::Opened => "opened".to_owned(),
        TransitionKind::Reopened => "is back".to_owned(),
        TransitionKind::Changed => changed(transition),
        TransitionKind::Closed => format!("closed as {}", finding.state.name()),
        TransitionKind::Suppressed => "suppressed".to_owned(),
        TransitionKind::Unsuppressed => "no longer suppressed".to_owned(),
        TransitionKind::Unknown => match &finding.doubt {
            Some(doubt) => format!("can no longer be judged: {doubt}"),
            None => "can no longer be judged".to_owned(),
        },
    };
    format!("{}: {} ({what})", finding.title, names.of(finding))
}

/// Returns which way the evidence went, and why where there is one reason only.
fn changed(transition: &Transition) -> String {
    let what = match transition.turn {
        Some(EvidenceTurn::Narrowed) => "narrowed",
        Some(EvidenceTurn::Rerouted) => "the same by another path",
        Some(EvidenceTurn::Widened) => "goes further now",
        Some(EvidenceTurn::Reworded) | None => "has other evidence",
    };
    let doubt = transition.finding.doubt.iter().map(|doubt| format!(", {doubt}"));
    let cause = Some(&transition.causes).filter(|causes| causes.len() == 1).into_iter().flatten();
    std::iter::once(what.to_owned()).chain(cause.map(|cause| format!(": {cause}"))).chain(doubt).collect()
}
