//! Snapshots are found by number, name and time, in few requests.

use std::fs;

use model::Timestamp;

use super::*;
use crate::SnapshotName;

fn fabricate(home: &TempDir, numbers: impl Iterator<Item = u64>) {
    let folder = home.path().join("ibm/a1/manifests");
    fs::create_dir_all(&folder).unwrap();
    for number in numbers {
        fs::write(folder.join(format!("{number:08}.json")), "{}").unwrap();
    }
}

#[tokio::test]
async fn the_newest_of_any_number_of_snapshots_is_found_in_a_few_requests() {
    let home = tempfile::tempdir().unwrap();
    let mut last = 0;
    for newest in [0, 1, 2, 999, 1_000, 1_001, 2_000, 2_001, 2_999, 5_000, 9_001] {
        fabricate(&home, last + 1..=newest);
        last = newest;
        let history = open(&home).await;
        assert_eq!(history.newest().await.unwrap(), (newest > 0).then_some(newest));
        let traffic = history.store().traffic();
        assert!(traffic.lists <= 6 && traffic.reads == 0, "{newest}: {traffic:?}");
    }
}

#[tokio::test]
async fn foreign_files_among_the_manifests_do_not_hide_the_newest() {
    let home = tempfile::tempdir().unwrap();
    fabricate(&home, 1..=3);
    for name in ["00000004.json.bak", "zzz", "123.json"] {
        fs::write(home.path().join("ibm/a1/manifests").join(name), "x").unwrap();
    }
    assert_eq!(open(&home).await.newest().await.unwrap(), Some(3));
}

#[tokio::test]
async fn a_file_that_is_no_manifest_is_told_with_its_key() {
    let home = tempfile::tempdir().unwrap();
    fabricate(&home, 1..=1);
    let error = open(&home).await.latest().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`ibm/a1/manifests/00000001.json` is damaged: it is no manifest of iamwatch; `iamwatch verify` tells what else is"
    );
}

#[tokio::test]
async fn every_name_finds_its_snapshot() {
    let mut author = Author::new().await;
    let now = "2026-12-24T00:00:00Z".parse().unwrap();
    let name = |text: &str| SnapshotName::read(text, now).unwrap();
    let error = author.history.resolve(&name("latest")).await.unwrap_err().to_string();
    assert_eq!(error, "`ibm/a1` has no snapshot in this store yet; make one with `iamwatch audit`");
    // One an hour from 01:00 on the first of January.
    for _ in 0..40 {
        author.run(State::default()).await;
    }
    let found = [
        ("latest", 40),
        ("latest~3", 37),
        ("7", 7),
        ("2026-01-01", 23),
        ("2026-01-02", 40),
        ("2026-01-01T05:00:00Z", 5),
        ("2026-01-01T05:59:59Z", 5),
        ("2026-01-01T07:30:00+02:00", 5),
        ("2030-01-01", 40),
    ];
    for (text, number) in found {
        assert_eq!(author.history.resolve(&name(text)).await.unwrap().number, number, "{text}");
    }
    for text in ["latest~40", "41", "0", "2025-12-31", "99999999999"] {
        let error = author.history.resolve(&name(text)).await.unwrap_err();
        assert!(matches!(error, SnapshotError::NoSuchSnapshot { .. }), "{text}: {error}");
    }
    let error = author.history.resolve(&name("41")).await.unwrap_err().to_string();
    assert_eq!(error, "`ibm/a1` has no snapshot `41`; `iamwatch snapshots` lists those it has");
}

