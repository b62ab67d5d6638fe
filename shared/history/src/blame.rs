//! Since when each column of a row is as it is, and what a column held over time. Reads deltas alone.

use std::collections::BTreeMap;

use model::{Author, Column, Row, Sighting, Table};
use snapshot::{History, Manifest, RowFilter, RowStep, SnapshotError, Timeline};

use crate::{QuestionError, Subject, life::sighting};

/// Since when the columns of a row are as they are.
#[derive(Debug)]
pub struct Blame {
    /// The row in the last snapshot.
    pub row: Row,
    /// For each column, in their order, since when it has its value.
    pub origins: Vec<CellOrigin>,
}

/// Since when a column of a row has its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellOrigin {
    /// The first snapshot that has the value.
    pub since: Sighting,
    /// Whether it is the first snapshot of all, so that the value may be older.
    pub is_baseline: bool,
    /// Id of whoever wrote the row then, where the cloud tells it.
    pub by: Option<String>,
    /// The value before it, as JSON; none where the row came with this one.
    pub before: Option<serde_json::Value>,
}

/// A value that a column of a row came to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnStep {
    /// The first snapshot that has it.
    pub snapshot: Sighting,
    /// Whether it is the first snapshot of all.
    pub is_baseline: bool,
    /// The value before, as JSON; none where there was no row.
    pub before: Option<serde_json::Value>,
    /// The value after, as JSON; none where the row is gone.
    pub after: Option<serde_json::Value>,
    /// Id of whoever wrote the row then, where the cloud tells it.
    pub by: Option<String>,
}

/// Returns since when each column of a thing's row is as it is in the last snapshot of a timeline; none where it is gone.
///
/// # Errors
/// As [`crate::state`].
pub async fn blame(
    history: &History,
    timeline: &Timeline,
    subject: &Subject,
) -> Result<Option<Blame>, SnapshotError> {
    let steps = own_steps(history, timeline, subject).await?;
    let Some(row) = steps.last().and_then(|step| step.after.clone()) else { return Ok(None) };
    let places = places(timeline);
    let mut origins = Vec::new();
    for (position, _) in subject.table.columns.iter().enumerate() {
        let differs =
            |step: &&RowStep| cell(step.before.as_ref(), position) != cell(step.after.as_ref(), position);
        let Some(step) = steps.iter().rev().find(differs).or_else(|| steps.first()) else { continue };
        let Some((since, is_baseline)) = places.get(&step.number) else { continue };
        origins.push(CellOrigin {
            since: since.clone(),
            is_baseline: *is_baseline,
            by: author(subject.table, step),
            before: cell(step.before.as_ref(), position),
        });
    }
    Ok(Some(Blame { row, origins }))
}

/// Returns what a column of a thing's own row held from snapshot to snapshot.
///
/// # Errors
/// [`QuestionError::NoColumn`] when the table has no such column; as [`crate::state`] else.
pub async fn column_steps(
    history: &History,
    timeline: &Timeline,
    subject: &Subject,
    column: &str,
) -> Result<(&'static Column, Vec<ColumnStep>), QuestionError> {
    let table = subject.table;
    let mut columns = table.columns.iter().enumerate();
    let found = columns.find(|(_, declared)| declared.name == column);
    let (position, declared) = found.ok_or_else(|| QuestionError::NoColumn {
        table: table.name,
        column: column.to_owned(),
        columns: table.columns.iter().map(|column| column.name).collect(),
    })?;
    let steps = own_steps(history, timeline, subject).await?;
    let places = places(timeline);
    let told = steps.iter().filter_map(|step| {
        let (before, after) = (cell(step.before.as_ref(), position), cell(step.after.as_ref(), position));
        let (snapshot, is_baseline) = places.get(&step.number)?;
        (before != after).then(|| ColumnStep {
            snapshot: snapshot.clone(),
            is_baseline: *is_baseline,
            before,
            after,
            by: author(table, step),
        })
    });
    Ok((declared, told.collect()))
}

async fn own_steps(
    history: &History,
    timeline: &Timeline,
    subject: &Subject,
) -> Result<Vec<RowStep>, SnapshotError> {
    let filter = vec![(subject.table, RowFilter::Key(subject.key.clone()))];
    let mut found = history.follow(timeline, filter).await?;
    Ok(found.pop().map(|(_, steps)| steps).unwrap_or_default())
}

/// Returns the snapshots by number, and whether each is the first.
fn places(timeline: &Timeline) -> BTreeMap<u64, (Sighting, bool)> {
    let place =
        |(position, manifest): (usize, &Manifest)| (manifest.number, (sighting(manifest), position == 0));
    timeline.manifests.iter().enumerate().map(place).collect()
}

fn cell(row: Option<&Row>, position: usize) -> Option<serde_json::Value> {
    row.map(|row| serde_json::json!(row.value(position)))
}

/// Returns the id of whoever made a step: the creator of a row that came, the last editor of one that changed.
fn author(table: &'static Table, step: &RowStep) -> Option<String> {
    let after = step.after.as_ref()?;
    let id = match &step.before {
        None => table.author(after, Author::Creator),
        Some(_) => table.author(after, Author::Editor),
    };
    id.map(str::to_owned)
}
