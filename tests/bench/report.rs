//! Prints figures in aligned rows.

use std::time::Duration;

use crate::{figures::Figure, meter::Cost, stages::Weight};

pub fn heading() {
    println!("cloud   size   run            stage              CPU s    wall s  peak MiB");
}

pub fn row((cloud, size): (&str, &str), run: &str, stage: &str, cost: Cost) {
    let [cloud, size, run, stage] = [cloud, size, run, stage].map(str::to_owned);
    println!("{}", Figure { cloud, size, run, stage, cost }.line());
}

pub fn written((cloud, size): (&str, &str), run: &str, weight: Weight) {
    println!("{cloud:<6}  {size:<5}  {run:<13}  wrote {} objects, {}", weight.objects, bytes(weight.bytes));
}

pub fn waited((cloud, size): (&str, &str), what: &str, time: Duration) {
    println!("{cloud:<6}  {size:<5}  {what}: {:.2} s until it is there", time.as_secs_f64());
}

pub fn share((cloud, size): (&str, &str), what: &str, part: Weight, whole: Weight) {
    println!("{cloud:<6}  {size:<5}  {what}: {:.2} %", 100.0 * ratio(part, whole));
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
