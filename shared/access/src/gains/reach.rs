//! How far grants go, counted once for each statement.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Inventory, Reach};
use crate::{Pattern, Resource, Statement, statement::Region};

pub(super) struct Reaches<'a> {
    known: &'a Inventory,
    counted: HashMap<Statement, Reach>,
    places: Places,
}

/// Attributes that name one thing, so that what names it needs no look at all others.
const NAMES: [&str; 2] = ["serviceInstance", "path"];

/// The places of resources by an attribute that names them.
#[derive(Default)]
struct Places {
    named: HashMap<(&'static str, String), Vec<usize>>,
    /// Those that have not this attribute as one plain text.
    others: HashMap<&'static str, Vec<usize>>,
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
        Self { known, counted: HashMap::new(), places: Places::of(&known.resources) }
    }

    pub(super) fn count(&mut self, statement: &Statement) -> Reach {
        if let Some(reach) = self.counted.get(statement) {
            return *reach;
        }
        let chosen = Texts::of(&statement.actions.any_of);
        let taken = Texts::of(&statement.actions.except);
        let is_chosen = |action: &&String| chosen.hold(action) && !taken.hold(action);
        let count = |found: usize| u64::try_from(found).unwrap_or(u64::MAX);
        let reach = Reach {
            actions: count(self.known.actions.iter().filter(is_chosen).count()),
            resources: count(self.opened(statement)),
        };
        self.counted.insert(statement.clone(), reach);
        reach
    }
}

impl Reaches<'_> {
    fn opened(&self, statement: &Statement) -> usize {
        let resources = &statement.resources;
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
    plain: HashSet<String>,
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
