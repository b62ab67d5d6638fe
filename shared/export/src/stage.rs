//! A SQLite file in which all that is exported is put together, table by table.
//!
//! It is on disk, so that memory does not grow with the account, and it answers what the other formats need besides rows: what views
//! hold, and which relations hold. Exported as SQLite, it is the result itself.

use std::{borrow::Borrow, path::Path};

use check::{View, type_of_view_column};
use model::{Row, Table, Type, Value, relations};
use rusqlite::{
    Connection, ToSql,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    ExportWatch,
    ddl::{Dialect, create_table, create_view, quoted},
    sheet::{Field, Sheet},
};

/// Rows after which it is asked whether to stop.
const BREATH: u64 = 4096;

/// What came of some rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Done,
    Stopped,
}

/// The file, with what is in it.
#[derive(Debug)]
pub(crate) struct Stage {
    connection: Connection,
    pub(crate) sheets: Vec<Sheet>,
}

impl Stage {
    /// Opens a new file. It is nobody's until it is whole, so that it needs no journal.
    pub(crate) fn create(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; \
             PRAGMA temp_store = FILE; PRAGMA foreign_keys = OFF; BEGIN",
        )?;
        Ok(Self { connection, sheets: Vec::new() })
    }

    /// Makes a table and fills it.
    pub(crate) fn add_table<R: Borrow<Row>>(
        &mut self,
        table: &'static Table,
        rows: impl IntoIterator<Item = R>,
        watch: &dyn ExportWatch,
    ) -> rusqlite::Result<Flow> {
        let sheet = Sheet::of_table(table);
        self.connection.execute_batch(&create_table(Dialect::Sqlite, &sheet))?;
        self.sheets.push(sheet);
        let flow = self.append(table, rows, watch)?;
        let first = table.columns.first().map(|column| column.name);
        let joined = table.columns.iter().map(|column| column.name);
        for column in joined.filter(|name| Some(*name) != first && check::is_joined_by(name)) {
            self.connection.execute_batch(&format!(
                "CREATE INDEX {} ON {} ({})",
                quoted(&format!("{}_by_{column}", table.name)),
                quoted(table.name),
                quoted(column)
            ))?;
        }
        Ok(flow)
    }

    /// Puts more rows into a table that was made.
    pub(crate) fn append<R: Borrow<Row>>(
        &mut self,
        table: &'static Table,
        rows: impl IntoIterator<Item = R>,
        watch: &dyn ExportWatch,
    ) -> rusqlite::Result<Flow> {
        let marks = vec!["?"; table.columns.len()].join(", ");
        let mut insert =
            self.connection.prepare(&format!("INSERT INTO {} VALUES ({marks})", quoted(table.name)))?;
        let mut count = 0;
        let mut flow = Flow::Done;
        for row in rows {
            for (position, value) in row.borrow().values().enumerate() {
                insert.raw_bind_parameter(position + 1, Cell(value))?;
            }
            insert.raw_execute()?;
            count += 1;
            if count % BREATH == 0 && watch.is_stopped() {
                flow = Flow::Stopped;
                break;
            }
        }
        if let Some(sheet) = self.sheets.iter_mut().find(|sheet| sheet.name == table.name) {
            sheet.rows += count;
        }
        Ok(flow)
    }

    /// Puts what was filled into the order of some tables.
    pub(crate) fn order_as(&mut self, tables: &[&'static Table]) {
        self.sheets.sort_by_key(|sheet| tables.iter().position(|table| table.name == sheet.name));
    }

    /// Declares which relations between the tables hold. A row that is not there, because its list could not be read or because
    /// it is gone, makes one not hold; it is left out then, for a key that points nowhere is refused by most engines.
    pub(crate) fn declare_relations(&mut self) -> rusqlite::Result<()> {
        let mut sheets = std::mem::take(&mut self.sheets);
        let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
        self.connection.execute_batch("PRAGMA writable_schema = ON")?;
        for sheet in &mut sheets {
            let Some(table) = find(&sheet.name) else { continue };
            for relation in relations(table).into_iter().filter(|each| names.iter().any(|to| to == each.to)) {
                if self.holds(&sheet.name, &relation)? {
                    sheet.relations.push(relation);
                }
            }
            if !sheet.relations.is_empty() {
                // The schema's text is all that a foreign key is to SQLite; its manual names this way of adding one.
                self.connection.execute(
                    "UPDATE sqlite_schema SET sql = ?1 WHERE type = 'table' AND name = ?2",
                    (create_table(Dialect::Sqlite, sheet), &sheet.name),
                )?;
            }
        }
        self.connection.execute_batch("PRAGMA writable_schema = RESET")?;
        self.sheets = sheets;
        Ok(())
    }

    fn holds(&self, table: &str, relation: &model::Relation) -> rusqlite::Result<bool> {
        let is_there: Vec<String> =
            relation.columns.iter().map(|column| format!("a.{} IS NOT NULL", quoted(column))).collect();
        let pairs = relation.columns.iter().zip(&relation.key);
        let same: Vec<String> =
            pairs.map(|(column, key)| format!("b.{} = a.{}", quoted(key), quoted(column))).collect();
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {} a WHERE {} AND NOT EXISTS (SELECT 1 FROM {} b WHERE {}))",
            quoted(table),
            is_there.join(" AND "),
            quoted(relation.to),
            same.join(" AND ")
        );
        self.connection.query_row(&sql, [], |row| row.get::<_, bool>(0)).map(|is_broken| !is_broken)
    }

    /// Makes a view over the tables that are there.
    pub(crate) fn add_view(&mut self, view: &View) -> rusqlite::Result<()> {
        self.connection.execute_batch(&create_view(Dialect::Sqlite, view.name, &view.select))?;
        let statement = self.connection.prepare(&format!("SELECT * FROM {}", quoted(view.name)))?;
        let column = |column: rusqlite::Column<'_>| Field {
            name: column.name().to_owned(),
            kind: type_of_view_column(column.decl_type(), column.name()),
            about: "",
        };
        let columns = statement.columns().map(column).collect();
        self.sheets.push(Sheet {
            name: view.name.to_owned(),
            about: view.about.clone(),
            columns,
            key: 0,
            relations: Vec::new(),
            select: Some(view.select.clone()),
            rows: 0,
        });
        Ok(())
    }

    /// Ends the writing, so that what is there can be read fast.
    pub(crate) fn finish(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch("COMMIT; PRAGMA analysis_limit = 1000; ANALYZE")
    }

    /// Returns the names of the views that have more rows than so many.
    pub(crate) fn views_above(&self, most: u64) -> rusqlite::Result<Vec<String>> {
        let mut above = Vec::new();
        for sheet in self.sheets.iter().filter(|sheet| sheet.select.is_some()) {
            // Counted no further than it matters.
            let sql = format!(
                "SELECT count(*) > {most} FROM (SELECT 1 FROM {} LIMIT {most} + 1)",
                quoted(&sheet.name)
            );
            if self.connection.query_row(&sql, [], |row| row.get(0))? {
                above.push(sheet.name.clone());
            }
        }
        Ok(above)
    }

    /// Returns the most bytes that the texts of some columns have together in one row of a table.
    pub(crate) fn longest(&self, table: &str, columns: &[&str]) -> rusqlite::Result<u64> {
        let lengths: Vec<String> = columns
            .iter()
            .map(|column| format!("coalesce(length(cast({} AS BLOB)), 0)", quoted(column)))
            .collect();
        let sql = format!("SELECT coalesce(max({}), 0) FROM {}", lengths.join(" + "), quoted(table));
        let longest: i64 = self.connection.query_row(&sql, [], |row| row.get(0))?;
        Ok(u64::try_from(longest).unwrap_or_default())
    }

    /// Passes the rows of a table or view on, one by one, and returns how many there were.
    pub(crate) fn each_row(
        &self,
        sheet: &Sheet,
        watch: &dyn ExportWatch,
        mut take: impl FnMut(&[Value<'_>]) -> std::io::Result<()>,
    ) -> Result<u64, RowError> {
        let order = if sheet.select.is_none() { " ORDER BY rowid" } else { "" };
        let mut statement =
            self.connection.prepare(&format!("SELECT * FROM {}{order}", quoted(&sheet.name)))?;
        let mut rows = statement.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(sheet.columns.len());
            for (position, column) in sheet.columns.iter().enumerate() {
                cells.push(value(row.get_ref(position)?, column.kind));
            }
            take(&cells).map_err(RowError::Write)?;
            count += 1;
            if count % BREATH == 0 && watch.is_stopped() {
                return Err(RowError::Stopped);
            }
        }
        Ok(count)
    }
}

