//! The snapshot in force at a time.
//!
//! Snapshots are ordered by their numbers, which nothing moves; their times are what a clock said, and clocks are set back and run
//! ahead. In force is the last snapshot, by number, of those that were finished by the time. While times are in the order of numbers, halving
//! finds it; where they are not, what lies around is read one by one.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use model::Timestamp;

use crate::{History, Manifest, SnapshotError};

/// Manifests that are read at a time.
const AT_ONCE: usize = 16;
/// Snapshots after the one that halving finds that are looked at: a clock that was set back dates them before it.
const LOOKED_AFTER: u64 = 32;
/// Most snapshots that are read one by one.
const MOST_READ: u64 = 1024;

/// A number, and the time of the snapshot that bears it where there is one.
type Bound = (u64, Option<Timestamp>);

impl History {
    /// Finds the last snapshot that was finished by a time, among those up to the newest. Numbers without a manifest are passed over.
    ///
    /// # Errors
    /// When a manifest is damaged, or so many times are in disorder that the time means none.
    pub(crate) async fn in_force(
        &self,
        time: Timestamp,
        newest: u64,
    ) -> Result<Option<Manifest>, SnapshotError> {
        let first = self.begins_at().await?;
        let (mut low, mut high): (Bound, Bound) =
            ((first.saturating_sub(1), None), (newest.saturating_add(1), None));
        let mut found = None;
        while high.0 - low.0 > 1 {
            let Some(manifest) = self.between(low.0, high.0).await? else { break };
            let finished = manifest.taken_at();
            if low.1.is_some_and(|low| finished < low) || high.1.is_some_and(|high| finished > high) {
                return self.last_by(time, first, newest).await;
            }
            let bound = (manifest.number, Some(finished));
            if finished <= time {
                low = bound;
                found = Some(manifest);
            } else {
                high = bound;
            }
        }
        let after = newest.min(low.0.saturating_add(LOOKED_AFTER));
        if after > low.0 && self.last_by(time, low.0 + 1, after).await?.is_some() {
            return self.last_by(time, first, newest).await;
        }
        Ok(found)
    }

    /// Returns the snapshot in the middle between two numbers, or the next to it that is there.
    async fn between(&self, low: u64, high: u64) -> Result<Option<Manifest>, SnapshotError> {
        let middle = u64::midpoint(low, high);
        for number in (middle..high).chain((low + 1..middle).rev()) {
            if let Some(manifest) = self.if_there(number).await? {
                return Ok(Some(manifest));
            }
        }
        Ok(None)
    }

    /// Reads the snapshots from one number to another, and returns the last that was finished by a time.
    async fn last_by(
        &self,
        time: Timestamp,
        first: u64,
        last: u64,
    ) -> Result<Option<Manifest>, SnapshotError> {
        if last.saturating_sub(first) >= MOST_READ {
            return Err(SnapshotError::Unordered {
                account: self.account().clone(),
                time: model::time_text(time),
            });
        }
        let read = stream::iter((first..=last).map(|number| self.if_there(number))).buffered(AT_ONCE);
        let mut read = read.try_filter_map(|found| async move { Ok(found) }).boxed();
        let mut found = None;
        while let Some(manifest) = read.try_next().await? {
            if manifest.taken_at() <= time {
                found = Some(manifest);
            }
        }
        Ok(found)
    }

    async fn if_there(&self, number: u64) -> Result<Option<Manifest>, SnapshotError> {
        match self.shared_manifest(number).await {
            Ok(manifest) => Ok(Some(Arc::unwrap_or_clone(manifest))),
            Err(SnapshotError::NoSuchSnapshot { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
