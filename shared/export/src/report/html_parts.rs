//! The parts of an HTML report: a rule, a finding, a change, a question.

use std::{borrow::Cow, fmt::Display};

use history::Section;
use maud::{Markup, html};
use model::{Finding, FindingState, Severity};
use serde_json::Value;

use super::{
    AuditReport, FindingTurn, ReportedChange, ReportedFinding, RuleText, list_name, list_text, minute, since,
    unanswered_text,
};

/// Rows of one question that the page lists.
const ROWS: usize = 100;

/// Evidence that the name, the path or the line of the finding tells already.
const SILENT: [&str; 12] = [
    "about",
    "principal",
    "principal_id",
    "through",
    "actions",
    "id",
    "name",
    "policy_id",
    "user_id",
    "group_id",
    "iam_id",
    "created_by_id",
];

/// Shows a text as one line, unseen characters in it included.
pub(super) fn seen(text: &str) -> Cow<'_, str> {
    model::visible(text)
}

/// Shows what a rule says of itself; words between backticks are code.
fn prose(text: &str) -> Markup {
    html! {
        @for (position, part) in text.split('`').enumerate() {
            @if position % 2 == 1 { code { (seen(part)) } } @else { (seen(part)) }
        }
    }
}

/// Writes a whole number that is not negative with its thousands parted: `12,345`.
pub fn count_text(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Shows a severity by its word and by a sign, so that no colour is needed to tell it.
pub(super) fn badge(severity: Severity) -> Markup {
    let sign = match severity {
        Severity::Critical => "▲▲",
        Severity::High => "▲",
        Severity::Medium => "◆",
        Severity::Low => "●",
        Severity::Info => "○",
    };
    html! {
        span class={ "badge " (severity.name()) } { span aria-hidden="true" { (sign) } " " (capital(severity.name())) }
    }
}

/// Shows what could not be seen, and which rules have no answer for it.
pub(super) fn coverage(report: &AuditReport<'_>) -> Markup {
    html! {
        section id="coverage" {
            h2 { "Coverage: what could be seen" }
            @if report.incomplete.is_empty() {
                p { "All " (report.lists) " lists were read to their end: what is not here does not exist." }
            } @else {
                p.alert {
                    (report.incomplete.len()) " of " (report.lists)
                    " lists were not read to their end. What is missing here may be there all the same."
                }
                ul.plain {
                    @for list in &report.incomplete {
                        li { code { (seen(&list_name(list))) } " " (seen(&list_text(list))) }
                    }
                }
            }
            h3 { "Rules without a whole answer" }
            @if report.unanswered.is_empty() {
                p { "Every rule could see all that it hangs on." }
            } @else {
                ul.plain {
                    @for unanswered in &report.unanswered {
                        li {
                            @if let Some(text) = report.rules.get(&unanswered.rule) { (seen(&text.title)) " " }
                            code { (seen(&unanswered.rule)) } " " (seen(&unanswered_text(unanswered)))
                        }
                    }
                }
            }
        }
    }
}

/// Shows a rule: what it found, why that matters, and what to do about it.
pub(super) fn rule_head(report: &AuditReport<'_>, finding: &Finding, count: usize) -> Markup {
    let text = report.rules.get(&finding.rule);
    html! {
        h4 { (badge(finding.severity)) " " (seen(&finding.title)) span.count { (count_text(count)) } }
        p.rule { code { (seen(&finding.rule)) } @if let Some(text) = text { (references(text)) } }
        @if let Some(unanswered) = report.unanswered(&finding.rule) { p.alert { (capital(&unanswered_text(unanswered))) } }
        @if let Some(text) = text {
            dl.said {
                @if !text.reason.is_empty() { div { dt { "Why" } dd { (prose(&text.reason)) } } }
                @if !text.remediation.is_empty() { div { dt { "What to do" } dd { (prose(&text.remediation)) } } }
            }
        }
    }
}

/// Returns whether a text is an address as a browser shows it: nothing in it is unseen or parts it.
pub(super) fn is_address(text: &str) -> bool {
    text.starts_with("https://") && text.bytes().all(|each| each.is_ascii_graphic())
}

fn references(text: &RuleText) -> Markup {
    html! {
        @for reference in &text.references {
            " "
            // Only what a browser opens as a page is a link, whatever a rule of one's own says.
            @if is_address(reference) {
                a.reference href=(reference) rel="noreferrer noopener" { (seen(reference)) }
            } @else {
                span.reference { (seen(reference)) }
            }
        }
    }
}

/// Shows what a finding is about, since when, and through what.
pub(super) fn finding_item(report: &AuditReport<'_>, reported: &ReportedFinding) -> Markup {
    let finding = &reported.finding;
    let described = (report.describe)(finding);
    let actions = finding.evidence.text("actions").filter(|text| !text.is_empty());
    html! {
        li {
            p.subject {
                (seen(&described.subject))
                @if reported.turn == Some(FindingTurn::New) { " " span.mark { "new" } }
                @if reported.turn == Some(FindingTurn::Updated) { " " span.mark { "changed" } }
            }
            @if !described.path.is_empty() {
                ol.path { @for step in &described.path { li { (seen(step)) } } }
            }
            p.meta {
                (since(finding))
                @if let Some(by) = &described.created_by { "; created by " (seen(by)) }
                @if let Some(last) = &finding.last_seen { "; last seen " (minute(&last.at)) }
                @if finding.state != FindingState::Suppressed && reported.state_name() != FindingState::Open.name() {
                    "; " strong { (reported.state_name()) }
                }
                @if let Some(doubt) = &finding.doubt {
                    @if finding.state == FindingState::Open { "; " } @else { ": " }
                    (seen(doubt))
                }
            }
            @if let Some(because) = &finding.suppression {
                p.meta {
                    strong { "Accepted: " } (seen(because))
                    @match &described.accepted_until {
                        Some(until) => { "; until " (minute(until)) }
                        None => { "; no end is known" }
                    }
                }
            }
            @if let Some(actions) = actions { p.meta { "Actions: " (seen(&actions)) } }
            (evidence(finding))
        }
    }
}

fn evidence(finding: &Finding) -> Markup {
    let columns = finding.evidence.columns();
    let told = columns.iter().filter(|(name, value)| {
        !value.is_null() && !SILENT.contains(&name.as_str()) && value.as_str() != Some("")
    });
    let told: Vec<(String, String)> =
        told.map(|(name, value)| (name.replace('_', " "), cell(value))).collect();
    html! {
        @if !told.is_empty() {
            p.meta { @for (position, (name, value)) in told.iter().enumerate() {
                @if position > 0 { "; " }
                (seen(name)) ": " (seen(value))
            } }
        }
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Shows changes, up to so many.
pub(super) fn change_list(changes: &[ReportedChange], most: usize, nothing: &str) -> Markup {
    html! {
        @if changes.is_empty() { p { (nothing) } } @else {
            ul.changes {
                @for change in changes.iter().take(most) {
                    li {
                        p { span.sign { (change.sign) } (seen(&change.head)) }
                        @for line in &change.lines { p.meta { (seen(line)) } }
                    }
                }
            }
            (omitted(changes.len(), most))
        }
    }
}

/// Says how many are not listed.
pub(super) fn omitted(all: usize, listed: usize) -> Markup {
    html! {
        @if all > listed {
            p.alert { "The first " (count_text(listed)) " of " (count_text(all)) "; `iamwatch report --format csv` lists all." }
        }
    }
}

/// Most columns of a table that is printed upright: one with more lies on its side, so that words stay whole.
const UPRIGHT: usize = 7;

/// Shows a question of an auditor with its rows.
pub(super) fn question(section: &Section) -> Markup {
    let answer = &section.answer;
    html! {
        article.question.landscape[answer.columns.len() > UPRIGHT] {
            h3 { (seen(&section.title)) }
            p.rule { code { (seen(&section.rule)) } }
            p { (prose(&section.reason)) }
            @if let Some(unanswered) = &section.unanswered { p.alert { (capital(&unanswered_text(unanswered))) } }
            @if section.is_answered {
                @if answer.rows.is_empty() { p { "No rows." } } @else {
                    div.scroll tabindex="0" role="region" aria-label=(seen(&section.title)) {
                        table {
                            thead { tr { @for column in &answer.columns { th scope="col" { (seen(&column.replace('_', " "))) } } } }
                            tbody {
                                @for row in answer.rows.iter().take(ROWS) {
                                    tr { @for value in row { td { (seen(&cell(value))) } } }
                                }
                            }
                        }
                    }
                    @if answer.rows.len() > ROWS || !answer.is_complete {
                        p.alert { "The first " (answer.rows.len().min(ROWS)) " rows; `iamwatch rules ask` lists all." }
                    }
                }
            }
        }
    }
}
