//! A snapshot in short, for programs: what its manifest says.

use model::{Coverage, Row, Rows, Table};
use serde_json::{Map, Value, json};
use snapshot::{Manifest, ObjectRef};

/// Returns how many rows all tables of a snapshot have.
#[must_use]
pub fn row_count(manifest: &Manifest) -> u64 {
    manifest.tables.values().map(|table| table.rows).sum()
}

/// Returns a line of the list of snapshots.
#[must_use]
pub fn snapshot_summary(manifest: &Manifest) -> Value {
    json!({
        "number": manifest.number,
        "account": manifest.account,
        "started_at": manifest.started_at,
        "finished_at": manifest.finished_at,
        "tool": manifest.tool,
        "rows": row_count(manifest),
        "drift": manifest.changes,
        "lists": manifest.coverage.lists,
        "incomplete": manifest.coverage.incomplete,
        "unjudged": manifest.unjudged,
        "open_findings": manifest.findings.as_ref().map_or(0, |findings| findings.open),
    })
}

/// Returns the stored tables of a snapshot: name, rows, bytes, objects of each.
pub fn stored_tables(manifest: &Manifest) -> impl Iterator<Item = (&str, u64, u64, usize)> {
    manifest.tables.iter().map(|(name, entry)| {
        let objects: Vec<&ObjectRef> = entry.objects().collect();
        (name.as_str(), entry.rows, objects.iter().map(|object| object.bytes).sum(), objects.len())
    })
}

/// Returns what a snapshot holds, table by table, and the lists that were not read to their end.
#[must_use]
pub fn snapshot_contents(manifest: &Manifest, incomplete: &[Coverage]) -> Value {
    let tables: Vec<Value> = stored_tables(manifest)
        .map(|(name, rows, bytes, objects)| {
            json!({ "table": name, "rows": rows, "bytes": bytes, "objects": objects })
        })
        .collect();
    json!({
        "number": manifest.number,
        "account": manifest.account,
        "started_at": manifest.started_at,
        "finished_at": manifest.finished_at,
        "tool": manifest.tool,
        "tables": tables,
        "lists": manifest.coverage.lists,
        "incomplete": incomplete,
    })
}

/// Returns the rows of a table as objects, a member for each column.
#[must_use]
pub fn row_objects(table: &Table, rows: &Rows) -> Value {
    rows.iter().map(|row| row_members(table, row)).collect()
}

/// Returns the members of one row, by the names of the columns.
#[must_use]
pub fn row_members(table: &Table, row: &Row) -> Map<String, Value> {
    let cells = table.columns.iter().zip(row.values());
    cells.map(|(column, value)| (column.name.to_owned(), json!(value))).collect()
}
