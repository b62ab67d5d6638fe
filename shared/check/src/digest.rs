//! Hashes of texts, each with its length before it, so that no two lists of texts run together.

use sha2::{Digest, Sha256};

/// Characters of a short hash: few enough to be typed, enough to be unique.
const SHORT: usize = 32;

/// A hash of texts that are added one by one.
#[derive(Default)]
pub(crate) struct Texts {
    hasher: Sha256,
}

impl Texts {
    pub(crate) fn add(&mut self, text: &str) {
        self.hasher.update(text.len().to_string());
        self.hasher.update(":");
        self.hasher.update(text);
    }

    /// Returns SHA-256 in hexadecimal.
    pub(crate) fn whole(self) -> String {
        hex::encode(self.hasher.finalize())
    }

    /// Returns the first half of it.
    pub(crate) fn short(self) -> String {
        let mut text = self.whole();
        text.truncate(SHORT);
        text
    }
}

fn texts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Texts {
    let mut texts = Texts::default();
    parts.into_iter().for_each(|part| texts.add(part));
    texts
}

/// Returns SHA-256 in hexadecimal.
pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    texts(parts).whole()
}

/// Returns the fingerprint of a finding: short enough to be typed, long enough to be unique.
pub(crate) fn fingerprint(rule: &str, subject: &str) -> String {
    texts([rule, subject]).short()
}
