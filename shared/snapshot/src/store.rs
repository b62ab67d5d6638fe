//! Stores: where objects live, by key. A folder on disk, or a bucket.
//!
//! In: keys with `/` between their parts, and bytes. Out: the same bytes. One call decides everything: [`Store::create`], which
//! of any number of writers lets one win and shows nobody half an object.

mod folder;
mod removal;
mod s3;
mod traffic;

use std::{future::Future, time::Duration};

use bytes::Bytes;
use model::{Timestamp, printable_setting};

pub use folder::Folder;
pub use removal::{ObjectAge, Removal, RemovalTerms};
pub use s3::S3;
use traffic::Counters;
pub use traffic::Traffic;

use crate::StoreError;

/// Most keys that one page of a listing holds.
pub(crate) const PAGE: usize = 1000;
/// Most pages that are read of one listing: ten million keys. More is no account's history.
const PAGES: usize = 10_000;

/// One page of the keys in a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// The keys, sorted by their bytes.
    pub keys: Vec<String>,
    /// How many bytes each of them has, in the same order; none where the store does not say.
    pub sizes: Vec<Option<u64>>,
    /// Whether there are more after the last one.
    pub more: bool,
}

/// What a place for objects must do.
pub trait Store {
    /// Returns an object, or none when there is no such key.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Bytes>, StoreError>> + Send;

    /// Writes an object, whole and durably, over what had the key.
    fn put(&self, key: &str, bytes: Bytes) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Writes an object unless the key is taken, and says whether it did: of any number of writers one wins, and nobody ever
    /// reads half an object.
    fn create(&self, key: &str, bytes: Bytes) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Returns up to a thousand keys that begin with `prefix` and come after `after`.
    fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
    ) -> impl Future<Output = Result<Listed, StoreError>> + Send;

    /// Returns how old an object is and whether it is locked, or none when there is no such key.
    fn age(&self, key: &str) -> impl Future<Output = Result<Option<ObjectAge>, StoreError>> + Send;

    /// Removes an object, unless it is locked, or was written a short time ago.
    fn remove(
        &self,
        key: &str,
        terms: &RemovalTerms,
    ) -> impl Future<Output = Result<Removal, StoreError>> + Send;
}

/// How to reach a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreOptions {
    /// The endpoint of an S3-compatible store; none for AWS itself.
    pub s3_endpoint: Option<String>,
    /// Whether the bucket goes into the path and not into the host name.
    pub s3_path_style: bool,
    /// The region; without it what the environment says.
    pub region: Option<String>,
}

/// A store of either kind: a folder or S3.
#[derive(Debug, Clone)]
pub enum AnyStore {
    /// A folder on disk.
    Folder(Folder),
    /// A bucket, or a part of one.
    S3(S3),
}

impl AnyStore {
    /// Opens a store by its address: `s3://bucket/prefix`, or a folder that may be yet to be made.
    ///
    /// # Errors
    /// When the address makes no sense, or the folder holds other things than a store.
    pub async fn open(uri: &str, options: &StoreOptions) -> Result<Self, StoreError> {
        if uri.starts_with("s3://") {
            return Ok(Self::S3(S3::open(uri, options).await?));
        }
        if uri.contains("://") {
            return Err(StoreError::Uri {
                uri: printable_setting(uri).to_owned(),
                reason: "only `s3://` is known",
            });
        }
        if uri.is_empty() {
            return Err(StoreError::Uri { uri: String::new(), reason: "it is empty" });
        }
        Ok(Self::Folder(Folder::open(uri).await?))
    }

    /// Returns the address of an object, for people.
    #[must_use]
    pub fn place(&self, key: &str) -> String {
        match self {
            Self::Folder(folder) => folder.place(key),
            Self::S3(bucket) => bucket.place(key),
        }
    }

