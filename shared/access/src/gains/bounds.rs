//! What the organisation leaves a principal on either side, and what it had kept away.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    cause::{Cause, CauseKind, named},
    hidden::bounds_are_hidden,
    possible::possible,
    region::{self, Counting, Piece},
    side::Side,
};
use crate::{
    Access, Effect, Source, Statement, Step,
    bounds::restriction,
    terms::{Conjunction, Terms},
};

/// The kinds of steps that restrict from where something may be used.
const RESTRICTIONS: [&str; 2] = ["restriction", "access control list"];

/// The bounds of both states.
pub(super) struct Bounds {
    same: Same,
    /// What the terms of the conditions of both ask.
    pub(super) terms: Terms,
}

/// For whom the bounds of both states leave the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Same {
    /// For everybody, or nobody can see for whom they do not.
    ForAll,
    /// For whoever the same statements count for in both states.
    WhereTheSameCount,
    /// For nobody: other statements stand in them.
    ForNobody,
}

impl Bounds {
    pub(super) fn of(before: &Access, after: &Access) -> Self {
        let unseen = [before, after].into_iter().any(bounds_are_hidden);
        fn statements(access: &Access) -> Vec<Vec<&Statement>> {
            let levels = access.bounds.iter();
            levels.map(|level| level.iter().map(|source| &source.statement).collect()).collect()
        }
        let depend = [before, after].into_iter().any(Access::bounds_depend_on_principal);
        let same = match (unseen, statements(before) == statements(after)) {
            (true, _) => Same::ForAll,
            (false, false) => Same::ForNobody,
            (false, true) if depend => Same::WhereTheSameCount,
            (false, true) => Same::ForAll,
        };
        let mut terms = after.terms.clone();
        terms.join(&before.terms);
        Self { same, terms }
    }

    /// Returns whether they leave a principal the same, by its numbers in both states.
    pub(super) fn are_same(&self, before: (&Access, Option<usize>), after: (&Access, Option<usize>)) -> bool {
        match self.same {
            Same::ForAll => true,
            Same::ForNobody => false,
            Same::WhereTheSameCount => {
                let is_bounded = |(access, number): (&Access, Option<usize>)| {
                    number.and_then(|number| access.principals.get(number)).map(|who| who.is_bounded)
                };
                is_bounded(before) == is_bounded(after) && which_count(before).eq(which_count(after))
            }
        }
    }
}

/// Returns for each statement of the bounds that depends on the principal whether it counts for one. Those of whom all of
/// it is the same are left the same.
pub(super) fn which_count(
    (access, number): (&Access, Option<usize>),
) -> impl Iterator<Item = bool> + use<'_> {
    let limited = access.bounds.iter().flatten().filter(|source| source.holders.are_limited());
    limited.map(move |source| number.is_none_or(|number| source.holders.contain(number)))
}

/// Returns the statements of a level that count for the principal of a side.
fn counting<'a>(side: &Side<'a>, level: &'a [Source], effect: Effect, terms: &Terms) -> Vec<Counting<'a>> {
    let counts = |source: &&'a Source| {
        source.statement.effect == effect && side.number.is_none_or(|who| source.holders.contain(who))
    };
    let mut statements: Vec<Counting<'a>> = level
        .iter()
        .filter(counts)
        .map(|source| Counting {
            statement: &source.statement,
            condition: source
                .statement
                .condition
                .as_deref()
                .map(|words| terms.parse(words))
                .unwrap_or_default(),
        })
        .collect();
    statements.sort_by(|one, other| one.statement.cmp(other.statement));
    statements
}

/// Returns what the organisation leaves of a region.
pub(super) fn left<'a>(side: &Side<'a>, mut pieces: Vec<Piece>, terms: &Terms) -> Vec<Piece> {
    if !side.is_bounded() {
        return pieces;
    }
    let mut are_distinct = false;
    for level in &side.access.bounds {
        if pieces.is_empty() {
            break;
        }
        pieces = allowed(pieces, &counting(side, level, Effect::Allow, terms), are_distinct);
        let denies = counting(side, level, Effect::Deny, terms);
        are_distinct = denies.is_empty();
        pieces = region::minus_all(pieces, &denies, false);
    }
    pieces
}

/// Returns what the organisation leaves of a region, as it is told: what a restriction reaches in part stays in one piece, which
/// says under what the restriction lets through.
pub(super) fn left_told<'a>(side: &Side<'a>, mut pieces: Vec<Piece>, terms: &Terms) -> Vec<Piece> {
    if !side.is_bounded() {
        return pieces;
    }
    let mut are_distinct = false;
    for level in &side.access.bounds {
        pieces = allowed(pieces, &counting(side, level, Effect::Allow, terms), are_distinct);
        let denies = counting(side, level, Effect::Deny, terms);
        are_distinct = denies.is_empty();
        for deny in denies {
            pieces = match deny.condition.words().as_deref().and_then(restriction) {
                Some(lets_through) => {
                    pieces.into_iter().flat_map(|piece| restricted(piece, &deny, lets_through)).collect()
                }
                None => region::minus(pieces, &deny, false),
            };
        }
    }
    pieces
}

