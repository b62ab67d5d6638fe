//! A run that dies: at any place at which it waits for the world, it is not woken again.

use std::{
    collections::BTreeSet,
    fs,
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
    time::Duration,
};

use pipeline::{PipelineError, RunSummary, Watch};
use snapshot::History;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{MONDAY, TUESDAY, WEDNESDAY, two_join};
use crate::scenarios::{
    Account,
    account::{open, read_events},
};

/// Notes when a stage begins.
struct Since {
    stage: &'static str,
    begun: AtomicBool,
}

impl Watch for Since {
    fn stage(&self, stage: &'static str) {
        if stage == self.stage {
            self.begun.store(true, Ordering::SeqCst);
        }
    }
}

impl collect::Progress for Since {
    fn expect(&self, _lists: usize) {}
    fn listed(&self, _listing: &str, _rows: usize) {}
    fn waiting(&self, _listing: &str, _reason: &str, _wait: Duration) {}
}

/// Lets a future go on for so many times that it is woken after the stage begins, and then no more.
struct Mortal<'a, F> {
    run: Pin<Box<F>>,
    since: &'a Since,
    left: usize,
}

impl<F: Future> Future for Mortal<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.since.begun.load(Ordering::SeqCst) {
            if self.left == 0 {
                return Poll::Ready(None);
            }
            self.left -= 1;
        }
        self.run.as_mut().poll(context).map(Some)
    }
}

/// A store and a file of events, copied for each death.
struct Place {
    _folder: TempDir,
    store: PathBuf,
    events: PathBuf,
}

impl Place {
    fn copy_of(account: &Account) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (store, events) = (folder.path().join("store"), folder.path().join("events.jsonl"));
        copy(&account.store_folder(), &store);
        fs::copy(account.events_file(), &events).expect("a copy");
        Self { _folder: folder, store, events }
    }

    fn told(&self) -> BTreeSet<String> {
        read_events(&self.events).into_iter().map(|event| event.id).collect()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Audits in a runtime of its own, which ends with the run: what it had begun on disk is done when this returns.
fn audit(
    account: &Account,
    place: &Place,
    at: &str,
    death: Option<(&'static str, usize)>,
) -> Option<Result<RunSummary, PipelineError>> {
    let runtime = Runtime::new().expect("a runtime");
    let (stage, left) = death.unwrap_or(("never", 0));
    let since = Since { stage, begun: AtomicBool::new(false) };
    runtime.block_on(async {
        let store = open(&place.store).await;
        let run = Box::pin(account.audit_into(&store, &place.events, at, &since));
        Mortal { run, since: &since, left }.await
    })
}

/// Lives through a death and the run after it, and says whether the run died.
fn survives(account: &Account, expected: &BTreeSet<String>, stage: &'static str, left: usize) -> bool {
    let place = Place::copy_of(account);
    let died = audit(account, &place, TUESDAY, Some((stage, left)));
    let is_dead = died.is_none();
    if let Some(outcome) = died {
        outcome.expect("a run that is not stopped");
    }
    let runtime = Runtime::new().expect("a runtime");
    let history = runtime.block_on(async { History::new(open(&place.store).await, account.id.clone()) });
    let after = format!("dead {left} steps into {stage}");
    let sound = |when: &str| {
        let faults = runtime.block_on(history.verify()).expect("a store that can be read");
        let broken: Vec<_> = faults.into_iter().filter(|fault| !fault.is_harmless()).collect();
        assert_eq!(broken, [], "{after}, {when}");
    };
    sound("after the death");
    let committed = runtime.block_on(history.newest()).expect("a store that can be read") == Some(2);
    assert!(committed || place.told() == told_before(account), "{after}: told before it was committed");

    let next = audit(account, &place, WEDNESDAY, None).expect("nobody stops it").expect("the next run");
    sound("after the next run");
    assert_eq!(next.snapshot, if committed { 3 } else { 2 }, "{after}");
    let told = place.told();
    if committed {
        assert_eq!(&told, expected, "{after}: the next run tells what the dead one left, under the same ids");
    } else {
        // Told a day later it is news of another time, with ids of its own.
        assert_eq!(told.len(), expected.len(), "{after}");
    }
    is_dead
}

fn told_before(account: &Account) -> BTreeSet<String> {
    account.events().into_iter().map(|event| event.id).collect()
}

/// Dies at every step from a stage on, until a run gets through.
fn every_death_in(stage: &'static str, step: usize) -> usize {
    let world = Runtime::new().expect("a runtime for the simulator");
    let account = world.block_on(async {
        let account = Account::of_a_dozen().await;
        account.audit(MONDAY).await.expect("a first audit");
        account
    });
    two_join(&account);
    let untouched = Place::copy_of(&account);
    audit(&account, &untouched, TUESDAY, None).expect("nobody stops it").expect("an audit");
    let expected = untouched.told();
    assert!(expected.len() > told_before(&account).len(), "the day has news");

    let deaths = (0..).step_by(step).take_while(|left| survives(&account, &expected, stage, *left)).count();
    assert!(deaths > 0, "no run died in {stage}");
    deaths
}

#[test]
fn a_run_that_dies_while_it_reads_the_cloud_leaves_nothing() {
    every_death_in("collect", 6);
}

#[test]
fn a_run_that_dies_while_it_stores_leaves_no_snapshot_or_a_whole_one() {
    every_death_in("snapshot", 2);
}

#[test]
fn a_run_that_dies_while_it_commits_and_tells_is_finished_by_the_next() {
    every_death_in("notify", 1);
}
