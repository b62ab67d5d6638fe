//! What a thing lost and gained of access where the runs did not store it: compared state by state, and only where rows near it changed.

use std::{collections::BTreeSet, sync::Arc};

use access::ToldChange;
use model::{Row, Sighting, State, Table, references, tables};
use snapshot::{History, Manifest, RowFilter, RowStep, SnapshotError, Timeline};

use crate::{
    Subject,
    grants::{Pair, access_changes_near, states_of},
    life::{follows, sighting},
    parts,
    subject::naming_columns,
};

/// How far is gone from the thing: to what it belongs to, to what is attached to that, and to the parts of it.
const ROUNDS: usize = 3;

/// Pairs of snapshots that are compared at a time.
const AT_ONCE: usize = 2;

/// What became of the access of a thing, by it or through it, as comparing tells.
#[derive(Debug)]
pub struct Turns {
    /// The snapshots in which something did, with what.
    pub changes: Vec<(Sighting, Vec<ToldChange>)>,
    /// Numbers of earlier snapshots in which something may have become of it too, and that were not compared.
    pub left_out: Vec<u64>,
    /// Whether some of them would have been compared if there had been time.
    pub is_hurried: bool,
}

/// Returns what became of the access of a thing in the snapshots of which the run did not store it, and in which its rows, or those of its
/// groups and policies, changed: the newest `most` of them, and fewer where there is no `time_left` for more after the first.
///
/// # Errors
/// As [`crate::state`].
pub async fn access_turns(
    history: &History,
    timeline: &Timeline,
    subject: &Subject,
    most: usize,
    time_left: impl Fn() -> bool,
) -> Result<Turns, SnapshotError> {
    let pairs = unstored(timeline);
    if pairs.is_empty() {
        return Ok(Turns { changes: Vec::new(), left_out: Vec::new(), is_hurried: false });
    }
    let ids = Arc::new(subject.telling_ids(history.account()));
    let mut numbers: Vec<u64> = candidates(history, timeline, subject).await?.into_iter().rev().collect();
    numbers.retain(|number| pairs.iter().any(|[_, after]| after.number == *number));
    let mut left_out = numbers.split_off(most.min(numbers.len()));
    let pairs = pairs.into_iter().filter(|[_, after]| numbers.contains(&after.number));
    let pairs: Vec<Pair> = pairs.map(|pair| pair.map(Manifest::clone)).collect();
    let (changes, hurried) = compare(history, pairs, &ids, time_left).await?;
    let is_hurried = !hurried.is_empty();
    left_out.splice(..0, hurried);
    Ok(Turns { changes, left_out, is_hurried })
}

/// Returns the snapshots of which no run stored what became of access since the one before that can be read, each with that one. What a run
/// did not judge, the next that judged told with its own.
fn unstored(timeline: &Timeline) -> Vec<[&Manifest; 2]> {
    let manifests = timeline.manifests.iter();
    let told_up_to = manifests.clone().rev().find(|manifest| manifest.access.is_some());
    let told_up_to = told_up_to.map_or(0, |manifest| manifest.number);
    let pairs = manifests.clone().zip(manifests.skip(1)).map(|(before, after)| [before, after]);
    let is_told = |[before, after]: &[&Manifest; 2]| {
        (after.access.is_some() && follows(Some(before), after))
            || (after.unjudged.is_some() && after.number < told_up_to)
    };
    pairs.filter(|pair| !is_told(pair)).collect()
}

/// Compares the access of some things in pairs of snapshots, the newest first, while there is time. Returns the numbers of those that there
/// was no time for, too.
async fn compare(
    history: &History,
    pairs: Vec<Pair>,
    ids: &Arc<BTreeSet<String>>,
    time_left: impl Fn() -> bool,
) -> Result<(Vec<(Sighting, Vec<ToldChange>)>, Vec<u64>), SnapshotError> {
    let (mut changes, mut is_begun, mut hurried) = (Vec::new(), false, Vec::new());
    let states = states_of(history, &pairs, ids).await?;
    let mut to_compare = pairs.into_iter().zip(states).rev().peekable();
    while to_compare.peek().is_some() {
        // The newest is compared in any case, and nothing beside it that there may be no time for.
        let most = if is_begun { AT_ONCE } else { 1 };
        let some: Vec<(Pair, Option<[State; 2]>)> = to_compare.by_ref().take(most).collect();
        if is_begun && !time_left() {
            hurried.extend(some.iter().map(|([_, after], _)| after.number));
            continue;
        }
        is_begun = true;
        let compare = |(pair, states): (Pair, Option<[State; 2]>)| {
            let at = sighting(&pair[1]);
            let near = access_changes_near(history.clone(), pair, states, Arc::clone(ids));
            let near = parts::begin(near);
            async move { (at, near.await) }
        };
        for (at, near) in futures::future::join_all(some.into_iter().map(compare)).await {
            let near = near?;
            let mut found: Vec<ToldChange> = near.changes.iter().map(ToldChange::of).collect();
            found.retain(|change| change.is_of(ids));
            found.iter_mut().for_each(|change| change.speak_of(ids));
            if !found.is_empty() {
                changes.push((at, found));
            }
        }
    }
    changes.reverse();
    Ok((changes, hurried))
}

/// Returns the numbers of snapshots in which rows near a thing changed that access follows from.
async fn candidates(
    history: &History,
    timeline: &Timeline,
    subject: &Subject,
) -> Result<BTreeSet<u64>, SnapshotError> {
    let first = timeline.manifests.first().map_or(0, |manifest| manifest.number);
    let sources: Vec<&'static Table> = access::tables(history.account().cloud())
        .filter(|table| table.name != tables::COVERAGE.name)
        .collect();
    let mut known = subject.telling_ids(history.account());
    let mut wanted = known.clone();
    let mut numbers = BTreeSet::new();
    for _ in 0..ROUNDS {
        if wanted.is_empty() {
            break;
        }
        let texts = Arc::new(wanted);
        let filters = sources.iter().map(|table| {
            (*table, RowFilter::Naming { columns: naming_columns(table), texts: Arc::clone(&texts) })
        });
        let steps = history.follow(timeline, filters.collect()).await?;
        let mut next: BTreeSet<String> = BTreeSet::new();
        for (table, step) in flat(&steps) {
            let Some(row) = step.after.as_ref().or(step.before.as_ref()) else { continue };
            if is_of_another(table, row, &known) {
                continue;
            }
            if step.number > first {
                numbers.insert(step.number);
            }
            next.extend(thing(table, row));
        }
        wanted = next.difference(&known).cloned().collect();
        known.extend(next);
    }
    Ok(numbers)
}

fn flat<'a>(
    steps: &'a [(&'static Table, Vec<RowStep>)],
) -> impl Iterator<Item = (&'static Table, &'a RowStep)> {
    steps.iter().flat_map(|(table, steps)| steps.iter().map(|step| (*table, step)))
}

/// Returns whether a row is the membership, key or attachment of somebody else.
fn is_of_another(table: &'static Table, row: &Row, known: &BTreeSet<String>) -> bool {
    let mut named = references(table).filter_map(|reference| reference.id(table, row)).peekable();
    named.peek().is_some() && !named.any(|id| known.contains(id))
}

/// Returns the id of the thing that a row is or belongs to.
fn thing(table: &'static Table, row: &Row) -> Option<String> {
    match table.parent {
        Some(parent) => table.text(row, parent.column).map(str::to_owned),
        None => (table.key == 1).then(|| row.value(0).to_string()),
    }
}
