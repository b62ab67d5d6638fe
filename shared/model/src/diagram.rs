//! The entity-relationship diagram of a cloud's tables, in the language of Mermaid.
//!
//! Every table is there with its key and with each column that points elsewhere. A whole line is a row that hangs on another, a dotted one a
//! row that names another, of one table among several.

use std::fmt::Write;

use crate::{Cloud, Column, Table, Type, mentions::mentions, references, relations, tables};

/// A line of a diagram: from the table that is pointed into to the one that points.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    to: &'static str,
    from: &'static str,
    columns: Vec<&'static str>,
    is_whole: bool,
}

/// Returns the diagram of a cloud.
pub(crate) fn mermaid(cloud: Cloud) -> String {
    let mut diagram = String::from("erDiagram\n");
    for table in tables::of_cloud(cloud) {
        let lines = lines(table);
        for line in &lines {
            let mark = if line.is_whole { "||--o{" } else { "|o..o{" };
            let _ =
                writeln!(diagram, "    {} {mark} {} : \"{}\"", line.to, line.from, line.columns.join(", "));
        }
        let _ = writeln!(diagram, "    {} {{", table.name);
        for (position, column) in table.columns.iter().enumerate() {
            let is_key = position < table.key;
            let points = lines.iter().any(|line| line.columns.contains(&column.name));
            if is_key || points {
                let marks = match (is_key, points) {
                    (true, true) => "PK, FK",
                    (true, false) => "PK",
                    _ => "FK",
                };
                let _ = writeln!(diagram, "        {} {} {marks}", kind(column), column.name);
            }
        }
        diagram.push_str("    }\n");
    }
    diagram
}

const fn kind(column: &Column) -> &'static str {
    match column.kind {
        Type::Text => "text",
        Type::Integer => "integer",
        Type::Boolean => "boolean",
        Type::Time => "time",
        Type::Document => "json",
    }
}

/// Returns what the rows of a table point to. What points as a whole is not told a second time as a part of it.
fn lines(table: &Table) -> Vec<Line> {
    let of_relations = relations(table);
    let is_known = |to: &str, column: &str| {
        of_relations.iter().any(|relation| relation.to == to && relation.columns == [column])
    };
    let whole = of_relations.iter().map(|relation| Line {
        to: relation.to,
        from: table.name,
        columns: relation.columns.clone(),
        is_whole: true,
    });
    let of_references = references(table).map(|each| (each.column, each.to));
    let named = of_references.chain(mentions(table).map(|each| (each.column, each.to)));
    let dotted = named
        .flat_map(|(column, to)| to.iter().map(move |(to, _)| (column, *to)))
        .filter(|(column, to)| !is_known(to, column))
        .map(|(column, to)| Line { to, from: table.name, columns: vec![column], is_whole: false });
    let mut lines: Vec<Line> = Vec::new();
    for line in whole.chain(dotted) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_and_every_relation_is_in_the_diagram() {
        for cloud in Cloud::ALL {
            let diagram = mermaid(cloud);
            for table in tables::of_cloud(cloud) {
                assert!(diagram.contains(&format!("    {} {{\n", table.name)), "{}", table.name);
                for column in table.key_columns() {
                    assert!(diagram.contains(&format!(" {} PK", column.name)), "{}", column.name);
                }
                for relation in relations(table) {
                    let line = format!(
                        "{} ||--o{{ {} : \"{}\"",
                        relation.to,
                        table.name,
                        relation.columns.join(", ")
                    );
                    assert!(diagram.contains(&line), "{line}");
                }
                for to in references(table).flat_map(|each| each.to) {
                    let has_line =
                        |line: &str| line.trim_start().starts_with(to.0) && line.contains(table.name);
                    assert!(diagram.lines().any(has_line), "{} {}", to.0, table.name);
                }
            }
        }
        let diagram = mermaid(Cloud::Ibm);
        for line in [
            "ibm_users |o..o{ ibm_access_group_members : \"iam_id\"",
            "ibm_service_ids |o..o{ ibm_api_keys : \"iam_id\"",
            "ibm_access_groups |o..o{ ibm_policies : \"subject_access_group_id\"",
            "ibm_resource_groups |o..o{ ibm_resource_instances : \"resource_group_id\"",
            "ibm_accounts |o..o{ ibm_users : \"account_id\"",
        ] {
            assert!(diagram.contains(line), "{line}");
        }
    }

    #[test]
    fn every_column_of_a_line_stands_in_its_table() {
        for cloud in Cloud::ALL {
            for table in tables::of_cloud(cloud) {
                for line in lines(table) {
                    assert!(line.columns.iter().all(|column| table.position(column).is_some()), "{line:?}");
                }
            }
        }
    }
}
