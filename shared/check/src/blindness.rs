//! Which tables can be believed to be whole, and of which subjects something is hidden.
//!
//! In: a state with its coverage. Out: the [`Sight`] of a rule. A table that is read parent by parent may lack the list
//! of one parent: that concerns the subjects that can be tied to this parent and nobody else. So it is with a table that is read in
//! parts: what is missing in one concerns the rows that come from it, as long as a rule is about these rows.

use std::collections::{BTreeMap, BTreeSet};

use model::{AccountId, Coverage, ListStatus, Lists, Reading, Row, State, Table, Trust, tables};

use crate::{RuleSubject, run::address, sight::Hidden, sight::Sight};

/// How much of a table was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    /// A row that is not there does not exist.
    Whole,
    /// Nobody knows what is missing.
    Partly,
    /// Whole but for the lists of these parents.
    ButFor(BTreeSet<String>),
    /// Read in parts, or for things that are, and not all parts were read to their end.
    InParts,
}

/// What the coverage of one state says about its tables.
#[derive(Debug)]
pub(crate) struct Sighted<'a> {
    state: &'a State,
    /// By listing, the parents of the lists that were not read to their end.
    unread: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Things of which a cell is not known, each as table and key.
    with_unknown: BTreeSet<String>,
    /// Whether tables that are read in parts are looked at part by part.
    has_parts: bool,
}

/// Columns that no rule decides on.
const UNDECISIVE: [&str; 3] = ["document", "description", "fault"];

impl<'a> Sighted<'a> {
    pub(crate) fn new(state: &'a State) -> Self {
        let table = &tables::COVERAGE;
        let mut unread: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut with_unknown = BTreeSet::new();
        for row in state.rows(table) {
            let text = |column| table.text(row, column).unwrap_or_default();
            let lists = unread.entry(text("listing")).or_default();
            if text("status") != ListStatus::Complete.name() {
                lists.insert(text("parent"));
                let cells = Coverage::from_row(row).unread_cells().0;
                let cells = cells.iter().filter_map(|cell| cell.rsplit_once('.'));
                let decisive = cells.filter(|(_, column)| !UNDECISIVE.contains(column));
                with_unknown.extend(decisive.map(|(thing, _)| thing.to_owned()));
            }
        }
        Self { state, unread, with_unknown, has_parts: true }
    }

    /// Takes tables that are read in parts as a whole: for questions about others than their rows, which hang on every part.
    pub(crate) const fn by_tables(mut self) -> Self {
        self.has_parts = false;
        self
    }

    /// Returns how far a rule can be believed that needs some tables, and that the missing rows of some make report.
    pub(crate) fn sight(
        &self,
        account: &AccountId,
        subject: &RuleSubject,
        needs: &[&'static Table],
        absence: &[&'static Table],
    ) -> Sight {
        let mut sight = Sight::default();
        let subjects = Subjects { account, subject, needs, state: self.state };
        for table in needs {
            let is_absence = absence.iter().any(|each| each.name == table.name);
            let hidden = match self.of_table(table) {
                Seen::Whole => continue,
                Seen::Partly => None,
                Seen::ButFor(parents) => subjects.tied_to(table, &parents, is_absence),
                Seen::InParts => subjects.in_parts(table, is_absence),
            };
            match hidden {
                Some(hidden) => sight.hidden.push(hidden),
                None => {
                    sight.blind.push(table.name);
                    if is_absence {
                        sight.blind_absence.push(table.name);
                    }
                }
            }
        }
        // A table may count by its absence alone.
        let others = absence.iter().filter(|table| !needs.iter().any(|each| each.name == table.name));
        for table in others.filter(|table| self.of_table(table) != Seen::Whole) {
            sight.blind_absence.push(table.name);
        }
        sight.blind.sort_unstable();
        sight.blind_absence.sort_unstable();
        sight.carried = subjects
            .rows(|table, row| self.state.is_carried(table, row), |table| self.state.has_carried(table));
        sight.carried.extend(self.with_unknown.iter().map(|thing| account.address_of(thing)));
        sight.first_seen = subjects
            .rows(|table, row| self.state.is_baseline(table, row), |table| self.state.has_baseline(table));
        sight.first_seen.extend(self.first_complete(&subjects));
        sight
    }

    /// Returns whether some tables are whole.
    pub(crate) fn are_whole(&self, tables: &[&'static Table]) -> bool {
        tables.iter().all(|table| self.of_table(table) == Seen::Whole)
    }

    /// Returns the subjects that hang on a list that is read to its end for the first time.
    fn first_complete(&self, subjects: &Subjects<'_>) -> BTreeSet<String> {
        let first = self.state.first_complete();
        let tables =
            subjects.needs.iter().filter(|table| table.reading == Reading::PerParent && !first.is_empty());
        let of_table = |table: &&'static Table| {
            let parents = first.iter().filter(|(listing, _)| listing == table.listing);
            let parents: BTreeSet<String> = parents.map(|(_, parent)| parent.clone()).collect();
            let tied = (!parents.is_empty()).then(|| subjects.tied_to(table, &parents, false)).flatten();
            tied.map(|tied| tied.subjects).unwrap_or_default()
        };
        tables.flat_map(of_table).collect()
    }

    fn of_table(&self, table: &'static Table) -> Seen {
        let parent = table.parent.and_then(|parent| tables::find(parent.table));
        match (table.reading, parent) {
            // A table that lists its own parent's rows would ask itself for ever.
            (Reading::PerParent, Some(parent)) if parent.listing != table.listing => {
                match self.of_table(parent) {
                    Seen::Whole => {}
                    Seen::InParts if parent.key == 1 => return Seen::InParts,
                    _ => return Seen::Partly,
                }
                match self.unread.get(table.listing) {
                    None if self.had_nothing_to_read(parent) => Seen::Whole,
                    None => Seen::Partly,
                    Some(unread) if unread.is_empty() => Seen::Whole,
                    Some(unread) if unread.contains(Coverage::REST) || parent.key > 1 => Seen::Partly,
                    Some(unread) => Seen::ButFor(unread.iter().copied().map(str::to_owned).collect()),
                }
            }
            (reading, parent) => match self.unread.get(table.listing) {
                Some(unread) if unread.is_empty() => Seen::Whole,
                Some(_) if self.has_parts && (is_in_parts(reading) || is_nested_in_parts(table, parent)) => {
                    Seen::InParts
                }
                _ => Seen::Partly,
            },
        }
    }

    /// Returns whether no list was due: there is no parent, or not every parent has a list.
    fn had_nothing_to_read(&self, parent: &Table) -> bool {
        self.state.rows(parent).is_empty() || parent.key > 1
    }
}

const fn is_in_parts(reading: Reading) -> bool {
    matches!(reading, Reading::InParts { .. })
}

/// Returns whether the rows of a table come with things that are read in parts.
fn is_nested_in_parts(table: &Table, parent: Option<&Table>) -> bool {
    parent.is_some_and(|parent| parent.listing == table.listing && is_in_parts(parent.reading))
}

/// What a rule is about, in one state.
struct Subjects<'a> {
    account: &'a AccountId,
    subject: &'a RuleSubject,
    needs: &'a [&'static Table],
    state: &'a State,
}

