//! An auditor with a store and a file of events of its own: runs that are left alone, and runs that are killed.

use std::{fmt, panic::AssertUnwindSafe, path::PathBuf, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail};
use check::RuleSet;
use collect::Budget;
use fastrand::Rng;
use futures::FutureExt;
use model::{AccountId, Timestamp};
use notify::Sink;
use pipeline::{Clock, PipelineError, Run, RunSummary, Settings, Target, Watch};
use serde::{Deserialize, Serialize};
use snapshot::History;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

use crate::{cloud::variable, store::open};

/// What a run is given; another process can be given the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    settings: String,
    store: String,
    events: PathBuf,
    at: Timestamp,
    is_hurried: bool,
}

/// How a run ended.
#[derive(Debug)]
pub enum End {
    Done(Box<RunSummary>),
    /// It made no snapshot, and says why.
    Failed(PipelineError),
    Panicked(String),
    /// It was killed in this stage.
    Killed(String),
}

/// One auditor of an account.
pub struct Auditor {
    account: AccountId,
    settings: String,
    store: String,
    folder: PathBuf,
}

impl fmt::Debug for Auditor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Auditor").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Auditor {
    /// Makes an auditor with a store by its address, and a folder for its events.
    pub fn new(account: AccountId, settings: String, store: String, folder: PathBuf) -> Self {
        Self { account, settings, store, folder }
    }

    /// Makes the order of a run; one that is hurried gives up early.
    pub fn order(&self, at: Timestamp, is_hurried: bool) -> Order {
        Order {
            settings: self.settings.clone(),
            store: self.store.clone(),
            events: self.events(),
            at,
            is_hurried,
        }
    }

    /// Returns the file that events go to.
    pub fn events(&self) -> PathBuf {
        self.folder.join("events.jsonl")
    }

    /// Returns what is stored.
    pub async fn history(&self) -> Result<History> {
        Ok(History::new(open(&self.store).await?, self.account.clone()))
    }
}

impl Order {
    /// Returns how long the run may take, judging and storing included, on a machine that has other things to do.
    pub fn time(&self) -> Duration {
        self.budget().time + Duration::from_secs(30)
    }

    /// In bad weather waits are short and tries are few, so that many runs fit into a minute.
    fn budget(&self) -> Budget {
        if !self.is_hurried {
            return Budget { time: Duration::from_secs(120), ..Budget::default() };
        }
        Budget {
            tries: 3,
            retries: 200,
            time: Duration::from_secs(8),
            answer_time: Duration::from_millis(900),
            answer_bytes: 1 << 20,
            first_wait: Duration::from_millis(4),
            longest_wait: Duration::from_millis(20),
            pages: 40,
            ..Budget::default()
        }
    }

    /// Runs in this process.
    pub async fn run(&self, watch: &dyn Watch) -> Result<End> {
        let settings = Settings::parse("the weather", &self.settings)?;
        let account = settings.accounts.first().context("an account")?;
        let now = self.at;
        let store = open(&self.store).await?;
        let rules = RuleSet::embedded()?;
        let target = Target::prepare(account, &variable, Clock::new(move || now)).await?;
        let target = target.with_budget(self.budget());
        let permissions = settings.permissions();
        let run = Run {
            store: &store,
            rules: &rules,
            permissions: &permissions,
            sinks: &[Sink::File(self.events.clone())],
            suppressions: &[],
            accounts: &settings.accounts,
            // All is told one by one: a digest could not be held against anything.
            events_per_run: usize::MAX,
            judging: std::time::Duration::from_secs(300),
            judge_until: None,
            clock: &|| now,
            watch,
        };
        let outcome = AssertUnwindSafe(pipeline::audit(&target, &run)).catch_unwind().await;
        Ok(match outcome {
            Ok(Ok(summary)) => End::Done(Box::new(summary)),
            Ok(Err(error)) => End::Failed(error),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                End::Panicked(text.unwrap_or_else(|| "a panic without a text".to_owned()))
            }
        })
    }

    /// Runs in a process of its own, and kills it a moment after a stage has begun. A run that was faster than that
    /// is done.
    pub async fn run_and_kill(&self, rng: &mut Rng) -> Result<End> {
        let stage =
            *rng.choice(&["collect", "diff", "snapshot", "check", "notify", "notify"]).context("a stage")?;
        let longest = if stage == "collect" { 300 } else { 60 };
        let moment = Duration::from_micros(rng.u64(0..longest * 1000));
        let mut child = Command::new(std::env::current_exe()?)
            .arg("one-run")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut input = child.stdin.take().context("an input")?;
        input.write_all(&serde_json::to_vec(self)?).await?;
        drop(input);
        let mut lines = BufReader::new(child.stdout.take().context("an output")?).lines();
        while let Some(line) = lines.next_line().await? {
            if line == stage {
                tokio::time::sleep(moment).await;
                break;
            }
        }
        // It may be gone already.
        let _ = child.start_kill();
        let output = child.wait_with_output().await?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        if errors.contains("panicked") {
            return Ok(End::Panicked(errors));
        }
        if output.status.code().is_some_and(|code| code != 0 && code != 3) {
            bail!("the run in another process could not begin: {errors}");
        }
        Ok(End::Killed(format!("{stage} + {} ms", moment.as_millis())))
    }
}

/// Prints each stage when it begins, for whoever kills the process.
#[derive(Clone, Copy, Debug)]
pub struct Aloud;

impl Watch for Aloud {
    fn stage(&self, stage: &'static str) {
        println!("{stage}");
    }
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

impl Watch for Quiet {
    fn stage(&self, _stage: &'static str) {}
}

macro_rules! is_silent {
    ($($watch:ty),+) => {
        $(impl collect::Progress for $watch {
            fn expect(&self, _lists: usize) {}
            fn listed(&self, _listing: &str, _rows: usize) {}
            fn waiting(&self, _listing: &str, _reason: &str, _wait: Duration) {}
        })+
    };
}

is_silent!(Aloud, Quiet);

/// Makes the run that is ordered on standard input.
pub fn one_run() -> Result<std::process::ExitCode> {
    let order: Order = serde_json::from_reader(std::io::stdin())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match runtime.block_on(order.run(&Aloud))? {
        End::Done(_) => Ok(std::process::ExitCode::SUCCESS),
        End::Failed(error) => {
            eprintln!("{error:#}");
            Ok(std::process::ExitCode::from(3))
        }
        End::Panicked(text) => bail!("panicked: {text}"),
        End::Killed(_) => bail!("nobody kills it from within"),
    }
}
