//! A report as SARIF 2.1.0: what code scanning and its viewers take.
//!
//! A finding is a result at a logical location, the address of what it is about; there are no files. What became of it since another
//! snapshot is its `baselineState`, which is left out where nobody knows. Rules without an answer and lists that were not read to their end are
//! notifications of the invocation: no result is no proof there.

use std::io::{self, Write};

use model::{FindingState, Severity};
use serde_json::{Value, json};

use super::{AuditReport, FindingTurn, ReportedFinding, RuleText, list_name, list_text, unanswered_text};

/// Where the schema is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes a log with one run, result by result.
pub(super) fn write(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    let ids: Vec<&str> = report.rule_ids().into_iter().collect();
    let head = json!({
        "tool": { "driver": driver(report, &ids) },
        "automationDetails": {
            "id": format!("iamwatch/{}/", report.account),
            "description": { "text": format!("Access audit of {}", report.account) },
        },
        "invocations": [invocation(report)],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "account": report.account,
            "snapshot": report.snapshot,
            "comparedWith": report.since,
            "lists": report.lists,
            "incompleteLists": report.incomplete.len(),
            "notAnswered": report.unanswered,
        },
    });
    // The members of the run stand open, so that results follow one by one.
    let head = head.to_string();
    let head = model::visible_json(head.strip_suffix('}').unwrap_or(&head));
    write!(output, "{{\"$schema\":{},\"version\":\"2.1.0\",\"runs\":[{head},\n\"results\":[", json!(SCHEMA))?;
    let mut mark = "\n";
    for entry in report.entries() {
        let rule = ids.iter().position(|id| *id == &*entry.rule);
        let result = result(report, &report.read(entry)?, rule).to_string();
        write!(output, "{mark}{}", model::visible_json(&result))?;
        mark = ",\n";
    }
    output.write_all(b"\n]}]}\n")
}

fn driver(report: &AuditReport<'_>, ids: &[&str]) -> Value {
    let rules: Vec<Value> = ids
        .iter()
        .map(|id| match report.rules.get(*id) {
            Some(text) => rule(id, text),
            None => json!({ "id": id }),
        })
        .collect();
    json!({
        "name": "iamwatch",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
        "notifications": [
            { "id": "list-not-complete", "shortDescription": { "text": "A list was not read to its end" } },
            { "id": "rule-not-answered", "shortDescription": { "text": "A rule has no answer, or not the whole of it" } },
            { "id": "not-judged", "shortDescription": { "text": "The rules were not asked of the snapshot" } },
        ],
    })
}

fn rule(id: &str, text: &RuleText) -> Value {
    let mut rule = json!({
        "id": id,
        "name": id,
        "shortDescription": { "text": text.title },
        "fullDescription": { "text": or(&text.reason, &text.title) },
        "help": { "text": or(&text.remediation, &text.title) },
        "defaultConfiguration": { "level": level(text.severity) },
        "properties": {
            "tags": text.benchmarks().chain(["security"]).collect::<Vec<_>>(),
            "security-severity": score(text.severity),
            "precision": text.confidence.unwrap_or("high"),
            "references": text.references,
        },
    });
    let page = text.references.iter().find(|reference| super::html_parts::is_address(reference));
    if let (Some(page), Some(members)) = (page, rule.as_object_mut()) {
        members.insert("helpUri".to_owned(), json!(page));
    }
    rule
}

/// Returns a text, or another in its place where it is empty: SARIF wants a message to say something.
fn or<'a>(text: &'a str, other: &'a str) -> &'a str {
    if text.is_empty() { other } else { text }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// Returns the number by which GitHub grades: above 9 is critical, from 7 high, from 4 medium.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

fn invocation(report: &AuditReport<'_>) -> Value {
    let note = |id: &str, level: &str, text: String| json!({ "descriptor": { "id": id }, "level": level, "message": { "text": model::visible(&text) } });
    let lists = report.incomplete.iter().map(|list| {
        note("list-not-complete", "warning", format!("{}: {}", list_name(list), list_text(list)))
    });
    let rules = report.unanswered.iter().map(|unanswered| {
        let text = format!("{}: {}", unanswered.rule, unanswered_text(unanswered));
        let mut told = note("rule-not-answered", "warning", text);
        if let Some(members) = told.as_object_mut() {
            members.insert("associatedRule".to_owned(), json!({ "id": unanswered.rule }));
        }
        told
    });
    let unjudged = report.unjudged.iter().map(|text| note("not-judged", "error", text.clone()));
    json!({
        "executionSuccessful": report.unjudged.is_none(),
        "endTimeUtc": report.snapshot.at,
        "toolExecutionNotifications": unjudged.chain(rules).chain(lists).collect::<Vec<_>>(),
    })
}

fn result(report: &AuditReport<'_>, reported: &ReportedFinding, rule: Option<usize>) -> Value {
    let finding = &reported.finding;
    let described = (report.describe)(finding);
    let through = match described.path.as_slice() {
        [] => String::new(),
        steps => format!(", through {}", steps.join(" → ")),
    };
    let (kind, level) = kind(reported);
    let mut told = json!({
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "kind": kind,
        "level": level,
        "message": { "text": model::visible(&format!("{}: {}{through}", finding.title, described.subject)) },
        "locations": [{ "logicalLocations": [{
            "name": model::visible(&described.subject),
            "fullyQualifiedName": finding.subject,
            "kind": "resource",
        }] }],
        "partialFingerprints": { "iamwatch/v1": finding.fingerprint },
        "properties": {
            "severity": finding.severity,
            "state": reported.state_name(),
            "firstSeen": finding.first_seen,
            "lastSeen": finding.last_seen,
            "isBaseline": finding.baseline,
            "createdBy": described.created_by,
            "impliedBy": finding.implied_by,
            "doubt": finding.doubt,
            "evidence": finding.evidence,
        },
    });
    let Some(members) = told.as_object_mut() else { return told };
    if let Some(turn) = reported.turn {
        members.insert("baselineState".to_owned(), json!(turn.name()));
    }
    if let Some(because) = &finding.suppression {
        let suppression = json!({
            "kind": "external",
            "status": "accepted",
            "justification": because,
            "properties": { "until": described.accepted_until },
        });
        members.insert("suppressions".to_owned(), json!([suppression]));
    }
    told
}

/// Returns whether a result is a fault. What nobody can judge now is open, and what another says more of is information: neither has a level.
fn kind(reported: &ReportedFinding) -> (&'static str, &'static str) {
    let finding = &reported.finding;
    if finding.state == FindingState::Unknown && reported.turn != Some(FindingTurn::Absent) {
        ("open", "none")
    } else if finding.implied_by.is_some() {
        ("informational", "none")
    } else {
        ("fail", level(finding.severity))
    }
}
