//! The graph from which every grant follows: who belongs to what, what is attached to whom, who can become whom.
//!
//! Grants are not written out one by one: a group of a thousand members with a hundred policies is eleven hundred
//! entries here, and a hundred thousand grants.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use model::Timestamp;
use serde::Serialize;

use crate::{
    Question, Resource, Statement, Step, Steps,
    assumptions::Assumptions,
    attachments::Attachments,
    bounds::restriction,
    ibm::Roles,
    moments::Ended,
    names::Names,
    terms::Terms,
    unseen::{Gaps, Seen},
};

/// Whether a principal can act at all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase", tag = "standing", content = "why")]
pub enum Standing {
    /// The principal can act.
    Active,
    /// It holds what it holds, but cannot use it now.
    Inactive(String),
    /// What would tell could not be seen.
    Unknown(String),
}

/// Somebody or something that can hold permissions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Principal {
    /// The principal as the first step of its paths.
    #[serde(flatten)]
    pub step: Step,
    /// Whether it can act.
    #[serde(flatten)]
    pub standing: Standing,
    /// Whether the bounds of the organisation hold for it.
    #[serde(skip)]
    pub is_bounded: bool,
}

/// Which of those that a statement is attached to it counts for. Conditions on the principal itself are decided when
/// the graph is built: what they ask is known then.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holders {
    /// It counts for all of them.
    #[default]
    All,
    /// It counts for these, by number.
    Only(Arc<BTreeSet<usize>>),
    /// It counts for all but these, by number.
    AllBut(Arc<BTreeSet<usize>>),
}

/// The kind of a step that stands for what every member of an account may do without a policy.
pub(crate) const BY_ACCOUNT_SETTING: &str = "account setting";

impl Source {
    /// Returns whether every member of the account holds it, and nobody gave it.
    pub(crate) fn is_of_every_member(&self) -> bool {
        self.steps.first().is_some_and(|step| step.kind == BY_ACCOUNT_SETTING)
    }
}

impl Holders {
    /// Returns whether the statement counts for a principal.
    pub(crate) fn contain(&self, principal: usize) -> bool {
        match self {
            Self::All => true,
            Self::Only(these) => these.contains(&principal),
            Self::AllBut(these) => !these.contains(&principal),
        }
    }

    /// Returns whether it depends on the principal.
    pub(crate) fn are_limited(&self) -> bool {
        *self != Self::All
    }
}

/// A statement with the steps that lead to it from whom it is attached to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// Policy and role, or policy, version and statement.
    pub steps: Steps,
    /// The statement that the grant carries.
    pub statement: Statement,
    /// Whom it counts for.
    pub holders: Holders,
}

/// All that is needed to say who may do what in an account.
#[derive(Debug, Clone, Default)]
pub struct Access {
    pub(crate) principals: Vec<Principal>,
    pub(crate) groups: Vec<Step>,
    pub(crate) sources: Vec<Source>,
    /// Groups of each principal.
    pub(crate) memberships: Vec<Vec<Membership>>,
    /// Sources attached to each principal.
    pub(crate) own: Vec<Vec<usize>>,
    /// Sources attached to each group.
    pub(crate) of_group: Vec<Vec<usize>>,
    pub(crate) assumptions: Assumptions,
    /// Bounds, from the outermost: at each level something must allow, and nothing may deny.
    pub(crate) bounds: Vec<Vec<Source>>,
    /// Groups that hold everybody, and the principal that stands for everybody.
    pub(crate) everybody: Vec<Membership>,
    pub(crate) whoever: Option<usize>,
    /// What could not be seen, and so may hide a grant.
    pub(crate) unseen: Vec<String>,
    pub(crate) gaps: Gaps,
    /// The lists as they had been read at the time, where `gaps` is in hindsight.
    pub(crate) former_gaps: Gaps,
    /// Principals of which more was seen in an earlier snapshot: their own row is carried, or their standing was known.
    pub(crate) seen_before: BTreeSet<String>,
    /// What the ids in conditions and resources are called.
    pub(crate) names: Names,
    /// What had ended by the time of the snapshot.
    pub(crate) ended: Ended,
    /// Policies that are there and give nothing: they are not active, had ended, or open nothing that there is.
    pub(crate) idle: BTreeSet<String>,
    /// By table of identities, whether all of them were seen.
    pub(crate) identities_seen: BTreeMap<&'static str, Seen>,
    /// Principals whose own row is carried, so that they may be gone.
    pub(crate) carried: BTreeSet<String>,
    /// Policies whose own row was shown, where not all of them were.
    pub(crate) seen_policies: BTreeSet<String>,
    /// By id: principals of which it was not told that something no longer denies them, with the last snapshot whose access was told of.
    pub(crate) withheld: BTreeMap<String, i64>,
    /// Whom no service control policy can bind, whatever there is of these.
    pub(crate) unbound: Unbound,
    /// What roles hold, where it depends on what was listed of them.
    pub(crate) roles: Option<Roles>,
    /// By the source that stands for it: which role is given on what, so that what only another state lists of the
    /// role can be added.
    pub(crate) spans: BTreeMap<usize, Span>,
    /// What the terms of conditions ask.
    pub(crate) terms: Terms,
    by_principal: BTreeMap<String, usize>,
    by_group: BTreeMap<String, usize>,
    /// Made when it is first asked for, and dropped when something is added or attached.
    pub(crate) attachments: OnceLock<Attachments>,
}

