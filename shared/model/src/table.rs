//! What a table is: the one declaration from which file schema, SQL schema and reference come.

use crate::{Row, Value};

/// What a change in a table means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What somebody decided: a change is drift.
    State,
    /// What moves by itself (last used, last permit, a service's own roles): kept, never drift.
    Activity,
}

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text of any length.
    Text,
    /// A 64-bit whole number.
    Integer,
    /// A truth value, stored as 0 or 1.
    Boolean,
    /// A time as [`crate::normal_time`] writes it: RFC 3339, UTC, with milliseconds where there are any, so that text order
    /// is time order to the second.
    Time,
    /// Canonical JSON of the API's object, without secrets and volatile members.
    Document,
}

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name in files and in SQL.
    pub name: &'static str,
    /// Type of the values; any of them may be null, except in the key.
    pub kind: Type,
    /// One sentence for the table reference.
    pub about: &'static str,
    /// Whether it moves along with others (time and author of the last change): by itself no drift.
    pub moves: bool,
    /// Whose id it holds, if it tells who wrote the row.
    pub author: Option<Author>,
    /// Whether each edit of the thing gives it another value: what such a thing lost under the same date was not edited away. One that
    /// does not move is the date of a text that is never edited, with all that is inside of it.
    pub dates_edits: bool,
}

/// Who wrote a row, as the cloud tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Whoever created the row.
    Creator,
    /// Whoever changed the row last.
    Editor,
}

impl Column {
    const fn new(name: &'static str, kind: Type, about: &'static str) -> Self {
        Self { name, kind, about, moves: false, author: None, dates_edits: false }
    }

    /// Declares a column of text.
    pub(crate) const fn text(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Type::Text, about)
    }

    /// Declares a whole number.
    pub(crate) const fn integer(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Type::Integer, about)
    }

    /// Declares a truth value.
    pub(crate) const fn boolean(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Type::Boolean, about)
    }

    /// Declares a column of times in UTC.
    pub(crate) const fn time(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Type::Time, about)
    }

    /// Declares the time of the last edit, which moves along with each change: the cloud dates every edit of such a thing.
    pub(crate) const fn edited(name: &'static str, about: &'static str) -> Self {
        Self::time(name, about).moves().dates_edits()
    }

    /// Declares the API's object.
    pub(crate) const fn document() -> Self {
        Self::new(
            "document",
            Type::Document,
            "The API's object as canonical JSON, without secrets, personal data and volatile members.",
        )
    }

    /// Declares the id of whoever created the row.
    pub(crate) const fn creator(name: &'static str, about: &'static str) -> Self {
        Self { author: Some(Author::Creator), ..Self::text(name, about) }
    }

    /// Declares the id of whoever changed the row last, which moves along with each change.
    pub(crate) const fn editor(name: &'static str, about: &'static str) -> Self {
        Self { author: Some(Author::Editor), ..Self::text(name, about).moves() }
    }

    /// Marks the time that an edit gives another value.
    pub(crate) const fn dates_edits(mut self) -> Self {
        self.dates_edits = true;
        self
    }

    /// Marks a column that moves along with others.
    pub(crate) const fn moves(mut self) -> Self {
        self.moves = true;
        self
    }
}

/// Where the rows of a table hang: a column that holds the key of another table's row.
#[derive(Debug, Clone, Copy)]
pub struct Parent {
    /// The column of this table.
    pub column: &'static str,
    /// The table that the column points into.
    pub table: &'static str,
}

/// How the rows of a table are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// In one or more lists of the whole account: complete when all of them are.
    Whole,
    /// In several lists of the whole account, each of which holds a part of the rows: complete part by part.
    InParts {
        /// The column that names the part, or the beginning of its name up to a `/`.
        column: &'static str,
        /// The part that holds the rows of no other part.
        otherwise: &'static str,
        /// A list without which rows of every part may be missing.
        also: Option<&'static str>,
        /// Whether a row may move to another part, so that one that its part no longer shows may be in any other.
        moves: bool,
    },
    /// In a list for each row of the parent table: complete parent by parent.
    PerParent,
}

