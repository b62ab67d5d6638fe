//! What a warm program keeps of a store: manifests, decoded tables and deltas, documents and what was made of them, up to a bound of bytes.
//!
//! What is kept never changes, so that nothing is ever out of date: tables are kept by the hash of their rows, deltas and documents by the hash in their
//! key, manifests by their number, what was made of snapshots by a name that says of which. Whoever proves a history reads without a cache ([`History::without_cache`]).

use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use model::{AccountId, Rows, Table};

use crate::{DeltaRef, History, Manifest, ObjectRef, SnapshotError, TableEntry, file::FileLine};

/// Bytes in memory for each byte of a manifest: keys and hashes are written once, and held twice.
const MANIFEST_FACTOR: usize = 3;
/// Bytes that a row takes beside its cells: two counters, and where it is.
pub(crate) const ROW_BYTES: usize = 32;
/// Bytes that an entry takes beside its value.
const ENTRY_BYTES: usize = 512;

/// By what something is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum CacheName {
    Manifest(AccountId, u64),
    Rows { table: &'static str, shape: String, hash: String },
    Delta(AccountId, String),
    Document(AccountId, String),
    Made(AccountId, String),
}

#[derive(Debug, Clone)]
enum Cached {
    Manifest(Arc<Manifest>),
    Rows(Rows),
    Delta(Arc<Vec<FileLine>>),
    Document(Bytes),
    Made { value: Arc<dyn Any + Send + Sync>, bytes: usize },
}

impl Cached {
    fn weight(&self) -> usize {
        let own = match self {
            Self::Manifest(manifest) => {
                manifest.to_bytes().map_or(0, |bytes| bytes.len()).saturating_mul(MANIFEST_FACTOR)
            }
            Self::Rows(rows) => rows.iter().map(|row| row.as_bytes().len() + ROW_BYTES).sum(),
            Self::Delta(lines) => lines.iter().map(|line| line.row.as_bytes().len() + ROW_BYTES).sum(),
            Self::Document(bytes) => bytes.len(),
            Self::Made { bytes, .. } => *bytes,
        };
        own.saturating_add(ENTRY_BYTES)
    }
}

/// What was read, least recently used first to go. Clones share it.
#[derive(Debug, Clone)]
pub struct ReadCache {
    most_bytes: usize,
    keeps_documents: bool,
    shelf: Arc<Mutex<CacheShelf>>,
}

#[derive(Debug, Default)]
struct CacheShelf {
    entries: BTreeMap<CacheName, Entry>,
    /// Names by when they were last used.
    uses: BTreeMap<u64, CacheName>,
    clock: u64,
    bytes: usize,
    made: u64,
}

#[derive(Debug)]
struct Entry {
    value: Cached,
    weight: usize,
    used: u64,
}

impl ReadCache {
    /// Makes a cache that holds no more than some bytes, as far as they can be counted.
    #[must_use]
    pub fn new(most_bytes: usize) -> Self {
        Self { most_bytes, keeps_documents: true, shelf: Arc::default() }
    }

    /// Returns this cache for a reader that reads each document once, so that documents do not drive out what is read again.
    #[must_use]
    pub fn without_documents(self) -> Self {
        Self { keeps_documents: false, ..self }
    }

    /// Returns how many bytes are held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Returns how often something was made of snapshots because it was not kept.
    #[must_use]
    pub fn makings(&self) -> u64 {
        self.lock().made
    }

    fn get(&self, name: &CacheName) -> Option<Cached> {
        self.lock().touch(name)
    }

    /// Keeps a value; one that alone would be most of the cache would only drive out all others.
    fn put(&self, name: CacheName, value: Cached) {
        let weight = value.weight();
        if weight <= self.most_bytes / 2 {
            self.lock().put(name, value, weight, self.most_bytes);
        }
    }

    fn lock(&self) -> MutexGuard<'_, CacheShelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CacheShelf {
    fn touch(&mut self, name: &CacheName) -> Option<Cached> {
        self.clock += 1;
        let entry = self.entries.get_mut(name)?;
        let name = self.uses.remove(&entry.used)?;
        entry.used = self.clock;
        self.uses.insert(self.clock, name);
        Some(entry.value.clone())
    }

    fn put(&mut self, name: CacheName, value: Cached, weight: usize, most: usize) {
        self.clock += 1;
        self.uses.insert(self.clock, name.clone());
        let former = self.entries.insert(name, Entry { value, weight, used: self.clock });
        if let Some(former) = former {
            self.uses.remove(&former.used);
            self.bytes = self.bytes.saturating_sub(former.weight);
        }
        self.bytes += weight;
        while self.bytes > most
            && let Some((_, oldest)) = self.uses.pop_first()
        {
            let gone = self.entries.remove(&oldest);
            self.bytes = self.bytes.saturating_sub(gone.map_or(0, |gone| gone.weight));
        }
    }
}

impl History {
    /// Returns the snapshot with a number, which is not copied where it is kept.
    ///
    /// # Errors
    /// As [`History::manifest`].
    pub async fn shared_manifest(&self, number: u64) -> Result<Arc<Manifest>, SnapshotError> {
        let Some(cache) = self.cache() else { return Ok(Arc::new(self.manifest(number).await?)) };
        let name = CacheName::Manifest(self.account().clone(), number);
        if let Some(Cached::Manifest(manifest)) = cache.get(&name) {
            return Ok(manifest);
        }
        let manifest = Arc::new(self.manifest(number).await?);
        cache.put(name, Cached::Manifest(Arc::clone(&manifest)));
        Ok(manifest)
    }

