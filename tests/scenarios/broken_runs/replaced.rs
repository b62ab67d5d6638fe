//! What reads well and is not what was written: a manifest put in the place of the newest, and ledgers that are gone.

use std::{collections::BTreeSet, fs};

use snapshot::Manifest;

use super::{
    TUESDAY, WEDNESDAY,
    damage::{FRIDAY, Place, THURSDAY, account, damaged, drift, of_snapshot},
    ends::drift_of_next,
    unvouched,
};
use crate::scenarios::Account;

/// Makes a manifest that reads well from those of the first and the second snapshot.
type Forge = fn(&Manifest, &Manifest) -> Manifest;

/// What can be put in the place of the second manifest.
const FORGED: [(&str, Forge); 7] = [
    ("the older one", |first, _| first.clone()),
    ("another number", |_, second| Manifest { number: 7, ..second.clone() }),
    ("another account", |_, second| Manifest {
        account: "ibm/ffffffffffffffffffffffffffffffff".parse().expect("an account"),
        ..second.clone()
    }),
    ("another one before", |_, second| Manifest { previous: Some("ab".repeat(32)), ..second.clone() }),
    ("none before", |_, second| Manifest { previous: None, ..second.clone() }),
    ("the older one, renumbered", |first, second| Manifest {
        number: 2,
        previous: second.previous.clone(),
        ..first.clone()
    }),
    ("without its events", |_, second| Manifest { outbox: None, ..second.clone() }),
];

/// Puts a manifest in the place of another, and returns the key of that one.
async fn forge(place: &Place, account: &Account, number: u64, made: Forge) -> String {
    let history = place.history(account).await;
    let first = history.manifest(1).await.expect("the first");
    let newest = history.manifest(number).await.expect("the newest");
    let (key, path) = place.object(&format!("manifests/{number:08}"));
    fs::write(path, made(&first, &newest).to_bytes().expect("a manifest")).expect("a file");
    key
}

async fn is_named_by_verify(place: &Place, account: &Account, key: &str) -> bool {
    let file = key.rsplit('/').next().expect("a name");
    let faults = place.history(account).await.verify().await.expect("a readable store");
    faults.iter().any(|fault| !fault.is_harmless() && (fault.object == key || fault.text.contains(file)))
}

#[tokio::test]
async fn a_manifest_that_reads_well_in_the_place_of_the_newest_is_not_taken_for_it() {
    let account = account().await;
    account.audit(TUESDAY).await.expect("a second audit");
    account.ibm().change(simulators::ibm::weeks()[3].apply);
    let expected = drift_of_next(&account, &Place::copy_of(&account)).await;
    assert!(!expected.is_empty());
    for (what, made) in FORGED {
        let place = Place::copy_of(&account);
        let told_before = place.events().len();
        let key = forge(&place, &account, 2, made).await;
        let third = place.audit(&account, WEDNESDAY).await;
        assert_eq!((third.snapshot, third.is_first), (3, false), "{what}");
        assert!(third.damage.is_some_and(|damage| damage.contains(&key)), "{what}");
        let events = place.events().split_off(told_before);
        assert_eq!(drift(&of_snapshot(&events, "3")), expected, "{what}: nothing false, nothing swallowed");
        assert_eq!(of_snapshot(&events, "2").len(), 0, "{what}: nothing is sent twice");
        assert_eq!(damaged(&events).len(), 1, "{what}");
        assert_eq!(damaged(&events)[0].data["compared_with"], 1, "{what}");
        assert_eq!(place.audit(&account, THURSDAY).await.damage, None, "{what}: told once");
        place.reads_whole(&account).await.expect("a whole snapshot");
        assert!(is_named_by_verify(&place, &account, &key).await, "{what}: it stays so");
    }
}

#[tokio::test]
async fn waiting_events_arrive_though_another_manifest_is_in_the_place_of_theirs() {
    let account = account().await;
    for (what, made) in FORGED.into_iter().skip(5) {
        let place = Place::copy_of(&account);
        let told_before = place.events().len();
        let second = place.audit_untold(&account, TUESDAY).await;
        assert!(second.events > 0);
        forge(&place, &account, 2, made).await;
        assert!(place.audit(&account, WEDNESDAY).await.damage.is_some(), "{what}");
        let events = place.events().split_off(told_before);
        let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
        assert_eq!(ids.len(), events.len(), "{what}: once");
        assert_eq!(of_snapshot(&events, "2").len() as u64, second.events, "{what}: they were waiting");
        assert_eq!(drift(&of_snapshot(&events, "3")), BTreeSet::new(), "{what}: told already");
    }
}

