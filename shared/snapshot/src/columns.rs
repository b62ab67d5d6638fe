//! The columns of a file: what a table's declaration becomes in Parquet, and how a file's columns fit a declaration.

use std::sync::Arc;

use model::{Row, Table, Type, Value};
use parquet::{
    basic::{LogicalType, Repetition, Type as Physical},
    schema::types::{Type as Schema, TypePtr},
};

use crate::hash::sha256;

/// Marks, in a delta, a key that was taken away.
pub(crate) const DELETED: &str = "_deleted";

/// What a column of a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Text,
    Integer,
    Boolean,
}

impl Content {
    pub(crate) const fn of(kind: Type) -> Self {
        match kind {
            Type::Text | Type::Time | Type::Document => Self::Text,
            Type::Integer => Self::Integer,
            Type::Boolean => Self::Boolean,
        }
    }

    const fn physical(self) -> Physical {
        match self {
            Self::Text => Physical::BYTE_ARRAY,
            Self::Integer => Physical::INT64,
            Self::Boolean => Physical::BOOLEAN,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
        }
    }
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileColumn {
    pub(crate) name: String,
    pub(crate) content: Content,
}

/// Returns a hash of all of a declaration that its files depend on.
pub(crate) fn shape(table: &Table) -> String {
    let mut text = format!("{}\n", table.key);
    for column in table.columns {
        text.push_str(column.name);
        text.push(' ');
        text.push_str(Content::of(column.kind).name());
        text.push('\n');
    }
    let mut hash = sha256(text.as_bytes());
    hash.truncate(16);
    hash
}

/// Returns the schema of a table's files; every column is optional but the mark of deltas.
pub(crate) fn schema(table: &Table, is_delta: bool) -> parquet::errors::Result<TypePtr> {
    let mut fields = Vec::with_capacity(table.columns.len() + 1);
    for column in table.columns {
        fields.push(optional(column.name, column.kind)?);
    }
    if is_delta {
        let field = Schema::primitive_type_builder(DELETED, Physical::BOOLEAN);
        fields.push(Arc::new(field.with_repetition(Repetition::REQUIRED).build()?));
    }
    Ok(Arc::new(Schema::group_type_builder(table.name).with_fields(fields).build()?))
}

/// Returns the schema of a file with these columns, each optional.
pub(crate) fn schema_of(name: &str, columns: &[(&str, Type)]) -> parquet::errors::Result<TypePtr> {
    let fields = columns.iter().map(|(name, kind)| optional(name, *kind));
    let fields = fields.collect::<parquet::errors::Result<_>>()?;
    Ok(Arc::new(Schema::group_type_builder(name).with_fields(fields).build()?))
}

fn optional(name: &str, kind: Type) -> parquet::errors::Result<TypePtr> {
    let content = Content::of(kind);
    let logical = (content == Content::Text).then_some(LogicalType::String);
    let field = Schema::primitive_type_builder(name, content.physical()).with_logical_type(logical);
    Ok(Arc::new(field.with_repetition(Repetition::OPTIONAL).build()?))
}

/// Reads the columns of a file; none when it has one that we never write.
pub(crate) fn columns_of(schema: &Schema) -> Option<Vec<FileColumn>> {
    let content = |field: &Schema| match field.is_primitive().then(|| field.get_physical_type())? {
        Physical::BYTE_ARRAY => Some(Content::Text),
        Physical::INT64 => Some(Content::Integer),
        Physical::BOOLEAN => Some(Content::Boolean),
        _ => None,
    };
    let columns = schema
        .get_fields()
        .iter()
        .map(|field| content(field).map(|content| FileColumn { name: field.name().to_owned(), content }));
    columns.collect()
}

/// Puts rows of a file under the columns of a declaration: what the file lacks is null, what the declaration lacks is left out, and
/// a number is text where the declaration has texts now.
pub(crate) fn fit(columns: &[FileColumn], table: &Table, rows: Vec<Row>) -> Vec<Row> {
    let positions: Vec<Option<ColumnPlace>> =
        table.columns.iter().map(|column| find_column(columns, column)).collect();
    let is_there = |(index, place): (usize, &Option<ColumnPlace>)| {
        *place == Some(ColumnPlace { index, is_number: false })
    };
    if columns.len() == positions.len() && positions.iter().enumerate().all(is_there) {
        return rows;
    }
    let fitted = rows.into_iter().map(|row| {
        let values: Vec<Value<'_>> = row.values().collect();
        let value = |place: ColumnPlace| values.get(place.index).copied().unwrap_or(Value::Null);
        let number = |place: &Option<ColumnPlace>| {
            place.filter(|place| place.is_number).and_then(|place| value(place).as_integer())
        };
        let numbers: Vec<Option<String>> =
            positions.iter().map(|place| number(place).map(|number| number.to_string())).collect();
        let plain = |place: &Option<ColumnPlace>| place.map_or(Value::Null, value);
        let cells = positions.iter().zip(&numbers);
        Row::pack(cells.map(|(place, number)| number.as_deref().map_or_else(|| plain(place), Value::Text)))
    });
    fitted.collect()
}

/// Where a file has the column of a declaration, and whether its numbers are to become texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ColumnPlace {
    index: usize,
    is_number: bool,
}

/// Finds the column of a declaration in a file.
fn find_column(columns: &[FileColumn], column: &model::Column) -> Option<ColumnPlace> {
    let index = columns.iter().position(|each| each.name == column.name)?;
    match (columns.get(index)?.content, Content::of(column.kind)) {
        (found, wanted) if found == wanted => Some(ColumnPlace { index, is_number: false }),
        (Content::Integer, Content::Text) => Some(ColumnPlace { index, is_number: true }),
        _ => None,
    }
}
