//! Which list a row comes from, and how far that list can be trusted.

use std::collections::BTreeMap;

use model::{Coverage, Reading, Row, State, Table, Value, tables};

/// The coverage of a state, by listing and parent.
#[derive(Debug)]
pub(crate) struct Lists(BTreeMap<(String, String), Coverage>);

/// What is known of the list that a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trust {
    /// Read to its end, now or in the snapshot that its rows were carried from.
    Known,
    /// Not read to its end now, but once before.
    Carried,
    /// Never read to its end.
    Never,
    /// There is no such list: its parent is not among those that were read.
    Absent,
}

impl Lists {
    pub(crate) fn of(state: &State) -> Self {
        let rows = state.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
        Self(rows.map(|list| ((list.listing.clone(), list.parent.clone()), list)).collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Coverage> {
        self.0.values()
    }

    pub(crate) fn get(&self, listing: &str, parent: &str) -> Option<&Coverage> {
        self.0.get(&(listing.to_owned(), parent.to_owned()))
    }

    /// Returns the worst of the lists of that name. A listing of which nothing is recorded was
    /// never read.
    pub(crate) fn whole(&self, listing: &str) -> Trust {
        let named = self.0.values().filter(|list| list.listing == listing);
        named.map(trust).max().unwrap_or(Trust::Never)
    }

    /// Returns what is known of the list that a row of a table comes from.
    pub(crate) fn of_row(&self, table: &Table, row: &Row) -> Trust {
        match (table.reading, table.parent.and_then(|parent| table.position(parent.column))) {
            (Reading::PerParent, Some(position)) => {
                let Value::Text(parent) = row.value(position) else { return Trust::Never };
                self.get(table.listing, parent).map_or(Trust::Absent, trust)
            }
            _ => self.whole(table.listing),
        }
    }
}

fn trust(list: &Coverage) -> Trust {
    match (list.is_complete(), list.carried_from) {
        (true, _) => Trust::Known,
        (false, Some(_)) => Trust::Carried,
        (false, None) => Trust::Never,
    }
}

/// Returns the listing that the parents of a table's rows come from.
pub(crate) fn parent_listing(table: &Table) -> Option<&'static str> {
    if table.reading == Reading::Whole {
        return None;
    }
    tables::named(table.parent?.table).map(|parent| parent.listing)
}
