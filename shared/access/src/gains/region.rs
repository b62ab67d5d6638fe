//! Regions: what can be done on what, and when. They are cut out of each other, so that what is told is the difference.

use std::sync::Arc;

use litemap::LiteMap;

use super::{
    cell::{PatternSet, TextKind},
    shared_actions::SharedActions,
};
use crate::{
    Attribute, Choice, Effect, Pattern, Resource, Statement, bounds::restriction, terms::Conjunction,
};

/// Most pieces that a region is cut into; beyond, what is left is told whole.
const MOST_PIECES: usize = 96;

/// When something can be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct When {
    /// The conditions that must hold together in this region.
    pub(super) all_of: Conjunction,
    /// What keeps it from being done.
    pub(super) unless: Vec<Conjunction>,
    /// Under what it could be done before.
    pub(super) held_if: Vec<Conjunction>,
    /// What lets through, where a restriction reaches a part of the region.
    pub(super) in_part: Vec<String>,
}

/// One piece of a region: some actions on resources with some attributes, at some times. There is always something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) actions: PatternSet,
    pub(super) attributes: LiteMap<Attribute, PatternSet>,
    pub(super) when: When,
}

/// What is cut out, or what a piece is cut down to: all of these actions on this resource while this holds.
pub(super) struct Block<'a> {
    actions: &'a [Pattern],
    resource: &'a Resource,
    condition: &'a Conjunction,
}

/// A statement, and all that must hold for it to count.
#[derive(Debug, Clone)]
pub(super) struct Counting<'a> {
    pub(super) statement: &'a Statement,
    pub(super) condition: Conjunction,
}

impl When {
    fn minus(&self, condition: &Conjunction, is_held: bool) -> Option<Self> {
        if self.all_of.excludes(condition) {
            return Some(self.clone());
        }
        let mut left = self.clone();
        let list = if is_held { &mut left.held_if } else { &mut left.unless };
        if !list.iter().any(|known| condition.implies(known)) {
            list.retain(|known| !known.implies(condition));
            list.push(condition.clone());
        }
        (!left.is_empty()).then_some(left)
    }

    fn and(&self, condition: &Conjunction) -> Option<Self> {
        if self.all_of.excludes(condition) {
            return None;
        }
        let narrowed = Self { all_of: self.all_of.and(condition), ..self.clone() };
        (!narrowed.is_empty()).then_some(narrowed)
    }

    /// Returns the same with what restrictions let through as that under what it could be done before: they are lifted.
    pub(super) fn without_restrictions(&self) -> Self {
        let (restrictions, all_of) = self.all_of.split(|words| restriction(words).is_some());
        let mut freed = Self { all_of, ..self.clone() };
        freed.held_if.extend(restrictions.each_words().filter_map(restriction).map(Conjunction::of_words));
        freed
    }

    fn is_empty(&self) -> bool {
        let taken: Vec<Conjunction> = self.unless.iter().chain(&self.held_if).cloned().collect();
        !taken.is_empty() && self.all_of.is_covered_by(&taken)
    }
}

impl Piece {
    fn of(block: &Block<'_>) -> Option<Self> {
        if block.actions.is_empty() || block.resource.0.values().any(Vec::is_empty) {
            return None;
        }
        let attributes =
            block.resource.0.iter().map(|(name, patterns)| (name.clone(), PatternSet::of(patterns)));
        Some(Self {
            actions: PatternSet::of(block.actions),
            attributes: attributes.collect(),
            when: When { all_of: block.condition.clone(), ..When::default() },
        })
    }

    fn attribute(&self, name: &str) -> PatternSet {
        self.attributes.get(name).cloned().unwrap_or_else(PatternSet::any)
    }

    /// Returns what a block has of the piece, if anything.
    fn and(&self, block: &Block<'_>) -> Option<Self> {
        if !self.meets(block) {
            return None;
        }
        let mut shared = self.clone();
        for (name, patterns) in &block.resource.0 {
            shared.attributes.insert(name.clone(), self.attribute(name).and(patterns, TextKind::Values)?);
        }
        shared.when = self.when.and(block.condition)?;
        shared.actions = self.actions.and(block.actions, TextKind::Actions)?;
        Some(shared)
    }

