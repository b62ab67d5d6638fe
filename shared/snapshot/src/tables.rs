//! Tables in the store: a base and deltas, read into rows, written as little as a change allows.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use model::{
    Row, Rows, RowsByTable, STATEMENT, StatementTables, Table,
    tables::{COVERAGE, huawei::DOCUMENTS},
};

use crate::{
    DeltaRef, History, Manifest, ObjectRef, SnapshotError, StoredTable, TableEntry,
    columns::{Content, FileColumn, fit, shape},
    file::{FileError, FileLine, Sheet, decode, encode_base, encode_delta},
    hash::{count, sha256},
    levels::{DeltaWeight, Plan, is_heavy, plan},
    wire::table_key,
};

/// Objects that are read at a time.
const AT_ONCE: usize = 8;

/// What a run changed in one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Rows that are new, or have a key that was there and other values.
    pub upserts: Vec<Row>,
    /// Keys that are gone: rows of the key columns alone.
    pub deletes: Vec<Row>,
}

/// Changes by key; the later one counts.
type Overlay = BTreeMap<Box<[u8]>, FileLine>;

/// The rows of a table under the columns of its files.
#[derive(Debug, Clone)]
pub(crate) struct Sheets {
    columns: Vec<FileColumn>,
    key: usize,
    pub(crate) rows: Rows,
}

impl Sheets {
    /// Puts changes onto the rows.
    pub(crate) fn apply(self, lines: Vec<FileLine>) -> Self {
        let Self { columns, key, rows } = self;
        let rows = Self::put_onto(key, rows, overlay(key, lines).into_values());
        Self { rows, columns, key }
    }

    /// Puts changes in the order of their keys, one a key, onto rows.
    pub(crate) fn put_onto(key: usize, rows: Rows, changes: impl Iterator<Item = FileLine>) -> Rows {
        let mut changes = changes.peekable();
        let mut merged = Vec::with_capacity(rows.len());
        for row in rows {
            while let Some(line) = changes.next_if(|line| line.row.prefix(key) < row.prefix(key)) {
                merged.extend((!line.deleted).then_some(line.row));
            }
            match changes.next_if(|line| line.row.prefix(key) == row.prefix(key)) {
                Some(line) => merged.extend((!line.deleted).then_some(line.row)),
                None => merged.push(row),
            }
        }
        merged.extend(changes.filter(|line| !line.deleted).map(|line| line.row));
        Rows::new(&with_key(key), merged)
    }
}

impl History {
    /// Reads the rows of a table as they were in a snapshot; none when it had none.
    ///
    /// # Errors
    /// When an object of it is missing, or anything is not what was written.
    pub async fn read(&self, manifest: &Manifest, table: &'static Table) -> Result<Rows, SnapshotError> {
        let Some(entry) = manifest.tables.get(table.name) else { return Ok(Rows::default()) };
        if let Some(rows) = self.cached_rows(table, entry) {
            return Ok(rows);
        }
        let sheets = self.read_entry(entry).await?;
        if entry.shape == shape(table) {
            self.keep_rows(table, entry, &sheets.rows);
            return Ok(sheets.rows);
        }
        let are_numbered = has_numbered_statements(&sheets.columns);
        let rows = fit(&sheets.columns, table, sheets.rows.into_iter().collect());
        match DOCUMENTS.iter().find(|family| are_numbered && has_table(family, table)) {
            Some(family) => self.read_numbered(manifest, family, table, rows).await,
            None => {
                let rows = Rows::new(table, rows);
                self.keep_rows(table, entry, &rows);
                Ok(rows)
            }
        }
    }

