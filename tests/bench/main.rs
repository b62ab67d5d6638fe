//! Prints what a run costs, stage by stage, and what it leaves in the store.
//!
//! The simulated cloud runs in a process of its own, and so does each size of account, so that CPU
//! seconds and peak memory are those of the audit alone. Figures, not verdicts: the aims are printed beside them.

mod cloud;
mod meter;
mod report;
mod schedule;
mod stages;

use std::process::{Command, ExitCode};

const SIZES: [&str; 3] = ["1k", "10k", "100k"];
/// Runs in the benchmark of a long history, and the account that has it.
const HISTORY: (&str, u32) = ("10k", 300);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => everything(),
        ["stages", size] => stages::print(size),
        ["schedule", cloud, size] => schedule::print(cloud, size),
        ["history", size, runs] => {
            runs.parse().map_err(anyhow::Error::from).and_then(|runs| stages::print_history(size, runs))
        }
        _ => Err(anyhow::anyhow!(
            "usage: bench [stages SIZE | history SIZE RUNS | schedule CLOUD SIZE], SIZE one of {SIZES:?}"
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn everything() -> anyhow::Result<()> {
    report::machine();
    report::heading();
    for size in SIZES {
        again(&["stages", size])?;
    }
    for cloud in ["ibm", "huawei"] {
        again(&["schedule", cloud, "1k"])?;
    }
    again(&["history", HISTORY.0, &HISTORY.1.to_string()])
}

/// Runs this program again for one part, so that the part has a process of its own.
fn again(arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new(std::env::current_exe()?).args(arguments).status()?;
    anyhow::ensure!(status.success(), "bench {} failed", arguments.join(" "));
    Ok(())
}
