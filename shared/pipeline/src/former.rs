//! What the last snapshot holds, as far as a run needs it.

use check::Findings;
use model::{State, Table, tables};
use snapshot::{History, Manifest, SnapshotError};

/// The last snapshot, or what is left of it.
#[derive(Debug, Default)]
pub(crate) struct Former {
    /// Its manifest, when it can be trusted.
    pub(crate) manifest: Option<Manifest>,
    /// Number of the snapshot that comes after it.
    pub(crate) next: u64,
    /// What could not be read of it.
    pub(crate) damage: Option<String>,
}

impl Former {
    /// Reads the newest manifest. Damage is not an error: a run goes on with full tables and says so.
    pub(crate) async fn of(history: &History) -> Result<Self, SnapshotError> {
        let Some(newest) = history.newest().await? else { return Ok(Self { next: 1, ..Self::default() }) };
        match history.manifest(newest).await {
            Ok(manifest) => Ok(Self { manifest: Some(manifest), next: newest + 1, damage: None }),
            Err(error) if error.is_damage() => {
                Ok(Self { manifest: None, next: newest + 1, damage: Some(error.to_string()) })
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) fn hash(&self, table: &Table) -> Option<&str> {
        Some(&self.manifest.as_ref()?.tables.get(table.name)?.hash)
    }

    /// Reads some tables, and the coverage unless `seen` has the very same.
    pub(crate) async fn state(
        &mut self,
        history: &History,
        wanted: &[&'static Table],
    ) -> Result<State, SnapshotError> {
        let Some(manifest) = &self.manifest else { return Ok(State::default()) };
        let mut state = State::default();
        for table in wanted.iter().copied().chain([&tables::COVERAGE]) {
            match history.read(manifest, table).await {
                Ok(rows) => state.put(table, rows),
                Err(error) if error.is_damage() => {
                    self.lose(&error);
                    return Ok(State::default());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(state)
    }

    /// Reads what the rules had found.
    pub(crate) async fn findings(&mut self, history: &History) -> Result<Option<Findings>, SnapshotError> {
        let Some(found) = self.manifest.as_ref().and_then(|manifest| manifest.findings.as_ref()) else {
            return Ok(None);
        };
        match history.get_json(&found.object).await {
            Ok(findings) => Ok(Some(findings)),
            Err(error) if error.is_damage() => {
                self.damage.get_or_insert(error.to_string());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn lose(&mut self, error: &SnapshotError) {
        tracing::error!(%error, "the former snapshot is damaged; storing full tables");
        self.damage.get_or_insert(error.to_string());
    }
}
