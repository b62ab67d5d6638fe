//! Writing files so that nobody reads half of one, and that what is told as written survives a power cut.
//!
//! A file is written beside the store's content, brought to disk, and only then given its name; then the name is brought to
//! disk, and the names of the folders above it.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use tempfile::NamedTempFile;

use super::{age_of, is_absence, unwritable};
use crate::{Removal, RemovalTerms, StoreError};

/// Holds files that have no name yet. No key begins with a dot.
const INCOMING: &str = ".incoming";
/// How the names of such files begin.
const UNNAMED: &str = ".tmp";
/// How the names of folders begin that stood in the place of a file.
const PUT_ASIDE: &str = "aside-";
/// Files without a name that are older than this were left by a run that was killed.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);
/// "Operation not permitted" and "bad file descriptor" on every Unix: the kinds of `io::Error` do not tell them from others.
const EPERM: i32 = 1;
const EBADF: i32 = 9;

/// The folder of a store, for writing.
#[derive(Debug)]
pub(super) struct Disk {
    root: PathBuf,
    /// Folders whose names were brought to disk by this process.
    synced: Mutex<BTreeSet<PathBuf>>,
    is_swept: AtomicBool,
}

impl Disk {
    pub(super) const fn new(root: PathBuf) -> Self {
        Self { root, synced: Mutex::new(BTreeSet::new()), is_swept: AtomicBool::new(false) }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file over what has its name.
    pub(super) fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let place = |error| unwritable(path, error);
        let written = self.write(bytes).map_err(place)?;
        self.make_parent(path).map_err(place)?;
        if let Err(refused) = written.persist(path) {
            // A folder in the place of a file is damage, and no reason to write nothing from then on.
            if !path.is_dir() {
                return Err(place(refused.error));
            }
            self.put_aside(path).map_err(place)?;
            refused.file.persist(path).map_err(|error| place(error.error))?;
        }
        sync_folder(&parent(path)).map_err(place)
    }

    /// Takes a folder out of the way of a file: what is in it is kept, beside the store's content.
    fn put_aside(&self, folder: &Path) -> io::Result<()> {
        let aside = tempfile::Builder::new().prefix(PUT_ASIDE).tempdir_in(self.root.join(INCOMING))?;
        fs::rename(folder, aside.keep())
    }

    /// Writes a file unless its name is taken, and says whether it did.
    pub(super) fn create(&self, path: &Path, bytes: &[u8]) -> Result<bool, StoreError> {
        let place = |error| unwritable(path, error);
        let written = self.write(bytes).map_err(place)?;
        self.make_parent(path).map_err(place)?;
        let is_new = name(written, path)?;
        // One that is there already may be new all the same: who made it may have died before its name was on disk.
        sync_folder(&parent(path)).map_err(place)?;
        Ok(is_new)
    }

    /// Removes a file, unless it was written a short time ago.
    ///
    /// It first loses its name, and is then looked at: whoever writes it again at this moment gives the name to a file of its own.
    pub(super) fn remove(&self, path: &Path, terms: &RemovalTerms) -> Result<Removal, StoreError> {
        let place = |error| unwritable(path, error);
        let incoming = self.root.join(INCOMING);
        fs::create_dir_all(&incoming).map_err(place)?;
        let aside = unnamed().tempfile_in(&incoming).map_err(place)?.into_temp_path();
        match fs::rename(path, &aside) {
            Ok(()) => {}
            Err(error) if is_absence(&error) => return Ok(Removal::Absent),
            Err(error) => return Err(place(error)),
        }
        let file = fs::metadata(&aside).map_err(place)?;
        if age_of(&file).is_recent(terms) {
            // Where the name is taken again, it is by the same bytes.
            return match aside.persist_noclobber(path) {
                Ok(()) => Ok(Removal::Recent),
                Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => Ok(Removal::Recent),
                Err(refused) => {
                    refused.path.persist(path).map(|()| Removal::Recent).map_err(|error| place(error.error))
                }
            };
        }
        aside.close().map_err(place)?;
        // A name that comes back after a power cut is removed by the next prune.
        sync_folder(&parent(path)).map_err(place)?;
        Ok(Removal::Done)
    }

