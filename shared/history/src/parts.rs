//! Parts of an answer that are found side by side, each by a task of its own.

use std::panic::resume_unwind;

/// Begins a part now and returns what waits for it. A part that panics does so where it is waited for.
pub(crate) fn begin<T: Send + 'static>(
    part: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = T> + Send {
    let task = tokio::spawn(part);
    async move {
        match task.await {
            Ok(found) => found,
            // Nobody cancels a part, so that it panicked.
            Err(error) => resume_unwind(error.into_panic()),
        }
    }
}
