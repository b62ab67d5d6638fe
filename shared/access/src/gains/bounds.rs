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
pub(super) fn bound_rank(access: &Access, principal: Option<usize>, question: &Question) -> u8 {
    let bound = access.bound_of(question, principal);
    let takes_all = |source: &&Source| {
        source.statement.condition.is_none() && source.statement.extent(question) == Extent::Whole
    };
    if bound.missing.is_some() || bound.denies.iter().any(takes_all) {
        return 0;
    }
    if bound.condition.is_some() || !bound.denies.is_empty() { 1 } else { 2 }
}

/// A principal in one of the states, bounded or not.
#[derive(Clone, Copy)]
struct Bounded<'a> {
    access: &'a Access,
    principal: Option<usize>,
    is_bounded: bool,
}

impl<'a> Bounded<'a> {
    fn of(side: &Side<'a>) -> Self {
        Self { access: side.access, principal: side.number, is_bounded: side.is_bounded() }
    }

    fn rank(self, question: &Question) -> u8 {
        if self.is_bounded { bound_rank(self.access, self.principal, question) } else { 2 }
    }

    /// Returns the statements of a level that speak of a question to the principal.
    fn speaking(self, level: &[Source], effect: Effect, question: &Question) -> Vec<Statement> {
        let counts = |source: &&Source| self.principal.is_none_or(|who| source.holders.contain(who));
        let statements = level.iter().filter(counts).map(|source| &source.statement);
        let speaking = statements
            .filter(|statement| statement.effect == effect && statement.extent(question) != Extent::None);
        speaking.cloned().collect()
    }
}

/// Says whether the bounds of one state let something of a question through that those of another do not.
fn is_wider(wide: Bounded<'_>, narrow: Bounded<'_>, question: &Question) -> bool {
    let is_uncovered = |ones: &[Statement], others: &[Statement]| {
        ones.iter().any(|one| !others.iter().any(|other| other.covers(one)))
    };
    let all = |side: Bounded<'_>, effect| -> Vec<Statement> {
        side.access.bounds.iter().flat_map(|level| side.speaking(level, effect, question)).collect()
    };
    let levels = narrow.access.bounds.iter().enumerate();
    let mut opened = levels.map(|(place, level)| match wide.access.bounds.get(place) {
        Some(wider) => is_uncovered(
            &wide.speaking(wider, Effect::Allow, question),
            &narrow.speaking(level, Effect::Allow, question),
        ),
        None => true,
    });
    opened.any(|is_opened| is_opened) || is_uncovered(&all(narrow, Effect::Deny), &all(wide, Effect::Deny))
}

/// The bounds of both states.
pub(super) struct Bounds {
    pub(super) are_same: bool,
    /// Whether they leave one principal other things than another.
    differ: bool,
    /// What was found out.
    opened: BTreeMap<Key, Option<Turn>>,
}

/// A statement by number, whether it is bounded there and here, the direction, and the principal where that matters.
type Key = (usize, bool, bool, bool, Option<usize>);

impl Bounds {
    pub(super) fn of<'a>(before: &'a Access, after: &'a Access) -> Self {
        let unseen = [before, after].into_iter().any(bounds_are_hidden);
        let statements = |access: &'a Access| {
            let levels = access.bounds.iter();
            levels.map(|level| level.iter().map(|source| &source.statement).collect()).collect()
        };
        let (former, present): (Vec<Vec<&Statement>>, Vec<Vec<&Statement>>) =
            (statements(before), statements(after));
        let differ = [before, after].into_iter().any(Access::bounds_depend_on_principal);
        Self { are_same: unseen || (!differ && former == present), differ, opened: BTreeMap::new() }
    }

    /// Adds what bounds open and close of the grants that stay.
    pub(super) fn compare<'a>(&mut self, sides: &Sides<'a, '_>, changes: &mut Vec<AccessChange>) {
        if self.are_same {
            return;
        }
        self.open(sides, &sides.after, &sides.before, true, changes);
        self.open(sides, &sides.before, &sides.after, false, changes);
    }

    /// Adds what is open here and was not there.
    fn open<'a>(
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
            let (from, to) = (Bounded::of(there), Bounded::of(here));
            let who = here.number.filter(|_| self.differ);
            let key = (grant.0, from.is_bounded, to.is_bounded, is_gain, who);
            let turn = *self.opened.entry(key).or_insert_with(|| opened(statement, from, to));
            let Some(turn) = turn.filter(|_| sides.is_left(statement, here)) else { continue };
            let turn = match turn {
                turn if is_gain => turn,
                _ if closes_all(statement, from) => Turn::Lost,
                _ => Turn::Narrowed,
            };
            changes.extend(sides.change(here, turn, grant, ways, Vec::new()));
        }
    }
}

/// Says whether the bounds leave nothing of a statement.
fn closes_all(statement: &Statement, side: Bounded<'_>) -> bool {
    let closes = |action: &Pattern, resource: &Resource| {
        side.rank(&Question { action: action.clone(), resource: resource.clone() }) == 0
    };
    atoms(statement).iter().all(|atom| atom.actions.iter().all(|action| closes(action, &atom.resource)))
}

/// Says what the bounds of the second state open of a statement that those of the first do not.
fn opened(statement: &Statement, from: Bounded<'_>, to: Bounded<'_>) -> Option<Turn> {
    for atom in atoms(statement) {
        for action in atom.actions {
            let question = Question { action: action.clone(), resource: atom.resource.clone() };
            let (before, after) = (from.rank(&question), to.rank(&question));
            let is_opened = after > before || (before == 1 && after == 1 && is_wider(to, from, &question));
            if is_opened {
                return Some(if before == 0 { Turn::Gained } else { Turn::Widened });
            }
        }
    }
    None
}
