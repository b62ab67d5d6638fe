//! What an export hangs on and was not read to its end, so that whoever has the export alone knows it too.

use std::collections::BTreeSet;

use history::QuestionError;
use model::Coverage;
use snapshot::{History, Manifest, SnapshotError};

/// Returns the lists that some tables and views of a snapshot hang on and that were not read to their end; where none is named, all that
/// were not.
pub(crate) async fn lists_of_tables(
    history: &History,
    manifest: &Manifest,
    names: &[String],
) -> Result<Vec<Coverage>, QuestionError> {
    if names.is_empty() {
        return Ok(lists_of_range(history, manifest, manifest).await?);
    }
    let mut tables = Vec::new();
    for name in names {
        tables.extend(check::tables_named(&format!("select * from {name}"))?);
    }
    Ok(history::gaps(history, manifest, &tables).await?)
}

/// Returns the lists that were not read to their end at one of both ends of a range: what changed hangs on both.
pub(crate) async fn lists_of_range(
    history: &History,
    before: &Manifest,
    after: &Manifest,
) -> Result<Vec<Coverage>, SnapshotError> {
    let mut lists = history::coverage(history, after).await?;
    if before.number != after.number {
        lists.extend(history::coverage(history, before).await?);
    }
    let mut known = BTreeSet::new();
    lists.retain(|list| !list.is_complete() && known.insert((list.listing.clone(), list.parent.clone())));
    Ok(lists)
}
