//! Small accounts of groups and members, and what may be said of them.

mod beside;
mod broken_texts;
mod doubted_rows;
mod named_parts;
mod standing_in;

use model::{
    Change, Cloud, Coverage, ListStatus, Row, Rows, State, Table, Weight, tables,
    tables::ibm::{ACCESS_GROUPS, MEMBERS, POLICIES, POLICY_ROLES},
};
use proptest::prelude::*;

use crate::{apply, carry, compare, hindsight};

fn declared() -> Vec<&'static Table> {
    tables::of_cloud(Cloud::Ibm).collect()
}

/// An account under construction.
#[derive(Debug, Default, Clone)]
struct Account {
    groups: Vec<Row>,
    members: Vec<Row>,
    policies: Vec<Row>,
    roles: Vec<Row>,
    lists: Vec<Coverage>,
}

impl Account {
    fn group(mut self, id: &str, name: &str) -> Self {
        self.groups.push(ACCESS_GROUPS.draft().set("id", id).set("name", name).row());
        self
    }

    fn member(mut self, group: &str, iam_id: &str) -> Self {
        self.members.push(MEMBERS.draft().set("group_id", group).set("iam_id", iam_id).row());
        self
    }

    fn policy(mut self, id: &str, roles: &[&str]) -> Self {
        self.policies.push(POLICIES.draft().set("id", id).row());
        let role = |role: &&str| POLICY_ROLES.draft().set("policy_id", id).set("role_id", *role).row();
        self.roles.extend(roles.iter().map(role));
        self
    }

    fn list(mut self, listing: &str, parent: &str, status: ListStatus) -> Self {
        self.lists.push(Coverage {
            listing: listing.to_owned(),
            parent: parent.to_owned(),
            endpoint: "GET /".to_owned(),
            status,
            reason: None,
            pages: 1,
            rows: 0,
            carried_from: None,
        });
        self
    }

    fn complete(self, listing: &str, parent: &str) -> Self {
        self.list(listing, parent, ListStatus::Complete)
    }

    fn failed(self, listing: &str, parent: &str) -> Self {
        self.list(listing, parent, ListStatus::Failed)
    }

    /// Lets every list be read to its end.
    fn sighted(mut self) -> Self {
        self.lists.iter_mut().for_each(|list| list.status = ListStatus::Complete);
        self
    }

    /// Takes away what incomplete lists do not show: all their rows, and the lists of what they would have shown.
    fn half_seen(mut self) -> State {
        let is_failed = |account: &Self, listing: &str, parent: &str| {
            account
                .lists
                .iter()
                .any(|list| list.listing == listing && list.parent == parent && !list.is_complete())
        };
        let text = |row: &Row| row.value(0).as_text().unwrap_or_default().to_owned();
        if is_failed(&self, "ibm_policies", "") {
            (self.policies, self.roles) = (Vec::new(), Vec::new());
        }
        if is_failed(&self, "ibm_access_groups", "") {
            (self.groups, self.members) = (Vec::new(), Vec::new());
            self.lists.retain(|list| list.listing != "ibm_access_group_members");
            return self.list("ibm_access_group_members", "*", ListStatus::Skipped).state();
        }
        let whole = self.clone();
        self.members.retain(|row| !is_failed(&whole, "ibm_access_group_members", &text(row)));
        self.state()
    }

    fn state(self) -> State {
        let mut state = State::default();
        state.put(&ACCESS_GROUPS, Rows::new(&ACCESS_GROUPS, self.groups));
        state.put(&MEMBERS, Rows::new(&MEMBERS, self.members));
        state.put(&POLICIES, Rows::new(&POLICIES, self.policies));
        state.put(&POLICY_ROLES, Rows::new(&POLICY_ROLES, self.roles));
        let coverage = self.lists.iter().map(Coverage::row).collect();
        state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, coverage));
        state
    }
}

fn drift(before: &State, after: &State) -> Vec<(&'static str, &'static str)> {
    let changes = compare(before, after, &declared());
    let told = changes.iter().filter(|change| change.weight == Weight::Drift);
    told.map(|change| (change.verb(), change.table.name)).collect()
}

fn known() -> Account {
    Account::default()
        .group("g1", "Admins")
        .member("g1", "ana")
        .complete("ibm_access_groups", "")
        .complete("ibm_access_group_members", "g1")
}

