//! Things that show only less than before: a member that is not there any more proves nothing the first time.
//!
//! Clouds leave a member out for a run, and write absence in many ways. A row that lost something and shows nothing new, inside
//! of its thing as well, is in doubt of what it lost; the same in the next run is believed. A row that shows anything new was
//! edited, and is believed at once, whatever its date says: better told than hidden. What people write as one text may leave members
//! out, and is believed as well, unless the cloud dates every edit of it and the date is as it was.

use std::{collections::BTreeSet, mem};

use model::{
    Column, Lists, Row, Rows, STATEMENT, State, Table, Type, UnreadCell, is_known_member, is_other_form,
    may_be_empty, tables,
};
use serde_json::Value;

use crate::{
    beside,
    broken::{self, has_no_text, is_broken, is_no_time},
    unread::{is_noted, thing_columns},
    walk::Differing,
};

/// Returns the doubtful cells of rows that only lost something, and of those that came with broken texts. `before` may leave out tables that
/// are as they were.
pub(crate) fn lost_cells(before: &State, state: &State, declared: &[&'static Table]) -> Vec<UnreadCell> {
    let (mut lost, mut first) = (Vec::new(), broken::cells_of_first_snapshot(before, state, declared));
    let noted = Lists::of(before);
    let mut edited: BTreeSet<(&str, Box<[u8]>)> = BTreeSet::new();
    for table in declared.iter().copied() {
        let (known, shown) = (before.rows(table), state.rows(table));
        if known.is_empty() || table.name == tables::COVERAGE.name {
            continue;
        }
        if let Some(columns) = thing_columns(table, declared) {
            lost.extend(lost_parts(before, state, table, columns));
            continue;
        }
        let owners: Vec<&'static Table> = owners(table, declared).collect();
        let mut note_edit =
            |row: &Row| edited.extend(owners.iter().map(|owner| (owner.name, row.prefix(owner.key).into())));
        let differing = Differing::between(table, known, shown);
        first.extend(differing.new.iter().flat_map(|row| broken::first_cells(table, row)));
        let parts = broken::parts(table, known, &differing.new);
        for (former, row) in differing.shown().filter(|(_, row)| !broken::is_of(&parts, row)) {
            let key = row.prefix(table.key);
            let doubted = former.and_then(|former| {
                undated_columns(table, former, row).or_else(|| lost_columns(table, former, row))
            });
            let Some(columns) = doubted else {
                if let Some(cell) = beside::broken_list(before, state, table, row, &owners) {
                    first.push(cell);
                    continue;
                }
                match undated_list((before, &noted), state, table, row, &owners) {
                    Some(cell) => lost.push(cell),
                    None => note_edit(row),
                }
                first.extend(beside::doubtful_cells(before, state, table, key));
                continue;
            };
            lost.extend(columns.into_iter().map(|column| UnreadCell {
                table: table.name,
                key: key.into(),
                column,
                is_doubtful: true,
            }));
        }
        for row in differing.gone.into_iter().filter(|row| !broken::is_of(&parts, row)) {
            if let Some(cell) = beside::broken_list(before, state, table, row, &owners) {
                first.push(cell);
                continue;
            }
            let undated = undated_list((before, &noted), state, table, row, &owners);
            match undated.or_else(|| lost_list(before, state, table, row, &owners)) {
                Some(cell) => lost.push(cell),
                None => note_edit(row),
            }
        }
        lost.extend(parts.into_iter().map(|key| UnreadCell {
            table: table.name,
            key,
            column: table.name,
            is_doubtful: true,
        }));
    }
    lost.retain(|cell| !edited.contains(&(cell.table, cell.key.clone())));
    lost.extend(first);
    lost
}

/// Returns the columns in which a row shows less that bears the date of its last edit still; none where it was edited since, shows
/// anything new, or nothing dates its edits.
fn undated_columns(table: &Table, known: &Row, shown: &Row) -> Option<Vec<&'static str>> {
    if !table.is_same_edition(known, shown) {
        return None;
    }
    let is_of_texts = table.edited().is_some_and(|column| !column.moves);
    let mut differing = differing_columns(table, known, shown);
    let is_dated = |column: &&Column| !is_of_texts || column.kind == Type::Document;
    // What was not known is shown, and believed.
    differing.retain(|column| !table.cell(known, column.name).is_null());
    let is_less = |column: &&Column| {
        let [known, shown] = [known, shown].map(|row| table.cell(row, column.name));
        is_less_or_odd(known, shown, true)
    };
    let is_undated = !differing.is_empty() && differing.iter().all(|each| is_dated(each) && is_less(each));
    // What is wrong with a text is said of the one that is kept.
    let fault = table.columns.iter().filter(|column| column.name == "fault");
    is_undated.then(|| differing.into_iter().chain(fault).map(|column| column.name).collect())
}

