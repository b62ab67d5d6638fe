//! Lets the rows last known stand in for what an incomplete list did not show.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Coverage, ListHistory, ListStatus, Lists, Reading, Row, Rows, State, Table, Trust, Word, tables,
};

use crate::{
    doubt::{Believed, believed},
    gone::drop_gone,
    unread,
    unsaid::forget_idle,
};

/// Former rows that stand in, by table.
pub(crate) type Missing = BTreeMap<&'static str, Vec<Row>>;

/// Joins what was `seen` with what `before`, the state of snapshot `number`, knows of the lists that were not
/// read to their end, and says in the coverage which snapshot each of them was last complete in. `before` holds every
/// table of the snapshot.
///
/// A list that was read to its end stands for itself, and so does one of which a second run in a row gets the same doubtful
/// answer. Rows that an incomplete list did show win over those that are carried, together with everything that
/// belongs to them; where rows are told apart by their position, those of an incomplete list are carried as a whole. What a
/// carried row says of something that a whole list shows to be gone is gone with it. The rows that stand in are marked
/// as carried.
#[must_use]
pub fn carry(before: &State, number: u64, seen: State, declared: &[&'static Table]) -> State {
    let mut state = seen;
    forget_idle(before, &mut state, declared);
    let cells = state.take_unread();
    let Believed { lists: shown, missing: left_out } = believed(before, &state, declared);
    let is_whole = shown.iter().all(Coverage::is_complete);
    put_coverage(&mut state, shown.iter());
    if is_whole && cells.is_empty() {
        return state;
    }
    let former = i64::try_from(number).unwrap_or(i64::MAX);
    let mut coverage = carried_coverage(before, &state, former, declared);
    put_coverage(&mut state, &coverage);
    let mut unread = unread::fill(before, &mut state, cells, declared);
    unread.doubt_rows(left_out);
    unread::keep_positions(before, &mut state, declared);
    let history = ListHistory::of(before, &state);
    let mut missing: Missing = declared
        .iter()
        .filter(|table| table.name != tables::COVERAGE.name)
        .map(|table| (table.name, missing_rows(&history, table, declared)))
        .collect();
    keep_facts_of_carried(before, &state, &mut missing, declared);
    let gone = drop_gone(before, &state, &mut missing, declared);
    for table in declared {
        let Some(rows) = missing.remove(table.name).filter(|rows| !rows.is_empty()) else { continue };
        rows.iter().for_each(|row| state.mark_carried(table, row));
        let rows = state.take(table).into_iter().chain(rows).collect();
        state.put(table, Rows::new(table, rows));
    }
    coverage.retain(|list| shown.get(&list.listing, &list.parent).is_some() || !gone.contains(list));
    unread.note(before, &state, former, &mut coverage);
    put_coverage(&mut state, &coverage);
    state
}

fn put_coverage<'a>(state: &mut State, lists: impl IntoIterator<Item = &'a Coverage>) {
    let rows = lists.into_iter().map(Coverage::row).collect();
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, rows));
}

