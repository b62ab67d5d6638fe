//! Rows of a state as tables in memory, loaded for the statements that will be asked.
//!
//! Only the columns that the statements read are filled, and only the columns that one joins by are
//! indexed: without indexes the same questions take two hundred times as long.

use std::{
    borrow::Borrow,
    time::{Duration, Instant},
};

use model::{AccountId, Cloud, Row, State, Table, Timestamp, reference, tables};
use rusqlite::{
    Connection, ToSql,
    types::{ToSqlOutput, ValueRef},
};
use serde::Serialize;

use crate::{
    QueryError, Reads,
    guard::{Guard, explain, is_interruption},
    rule::DOUBT,
    views,
};

/// The run that a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunContext {
    /// The account whose snapshot is loaded.
    pub account: AccountId,
    /// The time of the snapshot: what ages are counted from.
    pub at: Timestamp,
    /// The number of the snapshot.
    pub number: u64,
}

/// How much a query may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long one statement may run.
    pub time: Duration,
    /// How many rows it may return.
    pub rows: usize,
    /// How many bytes the cells of its rows may have.
    pub bytes: usize,
    /// How many rows a derived table may have.
    pub derived: usize,
    /// The moment at which all questions of a round must have been answered, if there is one.
    pub until: Option<Instant>,
}

impl Limits {
    /// Returns whether the moment has passed at which all questions must have been answered.
    pub(crate) fn are_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Returns the moment at which a statement that begins now is stopped.
    fn end(&self) -> Option<Instant> {
        let own = Instant::now().checked_add(self.time);
        own.into_iter().chain(self.until).min()
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            rows: 100_000,
            bytes: usize::MAX,
            derived: MOST_DERIVED,
            until: None,
        }
    }
}

/// What a query returned.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueryAnswer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows; truth values are 0 and 1, as every engine compares them: see [`Self::with_truths`].
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether these are all rows, or as many as were allowed.
    pub is_complete: bool,
    /// Of each column that is read as it is declared, the type in SQL.
    #[serde(skip)]
    pub(crate) declared: Vec<Option<String>>,
}

impl QueryAnswer {
    /// Returns the answer with truth values as such, where a column is read as it is declared.
    #[must_use]
    pub fn with_truths(mut self) -> Self {
        for row in &mut self.rows {
            let is_truth = |declared: &Option<String>| declared.as_deref() == Some("BOOLEAN");
            for (cell, _) in row.iter_mut().zip(&self.declared).filter(|(_, declared)| is_truth(declared)) {
                if let Some(number) = cell.as_i64() {
                    *cell = serde_json::Value::Bool(number != 0);
                }
            }
        }
        self
    }

    /// Returns the rows of which the question says that they surely are so: those without a text in a column `doubt`.
    pub fn sure_rows(&self) -> impl Iterator<Item = &Vec<serde_json::Value>> {
        let doubt = self.columns.iter().position(|name| name == DOUBT);
        let is_sure = move |row: &&Vec<serde_json::Value>| {
            doubt.and_then(|place| row.get(place)).is_none_or(serde_json::Value::is_null)
        };
        self.rows.iter().filter(is_sure)
    }
}

/// Tables in memory that can be asked.
#[derive(Debug)]
pub struct Database {
    guard: Guard,
    loaded: Reads,
}

impl Database {
    /// Loads what some statements read. Derived tables are empty.
    ///
    /// # Errors
    /// [`QueryError::Load`] when SQLite cannot take the rows.
    pub fn load(state: &State, run: &RunContext, reads: &Reads) -> Result<Self, QueryError> {
        Self::load_with(state, &NothingDerived, run, reads, MOST_DERIVED)
    }