/// Returns what some statements of a level allow of a region. Mostly one of them allows everything, and nothing need be cut: pieces of
/// which none covers another stay so.
fn allowed(pieces: Vec<Piece>, allows: &[Counting<'_>], are_distinct: bool) -> Vec<Piece> {
    match allows.iter().any(Counting::gives_everything) {
        true if are_distinct => pieces,
        true => region::distinct(pieces),
        false => region::distinct(region::and_all(&pieces, allows)),
    }
}

/// Returns a piece with what a restriction lets through of it.
fn restricted(piece: Piece, deny: &Counting<'_>, lets_through: &str) -> Vec<Piece> {
    let piece = vec![piece];
    if possible(region::and(&piece, deny)).is_empty() {
        return piece;
    }
    let always = Counting { condition: Conjunction::default(), ..deny.clone() };
    if region::minus(piece.clone(), &always, false).is_empty() {
        return region::minus(piece, deny, false);
    }
    piece.into_iter().map(|piece| piece.restricted_in_part(lets_through)).collect()
}

/// Returns what the organisation of one side keeps away of a region.
pub(super) fn kept_away<'a>(side: &Side<'a>, pieces: &[Piece], terms: &Terms) -> Vec<Piece> {
    if !side.is_bounded() {
        return Vec::new();
    }
    let mut kept = Vec::new();
    for level in &side.access.bounds {
        // What was allowed before is not held, for it was not allowed by this.
        let allows = counting(side, level, Effect::Allow, terms);
        kept.extend(region::minus_all(pieces.to_vec(), &allows, true));
        kept.extend(region::and_all(pieces, &counting(side, level, Effect::Deny, terms)));
    }
    region::distinct(kept)
}

/// Returns why the bounds of one side keep away what those of the other do not.
pub(super) fn cause(from: &Side<'_>, to: &Side<'_>, is_gain: bool) -> Cause {
    let (tight, wide) = (bounding(from), bounding(to));
    let only = |mine: &Bounding<'_>, theirs: &Bounding<'_>| -> Vec<Step> {
        mine.keys()
            .filter(|step| !theirs.keys().any(|other| other.id == step.id))
            .map(|step| (*step).clone())
            .collect()
    };
    let edited = |(step, statements): (&&Step, &BTreeSet<&Statement>)| {
        let other = wide.iter().find(|(other, _)| other.id == step.id);
        other.is_some_and(|(_, other)| other != statements).then(|| (*step).clone())
    };
    let (before, after) = if is_gain { (&tight, &wide) } else { (&wide, &tight) };
    let gone = (only(before, after), BoundTurn::Gone);
    let new = (only(after, before), BoundTurn::New);
    let edited = (tight.iter().filter_map(edited).collect(), BoundTurn::Edited);
    // A gain comes of what is gone, where something is; a loss of what is there.
    let likeliest = if is_gain { [gone, new, edited] } else { [new, gone, edited] };
    let all = || (tight.keys().map(|step| (*step).clone()).collect(), BoundTurn::Edited);
    let (of, turn): (Vec<Step>, _) = likeliest.into_iter().find(|(of, _)| !of.is_empty()).unwrap_or_else(all);
    let is_restriction = of.iter().all(|step| RESTRICTIONS.contains(&step.kind));
    let (kind, verb) = turn.kind_and_verb(is_restriction, of.len() > 1);
    let names = of.iter().map(named).collect::<Vec<_>>().join(", ");
    Cause::new(kind, of, format!("{names} {verb}"))
}

/// What happened to something that bounds.
#[derive(Clone, Copy)]
enum BoundTurn {
    Gone,
    New,
    Edited,
}

impl BoundTurn {
    /// Returns the kind of cause that it is and how a sentence says it: of a restriction of networks, or of a service control
    /// policy; of one, or of several.
    const fn kind_and_verb(self, is_restriction: bool, are_several: bool) -> (CauseKind, &'static str) {
        let (kind, of_one, of_several) = match (self, is_restriction) {
            (Self::Gone, true) => (CauseKind::RestrictionLifted, "no longer applies", "no longer apply"),
            (Self::New, true) => (CauseKind::RestrictionEnforced, "applies now", "apply now"),
            (Self::Edited, true) => (CauseKind::RestrictionChanged, "was edited", "were edited"),
            (Self::Gone, false) => (CauseKind::ScpDetached, "was detached", "were detached"),
            (Self::New, false) => (CauseKind::ScpAttached, "was attached", "were attached"),
            (Self::Edited, false) => (CauseKind::ScpChanged, "was edited", "were edited"),
        };
        (kind, if are_several { of_several } else { of_one })
    }
}

/// What bounds somebody, and what it says.
type Bounding<'a> = BTreeMap<&'a Step, BTreeSet<&'a Statement>>;

/// Returns what bounds the principal of a side; what only lets through all that no restriction is of has no name.
fn bounding<'a>(side: &Side<'a>) -> Bounding<'a> {
    let mut bounding = Bounding::new();
    for source in side.access.bounds.iter().flatten().filter(|_| side.is_bounded()) {
        let counts = side.number.is_none_or(|who| source.holders.contain(who));
        if let Some(step) = source.steps.first().filter(|_| counts) {
            bounding.entry(step).or_default().insert(&source.statement);
        }
    }
    bounding
}
