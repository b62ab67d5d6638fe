//! One action, asked of many resources one after the other: what does not depend on the resource is found out once.
//!
//! In: the graph and an action. Out: for each resource those who can do the action on it. Asking costs what the answer
//! holds, and not the size of the account, where statements name resources one by one.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use rustc_hash::FxHashMap;

use super::{Preference, Verdict, Way, Weighing, weighing::Extents};
use crate::{
    Access, Choice, Effect, Extent, Holders, Pattern, Question, Resource, Source, Statement, Steps,
    access::HeldSource, statement::Region,
};

/// What a principal can do of a question, by itself and its groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ability {
    /// How much of the question.
    pub(crate) extent: Extent,
    /// What must hold for it.
    pub(crate) condition: Option<String>,
}

/// The statements that speak of one action, by the resources that they speak of.
pub(crate) struct Asking<'a> {
    access: &'a Access,
    action: Pattern,
    /// The attribute of resources that statements are sorted by.
    attribute: &'static str,
    /// How much of the action each source speaks of, where it speaks of it.
    extents: FxHashMap<usize, Extent>,
    /// The sources whose resources have one of some literal values in the attribute, by the value.
    by_value: FxHashMap<&'a Pattern, Vec<usize>>,
    /// The sources that may speak of other values.
    others: Vec<usize>,
    /// What these speak of, each choice once.
    resources_of_others: Vec<&'a Choice<Resource>>,
    /// The sources that each principal holds.
    held: OnceCell<HeldBy<'a>>,
}

/// What each principal holds of the sources that speak of an action.
pub(super) type HeldBy<'a> = FxHashMap<usize, Vec<HeldSource<'a>>>;

impl<'a> Asking<'a> {
    /// Finds the sources that speak of an action, and sorts them by an attribute of their resources.
    pub(crate) fn new(access: &'a Access, action: Pattern, attribute: &'static str) -> Self {
        let mut asking = Self {
            access,
            action,
            attribute,
            extents: FxHashMap::default(),
            by_value: FxHashMap::default(),
            others: Vec::new(),
            resources_of_others: Vec::new(),
            held: OnceCell::new(),
        };
        for numbers in access.sources_by_actions() {
            let mut sources =
                numbers.iter().filter_map(|number| Some((*number, access.sources.get(*number)?))).peekable();
            let extent = sources.peek().map(|(_, first)| first.statement.actions.extent(&asking.action));
            let Some(extent) = extent.filter(|extent| *extent != Extent::None) else { continue };
            for (number, source) in sources {
                asking.extents.insert(number, extent);
                match literal_values(&source.statement.resources.any_of, attribute) {
                    Some(values) => {
                        values
                            .into_iter()
                            .for_each(|value| asking.by_value.entry(value).or_default().push(number));
                    }
                    None => asking.others.push(number),
                }
            }
        }
        let of_others = asking.others.iter().filter_map(|number| access.sources.get(*number));
        let resources: BTreeSet<&Choice<Resource>> =
            of_others.map(|source| &*source.statement.resources).collect();
        asking.resources_of_others = resources.into_iter().collect();
        asking
    }

    /// Returns what the answers to a question follow from, but for whoever holds a source that names its resource: of two questions
    /// that have the same, the answers of all others are the same.
    pub(crate) fn signature(&self, asked: &OnResource) -> ActionSignature {
        let resource = &asked.question.resource;
        let said = |resources: &Choice<Resource>| {
            let met = resources.any_of.iter().map(|mine| mine.overlaps(resource)).collect();
            (resources.extent(resource), met)
        };
        let bounds = self.access.bounds.iter().flatten();
        ActionSignature {
            names_nothing: self.named_value(&asked.question).is_none(),
            others: self.resources_of_others.iter().map(|resources| said(resources)).collect(),
            bounds: bounds.map(|source| said(&source.statement.resources)).collect(),
        }
    }

    /// Returns who holds a source that names the resource of a question.
    pub(crate) fn holders_of_named(&self, asked: &OnResource) -> BTreeSet<usize> {
        let value = self.named_value(&asked.question);
        let named = value.and_then(|value| self.by_value.get(value)).into_iter().flatten();
        self.access.holders_of(named.copied()).into_iter().collect()
    }

