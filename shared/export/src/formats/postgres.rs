//! PostgreSQL: a script for `psql`, in one transaction, that fills a schema for each account and may be run again.
//!
//! Whatever stands on top of the tables (views of somebody's own, grants to readers) survives: tables are emptied and filled, not dropped.
//! Constraints of ours bear a name that begins with `iamwatch_` and are made anew, because which foreign keys hold differs
//! from snapshot to snapshot.

use std::io::{self, Write};

use model::{Value, tables};

use super::About;
use crate::{
    ExportWatch,
    ddl::{Dialect, comments, create_table, create_view, literal, quoted},
    sheet::Sheet,
    stage::{RowError, Stage},
};

/// How a script begins: by it, one that is there is known as ours.
pub(crate) const FIRST_LINE: &str = "-- Written by `iamwatch export`";
/// Bytes of a key beyond which PostgreSQL may refuse it: an index entry has its place on a third of a page of 8 KiB.
const LONGEST_KEY: u64 = 2000;
/// Most bytes of a name.
const LONGEST_NAME: usize = 63;

const DIALECT: Dialect = Dialect::Postgres;

/// Writes the script, and returns the names of what it fills with the number of rows.
pub(super) fn write_script(
    output: &mut dyn Write,
    stage: &Stage,
    about: &About,
    watch: &dyn ExportWatch,
) -> Result<Vec<(String, Option<u64>)>, RowError> {
    let schema = schema_of(&about.account);
    let mut script = Script { output, stage, watch };
    script.begin(about, &schema)?;
    let mut written = Vec::new();
    let tables: Vec<&Sheet> = stage.sheets.iter().filter(|sheet| sheet.select.is_none()).collect();
    for (done, sheet) in tables.iter().enumerate() {
        watch.step("writing tables", done, tables.len());
        script.fill(sheet)?;
        written.push((sheet.name.clone(), Some(sheet.rows)));
    }
    let keyed = script.declare_keys(&tables)?;
    script.declare_relations(&tables, &keyed)?;
    for view in stage.sheets.iter().filter(|sheet| sheet.select.is_some()) {
        let select = view.select.as_deref().unwrap_or_default();
        script.say(&create_view(DIALECT, &view.name, select))?;
        script.comment(view)?;
        written.push((view.name.clone(), None));
    }
    let names: Vec<&str> = tables.iter().map(|sheet| sheet.name.as_str()).collect();
    script.say(&format!("ANALYZE {}", DIALECT.list(names)))?;
    script.say("COMMIT")?;
    Ok(written)
}

/// Returns the schema of an account: `ibm_<id>`.
fn schema_of(account: &str) -> String {
    let mut name = account.replace('/', "_");
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    name
}

struct Script<'a> {
    output: &'a mut dyn Write,
    stage: &'a Stage,
    watch: &'a dyn ExportWatch,
}

