//! Keys of the statements of policy documents.
//!
//! A statement has no id of its own, and its place moves when another is put in front of it. So it is known by its `Sid`
//! where no other statement of the document has the same, else by a short hash of what it says. The key of a statement then
//! changes only with that statement. It is computed from rows, so that rows of old snapshots, in which statements were
//! numbered, get the very keys that they would have today.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::{Row, Table, Value};

/// The key column of all tables of a family that names the statement.
pub const STATEMENT: &str = "statement";

/// Hexadecimal digits of a hash that is a key: 48 bits, to tell apart the few statements of one document.
const DIGITS: usize = 12;

/// Goes before what a hash takes from each table; no mark of a packed cell is as great.
const FIRST_MARK: u8 = 0x10;

/// The tables that hold the statements of one kind of document.
#[derive(Debug, Clone, Copy)]
pub struct StatementTables {
    /// The table of statements; the last column of its key is [`STATEMENT`].
    pub statements: &'static Table,
    /// The table of action patterns.
    pub actions: &'static Table,
    /// The table of resource patterns.
    pub resources: &'static Table,
    /// The table of conditions.
    pub conditions: &'static Table,
    /// The table of principals, for documents that name them.
    pub principals: Option<&'static Table>,
}

/// Rows by the name of their table.
pub type RowsByTable = BTreeMap<&'static str, Vec<Row>>;

impl StatementTables {
    /// Returns all tables of the family, that of the statements first.
    #[must_use]
    pub fn all(&self) -> Vec<&'static Table> {
        let each = [self.statements, self.actions, self.resources, self.conditions];
        each.into_iter().chain(self.principals).collect()
    }

    /// Replaces whatever names the statements in these rows by the keys of the statements. Rows must be those of whole
    /// documents; those that belong to no statement stay as they are.
    #[must_use]
    pub fn with_keys(&self, mut rows: RowsByTable) -> RowsByTable {
        let keys = self.keys(&rows);
        let columns = self.statements.key;
        for rows in rows.values_mut() {
            for row in rows {
                if let Some(key) = keys.get(row.prefix(columns)) {
                    *row = with_text(row, columns - 1, key);
                }
            }
        }
        rows
    }

    /// Returns the key of each statement, by the columns that name it in these rows.
    fn keys(&self, rows: &RowsByTable) -> BTreeMap<Box<[u8]>, String> {
        let columns = self.statements.key;
        let mut hashers: BTreeMap<Box<[u8]>, Sha256> = BTreeMap::new();
        for (table, mark) in self.all().into_iter().zip(FIRST_MARK..) {
            let mut content: Vec<(&[u8], &[u8])> = rows
                .get(table.name)
                .into_iter()
                .flatten()
                .map(|row| (row.prefix(columns), cells_after(row, table.key)))
                .collect();
            content.sort_unstable();
            for (statement, cells) in content {
                let hasher = hashers.entry(statement.into()).or_default();
                hasher.update([mark]);
                hasher.update(cells);
            }
        }
        let sid = self.statements.position("sid");
        let mut documents: BTreeMap<Box<[u8]>, Vec<Named>> = BTreeMap::new();
        for row in rows.get(self.statements.name).into_iter().flatten() {
            let statement: Box<[u8]> = row.prefix(columns).into();
            let Some(hasher) = hashers.remove(&statement) else { continue };
            let sid = sid.and_then(|sid| row.value(sid).as_text()).filter(|sid| !sid.is_empty());
            let mut hash = hex::encode(hasher.finalize());
            hash.truncate(DIGITS);
            let named = Named { statement, sid: sid.map(str::to_owned), hash };
            documents.entry(row.prefix(columns - 1).into()).or_default().push(named);
        }
        documents.into_values().flat_map(distinct_keys).collect()
    }
}

/// What a statement can be known by.
struct Named {
    statement: Box<[u8]>,
    sid: Option<String>,
    hash: String,
}

/// Returns the keys of the statements of one document: no two are the same.
fn distinct_keys(mut statements: Vec<Named>) -> Vec<(Box<[u8]>, String)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for sid in statements.iter().filter_map(|each| each.sid.as_ref()) {
        *counts.entry(sid.clone()).or_default() += 1;
    }
    let is_unique = |sid: &String| counts.get(sid) == Some(&1);
    let mut taken: BTreeSet<String> =
        statements.iter().filter_map(|each| each.sid.clone()).filter(is_unique).collect();
    let mut keys = Vec::with_capacity(statements.len());
    // Among statements that say the same it makes no difference which is counted first.
    statements.sort_by(|one, other| one.hash.cmp(&other.hash));
    for Named { statement, sid, hash } in statements {
        let key = match sid.filter(is_unique) {
            Some(sid) => sid,
            None => {
                let counted = (2..).map(|count| format!("{hash}-{count}"));
                let key = std::iter::once(hash.clone()).chain(counted).find(|key| !taken.contains(key));
                let key = key.unwrap_or(hash);
                taken.insert(key.clone());
                key
            }
        };
        keys.push((statement, key));
    }
    keys
}

/// Returns the packed cells after the first `columns`.
fn cells_after(row: &Row, columns: usize) -> &[u8] {
    row.as_bytes().get(row.prefix(columns).len()..).unwrap_or_default()
}

/// Returns a row with a text in a column.
fn with_text(row: &Row, column: usize, text: &str) -> Row {
    let cell = |(index, value)| if index == column { Value::Text(text) } else { value };
    Row::pack(row.values().enumerate().map(cell))
}

#[cfg(test)]
mod tests;
