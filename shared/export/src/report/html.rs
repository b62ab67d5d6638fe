//! A report as one HTML page that loads nothing: it opens from disk, prints, and runs no script.
//!
//! The page is written section by section, and findings one by one. What a cloud says is escaped by the templates, and its unseen characters are shown.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};
use model::Severity;

use super::{
    AuditReport, FindingEntry, SEVERITIES,
    html_parts::{
        badge, capital, change_list, count_text, coverage, finding_item, omitted, question, rule_head, seen,
    },
    minute,
};

/// How a page looks on a screen and on paper: a style sheet for whatever shows reports or parts of them.
pub const PAGE_STYLE: &str = include_str!("style.css");

/// Nothing is loaded, sent or run, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Findings of one rule that the page lists; the rest is counted, so that a browser opens it at once.
const LISTED: usize = 2_000;

/// Changes that the page lists.
const CHANGES: usize = 1_000;

/// Writes the page, section by section.
pub(super) fn write(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    put(output, &html! { (DOCTYPE) })?;
    output.write_all(b"<html lang=\"en\">")?;
    put(output, &head(report))?;
    output.write_all(b"<body>")?;
    put(output, &banner(report))?;
    output.write_all(b"<main>")?;
    put(output, &summary(report))?;
    put(output, &coverage(report))?;
    put(output, &changes(report))?;
    findings(report, output)?;
    permissions(report, output)?;
    list(
        report,
        output,
        ("accepted", "Accepted findings", "Nothing is accepted."),
        &report.accepted().collect::<Vec<_>>(),
    )?;
    if report.since.is_some() {
        let closed: Vec<&FindingEntry> = report.closed().collect();
        list(
            report,
            output,
            ("closed", "Over since then", "No finding of then is known to be over."),
            &closed,
        )?;
    }
    put(output, &questions(report))?;
    output.write_all(b"</main>")?;
    put(output, &footer(report))?;
    output.write_all(b"</body></html>\n")
}

fn put(output: &mut dyn Write, markup: &Markup) -> io::Result<()> {
    output.write_all(markup.0.as_bytes())
}

fn title(report: &AuditReport<'_>) -> String {
    let name = report.name.as_ref().map(|name| format!("{name}, ")).unwrap_or_default();
    seen(&format!("Access audit of {name}{}, snapshot {}", report.account, report.snapshot.snapshot))
        .into_owned()
}

fn head(report: &AuditReport<'_>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="generator" content=(concat!("iamwatch ", env!("CARGO_PKG_VERSION")));
            title { (title(report)) }
            style { (PreEscaped(PAGE_STYLE)) }
        }
    }
}

fn banner(report: &AuditReport<'_>) -> Markup {
    html! {
        header {
            p.kicker { "Access audit" }
            h1 { (seen(report.name.as_deref().unwrap_or(report.account.id()))) }
            dl.facts {
                div { dt { "Account" } dd { code { (seen(&report.account.to_string())) } } }
                div { dt { "Snapshot" } dd { (report.snapshot.snapshot) ", " (minute(&report.snapshot.at)) } }
                @if let Some(since) = &report.since {
                    div { dt { "Compared with" } dd { "snapshot " (since.snapshot) ", " (minute(&since.at)) } }
                }
            }
            nav aria-label="Sections" {
                a href="#summary" { "Summary" }
                a href="#coverage" { "Coverage" }
                @if report.changes.is_some() { a href="#changes" { "Changes" } }
                a href="#findings" { "Findings" }
                a href="#permissions" { "Sensitive permissions" }
                a href="#accepted" { "Accepted" }
                @if report.since.is_some() { a href="#closed" { "Over" } }
                @if !report.sections.is_empty() { a href="#questions" { "Questions" } }
            }
        }
    }
}

