//! One principal, before and after: what it can do on one side and could not on the other.

use std::rc::Rc;

use super::{
    AccessChange, Reach, Turn, Wanted, What,
    bounds::{self, Bounds},
    cause::Cause,
    difference::{Difference, Differences, GrantQuestion},
    hidden::{is_hidden, may_hold_by_unseen_group},
    region::{Piece, When, is_within},
    shared_actions::SharedActions,
    side::{Grant, GrantWay, Numbers, Side},
    standing,
};
use crate::{
    Effect, Statement,
    access::both,
    bounds::{escape, restriction, where_restricted},
};

pub(super) struct Sides<'a, 'n> {
    pub(super) before: Side<'a>,
    pub(super) after: Side<'a>,
    pub(super) numbers: &'n Numbers<'a>,
    pub(super) bounds: &'n Bounds,
}

/// The sides in one direction: what `to` opens and `from` does not. Backwards that is what was lost.
struct TurnedSides<'s, 'a, 'n> {
    sides: &'s Sides<'a, 'n>,
    from: &'s Side<'a>,
    to: &'s Side<'a>,
    is_gain: bool,
    /// Why it could do nothing at all on the one side, though it held something.
    standing: Option<Cause>,
    /// What denies on the one side and not on the other.
    lifted: Vec<Grant<'a>>,
    /// Whether the organisation may leave other things.
    has_other_bounds: bool,
}

impl<'a> Sides<'a, '_> {
    pub(super) fn compare(&self, differences: &mut Differences<'a>, wanted: Wanted) -> Vec<AccessChange> {
        let mut changes = TurnedSides::of(self, true).changes(differences);
        if wanted == Wanted::Gains {
            return changes;
        }
        for (grant, ways) in &self.after.grants {
            if let Some(former) = self.before.grants.get(grant) {
                changes.extend(self.rerouted(grant, former, ways));
            }
        }
        changes.extend(TurnedSides::of(self, false).changes(differences));
        changes
    }

    /// Tells a grant that is reached by a way that was not, when the way that was is no longer.
    fn rerouted(
        &self,
        grant: &Grant<'_>,
        former: &[GrantWay<'a>],
        present: &[GrantWay<'a>],
    ) -> Option<AccessChange> {
        let (way, former_way) = (present.first()?, former.first()?);
        let leads = |side: &Side<'a>, ways: &[GrantWay<'a>], (of, to): (&Side<'a>, &GrantWay<'a>)| {
            ways.iter().any(|way| side.ids_of(way).eq(of.ids_of(to)))
        };
        if leads(&self.before, former, (&self.after, way))
            || leads(&self.after, present, (&self.before, former_way))
        {
            return None;
        }
        let is_unsure = is_hidden(self.before.access, &self.after, present)
            || is_hidden(self.after.access, &self.before, former);
        // What denies is told by what it takes away, and where it comes from takes nothing.
        let statement =
            self.numbers.statement(grant).filter(|statement| statement.effect == Effect::Allow)?;
        if is_unsure {
            return None;
        }
        Some(AccessChange {
            principal: self.after.principal()?.clone(),
            turn: Turn::Rerouted,
            condition: both(grant.1, statement.condition.as_deref()),
            what: What::Statement(statement.clone()),
            words: String::new(),
            is_remainder: false,
            is_whole: true,
            path: self.after.path(way),
            former_path: self.before.path(former_way),
            cause: Cause::of_grant(&self.before, &self.after, way, &When::default(), true),
            usable_by: Default::default(),
            reach: Reach::default(),
        })
    }
}