impl Subjects<'_> {
    /// Returns the tables that a subject may be a row of, with the columns that name it.
    fn tables(&self) -> Vec<(&'static Table, Vec<&'static str>)> {
        match self.subject {
            RuleSubject::Row { table, columns } => vec![(table, columns.clone())],
            RuleSubject::Address => {
                let key =
                    |table: &'static Table| table.key_columns().iter().map(|column| column.name).collect();
                self.needs.iter().map(|table| (*table, key(table))).collect()
            }
        }
    }

    /// Returns the addresses of subjects whose rows are meant.
    fn rows(
        &self,
        is_meant: impl Fn(&Table, &Row) -> bool,
        has_any: impl Fn(&Table) -> bool,
    ) -> BTreeSet<String> {
        let tables = self.tables().into_iter().filter(|(table, _)| has_any(table));
        let of_table = |(table, columns): (&'static Table, Vec<&'static str>)| {
            let rows = self.state.rows(table).iter().filter(|row| is_meant(table, row));
            rows.map(|row| self.address(table, row, &columns)).collect::<Vec<_>>()
        };
        tables.flat_map(of_table).collect()
    }

    fn address(&self, table: &Table, row: &Row, columns: &[&str]) -> String {
        let key: Vec<String> = columns.iter().map(|column| table.cell(row, column).to_string()).collect();
        address(self.account, table, &key)
    }

    /// Ties subjects to the parents of which a list is hidden: the parent itself, and other rows that belong to it. None
    /// where no subject can be tied to one parent.
    fn tied_to(&self, table: &'static Table, parents: &BTreeSet<String>, is_absence: bool) -> Option<Hidden> {
        let parent = tables::find(table.parent?.table)?;
        let mut hidden =
            Hidden { table: table.name, is_absence, tied: BTreeSet::new(), subjects: BTreeSet::new() };
        for (own, columns) in self.tables() {
            let start = || address(self.account, own, &[String::new()]);
            let is_parent = own.name == parent.name;
            let column = own.parent.filter(|of| of.table == parent.name).map(|of| of.column);
            if is_parent && columns.iter().copied().eq(parent.key_columns().iter().map(|column| column.name))
            {
                hidden.tied.insert(start());
                hidden
                    .subjects
                    .extend(parents.iter().map(|id| address(self.account, own, std::slice::from_ref(id))));
            } else if let Some(column) = column {
                hidden.tied.insert(start());
                let is_hidden = |row: &&Row| own.text(row, column).is_some_and(|id| parents.contains(id));
                let rows = self.state.rows(own).iter().filter(is_hidden);
                hidden.subjects.extend(rows.map(|row| self.address(own, row, &columns)));
            }
        }
        (!hidden.tied.is_empty()).then_some(hidden)
    }

    /// Ties subjects to the parts of a table that were not read to their end: rows of it, or of the things that its rows belong to. None
    /// where the rule is about something else, or reports for want of such a row: it may be in any part.
    fn in_parts(&self, table: &'static Table, is_absence: bool) -> Option<Hidden> {
        let lists = Lists::of(self.state);
        let mut hidden =
            Hidden { table: table.name, is_absence, tied: BTreeSet::new(), subjects: BTreeSet::new() };
        for (own, columns) in self.tables() {
            let is_row = own.name == table.name;
            let is_owner = !is_row && table.parent.is_some_and(|parent| parent.table == own.name);
            if !is_owner && (is_absence || !is_row) {
                continue;
            }
            hidden.tied.insert(address(self.account, own, &[String::new()]));
            let unseen = self.state.rows(own).iter().filter(|row| {
                !(self.is_fresh(&lists, own, row) && (is_row || has_whole_list(&lists, table, own, row)))
            });
            hidden.subjects.extend(unseen.map(|row| self.address(own, row, &columns)));
        }
        (!hidden.tied.is_empty()).then_some(hidden)
    }

    /// Returns whether a row was seen in this run, in a list that was read to its end.
    fn is_fresh(&self, lists: &Lists, table: &'static Table, row: &Row) -> bool {
        !self.state.is_carried(table, row) && lists.of_row(table, row, self.state) == Some(Trust::Whole)
    }
}

