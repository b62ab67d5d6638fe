//! Simulates a cloud until its standard input ends: `simulate ibm|huawei [--size 1k] [--seed N] …`.
//!
//! In: options. Out: one line of JSON that says where the services listen, with which keys to sign in,
//! and where to ask for changes and faults.

mod control;
mod options;
mod stage;

use std::time::Duration;

use anyhow::{Context, Result};
use options::{Account, Cloud, Options};
use serde_json::{Value, json};
use simulators::huawei::world as keys;
use simulators::ibm::world::COLLECTOR_API_KEY;
use simulators::{huawei, ibm};

const NO_PORT: &str = "no port could be had on 127.0.0.1";

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let line = match options.cloud {
        Cloud::Ibm => run_ibm(&options).await?,
        Cloud::Huawei => run_huawei(&options).await?,
    };
    println!("{line}");
    // Whoever started this closes our input, or ends, when it is done with us.
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    Ok(())
}

async fn run_ibm(options: &Options) -> Result<Value> {
    let size = match options.account {
        Account::Of(size) => size,
        Account::Guide => anyhow::bail!("IBM Cloud has no account of a guide\n{}", options::USAGE),
    };
    let mut world = ibm::generate(options.seed, size);
    // Week 1 finds the account as it was made.
    ibm::weeks().iter().take(options.week).for_each(|week| (week.apply)(&mut world));
    let account_id = world.account_id().to_owned();
    let simulator = ibm::Simulator::start(world).await.context(NO_PORT)?;
    simulator.set_latency(Duration::from_millis(options.latency_ms));
    if let Some(seconds) = options.life {
        simulator.set_token_life(ibm::TokenLife::Seconds(seconds));
    }
    let endpoints = json!(simulator.endpoints());
    Ok(json!({
        "endpoints": endpoints,
        "api_key": COLLECTOR_API_KEY,
        "account_id": account_id,
        "control": control::listen(simulator, options.week).await?,
    }))
}

async fn run_huawei(options: &Options) -> Result<Value> {
    let mut world = match options.account {
        Account::Of(size) => huawei::generate(options.seed, size),
        Account::Guide => huawei::guide(),
    };
    huawei::weeks().iter().take(options.week).for_each(|week| (week.apply)(&mut world));
    let account_id = world.account_id().to_owned();
    let simulator = huawei::Simulator::start(world).await.context(NO_PORT)?;
    simulator.set_latency(Duration::from_millis(options.latency_ms));
    if let Some(seconds) = options.life {
        simulator.set_session_life(huawei::SessionLife::Seconds(u32::try_from(seconds)?));
    }
    if let Some(time) = options.clock {
        simulator.set_clock(huawei::Clock::At(time));
    }
    let endpoints = json!(simulator.endpoints());
    let agency_urn = format!("iam::{account_id}:agency:{}", keys::AUDIT_AGENCY);
    Ok(json!({
        "endpoints": endpoints,
        "access_key": keys::COLLECTOR_ACCESS_KEY,
        "secret_key": keys::COLLECTOR_SECRET_KEY,
        "temporary": {
            "access_key": keys::TEMPORARY_ACCESS_KEY,
            "secret_key": keys::TEMPORARY_SECRET_KEY,
            "security_token": keys::TEMPORARY_SECURITY_TOKEN,
        },
        "outsider": {
            "access_key": keys::FOREIGN_ACCESS_KEY,
            "secret_key": keys::FOREIGN_SECRET_KEY,
            "agency_urn": agency_urn,
            "external_id": keys::AUDIT_EXTERNAL_ID,
        },
        "account_id": account_id,
        "control": control::listen(simulator, options.week).await?,
    }))
}
