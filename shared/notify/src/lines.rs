//! Sinks of JSON lines: standard output and a file.
//!
//! In: events. Out: a line each; all of them have reached the disk, or none counts as taken.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    path::Path,
};

use model::Event;

use crate::outbox::to_outbox;

/// Writes events to standard output.
pub(crate) fn print(events: &[Event]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(&to_outbox(events))?;
    out.flush()
}

/// Appends events to a file and waits until the disk has them.
///
/// A run that died while it wrote has left half a line: it is ended first, so that the next event is not
/// lost to it.
pub(crate) fn append(path: &Path, events: &[Event]) -> io::Result<()> {
    let is_new = !path.exists();
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        std::fs::create_dir_all(parent)?;
    }
    let mut file = open(path)?;
    let mut bytes = Vec::new();
    if is_torn(&mut file)? {
        bytes.push(b'\n');
    }
    bytes.extend(to_outbox(events));
    file.write_all(&bytes)?;
    or_no_such_step(file.sync_all())?;
    if is_new && cfg!(not(windows)) {
        let folder = File::open(parent.unwrap_or_else(|| Path::new(".")));
        or_no_such_step(folder.and_then(|folder| folder.sync_all()))?;
    }
    Ok(())
}

/// Takes the events for written where nothing can be synced: pipes and terminals have no disk, some file systems sync no folders, and one may
/// write into a folder that one may not read. An event that was written must not be told again for that.
fn or_no_such_step(synced: io::Result<()>) -> io::Result<()> {
    match synced {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        done => done,
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    // Events name people: the file is for its owner.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn is_torn(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_pipe_took_is_written_though_nothing_can_be_synced() {
        use std::os::fd::AsRawFd;

        let (reader, writer) = io::pipe().unwrap();
        let path = format!("/proc/self/fd/{}", writer.as_raw_fd());
        append(Path::new(&path), &[]).unwrap();
        drop(reader);
    }
}
