//! The formats: how the sheets that were put together are written.

mod csv;
mod jsonl;
mod postgres;

pub use csv::{csv_line, csv_text};
pub(crate) use postgres::FIRST_LINE;

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use model::{Coverage, Type, Value};
use serde_json::json;
use snapshot::ParquetWriter;

use crate::{
    ExportError, ExportWatch,
    sheet::{Field, Sheet},
    stage::{RowError, Stage},
    target::{ExportDraft, NOTE},
};

/// A format that tables are exported in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One database file, with views as views.
    Sqlite,
    /// A folder with a Parquet file for each table and view.
    Parquet,
    /// A folder with a CSV file for each table and view.
    Csv,
    /// A folder with a file of JSON lines for each table and view.
    Jsonl,
    /// A script for PostgreSQL's `psql`, which fills a schema in one transaction.
    Postgres,
}

impl Format {
    /// All formats there are.
    pub const ALL: [Self; 5] = [Self::Sqlite, Self::Parquet, Self::Csv, Self::Jsonl, Self::Postgres];

    /// Returns how the name of a file of the format ends.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Postgres => "sql",
            other => other.name(),
        }
    }

    /// Returns the name of the format, as it is chosen by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Postgres => "postgres",
        }
    }

    /// Returns whether it writes a file for each table, in a folder.
    #[must_use]
    pub const fn is_folder(self) -> bool {
        matches!(self, Self::Parquet | Self::Csv | Self::Jsonl)
    }

    /// Returns whether it puts all tables into one database, and with them says what could not be seen.
    pub(crate) const fn is_database(self) -> bool {
        matches!(self, Self::Sqlite | Self::Postgres)
    }

    /// Returns whether it is text, which can go through a pipe.
    pub(crate) const fn is_text(self) -> bool {
        matches!(self, Self::Csv | Self::Jsonl | Self::Postgres)
    }
}

/// What an export is of.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) account: String,
    /// The snapshot from which changes are told, where changes are.
    pub(crate) from: Option<u64>,
    pub(crate) snapshot: u64,
    pub(crate) taken_at: String,
    /// The lists that it hangs on and that were not read to their end.
    pub(crate) incomplete: Vec<Coverage>,
}

