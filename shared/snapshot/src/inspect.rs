//! Looks whether what a manifest names is still there, at a cost that does not grow with the account.
//!
//! An unchanged table is not read again, so that the loss of one of its objects would go from manifest to manifest. A page of the
//! listing shows the size of a thousand objects; where there are more, each run looks at another part of them, so that within as many
//! runs as objects are named each of them was looked at. A size says nothing of bits that rot or were written over, so that some objects
//! are also read: many on a disk of one's own, where reading costs nothing, a few in a bucket, others in each run until all had their turn.

use futures::{StreamExt, TryStreamExt, stream};

use crate::{AnyStore, FindingsRef, History, Listed, Manifest, ObjectRef, SnapshotError, StoreError};

/// Most objects, and about as many bytes, that are read in one run: of a folder, and of a bucket, where each is a request.
const READ_IN_FOLDER: Portion = Portion { objects: 64, bytes: 1024 * 1024 };
const READ_IN_BUCKET: Portion = Portion { objects: 16, bytes: 1024 * 1024 };
/// Objects that are read at a time.
const AT_ONCE: usize = 8;

/// How much is read in one run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portion {
    pub(crate) objects: usize,
    /// Reached by all but the last of them, so that an object of any size has its turn.
    pub(crate) bytes: u64,
}

impl History {
    /// Returns what is wrong with objects of the tables and the findings that a manifest names, as far as this run looks.
    ///
    /// # Errors
    /// When the store does not work; an object that is missing or damaged is no error here.
    pub async fn inspect(&self, manifest: &Manifest) -> Result<Vec<SnapshotError>, SnapshotError> {
        let mut faults = self.look_up(manifest).await?;
        let portion = match self.store() {
            AnyStore::Folder(_) => READ_IN_FOLDER,
            AnyStore::S3(_) => READ_IN_BUCKET,
        };
        let is_known = |error: &SnapshotError| {
            let key = |error: &SnapshotError| error.damage().map(|(key, _)| key.to_owned());
            faults.iter().any(|fault| key(fault) == key(error))
        };
        let read = self.read_some(manifest, portion).await?;
        let fresh: Vec<SnapshotError> = read.into_iter().filter(|error| !is_known(error)).collect();
        faults.extend(fresh);
        Ok(faults)
    }

    /// Looks for the named objects in pages of the listing.
    pub(crate) async fn look_up(&self, manifest: &Manifest) -> Result<Vec<SnapshotError>, SnapshotError> {
        let (named, turn) = (named(manifest), turn(manifest));
        let mut faults = Vec::new();
        for folder in ["findings/", "tables/"] {
            let here: Vec<&ObjectRef> =
                named.iter().copied().filter(|object| object.key.starts_with(folder)).collect();
            if here.is_empty() {
                continue;
            }
            let page = self.page(folder, None).await?;
            let beyond = self.compare(&here, &page, &mut faults);
            if let Some(turn) = turn.checked_rem(beyond.len())
                && let Some((next, others)) = beyond.get(turn..).and_then(<[_]>::split_first)
            {
                // A key comes right after itself without its last letter.
                let before = next.key.get(..next.key.len().saturating_sub(1));
                let page = self.page(folder, before).await?;
                let here: Vec<&ObjectRef> = std::iter::once(next).chain(others).copied().collect();
                self.compare(&here, &page, &mut faults);
            }
        }
        Ok(faults)
    }

    async fn page(&self, folder: &str, after: Option<&str>) -> Result<Listed, SnapshotError> {
        let after = after.map(|after| self.key(after));
        let page = self.store().list(&self.key(folder), after.as_deref()).await;
        page.map_err(|error: StoreError| self.store_error(error))
    }

    /// Notes which objects a page lacks or shows with another size, and returns those that come after the page.
    fn compare<'a>(
        &self,
        named: &[&'a ObjectRef],
        page: &Listed,
        faults: &mut Vec<SnapshotError>,
    ) -> Vec<&'a ObjectRef> {
        let mut beyond = Vec::new();
        for object in named {
            let key = self.key(&object.key);
            match page.keys.binary_search(&key) {
                Ok(position) => {
                    if let Some(Some(size)) =
                        page.sizes.get(position).filter(|size| **size != Some(object.bytes))
                    {
                        let reason = format!("it has {size} bytes instead of {}", object.bytes);
                        faults.push(SnapshotError::Damaged { object: key, reason });
                    }
                }
                Err(_) if page.more && page.keys.last().is_none_or(|last| *last < key) => {
                    beyond.push(*object)
                }
                Err(_) => faults.push(SnapshotError::Missing { object: key }),
            }
        }
        beyond
    }

    /// Reads a portion of the objects, the next one in each run.
    pub(crate) async fn read_some(
        &self,
        manifest: &Manifest,
        portion: Portion,
    ) -> Result<Vec<SnapshotError>, SnapshotError> {
        let portions = portions(named(manifest), portion);
        let turn = turn(manifest).checked_rem(portions.len()).unwrap_or_default();
        let chosen = portions.into_iter().nth(turn).unwrap_or_default();
        let read = stream::iter(chosen).map(|object| async move {
            match self.fetch(object).await {
                Ok(_) => Ok(None),
                Err(error) if error.is_damage() => Ok(Some(error)),
                Err(error) => Err(error),
            }
        });
        let read: Vec<Option<SnapshotError>> = read.buffered(AT_ONCE).try_collect().await?;
        Ok(read.into_iter().flatten().collect())
    }
}

/// Returns the objects of the tables and the findings, sorted by key.
fn named(manifest: &Manifest) -> Vec<&ObjectRef> {
    let tables = manifest.tables.values().flat_map(|entry| entry.objects());
    let findings = manifest.findings.iter().flat_map(FindingsRef::objects);
    let mut named: Vec<&ObjectRef> = findings.chain(tables).collect();
    named.sort();
    named.dedup();
    named
}

/// Cuts the objects into portions, each of which one run reads.
fn portions(named: Vec<&ObjectRef>, most: Portion) -> Vec<Vec<&ObjectRef>> {
    let mut portions: Vec<Vec<&ObjectRef>> = Vec::new();
    let mut bytes = 0;
    for object in named {
        match portions.last_mut().filter(|last| last.len() < most.objects && bytes < most.bytes) {
            Some(last) => last.push(object),
            None => {
                portions.push(vec![object]);
                bytes = 0;
            }
        }
        bytes += object.bytes;
    }
    portions
}

/// Returns whose turn it is: a number that each run has another of.
fn turn(manifest: &Manifest) -> usize {
    usize::try_from(manifest.number).unwrap_or_default()
}
