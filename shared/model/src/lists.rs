//! The lists of one snapshot by name and parent, and which of them a row comes from.

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

use crate::{Coverage, Reading, Row, State, Table, tables};

/// How far a list can be trusted, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// It was read to its end.
    Whole,
    /// It was not read to its end, but once before: rows last known stand in.
    Carried,
    /// It was never read to its end.
    Never,
}

impl Trust {
    /// Returns how far a list can be trusted by its row of the coverage.
    #[must_use]
    pub const fn of(list: &Coverage) -> Self {
        match (list.is_complete(), list.carried_from) {
            (true, _) => Self::Whole,
            (false, Some(_)) => Self::Carried,
            (false, None) => Self::Never,
        }
    }
}

/// The coverage of one snapshot, by listing and parent; all that ask for that of the same state share it.
#[derive(Debug, Clone, Default)]
pub struct Lists(Arc<BTreeMap<String, BTreeMap<String, Coverage>>>);

impl Lists {
    /// Reads the coverage of a state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        state.lists().clone()
    }

    /// Returns every list, by name and parent.
    pub fn iter(&self) -> impl Iterator<Item = &Coverage> {
        self.0.values().flat_map(BTreeMap::values)
    }

    /// Returns the list of that name that was read for a parent.
    #[must_use]
    pub fn get(&self, listing: &str, parent: &str) -> Option<&Coverage> {
        self.0.get(listing)?.get(parent)
    }

    /// Returns whether a listing was read at all.
    #[must_use]
    pub fn has(&self, listing: &str) -> bool {
        self.0.contains_key(listing)
    }

    /// Returns the lists of that name.
    pub fn lists_of(&self, listing: &str) -> impl Iterator<Item = &Coverage> {
        self.0.get(listing).into_iter().flat_map(BTreeMap::values)
    }

    /// Returns whether a listing was read to its end and showed nothing.
    #[must_use]
    pub fn shows_none(&self, listing: &str) -> bool {
        self.has(listing) && self.lists_of(listing).all(|list| list.is_complete() && list.rows == 0)
    }

    /// Returns the worst of the lists of that name. A listing of which nothing is recorded was never read.
    #[must_use]
    pub fn whole(&self, listing: &str) -> Trust {
        self.lists_of(listing).map(Trust::of).max().unwrap_or(Trust::Never)
    }

    /// Returns the last snapshot in which every list of that name was read to its end, at most `number`; none where one
    /// never was.
    #[must_use]
    pub fn last_whole(&self, listing: &str, number: i64) -> Option<i64> {
        let each = |list: &Coverage| if list.is_complete() { Some(number) } else { list.carried_from };
        self.lists_of(listing).map(each).min().flatten()
    }

    /// Returns how far the list can be trusted that is read for a parent or is a part of a listing: its own, or while not
    /// all parents are known, what is recorded of the rest. None where there is no such list.
    #[must_use]
    pub fn part(&self, listing: &str, part: &str) -> Option<Trust> {
        self.get(listing, part).or_else(|| self.get(listing, Coverage::REST)).map(Trust::of)
    }

    /// Returns how far the list can be trusted that a row of a table comes from; none where there is no such list,
    /// because what it is read for is not there. `state` is the one that the lists are of.
    #[must_use]
    pub fn of_row(&self, table: &'static Table, row: &Row, state: &State) -> Option<Trust> {
        let owner = table.parent.and_then(|parent| Some((tables::find(parent.table)?, parent.column)));
        match (table.reading, owner) {
            (Reading::PerParent, Some((_, column))) => match table.text(row, column) {
                Some(parent) => self.get(table.listing, parent).map(Trust::of),
                None => Some(Trust::Never),
            },
            (Reading::InParts { column, otherwise, also, .. }, _) => {
                let also = also.map(|also| self.get(table.listing, also).map_or(Trust::Whole, Trust::of));
                Some(
                    self.of_part(table.listing, table.text(row, column), otherwise)
                        .max(also.unwrap_or(Trust::Whole)),
                )
            }
            // The rows of a thing's nested lists come with the thing.
            (Reading::Whole, Some((owner, column))) if owner.listing == table.listing => {
                let key =
                    Row::pack([table.position(column).map_or(crate::Value::Null, |place| row.value(place))]);
                let owner_row =
                    (owner.key == 1).then(|| state.rows(owner).get(owner, key.as_bytes())).flatten();
                owner_row.map_or(Some(self.whole(table.listing)), |row| self.of_row(owner, row, state))
            }
            _ => Some(self.whole(table.listing)),
        }
    }

    /// Returns how far the lists can be trusted that would show a row of a former snapshot if it were still there: that which it
    /// comes from, and where rows move between parts each of them.
    #[must_use]
    pub fn of_missing_row(&self, table: &'static Table, row: &Row, state: &State) -> Option<Trust> {
        match table.reading {
            Reading::InParts { moves: true, .. } => Some(self.whole(table.listing)),
            _ => self.of_row(table, row, state),
        }
    }

    /// Returns the trust in the part that a row names; else in the rest while not all parts are known, else in the part
    /// that holds what belongs to no other.
    fn of_part(&self, listing: &str, named: Option<&str>, otherwise: &str) -> Trust {
        let parts = self.0.get(listing);
        let own = named.zip(parts).and_then(|(named, parts)| {
            let below = format!("{named}/");
            let range = (Bound::Included(below.as_str()), Bound::Unbounded);
            let nested = parts.range::<str, _>(range).take_while(|(part, _)| part.starts_with(&below));
            parts.get(named).into_iter().chain(nested.map(|(_, list)| list)).map(Trust::of).max()
        });
        let rest = named.and_then(|_| self.get(listing, Coverage::REST)).map(Trust::of);
        let otherwise = || self.get(listing, otherwise).map_or_else(|| self.whole(listing), Trust::of);
        own.or(rest).unwrap_or_else(otherwise)
    }
}

impl FromIterator<Coverage> for Lists {
    fn from_iter<T: IntoIterator<Item = Coverage>>(lists: T) -> Self {
        let mut by_listing: BTreeMap<String, BTreeMap<String, Coverage>> = BTreeMap::new();
        for list in lists {
            by_listing.entry(list.listing.clone()).or_default().insert(list.parent.clone(), list);
        }
        Self(Arc::new(by_listing))
    }
}
