//! Texts of which some bytes were no text, and came as U+FFFD: what they say cannot be read, and most likely nobody wrote it so.
//!
//! A row that is new with such a text is there, and what the text says is not known yet: what it shows later is no drift. A row with such
//! a text in its key would be another row, so that the rows last known of its thing stand for one run.

use std::collections::BTreeSet;

use model::{Row, Rows, State, Table, UnreadCell, Value, tables};

use crate::unsaid::WHOLES;

const NO_TEXT: char = '\u{fffd}';

/// Returns whether bytes of a text were no text, and those of the former one were.
pub(crate) fn is_broken(known: &str, shown: &str) -> bool {
    shown.contains(NO_TEXT) && !known.contains(NO_TEXT)
}

/// Returns whether a text is no time in the place of one. Version 3 of Huawei Cloud writes `null` for none.
pub(crate) fn is_no_time(known: &str, shown: &str) -> bool {
    // A name may look like a date.
    known.contains(':')
        && !shown.is_empty()
        && shown != "null"
        && model::normal_time(known).is_some()
        && model::normal_time(shown).is_none()
}

/// Returns the cells of a new row that hold a broken text. Its key is what it is.
pub(crate) fn first_cells(table: &'static Table, row: &Row) -> Vec<UnreadCell> {
    // Few rows have one: a look at the bytes of all cells is enough for the others.
    if !has_broken_bytes(row.as_bytes()) {
        return Vec::new();
    }
    let cells = table.columns.iter().zip(row.values()).skip(table.key);
    let broken = cells.filter(|(_, value)| is_no_text(*value));
    broken
        .map(|(column, _)| UnreadCell {
            table: table.name,
            key: row.prefix(table.key).into(),
            column: column.name,
            is_doubtful: true,
        })
        .collect()
}

/// Returns the cells of every row that hold a broken text, where there is no former snapshot and so all rows are new.
pub(crate) fn cells_of_first_snapshot(
    before: &State,
    state: &State,
    declared: &[&'static Table],
) -> Vec<UnreadCell> {
    if !before.rows(&tables::COVERAGE).is_empty() {
        return Vec::new();
    }
    let read = declared.iter().copied().filter(|table| table.name != tables::COVERAGE.name);
    read.flat_map(|table| state.rows(table).iter().flat_map(|row| first_cells(table, row))).collect()
}

/// Returns whether a cell holds what is in doubt in a row that the former snapshot does not have: a broken text, or one that came in
/// another form. What only goes with another cell, as a document does, counts where it is broken itself.
pub(crate) fn is_first(before: &State, state: &State, table: &Table, cell: &UnreadCell) -> bool {
    let Some(row) = state.rows(table).get(table, &cell.key) else { return false };
    if table.position(cell.column).is_none() || before.rows(table).get(table, &cell.key).is_some() {
        return false;
    }
    let value = table.cell(row, cell.column);
    is_no_text(value) || (cell.is_doubtful && !WHOLES.contains(&cell.column) && came_in_another_form(value))
}

/// Returns whether a text may have come as a number or truth value. What stands for a member that was left out reads otherwise.
fn came_in_another_form(value: Value<'_>) -> bool {
    let read = value.as_text().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    read.is_some_and(|read| read.is_number() || read.is_boolean())
}

/// Parts of a table, by the key that their rows begin with, in which a new row has a broken text in its key while others are missing.
pub(crate) fn parts(table: &Table, known: &Rows, new: &[&Row]) -> BTreeSet<Box<[u8]>> {
    let part = |row: &&&Row| -> Option<Box<[u8]>> {
        let is_suspect = has_broken_bytes(row.prefix(table.key));
        let place = row.values().take(table.key).position(is_no_text).filter(|_| is_suspect)?;
        Some(row.prefix(place).into())
    };
    new.iter().filter_map(|row| part(&row)).filter(|part| known.find_below(part).next().is_some()).collect()
}

/// Returns whether a row belongs to one of some parts of its table.
pub(crate) fn is_of(parts: &BTreeSet<Box<[u8]>>, row: &Row) -> bool {
    parts.iter().any(|part| row.as_bytes().starts_with(part))
}

/// Returns whether bytes of a text were no text.
pub(crate) fn has_no_text(text: &str) -> bool {
    text.contains(NO_TEXT)
}

fn is_no_text(value: Value<'_>) -> bool {
    value.as_text().is_some_and(has_no_text)
}

/// Returns whether packed values hold a text of which bytes were no text.
pub(crate) fn has_broken_bytes(bytes: &[u8]) -> bool {
    let mut sought = [0; 4];
    let sought = NO_TEXT.encode_utf8(&mut sought).as_bytes();
    let is_begun = sought.first().is_some_and(|first| bytes.contains(first));
    is_begun && bytes.windows(sought.len()).any(|window| window == sought)
}