/// Returns the list inside of a thing that a row of it differs in, where the thing shows nothing but less and bears the date of its
/// last edit still. What the list shows that could not be read before is believed.
fn undated_list(
    (before, former): (&State, &Lists),
    state: &State,
    table: &'static Table,
    row: &Row,
    owners: &[&'static Table],
) -> Option<UnreadCell> {
    let owner = owners.iter().find(|owner| {
        let key = row.prefix(owner.key);
        let is_less =
            || is_same_edition(before, state, owner, key) && is_document_less(before, state, owner, key);
        let known = before.rows(owner).get(owner, key);
        (is_less() || is_document_odd(before, state, owner, key))
            && known.is_some_and(|known| !is_noted(former, owner, known, table.name))
    })?;
    Some(UnreadCell {
        table: owner.name,
        key: row.prefix(owner.key).into(),
        column: table.name,
        is_doubtful: true,
    })
}

/// Returns whether the document of a row that both snapshots hold differs only by values that nobody writes there: a number, a truth
/// value or an empty text where a text was, or a broken one.
fn is_document_odd(before: &State, state: &State, table: &Table, key: &[u8]) -> bool {
    let [known, shown] = [before, state].map(|state| {
        let document = state.rows(table).get(table, key).and_then(|row| table.text(row, "document"));
        document.filter(|document| document.contains("\"Statement\""))
    });
    let documents = known.zip(shown).filter(|(known, shown)| known != shown);
    documents.is_some_and(|(known, shown)| {
        let parsed = [known, shown].map(serde_json::from_str::<Value>);
        matches!(parsed, [Ok(known), Ok(shown)] if is_oddly_said("", &known, &shown))
    })
}

/// Returns whether the value of a member is the former one, but for scalars that are no texts any more or say nothing, and for what
/// statements are called.
fn is_oddly_said(name: &str, known: &Value, shown: &Value) -> bool {
    match (known, shown) {
        (Value::Object(known), Value::Object(shown)) => {
            // What a statement is called gives nothing.
            let is_odd = |name: &String, shown: &Value| {
                let is_unnamed = name == "Sid" && shown == "";
                known.get(name).is_some_and(|known| is_unnamed || is_oddly_said(name, known, shown))
            };
            let is_kept = |name: &String| shown.contains_key(name) || name == "Sid";
            known.keys().all(is_kept) && shown.iter().all(|(name, shown)| is_odd(name, shown))
        }
        (Value::Array(known), Value::Array(shown)) => {
            // Elements are in the order of their texts, which an odd one changes.
            let mut left: Vec<&Value> = known.iter().filter(|known| !shown.contains(known)).collect();
            let mut others = shown.iter().filter(|shown| !known.contains(shown));
            // A list with an element that says nothing is none that somebody made shorter.
            let is_odd = |shown: &Value| matches!(shown, Value::Number(_) | Value::Bool(_)) || *shown == "";
            is_emptied(name, shown)
                || (known.len() == shown.len() || others.clone().any(is_odd))
                    && others.all(|shown| {
                        let place = left.iter().position(|known| is_oddly_said(name, known, shown));
                        place.map(|place| left.swap_remove(place)).is_some()
                    })
        }
        (Value::String(known), Value::String(shown)) if is_unread_text(name, known, shown) => true,
        (Value::Array(_), Value::String(shown)) if shown.is_empty() => true,
        // Grammars take a bare value for an array of one.
        (Value::String(_) | Value::Array(_), Value::Number(_) | Value::Bool(_)) => true,
        _ => known == shown,
    }
}

/// Returns whether a thing that both snapshots hold bears the date of its last edit still.
fn is_same_edition(before: &State, state: &State, table: &Table, key: &[u8]) -> bool {
    let [known, shown] = [before, state].map(|state| state.rows(table).get(table, key));
    known.zip(shown).is_some_and(|(known, shown)| table.is_same_edition(known, shown))
}

/// Returns the things of a table whose rows are told apart by their position that only lost something: one that lost a member may
/// stand elsewhere than before.
fn lost_parts(before: &State, state: &State, table: &'static Table, columns: usize) -> Vec<UnreadCell> {
    let (known, shown) = (before.rows(table), state.rows(table));
    let differing = Differing::between(table, known, shown);
    let things: BTreeSet<&[u8]> = differing.shown().map(|(_, row)| row.prefix(columns)).collect();
    let contents = |rows: &Rows, key: &[u8]| rows.find_below(key).map(|row| content(table, row)).collect();
    let is_less = |key: &&[u8]| {
        let [known, shown] = [known, shown].map(|rows| Value::Array(contents(rows, key)));
        known != shown && is_within("", &known, &shown, false)
    };
    let cell =
        |key: &[u8]| UnreadCell { table: table.name, key: key.into(), column: table.name, is_doubtful: true };
    things.into_iter().filter(is_less).map(cell).collect()
}

/// Returns what a row holds beside its key, with the JSON in its cells read.
pub(crate) fn content(table: &Table, row: &Row) -> Value {
    let cells = table.columns.iter().zip(row.values()).skip(table.key);
    let read = |value: model::Value<'_>| -> Option<Value> {
        let text = value.as_text()?;
        Some(serde_json::from_str(text).unwrap_or_else(|_| text.into()))
    };
    cells.filter_map(|(column, value)| Some((column.name.to_owned(), read(value)?))).collect()
}

