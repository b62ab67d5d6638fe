//! One list, from its first page to its last: rows and a coverage row come out, whatever happens.
//!
//! In: where the list is, how it is continued, and what to make of an item. Out: [`Seen`]. A list
//! that breaks off keeps the rows it has; its coverage says that they are not all.

use std::collections::BTreeMap;

use model::{Cloud, Coverage, ListStatus, Row, Rows, State, Table, UnreadCell, tables};
use serde_json::Value;
use url::Url;

use crate::{
    http::CallError,
    item::{Faults, Item},
    paging::{Family, Page, Walk},
    session::SignedIn,
    unread,
};

/// Rows by table, and how their lists were read.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    rows: BTreeMap<&'static str, Vec<Row>>,
    /// One for each list.
    pub(crate) coverage: Vec<Coverage>,
    /// Cells that hold nothing because they could not be read.
    pub(crate) unread: Vec<UnreadCell>,
    /// The tables of the rows that the item at hand gave.
    fresh: Vec<&'static Table>,
}

impl Seen {
    /// Adds a row.
    pub(crate) fn push(&mut self, table: &'static Table, row: Row) {
        self.rows.entry(table.name).or_default().push(row);
        self.fresh.push(table);
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
    fn settle(&mut self, faults: &Faults) {
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
    }

    /// Takes a table's rows out.
    pub(crate) fn take(&mut self, table: &Table) -> Vec<Row> {
        self.rows.remove(table.name).unwrap_or_default()
    }

    /// Makes the tables of a cloud of all that was seen.
    pub(crate) fn into_state(mut self, cloud: Cloud) -> State {
        let mut state = State::default();
        for table in tables::of(cloud) {
            let rows = if table.name == tables::COVERAGE.name {
                self.coverage.iter().map(Coverage::row).collect()
            } else {
                self.take(table)
            };
            state.put(table, Rows::new(table, rows));
        }
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

    /// Says whether every list of that name was read to its end.
    pub(crate) fn is_complete(&self, listing: &str) -> bool {
        self.coverage.iter().filter(|each| each.listing == listing).all(Coverage::is_complete)
    }

    /// Says of lists that were read to their end that they showed less than there is.
    pub(crate) fn deny(&mut self, listing: &str, parent: Option<&str>, reason: &str) {
        let meant = self.coverage.iter_mut().filter(|each| {
            each.listing == listing && each.is_complete() && parent.is_none_or(|parent| each.parent == parent)
        });
        for coverage in meant {
            coverage.status = ListStatus::Denied;
            coverage.reason = Some(reason.to_owned());
        }
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

    /// Writes down a list that was not asked for.
    pub(crate) fn skip(&mut self, listing: &str, parent: &str, endpoint: &str, reason: &str) {
        self.none(listing, parent, endpoint);
        let skipped = self.coverage.last_mut();
        skipped.into_iter().for_each(|each| {
            (each.status, each.reason) = (ListStatus::Skipped, Some(reason.to_owned()));
        });
    }
}

/// Where the things are in an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Items {
    /// In the array of this name. It may be null when there are none, but not missing.
    Each(&'static str),
    /// In the array of this name, which may be missing when there are none.
    AnyOf(&'static str),
    /// In several arrays, of which some may be missing.
    In(&'static [&'static str]),
    /// The answer is the thing.
    Whole,
    /// The object of this name is the thing.
    Under(&'static str),
}

/// One list to be read.
#[derive(Debug)]
pub(crate) struct List<'a> {
    /// Its name in the table declarations.
    pub(crate) listing: &'static str,
    /// What it is read for; empty for the whole account.
    pub(crate) parent: &'a str,
    /// Its first page.
    pub(crate) first: Url,
    /// How it goes on.
    pub(crate) family: Family,
    /// Where the things are.
    pub(crate) items: Items,
    /// Whether 204 and 404 say that there are none.
    pub(crate) may_be_missing: bool,
}

impl<'a> List<'a> {
    /// Describes a list of the whole account.
    pub(crate) const fn new(listing: &'static str, first: Url, family: Family, items: Items) -> Self {
        List { listing, parent: "", first, family, items, may_be_missing: false }
    }

    /// Says what the list is read for.
    pub(crate) const fn of(mut self, parent: &'a str) -> Self {
        self.parent = parent;
        self
    }

    /// Says that 204 and 404 mean that there are none.
    pub(crate) const fn or_none(mut self) -> Self {
        self.may_be_missing = true;
        self
    }

    fn begin(&self) -> Coverage {
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

/// Reads a list; `keep` makes rows of each item.
pub(crate) async fn read(
    session: &dyn SignedIn,
    list: List<'_>,
    keep: impl FnMut(&Item<'_>, &mut Seen) + Send,
) -> Seen {
    let (mut seen, coverage, _) = attempt(session, &list, keep).await;
    report(session, &coverage);
    seen.coverage.push(coverage);
    seen
}

/// Tells whoever waits for it that a list was read.
pub(crate) fn report(session: &dyn SignedIn, coverage: &Coverage) {
    let Coverage { listing, parent, pages, rows, .. } = coverage;
    session.progress().listed(listing, usize::try_from(*rows).unwrap_or_default());
    match &coverage.reason {
        None => tracing::debug!(listing, parent, pages, rows, "list read"),
        Some(reason) => tracing::warn!(listing, parent, pages, rows, reason, "list is not complete"),
    }
}

/// Reads a list like [`read`], but leaves it to the caller what becomes of its coverage, and of the
/// error that ended it.
pub(crate) async fn attempt(
    session: &dyn SignedIn,
    list: &List<'_>,
    mut keep: impl FnMut(&Item<'_>, &mut Seen) + Send,
) -> (Seen, Coverage, Option<CallError>) {
    let (mut seen, mut coverage, faults) = (Seen::default(), list.begin(), Faults::default());
    let mut walk = Walk::new(list.family, list.first.clone(), session.budget().pages);
    let end = loop {
        let page = match session.read(walk.here(), list.listing).await {
            Ok(Some(page)) => page,
            Ok(None) if list.may_be_missing => break Ok(()),
            Err(error) if list.may_be_missing && error.is_absence() => break Ok(()),
            Ok(None) => break Err(CallError::Malformed("the answer has no content".to_owned())),
            Err(error) => break Err(error),
        };
        coverage.pages += 1;
        match turn(list, &page, &faults, &mut walk, &mut |item: &Item<'_>| {
            coverage.rows += 1;
            keep(item, &mut seen);
            seen.settle(&faults);
        }) {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(reason) => break Err(CallError::Malformed(reason)),
        }
    };
    judge(&mut coverage, &end, &faults, walk.claimed());
    if let Err(error) = &end
        && let Some(transaction) = error.transaction()
    {
        tracing::warn!(listing = list.listing, parent = list.parent, transaction, %error, "call was refused");
    }
    (seen, coverage, end.err())
}

fn turn(
    list: &List<'_>,
    page: &Value,
    faults: &Faults,
    walk: &mut Walk,
    keep: &mut dyn FnMut(&Item<'_>),
) -> Result<bool, String> {
    let Value::Object(members) = page else { return Err("the answer is no object".to_owned()) };
    let mut shown = Page { members, things: 0, first: None };
    let mut each = |items: &[Value], shown: &mut Page<'_>| {
        shown.things += u64::try_from(items.len()).unwrap_or_default();
        items.iter().filter_map(|item| Item::whole(item, faults)).for_each(|item| keep(&item));
    };
    match list.items {
        Items::Whole => Item::whole(page, faults).iter().for_each(&mut *keep),
        Items::Under(name) => match members.get(name) {
            Some(thing @ Value::Object(_)) => Item::whole(thing, faults).iter().for_each(keep),
            None | Some(Value::Null) if list.may_be_missing => {}
            _ => return Err(format!("the answer has no object `{name}`")),
        },
        Items::Each(name) | Items::AnyOf(name) => match members.get(name) {
            Some(Value::Array(items)) => {
                shown.first = items.first();
                each(items, &mut shown);
            }
            Some(Value::Null) => {}
            None if matches!(list.items, Items::AnyOf(_)) => {}
            _ => return Err(format!("the answer has no array `{name}`")),
        },
        Items::In(names) => {
            let arrays = || names.iter().filter_map(|name| members.get(*name));
            if arrays().next().is_none() {
                return Err(format!("the answer has none of `{}`", names.join("`, `")));
            }
            for array in arrays().filter(|array| !array.is_null()) {
                let Value::Array(items) = array else { return Err("a list is no array".to_owned()) };
                each(items, &mut shown);
            }
        }
    }
    walk.turn(&shown)
}

fn judge(coverage: &mut Coverage, end: &Result<(), CallError>, faults: &Faults, claimed: u64) {
    let rows = u64::try_from(coverage.rows).unwrap_or_default();
    let (status, reason) = if let Err(error) = end {
        let refused = matches!(error.status(), Some(401 | 403));
        (if refused { ListStatus::Denied } else { ListStatus::Failed }, error.to_string())
    } else if let Some(reason) = faults.reason() {
        (ListStatus::Failed, reason)
    } else if rows < claimed {
        (ListStatus::Denied, format!("the list counts {claimed} things and shows {rows}"))
    } else {
        return;
    };
    coverage.status = status;
    coverage.reason = Some(reason);
}