impl Script<'_> {
    fn say(&mut self, statement: &str) -> Result<(), RowError> {
        writeln!(self.output, "{statement};\n").map_err(RowError::Write)
    }

    fn begin(&mut self, about: &About, schema: &str) -> Result<(), RowError> {
        let what = match about.from {
            Some(from) => format!("changes from snapshot {from} to {}", about.snapshot),
            None => format!("snapshot {}, taken at {}", about.snapshot, about.taken_at),
        };
        let head = format!(
            "{FIRST_LINE} {}: {} {what}\n-- psql --set ON_ERROR_STOP=1 --dbname DATABASE --file THIS\n\\set ON_ERROR_STOP on\n\n",
            env!("CARGO_PKG_VERSION"),
            about.account
        );
        self.output.write_all(head.as_bytes()).map_err(RowError::Write)?;
        self.say("BEGIN")?;
        self.say("SET LOCAL client_encoding = 'UTF8'")?;
        self.say("SET LOCAL standard_conforming_strings = on")?;
        // What is there already, or not yet, is no news.
        self.say("SET LOCAL client_min_messages = warning")?;
        self.say(&format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(schema)))?;
        self.say(&format!("SET LOCAL search_path = {}", quoted(schema)))?;
        let schema = literal(DIALECT, schema);
        self.say(&format!(
            "DO $$ DECLARE each record; BEGIN\n  FOR each IN SELECT c.conrelid::regclass AS place, c.conname FROM pg_constraint c\n    \
             JOIN pg_namespace n ON n.oid = c.connamespace\n    WHERE n.nspname = {schema} AND c.conname LIKE 'iamwatch!_%' ESCAPE '!'\n    \
             ORDER BY c.contype = 'p', c.conname\n  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.place, each.conname); END LOOP;\nEND $$"
        ))?;
        // Rows of another snapshot must not stand beside these, so that also what is not filled now is emptied.
        let known = tables::all().chain(tables::derived::all()).chain([&tables::RUN, &tables::CHANGES]);
        let known: Vec<String> = known.map(|table| literal(DIALECT, table.name)).collect();
        self.say(&format!(
            "DO $$ DECLARE each record; BEGIN\n  FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = {schema}\n    \
             AND tablename IN ({})\n  LOOP EXECUTE format('TRUNCATE %I', each.tablename); END LOOP;\nEND $$",
            known.join(", ")
        ))
    }

    /// Makes a table, gives it the columns that an earlier export did not know, and fills it.
    fn fill(&mut self, sheet: &Sheet) -> Result<(), RowError> {
        let create = create_table(DIALECT, sheet);
        self.say(&create.replacen("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1))?;
        let name = quoted(&sheet.name);
        let columns: Vec<String> = sheet
            .columns
            .iter()
            .map(|column| format!("ADD COLUMN IF NOT EXISTS {}", DIALECT.declare_column(column)))
            .collect();
        self.say(&format!("ALTER TABLE {name} {}", columns.join(", ")))?;
        self.comment(sheet)?;
        let columns = DIALECT.list(sheet.columns.iter().map(|column| column.name.as_str()));
        writeln!(self.output, "COPY {name} ({columns}) FROM stdin;").map_err(RowError::Write)?;
        let (output, stage, watch) = (&mut *self.output, self.stage, self.watch);
        stage.each_row(sheet, watch, |row| write_line(output, row))?;
        self.output.write_all(b"\\.\n\n").map_err(RowError::Write)
    }

    fn comment(&mut self, sheet: &Sheet) -> Result<(), RowError> {
        comments(DIALECT, sheet).iter().try_for_each(|comment| self.say(comment))
    }

    /// Declares the keys that fit into an index, and returns the tables that have one.
    fn declare_keys<'s>(&mut self, tables: &[&'s Sheet]) -> Result<Vec<&'s str>, RowError> {
        let mut keyed = Vec::new();
        for sheet in tables.iter().filter(|sheet| sheet.key > 0) {
            let key = sheet.key_columns();
            if self.stage.longest(&sheet.name, &key)? > LONGEST_KEY {
                continue;
            }
            let name = constraint(&format!("key_of_{}", sheet.name));
            self.say(&format!(
                "ALTER TABLE {} ADD CONSTRAINT {name} PRIMARY KEY ({})",
                quoted(&sheet.name),
                DIALECT.list(key)
            ))?;
            keyed.push(sheet.name.as_str());
        }
        Ok(keyed)
    }

    fn declare_relations(&mut self, tables: &[&Sheet], keyed: &[&str]) -> Result<(), RowError> {
        for sheet in tables {
            for (relation, number) in sheet.relations.iter().zip(1..) {
                let columns = DIALECT.list(relation.columns.iter().copied());
                if !keyed.contains(&relation.to) {
                    continue;
                }
                let name = constraint(&format!("{number}_of_{}", sheet.name));
                let key = DIALECT.list(relation.key.iter().copied());
                self.say(&format!(
                    "ALTER TABLE {} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {} ({key})",
                    quoted(&sheet.name),
                    quoted(relation.to)
                ))?;
            }
        }
        Ok(())
    }
}

/// Returns the name of a constraint of ours, in quotes.
fn constraint(name: &str) -> String {
    let mut name = format!("iamwatch_{name}");
    name.truncate(LONGEST_NAME);
    quoted(&name)
}

/// Writes a row as COPY reads it.
fn write_line(output: &mut dyn Write, row: &[Value<'_>]) -> io::Result<()> {
    let mut line = String::new();
    for (position, value) in row.iter().enumerate() {
        if position > 0 {
            line.push('\t');
        }
        match value {
            Value::Null => line.push_str("\\N"),
            Value::Boolean(truth) => line.push(if *truth { 't' } else { 'f' }),
            Value::Integer(number) => line.push_str(&number.to_string()),
            Value::Text(text) => {
                for letter in text.chars() {
                    match letter {
                        '\\' => line.push_str("\\\\"),
                        '\n' => line.push_str("\\n"),
                        '\r' => line.push_str("\\r"),
                        '\t' => line.push_str("\\t"),
                        letter => line.push(letter),
                    }
                }
            }
        }
    }
    line.push('\n');
    output.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_copy_takes_for_a_mark_is_escaped() {
        let mut bytes = Vec::new();
        let row = [
            Value::Text("a\tb\\N\r\nc"),
            Value::Null,
            Value::Boolean(true),
            Value::Integer(-1),
            Value::Text(""),
        ];
        write_line(&mut bytes, &row).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "a\\tb\\\\N\\r\\nc\t\\N\tt\t-1\t\n");
    }

    #[test]
    fn names_fit_into_what_the_server_keeps_of_them() {
        assert_eq!(schema_of("ibm/abc"), "ibm_abc");
        assert_eq!(schema_of(&format!("huawei/{}", "a".repeat(90))).len(), 63);
        assert!(constraint(&"x".repeat(90)).len() <= 65);
    }
}
