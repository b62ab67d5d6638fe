//! A change: one row that differs between two snapshots.

use crate::{Column, Kind, Row, Table, Value, form, is_known_member};

/// What happened to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// The row was not there before.
    Added {
        /// The row as it is now.
        after: Row,
    },
    /// The row is there no more.
    Removed {
        /// The row that was.
        before: Row,
    },
    /// It has the same key and other values.
    Changed {
        /// The row that was.
        before: Row,
        /// The row as it is now.
        after: Row,
    },
    /// Another thing bears its name: the one that was is gone, a new one came in its place.
    Replaced {
        /// The row that was.
        before: Row,
        /// The row now, with another key.
        after: Row,
    },
}

/// How much a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Somebody changed the account.
    Drift,
    /// It moves by itself, or is the same value in another form.
    Activity,
    /// It was seen for the first time because its list was never read to the end before: nobody
    /// knows how long it has been there.
    Baseline,
    /// A row that was told before shows what could not be read when it came. Nobody changed the row, so that this is no
    /// drift; what it gives could not be told then, so that a gain that comes of it is news.
    Revealed,
}

/// One row added, removed, changed or replaced between two snapshots.
#[derive(Debug, Clone)]
pub struct Change {
    /// The table of the row.
    pub table: &'static Table,
    /// What became of the row.
    pub kind: ChangeKind,
    /// How much it means.
    pub weight: Weight,
}

impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        self.table.name == other.table.name && self.kind == other.kind && self.weight == other.weight
    }
}

impl Change {
    /// Weighs a change of which the list is known to be complete on both sides.
    #[must_use]
    pub fn new(table: &'static Table, kind: ChangeKind) -> Self {
        let mut change = Self { table, kind, weight: Weight::Drift };
        if table.kind == Kind::Activity || change.only_moves() || change.is_of_unknown_setting() {
            change.weight = Weight::Activity;
        }
        change
    }

    /// Returns the row that was, if there was one.
    #[must_use]
    pub const fn row_before(&self) -> Option<&Row> {
        match &self.kind {
            ChangeKind::Added { .. } => None,
            ChangeKind::Removed { before }
            | ChangeKind::Changed { before, .. }
            | ChangeKind::Replaced { before, .. } => Some(before),
        }
    }

    /// Returns the row now, if there is one.
    #[must_use]
    pub const fn row_after(&self) -> Option<&Row> {
        match &self.kind {
            ChangeKind::Removed { .. } => None,
            ChangeKind::Added { after }
            | ChangeKind::Changed { after, .. }
            | ChangeKind::Replaced { after, .. } => Some(after),
        }
    }

    /// Returns the columns whose values differ; none unless there is a row on both sides.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static Column> {
        self.differing().map(|(column, ..)| column).collect()
    }

    /// Returns whether all that differs moves by itself, or is the same value in another form.
    fn only_moves(&self) -> bool {
        let mut differing = self.differing().peekable();
        differing.peek().is_some()
            && differing
                .all(|(column, before, after)| column.moves || form::is_other_form(column, before, after))
    }

    /// Returns whether a setting that no interface describes yet came or went: all accounts have it from one day to the next,
    /// and nobody set it.
    fn is_of_unknown_setting(&self) -> bool {
        // Tables of settings are known by what the interface calls each.
        let is_named = |name: &str| self.table.columns.first().is_some_and(|column| column.name == name);
        // Tables of settings are known by what the interface calls each.
        let is_value = self.table.columns.get(1).is_some_and(|column| column.name == "value");
        let is_setting = is_named("identity_type") || (is_named("name") && is_value);
        let row = match &self.kind {
            ChangeKind::Added { after: row } | ChangeKind::Removed { before: row } => row,
            ChangeKind::Changed { .. } | ChangeKind::Replaced { .. } => return false,
        };
        is_setting && row.value(0).as_text().is_some_and(|name| !is_known_member(name))
    }

    /// Returns the columns whose values differ, with both values.
    fn differing(&self) -> impl Iterator<Item = (&'static Column, Value<'_>, Value<'_>)> {
        let both = self.row_before().zip(self.row_after());
        let values = both.into_iter().flat_map(|(before, after)| before.values().zip(after.values()));
        self.table
            .columns
            .iter()
            .zip(values)
            .filter_map(|(column, (before, after))| (before != after).then_some((column, before, after)))
    }

    /// Returns the word for what happened: `added`, `removed`, `changed` or `replaced`.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self.kind {
            ChangeKind::Added { .. } => "added",
            ChangeKind::Removed { .. } => "removed",
            ChangeKind::Changed { .. } => "changed",
            ChangeKind::Replaced { .. } => "replaced",
        }
    }
}
