//! The few rows of a table that somebody looks for, read without the others.
//!
//! In: which columns decide, and whether a row is wanted by what it holds in them. Out: those rows, whole. The other columns of a file
//! are unpacked only where a row group has such a row.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use model::{Row, Table, Value};
use parquet::file::{
    metadata::RowGroupMetaData, reader::FileReader, serialized_reader::SerializedFileReader,
};

use crate::{
    DeltaRef, History, Manifest, ObjectRef, SnapshotError,
    cache::ROW_BYTES,
    columns::shape,
    file::{BATCH, CellBatch, FileError},
    unpack::column_reader,
};

/// Deltas that are read at a time.
const AT_ONCE: usize = 16;

/// Which rows are looked for.
pub(crate) struct Pick<'a> {
    /// Positions of the columns that decide.
    pub(crate) columns: BTreeSet<usize>,
    /// Whether a row is wanted; all other columns of it may be missing.
    pub(crate) wants: &'a (dyn Fn(&Row) -> bool + Sync),
}

impl History {
    /// Reads the rows of a table that are looked for, as they were in a snapshot, by their keys.
    ///
    /// The objects are proven by their hashes; that they give the rows that the manifest speaks of is not.
    ///
    /// # Errors
    /// As [`History::read`].
    pub(crate) async fn pick(
        &self,
        manifest: &Manifest,
        table: &'static Table,
        pick: &Pick<'_>,
    ) -> Result<BTreeMap<Box<[u8]>, Row>, SnapshotError> {
        let by_key = |row: Row| (Box::from(row.prefix(table.key)), row);
        let Some(entry) = manifest.tables.get(table.name) else { return Ok(BTreeMap::new()) };
        if entry.shape != shape(table) || self.cached_rows(table, entry).is_some() {
            let rows = self.read(manifest, table).await?;
            return Ok(rows.into_iter().filter(pick.wants).map(by_key).collect());
        }
        let rows = self.pick_of_base(&entry.base, pick).await?;
        let mut picked: BTreeMap<Box<[u8]>, Row> = rows.into_iter().map(by_key).collect();
        let deltas: Vec<&DeltaRef> = entry.deltas.iter().collect();
        for some in deltas.chunks(AT_ONCE) {
            for line in self.read_deltas(some).await?.iter().flat_map(|lines| lines.iter()) {
                picked.remove(line.row.prefix(table.key));
                if !line.deleted && (pick.wants)(&line.row) {
                    picked.extend([by_key(line.row.clone())]);
                }
            }
        }
        Ok(picked)
    }

    /// Reads the rows of a base that are looked for. What decides is kept: whoever looks for some rows looks for others next.
    async fn pick_of_base(&self, base: &ObjectRef, pick: &Pick<'_>) -> Result<Vec<Row>, SnapshotError> {
        let damaged = |error: FileError| self.damaged(base, &error.to_string());
        let name = format!("columns {:?} of {}", pick.columns, base.key);
        let (deciding, file) = match self.find_kept::<Deciding>(&name) {
            Some(kept) => (kept, None),
            None => {
                let file = self.fetch(base).await?;
                let deciding = Arc::new(Deciding::of(&file, &pick.columns).map_err(damaged)?);
                self.keep(&name, &deciding, deciding.bytes());
                (deciding, Some(file))
            }
        };
        let places = deciding.places(pick);
        if places.iter().all(BTreeSet::is_empty) {
            return Ok(Vec::new());
        }
        let file = match file {
            Some(file) => file,
            None => self.fetch(base).await?,
        };
        decode_at(&file, &places).map_err(damaged)
    }
}

/// The columns of a base by which rows are told from others, by row group; the other cells are null.
struct Deciding(Vec<Vec<Row>>);

impl Deciding {
    fn of(file: &Bytes, columns: &BTreeSet<usize>) -> Result<Self, FileError> {
        let reader = SerializedFileReader::new(file.clone())?;
        let mut groups = Vec::new();
        for group in reader.metadata().row_groups() {
            let mut rows = Vec::new();
            read_columns(file, group, columns, |_, values| rows.push(Row::pack(values)))?;
            groups.push(rows);
        }
        Ok(Self(groups))
    }

    /// Returns about how many bytes it takes.
    fn bytes(&self) -> usize {
        self.0.iter().flatten().map(|row| row.as_bytes().len() + ROW_BYTES).sum()
    }

