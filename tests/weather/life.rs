//! One life of an account: it is audited day by day in bad weather, and beside that in calm weather, from the same cloud.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Instant,
};

use access::{ToldChange, Turn};
use anyhow::{Context, Result};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use model::{Cloud, Event};
use pipeline::PipelineError;
use simulators::bucket::Bucket;
use snapshot::{History, Manifest, SnapshotError};
use tempfile::TempDir;

use crate::{
    auditor::{Auditor, End, Quiet},
    cloud::{Simulated, settings},
    forecast::{Forecast, Strike},
    kinds::Kind,
    proxy::Proxy,
    state::StateCheck,
    store,
    tally::Tally,
    truth::Truth,
};

/// The day of the first snapshot.
const FIRST_DAY: &str = "2026-09-07T06:00:00Z";

/// What a life is like.
#[derive(Clone, Debug)]
pub struct Plan {
    pub cloud: Cloud,
    pub seed: u64,
    pub days: u32,
    pub kinds: Vec<Kind>,
    /// The greatest share of calls that are struck.
    pub level: f64,
    /// The share of runs that are killed.
    pub kills: f64,
    /// Whether the stores are left behind.
    pub keeps_stores: bool,
}

/// Says whether a run found that another had taken its number.
fn is_conflict(end: &End) -> bool {
    matches!(end, End::Failed(PipelineError::Snapshot(SnapshotError::Taken { .. })))
}

/// Something that was told and is not so, or is so and was not told.
#[derive(Clone, Debug)]
pub struct Violation {
    pub cloud: Cloud,
    pub seed: u64,
    pub day: u32,
    pub what: String,
    /// What was struck on that day.
    pub strikes: BTreeSet<Strike>,
    /// What was struck before.
    pub kinds_before: BTreeSet<Kind>,
    /// When runs were killed before.
    pub deaths: Vec<String>,
}

impl Violation {
    /// Returns what it has in common with others: the cloud and the first words, without ids.
    pub fn class(&self) -> String {
        let is_word = |word: &&str| word.chars().all(|each| each.is_ascii_lowercase() || "_:".contains(each));
        let words: Vec<&str> = self.what.split(' ').take(7).filter(is_word).collect();
        format!("{} {}", self.cloud, words.join(" "))
    }
}

/// What happened in a life.
#[derive(Debug, Default)]
pub struct Outcome {
    pub runs: u64,
    /// Runs that could not sign in, or were killed before they had a snapshot.
    pub without_snapshot: u64,
    pub kills: u64,
    /// Runs beside which another began at the same moment.
    pub pairs: u64,
    pub events: u64,
    /// What the store did otherwise than it should, by name.
    pub store_faults: BTreeMap<&'static str, u64>,
    pub strikes: BTreeMap<Kind, u64>,
    pub violations: Vec<Violation>,
}

/// Reads what a run stored of access.
async fn stored_access(history: &History, manifest: &Manifest) -> Result<Vec<ToldChange>> {
    match manifest.access.as_ref().and_then(|access| access.changes.as_ref()) {
        Some(stored) => Ok(history.get_json(stored).await?),
        None => Ok(Vec::new()),
    }
}

/// The life while it is lived.
struct Life {
    plan: Plan,
    rng: Rng,
    cloud: Simulated,
    proxy: Proxy,
    shadow: Auditor,
    storm: Auditor,
    bucket: Bucket,
    folders: [TempDir; 2],
    day: u32,
    /// What was so on each day, by the number of the snapshot in which it was seen in bad weather.
    truths: BTreeMap<u64, (Truth, bool)>,
    told: Tally,
    told_in_calm: Tally,
    state: StateCheck,
    /// Lines of the files of events that were read, in bad weather and in calm.
    read: [usize; 2],
    ids: BTreeSet<String>,
    /// When runs were killed.
    deaths: Vec<String>,
    /// What was struck on the last day, and what before it.
    strikes: BTreeSet<Strike>,
    kinds_before: BTreeSet<Kind>,
    outcome: Outcome,
}

