//! A history is as whole after a prune as before it, wherever the prune breaks off.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use model::{State, Timestamp};

use super::{HoldReason, KeepWish, PruneOutcome, PrunePlan, RemovalTerms};
use crate::{
    FaultKind, History, ObjectRef, Place, SnapshotError, SnapshotName, StoreError, Verification,
    tests::{Author, edited, read, state},
};

const TOOL: &str = "iamwatch 0.1.0";

/// Writes a history of some runs, each with events that a sink took.
async fn written(runs: u32) -> Author {
    let mut author = Author::new().await;
    for number in 1..=runs {
        let next = match number {
            1 => state(0..40, 1),
            // Keys of few rows move, so that the same bytes come again.
            _ => edited(&author.state, &[(1, number % 3, Some(number % 2)), (0, number, Some(number))]),
        };
        let mut manifest = author.write(&next).await;
        let events = [serde_json::json!({ "id": crate::hash::sha256(&number.to_le_bytes()) })];
        let outbox: ObjectRef =
            author.history.put_json(Place::Outbox(u64::from(number)), &events).await.unwrap();
        manifest.outbox = Some(outbox);
        author.commit(manifest.clone(), next).await.unwrap();
        let ledger = serde_json::json!({
            "snapshot": number, "manifest": manifest.hash().unwrap(), "taken": [events[0]["id"]], "claims": 1
        });
        for (name, content) in [
            (format!("claims/file/{number:08}/claim-00000001.json"), r#"{"ended":true}"#.to_owned()),
            (format!("ledger/file/{number:08}.json"), ledger.to_string()),
            (format!("outbox/{number:08}.sent/file.json"), "{}".to_owned()),
        ] {
            author.history.store().put(&author.history.key(&name), content.into()).await.unwrap();
        }
    }
    author
}

fn keeping(last: u64) -> KeepWish {
    KeepWish { since: None, last: Some(last), terms: terms(None), accepts_broken: false }
}

fn terms(recent: Option<Timestamp>) -> RemovalTerms {
    RemovalTerms { now: "2026-02-01T00:00:00Z".parse().unwrap(), recent }
}

async fn prune(history: &History, wish: &KeepWish) -> (PrunePlan, PruneOutcome) {
    let plan = history.plan_prune(wish).await.unwrap();
    let outcome = history.prune(&plan, TOOL, &|_, _| {}).await.unwrap();
    (plan, outcome)
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn write(folder: &Path, content: &BTreeMap<PathBuf, Vec<u8>>) {
    for (path, bytes) in content {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

async fn states(history: &History, numbers: std::ops::RangeInclusive<u64>) -> Vec<State> {
    let mut states = Vec::new();
    for number in numbers {
        states.push(read(history, &history.manifest(number).await.unwrap()).await);
    }
    states
}

async fn faults(history: &History) -> Vec<(FaultKind, String)> {
    let found = history.verify().await.unwrap();
    found.into_iter().map(|fault| (fault.kind, fault.object)).collect()
}

#[tokio::test]
async fn what_is_kept_is_as_it_was_and_nothing_else_is_left() {
    let mut author = written(20).await;
    let history = author.history.clone();
    let before = states(&history, 18..=20).await;
    let noted = history.hash_of_manifest(5).await.unwrap();
    let (plan, outcome) = prune(&history, &keeping(3)).await;
    assert_eq!((plan.range(), plan.kept_snapshots, plan.snapshots), (Some((1, 17)), 3, 17));
    assert_eq!(
        (outcome.snapshots, outcome.objects, outcome.bytes),
        (plan.snapshots, plan.objects, plan.bytes)
    );
    assert_eq!(faults(&history).await, []);
    assert_eq!(states(&history, 18..=20).await, before);
    let mut named: BTreeSet<String> = BTreeSet::from(["pruned/00000017.json".to_owned()]);
    for number in 18..=20 {
        named.extend(history.manifest(number).await.unwrap().objects().map(|object| object.key.clone()));
        named.insert(format!("manifests/{number:08}.json"));
        named.insert(format!("claims/file/{number:08}/claim-00000001.json"));
        named.insert(format!("ledger/file/{number:08}.json"));
        named.insert(format!("outbox/{number:08}.sent/file.json"));
    }
    let left: BTreeSet<String> = files(&author.home.path().join("ibm/a1"))
        .into_keys()
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(left, named);

    // Whoever asks for what was pruned is told so, and no question falls over it.
    let timeline = history.timeline(20).await.unwrap();
    assert_eq!((timeline.manifests.len(), timeline.unread.len()), (3, 0));
    let now = "2026-02-01T00:00:00Z".parse().unwrap();
    let resolve = async |name: &str| history.resolve(&SnapshotName::read(name, now).unwrap()).await;
    for name in ["17", "latest~3"] {
        let error = resolve(name).await.unwrap_err();
        assert!(matches!(error, SnapshotError::Pruned { number: 17, first: 18, .. }), "{error}");
    }
    assert_eq!(resolve("2026-01-02").await.unwrap().number, 20);
    assert!(matches!(resolve("2025-12-31").await, Err(SnapshotError::NoSuchSnapshot { .. })));
    assert_eq!(history.verify_snapshot(18).await.unwrap(), []);
    assert_eq!(history.find_noted(&noted, 100).await.unwrap(), crate::NotedManifest::Pruned(5));
    assert_eq!(history.find_noted(&"ab".repeat(32), 100).await.unwrap(), crate::NotedManifest::CutOff);
    let wanted = Verification { head: Some(&noted), ..Verification::default() };
    let verified = history.verify_with(&wanted).await.unwrap();
    assert_eq!((verified.faults, verified.noted, verified.pruned.begins_at()), (Vec::new(), Some(5), 18));

    // Runs go on, and so do prunes.
    for number in 21..=24 {
        author.run(edited(&author.state, &[(2, number, Some(number))])).await;
    }
    let (plan, _) = prune(&history, &keeping(2)).await;
    assert_eq!(plan.range(), Some((18, 22)));
    assert_eq!(faults(&history).await, []);
    assert_eq!(history.pruned().await.unwrap().tombstones.len(), 2);
    assert!(history.plan_prune(&keeping(2)).await.unwrap().is_empty(), "nothing is left to do");
}

#[tokio::test]
async fn a_prune_that_breaks_off_anywhere_leaves_a_whole_history_and_the_next_one_ends_it() {
    let author = written(7).await;
    let whole = files(author.home.path());
    let kept = states(&author.history, 5..=7).await;
    let plan = author.history.plan_prune(&keeping(3)).await.unwrap();
    let order: Vec<&String> =
        plan.steps.iter().flat_map(|step| step.parts.iter().flatten()).map(|(name, _)| name).collect();
    assert!(order.len() > 20, "{order:?}");
    let (_, _) = prune(&author.history, &keeping(3)).await;
    let end = files(&author.home.path().join("ibm"));
    for gone in 0..=order.len() {
        let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        write(home.path(), &whole);
        let tombstone = "a1/pruned/00000004.json";
        write(
            &home.path().join("ibm"),
            &BTreeMap::from([(tombstone.into(), end[Path::new(tombstone)].clone())]),
        );
        for name in order.iter().take(gone) {
            fs::remove_file(home.path().join("ibm/a1").join(name)).unwrap();
        }
        let history = crate::tests::open(&home).await;
        let broken: Vec<_> =
            history.verify().await.unwrap().into_iter().filter(|fault| !fault.is_harmless()).collect();
        assert_eq!(broken, [], "after {gone} of {order:?}");
        assert_eq!(states(&history, 5..=7).await, kept);
        let (plan, _) = prune(&history, &keeping(3)).await;
        assert_eq!(plan.range(), None, "the tombstone is there");
        assert_eq!(files(&home.path().join("ibm")), end, "after {gone}");
    }
}

#[tokio::test]
async fn what_the_next_run_needs_is_kept_and_told_why() {
    let mut author = written(9).await;
    let mut manifest = author.write(&author.state).await;
    manifest.undelivered = vec![6, 8];
    author.commit(manifest, author.state.clone()).await.unwrap();
    let (plan, _) = prune(&author.history, &keeping(1)).await;
    assert_eq!((plan.range(), plan.holds.len(), plan.holds[0].number), (Some((1, 5)), 1, 6));
    assert_eq!(plan.holds[0].reason, HoldReason::Undelivered);
    assert_eq!(author.history.outboxes(6, 6).await.unwrap().len(), 1);

    let mut manifest = author.write(&author.state).await;
    let at = "2026-01-01T07:00:00Z".to_owned();
    let last_judged = Some(model::Sighting { snapshot: 7, at });
    manifest.unjudged = Some(crate::Unjudged { reason: "time".to_owned(), last_judged });
    author.commit(manifest, author.state.clone()).await.unwrap();
    let plan = author.history.plan_prune(&keeping(1)).await.unwrap();
    assert_eq!((plan.range(), plan.holds[0].number), (Some((6, 6)), 7));
    assert_eq!(plan.holds[0].reason, HoldReason::LastJudged);
}

#[tokio::test]
async fn what_was_written_a_short_time_ago_stays() {
    let author = written(6).await;
    let hour = Timestamp::now().checked_sub(jiff::SignedDuration::from_hours(1)).unwrap();
    let wish = KeepWish { terms: terms(Some(hour)), ..keeping(2) };
    let plan = author.history.plan_prune(&wish).await.unwrap();
    assert!(plan.is_empty() && plan.holds[0].reason == HoldReason::Recent, "{plan:?}");
    let folder = author.home.path().join("ibm/a1");
    let day = SystemTime::now() - std::time::Duration::from_secs(86_400);
    for path in files(&folder).into_keys() {
        fs::File::options().write(true).open(folder.join(path)).unwrap().set_modified(day).unwrap();
    }
    let plan = author.history.plan_prune(&wish).await.unwrap();
    // A run that is under way writes the very bytes of an old object, and has not committed yet.
    let doomed: BTreeSet<&String> =
        plan.steps.iter().flat_map(|step| step.parts.iter().flatten()).map(|(name, _)| name).collect();
    let (again, bytes) = files(&folder)
        .into_iter()
        .map(|(path, bytes)| (path.display().to_string(), bytes))
        .find(|(name, _)| name.starts_with("tables/") && doomed.contains(name))
        .unwrap();
    author.history.store().put(&author.history.key(&again), bytes.into()).await.unwrap();
    let outcome = author.history.prune(&plan, TOOL, &|_, _| {}).await.unwrap();
    assert_eq!(outcome.recent, std::slice::from_ref(&again));
    assert!(folder.join(&again).is_file());
    assert_eq!(faults(&author.history).await, [(FaultKind::Stray, author.history.key(&again))]);
}

#[tokio::test]
async fn a_run_that_commits_meanwhile_loses_nothing() {
    let mut author = written(8).await;
    let history = author.history.clone();
    let plan = history.plan_prune(&keeping(2)).await.unwrap();
    author.run(edited(&author.state, &[(0, 3, Some(9))])).await;
    history.prune(&plan, TOOL, &|_, _| {}).await.unwrap();
    author.run(edited(&author.state, &[(0, 4, Some(9))])).await;
    assert_eq!(faults(&history).await, []);
    // Another prune with the same end came first.
    let error = history.prune(&plan, TOOL, &|_, _| {}).await.unwrap_err();
    assert!(matches!(error, SnapshotError::Taken { number: 6, .. }), "{error}");
}

#[tokio::test]
async fn a_time_keeps_what_was_in_force_then_and_both_wishes_keep_more() {
    let author = written(10).await;
    let range = async |since: Option<&str>, last| {
        let wish = KeepWish { since: since.map(|text| text.parse().unwrap()), last, ..keeping(1) };
        author.history.plan_prune(&wish).await.unwrap().range()
    };
    // Snapshot 5 is of five o'clock.
    assert_eq!(range(Some("2026-01-01T05:30:00Z"), None).await, Some((1, 4)));
    assert_eq!(range(Some("2026-01-01T05:00:00Z"), None).await, Some((1, 3)), "4 was in force until then");
    assert_eq!(range(Some("2027-01-01T00:00:00Z"), None).await, Some((1, 9)));
    assert_eq!(range(Some("2025-01-01T00:00:00Z"), None).await, None);
    assert_eq!(range(Some("2026-01-01T05:30:00Z"), Some(8)).await, Some((1, 2)));
    assert_eq!(range(Some("2026-01-01T05:30:00Z"), Some(2)).await, Some((1, 4)));
    assert_eq!(range(None, Some(99)).await, None);
}

#[tokio::test]
async fn hands_that_take_away_the_beginning_are_told() {
    let author = written(9).await;
    let folder = author.home.path().join("ibm/a1");
    let whole = files(&folder);
    let (_, _) = prune(&author.history, &keeping(4)).await;
    let history = &author.history;
    let key = |name: &str| history.key(name);
    let tombstone = folder.join("pruned/00000005.json");
    let bytes = fs::read(&tombstone).unwrap();

    // Without its tombstone, a beginning that is gone is missing.
    fs::remove_file(&tombstone).unwrap();
    assert_eq!(faults(history).await, [(FaultKind::Missing, key("manifests/00000001.json"))]);
    // One of another history, or that was edited.
    let text = String::from_utf8(bytes.clone()).unwrap();
    let hash = history.manifest(6).await.unwrap().previous.unwrap();
    for edited in
        [text.replace(&hash, &"ab".repeat(32)), text.replace("\"first\":1", "\"first\":2"), "{}".to_owned()]
    {
        fs::write(&tombstone, edited).unwrap();
        let found = faults(history).await;
        assert!(found.contains(&(FaultKind::Changed, key("pruned/00000005.json"))), "{found:?}");
    }
    fs::write(&tombstone, &bytes).unwrap();
    assert_eq!(faults(history).await, []);
    // More went than the tombstone says.
    let sixth = folder.join("manifests/00000006.json");
    let own = fs::read(&sixth).unwrap();
    fs::remove_file(&sixth).unwrap();
    assert!(faults(history).await.contains(&(FaultKind::Missing, key("manifests/00000006.json"))));
    fs::write(&sixth, own).unwrap();
    // What is put in the place of what went is told from what a prune left.
    let third = PathBuf::from("manifests/00000003.json");
    write(&folder, &BTreeMap::from([(third.clone(), whole[&third].clone())]));
    assert_eq!(faults(history).await, [(FaultKind::Stray, key("manifests/00000003.json"))]);
    let other = whole[Path::new("manifests/00000002.json")].clone();
    write(&folder, &BTreeMap::from([(third, other)]));
    assert_eq!(faults(history).await, [(FaultKind::Inserted, key("manifests/00000003.json"))]);
}

#[tokio::test]
async fn a_broken_history_is_not_pruned_unless_that_is_accepted() {
    let author = written(9).await;
    let folder = author.home.path().join("ibm/a1/manifests");
    fs::remove_file(folder.join("00000002.json")).unwrap();
    let error = author.history.plan_prune(&keeping(4)).await.unwrap_err().to_string();
    assert!(error.contains("snapshot 2 is missing"), "{error}");
    let wish = KeepWish { accepts_broken: true, ..keeping(4) };
    let (plan, _) = prune(&author.history, &wish).await;
    assert_eq!(plan.broken.into_keys().collect::<Vec<_>>(), [2]);
    let left: Vec<_> =
        author.history.verify().await.unwrap().into_iter().filter(|fault| !fault.is_harmless()).collect();
    assert_eq!(left, []);
    // What a snapshot names that cannot be read is not known: then nothing goes.
    fs::write(folder.join("00000008.json"), "x").unwrap();
    let wish = KeepWish { accepts_broken: true, ..keeping(2) };
    let error = author.history.plan_prune(&wish).await.unwrap_err().to_string();
    assert!(error.contains("snapshot 8, which would be kept"), "{error}");
    assert!(matches!(author.history.store().remove("../x", &terms(None)).await, Err(StoreError::Key { .. })));
}
