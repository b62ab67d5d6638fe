//! Lets the rows last known stand in for what an incomplete list did not show.

use std::collections::BTreeMap;

use model::{Coverage, ListStatus, Rows, State, Table, tables};

use crate::lists::{Lists, Trust, parent_listing};

/// Joins what was `seen` with what `before`, the state of snapshot `number`, knows of the lists that were not
/// read to their end, and says in the coverage which snapshot each of them was last complete in.
///
/// A list that was read to its end stands for itself. Rows that an incomplete list did show win over
/// those that are carried, together with everything that belongs to them.
#[must_use]
pub fn carry(before: &State, number: u64, seen: State, declared: &[&'static Table]) -> State {
    let lists = Lists::of(&seen);
    if lists.iter().all(Coverage::is_complete) {
        return seen;
    }
    let mut state = seen;
    let coverage = carried_coverage(&Lists::of(before), number, &lists, declared);
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, coverage.iter().map(Coverage::row).collect()));
    let lists = Lists::of(&state);
    let merged: Vec<(&'static Table, Rows)> = declared
        .iter()
        .filter(|table| table.name != tables::COVERAGE.name)
        .filter_map(|table| Some((*table, missing_rows(before, &state, &lists, table, declared)?)))
        .collect();
    for (table, missing) in merged {
        let rows = state.take(table).into_iter().chain(missing).collect();
        state.put(table, Rows::new(table, rows));
    }
    state
}

/// Returns the former rows of a table that its lists cannot deny, or nothing if there are none.
fn missing_rows(
    before: &State,
    seen: &State,
    lists: &Lists,
    table: &'static Table,
    declared: &[&'static Table],
) -> Option<Rows> {
    let rows = seen.rows(table);
    let owner = owner(table, declared);
    let shown = |row: &model::Row| {
        rows.get(table, row.prefix(table.key)).is_some()
            || owner.is_some_and(|owner| seen.rows(owner).get(owner, row.prefix(owner.key)).is_some())
    };
    let unproven = |row: &model::Row| matches!(lists.of_row(table, row), Trust::Carried | Trust::Never);
    let missing: Vec<model::Row> =
        before.rows(table).iter().filter(|row| unproven(row) && !shown(row)).cloned().collect();
    (!missing.is_empty()).then(|| Rows::new(table, missing))
}

/// Returns the table of the things that a child row is part of: it came with the thing in one answer, so
/// that a thing that was shown was shown whole.
fn owner(table: &Table, declared: &[&'static Table]) -> Option<&'static Table> {
    let mut same_answer = declared.iter().filter(|each| each.listing == table.listing);
    let parent = table.parent.and_then(|parent| same_answer.clone().find(|each| each.name == parent.table));
    parent.or_else(|| same_answer.find(|each| each.key < table.key)).copied()
}

fn carried_coverage(before: &Lists, number: u64, seen: &Lists, declared: &[&'static Table]) -> Vec<Coverage> {
    let last_complete = |list: &Coverage| {
        let known = before.get(&list.listing, &list.parent)?;
        if known.is_complete() { i64::try_from(number).ok() } else { known.carried_from }
    };
    let mut lists: Vec<Coverage> = seen
        .iter()
        .map(|list| {
            let carried_from = if list.is_complete() { None } else { last_complete(list) };
            Coverage { carried_from, ..list.clone() }
        })
        .collect();
    let parents: BTreeMap<&str, &str> =
        declared.iter().filter_map(|table| Some((table.listing, parent_listing(table)?))).collect();
    // A parent that was not shown may still exist: its lists go on as unread.
    let unread =
        before.iter().filter(|list| seen.get(&list.listing, &list.parent).is_none()).filter(|list| {
            parents.get(list.listing.as_str()).is_some_and(|parent| seen.whole(parent) != Trust::Known)
        });
    lists.extend(unread.map(|list| Coverage {
        status: ListStatus::Skipped,
        reason: Some("what it belongs to was not shown in this run".to_owned()),
        pages: 0,
        rows: 0,
        carried_from: last_complete(list),
        ..list.clone()
    }));
    lists
}
