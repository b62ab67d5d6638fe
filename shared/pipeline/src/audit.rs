//! One run of one account: the five stages in their order, and the commit between them and the world.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use access::ToldChange;
use check::RuleSet;
use model::{
    AccountId, Change, Coverage, Row, State, Suppression, Table, Timestamp, Weight, tables, time_text,
};
use notify::{CoverageChange, Gain, RunReport, Sink};
use snapshot::{
    AccessRef, AnyStore, CoverageCounts, Delta, History, Manifest, Place, SnapshotError, TableEntry, Traces,
    Unjudged,
};

use crate::{
    AccountSettings, Asked, Permissions, ReferenceError, RunSummary, Target, Warning, WarningKind,
    former::Former,
    judge::{Judged, judge},
    outbox::{self, CaughtUp},
    permissions, since_judged,
};

/// Follows a run while it goes on.
pub trait Watch: collect::Progress {
    /// A stage begins: `collect`, `diff`, `snapshot`, `check` or `notify`.
    fn stage(&self, stage: &'static str);
}

/// What a run works with, whatever the account.
pub struct Run<'a> {
    /// The store that keeps the snapshots.
    pub store: &'a AnyStore,
    /// What is asked of each.
    pub rules: &'a RuleSet,
    /// Which permissions nobody should hold unnoticed.
    pub permissions: &'a Permissions,
    /// The sinks that events are delivered to.
    pub sinks: &'a [Sink],
    /// Accepted findings: kept, not alerted.
    pub suppressions: &'a [Suppression],
    /// All accounts of the settings, this one among them: a suppression may be meant for another.
    pub accounts: &'a [AccountSettings],
    /// Events beyond which a digest is sent.
    pub events_per_run: usize,
    /// How long rules and permission audits may take together. What they have not answered by then, the next run asks.
    pub judging: Duration,
    /// The moment at which judging ends whatever is left of that, so that there is time to store and to tell.
    pub judge_until: Option<Instant>,
    /// The time now: only the programs have a clock.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
    /// The watcher that is shown the progress of the run.
    pub watch: &'a dyn Watch,
}

impl Run<'_> {
    /// Returns what is asked, and accepted.
    pub(crate) const fn asked(&self) -> Asked<'_> {
        Asked {
            rules: self.rules,
            permissions: self.permissions,
            suppressions: self.suppressions,
            accounts: self.accounts,
        }
    }
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Run")
            .field("store", &self.store)
            .field("sinks", &self.sinks)
            .finish_non_exhaustive()
    }
}

