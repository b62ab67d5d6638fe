//! What a list needs of a cloud: somebody who is signed in there and reads addresses.

use futures::future::BoxFuture;
use serde_json::Value;
use url::Url;

use crate::{Budget, Progress, http::CallError};

/// A signed-in client, of whichever cloud.
pub(crate) trait SignedIn: Send + Sync {
    /// Reads an address, for a list.
    fn read<'s>(&'s self, url: &'s Url, listing: &'s str) -> BoxFuture<'s, Result<Option<Value>, CallError>>;

    /// Counts bytes of rows that are kept.
    ///
    /// # Errors
    /// When the run keeps more than it may.
    fn keep(&self, bytes: u64) -> Result<(), CallError>;

    /// Returns what the run may spend.
    fn budget(&self) -> &Budget;

    /// Returns who is told of the progress.
    fn progress(&self) -> &dyn Progress;
}
