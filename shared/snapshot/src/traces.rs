//! Finds what is left of snapshots whose manifests were taken away from the end of a history.
//!
//! Nothing names the newest manifest, so that no chain shows its loss. But only a run that has committed sends events, and it notes
//! that in a claim and then in a ledger under its number: either of them beyond the newest manifest is proof that there was another one.
//! So is the mark beside an outbox that a sink took its events. An outbox alone is none, for it is written before the commit, and a run
//! that died leaves one.
//!
//! A manifest further beyond the end than runs can be lost at once is none of the history: somebody put it in.

use std::collections::BTreeSet;

use crate::{History, SnapshotError, history::MOST_LOST, objects::OutboxFolder};

/// Most sinks whose ledgers are looked for.
const MOST_SINKS: usize = 1000;
/// Where a run that has committed leaves a trace, by sink and number.
const FOLDERS: [&str; 2] = ["ledger", "claims"];

/// What is stored under numbers beyond the newest manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// Numbers of snapshots that have been committed and have no manifest any more.
    pub lost: BTreeSet<u64>,
    /// Numbers of which there is an outbox alone: a run died before its commit, or its manifest was taken away untold.
    pub unclear: BTreeSet<u64>,
    /// Numbers of manifests that are too far beyond the newest to be of any run: no history is read from them, and none goes on
    /// after them.
    pub put_in: BTreeSet<u64>,
}

impl History {
    /// Looks for traces of snapshots beyond the newest manifest, in one small listing of the outboxes and two for each sink.
    ///
    /// `sinks` are names of sinks that may have a ledger; where an outbox is found, those of all sinks are looked for.
    ///
    /// # Errors
    /// When the store does not work.
    pub async fn traces_beyond(&self, newest: u64, sinks: &[String]) -> Result<Traces, SnapshotError> {
        let OutboxFolder { outboxes, sent } = self.outbox_folder(newest.saturating_add(1), u64::MAX).await?;
        let outboxes: BTreeSet<u64> = outboxes.into_iter().map(|(number, _)| number).collect();
        let all = if outboxes.is_empty() { BTreeSet::new() } else { self.sinks().await? };
        let is_near = |number: &u64| *number <= newest.saturating_add(MOST_LOST);
        let mut lost: BTreeSet<u64> = sent.into_iter().filter(is_near).collect();
        for sink in sinks.iter().chain(all.iter().filter(|sink| !sinks.contains(sink))) {
            for folder in FOLDERS {
                lost.extend(self.traces_in(folder, newest, sink).await?);
            }
        }
        // Numbers are given one after the other: what is below a lost snapshot, and beyond the newest manifest, is lost as well.
        if let Some(last) = lost.last().copied() {
            lost.extend(newest.saturating_add(1)..last);
        }
        let unclear = outboxes.into_iter().filter(|number| !lost.contains(number)).collect();
        Ok(Traces { lost, unclear, put_in: BTreeSet::new() })
    }

    /// Returns the numbers beyond one that a sink has ledgers or claims of, as far as a page of the listing shows them.
    async fn traces_in(&self, folder: &str, newest: u64, sink: &str) -> Result<BTreeSet<u64>, SnapshotError> {
        let folder = self.key(&format!("{folder}/{sink}/"));
        // Without its ending, a number comes before all that bears it.
        let after = format!("{folder}{:08}", newest.saturating_add(1));
        let page = self.store().list(&folder, Some(&after)).await;
        let page = page.map_err(|error| self.store_error(error))?;
        let number = |key: &String| {
            let digits = key.strip_prefix(&folder)?.split(['.', '/']).next()?;
            let beyond = newest.saturating_add(1)..=newest.saturating_add(MOST_LOST);
            digits.parse().ok().filter(|number| digits.len() == 8 && beyond.contains(number))
        };
        Ok(page.keys.iter().filter_map(number).collect())
    }

    /// Returns the names of the sinks that have ledgers or claims.
    async fn sinks(&self) -> Result<BTreeSet<String>, SnapshotError> {
        let mut sinks = BTreeSet::new();
        for folder in FOLDERS {
            sinks.extend(self.sinks_in(folder).await?);
        }
        Ok(sinks)
    }

    async fn sinks_in(&self, folder: &str) -> Result<Vec<String>, SnapshotError> {
        let folder = self.key(&format!("{folder}/"));
        let mut sinks: Vec<String> = Vec::new();
        for _ in 0..MOST_SINKS {
            // `0` comes next after `/`: the first key that is of another sink.
            let after = sinks.last().map(|sink| format!("{folder}{sink}0"));
            let page = self.store().list(&folder, after.as_deref()).await;
            let page = page.map_err(|error| self.store_error(error))?;
            let next = page.keys.first().and_then(|key| key.strip_prefix(&folder)?.split('/').next());
            match next {
                Some(sink) => sinks.push(sink.to_owned()),
                None => return Ok(sinks),
            }
        }
        Err(self.without_end(&folder))
    }
}
