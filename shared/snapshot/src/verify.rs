//! Proves a history, or names what is broken: walks the chain from the first manifest to the newest.

mod gone;
mod ledgers;
mod noted;
mod one;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use serde::{Deserialize, Serialize};

pub use self::noted::NotedManifest;
use crate::{
    History, Manifest, ObjectRef, Pruned, SnapshotError, TableEntry,
    hash::sha256,
    history::{is_put_in, manifest_key, number_of},
    manifest::hash_in_key,
    objects::number_in_sent_mark,
    tables::Sheets,
};

/// What is wrong with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// It is not what was written.
    Changed,
    /// It is named, and not there.
    Missing,
    /// It is there, and iamwatch did not write it.
    Inserted,
    /// It was the end of the history, or part of it, and is there no longer: what is known from elsewhere tells that it was.
    CutOff,
    /// No snapshot names it, and it is what its name says: a run that died left it, or snapshots after it were taken away.
    Stray,
}

impl FaultKind {
    /// Returns the kind as a word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Inserted => "inserted",
            Self::CutOff => "cut-off",
            Self::Stray => "stray",
        }
    }
}

/// One thing that is wrong with a history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fault {
    /// The key of the object.
    pub object: String,
    /// What is wrong with it.
    pub kind: FaultKind,
    /// The same for people.
    pub text: String,
}

impl Fault {
    /// Returns whether the history is sound all the same.
    #[must_use]
    pub const fn is_harmless(&self) -> bool {
        matches!(self.kind, FaultKind::Stray)
    }
}

/// How far a verification has come, so that another one can go on from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// Number of the last snapshot whose objects were read.
    pub snapshot: u64,
    /// Hash of its manifest.
    pub manifest: String,
    /// What was wrong up to there.
    pub faults: Vec<Fault>,
}

/// Told how far a verification is, and the number of the last snapshot.
pub type Watcher<'a> = &'a (dyn Fn(&Milestone, u64) + Sync);

/// What a verification knows from elsewhere, and who is told how far it has come.
#[derive(Default)]
pub struct Verification<'a> {
    /// Hash of a manifest that was noted outside of the store: it must still be part of the history.
    pub head: Option<&'a str>,
    /// Where a former verification broke off: the objects of the snapshots up to there are not read again, their manifests are.
    pub former: Option<Milestone>,
    /// Told after each snapshot: how far it is, and the number of the last.
    pub watch: Option<Watcher<'a>>,
}

impl fmt::Debug for Verification<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Verification");
        shown.field("head", &self.head).field("former", &self.former).finish_non_exhaustive()
    }
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// All that is wrong, sorted by object.
    pub faults: Vec<Fault>,
    /// Snapshots whose manifest could be read.
    pub snapshots: u64,
    /// Objects that they name.
    pub objects: usize,
    /// Number and hash of the newest manifest that could be read: whoever notes the hash elsewhere can also prove that the end was not cut off.
    pub head: Option<(u64, String)>,
    /// Number of the manifest that was noted elsewhere, where it is there, or was pruned.
    pub noted: Option<u64>,
    /// What was pruned before the first snapshot that is proven.
    pub pruned: Pruned,
}

impl History {
    /// As [`Self::verify_with`] when nothing is known from elsewhere.
    ///
    /// # Errors
    /// When the store does not work; what it holds is never an error here.
    pub async fn verify(&self) -> Result<Vec<Fault>, SnapshotError> {
        Ok(self.verify_with(&Verification::default()).await?.faults)
    }

    /// Reads everything that the account has in the store, and returns all that is wrong with it, sorted by object.
    ///
    /// Finds objects and manifests that were changed, removed or inserted, tables whose objects do not give the rows that the manifest
    /// says, and ledgers that are not of their run. The newest manifest is proven by the ledgers of its run, if it had anything to
    /// tell, by a hash that was noted elsewhere, and else by itself only: the next one will name its hash.
    ///
    /// # Errors
    /// When the store does not work; what it holds is never an error here.
    pub async fn verify_with(&self, wanted: &Verification<'_>) -> Result<Verified, SnapshotError> {
        let keys = self.store().list_all(&self.key("")).await.map_err(|error| self.store_error(error))?;
        let mut walk = Walk::new(self);
        if let Some(former) = &wanted.former {
            walk.faults.clone_from(&former.faults);
        }
        let folder = self.key("");
        let names: BTreeSet<&str> = keys.iter().filter_map(|key| key.strip_prefix(&folder)).collect();
        walk.take_pruned(self.pruned().await?);
        walk.chain(&names, wanted).await?;
        let names = walk.without_pruned(&names);
        walk.ledgers(&names).await?;
        if let Some(former) = &wanted.former {
            walk.noted(&former.manifest, "proven before");
        }
        let noted = wanted.head.and_then(|head| walk.noted(head, "noted"));
        walk.rest(&names).await?;
        let (snapshots, objects, head) = (walk.read, walk.proven.len(), walk.head.take());
        let pruned = std::mem::take(&mut walk.pruned);
        Ok(Verified { faults: walk.end(), snapshots, objects, head, noted, pruned })
    }
}

