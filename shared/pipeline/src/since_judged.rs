//! What a run judges against when the last snapshot was stored without being judged.
//!
//! Drift is told by every run. Findings and gains are not told by a run that could not judge: the next one that can compares
//! with the snapshot that was judged last, so that what happened in between is told late, and not lost.

use model::{Table, tables};
use snapshot::{History, SnapshotError};

use crate::{audit::Compared, former::Former};

/// Compares what was seen with the snapshot that was judged last; nothing where that is the one before, or there is none.
///
/// # Errors
/// When the store cannot be read. Damage is noted, and the snapshot before stands in.
pub(crate) async fn compare(
    history: &History,
    former: &mut Former,
    compared: &Compared,
) -> Result<Option<Compared>, SnapshotError> {
    let unjudged = former.manifest.as_ref().and_then(|manifest| manifest.unjudged.as_ref());
    let Some(last) = unjudged.and_then(|unjudged| unjudged.last_judged.as_ref()) else { return Ok(None) };
    let read = async {
        let manifest = history.manifest(last.snapshot).await.map_err(|error| match error {
            // It was there when it was named: it is missing, and stops no run.
            SnapshotError::NoSuchSnapshot { .. } => {
                SnapshotError::Missing { object: history.key_of_manifest(last.snapshot) }
            }
            other => other,
        })?;
        let holds = |table: &&'static Table| {
            let entry = manifest.tables.get(table.name);
            let hash = compared.hashes.get(table.name);
            entry.map_or(compared.state.rows(table).is_empty(), |entry| {
                hash.is_some_and(|hash| entry.holds(table, hash))
            })
        };
        let declared = tables::of_cloud(history.account().cloud());
        let differing: Vec<&'static Table> = declared.filter(|table| !holds(table)).collect();
        let mut before = model::State::default();
        let is_coverage = |table: &&'static Table| table.name == tables::COVERAGE.name;
        let coverage = Some(&tables::COVERAGE).filter(|_| !differing.iter().any(is_coverage));
        for table in differing.iter().copied().chain(coverage) {
            before.put(table, history.read(&manifest, table).await?);
        }
        Ok((before, Some(manifest.taken_at()), differing))
    };
    match read.await {
        Ok((before, at, differing)) => {
            Ok(Some(Compared { before_at: at, ..since(before, compared, &differing) }))
        }
        Err(error) if SnapshotError::is_damage(&error) => {
            former.note(&error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn since(before: model::State, compared: &Compared, differing: &[&'static Table]) -> Compared {
    let mut state = compared.state.clone();
    let changes = diff::compare(&before, &state, differing);
    diff::mark_first_sight(&before, &mut state, &changes);
    Compared {
        before,
        before_at: None,
        state,
        hashes: compared.hashes.clone(),
        changes,
        coverage: Vec::new(),
    }
}
