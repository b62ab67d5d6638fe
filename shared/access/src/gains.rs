//! Says what principals gained and lost between two states: by what they can do, not by how it is written down.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use serde::Serialize;

use crate::{
    Access, Choice, Effect, Pattern, Principal, Resource, Statement, Step,
    access::{Held, both},
    statement::Region,
};

/// What happened to the access of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Turn {
    /// It can do what it could not.
    Gained,
    /// It can do more than it could by a grant that was.
    Widened,
    /// It can no longer do it.
    Lost,
    /// It can do the same, by another way.
    Rerouted,
}

/// What is gained or lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// What a statement says; for one that denies, gaining means that it no longer stands in the way.
    Statement(Statement),
    /// Becoming another principal.
    Becoming(Step),
}

/// How far a grant goes, counted in what is known of the account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reach {
    /// Known actions that it opens.
    pub actions: u64,
    /// Known resources that it opens them on.
    pub resources: u64,
}

/// What is known to exist, to count reach in.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Actions.
    pub actions: Vec<String>,
    /// Resources, by their attributes.
    pub resources: Vec<Resource>,
}

/// One thing that a principal gained or lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessChange {
    /// Who.
    pub principal: Principal,
    /// What happened.
    pub turn: Turn,
    /// To what.
    pub what: What,
    /// What must hold besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The way to it: the present one, or for a loss the former.
    pub path: Vec<Step>,
    /// The way that was, where there is another now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former_path: Vec<Step>,
    /// How far it goes.
    pub reach: Reach,
}

/// A grant without its way: number of the statement, and the condition of the membership.
type Grant = (usize, Option<String>);

impl Access {
    /// Returns what principals gained and lost from `before` to this state: gains first, widest first.
    ///
    /// A grant that a wider one already covered is no gain, and one that a wider one still covers is no loss.
    #[must_use]
    pub fn gains_since(&self, before: &Self, known: &Known) -> Vec<AccessChange> {
        let mut statements = Statements::default();
        let former: Vec<usize> =
            before.sources.iter().map(|source| statements.number(&source.statement)).collect();
        let present: Vec<usize> =
            self.sources.iter().map(|source| statements.number(&source.statement)).collect();
        let ids: BTreeSet<&str> = self
            .principals
            .iter()
            .chain(&before.principals)
            .map(|principal| principal.step.id.as_str())
            .collect();
        let mut changes = Vec::new();
        for id in ids {
            let sides = Sides {
                id,
                before: Side::of(before, id, &former),
                after: Side::of(self, id, &present),
                statements: &statements,
            };
            sides.compare(&mut changes);
        }
        self.compare_assumptions(before, &mut changes);
        let mut reaches = Reaches { known, counted: BTreeMap::new() };
        for change in &mut changes {
            if let What::Statement(statement) = &change.what {
                change.reach = reaches.of(statement);
            }
        }
        changes.sort_by(|one, other| {
            let place = |change: &AccessChange| (change.turn, std::cmp::Reverse(change.reach));
            place(one).cmp(&place(other)).then_with(|| one.principal.step.id.cmp(&other.principal.step.id))
        });
        changes
    }

    fn compare_assumptions(&self, before: &Self, changes: &mut Vec<AccessChange>) {
        let (former, present) = (before.becoming(), self.becoming());
        let mut tell = |turn, (from, to): &(Principal, Step), condition: &Option<String>| {
            changes.push(AccessChange {
                principal: from.clone(),
                turn,
                what: What::Becoming(to.clone()),
                condition: condition.clone(),
                path: vec![from.step.clone(), to.clone()],
                former_path: Vec::new(),
                reach: Reach::default(),
            });
        };
        let key = |(from, to): &(Principal, Step)| (from.step.id.clone(), to.id.clone());
        let former_keys: BTreeMap<_, _> =
            former.iter().map(|(pair, condition)| (key(pair), condition)).collect();
        let present_keys: BTreeMap<_, _> =
            present.iter().map(|(pair, condition)| (key(pair), condition)).collect();
        for (pair, condition) in &present {
            match former_keys.get(&key(pair)) {
                None => tell(Turn::Gained, pair, condition),
                Some(Some(_)) if condition.is_none() => tell(Turn::Widened, pair, condition),
                Some(_) => {}
            }
        }
        for (pair, condition) in former.iter().filter(|(pair, _)| !present_keys.contains_key(&key(pair))) {
            tell(Turn::Lost, pair, condition);
        }
    }

    fn becoming(&self) -> Vec<((Principal, Step), Option<String>)> {
        let pair = |assumption: &crate::Assumption| {
            let (from, to) = (self.principals.get(assumption.from)?, self.principals.get(assumption.to)?);
            Some(((from.clone(), to.step.clone()), assumption.condition.clone()))
        };
        self.assumptions.iter().filter_map(pair).collect()
    }
}

/// Statements by number, so that those of two states can be compared without their text.
#[derive(Default)]
struct Statements<'a> {
    actions: HashMap<&'a Choice<Pattern>, usize>,
    by_address: HashMap<*const Choice<Pattern>, usize>,
    numbers: HashMap<Key<'a>, usize>,
    list: Vec<&'a Statement>,
}

/// A statement with its actions by number.
type Key<'a> = (Effect, usize, &'a Choice<Resource>, Option<&'a str>);

impl<'a> Statements<'a> {
    fn number(&mut self, statement: &'a Statement) -> usize {
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
}

/// One principal in one of the two states.
struct Side<'a> {
    access: &'a Access,
    principal: Option<usize>,
    grants: BTreeMap<Grant, Held<'a>>,
}