/// A file of one table that takes its rows.
trait RowWriter {
    fn push(&mut self, row: &[Value<'_>]) -> io::Result<()>;
    /// Writes what is left.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Writes the sheets that were asked for, and returns their names with the number of rows.
pub(crate) fn write(
    stage: Stage,
    format: Format,
    about: &About,
    is_asked: &dyn Fn(&str) -> bool,
    draft: &mut ExportDraft,
    watch: &dyn ExportWatch,
) -> Result<Vec<(String, Option<u64>)>, ExportError> {
    if format == Format::Sqlite {
        let told = |sheet: &Sheet| (sheet.name.clone(), sheet.select.is_none().then_some(sheet.rows));
        return Ok(stage.sheets.iter().map(told).collect());
    }
    if format == Format::Postgres {
        let written = write_script(&stage, about, draft, watch);
        return written.map_err(|error| told(draft, error));
    }
    let asked: Vec<&Sheet> = stage.sheets.iter().filter(|sheet| is_asked(&sheet.name)).collect();
    let mut written = Vec::new();
    for (done, sheet) in asked.iter().enumerate() {
        watch.step("writing tables", done, asked.len());
        let rows = write_sheet(&stage, sheet, format, draft, watch);
        let rows = rows.map_err(|error| told(draft, error))?;
        written.push((sheet.name.clone(), Some(rows)));
    }
    if draft.stream().is_none() {
        write_note(&asked, &written, format, about, &draft.folder())
            .map_err(|error| draft.unwritten(error))?;
    }
    Ok(written)
}

fn told(draft: &ExportDraft, error: RowError) -> ExportError {
    match error {
        RowError::Stage(error) => draft.unstaged(error),
        RowError::Write(error) => draft.unwritten(error),
        RowError::Stopped => ExportError::Stopped,
    }
}

fn write_script(
    stage: &Stage,
    about: &About,
    draft: &mut ExportDraft,
    watch: &dyn ExportWatch,
) -> Result<Vec<(String, Option<u64>)>, RowError> {
    let path = draft.script();
    if let Some(stream) = draft.stream() {
        let mut output = BufWriter::new(stream);
        let written = postgres::write_script(&mut output, stage, about, watch)?;
        return output.flush().map(|()| written).map_err(RowError::Write);
    }
    let mut output = BufWriter::new(File::create_new(path).map_err(RowError::Write)?);
    let written = postgres::write_script(&mut output, stage, about, watch)?;
    output.flush().map(|()| written).map_err(RowError::Write)
}

fn write_sheet(
    stage: &Stage,
    sheet: &Sheet,
    format: Format,
    draft: &mut ExportDraft,
    watch: &dyn ExportWatch,
) -> Result<u64, RowError> {
    let path = draft.folder().join(format!("{}.{}", sheet.name, format.ending()));
    let mut file = None;
    let output: Box<dyn Write + '_> = match draft.stream() {
        Some(stream) => Box::new(BufWriter::new(stream)),
        None => Box::new(BufWriter::new(&*file.insert(File::create_new(path).map_err(RowError::Write)?))),
    };
    let rows: io::Result<Box<dyn RowWriter + '_>> = match format {
        Format::Csv => {
            csv::Csv::begin(output, &sheet.columns).map(|rows| -> Box<dyn RowWriter + '_> { Box::new(rows) })
        }
        Format::Jsonl => Ok(Box::new(jsonl::Jsonl::begin(output, &sheet.columns))),
        Format::Parquet | Format::Sqlite | Format::Postgres => {
            drop(output);
            let output = BufWriter::new(file.take().ok_or(RowError::Stopped)?);
            parquet(output, sheet).map(|rows| -> Box<dyn RowWriter + '_> { Box::new(rows) })
        }
    };
    let mut rows = rows.map_err(RowError::Write)?;
    let count = stage.each_row(sheet, watch, |row| rows.push(row))?;
    rows.finish().map_err(RowError::Write)?;
    Ok(count)
}

fn parquet(output: BufWriter<File>, sheet: &Sheet) -> io::Result<ParquetWriter<BufWriter<File>>> {
    let columns: Vec<(&str, Type)> =
        sheet.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
    let abouts = sheet.columns.iter().filter(|column| !column.about.is_empty());
    let notes = abouts
        .map(|column| (format!("iamwatch.about.{}", column.name), column.about.to_owned()))
        .chain([("iamwatch.about".to_owned(), sheet.about.to_owned())])
        .chain([("iamwatch.key".to_owned(), sheet.key_columns().join(","))]);
    ParquetWriter::new(output, &sheet.name, &columns, notes)
}

impl RowWriter for ParquetWriter<BufWriter<File>> {
    fn push(&mut self, row: &[Value<'_>]) -> io::Result<()> {
        Self::push(self, row)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let file = Self::finish(*self)?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()
    }
}

/// Writes what the folder holds, for programs: keys, foreign keys, what each column is, and which lists were not read to their end.
fn write_note(
    sheets: &[&Sheet],
    written: &[(String, Option<u64>)],
    format: Format,
    about: &About,
    folder: &Path,
) -> io::Result<()> {
    let column = |column: &Field| {
        let kind = match column.kind {
            Type::Text => "text",
            Type::Integer => "integer",
            Type::Boolean => "boolean",
            Type::Time => "time",
            Type::Document => "json",
        };
        json!({ "name": column.name, "type": kind, "about": column.about })
    };
    let tables: Vec<serde_json::Value> = sheets
        .iter()
        .zip(written)
        .map(|(sheet, (_, rows))| {
            let foreign = |relation: &model::Relation| {
                json!({ "columns": relation.columns, "table": relation.to, "key": relation.key })
            };
            json!({
                "name": sheet.name,
                "file": format!("{}.{}", sheet.name, format.ending()),
                "about": sheet.about,
                "rows": rows,
                "columns": sheet.columns.iter().map(column).collect::<Vec<_>>(),
                "key": sheet.key_columns(),
                "foreign_keys": sheet.relations.iter().map(foreign).collect::<Vec<_>>(),
            })
        })
        .collect();
    let note = json!({
        "tool": concat!("iamwatch ", env!("CARGO_PKG_VERSION")),
        "account": about.account,
        "from": about.from,
        "snapshot": about.snapshot,
        "taken_at": about.taken_at,
        "format": format.name(),
        "incomplete": about.incomplete,
        "tables": tables,
    });
    let mut file = File::create_new(folder.join(NOTE))?;
    file.write_all(format!("{note:#}\n").as_bytes())?;
    file.sync_all()
}
