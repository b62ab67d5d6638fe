//! Where an export goes: a place that comes to be whole, or not at all.
//!
//! Everything is written into a hidden folder beside the place, on the same disk, and moved there in one step at the end. Whatever
//! ends the export before, the hidden folder goes with it.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{ExportError, Format, formats::FIRST_LINE};

/// The file that marks a folder as an export.
pub(crate) const NOTE: &str = "export.json";

/// The name of a file before it is in its place.
const NEW: &str = "new";

/// The operation is not permitted: how some file systems say that they have no hard links.
const EPERM: i32 = 1;

/// How SQLite files begin.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Where an export goes.
pub enum ExportTarget {
    /// A file or folder that is to be made.
    Place {
        /// The path of the file or folder.
        path: PathBuf,
        /// Whether an export that is there already is replaced.
        is_replaced: bool,
    },
    /// Something that takes text as it comes, such as standard output.
    Stream {
        /// What it is called in messages.
        name: String,
        /// Takes the bytes as they are written.
        output: Box<dyn Write>,
        /// A folder with space to put the tables together.
        scratch: PathBuf,
    },
}

impl std::fmt::Debug for ExportTarget {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Place { path, .. } => formatter.debug_tuple("Place").field(path).finish(),
            Self::Stream { name, .. } => formatter.debug_tuple("Stream").field(name).finish(),
        }
    }
}

/// An export that is being written.
pub(crate) struct ExportDraft {
    name: String,
    format: Format,
    scratch: TempDir,
    end: End,
}

enum End {
    Place { path: PathBuf, is_replaced: bool },
    Stream(Box<dyn Write>),
}

impl ExportTarget {
    /// Begins to write: looks whether the place is free, and makes the hidden folder.
    pub(crate) fn begin(self, format: Format, sheets: usize) -> Result<ExportDraft, ExportError> {
        let (name, beside, end) = match self {
            Self::Place { path, is_replaced } => {
                look_at(&path, format, is_replaced)?;
                let parent = beside(&path).to_owned();
                (path.display().to_string(), parent, End::Place { path, is_replaced })
            }
            Self::Stream { name, output, scratch } => {
                if !format.is_text() || (format.is_folder() && sheets != 1) {
                    let one = if format.is_text() { "; name one with --tables" } else { "" };
                    let text = format!("`{}` of {sheets} tables cannot go to {name}{one}", format.name());
                    return Err(ExportError::Misplaced(text));
                }
                (name, scratch, End::Stream(output))
            }
        };
        let made = tempfile::Builder::new().prefix(".iamwatch-export-").tempdir_in(beside);
        let scratch = made.map_err(|source| ExportError::Unwritable { place: name.clone(), source })?;
        let draft = ExportDraft { name, format, scratch, end };
        fs::create_dir(draft.folder()).map_err(|error| draft.unwritten(error))?;
        Ok(draft)
    }
}

impl ExportTarget {
    /// Returns what the target is called in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Place { path, .. } => path.display().to_string(),
            Self::Stream { name, .. } => name.clone(),
        }
    }

    /// Returns a folder with space for what is written in the end.
    pub(crate) fn scratch(&self) -> &Path {
        match self {
            Self::Place { path, .. } => beside(path),
            Self::Stream { scratch, .. } => scratch,
        }
    }

    /// Checks that one file, which is no export of tables, can be made here: before the work that it takes.
    ///
    /// # Errors
    /// Fails where something is in the place that is not to be replaced, or cannot be.
    pub fn check_file(&self) -> Result<(), ExportError> {
        match self {
            Self::Place { path, is_replaced } => look_at_file(path, *is_replaced),
            Self::Stream { .. } => Ok(()),
        }
    }

    /// Begins to write one file, which is no export of tables.
    pub(crate) fn begin_file(self) -> Result<FileDraft, ExportError> {
        let unwritable = |place: &Path| {
            let place = place.display().to_string();
            move |source| ExportError::Unwritable { place, source }
        };
        match self {
            Self::Place { path, is_replaced } => {
                look_at_file(&path, is_replaced)?;
                let made = tempfile::Builder::new().prefix(".iamwatch-report-").tempdir_in(beside(&path));
                let scratch = made.map_err(unwritable(&path))?;
                let file = File::create_new(scratch.path().join(NEW)).map_err(unwritable(&path))?;
                Ok(FileDraft::Place { scratch, file, path, is_replaced })
            }
            Self::Stream { name, output, .. } => Ok(FileDraft::Stream { name, output }),
        }
    }
}