    /// Returns rows of an old snapshot, whose statements were numbered, with the keys that statements have today: a key hangs on
    /// all that a statement says, so that the other tables of the family are read, too.
    async fn read_numbered(
        &self,
        manifest: &Manifest,
        family: &StatementTables,
        table: &'static Table,
        rows: Vec<Row>,
    ) -> Result<Rows, SnapshotError> {
        let mut all = RowsByTable::from([(table.name, rows)]);
        for sibling in family.all().into_iter().filter(|each| each.name != table.name) {
            let Some(entry) = manifest.tables.get(sibling.name) else { continue };
            let sheets = self.read_entry(entry).await?;
            let rows = fit(&sheets.columns, sibling, sheets.rows.into_iter().collect());
            all.insert(sibling.name, rows);
        }
        let mut keyed = family.with_keys(all);
        Ok(Rows::new(table, keyed.remove(table.name).unwrap_or_default()))
    }

    /// Stores what a table holds now, and returns its entry for the next manifest; none for a table without rows.
    ///
    /// `former` is the newest manifest, `delta` leads from its rows to `rows`. A table that did not change is not touched; a small change
    /// is a delta, merged with others when there are many; else all rows are written.
    ///
    /// # Errors
    /// When the store does not work, or a value is not of its column's type.
    pub async fn write(
        &self,
        former: Option<&Manifest>,
        table: &'static Table,
        rows: &Rows,
        delta: &Delta,
    ) -> Result<Option<TableEntry>, SnapshotError> {
        if rows.is_empty() {
            return Ok(None);
        }
        let entry =
            former.and_then(|former| former.tables.get(table.name).map(|entry| (former.number + 1, entry)));
        let Some((number, entry)) = entry else { return self.write_base(table, rows).await };
        let hash = rows.hash();
        if entry.holds(table, &hash) {
            return Ok(Some(entry.clone()));
        }
        if entry.shape != shape(table) || !fits(table, rows, delta) {
            return self.write_base(table, rows).await;
        }
        let fresh = Fresh::new(table, delta, number)?;
        let weight = DeltaWeight { rows: count(fresh.lines.len()), bytes: count(fresh.bytes.len()) };
        let merged = match plan(entry, count(rows.len()), weight) {
            Plan::Base => None,
            Plan::MergeFrom(keep) => self.merge(table, entry, keep, fresh).await,
            Plan::MergeAllOrBase => {
                let merged = self.merge(table, entry, 0, fresh).await;
                merged.filter(|(_, merged)| !is_heavy(merged.weight(), count(rows.len()), entry))
            }
        };
        let Some((kept, merged)) = merged else { return self.write_base(table, rows).await };
        let mut deltas = kept.to_vec();
        deltas.push(merged.reference(self.put_table(table, merged.bytes.clone()).await?));
        let rows = count(rows.len());
        let (shape, base) = (entry.shape.clone(), entry.base.clone());
        Ok(Some(StoredTable { rows, hash, shape, base, deltas }.into()))
    }

    /// Stores all rows of a table, whatever was there before.
    ///
    /// # Errors
    /// When the store does not work, or a value is not of its column's type.
    pub async fn write_base(
        &self,
        table: &'static Table,
        rows: &Rows,
    ) -> Result<Option<TableEntry>, SnapshotError> {
        if rows.is_empty() {
            return Ok(None);
        }
        let bytes = encode_base(table, rows.iter()).map_err(|error| unstorable(table, &error))?;
        let base = self.put_table(table, bytes).await?;
        let (hash, shape) = (rows.hash(), shape(table));
        Ok(Some(StoredTable { rows: count(rows.len()), hash, shape, base, deltas: Vec::new() }.into()))
    }

    /// Reads the rows of an entry under their own columns, and proves them.
    pub(crate) async fn read_entry(&self, entry: &TableEntry) -> Result<Sheets, SnapshotError> {
        let objects: Vec<&ObjectRef> = entry.objects().collect();
        let mut files: Vec<Bytes> = Vec::with_capacity(objects.len());
        for some in objects.chunks(AT_ONCE) {
            files.extend(self.fetch_all(some).await?);
        }
        let mut sheets = None;
        let mut lines = Vec::new();
        for (object, bytes) in entry.objects().zip(files) {
            let sheet = self.decode(object, bytes)?;
            match &sheets {
                None => sheets = Some(rows_of(sheet)),
                Some(base) if sheet.columns == base.columns && sheet.key == base.key => {
                    lines.extend(sheet.lines)
                }
                Some(_) => return Err(self.damaged(object, "its columns are not those of its base")),
            }
        }
        let Some(mut sheets) = sheets else { return Err(self.damaged(&entry.base, "it holds nothing")) };
        if !lines.is_empty() {
            sheets = sheets.apply(lines);
        }
        self.prove(entry, &sheets)?;
        Ok(sheets)
    }

