//! Proves ledgers: no manifest names them, for they are written after it, and more than once.
//!
//! A ledger says of which run it is and names events of that run; one that does not is not what was written, and its events are sent
//! again. One of a run that has no manifest tells that there was one: events are sent only after the commit.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{FaultKind, Walk};
use crate::{
    ObjectRef, SnapshotError,
    hash::{count, is_sha256},
    history::{manifest_key, number_of},
    manifest::hash_in_key,
};

#[derive(Deserialize)]
struct Ledger {
    snapshot: u64,
    taken: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Claim {
    #[serde(default)]
    ended: bool,
}

#[derive(Deserialize)]
struct Event {
    id: String,
}

impl Walk<'_> {
    /// Looks at all ledgers.
    pub(super) async fn ledgers(&mut self, names: &BTreeSet<&str>) -> Result<(), SnapshotError> {
        let newest = names.iter().filter_map(|name| number_of(name.strip_prefix("manifests/")?)).max();
        for name in names.iter().filter(|name| name.starts_with("ledger/")) {
            let Some(number) = name.rsplit('/').next().and_then(number_of) else {
                self.claim(names, name).await?;
                continue;
            };
            if newest.is_none_or(|newest| number > newest) {
                let text = format!("is missing, though `{name}` says that its events were sent");
                self.fault(FaultKind::Missing, &manifest_key(number), text);
            }
            if let Some(fault) = self.ledger(names, name, number).await? {
                self.fault(FaultKind::Changed, name, fault);
            }
        }
        Ok(())
    }

    /// Looks whether the ledger is there that was written before a claim was ended.
    async fn claim(&mut self, names: &BTreeSet<&str>, name: &str) -> Result<(), SnapshotError> {
        let Some((of, _)) = name.split_once(".claims/") else { return Ok(()) };
        let ledger = format!("{of}.json");
        if names.contains(ledger.as_str()) {
            return Ok(());
        }
        let key = self.history.key(name);
        let found = self.history.store().get(&key).await;
        let found = found.map_err(|error| self.history.store_error(error))?;
        if found.is_some_and(|bytes| serde_json::from_slice(&bytes).is_ok_and(|claim: Claim| claim.ended)) {
            self.fault(
                FaultKind::Missing,
                &ledger,
                format!("is missing, though `{name}` says that it was written"),
            );
        }
        Ok(())
    }

    /// Returns what is wrong with a ledger.
    async fn ledger(
        &self,
        names: &BTreeSet<&str>,
        name: &str,
        number: u64,
    ) -> Result<Option<String>, SnapshotError> {
        let history = self.history;
        let found =
            history.store().get(&history.key(name)).await.map_err(|error| history.store_error(error))?;
        let Some(bytes) = found else { return Ok(None) };
        let Ok(ledger) = serde_json::from_slice::<Ledger>(&bytes) else {
            return Ok(Some("does not read as a ledger: its events may be sent again".to_owned()));
        };
        if ledger.snapshot != number {
            return Ok(Some(format!("is the ledger of snapshot {}", ledger.snapshot)));
        }
        let sent = self.events(names, number).await?;
        let foreign = ledger
            .taken
            .iter()
            .find(|id| !is_sha256(id) || sent.as_ref().is_some_and(|sent| !sent.contains(*id)));
        Ok(foreign.map(|id| format!("names `{id}`, which is no event of snapshot {number}")))
    }

    /// Returns the ids of all events of a run; none when not all of them can be read.
    async fn events(
        &self,
        names: &BTreeSet<&str>,
        number: u64,
    ) -> Result<Option<BTreeSet<String>>, SnapshotError> {
        let prefix = format!("outbox/{number:08}-");
        let mut ids = BTreeSet::new();
        for name in names.range(prefix.as_str()..).take_while(|name| name.starts_with(&prefix)) {
            let Some(sha256) = hash_in_key(name) else { return Ok(None) };
            let key = self.history.key(name);
            let found = self.history.store().get(&key).await;
            let Some(bytes) = found.map_err(|error| self.history.store_error(error))? else {
                return Ok(None);
            };
            let object =
                ObjectRef { key: (*name).to_owned(), sha256: sha256.to_owned(), bytes: count(bytes.len()) };
            match self.history.get_json::<Vec<Event>>(&object).await {
                Ok(events) => ids.extend(events.into_iter().map(|event| event.id)),
                Err(error) if error.is_damage() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        // Without an outbox nothing can be said of the events.
        Ok((!ids.is_empty()).then_some(ids))
    }
}