/// Why rows could not be passed on.
#[derive(Debug)]
pub(crate) enum RowError {
    Stage(rusqlite::Error),
    Write(std::io::Error),
    Stopped,
}

impl From<rusqlite::Error> for RowError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Stage(error)
    }
}

fn find(name: &str) -> Option<&'static Table> {
    model::tables::find(name).filter(|table| table.name == name)
}

/// A cell on its way into SQLite, not copied before it is there.
struct Cell<'a>(Value<'a>);

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Boolean(truth) => ValueRef::Integer(truth.into()),
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// Returns a cell as its column has it. No column holds fractions or bytes.
fn value(cell: ValueRef<'_>, kind: Type) -> Value<'_> {
    match cell {
        ValueRef::Integer(number) if kind == Type::Boolean => Value::Boolean(number != 0),
        ValueRef::Integer(number) => Value::Integer(number),
        // INVARIANT: what was put in was a `&str`, so this never falls back.
        ValueRef::Text(text) => Value::Text(str::from_utf8(text).unwrap_or_default()),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use model::tables::huawei;

    use super::*;

    struct Patient;

    impl ExportWatch for Patient {
        fn step(&self, _: &'static str, _: usize, _: usize) {}
        fn is_stopped(&self) -> bool {
            false
        }
    }

    #[test]
    fn a_foreign_key_is_declared_where_every_row_that_is_pointed_at_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Stage::create(&folder.path().join("x")).unwrap();
        let member =
            |group, user| huawei::GROUP_MEMBERS.draft().set("group_id", group).set("user_id", user).row();
        let group = huawei::GROUPS.draft().set("group_id", "g1").row();
        // The list of users was not read to its end: u2 is not among them.
        let user = huawei::USERS.draft().set("user_id", "u1").row();
        stage.add_table(&huawei::GROUP_MEMBERS, [member("g1", "u1"), member("g1", "u2")], &Patient).unwrap();
        stage.add_table(&huawei::GROUPS, [group], &Patient).unwrap();
        stage.add_table(&huawei::USERS, [user], &Patient).unwrap();
        stage.declare_relations().unwrap();
        stage.finish().unwrap();
        let declared: Vec<&str> = stage.sheets[0].relations.iter().map(|relation| relation.to).collect();
        assert_eq!(declared, ["huawei_groups"]);
        assert_eq!(stage.longest("huawei_group_members", &["group_id", "user_id"]).unwrap(), 4);
        let select = "select group_id from huawei_group_members".to_owned();
        stage.add_view(&View { name: "members", about: String::new(), select }).unwrap();
        assert_eq!(stage.views_above(1).unwrap(), ["members"]);
        assert!(stage.views_above(2).unwrap().is_empty());
        let schema: String = stage
            .connection
            .query_row("select sql from sqlite_schema where name = 'huawei_group_members'", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert!(
            schema.contains("REFERENCES \"huawei_groups\"") && !schema.contains("huawei_users"),
            "{schema}"
        );
    }
}
