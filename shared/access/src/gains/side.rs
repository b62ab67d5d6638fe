//! Two states side by side: statements by number, so that they are compared without their text.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use rustc_hash::FxHashMap;

use crate::{
    Access, Choice, Effect, Holders, Pattern, Principal, Resource, Source, Statement, Step,
    access::{HeldSource, Membership, both},
};

/// A grant without its way: number of the statement, and the condition of the membership.
pub(super) type Grant<'a> = (usize, Option<&'a str>);

/// A state, with what only the other state knows of the roles that are given in it: a role holds the same actions
/// whether or not they were listed.
pub(super) struct GraphView<'a> {
    pub(super) access: &'a Access,
    extras: BTreeMap<usize, Vec<Source>>,
}

impl<'a> GraphView<'a> {
    pub(super) fn of(access: &'a Access, other: &Access) -> Self {
        let (Some(mine), Some(theirs)) = (&access.roles, &other.roles) else {
            return Self { access, extras: BTreeMap::new() };
        };
        let unlisted: Vec<&String> = theirs.services().difference(mine.services()).collect();
        let mut extras: BTreeMap<usize, Vec<Source>> = BTreeMap::new();
        for (number, span) in access.spans.iter().filter(|_| !unlisted.is_empty()) {
            let Some(anchor) = access.sources.get(*number) else { continue };
            let pieces =
                unlisted.iter().flat_map(|service| theirs.pieces_on(service, &span.role, &span.resource));
            let sources: Vec<Source> = pieces
                .map(|piece| Source {
                    steps: anchor.steps.clone(),
                    holders: anchor.holders.clone(),
                    statement: Statement {
                        effect: Effect::Allow,
                        actions: piece.actions,
                        resources: piece.resources,
                        condition: both(span.condition.as_deref(), piece.condition.as_deref()),
                    },
                })
                .collect();
            if !sources.is_empty() {
                extras.insert(*number, sources);
            }
        }
        Self { access, extras }
    }

    /// Returns the statements of a source with what only the other state knows of it.
    fn all_of(&self, source: usize) -> impl Iterator<Item = &Source> {
        let itself = self.access.sources.get(source);
        itself.into_iter().chain(self.extras.get(&source).into_iter().flatten())
    }

    /// Returns what everybody holds.
    fn of_everybody(&'a self, numbers: &mut Numbers<'a>) -> BTreeSet<Grant<'a>> {
        let access = self.access;
        let mut grants = BTreeSet::new();
        for membership in &access.everybody {
            for source in access.of_group.get(membership.group).into_iter().flatten() {
                for source in self.all_of(*source) {
                    if !source.statement.actions.any_of.is_empty() {
                        grants.insert((numbers.of(&source.statement), membership.condition.as_deref()));
                    }
                }
            }
        }
        grants
    }

    /// Returns for two lists of sources that hold the same statements on the same ways whom those count for that do not count
    /// for everybody; nothing where the lists differ.
    fn same<'s>(
        &'s self,
        mine: &[usize],
        other: &'s GraphView<'_>,
        theirs: &[usize],
        known: &mut SameActions,
    ) -> Option<Counts<'s>> {
        let mut mine = mine.iter().flat_map(|source| self.all_of(*source));
        let mut theirs = theirs.iter().flat_map(|source| other.all_of(*source));
        let mut counts = Counts::new();
        loop {
            match (mine.next(), theirs.next()) {
                (None, None) => return Some(counts),
                (Some(one), Some(other)) if known.is_same(one, other) => {
                    if one.holders.are_limited() || other.holders.are_limited() {
                        counts.push([&one.holders, &other.holders]);
                    }
                }
                _ => return None,
            }
        }
    }

    /// Returns the groups that hold the same as in the other state, by id.
    pub(super) fn groups_as_in<'s>(
        &'s self,
        other: &'s GraphView<'_>,
        known: &mut SameActions,
    ) -> SameGroups<'s> {
        let groups = self.access.groups.iter().zip(&self.access.of_group);
        let same = groups.filter_map(|(group, mine)| {
            let theirs = other.access.group_with(&group.id);
            let theirs = theirs.and_then(|theirs| other.access.of_group.get(theirs));
            let counts = self.same(mine, other, theirs.map_or(&[], Vec::as_slice), known)?;
            Some((group.id.as_str(), counts))
        });
        same.collect()
    }

    /// Returns whether a principal holds the same as in the other state, by the same ways.
    pub(super) fn is_as_in(
        &self,
        other: &GraphView<'_>,
        id: &str,
        same_groups: &SameGroups<'_>,
        known: &mut SameActions,
    ) -> bool {
        let (Some(mine), Some(theirs)) = (self.access.principal_with(id), other.access.principal_with(id))
        else {
            return false;
        };
        let counts_as_before = |counts: &Counts<'_>| {
            counts.iter().all(|[one, other]| one.contain(mine) == other.contain(theirs))
        };
        let groups = memberships(self.access, mine);
        groups == memberships(other.access, theirs)
            && groups.iter().all(|(group, _)| same_groups.get(group).is_some_and(counts_as_before))
            && self
                .same(self.access.own_sources(mine), other, other.access.own_sources(theirs), known)
                .is_some_and(|counts| counts_as_before(&counts))
    }
}

