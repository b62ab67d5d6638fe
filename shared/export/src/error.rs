//! Why an export came to nothing, said so that somebody can act.

use std::io;

use history::QuestionError;
use snapshot::SnapshotError;

/// Why nothing was exported. Nothing half is left behind.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The snapshot could not be read, or a table that was named is not one of its cloud.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// Something is in the place that was named.
    #[error("`{place}` is there already; name another place, or replace it with --force")]
    Exists {
        /// The file or folder that is there.
        place: String,
    },
    /// Something is in the place that no export wrote, so that it is not replaced.
    #[error(
        "`{place}` is there and is no export of iamwatch, so that it is not replaced; name another place"
    )]
    NotOurs {
        /// The file or folder that is there.
        place: String,
    },
    /// The format cannot go there.
    #[error("{0}")]
    Misplaced(String),
    /// The output could not be written.
    #[error(
        "`{place}` could not be written, and nothing is left of it; check that there is space and that you may write there"
    )]
    Unwritable {
        /// The file, folder or stream.
        place: String,
        /// The error that is the cause.
        source: io::Error,
    },
    /// The tables could not be put together.
    #[error(
        "the tables could not be put together beside `{place}`, and nothing is left of it; check that there is space and that you may write there"
    )]
    Stage {
        /// The target beside which they are put together.
        place: String,
        /// The error that is the cause.
        source: rusqlite::Error,
    },
    /// Somebody stopped the export.
    #[error("the export was stopped, and nothing is left of it")]
    Stopped,
}

impl From<SnapshotError> for ExportError {
    fn from(error: SnapshotError) -> Self {
        Self::Question(error.into())
    }
}
