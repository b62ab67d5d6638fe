//! Stores that only claim to be S3: what they lose is never told as kept, and what they kept is never told as lost.

use std::{net::TcpStream, time::Instant};

use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Builder, Credentials, Region, retry::RetryConfig},
};
use bytes::Bytes;
use model::Timestamp;
use simulators::bucket::{Bucket, Fault};
use snapshot::{AnyStore, History, S3, StoreError};

const MANIFEST: &str = "ibm/a1/manifests/00000001.json";

fn store(bucket: &Bucket) -> AnyStore {
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .endpoint_url(bucket.endpoint())
        .force_path_style(true);
    AnyStore::S3(S3::new(Client::from_conf(config.build()), "audit", "store"))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ours() -> Bytes {
    Bytes::from_static(b"our manifest")
}

/// Asks for the proof and returns what speaks against the store.
async fn refusal(fault: Fault) -> String {
    let bucket = Bucket::start();
    bucket.break_with("", fault);
    let began = Instant::now();
    let error = store(&bucket).prove(at("2026-11-26T00:00:00Z")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unconditional { .. }) && !error.is_transient(), "{error:?}");
    assert!(began.elapsed().as_secs() < 5, "it is final at once");
    error.to_string()
}

#[tokio::test]
async fn a_store_that_ignores_conditions_is_refused_with_the_need_and_the_remedy() {
    assert_eq!(
        refusal(Fault::IgnoresConditions).await,
        "`s3://audit/store/` cannot keep snapshots safely: the store created one object twice, and so ignores the \
         condition `If-None-Match: *`; iamwatch needs a store that honours `If-None-Match: *` on PUT, or two runs at \
         once lose one: use one of those in shared/snapshot/stores.md, or a folder"
    );
}

#[tokio::test]
async fn a_store_that_lets_several_win_a_race_is_refused() {
    let told = refusal(Fault::LosesRaces).await;
    assert!(told.contains("of 8 creates of one object at the same moment the store let 8 win"), "{told}");
}

#[tokio::test]
async fn a_store_that_knows_no_conditions_is_refused_whatever_the_status() {
    for (status, code) in [
        (501, "NotImplemented"),
        (400, "NotImplemented"),
        (501, ""),
        (400, "InvalidArgument"),
        (405, "MethodNotAllowed"),
    ] {
        let told = refusal(Fault::RefusesConditions(status, code)).await;
        assert!(
            told.contains("the store refuses the condition `If-None-Match: *`"),
            "{status} {code}: {told}"
        );
    }
}

