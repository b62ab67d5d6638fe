//! Where a history begins: what was pruned of it, and what proves that.
//!
//! `prune` leaves a tombstone, an object that says which snapshots it took away, with the hash of each of their manifests. The first that is
//! left names the hash of the last that went, so that a tombstone is of this very history, and each tombstone names the one before. A tombstone
//! is written before anything goes: what it names counts as gone from then on.

use std::collections::{BTreeMap, BTreeSet};

use model::AccountId;
use serde::{Deserialize, Serialize};

use crate::{History, SnapshotError, hash::sha256, history::number_of};

/// The format of tombstones.
pub(crate) const TOMBSTONE_FORMAT: u32 = 1;
/// The folder of an account that holds tombstones.
pub(crate) const FOLDER: &str = "pruned/";

/// What says that snapshots were pruned. Its bytes are canonical, as those of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// The format of the program that wrote it.
    pub format: u32,
    /// Name and version of the program that wrote it.
    pub tool: String,
    /// Whose snapshots they were.
    pub account: AccountId,
    /// When they were pruned.
    pub at: String,
    /// Number of the first snapshot that went.
    pub first: u64,
    /// Number of the last snapshot that went.
    pub last: u64,
    /// What the first snapshot that is left names as the manifest before it.
    pub manifest: Option<String>,
    /// The SHA-256 of each manifest that went, from first to last; none of one that was missing already.
    pub manifests: Vec<Option<String>>,
    /// The SHA-256 of the tombstone before this one; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

impl Tombstone {
    /// Returns the canonical bytes: what is stored, and hashed.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        serde_json::to_vec(self).map_err(|error| SnapshotError::Unstorable {
            what: format!("tombstone of snapshot {}", self.last),
            reason: error.to_string(),
        })
    }

    /// Returns the key within the account's folder.
    pub(crate) fn name(&self) -> String {
        tombstone_key(self.last)
    }

    /// Returns the number of the snapshot whose manifest had a hash.
    fn number_of_hash(&self, hash: &str) -> Option<u64> {
        let position = self.manifests.iter().position(|each| each.as_deref() == Some(hash))?;
        Some(self.first.saturating_add(u64::try_from(position).ok()?))
    }

    /// Returns the hash that the manifest with a number had.
    fn hash_of(&self, number: u64) -> Option<&str> {
        let position = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.manifests.get(position)?.as_deref()
    }
}

/// Returns where the tombstone is whose last snapshot has a number.
fn tombstone_key(last: u64) -> String {
    format!("{FOLDER}{last:08}.json")
}

/// All that is known of what was pruned of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pruned {
    /// The tombstones that follow from each other, oldest first.
    pub tombstones: Vec<Tombstone>,
    /// Key and fault of tombstones that do not read, or do not follow from each other.
    pub faults: BTreeMap<String, String>,
    /// Keys of tombstones that no later one names, of prunes at one time: the later covers what they say.
    pub covered: BTreeSet<String>,
}

impl Pruned {
    /// Returns the number with which the history begins: 1 where nothing was pruned.
    #[must_use]
    pub fn begins_at(&self) -> u64 {
        self.tombstones.last().map_or(1, |newest| newest.last.saturating_add(1))
    }

    /// Returns the hash that the manifest with a number had which was pruned.
    pub(crate) fn hash_of(&self, number: u64) -> Option<&str> {
        self.tombstones.iter().find_map(|each| each.hash_of(number))
    }

    /// Returns the number of a snapshot that was pruned, by the hash of its manifest.
    pub(crate) fn number_of_hash(&self, hash: &str) -> Option<u64> {
        self.tombstones.iter().find_map(|each| each.number_of_hash(hash))
    }

    /// Returns the hash of the newest tombstone, which the next one names.
    pub(crate) fn head(&self) -> Result<Option<String>, SnapshotError> {
        self.tombstones.last().map(|newest| Ok(sha256(&newest.to_bytes()?))).transpose()
    }
}

