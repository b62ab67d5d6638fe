//! Answers who can do something, surely or under a condition, and by which path.

use std::{cmp::Ordering, collections::BinaryHeap, rc::Rc};

use rustc_hash::FxHashMap;
use serde::Serialize;

pub(crate) mod asking;
mod way;
mod weighing;

use crate::{
    Access, Effect, Extent, Principal, Question, Source, Step, Steps, access::both, assumptions::Assumer,
};
pub(crate) use way::Way;
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

/// The best way of each principal that has one, by its number, in rising order.
pub(crate) type Ways<'a> = Rc<[(usize, Way<'a>)]>;

/// Answers to several questions about the same resource that follow from the same: most actions of a service are in the same roles.
#[derive(Debug, Default)]
pub(crate) struct Answered<'a>(FxHashMap<(Preference, Likeness), Ways<'a>>);

/// What the answers to a question follow from, where they follow from nothing else: two questions about the same resource that
/// have the same are answered alike.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Likeness {
    /// The sources that speak of it, by number, each with how much of it.
    speaking: Vec<(usize, Extent)>,
    /// How much of it each statement of the bounds speaks of.
    bounds: Vec<Extent>,
}

impl Access {
    /// Returns every principal that something allows what is asked, in the order of ids; with those that it is
    /// taken away from.
    #[must_use]
    pub fn who_can(&self, question: &Question) -> Vec<Answer> {
        let ways = self.ways(self.weighing(question, Preference::Sure), Preference::Sure);
        let answer = |(principal, way): (usize, Way<'_>)| {
            Some(Answer {
                principal: self.principals.get(principal)?.clone(),
                verdict: way.verdict,
                extent: way.extent,
                condition: way.condition.map(|words| self.names.in_words(&words)),
                path: way.path.steps().cloned().collect(),
            })
        };
        let mut answers: Vec<Answer> = ways.into_iter().filter_map(answer).collect();
        answers.sort_by(|one, other| one.principal.step.id.cmp(&other.principal.step.id));
        answers
    }

    /// As [`Self::who_can`], where one of several ways of a principal is preferred, and what every member of the
    /// account may do is left out: nobody gave it to anybody. Where all that is asked is preferred, ways to a part of it are left
    /// out.
    pub(crate) fn who_was_given<'a>(
        &'a self,
        question: &Question,
        prefers: Preference,
        answered: &mut Answered<'a>,
    ) -> Ways<'a> {
        let mut weighing = self.weighing(question, prefers);
        for number in self.sources_of_every_member() {
            weighing.extents.forget(*number);
        }
        if prefers == Preference::Whole {
            weighing.forget_parts();
        }
        let Some(likeness) = weighing.likeness() else {
            return self.ways(weighing, prefers).into();
        };
        let known = answered.0.entry((prefers, likeness));
        Rc::clone(known.or_insert_with(|| self.ways(weighing, prefers).into()))
    }

    /// Returns the best way of each principal that has one, in rising order of their numbers.
    fn ways<'a>(&'a self, mut weighing: Weighing<'a, '_>, prefers: Preference) -> Vec<(usize, Way<'a>)> {
        // Whom nothing allows any of it needs no look.
        let numbers = 0..self.sources.len();
        let holders = self.holders_of(numbers.filter(|number| weighing.is_allowed_by(*number)));
        let own = holders.into_iter().filter_map(|holder| Some((holder, weighing.own_way(holder)?)));
        let mut best: FxHashMap<usize, Way<'a>> = own.collect();
        self.add_assumptions(&mut best, prefers);
        let mut ways: Vec<(usize, Way<'a>)> = best.into_iter().collect();
        ways.sort_unstable_by_key(|(principal, _)| *principal);
        ways
    }

    fn weighing<'a, 'q>(&'a self, question: &'q Question, prefers: Preference) -> Weighing<'a, 'q> {
        self.weighing_of(question, prefers, Extents::OfAll(self.extents(question)))
    }

    fn weighing_of<'a, 'q>(
        &'a self,
        question: &'q Question,
        prefers: Preference,
        extents: Extents,
    ) -> Weighing<'a, 'q> {
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
            weighed: FxHashMap::default(),
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
                    bound.missing = bound.missing.or_else(|| Some(level.first().map(|any| &any.steps)));
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

    /// Adds those who can become somebody who can, and those who can become them: the best way first, so that each principal is
    /// mostly come to once, and each list of those who can assume others gone through once, however many trust it.
    fn add_assumptions<'a>(&'a self, best: &mut FxHashMap<usize, Way<'a>>, prefers: Preference) {
        let is_trusting = |to: usize| !self.assumptions.lists_of(to).is_empty();
        let own = best.iter().filter(|(to, way)| way.verdict != Verdict::Denied && is_trusting(**to));
        let mut open: BinaryHeap<Open<'a>> =
            own.map(|(to, way)| Open { to: *to, way: way.clone(), prefers }).collect();
        let mut offered: FxHashMap<(usize, bool), Way<'a>> = FxHashMap::default();
        while let Some(Open { to, way, .. }) = open.pop() {
            let mut onward = way.onward();
            for list in self.assumptions.lists_of(to) {
                let are_better = [false, true].map(|is_conditional| {
                    let offer = way.clone().if_conditional(is_conditional);
                    let known = offered.get(&(*list, is_conditional));
                    let is_better = known.is_none_or(|known| offer.is_better_than(known, prefers));
                    is_better.then(|| offered.insert((*list, is_conditional), offer));
                    is_better
                });
                if are_better == [false; 2] {
                    continue;
                }
                for Assumer { from, condition } in self.assumptions.list(*list) {
                    let is_better = are_better.get(usize::from(condition.is_some())) == Some(&true);
                    let known = best.get(from);
                    // Most are known by a way that is seen to be as good without putting another together.
                    let is_outdone =
                        |known: &Way<'a>| onward.is_outdone_by(known, condition.is_some(), prefers);
                    if !is_better || *from == to || known.is_some_and(is_outdone) {
                        continue;
                    }
                    let Some(first) = self.principals.get(*from) else { continue };
                    let next = onward.of(&first.step, condition.as_deref());
                    if known.is_none_or(|known| next.is_better_than(known, prefers)) {
                        if is_trusting(*from) {
                            open.push(Open { to: *from, way: next.clone(), prefers });
                        }
                        best.insert(*from, next);
                    }
                }
            }
        }
    }
}

/// Somebody who can, and whose assumers are to be looked at; the best way is the greatest.
struct Open<'a> {
    to: usize,
    way: Way<'a>,
    prefers: Preference,
}

impl PartialEq for Open<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Open<'_> {}

impl PartialOrd for Open<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Open<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.way.compare(&other.way, self.prefers).then_with(|| self.to.cmp(&other.to))
    }
}

/// What the bounds of the organisation leave.
pub(crate) struct Bound<'a> {
    extent: Extent,
    pub(crate) condition: Option<String>,
    /// The level that allows nothing of what is asked.
    pub(crate) missing: Option<Option<&'a Steps>>,
    pub(crate) denies: Vec<&'a Source>,
}

impl Default for Bound<'_> {
    fn default() -> Self {
        Self { extent: Extent::Whole, condition: None, missing: None, denies: Vec::new() }
    }
}
