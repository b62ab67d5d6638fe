//! Runs audits and measures them.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Mutex,
    time::{Duration, Instant},
};

use check::{Limits, RuleSet};
use model::{Table, Timestamp, tables};
use pipeline::{Run, Settings, Target, Watch};
use snapshot::{AnyStore, History, Manifest, StoreOptions};

use crate::{
    cloud::Cloud,
    commands,
    meter::{Cost, Meter},
    report, service,
};

/// The share of things that change in a run with change.
const SHARE: f64 = 0.001;

/// Measures a first run, a run without change, a run with change, reading back, and commands over the store.
pub fn print(cloud: &'static str, size: &str) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let cloud = Cloud::start(cloud, size)?;
        let folder = tempfile::tempdir()?;
        let bench = Bench::new(&cloud, folder.path()).await?;
        let first = bench.run(&cloud, "first").await?;
        bench.run(&cloud, "no change").await?;
        cloud.churn(SHARE, 1).await?;
        let changed = bench.run(&cloud, "0.1 % changed").await?;
        report::share(cloud.of(), "0.1 % changed stores, of a first run", changed, first);
        bench.read(&cloud).await?;
        commands::measure(folder.path(), cloud.of().0, &mut |name, cost| {
            report::row(cloud.of(), "command", name, cost);
        })
    })
}

/// Measures what a long history weighs.
pub fn print_history(size: &str, runs: u32) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let cloud = Cloud::start("ibm", size)?;
        let folder = tempfile::tempdir()?;
        let bench = Bench::new(&cloud, folder.path()).await?;
        bench.audit(&cloud).await?;
        let first = weigh(folder.path());
        for seed in 1..runs {
            cloud.churn(SHARE, seed).await?;
            bench.audit(&cloud).await?;
        }
        report::history(size, runs, first, weigh(folder.path()));
        let meter = Meter::start();
        let faults = bench.history.verify().await?;
        anyhow::ensure!(faults.is_empty(), "the history is broken: {faults:?}");
        report::row(cloud.of(), "history", "verify", meter.stop());
        bench.look_back(&cloud, u64::from(runs)).await?;
        Ok(())
    })
}

/// Runs with a change in the history whose past is asked over HTTP.
const CHANGED: u64 = 8;

