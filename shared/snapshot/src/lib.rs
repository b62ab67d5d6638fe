#![doc = include_str!("../README.md")]

mod error;
mod hash;

mod store;

mod manifest;
mod name;
mod wire;

mod columns;
mod file;
mod levels;
mod unpack;

mod cache;
mod document;
mod findings;
mod follow;
mod history;
mod in_force;
mod inspect;
mod member_lines;
mod objects;
mod pick;
mod proof;
mod prune;
mod pruned;
mod tables;
mod traces;
mod unreadable;
mod verify;
mod walk;
mod written;

pub use cache::ReadCache;
pub use document::{Mentions, StoredDocument};
pub use error::{SnapshotError, StoreError};
pub use follow::{RowFilter, RowStep, Timeline};
pub use history::History;
pub use manifest::{
    AccessRef, CoverageCounts, DeltaRef, FORMAT, FindingsRef, Manifest, ObjectRef, StoredTable, TableEntry,
    Unjudged,
};
pub use name::{NameError, SnapshotName};
pub use objects::Place;
pub use proof::Proven;
pub use prune::{Hold, HoldReason, KeepWish, PruneOutcome, PrunePlan, PruneWatcher};
pub use pruned::{Pruned, Tombstone};
pub use store::{
    AnyStore, Folder, Listed, ObjectAge, Removal, RemovalTerms, S3, Store, StoreOptions, Traffic,
};
pub use tables::Delta;
pub use traces::Traces;
pub use verify::{Fault, FaultKind, Milestone, NotedManifest, Verification, Verified, Watcher};
pub use written::ParquetWriter;

#[cfg(test)]
mod tests;
