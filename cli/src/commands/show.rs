//! `show`: what a snapshot holds.

use model::{Coverage, Rows, Table};
use serde_json::json;
use snapshot::Manifest;

use super::Context;
use crate::{
    arguments::ShowArgs,
    failure::Failure,
    past::Past,
    render::{coverage, table::Grid, text},
    screen::Paint,
};

pub(super) async fn run(context: Context<'_>, wanted: &ShowArgs) -> Result<bool, Failure> {
    let past = Past::open(context).await?;
    let manifest = past.snapshot(&wanted.snapshot).await?;
    if let Some(name) = &wanted.table {
        let table = history::table(&manifest, name)?;
        let rows = past.history.read(&manifest, table).await?;
        let incomplete = history::gaps(&past.history, &manifest, &[table]).await?;
        context.screen.show(
            |paint| format!("{}{}", grid(table, &rows, paint), coverage::note(&incomplete, paint)),
            || json!({ "table": table.name, "rows": serve::row_objects(table, &rows), "incomplete": incomplete }),
        )?;
        return Ok(!rows.is_empty());
    }
    let lists = history::coverage(&past.history, &manifest).await?;
    let incomplete: Vec<Coverage> = lists.into_iter().filter(|list| !list.is_complete()).collect();
    context.screen.show(
        |paint| page(&manifest, &incomplete, paint),
        || serve::snapshot_contents(&manifest, &incomplete),
    )?;
    Ok(!incomplete.is_empty())
}

fn grid(table: &Table, rows: &Rows, paint: Paint) -> String {
    let head: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let mut grid = Grid::new(&head);
    for row in rows {
        grid.row(row.values().map(text::cell));
    }
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    format!("{}{}\n", grid.text(paint), paint.dim(text::counted(count, "row")))
}

fn page(manifest: &Manifest, incomplete: &[Coverage], paint: Paint) -> String {
    let mut text = format!(
        "{} of {}, {} UTC, by {}\n\n",
        paint.bold(format!("Snapshot {}", manifest.number)),
        manifest.account,
        text::minute(&manifest.finished_at),
        manifest.tool
    );
    let mut grid = Grid::new(&["table", "rows>", "stored>", "objects>"]);
    for (name, rows, bytes, objects) in serve::stored_tables(manifest) {
        grid.row([name.to_owned(), text::number(rows), text::size(bytes), objects.to_string()]);
    }
    text.push_str(&grid.text(paint));
    text.push('\n');
    text.push_str(&coverage::section(incomplete, manifest.coverage.lists, paint));
    text
}
