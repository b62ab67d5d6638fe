//! Where the auditor of bad weather keeps its snapshots: a bucket that stores, loses answers, fails and takes its time.

use anyhow::Result;
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Builder, Credentials, Region, retry::RetryConfig},
};
use fastrand::Rng;
use simulators::bucket::{Bucket, Fault};
use snapshot::{AnyStore, S3, StoreOptions};

/// A store by its address: a folder, or the endpoint of a bucket.
pub async fn open(address: &str) -> Result<AnyStore> {
    if !address.starts_with("http://") {
        return Ok(AnyStore::open(address, &StoreOptions::default()).await?);
    }
    let config = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "weather"))
        .retry_config(RetryConfig::standard().with_max_attempts(1))
        .endpoint_url(address)
        .force_path_style(true);
    Ok(AnyStore::S3(S3::new(Client::from_conf(config.build()), "weather", "store")))
}

/// Draws what the store does otherwise than it should in one run, and says so; mostly nothing. Each is less than what a
/// run tries again, so that it must not cost anything.
pub fn spoil(bucket: &Bucket, rng: &mut Rng) -> Option<&'static str> {
    bucket.mend();
    let status = *rng.choice(&[500, 502, 503]).unwrap_or(&500);
    let (name, fault) = match rng.u32(0..12) {
        0 => ("lost answer", Fault::KeepsAndHangsUp(1)),
        1 => ("answer of an error", Fault::KeepsAndAnswers(1, status)),
        2 => ("answer cut off", Fault::KeepsAndBreaksOff(1)),
        3 => ("hangs up", Fault::HangsUp(1)),
        4 => ("fails", Fault::Fails(rng.usize(1..3), status)),
        5 => ("slow", Fault::IsSlow(rng.usize(1..4), rng.u64(10..400))),
        _ => return None,
    };
    let on = *rng.choice(&["/manifests/", "/manifests/", ""]).unwrap_or(&"");
    bucket.break_with(on, fault);
    Some(name)
}
