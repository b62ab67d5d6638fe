//! Who works when: questions that read little do not wait behind those that take memory, and of those only so many work at one time as fit into it.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{Problem, archive::AskLimits, endpoints::ApiQuestion, ground::Ground, summaries::row_count};

const MIB: usize = 1024 * 1024;

/// The places for questions that are worked on, first come, first served.
#[derive(Debug, Clone)]
pub(crate) struct Turnstile {
    /// A place for each question that only finds snapshots, or reads no table.
    quick: Arc<Semaphore>,
    /// A place for each MiB that the questions that read tables may take together.
    memory: Arc<Semaphore>,
    limits: AskLimits,
}

impl Turnstile {
    /// Makes the places that the limits allow.
    pub(crate) fn new(limits: AskLimits) -> Self {
        let quick = Arc::new(Semaphore::new(limits.at_once.max(1)));
        let memory = Arc::new(Semaphore::new(mebibytes(limits.work_bytes)));
        Self { quick, memory, limits }
    }

    /// Waits for the turn of something that takes next to no memory.
    pub(crate) async fn quick(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.wait(&self.quick, 1).await
    }

    /// Waits for the turn of a question, until there is room for all that it may take.
    pub(crate) async fn of(
        &self,
        question: ApiQuestion,
        ground: &Ground,
    ) -> Result<OwnedSemaphorePermit, Problem> {
        match weight(question, ground) {
            0 => self.quick().await,
            bytes => self.wait(&self.memory, self.share(bytes)).await,
        }
    }

    /// Returns the places that a question takes: not so few that more than `at_once` are worked on, and never more than there are.
    fn share(&self, bytes: usize) -> usize {
        let all = mebibytes(self.limits.work_bytes);
        mebibytes(bytes).max(all.div_ceil(self.limits.at_once.max(1))).min(all)
    }

    async fn wait(&self, places: &Arc<Semaphore>, many: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let busy = || Problem {
            retry_after: Some(5),
            ..Problem::new(503, "busy", "too many questions are being worked on", "ask again in some seconds")
        };
        let many = u32::try_from(many).unwrap_or(u32::MAX);
        let turn = timeout(self.limits.wait, Arc::clone(places).acquire_many_owned(many)).await;
        turn.map_err(|_| busy())?.map_err(|_| busy())
    }
}

/// Returns about how many bytes a question takes while it is worked on; nothing where it reads no table, or a small one.
///
/// Measured: what it holds grows with the rows of the snapshots that it reads, and how much a row takes hangs on what is made of it.
fn weight(question: ApiQuestion, ground: &Ground) -> usize {
    let for_each_row = match question {
        ApiQuestion::Index
        | ApiQuestion::Document
        | ApiQuestion::Snapshots
        | ApiQuestion::Snapshot
        | ApiQuestion::Objects
        | ApiQuestion::Coverage => return 0,
        // Of each account what tells how far it could see.
        ApiQuestion::Accounts => return 64 * MIB,
        ApiQuestion::Table | ApiQuestion::Search => 400,
        ApiQuestion::Findings | ApiQuestion::Verify => 800,
        ApiQuestion::WhoCan | ApiQuestion::Sql => 1500,
        // Two snapshots, of which each counts.
        ApiQuestion::Comparison => 1500,
        ApiQuestion::Life => 4500,
    };
    let rows: u64 = ground.manifests.iter().map(|manifest| row_count(manifest)).sum();
    usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(for_each_row).max(MIB)
}

fn mebibytes(bytes: usize) -> usize {
    bytes.div_ceil(MIB).max(1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn turnstile(at_once: usize, work_bytes: usize) -> Turnstile {
        Turnstile::new(AskLimits {
            at_once,
            work_bytes,
            wait: Duration::from_secs(5),
            ..AskLimits::default()
        })
    }

    #[test]
    fn a_question_takes_its_share_of_the_memory_and_never_more_than_there_is() {
        let turnstile = turnstile(4, 512 * MIB);
        assert_eq!([1, 100, 300, 5000].map(|mib| turnstile.share(mib * MIB)), [128, 128, 300, 512]);
    }

    #[tokio::test]
    async fn what_takes_memory_waits_for_it_and_keeps_nothing_small_waiting() {
        let turnstile = turnstile(2, 100 * MIB);
        let large = turnstile.wait(&turnstile.memory, turnstile.share(90 * MIB)).await.unwrap();
        let (memory, many) = (Arc::clone(&turnstile.memory), turnstile.share(20 * MIB));
        let waiting = {
            let turnstile = turnstile.clone();
            tokio::spawn(async move { turnstile.wait(&memory, many).await.map(drop) })
        };
        tokio::task::yield_now().await;
        let _small = turnstile.quick().await.unwrap();
        assert!(!waiting.is_finished(), "there is room for one of them");
        drop(large);
        assert_eq!(waiting.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn whoever_waited_for_too_long_is_told_to_ask_again() {
        let limits = AskLimits { wait: Duration::from_millis(20), ..AskLimits::default() };
        let turnstile = Turnstile::new(AskLimits { work_bytes: MIB, ..limits });
        let _held = turnstile.wait(&turnstile.memory, 1).await.unwrap();
        let busy = turnstile.wait(&turnstile.memory, 1).await.unwrap_err();
        assert_eq!((busy.status, busy.kind, busy.retry_after), (503, "busy", Some(5)));
    }
}
