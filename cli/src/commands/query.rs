//! `query`: any question to any snapshot.

use check::{Answer, Limits};
use serde_json::json;

use super::Desk;
use crate::{
    arguments::Query,
    failure::Failure,
    past::Past,
    render::{table::Grid, text},
    screen::{Paint, Screen},
};

pub(super) async fn run(desk: Desk<'_>, wanted: &Query) -> Result<bool, Failure> {
    let past = Past::open(desk.global).await?;
    let manifest = past.snapshot(&wanted.at).await?;
    let limits = Limits { rows: wanted.max_rows, ..Limits::default() };
    let answer = history::query(&past.history, &manifest, &wanted.sql, &limits).await?;
    show(desk.screen, manifest.number, &answer)?;
    Ok(!answer.rows.is_empty())
}

/// Shows the rows of an answer.
pub(super) fn show(screen: &Screen, snapshot: u64, answer: &Answer) -> Result<(), Failure> {
    screen.show(
        |paint| rows(answer, paint),
        || {
            json!({
                "snapshot": snapshot,
                "columns": answer.columns,
                "rows": answer.rows,
                "truncated": !answer.is_complete,
            })
        },
    )
}

fn rows(answer: &Answer, paint: Paint) -> String {
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
