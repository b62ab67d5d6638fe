//! The life of some rows: what each run changed of them, read from deltas and not from states.
//!
//! While a table keeps its base, its deltas cover all runs since, many small ones merged into few. A delta without any of the rows rules
//! out every run that it covers, so that of a thousand runs only those are looked at one by one in which something may have happened.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::future::BoxFuture;
use model::{Row, Table};

use crate::{DeltaRef, History, Manifest, SnapshotError, columns::shape, file::FileLine, pick::Pick};

/// Tasks that read manifests side by side.
const READERS: u64 = 4;
/// Objects that one task reads at a time.
const AT_ONCE: usize = 16;

/// Which rows of a table to follow.
#[derive(Debug, Clone)]
pub enum RowFilter {
    /// The row with this key.
    Key(Row),
    /// The rows that hold one of these texts in one of these columns, by position.
    Naming {
        /// Positions of the columns to look at.
        columns: Vec<usize>,
        /// The texts, as ids.
        texts: Arc<BTreeSet<String>>,
    },
}

impl RowFilter {
    /// Returns whether a whole row is one of those to follow.
    #[must_use]
    pub fn wants(&self, table: &Table, row: &Row) -> bool {
        match self {
            Self::Key(key) => row.prefix(table.key) == key.as_bytes(),
            // One walk over the cells: each is found only after those before it.
            Self::Naming { columns, texts } => row.values().enumerate().any(|(position, value)| {
                columns.contains(&position) && value.as_text().is_some_and(|text| texts.contains(text))
            }),
        }
    }

    /// Returns the columns that decide, beside those of the key.
    fn columns(&self) -> &[usize] {
        match self {
            Self::Key(_) => &[],
            Self::Naming { columns, .. } => columns,
        }
    }

    /// Returns whether the key of a row alone tells whether it is one of those to follow.
    fn is_of_key(&self, table: &Table) -> bool {
        match self {
            Self::Key(_) => true,
            Self::Naming { columns, .. } => columns.iter().all(|column| *column < table.key),
        }
    }
}

/// What one run did to one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowStep {
    /// Number of the snapshot in which the row first is as it is after the step.
    pub number: u64,
    /// The row before; none where there was none, or in the first snapshot of all.
    pub before: Option<Row>,
    /// The row after; none where it is gone.
    pub after: Option<Row>,
}

/// The manifests of a history that can be read.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// The manifests by number.
    pub manifests: Arc<Vec<Manifest>>,
    /// Numbers of those that are missing or damaged, with what is wrong: what they changed shows in the next one.
    pub unread: Vec<(u64, String)>,
}

/// Bytes that a manifest takes beside what is stored of tables, and for each of its tables.
const MANIFEST_BYTES: usize = 8 * 1024;
const NAME_BYTES: usize = 64;
/// Bytes that what is stored of a table takes, and for each of its deltas.
const STORED_BYTES: usize = 640;
const DELTA_BYTES: usize = 320;

impl Timeline {
    /// Returns about how many bytes it takes; what manifests share counts once.
    fn bytes(&self) -> usize {
        let mut former: Option<&Manifest> = None;
        let mut bytes = 0;
        for manifest in self.manifests.iter() {
            bytes += MANIFEST_BYTES + manifest.tables.len() * NAME_BYTES;
            let own = manifest.tables.iter().filter(|(name, entry)| {
                former
                    .and_then(|former| former.tables.get(*name))
                    .is_none_or(|same| !same.is_shared_with(entry))
            });
            bytes += own.map(|(_, entry)| STORED_BYTES + entry.deltas.len() * DELTA_BYTES).sum::<usize>();
            former = Some(manifest);
        }
        bytes
    }
}

impl History {
    /// Reads all manifests up to a number, from where the history begins.
    ///
    /// # Errors
    /// When the store does not work, or a later version wrote one of them. One that is missing or damaged is no error here.
    pub async fn timeline(&self, newest: u64) -> Result<Timeline, SnapshotError> {
        let gone = self.begins_at().await?.saturating_sub(1).min(newest);
        let name = format!("timeline {} to {newest}", gone + 1);
        if let Some(kept) = self.find_kept::<Timeline>(&name) {
            return Ok(Timeline::clone(&kept));
        }
        let part = (newest - gone).div_ceil(READERS).max(1);
        let mut readers = Vec::new();
        for reader in 0..READERS {
            let (first, last) = (gone + reader * part + 1, (gone + (reader + 1) * part).min(newest));
            let history = self.clone();
            readers.push(tokio::spawn(async move { history.readable(first, last).await }));
        }
        let (mut manifests, mut unread): (Vec<Manifest>, Vec<(u64, String)>) = Default::default();
        for reader in readers {
            let (mut read, faults) = reader.await.map_err(|error| self.broken_off(&error))??;
            if let (Some(former), Some(first)) = (manifests.last(), read.first_mut()) {
                first.share_tables(former);
            }
            manifests.extend(read);
            unread.extend(faults);
        }
        let timeline = Timeline { manifests: Arc::new(manifests), unread };
        self.keep(&name, &Arc::new(timeline.clone()), timeline.bytes());
        Ok(timeline)
    }