/// Whom the same statements count for in two states.
type Counts<'s> = Vec<[&'s Holders; 2]>;

/// Groups that hold the same in both states, by id, with whom of their members some of it counts for.
pub(super) type SameGroups<'s> = BTreeMap<&'s str, Counts<'s>>;

/// Returns the groups of a principal that last, and on what each hangs.
fn memberships(access: &Access, principal: usize) -> Vec<(&str, Option<&str>)> {
    let lasting = access.memberships.get(principal).into_iter().flatten().filter(|each| !each.is_fleeting);
    let named = lasting
        .chain(&access.everybody)
        .filter_map(|each| Some((access.groups.get(each.group)?.id.as_str(), each.condition.as_deref())));
    named.collect()
}

/// Which sets of actions of two states are the same: thousands of policies share them.
#[derive(Default)]
pub(super) struct SameActions(FxHashMap<[*const Choice<Pattern>; 2], bool>);

impl SameActions {
    fn is_same(&mut self, one: &Source, other: &Source) -> bool {
        let (mine, theirs) = (&one.statement, &other.statement);
        // Whom it counts for is compared by whoever asks for one principal.
        mine.effect == theirs.effect
            && mine.condition == theirs.condition
            && one.steps.iter().map(|step| &step.id).eq(other.steps.iter().map(|step| &step.id))
            && mine.resources == theirs.resources
            && *self
                .0
                .entry([Arc::as_ptr(&mine.actions), Arc::as_ptr(&theirs.actions)])
                .or_insert_with(|| mine.actions == theirs.actions)
    }
}

/// Statements by number, the same in both states.
#[derive(Default)]
pub(super) struct Numbers<'a> {
    actions: FxHashMap<&'a Choice<Pattern>, usize>,
    by_address: FxHashMap<*const Choice<Pattern>, usize>,
    known: FxHashMap<*const Statement, usize>,
    numbers: FxHashMap<Key<'a>, usize>,
    list: Vec<&'a Statement>,
}

/// A statement with its actions by number.
type Key<'a> = (Effect, usize, &'a Choice<Resource>, Option<&'a str>);

impl<'a> Numbers<'a> {
    fn of(&mut self, statement: &'a Statement) -> usize {
        if let Some(number) = self.known.get(&std::ptr::from_ref(statement)) {
            return *number;
        }
        let next = self.actions.len();
        let actions = &mut self.actions;
        let by_content = || *actions.entry(&statement.actions).or_insert(next);
        let number = *self.by_address.entry(Arc::as_ptr(&statement.actions)).or_insert_with(by_content);
        let key = (statement.effect, number, &*statement.resources, statement.condition.as_deref());
        let number = *self.numbers.entry(key).or_insert(self.list.len());
        if number == self.list.len() {
            self.list.push(statement);
        }
        self.known.insert(std::ptr::from_ref(statement), number);
        number
    }

