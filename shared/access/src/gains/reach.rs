//! How far grants go, counted once for each statement.

use std::collections::{HashMap, HashSet};

use super::{Known, Reach};
use crate::{Pattern, Statement, statement::Region};

pub(super) struct Reaches<'a> {
    known: &'a Known,
    counted: HashMap<Statement, Reach>,
}

impl<'a> Reaches<'a> {
    pub(super) fn of(known: &'a Known) -> Self {
        Self { known, counted: HashMap::new() }
    }

    pub(super) fn count(&mut self, statement: &Statement) -> Reach {
        if let Some(reach) = self.counted.get(statement) {
            return *reach;
        }
        let chosen = Texts::of(&statement.actions.any_of);
        let taken = Texts::of(&statement.actions.except);
        let is_chosen = |action: &&String| chosen.hold(action) && !taken.hold(action);
        let is_opened = |resource: &&crate::Resource| {
            statement.resources.any_of.iter().any(|mine| mine.overlaps(resource))
                && !statement.resources.except.iter().any(|taken| taken.covers(resource))
        };
        let count = |found: usize| u64::try_from(found).unwrap_or(u64::MAX);
        let reach = Reach {
            actions: count(self.known.actions.iter().filter(is_chosen).count()),
            resources: count(self.known.resources.iter().filter(is_opened).count()),
        };
        self.counted.insert(statement.clone(), reach);
        reach
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
