//! Whole histories: written run by run, read back, damaged, verified.

mod cut_off;
mod damage;
mod follow;
mod format;
mod histories;
mod numbers;
mod storage;

use std::collections::BTreeMap;

use model::{Row, Rows, State, Table, Value, tables::ibm};
use tempfile::TempDir;

use crate::{AnyStore, CoverageCounts, Delta, FORMAT, History, Manifest, SnapshotError, StoreOptions};

/// The tables of these histories: short and long keys, every type of column.
pub(crate) const TABLES: [&Table; 3] = [&ibm::ACCESS_GROUPS, &ibm::MEMBERS, &ibm::GROUP_RULES];

/// Writes an account's history as the pipeline does.
pub(crate) struct Author {
    pub(crate) home: TempDir,
    pub(crate) history: History,
    pub(crate) newest: Option<Manifest>,
    pub(crate) state: State,
}

impl Author {
    pub(crate) async fn new() -> Self {
        // Histories of hundreds of runs wait for the disk at each write; memory is as good for tests.
        let home = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let history = open(&home).await;
        Self { home, history, newest: None, state: State::default() }
    }

    /// Writes the objects of a run without committing it.
    pub(crate) async fn write(&self, state: &State) -> Manifest {
        let former = self.newest.as_ref();
        let number = former.map_or(1, |former| former.number + 1);
        let mut tables = BTreeMap::new();
        for table in TABLES {
            let (before, after) = (self.state.rows(table), state.rows(table));
            let entry =
                self.history.write(former, table, after, &between(table, before, after)).await.unwrap();
            tables.extend(entry.map(|entry| (table.name.to_owned(), entry)));
        }
        let midnight = "2026-01-01T00:00:00Z".parse::<model::Timestamp>().unwrap().as_second();
        let seconds = midnight + 3_600 * i64::try_from(number).unwrap();
        let time = model::time_text(model::Timestamp::from_second(seconds).unwrap());
        Manifest {
            format: FORMAT,
            tool: "iamwatch 0.1.0".to_owned(),
            account: self.history.account().clone(),
            number,
            started_at: time.clone(),
            finished_at: time,
            previous: former.map(|former| former.hash().unwrap()),
            tables,
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

    pub(crate) async fn run(&mut self, state: State) -> Manifest {
        let manifest = self.write(&state).await;
        self.commit(manifest.clone(), state).await.unwrap();
        manifest
    }

    pub(crate) async fn commit(&mut self, manifest: Manifest, state: State) -> Result<(), SnapshotError> {
        self.history.commit(&manifest).await?;
        self.newest = Some(manifest);
        self.state = state;
        Ok(())
    }
}

pub(crate) async fn open(home: &TempDir) -> History {
    let store = AnyStore::open(home.path().to_str().unwrap(), &StoreOptions::default()).await.unwrap();
    History::new(store, "ibm/a1".parse().unwrap())
}

pub(crate) async fn read(history: &History, manifest: &Manifest) -> State {
    let mut state = State::default();
    for table in TABLES {
        state.put(table, history.read(manifest, table).await.unwrap());
    }
    state
}

/// Makes a row of a table: `key` decides the key, `value` everything else; about as compressible as what clouds answer.
pub(crate) fn row(table: &'static Table, key: u32, value: u32) -> Row {
    let texts: Vec<String> = (0..table.columns.len())
        .map(|column| match (column, table.key) {
            (0, 1) => format!("AccessGroupId-{:016x}", scrambled(key, 0)),
            (0, _) => format!("AccessGroupId-{:016x}", scrambled(key % 40, 0)),
            (column, keys) if column < keys => format!("IBMid-{key:06}"),
            _ => format!("ü {:016x}", scrambled(value, column)),
        })
        .collect();
    let cells = table.columns.iter().zip(&texts).enumerate().map(|(column, (declared, text))| {
        let number = i64::from(value) - 100;
        match declared.kind {
            _ if column >= table.key && scrambled(value, column).is_multiple_of(5) => Value::Null,
            model::Type::Integer => Value::Integer(number),
            model::Type::Boolean => Value::Boolean(value.is_multiple_of(2)),
            _ => Value::Text(text),
        }
    });
    Row::pack(cells)
}

fn scrambled(value: u32, column: usize) -> u64 {
    let seed = u64::from(value) << 8 | u64::try_from(column).unwrap();
    let mixed = (seed ^ seed >> 15).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// Makes a state of which every table has rows for the keys.
pub(crate) fn state(keys: impl Iterator<Item = u32> + Clone, value: u32) -> State {
    let mut state = State::default();
    for table in TABLES {
        let rows = keys.clone().map(|key| row(table, key, 2_000 + key * 3 + value)).collect();
        state.put(table, Rows::new(table, rows));
    }
    state
}

/// Puts and takes away rows: a value puts, none takes away.
pub(crate) fn edited(state: &State, edits: &[(usize, u32, Option<u32>)]) -> State {
    let mut state = state.clone();
    for (table, key, value) in edits {
        let table = TABLES[table % TABLES.len()];
        let wanted = row(table, *key, 0);
        let others = |each: &Row| each.prefix(table.key) != wanted.prefix(table.key);
        let mut rows: Vec<Row> = state.take(table).into_iter().filter(others).collect();
        rows.extend(value.map(|value| row(table, *key, value)));
        state.put(table, Rows::new(table, rows));
    }
    state
}

pub(crate) fn between(table: &Table, before: &Rows, after: &Rows) -> Delta {
    let key = |row: &Row| row.values().take(table.key).map(|value| value.to_string()).collect::<Vec<_>>();
    let upserts = after.iter().filter(|row| before.get(table, row.prefix(table.key)) != Some(*row));
    let deletes = before.iter().filter(|row| after.get(table, row.prefix(table.key)).is_none());
    Delta {
        upserts: upserts.cloned().collect(),
        deletes: deletes.map(|row| Row::pack(key(row).iter().map(Value::from))).collect(),
    }
}
