//! Findings: rows that rules returned, and what becomes of them from run to run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Evidence;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nobody needs to act.
    Info,
    /// To be tidied up.
    Low,
    /// To be mended in the normal course of things.
    Medium,
    /// To be mended soon.
    High,
    /// To be mended now.
    Critical,
}

impl Severity {
    /// Returns the word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingState {
    /// The finding holds in this snapshot.
    Open,
    /// It holds, and somebody said that it may.
    Suppressed,
    /// It held when its tables could last be seen; now they cannot.
    Unknown,
    /// The rule no longer returns it, and could see.
    Fixed,
    /// What it was about no longer exists.
    Gone,
    /// The rule was changed or dropped, and no longer returns it.
    RuleChanged,
}

impl FindingState {
    /// Returns whether the finding is over.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Fixed | Self::Gone | Self::RuleChanged)
    }

    /// Returns the word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Suppressed => "suppressed",
            Self::Unknown => "unknown",
            Self::Fixed => "fixed",
            Self::Gone => "gone",
            Self::RuleChanged => "rule-changed",
        }
    }
}

/// A snapshot in which something was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Number of the snapshot.
    pub snapshot: u64,
    /// Time of the snapshot, RFC 3339.
    pub at: String,
}

/// One row that a rule returned, followed through the snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Hash of rule id and subject: the same for as long as the same rule says it of the same thing.
    pub fingerprint: String,
    /// Id of the rule.
    pub rule: String,
    /// Title of the rule.
    pub title: String,
    /// Severity of the rule.
    pub severity: Severity,
    /// Address of what it is about, wide to narrow: `ibm/<account>/ibm_users/<iam_id>`.
    pub subject: String,
    /// The other columns of the row.
    pub evidence: Evidence,
    /// The state of the finding in this snapshot.
    pub state: FindingState,
    /// Whether it was there when its rule could first look, so that nobody knows its age.
    pub baseline: bool,
    /// First snapshot that has it.
    pub first_seen: Sighting,
    /// Last snapshot that has it; none while it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Sighting>,
    /// Why somebody said that it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppression: Option<String>,
    /// Why nobody can say whether it holds, where its rule doubts it; of one that is open, what could not be seen of its
    /// evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
    /// The rule that says more of the same principal or policy: while it does, this finding is kept and not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implied_by: Option<String>,
    /// Whether it was opened while another implied it, so that nobody was told of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub untold: bool,
    /// Other evidence that the last run found, while not all that it hangs on could be seen: believed when a second run finds the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Evidence>,
    /// The evidence that was told last, where it is another since another finding implies this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Evidence>,
}

impl Finding {
    /// Reports whether the rule doubted the finding ever since it first returned it: such a finding never held for
    /// sure, is kept to be known again, and is told to nobody.
    #[must_use]
    pub fn is_only_doubted(&self) -> bool {
        self.state == FindingState::Unknown && self.last_seen.is_none()
    }
}

/// What the rows of a rule hang on, and which they were: while the one stays the same, so does the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheKey {
    /// Hash of the question and of all rows that it reads.
    pub of: String,
    /// Hash of the rows that it returned.
    pub rows: String,
}

/// What happened to a finding in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransitionKind {
    /// The finding is new in this snapshot.
    Opened,
    /// It was closed, and is back.
    Reopened,
    /// The same subject, other evidence.
    Changed,
    /// It is over; its state says why.
    Closed,
    /// Somebody said that it may be.
    Suppressed,
    /// Nobody says so any more.
    Unsuppressed,
    /// Its tables can no longer be seen.
    Unknown,
}

impl TransitionKind {
    /// Returns the word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reopened => "reopened",
            Self::Changed => "changed",
            Self::Closed => "closed",
            Self::Suppressed => "suppressed",
            Self::Unsuppressed => "unsuppressed",
            Self::Unknown => "unknown",
        }
    }
}

/// Which way the evidence of a finding went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceTurn {
    /// It says more than before, or nobody can tell that it does not.
    Widened,
    /// It says less than before: fewer actions, or a condition that was not there.
    Narrowed,
    /// It says the same, by another path.
    Rerouted,
    /// It differs in what makes it neither better nor worse.
    Reworded,
}

impl EvidenceTurn {
    /// Returns the word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Rerouted => "rerouted",
            Self::Reworded => "reworded",
        }
    }
}

/// What happened to one finding in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// What became of the finding.
    pub kind: TransitionKind,
    /// The finding after it.
    pub finding: Finding,
    /// The evidence before it, where it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Evidence>,
    /// Which way the evidence went, where that is what is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<EvidenceTurn>,
    /// What in the drift of the run brought it about, where that can be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

impl Transition {
    /// Returns how bad the news is: what ends, hides, narrows or only takes another path is none, however bad the finding is.
    ///
    /// That a finding can no longer be judged is no news of the finding: the list that cannot be read is told as lost coverage.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let is_harmless = match self.kind {
            TransitionKind::Closed | TransitionKind::Suppressed | TransitionKind::Unknown => true,
            TransitionKind::Changed => self.turn.is_some_and(|turn| turn != EvidenceTurn::Widened),
            _ => false,
        };
        if is_harmless { Severity::Info } else { self.finding.severity }
    }
}

/// A word that a finding may be: while it lasts, the finding is kept and not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// Id of the rule.
    pub rule: String,
    /// Address of the subject; a `*` at its end stands for any rest.
    pub subject: String,
    /// Why it may be.
    pub reason: String,
    /// Last moment of it, RFC 3339; without it, it lasts.
    #[serde(default)]
    pub until: Option<String>,
}

impl Suppression {
    /// Returns whether the suppression holds at a time. One whose end cannot be read does not: better told than hidden.
    ///
    /// ```
    /// let accepted = model::Suppression {
    ///     rule: "key_not_rotated".to_owned(),
    ///     subject: "ibm/*".to_owned(),
    ///     reason: "moves in spring".to_owned(),
    ///     until: Some("2027-01-01T00:00:00Z".to_owned()),
    /// };
    /// assert!(accepted.is_in_force("2026-12-31T23:59:59Z".parse().unwrap()));
    /// assert!(!accepted.is_in_force("2027-01-01T00:00:01Z".parse().unwrap()));
    /// ```
    #[must_use]
    pub fn is_in_force(&self, at: Timestamp) -> bool {
        self.until.as_ref().is_none_or(|until| until.parse().is_ok_and(|until: Timestamp| at <= until))
    }
}
