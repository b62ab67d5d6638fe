//! What was gained and lost as texts and JSON, as the run that found it stores it: whoever reads a life compares nothing anew.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{GrantChange, SharedChange, Turn, sentence::standing, steps::is_id_among};

/// Grants that are told one by one: somebody who joins a group may get hundreds, and what they are is in the tables.
const GRANTS: usize = 5;

/// What one or more principals gained or lost together, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldChange {
    /// What happened, as one sentence.
    pub title: String,
    /// Whether access was gained or lost.
    pub turn: Turn,
    /// Who gained or lost it.
    pub principals: Vec<ToldPrincipal>,
    /// To what, widest first: the first few, and the widest of each principal.
    pub grants: Vec<ToldGrant>,
    /// How many grants there are.
    pub grants_total: usize,
    /// The ids of all steps of the ways, former and present.
    pub through: BTreeSet<String>,
    /// The first of those who can assume one of the principals, and how many can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usable_by: Option<Value>,
    /// The sensitive permissions that came with it, where they were looked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive: Vec<Value>,
}

/// Who gained or lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldPrincipal {
    /// Its id, as the cloud gave it.
    pub id: String,
    /// What it is called in a sentence.
    pub words: String,
    /// How many of the grants are its.
    pub grants_total: usize,
    /// Its kind, name and standing.
    #[serde(flatten)]
    pub rest: Value,
}

/// What was gained or lost by one grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldGrant {
    /// What happened by it, after whom it happened to.
    pub title: String,
    /// Its parts, as [`GrantChange`] has them, but what it is, which its words say: its paths, its cause, and whose it is where it is
    /// not everybody's.
    #[serde(flatten)]
    pub rest: Value,
}

impl ToldChange {
    /// Takes what a change says, in its own words.
    #[must_use]
    pub fn of(change: &SharedChange) -> Self {
        let grant = |grant: &GrantChange| ToldGrant {
            title: grant.told(change.turn),
            rest: without(json!(grant), "what"),
        };
        let steps = change.grants.iter().flat_map(|grant| grant.path.iter().chain(&grant.former_path));
        let principals = change.principals.iter().map(|who| ToldPrincipal {
            id: who.step.id.clone(),
            words: standing(who),
            grants_total: change.grants.iter().filter(|grant| grant.is_of(&who.step.id)).count(),
            rest: without(json!(who), "id"),
        });
        Self {
            title: change.sentence(),
            turn: change.turn,
            principals: principals.collect(),
            grants: telling(change).map(grant).collect(),
            grants_total: change.grants.len(),
            through: steps.map(|step| step.id.clone()).collect(),
            usable_by: (!change.usable_by.is_nobody()).then(|| json!(change.usable_by)),
            sensitive: Vec::new(),
        }
    }

    /// Returns whether it is of one of some things, by id: they gained or lost, or are a step of the way.
    #[must_use]
    pub fn is_of(&self, ids: &BTreeSet<String>) -> bool {
        let principals = self.principals.iter().map(|who| &who.id);
        principals.chain(&self.through).any(|id| is_id_among(id, ids))
    }

    /// Lets the sentence speak of one of some things, by id, where that is one of several who gained or lost: of what it did itself.
    pub fn speak_of(&mut self, ids: &BTreeSet<String>) {
        let Some(who) = self.principals.iter().find(|who| is_id_among(&who.id, ids)) else { return };
        let is_its =
            |grant: &&ToldGrant| grant.rest.get("only").is_none() || names_any(&grant.rest, "only", ids);
        let widest = self.grants.iter().find(is_its).filter(|_| self.principals.len() > 1);
        let Some(widest) = widest else { return };
        let more = match who.grants_total.saturating_sub(1) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let others = match self.principals.len() - 1 {
            1 => "; one other too".to_owned(),
            others => format!("; {others} others too"),
        };
        self.title = format!("{} {}{more}{others}", who.words, widest.title);
    }
}

/// Returns the grants of a change that are told one by one: the first few, and of every principal the widest.
fn telling(change: &SharedChange) -> impl Iterator<Item = &GrantChange> {
    let mut told: BTreeSet<&str> = BTreeSet::new();
    change.grants.iter().enumerate().filter_map(move |(place, grant)| {
        let before = told.len();
        told.extend(change.holders(grant).map(|who| who.step.id.as_str()));
        (place < GRANTS || told.len() > before).then_some(grant)
    })
}

/// Returns an object without one of its members.
fn without(mut object: Value, name: &str) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.remove(name);
    }
    object
}

/// Returns whether one of the steps in a member, as they are told, is a thing with one of some ids.
#[must_use]
pub fn names_any(value: &Value, member: &str, ids: &BTreeSet<String>) -> bool {
    let steps = value.get(member).and_then(Value::as_array);
    steps.into_iter().flatten().filter_map(|step| step.get("id")?.as_str()).any(|id| is_id_among(id, ids))
}
