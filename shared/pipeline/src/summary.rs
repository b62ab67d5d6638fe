//! What a run says of itself when it is over.

use std::collections::BTreeMap;

use check::Unanswered;
use model::AccountId;
use notify::{DeliveryReport, SinkReport};
use serde::Serialize;

/// The outcome of one run, as the function answers and the command line prints it.
#[derive(Debug, Clone, Serialize)]
pub struct RunSummary {
    /// The account that the run audited.
    pub account: AccountId,
    /// Number of the snapshot.
    pub snapshot: u64,
    /// Whether it is the first of the account, to which nothing can be compared.
    pub is_first: bool,
    /// Calls made to the cloud.
    pub calls: u64,
    /// Rows in all tables.
    pub rows: u64,
    /// Drift by verb: `added`, `removed`, `changed`, `replaced`, counted in rows.
    pub drift: BTreeMap<String, u64>,
    /// Lists read, and how many of them not to their end.
    pub lists: u64,
    /// Lists that were not read to their end.
    pub incomplete: u64,
    /// What became of findings.
    pub findings: FindingCounts,
    /// Why the snapshot was stored without being judged, if it was: its findings are those of an earlier one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<String>,
    /// Rules that could not be run, with the reason.
    pub broken_rules: BTreeMap<String, String>,
    /// Rules and permissions that what was seen does not answer, or not wholly.
    pub not_answered: Vec<Unanswered>,
    /// How many table objects the run wrote.
    pub tables_written: u64,
    /// Events of this run.
    pub events: u64,
    /// What the sinks took of the events of this run and of former ones.
    pub delivered: Vec<DeliveryReport>,
    /// What is odd about the settings or the clock, and hindered nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// What could not be read of the former snapshot, if something could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
}

/// Something odd that hindered nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// What kind of thing.
    pub kind: WarningKind,
    /// What it is, of what, and what to do about it.
    pub text: String,
}

/// A kind of [`Warning`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarningKind {
    /// A suppression names a rule that does not exist.
    SuppressionOfNoRule,
    /// A suppression has ended.
    SuppressionExpired,
    /// A suppression accepts no finding that holds.
    SuppressionUnused,
    /// A permission allows somebody who is not in the account.
    PermissionOfNobody,
    /// A permission names an action that nobody can hold.
    PermissionOfNoAction,
    /// There are events of a run that has no snapshot.
    EventsWithoutSnapshot,
    /// The run is dated before the one before it.
    ClockWentBack,
    /// The account was audited by the same settings a moment ago.
    AuditedTwice,
}

/// What became of findings in a run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FindingCounts {
    /// Findings that hold after the run.
    pub open: u64,
    /// Findings taken as the baseline in this run.
    pub baseline: u64,
    /// The number of finding transitions by kind.
    pub transitions: BTreeMap<String, u64>,
}

impl RunSummary {
    /// Notes that the same settings had this account audited already: two entries sign in to it.
    pub fn warn_if_audited_twice<'a>(&mut self, before: impl IntoIterator<Item = &'a Self>) {
        if before.into_iter().any(|other| other.account == self.account) {
            let text = format!(
                "`{}` was audited twice, because two accounts of the settings sign in to it; take one of them out",
                self.account
            );
            self.warnings.push(Warning { kind: WarningKind::AuditedTwice, text });
        }
    }

    /// Returns whether anything was told: every event of a run is news, and so is one of a former run that a sink took only now.
    #[must_use]
    pub fn has_news(&self) -> bool {
        let mut sinks = self.delivered.iter().flat_map(|report| &report.sinks);
        self.events > 0 || sinks.any(|sink| sink.sent > 0)
    }

    /// Returns what sinks lack of the events of this run and of former ones, with the number of the snapshot.
    pub fn undelivered(&self) -> impl Iterator<Item = (u64, &SinkReport)> {
        self.delivered.iter().flat_map(|report| {
            report.sinks.iter().filter(|sink| sink.has_failed()).map(|sink| (report.snapshot, sink))
        })
    }
}
