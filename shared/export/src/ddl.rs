//! The declarations of tables and views, in the words of five engines.
//!
//! All of them are derived from the one declaration of each table in `model`, and the views of `check`. What each engine needs was measured,
//! but for Db2, of which only the grammar was looked at.

use check::View;
use model::{
    Cloud, Type,
    tables::{self, derived},
};

use crate::sheet::{Field, Sheet};

/// An engine that takes SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite: any text is `TEXT`, truth is 0 and 1.
    Sqlite,
    /// PostgreSQL: text sorts by bytes, whatever the database's collation is.
    Postgres,
    /// DuckDB, in which `at` is a word of its own.
    Duckdb,
    /// Spark SQL, also as Athena's and Databricks' kin: `STRING`, and no keys.
    Spark,
    /// Db2: text of limited length. Only its grammar was looked at.
    Db2,
}

impl Dialect {
    /// All dialects there are.
    pub const ALL: [Self; 5] = [Self::Sqlite, Self::Postgres, Self::Duckdb, Self::Spark, Self::Db2];

    /// Returns the name of the dialect, as it is chosen by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Duckdb => "duckdb",
            Self::Spark => "spark",
            Self::Db2 => "db2",
        }
    }

    /// Returns a name in quotes: some are words of an engine (`at` of DuckDB, `rows` of Db2), which stores unquoted names in capitals.
    fn quote(self, name: &str) -> String {
        match self {
            Self::Spark => format!("`{}`", name.replace('`', "``")),
            Self::Db2 => quoted(&name.to_uppercase()),
            Self::Sqlite | Self::Postgres | Self::Duckdb => quoted(name),
        }
    }

    /// Returns names in quotes, with commas between them.
    pub(crate) fn list<'a>(self, names: impl IntoIterator<Item = &'a str>) -> String {
        names.into_iter().map(|name| self.quote(name)).collect::<Vec<_>>().join(", ")
    }

    fn kind(self, column: &Field, is_key: bool) -> &'static str {
        match (self, column.kind) {
            (_, Type::Integer) => "BIGINT",
            (_, Type::Boolean) => "BOOLEAN",
            (Self::Sqlite | Self::Duckdb, _) => "TEXT",
            (Self::Postgres, _) => "TEXT COLLATE \"C\"",
            (Self::Spark, _) => "STRING",
            (Self::Db2, Type::Time) => "VARCHAR(32)",
            (Self::Db2, Type::Document) => "CLOB(16M)",
            // A key has at most six columns, and may take a quarter of a page of 32 KiB.
            (Self::Db2, Type::Text) if is_key => "VARCHAR(1024)",
            (Self::Db2, Type::Text) => "VARCHAR(2000)",
        }
    }

    /// Returns the declaration of a column that is added to a table.
    pub(crate) fn declare_column(self, column: &Field) -> String {
        format!("{} {}", self.quote(&column.name), self.kind(column, false))
    }

    /// Returns whether keys are declared within the table.
    const fn has_keys(self) -> bool {
        matches!(self, Self::Sqlite | Self::Duckdb | Self::Db2)
    }

    /// Returns whether comments are lines within the declaration, and not statements or clauses.
    const fn has_comment_lines(self) -> bool {
        matches!(self, Self::Sqlite | Self::Db2)
    }
}

/// Returns a name in the quotes of standard SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Returns a text as a literal.
pub(crate) fn literal(dialect: Dialect, text: &str) -> String {
    match dialect {
        // A backslash escapes, and `${` substitutes.
        Dialect::Spark => {
            format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace("${", "$ {"))
        }
        _ => format!("'{}'", text.replace('\'', "''")),
    }
}

/// Returns the statement that makes a table, without a semicolon.
pub(crate) fn create_table(dialect: Dialect, sheet: &Sheet) -> String {
    let keys = if dialect.has_keys() { sheet.key } else { 0 };
    let mut constraints = Vec::new();
    if keys > 0 {
        constraints.push(format!("PRIMARY KEY ({})", dialect.list(sheet.key_columns())));
    }
    if dialect == Dialect::Sqlite {
        constraints.extend(sheet.relations.iter().map(|relation| {
            let columns = dialect.list(relation.columns.iter().copied());
            let key = dialect.list(relation.key.iter().copied());
            format!("FOREIGN KEY ({columns}) REFERENCES {} ({key})", dialect.quote(relation.to))
        }));
    }
    let mut lines = Vec::new();
    let last = sheet.columns.len().saturating_sub(1);
    for (position, column) in sheet.columns.iter().enumerate() {
        let is_key = position < sheet.key;
        let mut line = format!("  {} {}", dialect.quote(&column.name), dialect.kind(column, is_key));
        if dialect == Dialect::Db2 && is_key {
            line.push_str(" NOT NULL");
        }
        if dialect == Dialect::Spark && !column.about.is_empty() {
            line.push_str(&format!(" COMMENT {}", literal(dialect, column.about)));
        }
        if position < last || !constraints.is_empty() {
            line.push(',');
        }
        if dialect.has_comment_lines() && !column.about.is_empty() {
            line.push_str(&format!(" -- {}", column.about));
        }
        lines.push(line);
    }
    let constraints: Vec<String> = constraints.iter().map(|each| format!("  {each}")).collect();
    lines.extend((!constraints.is_empty()).then(|| constraints.join(",\n")));
    let about = if dialect.has_comment_lines() { format!(" -- {}", sheet.about) } else { String::new() };
    let end = match dialect {
        Dialect::Spark => format!(" USING PARQUET COMMENT {}", literal(dialect, &sheet.about)),
        _ => String::new(),
    };
    format!("CREATE TABLE {} ({about}\n{}\n){end}", dialect.quote(&sheet.name), lines.join("\n"))
}

