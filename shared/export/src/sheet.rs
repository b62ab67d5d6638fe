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