#[tokio::test]
async fn a_quiet_manifest_is_held_against_the_one_before_it() {
    let account = account().await;
    account.audit(TUESDAY).await.expect("a second audit");
    assert_eq!(account.audit(WEDNESDAY).await.expect("a third audit").events, 0);
    for (what, made) in [FORGED[0], FORGED[3]] {
        let place = Place::copy_of(&account);
        let told_before = place.events().len();
        let key = forge(&place, &account, 3, made).await;
        let fourth = place.audit(&account, THURSDAY).await;
        assert!(fourth.damage.is_some_and(|damage| damage.contains(&key)), "{what}");
        let events = place.events().split_off(told_before);
        assert_eq!(events.len(), damaged(&events).len(), "{what}: nothing changed");
        assert_eq!(place.audit(&account, FRIDAY).await.damage, None, "{what}: told once");
    }
}

#[tokio::test]
async fn a_manifest_far_beyond_the_end_hides_nothing_of_what_is_before_it() {
    let account = account().await;
    account.audit(TUESDAY).await.expect("a second audit");
    account.ibm().change(simulators::ibm::weeks()[3].apply);
    let expected = drift_of_next(&account, &Place::copy_of(&account)).await;
    let place = Place::copy_of(&account);
    let told_before = place.events().len();
    let (key, newest) = place.object("manifests/00000002");
    fs::copy(&newest, newest.with_file_name("00000999.json")).expect("a copy");
    let third = place.audit(&account, WEDNESDAY).await;
    assert_eq!((third.snapshot, third.is_first), (1000, false));
    let put_in = key.replace("00000002", "00000999");
    assert!(third.damage.is_some_and(|damage| damage.contains(&put_in)));
    let events = place.events().split_off(told_before);
    assert_eq!(drift(&of_snapshot(&events, "1000")), expected, "compared with the second");
    assert_eq!(damaged(&events)[0].data["compared_with"], 2);
    assert_eq!(place.audit(&account, THURSDAY).await.damage, None, "told once");
}

#[tokio::test]
async fn manifests_too_far_beyond_the_end_block_no_commit_and_are_told_once() {
    let account = account().await;
    account.audit(TUESDAY).await.expect("a second audit");
    account.ibm().change(simulators::ibm::weeks()[3].apply);
    let expected = drift_of_next(&account, &Place::copy_of(&account)).await;
    for numbers in [&[99_999_999][..], &[99_999_998, 99_999_999], &[12_345], &[50_000_000, 99_999_999]] {
        let place = Place::copy_of(&account);
        let told_before = place.events().len();
        let (key, newest) = place.object("manifests/00000002");
        let second = place.history(&account).await.manifest(2).await.expect("a manifest");
        for number in numbers {
            // It reads well, and follows the second as far as anybody can tell.
            let forged = Manifest { number: *number, previous: second.hash().ok(), ..second.clone() };
            let path = newest.with_file_name(format!("{number:08}.json"));
            fs::write(path, forged.to_bytes().expect("a manifest")).expect("a file");
        }
        let third = place.audit(&account, WEDNESDAY).await;
        assert_eq!((third.snapshot, third.is_first), (3, false), "{numbers:?}");
        let events = place.events().split_off(told_before);
        assert_eq!(drift(&of_snapshot(&events, "3")), expected, "{numbers:?}: compared with the second");
        let objects = damaged(&events)[0].data["objects"].as_array().expect("objects").clone();
        let named: Vec<String> =
            numbers.iter().map(|number| key.replace("00000002", &format!("{number:08}"))).collect();
        let told: Vec<&str> = objects.iter().filter_map(|object| object["object"].as_str()).collect();
        assert_eq!(told, named, "{numbers:?}");
        let fourth = place.audit(&account, THURSDAY).await;
        assert_eq!((fourth.snapshot, fourth.damage), (4, None), "{numbers:?}: told once");
        let history = place.history(&account).await;
        assert_eq!(history.latest().await.expect("a store").expect("a snapshot").number, 4);
        for key in &named {
            assert!(is_named_by_verify(&place, &account, key).await, "{numbers:?}: it stays so");
        }
        let faults = history.verify().await.expect("a readable store");
        assert_eq!(faults.len(), numbers.len(), "{numbers:?}: and nothing else is wrong: {faults:?}");
    }
}