#[test]
fn in_hindsight_only_what_somebody_did_still_differs() {
    let before = Account::default().group("g1", "old").complete("ibm_access_groups", "").list(
        "ibm_access_group_members",
        "g1",
        ListStatus::Denied,
    );
    let after = Account::default()
        .group("g1", "old")
        .group("g2", "new")
        .member("g1", "IBMid-1")
        .complete("ibm_access_groups", "")
        .complete("ibm_access_group_members", "g1");
    let (before, after) = (before.state(), after.state());
    let changes = compare(&before, &after, &declared());
    let hindsight = hindsight(before, &changes);
    let left = compare(&hindsight, &after, &[&ACCESS_GROUPS, &MEMBERS]);
    assert_eq!(left.iter().map(|change| change.table.name).collect::<Vec<_>>(), ["ibm_access_groups"]);
    assert_eq!(hindsight.rows(&MEMBERS).len(), 1, "who was there unseen was there");
}

#[test]
fn a_list_that_failed_removes_nothing() {
    let before = known().state();
    let seen = Account::default()
        .group("g1", "Admins")
        .complete("ibm_access_groups", "")
        .failed("ibm_access_group_members", "g1")
        .state();
    let after = carry(&before, 7, seen, &declared());
    assert_eq!(after.rows(&MEMBERS), before.rows(&MEMBERS));
    assert_eq!(drift(&before, &after), []);
    let lists: Vec<Coverage> = after.rows(&tables::COVERAGE).iter().map(Coverage::from_row).collect();
    let members = lists.iter().find(|list| list.parent == "g1").expect("the list is in the coverage");
    assert_eq!(members.carried_from, Some(7));
}

#[test]
fn what_an_incomplete_list_shows_is_joined_with_what_it_hides() {
    let before = known().state();
    let seen = Account::default()
        .group("g1", "Admins")
        .member("g1", "bob")
        .complete("ibm_access_groups", "")
        .failed("ibm_access_group_members", "g1")
        .state();
    let after = carry(&before, 7, seen, &declared());
    assert_eq!(after.rows(&MEMBERS).len(), 2);
    assert_eq!(drift(&before, &after), [("added", "ibm_access_group_members")]);
}

#[test]
fn the_lists_of_a_group_that_was_not_shown_go_on_as_unread() {
    let before = known().state();
    let unseen = Account::default().failed("ibm_access_groups", "").state();
    let blind = carry(&before, 7, unseen.clone(), &declared());
    assert_eq!(blind.rows(&MEMBERS).len(), 1);
    let blind = carry(&blind, 8, unseen, &declared());
    assert_eq!(drift(&before, &blind), []);
    assert!(
        blind.rows(&tables::COVERAGE).iter().all(|row| Coverage::from_row(row).carried_from == Some(7)),
        "carried from where it was last complete, however long ago"
    );
    let again = known().member("g1", "eve").state();
    assert_eq!(drift(&blind, &again), [("added", "ibm_access_group_members")]);
}

#[test]
fn a_removal_after_blindness_is_told_once_the_list_is_complete() {
    let before = known().state();
    let blind = carry(&before, 7, Account::default().failed("ibm_access_groups", "").state(), &declared());
    let after = Account::default().complete("ibm_access_groups", "").state();
    let after = carry(&blind, 8, after, &declared());
    assert_eq!(
        drift(&blind, &after),
        [("removed", "ibm_access_groups"), ("removed", "ibm_access_group_members")]
    );
}

#[test]
fn a_list_that_was_never_complete_gives_a_baseline() {
    let never = Account::default().failed("ibm_access_groups", "").state();
    let after = known().state();
    let changes = compare(&never, &after, &declared());
    let rows = changes.iter().filter(|change| change.table.name != "coverage");
    assert_eq!(rows.clone().count(), 2);
    assert!(rows.into_iter().all(|change| change.weight == Weight::Baseline));
}

#[test]
fn the_members_of_a_new_group_are_additions() {
    let before = known().state();
    let after = known()
        .group("g2", "Auditors")
        .member("g2", "bob")
        .complete("ibm_access_group_members", "g2")
        .state();
    assert_eq!(
        drift(&before, &after),
        [("added", "ibm_access_groups"), ("added", "ibm_access_group_members")]
    );
}

#[test]
fn a_thing_that_was_shown_was_shown_whole() {
    let before = Account::default()
        .policy("p1", &["Viewer", "Editor"])
        .policy("p2", &["Viewer"])
        .complete("ibm_policies", "")
        .state();
    let seen = Account::default().policy("p1", &["Viewer"]).failed("ibm_policies", "").state();
    let after = carry(&before, 1, seen, &declared());
    assert_eq!(drift(&before, &after), [("removed", "ibm_policy_roles")], "p1 lost Editor; p2 was not shown");
}