/// Returns the former rows of a table that its lists cannot deny.
fn missing_rows(history: &ListHistory<'_>, table: &'static Table, declared: &[&'static Table]) -> Vec<Row> {
    let (before, seen) = (history.before, history.after);
    let rows = seen.rows(table);
    let owner = owner(table, declared);
    let is_shown = |row: &Row| {
        rows.get(table, row.prefix(table.key)).is_some()
            || owner.is_some_and(|owner| seen.rows(owner).get(owner, row.prefix(owner.key)).is_some())
    };
    let is_unproven = |row: &Row| {
        // The former snapshot held the row, so that only the present list decides.
        let present = history.present.of_missing_row(table, row, before);
        let known = model::completeness(Some(Trust::Whole), present);
        known.says().missing == Word::Nothing
    };
    before.rows(table).iter().filter(|row| is_unproven(row) && !is_shown(row)).cloned().collect()
}

/// Lets what another list of the account said of a thing stand in together with the thing: when neither is shown any more, the thing
/// is more likely gone than another, and an agency without the end that it had would be open to whom it trusted.
fn keep_facts_of_carried(before: &State, seen: &State, missing: &mut Missing, declared: &[&'static Table]) {
    for table in declared.iter().filter(|table| table.reading == Reading::Whole && table.key == 1) {
        let key = table.key_columns().first().map(|column| column.name);
        let owner = table.parent.filter(|parent| Some(parent.column) == key);
        let Some(owner) = owner.and_then(|parent| tables::find(parent.table)) else { continue };
        if owner.listing == table.listing {
            continue;
        }
        let carried: BTreeSet<&[u8]> =
            missing.get(owner.name).into_iter().flatten().map(|row| row.prefix(1)).collect();
        let rows = seen.rows(table);
        let own = missing.get(table.name).into_iter().flatten();
        let standing_in: BTreeSet<&[u8]> = own.map(|row| row.prefix(1)).collect();
        let is_meant = |row: &&Row| {
            let key = row.prefix(1);
            carried.contains(key) && rows.get(table, key).is_none() && !standing_in.contains(key)
        };
        let facts: Vec<Row> = before.rows(table).iter().filter(is_meant).cloned().collect();
        missing.entry(table.name).or_default().extend(facts);
    }
}

/// Returns the table of the things that a child row is part of: it came with the thing in one answer, so
/// that a thing that was shown was shown whole.
pub(crate) fn owner(table: &Table, declared: &[&'static Table]) -> Option<&'static Table> {
    let mut same_answer = declared.iter().filter(|each| each.listing == table.listing);
    let parent = table.parent.and_then(|parent| same_answer.clone().find(|each| each.name == parent.table));
    parent.or_else(|| same_answer.find(|each| each.key < table.key)).copied()
}

/// Returns the coverage with the snapshot that each incomplete list was last complete in, and with the lists that were
/// not shown because what they are read for was not.
fn carried_coverage(before: &State, seen: &State, former: i64, declared: &[&'static Table]) -> Vec<Coverage> {
    let history = ListHistory::of(before, seen);
    let last_complete = |list: &Coverage| match history.former.get(&list.listing, &list.parent) {
        Some(known) if known.is_complete() => Some(former),
        Some(known) => known.carried_from,
        // While every part was known, nothing was in the rest.
        None if list.parent == Coverage::REST && history.former.has(&list.listing) => Some(former),
        None => history.empty_since(&list.listing, &list.parent, former),
    };
    let mut lists: Vec<Coverage> = history
        .present
        .iter()
        .map(|list| {
            let carried_from = if list.is_complete() { None } else { last_complete(list) };
            Coverage { carried_from, ..list.clone() }
        })
        .collect();
    let unknown = unknown_parents(&history.present, declared);
    // A parent that was not shown may still exist: its lists go on as unread.
    let unread = history.former.iter().filter(|list| {
        list.parent != Coverage::REST
            && unknown.contains(list.listing.as_str())
            && history.present.get(&list.listing, &list.parent).is_none()
    });
    lists.extend(unread.map(|list| Coverage {
        status: ListStatus::Skipped,
        reason: Some("parent not listed in this run".to_owned()),
        pages: 0,
        rows: 0,
        carried_from: last_complete(list),
        ..list.clone()
    }));
    lists
}

/// Returns the listings of which there may be lists that are not shown, because what they are read for is not all known.
fn unknown_parents(present: &Lists, declared: &[&'static Table]) -> BTreeSet<&'static str> {
    let is_unknown = |table: &&&'static Table| match (table.reading, table.parent) {
        (Reading::PerParent, Some(parent)) => {
            tables::find(parent.table).is_some_and(|owner| present.whole(owner.listing) != Trust::Whole)
        }
        (Reading::InParts { .. }, _) => present.get(table.listing, Coverage::REST).is_some(),
        _ => false,
    };
    declared.iter().filter(is_unknown).map(|table| table.listing).collect()
}