impl<'a> Side<'a> {
    fn of(access: &'a Access, id: &str, numbers: &[usize]) -> Self {
        let principal = access.principal_with(id);
        let mut grants: BTreeMap<Grant, Held<'a>> = BTreeMap::new();
        for held in principal.into_iter().flat_map(|principal| access.held(principal)) {
            let Some(statement) = numbers.get(held.number) else { continue };
            let condition = held.membership.and_then(|membership| membership.condition.clone());
            // Own sources come first, so that the way that is kept is the shortest.
            grants.entry((*statement, condition)).or_insert(held);
        }
        Self { access, principal, grants }
    }

    fn path(&self, held: &Held<'_>) -> Vec<Step> {
        self.principal.map_or_else(Vec::new, |principal| self.access.path(principal, held))
    }

    fn principal(&self) -> Option<&'a Principal> {
        self.access.principals.get(self.principal?)
    }
}

/// One principal, before and after.
struct Sides<'a> {
    id: &'a str,
    before: Side<'a>,
    after: Side<'a>,
    statements: &'a Statements<'a>,
}

impl Sides<'_> {
    fn compare(&self, changes: &mut Vec<AccessChange>) {
        for (grant, held) in &self.after.grants {
            match self.before.grants.get(grant) {
                Some(former) => {
                    let (path, former_path) = (self.after.path(held), self.before.path(former));
                    if ids(&path) != ids(&former_path) {
                        changes.extend(self.change(&self.after, Turn::Rerouted, grant, path, former_path));
                    }
                }
                None if self.is_covered(grant, &self.before) => {}
                None => {
                    let narrower = self.narrower_before(grant);
                    let turn =
                        self.turn(grant, if narrower.is_some() { Turn::Widened } else { Turn::Gained });
                    let former = narrower.map_or_else(Vec::new, |held| self.before.path(held));
                    changes.extend(self.change(&self.after, turn, grant, self.after.path(held), former));
                }
            }
        }
        for (grant, held) in &self.before.grants {
            if !self.after.grants.contains_key(grant)
                && !self.is_covered(grant, &self.after)
                && !self.is_widened(grant)
            {
                let turn = self.turn(grant, Turn::Lost);
                changes.extend(self.change(&self.before, turn, grant, self.before.path(held), Vec::new()));
            }
        }
    }

    /// A statement that denies turns gain into loss.
    fn turn(&self, grant: &Grant, turn: Turn) -> Turn {
        let denies = self.statement(grant).is_some_and(|statement| statement.effect == Effect::Deny);
        match (denies, turn) {
            (true, Turn::Lost) => Turn::Gained,
            (true, Turn::Gained | Turn::Widened) => Turn::Lost,
            (_, turn) => turn,
        }
    }

    fn statement(&self, grant: &Grant) -> Option<&Statement> {
        self.statements.list.get(grant.0).copied()
    }

    /// Says whether a grant gives all that another gives, and no later.
    fn covers(&self, wide: &Grant, narrow: &Grant) -> bool {
        let (Some(wider), Some(narrower)) = (self.statement(wide), self.statement(narrow)) else {
            return false;
        };
        (wide.1.is_none() || wide.1 == narrow.1) && wider.covers(narrower)
    }

    fn is_covered(&self, grant: &Grant, side: &Side<'_>) -> bool {
        side.grants.keys().any(|wide| self.covers(wide, grant))
    }

    fn narrower_before(&self, grant: &Grant) -> Option<&Held<'_>> {
        let gone = self.before.grants.iter().filter(|(former, _)| !self.after.grants.contains_key(*former));
        gone.filter(|(former, _)| self.covers(grant, former)).map(|(_, held)| held).next()
    }

    fn is_widened(&self, former: &Grant) -> bool {
        self.after.grants.keys().any(|present| self.covers(present, former))
    }

    fn change(
        &self,
        side: &Side<'_>,
        turn: Turn,
        grant: &Grant,
        path: Vec<Step>,
        former_path: Vec<Step>,
    ) -> Option<AccessChange> {
        let statement = self.statement(grant)?.clone();
        debug_assert_eq!(side.principal()?.step.id, self.id, "both sides are of one principal");
        Some(AccessChange {
            principal: side.principal()?.clone(),
            turn,
            condition: both(grant.1.as_deref(), statement.condition.as_deref()),
            what: What::Statement(statement),
            path,
            former_path,
            reach: Reach::default(),
        })
    }
}

fn ids(path: &[Step]) -> Vec<(&str, &str)> {
    path.iter().map(|step| (step.kind, step.id.as_str())).collect()
}

/// Counts reach, once for each statement.
struct Reaches<'a> {
    known: &'a Known,
    counted: BTreeMap<Statement, Reach>,
}

impl Reaches<'_> {
    fn of(&mut self, statement: &Statement) -> Reach {
        if let Some(reach) = self.counted.get(statement) {
            return *reach;
        }
        let chosen = |action: &&String| {
            let matches = |pattern: &crate::Pattern| pattern.matches(action);
            statement.actions.any_of.iter().any(matches) && !statement.actions.except.iter().any(matches)
        };
        let opened = |resource: &&Resource| {
            statement.resources.any_of.iter().any(|mine| mine.overlaps(resource))
                && !statement.resources.except.iter().any(|taken| taken.covers(resource))
        };
        let count = |found: usize| u64::try_from(found).unwrap_or(u64::MAX);
        let reach = Reach {
            actions: count(self.known.actions.iter().filter(chosen).count()),
            resources: count(self.known.resources.iter().filter(opened).count()),
        };
        self.counted.insert(statement.clone(), reach);
        reach
    }
}
