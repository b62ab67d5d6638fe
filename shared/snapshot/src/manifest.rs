//! The manifest: the small JSON object that is the snapshot.
//!
//! Its bytes are canonical: what is read must be, byte for byte, what would be written. So the hash of a manifest is the same
//! whether it was just made or just read.

use std::{collections::BTreeMap, ops::Deref, sync::Arc};

use model::{AccountId, CacheKey, Sighting, Table, Timestamp, time_text};
use serde::{Deserialize, Serialize};

use crate::{
    SnapshotError,
    columns::shape,
    hash::{is_sha256, sha256},
};

/// The format of manifests and of what they name. A manifest with a greater one is not read.
pub const FORMAT: u32 = 1;
/// Name and version of this program, as its manifests name who wrote them.
const TOOL: &str = concat!("iamwatch ", env!("CARGO_PKG_VERSION"));
/// Eight digits name a manifest.
pub(crate) const GREATEST_NUMBER: u64 = 99_999_999;

/// One snapshot: all that is to be known to read it, and to prove that nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`] of the program that wrote it.
    pub format: u32,
    /// Name and version of the program that wrote it.
    pub tool: String,
    /// Whose snapshot it is.
    pub account: AccountId,
    /// Its number: 1 for the first, one more for each that follows.
    pub number: u64,
    /// When the run began, as [`model::time_text`] writes times.
    pub started_at: String,
    /// When it was made.
    pub finished_at: String,
    /// [`Manifest::hash`] of the snapshot before; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The tables that have rows, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::wire")]
    pub tables: BTreeMap<String, TableEntry>,
    /// How many rows drifted since the snapshot before, by verb (`added`, `removed`, `changed`, `replaced`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub changes: BTreeMap<String, u64>,
    /// How many lists were read, and how many not to their end.
    #[serde(default)]
    pub coverage: CoverageCounts,
    /// The findings after the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<FindingsRef>,
    /// Why the rules did not judge this snapshot, if they did not: its findings are then those of an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<Unjudged>,
    /// What the run found gained and lost of access since the snapshot that was judged before it; none where it did not look: it is not
    /// judged, or an earlier version wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessRef>,
    /// The events of the run, when there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outbox: Option<ObjectRef>,
    /// Numbers of earlier snapshots of which some event had not reached every sink when this one was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undelivered: Vec<u64>,
    /// Principals, by id, of which no run has told that something no longer denies them, for they could not be seen; each with the number of
    /// the last snapshot whose access they were told of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub withheld: BTreeMap<String, u64>,
    /// Numbers of manifests far beyond this one that are of no run, and of which that was told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub put_in: Vec<u64>,
}

/// Why a snapshot was stored without being judged. The next run judges, and compares with the snapshot that was
/// judged last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unjudged {
    /// What kept the rules from being asked to their end.
    pub reason: String,
    /// The snapshot that was judged last; none while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_judged: Option<Sighting>,
}

/// How many lists a run read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverageCounts {
    /// The number of all lists.
    pub lists: u64,
    /// Those that were not read to their end.
    pub incomplete: u64,
}

/// Where it is said what a run found gained and lost of access.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRef {
    /// The changes of access as the comparison of two snapshots tells them; none where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<ObjectRef>,
}

/// Where the findings are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingsRef {
    /// All findings as of some run.
    pub base: ObjectRef,
    /// What runs changed in them since, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<ObjectRef>,
    /// Hash of all that decides on findings: while it stays the same, so do they.
    pub digest: String,
    /// How many of them are open.
    pub open: u64,
    /// By rule: what its rows hang on, for those that need not be asked while it stays the same.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub grounds: BTreeMap<String, CacheKey>,
}

impl FindingsRef {
    /// Returns the objects that hold the findings, base first.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        std::iter::once(&self.base).chain(&self.patches)
    }
}

/// An object, named and proven. On the wire the hash is not written twice: the key ends with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "ObjectWire", into = "ObjectWire")]
pub struct ObjectRef {
    /// Key within the account's folder.
    pub key: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectWire {
    key: String,
    bytes: u64,
}

impl From<ObjectRef> for ObjectWire {
    fn from(object: ObjectRef) -> Self {
        Self { key: object.key, bytes: object.bytes }
    }
}

impl TryFrom<ObjectWire> for ObjectRef {
    type Error = String;

    fn try_from(wire: ObjectWire) -> Result<Self, String> {
        crate::store::check_key(&wire.key).map_err(|error| error.to_string())?;
        let Some(sha256) = hash_in_key(&wire.key) else {
            return Err(format!("`{}` does not end with the SHA-256 of an object", wire.key));
        };
        Ok(Self { sha256: sha256.to_owned(), key: wire.key, bytes: wire.bytes })
    }
}

/// Returns the SHA-256 that a key is named after.
pub(crate) fn hash_in_key(key: &str) -> Option<&str> {
    let name = key.rsplit('/').next()?;
    let stem = name.split('.').next()?;
    stem.rsplit('-').next().filter(|hash| is_sha256(hash))
}

/// How one table is stored. Clones share one copy: most tables are stored in the next snapshot as they are in this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableEntry(Arc<StoredTable>);

impl TableEntry {
    /// Returns whether another one is the same copy.
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl From<StoredTable> for TableEntry {
    fn from(stored: StoredTable) -> Self {
        Self(Arc::new(stored))
    }
}

impl Deref for TableEntry {
    type Target = StoredTable;

