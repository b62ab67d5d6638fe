//! Equal questions at one time are worked out once: whoever asks what is under way already waits for that answer.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

/// The questions that are under way, by what tells them apart. Clones share them.
pub(crate) struct Flights<T> {
    under_way: Arc<Mutex<BTreeMap<String, WeakShared<BoxFuture<'static, T>>>>>,
}

impl<T> Clone for Flights<T> {
    fn clone(&self) -> Self {
        Self { under_way: Arc::clone(&self.under_way) }
    }
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self { under_way: Arc::default() }
    }
}

impl<T> fmt::Debug for Flights<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Flights").finish_non_exhaustive()
    }
}

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    /// Returns what a question comes to that is under way, or else begins it. It ends unanswered only when nobody waits for it any more.
    pub(crate) fn join(
        &self,
        question: &str,
        begin: impl FnOnce() -> BoxFuture<'static, T>,
    ) -> Shared<BoxFuture<'static, T>> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(work) = under_way.get(question).and_then(WeakShared::upgrade) {
            return work;
        }
        under_way.retain(|_, work| work.upgrade().is_some());
        let work = begin().shared();
        if let Some(weak) = work.downgrade() {
            under_way.insert(question.to_owned(), weak);
        }
        work
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn equal_questions_at_one_time_are_worked_out_once_and_later_ones_anew() {
        let flights = Flights::default();
        let begun = Arc::new(AtomicU32::new(0));
        let ask = |question: &str| {
            let begun = Arc::clone(&begun);
            flights.join(question, move || {
                async move {
                    tokio::task::yield_now().await;
                    begun.fetch_add(1, Ordering::Relaxed) + 1
                }
                .boxed()
            })
        };
        let (one, same, other) = (ask("a"), ask("a"), ask("b"));
        assert_eq!(tokio::join!(one, same, other), (1, 1, 2));
        assert_eq!(ask("a").await, 3, "what has ended is not asked again by accident, but anew");
        // Whoever goes away leaves the question to those that wait for it.
        let (gone, left) = (ask("c"), ask("c"));
        drop(gone);
        assert_eq!(left.await, 4);
        assert!(flights.under_way.lock().unwrap().len() <= 2, "what has ended is not held");
    }
}
