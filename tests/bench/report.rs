//! Prints figures in aligned rows.

use crate::{meter::Cost, stages::Weight};

pub fn machine() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{cores} cores; CPU seconds in steps of 0.01; simulated cloud in another process");
    println!(
        "aims for 100k: all stages of a first run under 4 s CPU and 300 MiB; no change: 1 object; 0.1 % changed: under 1 %"
    );
    println!("aim for ten times the account: at most eleven times the CPU\n");
}

pub fn heading() {
    println!(
        "{:<6} {:<14} {:<12} {:>8} {:>8} {:>9}",
        "things", "run", "stage", "CPU s", "wall s", "peak MiB"
    );
}

pub fn row(size: &str, run: &str, stage: &str, cost: Cost) {
    let Cost { cpu_seconds, wall_seconds, peak_mib } = cost;
    println!("{size:<6} {run:<14} {stage:<12} {cpu_seconds:>8.2} {wall_seconds:>8.2} {peak_mib:>9.0}");
}

pub fn written(size: &str, run: &str, weight: Weight) {
    println!("{size:<6} {run:<14} wrote {} objects, {}", weight.objects, bytes(weight.bytes));
}

pub fn share(what: &str, part: Weight, whole: Weight) {
    println!("       {what}: {:.2} %", 100.0 * ratio(part, whole));
}

pub fn history(size: &str, runs: u32, first: Weight, all: Weight) {
    println!(
        "{size:<6} {runs} runs, 0.1 % changed in each: {} in {} objects, {:.1} times the first",
        bytes(all.bytes),
        all.objects,
        ratio(all, first)
    );
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn ratio(part: Weight, whole: Weight) -> f64 {
    part.bytes as f64 / whole.bytes.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn bytes(count: u64) -> String {
    if count < 100_000 { format!("{count} bytes") } else { format!("{:.2} MB", count as f64 / 1e6) }
}
