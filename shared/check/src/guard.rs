//! A SQLite connection that answers questions and does nothing else.
//!
//! In: SQL from anybody. Out: a prepared statement and what it reads, or the reason why not. Every
//! action of a statement is put before the authorizer, so nothing is guessed from its text.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use rusqlite::{
    Connection, ErrorCode, Statement,
    config::DbConfig,
    hooks::{AuthAction, Authorization},
    limits::Limit,
};

use crate::{QueryError, memory};

/// No value of a query may be larger: a query must not take all memory.
const LARGEST_VALUE_BYTES: i32 = 64 * 1024 * 1024;
/// Memory for the pages of a database; those beyond it go to a temporary file.
const CACHE_KIB: u32 = 32 * 1024;
/// How many instructions of SQLite's machine run between two looks at the clock.
const INSTRUCTIONS_BETWEEN_LOOKS: i32 = 20_000;

/// What one statement reads and calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uses {
    /// Columns by table or view; a table that is only counted has none.
    pub(crate) reads: BTreeMap<String, BTreeSet<String>>,
    pub(crate) functions: BTreeSet<String>,
    pub(crate) is_recursive: bool,
    refused: Option<String>,
}

#[derive(Debug, Default)]
struct Interruption {
    uses: Uses,
    deadline: Option<Instant>,
}

/// A connection whose statements can only read.
pub(crate) struct Guard {
    connection: Connection,
    watch: Arc<Mutex<Interruption>>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Guard").finish_non_exhaustive()
    }
}

impl Guard {
    /// Opens an empty database, lets `fill` write into it, and closes it for writing. What of it does not fit into some megabytes
    /// of memory goes to an unnamed temporary file; where none can be written, all of it stays in memory.
    pub(crate) fn open(mut fill: impl FnMut(&Connection) -> rusqlite::Result<()>) -> rusqlite::Result<Self> {
        // An empty path is a private database that spills; see SQLite's manual on in-memory databases.
        match Self::open_at("", &mut fill) {
            Err(error) if is_of_disk(&error) => Self::open_at(":memory:", &mut fill),
            opened => opened,
        }
    }

    fn open_at(
        path: &str,
        fill: &mut impl FnMut(&Connection) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<Self> {
        let mut connection = Connection::open(path)?;
        let temporary = if path.is_empty() && !memory::is_limited() { "FILE" } else { "MEMORY" };
        connection.execute_batch(&format!(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = {temporary}; PRAGMA case_sensitive_like = ON; \
             PRAGMA cache_size = -{CACHE_KIB};"
        ))?;
        // Text in double quotes is a name in every other engine.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        fill(&connection)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LARGEST_VALUE_BYTES)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        let watch = Arc::new(Mutex::new(Interruption::default()));
        let seen = Arc::clone(&watch);
        connection.authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| {
            note(&mut lock(&seen).uses, &context.action)
        }))?;
        let seen = Arc::clone(&watch);
        connection.progress_handler(
            INSTRUCTIONS_BETWEEN_LOOKS,
            Some(move || lock(&seen).deadline.is_some_and(|deadline| Instant::now() > deadline)),
        )?;
        Ok(Self { connection, watch })
    }

    /// Prepares one reading statement, and returns it with what it uses.
    pub(crate) fn prepare(&self, sql: &str) -> Result<(Statement<'_>, Uses), QueryError> {
        lock(&self.watch).uses = Uses::default();
        let prepared = self.connection.prepare(sql);
        let uses = std::mem::take(&mut lock(&self.watch).uses);
        match prepared {
            Err(rusqlite::Error::MultipleStatement) => Err(QueryError::Several),
            Err(error) => Err(explain(&error, uses.refused, sql)),
            // `vacuum` is the one statement that the authorizer is not asked about.
            Ok(statement) if !statement.readonly() => {
                Err(QueryError::Writes { action: "rewrite the database".to_owned() })
            }
            Ok(statement) if statement.column_count() == 0 => Err(QueryError::Empty),
            Ok(statement) => Ok((statement, uses)),
        }
    }

    /// Sets the moment at which the running statement is stopped.
    pub(crate) fn stop_at(&self, deadline: Option<Instant>) {
        lock(&self.watch).deadline = deadline;
    }
}

fn lock(watch: &Mutex<Interruption>) -> MutexGuard<'_, Interruption> {
    watch.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(uses: &mut Uses, action: &AuthAction<'_>) -> Authorization {
    let refused = match action {
        AuthAction::Select => return Authorization::Allow,
        AuthAction::Recursive => {
            uses.is_recursive = true;
            return Authorization::Allow;
        }
        AuthAction::Read { table_name, column_name } if !table_name.starts_with("sqlite_") => {
            let columns = uses.reads.entry((*table_name).to_owned()).or_default();
            if !column_name.is_empty() {
                columns.insert((*column_name).to_owned());
            }
            return Authorization::Allow;
        }
        AuthAction::Function { function_name } if *function_name != "load_extension" => {
            uses.functions.insert(function_name.to_lowercase());
            return Authorization::Allow;
        }
        AuthAction::Read { table_name, .. } => format!("look into SQLite's own `{table_name}`"),
        AuthAction::Function { function_name } => format!("call `{function_name}`"),
        AuthAction::Insert { table_name } => format!("insert into `{table_name}`"),
        AuthAction::Update { table_name, .. } => format!("update `{table_name}`"),
        AuthAction::Delete { table_name } => format!("delete from `{table_name}`"),
        AuthAction::Pragma { pragma_name, .. } => format!("run the pragma `{pragma_name}`"),
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => "attach or detach a database".to_owned(),
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => {
            "open or end a transaction".to_owned()
        }
        _ => "change the schema".to_owned(),
    };
    // The first refusal is what was asked for; those after it are how SQLite would do it, and an
    // insert into its schema is how it makes a table.
    let refused = if refused.contains("`sqlite_") && !matches!(action, AuthAction::Read { .. }) {
        "change the schema".to_owned()
    } else {
        refused
    };
    uses.refused.get_or_insert(refused);
    Authorization::Deny
}

/// Turns an error of SQLite's into one for who asked.
pub(crate) fn explain(error: &rusqlite::Error, refused: Option<String>, sql: &str) -> QueryError {
    if let Some(action) = refused {
        return QueryError::Writes { action };
    }
    if let Some(error) = memory::too_much(error) {
        return error;
    }
    let message = match error {
        rusqlite::Error::SqlInputError { msg, offset, .. } => match usize::try_from(*offset) {
            Ok(offset) => format!("{msg}, at `{}`", excerpt(sql, offset)),
            Err(_) => msg.clone(),
        },
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    if let Some((_, name)) = message.split_once("no such table: ") {
        let name = name.split(", at `").next().unwrap_or(name);
        return QueryError::UnknownTable { name: name.to_owned() };
    }
    QueryError::Sql { message }
}

/// Returns whether the statement was stopped by the clock.
pub(crate) fn is_interruption(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

/// Returns whether a temporary file could not be made or written.
fn is_of_disk(error: &rusqlite::Error) -> bool {
    let codes = [ErrorCode::DiskFull, ErrorCode::SystemIoFailure, ErrorCode::CannotOpen];
    error.sqlite_error_code().is_some_and(|code| codes.contains(&code))
}

fn excerpt(sql: &str, offset: usize) -> String {
    let rest = sql.get(offset..).unwrap_or_default();
    rest.split_whitespace().take(4).collect::<Vec<_>>().join(" ").chars().take(40).collect()
}
