//! Measures the past over HTTP: each question cold and warm, and many readers at one time.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use check::RuleSet;
use serde_json::Value;
use serve::{Archive, AskLimits};
use snapshot::{AnyStore, History, StoreOptions};

use crate::{
    load::{Load, within},
    meter,
};

/// How often each question is asked of a program that has just been started, and of a warm one.
const COLD: usize = 7;
const WARM: usize = 51;
/// Readers at one time, and how long they read.
const READERS: usize = 200;
const READING: Duration = Duration::from_secs(60);

/// What is asked: a name, and the path below the account. `N` is the newest snapshot with a change, `M` the one before it, `WHO` a user.
const QUESTIONS: [(&str, &str); 13] = [
    ("list of snapshots", "/snapshots"),
    ("a snapshot", "/snapshots/N"),
    ("rows of a table", "/snapshots/N/tables/ibm_users"),
    ("objects of a table", "/snapshots/N/tables/ibm_users/objects"),
    ("coverage", "/snapshots/N/coverage"),
    ("findings", "/findings?at=N"),
    ("comparison", "/changes?from=M&to=N"),
    ("with access", "/changes?from=M&to=N&access=true"),
    ("life of a user", "/history?subject=WHO"),
    ("search", "/search?text=a&at=N"),
    ("who-can", "/who-can?action=iam-identity.apikey.create&at=N"),
    ("sql of a table", "/query?at=N&sql=select+count(*)+from+ibm_policies"),
    // Not `grants`: an account of the greatest size has more of them than are ever made for one question.
    ("sql of grants", "/query?at=N&sql=select+count(*)+from+grant_statements"),
];

/// Measures each question over a store whose last snapshot with a change is `changed`.
pub async fn questions(store: &Path, history: &History, changed: u64, name: &str) -> anyhow::Result<()> {
    let paths = paths(history, changed).await?;
    for (question, path) in &paths {
        let mut cold = Vec::new();
        for _ in 0..COLD {
            cold.push(ask(&archive(store).await?, path).await?);
        }
        let warm_archive = archive(store).await?;
        ask(&warm_archive, path).await?;
        let mut warm = Vec::new();
        for _ in 0..WARM {
            warm.push(ask(&warm_archive, path).await?);
        }
        cold.sort();
        warm.sort();
        let milliseconds = |times: &[Duration], share| within(times, share).as_secs_f64() * 1000.0;
        println!(
            "{name:<22}  {question:<18}  cold p50 {:>8.1} ms, p99 {:>8.1} ms; warm p50 {:>8.1} ms, p99 {:>8.1} ms",
            milliseconds(&cold, 500),
            milliseconds(&cold, 990),
            milliseconds(&warm, 500),
            milliseconds(&warm, 990),
        );
    }
    Ok(())
}

/// Lets many readers read of the program as people start it: all the same questions in turn, and then each of other users and snapshots.
pub async fn load(store: &Path, history: &History, changed: u64, name: &str) -> anyhow::Result<()> {
    let alike = paths(history, changed).await?.into_iter().map(|(_, path)| path).collect();
    let faults = read_at_once(store, alike, name, "alike").await?
        + read_at_once(store, unlike_paths(history, changed).await?, name, "unlike").await?;
    anyhow::ensure!(faults == 0, "{faults} readers got no answer");
    Ok(())
}

