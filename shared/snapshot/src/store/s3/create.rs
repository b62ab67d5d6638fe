//! The conditional create: of any number of writers one wins, and each learns whether it was it.
//!
//! A request whose answer is lost may have been carried out, and a refusal may be of one's own second try. So whatever leaves
//! open what the store did is followed by reading the key: the same bytes are ours, others are somebody else's.

use std::time::Duration;

use aws_sdk_s3::{
    config::{Builder, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::put_object::PutObjectError,
};
use bytes::Bytes;
use tokio::time::Instant;

use super::{
    S3,
    answer::{chain, is_broken_transfer, is_not_implemented, status},
};
use crate::{StoreError, store::Store};

/// How often a conditional create is tried, with growing pauses: about 12 seconds in all.
const TRIES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// After this no further try begins, however slowly the store fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a refused conditional create says of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The key is taken.
    Taken,
    /// Two creates met, and ours was not stored; S3 asks to send it again.
    Conflict,
    /// It may have been stored, or not.
    Unclear,
    /// The store does not know conditional creates.
    Unconditional,
    /// It was not stored, and will not be.
    Final,
}

/// Creates an object, and says whether it did.
pub(super) async fn create(store: &S3, key: &str, bytes: Bytes) -> Result<bool, StoreError> {
    let began = Instant::now();
    let mut may_be_ours = false;
    let mut pause = FIRST_PAUSE;
    let mut attempt = 1;
    loop {
        let Err(error) = create_once(store, key, &bytes).await else { return Ok(true) };
        match refusal_of(&error) {
            Refusal::Taken if may_be_ours => return Ok(store.get(key).await? == Some(bytes)),
            Refusal::Taken => return Ok(false),
            Refusal::Conflict => {}
            Refusal::Unclear => may_be_ours = true,
            Refusal::Unconditional => return Err(unconditional(store, &error)),
            Refusal::Final => return Err(store.refusal(key, "s3:PutObject", error)),
        }
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2);
        if may_be_ours && let Ok(Some(found)) = store.get(key).await {
            return Ok(found == bytes);
        }
        if attempt == TRIES || began.elapsed() > PATIENCE {
            return Err(store.refusal(key, "s3:PutObject", error));
        }
        attempt += 1;
    }
}

/// Sends one conditional create.
///
/// The SDK must not retry by itself: an answer that got lost would come back as "taken".
pub(super) async fn create_once(
    store: &S3,
    key: &str,
    bytes: &Bytes,
) -> Result<(), SdkError<PutObjectError>> {
    let once = Builder::new().retry_config(RetryConfig::disabled());
    let request = store.put_request(key, bytes).if_none_match("*");
    request.customize().config_override(once).send().await.map(|_| ())
}

fn refusal_of(error: &SdkError<PutObjectError>) -> Refusal {
    let code = error.code().unwrap_or_default();
    if is_not_implemented(error) {
        return Refusal::Unconditional;
    }
    if is_broken_transfer(code) {
        return Refusal::Unclear;
    }
    if matches!(error, SdkError::ConstructionFailure(_)) {
        return Refusal::Final;
    }
    match status(error) {
        Some(412) => Refusal::Taken,
        Some(409) if says_taken(code) => Refusal::Taken,
        Some(409) => Refusal::Conflict,
        // Without a status nobody knows; a success that does not read may have been one.
        None | Some(200..=299 | 408 | 425 | 429 | 500..) => Refusal::Unclear,
        Some(_) => Refusal::Final,
    }
}

/// Returns whether a code of status 409 means that the key is taken: stores with a header of their own answer so.
pub(super) fn says_taken(code: &str) -> bool {
    code.ends_with("AlreadyExists")
}

/// Returns the error that the store does not know the condition.
pub(super) fn unconditional(store: &S3, error: &SdkError<PutObjectError>) -> StoreError {
    let reason = format!("the store refuses the condition `If-None-Match: *` ({})", chain(error));
    StoreError::Unconditional { place: store.place(""), reason }
}