    /// Returns whether a block has something of the piece.
    fn meets(&self, block: &Block<'_>) -> bool {
        let shares = |(name, patterns): (&Attribute, &Vec<Pattern>)| {
            self.attributes.get(name).is_none_or(|mine| mine.meets(patterns, TextKind::Values))
        };
        block.resource.0.iter().all(shares)
            && !self.when.all_of.excludes(block.condition)
            && self.actions.meets(block.actions, TextKind::Actions)
    }

    /// Returns whether two pieces may share something. Most differ in a plain text, which is quickly seen.
    fn may_meet(&self, other: &Self) -> bool {
        let shares = |(name, mine): (&Attribute, &PatternSet)| {
            other.attributes.get(name).is_none_or(|theirs| mine.may_meet(theirs))
        };
        self.attributes.iter().all(shares) && self.actions.may_meet(&other.actions)
    }

    /// Returns whether it is seen at once that something of the piece is not in another. More may reach beyond it.
    fn reaches_beyond(&self, other: &Self) -> bool {
        let reaches = |(name, mine): (&Attribute, &PatternSet)| {
            other.attributes.get(name).is_some_and(|theirs| mine.reaches_beyond(theirs))
        };
        self.actions.reaches_beyond(&other.actions) || self.attributes.iter().any(reaches)
    }

    /// Returns what is left of the piece without a block, in pieces that share nothing.
    fn minus(self, block: &Block<'_>, is_held: bool) -> Vec<Self> {
        if !self.meets(block) {
            return vec![self];
        }
        let mut left = Vec::new();
        let mut rest = self;
        if let Some(actions) = rest.actions.minus(block.actions, is_held, TextKind::Actions) {
            left.push(Self { actions, ..rest.clone() });
        }
        match rest.actions.and(block.actions, TextKind::Actions) {
            Some(actions) => rest.actions = actions,
            None => return left,
        }
        for (name, patterns) in &block.resource.0 {
            let mine = rest.attribute(name);
            if let Some(outside) = mine.minus(patterns, is_held, TextKind::Values) {
                let mut piece = rest.clone();
                piece.attributes.insert(name.clone(), outside);
                left.push(piece);
            }
            match mine.and(patterns, TextKind::Values) {
                Some(inside) => drop(rest.attributes.insert(name.clone(), inside)),
                None => return left,
            }
        }
        if let Some(when) = rest.when.minus(block.condition, is_held) {
            left.push(Self { when, ..rest });
        }
        left
    }

    /// Returns the piece as one that a restriction reaches in part.
    pub(super) fn restricted_in_part(mut self, lets_through: &str) -> Self {
        let lets_through = lets_through.to_owned();
        if !self.when.in_part.contains(&lets_through) {
            self.when.in_part.push(lets_through);
        }
        self
    }

    /// Returns the piece as a statement that allows it, as it is told: what says the most comes first.
    pub(super) fn statement(&self, shared: &mut SharedActions) -> Statement {
        self.with_actions(shared.of_piece(&self.actions))
    }

    /// Returns the piece as a statement that allows it, with its actions in any order.
    fn statement_as_is(&self) -> Statement {
        let actions = Choice { any_of: self.actions.any_of.clone(), except: self.actions.taken_out() };
        self.with_actions(actions.into())
    }

    fn with_actions(&self, actions: Arc<Choice<Pattern>>) -> Statement {
        let resource = self.attributes.iter().filter(|(_, cell)| !cell.any_of.iter().any(Pattern::is_any));
        let resource = resource.map(|(name, cell)| (name.clone(), cell.any_of.clone())).collect();
        let except = self.attributes.iter().flat_map(|(name, cell)| {
            cell.taken_out().into_iter().map(|pattern| Resource::any().with(name, vec![pattern]))
        });
        Statement {
            effect: Effect::Allow,
            actions,
            resources: Choice { any_of: vec![Resource(resource)], except: except.collect() }.into(),
            condition: None,
        }
    }