#[tokio::test]
async fn a_history_does_not_begin_where_the_numbers_end() {
    let home = tempfile::tempdir().unwrap();
    let history = open(&home).await;
    fabricate(&home, std::iter::once(99_999_999));
    assert_eq!(history.newest_and_put_in().await.unwrap(), (None, [99_999_999].into()));
    let faults = history.verify().await.unwrap();
    let told: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.object, fault.text)).collect();
    assert_eq!(
        told,
        ["ibm/a1/manifests/99999999.json was put in: it is too far beyond any other to be of any run"]
    );
    fabricate(&home, [5, 6].into_iter());
    assert_eq!(history.newest_and_put_in().await.unwrap(), (Some(6), [99_999_999].into()));
    // Whoever takes away ten thousand snapshots at once leaves room behind them.
    fabricate(&home, std::iter::once(99_989_999));
    assert_eq!(history.newest().await.unwrap(), Some(6));
}

#[tokio::test]
async fn where_a_clock_was_set_the_last_by_number_is_in_force() {
    // In minutes of one day. The clock was set back after 4 and 8; that of 12 was a year ahead.
    const YEAR: i64 = 366 * 24 * 60;
    let minutes =
        [60, 120, 180, 240, 190, 200, 260, 320, 270, 280, 340, YEAR, 400, 460, 520, 580, 640, 700, 760, 820];
    let midnight: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let home = tempfile::tempdir().unwrap();
    let history = open(&home).await;
    let author = Author::new().await;
    for (number, minute) in (1..).zip(minutes) {
        let time = Timestamp::from_second(midnight.as_second() + minute * 60).unwrap();
        let previous = (number > 1).then(|| crate::hash::sha256(b"x"));
        let of = author.write(&State::default()).await;
        let manifest = Manifest { number, previous, finished_at: model::time_text(time), ..of };
        history.commit(&manifest).await.unwrap();
    }
    // Gone, as where the newest was taken away and its number not given again.
    std::fs::remove_file(home.path().join("ibm/a1/manifests/00000015.json")).unwrap();
    let newest = history.newest().await.unwrap().unwrap();
    for minute in (0..900).step_by(5) {
        let time = Timestamp::from_second(midnight.as_second() + minute * 60).unwrap();
        let expected = (1_u64..).zip(minutes).filter(|(number, at)| *number != 15 && *at <= minute).last();
        let before = history.store().traffic().reads;
        let found = history.in_force(time, newest).await.unwrap();
        assert_eq!(found.map(|found| found.number), expected.map(|(number, _)| number), "minute {minute}");
        assert!(history.store().traffic().reads - before <= 64, "minute {minute}");
    }
}

#[tokio::test]
async fn a_store_tells_which_accounts_it_holds() {
    let author = Author::new().await;
    let store = author.history.store().clone();
    assert_eq!(History::accounts(&store).await.unwrap(), []);
    for account in ["ibm/b", "ibm/a-1", "ibm/a", "ibm/a1"] {
        let account: model::AccountId = account.parse().unwrap();
        let mut manifest = author.write(&State::default()).await;
        manifest.account = account.clone();
        History::new(store.clone(), account).commit(&manifest).await.unwrap();
    }
    store.put("ibm/never-committed/tables/x", bytes::Bytes::new()).await.unwrap();
    let accounts: Vec<String> =
        History::accounts(&store).await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(accounts, ["ibm/a", "ibm/a-1", "ibm/a1", "ibm/b"]);
}

#[tokio::test]
async fn a_walk_over_a_store_has_a_bound() {
    let home = tempfile::tempdir().unwrap();
    fabricate(&home, 1..=2_001);
    let history = open(&home).await;
    let store = history.store();
    assert_eq!(store.list_pages("ibm/", 3).await.unwrap().len(), 2_001);
    let error = store.list_pages("ibm/", 2).await.unwrap_err().to_string();
    assert!(error.contains("it has no end after 2 pages and 2000 keys"), "{error}");
    for account in ["a2", "a3"] {
        store.put(&format!("ibm/{account}/manifests/00000001.json"), bytes::Bytes::new()).await.unwrap();
    }
    assert_eq!(History::accounts_up_to(store, 3).await.unwrap().len(), 3);
    let error = History::accounts_up_to(store, 2).await.unwrap_err().to_string();
    assert!(error.contains("it has no end after 2 accounts"), "{error}");
}
