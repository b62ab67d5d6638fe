//! The life of one thing: when it came and by whom, what changed of it and around it, what it gained, what was found, when it went.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use access::ToldChange;
use futures::TryStreamExt;
use model::{
    Change, ChangeKind, Event, Kind, Lists, Row, Rows, Sighting, State, Table, Weight, tables,
    tables::derived::GRANT_PRINCIPALS,
};
use snapshot::{History, Manifest, Mentions, ReadCache, RowFilter, RowStep, SnapshotError, Timeline};

use crate::{
    FindingStep, QuestionError, Subject,
    finding_steps::finding_steps,
    holder::holder_row,
    is_among,
    kept::states_without_documents,
    life_names::{names_in, with_former_names},
    parts,
    subject::naming_columns,
};

/// The life of one thing, from the first snapshot that can be read to the last.
#[derive(Debug)]
pub struct Life {
    /// The thing whose life it is.
    pub subject: Subject,
    /// Its row, as it is in the last snapshot or was before it went.
    pub row: Option<Row>,
    /// Whether the last snapshot still has it.
    pub is_there: bool,
    /// The snapshots in which something became of it.
    pub moments: Vec<Moment>,
    /// The last snapshot that was looked at.
    pub last: Sighting,
    /// Rows in which the things of its life have their names, as they were last.
    pub names: State,
}

/// What one snapshot shows that became of a thing.
#[derive(Debug)]
pub struct Moment {
    /// Number and time of the snapshot.
    pub snapshot: Sighting,
    /// Whether it is the first snapshot of all, so that nobody knows how long it had been so.
    pub is_first: bool,
    /// Changes of its own row and of those that belong to it or name it; what moves by itself is none.
    pub changes: Vec<Change>,
    /// Gains of access by it or through it that the run told and did not store beside: the data of the events.
    pub gains: Vec<serde_json::Value>,
    /// What it gained and lost of access, or somebody through it, as the run stored it.
    pub access: Vec<ToldChange>,
    /// What became of findings about it.
    pub findings: Vec<FindingStep>,
}

/// Runs that are compared at a time: of each what it could see is held, and what the one before could.
const COMPARED_AT_ONCE: usize = 16;

/// Most bytes of what was read that are kept.
const KEPT: usize = 64 << 20;

/// Returns a history that keeps some of what is read of it: a life looks at the same changes for the thing, for what is around it and
/// for names, and at each document once.
#[must_use]
pub fn keeping_changes(history: History) -> History {
    history.with_cache(ReadCache::new(KEPT).without_documents())
}

/// Returns the life of a thing. Reads what each run changed, not what each snapshot holds.
///
/// # Errors
/// As [`crate::state`].
pub async fn life(history: &History, timeline: &Timeline, subject: Subject) -> Result<Life, QuestionError> {
    let Some(newest) = timeline.manifests.last() else {
        return Err(SnapshotError::Empty { account: history.account().clone() }.into());
    };
    let steps = history.follow(timeline, filters(history, &subject));
    let [findings, gains, stored] = [(); 3].map(|()| (history.clone(), timeline.clone(), subject.clone()));
    let findings = parts::begin(async move { finding_steps(&findings.0, &findings.1, &findings.2).await });
    let gains = parts::begin(async move { self::gains(&gains.0, &gains.1, &gains.2).await });
    let stored = parts::begin(async move { stored_access(&stored.0, &stored.1, &stored.2).await });
    let names = (history.clone(), newest.clone());
    let names = parts::begin(async move { names_in(&names.0, &names.1).await });
    let (steps, findings, gains, stored, names) =
        futures::future::try_join5(steps, findings, gains, stored, names).await?;
    let (subject, row, is_there) = if is_among(&[&GRANT_PRINCIPALS], subject.table) {
        let row = holder_row(history, newest, |row| row.prefix(1) == subject.key.as_bytes()).await?;
        let is_there = row.is_some();
        (subject, row, is_there)
    } else {
        let (row, is_there) = own_row(&subject, &steps);
        // It may have been found by a name that it no longer has.
        (row.as_ref().map_or(subject.clone(), |row| Subject::of_row(subject.table, row)), row, is_there)
    };
    let names = with_former_names(history, timeline, names, &steps).await?;
    let mut moments = BTreeMap::new();
    let by_number: BTreeMap<u64, (Option<&Manifest>, &Manifest)> =
        pairs(&timeline.manifests).map(|pair| (pair.1.number, pair)).collect();
    for (number, changes) in changes(history, &timeline.manifests, &steps).await? {
        if let Some((former, manifest)) = by_number.get(&number).filter(|_| !changes.is_empty()) {
            moment(&mut moments, *former, manifest).changes = changes;
        }
    }
    for step in findings {
        if let Some((former, manifest)) = by_number.get(&step.number) {
            moment(&mut moments, *former, manifest).findings.push(step);
        }
    }
    for (number, gain) in gains {
        if let Some((former, manifest)) = by_number.get(&number) {
            moment(&mut moments, *former, manifest).gains.push(gain);
        }
    }
    for (number, changes) in stored {
        if let Some((former, manifest)) = by_number.get(&number) {
            moment(&mut moments, *former, manifest).access = changes;
        }
    }
    Ok(Life {
        subject,
        row,
        is_there,
        moments: moments.into_values().collect(),
        last: sighting(newest),
        names,
    })
}

