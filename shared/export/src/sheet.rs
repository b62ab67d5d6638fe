//! What is exported of one table or view: its columns, its key, and where its rows point.

use model::{Relation, Table, Type, tables::derived};

/// A column, as every format writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) about: &'static str,
}

/// One table or view on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) columns: Vec<Field>,
    /// How many of the first columns are the key; none for a view, and where a part of it may be null.
    pub(crate) key: usize,
    /// Where the rows point, as far as each row pointed at is there.
    pub(crate) relations: Vec<Relation>,
    /// The `select` of a view.
    pub(crate) select: Option<String>,
    pub(crate) rows: u64,
}

impl Sheet {
    pub(crate) fn of_table(table: &Table) -> Self {
        let column = |column: &model::Column| Field {
            name: column.name.to_owned(),
            kind: column.kind,
            about: column.about,
        };
        Self {
            name: table.name.to_owned(),
            about: table.about.to_owned(),
            columns: table.columns.iter().map(column).collect(),
            key: if derived::may_lack_key(table) { 0 } else { table.key },
            relations: Vec::new(),
            select: None,
            rows: 0,
        }
    }

    pub(crate) fn key_columns(&self) -> Vec<&str> {
        self.columns.iter().take(self.key).map(|column| column.name.as_str()).collect()
    }
}

/// Returns the type of a column of a view, of which the engine says nothing where it is an expression.
pub(crate) fn type_of_view_column(declared: Option<&str>, name: &str) -> Type {
    match declared {
        Some("BOOLEAN") => Type::Boolean,
        Some("BIGINT") => Type::Integer,
        Some(_) => Type::Text,
        // INVARIANT: a column of a view is named as a truth exactly where it is one; a test holds the views to it.
        None if ["is_", "may_", "has_", "can_"].iter().any(|verb| name.starts_with(verb)) => Type::Boolean,
        None if name == "hours" => Type::Integer,
        None => Type::Text,
    }
}