/// Why a run came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// A secret is not where the settings say.
    #[error("the key of the account could not be got")]
    Secret {
        /// Why the reference could not be resolved.
        source: ReferenceError,
    },
    /// The settings of the account make no sense.
    #[error("the settings of the account cannot be used: {0}")]
    Target(String),
    /// The cloud does not let us in.
    #[error("collect stage failed")]
    Collect(#[from] collect::CollectError),
    /// The store could not be read or written.
    #[error("snapshot stage failed")]
    Snapshot(#[from] SnapshotError),
}

/// Audits an account once: collects it, compares it with its last snapshot, stores what differs, asks the rules, and
/// tells what is new.
///
/// # Errors
/// When the cloud does not let us in, or the store cannot be read or written: then there is no snapshot, and nothing
/// that was stored before is touched. A list, a rule or a sink that fails is part of the summary instead.
pub async fn audit(target: &Target, run: &Run<'_>) -> Result<RunSummary, PipelineError> {
    let history = |account: &AccountId| History::new(run.store.clone(), account.clone());
    let caught_up = match target.account() {
        Some(account) => Some(begin(&history(account), run).await?),
        None => None,
    };
    let started = (run.clock)();
    run.watch.stage("collect");
    let seen = target.collect(run.watch).await?;
    let history = history(&seen.account);
    let caught_up = match caught_up {
        Some(caught_up) => caught_up,
        None => begin(&history, run).await?,
    };
    let mut former = Former::of(&history, &caught_up).await?;

    run.watch.stage("diff");
    let mut compared = compare(&history, &mut former, seen.state, started).await?;

    run.watch.stage("snapshot");
    let (tables, tables_written) = write(&history, &former, &compared).await?;

    run.watch.stage("check");
    let at = (run.clock)();
    let mut since_judged = since_judged::compare(&history, &mut former, &compared).await?;
    let ground = since_judged.as_mut().unwrap_or(&mut compared);
    let (judged, access) = judge(&history, &mut former, ground, run, at).await?;

    let warnings = warnings(&history, &former, (&judged, &compared.state), run, &caught_up.traces, at);
    run.watch.stage("notify");
    let told = tell(&history, &former, &compared, &judged, &access.gains, run, at);
    let manifest = Manifest {
        format: snapshot::FORMAT,
        tool: concat!("iamwatch ", env!("CARGO_PKG_VERSION")).to_owned(),
        account: history.account().clone(),
        number: former.next,
        started_at: time_text(started),
        finished_at: time_text(at),
        previous: former.hash(&history).await?,
        tables,
        changes: drift_counts(&compared.changes),
        coverage: coverage_counts(&compared.state),
        findings: judged.stored.clone(),
        unjudged: unjudged(&former, &judged),
        access: store_access(&history, &judged, &access.changes).await?,
        outbox: outbox::store(&history, former.next, &told).await?,
        undelivered: caught_up.undelivered.clone(),
        withheld: judged.withheld.clone(),
        put_in: caught_up.traces.put_in.iter().copied().collect(),
    };
    commit(&history, &manifest, tables_written > 0 || !told.is_empty()).await?;
    let mut delivered = caught_up.reports;
    delivered.extend(outbox::deliver(&history, &manifest, run.sinks, &told, run.clock).await);
    Ok(RunSummary {
        account: manifest.account,
        snapshot: manifest.number,
        is_first: manifest.number == 1,
        calls: seen.calls,
        rows: manifest.tables.values().map(|table| table.rows).sum(),
        drift: manifest.changes,
        lists: manifest.coverage.lists,
        incomplete: manifest.coverage.incomplete,
        findings: judged.counts(),
        unjudged: judged.unjudged,
        broken_rules: judged.broken,
        not_answered: judged.unanswered,
        tables_written,
        events: told.len().try_into().unwrap_or(u64::MAX),
        delivered,
        warnings,
        damage: (!former.damage.is_empty()).then(|| former.damage.sentence()),
    })
}

/// Commits a snapshot. Where it holds anything new, it must be found in the store: one may acknowledge what it does not keep, and nobody
/// is told of a snapshot that is another's.
async fn commit(history: &History, manifest: &Manifest, is_news: bool) -> Result<(), SnapshotError> {
    history.commit(manifest).await?;
    if is_news {
        history.confirm(manifest).await?;
    }
    Ok(())
}

/// Stores what was gained and lost of access; says nothing of it where it was not looked for.
async fn store_access(
    history: &History,
    judged: &Judged,
    changes: &[ToldChange],
) -> Result<Option<AccessRef>, SnapshotError> {
    if judged.unjudged.is_some() {
        return Ok(None);
    }
    let stored =
        if changes.is_empty() { None } else { Some(history.put_json(Place::Access, changes).await?) };
    Ok(Some(AccessRef { changes: stored }))
}

/// Returns what the manifest says of a snapshot that was not judged.
fn unjudged(former: &Former, judged: &Judged) -> Option<Unjudged> {
    let last_judged = former.manifest.as_ref().and_then(Manifest::judged);
    judged.unjudged.clone().map(|reason| Unjudged { reason, last_judged })
}

/// Returns what is odd and hinders nothing, and notes it in the log.
fn warnings(
    history: &History,
    former: &Former,
    (judged, state): (&Judged, &State),
    run: &Run<'_>,
    traces: &Traces,
    at: Timestamp,
) -> Vec<Warning> {
    let mut warnings = judged.idle.clone();
    if judged.unjudged.is_none() {
        warnings.extend(permissions::idle_permissions(&run.asked(), history.account(), state));
    }
    warnings.extend(clock_went_back(former, at));
    warnings.extend(left_without_manifest(traces, former.next));
    for warning in &warnings {
        tracing::warn!(account = %history.account(), warning = warning.text, "something is odd");
    }
    warnings
}

/// Reports when there are events of a run without a manifest, and nobody was sent them.
fn left_without_manifest(traces: &Traces, next: u64) -> Option<Warning> {
    let number = traces.unclear.iter().find(|number| **number >= next)?;
    Some(Warning {
        kind: WarningKind::EventsWithoutSnapshot,
        text: format!(
            "the store holds events of a snapshot {number} that is not there, and no sink was sent them: a run died before it \
             committed, or the snapshot was taken away; this run was compared with the one before, and tells what changed since"
        ),
    })
}

/// Reports when a run is dated before the one before it. It is committed all the same: a day that is lost cannot be
/// read again, and a time that is wrong can be told.
fn clock_went_back(former: &Former, at: Timestamp) -> Option<Warning> {
    let before = former.manifest.as_ref()?;
    let is_back = former.taken_at().is_some_and(|before| at < before);
    is_back.then(|| Warning {
        kind: WarningKind::ClockWentBack,
        text: format!(
            "snapshot {} is dated {}, before snapshot {} of {}: one of the two clocks is wrong; check that of this machine, and \
             name the snapshots around them by number, not by time",
            former.next,
            time_text(at),
            before.number,
            before.finished_at
        ),
    })
}

/// Makes sure that the store lets one of several runs commit, and sends what former runs could not.
async fn begin(history: &History, run: &Run<'_>) -> Result<CaughtUp, SnapshotError> {
    history.prove_store((run.clock)()).await?;
    outbox::finish(history, run.sinks, run.clock).await
}

/// The state to store, and how it differs from the last one.
pub(crate) struct Compared {
    /// Of the snapshot before, the tables that differ.
    pub(crate) before: State,
    /// When that was taken, if there is one.
    pub(crate) before_at: Option<Timestamp>,
    pub(crate) state: State,
    pub(crate) hashes: BTreeMap<&'static str, String>,
    pub(crate) changes: Vec<Change>,
    pub(crate) coverage: Vec<CoverageChange>,
}

/// Returns whether doubtful lists show all that the last snapshot knows of them. Only tables that differ are read.
async fn shows_what_was_known(
    history: &History,
    former: &mut Former,
    seen: &State,
    doubtful: &[&'static Table],
) -> Result<bool, SnapshotError> {
    let is_other = |table: &&&'static Table| {
        let rows = seen.rows(table);
        !former.holds(table, &rows.hash(), rows)
    };
    let differing: Vec<&'static Table> = doubtful.iter().filter(is_other).copied().collect();
    if differing.is_empty() {
        return Ok(true);
    }
    let before = former.state(history, &differing, seen).await?;
    Ok(diff::shows_what_was_known(&before, seen, &differing))
}

/// Stage 2. Tables with the hash of the last snapshot are not read again.
async fn compare(
    history: &History,
    former: &mut Former,
    mut seen: State,
    started: Timestamp,
) -> Result<Compared, SnapshotError> {
    let declared: Vec<&'static Table> = tables::of_cloud(history.account().cloud()).collect();
    // What was in doubt and believed in the last run is read as believed, or a quiet account would be read every time.
    if let Some((coverage, doubtful)) = diff::believed_coverage(&seen, &declared)
        && former.holds(&tables::COVERAGE, &coverage.hash(), &coverage)
        && shows_what_was_known(history, former, &seen, &doubtful).await?
    {
        seen.put(&tables::COVERAGE, coverage);
    }
    let mut hashes: BTreeMap<&'static str, String> =
        declared.iter().map(|table| (table.name, seen.rows(table).hash())).collect();
    let is_known = |table: &&'static Table| {
        hashes.get(table.name).is_some_and(|hash| former.holds(table, hash, seen.rows(table)))
    };
    let mut differing: Vec<&'static Table> =
        declared.iter().copied().filter(|table| !is_known(table)).collect();
    if differing.is_empty() {
        return Ok(Compared {
            before: State::default(),
            before_at: None,
            state: seen,
            hashes,
            changes: Vec::new(),
            coverage: Vec::new(),
        });
    }
    let mut before = former.state(history, &differing, &seen).await?;
    diff::forget_idle(&before, &mut seen, &declared);
    let is_whole = coverage_counts(&seen).incomplete == 0 && !seen.has_unread();
    // What stands in for incomplete lists is looked up in whole tables; those that do not differ are at hand.
    for table in declared.iter().filter(|table| !is_whole && is_at_hand(table, &differing, former)) {
        before.put(table, seen.rows(table).clone());
    }
    // What stands in is noted in the coverage, also where the lists were read as before.
    if !is_whole && !differing.iter().any(|table| table.name == tables::COVERAGE.name) {
        differing.push(&tables::COVERAGE);
    }
    // What a run beside this one was shown at the same time is no first answer.
    let is_beside = former.taken_at().is_some_and(|taken| started < taken);
    let beside = is_beside.then(|| diff::without_doubts(&before));
    let mut state = diff::carry(beside.as_ref().unwrap_or(&before), former.number(), seen, &declared);
    // Nothing is carried where all lists were read to their end.
    for table in differing.iter().filter(|_| !is_whole) {
        hashes.insert(table.name, state.rows(table).hash());
    }
    let changes = diff::compare(&before, &state, &differing);
    if former.manifest.is_some() {
        diff::mark_first_sight(&before, &mut state, &changes);
    }
    let lists =
        |state: &State| state.rows(&tables::COVERAGE).iter().map(Coverage::from_row).collect::<Vec<_>>();
    let coverage = notify::coverage_changes(&lists(&before), &lists(&state));
    Ok(Compared { before, before_at: former.taken_at(), state, hashes, changes, coverage })
}

