//! One table's rows, or one delta, as a Parquet file.
//!
//! The same rows give the same bytes: they come sorted, the settings are fixed, and no version or time is written.

use std::{io::Write, sync::Arc};

use bytes::Bytes;
use model::{Row, Table, Type, Value};
use parquet::{
    basic::{Compression, ZstdLevel},
    column::{reader::ColumnReader, writer::ColumnWriter},
    data_type::ByteArray,
    errors::ParquetError,
    file::{
        metadata::{KeyValue, RowGroupMetaData},
        properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder},
        reader::{FileReader, SerializedFileReader},
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::ColumnPath,
};

use crate::{
    columns::{Content, DELETED, FileColumn, columns_of, schema},
    unpack::column_reader,
};

/// Rows of a row group: what a reader holds decoded at a time is less, see [`BATCH`].
const GROUP: usize = 64 * 1024;
pub(crate) const BATCH: usize = 4096;
/// Below this many rows a dictionary costs more than it saves.
const DICTIONARY_FROM: usize = 256;
/// Below this many bytes a column of a file is not compressed: it would hardly be shorter, and has to be unpacked.
const COMPRESSED_FROM: usize = 128;
const KEY: &str = "iamwatch.key";

/// A row of a file; in a delta it may be a key that was taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileLine {
    pub(crate) row: Row,
    pub(crate) deleted: bool,
}

/// What a file holds, under its own columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) key: usize,
    pub(crate) columns: Vec<FileColumn>,
    pub(crate) lines: Vec<FileLine>,
}

/// Why a file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("column `{column}` of `{table}` is declared otherwise than the value `{value}`")]
    Value { table: &'static str, column: &'static str, value: String },
    #[error("it holds what iamwatch does not write: {0}")]
    Foreign(&'static str),
    #[error("{0}")]
    Parquet(#[from] ParquetError),
}

/// Writes all rows of a table.
pub(crate) fn encode_base<'a>(
    table: &'static Table,
    rows: impl ExactSizeIterator<Item = &'a Row>,
) -> Result<Bytes, FileError> {
    encode(table, rows.map(|row| (row, false)), false)
}

/// Writes a delta, sorted by key.
pub(crate) fn encode_delta(table: &'static Table, lines: &[FileLine]) -> Result<Bytes, FileError> {
    encode(table, lines.iter().map(|line| (&line.row, line.deleted)), true)
}

fn encode<'a>(
    table: &'static Table,
    mut lines: impl ExactSizeIterator<Item = (&'a Row, bool)>,
    is_delta: bool,
) -> Result<Bytes, FileError> {
    let mut properties = properties(table, lines.len(), is_delta)?;
    let mut gathered = gather(table, &mut lines)?;
    if is_delta && lines.len() == 0 {
        let columns = table.columns.iter().zip(&gathered.0);
        let small = columns.filter(|(_, cells)| cells.bytes() < COMPRESSED_FROM);
        let mut names: Vec<&str> = small.map(|(column, _)| column.name).collect();
        names.extend((gathered.1.len() / 8 < COMPRESSED_FROM).then_some(DELETED));
        for name in names {
            let path = ColumnPath::from(name);
            properties = properties.set_column_compression(path, Compression::UNCOMPRESSED);
        }
    }
    let schema = schema(table, is_delta)?;
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build()))?;
    while !gathered.1.is_empty() {
        let (cells, marks) = gathered;
        let mut group = writer.next_row_group()?;
        for cells in cells {
            cells.write(&mut group)?;
        }
        if is_delta {
            write_marks(&mut group, &marks)?;
        }
        group.close()?;
        gathered = gather(table, &mut lines)?;
    }
    Ok(writer.into_inner()?.into())
}

/// Takes the lines of the next row group apart into columns, and the marks of those that were taken away.
fn gather<'a>(
    table: &'static Table,
    lines: &mut impl Iterator<Item = (&'a Row, bool)>,
) -> Result<(Vec<Cells>, Vec<bool>), FileError> {
    let mut cells: Vec<Cells> =
        table.columns.iter().map(|column| Cells::new(Content::of(column.kind))).collect();
    let mut marks = Vec::new();
    for (row, deleted) in lines.take(GROUP) {
        let mut values = row.values();
        for (column, cells) in table.columns.iter().zip(&mut cells) {
            let value = values.next().unwrap_or(Value::Null);
            cells.push(value).map_err(|()| FileError::Value {
                table: table.name,
                column: column.name,
                value: value.to_string(),
            })?;
        }
        marks.push(deleted);
    }
    Ok((cells, marks))
}

