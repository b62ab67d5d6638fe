//! JSON lines: an object for each row. Truth values and numbers are such; a document is the text that it is in every format.

use std::io::{self, Write};

use model::Value;

use super::RowWriter;
use crate::sheet::Field;

/// A file of JSON lines that takes rows.
pub(super) struct Jsonl<W> {
    output: W,
    /// The names of the columns as JSON has them, each with what goes before it.
    names: Vec<String>,
}

impl<W: Write> Jsonl<W> {
    pub(super) fn begin(output: W, columns: &[Field]) -> Self {
        let name = |(position, column): (usize, &Field)| {
            let before = if position == 0 { '{' } else { ',' };
            format!("{before}{}:", serde_json::Value::from(column.name.as_str()))
        };
        Self { output, names: columns.iter().enumerate().map(name).collect() }
    }
}

impl<W: Write> RowWriter for Jsonl<W> {
    fn push(&mut self, row: &[Value<'_>]) -> io::Result<()> {
        for (name, value) in self.names.iter().zip(row) {
            self.output.write_all(name.as_bytes())?;
            match value {
                Value::Null => self.output.write_all(b"null")?,
                Value::Boolean(truth) => write!(self.output, "{truth}")?,
                Value::Integer(number) => write!(self.output, "{number}")?,
                Value::Text(text) => serde_json::to_writer(&mut self.output, text)?,
            }
        }
        self.output.write_all(b"}\n")
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use model::Type;

    use super::*;

    #[test]
    fn a_row_is_an_object_on_one_line() {
        let field = |name: &str, kind| Field { name: name.to_owned(), kind, about: "" };
        let columns = [
            field("id", Type::Text),
            field("is_on", Type::Boolean),
            field("n", Type::Integer),
            field("x", Type::Text),
        ];
        let mut bytes = Vec::new();
        let mut rows = Jsonl::begin(&mut bytes, &columns);
        rows.push(&[Value::Text("a\n\"b\""), Value::Boolean(true), Value::Integer(-3), Value::Null]).unwrap();
        Box::new(rows).finish().unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "{\"id\":\"a\\n\\\"b\\\"\",\"is_on\":true,\"n\":-3,\"x\":null}\n"
        );
    }
}
