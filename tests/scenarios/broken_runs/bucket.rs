//! Bits that flip in a bucket, where a listing shows the same size as ever.

use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Builder, Credentials, Region},
};
use simulators::bucket::Bucket;
use snapshot::{AnyStore, History, S3};

use crate::scenarios::{Account, account::Unwatched};

/// Most runs until each object had its turn.
const ROUNDS: usize = 8;

fn store(bucket: &Bucket) -> AnyStore {
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .endpoint_url(bucket.endpoint())
        .force_path_style(true);
    AnyStore::S3(S3::new(Client::from_conf(config.build()), "audit", "store"))
}

#[tokio::test]
async fn a_flipped_bit_in_a_table_that_nothing_changes_is_told_and_mended() {
    let account = Account::of_a_dozen().await;
    let (bucket, events) = (Bucket::start(), account.events_file());
    let audit = async |day: usize| {
        let at = format!("2026-09-{day:02}T06:00:00Z");
        account.audit_into(&store(&bucket), &events, &at, &Unwatched::default()).await.expect("an audit")
    };
    audit(1).await;
    audit(2).await;
    let tables: Vec<String> =
        bucket.objects().into_keys().filter(|key| key.contains("/tables/ibm_service_ids/")).collect();
    let table = tables.first().expect("a table").clone();
    bucket.change(|objects| {
        let bytes = objects.get_mut(&table).expect("an object");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });

    let mut told = Vec::new();
    let mut reads = Vec::new();
    for day in 3..3 + ROUNDS {
        drop(bucket.requests());
        told.extend(audit(day).await.damage);
        reads.push(bucket.requests().len());
    }
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("/tables/ibm_service_ids/"), "{told:?}");
    assert!(told[0].ends_with("ibm_service_ids stored whole again, with nothing lost"), "{told:?}");
    assert!(reads.iter().all(|requests| *requests < 40), "a run asks little of the bucket: {reads:?}");
    let history = History::new(store(&bucket), account.id.clone());
    let manifest = history.latest().await.expect("a manifest").expect("a snapshot");
    for table in model::tables::of_cloud(account.id.cloud()) {
        history.read(&manifest, table).await.expect("a table that reads");
    }
    let damaged = account.events().into_iter().filter(|event| event.kind.contains(".history.damaged."));
    assert_eq!(damaged.count(), 1);
}

#[tokio::test]
async fn a_manifest_at_the_end_of_all_numbers_blocks_no_commit_to_a_bucket() {
    let account = Account::of_a_dozen().await;
    let (bucket, events) = (Bucket::start(), account.events_file());
    let audit = async |day: usize| {
        let at = format!("2026-09-{day:02}T06:00:00Z");
        account.audit_into(&store(&bucket), &events, &at, &Unwatched::default()).await.expect("an audit")
    };
    audit(1).await;
    let first = bucket.objects().into_keys().find(|key| key.ends_with("/manifests/00000001.json"));
    let first = first.expect("a manifest");
    let put_in = first.replace("00000001", "99999999");
    bucket.change(|objects| {
        let bytes = objects.get(&first).expect("an object").clone();
        objects.insert(put_in.clone(), bytes);
    });
    let runs = [audit(2).await, audit(3).await];
    assert_eq!(runs.each_ref().map(|run| (run.snapshot, run.is_first)), [(2, false), (3, false)]);
    let told = runs[0].damage.as_deref().expect("what was put in");
    assert!(told.contains("/manifests/99999999.json` was put in"), "{told}");
    assert_eq!(runs[1].damage, None, "told once");
    let faults = History::new(store(&bucket), account.id.clone()).verify().await.expect("a bucket");
    assert_eq!(faults.len(), 1, "{faults:?}");
}