    pub(super) fn statement(&self, grant: &Grant<'_>) -> Option<&'a Statement> {
        self.list.get(grant.0).copied()
    }
}

/// One way to a grant: a membership, if there is one, and what is held by it.
#[derive(Clone, Copy)]
pub(super) struct GrantWay<'a> {
    pub(super) membership: Option<&'a Membership>,
    pub(super) source: &'a Source,
}

/// One principal in one of the two states.
pub(super) struct Side<'a> {
    pub(super) access: &'a Access,
    pub(super) number: Option<usize>,
    /// Every way to each grant, the shortest first.
    pub(super) grants: BTreeMap<Grant<'a>, Vec<GrantWay<'a>>>,
    /// What it holds like everybody.
    pub(super) of_everybody: BTreeSet<Grant<'a>>,
}

impl<'a> Side<'a> {
    pub(super) fn of(state: &'a GraphView<'a>, id: &str, numbers: &mut Numbers<'a>) -> Self {
        let access = state.access;
        let number = access.principal_with(id);
        let mut side = Self { access, number, grants: BTreeMap::new(), of_everybody: BTreeSet::new() };
        let Some(principal) = number else {
            // Whoever is unknown to a state holds there what everybody holds.
            side.of_everybody = state.of_everybody(numbers);
            return side;
        };
        let is_everybody = access.whoever == Some(principal);
        for held in access.held(principal) {
            let HeldSource { membership, number, .. } = held;
            if membership.is_some_and(|membership| membership.is_fleeting) {
                continue;
            }
            let condition = membership.and_then(|membership| membership.condition.as_deref());
            let is_common = !is_everybody
                && membership.is_some_and(|membership| {
                    access.everybody.iter().any(|each| std::ptr::eq(each, membership))
                });
            for source in state.all_of(number) {
                if source.statement.actions.any_of.is_empty() {
                    continue;
                }
                let number = numbers.of(&source.statement);
                if is_common || source.is_of_every_member() {
                    side.of_everybody.insert((number, condition));
                } else {
                    side.grants.entry((number, condition)).or_default().push(GrantWay { membership, source });
                }
            }
        }
        for ways in side.grants.values_mut().filter(|ways| ways.len() > 1) {
            ways.sort_by_cached_key(|way| {
                let steps = access.steps_to(principal, way.membership, way.source);
                let ids: Vec<&str> = steps.map(|step| step.id.as_str()).collect();
                (ids.len(), ids)
            });
        }
        side
    }

    pub(super) fn path(&self, way: &GrantWay<'_>) -> Vec<Step> {
        let path = |number| self.access.path_to(number, way.membership, way.source);
        self.number.map_or_else(Vec::new, path)
    }

    /// Returns what tells the path of one way from those of others.
    pub(super) fn ids_of(&self, way: &GrantWay<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
        let (access, way) = (self.access, *way);
        let steps = self.number.map(|number| access.steps_to(number, way.membership, way.source));
        steps.into_iter().flatten().map(|step| step.id.as_str())
    }

    pub(super) fn principal(&self) -> Option<&'a Principal> {
        self.access.principals.get(self.number?)
    }

    pub(super) fn is_bounded(&self) -> bool {
        self.principal().is_some_and(|principal| principal.is_bounded)
    }

    /// Returns all that the principal holds, also like everybody.
    pub(super) fn held(&self) -> impl Iterator<Item = &Grant<'a>> {
        self.grants.keys().chain(&self.of_everybody)
    }

    pub(super) fn holds(&self, grant: &Grant<'_>) -> bool {
        self.grants.contains_key(grant) || self.of_everybody.contains(grant)
    }
}

/// Returns what tells one path from another.
pub(super) fn ids(path: &[Step]) -> Vec<&str> {
    path.iter().map(|step| step.id.as_str()).collect()
}
