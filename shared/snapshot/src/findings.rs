//! The findings as a base and what runs changed since, like a table: one finding more does not write all of them again.

use model::Patch;

use crate::{FindingsRef, History, ObjectRef, Place, SnapshotError};

/// Patches beyond which they are joined into one.
const MOST_PATCHES: usize = 16;

impl History {
    /// Reads the findings of a snapshot.
    ///
    /// # Errors
    /// When an object is missing or damaged, or the store does not work.
    pub async fn get_findings<P: Patch>(&self, found: &FindingsRef) -> Result<P::Whole, SnapshotError> {
        let mut whole: P::Whole = self.get_json(&found.base).await?;
        for object in &found.patches {
            whole = self.get_json::<P>(object).await?.apply(whole);
        }
        Ok(whole)
    }

    /// Stores the findings after a run and returns base and patches for the manifest: a patch to those of the `former` snapshot, or all
    /// of them when there is none or its patches have grown to a third of its base.
    ///
    /// # Errors
    /// When the store does not work, or a former patch is damaged.
    pub async fn put_findings<P: Patch>(
        &self,
        former: Option<(&FindingsRef, P)>,
        whole: &P::Whole,
    ) -> Result<(ObjectRef, Vec<ObjectRef>), SnapshotError> {
        let Some((former, patch)) = former else {
            return Ok((self.put_json(Place::Findings, whole).await?, Vec::new()));
        };
        let mut patches = former.patches.clone();
        let patch = if patches.len() < MOST_PATCHES {
            patch
        } else {
            let mut joined: Option<P> = None;
            for object in patches.drain(..) {
                let next: P = self.get_json(&object).await?;
                joined = Some(match joined {
                    Some(joined) => joined.then(next),
                    None => next,
                });
            }
            match joined {
                Some(joined) => joined.then(patch),
                None => patch,
            }
        };
        let patch = self.put_json(Place::Findings, &patch).await?;
        patches.push(patch);
        if patches.iter().map(|patch| patch.bytes).sum::<u64>() > former.base.bytes / 3 {
            return Ok((self.put_json(Place::Findings, whole).await?, Vec::new()));
        }
        Ok((former.base.clone(), patches))
    }
}
