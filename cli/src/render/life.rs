//! The life of one thing, for people.

use std::collections::BTreeMap;

use access::SharedChange;
use clap::builder::styling::AnsiColor;
use history::{Blame, ColumnStep, FindingStep, Life, Subject};
use model::{AccountId, Author, Coverage, FindingState, Sighting, tables};
use serde_json::{Value, json};

use crate::{
    names::Names,
    render::{access as access_page, drift, table::Grid, text},
    screen::Paint,
};

/// Grants of one change of access that are shown before the rest is counted.
const GRANTS: usize = 3;

/// What there is to tell of a life.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) life: &'a Life,
    pub(crate) account: &'a AccountId,
    pub(crate) names: Names,
    /// What each snapshot shows, by its number.
    pub(crate) moments: BTreeMap<u64, Moment<'a>>,
    /// Snapshots that could not be read, with what is wrong with them.
    pub(crate) unread: &'a [(u64, String)],
    /// Snapshots of which the access was not compared.
    pub(crate) left_out: &'a [u64],
    /// Lists that it hangs on and that were not read to their end in the last snapshot.
    pub(crate) incomplete: Vec<Coverage>,
}

/// What one snapshot shows.
#[derive(Debug)]
pub(crate) struct Moment<'a> {
    snapshot: &'a Sighting,
    is_first: bool,
    /// What changed, as events of drift tell it.
    pub(crate) things: Vec<Value>,
    /// What was there when it could first be seen.
    pub(crate) seen: Vec<Value>,
    /// Gains that the run told.
    pub(crate) gains: Vec<&'a Value>,
    /// What comparing the access tells besides.
    pub(crate) access: Vec<&'a SharedChange>,
    pub(crate) findings: Vec<&'a FindingStep>,
}

impl<'a> Moment<'a> {
    /// Starts a moment in which nothing happened yet.
    pub(crate) fn new(snapshot: &'a Sighting, is_first: bool) -> Self {
        let (things, seen, gains) = (Vec::new(), Vec::new(), Vec::new());
        Self { snapshot, is_first, things, seen, gains, access: Vec::new(), findings: Vec::new() }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.things.is_empty()
            && self.seen.is_empty()
            && self.gains.is_empty()
            && self.access.is_empty()
            && self.findings.is_empty()
    }

    pub(crate) fn to_json(&self) -> Value {
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|step| json!({ "turn": turn(step).unwrap_or("reworded"), "finding": step.after }))
            .collect();
        json!({
            "snapshot": self.snapshot.snapshot,
            "at": self.snapshot.at,
            "is_first": self.is_first,
            "things": self.things,
            "seen": self.seen,
            "gained": self.gains,
            "access": self.access,
            "findings": findings,
        })
    }
}

/// Turns what is told of a thing that was added into what is told of one that was there.
pub(crate) fn seen(mut thing: Value) -> Value {
    let text = |pointer: &str| thing.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let table = text("/thing/table").unwrap_or_default();
    let noun = tables::find(&table).map_or_else(|| table.clone(), notify::noun);
    let address = text("/thing/address").unwrap_or_default();
    let name = text("/thing/name").map(|name| format!("'{name}'"));
    let key =
        address.split_once(&format!("/{table}/")).map_or_else(|| address.clone(), |(_, key)| key.to_owned());
    if let Some(members) = thing.as_object_mut() {
        members.insert("title".to_owned(), json!(format!("{noun} {}", name.unwrap_or(key))));
        members.insert("change".to_owned(), json!("there"));
        for part in members.get_mut("parts").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(part) = part.as_object_mut() {
                part.insert("change".to_owned(), json!("there"));
            }
        }
    }
    thing
}

/// Returns when a thing was created, as its row tells it.
pub(crate) fn created_at(life: &Life) -> Option<&str> {
    let row = life.row.as_ref()?;
    ["created_at", "added_at", "joined_at"]
        .into_iter()
        .find_map(|column| life.subject.table.text(row, column))
}