    fn deref(&self) -> &StoredTable {
        &self.0
    }
}

/// The objects that hold a table, and what proves them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTable {
    /// How many rows it has.
    pub rows: u64,
    /// The [`model::Rows::hash`] of the rows.
    pub hash: String,
    /// Hash of the declaration (columns, types, key) that its objects were written with.
    pub shape: String,
    /// All rows as of some run.
    pub base: ObjectRef,
    /// What runs changed since, oldest first.
    pub deltas: Vec<DeltaRef>,
}

impl StoredTable {
    /// Returns whether this entry stands for exactly these rows of this declaration, so that it can be copied.
    #[must_use]
    pub fn holds(&self, table: &Table, rows_hash: &str) -> bool {
        self.hash == rows_hash && self.shape == shape(table)
    }

    /// Returns the objects that hold the table, base first.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        std::iter::once(&self.base).chain(self.deltas.iter().map(|delta| &delta.object))
    }
}

/// What some runs changed in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeltaRef {
    /// The object that holds it.
    pub object: ObjectRef,
    /// How many rows it puts.
    pub upserts: u64,
    /// How many keys it takes away.
    pub deletes: u64,
    /// The first snapshot whose changes it holds.
    pub from: u64,
    /// The number of the last snapshot of the range.
    pub to: u64,
    /// How many snapshots changed the table from the first to the last.
    pub runs: u64,
}

impl Manifest {
    /// Shares what is stored as another snapshot has it, so that a long history takes no more memory than what differs in it.
    pub(crate) fn share_tables(&mut self, other: &Self) {
        for (name, entry) in &mut self.tables {
            if let Some(same) = other.tables.get(name).filter(|same| *same == entry) {
                *entry = same.clone();
            }
        }
    }

    /// Returns the snapshot as of which its findings are: itself, or the one that was judged last.
    #[must_use]
    pub fn judged(&self) -> Option<Sighting> {
        match &self.unjudged {
            Some(unjudged) => unjudged.last_judged.clone(),
            None => Some(Sighting { snapshot: self.number, at: self.finished_at.clone() }),
        }
    }

    /// Returns when the snapshot was made: what had ended by then gave nothing, and what ended later did.
    #[must_use]
    pub fn taken_at(&self) -> Timestamp {
        // A manifest without a time is refused when it is read, and a run writes the time that its clock gave.
        self.finished_at.parse().unwrap_or_default()
    }

    /// Returns the objects that the snapshot consists of.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        let tables = self.tables.values().flat_map(|entry| entry.objects());
        tables.chain(self.documents())
    }

    /// Returns the objects of it that are documents: findings, changes of access, and events.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &ObjectRef> {
        let changes = self.access.iter().filter_map(|access| access.changes.as_ref());
        self.findings.iter().flat_map(FindingsRef::objects).chain(changes).chain(&self.outbox)
    }

    /// Returns the canonical bytes: what is stored, and hashed.
    ///
    /// # Errors
    /// Never in practice: nothing in a manifest refuses to be JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        serde_json::to_vec(self).map_err(|error| SnapshotError::Unstorable {
            what: format!("manifest {}", self.number),
            reason: error.to_string(),
        })
    }

    /// Returns the SHA-256 of the canonical bytes, in hexadecimal: what the next manifest names as `previous`.
    ///
    /// # Errors
    /// As [`Manifest::to_bytes`].
    pub fn hash(&self) -> Result<String, SnapshotError> {
        Ok(sha256(&self.to_bytes()?))
    }

    /// Reads a manifest that was stored as `object`.
    pub(crate) fn from_bytes(object: &str, bytes: &[u8]) -> Result<Self, SnapshotError> {
        let damaged = |reason| SnapshotError::Damaged { object: object.to_owned(), reason };
        let read = serde_json::from_slice::<Self>(bytes);
        let manifest = match read {
            Ok(manifest) if manifest.format <= FORMAT => manifest,
            read => return Err(unreadable(object, bytes, read)),
        };
        if manifest.to_bytes()? != bytes {
            return Err(damaged("its bytes are not as iamwatch writes them".to_owned()));
        }
        if let Some(text) =
            [&manifest.started_at, &manifest.finished_at].into_iter().find(|text| !is_time(text))
        {
            return Err(damaged(format!("`{text}` is no time")));
        }
        Ok(manifest)
    }
}