    async fn readable(
        &self,
        first: u64,
        last: u64,
    ) -> Result<(Vec<Manifest>, Vec<(u64, String)>), SnapshotError> {
        let numbers: Vec<u64> = (first..=last).collect();
        let (mut manifests, mut unread): (Vec<Manifest>, Vec<(u64, String)>) = Default::default();
        for some in numbers.chunks(AT_ONCE) {
            for (number, outcome) in self.manifests_of(some).await? {
                match outcome {
                    Ok(Some(mut manifest)) => {
                        if let Some(former) = manifests.last() {
                            manifest.share_tables(former);
                        }
                        manifests.push(manifest);
                    }
                    Ok(None) => unread.push((number, "is missing".to_owned())),
                    Err(error) => match error.damage() {
                        Some((_, fault)) => unread.push((number, fault)),
                        None => return Err(error),
                    },
                }
            }
        }
        Ok((manifests, unread))
    }

    pub(crate) fn broken_off(&self, error: &tokio::task::JoinError) -> SnapshotError {
        SnapshotError::Unstorable {
            what: format!("history of `{}`", self.account()),
            reason: error.to_string(),
        }
    }

    /// Returns what the runs of a timeline did to some rows of several tables, by table, each in the order of numbers.
    ///
    /// # Errors
    /// When an object is missing or damaged, or the store does not work.
    pub async fn follow(
        &self,
        timeline: &Timeline,
        filters: Vec<(&'static Table, RowFilter)>,
    ) -> Result<Vec<(&'static Table, Vec<RowStep>)>, SnapshotError> {
        let readers: Vec<_> = filters
            .into_iter()
            .map(|(table, filter)| {
                let (history, manifests) = (self.clone(), Arc::clone(&timeline.manifests));
                let read = async move { Follower::new(&history, &manifests, table, filter).run().await };
                (table, tokio::spawn(read))
            })
            .collect();
        let mut found = Vec::new();
        for (table, reader) in readers {
            found.push((table, reader.await.map_err(|error| self.broken_off(&error))??));
        }
        Ok(found)
    }
}

/// Follows some rows of one table through the manifests.
struct Follower<'a> {
    history: &'a History,
    manifests: &'a [Manifest],
    table: &'static Table,
    filter: RowFilter,
    rows: BTreeMap<Box<[u8]>, Row>,
    steps: Vec<RowStep>,
}

impl<'a> Follower<'a> {
    const fn new(
        history: &'a History,
        manifests: &'a [Manifest],
        table: &'static Table,
        filter: RowFilter,
    ) -> Self {
        Self { history, manifests, table, filter, rows: BTreeMap::new(), steps: Vec::new() }
    }

    async fn run(mut self) -> Result<Vec<RowStep>, SnapshotError> {
        let manifests = self.manifests;
        let is_one_era = |one: &Manifest, other: &Manifest| {
            let entry = |manifest: &Manifest| {
                manifest
                    .tables
                    .get(self.table.name)
                    .map(|entry| (entry.base.key.clone(), entry.shape.clone()))
            };
            entry(one) == entry(other)
        };
        let eras: Vec<&[Manifest]> = manifests.chunk_by(is_one_era).collect();
        for era in eras {
            self.live_through(era).await?;
        }
        Ok(self.steps)
    }

    /// Follows the rows through manifests that have the same base.
    async fn live_through(&mut self, era: &'a [Manifest]) -> Result<(), SnapshotError> {
        let (Some(first), Some(last)) = (era.first(), era.last()) else { return Ok(()) };
        self.turn_to_state(first).await?;
        let Some(entry) = last.tables.get(self.table.name) else { return Ok(()) };
        if entry.shape == shape(self.table) {
            let deltas = entry.deltas.iter().filter(|delta| delta.to > first.number);
            return self.run_through(era, deltas.collect()).await;
        }
        // Files of another declaration are read whole: their deltas have other columns.
        let mut hash = first.tables.get(self.table.name).map(|entry| &entry.hash);
        for manifest in era {
            let next = manifest.tables.get(self.table.name).map(|entry| &entry.hash);
            if next != hash {
                self.turn_to_state(manifest).await?;
                hash = next;
            }
        }
        Ok(())
    }

