//! The rows of an account at one time: sorted, unique by key.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use sha2::{Digest, Sha256};

use crate::{Coverage, Lists, Row, Table, Value, tables};

/// The rows of one table, sorted by key, one row a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows(Vec<Row>);

impl Rows {
    /// Sorts rows and keeps one for each key: the greatest, so that the order in which pages
    /// arrived makes no difference.
    #[must_use]
    pub fn new(table: &Table, mut rows: Vec<Row>) -> Self {
        rows.sort_unstable();
        rows.reverse();
        rows.dedup_by(|later, kept| later.prefix(table.key) == kept.prefix(table.key));
        rows.reverse();
        Self(rows)
    }

    /// Returns the rows with some columns alone: the others are null. The columns of the key must be kept, by which rows are sorted.
    #[must_use]
    pub fn with_columns(self, kept: &[bool]) -> Self {
        let pack = |row: Row| {
            let cells = row.values().zip(kept);
            Row::pack(cells.map(|(value, is_kept)| if *is_kept { value } else { Value::Null }))
        };
        Self(self.0.into_iter().map(pack).collect())
    }

    /// Returns the same rows, with one copy in memory of those that other rows are equal to.
    #[must_use]
    pub fn sharing(self, others: &Self) -> Self {
        let mut others = others.0.iter().peekable();
        let share = |row: Row| {
            while others.next_if(|other| **other < row).is_some() {}
            others.next_if(|other| **other == row).map_or(row, Row::clone)
        };
        Self(self.0.into_iter().map(share).collect())
    }

    /// Returns the row with a packed key.
    #[must_use]
    pub fn get(&self, table: &Table, key: &[u8]) -> Option<&Row> {
        let position = self.0.binary_search_by(|row| row.prefix(table.key).cmp(key)).ok()?;
        self.0.get(position)
    }

    /// Returns the rows whose first columns are packed as `key`, found without a look at the others.
    pub fn find_below<'a>(&'a self, key: &'a [u8]) -> impl Iterator<Item = &'a Row> {
        let first = self.0.partition_point(|row| row.as_bytes() < key);
        self.0.iter().skip(first).take_while(move |row| row.as_bytes().starts_with(key))
    }

    /// Returns the rows in key order.
    pub fn iter(&self) -> std::slice::Iter<'_, Row> {
        self.0.iter()
    }

    /// Returns how many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the logical hash: SHA-256 in hexadecimal over the packed rows in order, the same
    /// however the rows are stored.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        for row in &self.0 {
            hasher.update(row.as_bytes());
        }
        hex::encode(hasher.finalize())
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = &'a Row;
    type IntoIter = std::slice::Iter<'a, Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Rows {
    type Item = Row;
    type IntoIter = std::vec::IntoIter<Row>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A cell that the cloud showed in a form that nothing can be made of: its row holds null there, which is no value.
///
/// The collector marks the list that the row comes from as not complete. Where a nested list of a thing could not be
/// read as a whole (one element among positional ones is broken), `key` is the key of the thing's row and `column` is the
/// name of the child table: the former child rows of the thing stand in for all that was shown of them. A list of its
/// own for one parent, such as the addresses of a network zone, needs no such note: where its rows are keyed by their
/// position, the list that is not complete is carried whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadCell {
    /// Name of the table.
    pub table: &'static str,
    /// Packed key of the row, as [`Row::prefix`] returns it.
    pub key: Box<[u8]>,
    /// Name of the column, or of the child table whose rows of this thing are not whole.
    pub column: &'static str,
    /// Whether the cloud showed nothing in a form that proves nothing, as null where a list belongs. The same in a
    /// second run is believed; what could not be read at all never is.
    pub is_doubtful: bool,
}

/// The tables of one account at one time, by name. A table without rows may be missing.
#[derive(Debug, Clone, Default)]
pub struct State {
    tables: BTreeMap<&'static str, Rows>,
    unread: Vec<UnreadCell>,
    marks: Marks,
    /// Its coverage by listing and parent, read when somebody first asks: a large account has a hundred thousand lists.
    lists: OnceLock<Lists>,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        (&self.tables, &self.unread, &self.marks) == (&other.tables, &other.unread, &other.marks)
    }
}

impl Eq for State {}

/// What a run knows of rows beyond what they hold. It is of this run alone and is not stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Marks {
    /// By table, the packed keys of the rows that were not seen and stand in from an earlier snapshot.
    carried: BTreeMap<&'static str, BTreeSet<Box<[u8]>>>,
    /// By table, the packed keys of the rows of which nobody knows how long they have been there.
    baseline: BTreeMap<&'static str, BTreeSet<Box<[u8]>>>,
    /// Lists read to their end for the first time, by listing and parent.
    first_complete: BTreeSet<(String, String)>,
}

fn has(keys: &BTreeMap<&'static str, BTreeSet<Box<[u8]>>>, table: &Table, row: &Row) -> bool {
    keys.get(table.name).is_some_and(|keys| keys.contains(row.prefix(table.key)))
}

impl State {
    /// Returns the rows of a table; none if it is not there.
    #[must_use]
    pub fn rows(&self, table: &Table) -> &Rows {
        static NONE: Rows = Rows(Vec::new());
        self.tables.get(table.name).unwrap_or(&NONE)
    }

