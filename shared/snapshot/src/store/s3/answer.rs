//! What an S3 server's refusals mean.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::S3;
use crate::StoreError;

impl S3 {
    /// Turns an error of the SDK into one that says what was refused, and what to do.
    pub(super) fn refusal<E>(&self, key: &str, action: &'static str, error: SdkError<E>) -> StoreError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let place = self.place(key);
        let status = status(&error);
        let code = error.code().unwrap_or_default().to_owned();
        let is_write = action.contains("Put");
        let is_unknown = is_not_implemented(&error);
        let has_no_credentials = is_caused_by_credentials(&error);
        // The SDK's errors say what happened only along their chain of causes.
        let source = chain(&error).into();
        match (code.as_str(), status) {
            ("NoSuchBucket", _) => StoreError::NoBucket { bucket: self.bucket.clone() },
            _ if has_no_credentials => StoreError::NoCredentials { place, source },
            _ if is_unknown => StoreError::Unsupported { place, action, source },
            _ if is_broken_transfer(&code) => StoreError::Unreachable { place, source },
            (_, Some(401 | 403)) => StoreError::Denied { place, action, source },
            (_, Some(408 | 429 | 500..) | None) => StoreError::Unreachable { place, source },
            _ if is_write => StoreError::Unwritable { place, source },
            _ => StoreError::Unreadable { place, source },
        }
    }
}

/// Returns whether the server does not know what it was asked for: status 501, or the code under any status.
pub(super) fn is_not_implemented<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    status(error) == Some(501) || error.code() == Some("NotImplemented")
}

/// Returns whether a code means that the bytes did not arrive as they were sent. S3 answers these with status 400.
pub(super) fn is_broken_transfer(code: &str) -> bool {
    matches!(code, "RequestTimeout" | "IncompleteBody" | "BadDigest" | "XAmzContentSHA256Mismatch")
}

/// Returns the status of the answer; none when there was none.
pub(super) fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// Returns whether a request was never sent because nothing gave credentials to sign it with.
fn is_caused_by_credentials(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<CredentialsError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Joins what an error says with what its causes say.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
