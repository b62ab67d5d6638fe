//! What takes the place of rows that were shown, gathered row by row and made at once.

use std::collections::{BTreeMap, BTreeSet};

use model::{Row, Rows, State, Table};

use crate::unsaid::rows_below;

/// What takes the place of rows that were shown. Each change of a table sorts it anew, so that all are made at once.
#[derive(Default)]
pub(crate) struct Edits {
    /// Rows by table and key.
    rows: BTreeMap<&'static str, NewRows>,
    /// Things whose nested rows are those of the last snapshot, by nested table.
    children: BTreeMap<&'static str, Owners>,
}

/// Rows of a table by key.
struct NewRows {
    table: &'static Table,
    by_key: BTreeMap<Box<[u8]>, Row>,
}

/// Things by key, of which all rows of a nested table are meant.
struct Owners {
    child: &'static Table,
    /// How many columns are the key of the thing.
    columns: usize,
    keys: BTreeSet<Box<[u8]>>,
}

impl Edits {
    /// Puts a row in the place of the one with its key, if there is one.
    pub(crate) fn put(&mut self, table: &'static Table, row: Row) {
        let rows = self.rows.entry(table.name).or_insert_with(|| NewRows { table, by_key: BTreeMap::new() });
        rows.by_key.insert(row.prefix(table.key).into(), row);
    }

    /// Returns the row of a table with a key: the one that is to be, else the one that was shown.
    pub(crate) fn row<'a>(&'a self, state: &'a State, table: &Table, key: &[u8]) -> Option<&'a Row> {
        let new = self.rows.get(table.name).and_then(|rows| rows.by_key.get(key));
        new.or_else(|| state.rows(table).get(table, key))
    }

    /// Puts the former rows of one thing in a nested table, and in those below it, in the place of what was shown of them.
    pub(crate) fn keep_children(&mut self, child: &'static Table, key: &[u8], columns: usize) {
        let owners = self.children.entry(child.name);
        let owners = owners.or_insert_with(|| Owners { child, columns, keys: BTreeSet::new() });
        owners.keys.insert(key.into());
    }

    /// Returns whether a list inside of a thing shows something else than before, and what it shows is to be. All that came with the only
    /// thing of an answer is inside of it.
    pub(crate) fn is_edited_inside(
        &self,
        (before, state): (&State, &State),
        table: &Table,
        key: &[u8],
        declared: &[&'static Table],
    ) -> bool {
        let is_alone = [before, state].iter().all(|state| state.rows(table).len() == 1);
        let others = declared.iter().filter(|each| each.listing == table.listing && each.name != table.name);
        others.copied().any(|child| {
            let key = match child.is_inside(table) {
                true => key,
                false if is_alone => &[],
                false => return false,
            };
            let rows = |state| rows_below(state, child, key).filter(|row| !self.is_kept(child, row));
            !rows(before).eq(rows(state))
        })
    }

    /// Returns whether a row is one of those of the last snapshot, or is replaced by them.
    fn is_kept(&self, table: &Table, row: &Row) -> bool {
        let names = |table: &Table| table.key_columns().iter().map(|column| column.name).collect::<Vec<_>>();
        self.children.values().any(|kept| {
            names(table).starts_with(&names(kept.child)) && kept.keys.contains(row.prefix(kept.columns))
        })
    }

    pub(crate) fn apply(self, before: &State, state: &mut State, declared: &[&'static Table]) {
        for NewRows { table, by_key: rows } in self.rows.into_values() {
            let shown = state.take(table).into_iter().filter(|row| !rows.contains_key(row.prefix(table.key)));
            let shown: Vec<Row> = shown.collect();
            state.put(table, Rows::new(table, shown.into_iter().chain(rows.into_values()).collect()));
        }
        let names = |table: &'static Table| table.key_columns().iter().map(|column| column.name);
        for Owners { child, columns, keys } in self.children.into_values() {
            let is_below = |table: &&&'static Table| {
                table.listing == child.listing && names(child).eq(names(table).take(child.key))
            };
            let is_of = |row: &Row| keys.contains(row.prefix(columns));
            for table in declared.iter().filter(is_below) {
                let shown: Vec<Row> = state.take(table).into_iter().filter(|row| !is_of(row)).collect();
                let known: Vec<Row> = before.rows(table).iter().filter(|row| is_of(row)).cloned().collect();
                known.iter().for_each(|row| state.mark_carried(table, row));
                state.put(table, Rows::new(table, shown.into_iter().chain(known).collect()));
            }
        }
    }
}
