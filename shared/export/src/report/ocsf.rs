//! A report as lines of OCSF 1.8.0 events.
//!
//! Who holds a sensitive permission is an IAM Analysis Finding (class 2008), what a rule found a Compliance Finding (2003) that failed. A rule
//! without an answer and a list that was not read to its end are Compliance Findings with the status Warning; a rule that could see all and
//! found nothing is one that passed. What another finding says more of is not told.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use model::{Coverage, FindingState};
use serde_json::{Value, json};

use super::{
    AuditReport, Description, FindingEntry, FindingTurn, ReportedFinding, list_name, list_text,
    ocsf_objects::{Class, ControlOutcome, Head, compliance, millis, permission_analysis, remediation, set},
    unanswered_text,
};

/// Writes an event a line.
pub(super) fn write(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    for list in &report.incomplete {
        put(output, &list_event(report, list))?;
    }
    for unanswered in &report.unanswered {
        let (rule, why) = (&unanswered.rule, unanswered_text(unanswered));
        put(output, &rule_event(report, rule, ControlOutcome::Warning, Some(&why)))?;
    }
    // A rule that was never asked, or of an account that was not judged, passed nothing.
    let held = report.entries().iter().filter(|entry| !entry.is_over());
    let found: BTreeSet<&str> = held.map(|entry| &*entry.rule).collect();
    let is_clean = |id: &&String| {
        report.unjudged.is_none()
            && report.asked.contains(*id)
            && !found.contains(id.as_str())
            && report.unanswered(id).is_none()
    };
    for id in report.rules.keys().filter(is_clean) {
        put(output, &rule_event(report, id, ControlOutcome::Pass, None))?;
    }
    for entry in report.entries().iter().filter(|entry| is_told(entry)) {
        put(output, &finding_event(report, &report.read(entry)?))?;
    }
    Ok(())
}

fn put(output: &mut dyn Write, event: &Value) -> io::Result<()> {
    // What ends a line for some readers is escaped.
    writeln!(output, "{}", model::visible_json(&event.to_string()))
}

/// Returns whether a finding is told: not where another says more of the same.
fn is_told(entry: &FindingEntry) -> bool {
    !entry.is_implied || entry.is_over()
}

fn list_event(report: &AuditReport<'_>, list: &Coverage) -> Value {
    let name = list_name(list);
    let why = list_text(list);
    let head = Head {
        class: Class::Compliance,
        activity: 99,
        status: (99, "Not read to the end"),
        severity: None,
        uid: format!("{}/coverage/{}/{}", report.account, list.listing, list.parent),
        title: format!("List `{name}` was not read to its end"),
    };
    let mut event = head.event(report);
    set(&mut event, "compliance", compliance("list-not-complete", None, ControlOutcome::Warning, Some(&why)));
    set(&mut event, "status_detail", json!(why));
    event
}

fn rule_event(report: &AuditReport<'_>, id: &str, outcome: ControlOutcome, why: Option<&str>) -> Value {
    let text = report.rules.get(id);
    let (word, status) = match outcome {
        ControlOutcome::Pass => ("found nothing", (4, "Resolved")),
        _ => ("has no whole answer", (99, "Not answered")),
    };
    let head = Head {
        class: Class::Compliance,
        activity: 99,
        status,
        severity: None,
        uid: format!("{}/{id}", report.account),
        title: format!("`{id}` {word}"),
    };
    let mut event = head.event(report);
    set(&mut event, "compliance", compliance(id, text, outcome, why));
    if let Some(info) = event.get_mut("finding_info") {
        set(info, "analytic", json!({ "type_id": 1, "type": "Rule", "uid": id }));
    }
    if let Some(why) = why {
        set(&mut event, "status_detail", json!(why));
    }
    event
}

