//! How far grants go, counted once for each set of actions and of resources.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Inventory, Reach};
use crate::{Choice, Pattern, Resource, Statement, statement::Region};

pub(super) struct Reaches<'a> {
    known: &'a Inventory,
    actions: FxHashMap<Choice<Pattern>, usize>,
    resources: FxHashMap<Choice<Resource>, usize>,
    places: Places,
}

/// Attributes that name one thing or at least its service, so that what names it needs no look at all others.
const NAMES: [&str; 3] = ["serviceInstance", "path", "serviceName"];

/// The places of resources by an attribute that names them.
#[derive(Default)]
struct Places {
    named: FxHashMap<(&'static str, String), Vec<usize>>,
    /// Those that have not this attribute as one plain text.
    others: FxHashMap<&'static str, Vec<usize>>,
}

impl Places {
    fn of(resources: &[Resource]) -> Self {
        let mut places = Self::default();
        for (place, resource) in resources.iter().enumerate() {
            for name in NAMES {
                match resource.0.get(name).map(Vec::as_slice) {
                    Some([value]) if value.is_literal() => {
                        places.named.entry((name, value.to_string())).or_default().push(place);
                    }
                    _ => places.others.entry(name).or_default().push(place),
                }
            }
        }
        places
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
}

impl<'a> Reaches<'a> {
    pub(super) fn of(known: &'a Inventory) -> Self {
        let (actions, resources) = (FxHashMap::default(), FxHashMap::default());
        Self { known, actions, resources, places: Places::of(&known.resources) }
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
        let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Reach { actions: wide(actions), resources: wide(resources) }
    }

    fn count_actions(&self, actions: &Choice<Pattern>) -> usize {
        let (chosen, taken) = (Texts::of(&actions.any_of), Texts::of(&actions.except));
        let is_chosen = |action: &&String| chosen.hold(action) && !taken.hold(action);
        self.known.actions.iter().filter(is_chosen).count()
    }

    fn count_resources(&self, resources: &Choice<Resource>) -> usize {
        let is_opened = |resource: &Resource| {
            resources.any_of.iter().any(|mine| mine.overlaps(resource))
                && !resources.except.iter().any(|taken| taken.covers(resource))
        };
        let near: Option<Vec<Vec<usize>>> =
            resources.any_of.iter().map(|mine| self.places.near(mine)).collect();
        let known = &self.known.resources;
        match near {
            Some(near) => {
                let places: BTreeSet<usize> = near.into_iter().flatten().collect();
                places.into_iter().filter_map(|place| known.get(place)).filter(|each| is_opened(each)).count()
            }
            None => known.iter().filter(|each| is_opened(each)).count(),
        }
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