    /// Returns whether something was taken out of it that was held before.
    pub(super) fn is_remainder(&self) -> bool {
        let cells = self.attributes.values().chain([&self.actions]);
        cells.flat_map(|cell| &cell.except).any(|taken| taken.is_held)
    }
}

/// Returns actions as they are told: what says the most comes first.
pub(super) fn told_actions(actions: &PatternSet) -> Choice<Pattern> {
    Choice { any_of: broadest_first(&actions.any_of), except: actions.taken_out() }
}

/// Puts patterns into an order in which the first say the most.
fn broadest_first(patterns: &[Pattern]) -> Vec<Pattern> {
    let mut patterns = patterns.to_vec();
    patterns.sort_by_cached_key(|pattern| {
        let is_plain = pattern.is_literal();
        (is_plain, if is_plain { 0 } else { pattern.length() }, pattern.to_string())
    });
    patterns
}

impl<'a> Counting<'a> {
    fn blocks(&'a self) -> impl Iterator<Item = Block<'a>> {
        self.statement.resources.any_of.iter().map(|resource| Block {
            actions: &self.statement.actions.any_of,
            resource,
            condition: &self.condition,
        })
    }

    /// Returns whether something is taken out of the statement.
    pub(super) fn has_exceptions(&self) -> bool {
        !self.statement.actions.except.is_empty() || !self.statement.resources.except.is_empty()
    }

    /// Returns whether the statement always counts and speaks of all that another speaks of.
    pub(super) fn gives_all_of(&self, other: &Self) -> bool {
        self.condition.is_empty() && self.statement.covers_aside_from_condition(other.statement)
    }

    /// Returns whether the statement always counts, and speaks of every action on every resource.
    pub(super) fn gives_everything(&self) -> bool {
        let is_any = |resource: &Resource| resource.0.is_empty();
        self.condition.is_empty()
            && !self.has_exceptions()
            && self.statement.actions.any_of.iter().any(Pattern::is_any)
            && self.statement.resources.any_of.iter().any(is_any)
    }

    /// Returns whether the statement always counts, and says in one go all that another speaks of.
    pub(super) fn gives_as_one_block(&self, other: &Self) -> bool {
        self.statement.resources.any_of.len() == 1 && !self.has_exceptions() && self.gives_all_of(other)
    }

    /// Returns all that the statement speaks of.
    pub(super) fn region(&self) -> Vec<Piece> {
        let pieces = self.blocks().filter_map(|block| Piece::of(&block)).collect();
        self.without_exceptions(pieces, false)
    }

    /// Takes out what the statement does not speak of.
    fn without_exceptions(&self, pieces: Vec<Piece>, is_held: bool) -> Vec<Piece> {
        let (none, everywhere, everything) = (Conjunction::default(), Resource::any(), [Pattern::any()]);
        let actions = &self.statement.actions.except;
        let of_actions = Block { actions, resource: &everywhere, condition: &none };
        let mut left = if actions.is_empty() { pieces } else { cut(pieces, &of_actions, is_held) };
        for resource in &self.statement.resources.except {
            left = cut(left, &Block { actions: &everything, resource, condition: &none }, is_held);
        }
        left
    }

    /// Returns what blocks of the statement have of some pieces and its exceptions take out again. No part of it comes
    /// twice: what is cut out again and again would else double each time.
    fn exceptions(&self, pieces: &[Piece]) -> Vec<Piece> {
        let (none, everywhere, everything) = (Conjunction::default(), Resource::any(), [Pattern::any()]);
        let actions = &self.statement.actions.except;
        let of_actions = Block { actions, resource: &everywhere, condition: &none };
        let of_resources = self.statement.resources.except.iter();
        let of_resources =
            of_resources.map(|resource| Block { actions: &everything, resource, condition: &none });
        let taken: Vec<Block<'_>> =
            (!actions.is_empty()).then_some(of_actions).into_iter().chain(of_resources).collect();
        let mut rest = pieces.to_vec();
        let mut kept = Vec::new();
        for block in self.blocks() {
            let mut inside: Vec<Piece> = rest.iter().filter_map(|piece| piece.and(&block)).collect();
            for except in &taken {
                kept.extend(inside.iter().filter_map(|piece| piece.and(except)));
                inside = cut(inside, except, false);
            }
            rest = cut(rest, &block, false);
        }
        kept
    }
}

fn cut(pieces: Vec<Piece>, block: &Block<'_>, is_held: bool) -> Vec<Piece> {
    if pieces.len() > MOST_PIECES {
        return pieces;
    }
    pieces.into_iter().flat_map(|piece| piece.minus(block, is_held)).collect()
}

/// Returns what is left of a region without all that a statement speaks of.
pub(super) fn minus(pieces: Vec<Piece>, statement: &Counting<'_>, is_held: bool) -> Vec<Piece> {
    if pieces.len() > MOST_PIECES {
        return pieces;
    }
    let kept = if statement.has_exceptions() { statement.exceptions(&pieces) } else { Vec::new() };
    let mut left = pieces;
    for block in statement.blocks() {
        left = cut(left, &block, is_held);
    }
    left.extend(kept);
    left
}

/// Returns what a statement speaks of within a region.
pub(super) fn and(pieces: &[Piece], statement: &Counting<'_>) -> Vec<Piece> {
    statement.without_exceptions(and_any(pieces, statement), false)
}

fn and_any(pieces: &[Piece], statement: &Counting<'_>) -> Vec<Piece> {
    statement.blocks().flat_map(|block| pieces.iter().filter_map(move |piece| piece.and(&block))).collect()
}

/// Returns what is left of a region without all that some statements speak of. The broadest are cut out first, so that
/// few pieces are left.
pub(super) fn minus_all(mut pieces: Vec<Piece>, statements: &[Counting<'_>], is_held: bool) -> Vec<Piece> {
    for statement in statements {
        if pieces.is_empty() {
            break;
        }
        pieces = minus(pieces, statement, is_held);
    }
    pieces
}

/// Returns what some statements together speak of within a region.
pub(super) fn and_all(pieces: &[Piece], statements: &[Counting<'_>]) -> Vec<Piece> {
    statements.iter().flat_map(|statement| and(pieces, statement)).collect()
}

/// Leaves out pieces that others cover.
pub(super) fn distinct(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut kept: Vec<Piece> = Vec::new();
    for piece in pieces {
        if !kept.iter().any(|known| is_within(&piece, known)) {
            kept.retain(|known| !is_within(known, &piece));
            kept.push(piece);
        }
    }
    kept
}

/// Returns whether one piece lies within another, whatever was taken out of it besides.
pub(super) fn is_within(piece: &Piece, wide: &Piece) -> bool {
    let holds_as_long = |mine: &[Conjunction], theirs: &[Conjunction]| {
        theirs.iter().all(|theirs| mine.iter().any(|mine| theirs.implies(mine)))
    };
    // What is quickly seen first: most pieces that meet hold at other times.
    if piece == wide {
        return true;
    }
    if !piece.may_meet(wide)
        || piece.reaches_beyond(wide)
        || !holds_as_long(&piece.when.unless, &wide.when.unless)
        || !holds_as_long(&piece.when.held_if, &wide.when.held_if)
        || piece.when.minus(&wide.when.all_of, false).is_some()
    {
        return false;
    }
    let statement = wide.statement_as_is();
    let counting = Counting { statement: &statement, condition: wide.when.all_of.clone() };
    minus(vec![piece.clone()], &counting, false).is_empty()
}

/// Returns what is left of a region without some pieces of it.
pub(super) fn left_without(mut pieces: Vec<Piece>, taken: &[Piece]) -> Vec<Piece> {
    for piece in taken {
        let statement = piece.statement_as_is();
        let counting = Counting { statement: &statement, condition: piece.when.all_of.clone() };
        pieces = minus(pieces, &counting, false);
    }
    pieces
}

#[cfg(test)]
mod tests;