    /// As [`Self::load`], with the rows of derived tables, which go into the database one by one, and no more of one than `most`.
    ///
    /// # Errors
    /// As [`Self::load`], and [`QueryError::TooMany`] where a derived table has more: a part of it would answer falsely.
    pub fn load_with(
        state: &State,
        derived: &dyn Derived,
        run: &RunContext,
        reads: &Reads,
        most: usize,
    ) -> Result<Self, QueryError> {
        let mut too_many = None;
        let guard = Guard::open(|connection| {
            connection.execute_batch("BEGIN")?;
            connection.execute_batch(&views::create_run())?;
            insert_run(connection, run)?;
            for table in reads.tables() {
                connection.execute_batch(&reference::create_table(table))?;
                if !tables::derived::is_derived(table) {
                    insert_rows(connection, state.rows(table), table, reads)?;
                } else {
                    let rows = derived.rows(table).take(most.saturating_add(1));
                    if insert_rows(connection, rows, table, reads)? > most {
                        too_many = Some(table.name);
                        break;
                    }
                }
            }
            if too_many.is_some() {
                return connection.execute_batch("ROLLBACK");
            }
            connection.execute_batch(&views::create_views(|_| true))?;
            for table in reads.tables() {
                for columns in indexes(table, reads) {
                    let name = format!("{}_by_{}", table.name, columns.join("_"));
                    let columns = columns.join(", ");
                    connection
                        .execute_batch(&format!("CREATE INDEX {name} ON {} ({columns})", table.name))?;
                }
            }
            connection.execute_batch("COMMIT; PRAGMA analysis_limit = 1000; ANALYZE;")
        });
        let guard = guard.map_err(|error| QueryError::load(&error))?;
        match too_many {
            Some(table) => Err(QueryError::TooMany { table, most }),
            None => Ok(Self { guard, loaded: reads.clone() }),
        }
    }

    /// Answers a query.
    ///
    /// # Errors
    /// When the query is wrong, would write, reads what is not loaded or takes too long.
    pub fn query(&self, sql: &str, limits: &Limits) -> Result<QueryAnswer, QueryError> {
        let (mut statement, uses) = self.guard.prepare(sql).map_err(|error| match error {
            QueryError::UnknownTable { name } if views::relations().any(|known| known == name) => {
                QueryError::NotLoaded { what: name }
            }
            other => other,
        })?;
        if let Some(what) = self.loaded.lacks(&Reads::from_uses(&uses)) {
            return Err(QueryError::NotLoaded { what });
        }
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let declared = statement.columns().map(|column| column.decl_type().map(str::to_owned)).collect();
        self.guard.stop_at(limits.end());
        let answer = read_rows(&mut statement, columns, limits);
        self.guard.stop_at(None);
        let answer = answer.map_err(|error| {
            if is_interruption(&error) {
                QueryError::TooSlow { limit: limits.time }
            } else {
                explain(&error, None, sql)
            }
        })?;
        let answer = answer.ok_or(QueryError::TooLarge { limit: limits.bytes })?;
        Ok(QueryAnswer { declared, ..answer })
    }
}

/// Most rows of a derived table: a thousand principals with a thousand statements each.
const MOST_DERIVED: usize = 1_000_000;

/// Makes the rows of tables that no snapshot stores.
pub trait Derived {
    /// Returns what decides on the rows beside the stored tables that they are made of: while that and the tables are the same, so
    /// are the rows.
    fn moment(&self) -> String {
        String::new()
    }

    /// Returns the rows of a table, one after the other.
    fn rows<'a>(&'a self, table: &'static Table) -> Box<dyn Iterator<Item = Row> + 'a>;
}

/// Makes the derived tables of a state as it was at a time.
pub type Deriver = for<'a> fn(Cloud, &'a State, Timestamp) -> Box<dyn Derived + 'a>;

/// Where no derived table is asked of: each is empty.
#[derive(Debug, Clone, Copy)]
pub struct NothingDerived;

impl Derived for NothingDerived {
    fn rows<'a>(&'a self, _: &'static Table) -> Box<dyn Iterator<Item = Row> + 'a> {
        Box::new(std::iter::empty())
    }
}

/// Loads what one query reads, and answers it. Derived tables are empty.
///
/// # Errors
/// When the query is wrong, would write or takes too long.
pub fn ask(state: &State, run: &RunContext, sql: &str, limits: &Limits) -> Result<QueryAnswer, QueryError> {
    ask_with(state, &NothingDerived, run, sql, limits)
}

/// As [`ask`], with the rows of derived tables.
///
/// # Errors
/// As [`ask`], and when a derived table is larger than may be loaded.
pub fn ask_with(
    state: &State,
    derived: &dyn Derived,
    run: &RunContext,
    sql: &str,
    limits: &Limits,
) -> Result<QueryAnswer, QueryError> {
    Database::load_with(state, derived, run, &Reads::of([sql])?, limits.derived)?.query(sql, limits)
}