#[tokio::test]
async fn a_store_whose_only_manifest_is_at_the_end_of_all_numbers_goes_on() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let (key, manifest) = place.object("manifests/00000001");
    fs::rename(&manifest, manifest.with_file_name("99999999.json")).expect("a file");
    let put_in = key.replace("00000001", "99999999");
    let next = place.audit(&account, TUESDAY).await;
    assert_eq!((next.snapshot, next.is_first), (2, false), "the ledger knows of the first");
    assert!(damaged(&place.events())[0].data["objects"].to_string().contains(&put_in));
    assert_eq!(place.audit(&account, WEDNESDAY).await.damage, None, "told once");
    assert!(is_named_by_verify(&place, &account, &put_in).await);
}

#[tokio::test]
async fn a_manifest_before_a_quiet_one_that_is_damaged_costs_nothing_and_is_named_once() {
    let account = account().await;
    account.audit(TUESDAY).await.expect("a second audit");
    account.audit(WEDNESDAY).await.expect("a third audit");
    // The one that reads well is told by what its run noted of its own.
    for text in [Some("{"), None] {
        let place = Place::copy_of(&account);
        let told_before = place.events().len();
        let key = match text {
            Some(text) => {
                let (key, path) = place.object("manifests/00000002");
                fs::write(path, text).expect("a file");
                key
            }
            None => forge(&place, &account, 2, FORGED[5].1).await,
        };
        let fourth = place.audit(&account, THURSDAY).await;
        assert!(fourth.damage.is_some_and(|damage| damage.contains(&key)), "{text:?}");
        let events = place.events().split_off(told_before);
        assert_eq!((events.len(), damaged(&events).len()), (1, 1), "{text:?}");
        assert_eq!(damaged(&events)[0].data["compared_with"], serde_json::Value::Null, "{text:?}");
        assert_eq!(place.audit(&account, FRIDAY).await.damage, None, "{text:?}: told once");
    }
}

/// Deletes the folder of all ledgers, or that of all claims.
fn delete(place: &Place, name: &str) {
    let (_, object) = place.object(&format!("/{name}/"));
    let folder = object.ancestors().find(|folder| folder.ends_with(name)).expect("a folder");
    fs::remove_dir_all(folder).expect("a folder");
}

fn delete_ledgers(place: &Place) {
    delete(place, "ledger");
}

fn delete_ledgers_and_claims(place: &Place) {
    delete(place, "ledger");
    delete(place, "claims");
}

#[tokio::test]
async fn without_any_ledger_the_last_events_are_sent_again_and_none_before_them() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let told_before = place.events().len();
    place.audit(&account, TUESDAY).await;
    let second = place.events().split_off(told_before);
    assert!(!second.is_empty());
    delete_ledgers(&place);
    let verified = place.history(&account).await.verify().await.expect("a readable store");
    assert_eq!(verified.iter().filter(|fault| fault.object.contains("/ledger/")).count(), 2, "{verified:?}");
    let third = place.audit(&account, WEDNESDAY).await;
    assert!(third.damage.is_some_and(|damage| damage.contains("sent again under the same ids")));
    let events = place.events().split_off(told_before + second.len());
    assert_eq!(events[..second.len()], unvouched(&second), "the same ids");
    let damaged = damaged(&events);
    assert_eq!((events.len(), damaged.len()), (second.len() + 1, 1), "and nothing of the first");
    assert_eq!(damaged[0].data["sent_again"], serde_json::json!([2]));
    assert!(damaged[0].data["objects"].to_string().contains("00000002.json"));
    let fourth = place.audit(&account, THURSDAY).await;
    assert_eq!((fourth.damage, fourth.delivered.len()), (None, 0), "told once");
}

