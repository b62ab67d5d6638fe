//! Lists that showed nothing in a form that proves nothing: believed, or not yet.

use model::{Coverage, ListStatus, Lists, Reading, Row, Rows, State, Table, Trust, tables};

use crate::unread;

/// Returns the lists of a state, with those that are doubtful and believed as complete: nothing was known of them
/// before, they held no rows, or the former run was in the same doubt. The others end their doubt in the next run, by
/// the same answer or a better one.
pub(crate) fn believed(before: &State, seen: &State, declared: &[&'static Table]) -> Lists {
    let (former, shown) = (Lists::of(before), Lists::of(seen));
    let believe = |list: &Coverage| {
        if list.status != ListStatus::Doubtful {
            return list.clone();
        }
        let known = former.get(&list.listing, &list.parent);
        let is_believed = known.is_none_or(|known| {
            (known.status == ListStatus::Doubtful && !is_of_inner_lists(known))
                || Trust::of(known) == Trust::Never
                || !had_rows(before, list, declared)
        });
        match is_believed {
            true => Coverage { status: ListStatus::Complete, reason: None, ..list.clone() },
            false => list.clone(),
        }
    };
    shown.iter().map(believe).collect()
}

/// Returns the coverage of a state as it would be if every doubtful list were believed; nothing where none is in doubt.
///
/// Where the former snapshot has this very coverage, it believed them, and they showed as much as now.
#[must_use]
pub fn believed_coverage(seen: &State) -> Option<Rows> {
    let lists: Vec<Coverage> = seen.rows(&tables::COVERAGE).iter().map(Coverage::from_row).collect();
    let rows = lists.iter().map(|list| match list.status {
        ListStatus::Doubtful => Coverage { status: ListStatus::Complete, reason: None, ..list.clone() }.row(),
        _ => list.row(),
    });
    let is_doubtful = lists.iter().any(|list| list.status == ListStatus::Doubtful);
    is_doubtful.then(|| Rows::new(&tables::COVERAGE, rows.collect()))
}

/// Returns whether a list was in doubt only because of lists inside of its things.
fn is_of_inner_lists(list: &Coverage) -> bool {
    list.reason.as_deref().is_some_and(|reason| reason.starts_with(unread::INNER))
}

/// Returns whether a state holds rows of a list.
fn had_rows(before: &State, list: &Coverage, declared: &[&'static Table]) -> bool {
    let column = |table: &Table| match (table.reading, table.parent) {
        (Reading::PerParent, Some(parent)) => Some(parent.column),
        (Reading::InParts { column, .. }, _) => Some(column),
        _ => None,
    };
    let is_of = |table: &Table, row: &Row| {
        // A row that names no part may be of any.
        let named = column(table).and_then(|column| table.text(row, column));
        named.is_none_or(|named| list.parent.split('/').next() == Some(named) || list.parent == named)
            || (list.parent.is_empty() && table.reading != Reading::PerParent)
    };
    let of_listing = declared.iter().filter(|table| table.listing == list.listing);
    of_listing.into_iter().any(|table| before.rows(table).iter().any(|row| is_of(table, row)))
}
