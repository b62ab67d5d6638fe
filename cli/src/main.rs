//! `iamwatch` on a terminal: the same runs as the function, and every question to the past.
//!
//! In: arguments, the environment, the clock. Out: results on standard output, progress and logs on standard error,
//! and an exit code. Nothing is decided here that another program would want to decide the same way: commands read
//! what they are told, call `pipeline` or `history`, and shape the answer.

mod account;
mod arguments;
mod commands;
mod demo_store;
mod failure;
mod hints;
mod keep_rule;
mod lines;
mod names;
mod past;
mod place;
mod progress;
mod psql;
mod questions;
mod render;
mod screen;

use std::{process::ExitCode, time::Duration};

use arguments::Cli;
use clap::Parser;
use failure::{Failure, exit};
use progress::ProgressDisplay;
use screen::Screen;

/// An audit makes and drops millions of small things: with the allocator of the system that alone is a third to a half of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Most threads that read and write files. Each keeps for later what it freed.
const FILE_THREADS: usize = 8;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let progress = ProgressDisplay::start(cli.global.verbose);
    let screen = Screen::of(&cli.global);
    let outcome = run(&cli, &screen, &progress);
    progress.clear();
    let code = match outcome {
        Ok(has_news) => u8::from(has_news && cli.global.exit_code),
        Err(failure) => {
            screen.fail(&failure);
            failure.code
        }
    };
    ExitCode::from(code)
}

fn run(cli: &Cli, screen: &Screen, progress: &ProgressDisplay) -> Result<bool, Failure> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().max_blocking_threads(FILE_THREADS).thread_keep_alive(Duration::from_secs(1));
    let runtime = runtime.build().map_err(|error| {
        Failure::new(exit::UNREADABLE, error).doing("the program could not start its threads")
    })?;
    runtime.block_on(commands::run(cli, screen, progress))
}
