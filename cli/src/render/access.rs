//! Access: who may do something, and what was gained and lost.

use access::{Answer, Extent, GrantChange, Principal, SharedChange, Standing, Step, Turn, Verdict};
use clap::builder::styling::{AnsiColor, Style};

use crate::{
    render::{
        table::Grid,
        text::{counted, plain},
    },
    screen::Paint,
};

/// Lines of one kind that are shown before the rest is counted.
pub(crate) const SHOWN: usize = 10;

/// Returns whether a principal can use what it holds, as far as can be seen.
pub(crate) fn is_active(principal: &Principal) -> bool {
    !matches!(principal.standing, Standing::Inactive(_))
}

/// Writes who may do something, a line each; `giver` says who gave it, where that is known.
pub(crate) fn answers<'a>(
    answers: &[&'a Answer],
    giver: impl Fn(&'a Answer) -> Option<&'a str>,
    paint: Paint,
) -> String {
    let mut grid = Grid::new(&["can", "principal", "through"]);
    for answer in answers {
        let (word, style) = can(answer);
        let condition = answer.condition.as_ref().map(|condition| format!("; {}", condition_text(condition)));
        let path = path(answer.path.get(1..).unwrap_or_default());
        let by = giver(answer).map(|by| format!(" (given by {})", plain(by))).unwrap_or_default();
        grid.styled(
            style,
            [word.to_owned(), principal_text(&answer.principal), path + &by + &condition.unwrap_or_default()],
        );
    }
    grid.text(paint)
}

fn can(answer: &Answer) -> (&'static str, Style) {
    match (answer.verdict, answer.extent) {
        (Verdict::Surely, Extent::Whole) => ("yes", AnsiColor::Red.on_default()),
        (Verdict::Surely, _) => ("partly", AnsiColor::Yellow.on_default()),
        (Verdict::Conditional, _) => ("conditional", AnsiColor::Yellow.on_default()),
        (Verdict::Denied, _) => ("denied", AnsiColor::Green.on_default()),
    }
}

/// Writes a principal, with the reason why it cannot act where it cannot.
pub(crate) fn principal_text(principal: &Principal) -> String {
    match &principal.standing {
        Standing::Active => step_name(&principal.step),
        Standing::Inactive(why) | Standing::Unknown(why) => {
            format!("{} ({})", step_name(&principal.step), plain(why))
        }
    }
}

/// Writes the steps of a path.
pub(crate) fn path(steps: &[Step]) -> String {
    plain(&access::path_text(steps))
}

fn step_name(step: &Step) -> String {
    plain(&step.to_string())
}

/// Writes what could not be seen.
pub(crate) fn unseen(unseen: &[String], paint: Paint) -> String {
    if unseen.is_empty() {
        return String::new();
    }
    let mut page = format!("\n{}\n", paint.bold("Could not be seen, and may hide more:"));
    for line in unseen.iter().take(SHOWN) {
        page.push_str(&format!("  {}\n", plain(line)));
    }
    page.push_str(&omitted_line(unseen.len(), SHOWN));
    page
}

/// Writes what some principals gained or lost: up to `shown` grants, and how many more there are.
pub(crate) fn change(change: &SharedChange, shown: usize, paint: Paint) -> String {
    let (sign, style, verb) = match change.turn {
        Turn::Gained => ("+", AnsiColor::Red.on_default(), "gained"),
        Turn::Widened => ("+", AnsiColor::Red.on_default(), "can do more"),
        Turn::Lost => ("-", AnsiColor::Green.on_default(), "lost"),
        Turn::Narrowed => ("-", AnsiColor::Green.on_default(), "can do less"),
        Turn::Rerouted => ("=", Style::new(), "the same access, other route"),
    };
    let mut page = format!("{} {}\n", paint.style(style, sign), paint.bold(headline(change, verb)));
    for grant in change.grants.iter().take(shown) {
        page.push_str(&format!("    {}\n", grant_text(grant)));
        page.push_str(&format!("      {}\n", paint.dim(cause_and_path(grant))));
    }
    page.push_str(&omitted_line(change.grants.len(), shown));
    page
}

fn headline(change: &SharedChange, verb: &str) -> String {
    let names: Vec<String> = change.principals.iter().take(3).map(principal_text).collect();
    let others = change.principals.len().saturating_sub(names.len());
    let others = if others == 0 { String::new() } else { format!(" and {others} more") };
    let users = plain(&change.usable_by.to_string());
    let users = match (change.usable_by.is_nobody(), change.usable_by.is_of_one()) {
        (true, _) => String::new(),
        (false, true) => format!(" (one of which {users} can assume)"),
        (false, false) => format!(" (which {users} can assume)"),
    };
    format!("{}{others}{users}: {verb}", names.join(", "))
}

/// Writes what a grant gives.
fn grant_text(grant: &GrantChange) -> String {
    let condition = grant.condition.as_ref().map(|condition| format!(", {}", condition_text(condition)));
    let reach = match grant.reach.actions {
        0 => String::new(),
        actions => format!(
            "  ({}, {})",
            counted(actions, "known action"),
            counted(grant.reach.resources, "known resource")
        ),
    };
    format!("{}{}{}{reach}", only(grant), plain(&grant.words), condition.unwrap_or_default())
}

/// Writes whose a grant is, where not all have it.
fn only(grant: &GrantChange) -> String {
    let names: Vec<String> = grant.only.iter().take(3).map(|step| plain(&step.to_string())).collect();
    match grant.only.len() - names.len() {
        _ if names.is_empty() => String::new(),
        0 => format!("only {}: ", names.join(", ")),
        more => format!("only {} and {more} more: ", names.join(", ")),
    }
}

/// Writes what must hold; a condition that only takes away says so itself.
fn condition_text(condition: &str) -> String {
    let condition = plain(condition);
    if condition.starts_with("unless ") { condition } else { format!("if {condition}") }
}

/// Writes why, and by which way.
fn cause_and_path(grant: &GrantChange) -> String {
    let now = format!("{}; through {}", plain(&grant.cause.phrase), path(&grant.path));
    if grant.former_path.is_empty() { now } else { format!("{now}; before: {}", path(&grant.former_path)) }
}

fn omitted_line(all: usize, shown: usize) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => format!("    … and {more} more\n"),
    }
}
