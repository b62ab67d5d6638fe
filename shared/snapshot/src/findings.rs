//! The findings as a base and what runs changed since, like a table: one finding more does not write all of them again.

use model::{Members, Patch};

use crate::{FindingsRef, History, ObjectRef, Place, SnapshotError, hash::count, objects::compressed};

/// Patches beyond which they are joined into one.
const MOST_PATCHES: usize = 16;

impl History {
    /// Reads the findings of a snapshot. What takes them one by one may be the whole itself, or whatever becomes it.
    ///
    /// # Errors
    /// When an object is missing or damaged, or the store does not work.
    pub async fn get_findings<P: Patch>(
        &self,
        found: &FindingsRef,
        mut base: impl Members + Into<P::Whole>,
    ) -> Result<P::Whole, SnapshotError> {
        self.read_members(&found.base, &mut base).await?;
        let mut whole = base.into();
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
        let patch = compressed(Place::Findings, &patch)?;
        let weight = patches.iter().map(|patch| patch.bytes).sum::<u64>() + count(patch.len());
        if weight > former.base.bytes / 3 {
            return Ok((self.put_json(Place::Findings, whole).await?, Vec::new()));
        }
        patches.push(self.put_compressed(Place::Findings, patch).await?);
        Ok((former.base.clone(), patches))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::AccountId;
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::{AnyStore, StoreOptions};

    #[derive(Debug, Default, PartialEq, Serialize)]
    struct Whole {
        all: BTreeMap<u32, String>,
    }

    impl Members for Whole {
        fn take(&mut self, _: &str, key: String, value: &[u8]) -> serde_json::Result<()> {
            self.all.insert(key.parse().unwrap(), serde_json::from_slice(value)?);
            Ok(())
        }
    }

    #[derive(Debug, Clone, Serialize, Deserialize)]
    struct Put(BTreeMap<u32, String>);

    impl Patch for Put {
        type Whole = Whole;

        fn apply(self, mut whole: Self::Whole) -> Self::Whole {
            whole.all.extend(self.0);
            whole
        }

        fn then(mut self, later: Self) -> Self {
            self.0.extend(later.0);
            self
        }
    }

    #[tokio::test]
    async fn findings_read_back_as_written_and_one_more_does_not_write_all_of_them_again() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            AnyStore::open(&folder.path().display().to_string(), &StoreOptions::default()).await.unwrap();
        let account: AccountId = "ibm/a".parse().unwrap();
        let history = History::new(store.clone(), account);
        let text = |seed: u32| format!("{:x}", seed.wrapping_mul(2_654_435_761));
        let mut whole = Whole { all: (0..5_000).map(|number| (number, text(number))).collect() };
        let mut found: Option<FindingsRef> = None;
        for run in 0..60 {
            whole.all.insert(run, text(run + 7));
            let patch = Put(BTreeMap::from([(run, text(run + 7))]));
            let before = store.traffic();
            let (base, patches) =
                history.put_findings(found.as_ref().map(|found| (found, patch)), &whole).await.unwrap();
            let after = store.traffic();
            assert_eq!(after.writes - before.writes, 1, "run {run}");
            assert!(run == 0 || after.written_bytes - before.written_bytes < base.bytes / 20, "run {run}");
            assert!(patches.len() <= MOST_PATCHES);
            let next =
                FindingsRef { base, patches, digest: String::new(), open: 0, grounds: BTreeMap::new() };
            assert_eq!(
                history.get_findings::<Put>(&next, Whole::default()).await.unwrap(),
                whole,
                "run {run}"
            );
            found = Some(next);
        }
    }
}