/// Returns why a manifest cannot be read. A later format may have any member but the one that says so.
fn unreadable(object: &str, bytes: &[u8], read: serde_json::Result<Manifest>) -> SnapshotError {
    let damaged = |reason| SnapshotError::Damaged { object: object.to_owned(), reason };
    match (serde_json::from_slice(bytes), read) {
        (Err(_), _) => damaged("it is no manifest of iamwatch".to_owned()),
        (Ok(Envelope { format }), Err(error)) if format <= u64::from(FORMAT) => {
            damaged(format!("it does not read as a manifest: {error}"))
        }
        // Then it is damage, and no later version's.
        (Ok(Envelope { format }), Ok(manifest)) if manifest.tool == TOOL => {
            damaged(format!("it says that its format is {format}, and this version wrote it"))
        }
        (Ok(Envelope { format }), _) => SnapshotError::Newer { object: object.to_owned(), format },
    }
}

/// Returns whether a text is a time as runs write it.
fn is_time(text: &str) -> bool {
    text.parse().is_ok_and(|time| time_text(time) == text)
}

/// The one member that every format has.
#[derive(Deserialize)]
struct Envelope {
    format: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first() -> Manifest {
        Manifest {
            format: FORMAT,
            tool: "iamwatch 0.1.0".to_owned(),
            account: "ibm/a1".parse().unwrap(),
            number: 1,
            started_at: "2026-11-21T06:00:00Z".to_owned(),
            finished_at: "2026-11-21T06:00:09Z".to_owned(),
            previous: None,
            tables: BTreeMap::new(),
            changes: BTreeMap::new(),
            coverage: CoverageCounts::default(),
            unjudged: None,
            findings: None,
            access: None,
            outbox: None,
            undelivered: Vec::new(),
            withheld: BTreeMap::new(),
            put_in: Vec::new(),
        }
    }

    fn read(bytes: &[u8]) -> Result<Manifest, SnapshotError> {
        Manifest::from_bytes("manifests/00000001.json", bytes)
    }

    #[test]
    fn a_manifest_whose_time_is_none_is_damaged() {
        for odd in ["", "yesterday", "2026-11-21", "2026-11-21T06:00:09+00:00"] {
            let manifest = Manifest { finished_at: odd.to_owned(), ..first() };
            let error = read(&manifest.to_bytes().unwrap()).unwrap_err();
            assert!(
                error.is_damage() && error.to_string().contains("manifests/00000001.json"),
                "{odd}: {error}"
            );
        }
        assert_eq!(time_text(first().taken_at()), first().finished_at);
    }

    #[test]
    fn a_manifest_reads_back_as_written() {
        let mut manifest = first();
        let key = format!("outbox/00000001-{}.json.zst", sha256(b"x"));
        manifest.outbox = Some(ObjectRef { key, sha256: sha256(b"x"), bytes: 1 });
        manifest.changes.insert("added".to_owned(), 3);
        let bytes = manifest.to_bytes().unwrap();
        assert_eq!(read(&bytes).unwrap(), manifest);
        assert_eq!(sha256(&bytes), manifest.hash().unwrap());
    }

    #[test]
    fn a_newer_manifest_is_refused_by_its_format_whatever_else_it_holds() {
        let error = read(br#"{"format":2,"shards":[]}"#).unwrap_err().to_string();
        assert_eq!(
            error,
            "`manifests/00000001.json` was written by a newer iamwatch (format 2, this one knows 1); use that version or a later one"
        );
    }

    #[test]
    fn a_format_that_this_version_never_wrote_is_damage_in_a_manifest_of_its_own() {
        let own = Manifest { tool: TOOL.to_owned(), ..first() };
        let text = String::from_utf8(own.to_bytes().unwrap()).unwrap();
        assert!(read(text.replace("\"format\":1", "\"format\":9").as_bytes()).unwrap_err().is_damage());
        let later = text.replace("\"format\":1", "\"format\":9").replace(&own.tool, "iamwatch 9.0.0");
        assert!(matches!(read(later.as_bytes()).unwrap_err(), SnapshotError::Newer { .. }));
    }

    #[test]
    fn what_is_no_manifest_is_told_so() {
        let error = read(b"<html>").unwrap_err().to_string();
        assert_eq!(
            error,
            "`manifests/00000001.json` is damaged: it is no manifest of iamwatch; `iamwatch verify` tells what else is"
        );
        let spaced = serde_json::to_vec_pretty(&first()).unwrap();
        assert!(read(&spaced).unwrap_err().to_string().contains("not as iamwatch writes them"));
        let unknown = br#"{"format":1,"colour":"red"}"#;
        assert!(read(unknown).unwrap_err().to_string().contains("unknown field `colour`"));
    }

    #[test]
    fn an_object_named_outside_the_account_is_refused() {
        let key = format!("../other/{}.parquet", sha256(b"x"));
        let wire = format!(r#"{{"key":"{key}","bytes":1}}"#);
        assert!(serde_json::from_str::<ObjectRef>(&wire).is_err());
        assert!(serde_json::from_str::<ObjectRef>(r#"{"key":"tables/x.parquet","bytes":1}"#).is_err());
    }
}