/// Writes the life of a thing.
pub(crate) fn page(told: &Told<'_>, paint: Paint) -> String {
    let life = told.life;
    let mut page = heading(&life.subject, paint);
    page.push_str(&origin(told));
    for moment in told.moments.values() {
        page.push_str(&self::moment(moment, told, paint));
    }
    let last = format!("snapshot {} ({} UTC)", life.last.snapshot, text::minute(&life.last.at));
    let seen = if told.incomplete.is_empty() { "" } else { ", as far as could be seen" };
    page.push_str(&match (life.is_there, told.moments.is_empty()) {
        (true, true) => format!("\nNothing of it changed up to {last}{seen}.\n"),
        (true, false) => format!("\nIt is there in the last one, {last}{seen}.\n"),
        (false, _) => format!("\nIt is gone: {last} does not have it.\n"),
    });
    if !told.left_out.is_empty() {
        let numbers: Vec<String> = told.left_out.iter().rev().map(ToString::to_string).collect();
        page.push_str(&paint.dim(format!(
            "Its access was not compared in snapshots {}: --compare compares more",
            numbers.join(", ")
        )));
        page.push('\n');
    }
    page.push_str(&unread(told.unread, paint));
    page
}

fn heading(subject: &Subject, paint: Paint) -> String {
    let noun = notify::noun(subject.table);
    let name = subject.name.as_deref().map(|name| format!(" '{}'", text::plain(name))).unwrap_or_default();
    format!("{}  {}\n", paint.bold(format!("{noun}{name}")), paint.dim(text::plain(&subject.place())))
}

/// Writes when it was created and by whom, as far as the cloud tells.
fn origin(told: &Told<'_>) -> String {
    let table = told.life.subject.table;
    let by = told.life.row.as_ref().and_then(|row| table.author(row, Author::Creator));
    let by = by.map(|by| format!(" by {}", by_text(by, &told.names)));
    match (created_at(told.life), by) {
        (None, None) => String::new(),
        (at, by) => {
            let at = at.map(|at| format!(" {} UTC", text::minute(at))).unwrap_or_default();
            format!("Created{at}{}\n", by.unwrap_or_default())
        }
    }
}

fn by_text(id: &str, names: &Names) -> String {
    names.of_id(id).map_or_else(|| text::plain(id), |name| format!("{name} ({})", text::plain(id)))
}

fn moment(moment: &Moment<'_>, told: &Told<'_>, paint: Paint) -> String {
    let head = format!("Snapshot {}", moment.snapshot.snapshot);
    let first = if moment.is_first { ", the first: nobody knows since when" } else { "" };
    let when = format!("{} UTC{first}", text::minute(&moment.snapshot.at));
    let mut page = format!("\n{}  {}\n", paint.bold(head), paint.dim(when));
    let mut block = String::new();
    for thing in moment.seen.iter().chain(&moment.things) {
        block.push_str(&drift::thing(thing, &told.names, paint));
        block.push_str(&by(thing));
    }
    for gain in &moment.gains {
        let title = gain.get("title").and_then(Value::as_str).unwrap_or_default();
        block.push_str(&format!(
            "{} {}\n",
            paint.style(AnsiColor::Red.on_default(), "↑"),
            text::plain(title)
        ));
    }
    for change in &moment.access {
        block.push_str(&access_page::change(change, GRANTS, paint));
    }
    for step in &moment.findings {
        block.push_str(&finding(step, &told.names, paint));
    }
    for line in block.lines() {
        page.push_str(&format!("  {line}\n"));
    }
    page
}

/// Writes who did it, where the title does not say it.
fn by(thing: &Value) -> String {
    let title = thing.get("title").and_then(Value::as_str).unwrap_or_default();
    let text = |pointer: &str| thing.pointer(pointer).and_then(Value::as_str);
    match (text("/by/name").or_else(|| text("/by/id")), text("/by/role")) {
        (Some(name), Some(role)) if !title.contains(" by ") => {
            let role = if role == "creator" { "created by" } else { "last changed by" };
            format!("    {role} {}\n", text::plain(name))
        }
        _ => String::new(),
    }
}

