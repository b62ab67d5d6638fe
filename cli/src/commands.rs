//! One file for each command: reads what it is told, asks, and shapes the answer.

mod audit;
mod blame;
mod ddl;
mod demo;
mod diff;
mod export;
mod findings;
mod history;
mod open;
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
pub(crate) struct Context<'a> {
    pub(crate) global: &'a crate::arguments::Global,
    pub(crate) screen: &'a Screen,
    pub(crate) progress: &'a Progress,
}

/// Runs the command that was given, and says whether it has news.
pub(crate) async fn run(cli: &Cli, screen: &Screen, progress: &Progress) -> Result<bool, Failure> {
    let context = Context { global: &cli.global, screen, progress };
    match &cli.command {
        Command::Demo(wanted) => demo::run(context, wanted).await,
        Command::Audit(wanted) => audit::run(context, wanted).await,
        Command::Plan(wanted) => plan::run(context, wanted).await,
        Command::Snapshots(wanted) => snapshots::run(context, wanted).await,
        Command::Show(wanted) => show::run(context, wanted).await,
        Command::Diff(wanted) => diff::run(context, wanted).await,
        Command::History(wanted) => history::run(context, wanted).await,
        Command::Blame(wanted) => blame::run(context, wanted).await,
        Command::Findings(wanted) => findings::run(context, wanted).await,
        Command::WhoCan(wanted) => who_can::run(context, wanted).await,
        Command::Query(wanted) => query::run(context, wanted).await,
        Command::Ddl(wanted) => ddl::run(context, wanted),
        Command::Open(wanted) => open::run(context, wanted).await,
        Command::Export(wanted) => export::run(context, wanted).await,
        Command::Rules(wanted) => rules::run(context, wanted).await,
        Command::Verify(wanted) => verify::run(context, wanted).await,
    }
}
