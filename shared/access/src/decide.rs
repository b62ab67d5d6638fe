//! Answers who can do something, surely or under a condition, and by which path.

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use rustc_hash::FxHashMap;
use serde::Serialize;

pub(crate) mod asking;
mod weighing;

use crate::{Access, Effect, Extent, Principal, Question, Source, Step, access::both};
use weighing::{Extents, Weighing};

/// Whether a principal can do what is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Something would allow it, and something else takes it away.
    Denied,
    /// It depends: on a condition, or on which part of what is asked is meant.
    Conditional,
    /// The principal holds the action without any condition left open.
    Surely,
}

/// Which of several ways of one principal is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Preference {
    /// What is sure, be it on a part only.
    Sure,
    /// What gives all that is asked, be it under a condition.
    Whole,
}

impl Preference {
    /// Returns what the better way has more of, the weightiest first. What is denied is always last.
    const fn rank(self, verdict: Verdict, extent: Extent) -> (Verdict, Extent, Verdict) {
        match (self, verdict) {
            (Self::Sure, _) | (Self::Whole, Verdict::Denied) => (verdict, extent, verdict),
            (Self::Whole, _) => (Verdict::Surely, extent, verdict),
        }
    }
}

/// A principal with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The principal who is asked about.
    #[serde(flatten)]
    pub principal: Principal,
    /// Whether the principal can act: surely, or under a condition.
    pub verdict: Verdict,
    /// How much of what is asked.
    pub extent: Extent,
    /// What it depends on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The shortest way to what allows it; for a denial, to what takes it away.
    pub path: Vec<Step>,
}

/// One way to an answer, before the best of all ways is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Way<'a> {
    verdict: Verdict,
    extent: Extent,
    condition: Option<String>,
    path: Vec<&'a Step>,
}

/// Answers to several questions that follow from the same: most actions of a service are in the same roles.
#[derive(Debug, Default)]
pub(crate) struct Answered(HashMap<(Preference, Speaking), Rc<[Answer]>>);

/// The sources that speak of a question, by number, each with how much of it.
type Speaking = Vec<(usize, Extent)>;

impl Access {
    /// Returns every principal that something allows what is asked, in the order of ids; with those that it is
    /// taken away from.
    #[must_use]
    pub fn who_can(&self, question: &Question) -> Vec<Answer> {
        self.answers(self.weighing(question, Preference::Sure), Preference::Sure)
    }

    /// As [`Self::who_can`], where one of several ways of a principal is preferred, and what every member of the
    /// account may do is left out: nobody gave it to anybody.
    pub(crate) fn who_was_given(
        &self,
        question: &Question,
        prefers: Preference,
        answered: &mut Answered,
    ) -> Rc<[Answer]> {
        let mut weighing = self.weighing(question, prefers);
        for number in self.sources_of_every_member() {
            weighing.extents.forget(*number);
        }
        let Some(speaking) = weighing.speaking_undenied() else {
            return self.answers(weighing, prefers).into();
        };
        let known = answered.0.entry((prefers, speaking));
        Rc::clone(known.or_insert_with(|| self.answers(weighing, prefers).into()))
    }

    fn answers(&self, mut weighing: Weighing<'_>, prefers: Preference) -> Vec<Answer> {
        // Whom nothing allows any of it needs no look.
        let numbers = 0..self.sources.len();
        let holders = self.holders_of(numbers.filter(|number| weighing.is_allowed_by(*number)));
        let mut best: BTreeMap<usize, Way<'_>> = holders
            .into_iter()
            .filter_map(|principal| Some((principal, weighing.own_way(principal)?)))
            .collect();
        self.add_assumptions(&mut best, prefers);
        let mut answers: Vec<Answer> = best
            .into_iter()
            .filter_map(|(principal, way)| {
                let Way { verdict, extent, condition, path } = way;
                Some(Answer {
                    principal: self.principals.get(principal)?.clone(),
                    verdict,
                    extent,
                    condition: condition.map(|words| self.names.in_words(&words)),
                    path: path.into_iter().cloned().collect(),
                })
            })
            .collect();
        answers.sort_by(|one, other| one.principal.step.id.cmp(&other.principal.step.id));
        answers
    }

    fn weighing<'a>(&'a self, question: &'a Question, prefers: Preference) -> Weighing<'a> {
        self.weighing_of(question, prefers, Extents::OfAll(self.extents(question)))
    }