    /// Returns by row group the places of the rows that are looked for.
    fn places(&self, pick: &Pick<'_>) -> Vec<BTreeSet<usize>> {
        let of_group = |rows: &Vec<Row>| {
            rows.iter().enumerate().filter(|(_, row)| (pick.wants)(row)).map(|(place, _)| place).collect()
        };
        self.0.iter().map(of_group).collect()
    }
}

/// Reads the rows of a base at some places of its row groups.
fn decode_at(file: &Bytes, places: &[BTreeSet<usize>]) -> Result<Vec<Row>, FileError> {
    let reader = SerializedFileReader::new(file.clone())?;
    let mut rows = Vec::new();
    for (group, places) in reader.metadata().row_groups().iter().zip(places) {
        if !places.is_empty() {
            let all = (0..group.num_columns()).collect();
            read_columns(file, group, &all, |place, values| {
                if places.contains(&place) {
                    rows.push(Row::pack(values));
                } else {
                    values.for_each(drop);
                }
            })?;
        }
    }
    Ok(rows)
}

/// Reads the rows of a base with some of their columns: the others are null.
pub(crate) fn decode_columns(file: &Bytes, kept: &[bool]) -> Result<Vec<Row>, FileError> {
    let columns: BTreeSet<usize> =
        (0..).zip(kept).filter(|(_, kept)| **kept).map(|(place, _)| place).collect();
    let reader = SerializedFileReader::new(file.clone())?;
    let mut rows = Vec::new();
    for group in reader.metadata().row_groups() {
        read_columns(file, group, &columns, |_, values| rows.push(Row::pack(values)))?;
    }
    Ok(rows)
}

/// Goes through the rows of a row group with the values of some columns; null stands for those of the others.
fn read_columns(
    file: &Bytes,
    group: &RowGroupMetaData,
    columns: &BTreeSet<usize>,
    mut see: impl FnMut(usize, &mut dyn Iterator<Item = Value<'_>>),
) -> Result<(), FileError> {
    let mut readers = Vec::new();
    for index in 0..group.num_columns() {
        let is_read = columns.contains(&index);
        readers.push(if is_read { Some(column_reader(file, group, index)?) } else { None });
    }
    let rows = usize::try_from(group.num_rows()).unwrap_or_default();
    for start in (0..rows).step_by(BATCH) {
        let length = BATCH.min(rows - start);
        let mut batches = Vec::with_capacity(readers.len());
        for reader in &mut readers {
            batches.push(match reader {
                Some(reader) => Some(CellBatch::read(reader, length)?),
                None => None,
            });
        }
        for index in 0..length {
            let mut values =
                batches.iter_mut().map(|batch| batch.as_mut().map_or(Value::Null, |batch| batch.take(index)));
            see(start + index, &mut values);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{TABLES, open, row};

    #[tokio::test]
    async fn rows_are_picked_from_any_place_of_a_large_table_and_are_whole() {
        let home = tempfile::tempdir().unwrap();
        let history = open(&home).await;
        let table = TABLES[1];
        let rows: Vec<Row> = (0..70_000).map(|key| row(table, key, key)).collect();
        let all = model::Rows::new(table, rows);
        let entry = history.write_base(table, &all).await.unwrap().unwrap();
        let mut author = crate::tests::Author::new().await;
        let mut manifest = author.run(crate::tests::state(0..1, 0)).await;
        manifest.tables.insert(table.name.to_owned(), entry);
        let ordered: Vec<&Row> = all.iter().collect();
        let last = table.columns.len() - 1;
        for wanted in [vec![], vec![0], vec![4095, 4096], vec![65_535, 65_536, 69_999], vec![1, 2, 40_000]] {
            let chosen: BTreeSet<&[u8]> =
                wanted.iter().map(|place: &usize| ordered[*place].prefix(table.key)).collect();
            let wants = |row: &Row| chosen.contains(row.prefix(table.key));
            let pick = Pick { columns: (0..table.key).collect(), wants: &wants };
            let picked = history.pick(&manifest, table, &pick).await.unwrap();
            let expected: Vec<&Row> = wanted.iter().map(|place| ordered[*place]).collect();
            assert_eq!(picked.values().collect::<Vec<_>>(), expected);
        }
        // What decides may be any column, and whatever is not asked for is not there when it is decided.
        let cell = ordered[66_000].value(last).to_string();
        let wants = |row: &Row| row.value(last).to_string() == cell && row.value(0).is_null();
        let pick = Pick { columns: BTreeSet::from([last]), wants: &wants };
        let picked = history.pick(&manifest, table, &pick).await.unwrap();
        assert!(picked.values().any(|row| row == ordered[66_000]) && picked.len() < 70_000);
    }
}