/// Lives through a plan.
pub async fn live(plan: Plan) -> Result<Outcome> {
    let mut life = Life::begin(plan).await?;
    for _ in 0..life.plan.days {
        life.next_day(false).await?;
    }
    life.next_day(true).await?;
    life.end().await?;
    if life.plan.keeps_stores {
        life.keep_stores()?;
    }
    Ok(life.outcome)
}

impl Life {
    async fn begin(plan: Plan) -> Result<Self> {
        let mut rng = Rng::with_seed(plan.seed);
        let cloud = Simulated::start(plan.cloud, &mut rng).await?;
        let proxy = Proxy::before(&cloud.endpoints()?).await?;
        let account = cloud.account()?;
        let settings = settings(&account, &proxy.endpoints());
        let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
        let bucket = Bucket::start();
        let calm_store = folders[0].path().join("store");
        let stores = [calm_store.to_str().context("a path in UTF-8")?, bucket.endpoint()];
        let auditor = |which: usize| {
            let folder = folders[which].path().to_owned();
            Auditor::new(account.clone(), settings.clone(), stores[which].to_owned(), folder)
        };
        let [shadow, storm] = [auditor(0), auditor(1)];
        let mut life = Self {
            plan,
            rng,
            cloud,
            proxy,
            shadow,
            storm,
            bucket,
            folders,
            day: 0,
            truths: BTreeMap::new(),
            told: Tally::default(),
            told_in_calm: Tally::default(),
            state: StateCheck::default(),
            read: [0, 0],
            ids: BTreeSet::new(),
            deaths: Vec::new(),
            strikes: BTreeSet::new(),
            kinds_before: BTreeSet::new(),
            outcome: Outcome::default(),
        };
        let truth = life.look().await?;
        life.told_in_calm = Tally::of(&truth);
        life.told = Tally::of(&truth);
        life.audit(true, truth).await?;
        Ok(life)
    }

    fn now(&self) -> Result<Timestamp> {
        let first: Timestamp = FIRST_DAY.parse()?;
        Ok(first.checked_add(SignedDuration::from_hours(24 * i64::from(self.day)))?)
    }

    /// Sees the account in calm weather.
    async fn look(&mut self) -> Result<Truth> {
        let now = self.now()?;
        self.cloud.set_clock(now);
        self.proxy.begin(None);
        let end = self.shadow.order(now, false).run(&Quiet).await?;
        self.proxy.end(false);
        anyhow::ensure!(matches!(end, End::Done(_)), "a run in calm weather: {end:?}");
        let history = self.shadow.history().await?;
        let manifest = history.latest().await?.context("a snapshot")?;
        let truth = Truth::read(&history, &manifest).await?;
        self.told_in_calm.losses(&stored_access(&history, &manifest).await?, None);
        for (listing, reason) in &truth.incomplete {
            self.violation(format!("calm weather: {listing} is not complete: {reason}"));
        }
        Ok(truth)
    }

    async fn next_day(&mut self, is_calm: bool) -> Result<()> {
        self.day += 1;
        if !is_calm {
            let (cloud, rng) = (&self.cloud, &mut self.rng);
            cloud.live(rng);
        }
        let truth = self.look().await?;
        for event in self.events(1)? {
            self.told_in_calm.book(&event, &truth, false, None);
        }
        for wrong in self.told_in_calm.take_wrong() {
            self.violation(format!("calm weather: {wrong}"));
        }
        self.audit(is_calm, truth).await
    }

    fn forecast(&mut self) -> Option<Forecast> {
        let share = *self.rng.choice(&[0.0, 0.3, 0.6, 1.0, 1.0])?;
        let kinds = match self.rng.u32(0..3) {
            0 => self.plan.kinds.clone(),
            _ => vec![*self.rng.choice(&self.plan.kinds)?],
        };
        Some(Forecast { seed: self.rng.u64(..), level: self.plan.level * share, kinds })
    }