#[tokio::test]
async fn without_any_ledger_waiting_events_arrive_once() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let told_before = place.events().len();
    let second = place.audit_untold(&account, TUESDAY).await;
    place.audit_untold(&account, WEDNESDAY).await;
    delete_ledgers(&place);
    place.audit(&account, THURSDAY).await;
    let events = place.events().split_off(told_before);
    assert_eq!(of_snapshot(&events, "2").len() as u64, second.events);
    assert_eq!(of_snapshot(&events, "1").len(), 0, "what had been delivered is left alone");
    assert_eq!(damaged(&events).len(), 1);
    let last = place.audit(&account, FRIDAY).await;
    assert_eq!((last.damage, last.delivered.len()), (None, 0), "told once");
}

#[tokio::test]
async fn a_snapshot_that_is_gone_with_all_ledgers_leaves_its_claims() {
    let account = account().await;
    let place = Place::copy_of(&account);
    place.audit(&account, TUESDAY).await;
    delete_ledgers(&place);
    let (key, manifest) = place.object("manifests/00000002");
    fs::remove_file(manifest).expect("a file");
    let third = place.audit(&account, WEDNESDAY).await;
    assert_eq!(third.snapshot, 3, "the number is not given twice");
    assert!(third.damage.is_some());
    assert!(damaged(&place.events())[0].data["objects"].to_string().contains(&key));
}

#[tokio::test]
async fn without_ledgers_and_claims_the_last_events_are_sent_again_and_that_is_said_once() {
    let account = account().await;
    for runs in [1, 2] {
        let place = Place::copy_of(&account);
        if runs == 2 {
            place.audit(&account, TUESDAY).await;
        }
        let told = place.events();
        let last = of_snapshot(&told, &runs.to_string()).into_iter().cloned().collect::<Vec<_>>();
        assert!(!last.is_empty());
        delete_ledgers_and_claims(&place);
        let verified = place.history(&account).await.verify().await.expect("a readable store");
        let missing: BTreeSet<&str> = verified.iter().map(|fault| fault.object.as_str()).collect();
        assert_eq!((verified.len(), missing.len()), (runs, runs), "{verified:?}");
        let next = place.audit(&account, WEDNESDAY).await;
        assert!(next.damage.is_some_and(|damage| damage.contains("sent again under the same ids")), "{runs}");
        let events = place.events().split_off(told.len());
        assert_eq!(events[..last.len()], unvouched(&last), "{runs}: the same ids");
        let damaged = damaged(&events);
        assert_eq!(damaged.len(), 1, "{runs}");
        assert_eq!(damaged[0].data["sent_again"], serde_json::json!([runs]));
        let after = place.audit(&account, THURSDAY).await;
        assert_eq!((after.damage, after.delivered.len()), (None, 0), "{runs}: told once");
    }
}

#[tokio::test]
async fn without_ledgers_and_claims_waiting_events_arrive_once() {
    let account = account().await;
    let place = Place::copy_of(&account);
    let told_before = place.events().len();
    let second = place.audit_untold(&account, TUESDAY).await;
    assert!(second.events > 0);
    delete_ledgers_and_claims(&place);
    let third = place.audit(&account, WEDNESDAY).await;
    assert_eq!(third.damage, None, "no sink had taken them");
    let events = place.events().split_off(told_before);
    assert_eq!(of_snapshot(&events, "2").len() as u64, second.events);
    assert_eq!(of_snapshot(&events, "1").len(), 0, "what had been delivered is left alone");
    let last = place.audit(&account, THURSDAY).await;
    assert_eq!((last.damage, last.delivered.len()), (None, 0));
}

#[tokio::test]
async fn a_snapshot_that_is_gone_with_all_ledgers_and_claims_leaves_a_mark() {
    let account = account().await;
    let place = Place::copy_of(&account);
    place.audit(&account, TUESDAY).await;
    delete_ledgers_and_claims(&place);
    let (key, manifest) = place.object("manifests/00000002");
    fs::remove_file(manifest).expect("a file");
    let third = place.audit(&account, WEDNESDAY).await;
    assert_eq!(third.snapshot, 3, "the number is not given twice");
    assert!(third.damage.is_some());
    assert!(damaged(&place.events())[0].data["objects"].to_string().contains(&key));
}
