//! Words about the run itself: the baseline, the digest of a run with much to tell.

use std::collections::BTreeMap;

use model::{Change, ChangeKind, Severity, Weight, tables};
use serde_json::{Map, Value, json};

use crate::{
    CoverageChange, RunReport,
    wire::{EventDraft, count, plain},
};

/// How many of the most severe a digest names.
pub(crate) const NAMED: usize = 50;

/// Tells as one sum what was seen for the first time, so that nobody knows how long it has been there.
pub(crate) fn baseline(report: &RunReport<'_>) -> Option<EventDraft> {
    let rows = rows(report);
    let findings = report.baseline.total();
    if !report.is_first && rows.is_empty() && findings == 0 {
        return None;
    }
    let incomplete = report.coverage.iter().filter(|each| matches!(each, CoverageChange::Lost(_))).count();
    let by_severity: BTreeMap<&str, u64> =
        report.baseline.by_severity.iter().map(|(severity, number)| (severity.name(), *number)).collect();
    let total: u64 = rows.values().sum();
    let mut data = Map::new();
    data.insert("is_first".to_owned(), Value::from(report.is_first));
    data.insert("rows".to_owned(), json!({ "total": total, "by_table": rows }));
    data.insert(
        "findings".to_owned(),
        json!({ "total": findings, "by_severity": by_severity, "by_rule": report.baseline.by_rule }),
    );
    data.insert("incomplete_lists".to_owned(), Value::from(incomplete));
    let counted = counted(total, findings);
    let title = if report.is_first {
        format!("first snapshot of {}: {counted}", report.account)
    } else if report.damage.as_ref().is_some_and(|damage| damage.findings) {
        format!("taken as known in {}, as the history is damaged: {counted}", report.account)
    } else {
        format!("seen for the first time in {}: {counted}", report.account)
    };
    Some(EventDraft {
        name: "baseline.taken".to_owned(),
        subject: "baseline".to_owned(),
        severity: Severity::Info,
        title,
        data,
    })
}

/// Writes how many rows and findings there are; findings alone where no row was new.
fn counted(rows: u64, findings: u64) -> String {
    let of = |number: u64, noun: &str| match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    };
    match (rows, findings) {
        (0, 1..) => of(findings, "finding"),
        _ => format!("{}, {}", of(rows, "row"), of(findings, "finding")),
    }
}

/// Tells that the rules did not judge the snapshot: what they would have told comes with the next run that can.
pub(crate) fn unjudged(report: &RunReport<'_>) -> Option<EventDraft> {
    let reason = report.unjudged?;
    Some(EventDraft {
        name: "run.unjudged".to_owned(),
        subject: "judging".to_owned(),
        severity: Severity::High,
        title: format!("snapshot {} is stored, but was not judged: {reason}", report.number),
        data: Map::from_iter([("reason".to_owned(), Value::from(reason))]),
    })
}

fn rows(report: &RunReport<'_>) -> BTreeMap<&'static str, u64> {
    let is_nothing_compared = report.damage.as_ref().is_some_and(|damage| damage.is_nothing_compared());
    if report.is_first || is_nothing_compared {
        let known = report.state.iter().filter(|(name, _)| *name != tables::COVERAGE.name);
        return known.map(|(name, rows)| (name, count(rows.len()))).collect();
    }
    let mut counts = BTreeMap::new();
    // A cell that is seen for the first time belongs to a row that was counted when it came.
    let is_row = |change: &&Change| matches!(change.kind, ChangeKind::Added { .. });
    let first_seen = report.changes.iter().filter(|change| change.weight == Weight::Baseline);
    for change in first_seen.filter(is_row) {
        *counts.entry(change.table.name).or_default() += 1;
    }
    counts
}

/// Tells as one sum what would be too many events.
pub(crate) fn digest(report: &RunReport<'_>, drafts: &[EventDraft]) -> EventDraft {
    let mut by_kind: BTreeMap<&str, u64> = BTreeMap::new();
    let mut by_severity: BTreeMap<&str, u64> = BTreeMap::new();
    for draft in drafts {
        *by_kind.entry(&draft.name).or_default() += 1;
        *by_severity.entry(draft.severity.name()).or_default() += 1;
    }
    // Findings come before drift, and this order is stable.
    let mut top: Vec<&EventDraft> = drafts.iter().collect();
    top.sort_by_key(|draft| std::cmp::Reverse(draft.severity));
    let severity = top.first().map_or(Severity::Info, |draft| draft.severity);
    let entries: Vec<Value> = top
        .iter()
        .take(NAMED)
        .map(|draft| {
            json!({
                "event": draft.name,
                "severity": draft.severity.name(),
                "subject": draft.subject,
                "title": plain(&draft.title, 300),
            })
        })
        .collect();
    let mut data = Map::new();
    data.insert("total".to_owned(), Value::from(drafts.len()));
    data.insert("by_event".to_owned(), json!(by_kind));
    data.insert("by_severity".to_owned(), json!(by_severity));
    data.insert("entries".to_owned(), Value::from(entries));
    data.insert("truncated".to_owned(), Value::from(drafts.len().saturating_sub(NAMED)));
    EventDraft {
        name: "run.digest".to_owned(),
        subject: "digest".to_owned(),
        severity,
        title: format!(
            "{} things to tell of {}, more than {}: see `iamwatch diff` and `iamwatch findings`",
            drafts.len(),
            report.account,
            report.limit
        ),
        data,
    }
}
