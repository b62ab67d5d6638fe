//! Statements: what is allowed or denied, on what, under which condition, and how much of a question that answers.

use std::sync::Arc;

use litemap::LiteMap;
use serde::Serialize;

use crate::{
    Pattern,
    attributes::{Attribute, attribute},
};

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The statement allows what it names.
    Allow,
    /// The statement denies what it names, whatever else allows it.
    Deny,
}

/// How much of a question something answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// Nothing of what is asked.
    None,
    /// Some of what is asked.
    Part,
    /// All of what is asked.
    Whole,
}

/// Resources, by the patterns that their attributes match. An attribute that is not named may be anything; one with
/// several patterns matches any of them.
///
/// A large account has a hundred thousand of them with a few attributes each, and a tree has room for eleven in its first node:
/// they are in a flat list, sorted by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Resource(#[serde(serialize_with = "as_map")] pub LiteMap<Attribute, Vec<Pattern>>);

/// Alternatives, of which some may be taken out again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Choice<T> {
    /// The alternatives: any one of them suffices.
    pub any_of: Vec<T>,
    /// What is taken out again, though `any_of` names it.
    pub except: Vec<T>,
}

/// One statement of a policy, or one role of a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Statement {
    /// Whether the statement allows or denies.
    pub effect: Effect,
    /// Which actions. Shared, because thousands of policies give the same roles.
    #[serde(serialize_with = "shared")]
    pub actions: Arc<Choice<Pattern>>,
    /// The resources that the statement is about. Shared likewise: a policy gives its roles on the same.
    #[serde(serialize_with = "shared")]
    pub resources: Arc<Choice<Resource>>,
    /// What must hold besides, in words that are equal when the conditions are; none when it always holds.
    pub condition: Option<String>,
}

/// What is asked: may these actions be done on these resources?
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Question {
    /// The pattern of the actions that the statement is about.
    pub action: Pattern,
    /// The resources; the default is any.
    pub resource: Resource,
}

/// Something that can be a part of another, or share something with it.
pub trait Region {
    /// Returns whether all of the other is in this.
    fn covers(&self, other: &Self) -> bool;
    /// Returns whether they share something.
    fn overlaps(&self, other: &Self) -> bool;
}

impl Region for Pattern {
    fn covers(&self, other: &Self) -> bool {
        Self::covers(self, other)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.overlaps_as_action(other)
    }
}

impl Region for Resource {
    fn covers(&self, other: &Self) -> bool {
        self.0.iter().all(|(attribute, mine)| match other.0.get(attribute) {
            Some(theirs) => theirs.iter().all(|theirs| mine.iter().any(|mine| mine.covers(theirs))),
            None => mine.iter().any(Pattern::is_any),
        })
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().all(|(attribute, mine)| match other.0.get(attribute) {
            Some(theirs) => theirs.iter().any(|theirs| mine.iter().any(|mine| mine.overlaps(theirs))),
            None => !mine.is_empty(),
        })
    }
}

impl<T: Region> Choice<T> {
    /// Takes any of these.
    #[must_use]
    pub const fn any_of(any_of: Vec<T>) -> Self {
        Self { any_of, except: Vec::new() }
    }

    /// Returns how much of what is asked is chosen.
    pub(crate) fn extent(&self, asked: &T) -> Extent {
        if self.except.iter().any(|taken| taken.covers(asked)) {
            return Extent::None;
        }
        let untouched = !self.except.iter().any(|taken| taken.overlaps(asked));
        if untouched && self.any_of.iter().any(|mine| mine.covers(asked)) {
            return Extent::Whole;
        }
        if self.shared_with(asked).next().is_some() { Extent::Part } else { Extent::None }
    }

    /// Returns the alternatives that share something with what is asked and are not wholly taken out.
    fn shared_with<'a>(&'a self, asked: &'a T) -> impl Iterator<Item = &'a T> {
        let left = |mine: &&T| mine.overlaps(asked) && !self.except.iter().any(|taken| taken.covers(mine));
        self.any_of.iter().filter(left)
    }

    /// Returns whether everything that `other` chooses of what is asked is chosen here.
    fn takes_all_of(&self, other: &Self, asked: &T) -> bool {
        self.extent(asked) == Extent::Whole
            || other.shared_with(asked).all(|theirs| self.extent(theirs) == Extent::Whole)
    }

    /// Returns whether something may be chosen in both, exceptions aside.
    pub(crate) fn touches(&self, other: &Self) -> bool {
        self.any_of.iter().any(|mine| other.any_of.iter().any(|theirs| mine.overlaps(theirs)))
    }

    /// Returns whether everything that `other` chooses is chosen here.
    fn covers(&self, other: &Self) -> bool {
        let taken_there_too = |taken: &T| other.except.iter().any(|theirs| theirs.covers(taken));
        other.any_of.iter().all(|theirs| {
            self.any_of.iter().any(|mine| mine.covers(theirs))
                && self.except.iter().all(|taken| !taken.overlaps(theirs) || taken_there_too(taken))
        })
    }
}

impl Statement {
    /// Returns how much of a question the statement speaks of, its condition aside.
    #[must_use]
    pub fn extent(&self, question: &Question) -> Extent {
        self.extent_given(self.actions.extent(&question.action), question)
    }

    /// As [`Self::extent`], when it is known how much of the actions is spoken of.
    pub(crate) fn extent_given(&self, actions: Extent, question: &Question) -> Extent {
        if actions == Extent::None {
            return Extent::None;
        }
        match self.resources.extent(&question.resource) {
            Extent::None => Extent::None,
            resources => actions.min(resources),
        }
    }

    /// Returns whether all that `other` says of a question is said here too, conditions aside.
    pub(crate) fn takes_all_of(&self, other: &Self, question: &Question) -> bool {
        self.actions.takes_all_of(&other.actions, &question.action)
            && self.resources.takes_all_of(&other.resources, &question.resource)
    }

    /// Returns whether the statements may speak of something that is the same.
    pub(crate) fn touches(&self, other: &Self) -> bool {
        self.resources.touches(&other.resources) && self.actions.touches(&other.actions)
    }

    /// Returns whether whatever `other` allows or denies this one does too: the same or more actions and resources,
    /// and no condition that the other does not have.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.effect == other.effect
            && (self.condition.is_none() || self.condition == other.condition)
            && self.covers_aside_from_condition(other)
    }

    /// As [`Self::covers`], whatever must hold for either.
    pub(crate) fn covers_aside_from_condition(&self, other: &Self) -> bool {
        // Resources are few and mostly differ; a role has hundreds of actions, and the same one covers itself.
        (Arc::ptr_eq(&self.resources, &other.resources) || self.resources.covers(&other.resources))
            && (Arc::ptr_eq(&self.actions, &other.actions) || self.actions.covers(&other.actions))
    }
}

fn as_map<S: serde::Serializer>(
    attributes: &LiteMap<Attribute, Vec<Pattern>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(attributes)
}

fn shared<T: Serialize, S: serde::Serializer>(
    choice: &Arc<Choice<T>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    choice.as_ref().serialize(serializer)
}

impl Resource {
    /// Returns the choice that covers all resources.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Adds an attribute with the patterns that it may match.
    #[must_use]
    pub fn with(mut self, name: &str, patterns: Vec<Pattern>) -> Self {
        self.0.insert(attribute(name), patterns);
        self
    }
}
