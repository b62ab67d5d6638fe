//! Rows that are numbered by their place in a list: what was put into the list or taken out of it, whoever moved up or down
//! by that.
//!
//! In: the changes of the rows of one thing. Out: the same, where a row that only has another place now is no change.

use std::{borrow::Cow, collections::BTreeMap};

use model::{Change, ChangeKind, Row, Table, Value};

/// The last column of a key that is only a place.
const PLACE: &str = "position";

/// Returns what changed in lists of which rows are numbered by their place, as rows added and removed.
pub(crate) fn without_moves(parts: Vec<Cow<'_, Change>>) -> Vec<Cow<'_, Change>> {
    let (numbered, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| is_numbered(part.table));
    let mut by_table: BTreeMap<&str, Vec<Cow<'_, Change>>> = BTreeMap::new();
    for part in numbered {
        by_table.entry(part.table.name).or_default().push(part);
    }
    others.into_iter().chain(by_table.into_values().flat_map(settle)).collect()
}

fn is_numbered(table: &Table) -> bool {
    table.key_columns().last().is_some_and(|column| column.name == PLACE)
}

/// Takes out the rows that are there before and after at another place. Where nothing else happened, the order is what
/// changed, and all is told as it is.
fn settle(parts: Vec<Cow<'_, Change>>) -> Vec<Cow<'_, Change>> {
    let Some(table) = parts.first().map(|part| part.table) else { return parts };
    let mut gone: Vec<Row> = parts.iter().filter_map(|part| part.row_before().cloned()).collect();
    let mut new: Vec<Row> = Vec::new();
    for row in parts.iter().filter_map(|part| part.row_after()) {
        match gone.iter().position(|known| is_same(table, known, row)) {
            Some(place) => drop(gone.swap_remove(place)),
            None => new.push(row.clone()),
        }
    }
    if gone.is_empty() && new.is_empty() {
        return parts;
    }
    // What changed at its place, and is nowhere else, is told as changed.
    let is_changed = |part: &Cow<'_, Change>| {
        part.row_before().is_some_and(|before| gone.contains(before))
            && part.row_after().is_some_and(|after| new.contains(after))
    };
    let mut told: Vec<Cow<'_, Change>> = parts.into_iter().filter(is_changed).collect();
    let is_told =
        |row: &Row| told.iter().any(|part| part.row_before() == Some(row) || part.row_after() == Some(row));
    gone.retain(|row| !is_told(row));
    new.retain(|row| !is_told(row));
    let removed = gone.into_iter().map(|before| ChangeKind::Removed { before });
    let added = new.into_iter().map(|after| ChangeKind::Added { after });
    told.extend(removed.chain(added).map(|kind| Cow::Owned(Change::new(table, kind))));
    told
}

/// Returns whether two rows differ in nothing but their place.
fn is_same(table: &Table, one: &Row, other: &Row) -> bool {
    let rest = |row: &Row| -> Vec<String> {
        let cells = row.values().enumerate().filter(|(place, _)| place + 1 != table.key);
        cells.map(|(_, value): (usize, Value<'_>)| format!("{value:?}")).collect()
    };
    rest(one) == rest(other)
}

#[cfg(test)]
mod tests {
    use model::{Rows, State, tables::huawei::TRUST_PRINCIPALS};

    use super::*;

    fn state(patterns: &[&str]) -> State {
        let rows = patterns.iter().zip(0_i64..).map(|(pattern, place)| {
            let draft = TRUST_PRINCIPALS.draft().set("agency_id", "a").set("statement", "0");
            draft.set("position", place).set("type", "IAM").set("pattern", *pattern).row()
        });
        let mut state = State::default();
        state.put(&TRUST_PRINCIPALS, Rows::new(&TRUST_PRINCIPALS, rows.collect()));
        state
    }

    fn tell(before: &[&str], after: &[&str]) -> Vec<String> {
        let rows =
            |patterns: &[&str]| state(patterns).rows(&TRUST_PRINCIPALS).iter().cloned().collect::<Vec<_>>();
        let (before, after) = (rows(before), rows(after));
        let longest = before.len().max(after.len());
        let changes: Vec<Change> = (0..longest)
            .filter(|place| before.get(*place) != after.get(*place))
            .filter_map(|place| {
                let kind = match (before.get(place).cloned(), after.get(place).cloned()) {
                    (Some(before), Some(after)) => ChangeKind::Changed { before, after },
                    (Some(before), None) => ChangeKind::Removed { before },
                    (None, Some(after)) => ChangeKind::Added { after },
                    (None, None) => return None,
                };
                Some(Change::new(&TRUST_PRINCIPALS, kind))
            })
            .collect();
        let parts = without_moves(changes.iter().map(Cow::Borrowed).collect());
        let mut told: Vec<String> = parts
            .iter()
            .map(|part| {
                let row = part.row_after().or_else(|| part.row_before()).unwrap();
                format!("{} {}", part.verb(), TRUST_PRINCIPALS.text(row, "pattern").unwrap())
            })
            .collect();
        told.sort();
        told
    }

    #[test]
    fn what_only_moved_up_or_down_did_not_change() {
        assert_eq!(tell(&["b", "c"], &["a", "b", "c"]), ["added a"]);
        assert_eq!(tell(&["a", "b", "c"], &["b", "c"]), ["removed a"]);
        assert_eq!(tell(&["b", "d"], &["a", "d", "e"]), ["added e", "changed a"]);
    }

    #[test]
    fn another_order_alone_is_told_as_it_is() {
        assert_eq!(tell(&["a", "b"], &["b", "a"]), ["changed a", "changed b"]);
    }

    #[test]
    fn the_same_twice_counts_twice() {
        assert_eq!(tell(&["a"], &["a", "a"]), ["added a"]);
    }
}
