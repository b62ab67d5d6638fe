//! A store in a folder: an object is a file.

mod disk;

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use model::{Cloud, Timestamp};

use self::disk::Disk;
use super::{Counters, Listed, ObjectAge, PAGE, Removal, RemovalTerms, Store};
use crate::StoreError;

/// A folder on disk as a store.
#[derive(Debug, Clone)]
pub struct Folder {
    disk: Arc<Disk>,
    counters: Counters,
}

impl Folder {
    /// Opens a folder, which need not be there yet; it is made by the first write.
    ///
    /// # Errors
    /// [`StoreError::NotOurs`] when it holds other things and no account's history.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = path.into();
        let folder = Self { disk: Arc::new(Disk::new(root.clone())), counters: Counters::default() };
        blocking(move || check_content(&root)).await?;
        Ok(folder)
    }

    /// Reads objects one after the other, without a change of threads for each.
    pub(crate) async fn get_all(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>, StoreError> {
        let paths: Vec<PathBuf> = keys.iter().map(|key| self.path(key)).collect();
        blocking(move || paths.iter().map(|path| read(path)).collect()).await
    }

    /// Returns the path of an object, for people.
    #[must_use]
    pub fn place(&self, key: &str) -> String {
        self.path(key).display().to_string()
    }

    pub(super) const fn counters(&self) -> &Counters {
        &self.counters
    }

    fn path(&self, key: &str) -> PathBuf {
        self.disk.root().join(key)
    }
}

impl Store for Folder {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, StoreError> {
        let path = self.path(key);
        blocking(move || read(&path)).await
    }

    async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        let (disk, path) = (Arc::clone(&self.disk), self.path(key));
        blocking(move || disk.put(&path, &bytes)).await
    }

    async fn create(&self, key: &str, bytes: Bytes) -> Result<bool, StoreError> {
        let (disk, path) = (Arc::clone(&self.disk), self.path(key));
        blocking(move || disk.create(&path, &bytes)).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Listed, StoreError> {
        let (disk, prefix) = (Arc::clone(&self.disk), prefix.to_owned());
        let after = after.unwrap_or_default().to_owned();
        blocking(move || {
            let start = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mut keys = Vec::new();
            gather(disk.root(), start, &Wanted { prefix: &prefix, after: &after }, &mut keys)?;
            keys.sort_unstable();
            let more = keys.len() > PAGE;
            keys.truncate(PAGE);
            let size = |key: &String| fs::metadata(disk.root().join(key)).ok().map(|file| file.len());
            Ok(Listed { sizes: keys.iter().map(size).collect(), keys, more })
        })
        .await
    }

    async fn age(&self, key: &str) -> Result<Option<ObjectAge>, StoreError> {
        let path = self.path(key);
        blocking(move || match fs::metadata(&path) {
            Ok(file) => Ok(Some(age_of(&file))),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(unreadable(&path, error)),
        })
        .await
    }

    async fn remove(&self, key: &str, terms: &RemovalTerms) -> Result<Removal, StoreError> {
        let (disk, path, terms) = (Arc::clone(&self.disk), self.path(key), *terms);
        blocking(move || disk.remove(&path, &terms)).await
    }
}

/// Returns how old a file is. A file system knows no locks: what may not be removed is refused when it is tried.
fn age_of(file: &fs::Metadata) -> ObjectAge {
    let written = file.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    ObjectAge { written, retained_until: None, is_held: false }
}

struct Wanted<'a> {
    prefix: &'a str,
    after: &'a str,
}

impl Wanted<'_> {
    fn takes(&self, key: &str) -> bool {
        key.starts_with(self.prefix) && (self.after.is_empty() || key > self.after)
    }

    /// Returns whether a folder, named with its `/`, may hold keys that are wanted.
    fn enters(&self, folder: &str) -> bool {
        let may_match = folder.starts_with(self.prefix) || self.prefix.starts_with(folder);
        may_match && (folder > self.after || self.after.starts_with(folder))
    }
}

