//! The promise as one test: *what is told is what happened*, whatever the weather.
//!
//! Accounts on both simulated clouds live for some days. A proxy stands between them and the auditor and spoils a share of
//! all answers; some runs are killed. Beside it another auditor sees the same account in calm weather, day by day: that
//! is what is so. Snapshots of bad weather go into a bucket that loses answers, fails for a moment and takes its time, and now
//! and then two runs begin at the same moment. [`tally`] says how the two are compared. In the end there is one calm day; then everything must have
//! been told.
//!
//! Some faults cannot be told from the truth by any reader, and do not occur here: a list without any counter that is shown
//! empty, shorter, or with another text in a member. A list that is null in two runs in a row is believed to be empty, so
//! that no list is null twice in a row.

mod auditor;
mod cloud;
mod edits;
mod forecast;
mod kinds;
mod life;
mod lists;
mod options;
mod proxy;
mod spoil;
mod state;
mod store;
mod tally;
mod truth;
mod wire;

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    life::{Outcome, Plan, Violation},
    options::Options,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.first().map(String::as_str) {
        Some("one-run") => auditor::one_run(),
        _ => Options::parse(&arguments).and_then(|options| weather(&options)),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}

/// Lives through one life after the other until the time is over, and says what was wrong.
fn weather(options: &Options) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let began = Instant::now();
    let (mut whole, mut lives) = (Outcome::default(), 0_u64);
    let is_over = |lives: u64| match options.seconds {
        Some(seconds) => began.elapsed() >= Duration::from_secs(seconds),
        None => lives >= options.lives,
    };
    while !is_over(lives) {
        for cloud in &options.clouds {
            let plan = Plan {
                cloud: *cloud,
                seed: options.seed.wrapping_add(lives),
                days: options.days,
                kinds: options.kinds.clone(),
                level: options.level,
                kills: options.kills,
                keeps_stores: options.keeps_stores,
            };
            let outcome = runtime.block_on(life::live(plan))?;
            report(&outcome.violations, options);
            join(&mut whole, outcome);
        }
        lives += 1;
    }
    summarise(&whole, lives, began.elapsed());
    Ok(if whole.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn join(whole: &mut Outcome, part: Outcome) {
    whole.runs += part.runs;
    whole.without_snapshot += part.without_snapshot;
    whole.kills += part.kills;
    whole.pairs += part.pairs;
    for (kind, count) in part.store_faults {
        *whole.store_faults.entry(kind).or_default() += count;
    }
    whole.events += part.events;
    for (kind, count) in part.strikes {
        *whole.strikes.entry(kind).or_default() += count;
    }
    whole.violations.extend(part.violations);
}

/// Prints what was wrong in a life; of what is alike on a day, only the first few.
fn report(violations: &[Violation], options: &Options) {
    let mut alike: BTreeMap<(u32, String), u64> = BTreeMap::new();
    for violation in violations {
        let count = alike.entry((violation.day, violation.class())).or_default();
        *count += 1;
        if *count <= options.most_alike {
            show(violation, options);
        }
    }
    for ((day, class), count) in alike.iter().filter(|(_, count)| **count > options.most_alike) {
        println!("day {day}: {count} times {class}");
    }
}

fn show(violation: &Violation, options: &Options) {
    let Violation { cloud, seed, day, what, .. } = violation;
    let names = |kinds: BTreeSet<&str>| kinds.into_iter().collect::<Vec<_>>().join(", ");
    println!("VIOLATION {cloud} --seed {seed}, day {day}: {}", what.chars().take(600).collect::<String>());
    println!(
        "    faults of the day: {}",
        names(violation.strikes.iter().map(|strike| strike.kind.name()).collect())
    );
    println!("    before: {}", names(violation.kinds_before.iter().map(|kind| kind.name()).collect()));
    if !violation.deaths.is_empty() {
        println!("    killed: {}", violation.deaths.join(", "));
    }
    for strike in violation.strikes.iter().filter(|_| options.is_verbose) {
        let lasts = if strike.lasts { " in every try" } else { "" };
        println!("        {}: {}{lasts}", strike.kind.name(), strike.list);
    }
}

fn summarise(whole: &Outcome, lives: u64, took: Duration) {
    println!(
        "{lives} lives, {} runs ({} without a snapshot, {} killed, {} beside another), {} events in {} s",
        whole.runs,
        whole.without_snapshot,
        whole.kills,
        whole.pairs,
        whole.events,
        took.as_secs()
    );
    for (kind, count) in &whole.strikes {
        println!("{count:>8}  {}", kind.name());
    }
    for (kind, count) in &whole.store_faults {
        println!("{count:>8}  store: {kind}");
    }
    let mut classes: BTreeMap<String, u64> = BTreeMap::new();
    for violation in &whole.violations {
        let kinds: BTreeSet<&str> = violation.strikes.iter().map(|strike| strike.kind.name()).collect();
        let cause = match kinds.len() {
            0 => "calm day".to_owned(),
            1..=2 => kinds.into_iter().collect::<Vec<_>>().join(", "),
            several => format!("{several} kinds"),
        };
        *classes.entry(format!("{} ({cause})", violation.class())).or_default() += 1;
    }
    println!("{:>8}  violations", whole.violations.len());
    for (class, count) in classes {
        println!("{count:>8}  {class}");
    }
}