impl History {
    /// Reads what was pruned: one small listing where nothing was.
    ///
    /// # Errors
    /// When the store does not work; a tombstone that is damaged is no error here.
    pub async fn pruned(&self) -> Result<Pruned, SnapshotError> {
        let prefix = self.key(FOLDER);
        let keys = self.store().list_all(&prefix).await.map_err(|error| self.store_error(error))?;
        let mut pruned = Pruned::default();
        let mut read: BTreeMap<u64, (Tombstone, String)> = BTreeMap::new();
        for key in keys {
            let Some(last) = key.strip_prefix(&prefix).and_then(number_of) else { continue };
            let found = self.store().get(&key).await.map_err(|error| self.store_error(error))?;
            let Some(bytes) = found else { continue };
            match self.read_tombstone(last, &bytes) {
                Ok(tombstone) => drop(read.insert(last, (tombstone, sha256(&bytes)))),
                Err(fault) => drop(pruned.faults.insert(tombstone_key(last), fault)),
            }
        }
        pruned.follow(read);
        Ok(pruned)
    }

    /// Returns the number with which the history begins: what is below was pruned, also where a part of it is left.
    ///
    /// # Errors
    /// As [`Self::pruned`].
    pub async fn begins_at(&self) -> Result<u64, SnapshotError> {
        Ok(self.pruned().await?.begins_at())
    }

    /// Returns the error that says that there is no such snapshot, and where it was pruned, that it was.
    pub async fn explain_absence(&self, error: SnapshotError) -> SnapshotError {
        let SnapshotError::NoSuchSnapshot { account, name } = &error else { return error };
        let Ok(number) = name.parse::<u64>() else { return error };
        match self.begins_at().await {
            Ok(first) if (1..first).contains(&number) => {
                SnapshotError::Pruned { account: account.clone(), number, first }
            }
            _ => error,
        }
    }

    /// Reads a tombstone, or says what is wrong with it.
    fn read_tombstone(&self, last: u64, bytes: &[u8]) -> Result<Tombstone, String> {
        let tombstone: Tombstone = serde_json::from_slice(bytes)
            .map_err(|error| format!("does not read as a tombstone: {error}"))?;
        let range = tombstone.last.checked_sub(tombstone.first).map(|numbers| numbers.saturating_add(1));
        let is_whole = tombstone.format == TOMBSTONE_FORMAT
            && tombstone.account == *self.account()
            && tombstone.last == last
            && tombstone.first > 0
            && range == u64::try_from(tombstone.manifests.len()).ok()
            && tombstone.to_bytes().is_ok_and(|canonical| canonical == bytes);
        if is_whole { Ok(tombstone) } else { Err("is not as iamwatch writes tombstones".to_owned()) }
    }
}

impl Pruned {
    /// Follows tombstones from the newest to the first, which begins with snapshot 1.
    fn follow(&mut self, mut read: BTreeMap<u64, (Tombstone, String)>) {
        let mut chain = Vec::new();
        let mut next = read.pop_last().map(|(_, (newest, _))| newest);
        while let Some(tombstone) = next.take() {
            match (&tombstone.previous, tombstone.first) {
                (None, 1) => {}
                (None, first) => {
                    let fault = format!("begins with snapshot {first}, and names no tombstone before it");
                    self.faults.insert(tombstone.name(), fault);
                }
                (Some(hash), first) => match read.remove(&first.saturating_sub(1)) {
                    Some((former, own)) if own == *hash => next = Some(former),
                    _ => {
                        let fault =
                            "does not follow from the tombstone before it: that one was changed or removed";
                        self.faults.insert(tombstone.name(), fault.to_owned());
                    }
                },
            }
            chain.push(tombstone);
        }
        self.covered = read.into_keys().map(tombstone_key).collect();
        chain.reverse();
        self.tombstones = chain;
    }
}
