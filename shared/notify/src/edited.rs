//! Statements without a name that were edited in place: what of them is other now, instead of all that they said and say.
//!
//! In: the changes of the rows of one thing. Out: the same, where a statement that is known by what it says took the place of
//! another, without the rows that both have. The rows that are left keep their keys.

use std::{borrow::Cow, collections::BTreeMap};

use model::{Change, ChangeKind, Row, Value, tables::huawei::DOCUMENTS};

/// The statements of one document that are gone and those that are new, by the packed columns that name them.
#[derive(Default)]
struct Turnover {
    gone: Vec<Box<[u8]>>,
    new: Vec<Box<[u8]>>,
}

/// Leaves out the rows that an edited statement has before and after. A statement counts as edited where it is the only one
/// of its document that went, and one came.
pub(crate) fn without_kept_rows(mut parts: Vec<Cow<'_, Change>>) -> Vec<Cow<'_, Change>> {
    for family in &DOCUMENTS {
        let columns = family.statements.key;
        let mut documents: BTreeMap<Box<[u8]>, Turnover> = BTreeMap::new();
        for part in parts.iter().filter(|part| part.table.name == family.statements.name) {
            let turnover = |row: &Row| (row.prefix(columns - 1).into(), row.prefix(columns).into());
            match &part.kind {
                ChangeKind::Removed { before } => {
                    let (document, statement) = turnover(before);
                    documents.entry(document).or_default().gone.push(statement);
                }
                ChangeKind::Added { after } => {
                    let (document, statement) = turnover(after);
                    documents.entry(document).or_default().new.push(statement);
                }
                ChangeKind::Changed { .. } | ChangeKind::Replaced { .. } => {}
            }
        }
        for Turnover { gone, new } in documents.into_values() {
            if let ([gone], [new]) = (gone.as_slice(), new.as_slice()) {
                parts = without_pairs(parts, columns, gone, new);
            }
        }
    }
    parts
}

/// Leaves out pairs of a row of one statement that is gone and a row of another that is new which say the same.
fn without_pairs<'a>(
    parts: Vec<Cow<'a, Change>>,
    columns: usize,
    gone: &[u8],
    new: &[u8],
) -> Vec<Cow<'a, Change>> {
    let mut kept: Vec<Cow<'a, Change>> = Vec::with_capacity(parts.len());
    let mut unpaired: BTreeMap<(&'static str, String), Vec<usize>> = BTreeMap::new();
    let of_statement = |row: &Row, statement: &[u8]| row.prefix(columns) == statement;
    let place = |part: &Change, row: &Row| (part.table.name, content(row, part.table.key));
    let (mut removed, others): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .partition(|part| matches!(&part.kind, ChangeKind::Removed { before } if of_statement(before, gone)));
    for (index, part) in removed.iter().enumerate() {
        if let Some(before) = part.row_before() {
            unpaired.entry(place(part, before)).or_default().push(index);
        }
    }
    let mut paired = Vec::new();
    for part in others {
        let twin = match &part.kind {
            ChangeKind::Added { after } if of_statement(after, new) => {
                unpaired.get_mut(&place(&part, after)).and_then(Vec::pop)
            }
            _ => None,
        };
        match twin {
            Some(index) => paired.push(index),
            None => kept.push(part),
        }
    }
    let mut index = 0;
    removed.retain(|_| {
        index += 1;
        !paired.contains(&(index - 1))
    });
    removed.into_iter().chain(kept).collect()
}

/// Returns what a row says beside its key: places in lists and the statement itself are left out.
fn content(row: &Row, key: usize) -> String {
    row.values().skip(key).map(|value: Value<'_>| format!("{value:?}\n")).collect()
}

#[cfg(test)]
mod tests {
    use model::{
        Table,
        tables::huawei::{TRUST_ACTIONS, TRUST_PRINCIPALS, TRUST_STATEMENTS},
    };

    use super::*;

    fn row(table: &'static Table, statement: &str, more: &[(&str, &str)]) -> Row {
        let draft = table.draft().set("agency_id", "a").set("statement", statement);
        more.iter().fold(draft, |draft, (column, value)| draft.set(column, *value)).row()
    }

    /// Returns what is left of the removed and added rows of some statements.
    fn told(removed: &[&str], added: &[&str]) -> Vec<String> {
        let rows = |statement: &str| {
            // What a statement says stands in its key, letter by letter.
            let principals = statement.chars().map(|letter| {
                (&TRUST_PRINCIPALS, row(&TRUST_PRINCIPALS, statement, &[("pattern", &letter.to_string())]))
            });
            let statements = (&TRUST_STATEMENTS, row(&TRUST_STATEMENTS, statement, &[("effect", "Allow")]));
            let actions = (&TRUST_ACTIONS, row(&TRUST_ACTIONS, statement, &[("pattern", "assume")]));
            [statements, actions].into_iter().chain(principals).collect::<Vec<(&'static Table, Row)>>()
        };
        let gone = removed.iter().flat_map(|each| rows(each));
        let gone = gone.map(|(table, before)| Change::new(table, ChangeKind::Removed { before }));
        let new = added.iter().flat_map(|each| rows(each));
        let new = new.map(|(table, after)| Change::new(table, ChangeKind::Added { after }));
        let parts = gone.chain(new).map(Cow::Owned).collect();
        let line = |part: &Cow<'_, Change>| {
            let row = part.row_before().or_else(|| part.row_after()).unwrap();
            let cells: Vec<String> = row.values().skip(1).map(|value| value.to_string()).collect();
            format!("{} {} {}", part.verb(), part.table.name, cells.join("|"))
        };
        without_kept_rows(parts).iter().map(line).collect()
    }

    #[test]
    fn of_an_edited_statement_only_the_edit_is_left() {
        assert_eq!(
            told(&["xy"], &["xz"]),
            ["removed huawei_trust_principals xy||||y", "added huawei_trust_principals xz||||z"]
        );
        assert_eq!(told(&["x"], &["xy"]), ["added huawei_trust_principals xy||||y"]);
    }

    #[test]
    fn where_it_is_not_clear_which_became_which_all_is_left() {
        assert_eq!(told(&["xy"], &[]).len(), 4);
        assert_eq!(told(&[], &["xy"]).len(), 4);
        assert_eq!(told(&["x", "y"], &["z"]).len(), 9);
    }
}
