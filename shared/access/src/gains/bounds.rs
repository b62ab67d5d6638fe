//! What a change of the organisation's bounds opens and closes of the grants that stay.

use std::collections::BTreeMap;

use super::{
    AccessChange, Turn,
    hidden::bounds_are_hidden,
    side::Side,
    sides::{Sides, atoms},
};
use crate::{Access, Effect, Extent, Pattern, Question, Resource, Source, Statement};

/// Returns how much the bounds leave of a question: nothing, what depends, all.
pub(super) fn bound_rank(access: &Access, question: &Question) -> u8 {
    let bound = access.bound_of(question);
    let takes_all = |source: &&Source| {
        source.statement.condition.is_none() && source.statement.extent(question) == Extent::Whole
    };
    if bound.missing.is_some() || bound.denies.iter().any(takes_all) {
        return 0;
    }
    if bound.condition.is_some() || !bound.denies.is_empty() { 1 } else { 2 }
}

/// Says whether the bounds of one state let something of a question through that those of another do not.
fn is_wider(wide: &Access, narrow: &Access, question: &Question) -> bool {
    let speaking = |level: &'_ [Source], effect: Effect| -> Vec<Statement> {
        let speaking = level
            .iter()
            .map(|source| &source.statement)
            .filter(|statement| statement.effect == effect && statement.extent(question) != Extent::None);
        speaking.cloned().collect()
    };
    let is_uncovered = |ones: &[Statement], others: &[Statement]| {
        ones.iter().any(|one| !others.iter().any(|other| other.covers(one)))
    };
    let all = |access: &Access, effect| -> Vec<Statement> {
        access.bounds.iter().flat_map(|level| speaking(level, effect)).collect()
    };
    let levels = narrow.bounds.iter().enumerate();
    let mut opened = levels.map(|(place, level)| match wide.bounds.get(place) {
        Some(wider) => is_uncovered(&speaking(wider, Effect::Allow), &speaking(level, Effect::Allow)),
        None => true,
    });
    opened.any(|is_opened| is_opened) || is_uncovered(&all(narrow, Effect::Deny), &all(wide, Effect::Deny))
}

/// The bounds of both states.
pub(super) struct Bounds<'a> {
    before: &'a Access,
    after: &'a Access,
    pub(super) are_same: bool,
    /// What was found out: by statement, by whether it is bounded there and here, and by direction.
    opened: BTreeMap<(usize, bool, bool, bool), Option<Turn>>,
}

impl<'a> Bounds<'a> {
    pub(super) fn of(before: &'a Access, after: &'a Access) -> Self {
        let unseen = [before, after].into_iter().any(bounds_are_hidden);
        let statements = |access: &'a Access| {
            let levels = access.bounds.iter();
            levels.map(|level| level.iter().map(|source| &source.statement).collect()).collect()
        };
        let (former, present): (Vec<Vec<&Statement>>, Vec<Vec<&Statement>>) =
            (statements(before), statements(after));
        Self { before, after, are_same: unseen || former == present, opened: BTreeMap::new() }
    }

    /// Adds what bounds open and close of the grants that stay.
    pub(super) fn compare(&mut self, sides: &Sides<'a, '_>, changes: &mut Vec<AccessChange>) {
        if self.are_same {
            return;
        }
        self.open(sides, &sides.after, &sides.before, true, changes);
        self.open(sides, &sides.before, &sides.after, false, changes);
    }

    /// Adds what is open here and was not there.
    fn open(
        &mut self,
        sides: &Sides<'a, '_>,
        here: &Side<'a>,
        there: &Side<'a>,
        is_gain: bool,
        changes: &mut Vec<AccessChange>,
    ) {
        for (grant, ways) in &here.grants {
            let Some(statement) = sides.numbers.statement(grant) else { continue };
            if statement.effect == Effect::Deny || sides.is_new(grant, here, there) {
                continue;
            }
            let bounded = (there.is_bounded(), here.is_bounded());
            let key = (grant.0, bounded.0, bounded.1, is_gain);
            let states = if is_gain { (self.before, self.after) } else { (self.after, self.before) };
            let turn = *self.opened.entry(key).or_insert_with(|| opened(statement, states, bounded));
            let Some(turn) = turn.filter(|_| sides.is_left(statement, here)) else { continue };
            let turn = match turn {
                turn if is_gain => turn,
                _ if self.closes_all(statement, there.is_bounded()) => Turn::Lost,
                _ => Turn::Narrowed,
            };
            changes.extend(sides.change(here, turn, grant, ways, Vec::new()));
        }
    }
}

impl Bounds<'_> {
    /// Says whether the bounds of now leave nothing of a statement.
    fn closes_all(&self, statement: &Statement, is_bounded: bool) -> bool {
        let closes = |action: &Pattern, resource: &Resource| {
            let question = Question { action: action.clone(), resource: resource.clone() };
            is_bounded && bound_rank(self.after, &question) == 0
        };
        atoms(statement).iter().all(|atom| atom.actions.iter().all(|action| closes(action, &atom.resource)))
    }
}

/// Says what the bounds of the second state open of a statement that those of the first do not.
fn opened(statement: &Statement, (from, to): (&Access, &Access), bounded: (bool, bool)) -> Option<Turn> {
    let rank = |access: &Access, is_bounded: bool, question: &Question| {
        if is_bounded { bound_rank(access, question) } else { 2 }
    };
    for atom in atoms(statement) {
        for action in atom.actions {
            let question = Question { action: action.clone(), resource: atom.resource.clone() };
            let (before, after) = (rank(from, bounded.0, &question), rank(to, bounded.1, &question));
            let is_opened = after > before || (before == 1 && after == 1 && is_wider(to, from, &question));
            if is_opened {
                return Some(if before == 0 { Turn::Gained } else { Turn::Widened });
            }
        }
    }
    None
}