/// Returns whether the list that is read for a thing was read to its end; what is nested in a thing has none of its own.
fn has_whole_list(lists: &Lists, table: &Table, owner: &Table, row: &Row) -> bool {
    let id = owner.key_columns().first().and_then(|key| owner.text(row, key.name));
    table.reading != Reading::PerParent
        || id.is_some_and(|id| lists.part(table.listing, id) == Some(Trust::Whole))
}

#[cfg(test)]
mod tests {
    use model::{Cloud, ListStatus, Rows, tables::ibm};

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
        matches!(Sighted::new(state).of_table(table), Seen::Whole)
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

    fn account() -> AccountId {
        AccountId::parse(Cloud::Ibm, "acc-1").unwrap()
    }

    fn two_groups() -> State {
        let groups = ("ibm_access_groups", "", ListStatus::Complete);
        let members = ["g1", "g2"].map(|group| {
            let status = if group == "g2" { ListStatus::Denied } else { ListStatus::Complete };
            ("ibm_access_group_members", group, status)
        });
        let users = ("ibm_users", "", ListStatus::Complete);
        with_group(coverage(&[groups, members[0], members[1], users]))
    }

    #[test]
    fn a_list_of_one_group_that_is_not_whole_concerns_that_group() {
        let state = two_groups();
        let subject = RuleSubject::Row { table: &ibm::ACCESS_GROUPS, columns: vec!["id"] };
        let needs: [&'static Table; 2] = [&ibm::ACCESS_GROUPS, &ibm::MEMBERS];
        let sight = Sighted::new(&state).sight(&account(), &subject, &needs, &[&ibm::MEMBERS]);
        assert!(sight.opens() && sight.closes());
        let address = |group: &str| format!("ibm/acc-1/ibm_access_groups/{group}");
        assert!(sight.opens_of(&address("g1")) && sight.closes_of(&address("g1")));
        assert!(!sight.opens_of(&address("g2")) && !sight.closes_of(&address("g2")));
    }

    #[test]
    fn a_rule_about_others_hangs_on_every_group() {
        let state = two_groups();
        let subject = RuleSubject::Row { table: &ibm::USERS, columns: vec!["iam_id"] };
        let needs: [&'static Table; 2] = [&ibm::USERS, &ibm::MEMBERS];
        let sight = Sighted::new(&state).sight(&account(), &subject, &needs, &[&ibm::MEMBERS]);
        assert_eq!((sight.blind, sight.blind_absence), (vec![ibm::MEMBERS.name], vec![ibm::MEMBERS.name]));
    }

    #[test]
    fn rows_that_stand_in_and_rows_at_first_sight_are_subjects_of_their_own_kind() {
        let mut state = with_group(coverage(&[("ibm_access_groups", "", ListStatus::Failed)]));
        let row = state.rows(&ibm::ACCESS_GROUPS).iter().next().unwrap().clone();
        let subject = RuleSubject::Row { table: &ibm::ACCESS_GROUPS, columns: vec!["id"] };
        let sight =
            |state: &State| Sighted::new(state).sight(&account(), &subject, &[&ibm::ACCESS_GROUPS], &[]);
        assert!(sight(&state).opens_of("ibm/acc-1/ibm_access_groups/g1"), "it was seen");
        state.mark_carried(&ibm::ACCESS_GROUPS, &row);
        assert!(!sight(&state).opens_of("ibm/acc-1/ibm_access_groups/g1"));
        state.mark_baseline(&ibm::ACCESS_GROUPS, &row);
        assert_eq!(sight(&state).first_seen, ["ibm/acc-1/ibm_access_groups/g1".to_owned()].into());
    }
}
