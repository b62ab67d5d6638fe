//! The findings of an account after a run, as the store keeps them.

use std::collections::BTreeMap;

use model::{Finding, FindingState};
use serde::{Deserialize, Serialize};

/// What is remembered of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Hash of the question as it was last asked.
    pub text: String,
    /// Whether this question could ever be believed when it opened findings.
    pub judged: bool,
    /// Whether it ever saw all that it needs.
    pub sighted: bool,
    /// Whether the question was another when some of its findings were opened, and it has not seen all
    /// since: what it no longer returns then is over because of the rule.
    pub changed: bool,
}

/// All findings of an account with those that are over, which are kept for a while to know them again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// By id of the rule.
    pub rules: BTreeMap<String, Memory>,
    /// By fingerprint.
    pub findings: BTreeMap<String, Finding>,
}

impl Findings {
    /// Returns the findings that are not over: the worst first, then by rule and subject.
    #[must_use]
    pub fn live(&self) -> Vec<&Finding> {
        let mut live: Vec<&Finding> =
            self.findings.values().filter(|finding| !finding.state.is_closed()).collect();
        live.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), &finding.rule, &finding.subject));
        live
    }

    /// Returns the findings that hold and that nobody suppressed.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.values().filter(|finding| finding.state == FindingState::Open)
    }
}
