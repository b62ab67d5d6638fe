//! What the last snapshot holds, as far as a run needs it, and what is left of one that is damaged.
//!
//! Where the newest manifest is missing or damaged, the one before it takes its place: drift since that one is true drift, and what
//! the lost run told of it is not told again. Damage of one object costs its table alone. A table that cannot be compared is taken
//! as it is seen now: nothing of it is told, and that is told; every other one is compared as ever. What is damaged is stored whole
//! again.

use std::collections::BTreeSet;

use check::{Findings, FindingsPatch};
use model::{Coverage, Event, ListStatus, Members, Row, Rows, Sighting, State, Table, Timestamp, tables};
use notify::Damage;
use snapshot::{FindingsRef, History, Manifest, SnapshotError};

use crate::{
    grants::Withheld,
    outbox::{self, CaughtUp},
};

/// Most manifests that are looked at, from the newest down, for one that can be read.
pub(crate) const MOST_BACK: u64 = 64;

/// The last snapshot, or what is left of it.
#[derive(Debug, Default)]
pub(crate) struct Former {
    /// Its manifest, when it can be trusted; else that of the newest snapshot before it that can.
    pub(crate) manifest: Option<Manifest>,
    /// The greatest number that has a manifest, damaged or not; 0 without any.
    newest: u64,
    /// Number of the snapshot that comes after it.
    pub(crate) next: u64,
    /// What could not be read of it, and what that costs.
    pub(crate) damage: Damage,
    /// Events of the runs since the snapshot that is compared with, whose own snapshots are gone or damaged.
    pub(crate) told: Vec<Event>,
    /// Tables of which an object is missing or damaged.
    broken: BTreeSet<String>,
}

impl Former {
    /// Reads the newest manifest that can be read and is the one that was committed, and looks whether what it names is there. Numbers
    /// of snapshots that are gone are not given again. Damage is not an error: a run goes on and says so.
    pub(crate) async fn of(history: &History, caught_up: &CaughtUp) -> Result<Self, SnapshotError> {
        let newest = history.newest().await?.unwrap_or_default();
        let lost = caught_up.traces.lost.iter().copied().filter(|number| *number > newest);
        let last = lost.clone().next_back().unwrap_or(newest);
        let mut former = Self { newest, next: last + 1, ..Self::default() };
        for number in lost {
            former.note(&SnapshotError::Missing { object: history.key_of_manifest(number) });
        }
        let mut next = Some(newest).filter(|number| *number > 0);
        for _ in 0..MOST_BACK {
            let Some(number) = next else { break };
            match former.proven(history, number, caught_up).await {
                Ok(manifest) => {
                    former.inspect(history, &manifest).await;
                    former.manifest = Some(manifest);
                    break;
                }
                // The number of a snapshot that was gone when the next one was made: that one told it.
                Err(SnapshotError::NoSuchSnapshot { .. }) => {}
                Err(error) if error.is_damage() => former.note(&error),
                Err(error) => return Err(error),
            }
            // Numbers between may be missing by the thousand, where somebody put in a manifest far beyond the end.
            next = history.newest_below(number).await?;
        }
        former.note_put_in(history, &caught_up.traces.put_in);
        let found = former.manifest.as_ref().map(|manifest| manifest.number);
        if found.unwrap_or_default() != last {
            former.damage.uncompared = Some(last);
            former.damage.compared_with = found;
            former.damage.findings |= found.is_none();
        }
        former.damage.merge(caught_up.damage.clone());
        former.told = outbox::told_in_vain(history, &former).await?;
        Ok(former)
    }

    /// Notes manifests that are of no run, unless an earlier run has told of them.
    fn note_put_in(&mut self, history: &History, numbers: &BTreeSet<u64>) {
        let told = self.manifest.as_ref().map(|manifest| manifest.put_in.as_slice()).unwrap_or_default();
        for number in numbers.iter().filter(|number| !told.contains(number)) {
            let fault = "was put in: it is too far beyond the last snapshot to be of any run";
            self.damage.note(&history.key_of_manifest(*number), fault);
        }
    }

