//! `ddl`: the declarations of tables and views, for other engines.

use model::Cloud;
use serde_json::json;

use super::Context;
use crate::{arguments::Ddl, failure::Failure};

pub(super) fn run(context: Context<'_>, wanted: &Ddl) -> Result<bool, Failure> {
    let clouds: Vec<Cloud> =
        Cloud::ALL.into_iter().filter(|cloud| wanted.cloud.is_none_or(|only| only == *cloud)).collect();
    let sql = export::declare(wanted.dialect, &clouds);
    context.screen.show(|_| sql.clone(), || json!({ "dialect": wanted.dialect.name(), "sql": sql }))?;
    Ok(false)
}
