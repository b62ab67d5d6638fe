//! How far a run has come, for whoever waits for it.

use std::time::Duration;

/// Is told how the reading goes on.
pub trait Progress: Send + Sync {
    /// So many more lists are going to be read.
    fn expect(&self, lists: usize);
    /// A list was read, to its end or not.
    fn listed(&self, listing: &str, rows: usize);
    /// A call is going to be repeated after a wait.
    fn waiting(&self, listing: &str, reason: &str, wait: Duration);
}

/// A progress that is shown to nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn expect(&self, _lists: usize) {}
    fn listed(&self, _listing: &str, _rows: usize) {}
    fn waiting(&self, _listing: &str, _reason: &str, _wait: Duration) {}
}