    /// Reads a manifest; one that is not what was committed is damaged.
    async fn proven(
        &mut self,
        history: &History,
        number: u64,
        caught_up: &CaughtUp,
    ) -> Result<Manifest, SnapshotError> {
        if let Some(hash) = &caught_up.proven {
            let manifest = history.manifest(number).await?;
            if manifest.hash()? == *hash {
                return Ok(manifest);
            }
        }
        let proven = history.proven(number, &caught_up.sinks).await?;
        if let Some((former, fault)) = &proven.former {
            self.damage.note(former, fault);
        }
        Ok(proven.manifest)
    }

    /// Returns the number of the snapshot that is compared with; that of the one before this run when there is none.
    pub(crate) fn number(&self) -> u64 {
        self.manifest.as_ref().map_or(self.next.saturating_sub(1), |manifest| manifest.number)
    }

    /// Returns the number of the snapshot that gains are told since: the one that was judged last.
    pub(crate) fn judged_number(&self) -> u64 {
        let judged = self.manifest.as_ref().and_then(Manifest::judged);
        judged.map_or(self.number(), |judged| judged.snapshot)
    }

    /// Returns of whom runs have not told that something no longer denies them.
    pub(crate) fn withheld(&self) -> Withheld {
        self.manifest.as_ref().map(|manifest| manifest.withheld.clone()).unwrap_or_default()
    }

    async fn inspect(&mut self, history: &History, manifest: &Manifest) {
        let faults = match history.inspect(manifest).await {
            Ok(faults) => faults,
            Err(error) => {
                // What does not show now is looked for again by the next run.
                tracing::warn!(%error, "the objects of the former snapshot could not be looked at");
                return;
            }
        };
        let is_of = |object: &snapshot::ObjectRef, error: &SnapshotError| {
            error.damage().is_some_and(|(key, _)| key == history.key(&object.key))
        };
        for error in faults {
            self.note(&error);
            let is_broken =
                |entry: &snapshot::TableEntry| entry.objects().any(|object| is_of(object, &error));
            for (table, _) in manifest.tables.iter().filter(|(_, entry)| is_broken(entry)) {
                self.broken.insert(table.clone());
                self.damage.restored.insert(table.clone());
            }
            let mut findings = manifest.findings.iter().flat_map(FindingsRef::objects);
            self.damage.findings |= findings.any(|object| is_of(object, &error));
        }
    }

    /// Returns when the last snapshot was taken.
    pub(crate) fn taken_at(&self) -> Option<Timestamp> {
        self.manifest.as_ref().map(Manifest::taken_at)
    }

    /// Returns the manifest as far as it may be built upon for a table: not when that is to be stored whole again.
    pub(crate) fn base_for(&self, table: &Table) -> Option<&Manifest> {
        self.manifest.as_ref().filter(|_| !self.broken.contains(table.name))
    }

    /// Returns where the findings are, while all of them can be read.
    pub(crate) fn findings_ref(&self) -> Option<&FindingsRef> {
        self.manifest.as_ref().filter(|_| !self.damage.findings)?.findings.as_ref()
    }

    /// Returns whether the last snapshot holds these very rows of a table.
    pub(crate) fn holds(&self, table: &Table, hash: &str, rows: &Rows) -> bool {
        let entry = self.manifest.as_ref().and_then(|manifest| manifest.tables.get(table.name));
        entry.map_or(rows.is_empty(), |entry| entry.holds(table, hash))
    }

    /// Returns what the next manifest must name as the one before.
    pub(crate) async fn hash(&self, history: &History) -> Result<Option<String>, SnapshotError> {
        match (&self.manifest, self.newest) {
            (_, 0) => Ok(None),
            (Some(manifest), newest) if manifest.number == newest => manifest.hash().map(Some),
            (former, newest) => match history.hash_of_manifest(newest).await {
                // What nobody can read cannot be named: the one that is compared with is.
                Err(error) if error.is_damage() => former.as_ref().map(Manifest::hash).transpose(),
                hash => hash.map(Some),
            },
        }
    }

