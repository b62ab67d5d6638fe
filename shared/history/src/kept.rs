//! States without documents, read side by side, and kept where the history keeps what is read of it.

use std::sync::Arc;

use model::{Column, State, Table, Type};
use snapshot::{History, Manifest, SnapshotError};

/// Bytes that a row takes beside its own.
const ROW: usize = 32;

/// Returns some tables of some snapshots, oldest first, without their documents. What is kept is not read again.
pub(crate) async fn states_without_documents(
    history: &History,
    manifests: &[&Manifest],
    tables: &[&'static Table],
) -> Result<Vec<Arc<State>>, SnapshotError> {
    let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
    let name = |manifest: &Manifest| format!("{} of {}", names.join(", "), manifest.number);
    let mut found: Vec<Option<Arc<State>>> =
        manifests.iter().map(|manifest| history.find_kept(&name(manifest))).collect();
    let missing: Vec<Manifest> = manifests
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_none())
        .map(|(manifest, _)| Manifest::clone(manifest))
        .collect();
    let is_wanted = |_: &Table, column: &Column| column.kind != Type::Document;
    let mut read = history.states(missing, tables, is_wanted).await?.into_iter();
    for (manifest, found) in manifests.iter().zip(&mut found) {
        if found.is_none()
            && let Some(state) = read.next()
        {
            let state = Arc::new(state);
            history.keep(&name(manifest), &state, weight(&state));
            *found = Some(state);
        }
    }
    Ok(found.into_iter().flatten().collect())
}

/// Returns about how many bytes a state takes.
fn weight(state: &State) -> usize {
    state.iter().flat_map(|(_, rows)| rows.iter()).map(|row| row.as_bytes().len() + ROW).sum()
}
