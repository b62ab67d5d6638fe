//! Proves one snapshot: its objects, its rows, and its place in the chain.

use bytes::Bytes;

use super::{Fault, FaultKind, Walk};
use crate::{History, SnapshotError, hash::sha256, history::manifest_key};

impl History {
    /// Reads every object of one snapshot, and returns all that is wrong with them, with its manifest, or with what the manifests before
    /// and after it say of it.
    ///
    /// # Errors
    /// When there is no snapshot with the number, or the store does not work; what the store holds is never an error here.
    pub async fn verify_snapshot(&self, number: u64) -> Result<Vec<Fault>, SnapshotError> {
        let mut walk = Walk::new(self);
        let none =
            || SnapshotError::NoSuchSnapshot { account: self.account().clone(), name: number.to_string() };
        let own = self.get(&self.key_of_manifest(number)).await?.ok_or_else(none)?;
        walk.take_pruned(self.pruned().await?);
        let is_first = number == walk.pruned.begins_at();
        let before = match number.checked_sub(1).filter(|before| *before > 0 && !is_first) {
            Some(before) => self.manifest_bytes(before).await?.map(|bytes| (before, sha256(&bytes))),
            None => None,
        };
        let key = self.key_of_manifest(number);
        match self.read_manifest(number, &key, &own) {
            Ok(manifest) => {
                if manifest.previous.is_some() && before.is_none() && number > 1 && !is_first {
                    let text = format!("is missing, though snapshot {number} names it");
                    walk.fault(FaultKind::Missing, &manifest_key(number - 1), text);
                }
                walk.link(&manifest, before.as_ref());
                walk.content(&manifest).await?;
            }
            Err(error) => walk.take(&manifest_key(number), error)?,
        }
        let after = number.saturating_add(1);
        if let Some(bytes) = self.manifest_bytes(after).await? {
            // Of the one after it only what it says of this one is asked: its own faults are its own.
            if let Ok(manifest) = self.read_manifest(after, &self.key_of_manifest(after), &bytes) {
                walk.link(&manifest, Some(&(number, sha256(&own))));
            }
        }
        Ok(walk.end())
    }

    pub(super) async fn manifest_bytes(&self, number: u64) -> Result<Option<Bytes>, SnapshotError> {
        self.get_readable(&self.key_of_manifest(number)).await
    }
}