/// The declaration of one table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// `<cloud>_<plural>`, the name in files and SQL.
    pub name: &'static str,
    /// What one row is, in a sentence.
    pub about: &'static str,
    /// Whether the rows are state, activity or derived.
    pub kind: Kind,
    /// How many of the first columns are the key.
    pub key: usize,
    /// The columns, key first.
    pub columns: &'static [Column],
    /// The listing that the rows come from, as the coverage names it.
    pub listing: &'static str,
    /// Whether the listing is read once or for each parent.
    pub reading: Reading,
    /// The thing that a row belongs to, for child tables.
    pub parent: Option<Parent>,
    /// The column with the name that people know a thing by, if it has one: same name and new key
    /// within the same parent means replaced.
    pub label: Option<&'static str>,
}

impl Table {
    /// Returns the position of a column.
    #[must_use]
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|each| each.name == column)
    }

    /// Returns a row's value in a column; null for a column that the table does not have.
    #[must_use]
    pub fn cell<'a>(&self, row: &'a Row, column: &str) -> Value<'a> {
        self.position(column).map_or(Value::Null, |position| row.value(position))
    }

    /// Returns a row's text in a column, if there is any.
    #[must_use]
    pub fn text<'a>(&self, row: &'a Row, column: &str) -> Option<&'a str> {
        self.cell(row, column).as_text()
    }

    /// Returns the id of whoever created a row or changed it last, where the table has it and it is known.
    #[must_use]
    pub fn author<'a>(&self, row: &'a Row, author: Author) -> Option<&'a str> {
        let position = self.columns.iter().position(|column| column.author == Some(author))?;
        row.value(position).as_text().filter(|id| !id.is_empty())
    }

    /// Returns whether two rows of one key are the same edition of a thing: the cloud dates each edit of it, and the date is the
    /// same.
    #[must_use]
    pub fn is_same_edition(&self, one: &Row, other: &Row) -> bool {
        self.edited().is_some_and(|column| {
            let date = self.cell(one, column.name);
            !date.is_null() && date == self.cell(other, column.name)
        })
    }

    /// Returns the column that holds the date of the last edit, where the cloud dates every edit.
    #[must_use]
    pub fn edited(&self) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.dates_edits)
    }

    /// Returns the key columns.
    #[must_use]
    pub fn key_columns(&self) -> &'static [Column] {
        self.columns.get(..self.key).unwrap_or(self.columns)
    }

    /// Returns whether the key of a row begins with that of a row of `owner`, so that it is of a list inside of one of its things: it
    /// names the thing, or the same parent as the thing does.
    #[must_use]
    pub fn is_inside(&self, owner: &Self) -> bool {
        let names = |table: &Self| table.key_columns().iter().map(|column| column.name);
        let is_child = self.parent.is_some_and(|parent| {
            let beside = owner.parent.is_some_and(|beside| beside.table == parent.table);
            parent.table == owner.name || (beside && owner.key > 1)
        });
        self.key > owner.key && (is_child || names(self).take(owner.key).eq(names(owner)))
    }

    /// Starts a row with all cells null.
    #[must_use]
    pub fn draft<'a>(&'static self) -> Draft<'a> {
        Draft { table: self, values: vec![Value::Null; self.columns.len()] }
    }
}

/// A row under construction, filled by column name.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    table: &'static Table,
    values: Vec<Value<'a>>,
}

impl<'a> Draft<'a> {
    /// Sets a column. A name that the table does not declare is a bug of the caller's: it is
    /// caught in debug builds and has no effect in others.
    #[must_use]
    pub fn set(mut self, column: &str, value: impl Into<Value<'a>>) -> Self {
        let position = self.table.position(column);
        debug_assert!(position.is_some(), "`{}` has no column `{column}`", self.table.name);
        if let Some(cell) = position.and_then(|position| self.values.get_mut(position)) {
            *cell = value.into();
        }
        self
    }

    /// Packs the cells that were set into a row.
    #[must_use]
    pub fn row(self) -> Row {
        Row::pack(self.values)
    }
}
