//! Changes → events: one for each thing that changed, with the rows that belong to it.
//!
//! In: changes of rows. Out: one event a thing: a member that joins a group, a role that a policy loses
//! are changes of the group and the policy. Only drift is told; activity and baselines are not.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use model::{
    AccountId, Change, ChangeKind, Cloud, Column, Row, State, Table, Timestamp, Type, Value, Weight, tables,
    tables::CloudTables,
};
use serde_json::{Map, Value as Json, json};

use crate::{
    RunReport,
    author::author,
    cause, edited,
    names::{NameFinder, label},
    places, sentence,
    wire::EventDraft,
};

/// A column of a changed row, with the values before and after.
pub(crate) type Differing<'a> = (&'static Column, Value<'a>, Value<'a>);

/// A thing with what became of it and of its parts.
#[derive(Debug)]
pub(crate) struct Thing<'a> {
    pub(crate) table: &'static Table,
    /// The row of its key alone.
    key: Row,
    /// What became of its own row, if anything did.
    own: Option<&'a Change>,
    /// Drift of rows that belong to it.
    pub(crate) parts: Vec<Cow<'a, Change>>,
}

impl<'a> Thing<'a> {
    /// Returns what became of it: a thing of which only parts changed is changed.
    pub(crate) fn verb(&self) -> &'static str {
        self.own.filter(|own| own.weight == Weight::Drift).map_or("changed", Change::verb)
    }

    /// Returns its row, now or before it went.
    pub(crate) fn row(&self, names: &NameFinder<'a>) -> Option<&'a Row> {
        self.own
            .and_then(|own| own.row_after().or_else(|| own.row_before()))
            .or_else(|| names.row(self.table, self.key.as_bytes()))
    }

    /// Returns what became of its own row, if anything did.
    pub(crate) const fn own(&self) -> Option<&'a Change> {
        self.own
    }

    /// Returns its key as one text, as in its address.
    pub(crate) fn key_text(&self) -> String {
        self.table.key_text(&self.key)
    }

    /// Returns the values of its key that are text.
    pub(crate) fn key_texts(&self) -> impl Iterator<Item = &str> {
        self.key.values().filter_map(|value| value.as_text())
    }

    /// Returns the columns of its own row that differ, with the values before and after.
    pub(crate) fn columns(&self) -> Vec<Differing<'a>> {
        self.own.map(differing).unwrap_or_default()
    }
}

/// Returns what changes tell outside of a run, thing by thing: the data of events of drift, uncut and with their title.
///
/// Names are looked up in `state`, where [`naming_tables`] and the parents of changed rows are enough.
#[must_use]
pub fn drift(account: &AccountId, changes: &[Change], state: &State) -> Vec<Json> {
    let report = RunReport {
        account,
        number: 0,
        at: Timestamp::UNIX_EPOCH,
        state,
        transitions: &[],
        changes,
        gains: &[],
        coverage: &[],
        is_first: false,
        baseline: crate::BaselineCounts::default(),
        damage: None,
        unjudged: None,
        limit: usize::MAX,
    };
    let titled = |draft: EventDraft| {
        let mut data = draft.data;
        data.insert("title".to_owned(), Json::from(draft.title));
        Json::Object(data)
    };
    let names = NameFinder::new(&report);
    drafts(&report, &names).map(titled).collect()
}

/// Returns the tables in which the names of principals and groups are looked up.
pub fn naming_tables(cloud: Cloud) -> impl Iterator<Item = &'static Table> {
    CloudTables::of(cloud).naming.iter().copied()
}

/// Returns what the changes tell, by table and key.
pub(crate) fn drafts<'a>(
    report: &'a RunReport<'a>,
    names: &'a NameFinder<'a>,
) -> impl Iterator<Item = EventDraft> + 'a {
    things(report.changes).into_iter().map(move |thing| draft(report, &thing, names))
}

fn things(changes: &[Change]) -> Vec<Thing<'_>> {
    // The rows of a thing that was replaced hang on the old key and on the new one.
    let mut successors: BTreeMap<(&str, Row), Row> = BTreeMap::new();
    for change in changes {
        if let ChangeKind::Replaced { before, after } = &change.kind {
            successors.insert((change.table.name, key(change.table, before)), key(change.table, after));
        }
    }
    let mut things: BTreeMap<(&str, Row), Thing<'_>> = BTreeMap::new();
    for change in changes {
        let Some(row) = change.row_after().or_else(|| change.row_before()) else { continue };
        let (table, key) = owner(change.table, row).unwrap_or_else(|| (change.table, key(change.table, row)));
        let key = successors.get(&(table.name, key.clone())).cloned().unwrap_or(key);
        let thing = things.entry((table.name, key.clone())).or_insert_with(|| Thing {
            table,
            key,
            own: None,
            parts: Vec::new(),
        });
        if thing.table.name == change.table.name {
            // What came into sight is not told, also where something of its parts is.
            if matches!(change.weight, Weight::Drift | Weight::Activity) {
                thing.own = Some(change);
            }
        } else if change.weight == Weight::Drift {
            thing.parts.push(Cow::Borrowed(change));
        }
    }
    let mut things: Vec<Thing<'_>> = things.into_values().filter(is_drift).collect();
    for thing in &mut things {
        let parts = edited::without_kept_rows(std::mem::take(&mut thing.parts));
        thing.parts = places::without_moves(parts);
        thing.parts.sort_by(|one, other| order(one).cmp(&order(other)));
    }
    things
}

