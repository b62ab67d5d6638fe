//! One principal, before and after.

use std::collections::HashSet;

use super::{
    AccessChange, Reach, Turn, What,
    bounds::bound_rank,
    hidden::{is_hidden, may_hold_by_unseen_group},
    side::{Grant, Numbers, Side, Way, ids},
};
use crate::{
    Access, Effect, Extent, Pattern, Question, Resource, Statement, Step, access::both, statement::Region,
};

pub(super) struct Sides<'a, 'n> {
    pub(super) before: Side<'a>,
    pub(super) after: Side<'a>,
    pub(super) numbers: &'n Numbers<'a>,
}

/// Actions by one pattern on resources by one pattern an attribute: the smallest part of a statement.
pub(super) struct Atom<'a> {
    pub(super) actions: &'a [Pattern],
    statement: &'a Statement,
    pub(super) resource: Resource,
}

impl<'a> Sides<'a, '_> {
    pub(super) fn compare(&self) -> Vec<AccessChange> {
        let mut changes = Vec::new();
        for (grant, ways) in &self.after.grants {
            if let Some(former) = self.before.grants.get(grant) {
                changes.extend(self.rerouted(grant, former, ways));
            } else if !self.before.of_everybody.contains(grant)
                && !is_hidden(self.before.access, &self.after, ways)
                && self.is_new(grant, &self.after, &self.before)
                && !self.may_be_held(grant, self.before.access)
            {
                let narrower = self.narrower_before(grant);
                let turn = if narrower.is_some() { Turn::Widened } else { Turn::Gained };
                let former_path = narrower.map_or_else(Vec::new, |way| self.before.path(way));
                changes.extend(self.change(&self.after, turn, grant, ways, former_path));
            }
        }
        for (grant, ways) in &self.before.grants {
            if !self.after.holds(grant)
                && !is_hidden(self.after.access, &self.before, ways)
                && self.is_new(grant, &self.before, &self.after)
                && !self.may_be_held(grant, self.after.access)
            {
                let turn = if self.leaves_some_after(grant) { Turn::Narrowed } else { Turn::Lost };
                changes.extend(self.change(&self.before, turn, grant, ways, Vec::new()));
            }
        }
        changes
    }

    /// Tells a grant that is reached by a way that was not, when the way that was is no longer.
    fn rerouted(&self, grant: &Grant<'_>, former: &[Way<'_>], present: &[Way<'_>]) -> Option<AccessChange> {
        let path = self.after.path(present.first()?);
        let former_path = self.before.path(former.first()?);
        let leads = |side: &Side<'_>, ways: &[Way<'_>], path: &[Step]| {
            ways.iter().any(|way| ids(&side.path(way)) == ids(path))
        };
        let is_same = leads(&self.before, former, &path) || leads(&self.after, present, &former_path);
        let is_unsure = is_hidden(self.before.access, &self.after, present)
            || is_hidden(self.after.access, &self.before, former);
        if is_same || is_unsure {
            return None;
        }
        self.change(&self.after, Turn::Rerouted, grant, present, former_path)
    }

    /// Says whether the principal may hold a grant in `state` unseen, as a member of a group whose members were never read.
    fn may_be_held(&self, grant: &Grant<'_>, state: &Access) -> bool {
        let principal = self.after.principal().or_else(|| self.before.principal());
        let statement = self.numbers.statement(grant);
        statement.is_some_and(|statement| may_hold_by_unseen_group(state, principal, statement))
    }

    /// Says whether a grant that is only here makes a difference to what the principal can do: an allowing one
    /// where nothing there allows as much and nothing here takes it away, a denying one where something would be
    /// allowed there.
    pub(super) fn is_new(&self, grant: &Grant<'a>, here: &Side<'a>, there: &Side<'a>) -> bool {
        if there.held().any(|wide| self.covers(wide, grant)) {
            return false;
        }
        let Some(statement) = self.numbers.statement(grant) else { return false };
        atoms(statement).into_iter().any(|atom| match statement.effect {
            Effect::Allow => self.is_open(&atom, grant, here, there),
            Effect::Deny => self.is_allowed(&atom, there),
        })
    }

    /// Says whether some action of an atom is left here and is not covered there.
    fn is_open(&self, atom: &Atom<'a>, grant: &Grant<'a>, here: &Side<'a>, there: &Side<'a>) -> bool {
        let mut listed: HashSet<&Pattern> = HashSet::new();
        let mut wild: Vec<&Pattern> = Vec::new();
        for wide in there.held() {
            let Some(statement) = self.numbers.statement(wide) else { continue };
            let is_plain = statement.actions.except.is_empty() && statement.resources.except.is_empty();
            let holds_as_long = (wide.1.is_none() || wide.1 == grant.1)
                && (statement.condition.is_none() || statement.condition == atom.statement.condition);
            if statement.effect == Effect::Allow
                && is_plain
                && holds_as_long
                && statement.resources.any_of.iter().any(|mine| mine.covers(&atom.resource))
            {
                let (literal, others): (Vec<&Pattern>, Vec<&Pattern>) =
                    statement.actions.any_of.iter().partition(|action| action.is_literal());
                listed.extend(literal);
                wild.extend(others);
            }
        }
        atom.actions.iter().any(|action| {
            !listed.contains(action)
                && !wild.iter().any(|wide| wide.covers(action))
                && self.leaves(here, action, &atom.resource)
        })
    }

    /// Says whether nothing takes all of it away, whatever holds.
    fn leaves(&self, side: &Side<'a>, action: &Pattern, resource: &Resource) -> bool {
        let question = Question { action: action.clone(), resource: resource.clone() };
        let denies = side.held().any(|grant| {
            let statement = self.numbers.statement(grant);
            statement.is_some_and(|statement| {
                statement.effect == Effect::Deny
                    && grant.1.is_none()
                    && statement.condition.is_none()
                    && statement.extent(&question) == Extent::Whole
            })
        });
        !denies && (!side.is_bounded() || bound_rank(side.access, side.number, &question) > 0)
    }

    /// Says whether something of a grant is left by what denies.
    pub(super) fn is_left(&self, statement: &Statement, side: &Side<'a>) -> bool {
        atoms(statement)
            .iter()
            .any(|atom| atom.actions.iter().any(|action| self.leaves(side, action, &atom.resource)))
    }

    /// Says whether something of an atom is allowed, and not taken away as a whole.
    fn is_allowed(&self, atom: &Atom<'a>, side: &Side<'a>) -> bool {
        atom.actions.iter().any(|action| {
            let question = Question { action: action.clone(), resource: atom.resource.clone() };
            let allows = side.held().any(|grant| {
                let statement = self.numbers.statement(grant);
                statement.is_some_and(|statement| {
                    statement.effect == Effect::Allow && statement.extent(&question) != Extent::None
                })
            });
            allows && self.leaves(side, action, &atom.resource)
        })
    }

    /// Says whether a grant gives all that another gives, and no later.
    fn covers(&self, wide: &Grant<'_>, narrow: &Grant<'_>) -> bool {
        let (Some(wider), Some(narrower)) = (self.numbers.statement(wide), self.numbers.statement(narrow))
        else {
            return false;
        };
        (wide.1.is_none() || wide.1 == narrow.1) && wider.covers(narrower)
    }

    /// Returns a way to what a grant of now stands in the place of.
    fn narrower_before(&self, grant: &Grant<'_>) -> Option<&Way<'a>> {
        let gone = self.before.grants.iter().filter(|(former, _)| !self.after.holds(former));
        gone.filter(|(former, _)| self.covers(grant, former)).find_map(|(_, ways)| ways.first())
    }

    /// Says whether something stands in the place of a grant that was, and gives a part of it.
    fn leaves_some_after(&self, grant: &Grant<'_>) -> bool {
        let new = self.after.grants.keys().filter(|present| !self.before.holds(present));
        new.into_iter().any(|present| self.covers(grant, present))
    }

    pub(super) fn change(
        &self,
        side: &Side<'_>,
        turn: Turn,
        grant: &Grant<'_>,
        ways: &[Way<'_>],
        former_path: Vec<Step>,
    ) -> Option<AccessChange> {
        let statement = self.numbers.statement(grant)?;
        // A statement that denies turns gain into loss.
        let turn = match (statement.effect, turn) {
            (Effect::Deny, Turn::Lost | Turn::Narrowed) => Turn::Gained,
            (Effect::Deny, Turn::Gained | Turn::Widened) => Turn::Lost,
            (_, turn) => turn,
        };
        Some(AccessChange {
            principal: side.principal()?.clone(),
            turn,
            condition: both(grant.1, statement.condition.as_deref()),
            what: What::Statement(statement.clone()),
            path: side.path(ways.first()?),
            former_path,
            reach: Reach::default(),
        })
    }
}

/// Takes a statement apart. Its actions stay together, and what is taken out is left aside.
pub(super) fn atoms(statement: &Statement) -> Vec<Atom<'_>> {
    let mut atoms = Vec::new();
    for resource in &statement.resources.any_of {
        let mut parts = vec![Resource::any()];
        for (attribute, patterns) in &resource.0 {
            parts = parts
                .iter()
                .flat_map(|part| {
                    patterns.iter().map(|pattern| part.clone().with(attribute, vec![pattern.clone()]))
                })
                .collect();
        }
        atoms.extend(parts.into_iter().map(|resource| Atom {
            actions: &statement.actions.any_of,
            statement,
            resource,
        }));
    }
    atoms
}
