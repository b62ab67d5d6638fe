//! How far grants go, counted once for each set of actions and of resources.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Inventory, Reach};
use crate::{Choice, Pattern, Resource, Statement, statement::Region};

pub(super) struct Reaches<'a> {
    known: &'a Inventory,
    actions: FxHashMap<Choice<Pattern>, u64>,
    resources: FxHashMap<Choice<Resource>, u64>,
    /// By a resource as it is written, the known ones that share something with it.
    met: FxHashMap<Resource, Places>,
    /// Likewise, those that it covers.
    covered: FxHashMap<Resource, Places>,
    index: Index,
}

/// Places of known resources, a bit for each.
#[derive(Clone)]
struct Places(Vec<u64>);

impl Places {
    fn none(of: usize) -> Self {
        Self(vec![0; of.div_ceil(64)])
    }

    fn of(count: usize, places: impl Iterator<Item = usize>) -> Self {
        let mut found = Self::none(count);
        for place in places {
            if let Some(bits) = found.0.get_mut(place / 64) {
                *bits |= 1 << (place % 64);
            }
        }
        found
    }

    fn add(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    fn take_out(&mut self, others: &Self) {
        self.0.iter_mut().zip(&others.0).for_each(|(mine, theirs)| *mine &= !theirs);
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|bits| u64::from(bits.count_ones())).sum()
    }
}

/// Attributes that name one thing, or at least of which kind or service it is, so that what names it needs no look at all others.
const NAMES: [&str; 5] = ["serviceInstance", "path", "type", "service", "serviceName"];

/// Where known resources are, by an attribute that names them.
#[derive(Default)]
struct Index {
    named: FxHashMap<(&'static str, String), Vec<usize>>,
    /// Those that have not this attribute as one plain text.
    others: FxHashMap<&'static str, Vec<usize>>,
}

impl Index {
    fn of(resources: &[Resource]) -> Self {
        let mut index = Self::default();
        for (place, resource) in resources.iter().enumerate() {
            for name in NAMES {
                match resource.0.get(name).map(Vec::as_slice) {
                    Some([value]) if value.is_literal() => {
                        index.named.entry((name, value.to_string())).or_default().push(place);
                    }
                    _ => index.others.entry(name).or_default().push(place),
                }
            }
        }
        index
    }

    /// Returns the places of those that may share something with a resource; none when that may be any.
    fn near(&self, resource: &Resource) -> Option<Vec<usize>> {
        let name = NAMES.into_iter().find(|name| {
            resource.0.get(*name).is_some_and(|values| values.iter().all(Pattern::is_literal))
        })?;
        let values = resource.0.get(name).into_iter().flatten();
        let named = values.filter_map(|value| self.named.get(&(name, value.to_string())));
        Some(named.chain(self.others.get(name)).flatten().copied().collect())
    }

    /// Returns the places of those that are as asked, of all that may share something with a resource.
    fn search(
        &self,
        known: &[Resource],
        resource: &Resource,
        is_asked: impl Fn(&Resource) -> bool,
    ) -> Places {
        let near = self.near(resource).unwrap_or_else(|| (0..known.len()).collect());
        let is_found = |place: &usize| known.get(*place).is_some_and(&is_asked);
        Places::of(known.len(), near.into_iter().filter(is_found))
    }
}

impl<'a> Reaches<'a> {
    pub(super) fn of(known: &'a Inventory) -> Self {
        Self {
            known,
            actions: FxHashMap::default(),
            resources: FxHashMap::default(),
            met: FxHashMap::default(),
            covered: FxHashMap::default(),
            index: Index::of(&known.resources),
        }
    }

    pub(super) fn count(&mut self, statement: &Statement) -> Reach {
        let actions = self.actions.get(&*statement.actions).copied().unwrap_or_else(|| {
            let count = self.count_actions(&statement.actions);
            self.actions.insert(Choice::clone(&statement.actions), count);
            count
        });
        let resources = self.resources.get(&*statement.resources).copied().unwrap_or_else(|| {
            let count = self.count_resources(&statement.resources);
            self.resources.insert(Choice::clone(&statement.resources), count);
            count
        });
        Reach { actions, resources }
    }

    fn count_actions(&self, actions: &Choice<Pattern>) -> u64 {
        let (chosen, taken) = (Texts::of(&actions.any_of), Texts::of(&actions.except));
        let is_chosen = |action: &&String| chosen.hold(action) && !taken.hold(action);
        u64::try_from(self.known.actions.iter().filter(is_chosen).count()).unwrap_or(u64::MAX)
    }

    fn count_resources(&mut self, resources: &Choice<Resource>) -> u64 {
        let mut opened = Places::none(self.known.resources.len());
        for resource in &resources.any_of {
            opened.add(self.met(resource));
        }
        for resource in &resources.except {
            opened.take_out(self.covered(resource));
        }
        opened.count()
    }

    fn met(&mut self, resource: &Resource) -> &Places {
        let (known, index) = (&self.known.resources, &self.index);
        self.met
            .entry(resource.clone())
            .or_insert_with(|| index.search(known, resource, |known| resource.overlaps(known)))
    }

    fn covered(&mut self, resource: &Resource) -> &Places {
        let (known, index) = (&self.known.resources, &self.index);
        self.covered
            .entry(resource.clone())
            .or_insert_with(|| index.search(known, resource, |known| resource.covers(known)))
    }
}

/// Patterns, with those that are plain texts apart.
struct Texts<'a> {
    plain: FxHashSet<String>,
    wild: Vec<&'a Pattern>,
}

impl<'a> Texts<'a> {
    fn of(patterns: &'a [Pattern]) -> Self {
        let (plain, wild): (Vec<&Pattern>, Vec<&Pattern>) =
            patterns.iter().partition(|pattern| pattern.is_literal());
        Self { plain: plain.iter().map(ToString::to_string).collect(), wild }
    }

    fn hold(&self, text: &str) -> bool {
        self.plain.contains(text) || self.wild.iter().any(|pattern| pattern.matches(text))
    }
}
