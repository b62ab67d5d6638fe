//! What several principals gained or lost alike, told once: a policy that a group of a thousand gets is one piece of news,
//! and so is a user who joins a group with a hundred policies.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Serialize;

use crate::{AccessChange, Cause, Principal, Reach, Step, Turn, UsableBy, What};

/// What one or more principals gained or lost alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedChange {
    /// Whether access was gained or lost.
    pub turn: Turn,
    /// To whom, by id.
    pub principals: Vec<Principal>,
    /// To what, widest first.
    pub grants: Vec<GrantChange>,
    /// Who may become one of the principals, and so does what it does.
    #[serde(skip_serializing_if = "UsableBy::is_nobody")]
    pub usable_by: UsableBy,
}

/// One grant that was gained or lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GrantChange {
    /// What of it is new, or gone.
    pub what: What,
    /// Whether what is taken out of it was held before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_remainder: bool,
    /// What must hold besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The way to it, after the principal: the present one, or for a loss the former.
    pub path: Vec<Step>,
    /// The way that was, where there is another now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former_path: Vec<Step>,
    /// The change that is the cause.
    pub cause: Cause,
    /// How far it goes.
    pub reach: Reach,
}

/// Puts together what is the same for several principals, in the order of turns, widest first.
#[must_use]
pub fn shared(changes: Vec<AccessChange>) -> Vec<SharedChange> {
    type Key = (Turn, String);
    let mut by_principal: BTreeMap<Key, (Principal, UsableBy, Vec<GrantChange>)> = BTreeMap::new();
    for change in changes {
        let key = (change.turn, change.principal.step.id.clone());
        let new = || (change.principal.clone(), change.usable_by.clone(), Vec::new());
        let (.., grants) = by_principal.entry(key).or_insert_with(new);
        grants.push(GrantChange {
            what: change.what,
            is_remainder: change.is_remainder,
            condition: change.condition,
            path: change.path.into_iter().skip(1).collect(),
            former_path: change.former_path.into_iter().skip(1).collect(),
            cause: change.cause,
            reach: change.reach,
        });
    }
    let mut alike: BTreeMap<(Turn, UsableBy, Vec<GrantChange>), Vec<Principal>> = BTreeMap::new();
    for ((turn, _), (principal, usable_by, mut grants)) in by_principal {
        grants.sort_by_cached_key(|grant| (!grant.what.is_everything(), Reverse(grant.reach), grant.clone()));
        alike.entry((turn, usable_by, grants)).or_default().push(principal);
    }
    let mut shared: Vec<SharedChange> = alike
        .into_iter()
        .map(|((turn, usable_by, grants), principals)| SharedChange { turn, principals, grants, usable_by })
        .collect();
    // A stable sort: what reaches equally far stays in the order of its content.
    shared.sort_by_key(|change| {
        let is_everything = change.grants.iter().any(|grant| grant.what.is_everything());
        (change.turn, !is_everything, Reverse(change.reach()))
    });
    shared
}

impl SharedChange {
    /// Returns the widest reach of its grants.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.grants.iter().map(|grant| grant.reach).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CauseKind, Standing};

    fn change(who: &str, turn: Turn, target: &str, actions: u64) -> AccessChange {
        let step = |id: &str| Step { kind: "user", id: id.to_owned(), name: id.to_owned() };
        AccessChange {
            principal: Principal { step: step(who), standing: Standing::Active, is_bounded: false },
            turn,
            what: What::Becoming(step(target)),
            condition: None,
            path: vec![step(who), step("group"), step(target)],
            former_path: Vec::new(),
            is_remainder: false,
            is_whole: true,
            cause: Cause::new(CauseKind::MayBecome, Vec::new(), String::new()),
            usable_by: UsableBy::default(),
            reach: Reach { actions, resources: 0 },
        }
    }

    fn told(changes: Vec<AccessChange>) -> Vec<(Vec<String>, usize)> {
        let ids = |change: &SharedChange| change.principals.iter().map(|who| who.step.id.clone()).collect();
        shared(changes).iter().map(|change| (ids(change), change.grants.len())).collect()
    }

    #[test]
    fn the_same_gain_of_many_is_one() {
        let gains = ["ana", "ben", "cy"].map(|who| change(who, Turn::Gained, "admin", 9));
        assert_eq!(told(gains.to_vec()), [(vec!["ana".into(), "ben".into(), "cy".into()], 1)]);
    }

    #[test]
    fn many_gains_of_one_are_one_the_widest_first() {
        let gains = vec![change("ana", Turn::Gained, "few", 1), change("ana", Turn::Gained, "many", 9)];
        let shared = shared(gains);
        assert_eq!(shared.len(), 1);
        assert_eq!(shared[0].grants.iter().map(|grant| grant.reach.actions).collect::<Vec<_>>(), [9, 1]);
        assert_eq!(shared[0].grants[0].path.len(), 2, "the path begins after the principal");
    }

    #[test]
    fn different_gains_and_losses_stay_apart_the_widest_gain_first() {
        let changes = vec![
            change("ana", Turn::Lost, "x", 99),
            change("ana", Turn::Gained, "x", 1),
            change("ben", Turn::Gained, "y", 5),
        ];
        assert_eq!(
            told(changes),
            [(vec!["ben".into()], 1), (vec!["ana".into()], 1), (vec!["ana".into()], 1)]
        );
    }
}
