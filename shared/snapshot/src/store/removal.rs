//! Taking objects away: what only `prune` does.
//!
//! An object is named by its content, so that a run under way may have written the very bytes that nobody named any longer. So nothing goes
//! that was written within some time, and each object is looked at once more at the moment in which it goes. What is locked stays, also
//! where the store would take the removal for a mark on its newest version.

use model::{Timestamp, time_text};

use super::{AnyStore, Store, check_key};
use crate::StoreError;

/// On which terms objects are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovalTerms {
    /// The time now, by which a lock has ended or has not.
    pub now: Timestamp,
    /// What was written at this time or later stays; without one nothing stays for its age.
    pub recent: Option<Timestamp>,
}

/// What a store says of an object without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectAge {
    /// When it was written; none where the store does not say.
    pub written: Option<Timestamp>,
    /// Until when it is retained; none where it is not, or where the credentials may not see it.
    pub retained_until: Option<Timestamp>,
    /// Whether it is under a legal hold.
    pub is_held: bool,
}

impl ObjectAge {
    /// Returns whether the object was written so short a time ago that it stays. One of which nobody knows when it was counts as new.
    #[must_use]
    pub fn is_recent(&self, terms: &RemovalTerms) -> bool {
        terms.recent.is_some_and(|since| self.written.is_none_or(|written| written >= since))
    }

    /// Says how long the object is locked; none where it is not.
    #[must_use]
    pub fn lock(&self, terms: &RemovalTerms) -> Option<String> {
        if self.is_held {
            return Some("until its legal hold is lifted".to_owned());
        }
        let until = self.retained_until.filter(|until| *until > terms.now);
        until.map(|until| format!("until {}", time_text(until)))
    }
}

/// What became of an object that was to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// The object was there and is gone.
    Done,
    /// It was not there.
    Absent,
    /// It was written a short time ago and stays: a run that is under way may name it.
    Recent,
    /// It is locked and stays, as long as the text says.
    Locked(String),
}

impl AnyStore {
    /// Returns how old an object is and whether it is locked; none when there is no such key.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not work.
    pub async fn age(&self, key: &str) -> Result<Option<ObjectAge>, StoreError> {
        check_key(key)?;
        match self {
            Self::Folder(folder) => folder.age(key).await,
            Self::S3(bucket) => bucket.age(key).await,
        }
    }

    /// Removes an object, unless it is locked, or was written a short time ago.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not work, or does not allow it.
    pub async fn remove(&self, key: &str, terms: &RemovalTerms) -> Result<Removal, StoreError> {
        check_key(key)?;
        match self {
            Self::Folder(folder) => folder.remove(key, terms).await,
            Self::S3(bucket) => bucket.remove(key, terms).await,
        }
    }
}