/// Whom the bounds of an organisation do not reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Unbound {
    /// The account manages the organisation: nobody of it is bound.
    pub(crate) is_everybody: bool,
    /// Principals of the account that are not bound, by id.
    pub(crate) ids: BTreeSet<String>,
}

/// That a principal is in a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Membership {
    pub(crate) group: usize,
    /// What must hold for it, as with dynamic rules.
    pub(crate) condition: Option<String>,
    /// Whether it comes and goes with a session: it says who can now, and nothing of what was decided.
    pub(crate) is_fleeting: bool,
}

/// A role on whatever services some resources are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) role: String,
    pub(crate) resource: Resource,
    pub(crate) condition: Option<String>,
}

impl Access {
    /// Adds a principal, or returns the number of the one with this id.
    pub fn principal(&mut self, principal: Principal) -> usize {
        let number = *self.by_principal.entry(principal.step.id.clone()).or_insert(self.principals.len());
        if number == self.principals.len() {
            self.principals.push(principal);
            self.memberships.push(Vec::new());
            self.own.push(Vec::new());
        }
        number
    }

    /// Returns the number of the principal with this id.
    #[must_use]
    pub fn principal_with(&self, id: &str) -> Option<usize> {
        self.by_principal.get(id).copied()
    }

    /// Adds a group, or returns the number of the one with this id.
    pub fn group(&mut self, group: Step) -> usize {
        let number = *self.by_group.entry(group.id.clone()).or_insert(self.groups.len());
        if number == self.groups.len() {
            self.groups.push(group);
            self.of_group.push(Vec::new());
        }
        number
    }

    /// Returns the number of the group with this id.
    #[must_use]
    pub fn group_with(&self, id: &str) -> Option<usize> {
        self.by_group.get(id).copied()
    }

    /// Puts a principal into a group.
    pub fn join(&mut self, principal: usize, group: usize, condition: Option<String>) {
        self.add_membership(principal, Membership { group, condition, is_fleeting: false });
    }

    /// Puts a principal into a group for as long as a session lasts.
    pub fn join_for_now(&mut self, principal: usize, group: usize, condition: String) {
        self.add_membership(principal, Membership { group, condition: Some(condition), is_fleeting: true });
    }

    fn add_membership(&mut self, principal: usize, membership: Membership) {
        self.attachments.take();
        if let Some(memberships) = self.memberships.get_mut(principal) {
            memberships.push(membership);
        }
    }

    /// Lets every principal hold what a group holds; `whoever` stands for those who are no principal.
    pub fn hold_for_everybody(&mut self, whoever: usize, group: usize, condition: Option<String>) {
        self.whoever = Some(whoever);
        self.everybody.push(Membership { group, condition, is_fleeting: false });
    }