    /// Checks rows against what an entry says of them.
    pub(crate) fn prove(&self, entry: &TableEntry, sheets: &Sheets) -> Result<(), SnapshotError> {
        if count(sheets.rows.len()) != entry.rows || sheets.rows.hash() != entry.hash {
            return Err(
                self.damaged(&entry.base, "with its deltas it does not give the rows that were written")
            );
        }
        Ok(())
    }

    /// Reads the changes that a delta holds, unless they are kept.
    pub(crate) async fn read_delta(&self, delta: &DeltaRef) -> Result<Arc<Vec<FileLine>>, SnapshotError> {
        match self.cached_delta(delta) {
            Some(kept) => Ok(kept),
            None => self.lines_of(delta, self.fetch(&delta.object).await?),
        }
    }

    /// Reads the changes that some deltas hold, unless they are kept, as many as may be under way at a time.
    pub(crate) async fn read_deltas(
        &self,
        deltas: &[&DeltaRef],
    ) -> Result<Vec<Arc<Vec<FileLine>>>, SnapshotError> {
        let mut kept: Vec<_> = deltas.iter().map(|delta| self.cached_delta(delta)).collect();
        let missing = deltas.iter().zip(&kept).filter(|(_, kept)| kept.is_none());
        let missing: Vec<&DeltaRef> = missing.map(|(delta, _)| *delta).collect();
        let objects: Vec<&ObjectRef> = missing.iter().map(|delta| &delta.object).collect();
        let read = self.fetch_all(&objects).await?;
        let mut read = missing.into_iter().zip(read).map(|(delta, bytes)| self.lines_of(delta, bytes));
        for lines in kept.iter_mut().filter(|lines| lines.is_none()) {
            *lines = read.next().transpose()?;
        }
        Ok(kept.into_iter().flatten().collect())
    }

    fn lines_of(&self, delta: &DeltaRef, bytes: Bytes) -> Result<Arc<Vec<FileLine>>, SnapshotError> {
        let lines = self.decode(&delta.object, bytes)?.lines;
        if count(lines.len()) != delta.upserts + delta.deletes {
            return Err(self.damaged(&delta.object, "it holds more or fewer changes than the manifest says"));
        }
        let lines = Arc::new(lines);
        self.keep_delta(delta, &lines);
        Ok(lines)
    }

    /// Merges deltas of an entry with the new one; none when one of them cannot be read, for then only a base is safe.
    async fn merge<'a>(
        &self,
        table: &'static Table,
        entry: &'a TableEntry,
        keep: usize,
        fresh: Fresh,
    ) -> Option<(&'a [DeltaRef], Fresh)> {
        let (kept, merged) = entry.deltas.split_at_checked(keep)?;
        if merged.is_empty() {
            return Some((kept, fresh));
        }
        let read = stream::iter(merged.iter().map(|delta| self.read_delta(delta))).buffered(AT_ONCE);
        let read: Result<Vec<Arc<Vec<FileLine>>>, SnapshotError> = read.try_collect().await;
        let lines = match read {
            Ok(lines) => lines.into_iter().flat_map(Arc::unwrap_or_clone).chain(fresh.lines).collect(),
            Err(error) => {
                tracing::warn!(account = %self.account(), table = table.name, %error, "deltas cannot be merged; a base is written");
                return None;
            }
        };
        let from = merged.first()?.from;
        let runs = merged.iter().map(|delta| delta.runs).sum::<u64>() + fresh.runs;
        let lines: Vec<FileLine> = overlay(table.key, lines).into_values().collect();
        let bytes = encode_delta(table, &lines).ok()?;
        Some((kept, Fresh { lines, bytes, from, to: fresh.to, runs }))
    }

    async fn put_table(&self, table: &Table, bytes: Bytes) -> Result<ObjectRef, SnapshotError> {
        let key = table_key(table.name, &sha256(&bytes));
        self.put_object(key, bytes).await
    }

    fn decode(&self, object: &ObjectRef, bytes: Bytes) -> Result<Sheet, SnapshotError> {
        decode(bytes).map_err(|error| self.damaged(object, &error.to_string()))
    }

    pub(crate) fn damaged(&self, object: &ObjectRef, reason: &str) -> SnapshotError {
        SnapshotError::Damaged { object: self.key(&object.key), reason: reason.to_owned() }
    }
}

