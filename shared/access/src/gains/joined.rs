//! Tells what one role of one policy does on several services as one thing.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::{AccessChange, Cause, Turn, What, shared_actions::SharedActions, side::ids};
use crate::{Attribute, Choice, Pattern, Resource, Statement, attributes::attribute};

const SERVICE: &str = "serviceName";

/// What must be the same: what happened, the condition, the cause, the way.
type Key = (Turn, Option<String>, Cause, Vec<String>);

/// Joins changes of the same kind that came by the same way.
pub(super) fn joined(changes: Vec<AccessChange>, shared: &mut SharedActions) -> Vec<AccessChange> {
    let mut joined: Vec<AccessChange> = Vec::new();
    let mut places: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for change in changes {
        let path = ids(&change.path).into_iter().map(str::to_owned).collect();
        let key = (kind(change.turn), change.condition.clone(), change.cause.clone(), path);
        let places = places.entry(key).or_default();
        let is_one = |place: &&usize| joined.get(**place).is_some_and(|known| can_be_one(known, &change));
        let place = places.iter().find(is_one).copied();
        match place.and_then(|place| joined.get_mut(place)) {
            Some(known) => {
                known.turn = known.turn.max(change.turn);
                known.is_remainder |= change.is_remainder;
                known.is_whole &= change.is_whole;
                if let (What::Statement(one), What::Statement(other)) = (&mut known.what, change.what) {
                    *one = together(one, &other, shared);
                }
                if known.former_path.is_empty() {
                    known.former_path = change.former_path;
                }
            }
            None => {
                places.push(joined.len());
                joined.push(change);
            }
        }
    }
    joined
}

/// Returns whether two statements can be said as one: what is said then is no more than both. An action that only one of
/// them has must be of a service of its own, for it would be said of the services of both; unless both are all that one role
/// gives on its services.
fn can_be_one(one: &AccessChange, other: &AccessChange) -> bool {
    let are_whole = one.is_whole && other.is_whole;
    let (What::Statement(one), What::Statement(other)) = (&one.what, &other.what) else { return false };
    one.effect == other.effect
        && one.actions.except.is_empty()
        && other.actions.except.is_empty()
        && one.resources.except == other.resources.except
        && (are_whole || (differ(one, other) && is_own(one, other) && is_own(other, one)))
}

/// Returns whether each action that only one of two statements has is of a service that it names.
fn is_own(mine: &Statement, theirs: &Statement) -> bool {
    if mine.actions == theirs.actions {
        return true;
    }
    let known: FxHashSet<&Pattern> = theirs.actions.any_of.iter().collect();
    let mut only = mine.actions.any_of.iter().filter(|action| !known.contains(action));
    only.all(|action| services(mine).any(|service| action.is_of_service(service)))
}

/// Returns whether each resource of one is that of the other but for the service.
fn differ(one: &Statement, other: &Statement) -> bool {
    let others = &other.resources.any_of;
    one.resources.any_of.iter().all(|one| others.iter().all(|other| differ_in_service(one, other)))
}

fn services(statement: &Statement) -> impl Iterator<Item = &Pattern> {
    statement.resources.any_of.iter().filter_map(|resource| resource.0.get(SERVICE)).flatten()
}

/// A role that widens what was on one service widens, also where it is new on another; and so the other way round.
const fn kind(turn: Turn) -> Turn {
    match turn {
        Turn::Widened => Turn::Gained,
        Turn::Narrowed => Turn::Lost,
        other => other,
    }
}

fn together(one: &Statement, other: &Statement, shared: &mut SharedActions) -> Statement {
    let actions: BTreeSet<&Pattern> = one.actions.any_of.iter().chain(&other.actions.any_of).collect();
    let mut resources = one.resources.any_of.clone();
    for resource in &other.resources.any_of {
        let is_known = resources.contains(resource);
        let like = resources.iter_mut().find(|known| differ_in_service(known, resource));
        match (like, resource.0.get(SERVICE)) {
            (Some(known), Some(services)) => {
                let joined = known.0.entry(attribute(SERVICE)).or_default();
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
        actions: shared.share(Choice::any_of(actions.into_iter().cloned().collect())),
        resources: Choice { any_of: resources, except: one.resources.except.clone() }.into(),
        condition: one.condition.clone(),
    }
}

fn differ_in_service(one: &Resource, other: &Resource) -> bool {
    fn rest(resource: &Resource) -> impl Iterator<Item = (&Attribute, &Vec<Pattern>)> {
        resource.0.iter().filter(|(attribute, _)| *attribute != SERVICE)
    }
    match (one.0.get(SERVICE), other.0.get(SERVICE)) {
        (Some(mine), Some(theirs)) => {
            !theirs.iter().any(|service| mine.contains(service)) && rest(one).eq(rest(other))
        }
        _ => false,
    }
}
