//! The pages of the demo.

use crate::{
    render::{run, text},
    screen::Paint,
};

/// Writes what is about to be seen.
pub(crate) fn welcome(
    company: &str,
    cloud: &str,
    account: &model::AccountId,
    weeks: usize,
    paint: Paint,
) -> String {
    format!(
        "{}\n\
         {weeks} audits of `{}` ({account}), an account on {cloud} that is simulated on this machine.\n\
         Each reads all lists over HTTP, stores what changed, asks the rules, and sends events.\n\n",
        paint.bold("iamwatch demo"),
        text::plain(company)
    )
}

/// Writes what one week of the demo told.
pub(crate) fn week(number: usize, happened: &str, date: &str, told: &run::ToldRun, paint: Paint) -> String {
    let head = format!("Week {number}: {happened}");
    let when = format!("{} UTC, snapshot {}", text::minute(date), told.summary.snapshot);
    format!("{}  {}\n{}\n", paint.bold(head), paint.dim(when), run::body(told, paint))
}

/// Writes what was left, and what to try on it.
pub(crate) fn farewell(store: &str, events: &str, commands: &[String], paint: Paint) -> String {
    let mut page = format!(
        "The snapshots are in {}, the events in {}. Try:\n",
        paint.bold(text::plain(store)),
        text::plain(events)
    );
    for command in commands {
        page.push_str(&format!("  {command}\n"));
    }
    page
}
