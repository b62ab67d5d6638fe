//! What is known of a list over two snapshots, and what may be said by it.
//!
//! One noun for every stage: comparing asks whether a row that is not shown is gone, judging whether a finding may open
//! or close, access whether somebody gained, telling whether sight was lost. [`Completeness::says`] is the one truth
//! table; [`Lists`] and [`ListHistory`] find the list that a row comes from.

use std::collections::BTreeSet;

use crate::{Coverage, Lists, Reading, Row, State, Table, Trust, tables};

/// What is known of one list, for one parent where it is read for each, over two snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Completeness {
    /// It was read to its end in neither snapshot, nor in any before.
    NeverComplete,
    /// It is read to its end for the first time.
    FirstComplete,
    /// It is read to its end, and was so before.
    CompleteNow,
    /// It is not read to its end, and was so before: rows last known stand in.
    CompleteBefore,
    /// There is no such list any more, because what it was read for is gone.
    ParentGone,
    /// There was no such list, because what it is read for is new: it is known to have been empty.
    ParentNew,
}

/// What a difference between two snapshots may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// It happened, and is told.
    Told,
    /// It is there, and nobody knows since when: kept and counted.
    Baseline,
    /// Nothing: what was known before stands.
    Nothing,
    /// It cannot be said whether it still holds.
    Unknown,
    /// It is gone with what it belonged to.
    Gone,
}

impl Word {
    /// Returns the word as the documentation writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Baseline => "baseline",
            Self::Nothing => "nothing (carried)",
            Self::Unknown => "unknown",
            Self::Gone => "gone",
        }
    }
}

/// One line of the truth table: what each kind of difference may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Says {
    /// A row that was not there before.
    pub added: Word,
    /// A row that is no longer shown.
    pub missing: Word,
    /// A cell with another value in a row that both snapshots hold.
    pub changed: Word,
    /// A finding that a row makes by being there.
    pub opened: Word,
    /// A finding that a row makes by not being there.
    pub opened_by_absence: Word,
    /// A finding that no row makes any more.
    pub closed: Word,
    /// A permission that somebody holds by a row and did not hold before.
    pub gain: Word,
}

impl Completeness {
    /// All of them, in the order of the truth table.
    pub const ALL: [Self; 6] = [
        Self::NeverComplete,
        Self::FirstComplete,
        Self::CompleteNow,
        Self::CompleteBefore,
        Self::ParentGone,
        Self::ParentNew,
    ];

    /// Returns what differences may say of a list of which this is known: the truth table.
    #[must_use]
    pub const fn says(self) -> Says {
        use Word::{Baseline, Gone, Nothing, Told, Unknown};
        let (added, missing, changed, opened, opened_by_absence, closed, gain) = match self {
            Self::NeverComplete => (Baseline, Nothing, Told, Baseline, Nothing, Unknown, Nothing),
            Self::FirstComplete => (Baseline, Told, Told, Baseline, Baseline, Told, Nothing),
            Self::CompleteNow => (Told, Told, Told, Told, Told, Told, Told),
            Self::CompleteBefore => (Told, Nothing, Told, Told, Nothing, Unknown, Told),
            Self::ParentGone => (Nothing, Told, Nothing, Nothing, Nothing, Gone, Nothing),
            Self::ParentNew => (Told, Nothing, Told, Told, Told, Told, Told),
        };
        Says { added, missing, changed, opened, opened_by_absence, closed, gain }
    }

