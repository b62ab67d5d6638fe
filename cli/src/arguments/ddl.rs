//! The words of `ddl`.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use export::Dialect;
use model::Cloud;

/// Print the declarations of all tables and views, for an engine of your own
///
/// From the same declarations as everything else. Views come after those that they read. No foreign keys: a list that could not be read breaks
/// them; `export` declares those that hold in a snapshot.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  iamwatch ddl --dialect duckdb | duckdb audit.duckdb
  iamwatch ddl --dialect postgres --cloud huawei
  iamwatch ddl --dialect db2 > tables.sql         grammar only: tried on no server

--json: {\"dialect\", \"sql\"}.")]
pub(crate) struct Ddl {
    /// The engine to write for
    #[arg(long, value_name = "ENGINE", value_parser = dialect_parser())]
    pub(crate) dialect: Dialect,
    /// Only the tables of this cloud, and the views as they are of it
    #[arg(long, value_name = "CLOUD", value_parser = cloud_parser())]
    pub(crate) cloud: Option<Cloud>,
}

fn dialect_parser() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(Dialect::ALL.map(Dialect::name)).try_map(|name| {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == name).ok_or("no such dialect")
    })
}

fn cloud_parser() -> impl TypedValueParser<Value = Cloud> {
    PossibleValuesParser::new(Cloud::ALL.map(Cloud::name))
        .try_map(|name| Cloud::ALL.into_iter().find(|cloud| cloud.name() == name).ok_or("no such cloud"))
}