    /// Audits in the weather of the day, and reads what was told.
    async fn audit(&mut self, is_calm: bool, truth: Truth) -> Result<()> {
        let is_killed = !is_calm && self.rng.f64() < self.plan.kills;
        let mut forecast = if is_calm { None } else { self.forecast() };
        let order = self.storm.order(self.now()?, !is_calm);
        let began = Instant::now();
        let mut rng = self.rng.fork();
        let store_fault = if is_calm { None } else { store::spoil(&self.bucket, &mut rng) };
        let is_paired = !is_calm && !is_killed && self.day > 0 && rng.u32(0..6) == 0;
        if let Some(forecast) = forecast.as_mut().filter(|_| is_paired) {
            // Both runs are struck by the same, and what two in a row are shown is believed.
            forecast.kinds.retain(|kind| !kind.is_believed_twice());
        }
        self.proxy.begin(forecast.filter(|forecast| !forecast.kinds.is_empty()));
        let ends = if is_killed {
            vec![order.run_and_kill(&mut rng).await?]
        } else if is_paired {
            let (one, other) = tokio::join!(order.run(&Quiet), order.run(&Quiet));
            vec![one?, other?]
        } else {
            vec![order.run(&Quiet).await?]
        };
        let took = began.elapsed();
        self.bucket.mend();
        self.outcome.pairs += u64::from(is_paired);
        store_fault.into_iter().for_each(|name| *self.outcome.store_faults.entry(name).or_default() += 1);
        let history = self.storm.history().await?;
        let newest = history.newest().await?;
        let is_new = |number: &u64| !self.truths.contains_key(number);
        let new: Vec<u64> = (1..=newest.unwrap_or_default()).filter(is_new).collect();
        let is_committed = !new.is_empty();
        let strikes = self.proxy.end(is_committed);
        let is_struck = !strikes.is_empty();
        self.count(&strikes, is_committed);
        if took > order.time() {
            self.violation(format!("late: the run took {} s", took.as_secs()));
        }
        // Of two at once, one may find that the number is taken.
        let is_one_enough = is_paired && ends.iter().any(|end| matches!(end, End::Done(_)));
        for end in ends.iter().filter(|end| !(is_one_enough && is_conflict(end))) {
            self.judge_end(end, is_committed, is_struck);
        }
        for target in self.proxy.trapped() {
            self.violation(format!("astray: another host was asked for {target}"));
        }
        for number in new {
            let truth = truth.clone();
            let manifest = history.manifest(number).await?;
            let seen = Truth::read(&history, &manifest).await?;
            let calm = &self.told_in_calm.losers;
            self.told.losses(&stored_access(&history, &manifest).await?, Some(calm));
            let wrong = self.state.follow(seen, &truth);
            wrong.into_iter().for_each(|wrong| self.violation(wrong));
            // Hurry makes answers late that nobody spoilt.
            self.truths.insert(number, (truth, is_struck || !is_calm));
        }
        self.read_events()?;
        let faults = history.verify().await?;
        for fault in faults.iter().filter(|fault| !fault.is_harmless()) {
            self.violation(format!("chain: {}", fault.text));
        }
        Ok(())
    }

    fn count(&mut self, strikes: &BTreeSet<Strike>, is_committed: bool) {
        self.outcome.runs += 1;
        self.outcome.without_snapshot += u64::from(!is_committed);
        for strike in strikes {
            *self.outcome.strikes.entry(strike.kind).or_default() += 1;
        }
        self.kinds_before.extend(self.strikes.iter().map(|strike| strike.kind));
        self.strikes.clone_from(strikes);
    }

    fn judge_end(&mut self, end: &End, is_committed: bool, is_struck: bool) {
        match end {
            End::Done(summary) => {
                for (rule, reason) in &summary.broken_rules {
                    self.violation(format!("broken rule: {rule}: {reason}"));
                }
                if !is_committed {
                    self.violation("lost: the run says that it is done, and there is no snapshot".to_owned());
                }
            }
            End::Failed(PipelineError::Collect(_)) if is_struck => {}
            End::Failed(error) => self.violation(format!("failed: {:#}", anyhow::anyhow!("{error:?}"))),
            End::Panicked(text) => self.violation(format!("panic: {text}")),
            End::Killed(moment) => {
                self.outcome.kills += 1;
                self.deaths.push(format!("day {}: {moment}", self.day));
            }
        }
    }

