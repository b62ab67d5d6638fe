//! Two states side by side: statements by number, so that they are compared without their text.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    Access, Choice, Effect, Pattern, Principal, Resource, Source, Statement, Step,
    access::{Held, Membership, both},
};

/// A grant without its way: number of the statement, and the condition of the membership.
pub(super) type Grant<'a> = (usize, Option<&'a str>);

/// A state, with what only the other state knows of the roles that are given in it: a role holds the same actions
/// whether or not they were listed.
pub(super) struct Snapshot<'a> {
    access: &'a Access,
    extras: BTreeMap<usize, Vec<Source>>,
}

impl<'a> Snapshot<'a> {
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
                    statement: Statement {
                        effect: Effect::Allow,
                        actions: piece.actions,
                        resources: Choice::any_of(vec![piece.resource]),
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

    pub(super) fn numbered<'s>(&'s self, numbers: &mut Numbers<'s>) -> Numbered<'s> {
        let of_sources = self.access.sources.iter().map(|source| numbers.of(&source.statement)).collect();
        let number = |source: &'s Source, numbers: &mut Numbers<'s>| (numbers.of(&source.statement), source);
        let extras = self.extras.iter().map(|(anchor, sources)| {
            (*anchor, sources.iter().map(|source| number(source, numbers)).collect())
        });
        let extras = extras.collect();
        let level = |level: &'s Vec<Source>, numbers: &mut Numbers<'s>| {
            level.iter().map(|source| numbers.of(&source.statement)).collect()
        };
        let bounds = self.access.bounds.iter().map(|each| level(each, numbers)).collect();
        Numbered { access: self.access, of_sources, extras, bounds }
    }
}

/// A state with its statements by number.
pub(super) struct Numbered<'a> {
    pub(super) access: &'a Access,
    of_sources: Vec<usize>,
    extras: BTreeMap<usize, Vec<(usize, &'a Source)>>,
    pub(super) bounds: Vec<Vec<usize>>,
}

impl<'a> Numbered<'a> {
    /// Returns the statements of a source with what only the other state knows of it.
    fn all_of(&self, source: usize) -> impl Iterator<Item = (usize, &'a Source)> {
        let access = self.access;
        let itself = self.of_sources.get(source).copied().zip(access.sources.get(source));
        itself.into_iter().chain(self.extras.get(&source).into_iter().flatten().copied())
    }

    /// Returns what everybody holds.
    fn of_everybody(&self) -> BTreeSet<Grant<'a>> {
        let access = self.access;
        let held = access.everybody.iter().flat_map(|membership| {
            let sources = access.of_group.get(membership.group).into_iter().flatten();
            sources.map(move |source| (membership.condition.as_deref(), *source))
        });
        let grants = held.flat_map(|(condition, source)| {
            let with_actions =
                self.all_of(source).filter(|(_, source)| !source.statement.actions.any_of.is_empty());
            with_actions.map(move |(number, _)| (number, condition))
        });
        grants.collect()
    }

    /// Says whether two lists of sources hold the same statements on the same ways.
    fn are_same(&self, mine: &[usize], other: &Self, theirs: &[usize]) -> bool {
        let mine = mine.iter().flat_map(|source| self.all_of(*source));
        let theirs = theirs.iter().flat_map(|source| other.all_of(*source));
        mine.map(|(number, source)| (number, ids(&source.steps)))
            .eq(theirs.map(|(number, source)| (number, ids(&source.steps))))
    }

    /// Returns the ids of the groups that hold the same as in the other state.
    pub(super) fn groups_as_in(&self, other: &Self) -> BTreeSet<&'a str> {
        let groups = self.access.groups.iter().zip(&self.access.of_group);
        let same = groups.filter(|(group, mine)| {
            let theirs = other.access.group_with(&group.id);
            let theirs = theirs.and_then(|theirs| other.access.of_group.get(theirs));
            theirs.map_or_else(|| mine.is_empty(), |theirs| self.are_same(mine, other, theirs))
        });
        same.map(|(group, _)| group.id.as_str()).collect()
    }

    /// Says whether a principal holds the same as in the other state, by the same ways.
    pub(super) fn is_as_in(&self, other: &Self, id: &str, same_groups: &BTreeSet<&str>) -> bool {
        let (Some(mine), Some(theirs)) = (self.access.principal_with(id), other.access.principal_with(id))
        else {
            return false;
        };
        let own = |side: &Self, number: usize| side.access.own.get(number).cloned().unwrap_or_default();
        let groups = |side: &Self, number: usize| -> Vec<(String, Option<String>)> {
            let lasting = side.access.memberships.get(number).into_iter().flatten();
            let lasting = lasting.filter(|each| !each.is_fleeting).chain(&side.access.everybody);
            let named = lasting.filter_map(|each| {
                Some((side.access.groups.get(each.group)?.id.clone(), each.condition.clone()))
            });
            named.collect()
        };
        let of_mine = groups(self, mine);
        of_mine == groups(other, theirs)
            && of_mine.iter().all(|(group, _)| same_groups.contains(group.as_str()))
            && self.are_same(&own(self, mine), other, &own(other, theirs))
    }
}

