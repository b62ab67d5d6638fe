//! One way to an answer: how sure it is, and by which steps. Whoever comes by the same steps shares them.

use std::{cmp::Ordering, rc::Rc};

use rustc_hash::FxHashMap;

use super::{Preference, Verdict};
use crate::{Extent, Step, access::both};

/// One way to an answer, before the best of all ways is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way<'a> {
    pub(crate) verdict: Verdict,
    pub(crate) extent: Extent,
    pub(crate) condition: Option<Rc<str>>,
    /// The principal, and the steps after it.
    pub(crate) path: Path<'a>,
}

/// The steps from a principal to what it holds. Thousands assume the same agency, and what comes after their own step is theirs
/// together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path<'a> {
    first: &'a Step,
    rest: Rest<'a>,
    length: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rest<'a> {
    /// What the principal holds itself.
    Held(Rc<[&'a Step]>),
    /// The path of the one whom it assumes.
    Assumed(Rc<Path<'a>>),
}

impl<'a> Path<'a> {
    /// Returns the path of somebody who holds something by itself and its groups.
    pub(crate) fn to_held(first: &'a Step, steps: impl Iterator<Item = &'a Step>) -> Self {
        let steps: Rc<[&'a Step]> = steps.collect();
        Self { first, length: steps.len() + 1, rest: Rest::Held(steps) }
    }

    /// Returns the steps, the principal first.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &'a Step> {
        fn assumed<'p, 'a>(path: &&'p Path<'a>) -> Option<&'p Path<'a>> {
            match &path.rest {
                Rest::Assumed(next) => Some(next),
                Rest::Held(_) => None,
            }
        }
        std::iter::successors(Some(self), assumed).flat_map(|path| {
            let held = match &path.rest {
                Rest::Held(steps) => &**steps,
                Rest::Assumed(_) => &[],
            };
            std::iter::once(path.first).chain(held.iter().copied())
        })
    }
}

impl<'a> Way<'a> {
    /// Returns the same way, as another principal takes it who holds the same by the same groups.
    pub(super) fn taken_by(&self, first: &'a Step) -> Self {
        Self { path: Path { first, ..self.path.clone() }, ..self.clone() }
    }

    /// Returns what leads on to those who can assume the one whose way this is.
    pub(super) fn onward(&self) -> Onward<'_, 'a> {
        Onward { way: self, path: Rc::new(self.path.clone()), conditions: FxHashMap::default() }
    }

    /// Returns how sure the way is for those who can take it only while something holds.
    pub(super) fn if_conditional(self, is_conditional: bool) -> Self {
        let verdict =
            if is_conditional || self.condition.is_some() { Verdict::Conditional } else { self.verdict };
        Self { verdict, ..self }
    }

    pub(super) fn is_better_than(&self, other: &Self, prefers: Preference) -> bool {
        self.compare(other, prefers).is_gt()
    }

    /// Prefers what is sure and what is more, then what is nearer, then the first by ids: so that the same access
    /// always gives the same answer.
    pub(super) fn compare(&self, other: &Self, prefers: Preference) -> Ordering {
        fn ids<'w>(way: &'w Way<'_>) -> impl Iterator<Item = &'w str> {
            way.path.steps().map(|step| step.id.as_str())
        }
        self.rank(prefers).cmp(&other.rank(prefers)).then_with(|| ids(other).cmp(ids(self)))
    }

    /// Returns what the better way has more of, ids aside.
    const fn rank(&self, prefers: Preference) -> Rank {
        (prefers.rank(self.verdict, self.extent), usize::MAX - self.path.length)
    }
}

/// How good a way is, ids aside: what it gives, and how near.
type Rank = ((Verdict, Extent, Verdict), usize);

/// A way, to be taken by those who can assume the one whose way it is.
pub(super) struct Onward<'w, 'a> {
    way: &'w Way<'a>,
    path: Rc<Path<'a>>,
    /// What must hold in all, by what must hold to assume.
    conditions: FxHashMap<&'a str, Rc<str>>,
}

impl<'a> Onward<'_, 'a> {
    /// Returns whether somebody knows a way that is better than this one would be.
    pub(super) fn is_outdone_by(&self, known: &Way<'a>, is_conditional: bool, prefers: Preference) -> bool {
        let verdict = self.verdict(is_conditional || self.way.condition.is_some());
        let rank = (prefers.rank(verdict, self.way.extent), usize::MAX - (self.path.length + 1));
        rank < known.rank(prefers)
    }

    const fn verdict(&self, is_conditional: bool) -> Verdict {
        if is_conditional { Verdict::Conditional } else { self.way.verdict }
    }

    /// Returns the way of somebody who can assume the one whose way this is.
    pub(super) fn of(&mut self, first: &'a Step, condition: Option<&'a str>) -> Way<'a> {
        let theirs = self.way.condition.as_ref();
        let condition = match condition {
            None => theirs.cloned(),
            Some(mine) => {
                let words = || both(Some(mine), theirs.map(|words| &**words)).unwrap_or_default().into();
                Some(Rc::clone(self.conditions.entry(mine).or_insert_with(words)))
            }
        };
        Way {
            verdict: self.verdict(condition.is_some()),
            extent: self.way.extent,
            condition,
            path: Path { first, length: self.path.length + 1, rest: Rest::Assumed(Rc::clone(&self.path)) },
        }
    }
}
