//! One file for each command: reads what it is told, asks, and shapes the answer.

mod audit;
mod blame;
mod ddl;
mod demo;
mod diff;
mod each;
mod export;
pub(crate) mod findings;
mod history;
mod manual;
mod open;
mod plan;
mod prune;
pub(crate) mod query;
mod replay;
mod report;
mod rules;
mod serve;
mod show;
mod snapshots;
mod tables;
mod verify;
mod who_can;

use crate::{
    account::AccountName,
    arguments::{AuditArgs, Cli, Command},
    failure::{Failure, exit},
    past::{self, Past},
    place,
    progress::ProgressDisplay,
    screen::Screen,
};

/// What every command works with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) global: &'a crate::arguments::Global,
    pub(crate) screen: &'a Screen,
    pub(crate) progress: &'a ProgressDisplay,
    /// The settings that are named or found, if any.
    pub(crate) settings: Option<&'a pipeline::Settings>,
    /// The account that is being asked, where each of several is.
    pub(crate) only: Option<&'a Past>,
}

/// What the place that is named for something written is called in messages.
pub(crate) const TARGET: &str = "the target";

impl Context<'_> {
    /// Returns where something of the account is written: to the place that is named, or where each of several accounts is asked, into
    /// that place under a name of its own.
    pub(crate) fn target(&self, named: Option<&String>, own: String) -> Result<String, Failure> {
        let meant = |place: &String| match place.as_str() {
            "-" => Ok(place.clone()),
            path => place::here().path(TARGET, path).map(|path| path.to_string_lossy().into_owned()),
        };
        match (named.map(meant).transpose()?, self.only) {
            (None, _) => Ok(own),
            (Some(place), None) => Ok(place),
            (Some(place), Some(_)) if place == "-" => {
                let said = "standard output takes what is written of one account, and several are asked";
                Err(Failure::wrong_use(said).help("name a folder with --to, or one account with --account"))
            }
            (Some(folder), Some(_)) => {
                let unmade = |error| {
                    Failure::new(exit::UNREADABLE, error).doing(format!("`{folder}` could not be made"))
                };
                std::fs::create_dir_all(&folder).map_err(unmade)?;
                Ok(std::path::Path::new(&folder).join(own).display().to_string())
            }
        }
    }
}

/// Runs the command that was given, and says whether it has news.
pub(crate) async fn run(cli: &Cli, screen: &Screen, progress: &ProgressDisplay) -> Result<bool, Failure> {
    let settings = match &cli.command {
        // These ask nothing of any account of one's own.
        Command::Demo(_) | Command::Completions(_) | Command::Man(_) => None,
        Command::Plan(plan) if plan.has_sizes() => None,
        Command::Audit(_) => Some(place::needed_settings(&cli.global).await?),
        _ => place::settings(&cli.global).await?,
    };
    let context = Context { global: &cli.global, screen, progress, settings: settings.as_ref(), only: None };
    if each::is_of_one(&cli.command) && place::account(&cli.global) == Some(AccountName::All) {
        let pasts = Past::open_all(context).await?;
        if pasts.len() > 1 {
            return each::run(cli, context, &pasts).await;
        }
    }
    answer(cli, context).await
}

/// Runs a command, and offers the newest whole snapshot where what it asks is damaged.
async fn answer(cli: &Cli, context: Context<'_>) -> Result<bool, Failure> {
    let outcome = dispatch(cli, context).await;
    match outcome {
        Err(failure)
            if !matches!(
                cli.command,
                Command::Audit(_) | Command::Demo(_) | Command::Verify(_) | Command::Prune(_)
            ) =>
        {
            Err(past::offer_whole(context, failure).await)
        }
        outcome => outcome,
    }
}

async fn dispatch(cli: &Cli, context: Context<'_>) -> Result<bool, Failure> {
    match &cli.command {
        Command::Demo(wanted) => demo::run(context, wanted).await,
        Command::Audit(AuditArgs {}) => audit::run(context).await,
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
        Command::Report(wanted) => report::run(context, wanted).await,
        Command::Tables(wanted) => tables::run(context, wanted).await,
        Command::Serve(wanted) => serve::run(context, wanted).await,
        Command::Rules(wanted) => rules::run(context, wanted).await,
        Command::Replay(wanted) => replay::run(context, wanted).await,
        Command::Verify(wanted) => verify::run(context, wanted).await,
        Command::Prune(wanted) => prune::run(context, wanted).await,
        Command::Completions(wanted) => manual::completions(context, wanted),
        Command::Man(wanted) => manual::page(context, wanted),
    }
}
