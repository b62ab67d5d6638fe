//! Looks for a manifest whose hash was noted outside of the store: the one thing that proves the end of a chain.

use futures::{StreamExt, TryStreamExt, stream};

use super::{FaultKind, Walk};
use crate::{History, SnapshotError, hash::sha256, history::manifest_key};

/// Manifests that are read at one time.
const AT_ONCE: usize = 16;

/// What became of a manifest whose hash was noted elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotedManifest {
    /// It is the manifest with this number, and those up to the newest follow from it.
    There(u64),
    /// The manifest with this number is no longer the one that the next one follows: one of the two was changed or put in.
    Changed(u64),
    /// No manifest has the hash, and none follows one that has: the end was cut off, or changed, or the hash is of another history.
    CutOff,
    /// It was the manifest with this number, which was pruned.
    Pruned(u64),
    /// It is none of the newest, as many as were to be looked at.
    NotAmongNewest,
}

impl Walk<'_> {
    /// Returns the number of the manifest with a hash that is known from elsewhere, and notes its loss where there is none.
    pub(super) fn noted(&mut self, hash: &str, how: &str) -> Option<u64> {
        let found = self.manifests.iter().find(|(_, stored)| *stored == hash).map(|(number, _)| *number);
        let found = found.or_else(|| self.pruned.number_of_hash(hash));
        // What is wrong with one that another follows was told by that one.
        if found.is_none() && !self.followed.contains(hash) {
            let next = self.manifests.keys().next_back().map_or(1, |newest| newest + 1);
            let text = format!(
                "was cut off at the end, or the hash is mistyped or of another history: no manifest has the hash that was {how}, {hash}, and none follows one that has; else the newest was changed"
            );
            self.fault(FaultKind::CutOff, &manifest_key(next), text);
        }
        found
    }
}

impl History {
    /// Looks for the manifest with a hash that was noted elsewhere, among the newest ones, and proves the chain from it to the newest.
    ///
    /// # Errors
    /// When the store does not work.
    pub async fn find_noted(&self, hash: &str, most: u64) -> Result<NotedManifest, SnapshotError> {
        let newest = self.newest().await?.unwrap_or(0);
        let pruned = self.pruned().await?;
        let gone = pruned.begins_at().saturating_sub(1);
        let end = newest.saturating_sub(most).max(gone);
        let mut stored = std::pin::pin!(
                stream::iter((end + 1..=newest).rev())
                    .map(|number| async move {
                        Ok::<_, SnapshotError>((number, self.manifest_bytes(number).await?))
                    })
                    .buffered(AT_ONCE)
            );
        // What the manifest that follows says.
        let mut expected: Option<String> = None;
        while let Some((number, bytes)) = stored.try_next().await? {
            let own = bytes.as_ref().map(|bytes| sha256(bytes));
            if expected.is_some() && own != expected {
                return Ok(NotedManifest::Changed(number));
            }
            if own.as_deref() == Some(hash) {
                return Ok(NotedManifest::There(number));
            }
            let read = bytes.map(|bytes| self.read_manifest(number, &self.key_of_manifest(number), &bytes));
            let Some(Ok(manifest)) = read else { return Ok(NotedManifest::Changed(number)) };
            expected = manifest.previous;
        }
        if let Some(number) = pruned.number_of_hash(hash) {
            return Ok(NotedManifest::Pruned(number));
        }
        Ok(if end == gone { NotedManifest::CutOff } else { NotedManifest::NotAmongNewest })
    }
}
