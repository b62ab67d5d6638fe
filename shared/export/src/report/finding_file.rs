//! Findings that wait outside memory until they are written.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use model::Finding;

/// Where a finding stands in its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    start: u64,
    length: usize,
}

/// A file without a name that takes findings; whatever ends the program, it goes with it.
#[derive(Debug)]
pub(super) struct FindingFile {
    output: BufWriter<File>,
    length: u64,
    /// What went wrong first. It is told when all findings are taken, for who passes them on cannot stop.
    failure: Option<io::Error>,
}

impl FindingFile {
    /// Makes a file in a folder.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        Ok(Self { output: BufWriter::new(file), length: 0, failure: None })
    }

    /// Takes a finding and returns where it stands.
    pub(super) fn put(&mut self, finding: &Finding) -> Position {
        let text = serde_json::to_vec(finding).unwrap_or_else(|error| {
            self.fail(error.into());
            Vec::new()
        });
        if self.failure.is_none()
            && let Err(error) = self.output.write_all(&text)
        {
            self.fail(error);
        }
        let position = Position { start: self.length, length: text.len() };
        self.length += u64::try_from(text.len()).unwrap_or(u64::MAX);
        position
    }

    fn fail(&mut self, error: io::Error) {
        self.failure.get_or_insert(error);
    }

    /// Ends to take findings: from here on they are read.
    pub(super) fn finish(self) -> io::Result<WrittenFindings> {
        match self.failure {
            Some(error) => Err(error),
            None => Ok(WrittenFindings {
                file: self.output.into_inner().map_err(io::IntoInnerError::into_error)?,
            }),
        }
    }
}

/// Findings that are read one by one, in any order.
#[derive(Debug)]
pub(super) struct WrittenFindings {
    file: File,
}

impl WrittenFindings {
    /// Reads the finding that stands somewhere.
    pub(super) fn read(&self, position: Position) -> io::Result<Finding> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(position.start))?;
        let mut text = vec![0; position.length];
        file.read_exact(&mut text)?;
        Ok(serde_json::from_slice(&text)?)
    }
}