/// Returns what became of a finding; none where only its evidence or words did.
fn turn(step: &FindingStep) -> Option<&'static str> {
    let (after, before) = (&step.after, step.before.as_ref());
    if before.is_some_and(|before| before.state == after.state) {
        return None;
    }
    let was_over = before.is_some_and(|before| before.state.is_closed());
    Some(match after.state {
        FindingState::Open if was_over => "reopened",
        FindingState::Open if before.is_none() && after.baseline => "there",
        FindingState::Open if before.is_none() => "opened",
        FindingState::Open => "open again",
        FindingState::Suppressed => "suppressed",
        FindingState::Unknown => "unknown",
        FindingState::Fixed => "fixed",
        FindingState::Gone => "gone",
        FindingState::RuleChanged => "rule-changed",
    })
}

fn finding(step: &FindingStep, names: &Names, paint: Paint) -> String {
    let after = &step.after;
    // What another finding said more of was told of that one.
    let was_implied = step.before.as_ref().is_some_and(|before| before.implied_by.is_some() || before.untold);
    let is_told =
        after.implied_by.is_none() && !after.is_only_doubted() && !(was_implied && after.state.is_closed());
    let Some(turn) = turn(step).filter(|_| is_told) else {
        return String::new();
    };
    let sign = match after.state {
        FindingState::Open => paint.style(text::severity_style(after.severity), "!"),
        FindingState::Unknown | FindingState::Suppressed => paint.style(AnsiColor::Yellow.on_default(), "?"),
        _ => paint.style(AnsiColor::Green.on_default(), "✓"),
    };
    let severity = paint.style(text::severity_style(after.severity), format!("{:8}", after.severity.name()));
    let what = match (turn, after.state) {
        ("opened" | "there", _) => String::new(),
        (turn, _) => format!(" ({turn})"),
    };
    format!("{sign} {severity} {}: {}{what}\n", text::plain(&after.title), names.of(&after.subject))
}

/// Writes which snapshots could not be read.
fn unread(unread: &[(u64, String)], paint: Paint) -> String {
    let line = |(number, fault): &(u64, String)| {
        let said =
            format!("Snapshot {number} {fault}: what it changed shows in the next; see `iamwatch verify`");
        format!("{}\n", paint.style(AnsiColor::Yellow.on_default(), text::plain(&said)))
    };
    unread.iter().map(line).collect()
}

/// Writes what a column of a thing held.
pub(crate) fn column(
    subject: &Subject,
    column: &str,
    steps: &[ColumnStep],
    names: &Names,
    faults: &[(u64, String)],
    paint: Paint,
) -> String {
    let mut page = heading(subject, paint);
    let mut grid = Grid::new(&["snapshot>", "time (UTC)", column, "by"]);
    for step in steps {
        let mark = if step.is_baseline { "≤ " } else { "" };
        let value = step.after.as_ref().map_or_else(|| "(gone)".to_owned(), text::json_cell);
        let by = step.by.as_deref().map_or_else(|| "-".to_owned(), |by| by_text(by, names));
        grid.row([format!("{mark}{}", step.snapshot.snapshot), text::minute(&step.snapshot.at), value, by]);
    }
    page.push_str(&grid.text(paint));
    page.push_str(&unread(faults, paint));
    page
}

/// Writes since when each column of a row is as it is.
pub(crate) fn blame(
    subject: &Subject,
    blame: &Blame,
    names: &Names,
    faults: &[(u64, String)],
    paint: Paint,
) -> String {
    let mut page = heading(subject, paint);
    let mut grid = Grid::new(&["since", "time (UTC)", "column", "value", "by"]);
    for ((column, value), origin) in subject.table.columns.iter().zip(blame.row.values()).zip(&blame.origins)
    {
        let mark = if origin.is_baseline { "≤ " } else { "" };
        grid.row([
            format!("{mark}{}", origin.since.snapshot),
            text::minute(&origin.since.at),
            column.name.to_owned(),
            text::cell(value),
            origin.by.as_deref().map_or_else(|| "-".to_owned(), |by| by_text(by, names)),
        ]);
    }
    page.push_str(&grid.text(paint));
    page.push_str(&unread(faults, paint));
    page
}