/// Returns whether the last snapshot holds the rows of a table that were just seen.
fn is_at_hand(table: &Table, differing: &[&'static Table], former: &Former) -> bool {
    former.manifest.is_some() && !differing.iter().any(|each| each.name == table.name)
}

/// Stage 3. Writes what differs and returns the entries of all tables, with the number of objects written.
async fn write(
    history: &History,
    former: &Former,
    compared: &Compared,
) -> Result<(BTreeMap<String, TableEntry>, u64), SnapshotError> {
    let mut deltas = deltas(&compared.changes);
    let mut entries = BTreeMap::new();
    let mut written = 0;
    for table in tables::of_cloud(history.account().cloud()) {
        let rows = compared.state.rows(table);
        // What is damaged is stored whole again.
        let base = former.base_for(table);
        let known = base.and_then(|manifest| manifest.tables.get(table.name));
        let hash = compared.hashes.get(table.name);
        let entry = match known.filter(|known| hash.is_some_and(|hash| known.holds(table, hash))) {
            Some(known) => Some(known.clone()),
            None => {
                let delta = deltas.remove(table.name).unwrap_or_default();
                history.write(base, table, rows, &delta).await?.inspect(|_| written += 1)
            }
        };
        if let Some(entry) = entry {
            entries.insert(table.name.to_owned(), entry);
        }
    }
    Ok((entries, written))
}

/// Returns what leads from the rows of the last snapshot to those of this one, table by table.
fn deltas(changes: &[Change]) -> BTreeMap<&'static str, Delta> {
    let mut deltas: BTreeMap<&str, Delta> = BTreeMap::new();
    for change in changes {
        let delta = deltas.entry(change.table.name).or_default();
        let key = |row: &Row| Row::pack(row.values().take(change.table.key));
        // Of two changes of one row, which come one after the other, the last has the row as it is.
        let is_same =
            |upsert: &mut Row, row: &Row| upsert.prefix(change.table.key) == row.prefix(change.table.key);
        if let Some(row) = change.row_after() {
            delta.upserts.pop_if(|upsert| is_same(upsert, row));
            delta.upserts.push(row.clone());
        }
        let is_gone = |row: &&Row| change.row_after().is_none_or(|after| key(after) != key(row));
        delta.deletes.extend(change.row_before().filter(is_gone).map(key));
    }
    deltas
}

