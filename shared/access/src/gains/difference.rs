//! What one grant opens on one side and not on the other, found out once for all principals of whom the same is to be asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use rustc_hash::FxHashMap;

use super::{
    bounds::{self, Bounds},
    possible::possible,
    region::{self, Counting, Piece},
    shared_actions::SharedActions,
    side::{Grant, Numbers, Side},
    sides::ToldPiece,
};
use crate::{Choice, Effect, Pattern, access::both};

/// What is asked of a grant: one principal on both sides.
pub(super) struct GrantQuestion<'q, 'a> {
    pub(super) from: &'q Side<'a>,
    pub(super) to: &'q Side<'a>,
    pub(super) numbers: &'q Numbers<'a>,
    pub(super) bounds: &'q Bounds,
    pub(super) is_gain: bool,
    /// Whether it could do nothing on the one side, whatever it held.
    pub(super) holds_nothing: bool,
    pub(super) lifted: &'q [Grant<'a>],
    pub(super) has_other_bounds: bool,
}

/// What a grant opens on one side and not on the other.
pub(super) struct Difference<'a> {
    /// What nothing allowed on the other side.
    pub(super) new: Vec<ToldPiece>,
    /// What was allowed and denied, by what denied it.
    pub(super) lifted: Vec<(Grant<'a>, Vec<Piece>)>,
    /// What was allowed and the organisation kept away.
    pub(super) unbound: Vec<Piece>,
    /// Whether something of the grant could be done on the other side already.
    pub(super) keeps_some: bool,
}

/// All that an answer follows from.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    grant: Grant<'a>,
    allows: Vec<Grant<'a>>,
    lifted: Vec<Grant<'a>>,
    denies: Vec<Grant<'a>>,
    is_held: bool,
    is_gain: bool,
    is_bounded: [bool; 3],
    /// What of the bounds counts on either side, where that depends on the principal.
    bounds: [Vec<bool>; 2],
}

/// The answers so far.
#[derive(Default)]
pub(super) struct Differences<'a> {
    known: BTreeMap<Key<'a>, Rc<Difference<'a>>>,
    touching: FxHashMap<[*const Choice<Pattern>; 2], bool>,
    /// What changes that are told have in common.
    pub(super) shared: SharedActions,
}

