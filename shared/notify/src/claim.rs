//! Claims: while one run sends the events of a snapshot to a sink, no other run does.
//!
//! In: the events that the ledger says a sink is yet to get. Out: the right to send them, or what another run made of
//! them. A claim is an object that is created on the condition that it is not there; claims on the same events are numbered, and the
//! ledger, written when sending ends, says how many have ended. Claims have a folder of their own, so that whoever deletes the ledgers leaves them:
//! one that has ended then proves that there was a ledger. A claim is renewed while its run lives, and dead once it was not renewed for
//! [`LEASE`]: then the next number is free to whoever creates it, and the events are sent again under the same ids.
//!
//! Beside the outbox of the run lies a mark of each sink whose ledger was written, for whoever deletes ledgers and claims together: events
//! that are sent again then are said to be.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use model::{Timestamp, time_text};
use serde::{Deserialize, Serialize};

use crate::{
    Batch, Now, Shelf, ShelfError,
    ledger::{Found, Ledger},
};

/// How long a claim holds after it was last renewed.
const LEASE: Duration = Duration::from_secs(10);
/// How far the clocks of two machines may be apart: a claim whose end is nearer than that is looked on for a lease.
const CLOCKS_DIFFER: Duration = Duration::from_secs(300);
const RENEWED_EVERY: Duration = Duration::from_secs(3);
const LOOKED_AT_EVERY: Duration = Duration::from_millis(250);
/// How long a run waits for another that is sending the same events: longer than a lease, so that a dead one is outlived.
const PATIENCE: Duration = Duration::from_secs(15);
/// Most claims on the same events that are passed over, each left by a run that died while it sent.
const MOST_DEAD: u32 = 10_000;

/// What a claim says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    /// A number that no other run has, so that nobody takes the claim of another for its own.
    by: String,
    /// When the claim ends unless it is renewed.
    until: String,
    /// Whether the ledger was written that says what was sent: a ledger without it is then not the last one.
    #[serde(default, skip_serializing_if = "is_false")]
    ended: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// The right to send the events of a run to a sink.
#[derive(Debug)]
pub(crate) struct Claim {
    key: String,
    /// Where it is noted that the ledger was written.
    sent: String,
    number: u32,
    by: String,
    /// When it was last renewed, by the time that passes here.
    renewed: Mutex<Instant>,
}

/// Whose turn it is to send.
#[derive(Debug)]
pub(crate) enum SendingTurn {
    /// Ours, with what the ledger said after the claim was made.
    Ours(Claim, Found),
    /// That of another run, which is still at it.
    Theirs(Found),
    /// Nobody's: the sink has all events.
    Done(Found),
}

/// Claims of other runs, by key: what each says, and since when it was seen to say so.
#[derive(Default)]
struct Watched(BTreeMap<String, (Vec<u8>, Instant)>);

/// Claims the events that a sink is yet to get, or waits until another run has sent them.
pub(crate) async fn take<S: Shelf>(
    shelf: &S,
    sink: &str,
    batch: Batch<'_>,
    now: Now<'_>,
) -> Result<SendingTurn, ShelfError> {
    let Batch { snapshot, manifest, events } = batch;
    let (began, key) = (Instant::now(), Ledger::key(sink, snapshot));
    let mut watched = Watched::default();
    'look: loop {
        let mut found = Ledger::read(shelf, &key, snapshot).await?;
        if found.ledger.owed(events).is_empty() {
            return Ok(SendingTurn::Done(found));
        }
        let first = found.ledger.claims.saturating_add(1);
        let mut living = None;
        for number in first..first.saturating_add(MOST_DEAD) {
            let claim = Claim::new(sink, snapshot, number);
            if shelf.create(&claim.key, claim.mark(now, false)?).await? {
                // Whoever passed over dead claims took time, in which others may have sent.
                if number != first {
                    found.ledger = Ledger::read(shelf, &key, snapshot).await?.ledger;
                }
                // Nobody can have sent events of a run before the run that commits it does.
                let is_first_to_send = number == 1 && manifest.is_some();
                if !is_first_to_send
                    && found.ledger.claims == 0
                    && shelf.get(&sent_key(sink, snapshot)).await?.is_some()
                {
                    found.lack(&key);
                }
                return Ok(SendingTurn::Ours(claim, found));
            }
            let bytes = shelf.get(&claim.key).await?.unwrap_or_default();
            if Mark::of(&bytes).is_some_and(|mark| mark.ended) {
                // The ledger was written before the claim was ended, though maybe after it was read here.
                if Ledger::read(shelf, &key, snapshot).await?.ledger.claims >= number {
                    continue 'look;
                }
                found.lack(&key);
                continue;
            }
            if !watched.is_dead(claim.key, bytes, now()) {
                living = Some(found);
                break;
            }
            found.may_lack();
        }
        let Some(found) = living else { return Err(format!("{MOST_DEAD} runs died while they sent").into()) };
        if began.elapsed() >= PATIENCE {
            return Ok(SendingTurn::Theirs(found));
        }
        tokio::time::sleep(LOOKED_AT_EVERY).await;
    }
}