impl<'s, 'a, 'n> TurnedSides<'s, 'a, 'n> {
    fn of(sides: &'s Sides<'a, 'n>, is_gain: bool) -> Self {
        let (from, to) = if is_gain { (&sides.before, &sides.after) } else { (&sides.after, &sides.before) };
        let principals = from.principal().zip(to.principal());
        let standing =
            principals.and_then(|(one, other)| standing::cause((from.access, one), other, is_gain));
        let is_denying = |grant: &Grant<'_>| {
            sides.numbers.statement(grant).is_some_and(|each| each.effect == Effect::Deny)
        };
        let is_lifted = |grant: &&Grant<'a>| {
            is_denying(grant)
                && !to.holds(grant)
                && from.grants.get(*grant).is_none_or(|ways| !is_hidden(to.access, from, ways))
        };
        let lifted = from.held().filter(is_lifted).copied().collect();
        let are_same = sides.bounds.are_same((from.access, from.number), (to.access, to.number));
        let has_other_bounds = !are_same && from.is_bounded();
        Self { sides, from, to, is_gain, standing, lifted, has_other_bounds }
    }

    fn changes(&self, differences: &mut Differences<'a>) -> Vec<AccessChange> {
        let mut changes = Vec::new();
        let looks_at_all = self.standing.is_some() || !self.lifted.is_empty() || self.has_other_bounds;
        let mut lifts: Vec<(Piece, AccessChange)> = Vec::new();
        for (grant, ways) in self.by_content() {
            let is_new = !self.from.holds(grant);
            if !(is_new || looks_at_all) || is_hidden(self.from.access, self.to, ways) {
                continue;
            }
            let Some(way) = ways.first() else { continue };
            let difference = self.difference(differences, grant);
            let is_doubtful =
                !difference.new.is_empty() && self.standing.is_none() && self.may_be_held(grant);
            for piece in difference.new.iter().filter(|_| !is_doubtful) {
                changes.extend(self.new_change(grant, way, piece));
            }
            for (deny, pieces) in &difference.lifted {
                let Some(cause) = self.cause_of_lift(deny) else { continue };
                let turn = if self.is_gain { Turn::Gained } else { Turn::Lost };
                for piece in pieces {
                    let told = ToldPiece::of(piece, &mut differences.shared);
                    let change = self.told(turn, &told, way, cause.clone());
                    lifts.extend(change.map(|change| (piece.clone(), change)));
                }
            }
            let turn = match (self.is_gain, difference.keeps_some) {
                (true, false) => Turn::Gained,
                (true, true) => Turn::Widened,
                (false, false) => Turn::Lost,
                (false, true) => Turn::Narrowed,
            };
            for piece in &difference.unbound {
                let cause = bounds::cause(self.from, self.to, self.is_gain);
                let freed = Piece { when: piece.when.without_restrictions(), ..piece.clone() };
                let told = ToldPiece::of(&freed, &mut differences.shared);
                let cause = cause.held_if(&told.when, self.is_gain);
                let change = self.told(turn, &told, way, cause);
                lifts.extend(change.map(|change| (piece.clone(), change)));
            }
        }
        changes.extend(once_each(lifts));
        changes
    }

    /// Returns what allows, in an order that is the same whichever state is which.
    fn by_content(&self) -> Vec<(&'s Grant<'a>, &'s Vec<GrantWay<'a>>)> {
        let numbers = self.sides.numbers;
        let mut grants: Vec<(&Statement, &Grant<'a>, &Vec<GrantWay<'a>>)> = self
            .to
            .grants
            .iter()
            .filter_map(|(grant, ways)| Some((numbers.statement(grant)?, grant, ways)))
            .filter(|(statement, ..)| statement.effect == Effect::Allow)
            .collect();
        if !self.lifted.is_empty() || self.has_other_bounds {
            // The widest first, so that it is what is told of what several allow.
            grants.sort_by_cached_key(|(statement, grant, ways)| {
                let is_all = statement.actions.any_of.iter().any(crate::Pattern::is_any);
                let length = ways.first().map_or(0, |way| self.to.path(way).len());
                (statement.condition.is_some() || grant.1.is_some(), !is_all, length, (*statement).clone())
            });
        }
        grants.into_iter().map(|(_, grant, ways)| (grant, ways)).collect()
    }

    fn difference(&self, differences: &mut Differences<'a>, grant: &Grant<'a>) -> Rc<Difference<'a>> {
        let question = GrantQuestion {
            from: self.from,
            to: self.to,
            numbers: self.sides.numbers,
            bounds: self.sides.bounds,
            is_gain: self.is_gain,
            holds_nothing: self.standing.is_some(),
            lifted: &self.lifted,
            has_other_bounds: self.has_other_bounds,
        };
        differences.of(&question, grant)
    }

    /// Tells a piece of a grant that one side does not have.
    fn new_change(&self, grant: &Grant<'a>, way: &GrantWay<'a>, piece: &ToldPiece) -> Option<AccessChange> {
        let former = self.standing.is_none().then(|| self.narrower(grant)).flatten();
        let turn = match (self.is_gain, former.is_some()) {
            (true, false) => Turn::Gained,
            (true, true) => Turn::Widened,
            (false, false) => Turn::Lost,
            (false, true) => Turn::Narrowed,
        };
        let cause = match &self.standing {
            Some(standing) if self.from.holds(grant) => standing.clone(),
            _ => Cause::of_grant(self.from, self.to, way, &piece.when, self.is_gain),
        };
        let mut change = self.told(turn, piece, way, cause)?;
        if let (true, Some(former)) = (self.is_gain, former) {
            change.former_path = self.from.path(former);
        }
        Some(change)
    }

    /// Returns whether the principal may hold a grant on the one side unseen, as a member of a group whose members were
    /// never read.
    fn may_be_held(&self, grant: &Grant<'a>) -> bool {
        let statement = self.sides.numbers.statement(grant);
        let access = self.from.access;
        statement.is_some_and(|statement| may_hold_by_unseen_group(access, self.to.principal(), statement))
    }

    fn told(&self, turn: Turn, told: &ToldPiece, way: &GrantWay<'a>, cause: Cause) -> Option<AccessChange> {
        Some(AccessChange {
            principal: self.to.principal()?.clone(),
            turn,
            what: What::Statement(told.statement.clone()),
            words: String::new(),
            is_remainder: told.is_remainder,
            is_whole: told.is_whole,
            condition: told.when.words(),
            path: self.to.path(way),
            former_path: Vec::new(),
            cause,
            usable_by: Default::default(),
            reach: Reach::default(),
        })
    }

    fn cause_of_lift(&self, deny: &Grant<'a>) -> Option<Cause> {
        let way = self.from.grants.get(deny).and_then(|ways| ways.first());
        let path = way.map(|way| self.from.path(way).into_iter().skip(1).collect());
        Some(Cause::deny(path.unwrap_or_default(), self.is_gain))
    }

    /// Returns a way to what a grant stands in the place of: one that is no more, and gave a part of it.
    fn narrower(&self, grant: &Grant<'a>) -> Option<&'s GrantWay<'a>> {
        let gone = self.from.grants.iter().filter(|(former, _)| !self.to.holds(former));
        gone.filter(|(former, _)| self.covers(grant, former)).find_map(|(_, ways)| ways.first())
    }

    /// Returns whether a grant gives all that another gives, and no later.
    fn covers(&self, wide: &Grant<'_>, narrow: &Grant<'_>) -> bool {
        let (Some(wider), Some(narrower)) =
            (self.sides.numbers.statement(wide), self.sides.numbers.statement(narrow))
        else {
            return false;
        };
        let terms = &self.sides.bounds.terms;
        let condition = |grant: &Grant<'_>, statement: &Statement| {
            both(grant.1, statement.condition.as_deref()).map(|words| terms.parse(&words)).unwrap_or_default()
        };
        wider.effect == narrower.effect
            && wider.covers_aside_from_condition(narrower)
            && condition(narrow, narrower).implies(&condition(wide, wider))
    }
}

