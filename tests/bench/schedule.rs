//! How near the collection comes to the ideal schedule: all places taken by calls from the first moment to the last, but no
//! sooner than the longest chain allows, of calls that each need the answer of the one before.

use std::time::{Duration, Instant};

use anyhow::Context;
use check::RuleSet;
use model::Timestamp;
use pipeline::{Run, Target, Watch};
use snapshot::{AnyStore, History, StoreOptions};

use crate::cloud::Cloud;

/// How long the simulated cloud takes for an answer.
const LATENCY_MS: u64 = 50;
/// Calls under way at one time.
const CONCURRENCY: [usize; 3] = [4, 16, 32];

/// Measures the collection of an account at some numbers of calls at a time.
pub fn print(cloud: &'static str, size: &str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let simulated = Cloud::start_with(cloud, size, LATENCY_MS)?;
        for concurrency in CONCURRENCY {
            let Collected { calls, chain, wall } = collect(&simulated, concurrency).await?;
            let ideal = ideal(calls, concurrency, chain);
            println!(
                "{size:<6} {cloud} collects in {calls} calls of {LATENCY_MS} ms, {chain} of them one after another, {concurrency:>2} at a time: {:.2} s, ideal {:.2} s, ratio {:.2} (aim 1.20)",
                wall.as_secs_f64(),
                ideal.as_secs_f64(),
                wall.as_secs_f64() / ideal.as_secs_f64()
            );
        }
        Ok(())
    })
}

fn ideal(calls: u64, concurrency: usize, chain: u64) -> Duration {
    let rounds = calls.div_ceil(u64::try_from(concurrency).unwrap_or(1)).max(chain);
    Duration::from_millis(rounds * LATENCY_MS)
}

struct Collected {
    calls: u64,
    /// Signing in, the first page of the parents, and the pages of the longest list.
    chain: u64,
    wall: Duration,
}

async fn collect(cloud: &Cloud, concurrency: usize) -> anyhow::Result<Collected> {
    let folder = tempfile::tempdir()?;
    let mut settings = cloud.settings(&folder.path().display().to_string())?;
    let account = settings.accounts.first_mut().context("no account")?;
    account.concurrency = concurrency;
    let clock = pipeline::Clock::new(Timestamp::now);
    let target = Target::prepare(account, &|name: &str| cloud.variable(name), clock).await?;
    let watch = CollectTime::default();
    let store = AnyStore::open(&settings.store, &StoreOptions::default()).await?;
    let summary = pipeline::audit(
        &target,
        &Run {
            store: &store,
            rules: &RuleSet::default(),
            permissions: &pipeline::Permissions::default(),
            sinks: &[],
            suppressions: &[],
            accounts: &[],
            events_per_run: 200,
            judging: std::time::Duration::from_secs(300),
            judge_until: None,
            clock: &Timestamp::now,
            watch: &watch,
        },
    )
    .await?;
    anyhow::ensure!(summary.incomplete == 0, "{} lists were not read to their end", summary.incomplete);
    let history = History::new(store, summary.account);
    let lists = history::coverage(&history, &history.manifest(summary.snapshot).await?).await?;
    let longest = lists.iter().map(|list| list.pages + i64::from(!list.parent.is_empty())).max();
    let chain = 1 + u64::try_from(longest.unwrap_or_default())?;
    Ok(Collected { calls: summary.calls, chain, wall: watch.passed() })
}

/// Takes the time from the beginning of the collection to that of the next stage.
#[derive(Default)]
struct CollectTime(std::sync::Mutex<Vec<Instant>>);

impl CollectTime {
    fn passed(&self) -> Duration {
        let turns = self.0.lock().expect("no stage panics");
        turns.get(1).zip(turns.first()).map(|(end, start)| end.duration_since(*start)).unwrap_or_default()
    }
}

impl Watch for CollectTime {
    fn stage(&self, _: &'static str) {
        self.0.lock().expect("no stage panics").push(Instant::now());
    }
}

impl collect::Progress for CollectTime {
    fn expect(&self, _: usize) {}
    fn listed(&self, _: &str, _: usize) {}
    fn waiting(&self, _: &str, _: &str, _: Duration) {}
}
