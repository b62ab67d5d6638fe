//! Delivery: every event to every sink, and the ledger that remembers who took what.
//!
//! In: the events of one run, the sinks, and a shelf for the ledger. Out: a report a sink. The ledger is
//! written after a sink took, also when it took only some: what is not in it is sent again, with the
//! same ids.

use std::{collections::BTreeSet, error::Error, future::Future};

use model::Event;
use serde::{Deserialize, Serialize};

use crate::Sink;

/// Why a shelf could not be read or written.
pub type ShelfError = Box<dyn Error + Send + Sync>;

/// Where the ledger is kept: the account's part of a store.
pub trait Shelf: Sync {
    /// Returns what is kept under a key, if anything is.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>, ShelfError>> + Send;

    /// Keeps bytes under a key, in the place of any that were.
    fn put(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), ShelfError>> + Send;
}

/// What became of the events of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryReport {
    /// Number of the snapshot.
    pub snapshot: u64,
    /// How many events there are.
    pub events: usize,
    /// What each sink made of them.
    pub sinks: Vec<SinkReport>,
}

impl DeliveryReport {
    /// Says whether every sink has every event, and the ledger says so.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.sinks.iter().all(|sink| sink.failed == 0 && sink.reason.is_none())
    }
}

/// What became of the events in one sink.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SinkReport {
    /// Name of the sink.
    pub sink: String,
    /// Events that it took now.
    pub sent: usize,
    /// Events that the ledger says it took before.
    pub already_taken: usize,
    /// Events that it has not.
    pub failed: usize,
    /// Why it has not, or why the ledger does not know.
    pub reason: Option<String>,
}

/// What a sink has taken of one run.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Ledger {
    snapshot: u64,
    taken: BTreeSet<String>,
}

/// Brings the events of one run to all sinks, each in its own time: one that fails stops no other.
///
/// May be called any number of times for the same run; what a sink has by its ledger is not sent again.
pub async fn deliver<S: Shelf>(shelf: &S, sinks: &[Sink], number: u64, events: &[Event]) -> DeliveryReport {
    let each = sinks.iter().map(|sink| to_sink(shelf, sink, number, events));
    DeliveryReport { snapshot: number, events: events.len(), sinks: futures::future::join_all(each).await }
}

async fn to_sink<S: Shelf>(shelf: &S, sink: &Sink, number: u64, events: &[Event]) -> SinkReport {
    let name = sink.name();
    let key = format!("ledger/{name}/{number:08}.json");
    let mut report = SinkReport { sink: name, ..SinkReport::default() };
    let mut ledger = match read(shelf, &key, number).await {
        Ok(ledger) => ledger,
        Err(error) => {
            // Without the ledger everything would be sent again, each time anew.
            report.failed = events.len();
            report.reason = Some(format!("could not read the ledger `{key}`: {error}"));
            return report;
        }
    };
    let due: Vec<Event> = events.iter().filter(|event| !ledger.taken.contains(&event.id)).cloned().collect();
    report.already_taken = events.len() - due.len();
    if due.is_empty() {
        return report;
    }
    let receipt = sink.send(&due).await;
    report.sent = receipt.taken.len();
    report.failed = due.len() - receipt.taken.len();
    report.reason = receipt.refused;
    ledger.taken.extend(receipt.taken);
    if report.sent > 0
        && let Err(error) = write(shelf, &key, &ledger).await
    {
        report.reason =
            Some(format!("could not write the ledger `{key}`, so these events will be sent again: {error}"));
    }
    if let Some(reason) = &report.reason {
        tracing::warn!(sink = %report.sink, snapshot = number, failed = report.failed, reason, "sink has not taken all events");
    }
    report
}

async fn read<S: Shelf>(shelf: &S, key: &str, number: u64) -> Result<Ledger, ShelfError> {
    let empty = Ledger { snapshot: number, taken: BTreeSet::new() };
    let Some(bytes) = shelf.get(key).await? else { return Ok(empty) };
    match serde_json::from_slice::<Ledger>(&bytes) {
        Ok(ledger) if ledger.snapshot == number => Ok(ledger),
        // At least once: a ledger that says nothing sensible has recorded nothing.
        _ => {
            tracing::warn!(key, "ledger is damaged; its events are sent again");
            Ok(empty)
        }
    }
}

async fn write<S: Shelf>(shelf: &S, key: &str, ledger: &Ledger) -> Result<(), ShelfError> {
    shelf.put(key, serde_json::to_vec(ledger)?).await
}
