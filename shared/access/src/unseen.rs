//! What could not be seen of an account, from its coverage.

use std::collections::BTreeMap;

use model::{Coverage, State, tables};

use crate::Access;

/// Lists that were never read to their end, each with what they were to be read for; empty for the whole account.
/// What such a list shows later may have been there all the time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gaps(BTreeMap<String, Vec<String>>);

impl Gaps {
    /// Says whether the list that something hangs on was never read to its end.
    pub(crate) fn hide(&self, listing: &str, parent: &str) -> bool {
        let hides = |known: &String| known.is_empty() || known == parent;
        self.0.get(listing).is_some_and(|parents| parents.iter().any(hides))
    }

    /// Says whether any part of a list was never read to its end.
    pub(crate) fn touch(&self, listing: &str) -> bool {
        self.0.contains_key(listing)
    }

    /// Says whether there is nothing that was not read.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Notes each list that was not read to its end.
pub(crate) fn add(access: &mut Access, state: &State) {
    let lists = state.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
    for list in lists.filter(|list| !list.is_complete()) {
        let of = if list.parent.is_empty() { String::new() } else { format!(" of {}", list.parent) };
        let reason = list.reason.as_deref().unwrap_or("not read to its end");
        access.miss(format!("{}{of}: {reason}", list.listing));
        // The rows of a list that was read before stand in for it.
        if list.carried_from.is_none() {
            access.gaps.0.entry(list.listing).or_default().push(list.parent);
        }
    }
}

/// Says whether all lists of that name were read to their end; one that nothing is recorded of was not.
pub(crate) fn is_whole(state: &State, listing: &str) -> bool {
    let lists = state.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
    let mut of_name = lists.filter(|list| list.listing == listing).peekable();
    of_name.peek().is_some() && of_name.all(|list| list.is_complete())
}
