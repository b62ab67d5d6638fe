//! What time ends: a thing that says of itself when it is over gives nothing from then on.
//!
//! Judged is as of the time of the snapshot, never of the machine: what a snapshot of last year held, it held then. What has not
//! begun yet, or comes back every week, stays a condition.

use std::collections::BTreeMap;

use model::Timestamp;

use crate::Step;

/// Reads a time as tables keep it.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    model::normal_time(text)?.parse().ok()
}

/// When things ended, by the ids of the steps that lead to them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ended(BTreeMap<Vec<String>, Timestamp>);

impl Ended {
    /// Notes that what some steps lead to is over.
    pub(crate) fn note<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>, when: Timestamp) {
        self.0.insert(ids.into_iter().map(str::to_owned).collect(), when);
    }

    /// Returns when something on a path ended, the first if there are several.
    pub(crate) fn on(&self, path: &[Step]) -> Option<Timestamp> {
        if self.0.is_empty() {
            return None;
        }
        let ids: Vec<String> = path.iter().map(|step| step.id.clone()).collect();
        let parts = (0..ids.len()).flat_map(|from| (from + 1..=ids.len()).map(move |to| (from, to)));
        parts.filter_map(|(from, to)| self.0.get(ids.get(from..to)?)).min().copied()
    }
}