    /// Returns the name as the documentation writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NeverComplete => "never complete",
            Self::FirstComplete => "complete now, for the first time",
            Self::CompleteNow => "complete now and before",
            Self::CompleteBefore => "complete before and not now",
            Self::ParentGone => "parent gone",
            Self::ParentNew => "parent new",
        }
    }

    /// Returns the truth table in Markdown.
    ///
    /// ```
    /// let table = model::Completeness::table();
    /// assert!(table.contains("| parent new | told | nothing (carried) | told |"));
    /// ```
    #[must_use]
    pub fn table() -> String {
        let head = "| list | added row | missing row | changed cell | opened by what is there | opened by what is not | closed | gain |\n\
                    | --- | --- | --- | --- | --- | --- | --- | --- |\n";
        let line = |each: Self| {
            let Says { added, missing, changed, opened, opened_by_absence, closed, gain } = each.says();
            let words = [added, missing, changed, opened, opened_by_absence, closed, gain].map(Word::name);
            format!("| {} | {} |\n", each.name(), words.join(" | "))
        };
        Self::ALL.into_iter().fold(head.to_owned(), |table, each| table + &line(each))
    }
}

/// The lists of a former and a present snapshot, with what the former knew of the things that lists are read for.
#[derive(Debug)]
pub struct ListHistory<'a> {
    /// The former snapshot; of its tables only those that differ need be there.
    pub before: &'a State,
    /// The lists of the former snapshot.
    pub former: Lists,
    /// The rows and the coverage of the present snapshot.
    pub after: &'a State,
    /// The lists of the present snapshot.
    pub present: Lists,
}

impl<'a> ListHistory<'a> {
    /// Puts two snapshots side by side. Both hold their coverage.
    #[must_use]
    pub fn of(before: &'a State, after: &'a State) -> Self {
        Self { before, former: Lists::of(before), after, present: Lists::of(after) }
    }

    /// Returns what is known of the list that a row of a table comes from.
    #[must_use]
    pub fn of_row(&self, table: &'static Table, row: &Row) -> Completeness {
        // What is nested in a new thing is as new as the thing.
        if let Some((owner, of)) = self.new_owner(table, row) {
            return self.of_row(owner, of);
        }
        let former = self.former.of_row(table, row, self.before).or_else(|| {
            // A thing that was there without a list of its own was never asked for it.
            self.list_was_due(table, row).then_some(Trust::Never)
        });
        completeness(former, self.present.of_row(table, row, self.after))
    }

    /// Returns the thing that came with a row in one answer, where the former snapshot did not have it.
    fn new_owner(&self, table: &'static Table, row: &Row) -> Option<(&'static Table, &Row)> {
        let parent = table.parent.filter(|_| table.reading == Reading::Whole)?;
        let owner = tables::find(parent.table)
            .filter(|owner| owner.listing == table.listing && owner.key == 1 && owner.name != table.name)?;
        let key = Row::pack([row.value(table.position(parent.column)?)]);
        let is_known = self.before.rows(owner).get(owner, key.as_bytes()).is_some();
        Some((owner, self.after.rows(owner).get(owner, key.as_bytes())?)).filter(|_| !is_known)
    }

    /// Returns whether a list should have been read in the former snapshot for what a row belongs to, though none is
    /// recorded: it was there, or nobody knows whether it was.
    fn list_was_due(&self, table: &'static Table, row: &Row) -> bool {
        let (Reading::PerParent, Some(parent)) = (table.reading, table.parent) else { return false };
        let (Some(owner), Some(id)) = (tables::find(parent.table), table.text(row, parent.column)) else {
            return true;
        };
        !self.is_new(table.listing, owner, id)
    }

    /// Returns whether a thing that a listing is read for is new: the former snapshot saw all of its kind, and not it.
    #[must_use]
    pub fn is_new(&self, listing: &str, owner: &'static Table, id: &str) -> bool {
        if owner.key > 1 {
            return self.former.whole(owner.listing) != Trust::Never;
        }
        let key = Row::pack([id.into()]);
        if self.before.rows(owner).get(owner, key.as_bytes()).is_some() {
            return false;
        }
        // A listing that no former run read says nothing of things that were there: their table may not be at hand.
        let was_read = self.former.has(listing) || self.former.shows_none(owner.listing);
        let trust = self.after.rows(owner).get(owner, key.as_bytes()).map_or_else(
            || self.former.whole(owner.listing),
            |row| match self.of_row(owner, row) {
                Completeness::NeverComplete | Completeness::FirstComplete => Trust::Never,
                _ => Trust::Whole,
            },
        );
        was_read && trust != Trust::Never
    }