    /// Writes a file that has no name yet, and brings it to disk.
    fn write(&self, bytes: &[u8]) -> io::Result<NamedTempFile> {
        let incoming = self.root.join(INCOMING);
        fs::create_dir_all(&incoming)?;
        let mut file = unnamed().tempfile_in(&incoming)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        if !self.is_swept.swap(true, Relaxed) {
            // That they cannot be removed harms nothing.
            let _ = sweep(&incoming, file.as_file());
        }
        Ok(file)
    }

    /// Makes the folders down to a file, and brings the name of each to disk.
    ///
    /// One that is there already may be new all the same: who made it may have died before its name was on disk. So each folder
    /// of the store is synced once by each process that writes below it; above the store, those that are made here.
    fn make_parent(&self, path: &Path) -> io::Result<()> {
        let folder = parent(path);
        let is_known = self.synced.lock().unwrap_or_else(PoisonError::into_inner).contains(&folder);
        if is_known && folder.is_dir() {
            return Ok(());
        }
        let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.is_dir();
        let missing: Vec<PathBuf> = folder.ancestors().take_while(is_missing).map(Path::to_owned).collect();
        fs::create_dir_all(&folder)?;
        for made in folder.ancestors().filter(|each| !each.as_os_str().is_empty()) {
            if !made.starts_with(&self.root) && !missing.iter().any(|each| each == made) {
                break;
            }
            sync_folder(&parent(made))?;
        }
        self.synced.lock().unwrap_or_else(PoisonError::into_inner).insert(folder);
        Ok(())
    }
}

/// Describes a file without a name: as readable as the folders beside it, for both the user's umask decides.
fn unnamed() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNNAMED);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// Gives a file its name unless that is taken, and says whether it did.
fn name(written: NamedTempFile, path: &Path) -> Result<bool, StoreError> {
    let Err(refused) = written.persist_noclobber(path) else { return Ok(true) };
    let (file, mut error) = (refused.file, refused.error);
    if is_lack(&error) {
        match fs::hard_link(file.path(), path) {
            Ok(()) => return Ok(true),
            Err(other) => error = other,
        }
    }
    match error.kind() {
        // A network file system may carry out a request twice, and refuse the second.
        ErrorKind::AlreadyExists => Ok(is_same(file.as_file(), path)),
        _ if is_lack(&error) && unnamed().tempfile_in(parent(path)).is_ok() => {
            Err(StoreError::NotExclusive { place: path.display().to_string(), source: error.into() })
        }
        _ => Err(unwritable(path, error)),
    }
}

/// Returns whether a file system refused because it has no such operation.
fn is_lack(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput | ErrorKind::TooManyLinks)
        || error.raw_os_error() == Some(EPERM)
}

/// Returns whether a path names this very file.
#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |file: fs::Metadata| (file.dev(), file.ino());
    let (Ok(file), Ok(named)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
    id(file) == id(named)
}

#[cfg(not(unix))]
const fn is_same(_file: &File, _path: &Path) -> bool {
    false
}

/// Brings the names in a folder to disk, where the system has such a step.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if has_no_such_step(&error) => Ok(()),
        done => done,
    }
}

/// Returns whether a folder cannot be synced at all: some file systems refuse it, and one may write where one may not read.
fn has_no_such_step(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied)
        || error.raw_os_error() == Some(EBADF)
}

/// Returns the folder that a path is in.
fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    }
}

