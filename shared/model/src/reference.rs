//! The table reference: SQL schema and documentation, written from the declarations.

use std::fmt::Write;

use crate::{Cloud, Kind, Table, Type, diagram, tables};

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
        "# Tables of `{cloud}`\n\nWritten from the declarations by `make reference`; do not edit.\n\n## How they hang together\n\n{DIAGRAM}\n\n```mermaid\n{}```\n",
        diagram::mermaid(cloud)
    );
    for table in tables::of_cloud(cloud) {
        describe(&mut page, table);
    }
    page
}

/// What stands above a diagram.
const DIAGRAM: &str = "Each table with its key and the columns that point elsewhere. A whole line: the row hangs on the other, and goes with it. A dotted line: it names the other, which may be in one of several tables, be gone, or never have been seen. Left out is who created or changed a row (`created_by_id` and its like).";

/// What stands on top of the page of derived tables.
const DERIVED: &str = r#"# Derived tables

Written from the declarations by `make reference`; do not edit.

No snapshot stores these tables. They are made of one, on either cloud and of any snapshot of the past, when the SQL of `iamwatch query` names them, and those
of grants when a rule of one's own does. The answer says which of the lists were not read to their end that they are made of, as for any other table.

`findings` says what was found. `grants` is a view over the tables below it: who may do what on what, with a row for each principal, way, action pattern and
resource. Its columns are `principal_id`, `principal_kind`, `principal`, `standing`, `is_bounded`, `effect`, `action`, `resource`, `resource_words` (with the names of what ids stand for), `extent`, `but_actions`, `but_resources`,
`condition` (of membership and statement together) and `path`.

```sql
-- Who holds what deletes keys, through what?
select principal, resource, condition, path from grants
where effect = 'allow' and standing <> 'inactive' and 'iam-identity.apikey.delete' glob action;

-- Who may do everything?
select distinct principal_kind, principal from grants where action = '*' and effect = 'allow' order by 1, 2;

-- Who can assume whoever may do everything?
select distinct a.principal_kind, a.principal, a.assumed, a.condition from assumptions a
join grants g on g.principal_id = a.assumed_id where g.action = '*' and g.effect = 'allow' order by 1, 2, 3, 4;

-- What is open of those principals?
select f.severity, f.title, f.since from findings f where f.state = 'open' and f.subject like '%/huawei_users/%' order by f.since;
```

- A grant is what a policy says, not what is decided: a row with the effect `deny` takes from every other of its principal, and where `is_bounded`, the policies of
  an organisation may take more. `iamwatch who-can` decides.
- Who can assume another principal (a trusted profile, an agency) holds what that one does as well, and has no row for it: `assumptions` says who can assume whom.
- Rows are not written out: a group of a thousand members with a hundred policies is a hundred thousand rows of `grant_holders` and a hundred of `grant_statements`, and the view joins
  them as they are asked for. A table of more than a million rows is refused, by name; the query itself is bounded by its time and by `--max-rows`.
- A rule for one cloud may read `grants` and `assumptions` and names them in `needs`. It then hangs on every table that grants are made of: it is asked again when one of these, or what has ended by the
  time of the run, is another, and nothing of it is closed while one of their lists could not be read. Who must not hold a permission is said more shortly by a `[[permission]]` of the
  settings, which also decides what is denied and what somebody can become.
- A rule over `findings` is refused: they are made of what rules return, so it would hang on its own answer.
"#;

/// Returns the reference of the derived tables as Markdown.
#[must_use]
pub fn derived_markdown() -> String {
    let mut page = DERIVED.to_owned();
    for table in tables::derived::all() {
        let _ = write!(page, "\n## {}\n\n{}\n\n{HEAD}", table.name, table.about);
        describe_columns(&mut page, table);
    }
    page
}

const HEAD: &str = "| column | type | what |\n| --- | --- | --- |\n";

fn describe(page: &mut String, table: &Table) {
    let kind = match table.kind {
        Kind::State => "state: a change is drift",
        Kind::Activity => "activity: kept, never drift",
    };
    let _ = write!(
        page,
        "\n## {}\n\n{}\n\nFrom the listing `{}`; {kind}.\n\n{HEAD}",
        table.name, table.about, table.listing
    );
    describe_columns(page, table);
}

fn describe_columns(page: &mut String, table: &Table) {
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
