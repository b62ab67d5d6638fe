//! The ledger: what one sink has taken of the events of one run, and what it will never take.

use std::collections::{BTreeMap, BTreeSet};

use model::Event;
use serde::{Deserialize, Serialize};

use crate::{Shelf, ShelfError};

/// What became of the events of one run in one sink.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) snapshot: u64,
    /// Hash of the manifest that was committed, noted by the run that committed it: no other manifest is then taken for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<String>,
    /// Ids of the events that the sink took.
    pub(crate) taken: BTreeSet<String>,
    /// Events that the sink refused for what they hold, with its reason: they are not sent again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) parked: BTreeMap<String, String>,
    /// How many claims on these events have ended: see [`crate::claim`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) claims: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Whether a ledger is what was written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum LedgerState {
    /// It is, or there never was one.
    #[default]
    Sound,
    /// It is something else.
    Damaged,
    /// It was written, and is not there any more.
    Missing,
}

/// A ledger as it was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) ledger: Ledger,
    pub(crate) state: LedgerState,
    /// Why events are sent that the sink may have: the ledger is not what was written, or a run died before it wrote it.
    pub(crate) sent_again: Option<String>,
}

impl Found {
    const fn sound(ledger: Ledger) -> Self {
        Self { ledger, state: LedgerState::Sound, sent_again: None }
    }

    /// Notes that a run has written a ledger that is not this one: it is gone, or an older one is in its place.
    pub(crate) fn lack(&mut self, key: &str) {
        // One that does not read is there.
        if self.state == LedgerState::Damaged {
            return;
        }
        let (state, fault) = if self.ledger.claims == 0 && self.ledger.taken.is_empty() {
            (LedgerState::Missing, "is missing")
        } else {
            (LedgerState::Damaged, "is not the last that was written")
        };
        self.state = state;
        self.sent_again =
            Some(format!("the ledger `{key}` {fault}; its events are sent again, with the same ids"));
    }

    /// Notes that a run died before it could write what it sent.
    pub(crate) fn may_lack(&mut self) {
        self.sent_again.get_or_insert_with(|| {
            "a run died while it sent these events; they are sent again, with the same ids".to_owned()
        });
    }
}

/// Returns the key of the ledger of a sink for the events of a snapshot, within the account's folder.
#[must_use]
pub fn ledger_key(sink: &str, number: u64) -> String {
    Ledger::key(sink, number)
}

impl Ledger {
    /// Returns the key of the ledger of a sink.
    pub(crate) fn key(sink: &str, number: u64) -> String {
        format!("ledger/{sink}/{number:08}.json")
    }

    /// Returns the events that the sink is yet to get.
    pub(crate) fn owed(&self, events: &[Event]) -> Vec<Event> {
        let is_owed =
            |event: &&Event| !self.taken.contains(&event.id) && !self.parked.contains_key(&event.id);
        events.iter().filter(is_owed).cloned().collect()
    }

    /// Reads a ledger. One that was never written is empty; so is a damaged one, for every event is sent at least once.
    pub(crate) async fn read<S: Shelf>(shelf: &S, key: &str, number: u64) -> Result<Found, ShelfError> {
        let empty = Self { snapshot: number, ..Self::default() };
        let Some(bytes) = shelf.get(key).await? else { return Ok(Found::sound(empty)) };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(ledger) if ledger.snapshot == number => Ok(Found::sound(ledger)),
            _ => {
                let why =
                    format!("the ledger `{key}` is damaged; its events are sent again, with the same ids");
                Ok(Found { ledger: empty, state: LedgerState::Damaged, sent_again: Some(why) })
            }
        }
    }

    pub(crate) async fn write<S: Shelf>(&self, shelf: &S, key: &str) -> Result<(), ShelfError> {
        shelf.put(key, serde_json::to_vec(self)?).await
    }

    /// Adds what another run has noted meanwhile.
    pub(crate) fn merge(&mut self, other: Self) {
        self.taken.extend(other.taken);
        self.parked.extend(other.parked);
        self.claims = self.claims.max(other.claims);
        self.manifest = self.manifest.take().or(other.manifest);
    }
}
