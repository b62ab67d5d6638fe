//! Simulates a cloud until its standard input ends: `simulate ibm [--size 1k] [--seed N] …`.
//!
//! In: options. Out: one line of JSON that says where the services listen, with which key to sign in,
//! and where to ask for changes and faults.

mod control;

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;
use simulators::ibm::world::COLLECTOR_API_KEY;
use simulators::ibm::{Simulator, Size, TokenLife, generate, weeks};

const USAGE: &str = "usage: simulate ibm [--size dozen|1k|10k|100k] [--seed N] [--token-life SECONDS] \
                     [--latency-ms N] [--week N]";

struct Options {
    size: Size,
    seed: u64,
    token_life: Option<u64>,
    latency_ms: u64,
    week: usize,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Options> {
        let mut options = Options { size: Size::Dozen, seed: 1, token_life: None, latency_ms: 0, week: 1 };
        match words.next().as_deref() {
            Some("ibm") => {}
            Some(other) => bail!("no cloud is called `{other}`\n{USAGE}"),
            None => bail!("{USAGE}"),
        }
        while let Some(name) = words.next() {
            let value = words.next().with_context(|| format!("`{name}` needs a value\n{USAGE}"))?;
            let number =
                || value.parse::<u64>().with_context(|| format!("`{name}` needs a number, not `{value}`"));
            match name.as_str() {
                "--size" => options.size = value.parse()?,
                "--seed" => options.seed = number()?,
                "--token-life" => options.token_life = Some(number()?),
                "--latency-ms" => options.latency_ms = number()?,
                "--week" => options.week = usize::try_from(number()?)?,
                _ => bail!("no option is called `{name}`\n{USAGE}"),
            }
        }
        Ok(options)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut world = generate(options.seed, options.size);
    // Week 1 finds the account as it was made.
    for week in weeks().iter().take(options.week) {
        (week.apply)(&mut world);
    }
    let account_id = world.account_id().to_owned();
    let simulator = Simulator::start(world).await.context("no port could be had on 127.0.0.1")?;
    simulator.set_latency(Duration::from_millis(options.latency_ms));
    if let Some(seconds) = options.token_life {
        simulator.set_token_life(TokenLife::Seconds(seconds));
    }
    let endpoints = simulator.endpoints().clone();
    let control = control::listen(simulator, options.week).await?;
    let line = json!({
        "endpoints": endpoints,
        "api_key": COLLECTOR_API_KEY,
        "account_id": account_id,
        "control": control,
    });
    println!("{line}");
    // Whoever started this closes our input, or ends, when it is done with us.
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    Ok(())
}
