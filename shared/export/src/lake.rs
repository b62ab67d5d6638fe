//! A lake: tables of any number of accounts and snapshots, laid out for engines that work over many machines (Spark, Athena, Trino).
//!
//! A table is written for a snapshot only where it differs from the snapshot before: an index, `in_force`, says for each snapshot which
//! partition holds each of its tables. The index is written last, and what it does not name is not in force: whatever ends an export leaves
//! a lake that is whole. The same export again adds the snapshots that are newer than those of the lake.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use history::AccessChanges;
use model::{
    Row, Table, Type, Value,
    tables::{self, derived},
};
use serde::{Deserialize, Serialize};
use snapshot::{History, Manifest, ParquetWriter};

use crate::{ExportError, ExportWatch, sheet::Sheet};

/// The name of the file that holds the rows of a partition.
const PART: &str = "part.parquet";
/// The folder of what this program knows of the lake; engines pass over names that begin so.
const NOTES: &str = "_iamwatch";
/// The index: which partition holds a table of a snapshot.
pub(crate) const IN_FORCE: &str = "in_force";
/// What principals gained and lost from a snapshot to the next.
pub(crate) const ACCESS_CHANGES: &str = "access_changes";

/// The columns of the index beside its partition.
pub(crate) const IN_FORCE_COLUMNS: [(&str, Type); 4] = [
    ("table_name", Type::Text),
    ("snapshot", Type::Integer),
    ("taken_at", Type::Time),
    ("stored_in", Type::Integer),
];

/// The columns of what was gained and lost, beside its partition.
pub(crate) const ACCESS_CHANGES_COLUMNS: [(&str, Type); 9] = [
    ("position", Type::Integer),
    ("taken_at", Type::Time),
    ("turn", Type::Text),
    ("principal_kind", Type::Text),
    ("principal_id", Type::Text),
    ("principal_name", Type::Text),
    ("access", Type::Text),
    ("cause", Type::Text),
    ("path", Type::Text),
];

/// What an account added to a lake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LakeSummary {
    /// Snapshots that were added.
    pub snapshots: u64,
    /// Snapshots that the lake had already, or that are older than one that it has.
    pub skipped: u64,
    /// Tables that were written, because they differ from the snapshot before.
    pub tables: u64,
    /// Rows that were written.
    pub rows: u64,
}

/// What a lake holds of an account.
#[derive(Debug, Default, Serialize, Deserialize)]
struct LakeAccount {
    /// By number of the snapshot.
    snapshots: BTreeMap<u64, LakeSnapshot>,
}

/// A snapshot in the lake.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LakeSnapshot {
    taken_at: String,
    tables: BTreeMap<String, StoredPartition>,
}

/// A table of a snapshot: what is in it, and the partition that holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredPartition {
    hash: String,
    stored_in: u64,
}

/// Returns the tables that a lake holds, of all clouds.
pub(crate) fn lake_tables() -> impl Iterator<Item = &'static Table> {
    let stored = tables::all().filter(|table| !derived::is_derived(table) && table.name != tables::RUN.name);
    stored.chain([&derived::FINDINGS])
}

/// Adds snapshots of an account, which are given oldest first, to a lake; `root` is the folder of the lake, which is made where there is none.
///
/// # Errors
/// When a snapshot cannot be read, the folder is there and is no lake, or it cannot be written.
pub async fn export_lake(
    history: &History,
    manifests: &[Manifest],
    root: &Path,
    watch: &dyn ExportWatch,
) -> Result<LakeSummary, ExportError> {
    let lake = Lake::open(history, root)?;
    let mut held = lake.held()?;
    let mut summary = LakeSummary::default();
    let newest = held.snapshots.last_key_value().map(|(number, _)| *number);
    let mut former = match newest {
        Some(number) => history.manifest(number).await.ok(),
        None => None,
    };
    for (done, manifest) in manifests.iter().enumerate() {
        watch.step("writing snapshots", done, manifests.len());
        if newest.is_some_and(|newest| manifest.number <= newest) {
            summary.skipped += 1;
            continue;
        }
        let before = held.snapshots.last_key_value().map(|(_, listed)| listed.clone());
        let listed = lake.add(manifest, before.as_ref(), &mut summary, watch).await?;
        if let Some(former) = former.as_ref().filter(|former| may_differ(history, former, manifest)) {
            let changes = history::access_changes(history, former, manifest).await?;
            summary.rows += lake.add_access(manifest, &changes)?;
        }
        held.snapshots.insert(manifest.number, listed);
        summary.snapshots += 1;
        former = Some(manifest.clone());
    }
    if summary.snapshots > 0 {
        lake.close(&held)?;
    }
    Ok(summary)
}

