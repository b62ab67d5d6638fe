//! Who works when: questions that read little do not wait behind those that take memory, and of those only so many work at one time as fit into it.
//!
//! An answer takes memory until whoever asked has read it. It keeps as many places of its question as it has bytes, so that clients that do not read make others
//! wait, and never the program grow.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{Problem, archive::AskLimits, endpoints::ApiQuestion, ground::Ground, summaries::row_count};

const MIB: usize = 1024 * 1024;
/// Bytes of memory that a place stands for. An answer of fewer takes none: its connection takes about as much.
const PLACE: usize = 64 * 1024;
/// Bytes of answers for which no table was read and that nobody has read yet.
const QUICK_ANSWERS: usize = 32 * MIB;

/// The places for questions that are worked on, first come, first served.
#[derive(Debug, Clone)]
pub(crate) struct Turnstile {
    /// A place for each question that only finds snapshots, or reads no table.
    quick: Arc<Semaphore>,
    /// Places for what the questions that read tables may take together, and their answers.
    memory: Arc<Semaphore>,
    /// Places for the answers of all other questions.
    quick_answers: Arc<Semaphore>,
    limits: AskLimits,
}

impl Turnstile {
    /// Makes the places that the limits allow.
    pub(crate) fn new(limits: AskLimits) -> Self {
        let quick = Arc::new(Semaphore::new(limits.at_once.max(1)));
        let memory = Arc::new(Semaphore::new(places(limits.work_bytes)));
        let quick_answers = Arc::new(Semaphore::new(places(QUICK_ANSWERS)));
        Self { quick, memory, quick_answers, limits }
    }

    /// Waits for the turn of something that takes next to no memory.
    pub(crate) async fn quick(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.wait(&self.quick, 1).await
    }

    /// Waits for the turn of a question, until there is room for all that it may take.
    pub(crate) async fn of(&self, question: ApiQuestion, ground: &Ground) -> Result<QuestionTurn, Problem> {
        match weight(question, ground) {
            0 => Ok(QuestionTurn::Quick(self.quick().await?)),
            bytes => Ok(QuestionTurn::Memory(self.wait(&self.memory, self.share(bytes)).await?)),
        }
    }

    /// Ends a turn, and keeps places for the bytes of the answer that came of it.
    pub(crate) async fn keep(&self, turn: QuestionTurn, bytes: usize) -> Result<Places, Problem> {
        let many = bytes / PLACE;
        match turn {
            QuestionTurn::Memory(mut places) => Ok(Places::new(places.split(many.min(places.num_permits())))),
            QuestionTurn::Quick(_) if many == 0 => Ok(Places::default()),
            QuestionTurn::Quick(_turn) => {
                let many = many.min(places(QUICK_ANSWERS));
                Ok(Places::new(Some(self.wait(&self.quick_answers, many).await?)))
            }
        }
    }

    /// Returns the places that a question takes: not so few that more than `at_once` are worked on, and never more than there are.
    fn share(&self, bytes: usize) -> usize {
        let all = places(self.limits.work_bytes);
        places(bytes).max(all.div_ceil(self.limits.at_once.max(1))).min(all)
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

/// The turn of a question.
#[derive(Debug)]
pub(crate) enum QuestionTurn {
    /// One of the questions that take next to no memory.
    Quick(OwnedSemaphorePermit),
    /// A share of the memory.
    Memory(OwnedSemaphorePermit),
}

/// The places of an answer, until nobody holds its bytes any more.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<Option<OwnedSemaphorePermit>>);

impl Places {
    const fn new(places: Option<OwnedSemaphorePermit>) -> Self {
        Self(Mutex::new(places))
    }

    /// Returns bytes that keep these places as long as anybody holds them.
    pub(crate) fn under(self: &Arc<Self>, bytes: Bytes) -> Bytes {
        Bytes::from_owner(KeptBytes { bytes, _places: Arc::clone(self) })
    }

    /// Takes from these the places for another form of the same answer, of which one is let go soon.
    pub(crate) fn split(&self, bytes: usize) -> Self {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Self::new(places.as_mut().and_then(|places| places.split((bytes / PLACE).min(places.num_permits()))))
    }
}

/// Bytes of an answer, with their places.
#[derive(Debug)]
struct KeptBytes {
    bytes: Bytes,
    _places: Arc<Places>,
}

impl AsRef<[u8]> for KeptBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
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

fn places(bytes: usize) -> usize {
    bytes.div_ceil(PLACE).max(1)
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
        assert_eq!(
            [1, 100, 300, 5000].map(|mib| turnstile.share(mib * MIB) * PLACE / MIB),
            [128, 128, 300, 512]
        );
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
    async fn an_answer_keeps_its_bytes_of_the_memory_until_nobody_holds_it() {
        let free = |turnstile: &Turnstile| turnstile.memory.available_permits() * PLACE / MIB;
        let turnstile = turnstile(1, 64 * MIB);
        let memory = || async {
            QuestionTurn::Memory(turnstile.wait(&turnstile.memory, turnstile.share(64 * MIB)).await.unwrap())
        };
        let places = Arc::new(turnstile.keep(memory().await, 48 * MIB).await.unwrap());
        assert_eq!(free(&turnstile), 16);
        let answer = places.under(Bytes::from_static(b"answer"));
        // Packed it takes less, once nobody holds it as it was.
        let packed = Arc::new(places.split(MIB)).under(Bytes::from_static(b"packed"));
        drop(places);
        assert_eq!(free(&turnstile), 16);
        drop(answer);
        assert_eq!(free(&turnstile), 63);
        drop(packed);
        assert_eq!(free(&turnstile), 64);
        // A small one keeps no place, and one that is larger than was thought no more than there are.
        let _small = turnstile.keep(memory().await, PLACE - 1).await.unwrap();
        assert_eq!(free(&turnstile), 64);
        let _large = turnstile.keep(memory().await, 100 * MIB).await.unwrap();
        assert_eq!(free(&turnstile), 0);
    }

    #[tokio::test]
    async fn answers_for_which_no_table_was_read_wait_for_each_other_only() {
        let turnstile = turnstile(4, MIB);
        let _memory = turnstile.wait(&turnstile.memory, turnstile.share(4 * MIB)).await.unwrap();
        let quick = || async { QuestionTurn::Quick(turnstile.quick().await.unwrap()) };
        let first = turnstile.keep(quick().await, 20 * MIB).await.unwrap();
        let second = timeout(Duration::from_millis(20), turnstile.keep(quick().await, 20 * MIB)).await;
        assert!(second.is_err(), "there is room for one of them");
        drop(first);
        assert!(turnstile.keep(quick().await, 20 * MIB).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_waited_for_too_long_is_told_to_ask_again() {
        let limits = AskLimits { at_once: 1, wait: Duration::from_millis(20), ..AskLimits::default() };
        let turnstile = Turnstile::new(AskLimits { work_bytes: MIB, ..limits });
        let _held = turnstile.wait(&turnstile.memory, 16).await.unwrap();
        let busy = turnstile.wait(&turnstile.memory, 16).await.unwrap_err();
        assert_eq!((busy.status, busy.kind, busy.retry_after), (503, "busy", Some(5)));
    }
}