fn gather(root: &Path, folder: &str, wanted: &Wanted<'_>, keys: &mut Vec<String>) -> Result<(), StoreError> {
    let path = root.join(folder);
    let place = |error| unreadable(&path, error);
    let entries = match fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if is_absence(&error) => return Ok(()),
        Err(error) => return Err(place(error)),
    };
    for entry in entries {
        let entry = entry.map_err(place)?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let key = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let kind = entry.file_type().map_err(place)?;
        if kind.is_dir() && wanted.enters(&format!("{key}/")) {
            gather(root, &key, wanted, keys)?;
        } else if kind.is_file() && wanted.takes(&key) {
            keys.push(key);
        }
    }
    Ok(())
}

fn check_content(root: &Path) -> Result<(), StoreError> {
    let place = |error| unreadable(root, error);
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(place(error)),
    };
    let mut foreign = None;
    for entry in entries {
        let entry = entry.map_err(place)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_cloud = Cloud::ALL.iter().any(|cloud| cloud.name() == name);
        if is_cloud && entry.file_type().map_err(place)?.is_dir() {
            return Ok(());
        }
        if !name.starts_with('.') {
            foreign = foreign.max(Some(name));
        }
    }
    match foreign {
        None => Ok(()),
        Some(found) => Err(StoreError::NotOurs { path: root.display().to_string(), found }),
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn read(path: &Path) -> Result<Option<Bytes>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Bytes::from(bytes))),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(unreadable(path, error)),
    }
}

fn unreadable(path: &Path, error: io::Error) -> StoreError {
    StoreError::Unreadable { place: path.display().to_string(), source: error.into() }
}

fn unwritable(path: &Path, error: io::Error) -> StoreError {
    let place = path.display().to_string();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full { place, source: error.into() },
        _ => StoreError::Unwritable { place, source: error.into() },
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            Err(StoreError::Unreadable { place: "the store's folder".to_owned(), source: error.into() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_of_other_things_is_no_store() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("thesis.doc"), "x").unwrap();
        let error = Folder::open(home.path()).await.unwrap_err().to_string();
        assert!(error.contains("is not an iamwatch store: it holds `thesis.doc`"), "{error}");
        fs::create_dir(home.path().join("ibm")).unwrap();
        assert!(Folder::open(home.path()).await.is_ok());
    }

    #[tokio::test]
    async fn a_store_where_nothing_can_be_written_is_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "x").unwrap();
        assert!(matches!(Folder::open(&file).await, Err(StoreError::Unreadable { .. })));
        let below = Folder::open(file.join("store")).await;
        let error = match below {
            Ok(folder) => folder.put("a", Bytes::new()).await.unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(&file.display().to_string()), "{error}");
    }

    #[test]
    fn a_full_disk_is_told_as_such() {
        let error = unwritable(Path::new("/store/a"), ErrorKind::StorageFull.into());
        assert_eq!(
            error.to_string(),
            "`/store/a` could not be written: no space left; free some and run again, nothing stored before was harmed"
        );
    }

    #[tokio::test]
    async fn opening_and_reading_make_no_folder() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path().join("new")).await.unwrap();
        assert_eq!(folder.get("a/b").await.unwrap(), None);
        assert_eq!(folder.list("", None).await.unwrap(), Listed::default());
        assert!(!home.path().join("new").exists());
    }

    #[tokio::test]
    async fn a_write_leaves_nothing_behind_but_the_object() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path()).await.unwrap();
        assert!(folder.create("ibm/a", Bytes::from_static(b"1")).await.unwrap());
        assert!(!folder.create("ibm/a", Bytes::from_static(b"2")).await.unwrap());
        assert_eq!(fs::read_dir(home.path().join(".incoming")).unwrap().count(), 0);
        assert_eq!(fs::read(home.path().join("ibm/a")).unwrap(), b"1");
    }
}