/// Returns whether a table differs that access follows from.
fn may_differ(history: &History, former: &Manifest, manifest: &Manifest) -> bool {
    let hash = |manifest: &Manifest, name: &str| manifest.tables.get(name).map(|entry| entry.hash.clone());
    let names: BTreeSet<&str> =
        former.tables.keys().chain(manifest.tables.keys()).map(String::as_str).collect();
    let sources = history::access_tables(history.account().cloud());
    let mut of_access =
        sources.filter(|table| names.contains(table.name) && table.name != tables::COVERAGE.name);
    of_access.any(|table| hash(former, table.name) != hash(manifest, table.name))
}

/// The part of a lake that is of one account.
struct Lake<'a> {
    history: &'a History,
    root: &'a Path,
    /// Folders within that of a table: cloud and account.
    account: PathBuf,
}

impl<'a> Lake<'a> {
    /// Makes the folder, or looks whether the one that is there is a lake.
    fn open(history: &'a History, root: &'a Path) -> Result<Self, ExportError> {
        let cloud = format!("cloud={}", history.account().cloud());
        let account = Path::new(&cloud).join(format!("account={}", history.account().id()));
        let lake = Self { history, root, account };
        let notes = root.join(NOTES);
        let is_empty = || root.read_dir().is_ok_and(|mut entries| entries.next().is_none());
        if root.exists() && !notes.is_dir() && !is_empty() {
            return Err(ExportError::NotOurs { place: root.display().to_string() });
        }
        let mut names = lake_tables().map(|table| table.name).chain([ACCESS_CHANGES]);
        let made = names.try_for_each(|name| keep_folder(&root.join(name)));
        made.and_then(|()| fs::create_dir_all(notes)).map_err(|error| lake.unwritten(error))?;
        Ok(lake)
    }

    fn unwritten(&self, source: io::Error) -> ExportError {
        ExportError::Unwritable { place: self.root.display().to_string(), source }
    }

    fn note(&self) -> PathBuf {
        self.root.join(NOTES).join(format!("{}.json", self.history.account().to_string().replace('/', "-")))
    }

