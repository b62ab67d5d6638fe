//! Events between the commit and the sinks.
//!
//! They are stored before the manifest that names them and sent after it. Each manifest also lists the runs before it
//! whose events had not all been taken, so that a run without anything to tell looks no further.

use model::Event;
use notify::{Shelf, Sink, SinkReport};
use snapshot::{History, Manifest, ObjectRef, SnapshotError};

/// What became of events that former runs left.
#[derive(Debug, Default)]
pub(crate) struct CaughtUp {
    /// Runs whose events some sink still lacks.
    pub(crate) undelivered: Vec<u64>,
    /// What the sinks took.
    pub(crate) reports: Vec<SinkReport>,
}

/// Sends what former runs could not.
pub(crate) async fn finish(history: &History, sinks: &[Sink]) -> Result<CaughtUp, SnapshotError> {
    let mut caught_up = CaughtUp::default();
    let Ok(Some(latest)) = history.latest().await else { return Ok(caught_up) };
    let mut pending = latest.undelivered.clone();
    if latest.outbox.is_some() {
        pending.push(latest.number);
    }
    for number in pending {
        let manifest = if number == latest.number { latest.clone() } else { history.manifest(number).await? };
        let Some(outbox) = &manifest.outbox else { continue };
        if notify::is_delivered(&Ledger(history), sinks, number).await {
            continue;
        }
        match history.get_json::<Vec<Event>>(outbox).await {
            Ok(events) => {
                let reports = deliver(history, &manifest, sinks, &events).await;
                if reports.iter().any(|report| !report.is_complete()) {
                    caught_up.undelivered.push(number);
                }
                caught_up.reports.extend(reports);
            }
            Err(error) => {
                tracing::error!(number, %error, "the events of a former run cannot be read, and are lost to the sinks");
            }
        }
    }
    Ok(caught_up)
}

/// Stores the events of a run; nothing when there are none.
pub(crate) async fn store(
    history: &History,
    number: u64,
    events: &[Event],
) -> Result<Option<ObjectRef>, SnapshotError> {
    if events.is_empty() {
        return Ok(None);
    }
    history.put_outbox(number, &events).await.map(Some)
}

/// Sends the events of a committed run and notes in the ledger what each sink took.
pub(crate) async fn deliver(
    history: &History,
    manifest: &Manifest,
    sinks: &[Sink],
    events: &[Event],
) -> Vec<SinkReport> {
    if events.is_empty() {
        return Vec::new();
    }
    notify::deliver(&Ledger(history), sinks, manifest.number, events).await
}

/// The ledger's place in the store.
struct Ledger<'a>(&'a History);

impl Shelf for Ledger<'_> {
    type Error = SnapshotError;

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, SnapshotError> {
        self.0.get_ledger(key).await
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), SnapshotError> {
        self.0.put_ledger(key, bytes).await
    }
}