/// Reads the rows up to a number; none where they have more bytes than they may.
fn read_rows(
    statement: &mut rusqlite::Statement<'_>,
    columns: Vec<String>,
    limits: &Limits,
) -> rusqlite::Result<Option<QueryAnswer>> {
    let mut left = limits.bytes;
    let mut answer = QueryAnswer { columns, rows: Vec::new(), is_complete: true, declared: Vec::new() };
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        if answer.rows.len() == limits.rows {
            answer.is_complete = false;
            break;
        }
        let cells: Vec<ValueRef<'_>> =
            (0..answer.columns.len()).map(|column| row.get_ref(column)).collect::<rusqlite::Result<_>>()?;
        let Some(rest) = left.checked_sub(cells.iter().map(cell_bytes).sum()) else { return Ok(None) };
        left = rest;
        answer.rows.push(cells.into_iter().map(json).collect());
    }
    Ok(Some(answer))
}

/// Returns about how many bytes a cell takes in an answer.
fn cell_bytes(value: &ValueRef<'_>) -> usize {
    match value {
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => size_of::<serde_json::Value>(),
        ValueRef::Text(text) => size_of::<serde_json::Value>() + text.len(),
        ValueRef::Blob(bytes) => size_of::<serde_json::Value>() + bytes.len() * 2,
    }
}

fn json(value: ValueRef<'_>) -> serde_json::Value {
    match value {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => hex::encode(bytes).into(),
    }
}

/// A cell on its way into SQLite, not copied before it is there.
struct Cell<'a>(model::Value<'a>);

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            model::Value::Null => ValueRef::Null,
            model::Value::Boolean(truth) => ValueRef::Integer(truth.into()),
            model::Value::Integer(number) => ValueRef::Integer(number),
            model::Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// Inserts rows, and returns how many there were.
fn insert_rows<R: Borrow<Row>>(
    connection: &Connection,
    rows: impl IntoIterator<Item = R>,
    table: &Table,
    reads: &Reads,
) -> rusqlite::Result<usize> {
    let wanted: Vec<bool> = table.columns.iter().map(|column| reads.has(table.name, column.name)).collect();
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let mut names: Vec<&str> =
        names.iter().zip(&wanted).filter_map(|(name, wanted)| wanted.then_some(*name)).collect();
    if names.is_empty() {
        // The rows are only counted: any one column does.
        names.extend(table.columns.first().map(|column| column.name));
    }
    let marks = vec!["?"; names.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", table.name, names.join(", "));
    let mut statement = connection.prepare(&sql)?;
    let mut inserted = 0;
    for row in rows {
        let cells = row.borrow().values().zip(&wanted).filter(|(_, wanted)| **wanted);
        for (position, (value, _)) in cells.enumerate() {
            statement.raw_bind_parameter(position + 1, Cell(value))?;
        }
        statement.raw_execute()?;
        inserted += 1;
    }
    Ok(inserted)
}

fn insert_run(connection: &Connection, run: &RunContext) -> rusqlite::Result<()> {
    let marks = vec!["?"; tables::RUN.columns.len()].join(", ");
    let mut statement = connection.prepare(&format!("INSERT INTO {} VALUES ({marks})", views::RUN))?;
    for (position, value) in views::run_row(run).values().enumerate() {
        statement.raw_bind_parameter(position + 1, Cell(value))?;
    }
    statement.raw_execute()?;
    Ok(())
}

/// Chooses the indexes of a table: the key from the left as far as it is read, and each read column
/// by which tables are joined.
fn indexes(table: &'static Table, reads: &Reads) -> Vec<Vec<&'static str>> {
    let is_read = |name: &str| reads.has(table.name, name);
    let key: Vec<&str> =
        table.key_columns().iter().map(|column| column.name).take_while(|name| is_read(name)).collect();
    let first = key.first().copied();
    let mut chosen: Vec<Vec<&'static str>> = Vec::from_iter((!key.is_empty()).then_some(key));
    let others =
        table.columns.iter().map(|column| column.name).filter(|name| is_read(name) && Some(*name) != first);
    chosen.extend(others.filter(|name| is_joined_by(name)).map(|name| vec![name]));
    if is_read("name") && is_read("value") {
        chosen.push(vec!["name", "value"]);
    }
    chosen
}

/// Returns whether tables are joined by columns of this name: they hold the id of a thing.
#[must_use]
pub fn is_joined_by(column: &str) -> bool {
    let only_told = ["account_id", "created_by_id", "last_modified_by_id", "updated_by_id"];
    let named = ["id", "iam_id", "crn", "role_crn", "guid", "service_name"];
    !only_told.contains(&column) && (column.ends_with("_id") || named.contains(&column))
}

#[cfg(test)]
mod scale;
#[cfg(test)]
mod tests;
