//! The ledger: what one sink has taken of the events of one run, and what it will never take.

use std::collections::{BTreeMap, BTreeSet};

use model::Event;
use serde::{Deserialize, Serialize};

use crate::{Shelf, ShelfError};

/// What became of the events of one run in one sink.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) snapshot: u64,
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

/// A ledger as it was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) ledger: Ledger,
    /// What is wrong with it, if it is not what was written: then it has recorded nothing.
    pub(crate) damage: Option<String>,
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
        let Some(bytes) = shelf.get(key).await? else { return Ok(Found { ledger: empty, damage: None }) };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(ledger) if ledger.snapshot == number => Ok(Found { ledger, damage: None }),
            _ => {
                let damage =
                    format!("the ledger `{key}` is damaged; its events are sent again, with the same ids");
                Ok(Found { ledger: empty, damage: Some(damage) })
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
    }
}
