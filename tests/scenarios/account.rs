//! A simulated account, a folder to keep its snapshots in, and a file that events go to.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use check::RuleSet;
use collect::Silent;
use model::{AccountId, Cloud, Event, Timestamp};
use notify::Sink;
use pipeline::{PipelineError, Run, RunSummary, Settings, Target, Watch};
use simulators::{huawei, ibm};
use snapshot::{AnyStore, History, StoreOptions};
use tempfile::TempDir;

use super::company::Company;

/// What the collector signs in with in every simulated world of IBM Cloud.
pub const API_KEY: &str = ibm::world::COLLECTOR_API_KEY;

/// One account and all that an audit of it leaves.
pub struct Account {
    pub company: Company,
    pub id: AccountId,
    folder: TempDir,
    rules: RuleSet,
    permissions: String,
    judging: Duration,
}

impl Account {
    /// Starts a company of a dozen people on IBM Cloud, the same every time.
    pub async fn of_a_dozen() -> Self {
        Self::of(Company::of_a_dozen(Cloud::Ibm).await)
    }

    /// Takes a company that has been started.
    pub fn of(company: Company) -> Self {
        Self {
            id: AccountId::parse(company.cloud(), &company.account_id()).expect("an account id"),
            company,
            folder: tempfile::tempdir().expect("a folder"),
            rules: RuleSet::embedded().expect("rules that parse"),
            permissions: String::new(),
            judging: Duration::from_secs(300),
        }
    }

    /// Lets the settings say something of sensitive permissions.
    pub fn set_permissions(&mut self, toml: &str) {
        toml.clone_into(&mut self.permissions);
    }

    /// Lets other rules judge, and no longer than that.
    pub fn set_rules(&mut self, rules: RuleSet, judging: Duration) {
        (self.rules, self.judging) = (rules, judging);
    }

    /// Returns the simulated IBM Cloud.
    pub fn ibm(&self) -> &ibm::Simulator {
        match &self.company {
            Company::Ibm(cloud) => cloud,
            Company::Huawei(_) => panic!("the company is on Huawei Cloud"),
        }
    }

    /// Returns the simulated Huawei Cloud.
    pub fn huawei(&self) -> &huawei::Simulator {
        match &self.company {
            Company::Huawei(cloud) => cloud,
            Company::Ibm(_) => panic!("the company is on IBM Cloud"),
        }
    }

    /// Returns the settings of an audit of this account, as the program would be given them.
    pub fn settings(&self, store: &str, sinks: &[String]) -> String {
        format!(
            "store = {store:?}\n{permissions}\n[notify]\nsinks = {sinks:?}\n\
             [[account]]\ncloud = \"{cloud}\"\nid = {id:?}\n{sign_in}",
            permissions = self.permissions,
            cloud = self.id.cloud(),
            id = self.id.id(),
            sign_in = self.company.sign_in(),
        )
    }

    pub fn store_folder(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub fn events_file(&self) -> PathBuf {
        self.folder.path().join("events.jsonl")
    }

    pub async fn store(&self) -> AnyStore {
        open(&self.store_folder()).await
    }

    pub async fn history(&self) -> History {
        History::new(self.store().await, self.id.clone())
    }

    /// Audits once, at a time of the story.
    pub async fn audit(&self, at: &str) -> Result<RunSummary, PipelineError> {
        self.audit_into(&self.store().await, &self.events_file(), at, &Unwatched::default()).await
    }

    /// Audits once, beginning at one time; at the other, all lists have been read.
    pub async fn audit_lasting(&self, from: &str, at: &str) -> Result<RunSummary, PipelineError> {
        let [from, at] = [from, at].map(|text| text.parse::<Timestamp>().expect("a time"));
        let watch = Unwatched::default();
        let clock = || if watch.is_read.load(Ordering::Relaxed) { at } else { from };
        self.audit_by(&self.store().await, &self.events_file(), (&clock, at), &watch).await
    }

    /// Audits once into a store and a file of one's own.
    pub async fn audit_into(
        &self,
        store: &AnyStore,
        events: &Path,
        at: &str,
        watch: &dyn Watch,
    ) -> Result<RunSummary, PipelineError> {
        let now: Timestamp = at.parse().expect("a time");
        self.audit_by(store, events, (&|| now, now), watch).await
    }

    async fn audit_by(
        &self,
        store: &AnyStore,
        events: &Path,
        (clock, now): (&(dyn Fn() -> Timestamp + Sync), Timestamp),
        watch: &dyn Watch,
    ) -> Result<RunSummary, PipelineError> {
        let settings =
            Settings::parse("the story", &self.settings("unused", &[])).expect("settings that parse");
        self.company.set_clock(now);
        let of_target = pipeline::Clock::new(move || now);
        let target = Target::prepare(&settings.accounts[0], &Company::variable, of_target).await?;
        let run = Run {
            store,
            rules: &self.rules,
            permissions: &settings.permissions(),
            sinks: &[Sink::File(events.to_owned())],
            suppressions: &settings.suppressions,
            accounts: &settings.accounts,
            events_per_run: settings.notify.events_per_run,
            judging: self.judging,
            judge_until: None,
            clock,
            watch,
        };
        pipeline::audit(&target, &run).await
    }

    /// Returns every event that the file got, in order.
    pub fn events(&self) -> Vec<Event> {
        read_events(&self.events_file())
    }
}

pub async fn open(folder: &Path) -> AnyStore {
    let uri = folder.to_str().expect("a path in UTF-8");
    AnyStore::open(uri, &StoreOptions::default()).await.expect("a folder for the store")
}

/// Reads a file of JSON lines, which may be yet to be written.
pub fn read_events(file: &Path) -> Vec<Event> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("an event")).collect()
}

/// Nobody looks on; it is known only whether all lists have been read.
#[derive(Default)]
pub struct Unwatched {
    is_read: AtomicBool,
}

impl Watch for Unwatched {
    fn stage(&self, stage: &'static str) {
        self.is_read.fetch_or(stage == "diff", Ordering::Relaxed);
    }
}

impl collect::Progress for Unwatched {
    fn expect(&self, lists: usize) {
        Silent.expect(lists);
    }

    fn listed(&self, listing: &str, rows: usize) {
        Silent.listed(listing, rows);
    }

    fn waiting(&self, listing: &str, reason: &str, wait: std::time::Duration) {
        Silent.waiting(listing, reason, wait);
    }
}
