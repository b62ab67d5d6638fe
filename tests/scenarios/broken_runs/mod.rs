//! Runs that come to nothing: they leave no snapshot or a whole one, and the next run finishes what they began.

mod bucket;
mod cut_short;
mod damage;
mod ends;
mod replaced;

use std::{
    collections::BTreeSet,
    fs,
    sync::{Arc, Barrier},
    time::Duration,
};

use model::Event;
use pipeline::{PipelineError, Watch};
use simulators::ibm::weeks;
use snapshot::SnapshotError;

use super::{API_KEY, Account};

const MONDAY: &str = "2026-09-07T06:00:00Z";
const TUESDAY: &str = "2026-09-08T06:00:00Z";
const WEDNESDAY: &str = "2026-09-09T06:00:00Z";

/// Lets happen what happens in the second week: two people join.
fn two_join(account: &Account) {
    account.ibm().change(weeks()[1].apply);
}

/// Returns events as a run sends them that did not commit their snapshot: they are the same, and nobody vouches for the manifest.
fn unvouched(events: &[Event]) -> Vec<Event> {
    assert!(events.iter().all(|event| event.snapshothash.is_some()), "the first to send them vouches for it");
    events.iter().map(|event| Event { snapshothash: None, ..event.clone() }).collect()
}

#[tokio::test]
async fn a_store_that_cannot_be_written_leaves_no_snapshot() {
    let account = Account::of_a_dozen().await;
    // A file where a folder has to be stops every user, the administrator too.
    let tables = account.store_folder().join(account.id.to_string()).join("tables");
    fs::create_dir_all(tables.parent().expect("a folder")).expect("a folder");
    fs::write(&tables, "in the way").expect("a file");

    let error = account.audit(MONDAY).await.expect_err("nothing can be written");
    assert!(matches!(error, PipelineError::Snapshot(SnapshotError::Store { .. })), "{error:?}");
    assert_eq!(account.history().await.newest().await.expect("a readable store"), None);
    assert_eq!(account.events(), []);

    fs::remove_file(&tables).expect("the file goes");
    let summary = account.audit(TUESDAY).await.expect("an audit");
    assert_eq!((summary.snapshot, summary.is_first), (1, true));
}

#[tokio::test]
async fn what_a_sink_refused_the_next_run_delivers() {
    let account = Account::of_a_dozen().await;
    account.audit(MONDAY).await.expect("a first audit");
    two_join(&account);
    let before = account.events();

    // A folder in the place of the file: nothing can be appended.
    let file = account.events_file();
    fs::rename(&file, file.with_extension("kept")).expect("the file goes");
    fs::create_dir(&file).expect("a folder");
    let refused = account.audit(TUESDAY).await.expect("a dead sink costs no snapshot");
    assert_eq!(refused.snapshot, 2);
    assert!(refused.events > 0);

    fs::remove_dir(&file).expect("the folder goes");
    fs::rename(file.with_extension("kept"), &file).expect("the file comes back");
    let quiet = account.audit(WEDNESDAY).await.expect("a third audit");
    assert_eq!((quiet.snapshot, quiet.events), (3, 0), "it has nothing of its own to tell");
    let events = account.events();
    let late: BTreeSet<&str> = events[before.len()..].iter().map(|event| event.snapshotid.as_str()).collect();
    assert_eq!(u64::try_from(events.len() - before.len()).expect("few"), refused.events);
    assert_eq!(late, BTreeSet::from(["2"]), "they are told as what they are: news of the second snapshot");

    account.audit("2026-09-10T06:00:00Z").await.expect("a fourth audit");
    assert_eq!(account.events().len(), events.len(), "told once");
}

/// Counts the objects of the store below a folder of the account.
fn objects(folder: &std::path::Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let count = |entry: fs::DirEntry| if entry.path().is_dir() { objects(&entry.path()) } else { 1 };
    entries.map(|entry| count(entry.expect("an entry"))).sum()
}

