//! States of a history one after the other, each read from what changed since the one before.
//!
//! In: manifests, oldest first, and which columns are wanted. Out: their states. A table that keeps its base is not read again: its later
//! deltas are put onto the rows at hand. A delta that was merged from others says the last of what became of each key, so that it may
//! be put onto rows that have some of it already.

use std::collections::BTreeMap;

use model::{Column, Row, Rows, State, Table};

use crate::{
    DeltaRef, History, Manifest, SnapshotError, TableEntry,
    columns::shape,
    hash::count,
    pick::decode_columns,
    tables::{Sheets, overlay},
};

/// Deltas that are read at a time.
const AT_ONCE: usize = 16;

/// A walk from snapshot to snapshot.
#[derive(Debug)]
pub struct StateWalk<'a> {
    history: &'a History,
    /// The tables, with which of their columns are wanted.
    wanted: Vec<(&'static Table, Vec<bool>)>,
    /// What is at hand of them, by name.
    at_hand: BTreeMap<&'static str, AtHand>,
}

/// The rows of a table as they are in the snapshot that was looked at last.
#[derive(Debug)]
struct AtHand {
    number: u64,
    entry: TableEntry,
    rows: Rows,
}

impl<'a> StateWalk<'a> {
    /// Begins a walk that reads some columns of some tables, and the keys: what is not wanted is null.
    #[must_use]
    pub fn new(
        history: &'a History,
        tables: &[&'static Table],
        is_wanted: impl Fn(&Table, &Column) -> bool,
    ) -> Self {
        let kept = |table: &'static Table| {
            let columns = table.columns.iter().enumerate();
            let kept = columns.map(|(place, column)| place < table.key || is_wanted(table, column));
            (table, kept.collect())
        };
        Self { history, wanted: tables.iter().map(|table| kept(table)).collect(), at_hand: BTreeMap::new() }
    }

    /// Returns the state of a snapshot. It is cheap where the one before it was asked for before, and right whatever was.
    ///
    /// The objects are proven by their hashes; that they give the rows that the manifest speaks of is not.
    ///
    /// # Errors
    /// As [`History::read`].
    pub async fn state(&mut self, manifest: &Manifest) -> Result<State, SnapshotError> {
        let mut state = State::default();
        for (table, kept) in &self.wanted {
            let Some(entry) = manifest.tables.get(table.name) else {
                self.at_hand.remove(table.name);
                continue;
            };
            let at_hand = self.at_hand.remove(table.name);
            let rows = read(self.history, manifest, (table, entry), kept, at_hand).await?;
            state.put(table, rows.clone());
            let at_hand = AtHand { number: manifest.number, entry: entry.clone(), rows };
            self.at_hand.insert(table.name, at_hand);
        }
        Ok(state)
    }
}

async fn read(
    history: &History,
    manifest: &Manifest,
    (table, entry): (&'static Table, &TableEntry),
    kept: &[bool],
    at_hand: Option<AtHand>,
) -> Result<Rows, SnapshotError> {
    if entry.shape != shape(table) {
        return Ok(history.read(manifest, table).await?.with_columns(kept));
    }
    let at_hand = at_hand.filter(|at_hand| {
        at_hand.number <= manifest.number
            && at_hand.entry.base == entry.base
            && at_hand.entry.shape == entry.shape
    });
    let (mut rows, since) = match at_hand {
        Some(same) if same.entry.hash == entry.hash => return Ok(same.rows),
        Some(former) => (former.rows, former.number),
        None => {
            let base = history.fetch(&entry.base).await?;
            let rows = decode_columns(&base, kept)
                .map_err(|error| history.damaged(&entry.base, &error.to_string()))?;
            (Rows::new(table, rows), 0)
        }
    };
    let deltas: Vec<&DeltaRef> = entry.deltas.iter().filter(|delta| delta.to > since).collect();
    let mut lines = Vec::new();
    for some in deltas.chunks(AT_ONCE) {
        for read in history.read_deltas(some).await? {
            lines.extend(read.iter().cloned());
        }
    }
    if !lines.is_empty() {
        let changes = overlay(table.key, lines).into_values().map(|mut line| {
            line.row = with_columns(&line.row, kept);
            line
        });
        rows = Sheets::put_onto(table.key, rows, changes);
    }
    if count(rows.len()) == entry.rows {
        return Ok(rows);
    }
    // Where a run went on from an earlier snapshot, for the newest was damaged, its deltas do not lead on from that one.
    Ok(history.read(manifest, table).await?.with_columns(kept))
}

fn with_columns(row: &Row, kept: &[bool]) -> Row {
    let cells = row.values().zip(kept);
    Row::pack(cells.map(|(value, is_kept)| if *is_kept { value } else { model::Value::Null }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{Author, TABLES, row};

    #[tokio::test]
    async fn a_walk_in_any_steps_gives_the_states_that_are_read_alone() {
        let mut author = Author::new().await;
        let mut manifests = Vec::new();
        for run in 0..60_u32 {
            // Few rows of many change, others come and go, and now and then many do.
            let gone = if run % 23 == 22 { 0..350 } else { run..run + 2 };
            let mut rows = State::default();
            for table in TABLES {
                let keys = (0..400).filter(|key| !gone.contains(key));
                let of_run = keys.map(|key| row(table, key, 2_000 + key * 3 + u32::from(key * 7 % 60 < run)));
                rows.put(table, Rows::new(table, of_run.collect()));
            }
            manifests.push(author.run(rows).await);
        }
        let merged = manifests.iter().flat_map(|manifest| manifest.tables.values());
        assert!(merged.flat_map(|entry| &entry.deltas).any(|delta| delta.runs > 1), "some are merged");
        let history = &author.history;
        for step in [1, 2, 7, 19, 59] {
            let is_wanted = |_: &Table, column: &Column| column.name.len() % 2 == 0;
            let mut walk = StateWalk::new(history, &TABLES, is_wanted);
            for manifest in manifests.iter().step_by(step) {
                let walked = walk.state(manifest).await.unwrap();
                for table in TABLES {
                    let kept: Vec<bool> = (0..)
                        .zip(table.columns)
                        .map(|(place, column)| place < table.key || is_wanted(table, column))
                        .collect();
                    let rows = history.read(manifest, table).await.unwrap().with_columns(&kept);
                    assert_eq!(*walked.rows(table), rows, "{} of {}", table.name, manifest.number);
                }
            }
            // Backwards nothing is at hand.
            let first = walk.state(&manifests[0]).await.unwrap();
            let last = TABLES[0];
            assert_eq!(first.rows(last).len(), history.read(&manifests[0], last).await.unwrap().len());
        }
    }
}