    /// Notes which role a source stands for.
    pub(crate) fn span(&mut self, source: usize, span: Span) {
        self.spans.insert(source, span);
    }

    /// Notes what is known of roles.
    pub(crate) fn roles(&mut self, roles: Roles) {
        self.roles = Some(roles);
    }

    /// Adds a source, to be attached.
    pub fn source(&mut self, source: Source) -> usize {
        self.attachments.take();
        self.sources.push(source);
        self.sources.len() - 1
    }

    /// Attaches a source to a principal.
    pub fn attach(&mut self, principal: usize, source: usize) {
        self.attachments.take();
        if let Some(own) = self.own.get_mut(principal) {
            own.push(source);
        }
    }

    /// Attaches a source to a group.
    pub fn attach_to_group(&mut self, group: usize, source: usize) {
        self.attachments.take();
        if let Some(sources) = self.of_group.get_mut(group) {
            sources.push(source);
        }
    }

    /// Adds a level of bounds within those there are.
    pub fn bound(&mut self, level: Vec<Source>) {
        for condition in level.iter().filter_map(|source| source.statement.condition.as_deref()) {
            if let Some(lets_through) = restriction(condition) {
                self.terms.whole(condition);
                self.terms.whole(lets_through);
            }
        }
        self.bounds.push(level);
    }

    /// Returns whether what the bounds leave depends on the principal.
    pub(crate) fn bounds_depend_on_principal(&self) -> bool {
        self.bounds.iter().flatten().any(|source| source.holders.are_limited())
    }

    /// Notes something that could not be seen.
    pub fn miss(&mut self, what: String) {
        self.unseen.push(what);
    }

    /// Returns what could not be seen, and so may hide a grant.
    #[must_use]
    pub fn unseen(&self) -> &[String] {
        &self.unseen
    }

    /// Returns what could not be seen and so may hide an answer to a question: [`Self::unseen`], and the service that is
    /// asked of, when nothing is known of the roles on it.
    #[must_use]
    pub fn unseen_of(&self, question: &Question) -> Vec<String> {
        let named = question.resource.0.get("serviceName").into_iter().flatten();
        let named = named.filter(|service| service.is_literal()).map(ToString::to_string);
        let of_action = question.action.to_string().split_once('.').map(|(service, _)| service.to_owned());
        let unlisted = self.roles.iter().flat_map(|roles| {
            let unknown = of_action.clone().filter(|service| {
                !service.contains(['*', '?'])
                    && !question.resource.0.contains_key("serviceName")
                    && !roles.know(service)
            });
            let named =
                named.clone().filter(|service| !service.is_empty() && !roles.services().contains(service));
            named.chain(unknown)
        });
        let lines = unlisted.map(|service| {
            format!(
                "roles on {service}: none were listed, for no policy or custom role that was seen names it"
            )
        });
        self.unseen.iter().cloned().chain(lines).collect()
    }

    /// Returns whether the standing of a principal could be seen in an earlier snapshot and cannot now, so that what it may
    /// do is not new when it can be seen again.
    #[must_use]
    pub fn was_seen_before(&self, id: &str) -> bool {
        self.seen_before.contains(id)
    }

    /// Returns whether a principal was not seen itself and stands in from an earlier snapshot: it may be gone.
    #[must_use]
    pub fn is_carried(&self, id: &str) -> bool {
        self.carried.contains(id)
    }

    /// Returns what the ids in conditions and resources are called.
    #[must_use]
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// Returns when something on a path had ended by the time of the snapshot: what it gave before is lost, and nobody took it.
    #[must_use]
    pub fn ended_on(&self, path: &[Step]) -> Option<Timestamp> {
        self.ended.on(path)
    }

    /// Returns all principals of the account, in the order of their indexes.
    #[must_use]
    pub fn principals(&self) -> &[Principal] {
        &self.principals
    }

    /// Returns the groups that the principal with this id is in, whatever happens.
    pub fn groups_of(&self, id: &str) -> impl Iterator<Item = &Step> {
        let memberships = self.principal_with(id).and_then(|number| self.memberships.get(number));
        let sure = memberships.into_iter().flatten().filter(|membership| membership.condition.is_none());
        sure.filter_map(|membership| self.groups.get(membership.group))
    }

