//! Damage to what is stored: a run always commits, what the damage cost is told by name, once, and nothing is swallowed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use model::{Event, tables};
use pipeline::RunSummary;
use snapshot::History;
use tempfile::TempDir;

use super::{MONDAY, TUESDAY, WEDNESDAY, two_join, unvouched};
use crate::scenarios::{
    Account,
    account::{Unwatched, open, read_events},
};

pub(super) const THURSDAY: &str = "2026-09-10T06:00:00Z";
pub(super) const FRIDAY: &str = "2026-09-11T06:00:00Z";

/// A copy of an account's store. Its events go to the account's own file, for a ledger knows a sink by its address; what
/// the file held is put back first.
pub(super) struct Place {
    folder: TempDir,
    events: PathBuf,
}

impl Place {
    pub(super) fn copy_of(account: &Account) -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder"), events: account.events_file() };
        copy(&account.store_folder(), &place.store());
        let original = place.events.with_extension("original");
        if original.exists() {
            fs::copy(original, &place.events).expect("a copy");
        } else {
            fs::copy(&place.events, original).expect("a copy");
        }
        place
    }

    pub(super) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub(super) fn events(&self) -> Vec<Event> {
        read_events(&self.events)
    }

    pub(super) async fn history(&self, account: &Account) -> History {
        History::new(open(&self.store()).await, account.id.clone())
    }

    pub(super) async fn audit(&self, account: &Account, at: &str) -> RunSummary {
        let store = open(&self.store()).await;
        let run = account.audit_into(&store, &self.events, at, &Unwatched::default()).await;
        run.expect("neither damage nor a dead sink costs a snapshot")
    }

    /// Audits while nothing can be written to the file of events: a folder is in its place.
    pub(super) async fn audit_untold(&self, account: &Account, at: &str) -> RunSummary {
        let kept = self.events.with_extension("kept");
        fs::rename(&self.events, &kept).expect("the file goes");
        fs::create_dir(&self.events).expect("a folder");
        let summary = self.audit(account, at).await;
        fs::remove_dir(&self.events).expect("the folder goes");
        fs::rename(kept, &self.events).expect("the file comes back");
        summary
    }

    /// Returns every object of the account by its key in the store.
    pub(super) fn objects(&self) -> BTreeMap<String, PathBuf> {
        let mut found = BTreeMap::new();
        walk(&self.store(), &self.store(), &mut found);
        found
    }

    /// Returns the object whose key contains a text.
    pub(super) fn object(&self, part: &str) -> (String, PathBuf) {
        self.objects().into_iter().find(|(key, _)| key.contains(part)).expect("such an object")
    }

    /// Reads all that the newest snapshot names.
    pub(super) async fn reads_whole(&self, account: &Account) -> Result<(), String> {
        let history = self.history(account).await;
        let manifest = history.latest().await.map_err(|error| error.to_string())?.expect("a snapshot");
        for table in tables::of_cloud(account.id.cloud()) {
            history.read(&manifest, table).await.map_err(|error| error.to_string())?;
        }
        if let Some(found) = &manifest.findings {
            let findings = check::Findings::default();
            let read = history.get_findings::<check::FindingsPatch>(found, findings).await;
            read.map_err(|error| error.to_string())?;
        }
        if let Some(outbox) = &manifest.outbox {
            history.get_json::<Vec<Event>>(outbox).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let key = path.strip_prefix(root).expect("below").to_str().expect("a key").to_owned();
        if key.starts_with('.') {
            continue;
        }
        if path.is_dir() { walk(root, &path, found) } else { found.extend([(key, path)]) }
    }
}

/// Returns the words about damage among events.
pub(super) fn damaged(events: &[Event]) -> Vec<&Event> {
    events.iter().filter(|event| event.kind.contains(".history.damaged.")).collect()
}

pub(super) fn of_snapshot<'a>(events: &'a [Event], number: &str) -> Vec<&'a Event> {
    events.iter().filter(|event| event.snapshotid == number).collect()
}

