//! Writes Parquet row by row for others than the store: what is exported.

use std::{
    io::{self, Write},
    mem,
    sync::Arc,
};

use model::{Type, Value};
use parquet::{
    basic::{Compression, ZstdLevel},
    file::{metadata::KeyValue, properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::ColumnPath,
};

use crate::{
    columns::{Content, schema_of},
    file::{Cells, FileError},
};

/// What a row group holds at most before it is written: so many rows, or bytes of text.
const GROUP_ROWS: usize = 64 * 1024;
const GROUP_BYTES: usize = 8 << 20;

/// A Parquet file that is written row by row, and never holds more than a row group in memory.
pub struct ParquetWriter<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    contents: Vec<Content>,
    cells: Vec<Cells>,
    rows: usize,
    bytes: usize,
}

impl<W: Write + Send> std::fmt::Debug for ParquetWriter<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ParquetWriter").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<W: Write + Send> ParquetWriter<W> {
    /// Starts a file with these columns, each of which may be null, and with notes for whoever looks into its footer.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn new(
        output: W,
        name: &str,
        columns: &[(&str, Type)],
        notes: impl IntoIterator<Item = (String, String)>,
    ) -> io::Result<Self> {
        let notes = notes.into_iter().map(|(key, value)| KeyValue::new(key, value)).collect();
        let level = ZstdLevel::try_new(3).map_err(io::Error::other)?;
        let mut builder = WriterProperties::builder()
            .set_created_by("iamwatch".to_owned())
            .set_compression(Compression::ZSTD(level))
            .set_key_value_metadata(Some(notes));
        for (name, _) in columns.iter().filter(|(_, kind)| *kind == Type::Document) {
            builder = builder.set_column_dictionary_enabled(ColumnPath::from(*name), false);
        }
        let schema = schema_of(name, columns).map_err(io::Error::other)?;
        let writer = SerializedFileWriter::new(output, schema, Arc::new(builder.build()));
        let contents: Vec<Content> = columns.iter().map(|(_, kind)| Content::of(*kind)).collect();
        let cells = empty(&contents);
        Ok(Self { writer: writer.map_err(io::Error::other)?, contents, cells, rows: 0, bytes: 0 })
    }

    /// Adds a row; cells that it lacks are null.
    ///
    /// # Errors
    /// When a value is not of its column's type, or the output cannot be written.
    pub fn push(&mut self, row: &[Value<'_>]) -> io::Result<()> {
        let values = row.iter().copied().chain(std::iter::repeat(Value::Null));
        for (cells, value) in self.cells.iter_mut().zip(values) {
            self.bytes += value.as_text().map_or(8, str::len);
            cells
                .push(value)
                .map_err(|()| io::Error::other(format!("`{value}` is not of its column's type")))?;
        }
        self.rows += 1;
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES { self.write_group() } else { Ok(()) }
    }

    /// Writes what is left and the footer, and returns the output.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        if self.rows > 0 {
            self.write_group()?;
        }
        self.writer.into_inner().map_err(io::Error::other)
    }

    fn write_group(&mut self) -> io::Result<()> {
        let cells = mem::replace(&mut self.cells, empty(&self.contents));
        (self.rows, self.bytes) = (0, 0);
        let mut group = self.writer.next_row_group().map_err(io::Error::other)?;
        for cells in cells {
            cells.write(&mut group).map_err(|error: FileError| io::Error::other(error.to_string()))?;
        }
        group.close().map_err(io::Error::other)?;
        Ok(())
    }
}

fn empty(contents: &[Content]) -> Vec<Cells> {
    contents.iter().map(|content| Cells::new(*content)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::decode;
    use bytes::Bytes;

    #[test]
    fn rows_are_read_back_over_row_groups() {
        let columns = [("id", Type::Text), ("size", Type::Integer), ("is_on", Type::Boolean)];
        let notes = [("iamwatch.key".to_owned(), "1".to_owned())];
        let mut writer = ParquetWriter::new(Vec::new(), "things", &columns, notes).unwrap();
        let long = "x".repeat(1 << 20);
        for number in 0..20_i64 {
            let truth = if number % 2 == 0 { Value::Boolean(true) } else { Value::Null };
            writer.push(&[Value::Text(&long), Value::Integer(number), truth]).unwrap();
        }
        let sheet = decode(Bytes::from(writer.finish().unwrap())).unwrap();
        let told: Vec<_> = sheet.lines.iter().map(|line| (line.row.value(1), line.row.value(2))).collect();
        assert_eq!(told.len(), 20);
        assert_eq!(
            told[18..],
            [(Value::Integer(18), Value::Boolean(true)), (Value::Integer(19), Value::Null)]
        );
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        let mut writer = ParquetWriter::new(Vec::new(), "things", &[("id", Type::Text)], []).unwrap();
        assert!(writer.push(&[Value::Integer(1)]).unwrap_err().to_string().contains("`1`"));
    }
}