/// Returns the key of the mark that a sink took events of a snapshot, within the account's folder: beside the outbox.
fn sent_key(sink: &str, snapshot: u64) -> String {
    format!("outbox/{snapshot:08}.sent/{sink}.json")
}

impl Mark {
    fn of(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

impl Watched {
    /// Returns whether the run of a claim has died: it ended long ago by what the claim says, or nobody renewed it while we looked on,
    /// which needs no clock that both agree on.
    fn is_dead(&mut self, key: String, bytes: Vec<u8>, now: Timestamp) -> bool {
        let until = Mark::of(&bytes).and_then(|mark| mark.until.parse().ok());
        let (known, since) = self.0.entry(key).or_insert_with(|| (bytes.clone(), Instant::now()));
        if *known != bytes {
            (*known, *since) = (bytes, Instant::now());
        }
        let is_long_ago = |until: Timestamp| until.checked_add(CLOCKS_DIFFER).is_ok_and(|until| until <= now);
        until.is_none_or(is_long_ago) || since.elapsed() >= LEASE
    }
}

impl Claim {
    fn new(sink: &str, snapshot: u64, number: u32) -> Self {
        Self {
            key: format!("claims/{sink}/{snapshot:08}/claim-{number}.json"),
            sent: sent_key(sink, snapshot),
            number,
            by: format!("{:016x}", fastrand::u64(..)),
            renewed: Instant::now().into(),
        }
    }

    /// Returns what the claim says when it is made, renewed or ended now.
    fn mark(&self, now: Now<'_>, ended: bool) -> Result<Vec<u8>, ShelfError> {
        let until = time_text(now().checked_add(LEASE)?);
        Ok(serde_json::to_vec(&Mark { by: self.by.clone(), until, ended })?)
    }

    /// Renews the claim for as long as it is awaited.
    pub(crate) async fn keep<S: Shelf>(&self, shelf: &S, now: Now<'_>) -> Infallible {
        loop {
            tokio::time::sleep(RENEWED_EVERY).await;
            let Ok(mark) = self.mark(now, false) else { continue };
            match shelf.put(&self.key, mark).await {
                Ok(()) => *self.renewed() = Instant::now(),
                Err(error) => tracing::warn!(key = self.key, %error, "claim could not be renewed"),
            }
        }
    }

    /// Ends the claim in the ledger: the next one is free. Adds what others noted, where it may have passed for dead.
    pub(crate) async fn end<S: Shelf>(
        self,
        shelf: &S,
        key: &str,
        mut ledger: Ledger,
        now: Now<'_>,
    ) -> Result<(), ShelfError> {
        ledger.claims = ledger.claims.max(self.number);
        if self.renewed().elapsed() >= LEASE {
            ledger.merge(Ledger::read(shelf, key, ledger.snapshot).await?.ledger);
        }
        ledger.write(shelf, key).await?;
        if !(ledger.taken.is_empty() && ledger.parked.is_empty())
            && let Err(error) = shelf.put(&self.sent, b"{}".to_vec()).await
        {
            tracing::warn!(key = self.sent, %error, "it could not be noted that events were sent");
        }
        // Without it, the loss of the ledger would pass for the death of a run.
        if let Err(error) = shelf.put(&self.key, self.mark(now, true)?).await {
            tracing::warn!(key = self.key, %error, "claim could not be ended");
        }
        Ok(())
    }

    fn renewed(&self) -> MutexGuard<'_, Instant> {
        self.renewed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
