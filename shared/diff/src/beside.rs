//! What proves nothing of a thing that was edited in the same run: the edit is told at once, and that stands as it was for one run.
//!
//! A column or a list inside of the thing that came with broken texts is in doubt. So is the document where it holds values that nobody
//! writes, or lacks members that only it keeps. What a column or an inner list lost may have been taken out by the edit, and is
//! taken at its word.

use model::{Row, State, Table, UnreadCell, is_known_member, tables};
use serde_json::{Map, Value};

use crate::{
    broken::{has_broken_bytes, has_no_text, is_broken},
    documents::is_partly_odd,
    less::{content, is_within, nearest_documented},
    unsaid::rows_below,
};

/// Returns the doubtful cells of a row that was edited: of columns that came broken, and of the document.
pub(crate) fn doubtful_cells(
    before: &State,
    state: &State,
    table: &'static Table,
    key: &[u8],
) -> Vec<UnreadCell> {
    let [known, shown] = [before, state].map(|state| state.rows(table).get(table, key));
    let Some((known, shown)) = known.zip(shown) else { return Vec::new() };
    let is_doubtful = |column: &'static str| match column {
        "document" => is_document_doubtful(before, state, table, key),
        "fault" => false,
        name => match [known, shown].map(|row| table.text(row, name)) {
            [Some(known), Some(shown)] => is_broken(known, shown),
            [None, Some(shown)] => has_no_text(shown),
            _ => false,
        },
    };
    let columns = table.columns.iter().skip(table.key).map(|column| column.name);
    columns.filter(|column| is_doubtful(column)).map(|column| cell(table, key, column)).collect()
}

fn cell(table: &'static Table, key: &[u8], column: &'static str) -> UnreadCell {
    UnreadCell { table: table.name, key: key.into(), column, is_doubtful: true }
}

/// Returns the list inside of a thing that a row of it differs in, where what the list shows is what it showed before but for broken
/// texts: these put its elements in another order.
pub(crate) fn broken_list(
    before: &State,
    state: &State,
    table: &'static Table,
    row: &Row,
    owners: &[&'static Table],
) -> Option<UnreadCell> {
    let owner = nearest_documented(owners)?;
    let key = row.prefix(owner.key);
    let thing = state.rows(owner).get(owner, key).filter(|thing| has_broken_bytes(thing.as_bytes()))?;
    before.rows(owner).get(owner, thing.prefix(owner.key))?;
    let [known, shown] = [before, state]
        .map(|state| rows_below(state, table, key).map(|row| content(table, row)).collect::<Value>());
    is_within("", &known, &shown, false).then(|| cell(owner, key, table.name))
}

/// Returns whether the document of a row that was edited is in doubt by itself.
pub(crate) fn is_document_doubtful(before: &State, state: &State, table: &'static Table, key: &[u8]) -> bool {
    let [known, shown] = [before, state].map(|state| state.rows(table).get(table, key));
    let Some((known, shown)) = known.zip(shown) else { return false };
    let documents = table.text(known, "document").zip(table.text(shown, "document"));
    documents.is_some_and(|(known_text, shown_text)| {
        known_text != shown_text
            && (is_partly_odd(known_text, shown_text)
                || (lacks_members(known_text, shown_text)
                    && !has_lost_cells(table, known, shown)
                    && !has_lost_rows(before, state, table, key)))
    })
}

/// Returns whether a document does not say members that a former one did, at any depth. What no interface describes may come and go.
fn lacks_members(known: &str, shown: &str) -> bool {
    let parsed = [known, shown].map(serde_json::from_str::<Map<String, Value>>);
    matches!(parsed, [Ok(known), Ok(shown)] if are_missing(&known, &shown))
}

fn are_missing(known: &Map<String, Value>, shown: &Map<String, Value>) -> bool {
    known.iter().any(|(name, known)| match (known, shown.get(name)) {
        (Value::Null, _) => false,
        (_, None | Some(Value::Null)) => is_known_member(name),
        (Value::Object(known), Some(Value::Object(shown))) => are_missing(known, shown),
        _ => false,
    })
}

/// Returns whether a column of a row holds nothing any more.
fn has_lost_cells(table: &Table, known: &Row, shown: &Row) -> bool {
    let mut cells = table.columns.iter().zip(known.values().zip(shown.values()));
    cells.any(|(column, (known, shown))| !column.moves && !known.is_null() && shown.is_null())
}

/// Returns whether a row of a list inside of a thing is not shown any more.
fn has_lost_rows(before: &State, state: &State, table: &'static Table, key: &[u8]) -> bool {
    let mut inner = tables::all().filter(|each| each.listing == table.listing && each.is_inside(table));
    inner.any(|inner| {
        let shown = state.rows(inner);
        rows_below(before, inner, key).any(|row| shown.get(inner, row.prefix(inner.key)).is_none())
    })
}
