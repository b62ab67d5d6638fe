//! Says what principals gained and lost between two states: by what they can do, not by how it is written down.
//!
//! Only principals are looked at whose own grants, groups or bounds differ, or the grants of whose groups do. What a
//! list shows that could not be read before is no gain, and what one no longer shows that cannot be read now is no
//! loss. What everybody holds is told once, of everybody.

mod becoming;
mod bounds;
mod cause;
mod cell;
mod difference;
mod earlier;
mod gates;
mod hidden;
mod joined;
mod late_roles;
mod lifted;
mod near;
mod possible;
mod reach;
mod region;
mod shared_actions;
mod side;
mod sides;
mod standing;
#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{Access, Effect, Names, Pattern, Principal, Resource, Statement, Step, access::both, sentence};
use becoming::Assumers;
use bounds::Bounds;
pub use cause::{Cause, CauseKind};
use difference::Differences;
pub use gates::is_gain_withheld;
use reach::Reaches;
use side::{GraphView, Numbers, SameActions, Side};
use sides::Sides;

/// What happened to the access of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

impl Turn {
    /// Returns whether somebody can do what it could not.
    #[must_use]
    pub const fn is_gain(self) -> bool {
        matches!(self, Self::Gained | Self::Widened)
    }
}

/// Which turns are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// What is gained or widened.
    Gains,
    /// What is lost and what came another way, too.
    AllTurns,
}

/// What is gained or lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// What a statement allows: the part of a grant that is the difference.
    Statement(Statement),
    /// A step by which one principal can assume another.
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
pub struct Inventory {
    /// The actions that the account's roles and policies name.
    pub actions: Vec<String>,
    /// Resources, by their attributes.
    pub resources: Vec<Resource>,
}

/// One thing that a principal gained or lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessChange {
    /// The principal who gained or lost.
    pub principal: Principal,
    /// Whether access was gained or lost.
    pub turn: Turn,
    /// To what: the difference, not the whole of the grant that it came with.
    pub what: What,
    /// The same in words, with the names of what ids stand for.
    pub words: String,
    /// Whether what is taken out of it was held before; of a loss, whether it is held still.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_remainder: bool,
    /// Whether it is all of a grant, as it is written.
    #[serde(skip)]
    pub(crate) is_whole: bool,
    /// What must hold besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The way to it: the present one, or for a loss the former.
    pub path: Vec<Step>,
    /// The way that was, where there is another now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former_path: Vec<Step>,
    /// The change that is the cause.
    pub cause: Cause,
    /// Who can assume the principal, and so does what it does.
    #[serde(skip_serializing_if = "UsableBy::is_nobody")]
    pub usable_by: UsableBy,
    /// How far it goes.
    pub reach: Reach,
}

/// Who can assume a principal: the first few, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UsableBy {
    /// The first: anybody, then whoever is not of the account, then its own.
    pub first: Vec<Step>,
    /// How many there are in all, listed or not.
    pub total: usize,
    /// Whether it is several principals, and not everybody named can assume each of them.
    #[serde(skip)]
    pub(crate) is_of_one: bool,
    /// All of them, to be told together with those of others.
    #[serde(skip)]
    all: Arc<[Step]>,
}

impl UsableBy {
    /// Most that are named.
    const NAMED: usize = 5;

    /// Returns who can assume any of some principals.
    pub(crate) fn of_any(each: &[Self]) -> Self {
        let Some((first, rest)) = each.split_first() else { return Self::default() };
        if rest.iter().all(|other| other == first) {
            return first.clone();
        }
        let all: BTreeSet<&Step> = each.iter().flat_map(|one| one.all.iter()).collect();
        Self { is_of_one: true, ..Self::of_ordered(Self::in_order(all.into_iter())) }
    }

    /// Returns those who can assume a principal, in the order of telling.
    pub(crate) fn in_order<'a>(steps: impl Iterator<Item = &'a Step>) -> Arc<[Step]> {
        let mut all: Vec<&Step> = steps.collect();
        all.sort_unstable_by_key(|step| (distance(step), &step.name, &step.id));
        all.into_iter().cloned().collect()
    }

    /// Takes those who can assume a principal, in the order of telling.
    pub(crate) fn of_ordered(all: Arc<[Step]>) -> Self {
        let first = all.iter().take(Self::NAMED).cloned().collect();
        Self { first, total: all.len(), is_of_one: false, all }
    }

    /// Returns whether it is several principals, and not everybody named can assume each of them.
    #[must_use]
    pub const fn is_of_one(&self) -> bool {
        self.is_of_one
    }

    /// Returns whether nobody can assume the principal.
    #[must_use]
    pub const fn is_nobody(&self) -> bool {
        self.total == 0
    }
}

impl Access {
    /// Returns what principals gained from `before` to this state, as [`Self::changes_since`] does, without looking for what they lost.
    #[must_use]
    pub fn gains_since(&self, before: &Self, known: &Inventory) -> Vec<AccessChange> {
        self.turns_since(before, known, Wanted::Gains, None)
    }

