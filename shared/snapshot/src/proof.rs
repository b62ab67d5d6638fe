//! Holds a manifest at the end of a history against what else the store says of it.
//!
//! No chain proves its own end: a manifest that reads well in the place of the newest would be taken for it. Two things speak for the
//! one that was committed. The run that commits notes the hash of its manifest in the ledgers, when it sends its events; and each
//! manifest names the hash of the one before it. What speaks against a manifest makes it damaged, and the one before takes its place.

use serde::Deserialize;

use crate::{
    History, Manifest, SnapshotError,
    hash::{is_sha256, sha256},
    history::manifest_key,
};

/// A manifest that nothing in the store speaks against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The manifest as it is stored.
    pub manifest: Manifest,
    /// The SHA-256 of that manifest.
    pub hash: String,
    /// Key and fault of the manifest before it, where that one is not what this one follows any more.
    pub former: Option<(String, String)>,
}

/// What a ledger says of the manifest of its run.
#[derive(Debug, Deserialize)]
struct LedgerProof {
    snapshot: u64,
    #[serde(default)]
    manifest: Option<String>,
}

/// Returns the hash of the manifest that a ledger of a snapshot names; none where it names none, or is no such ledger.
pub(crate) fn manifest_in_ledger(bytes: &[u8], number: u64) -> Option<String> {
    let ledger: LedgerProof = serde_json::from_slice(bytes).ok()?;
    ledger.manifest.filter(|hash| ledger.snapshot == number && is_sha256(hash))
}

impl History {
    /// Reads the snapshot with a number, and refuses a manifest that is not the one that was committed, as far as the ledgers of `sinks`
    /// and the manifest before it can tell.
    ///
    /// # Errors
    /// As [`History::manifest`]; [`SnapshotError::Damaged`] for a manifest that is not what was committed.
    pub async fn proven(&self, number: u64, sinks: &[String]) -> Result<Proven, SnapshotError> {
        let manifest = self.manifest(number).await?;
        let hash = manifest.hash()?;
        let damaged =
            |reason: String| SnapshotError::Damaged { object: self.key_of_manifest(number), reason };
        let mut proven = Proven { manifest, hash, former: None };
        match self.ledger_on(number, &proven.hash, sinks).await? {
            Some((true, _)) => return Ok(proven),
            Some((false, ledger)) => {
                return Err(damaged(format!("it is not the one that was committed, which `{ledger}` names")));
            }
            None => {}
        }
        let Some(before) = number.checked_sub(1).filter(|before| *before > 0) else {
            return match proven.manifest.previous {
                None => Ok(proven),
                Some(_) => Err(damaged("it names a former snapshot, though it is the first".to_owned())),
            };
        };
        let key = self.key_of_manifest(before);
        let found = self.get_readable(&key).await?;
        // Where the number before has no manifest, nothing can be said: it may have been lost before this one was made.
        let Some(bytes) = found else { return Ok(proven) };
        let stored = sha256(&bytes);
        if proven.manifest.previous.as_ref() == Some(&stored) {
            return Ok(proven);
        }
        let name = manifest_key(number);
        let fault = match self.read_manifest(before, &key, &bytes) {
            Ok(_) => match self.ledger_on(before, &stored, sinks).await? {
                Some((false, ledger)) => {
                    Some(format!("is damaged: it is not the one that was committed, which `{ledger}` names"))
                }
                _ => None,
            },
            Err(SnapshotError::Damaged { reason, .. }) => Some(format!("is damaged: {reason}")),
            Err(error) => return Err(error),
        };
        proven.former = fault.map(|fault| (key.clone(), fault));
        if proven.former.is_some() {
            return Ok(proven);
        }
        let before = manifest_key(before);
        Err(damaged(format!(
            "`{before}` is not the manifest that `{name}` follows: one of the two was put in"
        )))
    }

    /// Returns whether a ledger of a snapshot names this hash of its manifest, with its key; one that does outweighs others. None
    /// where no ledger names any.
    async fn ledger_on(
        &self,
        number: u64,
        hash: &str,
        sinks: &[String],
    ) -> Result<Option<(bool, String)>, SnapshotError> {
        let mut verdict = None;
        for sink in sinks {
            let key = format!("ledger/{sink}/{number:08}.json");
            let found = self.get_readable(&self.key(&key)).await?;
            match found.and_then(|bytes| manifest_in_ledger(&bytes, number)) {
                Some(named) if named == hash => return Ok(Some((true, key))),
                Some(_) => verdict = Some((false, key)),
                None => {}
            }
        }
        Ok(verdict)
    }
}
