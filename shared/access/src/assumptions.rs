//! Who can assume whom. Hundreds of agencies trust the same users, so a list of these is kept once for all that trust it.

use std::{collections::BTreeMap, sync::Arc};

use rustc_hash::FxHashMap;

use crate::Access;

/// A way in which one principal becomes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumption<'a> {
    /// The index of the principal who can assume the other.
    pub from: usize,
    /// The index of the principal who may be become.
    pub to: usize,
    /// What must hold for it; none when it is always possible.
    pub condition: Option<&'a str>,
}

/// One who can assume somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Assumer {
    /// The index of the principal.
    pub(crate) from: usize,
    /// What must hold for it; none when it is always possible.
    pub(crate) condition: Option<String>,
}

/// The lists of those who can assume somebody, and by whom each is trusted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assumptions {
    lists: Vec<Arc<[Assumer]>>,
    places: FxHashMap<Arc<[Assumer]>, usize>,
    /// By the principal who may be become, the places of the lists that it trusts.
    trusted: BTreeMap<usize, Vec<usize>>,
}

impl Assumptions {
    fn list_all(&mut self, mut assumers: Vec<Assumer>) -> usize {
        assumers.sort();
        assumers.dedup();
        let assumers: Arc<[Assumer]> = assumers.into();
        let place = *self.places.entry(Arc::clone(&assumers)).or_insert(self.lists.len());
        if place == self.lists.len() {
            self.lists.push(assumers);
        }
        place
    }

    fn trust(&mut self, to: usize, list: usize) {
        let trusted = self.trusted.entry(to).or_default();
        if !trusted.contains(&list) && !self.lists.get(list).is_none_or(|list| list.is_empty()) {
            trusted.push(list);
        }
    }

    /// Returns the places of the lists of those who can assume a principal.
    pub(crate) fn lists_of(&self, to: usize) -> &[usize] {
        self.trusted.get(&to).map_or(&[], Vec::as_slice)
    }

    /// Returns a list by its place. It may name the principal itself, which nobody becomes.
    pub(crate) fn list(&self, place: usize) -> &[Assumer] {
        self.lists.get(place).map_or(&[], |list| list)
    }

    /// Returns how many different lists there are that somebody is in.
    #[cfg(test)]
    pub(crate) fn lists(&self) -> usize {
        self.lists.iter().filter(|list| !list.is_empty()).count()
    }

    /// Returns the principals who may be become, each with the places of its lists.
    pub(crate) fn trusting(&self) -> impl Iterator<Item = (usize, &[usize])> {
        self.trusted.iter().map(|(to, places)| (*to, places.as_slice()))
    }
}

impl Access {
    /// Lets one principal become another.
    pub fn assume(&mut self, from: usize, to: usize, condition: Option<String>) {
        let list = self.list_assumers(vec![Assumer { from, condition }]);
        self.trust(to, list);
    }

    /// Adds a list of those who can assume whoever trusts it, and returns its place; that of the same list, where there is one.
    pub(crate) fn list_assumers(&mut self, assumers: Vec<Assumer>) -> usize {
        self.assumptions.list_all(assumers)
    }

    /// Lets all of a list become a principal. Whoever is among them itself stays who it is.
    pub(crate) fn trust(&mut self, to: usize, list: usize) {
        self.assumptions.trust(to, list);
    }

    /// Returns who can become whom, one by one. These may be very many: of a thousand agencies that trust the same thousand users
    /// a million.
    pub fn assumptions(&self) -> impl Iterator<Item = Assumption<'_>> {
        self.assumptions.trusting().flat_map(|(to, _)| self.assumptions_of(to))
    }

    /// Returns who can become one principal. Whoever is on several lists that it trusts comes several times.
    pub(crate) fn assumptions_of(&self, to: usize) -> impl Iterator<Item = Assumption<'_>> {
        let assumers = self.assumptions.lists_of(to).iter().flat_map(|place| self.assumptions.list(*place));
        assumers.filter(move |assumer| assumer.from != to).map(move |Assumer { from, condition }| {
            Assumption { from: *from, to, condition: condition.as_deref() }
        })
    }
}
