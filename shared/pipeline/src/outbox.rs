//! Events between the commit and the sinks.
//!
//! They are stored before the manifest that names them and sent after it. Each manifest also lists the runs before it
//! whose events had not all been taken, so that a run without anything to tell looks no further.

use model::Event;
use notify::{DeliveryReport, Now, Shelf, ShelfError, Sink};
use snapshot::{History, Manifest, ObjectRef, Place, SnapshotError};

/// What became of events that former runs left.
#[derive(Debug, Default)]
pub(crate) struct CaughtUp {
    /// Runs whose events some sink still lacks.
    pub(crate) undelivered: Vec<u64>,
    /// What the sinks took.
    pub(crate) reports: Vec<DeliveryReport>,
}

/// Sends what former runs could not.
///
/// A newest manifest that is damaged names nothing that could be sent; the run that follows tells of the damage.
pub(crate) async fn finish(
    history: &History,
    sinks: &[Sink],
    now: Now<'_>,
) -> Result<CaughtUp, SnapshotError> {
    let mut caught_up = CaughtUp::default();
    let latest = match history.latest().await {
        Ok(Some(latest)) if !sinks.is_empty() => latest,
        Err(error) if !error.is_damage() => return Err(error),
        _ => return Ok(caught_up),
    };
    // A sink that took nothing of one run is not offered the next: what keeps it from that lasts, and each try takes its time.
    let mut alive = sinks.to_vec();
    for number in latest.undelivered.iter().copied().chain([latest.number]) {
        let manifest =
            if number == latest.number { latest.clone() } else { history.manifest(number).await? };
        let Some(outbox) = &manifest.outbox else { continue };
        if alive.is_empty() {
            caught_up.undelivered.push(number);
            continue;
        }
        match history.get_json::<Vec<Event>>(outbox).await {
            Ok(events) => {
                let report = notify::deliver(&Ledger(history), &alive, number, &events, now).await;
                if !report.is_complete() || alive.len() < sinks.len() {
                    caught_up.undelivered.push(number);
                }
                alive.retain(|sink| !report.is_dead(&sink.name()));
                if report.has_news() {
                    caught_up.reports.push(report);
                }
            }
            Err(error) if error.is_damage() => {
                tracing::error!(number, %error, "the events of a former run are damaged, and cannot be sent");
            }
            Err(error) => return Err(error),
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
    history.put_json(Place::Outbox(number), events).await.map(Some)
}

/// Sends the events of a committed run and notes in the ledger what each sink took.
pub(crate) async fn deliver(
    history: &History,
    manifest: &Manifest,
    sinks: &[Sink],
    events: &[Event],
    now: Now<'_>,
) -> Option<DeliveryReport> {
    if events.is_empty() || sinks.is_empty() {
        return None;
    }
    Some(notify::deliver(&Ledger(history), sinks, manifest.number, events, now).await)
}

/// The ledger's place in the store.
struct Ledger<'a>(&'a History);

impl Shelf for Ledger<'_> {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        Ok(self.0.store().get(&self.0.key(key)).await?.map(|bytes| bytes.to_vec()))
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), ShelfError> {
        Ok(self.0.store().put(&self.0.key(key), bytes.into()).await?)
    }

    async fn create(&self, key: &str, bytes: Vec<u8>) -> Result<bool, ShelfError> {
        Ok(self.0.store().create(&self.0.key(key), bytes.into()).await?)
    }
}
