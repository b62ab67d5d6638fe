//! A life, week by week: each is audited, and what came of it is written as a page.

use std::fmt::Write;

use check::Findings;
use history::AccessChanges;
use model::{Change, Event, Finding};
use pipeline::RunSummary;
use snapshot::Manifest;

use crate::scenarios::{Account, account::Unwatched, company::Week};

/// What one week gave.
#[derive(Debug)]
pub struct Chapter {
    pub week: Week,
    pub summary: RunSummary,
    /// Objects written by the run.
    pub written: u64,
    pub manifest: Manifest,
    pub drift: Vec<Change>,
    pub access: std::sync::Arc<AccessChanges>,
    pub moves: Vec<Move>,
    pub events: Vec<Event>,
}

/// A finding that is not what it was.
#[derive(Debug)]
pub struct Move {
    pub before: Option<Finding>,
    pub after: Finding,
}

/// Lets each week happen and audits the account at its end.
pub async fn live_through(account: &Account) -> Vec<Chapter> {
    let mut chapters = Vec::new();
    let mut former: Option<(Manifest, Findings)> = None;
    let mut told = 0;
    for week in account.company.weeks() {
        account.company.live(week);
        let store = account.store().await;
        let summary = account
            .audit_into(&store, &account.events_file(), week.date, &Unwatched::default())
            .await
            .expect("an audit");
        let written = store.traffic().writes;
        let history = account.history().await;
        let manifest = history.manifest(summary.snapshot).await.expect("the snapshot of this week");
        let findings = history::findings(&history, &manifest).await.expect("the findings of this week");
        let drift = match &former {
            Some((before, _)) => history::drift(&history, before, &manifest).await.expect("two snapshots"),
            None => Vec::new(),
        };
        let before = former.as_ref().map_or(&manifest, |(before, _)| before);
        let access = history::access_changes(&history, before, &manifest).await.expect("two snapshots");
        let moves = match &former {
            Some((_, before)) => moves(before, &findings),
            None => Vec::new(),
        };
        let events = account.events();
        chapters.push(Chapter {
            week,
            summary,
            written,
            manifest: manifest.clone(),
            drift,
            access,
            moves,
            events: events[told..].to_vec(),
        });
        told = events.len();
        former = Some((manifest, findings));
    }
    chapters
}

fn moves(before: &Findings, after: &Findings) -> Vec<Move> {
    let mut moves: Vec<Move> = after
        .findings
        .iter()
        .map(|(fingerprint, after)| Move {
            before: before.findings.get(fingerprint).map(|known| Finding::clone(known)),
            after: Finding::clone(after),
        })
        .filter(|moved| {
            moved.before.as_ref().is_none_or(|before| {
                before.state != moved.after.state || before.evidence != moved.after.evidence
            })
        })
        .collect();
    moves.sort_by(|a, b| (&a.after.rule, &a.after.subject).cmp(&(&b.after.rule, &b.after.subject)));
    moves
}

impl Chapter {
    /// Writes the week down, as a person reviews it.
    pub fn page(&self) -> String {
        let RunSummary { snapshot, rows, lists, incomplete, findings, .. } = &self.summary;
        let mut page = format!("## {snapshot} · {} · {}\n\n", self.week.date, self.week.title);
        let _ = writeln!(
            page,
            "{rows} rows, {incomplete} of {lists} lists incomplete, {} findings open",
            findings.open
        );
        let _ = writeln!(
            page,
            "drift {}; transitions {}",
            sums(&self.summary.drift),
            sums(&findings.transitions)
        );
        section(&mut page, "changes", self.drift.iter().map(change));
        section(&mut page, "access", self.access.changes.iter().flat_map(access));
        section(&mut page, "findings", self.moves.iter().map(moved));
        section(&mut page, "events", self.events.iter().map(event));
        page.push('\n');
        page
    }
}

fn sums(sums: &std::collections::BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = sums.iter().map(|(word, number)| format!("{number} {word}")).collect();
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

fn section(page: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n{title}");
    for line in lines {
        let _ = writeln!(page, "  {line}");
    }
}

/// Verb, table, label or key, and the columns that differ.
fn change(change: &Change) -> String {
    let row = change.row_after().or_else(|| change.row_before()).expect("a change has a row");
    let label = change.table.label.and_then(|label| change.table.position(label));
    let label = label.and_then(|column| row.value(column).as_text().map(str::to_owned));
    let key: Vec<String> = (0..change.table.key).map(|column| row.value(column).to_string()).collect();
    let columns: Vec<&str> = change.columns().iter().map(|column| column.name).collect();
    let columns = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
    let name = label.unwrap_or_else(|| key.join(" "));
    format!("{:<9} {:<28} {name}{columns}", change.verb(), change.table.name)
}

/// What happened to whom, and below it each grant: what it gives, and by which way.
fn access(change: &access::SharedChange) -> Vec<String> {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let names: Vec<String> = change.principals.iter().map(|who| who.step.to_string()).collect();
    let head = format!("{:<9} {}", word(serde_json::json!(change.turn)), names.join(", "));
    let grants = change.grants.iter().map(|grant| {
        let condition =
            grant.condition.as_ref().map(|condition| format!(" [{condition}]")).unwrap_or_default();
        let only: Vec<String> = grant.only.iter().map(ToString::to_string).collect();
        let only = if only.is_empty() { String::new() } else { format!("only {}: ", only.join(", ")) };
        format!("          {only}{}{condition}", access::path_text(&grant.path))
    });
    std::iter::once(head).chain(grants).collect()
}

fn moved(moved: &Move) -> String {
    let state = |finding: &Finding| finding.state.name();
    let before = moved.before.as_ref().map_or("", state);
    format!("{:<9} {:<9} {:<40} {}", before, state(&moved.after), moved.after.rule, moved.after.subject)
}

fn event(event: &Event) -> String {
    let name = event.kind.trim_start_matches("dev.iamwatch.");
    let title = event.data.get("title").and_then(serde_json::Value::as_str).unwrap_or_default();
    format!("{:<8} {name:<24} {title}", event.severity)
}