fn properties(table: &Table, rows: usize, is_delta: bool) -> Result<WriterPropertiesBuilder, FileError> {
    let entry = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    let mut builder = WriterProperties::builder()
        .set_created_by("iamwatch".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_dictionary_enabled(!is_delta && rows >= DICTIONARY_FROM)
        .set_key_value_metadata(Some(vec![
            entry("iamwatch.table", table.name.to_owned()),
            entry("iamwatch.format", crate::FORMAT.to_string()),
            entry(KEY, table.key.to_string()),
        ]));
    for column in table.columns.iter().filter(|column| column.kind == Type::Document) {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(column.name), false);
    }
    Ok(builder)
}

/// The cells of one column in one row group: which are there, and their values.
pub(crate) struct Cells {
    levels: Vec<i16>,
    values: Filled,
}

enum Filled {
    /// All texts in one buffer, and where each ends.
    Text(Vec<u8>, Vec<usize>),
    Integer(Vec<i64>),
    Boolean(Vec<bool>),
}

impl Cells {
    pub(crate) const fn new(content: Content) -> Self {
        let values = match content {
            Content::Text => Filled::Text(Vec::new(), Vec::new()),
            Content::Integer => Filled::Integer(Vec::new()),
            Content::Boolean => Filled::Boolean(Vec::new()),
        };
        Self { levels: Vec::new(), values }
    }

    /// Returns about how many bytes the values have.
    const fn bytes(&self) -> usize {
        match &self.values {
            Filled::Text(buffer, _) => buffer.len(),
            Filled::Integer(values) => values.len() * size_of::<i64>(),
            Filled::Boolean(values) => values.len() / 8,
        }
    }

    pub(crate) fn push(&mut self, value: Value<'_>) -> Result<(), ()> {
        match (value, &mut self.values) {
            (Value::Null, _) => {
                self.levels.push(0);
                return Ok(());
            }
            (Value::Text(text), Filled::Text(buffer, ends)) => {
                buffer.extend_from_slice(text.as_bytes());
                ends.push(buffer.len());
            }
            (Value::Integer(number), Filled::Integer(values)) => values.push(number),
            (Value::Boolean(truth), Filled::Boolean(values)) => values.push(truth),
            _ => return Err(()),
        }
        self.levels.push(1);
        Ok(())
    }

    pub(crate) fn write<W: Write + Send>(
        self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), FileError> {
        let Some(mut column) = group.next_column()? else {
            return Err(FileError::Foreign("a column too many"));
        };
        let levels = Some(self.levels.as_slice());
        match (self.values, column.untyped()) {
            (Filled::Text(buffer, ends), ColumnWriter::ByteArrayColumnWriter(writer)) => {
                let buffer = Bytes::from(buffer);
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let texts: Vec<ByteArray> =
                    starts.zip(&ends).map(|(start, end)| buffer.slice(start..*end).into()).collect();
                writer.write_batch(&texts, levels, None)?
            }
            (Filled::Integer(values), ColumnWriter::Int64ColumnWriter(writer)) => {
                writer.write_batch(&values, levels, None)?
            }
            (Filled::Boolean(values), ColumnWriter::BoolColumnWriter(writer)) => {
                writer.write_batch(&values, levels, None)?
            }
            _ => return Err(FileError::Foreign("a column of another type")),
        };
        Ok(column.close()?)
    }
}

fn write_marks(group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, marks: &[bool]) -> Result<(), FileError> {
    let Some(mut column) = group.next_column()? else { return Err(FileError::Foreign("a column too many")) };
    if let ColumnWriter::BoolColumnWriter(writer) = column.untyped() {
        writer.write_batch(marks, None, None)?;
    }
    Ok(column.close()?)
}