    /// Returns the value by which sources may name the resource of a question.
    fn named_value<'q>(&self, question: &'q Question) -> Option<&'q Pattern> {
        match question.resource.0.get(self.attribute).map(Vec::as_slice) {
            Some([value]) if value.is_literal() => Some(value),
            _ => None,
        }
    }

    /// Returns the question whether the action can be done on a resource.
    pub(crate) fn question(&self, resource: Resource) -> OnResource {
        OnResource::new(Question { action: self.action.clone(), resource })
    }

    /// Looks at all that speaks of a question, which must be one that [`Self::question`] returned.
    pub(crate) fn ask<'q>(&'q self, asked: &'q OnResource) -> AskedQuestion<'q> {
        let speaking = match self.named_value(&asked.question) {
            Some(value) => {
                let named = self.by_value.get(value).into_iter().flatten();
                self.speaking_of(&asked.question, named.chain(&self.others))
            }
            None => self.speaking_of(&asked.question, self.extents.keys()),
        };
        self.asked(asked, speaking)
    }

    /// As [`Self::ask`], without the sources that name the resource: the answers are those of all whose questions have the same
    /// [`ActionSignature`].
    pub(crate) fn ask_of_all_alike<'q>(&'q self, asked: &'q OnResource) -> AskedQuestion<'q> {
        match self.named_value(&asked.question) {
            Some(_) => self.asked(asked, self.speaking_of(&asked.question, self.others.iter())),
            None => self.ask(asked),
        }
    }

    fn asked<'q>(&'q self, asked: &'q OnResource, speaking: FxHashMap<usize, Extent>) -> AskedQuestion<'q> {
        let extents = Extents::OfSome(speaking);
        let mut weighing = self.access.weighing_of(&asked.question, Preference::Sure, extents);
        weighing.held_by = Some(self.held.get_or_init(|| self.held_by()));
        AskedQuestion { weighing, all_of_it: &asked.all_of_it }
    }

    /// Returns how much of a question some sources speak of, where they speak of it.
    fn speaking_of<'n>(
        &self,
        question: &Question,
        numbers: impl Iterator<Item = &'n usize>,
    ) -> FxHashMap<usize, Extent> {
        let extent = |number: &usize| {
            let actions = self.extents.get(number).copied()?;
            let statement = &self.access.sources.get(*number)?.statement;
            let extent = statement.extent_given(actions, question);
            (extent != Extent::None).then_some((*number, extent))
        };
        numbers.filter_map(extent).collect()
    }

    fn held_by(&self) -> HeldBy<'a> {
        let holders = self.access.holders_of(self.extents.keys().copied());
        let speaks = |held: &HeldSource<'_>| self.extents.contains_key(&held.number);
        let held = |holder| (holder, self.access.held(holder).filter(speaks).collect());
        holders.into_iter().map(held).collect()
    }
}

/// What all that speaks of an action says of a resource.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct ActionSignature {
    /// Whether no source can name the resource, so that all of them are looked at.
    names_nothing: bool,
    others: Vec<Said>,
    bounds: Vec<Said>,
}

/// How much of a resource is chosen, and which of the alternatives meet it.
type Said = (Extent, Vec<bool>);

/// The question whether an action can be done on one resource.
pub(crate) struct OnResource {
    question: Question,
    /// What allows all of it to whoever something beside its policies lets in.
    all_of_it: Source,
}

impl OnResource {
    fn new(question: Question) -> Self {
        let statement = Statement {
            effect: Effect::Allow,
            actions: Arc::new(Choice::any_of(vec![question.action.clone()])),
            resources: Arc::new(Choice::any_of(vec![question.resource.clone()])),
            condition: None,
        };
        Self { question, all_of_it: Source { steps: Steps::default(), holders: Holders::All, statement } }
    }
}

/// A question with all that speaks of it.
pub(crate) struct AskedQuestion<'q> {
    weighing: Weighing<'q, 'q>,
    all_of_it: &'q Source,
}

impl AskedQuestion<'_> {
    /// Returns who can do what is asked, by number: by itself and its groups, not by becoming somebody else. Of some only, where
    /// these are given.
    pub(crate) fn able(&mut self, among: Option<&BTreeSet<usize>>) -> BTreeMap<usize, Ability> {
        let Extents::OfSome(extents) = &self.weighing.extents else { return BTreeMap::new() };
        let allowing = extents.keys().copied().filter(|number| self.weighing.is_allowed_by(*number));
        let mut holders = self.weighing.access.holders_of(allowing);
        holders.retain(|holder| among.is_none_or(|among| among.contains(holder)));
        let ways = holders.into_iter().filter_map(|holder| Some((holder, self.weighing.own_way(holder)?)));
        let able = ways.filter(|(_, way)| way.verdict != Verdict::Denied);
        able.map(|(holder, Way { extent, condition, .. })| {
            (holder, Ability { extent, condition: condition.as_deref().map(str::to_owned) })
        })
        .collect()
    }

    /// Returns of a principal what is left where something beside its policies allows all of the question: nothing where a
    /// deny or the organisation takes it away, else what must hold, if anything must.
    pub(crate) fn left_by_denies(&mut self, principal: usize) -> Option<Option<String>> {
        let way = self.weighing.way_given(principal, self.all_of_it)?;
        (way.verdict != Verdict::Denied).then(|| way.condition.as_deref().map(str::to_owned))
    }
}

/// Returns the literal values that resources name in an attribute; nothing where one of them may have others.
fn literal_values<'a>(resources: &'a [Resource], attribute: &str) -> Option<Vec<&'a Pattern>> {
    let mut values = Vec::new();
    for resource in resources {
        let named = resource.0.get(attribute)?;
        if !named.iter().all(Pattern::is_literal) {
            return None;
        }
        values.extend(named);
    }
    values.sort();
    values.dedup();
    Some(values)
}