/// Returns the statement that makes a view, without a semicolon.
///
/// A column that is null throughout has no type on some engines; it gets one.
pub(crate) fn create_view(dialect: Dialect, name: &str, select: &str) -> String {
    let replaced = if dialect == Dialect::Postgres { "OR REPLACE " } else { "" };
    let select = match dialect {
        Dialect::Sqlite => select.to_owned(),
        _ => select.replace(" null as ", " cast(null as varchar(20)) as "),
    };
    format!("CREATE {replaced}VIEW {} AS\n{select}", dialect.quote(name))
}

/// Returns the statements that comment a table, for engines that have them.
pub(crate) fn comments(dialect: Dialect, sheet: &Sheet) -> Vec<String> {
    if !matches!(dialect, Dialect::Postgres | Dialect::Duckdb) || sheet.about.is_empty() {
        return Vec::new();
    }
    let kind = if sheet.select.is_some() { "VIEW" } else { "TABLE" };
    let name = dialect.quote(&sheet.name);
    let of_columns = sheet.columns.iter().filter(|column| !column.about.is_empty()).map(|column| {
        format!(
            "COMMENT ON COLUMN {name}.{} IS {}",
            dialect.quote(&column.name),
            literal(dialect, column.about)
        )
    });
    let of_table = format!("COMMENT ON {kind} {name} IS {}", literal(dialect, &sheet.about));
    std::iter::once(of_table).chain(of_columns).collect()
}

/// Returns the script that declares the tables and views of some clouds, each view after those that it reads.
///
/// ```
/// let sql = export::declare(export::Dialect::Duckdb, &[model::Cloud::Ibm]);
/// assert!(sql.contains("CREATE TABLE \"ibm_users\" (\n  \"iam_id\" TEXT,"));
/// ```
#[must_use]
pub fn declare(dialect: Dialect, clouds: &[Cloud]) -> String {
    let of_clouds = tables::all().filter(|table| {
        table.name == tables::COVERAGE.name
            || clouds.iter().any(|cloud| tables::of_cloud(*cloud).any(|each| each.name == table.name))
    });
    let tables = of_clouds.chain([&tables::RUN]).chain(derived::all()).map(Sheet::of_table);
    let mut script = preamble(dialect);
    for sheet in tables {
        push(&mut script, &create_table(dialect, &sheet));
        comments(dialect, &sheet).iter().for_each(|comment| push(&mut script, comment));
    }
    for view in check::views_of(clouds) {
        let View { name, about, select } = &view;
        script.push_str(&format!("-- {about}\n"));
        push(&mut script, &create_view(dialect, name, select));
    }
    script
}

fn preamble(dialect: Dialect) -> String {
    let note = match dialect {
        Dialect::Sqlite => "Truth values are 0 and 1.",
        Dialect::Postgres => "Text is compared by its bytes, as the rules expect it.",
        Dialect::Duckdb => "Every name is quoted: some are words of DuckDB.",
        Dialect::Spark => {
            "No keys: Spark knows none. Values must come by files or Arrow, for Spark escapes and substitutes in SQL text."
        }
        Dialect::Db2 => {
            "Grammar only: it was read by a parser, and run by no server. Texts longer than declared are refused: widen the column then. \
             The database must be of Unicode, with collation IDENTITY, pages of 32 KiB and extended rows, and not one that was made for VARCHAR2."
        }
    };
    format!(
        "-- Written by `iamwatch ddl --dialect {}` {}\n-- {note}\n\n",
        dialect.name(),
        env!("CARGO_PKG_VERSION")
    )
}

fn push(script: &mut String, statement: &str) {
    script.push_str(statement);
    script.push_str(";\n\n");
}
