//! Holds what allows against what denies, principal by principal, and remembers what does not hang on the principal.

use std::{cmp::Ordering, collections::hash_map::Entry, rc::Rc};

use rustc_hash::FxHashMap;

use super::{Bound, Likeness, Preference, Verdict, Way, asking::HeldBy, way::Path};
use crate::{
    Access, Effect, Extent, Principal, Question, Source, Statement, Step, Steps,
    access::{HeldSource, both},
    bounds::{escape, restriction, where_restricted},
};

/// How much of what one statement allows another takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TakenShare {
    Nothing,
    Part,
    Whole,
}

pub(super) struct Weighing<'a, 'q> {
    pub(super) access: &'a Access,
    pub(super) question: &'q Question,
    pub(super) prefers: Preference,
    /// How much of the question each source speaks of.
    pub(super) extents: Extents,
    /// What the bounds leave: everybody, or where they differ the principal that is looked at.
    pub(super) bound: Bound<'a>,
    pub(super) bounds_differ: bool,
    pub(super) no_bound: Bound<'a>,
    /// What was found out, by the statements that deny and allow.
    pub(super) taken: FxHashMap<(*const Statement, *const Statement), TakenShare>,
    /// What each principal holds of all that can speak of the question, where that is known.
    pub(super) held_by: Option<&'q HeldBy<'a>>,
    /// By group, the sources attached to it that speak of the question: found out once for all members.
    pub(super) speaking_of_group: FxHashMap<usize, Vec<usize>>,
    /// The best way to what principals hold, by that.
    pub(super) weighed: FxHashMap<HeldAlike<'a>, Option<Way<'a>>>,
}

/// What principals hold of all that speaks of a question, and whether bounds hold for them: sources by number, each with the group
/// and the condition by which it is held.
pub(super) type HeldAlike<'a> = (bool, Vec<(usize, Option<(usize, Option<&'a str>)>)>);

/// How much of a question sources speak of, by number.
pub(super) enum Extents {
    /// All of them were looked at.
    OfAll(Vec<Extent>),
    /// The others speak of nothing of it.
    OfSome(FxHashMap<usize, Extent>),
}

impl Extents {
    fn of(&self, source: usize) -> Extent {
        let known = match self {
            Self::OfAll(extents) => extents.get(source),
            Self::OfSome(extents) => extents.get(&source),
        };
        known.copied().unwrap_or(Extent::None)
    }

    /// Takes a source as one that speaks of nothing.
    pub(super) fn forget(&mut self, source: usize) {
        let known = match self {
            Self::OfAll(extents) => extents.get_mut(source),
            Self::OfSome(extents) => extents.get_mut(&source),
        };
        if let Some(extent) = known {
            *extent = Extent::None;
        }
    }
}

/// Where a path leads.
#[derive(Clone, Copy)]
enum End<'a> {
    Held(HeldSource<'a>),
    /// Nothing where a level has no step to name.
    Outer(Option<&'a Steps>),
}

/// An allowing statement, or what takes it away, before it is put into words.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    verdict: Verdict,
    extent: Extent,
    allow: HeldSource<'a>,
    end: End<'a>,
}

