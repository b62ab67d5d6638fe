//! Tells what one role of one policy does on several services as one thing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{AccessChange, Turn, What, side::ids};
use crate::{Choice, Effect, Pattern, Resource, Statement};

const SERVICE: &str = "serviceName";

/// Joins changes of the same kind that came by the same way.
pub(super) fn joined(changes: Vec<AccessChange>) -> Vec<AccessChange> {
    let mut joined: Vec<AccessChange> = Vec::new();
    let mut places: BTreeMap<(Turn, Option<String>, Vec<String>), usize> = BTreeMap::new();
    for change in changes {
        let path = ids(&change.path).into_iter().map(str::to_owned).collect();
        let key = (kind(change.turn), change.condition.clone(), path);
        let known = places.get(&key).and_then(|place| joined.get_mut(*place));
        match known.filter(|known| can_be_one(&known.what, &change.what)) {
            Some(known) => {
                known.turn = known.turn.max(change.turn);
                if let (What::Statement(one), What::Statement(other)) = (&mut known.what, change.what) {
                    *one = together(one, &other);
                }
                if known.former_path.is_empty() {
                    known.former_path = change.former_path;
                }
            }
            None => {
                places.insert(key, joined.len());
                joined.push(change);
            }
        }
    }
    joined
}

/// Says whether two statements can be said as one: both allow, and take nothing out.
fn can_be_one(one: &What, other: &What) -> bool {
    let allows = |what: &What| match what {
        What::Statement(statement) => {
            statement.effect == Effect::Allow
                && statement.actions.except.is_empty()
                && statement.resources.except.is_empty()
        }
        What::Becoming(_) => false,
    };
    allows(one) && allows(other)
}

/// A role that widens what was on one service widens, also where it is new on another; and so the other way round.
const fn kind(turn: Turn) -> Turn {
    match turn {
        Turn::Widened => Turn::Gained,
        Turn::Narrowed => Turn::Lost,
        other => other,
    }
}

fn together(one: &Statement, other: &Statement) -> Statement {
    let actions: BTreeSet<&Pattern> = one.actions.any_of.iter().chain(&other.actions.any_of).collect();
    let mut resources = one.resources.any_of.clone();
    for resource in &other.resources.any_of {
        let is_known = resources.contains(resource);
        let like = resources.iter_mut().find(|known| differ_in_service(known, resource));
        match (like, resource.0.get(SERVICE)) {
            (Some(known), Some(services)) => {
                let joined = known.0.entry(SERVICE.to_owned()).or_default();
                joined.extend(services.clone());
                // In one order, whichever came first.
                joined.sort();
            }
            _ if is_known => {}
            _ => resources.push(resource.clone()),
        }
    }
    resources.sort();
    Statement {
        effect: one.effect,
        actions: Arc::new(Choice::any_of(actions.into_iter().cloned().collect())),
        resources: Choice::any_of(resources),
        condition: one.condition.clone(),
    }
}

fn differ_in_service(one: &Resource, other: &Resource) -> bool {
    let rest = |resource: &Resource| -> Vec<(String, Vec<Pattern>)> {
        let attributes = resource.0.iter().filter(|(attribute, _)| *attribute != SERVICE);
        attributes.map(|(attribute, patterns)| (attribute.clone(), patterns.clone())).collect()
    };
    match (one.0.get(SERVICE), other.0.get(SERVICE)) {
        (Some(mine), Some(theirs)) => {
            !theirs.iter().any(|service| mine.contains(service)) && rest(one) == rest(other)
        }
        _ => false,
    }
}
