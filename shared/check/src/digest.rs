//! Hashes of texts, each with its length before it, so that no two lists of texts run together.

use sha2::{Digest, Sha256};

/// Returns SHA-256 in hexadecimal.
pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_string());
        hasher.update(":");
        hasher.update(part);
    }
    hex::encode(hasher.finalize())
}

/// Returns the fingerprint of a finding: short enough to be typed, long enough to be unique.
pub(crate) fn fingerprint(rule: &str, subject: &str) -> String {
    of([rule, subject]).chars().take(32).collect()
}
