//! What the organisation leaves a principal on either side, and what it had kept away.

use std::collections::BTreeSet;

use super::{
    cause::{Cause, CauseKind, named},
    hidden::bounds_are_hidden,
    region::{self, Counting, Piece},
    side::Side,
};
use crate::{Access, Effect, Source, Statement, Step, terms::Terms};

/// The bounds of both states.
pub(super) struct Bounds {
    /// Whether they leave the same, as far as can be seen.
    pub(super) are_same: bool,
    /// Whether they leave one principal other things than another.
    pub(super) differ: bool,
    /// What the terms of the conditions of both ask.
    pub(super) terms: Terms,
}

impl Bounds {
    pub(super) fn of(before: &Access, after: &Access) -> Self {
        let unseen = [before, after].into_iter().any(bounds_are_hidden);
        fn statements(access: &Access) -> Vec<Vec<&Statement>> {
            let levels = access.bounds.iter();
            levels.map(|level| level.iter().map(|source| &source.statement).collect()).collect()
        }
        let differ = [before, after].into_iter().any(Access::bounds_depend_on_principal);
        let mut terms = after.terms.clone();
        terms.join(&before.terms);
        Self { are_same: unseen || (!differ && statements(before) == statements(after)), differ, terms }
    }
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
    for level in &side.access.bounds {
        if pieces.is_empty() {
            break;
        }
        pieces = region::distinct(region::and_all(&pieces, &counting(side, level, Effect::Allow, terms)));
        pieces = region::minus_all(pieces, &counting(side, level, Effect::Deny, terms), false);
    }
    pieces
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

/// Returns why the organisation of one side keeps away what that of the other does not.
pub(super) fn cause(from: &Side<'_>, to: &Side<'_>, is_gain: bool) -> Cause {
    fn policies(side: &Side<'_>) -> BTreeSet<Step> {
        let is_bounded = side.is_bounded();
        let sources = side.access.bounds.iter().flatten().filter(|_| is_bounded);
        sources.filter_map(|source| source.steps.first().cloned()).collect()
    }
    let (tight, wide) = (policies(from), policies(to));
    let only = |mine: &BTreeSet<Step>, theirs: &BTreeSet<Step>| -> Vec<Step> {
        mine.iter().filter(|step| !theirs.iter().any(|other| other.id == step.id)).cloned().collect()
    };
    let names = |steps: &[Step]| steps.iter().map(named).collect::<Vec<_>>().join(", ");
    let (before, after) = if is_gain { (&tight, &wide) } else { (&wide, &tight) };
    let detached = (CauseKind::ScpDetached, only(before, after), "was detached");
    let attached = (CauseKind::ScpAttached, only(after, before), "was attached");
    // A gain comes of what is gone, where something is; a loss of what is there.
    let likeliest = if is_gain { [detached, attached] } else { [attached, detached] };
    for (kind, of, verb) in likeliest {
        if !of.is_empty() {
            let phrase = format!("{} {verb}", names(&of));
            return Cause::new(kind, of, phrase);
        }
    }
    let of: Vec<Step> = tight.iter().cloned().collect();
    let phrase = format!("{} was edited", names(&of));
    Cause::new(CauseKind::ScpChanged, of, phrase)
}