impl<'a> Differences<'a> {
    pub(super) fn of(&mut self, question: &GrantQuestion<'_, 'a>, grant: &Grant<'a>) -> Rc<Difference<'a>> {
        let key = self.key(question, grant);
        if let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        let found = Rc::new(question.answer(&key, &mut self.shared));
        self.known.insert(key, Rc::clone(&found));
        found
    }

    fn key(&mut self, question: &GrantQuestion<'_, 'a>, grant: &Grant<'a>) -> Key<'a> {
        let numbers = question.numbers;
        let mut touching = |grants: &mut dyn Iterator<Item = &Grant<'a>>, effect| -> Vec<Grant<'a>> {
            let mut found: Vec<Grant<'a>> =
                grants.filter(|other| self.touch(numbers, grant, other, effect)).copied().collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        // Who could do nothing by itself could do what everybody can.
        let mut allows: Box<dyn Iterator<Item = &Grant<'a>>> = if question.holds_nothing {
            Box::new(question.from.of_everybody.iter())
        } else {
            Box::new(question.from.held())
        };
        let is_held = !question.holds_nothing && question.from.holds(grant);
        let allows = if is_held { Vec::new() } else { touching(&mut allows, Effect::Allow) };
        let lifted = if question.holds_nothing { &[] } else { question.lifted };
        let has_other_bounds = question.has_other_bounds && !question.holds_nothing;
        let [from, to] = [question.from, question.to].map(Side::is_bounded);
        Key {
            grant: *grant,
            allows,
            lifted: touching(&mut lifted.iter(), Effect::Deny),
            denies: touching(&mut question.to.held(), Effect::Deny),
            is_held,
            is_gain: question.is_gain,
            is_bounded: [from, to, has_other_bounds],
            bounds: [question.from, question.to]
                .map(|side| bounds::which_count((side.access, side.number)).collect()),
        }
    }

    fn touch(&mut self, numbers: &Numbers<'a>, one: &Grant<'a>, other: &Grant<'a>, effect: Effect) -> bool {
        let (Some(mine), Some(theirs)) = (numbers.statement(one), numbers.statement(other)) else {
            return false;
        };
        if theirs.effect != effect {
            return false;
        }
        let actions = [Arc::as_ptr(&mine.actions), Arc::as_ptr(&theirs.actions)];
        let touching = self.touching.entry(actions);
        *touching.or_insert_with(|| mine.actions.touches(&theirs.actions))
            && mine.resources.touches(&theirs.resources)
    }
}

impl<'a> GrantQuestion<'_, 'a> {
    fn counting(&self, grant: &Grant<'a>) -> Option<Counting<'a>> {
        let statement = self.numbers.statement(grant)?;
        let words = both(grant.1, statement.condition.as_deref());
        let condition = words.map(|words| self.bounds.terms.parse(&words)).unwrap_or_default();
        Some(Counting { statement, condition })
    }

    /// Returns statements in an order that is the same whichever state is which, those first that always count.
    fn all(&self, grants: &[Grant<'a>]) -> Vec<Counting<'a>> {
        let mut all: Vec<Counting<'a>> = grants.iter().filter_map(|grant| self.counting(grant)).collect();
        all.sort_by(|one, other| {
            let key = |each: &Counting<'a>| (!each.condition.is_empty(), each.condition.words());
            key(one).cmp(&key(other)).then_with(|| one.statement.cmp(other.statement))
        });
        all
    }

    fn answer(&self, key: &Key<'a>, shared: &mut SharedActions) -> Difference<'a> {
        let nothing =
            Difference { new: Vec::new(), lifted: Vec::new(), unbound: Vec::new(), keeps_some: false };
        let Some(counting) = self.counting(&key.grant) else { return nothing };
        let [is_from_bounded, is_bounded, has_other_bounds] = key.is_bounded;
        if key.allows.is_empty() && key.denies.is_empty() && !key.is_held && !is_bounded {
            let is_empty = counting.has_exceptions() && counting.region().is_empty();
            let new = if is_empty { Vec::new() } else { vec![whole(&counting, &[])] };
            return Difference { new, ..nothing };
        }
        let allows = self.all(&key.allows);
        let is_asked = !key.lifted.is_empty() || (is_from_bounded && has_other_bounds);
        // Mostly a wider role gives all of it already, which needs no cutting to be seen.
        if !is_asked && (key.is_held || allows.iter().any(|allow| allow.gives_all_of(&counting))) {
            return nothing;
        }
        let region = counting.region();
        let undenied = region::minus_all(region.clone(), &self.all(&key.denies), false);
        let new = if key.is_held { Vec::new() } else { region::minus_all(undenied.clone(), &allows, true) };
        let new = possible(bounds::left_told(self.to, new, &self.bounds.terms));
        let told = if is_same_region(&new, &region) && !region.is_empty() {
            vec![whole(&counting, &new)]
        } else {
            new.iter().map(|piece| ToldPiece::of(piece, shared)).collect()
        };
        if !is_asked {
            return Difference { new: told, ..nothing };
        }
        let held = if key.is_held || allows.iter().any(|allow| allow.gives_as_one_block(&counting)) {
            region::distinct(undenied)
        } else {
            region::distinct(region::and_all(&undenied, &allows))
        };
        let of_deny = |grant: &Grant<'a>| -> Option<(Grant<'a>, Vec<Piece>)> {
            let pieces = region::distinct(region::and(&held, &self.counting(grant)?));
            let pieces = possible(bounds::left_told(self.to, pieces, &self.bounds.terms));
            (!pieces.is_empty()).then_some((*grant, pieces))
        };
        let mut lifted: Vec<(Grant<'a>, Vec<Piece>)> = key.lifted.iter().filter_map(of_deny).collect();
        // In an order that is the same whichever state is which, those first that always count.
        lifted.sort_by_cached_key(|(grant, _)| {
            let statement = self.numbers.statement(grant);
            let is_conditional = grant.1.is_some() || statement.is_some_and(|each| each.condition.is_some());
            (is_conditional, statement, grant.1)
        });
        let held = bounds::left(self.to, held.clone(), &self.bounds.terms);
        let unbound = if has_other_bounds {
            possible(bounds::kept_away(self.from, &held, &self.bounds.terms))
        } else {
            Vec::new()
        };
        let keeps_some = !unbound.is_empty() && !region::left_without(held, &unbound).is_empty();
        Difference { new: told, lifted, unbound, keeps_some }
    }
}

/// Returns whether two regions are the same but for what restrictions say of them.
fn is_same_region(one: &[Piece], other: &[Piece]) -> bool {
    let is_same = |(one, other): (&Piece, &Piece)| {
        let mut one = one.clone();
        one.when.in_part.clone_from(&other.when.in_part);
        one == *other
    };
    one.len() == other.len() && one.iter().zip(other).all(is_same)
}

/// Returns all of a grant, as it is written, with what restrictions say of its pieces.
fn whole(counting: &Counting<'_>, pieces: &[Piece]) -> ToldPiece {
    let statement = counting.statement.clone();
    let in_part: BTreeSet<&String> = pieces.iter().flat_map(|piece| &piece.when.in_part).collect();
    let in_part = in_part.into_iter().cloned().collect();
    let when = region::When { all_of: counting.condition.clone(), in_part, ..region::When::default() };
    ToldPiece { statement, when, is_remainder: false, is_whole: true }
}
