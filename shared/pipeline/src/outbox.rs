//! Events between the commit and the sinks.
//!
//! They are stored before the manifest that names them and sent after it. Each manifest also lists the runs before it
//! whose events had not all been taken, so that a run without anything to tell looks no further. Where a manifest cannot be read, the
//! outboxes are found by their names.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use model::Event;
use notify::{Batch, Damage, DeliveryReport, LedgerState, Now, Shelf, ShelfError, Sink};
use serde_json::Value;
use snapshot::{History, Manifest, ObjectRef, Place, SnapshotError, Traces};

use crate::former::{Former, MOST_BACK};

/// What became of events that former runs left.
#[derive(Debug, Default)]
pub(crate) struct CaughtUp {
    /// Runs whose events some sink still lacks.
    pub(crate) undelivered: Vec<u64>,
    /// What the sinks took.
    pub(crate) reports: Vec<DeliveryReport>,
    /// What could not be read, and what that costs.
    pub(crate) damage: Damage,
    /// Snapshots that were taken away from the end of the history.
    pub(crate) traces: Traces,
    /// Names of the sinks, whose ledgers say which manifest was committed.
    pub(crate) sinks: Vec<String>,
    /// Hash of a manifest that nothing speaks against.
    pub(crate) proven: Option<String>,
    /// Objects of which events that were found here tell already that they are damaged.
    told: BTreeSet<String>,
}

/// Sends what former runs could not.
pub(crate) async fn finish(
    history: &History,
    sinks: &[Sink],
    now: Now<'_>,
) -> Result<CaughtUp, SnapshotError> {
    let names: Vec<String> = sinks.iter().map(Sink::name).collect();
    let traces = traces(history, &names).await?;
    let mut caught_up = CaughtUp { traces, sinks: names, ..CaughtUp::default() };
    if sinks.is_empty() {
        return Ok(caught_up);
    }
    let due = caught_up.due(history).await?;
    let mut offer = Offer { history, now, sinks: sinks.len(), alive: sinks.to_vec() };
    for (number, outbox) in &due {
        // Of a run that left several outboxes the ledger knows events of each.
        let is_alone = due.iter().filter(|(each, _)| each == number).count() == 1;
        caught_up.deliver(&mut offer, *number, outbox, is_alone).await?;
    }
    caught_up.undelivered.dedup();
    let CaughtUp { damage, told, .. } = &mut caught_up;
    damage.objects.retain(|object, _| !told.contains(object));
    Ok(caught_up)
}

/// Looks for snapshots that were taken away from the end of the history. What another run commits meanwhile is none of them.
async fn traces(history: &History, sinks: &[String]) -> Result<Traces, SnapshotError> {
    let (newest, put_in) = history.newest_and_put_in().await?;
    let mut traces = history.traces_beyond(newest.unwrap_or_default(), sinks).await?;
    if traces != Traces::default()
        && let Some(newest) = history.newest().await?
    {
        traces.lost.retain(|number| *number > newest);
        traces.unclear.retain(|number| *number > newest);
    }
    traces.put_in = put_in;
    Ok(traces)
}

