//! Prints what a run costs, stage by stage, and what it leaves in the store, for both clouds.
//!
//! The simulated cloud runs in a process of its own, and so does each size of account, so that CPU
//! seconds and peak memory are those of the audit alone. Figures, not verdicts: the factor from size to size stands beside them,
//! so that what grows with the square of the account shows. All of it together also writes `RESULTS.md`.

mod cloud;
mod commands;
mod figures;
mod load;
mod machine;
mod meter;
mod report;
mod results;
mod schedule;
mod service;
mod stages;

use std::{
    io::{BufRead, BufReader},
    process::{Command, ExitCode, Stdio},
};

use figures::Figure;

const CLOUDS: [&str; 2] = ["ibm", "huawei"];
const SIZES: [&str; 3] = ["1k", "10k", "100k"];
/// Runs in the benchmark of a long history, and the account that has it.
const HISTORY: (&str, u32) = ("10k", 1000);

/// Sizes of the accounts whose past is asked over HTTP, and how many snapshots they have.
const SERVICES: [(&str, u64); 5] = [("1k", 10), ("1k", 10_000), ("10k", 10), ("10k", 1000), ("100k", 10)];

/// The allocator that the programs have.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => everything(),
        ["stages", cloud, size] => known(cloud).and_then(|cloud| stages::print(cloud, size)),
        ["schedule", cloud, size] => known(cloud).and_then(|cloud| schedule::print(cloud, size)),
        ["history", size, runs] => {
            runs.parse().map_err(anyhow::Error::from).and_then(|runs| stages::print_history(size, runs))
        }
        ["service", size, snapshots] => {
            snapshots.parse().map_err(anyhow::Error::from).and_then(|last| stages::print_service(size, last))
        }
        _ => Err(anyhow::anyhow!(
            "usage: bench [stages CLOUD SIZE | history SIZE RUNS | schedule CLOUD SIZE | service SIZE SNAPSHOTS], CLOUD one of {CLOUDS:?}, SIZE one \
             of {SIZES:?}"
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

fn known(cloud: &str) -> anyhow::Result<&'static str> {
    let known = CLOUDS.into_iter().find(|known| *known == cloud);
    known
        .ok_or_else(|| anyhow::anyhow!("`{cloud}` is no cloud that can be simulated; take one of {CLOUDS:?}"))
}

fn everything() -> anyhow::Result<()> {
    let machine = machine::describe();
    println!("{}\n", machine.join("\n"));
    report::heading();
    let (mut figures, mut others, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    // A part that fails costs none of the others.
    let mut take = |arguments: &[&str]| -> anyhow::Result<()> {
        let (lines, has_ended) = again(arguments)?;
        for line in lines {
            match Figure::parse(&line) {
                Some(figure) => figures.push(figure),
                None => others.push(line),
            }
        }
        if !has_ended {
            others.push(format!("bench {} failed", arguments.join(" ")));
            failed.push(arguments.join(" "));
        }
        Ok(())
    };
    for cloud in CLOUDS {
        for size in SIZES {
            take(&["stages", cloud, size])?;
        }
    }
    for cloud in CLOUDS {
        take(&["schedule", cloud, "1k"])?;
    }
    take(&["history", HISTORY.0, &HISTORY.1.to_string()])?;
    for (size, snapshots) in SERVICES {
        take(&["service", size, &snapshots.to_string()])?;
    }
    let page = results::page(&machine, &figures, &others);
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/RESULTS.md");
    std::fs::write(place, page)?;
    println!("\nwritten to tests/bench/RESULTS.md");
    anyhow::ensure!(failed.is_empty(), "these parts failed: {}", failed.join(", "));
    Ok(())
}

/// Runs this program again for one part, so that the part has a process of its own; prints what it prints, and returns the lines
/// and whether it came to its end.
fn again(arguments: &[&str]) -> anyhow::Result<(Vec<String>, bool)> {
    let mut child = Command::new(std::env::current_exe()?).args(arguments).stdout(Stdio::piped()).spawn()?;
    let mut lines = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            lines.push(line);
        }
    }
    let has_ended = child.wait()?.success();
    Ok((lines, has_ended))
}