    /// Returns the sources that are attached to a principal itself, by number.
    pub(crate) fn own_sources(&self, principal: usize) -> &[usize] {
        self.own.get(principal).map_or(&[], Vec::as_slice)
    }

    /// Returns the groups that a principal is in, its own first, then those of everybody.
    pub(crate) fn memberships_of(&self, principal: usize) -> impl Iterator<Item = &Membership> {
        self.memberships.get(principal).into_iter().flatten().chain(&self.everybody)
    }

    /// Returns a source as a principal holds it; nothing where it does not count for this principal.
    pub(crate) fn held_by<'a>(
        &'a self,
        principal: usize,
        membership: Option<&'a Membership>,
        number: usize,
    ) -> Option<HeldSource<'a>> {
        let source = self.sources.get(number).filter(|source| source.holders.contain(principal))?;
        Some(HeldSource { membership, number, source })
    }

    /// Returns what a principal holds, own sources first, then those of its groups, then those of everybody.
    pub(crate) fn held(&self, principal: usize) -> impl Iterator<Item = HeldSource<'_>> {
        let own = self.own_sources(principal).iter().map(|source| (None, *source));
        let through_groups = self.memberships_of(principal).flat_map(|membership| {
            let sources = self.of_group.get(membership.group).into_iter().flatten();
            sources.map(move |source| (Some(membership), *source))
        });
        own.chain(through_groups)
            .filter_map(move |(membership, number)| self.held_by(principal, membership, number))
    }

    /// Returns the path from a principal to something it holds.
    pub(crate) fn path_to(
        &self,
        principal: usize,
        membership: Option<&Membership>,
        source: &Source,
    ) -> Vec<Step> {
        self.steps_to(principal, membership, source).cloned().collect()
    }

    /// Returns the steps from a principal to something it holds.
    pub(crate) fn steps_to<'a>(
        &'a self,
        principal: usize,
        membership: Option<&Membership>,
        source: &'a Source,
    ) -> impl Iterator<Item = &'a Step> + use<'a> {
        let first = self.principals.get(principal).map(|principal| &principal.step);
        let group = membership.and_then(|membership| self.groups.get(membership.group));
        first.into_iter().chain(group).chain(source.steps.iter())
    }
}

/// A source that a principal holds, and the membership that it holds it by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldSource<'a> {
    pub(crate) membership: Option<&'a Membership>,
    pub(crate) number: usize,
    pub(crate) source: &'a Source,
}

impl HeldSource<'_> {
    /// Returns whether it counts only while something holds.
    pub(crate) fn has_condition(&self) -> bool {
        self.source.statement.condition.is_some()
            || self.membership.is_some_and(|membership| membership.condition.is_some())
    }

    /// Returns what must hold for the statement to count: the condition of the membership and its own.
    pub(crate) fn condition(&self) -> Option<String> {
        let membership = self.membership.and_then(|membership| membership.condition.as_deref());
        both(membership, self.source.statement.condition.as_deref())
    }

    /// Returns what must hold besides for the statement to count where another counts: not what their memberships hang
    /// on, if it is the same.
    pub(crate) fn condition_beside(&self, other: &HeldSource<'_>) -> Option<String> {
        let claims =
            |held: &HeldSource<'_>| held.membership.and_then(|membership| membership.condition.clone());
        let is_of_both = claims(self).is_some() && claims(self) == claims(other);
        if is_of_both { self.source.statement.condition.clone() } else { self.condition() }
    }
}

/// Joins two conditions that must both hold.
pub(crate) fn both(one: Option<&str>, other: Option<&str>) -> Option<String> {
    match (one, other) {
        (None, None) => None,
        (Some(only), None) | (None, Some(only)) => Some(only.to_owned()),
        (Some(one), Some(other)) if one == other => Some(one.to_owned()),
        (Some(one), Some(other)) => Some(format!("{one} and {other}")),
    }
}