impl<'a> Weighing<'a, '_> {
    /// Returns the best way that a principal has by itself and its groups. Thousands hold the same by the same groups, and it is
    /// weighed once for them, unless what bounds them differs.
    pub(super) fn own_way(&mut self, principal: usize) -> Option<Way<'a>> {
        self.look_at_bound_of(principal);
        let speaking = self.speaking(principal);
        let who = self.access.principals.get(principal)?;
        if self.bounds_differ {
            return self.best_of(&speaking, who);
        }
        let held = |held: &HeldSource<'a>| {
            (held.number, held.membership.map(|each| (each.group, each.condition.as_deref())))
        };
        let key = (who.is_bounded, speaking.iter().map(held).collect());
        if let Some(known) = self.weighed.get(&key) {
            return known.as_ref().map(|known| known.taken_by(&who.step));
        }
        let best = self.best_of(&speaking, who);
        self.weighed.insert(key, best.clone());
        best
    }

    fn best_of(&mut self, speaking: &[HeldSource<'a>], who: &'a Principal) -> Option<Way<'a>> {
        let (mut allows, mut denies) = (Vec::new(), Vec::new());
        for held in speaking {
            match (self.extents.of(held.number), held.source.statement.effect) {
                (extent, Effect::Allow) => allows.push((*held, extent)),
                (_, Effect::Deny) => denies.push(*held),
            }
        }
        let mut best: Option<Candidate<'a>> = None;
        for (allow, extent) in allows {
            let candidate = self.weigh(allow, extent, &denies, who.is_bounded);
            if best.is_none_or(|best| self.order(&candidate, &best).is_gt()) {
                best = Some(candidate);
            }
        }
        best.map(|best| self.way(who, &best, &denies))
    }

    /// Returns the way of a principal that something beside its policies allows all of the question.
    pub(super) fn way_given(&mut self, principal: usize, allow: &'a Source) -> Option<Way<'a>> {
        self.look_at_bound_of(principal);
        let access = self.access;
        let mut denies = self.speaking(principal);
        denies.retain(|held| held.source.statement.effect == Effect::Deny);
        let who = access.principals.get(principal)?;
        // Federated users are who they are by the claims that let them into their groups.
        let memberships = access.memberships.get(principal).filter(|_| who.step.kind == "mapping");
        let membership = memberships.and_then(|memberships| memberships.first());
        // Not among the sources of the graph, and so without a number there.
        let allow = HeldSource { membership, number: usize::MAX, source: allow };
        let best = self.weigh(allow, Extent::Whole, &denies, who.is_bounded);
        Some(self.way(who, &best, &denies))
    }

    /// Returns what the answers follow from, where they follow from nothing else. That is so for one action: whatever speaks of it
    /// speaks of all of it, so that what a deny takes from an allow hangs on their resources. It is so for a pattern that nothing denies
    /// any of, and all of which the bounds leave to everybody.
    pub(super) fn likeness(&self) -> Option<Likeness> {
        let Extents::OfAll(extents) = &self.extents else { return None };
        let speaking = extents.iter().copied().enumerate().filter(|(_, extent)| *extent != Extent::None);
        let speaking: Vec<(usize, Extent)> = speaking.collect();
        let bound = &self.bound;
        let is_free = || {
            bound.denies.is_empty()
                && bound.missing.is_none()
                && bound.condition.is_none()
                && bound.extent == Extent::Whole
                && !self.bounds_differ
                && speaking.iter().all(|(number, _)| self.is_allowed_by(*number))
        };
        if !self.question.action.is_literal() && !is_free() {
            return None;
        }
        let bounds = self.access.bounds.iter().flatten();
        let bounds = bounds.map(|source| source.statement.extent(self.question)).collect();
        Some(Likeness { speaking, bounds })
    }

    /// Takes what allows a part of the question as speaking of nothing.
    pub(super) fn forget_parts(&mut self) {
        let parts: Vec<usize> = match &self.extents {
            Extents::OfAll(extents) => {
                let numbered = extents.iter().enumerate().filter(|(_, extent)| **extent == Extent::Part);
                numbered.map(|(number, _)| number).collect()
            }
            Extents::OfSome(extents) => {
                let parts = extents.iter().filter(|(_, extent)| **extent == Extent::Part);
                parts.map(|(number, _)| *number).collect()
            }
        };
        for number in parts.into_iter().filter(|number| self.is_allowed_by(*number)).collect::<Vec<_>>() {
            self.extents.forget(number);
        }
    }

    /// Returns whether a source allows some of the question.
    pub(super) fn is_allowed_by(&self, source: usize) -> bool {
        let is_allow = |source: &Source| source.statement.effect == Effect::Allow;
        self.extents.of(source) != Extent::None && self.access.sources.get(source).is_some_and(is_allow)
    }

    /// Returns what a principal holds that speaks of the question: its own, then what its groups hold.
    fn speaking(&mut self, principal: usize) -> Vec<HeldSource<'a>> {
        let (access, extents) = (self.access, &self.extents);
        let speaks = |number: &usize| extents.of(*number) != Extent::None;
        if let Some(held_by) = self.held_by {
            let held = held_by.get(&principal).into_iter().flatten();
            return held.filter(|held| speaks(&held.number)).copied().collect();
        }
        let own = access.own_sources(principal).iter().copied().filter(speaks);
        let mut speaking: Vec<HeldSource<'a>> =
            own.filter_map(|number| access.held_by(principal, None, number)).collect();
        for membership in access.memberships_of(principal) {
            let of_group = self.speaking_of_group.entry(membership.group).or_insert_with(|| {
                let attached = access.of_group.get(membership.group).into_iter().flatten();
                attached.copied().filter(speaks).collect()
            });
            let held =
                of_group.iter().filter_map(|number| access.held_by(principal, Some(membership), *number));
            speaking.extend(held);
        }
        speaking
    }

    /// Takes the bound of one principal, where they differ.
    fn look_at_bound_of(&mut self, principal: usize) {
        if self.bounds_differ {
            self.bound = self.access.bound_of(self.question, Some(principal));
        }
    }

    const fn bound_for(&self, is_bounded: bool) -> &Bound<'a> {
        if is_bounded { &self.bound } else { &self.no_bound }
    }

    /// Holds one allowing statement against all that denies.
    fn weigh(
        &mut self,
        allow: HeldSource<'a>,
        extent: Extent,
        denies: &[HeldSource<'a>],
        is_bounded: bool,
    ) -> Candidate<'a> {
        let denied = |end| Candidate { verdict: Verdict::Denied, extent, allow, end };
        let mut is_conditional = allow.has_condition();
        for deny in denies {
            match self.taken(&deny.source.statement, &allow.source.statement) {
                TakenShare::Nothing => {}
                TakenShare::Whole if deny.condition_beside(&allow).is_none() => {
                    return denied(End::Held(*deny));
                }
                TakenShare::Part | TakenShare::Whole => is_conditional = true,
            }
        }
        let outer = self.bound_for(is_bounded).denies.clone();
        for deny in outer {
            match self.taken(&deny.statement, &allow.source.statement) {
                TakenShare::Nothing => {}
                TakenShare::Whole if deny.statement.condition.is_none() => {
                    return denied(End::Outer(Some(&deny.steps)));
                }
                TakenShare::Part | TakenShare::Whole => is_conditional = true,
            }
        }
        let bound = self.bound_for(is_bounded);
        if let Some(level) = bound.missing {
            return denied(End::Outer(level));
        }
        is_conditional |= bound.condition.is_some();
        let verdict = if is_conditional { Verdict::Conditional } else { Verdict::Surely };
        Candidate { verdict, extent: extent.min(bound.extent), allow, end: End::Held(allow) }
    }

    fn taken(&mut self, deny: &'a Statement, allow: &'a Statement) -> TakenShare {
        match self.taken.entry((std::ptr::from_ref(deny), std::ptr::from_ref(allow))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(if !deny.touches(allow) {
                TakenShare::Nothing
            } else if deny.takes_all_of(allow, self.question) {
                TakenShare::Whole
            } else {
                TakenShare::Part
            }),
        }
    }

    /// Prefers what is sure and what is more, then what is nearer, then the first by ids.
    fn order(&self, one: &Candidate<'a>, other: &Candidate<'a>) -> Ordering {
        let rank = |each: &Candidate<'a>| {
            (self.prefers.rank(each.verdict, each.extent), usize::MAX - self.steps(each.end).count())
        };
        let ids = |each: &Candidate<'a>| self.steps(each.end).map(|step| step.id.as_str());
        rank(one).cmp(&rank(other)).then_with(|| ids(other).cmp(ids(one)))
    }

    /// Returns the steps after the principal.
    fn steps(&self, end: End<'a>) -> impl Iterator<Item = &'a Step> + use<'a> {
        let access = self.access;
        let (membership, steps) = match end {
            End::Held(held) => (held.membership, Some(&held.source.steps)),
            End::Outer(steps) => (None, steps),
        };
        let group = membership.and_then(|membership| access.groups.get(membership.group));
        group.into_iter().chain(steps.into_iter().flat_map(Steps::iter))
    }

    /// Puts the best into words.
    fn way(&mut self, who: &'a Principal, best: &Candidate<'a>, denies: &[HeldSource<'a>]) -> Way<'a> {
        let path = Path::to_held(&who.step, self.steps(best.end));
        let is_bounded = who.is_bounded;
        let (verdict, extent) = (best.verdict, best.extent);
        if verdict == Verdict::Denied {
            return Way { verdict, extent, condition: None, path };
        }
        let mut condition = best.allow.condition();
        let outer: Vec<&'a Source> = self.bound_for(is_bounded).denies.clone();
        let inner = denies.iter().map(|deny| (&deny.source.statement, deny.condition_beside(&best.allow)));
        let outer = outer.iter().map(|deny| (&deny.statement, deny.statement.condition.clone()));
        for (deny, words) in inner.chain(outer).collect::<Vec<_>>() {
            let words = match self.taken(deny, &best.allow.source.statement) {
                TakenShare::Nothing => continue,
                TakenShare::Whole => escape(&words.unwrap_or_default()),
                TakenShare::Part => match words.as_deref().and_then(restriction) {
                    Some(words) => where_restricted(words),
                    None => "unless a deny takes it away".to_owned(),
                },
            };
            condition = both(condition.as_deref(), Some(&words));
        }
        condition = both(condition.as_deref(), self.bound_for(is_bounded).condition.as_deref());
        Way { verdict, extent, condition: condition.map(Rc::from), path }
    }
}