    fn read_events(&mut self) -> Result<()> {
        for event in self.events(0)? {
            if !self.ids.insert(event.id.clone()) {
                // Whoever dies between telling and noting it tells again.
                if self.deaths.is_empty() {
                    self.violation(format!("twice: event {} {}", event.kind, event.data["title"]));
                }
                continue;
            }
            let number: u64 = event.snapshotid.parse()?;
            let Some((truth, is_struck)) = self.truths.get(&number) else {
                self.violation(format!("false: an event of snapshot {number}, which is not there"));
                continue;
            };
            self.told.book(&event, truth, *is_struck, Some(&self.told_in_calm.gainers));
        }
        let wrong = self.told.take_wrong();
        wrong.into_iter().for_each(|wrong| self.violation(wrong));
        Ok(())
    }

    /// Reads the events that are new in a file: that of bad weather, or that of calm.
    fn events(&mut self, which: usize) -> Result<Vec<Event>> {
        let file = if which == 0 { self.storm.events() } else { self.shadow.events() };
        let text = fs::read_to_string(file).unwrap_or_default();
        // A run that was killed may have left half a line, which the next one ends.
        let is_torn = !text.is_empty() && !text.ends_with('\n');
        let lines: Vec<&str> = text.lines().collect();
        let whole = lines.len() - usize::from(is_torn);
        let mut events = Vec::new();
        for line in &lines[self.read[which]..whole] {
            match serde_json::from_str(line) {
                Ok(event) => events.push(event),
                Err(error) if self.deaths.is_empty() => {
                    self.violation(format!("torn: {error} in a line of the events"))
                }
                Err(_) => {}
            }
        }
        self.read[which] = whole;
        Ok(events)
    }

    async fn end(&mut self) -> Result<()> {
        let (truth, _) = self.truths.values().next_back().context("a snapshot")?;
        self.told_in_calm.close(truth, &Tally::of(truth).with_gains_of(&self.told_in_calm));
        self.told.close(truth, &self.told_in_calm);
        let shadow = self.shadow.history().await?;
        let (first, last) = (shadow.manifest(1).await?, shadow.latest().await?.context("a snapshot")?);
        for change in &history::access_changes(&shadow, &first, &last).await?.changes {
            let ids = change.principals.iter().map(|principal| principal.step.id.as_str());
            if change.turn.is_gain() {
                self.told.must_have_gained(ids, &self.told_in_calm.gainers);
            } else if change.turn == Turn::Lost {
                self.told.must_have_lost(ids, &self.told_in_calm.losers);
            }
        }
        for wrong in self.told_in_calm.take_wrong() {
            self.violation(format!("calm weather: {wrong}"));
        }
        for wrong in self.told.take_wrong() {
            self.violation(wrong);
        }
        self.outcome.events = self.told.events;
        Ok(())
    }

    /// Leaves both stores behind, that of the bucket as a folder too.
    fn keep_stores(&mut self) -> Result<()> {
        self.folders.iter_mut().for_each(|folder| folder.disable_cleanup(true));
        let [calm, storm] = self.folders.each_ref().map(|folder| folder.path().join("store"));
        for (key, bytes) in self.bucket.objects() {
            let file = storm.join(key);
            fs::create_dir_all(file.parent().context("a folder")?)?;
            fs::write(file, bytes)?;
        }
        println!("stores: {} in calm weather, {} in bad", calm.display(), storm.display());
        Ok(())
    }

    fn violation(&mut self, what: String) {
        self.outcome.violations.push(Violation {
            cloud: self.plan.cloud,
            seed: self.plan.seed,
            day: self.day,
            what,
            strikes: self.strikes.clone(),
            kinds_before: self.kinds_before.clone(),
            deaths: self.deaths.clone(),
        });
    }
}
