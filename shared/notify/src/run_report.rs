//! What a run has to tell, and the events that tell it.
//!
//! In: transitions, changes, coverage and the state they are about. Out: events in a fixed order: the
//! run's own first, then findings from the most severe down, gains of access from the widest down, drift by address. Pure.

use std::collections::BTreeMap;

use serde_json::Map;

use model::{AccountId, Change, Event, Severity, State, Timestamp, Transition, TransitionKind};

use crate::{
    CoverageChange, Damage, Gain, coverage, damage, drift, findings, gains, names::NameFinder, run,
    wire::EventDraft,
};

/// What a run has to tell.
#[derive(Debug, Clone)]
pub struct RunReport<'a> {
    /// The account that the run audited.
    pub account: &'a AccountId,
    /// Number of the snapshot.
    pub number: u64,
    /// Time of the snapshot.
    pub at: Timestamp,
    /// The state after the run: only names are looked up in it, an empty one gives ids in their place.
    pub state: &'a State,
    /// What happened to findings.
    pub transitions: &'a [Transition],
    /// What changed in the tables.
    pub changes: &'a [Change],
    /// Who gained access, widest first.
    pub gains: &'a [Gain],
    /// Lists that became unreadable or readable: see [`crate::coverage_changes`].
    pub coverage: &'a [CoverageChange],
    /// Whether it is the first snapshot of the account: then nothing in it is drift.
    pub is_first: bool,
    /// Findings that were there when their rule could first look.
    pub baseline: BaselineCounts,
    /// What of the history could not be read, if anything.
    pub damage: Option<Damage>,
    /// Why the snapshot was stored without being judged, if it was: then there are no transitions and no gains.
    pub unjudged: Option<&'a str>,
    /// How many findings and changes are told one by one; above it one digest tells them all.
    pub limit: usize,
}

impl RunReport<'_> {
    /// The [`RunReport::limit`] of runs that set none.
    pub const LIMIT: usize = 200;
}

/// How many findings were there when their rule could first look: nobody knows their age, so they are
/// told as one sum.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BaselineCounts {
    /// The number of open findings by severity.
    pub by_severity: BTreeMap<Severity, u64>,
    /// The number of open findings by rule.
    pub by_rule: BTreeMap<String, u64>,
}

impl BaselineCounts {
    /// Counts the transitions that [`events`] leaves to the baseline event.
    #[must_use]
    pub fn of(transitions: &[Transition]) -> Self {
        let mut counts = Self::default();
        for transition in transitions.iter().filter(|transition| is_baseline(transition)) {
            let finding = &transition.finding;
            *counts.by_severity.entry(finding.severity).or_default() += 1;
            *counts.by_rule.entry(finding.rule.clone()).or_default() += 1;
        }
        counts
    }

    /// Returns how many there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_severity.values().sum()
    }
}

/// Returns whether a transition opens a finding of unknown age. A suppressed one is not counted.
pub(crate) fn is_baseline(transition: &Transition) -> bool {
    transition.kind == TransitionKind::Opened
        && transition.finding.baseline
        && !transition.finding.untold
        && !findings::is_hushed(transition)
}

/// Returns the events of a run: the same input gives the same events, ids and order.
#[must_use]
pub fn events(report: &RunReport<'_>) -> Vec<Event> {
    let mut always = Vec::new();
    always.extend(damage::draft(report));
    always.extend(run::unjudged(report));
    always.extend(run::baseline(report));
    always.extend(coverage::drafts(report));
    let mut single = Vec::new();
    keep(&mut single, findings::drafts(report), report.limit);
    if !report.is_first {
        keep(&mut single, gains::drafts(report).into_iter(), report.limit);
        let names = NameFinder::new(report);
        keep(&mut single, drift::drafts(report, &names), report.limit);
    }
    if single.len() > report.limit {
        always.push(run::digest(report, &single));
    } else {
        always.append(&mut single);
    }
    always.into_iter().map(|draft| EventDraft::seal(draft, report)).collect()
}

/// Keeps drafts; of those that only a digest will count, no more than it needs: a run may have hundreds of thousands to tell.
fn keep(kept: &mut Vec<EventDraft>, drafts: impl Iterator<Item = EventDraft>, limit: usize) {
    for mut draft in drafts {
        if kept.len() > limit {
            draft.data = Map::new();
            // The digest names the most severe, and of equal ones the first.
            if kept.len() > run::NAMED && draft.severity == Severity::Info {
                (draft.subject, draft.title) = (String::new(), String::new());
            }
        }
        kept.push(draft);
    }
}
