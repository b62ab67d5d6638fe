//! The words of `open`.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use export::ParquetReader;

/// Print what reads a snapshot's tables directly from the store
///
/// The store is Parquet, but a table is a base and what runs changed since: read all at once, it counts rows of the past. What is printed takes
/// the newest row of each key. Only tables are in the store; `export` also has grants and findings.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch open --run   DuckDB over the newest snapshot
  iamwatch open latest > latest.sql && duckdb -init latest.sql
  iamwatch open 2026-11-21 --with pandas > tables.py
  iamwatch open latest~3 --store s3://bucket/prefix --with spark

--json, without --run: {\"snapshot\", \"with\", \"script\", \"incomplete_lists\"}.")]
pub(crate) struct OpenArgs {
    /// The snapshot to open: a number, `latest`, or a time
    #[arg(default_value = "latest")]
    pub(crate) snapshot: String,
    /// The tool to write for
    #[arg(long, value_name = "TOOL", default_value = "duckdb", value_parser = reader_parser())]
    pub(crate) with: ParquetReader,
    /// Start the tool with it instead: `duckdb`, `python3` for pandas, `pyspark` for Spark
    #[arg(long)]
    pub(crate) run: bool,
}

fn reader_parser() -> impl TypedValueParser<Value = ParquetReader> {
    PossibleValuesParser::new(ParquetReader::ALL.map(ParquetReader::name)).try_map(|name| {
        ParquetReader::ALL.into_iter().find(|reader| reader.name() == name).ok_or("no such tool")
    })
}
