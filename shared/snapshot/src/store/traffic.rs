//! Counts what goes in and out of a store: for the figures of a run, and for tests of how little it reads.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use crate::hash::count;

/// What went in and out of a store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How many objects were asked for.
    pub reads: u64,
    /// How many bytes were read.
    pub read_bytes: u64,
    /// How many objects were written.
    pub writes: u64,
    /// How many bytes were written.
    pub written_bytes: u64,
    /// How many pages of listings were asked for.
    pub lists: u64,
}

/// The counts of a store, shared by its clones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counters(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    reads: AtomicU64,
    read_bytes: AtomicU64,
    writes: AtomicU64,
    written_bytes: AtomicU64,
    lists: AtomicU64,
}

impl Counters {
    pub(crate) fn read(&self, bytes: usize) {
        self.0.reads.fetch_add(1, Relaxed);
        self.0.read_bytes.fetch_add(count(bytes), Relaxed);
    }

    pub(crate) fn wrote(&self, bytes: usize) {
        self.0.writes.fetch_add(1, Relaxed);
        self.0.written_bytes.fetch_add(count(bytes), Relaxed);
    }

    pub(crate) fn listed(&self) {
        self.0.lists.fetch_add(1, Relaxed);
    }

    pub(crate) fn traffic(&self) -> Traffic {
        Traffic {
            reads: self.0.reads.load(Relaxed),
            read_bytes: self.0.read_bytes.load(Relaxed),
            writes: self.0.writes.load(Relaxed),
            written_bytes: self.0.written_bytes.load(Relaxed),
            lists: self.0.lists.load(Relaxed),
        }
    }
}
