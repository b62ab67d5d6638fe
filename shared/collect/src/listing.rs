//! What a list is and what was seen of lists: rows by table, and a coverage row for each list.
//!
//! [`crate::reading`] reads them.

use std::collections::BTreeMap;

use model::{AccountId, Cloud, Coverage, ListStatus, Row, Rows, State, Table, UnreadCell, tables};
use url::Url;

pub(crate) use crate::reading::{attempt, read, report};
use crate::{
    CollectError,
    item::{Faults, Item},
    paging::Family,
    unread,
};

/// Memory that a row takes beside its cells.
const ROW_BYTES: usize = 32;

/// Rows by table, and how their lists were read.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    rows: BTreeMap<&'static str, Vec<Row>>,
    /// Bytes of the rows that were added and not counted yet.
    bytes: usize,
    twice: u64,
    doubt: Option<String>,
    /// One for each list.
    pub(crate) coverage: Vec<Coverage>,
    /// Cells that hold nothing because they could not be read.
    pub(crate) unread: Vec<UnreadCell>,
    /// The tables of the rows that the item at hand gave.
    fresh: Vec<&'static Table>,
    /// Rows of things that went away while they were read, with their table.
    pub(crate) vanished: Vec<(&'static str, Row)>,
}

impl Seen {
    /// Adds a row to a table of what was seen.
    pub(crate) fn push(&mut self, table: &'static Table, row: Row) {
        self.bytes += row.as_bytes().len() + ROW_BYTES;
        self.rows.entry(table.name).or_default().push(row);
        self.fresh.push(table);
    }

    /// Returns the bytes of the rows that were added since it was asked last.
    pub(crate) fn take_bytes(&mut self) -> u64 {
        u64::try_from(std::mem::take(&mut self.bytes)).unwrap_or(u64::MAX)
    }