    /// Reads what the lake holds of the account.
    fn held(&self) -> Result<LakeAccount, ExportError> {
        match fs::read(self.note()) {
            Ok(bytes) => {
                let held = serde_json::from_slice(&bytes).map_err(io::Error::from);
                held.map_err(|error| self.unwritten(error))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(LakeAccount::default()),
            Err(error) => Err(self.unwritten(error)),
        }
    }

    /// Writes the tables of a snapshot that differ from the snapshot before.
    async fn add(
        &self,
        manifest: &Manifest,
        before: Option<&LakeSnapshot>,
        summary: &mut LakeSummary,
        watch: &dyn ExportWatch,
    ) -> Result<LakeSnapshot, ExportError> {
        let mut listed = LakeSnapshot { taken_at: manifest.finished_at.clone(), tables: BTreeMap::new() };
        for table in lake_tables() {
            let Some(hash) = hash_of(manifest, table) else { continue };
            let same = before.and_then(|before| before.tables.get(table.name));
            if let Some(same) = same.filter(|same| same.hash == hash) {
                listed.tables.insert(table.name.to_owned(), same.clone());
                continue;
            }
            if watch.is_stopped() {
                return Err(ExportError::Stopped);
            }
            let rows = if table.name == derived::FINDINGS.name {
                history::finding_rows(self.history, manifest).await?
            } else {
                self.history.read(manifest, table).await?
            };
            let sheet = Sheet::of_table(table);
            let columns: Vec<(&str, Type)> =
                sheet.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
            self.write(table.name, Some(manifest.number), &columns, rows.iter().map(Row::values))?;
            summary.tables += 1;
            summary.rows += u64::try_from(rows.len()).unwrap_or(u64::MAX);
            let stored_in = manifest.number;
            listed.tables.insert(table.name.to_owned(), StoredPartition { hash, stored_in });
        }
        Ok(listed)
    }

    /// Writes what principals gained and lost since the snapshot before, and returns how many rows that took.
    fn add_access(&self, manifest: &Manifest, told: &AccessChanges) -> Result<u64, ExportError> {
        let mut rows: Vec<Row> = Vec::new();
        for change in &told.changes {
            let turn = format!("{:?}", change.turn).to_lowercase();
            for grant in &change.grants {
                let path: Vec<String> = grant.path.iter().map(ToString::to_string).collect();
                let path = path.join(" → ");
                let is_whose =
                    |id: &str| grant.only.is_empty() || grant.only.iter().any(|step| step.id == id);
                let holders = change.principals.iter().map(|principal| &principal.step);
                for step in holders.filter(|step| is_whose(&step.id)) {
                    rows.push(Row::pack([
                        Value::Integer(i64::try_from(rows.len() + 1).unwrap_or(i64::MAX)),
                        Value::Text(&manifest.finished_at),
                        Value::Text(&turn),
                        Value::Text(step.kind),
                        Value::Text(&step.id),
                        Value::Text(&step.name),
                        Value::Text(&grant.words),
                        Value::Text(&grant.cause.phrase),
                        Value::Text(&path),
                    ]));
                }
            }
        }
        if !rows.is_empty() {
            let cells = rows.iter().map(Row::values);
            self.write(ACCESS_CHANGES, Some(manifest.number), &ACCESS_CHANGES_COLUMNS, cells)?;
        }
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }

    /// Writes the index, and then what the next export needs to know.
    fn close(&self, held: &LakeAccount) -> Result<(), ExportError> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let mut rows = Vec::new();
        for (snapshot, listed) in &held.snapshots {
            for (name, stored) in &listed.tables {
                rows.push(Row::pack([
                    Value::Text(name),
                    Value::Integer(number(*snapshot)),
                    Value::Text(&listed.taken_at),
                    Value::Integer(number(stored.stored_in)),
                ]));
            }
        }
        self.write(IN_FORCE, None, &IN_FORCE_COLUMNS, rows.iter().map(Row::values))?;
        let note = serde_json::to_vec(held).map_err(io::Error::from);
        let written =
            note.and_then(|note| put_in_place(&self.note(), |file| io::Write::write_all(file, &note)));
        written.map_err(|error| self.unwritten(error))
    }

    /// Writes the rows of a partition: of a snapshot, or of all.
    fn write<'r, C: Iterator<Item = Value<'r>>>(
        &self,
        table: &str,
        snapshot: Option<u64>,
        columns: &[(&str, Type)],
        rows: impl Iterator<Item = C>,
    ) -> Result<(), ExportError> {
        let mut folder = self.root.join(table).join(&self.account);
        folder.extend(snapshot.map(|number| format!("snapshot={number}")));
        let written = fs::create_dir_all(&folder).and_then(|()| {
            put_in_place(&folder.join(PART), |file| {
                let mut writer = ParquetWriter::new(BufWriter::new(file), table, columns, [])?;
                for row in rows {
                    writer.push(&row.collect::<Vec<Value<'_>>>())?;
                }
                writer.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
                Ok(())
            })
        });
        written.map_err(|error| self.unwritten(error))
    }
}

/// Returns what tells whether a table is the same in two snapshots; none where the snapshot has no rows of it.
fn hash_of(manifest: &Manifest, table: &Table) -> Option<String> {
    if table.name == derived::FINDINGS.name {
        let found = manifest.findings.as_ref()?;
        let objects = std::iter::once(&found.base).chain(&found.patches);
        return Some(objects.map(|object| object.sha256.clone()).collect::<Vec<_>>().join("+"));
    }
    manifest.tables.get(table.name).filter(|entry| entry.rows > 0).map(|entry| entry.hash.clone())
}

/// Makes the folder of a table, also where no account has a row of it: engines refuse a table whose place is not there. In a store of
/// objects a folder is there when something is in it.
fn keep_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    File::create(folder.join(NOTES)).map(drop)
}

/// Writes a file under a name that engines pass over, and gives it its own in one step.
fn put_in_place(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = path.with_file_name(format!("_{name}.new"));
    let mut file = File::create(&draft)?;
    let written = write(&mut file).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&draft, path));
    written.inspect_err(|_| {
        // What could not be written is in nobody's way.
        let _gone = fs::remove_file(&draft);
    })
}
