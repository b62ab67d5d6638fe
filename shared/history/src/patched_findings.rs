//! Findings as they were last written whole, with what runs changed since put in its place.

use std::{collections::BTreeSet, sync::Arc};

use check::ByFingerprint;
use model::Finding;

/// Takes the findings that were written whole, in the order of fingerprints, and passes on those that are there now in the same order.
pub(crate) struct PatchedFindings<F> {
    /// The findings that are new or not as they were written.
    pub(crate) put: ByFingerprint,
    /// Fingerprints of those that are forgotten.
    pub(crate) forgotten: BTreeSet<String>,
    /// What takes each finding.
    pub(crate) take: F,
}

impl<F: FnMut(Finding)> PatchedFindings<F> {
    /// Takes the next of the findings that were written.
    pub(crate) fn pass(&mut self, finding: Finding) {
        while let Some(new) = self.put.first_entry().filter(|new| *new.key() < finding.fingerprint) {
            (self.take)(Arc::unwrap_or_clone(new.remove()));
        }
        match self.put.remove(&finding.fingerprint) {
            Some(newer) => (self.take)(Arc::unwrap_or_clone(newer)),
            None if !self.forgotten.contains(&finding.fingerprint) => (self.take)(finding),
            None => {}
        }
    }

    /// Passes on what is left: all of the findings that were written came before it.
    pub(crate) fn end(self) {
        self.put.into_values().map(Arc::unwrap_or_clone).for_each(self.take);
    }
}

#[cfg(test)]
mod tests {
    use model::{Evidence, FindingState, Severity, Sighting};

    use super::*;

    fn finding(fingerprint: &str, title: &str) -> Finding {
        Finding {
            fingerprint: fingerprint.to_owned(),
            rule: "rule".to_owned(),
            title: title.to_owned(),
            severity: Severity::Low,
            subject: fingerprint.to_owned(),
            evidence: Evidence::default(),
            state: FindingState::Open,
            baseline: false,
            first_seen: Sighting { snapshot: 1, at: "2026-01-01T00:00:00Z".to_owned() },
            last_seen: None,
            suppression: None,
            doubt: None,
            implied_by: None,
            untold: false,
            pending: None,
            told: None,
        }
    }

    #[test]
    fn what_runs_changed_stands_in_its_place_among_what_was_written() {
        let put = ["a", "c", "d", "g"].map(|each| (each.to_owned(), Arc::new(finding(each, "new"))));
        let mut told = Vec::new();
        let take = |finding: Finding| told.push(format!("{} {}", finding.fingerprint, finding.title));
        let mut patched =
            PatchedFindings { put: put.into(), forgotten: BTreeSet::from(["e".to_owned()]), take };
        for written in ["b", "d", "e", "f"] {
            patched.pass(finding(written, "old"));
        }
        patched.end();
        assert_eq!(told, ["a new", "b old", "c new", "d new", "f old", "g new"]);
    }
}
