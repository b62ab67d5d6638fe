//! What differs between two snapshots, in the form in which events of drift tell it.

use std::collections::{BTreeMap, BTreeSet};

use history::AccessChanges;
use model::{Change, Cloud, Coverage, Table, tables};
use serde_json::{Value, json};
use snapshot::{History, Manifest, SnapshotError};

/// What changed from one snapshot to another, and what one of them could not see.
#[derive(Debug)]
pub struct SnapshotDiff {
    /// The things that changed, each as the data of an event of drift.
    pub things: Vec<Value>,
    /// How many rows changed, by verb.
    pub counts: BTreeMap<&'static str, u64>,
    /// The lists of which one of the snapshots does not know the end: what is missing from them proves nothing.
    pub incomplete: Vec<Coverage>,
}

impl SnapshotDiff {
    /// Compares two snapshots.
    ///
    /// # Errors
    /// As [`history::state`].
    pub async fn read(history: &History, before: &Manifest, after: &Manifest) -> Result<Self, SnapshotError> {
        let changes = history::drift(history, before, after).await?;
        let state =
            history::state(history, after, &naming_tables_of(history.account().cloud(), &changes)).await?;
        let things = notify::drift(history.account(), &changes, &state);
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        for change in &changes {
            *counts.entry(change.verb()).or_default() += 1;
        }
        Ok(Self { things, counts, incomplete: unseen_lists(history, before, after).await? })
    }

    /// Returns the comparison for programs.
    #[must_use]
    pub fn to_json(&self, before: &Manifest, after: &Manifest) -> Value {
        json!({
            "from": end(before),
            "to": end(after),
            "things": self.things,
            "counts": self.counts,
            "reversed": is_reversed(before, after),
            "incomplete": self.incomplete,
        })
    }
}

/// Returns who gained and lost what between two snapshots, for programs.
#[must_use]
pub fn access_json(found: &AccessChanges, before: &Manifest, after: &Manifest) -> Value {
    json!({
        "from": end(before),
        "to": end(after),
        "reversed": is_reversed(before, after),
        "changes": found.changes,
        "unseen": found.unseen,
    })
}

/// Returns whether two snapshots are compared backwards in time.
const fn is_reversed(before: &Manifest, after: &Manifest) -> bool {
    before.number > after.number
}

fn end(manifest: &Manifest) -> Value {
    json!({ "number": manifest.number, "at": manifest.finished_at })
}

/// Returns the tables in which the names of what changed are looked up.
#[must_use]
pub fn naming_tables_of(cloud: Cloud, changes: &[Change]) -> Vec<&'static Table> {
    let mut wanted: BTreeSet<&'static str> = BTreeSet::new();
    for change in changes {
        wanted.extend(change.table.parent.map(|parent| parent.table));
    }
    if !changes.is_empty() {
        wanted.extend(notify::naming_tables(cloud).map(|table| table.name));
    }
    wanted.into_iter().filter_map(tables::find).collect()
}

/// Returns the lists of which one of two snapshots does not know the end: what is missing from them proves nothing.
///
/// # Errors
/// As [`history::state`].
pub async fn unseen_lists(
    history: &History,
    before: &Manifest,
    after: &Manifest,
) -> Result<Vec<Coverage>, SnapshotError> {
    let mut lists = history::coverage(history, after).await?;
    lists.extend(history::coverage(history, before).await?);
    lists.retain(|list| !list.is_complete());
    let mut known = BTreeSet::new();
    lists.retain(|list| known.insert((list.listing.clone(), list.parent.clone())));
    Ok(lists)
}
