//! `ddl`: the declarations of tables and views, for other engines.

use export::{Dialect, LakeEngine};
use model::Cloud;
use serde_json::json;

use super::Context;
use crate::{
    arguments::{DdlArgs, Engine},
    failure::Failure,
};

pub(super) fn run(context: Context<'_>, wanted: &DdlArgs) -> Result<bool, Failure> {
    let clouds: Vec<Cloud> =
        Cloud::ALL.into_iter().filter(|cloud| wanted.cloud.is_none_or(|only| only == *cloud)).collect();
    let (name, sql) = match (wanted.dialect, &wanted.lake) {
        (Engine::Own(dialect), None) => (dialect.name(), export::declare(dialect, &clouds)),
        (Engine::Own(Dialect::Spark), Some(place)) => {
            (LakeEngine::Spark.name(), export::declare_lake(LakeEngine::Spark, &clouds, place))
        }
        (Engine::Athena, Some(place)) => {
            (LakeEngine::Athena.name(), export::declare_lake(LakeEngine::Athena, &clouds, place))
        }
        (Engine::Own(dialect), Some(_)) => {
            let said = format!("a lake is declared for spark and athena, not for {}", dialect.name());
            return Err(Failure::wrong_use(said).help("choose one of them with --dialect"));
        }
        (Engine::Athena, None) => {
            return Err(Failure::wrong_use("athena has no tables of its own, and reads a lake")
                .help("name the place of one with --lake"));
        }
    };
    context.screen.show(|_| sql.clone(), || json!({ "dialect": name, "sql": sql }))?;
    Ok(false)
}
