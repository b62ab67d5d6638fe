//! What can be wrong with a query, in the words of who asked it.

use std::time::Duration;

use crate::views;

/// Why a query got no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// There is no statement in the text.
    #[error("the query is empty; try `select * from ibm_users order by iam_id`")]
    Empty,
    /// There is more than one statement in the text.
    #[error("the query is more than one statement; ask them one after the other")]
    Several,
    /// It does something other than reading tables.
    #[error("a query may only read, and this one would {action}; start it with `select` or `with`")]
    Writes {
        /// What it would do.
        action: String,
    },
    /// It names a table that is not declared.
    #[error("there is no table `{name}`{}; `iamwatch show latest` lists the tables", near(.name))]
    UnknownTable {
        /// The name in the query.
        name: String,
    },
    /// It reads what the tables in memory were not loaded for.
    #[error("`{what}` was not loaded; name this query when the tables are loaded")]
    NotLoaded {
        /// Table, or table and column.
        what: String,
    },
    /// SQLite does not understand it, or cannot work it out.
    #[error("the query is not right: {message}")]
    Sql {
        /// The error message of SQLite.
        message: String,
    },
    /// It took longer than it may.
    #[error("the query was stopped after {} s; join by columns that both tables have, or ask for less", .limit.as_secs_f32())]
    TooSlow {
        /// How long it may take.
        limit: Duration,
    },
    /// It would have taken more memory than there is for SQL.
    #[error(
        "the query needs more memory than {}; sort, group and join fewer rows, or ask again when nobody else asks",
        memory(.limit)
    )]
    TooMuchMemory {
        /// Bytes for all SQL of the program at one time; none where only the machine has a limit.
        limit: Option<u64>,
    },
    /// Its rows have more bytes than may be returned.
    #[error("the rows of the query have more than {} MiB; ask for fewer rows or columns, or for parts of long texts with `substr`", .limit >> 20)]
    TooLarge {
        /// How many bytes all cells may have.
        limit: usize,
    },
    /// A derived table would be larger than may be loaded.
    #[error(
        "`{table}` has more than {most} rows in this snapshot, and a part of them would be no answer; ask `{}`",
        instead_of(table)
    )]
    TooMany {
        /// The table that could not be loaded.
        table: &'static str,
        /// How many rows it may have.
        most: usize,
    },
    /// The state does not fit into the tables in memory.
    #[error("tables could not be loaded: {message}")]
    Load {
        /// The error message of SQLite.
        message: String,
    },
}

impl QueryError {
    pub(crate) fn load(error: &rusqlite::Error) -> Self {
        crate::memory::too_much(error).unwrap_or_else(|| Self::Load { message: error.to_string() })
    }
}

/// Returns how much memory all SQL may take.
fn memory(limit: &Option<u64>) -> String {
    limit.map_or("the machine has".to_owned(), |limit| {
        format!("the {} MiB that all SQL at one time may take", limit >> 20)
    })
}

fn near(name: &str) -> String {
    let mut known: Vec<(usize, &str)> =
        views::relations().map(|known| (strsim::levenshtein(name, known), known)).collect();
    known.sort_unstable();
    let close = |distance: usize, known: &str| {
        distance <= 3 || known.contains(name) || known.ends_with(&format!("_{name}"))
    };
    let names: Vec<String> = known
        .into_iter()
        .filter(|(distance, known)| close(*distance, known))
        .take(3)
        .map(|(_, known)| format!("`{known}`"))
        .collect();
    if names.is_empty() { String::new() } else { format!(", but {}", names.join(", ")) }
}

/// Returns the command that answers what a derived table is too large for.
fn instead_of(table: &str) -> &'static str {
    if table == model::tables::derived::FINDINGS.name {
        "iamwatch findings --all"
    } else {
        "iamwatch help who-can"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_table_is_answered_with_the_names_near_it() {
        let error = QueryError::UnknownTable { name: "ibm_user".to_owned() };
        assert!(error.to_string().starts_with("there is no table `ibm_user`, but `ibm_users`"), "{error}");
        let short = QueryError::UnknownTable { name: "policies".to_owned() };
        assert!(short.to_string().contains("`ibm_policies`"), "{short}");
    }
}
