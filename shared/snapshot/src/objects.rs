//! Objects named by what is in them: written, read back, and never believed without their hash.

use std::{collections::BTreeSet, io::Write};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    History, ObjectRef, SnapshotError, StoreError,
    hash::{count, sha256},
    manifest::hash_in_key,
    member_lines::MemberLines,
};

/// Most bytes that a document may have once it is decompressed.
pub(crate) const GREATEST_DOCUMENT: u64 = 256 * 1024 * 1024;
const LEVEL: i32 = 3;
/// Most pages of outboxes that are looked through.
const OUTBOX_PAGES: usize = 100;

/// Where a document belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// What a run found gained and lost of access.
    Access,
    /// The findings after a run.
    Findings,
    /// The events of the run with that number.
    Outbox(u64),
}

impl Place {
    fn key(self, sha256: &str) -> String {
        match self {
            Self::Access => format!("access/{sha256}.json.zst"),
            Self::Findings => format!("findings/{sha256}.json.zst"),
            // With the hash in the name, two runs of one number never write over each other's events.
            Self::Outbox(number) => format!("outbox/{number:08}-{sha256}.json.zst"),
        }
    }
}

/// Returns the bytes that a document is stored as.
pub(crate) fn compressed<T: Serialize + ?Sized>(
    place: Place,
    document: &T,
) -> Result<Vec<u8>, SnapshotError> {
    let unstorable = |reason: String| SnapshotError::Unstorable { what: format!("{place:?}"), reason };
    let encoder = zstd::stream::write::Encoder::new(Vec::new(), LEVEL);
    let mut json = Counted { encoder: encoder.map_err(|error| unstorable(error.to_string()))?, written: 0 };
    let written = match place {
        Place::Findings => {
            document.serialize(&mut serde_json::Serializer::with_formatter(&mut json, MemberLines::default()))
        }
        Place::Access | Place::Outbox(_) => serde_json::to_writer(&mut json, document),
    };
    written.map_err(|error| unstorable(error.to_string()))?;
    if json.written > GREATEST_DOCUMENT {
        return Err(unstorable(format!("it has {} bytes, more than could be read again", json.written)));
    }
    json.encoder.finish().map_err(|error| unstorable(error.to_string()))
}

/// Compresses what is written to it, and counts it: a document of a hundred megabytes is never held as a text.
struct Counted {
    encoder: zstd::stream::write::Encoder<'static, Vec<u8>>,
    written: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = self.encoder.write(bytes)?;
        self.written += count(taken);
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.encoder.flush()
    }
}

/// Reads what the key of an outbox says: the number of its run, and its hash.
fn outbox(key: &str, size: Option<u64>) -> Option<(u64, ObjectRef)> {
    let (number, _) = key.strip_prefix("outbox/")?.split_once('-')?;
    let sha256 = hash_in_key(key)?.to_owned();
    Some((number.parse().ok()?, ObjectRef { key: key.to_owned(), sha256, bytes: size? }))
}

/// Reads the number of a snapshot of which a mark says that a sink took its events: it lies beside the outbox, so that it outlives
/// ledgers and claims.
pub(crate) fn number_in_sent_mark(key: &str) -> Option<u64> {
    let (number, _) = key.strip_prefix("outbox/")?.split_once(".sent/")?;
    number.parse().ok()
}

/// What lies in the folder of outboxes.
#[derive(Debug, Default)]
pub(crate) struct OutboxFolder {
    /// The outboxes, with the numbers of their runs.
    pub(crate) outboxes: Vec<(u64, ObjectRef)>,
    /// Numbers of the snapshots whose events some sink took.
    pub(crate) sent: BTreeSet<u64>,
}

impl History {
    /// Stores a document, compressed, and returns what names and proves it.
    ///
    /// # Errors
    /// When the store does not work.
    pub async fn put_json<T: Serialize + Sync + ?Sized>(
        &self,
        place: Place,
        document: &T,
    ) -> Result<ObjectRef, SnapshotError> {
        let bytes = compressed(place, document)?;
        self.put_compressed(place, bytes).await
    }