    /// Returns what went in and out since the store was opened, by this value and all its clones.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.counters().traffic()
    }

    /// Makes sure that the store decides which of several writers creates an object: to be called before anything is committed to it.
    ///
    /// A folder is on a file system, which does or says that it cannot. AWS promises it. Any other S3 endpoint is tried: see
    /// `shared/snapshot/stores.md`. Where the proof of a former run is found, this costs two small requests, and in one process it is asked once.
    ///
    /// # Errors
    /// [`StoreError::Unconditional`] when it does not, and whatever keeps it from being asked.
    pub async fn prove(&self, now: Timestamp) -> Result<(), StoreError> {
        match self {
            Self::Folder(_) => Ok(()),
            Self::S3(bucket) => bucket.prove(now).await,
        }
    }

    /// Takes back the proof that the store decides races, where it acknowledged what it did not keep.
    pub async fn forget_proof(&self) {
        match self {
            Self::Folder(_) => {}
            Self::S3(bucket) => bucket.forget_proof().await,
        }
    }

    /// Returns whether an acknowledged create should be read back before anybody is told of it: where no vendor promises that it holds.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        match self {
            Self::Folder(_) => false,
            Self::S3(bucket) => bucket.is_doubtful(),
        }
    }

    /// Returns an object, or none when there is no such key.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not work.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        check_key(key)?;
        let found = match self {
            Self::Folder(folder) => folder.get(key).await,
            Self::S3(bucket) => bucket.get(key).await,
        }?;
        self.counters().read(found.as_ref().map_or(0, Bytes::len));
        Ok(found)
    }

    /// Returns objects in the order of their keys, read side by side: as many as may be under way at a time.
    ///
    /// # Errors
    /// As [`AnyStore::get`].
    pub async fn get_all(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>, StoreError> {
        keys.iter().try_for_each(|key| check_key(key))?;
        let found = match self {
            Self::Folder(folder) => folder.get_all(keys).await,
            Self::S3(bucket) => futures::future::try_join_all(keys.iter().map(|key| bucket.get(key))).await,
        }?;
        for object in &found {
            self.counters().read(object.as_ref().map_or(0, Bytes::len));
        }
        Ok(found)
    }

    /// Returns a link by which whoever has it can read an object for some time, without credentials; none where the store is a folder.
    /// The store is not asked: a link to what is not there leads nowhere.
    ///
    /// # Errors
    /// [`StoreError`] when there are no credentials to sign the link with.
    pub async fn link(&self, key: &str, lifetime: Duration) -> Result<Option<String>, StoreError> {
        check_key(key)?;
        match self {
            Self::Folder(_) => Ok(None),
            Self::S3(bucket) => bucket.link(key, lifetime).await.map(Some),
        }
    }

    /// Writes an object, whole and durably, over what had the key.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not work.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        check_key(key)?;
        let length = bytes.len();
        match self {
            Self::Folder(folder) => folder.put(key, bytes).await,
            Self::S3(bucket) => bucket.put(key, bytes).await,
        }?;
        self.counters().wrote(length);
        Ok(())
    }

    /// Writes an object unless the key is taken, and says whether it did: of any number of writers one wins, and nobody ever
    /// reads half an object.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not work.
    pub async fn create(&self, key: &str, bytes: Bytes) -> Result<bool, StoreError> {
        check_key(key)?;
        let length = bytes.len();
        let created = match self {
            Self::Folder(folder) => folder.create(key, bytes).await,
            Self::S3(bucket) => bucket.create(key, bytes).await,
        }?;
        if created {
            self.counters().wrote(length);
        }
        Ok(created)
    }

    /// Returns up to a thousand keys that begin with `prefix` and come after `after`, sorted by their bytes.
    ///
    /// # Errors
    /// [`StoreError`] when the store does not work.
    pub async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, StoreError> {
        if let Some(folder) = prefix.rsplit_once('/').map(|(folder, _)| folder) {
            check_key(folder)?;
        }
        let listed = match self {
            Self::Folder(folder) => folder.list(prefix, after).await,
            Self::S3(bucket) => bucket.list(prefix, after).await,
        }?;
        self.counters().listed();
        check_order(&listed, prefix, after)
            .map_err(|reason| StoreError::Disordered { place: self.place(prefix), reason })?;
        Ok(listed)
    }

    /// Returns every key that begins with `prefix`.
    pub(crate) async fn list_all(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.list_pages(prefix, PAGES).await
    }

    pub(crate) async fn list_pages(&self, prefix: &str, most: usize) -> Result<Vec<String>, StoreError> {
        let mut keys = Vec::new();
        for _ in 0..most {
            let page = self.list(prefix, keys.last().map(String::as_str)).await?;
            keys.extend(page.keys);
            if !page.more {
                return Ok(keys);
            }
        }
        let reason = format!("it has no end after {most} pages and {} keys", keys.len());
        Err(StoreError::Disordered { place: self.place(prefix), reason })
    }

    const fn counters(&self) -> &Counters {
        match self {
            Self::Folder(folder) => folder.counters(),
            Self::S3(bucket) => bucket.counters(),
        }
    }
}