    /// Reads some tables, and the coverage unless `seen` has the very same. What cannot be read is taken as it is in `seen`.
    pub(crate) async fn state(
        &mut self,
        history: &History,
        wanted: &[&'static Table],
        seen: &State,
    ) -> Result<State, SnapshotError> {
        let Some(manifest) = self.manifest.clone() else {
            return Ok(if self.next == 1 { State::default() } else { as_seen(seen, wanted) });
        };
        let mut state = State::default();
        let mut lost = Vec::new();
        let coverage =
            Some(&tables::COVERAGE).filter(|table| wanted.iter().all(|each| each.name != table.name));
        for table in wanted.iter().copied().chain(coverage) {
            match history.read(&manifest, table).await {
                // Most rows are as they were: one copy of them does.
                Ok(rows) => state.put(table, rows.sharing(seen.rows(table))),
                Err(error) if error.is_damage() => {
                    self.lose(table, &manifest, seen, &error);
                    lost.push(table);
                }
                Err(error) => return Err(error),
            }
        }
        if lost.iter().any(|table| table.name == tables::COVERAGE.name) && manifest.coverage.incomplete > 0 {
            // Which rows were only carried is not known any more: none can be compared.
            let names = wanted.iter().map(|table| table.name.to_owned());
            self.damage.tables.extend(names);
            return Ok(as_seen(seen, wanted));
        }
        for table in lost {
            if table.name == tables::COVERAGE.name {
                state.put(table, all_complete(seen));
            } else {
                state.put(table, seen.rows(table).clone());
                forget_incomplete(&mut state, seen, |list| list.listing == table.listing);
            }
        }
        Ok(state)
    }

    /// Reads what the rules had found, and when.
    pub(crate) async fn findings(
        &mut self,
        history: &History,
        base: impl Members + Into<Findings>,
    ) -> Result<Option<(Findings, Sighting)>, SnapshotError> {
        let Some(manifest) = &self.manifest else { return Ok(None) };
        let Some(found) = self.findings_ref() else { return Ok(None) };
        let Some(sighting) = manifest.judged() else { return Ok(None) };
        match history.get_findings::<FindingsPatch>(found, base).await {
            Ok(findings) => Ok(Some((findings, sighting))),
            Err(error) if error.is_damage() => {
                self.note(&error);
                self.damage.findings = true;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn lose(&mut self, table: &'static Table, manifest: &Manifest, seen: &State, error: &SnapshotError) {
        self.note(error);
        self.broken.insert(table.name.to_owned());
        let is_unchanged =
            manifest.tables.get(table.name).is_some_and(|entry| entry.holds(table, &seen.rows(table).hash()));
        if is_unchanged {
            self.damage.restored.insert(table.name.to_owned());
        } else {
            self.damage.restored.remove(table.name);
            self.damage.tables.insert(table.name.to_owned());
        }
    }

    /// Notes what is damaged.
    pub(crate) fn note(&mut self, error: &SnapshotError) {
        tracing::error!(%error, "the former snapshot is damaged");
        if let Some((object, fault)) = error.damage() {
            self.damage.note(object, &fault);
        }
    }
}

/// Returns what was seen as if it had been so before: nothing of it is then told. Lists that were not read to their end are left
/// out: what they will show is not known to be new.
fn as_seen(seen: &State, wanted: &[&'static Table]) -> State {
    let mut state = State::default();
    for table in wanted.iter().copied().filter(|table| table.name != tables::COVERAGE.name) {
        state.put(table, seen.rows(table).clone());
    }
    state.put(&tables::COVERAGE, seen.rows(&tables::COVERAGE).clone());
    forget_incomplete(&mut state, seen, |_| true);
    state
}

/// Takes lists out of a coverage that were not read to their end now.
fn forget_incomplete(state: &mut State, seen: &State, is_meant: impl Fn(&Coverage) -> bool) {
    let lists = |rows: &Rows| rows.iter().map(Coverage::from_row).collect::<Vec<_>>();
    let incomplete: BTreeSet<(String, String)> = lists(seen.rows(&tables::COVERAGE))
        .into_iter()
        .filter(|list| !list.is_complete() && is_meant(list))
        .map(|list| (list.listing, list.parent))
        .collect();
    if incomplete.is_empty() {
        return;
    }
    let known = lists(&state.take(&tables::COVERAGE));
    let kept = known.iter().filter(|list| !incomplete.contains(&(list.listing.clone(), list.parent.clone())));
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, kept.map(Coverage::row).collect()));
}

/// Returns the coverage of a snapshot of which only the number of incomplete lists is known, and that is none.
fn all_complete(seen: &State) -> Rows {
    let lists = seen.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
    let complete = |list: Coverage| {
        Coverage { status: ListStatus::Complete, reason: None, carried_from: None, ..list }.row()
    };
    let rows: Vec<Row> = lists.map(complete).collect();
    Rows::new(&tables::COVERAGE, rows)
}
