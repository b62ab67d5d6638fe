//! Lists that showed nothing in a form that proves nothing: believed, or not yet.

use std::collections::{BTreeMap, BTreeSet};

use model::{Coverage, ListStatus, Lists, Rows, State, Table, Trust, tables};

use crate::{carry::owner, unread};

/// The lists of a state, as far as they are believed.
pub(crate) struct Believed {
    /// Those that are doubtful and believed are complete here.
    pub(crate) lists: Lists,
    /// Known rows that a list in doubt leaves out while it shows others, as the coverage names them, by listing and parent.
    pub(crate) missing: BTreeMap<(String, String), BTreeSet<String>>,
}

/// Returns a state as if its doubtful lists had failed: for a run that began before the state was taken. Both were shown the same moment, so that
/// the second is no second answer.
#[must_use]
pub fn without_doubts(state: &State) -> State {
    let lists = state.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
    let rows = lists.map(|list| {
        let is_doubtful = list.status == ListStatus::Doubtful;
        let status = if is_doubtful { ListStatus::Failed } else { list.status };
        let reason = list.reason.as_deref().map(|reason| unread::without_doubted(reason).to_owned());
        Coverage { status, reason, ..list }.row()
    });
    let coverage = Rows::new(&tables::COVERAGE, rows.collect());
    let mut state = state.clone();
    state.put(&tables::COVERAGE, coverage);
    state
}

/// Returns the lists of a state, with those that are doubtful and believed as complete: nothing was known of them
/// before, they held no rows, or the former run was in the same doubt. The others end their doubt in the next run, by
/// the same answer or a better one.
///
/// Answers are the same where nothing is left out that the former one did not leave out, too: a list that is in doubt run after run
/// and loses a row on the way is not believed before it has left out that very row twice.
pub(crate) fn believed(before: &State, seen: &State, declared: &[&'static Table]) -> Believed {
    let (former, shown) = (Lists::of(before), Lists::of(seen));
    let mut missing = BTreeMap::new();
    let believe = |list: &Coverage| {
        if list.status != ListStatus::Doubtful {
            return list.clone();
        }
        let left_out = match list.rows {
            // It leaves out all, and the next run needs no names to see that.
            0 => BTreeSet::new(),
            _ => left_out(before, seen, &shown, list, declared),
        };
        let known = former.get(&list.listing, &list.parent);
        let is_believed = known.is_none_or(|known| {
            was_in_same_doubt(known, list, &left_out)
                || Trust::of(known) == Trust::Never
                || !had_rows(before, &shown, list, declared)
        });
        if is_believed {
            return Coverage { status: ListStatus::Complete, reason: None, ..list.clone() };
        }
        if !left_out.is_empty() {
            missing.insert((list.listing.clone(), list.parent.clone()), left_out);
        }
        list.clone()
    };
    Believed { lists: shown.iter().map(believe).collect(), missing }
}

/// Returns whether the former answer, in doubt as a whole, left out all that this one leaves out.
fn was_in_same_doubt(known: &Coverage, list: &Coverage, left_out: &BTreeSet<String>) -> bool {
    let is_in_doubt = known.status == ListStatus::Doubtful && !is_of_inner_lists(known);
    let leaves_out_all = list.rows == 0;
    let left_out_all = known.rows == 0;
    is_in_doubt && (left_out_all || !leaves_out_all && unread::are_doubted(known, left_out))
}

/// Returns the rows that were known of a list and that it does not show, as the coverage names them. What is part of a thing is left out
/// with it.
fn left_out(
    before: &State,
    seen: &State,
    shown: &Lists,
    list: &Coverage,
    declared: &[&'static Table],
) -> BTreeSet<String> {
    let of_list = |table: &&&'static Table| table.listing == list.listing && owner(table, declared).is_none();
    let mut names = BTreeSet::new();
    for table in declared.iter().filter(of_list) {
        let rows = seen.rows(table);
        let missing =
            before.rows(table).iter().filter(|row| rows.get(table, row.prefix(table.key)).is_none());
        let missing = missing.filter(|row| shown.may_show(list, table, row));
        names.extend(missing.map(|row| unread::row_name(table, row.prefix(table.key))));
    }
    names
}

/// Returns the coverage of a state as it would be if every doubtful list were believed, and the tables that these lists are of; nothing
/// where none is in doubt.
///
/// Where the former snapshot has this very coverage and these very tables, it believed them, and they showed what they show now. The
/// coverage alone proves nothing: a list may count its things and be in doubt about what is inside of them.
#[must_use]
pub fn believed_coverage(seen: &State, declared: &[&'static Table]) -> Option<(Rows, Vec<&'static Table>)> {
    let lists: Vec<Coverage> = seen.rows(&tables::COVERAGE).iter().map(Coverage::from_row).collect();
    let rows = lists.iter().map(|list| match list.status {
        ListStatus::Doubtful => Coverage { status: ListStatus::Complete, reason: None, ..list.clone() }.row(),
        _ => list.row(),
    });
    let coverage = Rows::new(&tables::COVERAGE, rows.collect());
    let is_in_doubt = |table: &&&'static Table| {
        let is_doubtful = |list: &Coverage| list.status == ListStatus::Doubtful;
        lists.iter().any(|list| is_doubtful(list) && list.listing == table.listing)
    };
    let tables: Vec<&'static Table> = declared.iter().filter(is_in_doubt).copied().collect();
    (!tables.is_empty()).then_some((coverage, tables))
}

/// Returns whether a list was in doubt only because of lists inside of its things.
fn is_of_inner_lists(list: &Coverage) -> bool {
    list.reason.as_deref().is_some_and(|reason| reason.starts_with(unread::INNER))
}

/// Returns whether doubtful lists show every row that was known of them: then nothing of what they may have left out was ever known. Only
/// some tables are looked at, which both states hold.
#[must_use]
pub fn shows_what_was_known(before: &State, seen: &State, tables: &[&'static Table]) -> bool {
    let lists = Lists::of(seen);
    let doubtful: Vec<&Coverage> = lists.iter().filter(|list| list.status == ListStatus::Doubtful).collect();
    tables.iter().all(|table| {
        let rows = seen.rows(table);
        let missing =
            before.rows(table).iter().filter(|row| rows.get(table, row.prefix(table.key)).is_none());
        let of_table: Vec<&&Coverage> =
            doubtful.iter().filter(|list| list.listing == table.listing).collect();
        !missing.into_iter().any(|row| of_table.iter().any(|list| lists.may_show(list, table, row)))
    })
}

/// Returns whether a state holds rows of a list.
fn had_rows(before: &State, shown: &Lists, list: &Coverage, declared: &[&'static Table]) -> bool {
    let of_listing = declared.iter().filter(|table| table.listing == list.listing);
    of_listing.into_iter().any(|table| before.rows(table).iter().any(|row| shown.may_show(list, table, row)))
}
