//! States of a history one after the other, each read from what changed since the one before.
//!
//! In: manifests, oldest first, and which columns are wanted. Out: their states. A table that keeps its base is not read again: its later
//! deltas are put onto the rows at hand. A delta that was merged from others says the last of what became of each key, so that it may
//! be put onto rows that have some of it already.

use std::sync::Arc;

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

/// The rows of a table as they are in the snapshot that was looked at last.
struct AtHand {
    number: u64,
    entry: TableEntry,
    rows: Rows,
}

impl History {
    /// Returns the states of some snapshots, oldest first, with some columns of some tables, and the keys: what is not wanted is null.
    ///
    /// The objects are proven by their hashes; that they give the rows that the manifests speak of is not.
    ///
    /// # Errors
    /// As [`History::read`].
    pub async fn states(
        &self,
        manifests: Vec<Manifest>,
        tables: &[&'static Table],
        is_wanted: impl Fn(&Table, &Column) -> bool,
    ) -> Result<Vec<State>, SnapshotError> {
        let manifests = Arc::new(manifests);
        let walks: Vec<_> = tables
            .iter()
            .map(|table| {
                let columns = table.columns.iter().enumerate();
                let kept: Vec<bool> =
                    columns.map(|(place, column)| place < table.key || is_wanted(table, column)).collect();
                let (history, table, manifests) = (self.clone(), *table, Arc::clone(&manifests));
                let walk = async move { walk(&history, table, &kept, &manifests).await };
                (table, tokio::spawn(walk))
            })
            .collect();
        let mut states = vec![State::default(); manifests.len()];
        for (table, walk) in walks {
            let walked = walk.await.map_err(|error| self.broken_off(&error))??;
            for (state, rows) in states.iter_mut().zip(walked) {
                state.put(table, rows);
            }
        }
        Ok(states)
    }
}

/// Returns the rows of a table in some snapshots.
async fn walk(
    history: &History,
    table: &'static Table,
    kept: &[bool],
    manifests: &[Manifest],
) -> Result<Vec<Rows>, SnapshotError> {
    let (mut walked, mut at_hand) = (Vec::with_capacity(manifests.len()), None);
    for manifest in manifests {
        let Some(entry) = manifest.tables.get(table.name) else {
            walked.push(Rows::default());
            continue;
        };
        let rows = read(history, manifest, (table, entry), kept, at_hand.take()).await?;
        walked.push(rows.clone());
        at_hand = Some(AtHand { number: manifest.number, entry: entry.clone(), rows });
    }
    Ok(walked)
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
    async fn states_on_a_walk_in_any_steps_are_those_that_are_read_alone() {
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
        let is_wanted = |_: &Table, column: &Column| column.name.len().is_multiple_of(2);
        for step in [1, 2, 7, 19, 59] {
            let some: Vec<Manifest> = manifests.iter().step_by(step).cloned().collect();
            let walked = history.states(some.clone(), &TABLES, is_wanted).await.unwrap();
            assert_eq!(walked.len(), some.len());
            for (state, manifest) in walked.iter().zip(&some) {
                for table in TABLES {
                    let columns = (0..).zip(table.columns);
                    let kept: Vec<bool> = columns
                        .map(|(place, column)| place < table.key || is_wanted(table, column))
                        .collect();
                    let rows = history.read(manifest, table).await.unwrap().with_columns(&kept);
                    assert_eq!(*state.rows(table), rows, "{} of {}", table.name, manifest.number);
                }
            }
        }
        // In another order nothing at hand is of use, and the states are the same.
        let backwards = vec![manifests[40].clone(), manifests[3].clone()];
        let walked = history.states(backwards, &TABLES, |_, _| true).await.unwrap();
        assert_eq!(*walked[1].rows(TABLES[0]), history.read(&manifests[3], TABLES[0]).await.unwrap());
    }
}
