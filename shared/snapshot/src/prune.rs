//! Prunes a history: takes away old snapshots, and leaves the proof of the others whole.
//!
//! What is kept is the end of the history, from one snapshot to the newest, with every object that one of these names. First a [`Tombstone`] is
//! written, on the condition that there is none of its name: from then on what it names counts as gone. Then snapshot after snapshot goes, the
//! oldest first, and of each its manifest last: so a prune that breaks off leaves manifests from which the next one learns what is left to do. A run
//! that commits meanwhile names what the newest snapshot names, and what it wrote itself, which is too new to go.

mod plan;

use futures::{StreamExt, TryStreamExt, stream};
use model::time_text;

pub use self::plan::{Hold, HoldReason, KeepWish, PrunePlan};
use crate::{History, Removal, RemovalTerms, SnapshotError, Tombstone, pruned::TOMBSTONE_FORMAT};

/// Objects that are removed at a time.
const AT_ONCE: usize = 16;

/// What a prune took away, and what it had to leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PruneOutcome {
    /// How many manifests went.
    pub snapshots: u64,
    /// Other objects that went.
    pub objects: u64,
    /// Bytes of the objects that went, as far as their manifests tell.
    pub bytes: u64,
    /// Keys of objects that are locked and stay, with how long.
    pub locked: Vec<(String, String)>,
    /// Keys of objects that were written again a short time ago and stay: a run that is under way may name them.
    pub recent: Vec<String>,
}

impl PruneOutcome {
    fn note(&mut self, name: &str, bytes: Option<u64>, removal: Removal) {
        match removal {
            Removal::Done if name.starts_with("manifests/") => self.snapshots += 1,
            Removal::Done => {
                self.objects += 1;
                self.bytes += bytes.unwrap_or_default();
            }
            Removal::Absent => {}
            Removal::Recent => self.recent.push(name.to_owned()),
            Removal::Locked(until) => self.locked.push((name.to_owned(), until)),
        }
    }
}

/// Told how many snapshots are dealt with, and of how many.
pub type PruneWatcher<'a> = &'a (dyn Fn(u64, u64) + Sync);

impl History {
    /// Does what a plan says.
    ///
    /// # Errors
    /// [`SnapshotError::Taken`] when another prune came first; when the store does not work, or does not allow it. Then what is left verifies all
    /// the same, and the next prune goes on.
    pub async fn prune(
        &self,
        plan: &PrunePlan,
        tool: &str,
        watch: PruneWatcher<'_>,
    ) -> Result<PruneOutcome, SnapshotError> {
        if let Some(doomed) = &plan.doomed {
            let tombstone = Tombstone {
                format: TOMBSTONE_FORMAT,
                tool: tool.to_owned(),
                account: self.account().clone(),
                at: time_text(plan.terms.now),
                first: doomed.first,
                last: doomed.last,
                manifest: doomed.named.clone(),
                manifests: doomed.manifests.clone(),
                previous: doomed.previous.clone(),
            };
            let key = self.key(&tombstone.name());
            let bytes = tombstone.to_bytes()?.into();
            if !self.store().create(&key, bytes).await.map_err(|error| self.store_error(error))? {
                return Err(SnapshotError::Taken { account: self.account().clone(), number: doomed.last });
            }
        }
        let mut outcome = PruneOutcome::default();
        let total = u64::try_from(plan.steps.len()).unwrap_or(u64::MAX);
        for (done, step) in (1..).zip(&plan.steps) {
            for part in &step.parts {
                let gone: Vec<_> = stream::iter(part)
                    .map(|(name, bytes)| async move {
                        Ok::<_, SnapshotError>((name, *bytes, self.remove(name, &plan.terms).await?))
                    })
                    .buffered(AT_ONCE)
                    .try_collect()
                    .await?;
                for (name, bytes, removal) in gone {
                    outcome.note(name, bytes, removal);
                }
            }
            watch(done, total);
        }
        Ok(outcome)
    }

    async fn remove(&self, name: &str, terms: &RemovalTerms) -> Result<Removal, SnapshotError> {
        self.store().remove(&self.key(name), terms).await.map_err(|error| self.store_error(error))
    }
}

#[cfg(test)]
mod tests;