    fn weighing_of<'a>(
        &'a self,
        question: &'a Question,
        prefers: Preference,
        extents: Extents,
    ) -> Weighing<'a> {
        Weighing {
            access: self,
            question,
            prefers,
            extents,
            bound: self.bound_of(question, None),
            bounds_differ: self.bounds_depend_on_principal(),
            no_bound: Bound::default(),
            taken: FxHashMap::default(),
            held_by: None,
            speaking_of_group: FxHashMap::default(),
        }
    }

    /// Returns how much of a question each source speaks of; each set of actions is looked at once.
    fn extents(&self, question: &Question) -> Vec<Extent> {
        let mut extents = vec![Extent::None; self.sources.len()];
        for numbers in self.sources_by_actions() {
            let mut statements = numbers
                .iter()
                .filter_map(|number| Some((*number, &self.sources.get(*number)?.statement)))
                .peekable();
            let of_actions = statements.peek().map(|(_, first)| first.actions.extent(&question.action));
            let Some(of_actions) = of_actions.filter(|extent| *extent != Extent::None) else { continue };
            for (number, statement) in statements {
                if let Some(extent) = extents.get_mut(number) {
                    *extent = statement.extent_given(of_actions, question);
                }
            }
        }
        extents
    }

    /// Returns what the bounds leave a principal of a question; without one, what those leave that hold for all.
    pub(crate) fn bound_of(&self, question: &Question, principal: Option<usize>) -> Bound<'_> {
        let mut bound = Bound::default();
        let counts = |source: &&Source| match principal {
            Some(principal) => source.holders.contain(principal),
            None => !source.holders.are_limited(),
        };
        for level in &self.bounds {
            let speaking = level.iter().filter(counts);
            let speaking = speaking.filter(|source| source.statement.extent(question) != Extent::None);
            let allows = speaking.clone().filter(|source| source.statement.effect == Effect::Allow);
            let best = allows.max_by_key(|source| {
                (source.statement.condition.is_none(), source.statement.extent(question))
            });
            match best {
                None => {
                    bound.missing =
                        bound.missing.or_else(|| Some(level.first().map_or(&[][..], |any| &*any.steps)));
                }
                Some(source) => {
                    bound.extent = bound.extent.min(source.statement.extent(question));
                    if source.statement.extent(question) == Extent::Part {
                        let part = Some("the organisation allows that part");
                        bound.condition = both(bound.condition.as_deref(), part);
                    }
                    bound.condition = both(bound.condition.as_deref(), source.statement.condition.as_deref());
                }
            }
            bound.denies.extend(speaking.filter(|source| source.statement.effect == Effect::Deny));
        }
        bound
    }

    /// Adds those who can become somebody who can, and those who can become them, nearest first.
    fn add_assumptions<'a>(&'a self, best: &mut BTreeMap<usize, Way<'a>>, prefers: Preference) {
        let mut open: Vec<usize> = best.keys().copied().collect();
        while let Some(to) = open.pop() {
            let Some(way) = best.get(&to).cloned().filter(|way| way.verdict != Verdict::Denied) else {
                continue;
            };
            for assumption in self.assumptions_of(to) {
                let Some(first) = self.principals.get(assumption.from) else { continue };
                let condition = both(assumption.condition.as_deref(), way.condition.as_deref());
                let next = Way {
                    verdict: if condition.is_some() { Verdict::Conditional } else { way.verdict },
                    extent: way.extent,
                    condition,
                    path: std::iter::once(&first.step).chain(way.path.iter().copied()).collect(),
                };
                if best.get(&assumption.from).is_none_or(|known| next.is_better_than(known, prefers)) {
                    best.insert(assumption.from, next);
                    open.push(assumption.from);
                }
            }
        }
    }
}

/// What the bounds of the organisation leave.
pub(crate) struct Bound<'a> {
    extent: Extent,
    pub(crate) condition: Option<String>,
    /// The level that allows nothing of what is asked.
    pub(crate) missing: Option<&'a [Step]>,
    pub(crate) denies: Vec<&'a Source>,
}

impl Default for Bound<'_> {
    fn default() -> Self {
        Self { extent: Extent::Whole, condition: None, missing: None, denies: Vec::new() }
    }
}

impl Way<'_> {
    /// Prefers what is sure and what is more, then what is nearer, then the first by ids: so that the same access
    /// always gives the same answer.
    fn is_better_than(&self, other: &Self, prefers: Preference) -> bool {
        let rank = |way: &Self| (prefers.rank(way.verdict, way.extent), usize::MAX - way.path.len());
        fn ids<'s>(way: &'s Way<'_>) -> impl Iterator<Item = &'s str> {
            way.path.iter().map(|step| step.id.as_str())
        }
        rank(self).cmp(&rank(other)).then_with(|| ids(other).cmp(ids(self))).is_gt()
    }
}
