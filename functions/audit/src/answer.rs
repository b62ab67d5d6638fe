//! What an invocation answers.

use lambda_runtime::Diagnostic;
use pipeline::RunSummary;
use serde::Serialize;

/// The outcome of all runs.
#[derive(Debug, Default, Serialize)]
pub(crate) struct RunsAnswer {
    /// One for each account, in the order of the settings.
    pub(crate) runs: Vec<AccountOutcome>,
}

/// What became of one account.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum AccountOutcome {
    /// It has a new snapshot.
    Audited(Box<RunSummary>),
    /// The run failed before it made a snapshot.
    Failed {
        /// The account, as the settings name it.
        account: String,
        /// Why the run failed, in one sentence.
        error: String,
    },
}

impl RunsAnswer {
    /// Returns what came of the accounts that could be audited.
    pub(crate) fn summaries(&self) -> impl Iterator<Item = &RunSummary> {
        self.runs.iter().filter_map(|run| match run {
            AccountOutcome::Audited(summary) => Some(summary.as_ref()),
            AccountOutcome::Failed { .. } => None,
        })
    }

    /// Turns an answer with a failure in it into the failure of the invocation, so that somebody hears of it.
    ///
    /// An account that was not audited weighs more than a snapshot that was not judged, and that more than events that
    /// were not delivered; all are named.
    pub(crate) fn or_failure(self) -> Result<Self, Diagnostic> {
        let mut failures = Vec::new();
        let mut unjudged = Vec::new();
        let mut undelivered = Vec::new();
        for run in &self.runs {
            match run {
                AccountOutcome::Audited(summary) => {
                    let said = summary.unjudged.as_ref();
                    unjudged.extend(said.map(|reason| {
                        format!("{}, snapshot {}: {reason}", summary.account, summary.snapshot)
                    }));
                    undelivered.extend(lacking(summary));
                }
                AccountOutcome::Failed { account, error } => failures.push(format!("{account}: {error}")),
            }
        }
        let mut parts = Vec::new();
        if !failures.is_empty() {
            let (failed, all) = (failures.len(), self.runs.len());
            parts.push(format!("{failed} of {all} accounts could not be audited: {}", failures.join("; ")));
        }
        if !unjudged.is_empty() {
            parts.push(format!("snapshots are stored, but were not judged: {}", unjudged.join("; ")));
        }
        if !undelivered.is_empty() {
            parts.push(format!("events were not delivered: {}", undelivered.join("; ")));
        }
        if parts.is_empty() {
            return Ok(self);
        }
        let error_type = match (failures.is_empty(), unjudged.is_empty()) {
            (false, _) => "AuditFailed",
            (true, false) => "NotJudged",
            (true, true) => "EventsUndelivered",
        };
        Err(Diagnostic { error_type: error_type.to_owned(), error_message: parts.join("; ") })
    }
}

/// Returns what sinks lack of a run, a text each.
fn lacking(summary: &RunSummary) -> impl Iterator<Item = String> {
    summary.undelivered().map(|(snapshot, sink)| {
        let reason = sink.reason.as_deref().unwrap_or("no reason is known");
        let account = &summary.account;
        format!("{account}, snapshot {snapshot}, {} events to {}: {reason}", sink.failed, sink.sink)
    })
}

/// An invocation that could not begin.
pub(crate) fn refusal(error: &anyhow::Error) -> Diagnostic {
    Diagnostic { error_type: "AuditRefused".to_owned(), error_message: format!("{error:#}") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use notify::{DeliveryReport, SinkReport};
    use pipeline::FindingCounts;

    use super::*;

    fn failed(account: &str) -> AccountOutcome {
        AccountOutcome::Failed { account: account.to_owned(), error: "no network".to_owned() }
    }

    #[test]
    fn every_failure_is_named() {
        let answer = RunsAnswer { runs: vec![failed("ibm/a"), failed("ibm/b")] };
        let failure = answer.or_failure().expect_err("two failures");
        assert_eq!(failure.error_type, "AuditFailed");
        assert_eq!(
            failure.error_message,
            "2 of 2 accounts could not be audited: ibm/a: no network; ibm/b: no network"
        );
    }

    fn audited(reason: Option<&str>, parked: &[&str]) -> AccountOutcome {
        let sink = SinkReport {
            sink: "eventbridge-iamwatch-1".to_owned(),
            failed: if reason.is_some() { 3 } else { 0 },
            reason: reason.map(str::to_owned),
            parked: parked.iter().map(|id| ((*id).to_owned(), "too large".to_owned())).collect(),
            ..SinkReport::default()
        };
        let summary = RunSummary {
            account: "ibm/a".parse().expect("an account"),
            snapshot: 7,
            is_first: false,
            calls: 0,
            rows: 0,
            drift: BTreeMap::new(),
            lists: 0,
            incomplete: 0,
            findings: FindingCounts::default(),
            broken_rules: BTreeMap::new(),
            not_answered: Vec::new(),
            tables_written: 0,
            events: 3,
            delivered: vec![DeliveryReport { snapshot: 6, events: 3, sinks: vec![sink] }],
            warnings: Vec::new(),
            damage: None,
            unjudged: None,
        };
        AccountOutcome::Audited(Box::new(summary))
    }

    #[test]
    fn events_that_a_sink_lacks_fail_the_invocation_though_the_snapshot_is_there() {
        let answer = RunsAnswer { runs: vec![audited(Some("no such bus"), &[])] };
        let failure = answer.or_failure().expect_err("a failure that the error metric counts");
        assert_eq!(failure.error_type, "EventsUndelivered");
        assert_eq!(
            failure.error_message,
            "events were not delivered: ibm/a, snapshot 6, 3 events to eventbridge-iamwatch-1: no such bus"
        );
        let both = RunsAnswer { runs: vec![audited(Some("no such bus"), &[]), failed("ibm/b")] };
        let failure = both.or_failure().expect_err("two failures");
        assert_eq!(failure.error_type, "AuditFailed");
        assert!(failure.error_message.contains("no network"), "{}", failure.error_message);
        assert!(failure.error_message.contains("no such bus"), "{}", failure.error_message);
    }

    #[test]
    fn a_parked_event_and_a_sink_that_has_all_fail_nothing() {
        assert!(RunsAnswer { runs: vec![audited(None, &["e1"])] }.or_failure().is_ok());
        assert!(RunsAnswer { runs: vec![audited(None, &[])] }.or_failure().is_ok());
    }

    #[test]
    fn a_failure_in_the_answer_is_told_with_its_account() {
        let json = serde_json::to_value(RunsAnswer { runs: vec![failed("ibm/a")] }).expect("json");
        assert_eq!(json, serde_json::json!({"runs": [{"account": "ibm/a", "error": "no network"}]}));
    }
}