    /// Takes the rows as they are in a snapshot.
    async fn turn_to_state(&mut self, manifest: &Manifest) -> Result<(), SnapshotError> {
        let is_known =
            |row: &Row| !self.rows.is_empty() && self.rows.contains_key(row.prefix(self.table.key));
        let wants = |row: &Row| is_known(row) || self.filter.wants(self.table, row);
        let columns = (0..self.table.key).chain(self.filter.columns().iter().copied()).collect();
        let wanted = self.history.pick(manifest, self.table, &Pick { columns, wants: &wants }).await?;
        let gone: Vec<Box<[u8]>> =
            self.rows.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect();
        for key in gone {
            self.step(manifest.number, key, None);
        }
        for (key, row) in wanted {
            self.step(manifest.number, key, Some(row));
        }
        Ok(())
    }

    /// Looks into deltas, oldest first.
    async fn run_through(
        &mut self,
        era: &'a [Manifest],
        deltas: Vec<&'a DeltaRef>,
    ) -> Result<(), SnapshotError> {
        if self.filter.is_of_key(self.table) {
            return self.dig(era, deltas).await;
        }
        // A merged delta holds the last of what became of a key: where the cells beside it decide, what it was before may have been
        // wanted. So all are read, and it is known beforehand which.
        let mut all = Vec::new();
        for delta in deltas {
            self.unfold(era, delta, &mut all);
        }
        for some in all.chunks(AT_ONCE) {
            for (delta, lines) in some.iter().zip(self.history.read_deltas(some).await?) {
                self.apply(era, delta, &lines);
            }
        }
        Ok(())
    }

    /// Adds a delta, and before it all that it was merged from.
    fn unfold(&self, era: &'a [Manifest], delta: &'a DeltaRef, all: &mut Vec<&'a DeltaRef>) {
        for part in self.parts(era, delta) {
            self.unfold(era, part, all);
        }
        all.push(delta);
    }

    /// Looks into deltas, and where one touches the rows, first into those that it was merged from.
    fn dig<'b>(
        &'b mut self,
        era: &'a [Manifest],
        deltas: Vec<&'a DeltaRef>,
    ) -> BoxFuture<'b, Result<(), SnapshotError>>
    where
        'a: 'b,
    {
        Box::pin(async move {
            for some in deltas.chunks(AT_ONCE) {
                for (delta, lines) in some.iter().zip(self.history.read_deltas(some).await?) {
                    if lines.iter().any(|line| self.touches(line)) {
                        self.dig(era, self.parts(era, delta).collect()).await?;
                        self.apply(era, delta, &lines);
                    }
                }
            }
            Ok(())
        })
    }

    /// Returns the deltas that a delta was merged from.
    fn parts(
        &self,
        era: &'a [Manifest],
        delta: &'a DeltaRef,
    ) -> impl Iterator<Item = &'a DeltaRef> + use<'a> {
        let before = era.get(..end_of(era, delta)).and_then(<[Manifest]>::last);
        let entry = before.and_then(|manifest| manifest.tables.get(self.table.name));
        // What was done before the first snapshot that is there shows in its state.
        let first = era.first().map_or(0, |manifest| manifest.number);
        let is_merged = delta.from < delta.to;
        let deltas = entry.into_iter().flat_map(|entry| &entry.deltas);
        deltas.filter(move |part| is_merged && part.from >= delta.from && part.to > first)
    }

    fn apply(&mut self, era: &[Manifest], delta: &DeltaRef, lines: &[FileLine]) {
        // Where the manifest of the run cannot be read, the next one shows what it did.
        let number = era.get(end_of(era, delta)).map(|manifest| manifest.number);
        for line in lines {
            if self.touches(line) {
                let key: Box<[u8]> = line.row.prefix(self.table.key).into();
                self.step(number.unwrap_or(delta.to), key, (!line.deleted).then(|| line.row.clone()));
            }
        }
    }

    fn touches(&self, line: &FileLine) -> bool {
        let is_known = self.rows.contains_key(line.row.prefix(self.table.key));
        let is_told = !line.deleted || self.filter.is_of_key(self.table);
        is_known || is_told && self.filter.wants(self.table, &line.row)
    }

    fn step(&mut self, number: u64, key: Box<[u8]>, after: Option<Row>) {
        let before = match &after {
            Some(row) => self.rows.insert(key, row.clone()),
            None => self.rows.remove(&key),
        };
        if before != after {
            self.steps.push(RowStep { number, before, after });
        }
    }
}

/// Returns the position of the first manifest that holds what a delta did.
fn end_of(era: &[Manifest], delta: &DeltaRef) -> usize {
    era.partition_point(|manifest| manifest.number < delta.to)
}
