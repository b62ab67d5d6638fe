//! Things that show only less than before: a member that is not there any more proves nothing the first time.
//!
//! Clouds leave a member out for a run, and write absence in many ways. A row that lost something and shows nothing new, inside
//! of its thing as well, is in doubt of what it lost; the same in the next run is believed. A row that shows anything new was
//! edited, and is believed at once.

use std::{collections::BTreeSet, mem};

use model::{Row, STATEMENT, State, Table, UnreadCell, is_other_form, may_be_empty, tables};
use serde_json::Value;

/// Returns the doubtful cells of rows that only lost something. `before` may leave out tables that are as they were.
pub(crate) fn lost_cells(before: &State, state: &State, declared: &[&'static Table]) -> Vec<UnreadCell> {
    let mut lost = Vec::new();
    let mut edited: BTreeSet<(&str, Box<[u8]>)> = BTreeSet::new();
    for table in declared.iter().copied() {
        let (known, shown) = (before.rows(table), state.rows(table));
        if known.is_empty() || table.name == tables::COVERAGE.name {
            continue;
        }
        let owners: Vec<&'static Table> = owners(table, declared).collect();
        let mut note_edit =
            |row: &Row| edited.extend(owners.iter().map(|owner| (owner.name, row.prefix(owner.key).into())));
        for row in shown {
            let key = row.prefix(table.key);
            let former = known.get(table, key);
            if former == Some(row) {
                continue;
            }
            let Some(columns) = former.and_then(|former| lost_columns(table, former, row)) else {
                note_edit(row);
                continue;
            };
            lost.extend(columns.into_iter().map(|column| UnreadCell {
                table: table.name,
                key: key.into(),
                column,
                is_doubtful: true,
            }));
        }
        for row in known.iter().filter(|row| shown.get(table, row.prefix(table.key)).is_none()) {
            match lost_list(before, state, table, row, &owners) {
                Some(cell) => lost.push(cell),
                None => note_edit(row),
            }
        }
    }
    lost.retain(|cell| !edited.contains(&(cell.table, cell.key.clone())));
    lost
}

/// Returns the list inside of a thing that a row is missing from, where nothing of that list is shown and the document of the thing
/// only lacks members: a list that is empty is shown as such. What a policy says is one text, and is believed.
fn lost_list(
    before: &State,
    state: &State,
    table: &'static Table,
    row: &Row,
    owners: &[&'static Table],
) -> Option<UnreadCell> {
    if table.key_columns().iter().any(|column| column.name == STATEMENT) {
        return None;
    }
    let documented = owners.iter().filter(|owner| owner.position("document").is_some());
    let owner = documented.max_by_key(|owner| owner.key)?;
    let key = row.prefix(owner.key);
    let is_left = state.rows(table).find_below(key).next().is_some();
    (!is_left && is_document_less(before, state, owner, key)).then(|| UnreadCell {
        table: owner.name,
        key: key.into(),
        column: table.name,
        is_doubtful: true,
    })
}

/// Returns the tables of the things that a row of a table is inside of.
fn owners<'a>(
    table: &'static Table,
    declared: &'a [&'static Table],
) -> impl Iterator<Item = &'static Table> + 'a {
    declared.iter().copied().filter(move |owner| owner.listing == table.listing && table.is_inside(owner))
}

/// Returns the columns that hold nothing now, or a document with fewer members; none where the row shows anything new.
fn lost_columns(table: &Table, known: &Row, shown: &Row) -> Option<Vec<&'static str>> {
    let cells = table.columns.iter().zip(known.values().zip(shown.values())).skip(table.key);
    // What moves by itself or has another form is no drift, and what is wrong with a thing heals at once.
    let differing = cells.filter(|(column, (known, shown))| {
        known != shown && !column.moves && column.name != "fault" && !is_other_form(column, *known, *shown)
    });
    let mut lost = Vec::new();
    for (column, (known, shown)) in differing {
        let is_lost = match (known.as_text(), shown.as_text()) {
            (Some(known), Some(shown)) if known.starts_with(['{', '[']) => has_fewer_members(known, shown),
            _ => shown.is_null(),
        };
        if !is_lost {
            return None;
        }
        lost.push(column.name);
    }
    Some(lost)
}

