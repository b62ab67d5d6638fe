//! `query`: any question to any snapshot.

use check::{Limits, QueryAnswer};
use history::QuestionError;
use model::Coverage;
use serde_json::{Value, json};

use super::Context;
use crate::{
    arguments::Query,
    failure::Failure,
    past::Past,
    render::{coverage, table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &Query) -> Result<bool, Failure> {
    let past = Past::open(context.global).await?;
    let manifest = past.snapshot(&wanted.at).await?;
    let limits = Limits { rows: wanted.max_rows, ..Limits::default() };
    let answer = history::query(&past.history, &manifest, &wanted.sql, &limits).await?;
    let tables = check::tables_named(&wanted.sql).map_err(QuestionError::from)?;
    let incomplete = history::gaps(&past.history, &manifest, &tables).await?;
    context.screen.show(
        |paint| format!("{}{}", rows(&answer, paint), coverage::note(&incomplete, paint)),
        || to_json(manifest.number, &answer, &incomplete),
    )?;
    Ok(!answer.rows.is_empty())
}

/// Tells an answer, with the lists that it hangs on and that were not read to their end.
pub(super) fn to_json(snapshot: u64, answer: &QueryAnswer, incomplete: &[Coverage]) -> Value {
    json!({
        "snapshot": snapshot,
        "columns": answer.columns,
        "rows": answer.rows,
        "truncated": !answer.is_complete,
        "incomplete": incomplete,
    })
}

/// Writes the rows of an answer, and how many there are.
pub(super) fn rows(answer: &QueryAnswer, paint: Paint) -> String {
    let head: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
    let mut grid = Grid::new(&head);
    for row in &answer.rows {
        grid.row(row.iter().map(text::json_cell));
    }
    let mut page = grid.text(paint);
    let rows = u64::try_from(answer.rows.len()).unwrap_or(u64::MAX);
    let more = if answer.is_complete { "" } else { ", and there are more: `--max-rows` takes more of them" };
    page.push_str(&paint.dim(format!("{}{more}", text::counted(rows, "row"))));
    page.push('\n');
    page
}
