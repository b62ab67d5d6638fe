//! `completions` and `man`: what shells and `man` read, made from the words of the command line.

use clap::CommandFactory;

use super::Context;
use crate::{
    arguments::{Cli, CompletionsArgs, ManArgs},
    failure::{Failure, exit},
};

pub(super) fn completions(context: Context<'_>, wanted: &CompletionsArgs) -> Result<bool, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(wanted.shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut text);
    context.screen.put(&String::from_utf8_lossy(&text))?;
    Ok(false)
}

pub(super) fn page(context: Context<'_>, wanted: &ManArgs) -> Result<bool, Failure> {
    let mut whole = Cli::command();
    whole.build();
    let command = match &wanted.command {
        None => whole,
        Some(name) => {
            let found = whole.find_subcommand(name).cloned();
            let found = found.ok_or_else(|| {
                Failure::wrong_use(format!("there is no command `{name}`")).help("`iamwatch help` lists them")
            })?;
            found.display_name(format!("{}-{name}", env!("CARGO_PKG_NAME")))
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut text)
        .map_err(|error| Failure::new(exit::UNREADABLE, error).doing("the page could not be made"))?;
    context.screen.put(&String::from_utf8_lossy(&text))?;
    Ok(false)
}