/// Returns the folder that a place is in.
fn beside(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Looks whether a file may be made in a place.
fn look_at_file(path: &Path, is_replaced: bool) -> Result<(), ExportError> {
    let place = path.display().to_string();
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(ExportError::Unwritable { place, source }),
        Ok(_) if !is_replaced => Err(ExportError::Exists { place }),
        // A folder, a link or a device is no report.
        Ok(found) if !found.is_file() => Err(ExportError::NotOurs { place }),
        Ok(_) => Ok(()),
    }
}

/// One file that is being written, beside its place.
pub(crate) enum FileDraft {
    /// A file that is to be made, written in a hidden folder beside it.
    Place { scratch: TempDir, file: File, path: PathBuf, is_replaced: bool },
    /// Something that takes bytes as they come.
    Stream { name: String, output: Box<dyn Write> },
}

impl FileDraft {
    /// Passes on what takes the bytes.
    pub(crate) fn write_file(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        match self {
            Self::Place { file, .. } => write(file),
            Self::Stream { output, .. } => write(output),
        }
    }

    pub(crate) fn unwritten(&self, source: io::Error) -> ExportError {
        let place = match self {
            Self::Place { path, .. } => path.display().to_string(),
            Self::Stream { name, .. } => name.clone(),
        };
        ExportError::Unwritable { place, source }
    }

    /// Puts what was written into its place, in one step.
    pub(crate) fn keep_file(self) -> Result<(), ExportError> {
        match self {
            Self::Stream { name, mut output } => {
                output.flush().map_err(|source| ExportError::Unwritable { place: name, source })
            }
            Self::Place { scratch, path, is_replaced, .. } => {
                let place = path.display().to_string();
                let kept = move_to(&scratch.path().join(NEW), &path, is_replaced, scratch.path());
                kept.map_err(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists => ExportError::Exists { place },
                    _ => ExportError::Unwritable { place, source: error },
                })
            }
        }
    }
}

/// Looks whether something is in a place, and whether it may be replaced.
fn look_at(path: &Path, format: Format, is_replaced: bool) -> Result<(), ExportError> {
    let place = || path.display().to_string();
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(ExportError::Unwritable { place: place(), source }),
        Ok(found) => found,
    };
    if !is_replaced {
        return Err(ExportError::Exists { place: place() });
    }
    // Another program's file of that name may be dear to somebody, and a folder even more.
    let is_ours = if format.is_folder() {
        found.is_dir() && path.join(NOTE).is_file()
    } else if format == Format::Sqlite {
        found.is_file() && begins_with(path, SQLITE)
    } else {
        found.is_file() && begins_with(path, FIRST_LINE.as_bytes())
    };
    if is_ours { Ok(()) } else { Err(ExportError::NotOurs { place: place() }) }
}

fn begins_with(path: &Path, beginning: &[u8]) -> bool {
    let mut head = vec![0; beginning.len()];
    let read = File::open(path).and_then(|mut file| io::Read::read_exact(&mut file, &mut head));
    read.is_ok() && head == beginning
}

impl ExportDraft {
    /// Returns where the tables are put together: for SQLite, the result itself.
    pub(crate) fn stage(&self) -> PathBuf {
        self.scratch.path().join("stage.sqlite")
    }

    /// Returns the folder for the files of a format that writes one for each table.
    pub(crate) fn folder(&self) -> PathBuf {
        self.scratch.path().join(NEW)
    }

    /// Returns where the script of a format that is one is written.
    pub(crate) fn script(&self) -> PathBuf {
        self.scratch.path().join("script.sql")
    }

    /// Returns what takes the bytes of a stream, if this is one.
    pub(crate) fn stream(&mut self) -> Option<&mut Box<dyn Write>> {
        match &mut self.end {
            End::Stream(output) => Some(output),
            End::Place { .. } => None,
        }
    }