    /// Stores a document that was compressed before.
    pub(crate) async fn put_compressed(
        &self,
        place: Place,
        bytes: Vec<u8>,
    ) -> Result<ObjectRef, SnapshotError> {
        let key = place.key(&sha256(&bytes));
        self.put_object(key, bytes.into()).await
    }

    /// Reads a document.
    ///
    /// # Errors
    /// When it is missing, is not what was written, or is greater than any that is written.
    pub async fn get_json<T: DeserializeOwned>(&self, object: &ObjectRef) -> Result<T, SnapshotError> {
        self.read_document(object).await?.parse()
    }

    /// Returns the outboxes of the runs with numbers from `first` to `last` without their manifests, by number.
    ///
    /// A run that died before its commit may have left one under the number of the run that took its place.
    ///
    /// # Errors
    /// When the store does not work.
    pub async fn outboxes(&self, first: u64, last: u64) -> Result<Vec<(u64, ObjectRef)>, SnapshotError> {
        Ok(self.outbox_folder(first, last).await?.outboxes)
    }

    /// Returns what lies in the folder of outboxes for the runs with numbers from `first` to `last`.
    pub(crate) async fn outbox_folder(&self, first: u64, last: u64) -> Result<OutboxFolder, SnapshotError> {
        let prefix = self.key("outbox/");
        // With the `-` that ends it, a number comes after all outboxes of the one before.
        let mut after = format!("{prefix}{first:08}");
        let mut found = OutboxFolder::default();
        for _ in 0..OUTBOX_PAGES {
            let page =
                self.store().list(&prefix, Some(&after)).await.map_err(|error| self.store_error(error))?;
            for (key, size) in page.keys.iter().zip(page.sizes) {
                let name = key.strip_prefix(&self.key("")).unwrap_or(key);
                if let Some(number) = number_in_sent_mark(name).filter(|number| *number <= last) {
                    found.sent.insert(number);
                }
                let Some((number, object)) = outbox(name, size) else { continue };
                if number > last {
                    return Ok(found);
                }
                found.outboxes.push((number, object));
            }
            match page.keys.last() {
                Some(key) if page.more => after.clone_from(key),
                _ => return Ok(found),
            }
        }
        Err(self.without_end(&prefix))
    }

    /// Returns the error of a listing that goes on after more pages than there can be.
    pub(crate) fn without_end(&self, prefix: &str) -> SnapshotError {
        let reason = "it goes on after more pages than there can be".to_owned();
        self.store_error(StoreError::Disordered { place: self.store().place(prefix), reason })
    }

    pub(crate) async fn put_object(&self, key: String, bytes: Bytes) -> Result<ObjectRef, SnapshotError> {
        let object = ObjectRef { sha256: sha256(&bytes), bytes: count(bytes.len()), key };
        self.store().put(&self.key(&object.key), bytes).await.map_err(|error| self.store_error(error))?;
        Ok(object)
    }

    /// Reads an object and proves it.
    pub(crate) async fn fetch(&self, object: &ObjectRef) -> Result<Bytes, SnapshotError> {
        let found = self.get(&self.key(&object.key)).await?;
        self.checked(object, found)
    }

    /// Reads objects side by side, as many as may be under way at a time, and proves each.
    pub(crate) async fn fetch_all(&self, objects: &[&ObjectRef]) -> Result<Vec<Bytes>, SnapshotError> {
        let keys: Vec<String> = objects.iter().map(|object| self.key(&object.key)).collect();
        let found = self.get_all(&keys).await?;
        objects.iter().zip(found).map(|(object, found)| self.checked(object, found)).collect()
    }

    fn checked(&self, object: &ObjectRef, found: Option<Bytes>) -> Result<Bytes, SnapshotError> {
        let key = self.key(&object.key);
        let Some(bytes) = found else { return Err(SnapshotError::Missing { object: key }) };
        if count(bytes.len()) != object.bytes {
            let reason = format!("it has {} bytes instead of {}", bytes.len(), object.bytes);
            return Err(SnapshotError::Damaged { object: key, reason });
        }
        if sha256(&bytes) != object.sha256 {
            let reason = "its content is not what its SHA-256 says".to_owned();
            return Err(SnapshotError::Damaged { object: key, reason });
        }
        Ok(bytes)
    }
}
