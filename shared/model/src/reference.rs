//! The table reference: SQL schema and documentation, written from the declarations.

use std::fmt::Write;

use crate::{Cloud, Kind, Table, Type, tables};

/// Returns the SQL that makes a table, in the subset that every engine takes.
///
/// ```
/// let sql = model::reference::create_table(&model::tables::COVERAGE);
/// assert!(sql.starts_with("CREATE TABLE coverage (\n  listing TEXT,"));
/// ```
#[must_use]
pub fn create_table(table: &Table) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let kind = match column.kind {
                Type::Text | Type::Time | Type::Document => "TEXT",
                Type::Integer => "BIGINT",
                Type::Boolean => "BOOLEAN",
            };
            format!("  {} {kind}", column.name)
        })
        .collect();
    format!("CREATE TABLE {} (\n{}\n)", table.name, columns.join(",\n"))
}

/// Returns the table reference of a cloud as Markdown, with its entity-relationship diagram.
#[must_use]
pub fn markdown(cloud: Cloud) -> String {
    let mut page = format!(
        "# Tables of `{cloud}`\n\nWritten from the declarations by `make reference`; do not edit.\n\n## How they hang together\n\n```mermaid\nerDiagram\n"
    );
    for table in tables::of(cloud) {
        if let Some(parent) = table.parent {
            let _ = writeln!(page, "    {} ||--o{{ {} : {}", parent.table, table.name, parent.column);
        }
    }
    page.push_str("```\n");
    for table in tables::of(cloud) {
        describe(&mut page, table);
    }
    page
}

fn describe(page: &mut String, table: &Table) {
    let kind = match table.kind {
        Kind::State => "state: a change is drift",
        Kind::Activity => "activity: kept, never drift",
    };
    let _ = write!(
        page,
        "\n## {}\n\n{}\n\nFrom the listing `{}`; {kind}.\n\n| column | type | what |\n| --- | --- | --- |\n",
        table.name, table.about, table.listing
    );
    for (position, column) in table.columns.iter().enumerate() {
        let kind = match column.kind {
            Type::Text => "text",
            Type::Integer => "integer",
            Type::Boolean => "boolean",
            Type::Time => "time",
            Type::Document => "json",
        };
        let key = if position < table.key { ", key" } else { "" };
        let _ = writeln!(page, "| `{}` | {kind}{key} | {} |", column.name, column.about);
    }
}