/// An account with a first snapshot, in which two people join afterwards.
pub(super) async fn account() -> Account {
    let account = Account::of_a_dozen().await;
    account.audit(MONDAY).await.expect("a first audit");
    two_join(&account);
    account
}

#[tokio::test]
async fn an_old_manifest_that_is_damaged_is_told_once_and_its_events_arrive() {
    for is_missing in [false, true] {
        let account = account().await;
        let place = Place::copy_of(&account);
        let told_before = place.events().len();
        let second = place.audit_untold(&account, TUESDAY).await;
        place.audit_untold(&account, WEDNESDAY).await;
        let (key, manifest) = place.object("manifests/00000002");
        if is_missing {
            fs::remove_file(&manifest).expect("a file");
        } else {
            fs::write(&manifest, "<html>").expect("a file");
        }
        let third = place.audit_untold(&account, THURSDAY).await;
        assert!(third.damage.is_some_and(|damage| damage.contains(&key)));
        assert_eq!(place.audit_untold(&account, FRIDAY).await.damage, None, "told once");
        let last = place.audit(&account, "2026-09-12T06:00:00Z").await;
        assert_eq!((last.snapshot, last.damage), (6, None));

        let events = place.events().split_off(told_before);
        assert_eq!(of_snapshot(&events, "2").len() as u64, second.events, "nothing is swallowed");
        let damaged = damaged(&events);
        assert_eq!(damaged.len(), 1, "{damaged:?}");
        assert_eq!(damaged[0].data["objects"][0]["object"], key);
        assert_eq!(damaged[0].data["lost_events"], serde_json::json!([]));
        place.reads_whole(&account).await.expect("a whole snapshot");
    }
}

#[tokio::test]
async fn a_newest_manifest_that_is_damaged_hides_no_waiting_events() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let told_before = place.events().len();
    let second = place.audit_untold(&account, TUESDAY).await;
    place.audit_untold(&account, WEDNESDAY).await;
    let (key, manifest) = place.object("manifests/00000003");
    fs::write(&manifest, "{").expect("a file");
    let fourth = place.audit(&account, THURSDAY).await;
    assert_eq!((fourth.snapshot, fourth.is_first), (4, false));
    assert!(fourth.damage.is_some_and(|damage| damage.contains(&key)));

    let events = place.events().split_off(told_before);
    assert_eq!(of_snapshot(&events, "2").len() as u64, second.events, "they were waiting");
    let damaged = damaged(&events);
    assert_eq!(damaged.len(), 1);
    assert_eq!(damaged[0].data["nothing_compared"], false);
    assert_eq!(damaged[0].data["compared_with"], 2, "the one before it can be read");
    let false_news = of_snapshot(&events, "4");
    let false_news: Vec<_> = false_news.iter().filter(|event| event.kind.contains(".drift.")).collect();
    assert_eq!(false_news, Vec::<&&Event>::new(), "nothing changed since");
    assert_eq!(place.audit(&account, FRIDAY).await.damage, None);
    place.reads_whole(&account).await.expect("a whole snapshot");
}

#[tokio::test]
async fn an_outbox_that_is_damaged_is_told_with_the_run_whose_events_are_lost() {
    let account = account().await;
    let place = Place::copy_of(&account);
    place.audit_untold(&account, TUESDAY).await;
    let (key, outbox) = place.object("outbox/00000002");
    fs::write(&outbox, "x").expect("a file");
    let third = place.audit(&account, WEDNESDAY).await;
    assert!(third.damage.is_some());
    let events = place.events();
    let damaged = damaged(&events);
    assert_eq!(damaged.len(), 1);
    assert_eq!(damaged[0].data["lost_events"], serde_json::json!([2]));
    assert_eq!(damaged[0].data["objects"][0]["object"], key);
    assert_eq!(place.audit(&account, THURSDAY).await.damage, None, "told once");
}