#[tokio::test]
async fn a_dead_sink_is_asked_once_for_all_that_waits_for_it() {
    let account = Account::of_a_dozen().await;
    account.audit(MONDAY).await.expect("a first audit");
    let file = account.events_file();
    fs::rename(&file, file.with_extension("kept")).expect("the file goes");
    fs::create_dir(&file).expect("a folder");
    let ledgers = account.store_folder().join(account.id.to_string()).join("ledger");
    let mut told = 0;
    let mut growth = Vec::new();
    for (day, week) in [(8, 1), (9, 3), (10, 4), (11, 5)] {
        account.ibm().change(weeks()[week].apply);
        let before = objects(&ledgers);
        let refused = account.audit(&format!("2026-09-{day:02}T06:00:00Z")).await.expect("an audit");
        assert!(refused.events > 0);
        assert!(refused.delivered.len() <= 2, "one of those that wait, and its own: {:?}", refused.delivered);
        told += refused.events;
        growth.push(objects(&ledgers) - before);
    }
    assert!(growth.iter().all(|more| *more <= 3), "it does not grow with what waits: {growth:?}");

    fs::remove_dir(&file).expect("the folder goes");
    account.audit("2026-09-12T06:00:00Z").await.expect("an audit");
    assert_eq!(u64::try_from(account.events().len()).expect("few"), told, "nothing is forgotten");
}

#[tokio::test]
async fn a_wrong_key_harms_nothing_that_is_stored() {
    let account = Account::of_a_dozen().await;
    account.audit(MONDAY).await.expect("a first audit");
    account.ibm().change(|world| {
        for caller in &mut world.callers {
            caller.api_key = None;
        }
        world.api_keys.retain(|key| key.secret != API_KEY);
    });
    let error = account.audit(TUESDAY).await.expect_err("nobody gets in");
    assert!(matches!(error, PipelineError::Collect(_)), "{error:?}");
    let history = account.history().await;
    assert_eq!(history.newest().await.expect("a readable store"), Some(1));
    assert_eq!(history.verify().await.expect("a readable store"), []);
}

/// Lets both runs come to the same place before either goes on.
struct Together(Barrier);

impl Watch for Together {
    fn stage(&self, stage: &'static str) {
        // By then each has read which snapshot was the last.
        if stage == "diff" {
            self.0.wait();
        }
    }
}

impl collect::Progress for Together {
    fn expect(&self, _lists: usize) {}
    fn listed(&self, _listing: &str, _rows: usize) {}
    fn waiting(&self, _listing: &str, _reason: &str, _wait: Duration) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_runs_at_once_one_commits_and_the_other_says_why_not() {
    let account = Arc::new(Account::of_a_dozen().await);
    account.audit(MONDAY).await.expect("a first audit");
    two_join(&account);
    let together = Arc::new(Together(Barrier::new(2)));
    // Each in a runtime of its own: the barrier stops a whole thread.
    let runs: Vec<_> = (0..2)
        .map(|_| {
            let (account, together) = (Arc::clone(&account), Arc::clone(&together));
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Runtime::new().expect("a runtime");
                runtime.block_on(async {
                    let store = account.store().await;
                    account.audit_into(&store, &account.events_file(), TUESDAY, together.as_ref()).await
                })
            })
        })
        .collect();
    let outcomes: Vec<_> = runs.into_iter().map(|run| run.join().expect("no panic")).collect();

    let won: Vec<u64> = outcomes.iter().flatten().map(|summary| summary.snapshot).collect();
    assert_eq!(won, [2]);
    let lost = outcomes.iter().find_map(|outcome| outcome.as_ref().err()).expect("one came too late");
    let PipelineError::Snapshot(reason) = lost else { panic!("{lost:?}") };
    assert_eq!(
        reason.to_string(),
        format!(
            "snapshot 2 of `{}` was committed by another run meanwhile; this one is dropped, run again",
            account.id
        )
    );
    let history = account.history().await;
    let broken: Vec<_> = history
        .verify()
        .await
        .expect("a readable store")
        .into_iter()
        .filter(|fault| !fault.is_harmless())
        .collect();
    assert_eq!(broken, []);
    let events = account.events();
    let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len(), "the one that lost told nothing");
}
