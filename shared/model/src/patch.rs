//! A document of maps that is read a member at a time, and a change of it that can be stored by itself.

use serde::{Serialize, de::DeserializeOwned};

/// A document that is an object of maps, as `{"rules":{…},"findings":{…}}`, and takes its members one by one: of a hundred
/// thousand, no text is ever held as a whole.
pub trait Members {
    /// Takes a member of one of the maps: its key, and its value as JSON. A map that the document does not know is passed over.
    ///
    /// # Errors
    /// When the value is none of that map.
    fn take(&mut self, map: &str, key: String, value: &[u8]) -> serde_json::Result<()>;
}

/// A change of a document: stored in the place of the whole when little changed.
pub trait Patch: Serialize + DeserializeOwned + Send + Sync {
    /// The document that it changes.
    type Whole: Serialize + Send + Sync;

    /// Applies the patch and returns the whole.
    #[must_use]
    fn apply(self, whole: Self::Whole) -> Self::Whole;

    /// Returns one change that does this and then another.
    #[must_use]
    fn then(self, later: Self) -> Self;
}
