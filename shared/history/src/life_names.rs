//! The names of whoever and whatever appears in the life of a thing, also of what is gone by now.

use std::collections::{BTreeMap, BTreeSet};

use model::{Cloud, Row, Rows, State, Table, references, tables};
use snapshot::{History, Manifest, RowFilter, RowStep, SnapshotError, Timeline};

use crate::{kept::states_without_documents, subject::IDS};

/// Columns beside references, parents and authors that hold the id of a principal or group.
const HOLDERS: [&str; 2] = ["subject_access_group_id", "subject_iam_id"];

/// Returns the tables whose rows have names that a life may need: those of principals, groups and what gives them access.
fn named_tables(cloud: Cloud) -> Vec<&'static Table> {
    let is_named = |table: &&'static Table| {
        let is_of_access = || access::tables(cloud).any(|each| each.name == table.name);
        table.label.is_some() && table.key == 1 && is_of_access()
    };
    tables::of_cloud(cloud).filter(is_named).collect()
}

/// Reads the rows of a snapshot that have names, without their documents.
pub(crate) async fn names_in(history: &History, manifest: &Manifest) -> Result<State, SnapshotError> {
    let named = named_tables(history.account().cloud());
    let states = states_without_documents(history, &[manifest], &named).await?;
    Ok(states.first().map(|state| State::clone(state)).unwrap_or_default())
}

/// Adds to the names of the last snapshot those of what some rows speak of and it does not have, as they were before they went.
pub(crate) async fn with_former_names(
    history: &History,
    timeline: &Timeline,
    mut names: State,
    steps: &[(&'static Table, Vec<RowStep>)],
) -> Result<State, SnapshotError> {
    let named = named_tables(history.account().cloud());
    let mut missing = mentioned(steps);
    for table in &named {
        for row in names.rows(table) {
            for position in id_columns(table) {
                if let Some(id) = row.value(position).as_text() {
                    missing.remove(id);
                }
            }
        }
    }
    if missing.is_empty() {
        return Ok(names);
    }
    let texts = std::sync::Arc::new(missing);
    let filters = named.iter().map(|table| {
        (*table, RowFilter::Naming { columns: id_columns(table).collect(), texts: texts.clone() })
    });
    for (table, steps) in history.follow(timeline, filters.collect()).await? {
        let mut rows: BTreeMap<Box<[u8]>, Row> = BTreeMap::new();
        let last = steps.iter().filter_map(|step| step.after.as_ref().or(step.before.as_ref()));
        let all = last.cloned().chain(names.take(table));
        rows.extend(all.map(|row| (row.prefix(table.key).into(), row)));
        names.put(table, Rows::new(table, rows.into_values().collect()));
    }
    Ok(names)
}

/// Returns the positions of the columns in which a table holds ids of its own rows.
fn id_columns(table: &'static Table) -> impl Iterator<Item = usize> {
    std::iter::once(0)
        .chain(IDS.iter().filter_map(|name| table.position(name)).filter(|position| *position > 0))
}

/// Returns the ids of other things that rows hold.
fn mentioned(steps: &[(&'static Table, Vec<RowStep>)]) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for (table, steps) in steps {
        let is_of_another = |column: &model::Column| {
            column.author.is_some()
                || HOLDERS.contains(&column.name)
                || table.parent.is_some_and(|parent| parent.column == column.name)
                || references(table).any(|reference| reference.column == column.name)
        };
        let columns: Vec<usize> = table
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| is_of_another(column))
            .map(|(position, _)| position)
            .collect();
        for row in steps.iter().flat_map(|step| step.before.iter().chain(&step.after)) {
            ids.extend(columns.iter().filter_map(|column| row.value(*column).as_text()).map(str::to_owned));
        }
    }
    ids.remove("");
    ids
}