/// Removes what killed runs left. The clock is that of the file system: the time of the file just written.
fn sweep(incoming: &Path, written: &File) -> io::Result<()> {
    let now = written.metadata()?.modified()?;
    for entry in fs::read_dir(incoming)? {
        let entry = entry?;
        let is_unnamed = entry.file_name().to_str().is_some_and(|name| name.starts_with(UNNAMED));
        let file = entry.metadata()?;
        let is_old = now.duration_since(file.modified()?).is_ok_and(|age| age > LEFT_BEHIND);
        if is_unnamed && file.is_file() && is_old {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn disk() -> (tempfile::TempDir, Disk) {
        let home = tempfile::tempdir().unwrap();
        let disk = Disk::new(home.path().join("new/store"));
        (home, disk)
    }

    #[test]
    fn a_folder_in_the_place_of_a_file_gives_way_and_what_is_in_it_is_kept() {
        let (_home, disk) = disk();
        let path = disk.root().join("ledger/file/00000001.json");
        fs::create_dir_all(path.join("by")).unwrap();
        fs::write(path.join("by/mistake"), "x").unwrap();
        disk.put(&path, b"taken").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"taken");
        let mut aside = fs::read_dir(disk.root().join(INCOMING)).unwrap().map(|entry| entry.unwrap().path());
        let kept = aside.find(|each| each.is_dir()).unwrap();
        assert_eq!(fs::read(kept.join("by/mistake")).unwrap(), b"x");
        // A snapshot is created, and never takes a place that is taken.
        let manifest = disk.root().join("manifests/00000001.json");
        fs::create_dir_all(&manifest).unwrap();
        assert!(!disk.create(&manifest, b"{}").unwrap_or(false) && manifest.is_dir());
    }

    #[test]
    fn what_a_killed_run_left_is_swept_and_what_a_living_one_writes_is_not() {
        let (_home, disk) = disk();
        let incoming = disk.root().join(INCOMING);
        fs::create_dir_all(&incoming).unwrap();
        let day = Duration::from_secs(86_400);
        for (name, age) in [(".tmpOLD", day * 2), (".tmpNEW", day / 2), ("notes", day * 2)] {
            let file = File::create(incoming.join(name)).unwrap();
            file.set_modified(SystemTime::now() - age).unwrap();
        }
        disk.put(&disk.root().join("ibm/a"), b"x").unwrap();
        let mut left: Vec<_> =
            fs::read_dir(&incoming).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".tmpNEW", "notes"]);
    }

    #[test]
    fn a_folder_that_cannot_be_synced_is_no_failed_write() {
        // The kernel's own file systems answer EINVAL.
        let folder = Path::new("/proc/self");
        if folder.is_dir() {
            assert!(File::open(folder).unwrap().sync_all().is_err());
            sync_folder(folder).unwrap();
        }
        for code in [EBADF, 22] {
            assert!(has_no_such_step(&io::Error::from_raw_os_error(code)), "{code}");
        }
        assert!(has_no_such_step(&ErrorKind::Unsupported.into()));
        // An input or output error may have lost what was written.
        assert!(!has_no_such_step(&io::Error::from_raw_os_error(5)));
    }

    #[test]
    fn a_name_that_is_taken_by_the_very_file_was_given_to_it() {
        let (_home, disk) = disk();
        let path = disk.root().join("ibm/a");
        let written = disk.write(b"x").unwrap();
        disk.make_parent(&path).unwrap();
        // The first request was carried out, and its answer lost.
        fs::hard_link(written.path(), &path).unwrap();
        assert!(name(written, &path).unwrap());
        let other = disk.write(b"x").unwrap();
        assert!(!name(other, &path).unwrap(), "the same bytes in another file are somebody else's");
        assert_eq!(fs::read_dir(disk.root().join(INCOMING)).unwrap().count(), 0);
    }

    #[test]
    fn a_file_system_without_links_is_told_from_one_that_may_not_be_written() {
        for code in [EPERM, 22, 31] {
            assert!(is_lack(&io::Error::from_raw_os_error(code)), "{code}");
        }
        assert!(!is_lack(&io::Error::from_raw_os_error(13)) && !is_lack(&ErrorKind::StorageFull.into()));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_as_readable_as_the_folder_it_is_in() {
        use std::os::unix::fs::PermissionsExt;
        let (_home, disk) = disk();
        let path = disk.root().join("ibm/a");
        disk.put(&path, b"x").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o666;
        assert_eq!(mode(&path), mode(&disk.root().join("ibm")));
    }

    #[test]
    fn each_folder_down_to_the_file_is_made_and_synced_once() {
        let (_home, disk) = disk();
        let path = disk.root().join("ibm/a/manifests/00000001.json");
        assert!(disk.create(&path, b"x").unwrap());
        assert!(disk.synced.lock().unwrap().contains(path.parent().unwrap()));
        fs::remove_dir_all(disk.root()).unwrap();
        assert!(disk.create(&path, b"x").unwrap(), "a folder that went away is made again");
    }
}
