//! Proves ledgers: no manifest names them, for they are written after it, and more than once.
//!
//! A ledger says of which run it is and names events of that run; one that does not is not what was written, and its events are sent
//! again. One of a run that has no manifest tells that there was one: events are sent only after the commit. One that the run wrote
//! which committed names the hash of its manifest: another one in its place was put in.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{FaultKind, Walk};
use crate::{
    ObjectRef, SnapshotError,
    hash::{count, is_sha256},
    history::{manifest_key, number_of},
    manifest::hash_in_key,
    objects::number_in_sent_mark,
    proof::manifest_in_ledger,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LedgerWire {
    snapshot: u64,
    manifest: Option<String>,
    taken: BTreeSet<String>,
    #[serde(default, rename = "parked")]
    _parked: BTreeMap<String, String>,
    #[serde(default)]
    claims: u32,
}

#[derive(Deserialize)]
struct ClaimWire {
    #[serde(default)]
    ended: bool,
}

#[derive(Deserialize)]
struct EventWire {
    id: String,
}

impl Walk<'_> {
    /// Looks at all ledgers, and at the claims that their runs made.
    pub(super) async fn ledgers(&mut self, names: &BTreeSet<&str>) -> Result<(), SnapshotError> {
        let newest = self.manifests.keys().next_back().copied();
        let mut claims: BTreeMap<String, u32> = BTreeMap::new();
        for name in names.iter().filter(|name| name.starts_with("ledger/")) {
            let Some(number) = name.rsplit('/').next().and_then(number_of) else { continue };
            self.note_lost_manifest(newest, name, number);
            match self.ledger(names, name, number).await? {
                Ok(counted) => {
                    claims.insert((*name).to_owned(), counted);
                }
                Err(fault) => self.fault(FaultKind::Changed, name, fault),
            }
        }
        let mut made: BTreeMap<String, u32> = BTreeMap::new();
        for name in names.iter().filter(|name| name.starts_with("claims/")) {
            let Some((ledger, of, claim)) = parts_of_claim(name) else { continue };
            self.note_lost_manifest(newest, name, of);
            let last = made.entry(ledger.clone()).or_default();
            *last = claim.max(*last);
            let is_noted = match claims.get(&ledger) {
                Some(counted) => claim <= *counted,
                // What is wrong with a ledger that is there was said above.
                None => names.contains(ledger.as_str()),
            };
            if !is_noted && self.has_ended(name).await? {
                let is_there = names.contains(ledger.as_str());
                let fault = if is_there { "is not the last that was written" } else { "is missing" };
                let kind = if is_there { FaultKind::Changed } else { FaultKind::Missing };
                self.fault(kind, &ledger, format!("{fault}, though `{name}` says that it was written"));
            }
        }
        for name in names.iter().filter(|name| name.starts_with("outbox/")) {
            let Some(number) = number_in_sent_mark(name) else { continue };
            self.note_lost_manifest(newest, name, number);
            let sink =
                name.rsplit('/').next().and_then(|sink| sink.strip_suffix(".json")).unwrap_or_default();
            let ledger = format!("ledger/{sink}/{number:08}.json");
            let is_named = self.faults.iter().any(|fault| fault.object == self.history.key(&ledger));
            if !names.contains(ledger.as_str()) && !is_named {
                let fault = format!("is missing, though `{name}` says that it was written");
                self.fault(FaultKind::Missing, &ledger, fault);
            }
        }
        for (ledger, last) in made {
            if claims.get(&ledger).is_some_and(|counted| *counted > last) {
                let text = format!("counts more claims on its events than the {last} that were made");
                self.fault(FaultKind::Changed, &ledger, text);
            }
        }
        Ok(())
    }

    /// Notes the loss of a manifest beyond the newest, which what its run left while it told tells.
    fn note_lost_manifest(&mut self, newest: Option<u64>, name: &str, number: u64) {
        if newest.is_none_or(|newest| number > newest) {
            let text = format!("was cut off at the end: `{name}` says that its events were sent");
            self.fault(FaultKind::CutOff, &manifest_key(number), text);
        }
    }

    /// Returns whether a claim was ended, which is done once the ledger is written.
    async fn has_ended(&self, name: &str) -> Result<bool, SnapshotError> {
        let found = self.history.get_readable(&self.history.key(name)).await?;
        Ok(found
            .is_some_and(|bytes| serde_json::from_slice(&bytes).is_ok_and(|claim: ClaimWire| claim.ended)))
    }

    /// Returns how many claims a ledger counts, or what is wrong with it; notes what it says of the manifest of its run.
    async fn ledger(
        &mut self,
        names: &BTreeSet<&str>,
        name: &str,
        number: u64,
    ) -> Result<Result<u32, String>, SnapshotError> {
        let history = self.history;
        let bytes = match history.get(&history.key(name)).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Ok(0)),
            Err(error) => {
                return match error.damage() {
                    Some((_, fault)) => Ok(Err(format!("{fault}: its events may be sent again"))),
                    None => Err(error),
                };
            }
        };
        let Ok(ledger) = serde_json::from_slice::<LedgerWire>(&bytes) else {
            return Ok(Err("does not read as a ledger: its events may be sent again".to_owned()));
        };
        if ledger.snapshot != number {
            return Ok(Err(format!("is the ledger of snapshot {}", ledger.snapshot)));
        }
        if ledger.manifest.is_some_and(|hash| !is_sha256(&hash)) {
            return Ok(Err("does not name the manifest of its run".to_owned()));
        }
        if let Some(committed) = manifest_in_ledger(&bytes, number)
            && self.manifests.get(&number).is_some_and(|stored| *stored != committed)
        {
            let text = format!("is not the one that was committed, which `{name}` names");
            self.fault(FaultKind::Changed, &manifest_key(number), text);
        }
        let sent = self.events(names, number).await?;
        let foreign = ledger
            .taken
            .iter()
            .find(|id| !is_sha256(id) || sent.as_ref().is_some_and(|sent| !sent.contains(*id)));
        Ok(match foreign {
            Some(id) => Err(format!("names `{id}`, which is no event of snapshot {number}")),
            None => Ok(ledger.claims),
        })
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
            let Some(bytes) = self.history.get_readable(&key).await? else { return Ok(None) };
            let object =
                ObjectRef { key: (*name).to_owned(), sha256: sha256.to_owned(), bytes: count(bytes.len()) };
            match self.history.get_json::<Vec<EventWire>>(&object).await {
                Ok(events) => ids.extend(events.into_iter().map(|event| event.id)),
                Err(error) if error.is_damage() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        // Without an outbox nothing can be said of the events.
        Ok((!ids.is_empty()).then_some(ids))
    }
}

/// Reads what the key of a claim says: the ledger that it goes with, the number of the snapshot, and its own.
fn parts_of_claim(name: &str) -> Option<(String, u64, u32)> {
    let (of, claim) = name.strip_prefix("claims/")?.rsplit_once('/')?;
    let number = of.rsplit('/').next()?.parse().ok()?;
    let claim = claim.strip_prefix("claim-")?.strip_suffix(".json")?.parse().ok()?;
    Some((format!("ledger/{of}.json"), number, claim))
}
