//! What a row shows only because it could not be read before, told apart from what was done to the row since.

use std::collections::{BTreeMap, BTreeSet};

use model::{Change, ChangeKind, Lists, Row, Table, Trust, Weight, tables};

use crate::unread::{cell_name, is_noted, list_of};

/// Cells that the former coverage notes as not known, and whether their list was never whole.
pub(crate) struct Noted(BTreeMap<String, bool>);

impl Noted {
    /// Reads what the coverage of the former snapshot notes.
    pub(crate) fn of(former: &Lists) -> Self {
        let noted = former.iter().filter(|list| list.reason.is_some()).flat_map(|list| {
            let is_never = Trust::of(list) == Trust::Never;
            list.unread_cells().0.into_iter().map(move |cell| (cell, is_never))
        });
        Self(noted.collect())
    }

    /// Weighs a change of a row that is inside of a thing: where the rows of its table could not be read when the thing came,
    /// what they show now is no drift.
    pub(crate) fn weigh(&self, change: Change) -> Change {
        let table = change.table;
        let row = change.row_before().or_else(|| change.row_after()).filter(|_| !self.0.is_empty());
        let Some(row) = row else { return change };
        let owners = tables::all().filter(|owner| owner.listing == table.listing && owner.key < table.key);
        let mut noted =
            owners.filter_map(|owner| self.0.get(&cell_name(owner, row.prefix(owner.key), table.name)));
        match noted.next() {
            Some(true) => Change { weight: Weight::Baseline, ..change },
            Some(false) => Change { weight: Weight::Revealed, ..change },
            None => change,
        }
    }
}

/// Parts a change of a row into what it shows only because it could not be read before, and what was done to it since.
///
/// What could not be read when the row came is part of what was told of it then, or of the baseline where its list was never
/// whole: it is no drift. Each of the two is left out where nothing of its kind differs.
pub(crate) fn part_revealed(former: &Lists, table: &'static Table, change: Change) -> Vec<Change> {
    let ChangeKind::Changed { before, after } = &change.kind else { return vec![change] };
    if change.weight == Weight::Activity {
        return vec![change];
    }
    let cells = || table.columns.iter().zip(before.values().zip(after.values()));
    let differing = cells().filter(|(column, (before, after))| before != after && !column.moves);
    let (revealed, others): (BTreeSet<&str>, BTreeSet<&str>) =
        differing.map(|(column, _)| column.name).partition(|name| is_noted(former, table, before, name));
    if revealed.is_empty() {
        return vec![change];
    }
    let (listing, parent) = list_of(former, table, before);
    let was_baseline = former.get(&listing, &parent).is_some_and(|list| Trust::of(list) == Trust::Never);
    let weight = if was_baseline { Weight::Baseline } else { Weight::Revealed };
    if others.is_empty() {
        return vec![Change { weight, ..change }];
    }
    let between = Row::pack(cells().map(
        |(column, (before, after))| {
            if revealed.contains(column.name) { after } else { before }
        },
    ));
    let shown = ChangeKind::Changed { before: before.clone(), after: between.clone() };
    let done = ChangeKind::Changed { before: between, after: after.clone() };
    vec![Change { table, kind: shown, weight }, Change::new(table, done)]
}
