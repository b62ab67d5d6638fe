//! The table of what changed over a range of snapshots, which an export is made of.

use crate::{Column, Kind, Reading, Table};

/// Drift over a range of snapshots.
pub const CHANGES: Table = Table {
    name: "changes",
    about: "What changed over a range of snapshots: one row per added, removed, changed or replaced row. What moves by itself is not among it.",
    kind: Kind::Activity,
    key: 2,
    columns: COLUMNS,
    listing: "derived",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

const COLUMNS: &[Column] = &[
    Column::integer("snapshot", "The snapshot that first shows the change."),
    Column::integer("position", "Place of the change among those of its snapshot, from 1."),
    Column::time("taken_at", "When that snapshot was taken."),
    Column::integer("snapshot_before", "The snapshot before, which does not show it."),
    Column::text("change", "`added`, `removed`, `changed`, or `replaced` by another thing of the same name."),
    Column::text("table_name", "The table of the row."),
    Column::text("row_key", "The key of the row as JSON: the new one, where it was replaced."),
    Column::text("before", "The row before as JSON: of a changed one, the columns that differ."),
    Column::text("after", "The row now as JSON: of a changed one, the columns that differ."),
    Column::text("author_id", "Who created or last changed the row, where the table tells."),
];