struct Walk<'a> {
    history: &'a History,
    faults: Vec<Fault>,
    /// Objects that some manifest names, and whether they are sound.
    proven: BTreeMap<String, bool>,
    /// The tables as of the snapshot last looked at.
    tables: BTreeMap<String, (TableEntry, Option<Sheets>)>,
    /// Hashes of the manifests as they are stored, by number.
    manifests: BTreeMap<u64, String>,
    /// Hashes that manifests say those before them have.
    followed: BTreeSet<String>,
    /// How many manifests could be read.
    read: u64,
    /// Number and hash of the last of them.
    head: Option<(u64, String)>,
    /// What tombstones say was pruned.
    pruned: Pruned,
    /// Names of objects of manifests that a prune which broke off left.
    left: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    fn new(history: &'a History) -> Self {
        Self {
            history,
            faults: Vec::new(),
            proven: BTreeMap::new(),
            tables: BTreeMap::new(),
            manifests: BTreeMap::new(),
            followed: BTreeSet::new(),
            read: 0,
            head: None,
            pruned: Pruned::default(),
            left: BTreeSet::new(),
        }
    }

    /// Returns what was found, sorted by object, each once.
    fn end(mut self) -> Vec<Fault> {
        self.faults.sort();
        self.faults.dedup();
        self.faults
    }

    fn fault(&mut self, kind: FaultKind, name: &str, text: impl Into<String>) {
        self.faults.push(Fault { object: self.history.key(name), kind, text: text.into() });
    }

    /// Turns what is wrong with an object into a fault; whatever else went wrong stays an error.
    fn take(&mut self, name: &str, error: SnapshotError) -> Result<(), SnapshotError> {
        match error {
            SnapshotError::Missing { .. } => self.fault(FaultKind::Missing, name, "is missing"),
            SnapshotError::Damaged { reason, .. } => self.fault(FaultKind::Changed, name, reason),
            newer @ SnapshotError::Newer { .. } => self.fault(FaultKind::Changed, name, newer.to_string()),
            other => return Err(other),
        }
        Ok(())
    }

    async fn chain(
        &mut self,
        names: &BTreeSet<&str>,
        wanted: &Verification<'_>,
    ) -> Result<(), SnapshotError> {
        let numbers: BTreeSet<u64> =
            names.iter().filter_map(|name| number_of(name.strip_prefix("manifests/")?)).collect();
        let last = numbers.last().copied().unwrap_or_default();
        let begins_at = self.pruned.begins_at();
        let mut former: Option<(u64, String)> = None;
        for number in numbers {
            let before = former.as_ref().map(|(former, _)| *former);
            if is_put_in(before, number) {
                let beyond = before.map_or("any other".to_owned(), |former| format!("snapshot {former}"));
                let text = format!("was put in: it is too far beyond {beyond} to be of any run");
                self.fault(FaultKind::Inserted, &manifest_key(number), text);
                continue;
            }
            if number >= begins_at {
                self.note_gap(before.map_or(begins_at, |before| before + 1), number);
            }
            let name = manifest_key(number);
            let key = self.history.key(&name);
            let bytes = match self.history.get(&key).await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => {
                    self.fault(FaultKind::Missing, &name, "went away while it was looked at");
                    continue;
                }
                Err(error) => {
                    self.take(&name, error)?;
                    continue;
                }
            };
            let (read, hash) = (self.history.read_manifest(number, &key, &bytes), sha256(&bytes));
            if number < begins_at {
                self.left_over(number, read.as_ref().ok(), &hash);
                continue;
            }
            match read {
                Ok(manifest) => {
                    self.link(&manifest, former.as_ref());
                    self.followed.extend(manifest.previous.clone());
                    self.read += 1;
                    self.head = Some((number, hash.clone()));
                    match &wanted.former {
                        Some(milestone) if number <= milestone.snapshot => self.trust(&manifest),
                        _ => self.content(&manifest).await?,
                    }
                }
                Err(error) => self.take(&name, error)?,
            }
            self.manifests.insert(number, hash.clone());
            if let Some(watch) = wanted.watch {
                let faults = self.faults.clone();
                watch(&Milestone { snapshot: number, manifest: hash.clone(), faults }, last);
            }
            former = Some((number, hash));
        }
        Ok(())
    }

    /// Notes the numbers without a manifest between the one that is expected and the next that is there.
    fn note_gap(&mut self, expected: u64, number: u64) {
        if number == expected {
            return;
        }
        let gone = if number - expected == 1 {
            String::new()
        } else {
            format!(", and those up to {} with it", number - 1)
        };
        let text = format!("is missing{gone}, though snapshot {number} is there");
        self.fault(FaultKind::Missing, &manifest_key(expected), text);
    }

    fn link(&mut self, manifest: &Manifest, former: Option<&(u64, String)>) {
        let name = manifest_key(manifest.number);
        match (former, &manifest.previous) {
            (Some((number, _)), _) if number + 1 != manifest.number => {}
            (Some((number, hash)), previous) if previous.as_ref() != Some(hash) => {
                let text = format!(
                    "is not the manifest that `{name}` follows: one of the two was changed or put in"
                );
                self.fault(FaultKind::Changed, &manifest_key(*number), text);
            }
            (None, Some(_)) if manifest.number == 1 => {
                self.fault(FaultKind::Changed, &name, "names a former snapshot, though it is the first");
            }
            (None, _) => self.link_to_tombstone(manifest),
            _ => {}
        }
    }

    /// Takes a former verification's word for the objects of a snapshot.
    fn trust(&mut self, manifest: &Manifest) {
        let faulty: BTreeSet<&str> = self.faults.iter().map(|fault| fault.object.as_str()).collect();
        for object in manifest.objects() {
            let is_sound = !faulty.contains(self.history.key(&object.key).as_str());
            self.proven.insert(object.key.clone(), is_sound);
        }
        let entries = manifest.tables.iter();
        self.tables = entries.map(|(table, entry)| (table.clone(), (entry.clone(), None))).collect();
    }

    async fn content(&mut self, manifest: &Manifest) -> Result<(), SnapshotError> {
        for object in manifest.documents() {
            self.object(object).await?;
        }
        let mut former = std::mem::take(&mut self.tables);
        for (table, entry) in &manifest.tables {
            let sheets = match former.remove(table) {
                Some((same, sheets)) if same == *entry => sheets,
                before => self.table(manifest, table, entry, before).await?,
            };
            self.tables.insert(table.clone(), (entry.clone(), sheets));
        }
        Ok(())
    }

    /// Proves the rows of a table that changed; returns none when they cannot be had.
    async fn table(
        &mut self,
        manifest: &Manifest,
        table: &str,
        entry: &TableEntry,
        before: Option<(TableEntry, Option<Sheets>)>,
    ) -> Result<Option<Sheets>, SnapshotError> {
        let mut is_sound = true;
        for object in entry.objects() {
            is_sound &= self.object(object).await?;
        }
        if !is_sound {
            return Ok(None);
        }
        let rows = match before {
            // One delta more: the rows before and that delta are enough.
            Some((before, Some(sheets))) if follows(entry, &before) => match entry.deltas.last() {
                Some(delta) => self
                    .history
                    .read_delta(delta)
                    .await
                    .map(|lines| sheets.apply(Arc::unwrap_or_clone(lines))),
                None => Ok(sheets),
            }
            .and_then(|sheets| self.history.prove(entry, &sheets).map(|()| sheets)),
            _ => self.history.read_entry(entry).await,
        };
        match rows {
            Ok(sheets) => Ok(Some(sheets)),
            Err(SnapshotError::Damaged { reason, .. }) => {
                let text = format!("table `{table}`: {reason}");
                self.fault(FaultKind::Changed, &manifest_key(manifest.number), text);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// Proves one object, once.
    async fn object(&mut self, object: &ObjectRef) -> Result<bool, SnapshotError> {
        if let Some(is_sound) = self.proven.get(&object.key) {
            return Ok(*is_sound);
        }
        let fetched = self.history.fetch(object).await;
        let is_sound = fetched.is_ok();
        self.proven.insert(object.key.clone(), is_sound);
        if let Err(error) = fetched {
            self.take(&object.key, error)?;
        }
        Ok(is_sound)
    }

    /// Looks at everything that no manifest names.
    async fn rest(&mut self, names: &BTreeSet<&str>) -> Result<(), SnapshotError> {
        for name in names {
            let is_manifest = name.strip_prefix("manifests/").and_then(number_of).is_some();
            let is_mutable = name.starts_with("ledger/")
                || name.starts_with("claims/")
                || number_in_sent_mark(name).is_some();
            if is_manifest || is_mutable || self.proven.contains_key(*name) {
                continue;
            }
            let is_ours =
                ["access/", "findings/", "outbox/", "tables/"].iter().any(|folder| name.starts_with(folder));
            let key = self.history.key(name);
            let bytes = match self.history.get(&key).await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                Err(error) => {
                    self.take(name, error)?;
                    continue;
                }
            };
            if is_ours && hash_in_key(name) == Some(sha256(&bytes).as_str()) {
                self.fault(
                    FaultKind::Stray,
                    name,
                    "is named by no snapshot: a run that died left it, or its snapshot was removed",
                );
            } else {
                self.fault(FaultKind::Inserted, name, "was not written by iamwatch");
            }
        }
        Ok(())
    }
}

/// Returns whether an entry is the former one with one more delta.
fn follows(entry: &TableEntry, before: &TableEntry) -> bool {
    entry.base == before.base
        && entry.shape == before.shape
        && entry.deltas.len() == before.deltas.len() + 1
        && entry.deltas.starts_with(&before.deltas)
}