/// Stage 5, first half: what there is to tell. It is sent only once the snapshot exists.
fn tell(
    history: &History,
    former: &Former,
    compared: &Compared,
    judged: &Judged,
    gains: &[Gain],
    run: &Run<'_>,
    at: Timestamp,
) -> Vec<model::Event> {
    let events = notify::events(&RunReport {
        account: history.account(),
        number: former.next,
        at,
        state: &compared.state,
        transitions: &judged.transitions,
        changes: &compared.changes,
        gains,
        coverage: &compared.coverage,
        is_first: former.next == 1,
        baseline: judged.baseline.clone(),
        damage: (!former.damage.is_empty()).then(|| former.damage.clone()),
        unjudged: judged.unjudged.as_deref(),
        limit: run.events_per_run,
    });
    notify::without_told(events, &former.told)
}

fn drift_counts(changes: &[Change]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for change in changes.iter().filter(|change| change.weight == Weight::Drift) {
        *counts.entry(change.verb().to_owned()).or_default() += 1;
    }
    counts
}

fn coverage_counts(state: &State) -> CoverageCounts {
    let lists = state.rows(&tables::COVERAGE);
    let incomplete = lists.iter().filter(|row| !Coverage::from_row(row).is_complete()).count();
    CoverageCounts {
        lists: lists.len().try_into().unwrap_or(u64::MAX),
        incomplete: incomplete.try_into().unwrap_or(u64::MAX),
    }
}
