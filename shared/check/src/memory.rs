//! The memory that SQL may take: one limit for the whole program, because SQLite knows no other.

use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode};

use crate::QueryError;

/// The least limit that was set.
static LIMIT: Mutex<Option<u64>> = Mutex::new(None);

/// Limits the bytes that all SQL takes at one time, with the tables that it is asked of; the least limit that was ever set counts.
///
/// A statement that would take more has no answer: [`QueryError::TooMuchMemory`].
pub fn limit_memory(bytes: u64) {
    let mut limit = LIMIT.lock().unwrap_or_else(PoisonError::into_inner);
    if limit.is_some_and(|limit| limit <= bytes) {
        return;
    }
    // The limit is one of the program, whichever connection sets it.
    let set = Connection::open_in_memory()
        .and_then(|connection| connection.execute_batch(&format!("PRAGMA hard_heap_limit = {bytes}")));
    match set {
        Ok(()) => *limit = Some(bytes),
        Err(error) => tracing::error!(%error, bytes, "the memory of SQL could not be limited"),
    }
}

/// Returns whether there is a limit: whoever asks may be a stranger, then, whose results may not go to the disk instead.
pub(crate) fn is_limited() -> bool {
    LIMIT.lock().unwrap_or_else(PoisonError::into_inner).is_some()
}

/// Returns the error of a statement, or of tables, that would have taken more memory than there is.
pub(crate) fn too_much(error: &rusqlite::Error) -> Option<QueryError> {
    let is_out_of_memory = error.sqlite_error_code() == Some(ErrorCode::OutOfMemory);
    let limit = *LIMIT.lock().unwrap_or_else(PoisonError::into_inner);
    is_out_of_memory.then_some(QueryError::TooMuchMemory { limit })
}
