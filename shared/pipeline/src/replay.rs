//! Replay: what rules would have found, had they been asked of past snapshots as they are asked today.
//!
//! It judges each snapshot as a run does, from what is stored, and hands findings on from one to the next. Nothing is stored and nothing is sent.
//! What the first snapshot shows was there when the rules could first look, and is a baseline.

use std::collections::BTreeMap;

use check::{Findings, Unanswered};
use model::{Sighting, State, Transition, tables};
use notify::BaselineCounts;
use snapshot::{History, Manifest, SnapshotError};

use crate::{Asked, grant_tables::GrantTables, judge, questions};

/// What the rules would have said of one snapshot.
#[derive(Debug)]
pub struct ReplayedSnapshot {
    /// Number and time of the snapshot.
    pub seen: Sighting,
    /// What would have become of findings, the worst first. What brought a change about is not told.
    pub transitions: Vec<Transition>,
    /// Findings that were there when their rule could first look, which was in this snapshot.
    pub baseline: BaselineCounts,
    /// How many findings would have been open after it.
    pub open: u64,
    /// Rules that could not be asked, with the reason.
    pub broken: BTreeMap<String, String>,
    /// Rules that what was seen does not answer.
    pub unanswered: Vec<Unanswered>,
}

/// A replay under way: the findings after the snapshots that were judged so far.
#[derive(Debug)]
pub struct Replay<'a> {
    history: &'a History,
    asked: Asked<'a>,
    last: Option<(Findings, Sighting)>,
}

impl<'a> Replay<'a> {
    /// Begins a replay, in which nothing was ever found before.
    #[must_use]
    pub const fn new(history: &'a History, asked: Asked<'a>) -> Self {
        Self { history, asked, last: None }
    }

    /// Judges the next snapshot, which comes after those before it.
    ///
    /// # Errors
    /// When a table of it is missing or damaged, or the store cannot be read: then it counts for nothing, and the replay may go on with another.
    pub async fn judge(&mut self, manifest: &Manifest) -> Result<ReplayedSnapshot, SnapshotError> {
        let cloud = manifest.account.cloud();
        let mut state = State::default();
        for table in tables::of_cloud(cloud) {
            state.put(table, self.history.read(manifest, table).await?);
        }
        let at = manifest.taken_at();
        let asking = check::RunContext { account: manifest.account.clone(), at, number: manifest.number };
        let mut grants = GrantTables::new(cloud, &state, at);
        let (rules, permissions) = (self.asked.rules, self.asked.permissions);
        let asked_all = judge::ask_all(&state, &asking, (rules, permissions), None, &mut grants, None);
        // Without a time by which all must be answered, no rule is cut short.
        let round =
            asked_all.map_err(|reason| SnapshotError::Unstorable { what: "a replay".to_owned(), reason })?;
        let broken = round.broken().map(|(rule, reason)| (rule.to_owned(), reason.to_owned())).collect();
        let unanswered = check::unanswered(
            &asking.account,
            &questions(rules, permissions, cloud, &state),
            &state,
            |table| state.rows(table).is_empty(),
        );
        let outcome = round.outcome();
        let seen = Sighting { snapshot: manifest.number, at: manifest.finished_at.clone() };
        let before = self.last.as_ref().map(|(findings, sighting)| check::Previous { findings, sighting });
        let step = check::transitions(before, &outcome, &state, &seen, self.asked.suppressions);
        let replayed = ReplayedSnapshot {
            seen: seen.clone(),
            transitions: step.transitions,
            baseline: judge::count_baseline(&step.findings, manifest.number),
            open: step.findings.open().count().try_into().unwrap_or(u64::MAX),
            broken,
            unanswered,
        };
        self.last = Some((step.findings, seen));
        Ok(replayed)
    }

    /// Returns the findings after the last snapshot that was judged.
    #[must_use]
    pub fn findings(self) -> Findings {
        self.last.map(|(findings, _)| findings).unwrap_or_default()
    }
}
