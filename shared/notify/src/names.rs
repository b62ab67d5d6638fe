//! What people call a thing: labels found by id, in the state and in what changed.
//!
//! In: ids that rows hold. Out: names, or nothing where the id leads nowhere; then the id stands.

use std::collections::{BTreeMap, BTreeSet};

use model::{Author, Cloud, Row, State, Table, Value, Weight, tables::CloudTables};

use crate::RunReport;

/// Returns the columns of a table that hold the id of somebody: on one cloud `user_id` is an id, on another an address.
pub(crate) fn identity_columns(table: &Table) -> &'static [&'static str] {
    CloudTables::with(table).map_or(&[], |cloud| cloud.identity_columns)
}

/// Finds names by id.
#[derive(Debug)]
pub(crate) struct NameFinder<'a> {
    state: &'a State,
    /// By table and packed key: things that changed, also those that are gone.
    changed: BTreeMap<(&'static str, &'a [u8]), &'a Row>,
    /// By IAM id: what it is and how it is called.
    identities: BTreeMap<&'a str, (&'static Table, &'a str)>,
}

impl<'a> NameFinder<'a> {
    /// Gathers the names that the changes of a run ask for.
    pub(crate) fn new(report: &RunReport<'a>) -> Self {
        let mut changed = BTreeMap::new();
        let mut wanted = BTreeSet::new();
        for change in report.changes {
            // The row now is the better name of a thing that has two.
            for row in [change.row_before(), change.row_after()].into_iter().flatten() {
                changed.insert((change.table.name, row.prefix(change.table.key)), row);
                if change.weight == Weight::Drift {
                    let columns = identity_columns(change.table).iter();
                    wanted.extend(columns.filter_map(|column| text(change.table, row, column)));
                }
                if change.weight != Weight::Baseline {
                    let authors = [Author::Creator, Author::Editor].into_iter();
                    wanted.extend(authors.filter_map(|author| change.table.author(row, author)));
                }
            }
        }
        let mut names = Self { state: report.state, changed, identities: BTreeMap::new() };
        names.identify(report.account.cloud(), &wanted);
        names
    }

    fn identify(&mut self, cloud: Cloud, wanted: &BTreeSet<&str>) {
        if wanted.is_empty() {
            return;
        }
        for (table, column) in CloudTables::of(cloud).identities {
            let gone = self.changed.iter().filter(|((name, _), _)| *name == table.name).map(|(_, row)| *row);
            let there = wanted.iter().filter_map(|id| row_of_id(self.state, table, id));
            for row in gone.chain(there) {
                let id = text(table, row, column).filter(|id| wanted.contains(id));
                if let (Some(id), Some(name)) = (id, label(table, row)) {
                    self.identities.insert(id, (table, name));
                }
            }
        }
    }

    /// Returns the row with that key, now or before it went.
    pub(crate) fn row(&self, table: &Table, key: &[u8]) -> Option<&'a Row> {
        self.changed.get(&(table.name, key)).copied().or_else(|| self.state.rows(table).get(table, key))
    }

    /// Returns the name of the thing with that one-column key.
    pub(crate) fn of(&self, table: &Table, id: &str) -> Option<&'a str> {
        let key = Row::pack([Value::Text(id)]);
        label(table, self.row(table, key.as_bytes())?)
    }

    /// Returns what an IAM id stands for.
    pub(crate) fn identity(&self, iam_id: &str) -> Option<(&'static Table, &'a str)> {
        self.identities.get(iam_id).copied()
    }
}

/// Returns the row of a thing by its one-column key, or by the id that policies call it by: a service ID or trusted profile bears
/// its own with `iam-` in front.
pub(crate) fn row_of_id<'a>(state: &'a State, table: &Table, id: &str) -> Option<&'a Row> {
    let get = |id: &str| state.rows(table).get(table, Row::pack([Value::Text(id)]).as_bytes());
    let by_iam_id = || get(id.strip_prefix("iam-")?).filter(|row| text(table, row, "iam_id") == Some(id));
    get(id).or_else(by_iam_id)
}

/// Returns the text in a column, if the table has it and it holds some.
pub(crate) fn text<'a>(table: &Table, row: &'a Row, column: &str) -> Option<&'a str> {
    row.value(table.position(column)?).as_text().filter(|text| !text.is_empty())
}

/// Returns the name that people know a thing by.
pub(crate) fn label<'a>(table: &Table, row: &'a Row) -> Option<&'a str> {
    text(table, row, table.label?)
}