#[tokio::test]
async fn a_write_that_is_refused_without_a_condition_too_says_nothing_of_conditions() {
    for (status, code) in [(400, "InvalidBucketState"), (403, "AccessDenied")] {
        let bucket = Bucket::start();
        bucket.break_with("", Fault::RefusesWrites(status, code));
        let error = store(&bucket).prove(at("2026-11-26T00:00:00Z")).await.unwrap_err();
        assert!(matches!(error, StoreError::Unwritable { .. } | StoreError::Denied { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_proof_is_kept_in_the_store_for_a_month_and_costs_two_small_requests_then() {
    let bucket = Bucket::start();
    let asked = async |when: &str| {
        let store = store(&bucket);
        store.prove(at(when)).await.unwrap();
        store.prove(at(when)).await.unwrap();
        bucket.requests().iter().map(|request| request.method.clone()).collect::<Vec<_>>()
    };
    let first = asked("2026-11-01T00:00:00Z").await;
    assert_eq!(first.iter().filter(|method| *method == "PUT").count(), 2 + 3 * 8 + 1, "{first:?}");
    let note: serde_json::Value = serde_json::from_slice(&bucket.objects()["store/probe"]).unwrap();
    assert_eq!(
        (&note["sequential"], &note["race"], &note["bucket"]),
        (&true.into(), &"8x3".into(), &"audit".into())
    );
    assert_eq!(note["endpoint"], bucket.endpoint().trim_start_matches("http://"));
    assert_eq!(asked("2026-11-20T00:00:00Z").await, ["GET", "PUT"]);
    assert!(asked("2026-12-20T00:00:00Z").await.len() > 20, "a month later it is asked again");
    // A bucket that was copied takes the note along.
    bucket.change(|objects| {
        let note = String::from_utf8(objects["store/probe"].clone()).unwrap();
        objects.insert("store/probe".to_owned(), note.replace("audit", "other").into_bytes());
    });
    assert!(asked("2026-12-20T00:00:00Z").await.len() > 20, "it is a proof of its own place only");
}

#[tokio::test]
async fn a_store_that_begins_to_ignore_conditions_is_refused_by_the_next_run() {
    let bucket = Bucket::start();
    store(&bucket).prove(at("2026-11-01T00:00:00Z")).await.unwrap();
    let stored = bucket.objects();
    for (fault, is_refused) in [
        (Fault::IgnoresConditions, true),
        (Fault::RefusesConditions(501, "NotImplemented"), true),
        (Fault::RefusesWrites(403, "AccessDenied"), false),
    ] {
        bucket.break_with("", fault.clone());
        let proof = store(&bucket).prove(at("2026-11-02T00:00:00Z")).await;
        let is_so = matches!(proof, Err(StoreError::Unconditional { .. }));
        assert_eq!((is_so, proof.is_err()), (is_refused, is_refused), "{fault:?}: {proof:?}");
        assert_eq!(bucket.objects(), stored, "nothing is harmed");
        bucket.mend();
    }
    store(&bucket).prove(at("2026-11-02T00:00:00Z")).await.unwrap();
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_found_to_be_ours() {
    for fault in [
        Fault::KeepsAndHangsUp(1),
        Fault::KeepsAndHangsUp(3),
        Fault::KeepsAndBreaksOff(1),
        Fault::KeepsAndAnswers(1, 500),
        Fault::KeepsAndAnswers(1, 502),
        Fault::KeepsAndAnswers(1, 503),
        Fault::KeepsAndAnswers(1, 504),
        Fault::HangsUp(2),
    ] {
        let bucket = Bucket::start();
        bucket.break_with("/manifests/", fault.clone());
        assert!(store(&bucket).create(MANIFEST, ours()).await.unwrap(), "{fault:?}");
        assert_eq!(bucket.objects()[&format!("store/{MANIFEST}")], ours(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_number_that_another_took_while_the_answer_was_lost_is_taken() {
    let bucket = Bucket::start();
    bucket.break_with("/manifests/", Fault::OtherComesFirst(1));
    assert!(!store(&bucket).create(MANIFEST, ours()).await.unwrap());
    assert_eq!(bucket.objects()[&format!("store/{MANIFEST}")], b"somebody else's");
}

#[tokio::test]
async fn a_commit_to_a_store_that_knows_no_conditions_ends_at_once() {
    for status in [400, 500, 501] {
        let bucket = Bucket::start();
        bucket.break_with("", Fault::RefusesConditions(status, "NotImplemented"));
        let error = store(&bucket).create(MANIFEST, ours()).await.unwrap_err();
        assert!(matches!(error, StoreError::Unconditional { .. }), "{error:?}");
        assert_eq!(bucket.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn every_write_carries_a_checksum_as_a_header() {
    let bucket = Bucket::start();
    bucket.break_with("", Fault::WantsChecksums);
    let store = store(&bucket);
    store.put("ibm/a1/x", ours()).await.unwrap();
    assert!(store.create(MANIFEST, ours()).await.unwrap());
    for request in bucket.requests() {
        // openssl dgst -md5 -binary | base64
        assert_eq!(request.headers["content-md5"], "FGW9l5IXSnZTHa9/QTy3tQ==", "{request:?}");
        assert!(!request.headers.contains_key("x-amz-trailer"), "{request:?}");
    }
}

#[tokio::test]
async fn a_listing_that_does_not_go_on_is_an_error_and_no_endless_loop() {
    for (fault, word) in [
        (
            Fault::ListsBackward,
            "it shows `ibm/a1/manifests/00000002.json` after `ibm/a1/manifests/00000003.json`",
        ),
        (
            Fault::ListsTheSameAgain,
            "it shows `ibm/a1/manifests/00000001.json` after `ibm/a1/manifests/00001003.json`",
        ),
        (Fault::ListsNothingForever, "it shows 100 pages without a key in a row"),
        (Fault::ListsForever, "pages in a row hold no manifest"),
        (Fault::RefusesListings(501, "NotImplemented"), "no such operation; it must offer s3:ListBucket"),
    ] {
        let bucket = Bucket::start();
        bucket.change(|objects| {
            let keys = (1..=3).map(|number| format!("store/ibm/a1/manifests/{number:08}.json"));
            objects.extend(keys.map(|key| (key, b"{}".to_vec())));
        });
        bucket.break_with("/manifests/", fault.clone());
        let history = History::new(store(&bucket), "ibm/a1".parse().unwrap());
        let error = history.newest().await.unwrap_err();
        let told = format!("{error}: {}", std::error::Error::source(&error).unwrap());
        assert!(told.contains(word), "{fault:?}: {told}");
    }
}

#[tokio::test]
async fn every_walk_over_the_pages_of_a_store_ends() {
    for fault in [Fault::ListsNothingForever, Fault::ListsTheSameAgain] {
        let bucket = Bucket::start();
        let store = store(&bucket);
        store.put("ibm/a1/manifests/00000001.json", Bytes::new()).await.unwrap();
        bucket.break_with("", fault.clone());
        let history = History::new(store.clone(), "ibm/a1".parse().unwrap());
        assert!(history.newest().await.is_err(), "{fault:?}");
        assert!(history.verify().await.is_err(), "{fault:?}");
        assert!(History::accounts(&store).await.is_err(), "{fault:?}");
    }
}

#[tokio::test]
async fn pages_without_a_key_do_not_end_a_listing() {
    let bucket = Bucket::start();
    let store = store(&bucket);
    store.put(MANIFEST, Bytes::new()).await.unwrap();
    bucket.break_with("/manifests/", Fault::ListsEmptyPages(3));
    let listed = store.list("ibm/a1/manifests/", None).await.unwrap();
    assert_eq!((listed.keys, listed.more), (vec![MANIFEST.to_owned()], false));
}

#[test]
fn the_simulated_bucket_answers() {
    let bucket = Bucket::start();
    assert!(TcpStream::connect(bucket.endpoint().trim_start_matches("http://")).is_ok());
}