/// A piece as it is told.
pub(super) struct ToldPiece {
    pub(super) statement: Statement,
    pub(super) when: When,
    pub(super) is_remainder: bool,
    pub(super) is_whole: bool,
}

impl ToldPiece {
    pub(super) fn of(piece: &Piece, shared: &mut SharedActions) -> Self {
        Self {
            statement: Statement { condition: piece.when.words(), ..piece.statement(shared) },
            when: piece.when.clone(),
            is_remainder: piece.is_remainder(),
            is_whole: false,
        }
    }
}

/// Leaves out what another change tells already.
fn once_each(lifts: Vec<(Piece, AccessChange)>) -> Vec<AccessChange> {
    let mut kept: Vec<(Piece, AccessChange)> = Vec::new();
    for (piece, change) in lifts {
        if !kept.iter().any(|(known, _)| is_within(&piece, known)) {
            kept.retain(|(known, _)| !is_within(known, &piece));
            kept.push((piece, change));
        }
    }
    kept.into_iter().map(|(_, change)| change).collect()
}

impl When {
    /// Writes what must hold, and what keeps it from being done.
    pub(super) fn words(&self) -> Option<String> {
        let unless = self.unless.iter().map(|unless| unless.beside(&self.all_of));
        let unless = unless.filter_map(|unless| unless.words()).map(|words| escape(&words));
        // What only a restriction lets through is not written as what it denies.
        let (restrictions, all_of) = self.all_of.split(|words| restriction(words).is_some());
        let restricted = restrictions.each_words().filter_map(restriction);
        let restricted = restricted.map(|lets_through| format!("unless {lets_through}"));
        let in_part = self.in_part.iter().map(|lets_through| where_restricted(lets_through));
        let all: Vec<String> =
            all_of.words().into_iter().chain(restricted).chain(unless).chain(in_part).collect();
        (!all.is_empty()).then(|| all.join(" and "))
    }
}
