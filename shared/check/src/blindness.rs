//! Which tables can be believed to be whole.
//!
//! In: the coverage of a state. Out: for a table, whether a row that is not there does not exist.

use std::collections::{BTreeMap, BTreeSet};

use model::{Coverage, Reading, State, Table, tables};

/// What the coverage of one state says about its tables.
#[derive(Debug)]
pub(crate) struct Sighted<'a> {
    state: &'a State,
    /// By listing: whether all its lists were read to their end.
    listings: BTreeMap<String, bool>,
}

impl<'a> Sighted<'a> {
    pub(crate) fn new(state: &'a State) -> Self {
        let mut listings = BTreeMap::new();
        for row in state.rows(&tables::COVERAGE) {
            let coverage = Coverage::from_row(row);
            let is_complete = coverage.is_complete();
            *listings.entry(coverage.listing).or_insert(true) &= is_complete;
        }
        Self { state, listings }
    }

    /// Names those of the tables that cannot be believed to be whole.
    pub(crate) fn blind(&self, tables: &[&'static Table]) -> BTreeSet<&'static str> {
        tables.iter().filter(|table| !self.is_whole(table)).map(|table| table.name).collect()
    }

    fn is_whole(&self, table: &Table) -> bool {
        let read = self.listings.get(table.listing).copied();
        let parent = table.parent.and_then(|parent| tables::named(parent.table));
        match (table.reading, parent) {
            // A table that lists its own parent's rows would ask itself for ever.
            (Reading::PerParent, Some(parent)) if parent.listing != table.listing => {
                self.is_whole(parent) && read.unwrap_or_else(|| self.had_nothing_to_read(parent))
            }
            _ => read.unwrap_or(false),
        }
    }

    /// Says whether no list was due: there is no parent, or not every parent has a list.
    fn had_nothing_to_read(&self, parent: &Table) -> bool {
        self.state.rows(parent).is_empty() || parent.key > 1
    }
}

#[cfg(test)]
mod tests {
    use model::{ListStatus, Rows, tables::ibm};

    use super::*;

    fn coverage(lists: &[(&str, &str, ListStatus)]) -> State {
        let rows = lists.iter().map(|(listing, parent, status)| {
            let list = Coverage {
                listing: (*listing).to_owned(),
                parent: (*parent).to_owned(),
                endpoint: String::new(),
                status: *status,
                reason: None,
                pages: 1,
                rows: 1,
                carried_from: None,
            };
            list.row()
        });
        let mut state = State::default();
        state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, rows.collect()));
        state
    }

    fn with_group(mut state: State) -> State {
        let row = ibm::ACCESS_GROUPS.draft().set("id", "g1").row();
        state.put(&ibm::ACCESS_GROUPS, Rows::new(&ibm::ACCESS_GROUPS, vec![row]));
        state
    }

    fn is_whole(state: &State, table: &'static Table) -> bool {
        Sighted::new(state).blind(&[table]).is_empty()
    }

    #[test]
    fn a_list_that_nobody_read_is_not_whole() {
        assert!(!is_whole(&State::default(), &ibm::USERS));
        assert!(!is_whole(
            &with_group(coverage(&[("ibm_access_groups", "", ListStatus::Complete)])),
            &ibm::MEMBERS
        ));
    }

    #[test]
    fn one_part_that_broke_off_makes_a_list_not_whole() {
        let complete = ("ibm_api_keys", "user", ListStatus::Complete);
        assert!(is_whole(&coverage(&[complete]), &ibm::API_KEYS));
        assert!(!is_whole(
            &coverage(&[complete, ("ibm_api_keys", "serviceid", ListStatus::Failed)]),
            &ibm::API_KEYS
        ));
    }

    #[test]
    fn children_are_whole_only_when_their_parents_are() {
        let members = ("ibm_access_group_members", "g1", ListStatus::Complete);
        let groups = |status| ("ibm_access_groups", "", status);
        assert!(is_whole(&with_group(coverage(&[groups(ListStatus::Complete), members])), &ibm::MEMBERS));
        assert!(!is_whole(&with_group(coverage(&[groups(ListStatus::Denied), members])), &ibm::MEMBERS));
        let refused = ("ibm_access_group_members", "g2", ListStatus::Denied);
        assert!(!is_whole(
            &with_group(coverage(&[groups(ListStatus::Complete), members, refused])),
            &ibm::MEMBERS
        ));
    }

    #[test]
    fn without_parents_there_is_nothing_to_read() {
        assert!(is_whole(&coverage(&[("ibm_access_groups", "", ListStatus::Complete)]), &ibm::MEMBERS));
    }
}