fn finding_event(report: &AuditReport<'_>, reported: &ReportedFinding) -> Value {
    let finding = &reported.finding;
    let text = report.rules.get(&finding.rule);
    let described = (report.describe)(finding);
    let is_over = reported.turn == Some(FindingTurn::Absent);
    let is_permission = report.is_permission(&finding.rule);
    let head = Head {
        class: if is_permission { Class::IamAnalysis } else { Class::Compliance },
        activity: activity(reported),
        status: status(reported),
        severity: Some(finding.severity).filter(|_| !is_over),
        uid: finding.fingerprint.clone(),
        title: finding.title.clone(),
    };
    let mut event = head.event(report);
    set(&mut event, "message", json!(format!("{}: {}", finding.title, described.subject)));
    if let Some(told) = event.get_mut("finding_info") {
        info(told, reported, text.map(|text| text.reason.as_str()));
    }
    if let Some(text) = text {
        set(
            &mut event,
            "confidence_id",
            json!(match text.confidence {
                Some("low") => 1,
                Some("medium") => 2,
                _ => 3,
            }),
        );
        set(&mut event, "remediation", remediation(text));
    }
    set(&mut event, "resources", json!([{ "uid": finding.subject, "name": described.subject }]));
    if let Some(detail) = detail(reported, &described) {
        set(&mut event, "status_detail", json!(detail));
    }
    if is_permission {
        set(&mut event, "permission_analysis_results", permission_analysis(finding, &described));
        set(&mut event, "user", json!({ "uid": finding.subject, "name": described.subject }));
    } else {
        let outcome = match (is_over, finding.state) {
            (true, _) => ControlOutcome::Pass,
            (false, FindingState::Unknown) => ControlOutcome::Warning,
            (false, _) => ControlOutcome::Fail,
        };
        set(&mut event, "compliance", compliance(&finding.rule, text, outcome, finding.doubt.as_deref()));
    }
    set(
        &mut event,
        "unmapped",
        json!({
            "state": reported.state_name(),
            "turn": reported.turn.map(FindingTurn::name),
            "is_baseline": finding.baseline,
            "created_by": described.created_by,
            "accepted_until": described.accepted_until,
            "evidence": finding.evidence,
        }),
    );
    event
}

/// Says why a finding is accepted, or why nobody can judge it.
fn detail(reported: &ReportedFinding, described: &Description) -> Option<String> {
    let finding = &reported.finding;
    let until = described.accepted_until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
    let accepted = finding.suppression.as_ref().map(|because| format!("accepted: {because}{until}"));
    accepted.or_else(|| finding.doubt.clone())
}

/// Returns what became of it: made, changed or closed.
fn activity(reported: &ReportedFinding) -> u8 {
    match reported.turn {
        Some(FindingTurn::New) => 1,
        Some(FindingTurn::Absent) => 3,
        _ => 2,
    }
}

fn status(reported: &ReportedFinding) -> (u8, &'static str) {
    match (reported.turn, reported.finding.state) {
        (Some(FindingTurn::Absent), FindingState::Gone) => (6, "Deleted"),
        (Some(FindingTurn::Absent), _) => (4, "Resolved"),
        (_, FindingState::Suppressed) => (3, "Suppressed"),
        (_, FindingState::Unknown) => (99, "Unknown: could not be seen"),
        (Some(FindingTurn::New), _) => (1, "New"),
        _ => (2, "In Progress"),
    }
}

/// Adds what is known of a finding's life.
fn info(info: &mut Value, reported: &ReportedFinding, reason: Option<&str>) {
    let finding = &reported.finding;
    if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
        set(info, "desc", json!(reason));
    }
    set(
        info,
        "analytic",
        json!({ "type_id": 1, "type": "Rule", "uid": finding.rule, "name": finding.title }),
    );
    // Nobody knows when what was there at the first look began.
    if let Some(first) = millis(&finding.first_seen.at) {
        set(info, "first_seen_time", json!(first));
    }
    if let Some(last) = finding.last_seen.as_ref().and_then(|seen| millis(&seen.at)) {
        set(info, "last_seen_time", json!(last));
    }
}
