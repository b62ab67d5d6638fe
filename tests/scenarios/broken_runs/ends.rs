//! The end of a history that was cut off or damaged: what a run compares with then, and what it tells.

use std::{collections::BTreeSet, fs};

use super::{
    TUESDAY, WEDNESDAY,
    damage::{FRIDAY, Place, THURSDAY, account, copy, damaged, drift, is_ledger, of_snapshot},
    unvouched,
};
use crate::scenarios::{
    Account,
    account::{Unwatched, open, read_events},
};

#[tokio::test]
async fn without_any_manifest_that_can_be_read_nothing_is_compared() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let (_, manifest) = place.object("manifests/00000001");
    fs::write(&manifest, "{").expect("a file");
    place.audit(&account, TUESDAY).await;
    let events = place.events();
    assert_eq!(drift(&of_snapshot(&events, "2")), BTreeSet::new(), "what cannot be compared did not change");
    assert_eq!(damaged(&events)[0].data["nothing_compared"], true);
    assert_eq!(damaged(&events)[0].data["compared_with"], serde_json::Value::Null);
}

#[tokio::test]
async fn where_the_newest_manifest_is_lost_drift_since_the_one_before_is_told_once() {
    for is_missing in [false, true] {
        let account = account().await;
        let place = Place::copy_of(&account);
        let told_before = place.events().len();
        let second = place.audit(&account, TUESDAY).await;
        account.ibm().change(simulators::ibm::weeks()[3].apply);
        let untouched = drift_of_next(&account, &place).await;
        let (key, manifest) = place.object("manifests/00000002");
        if is_missing {
            fs::remove_file(&manifest).expect("a file");
        } else {
            fs::write(&manifest, "{").expect("a file");
        }
        let third = place.audit(&account, WEDNESDAY).await;
        assert_eq!((third.snapshot, third.is_first), (3, false), "the number is not given twice");
        assert!(third.damage.is_some_and(|damage| damage.contains(&key)));

        let events = place.events().split_off(told_before);
        assert_eq!(of_snapshot(&events, "2").len() as u64, second.events);
        let news = of_snapshot(&events, "3");
        assert_eq!(drift(&news), untouched, "missing: {is_missing}");
        let damaged = damaged(&events);
        assert_eq!(damaged.len(), 1);
        assert_eq!(damaged[0].data["compared_with"], 1);
        assert_eq!(damaged[0].data["findings_lost"], false);
        assert_eq!(place.audit(&account, THURSDAY).await.damage, None, "told once");
        place.reads_whole(&account).await.expect("a whole snapshot");
        let verified = place.history(&account).await.verify().await.expect("a readable store");
        assert!(verified.iter().any(|fault| fault.object == key), "{verified:?}");
    }
}

/// Returns the drift that the next audit would tell if nothing were damaged.
pub(super) async fn drift_of_next(account: &Account, place: &Place) -> BTreeSet<(String, String)> {
    let twin = tempfile::tempdir().expect("a folder");
    copy(&place.store(), &twin.path().join("store"));
    let store = open(&twin.path().join("store")).await;
    let file = twin.path().join("events.jsonl");
    account.audit_into(&store, &file, WEDNESDAY, &Unwatched::default()).await.expect("an audit");
    drift(&of_snapshot(&read_events(&file), "3"))
}

#[tokio::test]
async fn waiting_events_of_a_snapshot_that_was_taken_away_arrive() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let told_before = place.events().len();
    let second = place.audit_untold(&account, TUESDAY).await;
    let third = place.audit_untold(&account, WEDNESDAY).await;
    assert_eq!(third.events, 0);
    let (key, manifest) = place.object("manifests/00000002");
    // Without events of its own, the third leaves no trace, and nothing is lost with it.
    fs::remove_file(place.object("manifests/00000003").1).expect("a file");
    fs::remove_file(manifest).expect("a file");
    let again = place.audit_untold(&account, THURSDAY).await;
    assert_eq!(again.snapshot, 3);
    assert!(again.damage.is_some_and(|damage| damage.contains(&key)));
    let last = place.audit(&account, FRIDAY).await;
    assert_eq!(last.damage, None, "told once");
    let events = place.events().split_off(told_before);
    assert_eq!(of_snapshot(&events, "2").len() as u64, second.events, "they were waiting");
    assert_eq!(drift(&of_snapshot(&events, "3")), BTreeSet::new(), "told once");
    assert_eq!(damaged(&events).len(), 1);
}

#[tokio::test]
async fn a_history_without_any_manifest_left_is_no_first_snapshot() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let (key, manifest) = place.object("manifests/00000001");
    fs::remove_file(manifest).expect("a file");
    let second = place.audit(&account, TUESDAY).await;
    assert_eq!((second.snapshot, second.is_first), (2, false));
    assert!(second.damage.is_some_and(|damage| damage.contains(&key)));
    let events = place.events();
    assert_eq!(damaged(&events)[0].data["nothing_compared"], true);
    assert_eq!(drift(&of_snapshot(&events, "2")), BTreeSet::new());
    let known = events.iter().rfind(|event| event.kind.contains(".baseline.taken."));
    let known = &known.expect("what counts as known").data["rows"]["total"];
    assert_eq!(*known, second.rows - second.lists, "the rows of coverage are not of the account");
    place.reads_whole(&account).await.expect("a whole snapshot");
}

#[tokio::test]
async fn events_without_a_manifest_that_nobody_was_sent_are_no_damage_and_are_said() {
    let account = account().await;
    let place = Place::copy_of(&account);
    place.audit(&account, TUESDAY).await;
    // As a run leaves it that dies before its commit.
    fs::remove_file(place.object("manifests/00000002").1).expect("a file");
    let is_trace = |key: &str| ["/ledger/", "/claims/", ".sent/"].iter().any(|part| key.contains(part));
    for (_, path) in place.objects().into_iter().filter(|(key, _)| is_trace(key) && key.contains("00000002"))
    {
        fs::remove_file(path).expect("a file");
    }
    let second = place.audit(&account, WEDNESDAY).await;
    assert_eq!((second.snapshot, second.damage), (2, None));
    assert_eq!(second.warnings[0].kind, pipeline::WarningKind::EventsWithoutSnapshot);
    assert!(drift(&of_snapshot(&place.events(), "2")).len() > 1);
    assert_eq!(place.audit(&account, THURSDAY).await.warnings, []);
}

#[tokio::test]
async fn a_ledger_that_is_deleted_sends_the_same_events_again_and_says_so() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let first = place.events();
    let (key, ledger) = place.objects().into_iter().find(|(key, _)| is_ledger(key)).expect("a ledger");
    fs::remove_file(ledger).expect("a file");
    let second = place.audit(&account, TUESDAY).await;
    let told = second.delivered[0].sinks[0].sent_again.as_deref();
    assert!(
        told.is_some_and(|told| told.contains("is missing; its events are sent again, with the same ids"))
    );
    let events = place.events();
    assert_eq!(events[first.len()..first.len() * 2], unvouched(&first), "the same ids");
    assert_eq!(damaged(&events)[0].data["sent_again"], serde_json::json!([1]));
    assert_eq!(
        damaged(&events)[0].data["objects"],
        serde_json::json!([{ "object": key, "fault": "is missing" }])
    );
    let third = place.audit(&account, WEDNESDAY).await;
    assert_eq!((third.damage, third.delivered.len()), (None, 0), "told once");
}
