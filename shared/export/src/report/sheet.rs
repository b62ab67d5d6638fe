//! A report as CSV: a row for each finding, and one for each rule and list of which not all could be seen.

use std::io::{self, Write};

use model::Value;

use super::{AuditReport, FindingTurn, ReportedFinding, list_name, list_text, unanswered_text};
use crate::formats::csv_line;

const COLUMNS: [&str; 23] = [
    "record",
    "account",
    "snapshot",
    "taken_at",
    "severity",
    "state",
    "turn",
    "rule",
    "title",
    "subject_name",
    "subject",
    "path",
    "since",
    "since_snapshot",
    "is_baseline",
    "created_by",
    "accepted_because",
    "accepted_until",
    "implied_by",
    "doubt",
    "remediation",
    "references",
    "id",
];

/// Writes the rows of a report.
pub(super) fn write(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    output.write_all(format!("{}\r\n", COLUMNS.join(",")).as_bytes())?;
    if let Some(unjudged) = &report.unjudged {
        put(report, output, "not judged", &[("doubt", Value::Text(unjudged))])?;
    }
    for list in &report.incomplete {
        let (name, doubt) = (list_name(list), list_text(list));
        let cells = [
            ("subject_name", Value::Text(&name)),
            ("subject", Value::Text(&list.listing)),
            ("doubt", Value::Text(&doubt)),
        ];
        put(report, output, "list not complete", &cells)?;
    }
    for unanswered in &report.unanswered {
        let rule = report.rules.get(&unanswered.rule);
        let doubt = unanswered_text(unanswered);
        let record = if unanswered.is_partial { "rule answered in part" } else { "rule not answered" };
        let cells = [
            ("severity", rule.map_or(Value::Null, |rule| Value::Text(rule.severity.name()))),
            ("rule", Value::Text(&unanswered.rule)),
            ("title", text(rule.map(|rule| rule.title.as_str()))),
            ("doubt", Value::Text(&doubt)),
        ];
        put(report, output, record, &cells)?;
    }
    report.entries().iter().try_for_each(|entry| finding(report, output, &report.read(entry)?))
}

fn finding(report: &AuditReport<'_>, output: &mut dyn Write, reported: &ReportedFinding) -> io::Result<()> {
    let finding = &reported.finding;
    let described = (report.describe)(finding);
    let rule = report.rules.get(&finding.rule);
    let references = rule.map(|rule| rule.references.join(" ")).filter(|references| !references.is_empty());
    let path = (!described.path.is_empty()).then(|| described.path.join(" → "));
    let cells = [
        ("severity", Value::Text(finding.severity.name())),
        ("state", Value::Text(reported.state_name())),
        ("turn", text(reported.turn.map(FindingTurn::name))),
        ("rule", Value::Text(&finding.rule)),
        ("title", Value::Text(&finding.title)),
        ("subject_name", Value::Text(&described.subject)),
        ("subject", Value::Text(&finding.subject)),
        ("path", text(path.as_deref())),
        ("since", Value::Text(&finding.first_seen.at)),
        ("since_snapshot", Value::Integer(i64::try_from(finding.first_seen.snapshot).unwrap_or(i64::MAX))),
        ("is_baseline", Value::Boolean(finding.baseline)),
        ("created_by", text(described.created_by.as_deref())),
        ("accepted_because", text(finding.suppression.as_deref())),
        ("accepted_until", text(described.accepted_until.as_deref())),
        ("implied_by", text(finding.implied_by.as_deref())),
        ("doubt", text(finding.doubt.as_deref())),
        ("remediation", text(rule.map(|rule| rule.remediation.as_str()))),
        ("references", text(references.as_deref())),
        ("id", Value::Text(&finding.fingerprint)),
    ];
    put(report, output, "finding", &cells)
}

fn text(text: Option<&str>) -> Value<'_> {
    text.map_or(Value::Null, Value::Text)
}

/// Writes a row; what it does not say is null.
fn put(
    report: &AuditReport<'_>,
    output: &mut dyn Write,
    record: &str,
    cells: &[(&str, Value<'_>)],
) -> io::Result<()> {
    let account = report.account.to_string();
    let own = [
        ("record", Value::Text(record)),
        ("account", Value::Text(&account)),
        ("snapshot", Value::Integer(i64::try_from(report.snapshot.snapshot).unwrap_or(i64::MAX))),
        ("taken_at", Value::Text(&report.snapshot.at)),
    ];
    let cell = |column: &&str| {
        let mut all = own.iter().chain(cells);
        all.find(|(name, _)| name == column).map_or(Value::Null, |(_, value)| *value)
    };
    let row: Vec<Value<'_>> = COLUMNS.iter().map(cell).collect();
    output.write_all(csv_line(&row).as_bytes())
}
