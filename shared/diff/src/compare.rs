//! Says what changed between two states, and applies what it said.

use std::collections::BTreeMap;

use model::{Change, ChangeKind, ListHistory, Row, Rows, State, Table, Value, Weight, Word, tables};

use crate::{
    revealed::{Noted, part_revealed},
    walk::Differing,
};

/// Returns every change from `before` to `after` in the declared tables, in the order of tables and keys.
///
/// A row that shows what could not be read before, and was changed beside that, has two changes, one after the other.
///
/// Both states must hold their coverage, and `after` must have been through [`crate::carry()`].
///
/// ```
/// let nothing = model::State::default();
/// let tables: Vec<_> = model::tables::of_cloud(model::Cloud::Ibm).collect();
/// assert!(diff::compare(&nothing, &nothing, &tables).is_empty());
/// ```
#[must_use]
pub fn compare(before: &State, after: &State, declared: &[&'static Table]) -> Vec<Change> {
    let known = ListHistory::of(before, after);
    let noted = Noted::of(&known.former);
    let mut changes = Vec::new();
    for table in declared {
        let Differing { gone, new, changed } =
            Differing::between(table, before.rows(table), after.rows(table));
        let mut found = pair(table, gone, new);
        found.extend(changed.into_iter().map(|(before, after)| {
            Change::new(table, ChangeKind::Changed { before: before.clone(), after: after.clone() })
        }));
        // The coverage comes from no list: it is written anew in each run.
        if table.name != tables::COVERAGE.name {
            let inner = found.into_iter().map(|change| noted.weigh(change));
            found = inner.flat_map(|change| part_revealed(&known.former, table, change)).collect();
            for change in found.iter_mut().filter(|change| is_first_sight(&known, table, change)) {
                change.weight = Weight::Baseline;
            }
        }
        found.sort_by(|one, other| place(one).cmp(place(other)));
        changes.append(&mut found);
    }
    changes
}

/// Marks in the later of two states what is seen for the first time only because it could never be read before: rows,
/// and lists that are read to their end for the first time. `changes` are those that [`compare`] returned.
pub fn mark_first_sight(before: &State, after: &mut State, changes: &[Change]) {
    let first = ListHistory::of(before, after).first_complete();
    after.note_first_complete(first);
    for change in changes.iter().filter(|change| change.weight == Weight::Baseline) {
        if let ChangeKind::Added { after: row } = &change.kind {
            after.mark_baseline(change.table, row);
        }
    }
}

/// Returns a state with changes made to it: `apply(a, between(a, b))` is `b`.
#[must_use]
pub fn apply(state: State, changes: &[Change]) -> State {
    make(state, changes.iter())
}

/// Returns a state in hindsight: with everything made to it that nobody did, so that all it still differs in is drift.
///
/// What moves by itself, and what had been there but could not be seen, is in it as it is after the changes. What could
/// not be read of a row that was news ([`Weight::Revealed`]) is not: what it gives was not told yet.
#[must_use]
pub fn hindsight(before: State, changes: &[Change]) -> State {
    make(before, changes.iter().filter(|change| matches!(change.weight, Weight::Activity | Weight::Baseline)))
}

fn make<'a>(mut state: State, changes: impl Iterator<Item = &'a Change>) -> State {
    let mut by_table: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by_table.entry(change.table.name).or_default().push(change);
    }
    for changes in by_table.into_values() {
        let Some(table) = changes.first().map(|change| change.table) else { continue };
        let mut rows: BTreeMap<Box<[u8]>, Row> =
            state.take(table).into_iter().map(|row| (row.prefix(table.key).into(), row)).collect();
        for before in changes.iter().filter_map(|change| change.row_before()) {
            rows.remove(before.prefix(table.key));
        }
        for after in changes.iter().filter_map(|change| change.row_after()) {
            rows.insert(after.prefix(table.key).into(), after.clone());
        }
        state.put(table, Rows::new(table, rows.into_values().collect()));
    }
    state
}

/// Joins a row that is gone with a new one of the same label under the same parent, where each is
/// the only one.
fn pair(table: &'static Table, gone: Vec<&Row>, new: Vec<&Row>) -> Vec<Change> {
    let added = |row: &Row| Change::new(table, ChangeKind::Added { after: row.clone() });
    if gone.is_empty() {
        return new.into_iter().map(added).collect();
    }
    let mut successors: BTreeMap<_, Vec<&Row>> = BTreeMap::new();
    for row in &new {
        if let Some(label) = label(table, row) {
            successors.entry(label).or_default().push(row);
        }
    }
    let mut predecessors: BTreeMap<_, usize> = BTreeMap::new();
    for label in gone.iter().filter_map(|row| label(table, row)) {
        *predecessors.entry(label).or_default() += 1;
    }
    let successor = |row: &Row| {
        let label = label(table, row)?;
        match successors.get(&label).map(Vec::as_slice) {
            Some([only]) if predecessors.get(&label) == Some(&1) => Some(*only),
            _ => None,
        }
    };
    let mut changes = Vec::new();
    let mut taken = Vec::new();
    for row in gone {
        let before = row.clone();
        changes.push(Change::new(
            table,
            match successor(row) {
                Some(after) => {
                    taken.push(after);
                    ChangeKind::Replaced { before, after: after.clone() }
                }
                None => ChangeKind::Removed { before },
            },
        ));
    }
    taken.sort_unstable();
    changes.extend(new.into_iter().filter(|row| taken.binary_search(row).is_err()).map(added));
    changes
}

/// Returns the name that people know a row by, with the parent that it is unique under.
fn label<'a>(table: &Table, row: &'a Row) -> Option<(Value<'a>, &'a str)> {
    let name = row.value(table.position(table.label?)?).as_text()?;
    let parent = table.parent.and_then(|parent| table.position(parent.column));
    Some((parent.map_or(Value::Null, |position| row.value(position)), name))
}

/// Returns whether a row is seen for the first time only because its list could never be read before.
fn is_first_sight(known: &ListHistory<'_>, table: &'static Table, change: &Change) -> bool {
    let ChangeKind::Added { after } = &change.kind else { return false };
    known.of_row(table, after).says().added == Word::Baseline
}

fn place(change: &Change) -> &[u8] {
    change.row_before().or_else(|| change.row_after()).map_or(&[], |row| row.prefix(change.table.key))
}
