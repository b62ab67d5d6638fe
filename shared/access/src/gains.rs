//! Says what principals gained and lost between two states: by what they can do, not by how it is written down.
//!
//! Only principals are looked at whose own grants, groups or bounds differ, or the grants of whose groups do. What a
//! list shows that could not be read before is no gain, and what one no longer shows that cannot be read now is no
//! loss. What everybody holds is told once, of everybody.

mod becoming;
mod bounds;
mod earlier;
mod hidden;
mod joined;
mod reach;
mod side;
mod sides;
#[cfg(test)]
mod tests;

use std::{cmp::Reverse, collections::BTreeSet};

use serde::Serialize;

use crate::{Access, Principal, Resource, Statement, Step};
use bounds::Bounds;
use reach::Reaches;
use side::{Numbers, SameActions, Side, Snapshot};
use sides::Sides;

/// What happened to the access of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// It can do what it could not.
    Gained,
    /// It can do more than it could by a grant that was.
    Widened,
    /// It can no longer do it.
    Lost,
    /// It can do less than it could by a grant that was, and still some of it.
    Narrowed,
    /// It can do the same, by another way.
    Rerouted,
}

/// What is gained or lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// What a statement says; for one that denies, gaining means that it no longer stands in the way.
    Statement(Statement),
    /// Becoming another principal.
    Becoming(Step),
}

/// How far a grant goes, counted in what is known of the account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reach {
    /// Known actions that it opens.
    pub actions: u64,
    /// Known resources that it opens them on.
    pub resources: u64,
}

/// What is known to exist, to count reach in.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Actions.
    pub actions: Vec<String>,
    /// Resources, by their attributes.
    pub resources: Vec<Resource>,
}

/// One thing that a principal gained or lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessChange {
    /// Who.
    pub principal: Principal,
    /// What happened.
    pub turn: Turn,
    /// To what.
    pub what: What,
    /// What must hold besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The way to it: the present one, or for a loss the former.
    pub path: Vec<Step>,
    /// The way that was, where there is another now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former_path: Vec<Step>,
    /// How far it goes.
    pub reach: Reach,
}

impl Access {
    /// Returns what principals gained and lost from `before` to this state: gains first, widest first.
    ///
    /// A grant that others already covered is no gain, and one that others still cover is no loss; neither is what
    /// something denied before and denies still.
    #[must_use]
    pub fn gains_since(&self, before: &Self, known: &Known) -> Vec<AccessChange> {
        let (former, present) = (Snapshot::of(before, self), Snapshot::of(self, before));
        let mut known_actions = SameActions::default();
        let same_groups = present.groups_as_in(&former, &mut known_actions);
        let mut bounds = Bounds::of(before, self);
        let mut numbers = Numbers::default();
        let mut changes = Vec::new();
        for id in self.ids_with(before) {
            if bounds.are_same && present.is_as_in(&former, id, &same_groups, &mut known_actions) {
                continue;
            }
            let before = Side::of(&former, id, &mut numbers);
            let after = Side::of(&present, id, &mut numbers);
            let sides = Sides { before, after, numbers: &numbers };
            let mut of_principal = sides.compare();
            bounds.compare(&sides, &mut of_principal);
            changes.extend(joined::joined(of_principal));
        }
        becoming::compare(before, self, &mut changes);
        let mut reaches = Reaches::of(known);
        for change in &mut changes {
            if let What::Statement(statement) = &change.what {
                change.reach = reaches.count(statement);
            }
        }
        changes.sort_by_cached_key(|change| {
            let ids: Vec<String> = change.path.iter().map(|step| step.id.clone()).collect();
            (
                change.turn,
                Reverse(change.reach),
                change.principal.step.id.clone(),
                ids,
                change.condition.clone(),
            )
        });
        changes
    }

    /// Returns the ids of the principals of both states, each once.
    fn ids_with<'a>(&'a self, other: &'a Self) -> BTreeSet<&'a str> {
        self.principals.iter().chain(&other.principals).map(|principal| principal.step.id.as_str()).collect()
    }
}