    pub(crate) fn unwritten(&self, source: io::Error) -> ExportError {
        ExportError::Unwritable { place: self.name.clone(), source }
    }

    pub(crate) fn unstaged(&self, source: rusqlite::Error) -> ExportError {
        ExportError::Stage { place: self.name.clone(), source }
    }

    /// Puts what was written into its place, in one step.
    pub(crate) fn keep(mut self) -> Result<(), ExportError> {
        let new = match self.format {
            Format::Sqlite => self.stage(),
            Format::Postgres => self.script(),
            Format::Parquet | Format::Csv | Format::Jsonl => self.folder(),
        };
        let kept = match &mut self.end {
            End::Stream(output) => output.flush(),
            End::Place { path, is_replaced } => move_to(&new, path, *is_replaced, self.scratch.path()),
        };
        kept.map_err(|error| match (&self.end, error.kind()) {
            (End::Place { .. }, io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty) => {
                ExportError::Exists { place: self.name.clone() }
            }
            _ => self.unwritten(error),
        })
    }
}

fn move_to(new: &Path, path: &Path, is_replaced: bool, scratch: &Path) -> io::Result<()> {
    if new.is_dir() {
        let old = scratch.join("old");
        let had_one = is_replaced && path.is_dir();
        if had_one {
            fs::rename(path, &old)?;
        }
        return fs::rename(new, path).inspect_err(|_| {
            if had_one {
                // Nothing better can be done than to put back what was there.
                let _kept = fs::rename(&old, path);
            }
        });
    }
    File::open(new)?.sync_all()?;
    if is_replaced {
        fs::rename(new, path)
    } else {
        place_file(new, path, |new, path| fs::hard_link(new, path))
    }
}

/// Gives a file its place unless something is there, by a hard link: unlike a rename, it does not replace what came in between.
fn place_file(new: &Path, path: &Path, link: impl FnOnce(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    match link(new, path) {
        // FAT and many network disks have no hard links. There it is looked once more, just before the rename.
        Err(error) if is_lack(&error) => match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(new, path),
            Err(error) => Err(error),
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        },
        linked => linked,
    }
}

/// Returns whether a file system refused because it has no hard links.
fn is_lack(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, TooManyLinks, Unsupported};
    matches!(error.kind(), Unsupported | InvalidInput | TooManyLinks) || error.raw_os_error() == Some(EPERM)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Places a file on a disk that answers a hard link with an error, and returns what came of it and what the folder holds.
    fn place_with(code: i32, there: Option<&str>) -> (io::Result<()>, Vec<(String, String)>) {
        let folder = tempfile::tempdir().unwrap();
        let (new, path) = (folder.path().join("new"), folder.path().join("place"));
        fs::write(&new, "new").unwrap();
        if let Some(there) = there {
            fs::write(&path, there).unwrap();
        }
        let placed = place_file(&new, &path, |_, _| Err(io::Error::from_raw_os_error(code)));
        let read = |entry: io::Result<fs::DirEntry>| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        };
        let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(read).collect();
        left.sort();
        (placed, left)
    }

    fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_disk_without_hard_links_takes_a_file_and_keeps_what_is_there() {
        // EPERM, EINVAL, EMLINK.
        for code in [EPERM, 22, 31] {
            let (placed, left) = place_with(code, None);
            placed.unwrap();
            assert_eq!(left, files(&[("place", "new")]), "{code}");
            let (placed, left) = place_with(code, Some("dear"));
            assert_eq!(placed.unwrap_err().kind(), io::ErrorKind::AlreadyExists, "{code}");
            assert_eq!(left, files(&[("new", "new"), ("place", "dear")]), "{code}");
        }
    }

    #[test]
    fn a_disk_that_is_full_or_may_not_be_written_is_no_disk_without_hard_links() {
        // EACCES, EEXIST, ENOSPC.
        for code in [13, 17, 28] {
            let (placed, left) = place_with(code, None);
            assert_eq!(placed.unwrap_err().raw_os_error(), Some(code));
            assert_eq!(left, files(&[("new", "new")]), "{code}");
        }
    }
}