#[test]
fn a_list_of_its_own_for_a_new_group_is_no_baseline() {
    let before = known().state();
    let after = known().group("g2", "Auditors").complete("ibm_access_group_members", "g2").state();
    let changes = compare(&before, &after, &declared());
    assert!(changes.iter().all(|change| change.weight != Weight::Baseline), "{changes:?}");
}

#[test]
fn the_same_name_with_a_new_id_is_a_replacement() {
    let before = known().state();
    let after = Account::default()
        .group("g9", "Admins")
        .complete("ibm_access_groups", "")
        .complete("ibm_access_group_members", "g9")
        .state();
    let changes = compare(&before, &after, &[&ACCESS_GROUPS]);
    assert_eq!(changes.iter().map(Change::verb).collect::<Vec<_>>(), ["replaced"]);
}

#[test]
fn a_time_of_last_change_alone_is_no_drift() {
    let group = |at: &str| {
        let mut account = known();
        account.groups = vec![ACCESS_GROUPS.draft().set("id", "g1").set("last_modified_at", at).row()];
        account.state()
    };
    let changes = compare(&group("2026-01-01T00:00:00Z"), &group("2026-01-02T00:00:00Z"), &declared());
    assert_eq!(changes.iter().map(|change| change.weight).collect::<Vec<_>>(), [Weight::Activity]);
}

prop_compose! {
    fn accounts()(
        groups in prop::collection::btree_map("[a-e]", "[x-z]", 0..5),
        members in prop::collection::btree_set(("[a-e]", "[p-t]"), 0..8),
        policies in prop::collection::btree_map("[k-n]", prop::collection::btree_set("[u-w]", 0..3), 0..4),
        failed in prop::collection::vec(any::<bool>(), 8),
    ) -> Account {
        let status = |index: usize| if failed[index] { ListStatus::Failed } else { ListStatus::Complete };
        let mut account = Account::default().list("ibm_access_groups", "", status(0)).list("ibm_policies", "", status(1));
        for (index, (id, name)) in groups.iter().enumerate() {
            account = account.group(id, name).list("ibm_access_group_members", id, status(2 + index));
        }
        for (group, member) in members.iter().filter(|(group, _)| groups.contains_key(group)) {
            account = account.member(group, member);
        }
        for (id, roles) in &policies {
            account = account.policy(id, &roles.iter().map(String::as_str).collect::<Vec<_>>());
        }
        account
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_state_does_not_differ_from_itself(account in accounts()) {
        let state = account.state();
        prop_assert_eq!(compare(&state, &state, &declared()), []);
    }

    #[test]
    fn applying_the_changes_from_one_to_another_gives_the_other(one in accounts(), other in accounts()) {
        let (one, other) = (one.state(), other.state());
        let changes = compare(&one, &other, &declared());
        prop_assert_eq!(apply(one, &changes), other);
    }

    #[test]
    fn nothing_is_ever_removed_through_a_list_that_is_not_complete(one in accounts(), other in accounts()) {
        let before = one.state();
        let after = carry(&before, 1, other.clone().state(), &declared());
        let complete = |listing: &str, parent: &str| {
            other.lists.iter().any(|list| list.listing == listing && list.parent == parent && list.is_complete())
        };
        for change in compare(&before, &after, &declared()) {
            if change.verb() == "removed" && change.table.name == "ibm_access_groups" {
                prop_assert!(complete("ibm_access_groups", ""));
            }
            if change.verb() == "removed" && change.table.name == "ibm_access_group_members" {
                let row = change.row_before().unwrap().value(0);
                prop_assert!(complete("ibm_access_groups", "") || complete("ibm_access_group_members", row.as_text().unwrap()));
            }
        }
    }

    #[test]
    fn what_is_told_adds_up_to_what_happened_once_all_was_seen(
        first in accounts(),
        blinks in prop::collection::vec(accounts(), 1..4),
        last in accounts(),
    ) {
        let (first, last) = (first.sighted().state(), last.sighted().state());
        let (mut known, mut told) = (first.clone(), first);
        let seen = blinks.into_iter().map(Account::half_seen).chain([last.clone()]);
        for (number, seen) in (1_u64..).zip(seen) {
            let now = carry(&known, number, seen, &declared());
            let changes = compare(&known, &now, &declared());
            prop_assert!(changes.iter().all(|change| change.weight != Weight::Baseline), "{changes:?}");
            told = apply(told, &changes);
            known = now;
        }
        for table in [&ACCESS_GROUPS, &MEMBERS, &POLICIES, &POLICY_ROLES] {
            prop_assert_eq!(told.rows(table), last.rows(table));
        }
    }
}
