//! Members that things have and of which a cloud did not say anything: what was known of them stands for one run.

use std::collections::BTreeSet;

use model::{Row, State, Table, UnreadCell};

use crate::{
    beside::is_document_doubtful,
    broken::is_first,
    less::{is_document_less, is_document_undated, lost_cells},
    unread::thing_columns,
};

/// Columns that say something of a thing as a whole.
pub(crate) const WHOLES: [&str; 2] = ["document", "fault"];

/// Returns whether a doubtful cell says the same as others, so that it is in doubt where these are. A document that lacks
/// members is in doubt by itself.
pub(crate) fn is_companion(before: &State, state: &State, table: &'static Table, cell: &UnreadCell) -> bool {
    match cell.column {
        "fault" => true,
        "document" => {
            !is_document_less(before, state, table, &cell.key)
                && !is_document_undated(before, state, table, &cell.key)
                && !is_document_doubtful(before, state, table, &cell.key)
        }
        _ => false,
    }
}

/// Returns whether the former snapshot holds something in a cell that is not shown now, or something else than what is shown
/// in a form that proves nothing.
pub(crate) fn was_said(before: &State, state: &State, table: &'static Table, cell: &UnreadCell) -> bool {
    let [known, shown] = [before, state].map(|state| state.rows(table).get(table, &cell.key));
    known.is_some_and(|known| {
        let known = table.cell(known, cell.column);
        let shown = shown.map(|shown| table.cell(shown, cell.column));
        let is_odd = shown.is_some_and(|shown| !shown.is_null() && !WHOLES.contains(&cell.column));
        (!known.is_null() || is_odd) && shown.is_none_or(|shown| known != shown)
    })
}

/// Returns whether the former snapshot and this one show the same in a list inside of a thing, and in those inside of it.
fn is_same_below(
    before: &State,
    state: &State,
    child: &'static Table,
    key: &[u8],
    declared: &[&'static Table],
) -> bool {
    let names = |table: &'static Table| table.key_columns().iter().map(|column| column.name);
    let is_below = |table: &&&'static Table| {
        table.listing == child.listing && names(child).eq(names(table).take(child.key))
    };
    declared
        .iter()
        .filter(is_below)
        .all(|table| rows_below(before, table, key).eq(rows_below(state, table, key)))
}

/// Returns the rows of a table that begin with a key.
pub(crate) fn rows_below<'a>(
    state: &'a State,
    table: &Table,
    key: &'a [u8],
) -> impl Iterator<Item = &'a Row> {
    state.rows(table).find_below(key)
}

/// Returns whether the former snapshot holds rows of a part of a table that are not shown, or that show something else where
/// rows are told apart by their position.
pub(crate) fn is_part_lost(
    before: &State,
    state: &State,
    (table, declared): (&'static Table, &[&'static Table]),
    cell: &UnreadCell,
) -> bool {
    let shown = state.rows(table);
    let is_by_position = thing_columns(table, declared).is_some();
    rows_below(before, table, &cell.key).any(|row| {
        let shown = shown.get(table, row.prefix(table.key));
        if is_by_position { shown != Some(row) } else { shown.is_none() }
    })
}

/// Adds the cells of rows that only lost something, and forgets the doubtful cells of which nothing was known, with those that
/// say the same: a member that a cloud never says must not cost every run. `before` may leave out tables that are as they were.
pub fn forget_idle(before: &State, state: &mut State, declared: &[&'static Table]) {
    let mut cells = state.take_unread();
    cells.extend(lost_cells(before, state, declared));
    let kept = without_idle(before, state, cells, declared);
    state.note_unread(kept);
}

fn without_idle(
    before: &State,
    state: &State,
    cells: Vec<UnreadCell>,
    declared: &[&'static Table],
) -> Vec<UnreadCell> {
    let named = |name: &str| declared.iter().copied().find(|table| table.name == name);
    let is_idle = |cell: &UnreadCell| {
        if let Some(table) = named(cell.table).filter(|table| table.name == cell.column) {
            return !is_part_lost(before, state, (table, declared), cell);
        }
        let Some(table) = named(cell.table).filter(|_| cell.is_doubtful) else { return false };
        match named(cell.column) {
            Some(child) => {
                before.rows(table).get(table, &cell.key).is_some()
                    && is_same_below(before, state, child, &cell.key, declared)
            }
            None => !was_said(before, state, table, cell) && !is_first(before, state, table, cell),
        }
    };
    let is_companion_cell = |cell: &UnreadCell| {
        named(cell.table).is_some_and(|table| {
            is_companion(before, state, table, cell) && !is_first(before, state, table, cell)
        })
    };
    let (companions, mut kept): (Vec<UnreadCell>, Vec<UnreadCell>) =
        cells.into_iter().partition(|cell| cell.is_doubtful && is_companion_cell(cell));
    kept.retain(|cell| !is_idle(cell));
    let places: BTreeSet<_> =
        kept.iter().filter(|cell| cell.is_doubtful).map(|cell| (cell.table, cell.key.clone())).collect();
    kept.extend(companions.into_iter().filter(|cell| places.contains(&(cell.table, cell.key.clone()))));
    kept
}
