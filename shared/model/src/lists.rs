//! The lists of one snapshot by name and parent, and which of them a row comes from.

use std::{collections::BTreeMap, sync::Arc};

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
pub struct Lists(Arc<BTreeMap<String, ListsOfName>>);

/// The lists of one name, by parent. They lie side by side, for an account has a hundred thousand of them.
#[derive(Debug, Clone, Default)]
struct ListsOfName(Vec<Coverage>);

impl ListsOfName {
    fn get(&self, parent: &str) -> Option<&Coverage> {
        let place = self.0.binary_search_by(|list| list.parent.as_str().cmp(parent)).ok()?;
        self.0.get(place)
    }

    /// Returns the lists of the parents whose names begin with a text.
    fn beginning_with(&self, text: &str) -> impl Iterator<Item = &Coverage> {
        let first = self.0.partition_point(|list| list.parent.as_str() < text);
        self.0.iter().skip(first).take_while(move |list| list.parent.starts_with(text))
    }
}

impl FromIterator<Coverage> for ListsOfName {
    /// Of two lists of one parent the later counts.
    fn from_iter<T: IntoIterator<Item = Coverage>>(lists: T) -> Self {
        let mut lists: Vec<Coverage> = lists.into_iter().collect();
        lists.sort_by(|one, other| one.parent.cmp(&other.parent));
        lists.dedup_by(|later, kept| {
            let is_same = later.parent == kept.parent;
            if is_same {
                std::mem::swap(later, kept);
            }
            is_same
        });
        lists.shrink_to_fit();
        Self(lists)
    }
}

impl Lists {
    /// Reads the coverage of a state.
    #[must_use]
    pub fn of(state: &State) -> Self {
        state.lists().clone()
    }

    /// Returns every list, by name and parent.
    pub fn iter(&self) -> impl Iterator<Item = &Coverage> {
        self.0.values().flat_map(|parts| &parts.0)
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
        self.0.get(listing).into_iter().flat_map(|parts| &parts.0)
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

    /// Returns whether a row of a table may come from a list of its listing: from the part that it names, from the one that holds the rows
    /// of no other part, or from any where it names none.
    #[must_use]
    pub fn may_show(&self, list: &Coverage, table: &'static Table, row: &Row) -> bool {
        let (column, otherwise, also) = match (table.reading, table.parent) {
            (Reading::PerParent, Some(parent)) => (Some(parent.column), None, None),
            (Reading::InParts { column, otherwise, also, .. }, _) => (Some(column), Some(otherwise), also),
            _ => (None, None, None),
        };
        let Some(named) = column.and_then(|column| table.text(row, column)) else { return true };
        let of_rest = [otherwise, also, otherwise.and(Some(""))].into_iter().flatten();
        let is_part = |parent: &str| parent == named || parent.split('/').next() == Some(named);
        let has_part = || self.lists_of(table.listing).any(|list| is_part(&list.parent));
        is_part(&list.parent)
            || also == Some(list.parent.as_str())
            || (of_rest.into_iter().any(|parent| parent == list.parent) && !has_part())
    }

    /// Returns the trust in the part that a row names; else in the rest while not all parts are known, else in the part
    /// that holds what belongs to no other.
    fn of_part(&self, listing: &str, named: Option<&str>, otherwise: &str) -> Trust {
        let parts = self.0.get(listing);
        let own = named.zip(parts).and_then(|(named, parts)| {
            let below = format!("{named}/");
            let nested = parts.beginning_with(&below);
            parts.get(named).into_iter().chain(nested).map(Trust::of).max()
        });
        let rest = named.and_then(|_| self.get(listing, Coverage::REST)).map(Trust::of);
        let otherwise = || self.get(listing, otherwise).map_or_else(|| self.whole(listing), Trust::of);
        own.or(rest).unwrap_or_else(otherwise)
    }
}

impl FromIterator<Coverage> for Lists {
    fn from_iter<T: IntoIterator<Item = Coverage>>(lists: T) -> Self {
        let mut by_listing: BTreeMap<String, Vec<Coverage>> = BTreeMap::new();
        for list in lists {
            match by_listing.get_mut(&list.listing) {
                Some(parts) => parts.push(list),
                None => drop(by_listing.insert(list.listing.clone(), vec![list])),
            }
        }
        Self(Arc::new(
            by_listing.into_iter().map(|(name, lists)| (name, lists.into_iter().collect())).collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ListStatus;

    fn list(listing: &str, parent: &str, status: ListStatus) -> Coverage {
        Coverage {
            listing: listing.to_owned(),
            parent: parent.to_owned(),
            endpoint: String::new(),
            status,
            reason: None,
            pages: 1,
            rows: 0,
            carried_from: None,
        }
    }

    #[test]
    fn a_list_is_found_by_its_parent_in_whatever_order_they_came() {
        use ListStatus::{Complete, Failed};
        let lists: Lists = [
            list("members", "g2", Complete),
            list("groups", "", Complete),
            list("members", "g10", Failed),
            list("members", "g1", Failed),
            list("members", "g1", Complete),
        ]
        .into_iter()
        .collect();
        let parents: Vec<&str> = lists.lists_of("members").map(|list| list.parent.as_str()).collect();
        assert_eq!(parents, ["g1", "g10", "g2"]);
        assert_eq!(lists.part("members", "g1"), Some(Trust::Whole), "of two of one parent the later counts");
        assert_eq!(lists.part("members", "g10"), Some(Trust::Never));
        assert_eq!((lists.part("members", "g3"), lists.get("keys", "g1")), (None, None));
        assert_eq!(lists.iter().count(), 4);
    }

    #[test]
    fn a_part_is_as_good_as_the_worst_of_what_lies_below_it() {
        use ListStatus::{Complete, Failed};
        let lists: Lists = [
            list("instances", "eu", Complete),
            list("instances", "eu-de", Failed),
            list("instances", "eu/fr", Failed),
            list("instances", "us", Complete),
            list("instances", "us/east", Complete),
        ]
        .into_iter()
        .collect();
        let part = |named| lists.of_part("instances", Some(named), "");
        assert_eq!([part("eu"), part("us")], [Trust::Never, Trust::Whole]);
        assert_eq!(part("us-south"), Trust::Never, "of a part that nobody knows, all of them speak");
    }
}
