//! The life of one thing, for people.

use access::Turn;
use clap::builder::styling::{AnsiColor, Style};
use history::{Blame, ColumnStep, FindingStep, Subject};
use model::{Author, FindingState};
use serde_json::Value;
use serve::{ToldLife, ToldMoment, created_at, finding_turn};

use crate::{
    names::Names,
    render::{drift, table::Grid, text},
    screen::Paint,
};

/// Writes the life of a thing.
pub(crate) fn page(told: &ToldLife<'_>, paint: Paint) -> String {
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
fn origin(told: &ToldLife<'_>) -> String {
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

fn moment(moment: &ToldMoment<'_>, told: &ToldLife<'_>, paint: Paint) -> String {
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
        block.push_str(&access_turn(Turn::Gained, title, paint));
    }
    for change in &moment.access {
        block.push_str(&access_turn(change.turn, &change.title, paint));
    }
    for step in &moment.findings {
        block.push_str(&finding(step, &told.names, paint));
    }
    for line in block.lines() {
        page.push_str(&format!("  {line}\n"));
    }
    page
}

/// Writes what became of access, in a line.
fn access_turn(turn: Turn, title: &str, paint: Paint) -> String {
    let (sign, style) = match turn {
        Turn::Gained | Turn::Widened => ("↑", AnsiColor::Red.on_default()),
        Turn::Lost | Turn::Narrowed => ("↓", AnsiColor::Green.on_default()),
        Turn::Rerouted => ("=", Style::new()),
    };
    format!("{} {}\n", paint.style(style, sign), text::plain(title))
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

fn finding(step: &FindingStep, names: &Names, paint: Paint) -> String {
    let after = &step.after;
    // What another finding said more of was told of that one.
    let was_implied = step.before.as_ref().is_some_and(|before| before.implied_by.is_some() || before.untold);
    let is_told =
        after.implied_by.is_none() && !after.is_only_doubted() && !(was_implied && after.state.is_closed());
    let Some(turn) = finding_turn(step).filter(|_| is_told) else {
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
    format!("{sign} {severity} {}: {}{what}\n", text::plain(&after.title), names.name_of(&after.subject))
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
