//! Removes objects of a bucket, and first asks how old they are and whether they are locked.
//!
//! In a bucket with versions a removal is a mark, under which the object stays until the bucket's lifecycle takes it away. So Object Lock would not refuse it:
//! what is locked is found by looking, for which the credentials need the rights to see retentions and legal holds.

use aws_sdk_s3::{
    error::{ProvideErrorMetadata, SdkError},
    primitives::DateTime,
    types::ObjectLockLegalHoldStatus,
};
use model::Timestamp;

use super::S3;
use crate::{ObjectAge, Removal, RemovalTerms, StoreError};

pub(super) async fn age(bucket: &S3, key: &str) -> Result<Option<ObjectAge>, StoreError> {
    let answer = bucket.client.head_object().bucket(&bucket.bucket).key(bucket.key(key)).send().await;
    match answer {
        Ok(seen) => Ok(Some(ObjectAge {
            written: seen.last_modified().and_then(time_of),
            retained_until: seen.object_lock_retain_until_date().and_then(time_of),
            is_held: seen.object_lock_legal_hold_status() == Some(&ObjectLockLegalHoldStatus::On),
        })),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(bucket.refusal(key, "s3:GetObject", error)),
    }
}

pub(super) async fn remove(bucket: &S3, key: &str, terms: &RemovalTerms) -> Result<Removal, StoreError> {
    let Some(seen) = age(bucket, key).await? else { return Ok(Removal::Absent) };
    if let Some(lock) = seen.lock(terms) {
        return Ok(Removal::Locked(lock));
    }
    if seen.is_recent(terms) {
        return Ok(Removal::Recent);
    }
    match bucket.client.delete_object().bucket(&bucket.bucket).key(bucket.key(key)).send().await {
        Ok(_) => Ok(Removal::Done),
        Err(error) => Err(bucket.refusal(key, "s3:DeleteObject", error)),
    }
}

fn time_of(time: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(time.secs()).ok()
}

/// Returns whether the bucket has no such object: an answer to HEAD has no body, and so no code.
fn is_absence<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let status = error.raw_response().map(|response| response.status().as_u16());
    error.code() != Some("NoSuchBucket") && status == Some(404)
}