    /// Returns the rows that were added since [`Self::settle`].
    pub(crate) fn fresh(&self) -> Vec<(&'static Table, Row)> {
        let tables: BTreeMap<&str, (&'static Table, usize)> =
            self.fresh.iter().fold(BTreeMap::new(), |mut counts, table| {
                counts.entry(table.name).or_insert((table, 0)).1 += 1;
                counts
            });
        let newest = |(table, count): (&'static Table, usize)| {
            self.rows(table).iter().rev().take(count).rev().map(move |row| (table, row.clone()))
        };
        tables.into_values().flat_map(newest).collect()
    }

    /// Settles an item: which cells of the rows that it gave could not be read.
    pub(crate) fn settle(&mut self, faults: &Faults) {
        unread::settle(faults, self);
        self.fresh.clear();
    }

    /// Adds all that another has.
    pub(crate) fn join(&mut self, other: Self) {
        for (table, mut rows) in other.rows {
            let own = self.rows.entry(table).or_default();
            if own.is_empty() { *own = rows } else { own.append(&mut rows) }
        }
        self.coverage.extend(other.coverage);
        self.unread.extend(other.unread);
        self.vanished.extend(other.vanished);
    }

    /// Takes out the rows of a table that hold a text in a column.
    pub(crate) fn drop_rows(&mut self, table: &'static Table, column: &str, text: &str) -> Vec<Row> {
        let is_meant = |row: &Row| table.text(row, column) == Some(text);
        let (dropped, kept): (Vec<Row>, Vec<Row>) = self.take(table).into_iter().partition(is_meant);
        self.rows.insert(table.name, kept);
        let is_dropped = |cell: &UnreadCell| {
            cell.table == table.name && dropped.iter().any(|row| row.prefix(table.key) == &*cell.key)
        };
        self.unread.retain(|cell| !is_dropped(cell));
        dropped
    }

    /// Notes that something of a thing could not be read: a cell of its row, or the rows of a child table.
    pub(crate) fn note_unread(&mut self, table: &'static Table, row: &Row, column: &'static str) {
        let key = row.prefix(table.key).into();
        self.unread.push(UnreadCell { table: table.name, key, column, is_doubtful: false });
    }

    /// Notes that nothing was said of a cell, though things of its kind have it.
    pub(crate) fn note_unsaid(&mut self, table: &'static Table, row: &Row, column: &'static str) {
        let key: Box<[u8]> = row.prefix(table.key).into();
        let document = table.position("document").map(|_| "document");
        self.unread.extend([Some(column), document].into_iter().flatten().map(|column| UnreadCell {
            table: table.name,
            key: key.clone(),
            column,
            is_doubtful: true,
        }));
    }

    /// Notes that nothing was said of the rows of a table that begin with the first columns of this one.
    pub(crate) fn note_part(&mut self, table: &'static Table, row: &Row, columns: usize) {
        let key = row.prefix(columns).into();
        self.unread.push(UnreadCell { table: table.name, key, column: table.name, is_doubtful: true });
    }

    /// Keeps the rows of lists inside of a thing. Where an element of them cannot be read, all that is known of
    /// these lists stands in for what was shown, because a broken element may shift those after it. That ends with the
    /// first answer in which all elements can be read.
    pub(crate) fn nested(
        &mut self,
        item: &Item<'_>,
        of: (&'static Table, &Row),
        children: &[&'static Table],
        keep: impl FnOnce(&mut Self),
    ) {
        let (faults, doubts, unsaid) =
            (item.faults().count(), item.faults().doubts(), item.faults().unsaid());
        keep(self);
        let owned = |child: &&'static Table| child.is_inside(of.0);
        if children.iter().all(owned) {
            item.faults().doubt_odd_since(unsaid);
        }
        if item.faults().count() > faults {
            self.note_broken(of, children);
        } else if item.faults().doubts() > doubts {
            let (owned, whole): (Vec<&'static Table>, Vec<&'static Table>) =
                children.iter().copied().partition(owned);
            self.note_doubtful(of, &owned);
            // Rows that do not name the thing are all of the table.
            whole.into_iter().for_each(|child| self.note_part(child, of.1, 0));
        } else if item.faults().has_repeats() {
            // What comes twice may stand in the place of another.
            let owned = children.iter().copied().filter(owned);
            owned.for_each(|child| self.note_part(child, of.1, of.0.key));
        }
    }

    /// Notes that lists inside of a thing are shown in a form that proves nothing, as null: what is known of them stands in
    /// for one run. That ends with the array, or with the same answer in the next run.
    pub(crate) fn note_doubtful(&mut self, (table, row): (&'static Table, &Row), lists: &[&'static Table]) {
        let cells = ["document", "fault", "rule_operator"]
            .into_iter()
            .filter(|column| table.position(column).is_some());
        let key = row.prefix(table.key);
        self.unread.extend(lists.iter().map(|list| list.name).chain(cells).map(|column| UnreadCell {
            table: table.name,
            key: key.into(),
            column,
            is_doubtful: true,
        }));
    }

    /// Notes that lists inside of a thing could not be read as a whole, and so its document neither.
    pub(crate) fn note_broken(&mut self, of: (&'static Table, &Row), children: &[&'static Table]) {
        children.iter().for_each(|child| self.note_unread(of.0, of.1, child.name));
        for column in ["document", "fault"] {
            if of.0.position(column).is_some() {
                self.note_unread(of.0, of.1, column);
            }
        }
    }

    /// Notes that things of the list that is being read came twice in an answer that is one thing.
    pub(crate) fn note_twice(&mut self, things: u64) {
        self.twice += things;
    }

    /// Notes why the list that is being read may hold more than it showed.
    pub(crate) fn note_doubt(&mut self, reason: &str) {
        self.doubt.get_or_insert_with(|| reason.to_owned());
    }

    /// Takes out what was noted of the list that is being read: how many things came twice, and what is doubtful.
    pub(crate) fn take_notes(&mut self) -> (u64, Option<String>) {
        (std::mem::take(&mut self.twice), self.doubt.take())
    }

    /// Takes a table's rows out.
    pub(crate) fn take(&mut self, table: &Table) -> Vec<Row> {
        self.rows.remove(table.name).unwrap_or_default()
    }

    /// Refuses an account of which nothing could be read: a snapshot of it would hold nothing new, and would pass for
    /// one. That there is such an account does not count, because the sign-in says it as well.
    pub(crate) fn check(&self, account: &AccountId, accounts: &Table) -> Result<(), CollectError> {
        let is_read = |each: &Coverage| {
            each.pages > 0 && matches!(each.status, ListStatus::Complete | ListStatus::Doubtful)
        };
        let lists = || self.coverage.iter().filter(|each| each.listing != accounts.listing);
        if lists().any(is_read) {
            return Ok(());
        }
        let reason = lists().find_map(|each| each.reason.clone());
        Err(CollectError::NothingRead {
            account: account.id().to_owned(),
            lists: lists().count(),
            reason: reason.unwrap_or_else(|| "no answer says anything".to_owned()),
        })
    }

    /// Makes the tables of a cloud of all that was seen.
    pub(crate) fn into_state(mut self, cloud: Cloud) -> State {
        let mut state = State::default();
        for table in tables::of_cloud(cloud) {
            let rows = if table.name == tables::COVERAGE.name {
                self.coverage.iter().map(Coverage::row).collect()
            } else {
                self.take(table)
            };
            state.put(table, Rows::new(table, rows));
        }
        self.unread.sort_unstable();
        self.unread.dedup();
        state.note_unread(self.unread);
        state
    }

    /// Returns the rows of a table as they came.
    pub(crate) fn rows(&self, table: &Table) -> &[Row] {
        self.rows.get(table.name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the texts of a column; rows without one are left out.
    pub(crate) fn texts<'a>(&'a self, table: &'static Table, column: &str) -> impl Iterator<Item = &'a str> {
        let position = table.position(column);
        self.rows(table).iter().filter_map(move |row| row.value(position?).as_text())
    }

    /// Reports whether every list of that name was read to its end.
    pub(crate) fn is_complete(&self, listing: &str) -> bool {
        self.wholeness(listing) == Wholeness::Whole
    }

    /// Returns how far the lists of that name are known: as far as the worst of them.
    pub(crate) fn wholeness(&self, listing: &str) -> Wholeness {
        let named = self.coverage.iter().filter(|each| each.listing == listing);
        let wholeness = |each: &Coverage| match each.status {
            ListStatus::Complete => Wholeness::Whole,
            ListStatus::Doubtful => Wholeness::Doubtful,
            ListStatus::Denied | ListStatus::Failed | ListStatus::Skipped => Wholeness::Partial,
        };
        named.map(wholeness).max().unwrap_or(Wholeness::Whole)
    }

    /// Marks lists as denied that showed less than there is, though nothing went wrong with them.
    pub(crate) fn deny(&mut self, listing: &str, parent: Option<&str>, reason: &str) {
        for coverage in self.unbroken(listing, parent) {
            coverage.status = ListStatus::Denied;
            coverage.reason = Some(reason.to_owned());
        }
    }

    /// Marks a list as doubtful that showed nothing, though nothing went wrong with it.
    pub(crate) fn doubt(&mut self, listing: &str, parent: &str, reason: &str) {
        for coverage in self.unbroken(listing, Some(parent)) {
            (coverage.status, coverage.reason) = (ListStatus::Doubtful, Some(reason.to_owned()));
        }
    }

    /// Ends the doubt about lists of which something else says how many things they have.
    pub(crate) fn prove(&mut self, listing: &str, parent: Option<&str>) {
        for coverage in self.unbroken(listing, parent) {
            coverage.status = ListStatus::Complete;
            coverage.reason = None;
        }
    }

    /// Holds the list of each parent against something else that says how many things it has: it is proven, or denied with the
    /// reason. Each list is looked at once, however many parents there are.
    pub(crate) fn hold_against_counts(
        &mut self,
        listing: &str,
        verdict: impl Fn(&str) -> Option<Result<(), String>>,
    ) {
        for coverage in self.unbroken(listing, None) {
            match verdict(&coverage.parent) {
                Some(Ok(())) => (coverage.status, coverage.reason) = (ListStatus::Complete, None),
                Some(Err(reason)) => (coverage.status, coverage.reason) = (ListStatus::Denied, Some(reason)),
                None => {}
            }
        }
    }

    /// Returns the lists that were read to an end, proven or doubtful.
    fn unbroken(&mut self, listing: &str, parent: Option<&str>) -> impl Iterator<Item = &mut Coverage> {
        self.coverage.iter_mut().filter(move |each| {
            let is_read = matches!(each.status, ListStatus::Complete | ListStatus::Doubtful);
            each.listing == listing && is_read && parent.is_none_or(|parent| each.parent == parent)
        })
    }

    /// Writes down a list that need not be asked for, because something else says that it is empty.
    pub(crate) fn none(&mut self, listing: &str, parent: &str, endpoint: &str) {
        self.coverage.push(Coverage {
            listing: listing.to_owned(),
            parent: parent.to_owned(),
            endpoint: endpoint.to_owned(),
            status: ListStatus::Complete,
            reason: None,
            pages: 0,
            rows: 0,
            carried_from: None,
        });
    }

    /// Writes down that a list was read in the same answer as another.
    pub(crate) fn same(&mut self, of: &str, listing: &str, parent: &str) {
        let Some(coverage) = self.coverage.iter().find(|each| each.listing == of).cloned() else { return };
        self.coverage.push(Coverage { listing: listing.to_owned(), parent: parent.to_owned(), ..coverage });
    }

    /// Makes one coverage row of all that a listing has, for lists that are read in several calls.
    pub(crate) fn as_one(&mut self, listing: &str, parent: &str, endpoint: &str) {
        let (parts, others) = std::mem::take(&mut self.coverage)
            .into_iter()
            .partition(|each: &Coverage| each.listing == listing && each.parent == parent);
        self.coverage = others;
        self.none(listing, parent, endpoint);
        let Some(whole) = self.coverage.last_mut() else { return };
        for part in parts {
            whole.pages += part.pages;
            whole.rows += part.rows;
            if whole.is_complete() {
                (whole.status, whole.reason) = (part.status, part.reason);
            }
        }
    }

    /// Writes down a list that was not asked for, because what it hangs on was seen only this far. A doubt about
    /// that is a doubt about this list, and ends with it.
    pub(crate) fn skip(&mut self, listing: &str, parent: &str, endpoint: &str, of: Wholeness, reason: &str) {
        self.none(listing, parent, endpoint);
        let status = if of == Wholeness::Doubtful { ListStatus::Doubtful } else { ListStatus::Skipped };
        let skipped = self.coverage.last_mut();
        skipped.into_iter().for_each(|each| (each.status, each.reason) = (status, Some(reason.to_owned())));
    }
}

/// How far the lists of one name are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wholeness {
    /// All of them were read to their proven end.
    Whole,
    /// At least one showed nothing in a form that proves nothing.
    Doubtful,
    /// At least one was refused or broke off.
    Partial,
}

/// Where the things are in an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Items {
    /// In the array of this name.
    Each(&'static str),
    /// The items are in several arrays, one after the other.
    In(&'static [&'static str]),
    /// The answer is the thing.
    Whole {
        /// A member that it always has, where there is one: without it, the answer is something else.
        has: Option<&'static str>,
    },
    /// The object of this name is the thing.
    Under {
        /// Name of the object.
        name: &'static str,
        /// A member that it always has, where there is one.
        has: Option<&'static str>,
    },
}

/// One list to be read.
#[derive(Debug)]
pub(crate) struct List<'a> {
    /// Its name in the table declarations.
    pub(crate) listing: &'static str,
    /// What it is read for; empty for the whole account.
    pub(crate) parent: &'a str,
    /// The address of the first page.
    pub(crate) first: Url,
    /// How it goes on.
    pub(crate) family: Family,
    /// Where the things are.
    pub(crate) items: Items,
    /// Codes by which the interface says, with 404, that there is no such thing; see [`List::or_none`].
    pub(crate) none: &'static [&'static str],
    /// Codes by which the interface says, with 400, that it does not know what was asked for; see [`List::if_known`].
    pub(crate) unknown: &'static [&'static str],
}