/// Returns whether the document of a row that both snapshots hold only lacks members that it had.
pub(crate) fn is_document_less(before: &State, state: &State, table: &'static Table, key: &[u8]) -> bool {
    let Some(column) = table.columns.iter().find(|column| column.name == "document") else { return false };
    let [known, shown] = [before, state]
        .map(|state| state.rows(table).get(table, key).map(|row| table.cell(row, column.name)));
    known.zip(shown).is_some_and(|(known, shown)| {
        let documents = known.as_text().zip(shown.as_text());
        known != shown
            && !is_other_form(column, known, shown)
            && documents.is_some_and(|(known, shown)| has_fewer_members(known, shown))
    })
}

/// Returns whether a document differs from a former one only by members that it lacks, at any depth.
fn has_fewer_members(known: &str, shown: &str) -> bool {
    let parsed = [known, shown].map(serde_json::from_str::<Value>);
    matches!(parsed, [Ok(known), Ok(shown)] if is_within("", &known, &shown))
}

/// Returns whether the value of a member is the former one, or would be with more members, or with some of their former type or
/// not empty.
fn is_within(name: &str, known: &Value, shown: &Value) -> bool {
    match (known, shown) {
        (Value::Object(known), Value::Object(shown)) => {
            let is_left =
                |name: &String, shown| known.get(name).is_some_and(|known| is_within(name, known, shown));
            shown.iter().all(|(name, shown)| shown.is_null() || is_left(name, shown))
        }
        (Value::Array(known), Value::Array(shown))
            if known.len() == shown.len() || shown.iter().any(Value::is_null) =>
        {
            // Elements are in the order of their texts, which a lost member changes.
            let mut left: Vec<&Value> = known.iter().filter(|known| !shown.contains(known)).collect();
            let shown = shown.iter().filter(|shown| !shown.is_null() && !known.contains(shown));
            shown.into_iter().all(|shown| {
                let place = left.iter().position(|known| is_within(name, known, shown));
                place.map(|place| left.swap_remove(place)).is_some()
            })
        }
        (Value::String(_), Value::String(shown)) if shown.is_empty() && !may_be_empty(name) => true,
        // A value of another type cannot be read as what it was, and proves as little.
        _ => known == shown || mem::discriminant(known) != mem::discriminant(shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_with_fewer_members_at_any_depth_is_less() {
        let known = r#"{"a":1,"list":[{"n":1,"v":"x"},{"n":2,"v":"y"}],"o":{"p":true,"q":""}}"#;
        for less in [
            r#"{"list":[{"n":1,"v":"x"},{"n":2,"v":"y"}],"o":{"p":true,"q":""}}"#,
            r#"{"a":1,"list":[{"n":2,"v":"y"},{"v":"x"}],"o":{"p":true}}"#,
            r#"{"a":1,"list":[{"n":1,"v":""},{"n":2,"v":"y"}],"o":{"p":true,"q":""}}"#,
            r#"{"a":null,"list":[{"n":1,"v":"x"},{"n":2,"v":{"odd":true}}],"o":"odd"}"#,
            r#"{"a":1,"list":[null],"o":{"p":true,"q":""}}"#,
            r#"{}"#,
        ] {
            assert!(has_fewer_members(known, less), "{less}");
        }
        for other in [
            r#"{"a":2,"o":{}}"#,
            r#"{"a":1,"list":[{"n":1,"v":"x"}]}"#,
            r#"{"a":1,"list":[]}"#,
            r#"{"a":1,"b":1}"#,
            r#"{"a":1,"list":[],"description":""}"#,
            r#"{"a":1,"list":["x"],"o":{"p":false}}"#,
            r#"{"a":1,"list":[{"n":3},{"n":2,"v":"y"}]}"#,
            "no JSON",
        ] {
            assert!(!has_fewer_members(known, other), "{other}");
        }
    }
}