/// A delta that is about to be stored.
struct Fresh {
    lines: Vec<FileLine>,
    bytes: Bytes,
    from: u64,
    to: u64,
    runs: u64,
}

impl Fresh {
    fn new(table: &'static Table, delta: &Delta, number: u64) -> Result<Self, SnapshotError> {
        let line = |row: &Row, deleted| FileLine { row: row.clone(), deleted };
        let deletes = delta.deletes.iter().map(|row| line(row, true));
        let lines = deletes.chain(delta.upserts.iter().map(|row| line(row, false))).collect();
        let lines: Vec<FileLine> = overlay(table.key, lines).into_values().collect();
        let bytes = encode_delta(table, &lines).map_err(|error| unstorable(table, &error))?;
        Ok(Self { lines, bytes, from: number, to: number, runs: 1 })
    }

    fn weight(&self) -> DeltaWeight {
        DeltaWeight { rows: count(self.lines.len()), bytes: count(self.bytes.len()) }
    }

    fn reference(&self, object: ObjectRef) -> DeltaRef {
        let deletes = count(self.lines.iter().filter(|line| line.deleted).count());
        let upserts = count(self.lines.len()) - deletes;
        DeltaRef { object, upserts, deletes, from: self.from, to: self.to, runs: self.runs }
    }
}

/// Says whether a file has statements of policy documents that are numbered, as they were before they had keys of their own.
fn has_numbered_statements(columns: &[FileColumn]) -> bool {
    columns.iter().any(|column| column.name == STATEMENT && column.content == Content::Integer)
}

/// Returns whether a table is one of a family.
fn has_table(family: &StatementTables, table: &Table) -> bool {
    family.all().iter().any(|each| each.name == table.name)
}

pub(crate) fn overlay(key: usize, lines: Vec<FileLine>) -> Overlay {
    lines.into_iter().map(|line| (line.row.prefix(key).into(), line)).collect()
}

/// Returns whether a delta can lead to these rows. One that does not would make a snapshot that never reads back.
fn fits(table: &Table, rows: &Rows, delta: &Delta) -> bool {
    let is_there = |row: &Row| rows.get(table, row.prefix(table.key)) == Some(row);
    let is_gone = |row: &Row| rows.get(table, row.prefix(table.key)).is_none();
    let is_key = |row: &Row| row.values().count() == table.key;
    let changes_something = !delta.upserts.is_empty() || !delta.deletes.is_empty();
    changes_something
        && delta.upserts.iter().all(is_there)
        && delta.deletes.iter().all(|row| is_key(row) && is_gone(row))
}

fn rows_of(sheet: Sheet) -> Sheets {
    let rows = sheet.lines.into_iter().map(|line| line.row).collect();
    Sheets { rows: Rows::new(&with_key(sheet.key), rows), columns: sheet.columns, key: sheet.key }
}

/// Files may be of a declaration that is no more; sorting their rows takes no more of it than the length of the key.
const fn with_key(key: usize) -> Table {
    Table { key, ..COVERAGE }
}

fn unstorable(table: &Table, error: &FileError) -> SnapshotError {
    SnapshotError::Unstorable { what: format!("table `{}`", table.name), reason: error.to_string() }
}