fn is_drift(thing: &Thing<'_>) -> bool {
    !thing.parts.is_empty() || thing.own.is_some_and(|own| own.weight == Weight::Drift)
}

fn order(change: &Change) -> (&'static str, Option<&Row>, &'static str) {
    (change.table.name, change.row_after().or_else(|| change.row_before()), change.verb())
}

fn key(table: &Table, row: &Row) -> Row {
    Row::pack(row.values().take(table.key))
}

/// Returns the thing that a row belongs to, if it belongs to one.
fn owner(table: &Table, row: &Row) -> Option<(&'static Table, Row)> {
    let parent = table.parent?;
    let owner = tables::find(parent.table).filter(|owner| owner.key == 1)?;
    let id = row.value(table.position(parent.column)?);
    Some((owner, Row::pack([id])))
}

fn draft(report: &RunReport<'_>, thing: &Thing<'_>, names: &NameFinder<'_>) -> EventDraft {
    let verb = thing.verb();
    let address = report.account.address_of(&thing.table.place(&thing.key_text()));
    let mut data = Map::new();
    let name = thing.row(names).and_then(|row| label(thing.table, row));
    data.insert(
        "thing".to_owned(),
        json!({
            "table": thing.table.name,
            "address": address,
            "key": cells(thing.table.key_columns().iter().zip(thing.key.values())),
            "name": name,
        }),
    );
    data.insert("change".to_owned(), Json::from(verb));
    if let Some(own) = thing.own {
        match verb {
            "added" | "removed" => {
                data.insert(
                    "row".to_owned(),
                    own.row_after()
                        .or_else(|| own.row_before())
                        .map_or(Json::Null, |row| whole(own.table, row)),
                );
            }
            _ => {
                data.insert("columns".to_owned(), columns(own));
            }
        }
        if let ChangeKind::Replaced { before, .. } = &own.kind {
            data.insert("former_key".to_owned(), cells(own.table.key_columns().iter().zip(before.values())));
        }
    }
    if let Some(by) = author(thing) {
        let name = names.identity(by.id()).map(|(_, name)| name);
        data.insert("by".to_owned(), json!({ "id": by.id(), "name": name, "role": by.role() }));
    }
    data.insert("parts".to_owned(), thing.parts.iter().map(|part| part_json(part)).collect());
    data.insert("parts_total".to_owned(), Json::from(thing.parts.len()));
    EventDraft {
        name: format!("drift.{verb}"),
        subject: address,
        severity: cause::severity(thing, report.gains),
        title: sentence::title(thing, names),
        data,
    }
}

fn part_json(part: &Change) -> Json {
    let mut json = Map::new();
    json.insert("table".to_owned(), Json::from(part.table.name));
    json.insert("change".to_owned(), Json::from(part.verb()));
    if let Some(row) = part.row_after().or_else(|| part.row_before()) {
        json.insert("row".to_owned(), whole(part.table, row));
    }
    if part.row_before().is_some() && part.row_after().is_some() {
        json.insert("columns".to_owned(), columns(part));
    }
    Json::Object(json)
}

/// Returns a row without its nulls and without the document, which may hold anything.
fn whole(table: &Table, row: &Row) -> Json {
    let known = table.columns.iter().zip(row.values());
    cells(known.filter(|(column, value)| column.kind != Type::Document && !value.is_null()))
}

fn cells<'a>(cells: impl Iterator<Item = (&'a Column, Value<'a>)>) -> Json {
    cells.map(|(column, value)| (column.name.to_owned(), json!(value))).collect::<Map<_, _>>().into()
}

/// Returns the columns of a changed row that differ.
pub(crate) fn differing(change: &Change) -> Vec<Differing<'_>> {
    let (Some(before), Some(after)) = (change.row_before(), change.row_after()) else { return Vec::new() };
    let values = before.values().zip(after.values());
    change
        .table
        .columns
        .iter()
        .zip(values)
        .filter_map(|(column, (before, after))| (before != after).then_some((column, before, after)))
        .collect()
}

fn columns(change: &Change) -> Json {
    differing(change)
        .into_iter()
        .map(|(column, before, after)| match column.kind {
            Type::Document => json!({
                "name": column.name,
                "members": members(before, after),
                "note": "see `iamwatch show`",
            }),
            _ => json!({ "name": column.name, "before": before, "after": after }),
        })
        .collect()
}

/// Returns the names of the members of two documents that differ, without their values.
fn members(before: Value<'_>, after: Value<'_>) -> Vec<String> {
    let parsed = |value: Value<'_>| -> Map<String, Json> {
        value.as_text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let (before, after) = (parsed(before), parsed(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}