    /// Returns the last snapshot in which a list that is new with what it is read for was known to be empty: the last in
    /// which all things of that kind were seen. `former` is the number of the former snapshot.
    #[must_use]
    pub fn empty_since(&self, listing: &str, parent: &str, former: i64) -> Option<i64> {
        let Some(owner) = self.owner_of(listing) else {
            return self.unnamed_since(listing, parent, former);
        };
        if !self.is_new(listing, owner, parent) {
            return None;
        }
        self.former.last_whole(owner.listing, former)
    }

    /// As [`Self::empty_since`], for a list of one thing that is read because something names it, as a role that is assigned: while nothing
    /// named it, there was nothing of it.
    fn unnamed_since(&self, listing: &str, id: &str, former: i64) -> Option<i64> {
        let is_of_one_thing = |table: &&'static Table| {
            let key = table.key_columns().first().map(|column| column.name).filter(|_| table.key == 1);
            matches!(table.reading, Reading::InParts { column, .. } if Some(column) == key)
        };
        let table = tables::all().filter(|table| table.listing == listing).find(is_of_one_thing)?;
        let Reading::InParts { otherwise, .. } = table.reading else { return None };
        // A setting of the account has a list of its own, too, and nothing names it: it was there before anybody read it.
        let is_named = tables::all().any(|other| {
            other.listing != listing && other.parent.is_some_and(|parent| parent.table == table.name)
        });
        if self.former.get(listing, id).is_some() || !is_named || id == Coverage::REST {
            return None;
        }
        // It was shown among those that have no list of their own, or would have been.
        let since = |part: &str| match self.former.get(listing, part) {
            Some(list) if !list.is_complete() => list.carried_from,
            _ => Some(former),
        };
        if self.before.rows(table).get(table, Row::pack([id.into()]).as_bytes()).is_some() {
            return self.former.get(listing, otherwise).and_then(|_| since(otherwise));
        }
        let is_read = self.former.has(listing);
        since(otherwise).zip(since(Coverage::REST)).map(|(one, other)| one.min(other)).filter(|_| is_read)
    }

    /// Returns the table of the things that a listing is read for.
    fn owner_of(&self, listing: &str) -> Option<&'static Table> {
        let mut of_listing = tables::all().filter(|table| table.listing == listing);
        let table = of_listing.find(|table| table.reading == Reading::PerParent)?;
        tables::find(table.parent?.table)
    }

    /// Returns the lists that are read to their end for the first time, by listing and parent.
    #[must_use]
    pub fn first_complete(&self) -> BTreeSet<(String, String)> {
        let complete = self.present.iter().filter(|list| list.is_complete());
        let first = complete.filter(|list| {
            let former = self.former.get(&list.listing, &list.parent).map(Trust::of);
            match former {
                Some(trust) => trust == Trust::Never,
                None => match self.owner_of(&list.listing) {
                    Some(owner) => !self.is_new(&list.listing, owner, &list.parent),
                    None => !self.former.has(&list.listing),
                },
            }
        });
        first.map(|list| (list.listing.clone(), list.parent.clone())).collect()
    }
}

