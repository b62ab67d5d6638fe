//! Delivery: every event to every sink, and the ledger that remembers who took what.
//!
//! In: the events of one run, the sinks, a shelf for the ledger, and the time. Out: a report a sink. The ledger is written after a
//! sink took, also when it took only some: what is not in it is sent again, with the same ids. An event that a sink refuses for what
//! it holds is parked there with the reason, so that it holds up no other; a sink that cannot be reached parks nothing.

use std::collections::BTreeMap;

use model::{Event, Timestamp};
use serde::Serialize;

use crate::{
    Shelf, ShelfError, Sink,
    claim::{self, SendingTurn},
    ledger::{Found, Ledger, LedgerState},
    sink::Receipt,
};

/// The time now: only the programs have a clock.
pub type Now<'a> = &'a (dyn Fn() -> Timestamp + Sync);

/// The events of one run.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Number of the snapshot.
    pub snapshot: u64,
    /// Hash of its manifest, where the run that committed it delivers: nobody else can vouch for it.
    pub manifest: Option<&'a str>,
    /// The events to be sent to each sink.
    pub events: &'a [Event],
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
    /// Returns whether every sink has every event that it can take, and the ledger says so.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.sinks.iter().all(|sink| !sink.has_failed() && sink.left_to_another == 0)
    }

    /// Returns whether a sink took nothing of what it was offered.
    #[must_use]
    pub fn is_dead(&self, sink: &str) -> bool {
        self.sinks.iter().any(|report| report.sink == sink && report.failed > 0 && report.sent == 0)
    }

    /// Returns whether anything came of it that was not so before.
    #[must_use]
    pub fn has_news(&self) -> bool {
        let is_new = |sink: &SinkReport| sink.sent > 0 || !sink.parked.is_empty() || sink.left_to_another > 0;
        self.sinks.iter().any(|sink| is_new(sink) || sink.has_failed())
    }
}

/// What became of the events in one sink.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SinkReport {
    /// Name of the sink.
    pub sink: String,
    /// Events that it took now.
    pub sent: usize,
    /// Events that the ledger says it took or refused before.
    pub already_taken: usize,
    /// Events that it has not, and that are sent again by the next run.
    pub failed: usize,
    /// Events that another run is sending to it at this moment.
    #[serde(skip_serializing_if = "is_zero")]
    pub left_to_another: usize,
    /// Events that it refused now for what they hold, with its reason: they are not sent again, and this is told once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parked: BTreeMap<String, String>,
    /// Why it has not taken all, or why the ledger does not know.
    pub reason: Option<String>,
    /// Why events were sent that it may have had before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_again: Option<String>,
    /// Whether the ledger was what was written.
    #[serde(skip)]
    pub ledger: LedgerState,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl SinkReport {
    /// Returns whether the sink lacks events, or the ledger could not be kept.
    #[must_use]
    pub const fn has_failed(&self) -> bool {
        self.failed > 0 || self.reason.is_some()
    }
}

/// Brings the events of one run to all sinks, each in its own time: one that fails stops no other.
///
/// May be called any number of times for the same run, also by several programs at once: what a sink has by its ledger is not sent again,
/// and what another program is sending is waited for.
pub async fn deliver<S: Shelf>(shelf: &S, sinks: &[Sink], batch: Batch<'_>, now: Now<'_>) -> DeliveryReport {
    let each = sinks.iter().map(|sink| to_sink(shelf, sink, batch, now));
    let sinks = futures::future::join_all(each).await;
    DeliveryReport { snapshot: batch.snapshot, events: batch.events.len(), sinks }
}

async fn to_sink<S: Shelf>(shelf: &S, sink: &Sink, batch: Batch<'_>, now: Now<'_>) -> SinkReport {
    let Batch { snapshot: number, manifest, events } = batch;
    let mut report = SinkReport { sink: sink.name(), ..SinkReport::default() };
    let key = Ledger::key(&report.sink, number);
    match claim::take(shelf, &report.sink, batch, now).await {
        // Without the ledger everything would be sent again, each time anew; without a claim, by two.
        Err(error) => {
            report.failed = events.len();
            report.reason = Some(format!("could not read or claim the ledger `{key}`: {error}"));
        }
        Ok(SendingTurn::Done(found)) => report.already_taken = report.count(&found, events),
        Ok(SendingTurn::Theirs(found)) => {
            report.already_taken = report.count(&found, events);
            report.left_to_another = events.len() - report.already_taken;
        }
        Ok(SendingTurn::Ours(claim, found)) => {
            report.already_taken = report.count(&found, events);
            let mut ledger = found.ledger;
            ledger.manifest = ledger.manifest.or_else(|| manifest.map(str::to_owned));
            let due = ledger.owed(events);
            let receipt = tokio::select! {
                receipt = sink.send(&due) => receipt,
                never = claim.keep(shelf, now) => match never {},
            };
            report.enter(receipt, &due, &mut ledger);
            if let Err(error) = claim.end(shelf, &key, ledger, now).await {
                report.note_lost(&key, &error);
            }
        }
    }
    report.log(number);
    report
}

impl SinkReport {
    /// Counts what the sink had before, and notes what is wrong with the ledger.
    fn count(&mut self, found: &Found, events: &[Event]) -> usize {
        self.ledger = found.state;
        self.sent_again.clone_from(&found.sent_again);
        events.len() - found.ledger.owed(events).len()
    }

    /// Enters in the report and the ledger what a sink made of the events that it was offered.
    fn enter(&mut self, receipt: Receipt, due: &[Event], ledger: &mut Ledger) {
        self.sent = receipt.taken.len();
        ledger.taken.extend(receipt.taken);
        // A sink that refuses whatever it is offered has a fault of its own.
        let takes_others = !ledger.taken.is_empty();
        self.reason = receipt.refused;
        for (id, rejection) in receipt.rejected {
            if takes_others || (rejection.is_certain && due.len() == 1) {
                self.parked.insert(id, rejection.reason);
            } else {
                self.reason.get_or_insert(rejection.reason);
            }
        }
        self.failed = due.len().saturating_sub(self.sent + self.parked.len());
        ledger.parked.extend(self.parked.clone());
    }

    /// Notes that the ledger could not be written, so that the next run does all of it again.
    fn note_lost(&mut self, key: &str, error: &ShelfError) {
        if self.sent > 0 || !self.parked.is_empty() {
            let reason =
                format!("could not write the ledger `{key}`, so these events will be sent again: {error}");
            self.reason = Some(reason);
        }
    }

    fn log(&self, snapshot: u64) {
        let sink = &self.sink;
        if let Some(reason) = &self.reason {
            tracing::error!(sink, snapshot, failed = self.failed, reason, "sink has not taken all events");
        }
        if let Some(reason) = &self.sent_again {
            tracing::warn!(sink, snapshot, reason, "events are sent again");
        }
        for (event, reason) in &self.parked {
            tracing::error!(sink, snapshot, event, reason, "sink refuses an event, which is parked");
        }
    }
}
