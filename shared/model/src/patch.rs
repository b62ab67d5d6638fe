//! A change of a document that can be stored by itself.

use serde::{Serialize, de::DeserializeOwned};

/// A change of a document: stored in the place of the whole when little changed.
pub trait Patch: Serialize + DeserializeOwned + Send + Sync {
    /// The document that it changes.
    type Whole: Serialize + DeserializeOwned + Send + Sync;

    /// Applies the patch and returns the whole.
    #[must_use]
    fn apply(self, whole: Self::Whole) -> Self::Whole;

    /// Returns one change that does this and then another.
    #[must_use]
    fn then(self, later: Self) -> Self;
}