/// Judges one list by how far it could be trusted before and now; none where there is no such list.
#[must_use]
pub const fn completeness(former: Option<Trust>, present: Option<Trust>) -> Completeness {
    match (former, present) {
        (None, _) => Completeness::ParentNew,
        (_, None) => Completeness::ParentGone,
        (Some(Trust::Never), Some(Trust::Whole)) => Completeness::FirstComplete,
        (Some(Trust::Never), _) => Completeness::NeverComplete,
        (_, Some(Trust::Whole)) => Completeness::CompleteNow,
        (_, Some(Trust::Carried | Trust::Never)) => Completeness::CompleteBefore,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Coverage, ListStatus, Rows,
        tables::ibm::{ACCESS_GROUPS, API_KEYS, MEMBERS, POLICIES, SERVICE_ID_INSTANCES, SERVICE_IDS},
    };

    const WHOLE: Option<i64> = Some(-1);

    /// Makes a state of lists, each read to its end (`WHOLE`), last whole in a snapshot, or never whole; and of groups.
    fn state(lists: &[(&str, &str, Option<i64>)], groups: &[&str]) -> State {
        let list = |(listing, parent, whole): &(&str, &str, Option<i64>)| Coverage {
            listing: (*listing).to_owned(),
            parent: (*parent).to_owned(),
            endpoint: String::new(),
            status: if *whole == WHOLE { ListStatus::Complete } else { ListStatus::Failed },
            reason: None,
            pages: 1,
            rows: 1,
            carried_from: whole.filter(|_| *whole != WHOLE),
        };
        let mut state = State::default();
        let rows = lists.iter().map(|each| list(each).row()).collect();
        state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, rows));
        let rows = groups.iter().map(|id| ACCESS_GROUPS.draft().set("id", *id).row()).collect();
        state.put(&ACCESS_GROUPS, Rows::new(&ACCESS_GROUPS, rows));
        state
    }

    const GROUPS: &str = "ibm_access_groups";
    const LISTED: &str = "ibm_access_group_members";

    fn of_member(before: &State, after: &State, group: &str) -> Completeness {
        let row = MEMBERS.draft().set("group_id", group).set("iam_id", "ana").row();
        ListHistory::of(before, after).of_row(&MEMBERS, &row)
    }

    #[test]
    fn the_architecture_shows_the_truth_table() {
        assert!(include_str!("../../../ARCHITECTURE.md").contains(&Completeness::table()));
    }

    #[test]
    fn a_list_is_judged_by_its_parent_and_by_no_other() {
        let lists =
            |g1, g2| [(GROUPS, "", WHOLE), (LISTED, "g1", g1), (LISTED, "g2", g2), (LISTED, "*", None)];
        let groups = ["g1", "g2"];
        let before = state(&lists(WHOLE, None), &groups);
        let after = state(&lists(Some(3), WHOLE), &groups);
        assert_eq!(of_member(&before, &after, "g1"), Completeness::CompleteBefore);
        assert_eq!(of_member(&before, &after, "g2"), Completeness::FirstComplete);
        assert_eq!(of_member(&before, &before, "g2"), Completeness::NeverComplete);
        assert_eq!(of_member(&before, &before, "g1"), Completeness::CompleteNow);
    }

    #[test]
    fn a_parent_is_new_where_the_former_snapshot_saw_all_of_its_kind() {
        let before = state(&[(GROUPS, "", WHOLE), (LISTED, "g1", WHOLE)], &["g1"]);
        let after = state(&[(GROUPS, "", WHOLE), (LISTED, "g1", WHOLE), (LISTED, "g2", None)], &["g1", "g2"]);
        assert_eq!(of_member(&before, &after, "g2"), Completeness::ParentNew);
        assert_eq!(ListHistory::of(&before, &after).empty_since(LISTED, "g2", 7), Some(7));
        let blind = state(&[(GROUPS, "", None), (LISTED, "g1", WHOLE)], &["g1"]);
        assert_eq!(of_member(&blind, &after, "g2"), Completeness::NeverComplete);
        assert_eq!(ListHistory::of(&blind, &after).empty_since(LISTED, "g2", 7), None);
        let later = state(&[(GROUPS, "", Some(4)), (LISTED, "g1", WHOLE)], &["g1"]);
        assert_eq!(ListHistory::of(&later, &after).empty_since(LISTED, "g2", 7), Some(4));
    }

    #[test]
    fn a_parent_that_no_list_shows_any_more_is_gone() {
        let before = state(&[(GROUPS, "", WHOLE), (LISTED, "g1", WHOLE)], &["g1"]);
        let after = state(&[(GROUPS, "", WHOLE)], &[]);
        assert_eq!(of_member(&before, &after, "g1"), Completeness::ParentGone);
    }

    #[test]
    fn a_listing_that_no_former_run_read_says_nothing_of_what_was_there() {
        let before = state(&[(GROUPS, "", WHOLE)], &["g1"]);
        let after = state(&[(GROUPS, "", WHOLE), (LISTED, "g1", WHOLE)], &["g1"]);
        assert_eq!(of_member(&before, &after, "g1"), Completeness::FirstComplete);
        let unloaded = state(&[(GROUPS, "", WHOLE)], &[]);
        assert_eq!(
            of_member(&unloaded, &after, "g1"),
            Completeness::FirstComplete,
            "its table is not at hand"
        );
    }

    #[test]
    fn a_list_in_parts_is_judged_by_the_part_that_a_row_names() {
        let lists = |default, group| {
            state(&[("ibm_service_ids", "default", default), ("ibm_service_ids", "g1", group)], &[])
        };
        let (before, mut after) = (lists(WHOLE, None), lists(WHOLE, WHOLE));
        let row =
            |id: &str, group: Option<&str>| SERVICE_IDS.draft().set("id", id).set("group_id", group).row();
        after.put(&SERVICE_IDS, Rows::new(&SERVICE_IDS, vec![row("s1", None), row("s2", Some("g1"))]));
        let history = ListHistory::of(&before, &after);
        assert_eq!(history.of_row(&SERVICE_IDS, &row("s1", None)), Completeness::CompleteNow);
        assert_eq!(history.of_row(&SERVICE_IDS, &row("s2", Some("g1"))), Completeness::FirstComplete);
        assert_eq!(history.of_row(&SERVICE_IDS, &row("s3", Some("new"))), Completeness::CompleteNow);
        let nested = |id: &str| SERVICE_ID_INSTANCES.draft().set("service_id", id).set("crn", "c").row();
        let of = |id: &str| history.of_row(&SERVICE_ID_INSTANCES, &nested(id));
        assert_eq!(of("s1"), Completeness::CompleteNow, "that of another part was never read");
        assert_eq!(of("s2"), Completeness::FirstComplete);
        let nested = |id: &str| SERVICE_ID_INSTANCES.draft().set("service_id", id).set("crn", "c").row();
        let trust = |id: &str| history.former.of_row(&SERVICE_ID_INSTANCES, &nested(id), &after);
        assert_eq!(trust("s1"), Some(Trust::Whole), "what is nested comes with its thing");
        assert_eq!(trust("s2"), Some(Trust::Never));
    }

    #[test]
    fn keys_and_policies_are_judged_by_the_list_that_shows_their_kind() {
        let keys = state(&[("ibm_api_keys", "user", WHOLE), ("ibm_api_keys", "serviceid/g1", None)], &[]);
        let key = |owner: &str| API_KEYS.draft().set("id", "k").set("owner_type", owner).row();
        let lists = Lists::of(&keys);
        assert_eq!(lists.of_row(&API_KEYS, &key("user"), &keys), Some(Trust::Whole));
        assert_eq!(lists.of_row(&API_KEYS, &key("serviceid"), &keys), Some(Trust::Never));
        let lists = [("ibm_policies", "v2", WHOLE), ("ibm_policies", "authorization", None)];
        let policies = state(&lists, &[]);
        let policy = |kind: &str| POLICIES.draft().set("id", "p").set("type", kind).row();
        let of = |kind: &str| Lists::of(&policies).of_row(&POLICIES, &policy(kind), &policies);
        assert_eq!((of("access"), of("authorization")), (Some(Trust::Whole), Some(Trust::Never)));
    }
}