#[tokio::test]
async fn a_ledger_that_is_damaged_sends_the_same_events_again_and_says_so() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let first = place.events();
    let (key, ledger) = place.objects().into_iter().find(|(key, _)| is_ledger(key)).expect("a ledger");
    fs::write(&ledger, "{\"snapshot\":1,\"tak").expect("a file");
    place.audit(&account, TUESDAY).await;
    let events = place.events();
    assert_eq!(events[first.len()..first.len() * 2], unvouched(&first), "the same ids");
    let damaged = damaged(&events);
    assert_eq!(damaged.len(), 1);
    assert_eq!(damaged[0].data["sent_again"], serde_json::json!([1]));
    assert_eq!(damaged[0].data["objects"][0]["object"], key);
    let fault = damaged[0].data["objects"][0]["fault"].as_str().expect("what is wrong");
    assert!(fault.starts_with("is damaged"), "it is there, and no ledger: {fault}");
    assert_eq!(place.audit(&account, WEDNESDAY).await.damage, None, "told once");
}

#[tokio::test]
async fn damage_to_one_table_costs_the_drift_of_no_other() {
    let account = account().await;
    let untouched = Place::copy_of(&account);
    untouched.audit(&account, TUESDAY).await;
    let expected = untouched.events();
    let expected = drift(&of_snapshot(&expected, "2"));
    assert!(expected.len() > 1);

    // A table that did not change, one that did, and the coverage.
    for (table, is_lost) in [("ibm_service_ids", false), ("ibm_users", true), ("coverage", false)] {
        let place = Place::copy_of(&account);
        let (key, object) = place.object(&format!("tables/{table}/"));
        fs::write(&object, "not what was there").expect("a file");
        let second = place.audit(&account, TUESDAY).await;
        assert!(second.damage.is_some(), "{table}");
        let events = place.events();
        let news = of_snapshot(&events, "2");
        let told = drift(&news);
        assert!(told.is_subset(&expected), "{table}: nothing false");
        let missing: Vec<_> =
            expected.difference(&told).filter(|(_, subject)| !subject.contains(table)).collect();
        assert_eq!(missing, Vec::<&(String, String)>::new(), "{table}");
        assert_eq!(told.len() < expected.len(), is_lost, "{table}");
        let damaged = damaged(&events);
        assert_eq!(damaged.len(), 1, "{table}");
        assert_eq!(damaged[0].data["objects"][0]["object"], key);
        assert_eq!(damaged[0].data["tables"].to_string().contains("ibm_users"), is_lost, "{table}");
        assert!(news.iter().all(|event| !event.kind.contains(".baseline.")), "{table}");
        place.reads_whole(&account).await.expect("a whole snapshot");
        let third = place.audit(&account, WEDNESDAY).await;
        assert_eq!((third.events, third.damage), (0, None), "{table}: told once");
    }
}

pub(super) fn is_ledger(key: &str) -> bool {
    key.contains("/ledger/")
}

pub(super) fn drift(events: &[&Event]) -> BTreeSet<(String, String)> {
    let drift = events.iter().filter(|event| event.kind.contains(".drift."));
    drift.map(|event| (event.kind.clone(), event.subject.clone())).collect()
}

/// What is done to an object.
const KINDS: [&str; 5] = ["deleted", "cut short", "flipped", "replaced", "unreadable"];

fn break_it(path: &Path, kind: &str, random: &mut fastrand::Rng) {
    let mut bytes = fs::read(path).expect("a file");
    match kind {
        "deleted" => return fs::remove_file(path).expect("a file"),
        // Not even root can read a link that leads to itself.
        "unreadable" => {
            fs::remove_file(path).expect("a file");
            return std::os::unix::fs::symlink(path, path).expect("a link");
        }
        "cut short" => bytes.truncate(random.usize(0..bytes.len())),
        "flipped" => {
            let place = random.usize(0..bytes.len());
            bytes[place] ^= 1 << random.u8(0..8);
        }
        _ => bytes = (0..random.usize(1..400)).map(|_| random.u8(..)).collect(),
    }
    fs::write(path, bytes).expect("a file");
}