impl<'a> List<'a> {
    /// Describes a list of the whole account.
    pub(crate) const fn new(listing: &'static str, first: Url, family: Family, items: Items) -> Self {
        List { listing, parent: "", first, family, items, none: &[], unknown: &[] }
    }

    /// Sets what the list is read for.
    pub(crate) const fn of(mut self, parent: &'a str) -> Self {
        self.parent = parent;
        self
    }

    /// Declares the interface's own codes for "there is none". Only 404 with one of them is believed: a page of HTML, an
    /// empty answer or a gateway that does not know the path say nothing of the thing.
    pub(crate) const fn or_none(mut self, codes: &'static [&'static str]) -> Self {
        self.none = codes;
        self
    }

    /// Declares the interface's own codes for a value that it does not know. A list of things in a state that the cloud
    /// does not have is empty, and its coverage names the value.
    pub(crate) const fn if_known(mut self, codes: &'static [&'static str]) -> Self {
        self.unknown = codes;
        self
    }

    /// Starts the coverage of the list.
    pub(crate) fn begin(&self) -> Coverage {
        Coverage {
            listing: self.listing.to_owned(),
            parent: self.parent.to_owned(),
            endpoint: format!("GET {}", self.first.path()),
            status: ListStatus::Complete,
            reason: None,
            pages: 0,
            rows: 0,
            carried_from: None,
        }
    }
}