fn moment<'a>(
    moments: &'a mut BTreeMap<u64, Moment>,
    former: Option<&Manifest>,
    manifest: &Manifest,
) -> &'a mut Moment {
    moments.entry(manifest.number).or_insert_with(|| Moment {
        snapshot: sighting(manifest),
        is_first: former.is_none(),
        changes: Vec::new(),
        gains: Vec::new(),
        access: Vec::new(),
        findings: Vec::new(),
    })
}

pub(crate) fn sighting(manifest: &Manifest) -> Sighting {
    Sighting { snapshot: manifest.number, at: manifest.finished_at.clone() }
}

/// Returns each manifest with the one before it.
fn pairs(manifests: &[Manifest]) -> impl Iterator<Item = (Option<&Manifest>, &Manifest)> {
    let former = std::iter::once(None).chain(manifests.iter().map(Some));
    former.zip(manifests)
}

/// Returns whether what a run stored of access is all that became of it since the manifest before: none between them is missing.
pub(crate) fn follows(former: Option<&Manifest>, manifest: &Manifest) -> bool {
    former.is_none_or(|former| former.number + 1 == manifest.number)
}

/// Returns the rows that make the life of a thing: its own, those that belong to it, and those that name it.
fn filters(history: &History, subject: &Subject) -> Vec<(&'static Table, RowFilter)> {
    let texts = Arc::new(subject.telling_ids(history.account()));
    let filter = |table: &'static Table| {
        if table.name == subject.table.name {
            return Some((table, RowFilter::Key(subject.key.clone())));
        }
        let is_state = table.kind == Kind::State && !texts.is_empty();
        let columns = naming_columns(table);
        is_state.then(|| (table, RowFilter::Naming { columns, texts: texts.clone() }))
    };
    tables::of_cloud(history.account().cloud()).filter_map(filter).collect()
}

/// Returns the tables that a life is read from: those in which a thing has its row, belongs or is named.
#[must_use]
pub fn tables_of_life(history: &History, subject: &Subject) -> Vec<&'static Table> {
    filters(history, subject).into_iter().map(|(table, _)| table).collect()
}

