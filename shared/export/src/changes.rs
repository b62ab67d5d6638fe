//! Exports what changed over a range of snapshots: a row for each change, with the snapshot that first shows it.

use model::{Author, Change, ChangeKind, Column, Row, Table, Value, tables::CHANGES};
use serde_json::{Map, json};
use snapshot::{History, Manifest, SnapshotError};

use crate::{
    ExportError, ExportRequest, ExportSummary, ExportWatch,
    formats::{self, About},
    stage::{Flow, Stage},
    unseen,
};

/// Writes the changes of the snapshots after one, up to and with another.
///
/// # Errors
/// When a snapshot cannot be read, a name is none of a stored table, the target is there already, or it cannot be written.
pub async fn export_changes(
    history: &History,
    before: &Manifest,
    after: &Manifest,
    wanted: ExportRequest,
    watch: &dyn ExportWatch,
) -> Result<ExportSummary, ExportError> {
    if before.number >= after.number {
        let text = format!(
            "changes lead from an earlier snapshot to a later one, and {} is not before {}; exchange --from and --to",
            before.number, after.number
        );
        return Err(ExportError::Misplaced(text));
    }
    for name in &wanted.tables {
        history::table(after, name)?;
    }
    let mut draft = wanted.target.begin(wanted.format, 1)?;
    let incomplete = unseen::lists_of_range(history, before, after).await?;
    let mut stage = Stage::create(&draft.stage()).map_err(|error| draft.unstaged(error))?;
    let flow = stage.add_table(&CHANGES, Vec::<Row>::new(), watch);
    flow.map_err(|error| draft.unstaged(error))?;
    let mut former = before.clone();
    let steps = usize::try_from(after.number - before.number).unwrap_or(usize::MAX);
    for (done, number) in (before.number + 1..=after.number).enumerate() {
        watch.step("comparing snapshots", done, steps);
        let present = match history.manifest(number).await {
            // It was pruned, or never was: what it changed shows in the next.
            Err(SnapshotError::NoSuchSnapshot { .. }) => continue,
            read => read?,
        };
        let changes = history::drift(history, &former, &present).await?;
        let is_wanted = |change: &&Change| {
            wanted.tables.is_empty() || wanted.tables.iter().any(|name| name == change.table.name)
        };
        let rows = changes
            .iter()
            .filter(is_wanted)
            .zip(1..)
            .map(|(change, position)| row(change, position, &former, &present));
        match stage.append(&CHANGES, rows, watch).map_err(|error| draft.unstaged(error))? {
            Flow::Done => former = present,
            Flow::Stopped => return Err(ExportError::Stopped),
        }
    }
    stage.finish().map_err(|error| draft.unstaged(error))?;
    let about = About {
        account: after.account.to_string(),
        from: Some(before.number),
        snapshot: after.number,
        taken_at: after.finished_at.clone(),
        incomplete,
    };
    let written = formats::write(stage, wanted.format, &about, &|_| true, &mut draft, watch)?;
    draft.keep()?;
    Ok(ExportSummary { written, left_out: Vec::new(), incomplete: about.incomplete })
}

fn row(change: &Change, position: i64, former: &Manifest, present: &Manifest) -> Row {
    let number = |manifest: &Manifest| i64::try_from(manifest.number).unwrap_or(i64::MAX);
    let table = change.table;
    let (before, after) = (change.row_before(), change.row_after());
    let differing: Vec<&str> = match change.kind {
        ChangeKind::Changed { .. } => change.columns().iter().map(|column| column.name).collect(),
        _ => table.columns.iter().map(|column| column.name).collect(),
    };
    let keys: Vec<&str> = table.key_columns().iter().map(|column| column.name).collect();
    let before_text = before.map(|row| object(table, row, &differing));
    let after_text = after.map(|row| object(table, row, &differing));
    let key = after.or(before).map(|row| object(table, row, &keys));
    let author = match (&change.kind, after) {
        (ChangeKind::Added { .. } | ChangeKind::Replaced { .. }, Some(row)) => {
            table.author(row, Author::Creator)
        }
        (ChangeKind::Changed { .. }, Some(row)) => table.author(row, Author::Editor),
        _ => None,
    };
    CHANGES
        .draft()
        .set("snapshot", number(present))
        .set("position", position)
        .set("taken_at", present.finished_at.as_str())
        .set("snapshot_before", number(former))
        .set("change", change.verb())
        .set("table_name", table.name)
        .set("row_key", key.as_deref())
        .set("before", before_text.as_deref())
        .set("after", after_text.as_deref())
        .set("author_id", author)
        .row()
}

/// Returns some cells of a row as a JSON object.
fn object(table: &Table, row: &Row, wanted: &[&str]) -> String {
    let cells = table.columns.iter().zip(row.values());
    let cells = cells.filter(|(column, _)| wanted.contains(&column.name));
    let object: Map<String, serde_json::Value> =
        cells.map(|(column, value): (&Column, Value<'_>)| (column.name.to_owned(), json!(value))).collect();
    serde_json::Value::Object(object).to_string()
}
