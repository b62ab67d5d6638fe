//! How a manifest writes its tables: short, because every run writes all of it again.
//!
//! An object of a table is found by the table's name and its own hash, so its key is not written; what is usual is left out.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{DeltaRef, ObjectRef, StoredTable, TableEntry, hash::is_sha256};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryWire<'a> {
    rows: u64,
    #[serde(borrow)]
    hash: Cow<'a, str>,
    #[serde(borrow)]
    shape: Cow<'a, str>,
    #[serde(borrow)]
    base: BaseWire<'a>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    deltas: Vec<DeltaWire<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaseWire<'a> {
    #[serde(borrow)]
    sha256: Cow<'a, str>,
    bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeltaWire<'a> {
    #[serde(borrow)]
    sha256: Cow<'a, str>,
    bytes: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upserts: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deletes: Option<u64>,
    /// Absent when it is `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    to: u64,
    /// Absent when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    runs: Option<u64>,
}

/// Returns where an object of a table is, within the account's folder.
pub(crate) fn table_key(table: &str, sha256: &str) -> String {
    format!("tables/{table}/{sha256}.parquet")
}

fn object(table: &str, sha256: &str, bytes: u64) -> Result<ObjectRef, String> {
    let is_name =
        table.bytes().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == b'_');
    if table.is_empty() || !is_name || !is_sha256(sha256) {
        return Err(format!("`{table}` or `{sha256}` names no object of a table"));
    }
    Ok(ObjectRef { key: table_key(table, sha256), sha256: sha256.to_owned(), bytes })
}

fn delta(delta: &DeltaRef) -> DeltaWire<'_> {
    let unless = |value: u64, usual: u64| (value != usual).then_some(value);
    DeltaWire {
        sha256: delta.object.sha256.as_str().into(),
        bytes: delta.object.bytes,
        upserts: unless(delta.upserts, 0),
        deletes: unless(delta.deletes, 0),
        from: unless(delta.from, delta.to),
        to: delta.to,
        runs: unless(delta.runs, 1),
    }
}

fn entry(entry: &TableEntry) -> EntryWire<'_> {
    EntryWire {
        rows: entry.rows,
        hash: entry.hash.as_str().into(),
        shape: entry.shape.as_str().into(),
        base: BaseWire { sha256: entry.base.sha256.as_str().into(), bytes: entry.base.bytes },
        deltas: entry.deltas.iter().map(delta).collect(),
    }
}

pub(crate) fn serialize<S: Serializer>(
    tables: &BTreeMap<String, TableEntry>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(tables.iter().map(|(name, each)| (name, entry(each))))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, TableEntry>, D::Error> {
    let wire = BTreeMap::<String, EntryWire<'_>>::deserialize(deserializer)?;
    let tables = wire.into_iter().map(|(table, entry)| read(&table, entry).map(|entry| (table, entry)));
    tables.collect::<Result<_, String>>().map_err(D::Error::custom)
}

fn read(table: &str, wire: EntryWire<'_>) -> Result<TableEntry, String> {
    let deltas = wire.deltas.into_iter().map(|delta| {
        Ok(DeltaRef {
            object: object(table, &delta.sha256, delta.bytes)?,
            upserts: delta.upserts.unwrap_or(0),
            deletes: delta.deletes.unwrap_or(0),
            from: delta.from.unwrap_or(delta.to),
            to: delta.to,
            runs: delta.runs.unwrap_or(1),
        })
    });
    let stored = StoredTable {
        rows: wire.rows,
        hash: wire.hash.into_owned(),
        shape: wire.shape.into_owned(),
        base: object(table, &wire.base.sha256, wire.base.bytes)?,
        deltas: deltas.collect::<Result<_, String>>()?,
    };
    Ok(stored.into())
}