fn summary(report: &AuditReport<'_>) -> Markup {
    let count = |severity: Severity| report.live().filter(|entry| entry.severity == severity).count();
    let new = report.live().filter(|entry| entry.turn == Some(super::FindingTurn::New)).count();
    html! {
        section id="summary" {
            h2 { "Summary" }
            @if let Some(unjudged) = &report.unjudged {
                p.alert { strong { "Not judged. " } (seen(unjudged)) }
            }
            ul.tiles {
                @for severity in SEVERITIES {
                    li class={ "tile " (severity.name()) } {
                        span.number { (count_text(count(severity))) }
                        (badge(severity))
                    }
                }
            }
            ul.facts-line {
                @if report.since.is_some() {
                    li { strong { (count_text(new)) } " new, " strong { (count_text(report.closed().count())) } " over since then" }
                }
                li { strong { (count_text(report.accepted().count())) } " accepted" }
                @if report.implied() > 0 {
                    li { strong { (count_text(report.implied())) } " kept and not listed: another finding says more of the same" }
                }
                li { strong { (count_text(report.incomplete.len())) } " of " (report.lists) " lists not read to the end" }
                li { strong { (count_text(report.unanswered.len())) } " rules without a whole answer" }
            }
            @for note in &report.notes { p.alert { (seen(note)) } }
        }
    }
}

fn changes(report: &AuditReport<'_>) -> Markup {
    let Some(changes) = &report.changes else { return html! {} };
    html! {
        section id="changes" {
            h2 { "What changed since then" }
            h3 { "Things" }
            (change_list(&changes.things, CHANGES, "Nothing changed in what could be seen."))
            h3 { "Access" }
            (change_list(&changes.access, CHANGES, "Nobody is known to have gained or lost access."))
            @if !changes.unseen.is_empty() {
                p.alert { "Not all could be compared. What is missing from these proves nothing:" }
                ul.plain { @for line in &changes.unseen { li { (seen(line)) } } }
            }
        }
    }
}

fn findings(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    let of_rules: Vec<&FindingEntry> =
        report.live().filter(|entry| !report.is_permission(&entry.rule)).collect();
    list(
        report,
        output,
        ("findings", "Findings by severity", "No rule found anything in what could be seen."),
        &of_rules,
    )
}

fn permissions(report: &AuditReport<'_>, output: &mut dyn Write) -> io::Result<()> {
    let held: Vec<&FindingEntry> = report.live().filter(|entry| report.is_permission(&entry.rule)).collect();
    let title = "Sensitive permissions, who holds them and through what";
    list(report, output, ("permissions", title, "Nobody who could be seen holds one unnoticed."), &held)
}

/// Writes a section of findings, which stand in the order of severities and rules.
fn list(
    report: &AuditReport<'_>,
    output: &mut dyn Write,
    (id, title, nothing): (&str, &str, &str),
    findings: &[&FindingEntry],
) -> io::Result<()> {
    write!(output, "<section id=\"{id}\">")?;
    put(output, &html! { h2 { (title) } @if findings.is_empty() { p { (nothing) } } })?;
    for of_severity in findings.chunk_by(|one, other| one.severity == other.severity) {
        if let Some(first) = of_severity.first() {
            let severity = first.severity;
            let count = count_text(of_severity.len());
            put(output, &html! { h3.severity { (capital(severity.name())) span.count { (count) } } })?;
        }
        for block in of_severity.chunk_by(|one, other| one.rule == other.rule) {
            let Some(first) = block.first() else { continue };
            output.write_all(b"<article>")?;
            put(output, &rule_head(report, &report.read(first)?.finding, block.len()))?;
            output.write_all(b"<ul class=\"subjects\">")?;
            for entry in block.iter().take(LISTED) {
                put(output, &finding_item(report, &report.read(entry)?))?;
            }
            output.write_all(b"</ul>")?;
            put(output, &omitted(block.len(), LISTED))?;
            output.write_all(b"</article>")?;
        }
    }
    output.write_all(b"</section>")
}

fn questions(report: &AuditReport<'_>) -> Markup {
    html! {
        @if !report.sections.is_empty() {
            section id="questions" {
                h2 { "The usual questions" }
                @for section in &report.sections { (question(section)) }
            }
        }
    }
}

fn footer(report: &AuditReport<'_>) -> Markup {
    html! {
        footer {
            p {
                "Made by iamwatch " (env!("CARGO_PKG_VERSION")) " from snapshot " (report.snapshot.snapshot) " of "
                code { (seen(&report.account.to_string())) } ". This page loads nothing and runs no script."
            }
        }
    }
}