    /// Returns what principals gained and lost from `before` to this state: gains first, widest first.
    ///
    /// A grant that others already covered is no gain, and one that others still cover is no loss; neither is what
    /// something denied before and denies still.
    #[must_use]
    pub fn changes_since(&self, before: &Self, known: &Inventory) -> Vec<AccessChange> {
        self.turns_since(before, known, Wanted::AllTurns, None)
    }

    /// Returns what principals gained and lost, as [`Self::changes_since`] does, of the things with some ids: of themselves, or by a way through
    /// one of them.
    #[must_use]
    pub fn changes_near(
        &self,
        before: &Self,
        known: &Inventory,
        ids: &BTreeSet<String>,
    ) -> Vec<AccessChange> {
        let mut changes = self.turns_since(before, known, Wanted::AllTurns, Some(ids));
        changes.retain(|change| change.path.iter().chain(&change.former_path).any(|step| step.is_among(ids)));
        changes
    }

    fn turns_since(
        &self,
        before: &Self,
        known: &Inventory,
        wanted: Wanted,
        near: Option<&BTreeSet<String>>,
    ) -> Vec<AccessChange> {
        let (former, present) = (GraphView::of(before, self), GraphView::of(self, before));
        let mut known_actions = SameActions::default();
        let same_groups = present.groups_as_in(&former, &mut known_actions);
        let bounds = Bounds::of(before, self);
        let (mut numbers, mut differences) = (Numbers::default(), Differences::default());
        let mut changes = Vec::new();
        let mut principals = self.ids_with(before);
        if let Some(ids) = near {
            let near: BTreeSet<&str> =
                [before, self].iter().flat_map(|access| access.ids_near(ids)).collect();
            principals.retain(|id| near.contains(id));
        }
        for id in principals {
            let numbers_of = [before.principal_with(id), self.principal_with(id)];
            if bounds.are_same((before, numbers_of[0]), (self, numbers_of[1]))
                && has_same_standing(before, self, id)
                && present.is_as_in(&former, id, &same_groups, &mut known_actions)
            {
                continue;
            }
            let before = Side::of(&former, id, &mut numbers);
            let after = Side::of(&present, id, &mut numbers);
            let sides = Sides { before, after, numbers: &numbers, bounds: &bounds };
            let of_principal = sides.compare(&mut differences, wanted);
            changes.extend(joined::joined(of_principal, &mut differences.shared));
        }
        becoming::compare((before, self), &bounds.terms, &mut changes, wanted);
        name_users(before, self, &mut changes);
        let mut reaches = Reaches::of(known);
        // What was lost may have gone with its name.
        let names = if changes.is_empty() { Names::default() } else { self.names.or(&before.names) };
        let unseen = hidden::UnseenRestrictions::of(self);
        for change in &mut changes {
            if change.is_gain() {
                let words = unseen.words(&change.principal.step.id);
                change.condition = both(change.condition.as_deref(), words.as_deref());
            }
            change.words = sentence::words(&change.what, change.turn, change.is_remainder, &names);
            change.cause.name_ids(&names);
            if let What::Statement(statement) = &change.what {
                change.reach = reaches.count(statement);
            }
            change.condition = change.condition.take().map(|words| names.in_words(&words));
        }
        changes.sort_by_cached_key(|change| {
            let ids: Vec<String> = change.path.iter().map(|step| step.id.clone()).collect();
            (
                change.turn,
                !change.what.is_everything(),
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

/// Returns how far from the account somebody is, the farthest first: anybody, whoever is not of it, its own.
pub(crate) fn distance(step: &Step) -> u8 {
    match step.kind {
        "anybody" => 0,
        "user" | "agency" | "service ID" | "trusted profile" => 2,
        _ => 1,
    }
}

/// Returns whether somebody can act as before, as far as can be seen.
fn has_same_standing(before: &Access, after: &Access, id: &str) -> bool {
    let of = |access: &Access| {
        let number = access.principal_with(id)?;
        access.principals.get(number).map(|principal| std::mem::discriminant(&principal.standing))
    };
    of(before) == of(after)
}

/// Names who can assume those that gained or lost something, in the state that is told of.
fn name_users(before: &Access, after: &Access, changes: &mut [AccessChange]) {
    let [mut former, mut present] = [before, after].map(Assumers::of);
    let mut known: BTreeMap<(bool, String), UsableBy> = BTreeMap::new();
    for change in changes {
        let is_loss = matches!(change.turn, Turn::Lost | Turn::Narrowed);
        let id = change.principal.step.id.clone();
        let of_principal = known.entry((is_loss, id)).or_insert_with_key(|(is_loss, id)| {
            if *is_loss { former.of_principal(id) } else { present.of_principal(id) }
        });
        change.usable_by = of_principal.clone();
    }
}

impl What {
    /// Returns whether it is every action on every resource, whatever little is taken out of that.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        let Self::Statement(statement) = self else { return false };
        let is_any =
            |resource: &Resource| resource.0.values().all(|values| values.iter().any(Pattern::is_any));
        statement.effect == Effect::Allow
            && statement.actions.any_of.iter().any(Pattern::is_any)
            && statement.resources.any_of.iter().any(is_any)
    }
}