    /// Returns the coverage by listing and parent.
    pub(crate) fn lists(&self) -> &Lists {
        self.lists.get_or_init(|| self.rows(&tables::COVERAGE).iter().map(Coverage::from_row).collect())
    }

    fn forget_lists_of(&mut self, table: &Table) {
        if table.name == tables::COVERAGE.name {
            self.lists.take();
        }
    }

    /// Puts rows in the place of a table's.
    pub fn put(&mut self, table: &'static Table, rows: Rows) {
        self.forget_lists_of(table);
        if rows.is_empty() {
            self.tables.remove(table.name);
        } else {
            self.tables.insert(table.name, rows);
        }
    }

    /// Takes a table's rows out.
    pub fn take(&mut self, table: &Table) -> Rows {
        self.forget_lists_of(table);
        self.tables.remove(table.name).unwrap_or_default()
    }

    /// Returns the names of the tables that have rows, with the rows.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Rows)> {
        self.tables.iter().map(|(name, rows)| (*name, rows))
    }

    /// Notes cells that could not be read. A collector does so; carrying a former state forward fills and forgets them.
    pub fn note_unread(&mut self, cells: impl IntoIterator<Item = UnreadCell>) {
        self.unread.extend(cells);
    }

    /// Marks a row as carried: it was not seen in this run and stands in from an earlier snapshot.
    pub fn mark_carried(&mut self, table: &'static Table, row: &Row) {
        self.marks.carried.entry(table.name).or_default().insert(row.prefix(table.key).into());
    }

    /// Returns whether a row is carried; one that is not is fresh.
    #[must_use]
    pub fn is_carried(&self, table: &Table, row: &Row) -> bool {
        has(&self.marks.carried, table, row)
    }

    /// Returns whether any row of a table is carried.
    #[must_use]
    pub fn has_carried(&self, table: &Table) -> bool {
        self.marks.carried.contains_key(table.name)
    }

    /// Marks a row as one of which nobody knows how long it has been there.
    pub fn mark_baseline(&mut self, table: &'static Table, row: &Row) {
        self.marks.baseline.entry(table.name).or_default().insert(row.prefix(table.key).into());
    }

    /// Returns whether nobody knows how long a row has been there.
    #[must_use]
    pub fn is_baseline(&self, table: &Table, row: &Row) -> bool {
        has(&self.marks.baseline, table, row)
    }

    /// Returns whether any row of a table is one of which nobody knows how long it has been there.
    #[must_use]
    pub fn has_baseline(&self, table: &Table) -> bool {
        self.marks.baseline.contains_key(table.name)
    }

    /// Notes the lists that were read to their end for the first time, by listing and parent.
    pub fn note_first_complete(&mut self, lists: BTreeSet<(String, String)>) {
        self.marks.first_complete = lists;
    }

    /// Returns the lists that were read to their end for the first time, by listing and parent.
    #[must_use]
    pub fn first_complete(&self) -> &BTreeSet<(String, String)> {
        &self.marks.first_complete
    }

    /// Returns whether there are cells that could not be read.
    #[must_use]
    pub fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Takes out the cells that could not be read.
    pub fn take_unread(&mut self) -> Vec<UnreadCell> {
        std::mem::take(&mut self.unread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::ibm;

    #[test]
    fn only_rows_that_are_equal_share_their_memory() {
        let user = |id: &str, state: &str| ibm::USERS.draft().set("iam_id", id).set("state", state).row();
        let rows = |rows: &[(&str, &str)]| {
            Rows::new(&ibm::USERS, rows.iter().map(|(id, state)| user(id, state)).collect())
        };
        let now = rows(&[("a", "ACTIVE"), ("c", "ACTIVE"), ("d", "PENDING"), ("e", "ACTIVE")]);
        let before =
            rows(&[("a", "ACTIVE"), ("b", "ACTIVE"), ("d", "ACTIVE"), ("e", "ACTIVE"), ("f", "ACTIVE")]);
        let shared = before.clone().sharing(&now);
        assert_eq!(shared, before);
        let is_shared = |row: &Row| now.iter().any(|other| std::ptr::eq(row.as_bytes(), other.as_bytes()));
        assert_eq!(shared.iter().map(is_shared).collect::<Vec<_>>(), [true, false, false, true, false]);
    }

    #[test]
    fn the_lists_of_a_state_are_those_of_the_coverage_that_it_holds_now() {
        let coverage = |listing: &str| {
            let list =
                tables::COVERAGE.draft().set("listing", listing).set("parent", "").set("status", "complete");
            Rows::new(&tables::COVERAGE, vec![list.row()])
        };
        let has = |state: &State| ["users", "groups"].map(|listing| Lists::of(state).has(listing));
        let mut state = State::default();
        assert_eq!(has(&state), [false, false]);
        state.put(&tables::COVERAGE, coverage("users"));
        assert_eq!(has(&state), [true, false]);
        let former = state.clone();
        state.put(&tables::COVERAGE, coverage("groups"));
        assert_eq!((has(&state), has(&former)), ([false, true], [true, false]));
        state.put(&ibm::USERS, Rows::default());
        assert_eq!(has(&state), [false, true]);
        assert_eq!((state.take(&tables::COVERAGE).len(), has(&state)), (1, [false, false]));
    }
}
