//! What carried rows say of things that are gone.

use std::collections::BTreeSet;

use model::{Coverage, Reading, Row, State, Table, references, tables};

use crate::carry::Missing;

/// How often what is gone may take something else with it.
const MOST_STEPS: usize = 8;

/// Things that a former state held and that no list of now can hide, by table and column of their id.
#[derive(Debug, Default)]
pub(crate) struct Gone(Vec<(&'static str, &'static str, BTreeSet<String>)>);

impl Gone {
    fn has(&self, table: &str, column: &str, id: &str) -> bool {
        self.0.iter().any(|(of, by, ids)| *of == table && *by == column && ids.contains(id))
    }

    /// Returns whether a list was read for something that is gone.
    pub(crate) fn contains(&self, list: &Coverage) -> bool {
        let of_listing = tables::all().filter(|table| table.listing == list.listing);
        of_listing.filter(|table| table.reading == Reading::PerParent).any(|table| {
            let owner = table.parent.and_then(|parent| tables::find(parent.table));
            owner.is_some_and(|owner| {
                id_column(owner).is_some_and(|id| self.has(owner.name, id, &list.parent))
            })
        })
    }
}

/// Returns the column of the id in a table whose key is one column.
fn id_column(table: &'static Table) -> Option<&'static str> {
    (table.key == 1).then(|| table.key_columns().first().map(|column| column.name)).flatten()
}

/// Drops the rows that would be carried and belong to something that is gone, and returns what is gone.
pub(crate) fn drop_gone(
    before: &State,
    seen: &State,
    missing: &mut Missing,
    declared: &[&'static Table],
) -> Gone {
    let mut gone = Gone::default();
    for _ in 0..MOST_STEPS {
        gone = vanished(before, seen, missing, declared);
        let mut is_settled = true;
        for table in declared {
            let Some(rows) = missing.get_mut(table.name) else { continue };
            let count = rows.len();
            rows.retain(|row| !is_of_gone(table, row, &gone, before));
            is_settled &= rows.len() == count;
        }
        if is_settled {
            break;
        }
    }
    gone
}

fn vanished(before: &State, seen: &State, missing: &Missing, declared: &[&'static Table]) -> Gone {
    let mut wanted: BTreeSet<(&'static str, &'static str)> = BTreeSet::new();
    for table in declared {
        wanted.extend(references(table).flat_map(|reference| reference.to.iter().copied()));
        let owner = table.parent.and_then(|parent| tables::find(parent.table));
        wanted.extend(owner.and_then(|owner| Some((owner.name, id_column(owner)?))));
    }
    let of = |(name, column): (&'static str, &'static str)| {
        let table = tables::find(name)?;
        let place = table.position(column)?;
        let carried = missing.get(name).into_iter().flatten();
        let left: BTreeSet<&str> =
            seen.rows(table).iter().chain(carried).filter_map(|row| row.value(place).as_text()).collect();
        let former = before.rows(table).iter().filter_map(|row| row.value(place).as_text());
        Some((name, column, former.filter(|id| !left.contains(id)).map(str::to_owned).collect()))
    };
    Gone(wanted.into_iter().filter_map(of).collect())
}

fn is_of_gone(table: &'static Table, row: &Row, gone: &Gone, before: &State) -> bool {
    let owner = table.parent.and_then(|parent| Some((tables::find(parent.table)?, parent.column)));
    let lost_its_owner = owner.is_some_and(|(owner, column)| {
        let id = table.text(row, column);
        id_column(owner).zip(id).is_some_and(|(by, id)| gone.has(owner.name, by, id))
    });
    lost_its_owner
        || references(table).any(|reference| {
            let Some(id) = reference.id(table, row) else { return false };
            reference.to.iter().any(|(of, by)| gone.has(of, by, id))
                && !reference.to.iter().any(|(of, by)| is_left(of, by, id, gone, before))
        })
}

/// Returns whether a table that held an id holds it still.
fn is_left(table: &str, column: &str, id: &str, gone: &Gone, before: &State) -> bool {
    let Some(table) = tables::find(table) else { return false };
    let held = before.rows(table).iter().any(|row| table.text(row, column) == Some(id));
    held && !gone.has(table.name, column, id)
}