/// Measures the past over HTTP, of a history that has some snapshots with a change, and then only such without.
pub fn print_service(size: &str, last: u64) -> anyhow::Result<()> {
    runtime()?.block_on(async {
        let cloud = Cloud::start("ibm", size)?;
        let folder = tempfile::tempdir()?;
        let bench = Bench::new(&cloud, folder.path()).await?;
        bench.audit(&cloud).await?;
        for seed in 2..=CHANGED {
            cloud.churn(SHARE, u32::try_from(seed)?).await?;
            bench.audit(&cloud).await?;
        }
        drop(cloud);
        service::lengthen(folder.path(), &bench.history, last).await?;
        let name = format!("{size}, {last} snapshots");
        service::questions(folder.path(), &bench.history, CHANGED, &name).await?;
        // Of the largest account one question of access takes seconds: that many readers would only wait for each other.
        if size != "100k" {
            service::load(folder.path(), &bench.history, CHANGED, &name).await?;
        }
        Ok(())
    })
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

/// Snapshots whose access a life compares, unless more are asked for.
const COMPARED: usize = 10;

struct Bench {
    settings: Settings,
    store: AnyStore,
    history: History,
    rules: RuleSet,
    folder: std::path::PathBuf,
}

impl Bench {
    async fn new(cloud: &Cloud, folder: &Path) -> anyhow::Result<Self> {
        let settings = cloud.settings(&folder.display().to_string())?;
        let store = AnyStore::open(&settings.store, &StoreOptions::default()).await?;
        let account = settings.accounts.first().and_then(pipeline::AccountSettings::account);
        let account = account.ok_or_else(|| anyhow::anyhow!("the simulator named no account"))?;
        let history = History::new(store.clone(), account);
        let rules = RuleSet::embedded()?;
        Ok(Self { settings, store, history, rules, folder: folder.to_owned() })
    }

    async fn audit(&self, cloud: &Cloud) -> anyhow::Result<Vec<(&'static str, Cost)>> {
        let environment = |name: &str| cloud.variable(name);
        let account = self.settings.accounts.first().ok_or_else(|| anyhow::anyhow!("no account"))?;
        let target = Target::prepare(account, &environment, pipeline::Clock::new(Timestamp::now)).await?;
        let watch = StageMeter::default();
        let run = Run {
            store: &self.store,
            rules: &self.rules,
            permissions: &self.settings.permissions(),
            sinks: &[],
            suppressions: &[],
            accounts: &[],
            events_per_run: 200,
            judging: std::time::Duration::from_secs(300),
            judge_until: None,
            clock: &Timestamp::now,
            watch: &watch,
        };
        pipeline::audit(&target, &run).await?;
        Ok(watch.finish())
    }

    /// Audits once, prints the cost of each stage, and returns how many bytes were written.
    async fn run(&self, cloud: &Cloud, name: &str) -> anyhow::Result<Weight> {
        let before = weigh(&self.folder);
        let whole = Meter::start();
        let stages = self.audit(cloud).await?;
        let mut total = whole.stop();
        total.peak_mib = stages.iter().map(|(_, cost)| cost.peak_mib).fold(0.0, f64::max);
        for (stage, cost) in stages {
            report::row(cloud.of(), name, stage, cost);
        }
        report::row(cloud.of(), name, "all", total);
        let after = weigh(&self.folder);
        let written = Weight { bytes: after.bytes - before.bytes, objects: after.objects - before.objects };
        report::written(cloud.of(), name, written);
        Ok(written)
    }

    /// Measures what is asked of all snapshots: the life of a user, a policy and the group with the most members, and since when a row is
    /// as it is.
    async fn look_back(&self, cloud: &Cloud, newest: u64) -> anyhow::Result<()> {
        let manifest = self.history.manifest(newest).await?;
        let [users, policies] = [&tables::ibm::USERS, &tables::ibm::POLICIES];
        let lives = [
            (users, self.first_key(&manifest, users).await?, "life of user"),
            (policies, self.first_key(&manifest, policies).await?, "of a policy"),
            (&tables::ibm::ACCESS_GROUPS, self.crowded_group(&manifest).await?, "of a crowd"),
        ];
        for (table, key, name) in lives {
            let place = format!("{}/{key}", table.name);
            let past = history::keeping_changes(self.history.clone());
            let (meter, began) = (Meter::start(), Instant::now());
            let timeline = past.timeline(newest).await?;
            let subject = history::find_subject(&past, &timeline, &place).await?;
            let life = history::life(&past, &timeline, subject).await?;
            let turns = history::access_turns(&past, &timeline, &life.subject, COMPARED, || true).await?;
            anyhow::ensure!(life.is_there && turns.left_out.is_empty(), "`{place}` is gone");
            report::row(cloud.of(), "history", name, meter.stop());
            report::waited(cloud.of(), &format!("{name}, {newest} snapshots"), began.elapsed());
            let meter = Meter::start();
            let timeline = self.history.timeline(newest).await?;
            anyhow::ensure!(history::blame(&self.history, &timeline, &life.subject).await?.is_some());
            report::row(cloud.of(), "history", "blame", meter.stop());
        }
        Ok(())
    }

    async fn first_key(&self, manifest: &Manifest, table: &'static Table) -> anyhow::Result<String> {
        let rows = self.history.read(manifest, table).await?;
        Ok(rows.iter().next().map(|row| row.value(0).to_string()).unwrap_or_default())
    }

    async fn crowded_group(&self, manifest: &Manifest) -> anyhow::Result<String> {
        let mut members: BTreeMap<String, u32> = BTreeMap::new();
        for row in self.history.read(manifest, &tables::ibm::MEMBERS).await?.iter() {
            *members.entry(row.value(0).to_string()).or_default() += 1;
        }
        let most = members.into_iter().max_by_key(|(_, members)| *members);
        Ok(most.map(|(group, _)| group).unwrap_or_default())
    }

    /// Measures what is asked of a snapshot afterwards.
    async fn read(&self, cloud: &Cloud) -> anyhow::Result<()> {
        let Some(manifest) = self.history.latest().await? else { anyhow::bail!("there is no snapshot") };
        let meter = Meter::start();
        let tables = history::declared(&manifest);
        let state = history::state(&self.history, &manifest, &tables).await?;
        report::row(cloud.of(), "read", "all tables", meter.stop());
        drop(state);
        let (sql, action) = match cloud.of().0 {
            "ibm" => ("select type, count(*) from ibm_policies group by type", "iam-identity.apikey.create"),
            _ => ("select kind, count(*) from huawei_agencies group by kind", "iam:users:createUserV5"),
        };
        let meter = Meter::start();
        history::query(&self.history, &manifest, sql, &Limits::default()).await?;
        report::row(cloud.of(), "read", "one query", meter.stop());
        let meter = Meter::start();
        let of_access: Vec<_> = access::tables(manifest.account.cloud()).collect();
        let state = history::state(&self.history, &manifest, &of_access).await?;
        let access = access::build(manifest.account.cloud(), &state, manifest.taken_at());
        let question = access::question(manifest.account.cloud(), &state, action, None);
        let able = access.who_can(&question.map_err(|reason| anyhow::anyhow!(reason))?);
        anyhow::ensure!(!able.is_empty(), "nobody can do {action}");
        report::row(cloud.of(), "read", "who-can", meter.stop());
        Ok(())
    }
}

/// Bytes and objects in a folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weight {
    pub bytes: u64,
    pub objects: u64,
}

fn weigh(folder: &Path) -> Weight {
    let mut weight = Weight::default();
    let Ok(entries) = std::fs::read_dir(folder) else { return weight };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            let below = weigh(&path);
            weight.bytes += below.bytes;
            weight.objects += below.objects;
        } else {
            weight.bytes += entry.metadata().map_or(0, |metadata| metadata.len());
            weight.objects += 1;
        }
    }
    weight
}

/// Measures each stage from its beginning to that of the next.
#[derive(Default)]
struct StageMeter {
    running: Mutex<Option<(&'static str, Meter)>>,
    done: Mutex<Vec<(&'static str, Cost)>>,
}

impl StageMeter {
    fn turn(&self, next: Option<&'static str>) {
        let mut running = self.running.lock().expect("no stage panics");
        if let Some((stage, meter)) = running.take() {
            self.done.lock().expect("no stage panics").push((stage, meter.stop()));
        }
        *running = next.map(|stage| (stage, Meter::start()));
    }

    fn finish(self) -> Vec<(&'static str, Cost)> {
        self.turn(None);
        self.done.into_inner().expect("no stage panics")
    }
}

impl Watch for StageMeter {
    fn stage(&self, stage: &'static str) {
        self.turn(Some(stage));
    }
}

impl collect::Progress for StageMeter {
    fn expect(&self, _: usize) {}
    fn listed(&self, _: &str, _: usize) {}
    fn waiting(&self, _: &str, _: &str, _: Duration) {}
}
