//! One file for each command: reads what it is told, asks, and shapes the answer.

mod audit;
mod demo;
mod diff;
mod findings;
mod plan;
mod query;
mod rules;
mod show;
mod snapshots;
mod verify;
mod who_can;

use crate::{
    arguments::{Cli, Command},
    failure::Failure,
    progress::Progress,
    screen::Screen,
};

/// What every command works with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) global: &'a crate::arguments::Global,
    pub(crate) screen: &'a Screen,
    pub(crate) progress: &'a Progress,
}

/// Runs the command that was given, and says whether it has news.
pub(crate) async fn run(cli: &Cli, screen: &Screen, progress: &Progress) -> Result<bool, Failure> {
    let desk = Desk { global: &cli.global, screen, progress };
    match &cli.command {
        Command::Demo(wanted) => demo::run(desk, wanted).await,
        Command::Audit(wanted) => audit::run(desk, wanted).await,
        Command::Plan(wanted) => plan::run(desk, wanted).await,
        Command::Snapshots(wanted) => snapshots::run(desk, wanted).await,
        Command::Show(wanted) => show::run(desk, wanted).await,
        Command::Diff(wanted) => diff::run(desk, wanted).await,
        Command::Findings(wanted) => findings::run(desk, wanted).await,
        Command::WhoCan(wanted) => who_can::run(desk, wanted).await,
        Command::Query(wanted) => query::run(desk, wanted).await,
        Command::Rules(wanted) => rules::run(desk, wanted).await,
        Command::Verify(wanted) => verify::run(desk, wanted).await,
    }
}