fn own_row(subject: &Subject, steps: &[(&'static Table, Vec<RowStep>)]) -> (Option<Row>, bool) {
    let own = steps.iter().find(|(table, _)| table.name == subject.table.name);
    match own.and_then(|(_, steps)| steps.last()) {
        Some(last) => (last.after.clone().or_else(|| last.before.clone()), last.after.is_some()),
        None => (None, false),
    }
}

fn of_run(steps: &[(&'static Table, Vec<RowStep>)], number: u64) -> Vec<(&'static Table, RowStep)> {
    let is_drift = |table: &'static Table, step: &RowStep| match (&step.before, &step.after) {
        (Some(before), Some(after)) => {
            let kind = ChangeKind::Changed { before: before.clone(), after: after.clone() };
            Change::new(table, kind).weight == Weight::Drift
        }
        _ => table.kind == Kind::State,
    };
    let of_number = |(table, steps): &(&'static Table, Vec<RowStep>)| {
        let start = steps.partition_point(|step| step.number < number);
        let of_run = steps.iter().skip(start).take_while(|step| step.number == number);
        of_run.filter(|step| is_drift(table, step)).map(|step| (*table, step.clone())).collect::<Vec<_>>()
    };
    steps.iter().flat_map(of_number).collect()
}

/// What became of the rows of a life in a run: the manifest before it, its own, and the steps.
type RunSteps<'a> = (Option<&'a Manifest>, &'a Manifest, Vec<(&'static Table, RowStep)>);

/// Returns what each run changed of some rows, by number: compared as the run itself did, by what either snapshot could see.
async fn changes(
    history: &History,
    manifests: &[Manifest],
    steps: &[(&'static Table, Vec<RowStep>)],
) -> Result<Vec<(u64, Vec<Change>)>, SnapshotError> {
    let runs = pairs(manifests).map(|(former, manifest)| (former, manifest, of_run(steps, manifest.number)));
    let runs: Vec<RunSteps<'_>> = runs.filter(|(.., steps)| !steps.is_empty()).collect();
    let mut changes = Vec::new();
    for some in runs.chunks(COMPARED_AT_ONCE) {
        let states = sights(history, some).await?;
        let sight = |manifest: &Manifest| {
            states.get(&manifest.number).map(|state| State::clone(state)).unwrap_or_default()
        };
        for (former, manifest, steps) in some {
            let [before, after] = [former.map(sight).unwrap_or_default(), sight(manifest)];
            changes.push((manifest.number, compare(before, after, steps)));
        }
    }
    Ok(changes)
}

/// Reads what decides how steps are told: how far lists were read, and the things that they were read for.
async fn sights(
    history: &History,
    runs: &[RunSteps<'_>],
) -> Result<BTreeMap<u64, Arc<State>>, SnapshotError> {
    let mut tables: Vec<&'static Table> = vec![&tables::COVERAGE];
    for (table, _) in runs.iter().flat_map(|(.., steps)| steps) {
        // Whether a list is new hangs on whether what it is read for is.
        let parent = table.parent.and_then(|parent| tables::find(parent.table));
        tables.extend(parent.filter(|parent| !is_among(&tables, parent)));
    }
    let mut manifests: Vec<&Manifest> =
        runs.iter().flat_map(|(former, manifest, _)| former.iter().copied().chain([*manifest])).collect();
    manifests.dedup_by_key(|manifest| manifest.number);
    let states = states_without_documents(history, &manifests, &tables).await?;
    // Two runs that follow each other share what was seen between them.
    states.iter().for_each(|state| drop(Lists::of(state)));
    Ok(manifests.iter().map(|manifest| manifest.number).zip(states).collect())
}

fn compare(mut before: State, mut after: State, steps: &[(&'static Table, RowStep)]) -> Vec<Change> {
    let mut declared: Vec<&'static Table> = Vec::new();
    for (table, _) in steps {
        if !is_among(&declared, table) {
            declared.push(table);
        }
    }
    for table in &declared {
        let rows = |side: fn(&RowStep) -> Option<&Row>| {
            let of_table = steps.iter().filter(|(each, _)| each.name == table.name);
            Rows::new(table, of_table.filter_map(|(_, step)| side(step)).cloned().collect())
        };
        before.put(table, rows(|step| step.before.as_ref()));
        after.put(table, rows(|step| step.after.as_ref()));
    }
    diff::compare(&before, &after, &declared)
}

/// Returns the gains of access that events told of a thing: of itself, or by a way through it. Of runs that stored what
/// they found of access, that is read instead.
pub(crate) async fn gains(
    history: &History,
    timeline: &Timeline,
    subject: &Subject,
) -> Result<Vec<(u64, serde_json::Value)>, SnapshotError> {
    let ids = subject.telling_ids(history.account());
    let mentions: Mentions = ids.iter().collect();
    let manifests = timeline.manifests.iter().filter(|manifest| manifest.access.is_none());
    let (mut numbers, outboxes): (VecDeque<u64>, Vec<_>) =
        manifests.filter_map(|manifest| Some((manifest.number, manifest.outbox.as_ref()?))).unzip();
    let mut read = history.documents(outboxes);
    let mut gains = Vec::new();
    while let (Some(outbox), Some(number)) = (read.try_next().await?, numbers.pop_front()) {
        if !outbox.mentions(&mentions) {
            continue;
        }
        let gained = outbox
            .parse::<Vec<Event>>()?
            .into_iter()
            .filter(|event| event.kind.starts_with("dev.iamwatch.access."));
        let of_thing = gained.filter(|event| names_any(&event.data, &ids));
        gains.extend(of_thing.map(|event| (number, event.data)));
    }
    Ok(gains)
}

/// Returns what runs stored of the access of a thing, gained and lost: of itself, or by a way through it.
async fn stored_access(
    history: &History,
    timeline: &Timeline,
    subject: &Subject,
) -> Result<Vec<(u64, Vec<ToldChange>)>, SnapshotError> {
    let ids = subject.telling_ids(history.account());
    let mentions: Mentions = ids.iter().collect();
    let manifests = pairs(&timeline.manifests).filter(|(former, manifest)| follows(*former, manifest));
    let (mut numbers, stored): (VecDeque<u64>, Vec<_>) = manifests
        .map(|(_, manifest)| manifest)
        .filter_map(|manifest| Some((manifest.number, manifest.access.as_ref()?.changes.as_ref()?)))
        .unzip();
    let mut read = history.documents(stored);
    let mut found = Vec::new();
    while let (Some(document), Some(number)) = (read.try_next().await?, numbers.pop_front()) {
        if !document.mentions(&mentions) {
            continue;
        }
        let mut changes: Vec<ToldChange> = document.parse()?;
        changes.retain(|change| change.is_of(&ids));
        changes.iter_mut().for_each(|change| change.speak_of(&ids));
        if !changes.is_empty() {
            found.push((number, changes));
        }
    }
    Ok(found)
}

/// Returns whether a gain names one of some ids, among those who gained or as a step of the way.
fn names_any(gain: &serde_json::Value, ids: &BTreeSet<String>) -> bool {
    let grants = gain.get("grants").and_then(serde_json::Value::as_array);
    access::names_any(gain, "principals", ids)
        || grants.into_iter().flatten().any(|grant| access::names_any(grant, "path", ids))
}