/// Checks that a page goes on after where the listing was, and so brings it nearer to its end.
fn check_order(page: &Listed, prefix: &str, after: Option<&str>) -> Result<(), String> {
    let mut former = after.unwrap_or_default();
    for key in &page.keys {
        if !key.starts_with(prefix) {
            return Err(format!("it shows `{key}`, which was not asked for"));
        }
        if !former.is_empty() && key.as_str() <= former {
            return Err(format!("it shows `{key}` after `{former}`"));
        }
        former = key;
    }
    if page.more && page.keys.is_empty() {
        return Err("a page has no key, and says that there are more".to_owned());
    }
    Ok(())
}

/// Refuses keys that could leave the store's root, or that not every store can hold.
pub(crate) fn check_key(key: &str) -> Result<(), StoreError> {
    let part_is_fine = |part: &str| !part.is_empty() && !part.starts_with('.') && part.len() <= 200;
    let is_fine = key.len() <= 900
        && key.split('/').all(part_is_fine)
        && !key.chars().any(|each| each.is_control() || each == '\\');
    if is_fine { Ok(()) } else { Err(StoreError::Key { key: key.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_leaves_the_root() {
        for key in ["", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", ".hidden/a", "a\\b", "a\0b", "a\nb"] {
            assert!(matches!(check_key(key), Err(StoreError::Key { .. })), "{key:?}");
        }
        for key in ["a", "a/b.json", "ü/ b+c%d=&?#~", "a..b/c"] {
            assert!(check_key(key).is_ok(), "{key:?}");
        }
    }

    #[test]
    fn a_page_that_does_not_go_on_is_refused() {
        let page = |keys: &[&str], more| Listed {
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            sizes: Vec::new(),
            more,
        };
        let check = |keys: &[&str], more| check_order(&page(keys, more), "a/", Some("a/3"));
        assert_eq!(check(&["a/4", "a/5"], true), Ok(()));
        assert_eq!(check(&[], false), Ok(()));
        let wrong: [&[&str]; 5] =
            [&["a/3", "a/4"], &["a/1"], &["a/5", "a/4"], &["a/4", "a/4"], &["a/4", "b/1"]];
        assert!(check(&[], true).is_err());
        for keys in wrong {
            assert!(check(keys, false).is_err(), "{keys:?}");
        }
    }

    #[tokio::test]
    async fn an_address_of_an_unknown_kind_is_refused() {
        let error = AnyStore::open("gs://bucket/x", &StoreOptions::default()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`gs://bucket/x` names no store: only `s3://` is known; give a folder or `s3://BUCKET/PREFIX`"
        );
    }

    #[tokio::test]
    async fn a_password_in_an_address_is_not_repeated() {
        for address in ["https://u:secret@host/x", "s3://u:secret@bucket/x", "s3://secret@b"] {
            let error = AnyStore::open(address, &StoreOptions::default()).await.unwrap_err().to_string();
            assert!(error.starts_with("`…` names no store") && !error.contains("secret"), "{error}");
        }
    }
}
