//! The words of `ddl`.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use export::{Dialect, LakeEngine};
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
  iamwatch ddl --dialect db2 > tables.sql   grammar only: tried on no server
  iamwatch ddl --dialect athena --lake s3://bucket/lake

--json: {\"dialect\", \"sql\"}.")]
pub(crate) struct DdlArgs {
    /// The engine to write for
    #[arg(long, value_name = "ENGINE", value_parser = dialect_parser())]
    pub(crate) dialect: Engine,
    /// Declare what lies in the lake at this place, for Spark or Athena
    #[arg(long, value_name = "PLACE")]
    pub(crate) lake: Option<String>,
    /// Only the tables of this cloud, and the views as they are of it
    #[arg(long, value_name = "CLOUD", value_parser = cloud_parser())]
    pub(crate) cloud: Option<Cloud>,
}

/// An engine that something is declared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// One that has tables of its own.
    Own(Dialect),
    /// One that only reads a lake.
    Athena,
}

impl Engine {
    fn named(name: &str) -> Option<Self> {
        let own = Dialect::ALL.into_iter().find(|dialect| dialect.name() == name).map(Self::Own);
        own.or_else(|| (name == LakeEngine::Athena.name()).then_some(Self::Athena))
    }
}

fn dialect_parser() -> impl TypedValueParser<Value = Engine> {
    let names = Dialect::ALL.map(Dialect::name).into_iter().chain([LakeEngine::Athena.name()]);
    PossibleValuesParser::new(names).try_map(|name| Engine::named(&name).ok_or("no such dialect"))
}

fn cloud_parser() -> impl TypedValueParser<Value = Cloud> {
    PossibleValuesParser::new(Cloud::ALL.map(Cloud::name))
        .try_map(|name| Cloud::ALL.into_iter().find(|cloud| cloud.name() == name).ok_or("no such cloud"))
}