/// Returns the nearest of the tables that own a row of which the API's object is kept.
pub(crate) fn nearest_documented(owners: &[&'static Table]) -> Option<&'static Table> {
    let documented = owners.iter().copied().filter(|owner| owner.position("document").is_some());
    documented.max_by_key(|owner| owner.key)
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
    let owner = nearest_documented(owners)?;
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
    let (mut lost, is_dated) = (Vec::new(), table.is_same_edition(known, shown));
    for column in differing_columns(table, known, shown) {
        let [known, shown] = [known, shown].map(|row| table.cell(row, column.name));
        if !is_less_or_odd(known, shown, is_dated) {
            return None;
        }
        lost.push(column.name);
    }
    Some(lost)
}

/// Returns whether a cell holds nothing now, or a document with fewer members.
fn is_less_or_odd(known: model::Value<'_>, shown: model::Value<'_>, is_dated: bool) -> bool {
    match (known.as_text(), shown.as_text()) {
        (Some(known), Some(shown)) if known.starts_with(['{', '[']) => {
            has_fewer_members(known, shown, is_dated)
        }
        (Some(known), Some(shown)) if is_broken(known, shown) => true,
        // Nothing was said before, and what is said now cannot be read.
        (None, Some(shown)) => has_no_text(shown),
        _ => shown.is_null(),
    }
}

/// Returns the columns in which two rows of one key differ. What moves by itself or has another form is no drift, and what is wrong
/// with a thing heals at once.
fn differing_columns(table: &Table, known: &Row, shown: &Row) -> Vec<&'static Column> {
    let cells = table.columns.iter().zip(known.values().zip(shown.values())).skip(table.key);
    let differing = cells.filter(|(column, (known, shown))| {
        known != shown && !column.moves && column.name != "fault" && !is_other_form(column, *known, *shown)
    });
    differing.map(|(column, _)| column).collect()
}

/// Returns whether the document of a row that both snapshots hold only lacks members that it had.
pub(crate) fn is_document_less(before: &State, state: &State, table: &'static Table, key: &[u8]) -> bool {
    let Some(column) = table.columns.iter().find(|column| column.name == "document") else { return false };
    let rows = [before, state].map(|state| state.rows(table).get(table, key));
    let is_dated = matches!(rows, [Some(known), Some(shown)] if table.is_same_edition(known, shown));
    let [known, shown] = rows.map(|row| row.map(|row| table.cell(row, column.name)));
    known.zip(shown).is_some_and(|(known, shown)| {
        let documents = known.as_text().zip(shown.as_text());
        known != shown
            && !is_other_form(column, known, shown)
            && documents.is_some_and(|(known, shown)| has_fewer_members(known, shown, is_dated))
    })
}

/// Returns whether the document of a row that both snapshots hold says less, though the row bears the date of its last edit still.
pub(crate) fn is_document_undated(before: &State, state: &State, table: &'static Table, key: &[u8]) -> bool {
    let [known, shown] = [before, state].map(|state| state.rows(table).get(table, key));
    known.zip(shown).is_some_and(|(known, shown)| {
        undated_columns(table, known, shown).is_some_and(|columns| columns.contains(&"document"))
    })
}

/// Returns whether a document differs from a former one only by members that it lacks, at any depth; or by shorter lists, where it
/// bears the date of its last edit still.
fn has_fewer_members(known: &str, shown: &str, is_dated: bool) -> bool {
    let parsed = [known, shown].map(serde_json::from_str::<Value>);
    matches!(parsed, [Ok(known), Ok(shown)] if is_within("", &known, &shown, is_dated))
}

/// Returns whether the value of a member is the former one, or would be with more members, or with some of their former type or
/// not empty.
pub(crate) fn is_within(name: &str, known: &Value, shown: &Value, is_dated: bool) -> bool {
    match (known, shown) {
        (Value::Object(known), Value::Object(shown)) => {
            let is_left = |name: &String, shown| {
                known.get(name).is_some_and(|known| is_within(name, known, shown, is_dated))
            };
            // A member that no interface describes is the cloud's doing.
            let is_news = |name: &String| known.contains_key(name) || is_known_member(name);
            let is_none = |shown: &Value| shown.is_null() || shown.as_str().is_some_and(has_no_text);
            let is_less = |name: &String, shown| is_left(name, shown) || !is_news(name);
            shown.iter().all(|(name, shown)| {
                is_less(name, shown) || shown.is_null() || (!known.contains_key(name) && is_none(shown))
            })
        }
        (Value::Array(known), Value::Array(shown)) => {
            let news: Vec<&Value> = shown.iter().filter(|shown| !is_odd_element(known, shown)).collect();
            // Elements are in the order of their texts, which a lost member changes.
            let mut left: Vec<&Value> = known.iter().filter(|known| !shown.contains(known)).collect();
            (is_dated || known.len() == shown.len() || news.len() < shown.len() || is_emptied(name, shown))
                && news.into_iter().filter(|shown| !known.contains(shown)).all(|shown| {
                    let place = left.iter().position(|known| is_within(name, known, shown, is_dated));
                    place.map(|place| left.swap_remove(place)).is_some()
                })
        }
        (Value::String(known), Value::String(shown)) if is_unread_text(name, known, shown) => true,
        // A value of another type cannot be read as what it was, and proves as little.
        _ => known == shown || mem::discriminant(known) != mem::discriminant(shown),
    }
}

/// Returns whether a list is empty of which no grammar of policies knows an empty one: nobody writes a text without statements, or a
/// statement without actions.
pub(crate) fn is_emptied(name: &str, shown: &[Value]) -> bool {
    shown.is_empty() && ["Statement", "Action", "NotAction"].contains(&name)
}

/// Returns whether a text says nothing in the place of another one: it is empty where an empty one has no meaning, broken, or no time.
pub(crate) fn is_unread_text(name: &str, known: &str, shown: &str) -> bool {
    (shown.is_empty() && !known.is_empty() && !may_be_empty(name))
        || is_broken(known, shown)
        || is_no_time(known, shown)
}

/// Returns whether an element says nothing of what a list holds: it is empty, has no member that an interface describes or that
/// another element had, or is a number, truth value or list, and no element was.
pub(crate) fn is_odd_element(known: &[Value], shown: &Value) -> bool {
    match shown {
        Value::Null => true,
        _ if known.contains(shown) => false,
        Value::String(text) => text.is_empty(),
        Value::Object(members) => {
            let is_usual = |name: &String| known.iter().any(|known| known.get(name).is_some());
            !members.keys().any(|name| is_known_member(name) || is_usual(name))
        }
        _ => !known.iter().any(|known| mem::discriminant(known) == mem::discriminant(shown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_with_fewer_members_at_any_depth_is_less() {
        let known = r#"{"a":1,"list":[{"n":1,"v":"x"},{"n":2,"v":"y"}],"none":[],"o":{"p":true,"q":""}}"#;
        for less in [
            r#"{"list":[{"n":1,"v":"x"},{"n":2,"v":"y"}],"o":{"p":true,"q":""}}"#,
            r#"{"a":1,"list":[{"n":2,"v":"y"},{"v":"x"}],"o":{"p":true}}"#,
            r#"{"a":1,"list":[{"n":1,"v":""},{"n":2,"v":"y"}],"o":{"p":true,"q":""}}"#,
            r#"{"a":null,"list":[{"n":1,"v":"x"},{"n":2,"v":{"odd":true}}],"o":"odd"}"#,
            r#"{"a":1,"list":[null],"o":{"p":true,"q":""}}"#,
            r#"{"a":1,"added_by_the_cloud":1}"#,
            r#"{"none":[null]}"#,
            r#"{"none":[""]}"#,
            r#"{"none":[7]}"#,
            r#"{"none":[{}]}"#,
            r#"{"none":[{"added_by_the_cloud":1}]}"#,
            r#"{"none":[[]]}"#,
            r#"{"list":[{"n":1,"v":"x"},true,{"n":2},{}]}"#,
            r#"{}"#,
        ] {
            assert!(has_fewer_members(known, less, false), "{less}");
        }
        for other in [
            r#"{"a":2,"o":{}}"#,
            r#"{"a":1,"list":[{"n":1,"v":"x"}]}"#,
            r#"{"a":1,"list":[]}"#,
            r#"{"a":1,"name":1}"#,
            r#"{"a":1,"list":[],"description":""}"#,
            r#"{"a":1,"list":["x"],"o":{"p":false}}"#,
            r#"{"none":["x"]}"#,
            r#"{"none":[{"name":"x"}]}"#,
            r#"{"list":[{"n":1,"v":"x"},{"n":2,"v":"y"},{"name":"z"},7]}"#,
            r#"{"a":1,"list":[{"n":3},{"n":2,"v":"y"}]}"#,
            "no JSON",
        ] {
            assert!(!has_fewer_members(known, other, false), "{other}");
        }
        for shorter in [r#"{"a":1,"list":[]}"#, r#"{"a":1,"list":[{"n":2,"v":"y"}]}"#] {
            assert!(has_fewer_members(known, shorter, true), "nobody edited it: {shorter}");
        }
    }
}