/// Returns the events that runs told whose snapshots are not compared with, for they are gone or damaged. Where an outbox is damaged
/// too, its events are told again.
pub(crate) async fn told_in_vain(history: &History, former: &Former) -> Result<Vec<Event>, SnapshotError> {
    let mut told = Vec::new();
    if former.number() + 1 < former.next {
        for (_, outbox) in history.outboxes(former.number() + 1, former.next - 1).await? {
            match history.get_json::<Vec<Event>>(&outbox).await {
                Ok(events) => told.extend(events),
                Err(error) if error.is_damage() => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(told)
}

impl CaughtUp {
    /// Returns the outboxes of which some sink may lack events, oldest first.
    async fn due(&mut self, history: &History) -> Result<Vec<(u64, ObjectRef)>, SnapshotError> {
        let newest = history.newest().await?.unwrap_or_default();
        let last = self.traces.lost.last().copied().unwrap_or_default().max(newest);
        let mut due = Vec::new();
        let mut last_read = newest.saturating_sub(MOST_BACK);
        let mut next = Some(newest).filter(|number| *number > 0);
        for _ in 0..MOST_BACK {
            let Some(number) = next else { break };
            let Some(manifest) = self.proven(history, number).await? else {
                next = history.newest_below(number).await?;
                continue;
            };
            for number in manifest.undelivered.iter().copied() {
                due.extend(self.outboxes(history, number).await?);
            }
            due.extend(manifest.outbox.map(|outbox| (number, outbox)));
            last_read = number;
            break;
        }
        if last_read < last {
            due.extend(history.outboxes(last_read + 1, last).await?);
        }
        Ok(due)
    }

    /// Returns the outbox of a run; all that bear its number where its manifest cannot be read.
    async fn outboxes(
        &mut self,
        history: &History,
        number: u64,
    ) -> Result<Vec<(u64, ObjectRef)>, SnapshotError> {
        if let Some(manifest) = self.manifest(history, number).await? {
            return Ok(manifest.outbox.into_iter().map(|outbox| (number, outbox)).collect());
        }
        let found = history.outboxes(number, number).await?;
        if found.is_empty() {
            self.damage.lost_events.insert(number);
        }
        Ok(found)
    }

    /// Reads a manifest that must be there; returns none, and notes it, where it is not or is damaged.
    async fn manifest(&mut self, history: &History, number: u64) -> Result<Option<Manifest>, SnapshotError> {
        let found = history.manifest(number).await;
        self.found(history, number, found)
    }

    /// As [`CaughtUp::manifest`], and a manifest that is not the one that was committed is damaged.
    async fn proven(&mut self, history: &History, number: u64) -> Result<Option<Manifest>, SnapshotError> {
        let found = history.proven(number, &self.sinks).await.map(|proven| {
            if let Some((former, fault)) = &proven.former {
                self.damage.note(former, fault);
            }
            self.proven = Some(proven.hash);
            proven.manifest
        });
        self.found(history, number, found)
    }

    fn found(
        &mut self,
        history: &History,
        number: u64,
        found: Result<Manifest, SnapshotError>,
    ) -> Result<Option<Manifest>, SnapshotError> {
        let error = match found {
            Ok(manifest) => return Ok(Some(manifest)),
            Err(SnapshotError::NoSuchSnapshot { .. }) => {
                SnapshotError::Missing { object: history.key_of_manifest(number) }
            }
            Err(error) => error,
        };
        self.note(error).map(|()| None)
    }

    /// Notes damage; whatever else went wrong stays an error.
    fn note(&mut self, error: SnapshotError) -> Result<(), SnapshotError> {
        let Some((object, fault)) = error.damage() else { return Err(error) };
        tracing::error!(object, fault, "what former runs left to be sent is damaged");
        self.damage.note(object, &fault);
        Ok(())
    }

    async fn deliver(
        &mut self,
        offer: &mut Offer<'_>,
        number: u64,
        outbox: &ObjectRef,
        is_alone: bool,
    ) -> Result<(), SnapshotError> {
        // Where there is damage, events that wait may tell of it already.
        if offer.alive.is_empty() && self.damage.objects.is_empty() {
            self.undelivered.push(number);
            return Ok(());
        }
        let history = offer.history;
        let events = match history.get_json::<Vec<Event>>(outbox).await {
            Ok(events) => events,
            Err(error) => {
                self.note(error)?;
                self.damage.lost_events.insert(number);
                return Ok(());
            }
        };
        self.told.extend(events.iter().flat_map(damaged_objects).map(str::to_owned));
        let ledger = LedgerShelf { known: is_alone.then_some(&events), ..LedgerShelf::of(history, number) };
        // Only the run that committed a manifest can vouch for it.
        let batch = Batch { snapshot: number, manifest: None, events: &events };
        let report = notify::deliver(&ledger, &offer.alive, batch, offer.now).await;
        let damaged = ledger.damaged();
        // While nothing is sent, the ledger stays as it is; the run that sends says so.
        for sink in report.sinks.iter().filter(|sink| sink.sent > 0) {
            let key = notify::ledger_key(&sink.sink, number);
            let fault = match sink.ledger {
                LedgerState::Missing => "is missing",
                LedgerState::Sound if !damaged.contains(&key) => continue,
                LedgerState::Sound | LedgerState::Damaged => {
                    "is damaged: it is not the ledger of these events"
                }
            };
            self.damage.note(&history.key(&key), fault);
            self.damage.sent_again.insert(number);
        }
        if !report.is_complete() || offer.alive.len() < offer.sinks {
            self.undelivered.push(number);
        }
        offer.alive.retain(|sink| !report.is_dead(&sink.name()));
        if report.has_news() {
            self.reports.push(report);
        }
        Ok(())
    }
}

/// The sinks that are offered what waits.
struct Offer<'a> {
    history: &'a History,
    now: Now<'a>,
    /// How many sinks there are.
    sinks: usize,
    /// Those that took something of each run so far. One that took nothing is not offered the next: what keeps it from that
    /// lasts, and each try takes its time.
    alive: Vec<Sink>,
}

/// Returns the objects that an event tells to be damaged.
fn damaged_objects(event: &Event) -> impl Iterator<Item = &str> {
    let is_meant = event.kind.contains(".history.damaged.");
    let objects = event.data.get("objects").and_then(Value::as_array).filter(|_| is_meant);
    objects.into_iter().flatten().filter_map(|object| object.get("object")?.as_str())
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
    let ledger = LedgerShelf::of(history, manifest.number);
    let hash = manifest.hash().ok();
    // The end of a history is proven by what is known of it elsewhere: whoever keeps an event keeps the hash.
    let sent: Vec<Event> =
        events.iter().map(|event| Event { snapshothash: hash.clone(), ..event.clone() }).collect();
    let batch = Batch { snapshot: manifest.number, manifest: hash.as_deref(), events: &sent };
    Some(notify::deliver(&ledger, sinks, batch, now).await)
}

/// The ledger's place in the store; it notes which ledgers were not as they were written.
struct LedgerShelf<'a> {
    history: &'a History,
    number: u64,
    /// All events that it may name, where they are known.
    known: Option<&'a Vec<Event>>,
    damaged: Mutex<BTreeSet<String>>,
}

impl<'a> LedgerShelf<'a> {
    const fn of(history: &'a History, number: u64) -> Self {
        Self { history, number, known: None, damaged: Mutex::new(BTreeSet::new()) }
    }

    fn damaged(self) -> BTreeSet<String> {
        self.damaged.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_sound(&self, bytes: &[u8]) -> bool {
        let ledger: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let is_of_run = ledger.get("snapshot").and_then(Value::as_u64) == Some(self.number);
        let is_known = |id: &Value| {
            self.known.is_none_or(|events| events.iter().any(|event| id.as_str() == Some(&event.id)))
        };
        let taken = ledger.get("taken").and_then(Value::as_array);
        let manifest = ledger.get("manifest");
        let is_hash = |text: &str| {
            text.len() == 64 && text.bytes().all(|each| matches!(each, b'0'..=b'9' | b'a'..=b'f'))
        };
        let names_manifest = manifest.is_none_or(|manifest| manifest.as_str().is_some_and(is_hash));
        names_manifest && is_of_run && taken.is_some_and(|taken| taken.iter().all(is_known))
    }
}

impl Shelf for LedgerShelf<'_> {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ShelfError> {
        let found = match self.history.get(&self.history.key(key)).await {
            Ok(found) => found.map(|bytes| bytes.to_vec()),
            // What nobody can read says as much as what nobody wrote like that.
            Err(error) if error.is_damage() => Some(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let is_ledger = key.ends_with(&format!("/{:08}.json", self.number));
        if is_ledger && found.as_ref().is_some_and(|bytes| !self.is_sound(bytes)) {
            self.damaged.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        }
        Ok(found)
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), ShelfError> {
        Ok(self.history.store().put(&self.history.key(key), bytes.into()).await?)
    }

    async fn create(&self, key: &str, bytes: Vec<u8>) -> Result<bool, ShelfError> {
        Ok(self.history.store().create(&self.history.key(key), bytes.into()).await?)
    }
}