    /// Returns what is made of snapshots of this history and follows from them alone, which is not made again where it is kept. The name
    /// says what it is and of which snapshots; whoever makes it says about how many bytes it takes.
    pub fn shared<T: Any + Send + Sync>(&self, name: &str, make: impl FnOnce() -> (T, usize)) -> Arc<T> {
        if let Some(kept) = self.find_kept(name) {
            return kept;
        }
        let (made, bytes) = make();
        let made = Arc::new(made);
        if let Some(cache) = self.cache() {
            cache.lock().made += 1;
        }
        self.keep(name, &made, bytes);
        made
    }

    /// Returns what was made of this history under a name, where it is kept.
    #[must_use]
    pub fn find_kept<T: Any + Send + Sync>(&self, name: &str) -> Option<Arc<T>> {
        match self.cache()?.get(&CacheName::Made(self.account().clone(), name.to_owned()))? {
            Cached::Made { value, .. } => value.downcast::<T>().ok(),
            _ => None,
        }
    }

    /// Keeps what was made of this history, and takes about so many bytes, under a name that says what it is and of which snapshots.
    pub fn keep<T: Any + Send + Sync>(&self, name: &str, made: &Arc<T>, bytes: usize) {
        if let Some(cache) = self.cache() {
            let value: Arc<dyn Any + Send + Sync> = Arc::<T>::clone(made);
            let name = CacheName::Made(self.account().clone(), name.to_owned());
            cache.put(name, Cached::Made { value, bytes });
        }
    }

    /// Returns the rows of a table that are kept.
    pub(crate) fn cached_rows(&self, table: &Table, entry: &TableEntry) -> Option<Rows> {
        match self.cache()?.get(&name_of_rows(table, entry))? {
            Cached::Rows(rows) => Some(rows),
            _ => None,
        }
    }

    /// Keeps the rows that an entry of a table gives; they may come from nothing else.
    pub(crate) fn keep_rows(&self, table: &Table, entry: &TableEntry, rows: &Rows) {
        if let Some(cache) = self.cache() {
            cache.put(name_of_rows(table, entry), Cached::Rows(rows.clone()));
        }
    }

    /// Returns what a delta holds, where it is kept.
    pub(crate) fn cached_delta(&self, delta: &DeltaRef) -> Option<Arc<Vec<FileLine>>> {
        match self.cache()?.get(&self.name_of_delta(delta))? {
            Cached::Delta(lines) => Some(lines),
            _ => None,
        }
    }

    /// Keeps what was read of a delta.
    pub(crate) fn keep_delta(&self, delta: &DeltaRef, lines: &Arc<Vec<FileLine>>) {
        if let Some(cache) = self.cache() {
            cache.put(self.name_of_delta(delta), Cached::Delta(Arc::clone(lines)));
        }
    }

    fn name_of_delta(&self, delta: &DeltaRef) -> CacheName {
        CacheName::Delta(self.account().clone(), delta.object.key.clone())
    }

    /// Reads an object that is a document and proves it, unless it is kept.
    pub(crate) async fn fetch_document(&self, object: &ObjectRef) -> Result<Bytes, SnapshotError> {
        let missing = || SnapshotError::Missing { object: self.key(&object.key) };
        self.fetch_documents(&[object]).await?.pop().ok_or_else(missing)
    }

    /// Reads objects that are documents side by side and proves them, unless they are kept.
    pub(crate) async fn fetch_documents(&self, objects: &[&ObjectRef]) -> Result<Vec<Bytes>, SnapshotError> {
        let Some(cache) = self.cache().filter(|cache| cache.keeps_documents) else {
            return self.fetch_all(objects).await;
        };
        let name = |object: &ObjectRef| CacheName::Document(self.account().clone(), object.key.clone());
        let mut documents: BTreeMap<&ObjectRef, Bytes> = BTreeMap::new();
        for object in objects {
            if let Some(Cached::Document(bytes)) = cache.get(&name(object)) {
                documents.insert(object, bytes);
            }
        }
        let missing: Vec<&ObjectRef> =
            objects.iter().copied().filter(|object| !documents.contains_key(object)).collect();
        for (object, bytes) in missing.iter().zip(self.fetch_all(&missing).await?) {
            cache.put(name(object), Cached::Document(bytes.clone()));
            documents.insert(object, bytes);
        }
        Ok(objects.iter().filter_map(|object| documents.get(object).cloned()).collect())
    }
}

fn name_of_rows(table: &Table, entry: &TableEntry) -> CacheName {
    CacheName::Rows { table: table.name, shape: entry.shape.clone(), hash: entry.hash.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(number: u64) -> CacheName {
        CacheName::Document("ibm/a1".parse().unwrap(), number.to_string())
    }

    #[test]
    fn what_was_used_least_recently_goes_first_and_the_bound_holds() {
        let cache = ReadCache::new(10 * 1024);
        let value = || Cached::Document(Bytes::from(vec![0; 2 * 1024]));
        for number in 1..=4 {
            cache.put(document(number), value());
        }
        assert!(cache.get(&document(1)).is_some(), "four fit");
        cache.put(document(5), value());
        assert!(cache.get(&document(2)).is_none(), "the one that was not used since");
        assert!([1, 3, 4, 5].iter().all(|number| cache.get(&document(*number)).is_some()));
        for number in 6..1000 {
            cache.put(document(number), value());
            assert!(cache.bytes() <= 10 * 1024);
        }
        cache.put(document(999), value());
        assert_eq!(cache.bytes(), 4 * (2 * 1024 + ENTRY_BYTES), "the same again weighs once");
        cache.put(document(0), Cached::Document(Bytes::from(vec![0; 6 * 1024])));
        assert!(cache.get(&document(0)).is_none() && cache.get(&document(999)).is_some(), "too large for it");
    }
}
