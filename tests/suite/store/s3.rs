//! S3 does all that is on the list: against a server that speaks S3, started by `make test`.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Builder, Credentials, Region},
};
use bytes::Bytes;
use snapshot::{AnyStore, S3, StoreError};

const BUCKET: &str = "iamwatch-tests";

struct Bucket(S3);

impl Bucket {
    fn store(&self) -> AnyStore {
        AnyStore::S3(self.0.clone())
    }
}

/// Where the server is, and whether it decides a race of writers.
fn endpoint() -> (String, bool) {
    let told = std::env::var("IAMWATCH_TEST_S3").unwrap_or_else(|_| {
        panic!(
            "IAMWATCH_TEST_S3 is not set: run through `make test`, or start a server with \
             `IAMWATCH_TEST_S3=$(tests/servers/s3.sh start) cargo test -p iamwatch-tests`"
        )
    });
    match told.split_once("#not-atomic") {
        Some((endpoint, _)) => (endpoint.to_owned(), false),
        None => (told, true),
    }
}

fn client(endpoint: &str) -> Client {
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .endpoint_url(endpoint)
        .force_path_style(true);
    Client::from_conf(config.build())
}

async fn open(test: &str) -> Bucket {
    let client = client(&endpoint().0);
    // Whoever comes second finds it there.
    let _ = client.create_bucket().bucket(BUCKET).send().await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    Bucket(S3::new(client, BUCKET, &format!("{test}/{now}")))
}

crate::store::conforms_to_all! { open }

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_writers_one_creates() {
    if !endpoint().1 {
        eprintln!("!! NOT TESTED: this S3 server does not decide a race of writers; see tests/servers/s3.sh");
        return;
    }
    let bucket = open("of_many_writers_one_creates").await;
    crate::store::conformance::of_many_writers_one_creates(bucket.store()).await;
}

#[tokio::test]
async fn a_store_in_a_prefix_does_not_see_its_neighbours() {
    let client = client(&endpoint().0);
    let outer = open("prefix").await.store();
    outer.put("ibm/a/x", Bytes::from_static(b"outer")).await.unwrap();
    let AnyStore::S3(_) = &outer else { panic!("not a bucket") };
    let inner = AnyStore::S3(S3::new(client, BUCKET, "prefix-of-nothing"));
    assert!(inner.list("", None).await.unwrap().keys.is_empty());
    assert_eq!(inner.get("ibm/a/x").await.unwrap(), None);
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_told_with_what_to_do() {
    let store = AnyStore::S3(S3::new(client(&endpoint().0), "no-such-bucket-here", ""));
    for error in [
        store.get("ibm/a").await.unwrap_err(),
        store.put("ibm/a", Bytes::new()).await.unwrap_err(),
        store.create("ibm/a", Bytes::new()).await.unwrap_err(),
        store.list("ibm/", None).await.unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            "there is no bucket `no-such-bucket-here` here; create it, or correct the store's address, region or endpoint"
        );
        assert!(!error.is_transient());
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_with_the_address() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let store = AnyStore::S3(S3::new(client(&format!("http://{unused}")), BUCKET, "p"));
    let error = store.get("ibm/a/manifests/00000001.json").await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable { .. }) && error.is_transient());
    assert_eq!(
        error.to_string(),
        "`s3://iamwatch-tests/p/ibm/a/manifests/00000001.json` could not be reached; check network, region, endpoint and credentials"
    );
}