/// Statements by number, the same in both states.
#[derive(Default)]
pub(super) struct Numbers<'a> {
    actions: HashMap<&'a Choice<Pattern>, usize>,
    by_address: HashMap<*const Choice<Pattern>, usize>,
    numbers: HashMap<Key<'a>, usize>,
    list: Vec<&'a Statement>,
}

/// A statement with its actions by number.
type Key<'a> = (Effect, usize, &'a Choice<Resource>, Option<&'a str>);

impl<'a> Numbers<'a> {
    fn of(&mut self, statement: &'a Statement) -> usize {
        let next = self.actions.len();
        let actions = &mut self.actions;
        let by_content = || *actions.entry(&statement.actions).or_insert(next);
        let number = *self.by_address.entry(Arc::as_ptr(&statement.actions)).or_insert_with(by_content);
        let key = (statement.effect, number, &statement.resources, statement.condition.as_deref());
        let number = *self.numbers.entry(key).or_insert(self.list.len());
        if number == self.list.len() {
            self.list.push(statement);
        }
        number
    }

    pub(super) fn statement(&self, grant: &Grant<'_>) -> Option<&'a Statement> {
        self.list.get(grant.0).copied()
    }
}

/// One way to a grant: a membership, if there is one, and what is held by it.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) membership: Option<&'a Membership>,
    pub(super) source: &'a Source,
}

/// One principal in one of the two states.
pub(super) struct Side<'a> {
    pub(super) access: &'a Access,
    pub(super) number: Option<usize>,
    /// Every way to each grant, the shortest first.
    pub(super) grants: BTreeMap<Grant<'a>, Vec<Way<'a>>>,
    /// What it holds like everybody.
    pub(super) of_everybody: BTreeSet<Grant<'a>>,
}

impl<'a> Side<'a> {
    pub(super) fn of(state: &Numbered<'a>, id: &str) -> Self {
        let access = state.access;
        let number = access.principal_with(id);
        let mut side = Self { access, number, grants: BTreeMap::new(), of_everybody: BTreeSet::new() };
        let Some(principal) = number else {
            // Whoever is unknown to a state holds there what everybody holds.
            side.of_everybody = state.of_everybody();
            return side;
        };
        let is_everybody = access.whoever == Some(principal);
        for held in access.held(principal) {
            let Held { membership, number, .. } = held;
            if membership.is_some_and(|membership| membership.is_fleeting) {
                continue;
            }
            let condition = membership.and_then(|membership| membership.condition.as_deref());
            let is_common = !is_everybody
                && membership.is_some_and(|membership| {
                    access.everybody.iter().any(|each| std::ptr::eq(each, membership))
                });
            for (number, source) in state.all_of(number) {
                if source.statement.actions.any_of.is_empty() {
                    continue;
                }
                if is_common {
                    side.of_everybody.insert((number, condition));
                } else {
                    side.grants.entry((number, condition)).or_default().push(Way { membership, source });
                }
            }
        }
        for ways in side.grants.values_mut().filter(|ways| ways.len() > 1) {
            ways.sort_by_cached_key(|way| {
                let path = access.path_to(principal, way.membership, way.source);
                (path.len(), path.into_iter().map(|step| step.id).collect::<Vec<_>>())
            });
        }
        side
    }

    pub(super) fn path(&self, way: &Way<'_>) -> Vec<Step> {
        let path = |number| self.access.path_to(number, way.membership, way.source);
        self.number.map_or_else(Vec::new, path)
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