/// Lets many readers ask some questions, prints what they got and what memory it took, and returns how many got no answer.
async fn read_at_once(store: &Path, paths: Vec<String>, name: &str, kind: &str) -> anyhow::Result<usize> {
    let program = std::env::current_exe()?.with_file_name("iamwatch");
    let mut command = Command::new(program);
    command.args(["serve", "--json", "--store"]).arg(store).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().context("`iamwatch` is missing beside this; `make bench` builds it")?;
    let mut text = String::new();
    for line in BufReader::new(child.stdout.take().context("it has no output")?).lines() {
        text.push_str(&line?);
        if text.ends_with('}') {
            break;
        }
    }
    let told: Value = serde_json::from_str(&text)?;
    let member = |name: &str| told.get(name).and_then(Value::as_str).context("the program told no address");
    let address = member("url")?.split('/').take(3).collect::<Vec<_>>().join("/");
    let load = Load { address, token: member("token")?.to_owned(), paths, readers: READERS, time: READING };
    let began = Instant::now();
    let answered = load.run().await;
    let seconds = began.elapsed().as_secs_f64();
    let peak =
        meter::peak_mib(&fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default());
    child.kill()?;
    child.wait()?;
    let count = u32::try_from(answered.times.len()).unwrap_or(u32::MAX);
    println!(
        "{name:<22}  {READERS} readers for {} s, questions {kind}: {count} answers, {:.0} a second, p50 {:.0} ms, p99 {:.0} ms, {} told to ask again, {} errors, {peak:.0} MiB",
        READING.as_secs(),
        f64::from(count) / seconds,
        answered.within(500).as_secs_f64() * 1000.0,
        answered.within(990).as_secs_f64() * 1000.0,
        answered.busy,
        answered.faults.len(),
    );
    if let Some(fault) = answered.faults.first() {
        println!("{name:<22}  the first of the errors: {fault}");
    }
    Ok(answered.faults.len())
}

/// Makes a history longer by snapshots without a change, as those of a quiet account are.
pub async fn lengthen(store: &Path, history: &History, last: u64) -> anyhow::Result<()> {
    let newest = history.latest().await?.context("no snapshot")?;
    let mut manifest = newest;
    while manifest.number < last {
        manifest.previous = Some(manifest.hash()?);
        manifest.number += 1;
        manifest.changes.clear();
        manifest.outbox = None;
        fs::write(store.join(history.key_of_manifest(manifest.number)), manifest.to_bytes()?)?;
    }
    Ok(())
}

async fn paths(history: &History, changed: u64) -> anyhow::Result<Vec<(&'static str, String)>> {
    let who = users(history, changed).await?.into_iter().next().unwrap_or_default();
    Ok(QUESTIONS.iter().map(|(name, path)| (*name, filled(history, path, changed, &who))).collect())
}

/// Returns questions of which hardly two are the same: each of all readers of another user, and of one of the snapshots with a change.
async fn unlike_paths(history: &History, changed: u64) -> anyhow::Result<Vec<String>> {
    let users = users(history, changed).await?;
    let with_change = (2..=changed).cycle();
    let asked = users.iter().cycle().zip(with_change).take(READERS);
    Ok(asked
        .flat_map(|(who, number)| QUESTIONS.iter().map(move |(_, path)| filled(history, path, number, who)))
        .collect())
}

async fn users(history: &History, number: u64) -> anyhow::Result<Vec<String>> {
    let manifest = history.manifest(number).await?;
    let users = history.read(&manifest, &model::tables::ibm::USERS).await?;
    Ok(users.iter().map(|row| row.value(0).to_string()).collect())
}

fn filled(history: &History, path: &str, number: u64, who: &str) -> String {
    let path = path.replace('N', &number.to_string()).replace('M', &(number - 1).to_string());
    format!("/api/v1/accounts/{}{}", history.account(), path.replace("WHO", who))
}

async fn archive(store: &Path) -> anyhow::Result<Archive> {
    let store = AnyStore::open(&store.display().to_string(), &StoreOptions::default()).await?;
    Ok(Archive::new(store, RuleSet::embedded()?, model::Timestamp::now, AskLimits::default()))
}

async fn ask(archive: &Archive, path: &str) -> anyhow::Result<Duration> {
    let request = Request::builder().uri(path).body(Body::empty())?;
    let began = Instant::now();
    let answer = serve::respond(archive.clone(), request).await;
    let status = answer.status();
    let body = to_bytes(answer.into_body(), usize::MAX).await?;
    let time = began.elapsed();
    anyhow::ensure!(status.is_success(), "{path}: {status}: {}", String::from_utf8_lossy(&body));
    Ok(time)
}
