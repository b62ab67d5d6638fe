//! What the last snapshot holds, as far as a run needs it.

use check::Findings;
use model::{Rows, Sighting, State, Table, tables};
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

    /// Returns the manifest while everything that was read of the snapshot was sound.
    pub(crate) fn sound(&self) -> Option<&Manifest> {
        self.manifest.as_ref().filter(|_| self.damage.is_none())
    }

    /// Says whether the last snapshot holds these very rows of a table.
    pub(crate) fn holds(&self, table: &Table, hash: &str, rows: &Rows) -> bool {
        let entry = self.manifest.as_ref().and_then(|manifest| manifest.tables.get(table.name));
        entry.map_or(rows.is_empty(), |entry| entry.holds(table, hash))
    }

    /// Returns what the next manifest must name as the one before.
    pub(crate) async fn hash(&self, history: &History) -> Result<Option<String>, SnapshotError> {
        match (&self.manifest, self.next) {
            (_, 1) => Ok(None),
            (Some(manifest), _) => manifest.hash().map(Some),
            (None, next) => history.hash_of_manifest(next - 1).await.map(Some),
        }
    }

    /// Reads some tables, and the coverage unless `seen` has the very same.
    pub(crate) async fn state(
        &mut self,
        history: &History,
        wanted: &[&'static Table],
    ) -> Result<State, SnapshotError> {
        let Some(manifest) = &self.manifest else { return Ok(State::default()) };
        let mut state = State::default();
        let coverage = Some(&tables::COVERAGE).filter(|table| wanted.iter().all(|each| each.name != table.name));
        for table in wanted.iter().copied().chain(coverage) {
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

    /// Reads what the rules had found, and when.
    pub(crate) async fn findings(
        &mut self,
        history: &History,
    ) -> Result<Option<(Findings, Sighting)>, SnapshotError> {
        let Some(manifest) = &self.manifest else { return Ok(None) };
        let Some(found) = &manifest.findings else { return Ok(None) };
        let sighting = Sighting { snapshot: manifest.number, at: manifest.finished_at.clone() };
        match history.get_json(&found.object).await {
            Ok(findings) => Ok(Some((findings, sighting))),
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