/// Damages one object, lives on for two runs, and returns what is not as promised.
async fn survives(
    account: &Account,
    expected: &BTreeSet<(String, String)>,
    key: &str,
    kind: &str,
    random: &mut fastrand::Rng,
) -> Vec<String> {
    let place = Place::copy_of(account);
    let path = place.store().join(key);
    let before = fs::read(&path).expect("a file");
    break_it(&path, kind, random);
    let told_before = place.events().len();
    let mut faults = Vec::new();
    let mut damages = 0;
    for at in [WEDNESDAY, THURSDAY] {
        damages += usize::from(place.audit(account, at).await.damage.is_some());
    }
    if let Err(error) = place.reads_whole(account).await {
        faults.push(error);
    }
    let (known, events) = {
        let mut all = place.events();
        let events = all.split_off(told_before);
        (all, events)
    };
    if damages > 1 || damaged(&events).len() != damages {
        faults.push(format!("told {damages} times"));
    }
    let names = damaged(&events).iter().any(|event| event.data["objects"].to_string().contains(key));
    if damages == 1 && !names {
        faults.push("what is told does not name it".to_owned());
    }
    let mut ids: BTreeSet<&str> = known.iter().map(|event| event.id.as_str()).collect();
    let fresh: Vec<&Event> = events.iter().filter(|event| ids.insert(&event.id)).collect();
    let told = drift(&fresh);
    if !told.is_subset(expected) {
        faults.push(format!("told what did not happen: {:?}", told.difference(expected)));
    }
    if damages == 0 && (told != *expected || fresh.len() != events.len()) {
        faults.push("silently lost or told twice".to_owned());
    }
    let verified = place.history(account).await.verify().await.expect("a readable store");
    let is_healed = fs::read(&path).is_ok_and(|bytes| bytes == before);
    let file = key.rsplit('/').next().expect("a name");
    let is_healed = is_healed || (is_ledger(key) && damages == 1);
    if !is_healed && !verified.iter().any(|fault| fault.object == key || fault.text.contains(file)) {
        faults.push(format!("`verify` does not name it: {verified:?}"));
    }
    faults
}

#[tokio::test]
async fn whatever_is_done_to_any_object_the_next_runs_commit_and_say_what_it_cost() {
    let account = account().await;
    account.audit(TUESDAY).await.expect("a second audit");
    // News for the run after the damage.
    account.ibm().change(simulators::ibm::weeks()[3].apply);
    let untouched = Place::copy_of(&account);
    let told_before = untouched.events().len();
    untouched.audit(&account, WEDNESDAY).await;
    let events = untouched.events().split_off(told_before);
    let expected = drift(&events.iter().collect::<Vec<_>>());
    assert!(!expected.is_empty());

    let seed = std::env::var("IAMWATCH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut trials: Vec<(String, &str)> = Place::copy_of(&account)
        .objects()
        .into_keys()
        .flat_map(|key| KINDS.map(|kind| (key.clone(), kind)))
        // Claims on what is being sent are no history, and nor are marks of what was sent: they only outlive ledgers.
        .filter(|(key, _)| !key.contains("/claims/") && !key.contains(".sent/"))
        .collect();
    random.shuffle(&mut trials);
    if std::env::var_os("IAMWATCH_ALL_DAMAGE").is_none() {
        // Two of each folder and run.
        let mut chosen: BTreeMap<String, usize> = BTreeMap::new();
        trials.retain(|(key, _)| {
            let class = key.split('/').nth(2).expect("a folder").to_owned();
            let run = ["00000001", "00000002"].into_iter().find(|run| key.contains(run)).unwrap_or_default();
            let chosen = chosen.entry(class + run).or_default();
            *chosen += 1;
            *chosen <= 2
        });
    }
    let mut broken = Vec::new();
    for (key, kind) in &trials {
        for fault in survives(&account, &expected, key, kind, &mut random).await {
            broken.push(format!("{key} {kind}: {fault}"));
        }
    }
    assert!(broken.is_empty(), "seed {seed}, {} trials: {broken:#?}", trials.len());
}
