//! What could not be seen of an account, from its coverage.

use std::sync::Arc;

use model::{Coverage, Lists, Trust};

use crate::{Access, Standing};

/// The lists of a state: what one that was never read to its end shows later may have been there all the time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gaps {
    lists: Arc<Lists>,
    /// Whether some list was not read to its end: mostly none is, and then no list need be looked up.
    are_there: bool,
}

impl Gaps {
    pub(crate) fn of(lists: Lists) -> Self {
        let are_there = lists.iter().any(|list| !list.is_complete());
        Self { lists: Arc::new(lists), are_there }
    }

    /// Returns whether the list that something hangs on was never read to its end: its own, what is recorded of the rest,
    /// or the one of the whole account.
    pub(crate) fn hide(&self, listing: &str, parent: &str) -> bool {
        self.list(listing, parent).is_some_and(|list| Trust::of(list) == Trust::Never)
    }

    /// Returns the last snapshot in which the list that something hangs on was read to its end, where it is not now.
    pub(crate) fn carried_from(&self, listing: &str, parent: &str) -> Option<i64> {
        self.list(listing, parent).filter(|list| !list.is_complete())?.carried_from
    }

    /// Returns the list that something hangs on, where any list was not read to its end.
    fn list(&self, listing: &str, parent: &str) -> Option<&Coverage> {
        if !self.are_there {
            return None;
        }
        let places = [parent, Coverage::REST, ""];
        places.into_iter().find_map(|place| self.lists.get(listing, place))
    }

    /// Returns the lists of the snapshot, whole or not.
    pub(crate) fn lists(&self) -> &Lists {
        &self.lists
    }

    /// As [`Self::lists`], to be kept while principals are added.
    pub(crate) fn shared_lists(&self) -> Arc<Lists> {
        Arc::clone(&self.lists)
    }

    /// Returns whether some list was not read to its end.
    pub(crate) const fn are_there(&self) -> bool {
        self.are_there
    }

    /// Returns whether any part of a list was never read to its end.
    pub(crate) fn touch(&self, listing: &str) -> bool {
        self.lists.lists_of(listing).any(|list| Trust::of(list) == Trust::Never)
    }
}

/// Notes each list that was not read to its end.
pub(crate) fn add(access: &mut Access) {
    let lists = access.gaps.shared_lists();
    for list in lists.iter().filter(|list| !list.is_complete()) {
        let of = if list.parent.is_empty() { String::new() } else { format!(" of {}", list.parent) };
        let reason = list.brief_reason().unwrap_or_else(|| "not read to its end".to_owned());
        access.miss(format!("{}{of}: {reason}", list.listing));
    }
    access.former_gaps = access.gaps.clone();
}

impl Access {
    /// Sets how its lists had been read at the time, for a state that is looked at in hindsight: what came into sight
    /// since is in it, and what else it may have held is not.
    pub fn set_former_lists(&mut self, lists: Lists) {
        self.former_gaps = Gaps::of(lists);
    }
}

/// How far what a standing follows from could be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The list was read to its end in this run.
    Whole,
    /// The list was read to its end in a run before, and not in this one.
    Before,
    /// The list was never read to its end.
    Never,
}

impl Seen {
    /// Judges lists that something follows from together; one that nothing is recorded of was never read.
    pub(crate) fn of(trusts: impl IntoIterator<Item = Option<Trust>>) -> Self {
        match trusts.into_iter().map(|trust| trust.unwrap_or(Trust::Never)).max() {
            None | Some(Trust::Whole) => Self::Whole,
            Some(Trust::Carried) => Self::Before,
            Some(Trust::Never) => Self::Never,
        }
    }

    /// Returns a standing that nothing but a whole list could tell, and notes of whom it could be told before.
    pub(crate) fn standing(self, access: &mut Access, id: &str, whole: Standing, unseen: &str) -> Standing {
        match self {
            Self::Whole => return whole,
            Self::Before => drop(access.seen_before.insert(id.to_owned())),
            Self::Never => {}
        }
        Standing::Unknown(unseen.to_owned())
    }
}
