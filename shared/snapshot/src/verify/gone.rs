//! Proves where a history begins: at its first snapshot, or after those that were pruned.

use std::collections::BTreeSet;

use super::{FaultKind, Walk};
use crate::{Manifest, Pruned, history::manifest_key, pruned::FOLDER};

impl Walk<'_> {
    /// Takes what was pruned, and notes what is wrong with the tombstones.
    pub(super) fn take_pruned(&mut self, pruned: Pruned) {
        for (name, fault) in &pruned.faults {
            self.fault(FaultKind::Changed, name, fault.clone());
        }
        for name in &pruned.covered {
            self.fault(
                FaultKind::Stray,
                name,
                "is named by no later tombstone: of a prune beside another one",
            );
        }
        self.pruned = pruned;
    }

    /// Holds the first manifest that is kept against the tombstone before it.
    pub(super) fn link_to_tombstone(&mut self, manifest: &Manifest) {
        let Some(tombstone) = self.pruned.tombstones.last() else { return };
        if manifest.number != self.pruned.begins_at() {
            return;
        }
        let follows = manifest.previous == tombstone.manifest;
        let is_last =
            tombstone.manifests.last().is_some_and(|hash| hash.is_none() || *hash == tombstone.manifest);
        if !follows || !is_last {
            let name = tombstone.name();
            let text = format!(
                "is not of the snapshots before {}: their removal was not the work of `iamwatch prune`, or one of the two was changed",
                manifest.number
            );
            self.fault(FaultKind::Changed, &name, text);
        }
    }

    /// Looks at a manifest that a tombstone says is gone: a prune that broke off left it, or somebody put it in.
    pub(super) fn left_over(&mut self, number: u64, manifest: Option<&Manifest>, hash: &str) {
        let name = manifest_key(number);
        if self.pruned.hash_of(number) == Some(hash) {
            let text = "was pruned, and is left of a prune that broke off: the next one takes it away";
            self.fault(FaultKind::Stray, &name, text);
            for object in manifest.iter().flat_map(|manifest| manifest.objects()) {
                self.left.insert(object.key.clone());
            }
        } else {
            self.fault(
                FaultKind::Inserted,
                &name,
                "is no manifest that was pruned, and lies where those were",
            );
        }
    }

    /// Returns whether something that no manifest names is of a snapshot that was pruned, or says that it was.
    pub(super) fn is_of_pruned(&self, name: &str) -> bool {
        let begins_at = self.pruned.begins_at();
        let number = |text: &str| text.get(..8)?.parse::<u64>().ok();
        let is_tombstone = name.starts_with(FOLDER)
            && (self.pruned.faults.contains_key(name)
                || self.pruned.covered.contains(name)
                || self.pruned.tombstones.iter().any(|tombstone| tombstone.name() == name));
        let run = match name.split('/').collect::<Vec<_>>().as_slice() {
            ["claims", _, run, _] | ["ledger", _, run] | ["outbox", run, ..] => number(run),
            _ => None,
        };
        is_tombstone || self.left.contains(name) || run.is_some_and(|run| run < begins_at)
    }

    /// Returns the names of all that is of a snapshot which is not pruned.
    pub(super) fn without_pruned<'n>(&self, names: &BTreeSet<&'n str>) -> BTreeSet<&'n str> {
        names.iter().copied().filter(|name| !self.is_of_pruned(name)).collect()
    }
}
