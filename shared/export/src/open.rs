//! What reads the store directly: scripts for tools that know Parquet, with a table's base and deltas resolved.
//!
//! A table is stored as a base and what runs changed since. Reading all of its files at once counts rows of the past; of each key
//! only the newest row counts, and none where the newest is marked as deleted.

use model::{Table, Type, tables, tables::derived};
use snapshot::Manifest;

use crate::ddl::{Dialect, create_view, literal, quoted};

/// A tool that reads Parquet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParquetReader {
    /// DuckDB: a script of views.
    Duckdb,
    /// Python with pandas and pyarrow alone.
    Pandas,
    /// Python that asks Spark, with pyspark.
    Spark,
}

impl ParquetReader {
    /// All readers there are.
    pub const ALL: [Self; 3] = [Self::Duckdb, Self::Pandas, Self::Spark];

    /// Returns the name of the reader, as it is chosen by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duckdb => "duckdb",
            Self::Pandas => "pandas",
            Self::Spark => "spark",
        }
    }
}

/// The files of one table, oldest first, and its key.
struct TableFiles {
    table: &'static Table,
    files: Vec<String>,
}

/// Returns the script with which a tool reads the tables of a snapshot from the store. `place` returns the address of an object.
#[must_use]
pub fn open_script(reader: ParquetReader, manifest: &Manifest, place: &dyn Fn(&str) -> String) -> String {
    let stored: Vec<TableFiles> = tables::of_cloud(manifest.account.cloud())
        .map(|table| {
            let entry = manifest.tables.get(table.name);
            let objects = entry.into_iter().flat_map(|entry| entry.objects());
            TableFiles { table, files: objects.map(|object| place(&object.key)).collect() }
        })
        .collect();
    let mut what =
        format!("snapshot {} of {}, taken at {}", manifest.number, manifest.account, manifest.finished_at);
    if manifest.coverage.incomplete > 0 {
        what.push_str(&format!(
            ", with {} of {} lists not read to the end (they are in `coverage`)",
            manifest.coverage.incomplete, manifest.coverage.lists
        ));
    }
    match reader {
        ParquetReader::Duckdb => duckdb(manifest, &stored, &what),
        ParquetReader::Pandas => format!("{}{}", python_files(&stored, &what), PANDAS),
        ParquetReader::Spark => format!("{}{}", python_files(&stored, &what), SPARK),
    }
}

fn duckdb(manifest: &Manifest, stored: &[TableFiles], what: &str) -> String {
    let mut script = format!(
        "-- {what}, read from the store by DuckDB. Written by `iamwatch open`.\n\
         -- Grants and findings are no tables of the store: `iamwatch export` has them.\n"
    );
    if stored.iter().any(|table| table.files.iter().any(|file| file.starts_with("s3://"))) {
        script.push_str("INSTALL httpfs;\nLOAD httpfs;\nCREATE OR REPLACE SECRET iamwatch (TYPE s3, PROVIDER credential_chain);\n");
    }
    script.push('\n');
    for table in stored {
        script.push_str(&format!(
            "CREATE OR REPLACE VIEW {} AS\n{};\n\n",
            quoted(table.table.name),
            table.select()
        ));
    }
    let row = check::run_row(&history::run_of(manifest));
    let cells = tables::RUN.columns.iter().zip(row.values()).map(|(column, value)| {
        let value = value.as_text().map_or_else(|| value.to_string(), |text| literal(Dialect::Duckdb, text));
        format!("{value} AS {}", quoted(column.name))
    });
    let cells: Vec<String> = cells.collect();
    script.push_str(&format!("CREATE OR REPLACE VIEW run AS\nSELECT {};\n\n", cells.join(", ")));
    for view in check::views_of(&[manifest.account.cloud()]) {
        if derived::all().any(|table| view.reads(table.name)) {
            continue;
        }
        let create = create_view(Dialect::Duckdb, view.name, &view.select);
        script.push_str(&format!("{};\n\n", create.replacen("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)));
    }
    script
}

impl TableFiles {
    fn keys(&self) -> Vec<&'static str> {
        self.table.key_columns().iter().map(|column| column.name).collect()
    }

    /// Returns the DuckDB query of the rows that are in force.
    fn select(&self) -> String {
        let files: Vec<String> = self.files.iter().map(|file| literal(Dialect::Duckdb, file)).collect();
        let list = format!("[{}]", files.join(", "));
        match files.as_slice() {
            [] => {
                let kind = |kind| match kind {
                    Type::Integer => "BIGINT",
                    Type::Boolean => "BOOLEAN",
                    Type::Text | Type::Time | Type::Document => "VARCHAR",
                };
                let columns = self.table.columns.iter();
                let columns =
                    columns.map(|column| format!("NULL::{} AS {}", kind(column.kind), quoted(column.name)));
                format!("SELECT {} WHERE false", columns.collect::<Vec<_>>().join(", "))
            }
            [_] => format!("SELECT * FROM read_parquet({list})"),
            _ => format!(
                "SELECT * EXCLUDE (_deleted, _file, _age) FROM (\n  SELECT *, row_number() OVER (PARTITION BY {} ORDER BY list_position({list}, _file) DESC) AS _age\n  \
                 FROM read_parquet({list}, union_by_name = true, filename = '_file')\n) WHERE _age = 1 AND _deleted IS NOT true",
                Dialect::Duckdb.list(self.keys())
            ),
        }
    }
}

/// Returns the beginning of a Python script: the files of each table, with its key.
fn python_files(stored: &[TableFiles], what: &str) -> String {
    // JSON texts and lists are those of Python, too.
    let entries = stored.iter().filter(|table| !table.files.is_empty()).map(|table| {
        format!(
            "    {}: ({}, {}),\n",
            serde_json::json!(table.table.name),
            serde_json::json!(table.keys()),
            serde_json::json!(table.files)
        )
    });
    let entries: String = entries.collect();
    format!(
        "# {what}, read from the store. Written by `iamwatch open`.\n# The key of each table, and its files, oldest first. A table that is not here has no rows.\nTABLES = {{\n{entries}}}\n"
    )
}

const PANDAS: &str = r#"
import pandas as pd


def table(name):
    """Returns the rows of a table that are in force: of each key the newest, unless that is marked as deleted."""
    key, files = TABLES[name]
    rows = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    if "_deleted" not in rows:
        return rows
    rows = rows.drop_duplicates(key, keep="last")
    return rows[rows["_deleted"].ne(True)].drop(columns="_deleted").sort_values(key, ignore_index=True)


if __name__ == "__main__":
    for name in TABLES:
        print(name, len(table(name)))
"#;

const SPARK: &str = r#"
import functools

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

spark = SparkSession.builder.getOrCreate()


def table(name):
    """Returns the rows of a table that are in force: of each key the newest, unless that is marked as deleted."""
    key, files = TABLES[name]
    parts = [spark.read.parquet(file).withColumn("_age", F.lit(-place)) for place, file in enumerate(files)]
    rows = functools.reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), parts)
    if "_deleted" not in rows.columns:
        return rows.drop("_age")
    newest = Window.partitionBy(*key).orderBy("_age")
    rows = rows.withColumn("_place", F.row_number().over(newest))
    return rows.where("_place = 1 and not coalesce(_deleted, false)").drop("_deleted", "_age", "_place")


for name in TABLES:
    table(name).createOrReplaceTempView(name)
"#;