/// Reads a base or a delta.
pub(crate) fn decode(bytes: Bytes) -> Result<Sheet, FileError> {
    let reader = SerializedFileReader::new(bytes.clone())?;
    let file = reader.metadata().file_metadata();
    let mut columns =
        columns_of(file.schema()).ok_or(FileError::Foreign("a column of a type it never uses"))?;
    let is_delta = columns.pop_if(|column| column.name == DELETED).is_some();
    let key = file.key_value_metadata().and_then(|entries| {
        let entry = entries.iter().find(|entry| entry.key == KEY)?;
        entry.value.as_ref()?.parse().ok()
    });
    let key = key.filter(|key| (1..=columns.len()).contains(key)).ok_or(FileError::Foreign("no key"))?;
    let mut sheet = Sheet { key, columns, lines: Vec::new() };
    for group in reader.metadata().row_groups() {
        decode_group(&bytes, group, &mut sheet, is_delta)?;
    }
    Ok(sheet)
}

fn decode_group(
    file: &Bytes,
    group: &RowGroupMetaData,
    sheet: &mut Sheet,
    is_delta: bool,
) -> Result<(), FileError> {
    let mut readers = Vec::new();
    for index in 0..group.num_columns() {
        readers.push(column_reader(file, group, index)?);
    }
    let mut marks = if is_delta { readers.pop() } else { None };
    let mut left = usize::try_from(group.num_rows()).unwrap_or_default();
    sheet.lines.reserve(left);
    while left > 0 {
        let rows = left.min(BATCH);
        let mut batches = Vec::with_capacity(readers.len());
        for reader in &mut readers {
            batches.push(CellBatch::read(reader, rows)?);
        }
        let deleted = marks.as_mut().map(|reader| read_marks(reader, rows)).transpose()?.unwrap_or_default();
        for index in 0..rows {
            let keeps = if deleted.get(index) == Some(&true) { sheet.key } else { usize::MAX };
            let row = Row::pack(batches.iter_mut().take(keeps).map(|batch| batch.take(index)));
            // INVARIANT: the cells beyond a deleted key are null and take nothing from their batches.
            sheet.lines.push(FileLine { row, deleted: keeps != usize::MAX });
        }
        left -= rows;
    }
    Ok(())
}

/// Some cells of one column, as read.
pub(crate) struct CellBatch {
    levels: Vec<i16>,
    values: Read,
    next: usize,
}

enum Read {
    Text(Vec<ByteArray>),
    Integer(Vec<i64>),
    Boolean(Vec<bool>),
}

impl CellBatch {
    pub(crate) fn read(reader: &mut ColumnReader, rows: usize) -> Result<Self, FileError> {
        let mut levels = Vec::with_capacity(rows);
        let (values, found) = match reader {
            ColumnReader::ByteArrayColumnReader(reader) => {
                let mut values = Vec::new();
                let (found, ..) = reader.read_records(rows, Some(&mut levels), None, &mut values)?;
                for value in &values {
                    value.as_utf8()?;
                }
                (Read::Text(values), found)
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let mut values = Vec::new();
                let (found, ..) = reader.read_records(rows, Some(&mut levels), None, &mut values)?;
                (Read::Integer(values), found)
            }
            ColumnReader::BoolColumnReader(reader) => {
                let mut values = Vec::new();
                let (found, ..) = reader.read_records(rows, Some(&mut levels), None, &mut values)?;
                (Read::Boolean(values), found)
            }
            _ => return Err(FileError::Foreign("a column of a type it never uses")),
        };
        if found == rows {
            Ok(Self { levels, values, next: 0 })
        } else {
            Err(FileError::Foreign("a column that is too short"))
        }
    }

    pub(crate) fn take(&mut self, index: usize) -> Value<'_> {
        if self.levels.get(index) != Some(&1) {
            return Value::Null;
        }
        let next = self.next;
        self.next += 1;
        match &self.values {
            Read::Text(values) => {
                values.get(next).and_then(|value| value.as_utf8().ok()).map_or(Value::Null, Value::Text)
            }
            Read::Integer(values) => values.get(next).copied().map_or(Value::Null, Value::Integer),
            Read::Boolean(values) => values.get(next).copied().map_or(Value::Null, Value::Boolean),
        }
    }
}

fn read_marks(reader: &mut ColumnReader, rows: usize) -> Result<Vec<bool>, FileError> {
    let ColumnReader::BoolColumnReader(reader) = reader else {
        return Err(FileError::Foreign("a mark of another type"));
    };
    let mut marks = Vec::with_capacity(rows);
    reader.read_records(rows, None, None, &mut marks)?;
    if marks.len() == rows { Ok(marks) } else { Err(FileError::Foreign("a column that is too short")) }
}
