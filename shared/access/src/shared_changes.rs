//! What several principals gained or lost by one act, told once: a policy that a group of a thousand gets is one piece of news,
//! and so is a user who joins a group with a hundred policies, or a policy that is edited under members who held different things.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use serde::Serialize;

use crate::{AccessChange, Cause, CauseKind, Principal, Reach, Step, Turn, UsableBy, What, gains::distance};

/// What one or more principals gained or lost together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedChange {
    /// Whether access was gained or lost.
    pub turn: Turn,
    /// To whom, by id.
    pub principals: Vec<Principal>,
    /// To what, widest first.
    pub grants: Vec<GrantChange>,
    /// Who can assume one of the principals, and so does what it does.
    #[serde(skip_serializing_if = "UsableBy::is_nobody")]
    pub usable_by: UsableBy,
}

/// One grant that was gained or lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GrantChange {
    /// What of it is new, or gone.
    pub what: What,
    /// The same in words, with the names of what ids stand for.
    pub words: String,
    /// Whose it is, by id, where it is not that of all the principals.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Step>,
    /// Whether what is taken out of it was held before; of a loss, whether it is held still.
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

/// Puts together what one act brought to several principals, and what several acts brought to the same ones; in the order of
/// turns, widest first.
#[must_use]
pub fn shared(changes: Vec<AccessChange>) -> Vec<SharedChange> {
    let mut people: BTreeMap<(Sense, String), (Principal, UsableBy)> = BTreeMap::new();
    let mut acts: BTreeMap<(Sense, Act), Bundle> = BTreeMap::new();
    for change in changes {
        let (sense, act, id) = (Sense::of(change.turn), Act::of(&change), change.principal.step.id.clone());
        people
            .entry((sense, id.clone()))
            .or_insert_with(|| (change.principal.clone(), change.usable_by.clone()));
        acts.entry((sense, act)).or_default().add(id, change);
    }
    let mut of_same: BTreeMap<(Sense, Turn, BTreeSet<String>), Bundle> = BTreeMap::new();
    for ((sense, _), bundle) in acts {
        of_same.entry((sense, bundle.turn(), bundle.holders())).or_default().join(bundle);
    }
    let bundles = of_same.into_iter().map(|((sense, turn, holders), bundle)| {
        let of = holders.into_iter().filter_map(|id| people.get(&(sense, id)).cloned());
        bundle.told(turn, of.unzip())
    });
    let mut shared = alike(bundles);
    // A stable sort: what reaches equally far stays in the order of its content.
    shared.sort_by_key(|change| {
        let is_everything = change.grants.iter().any(|grant| grant.what.is_everything());
        (change.turn, !is_everything, Reverse(change.reach()))
    });
    shared
}

/// Puts together what is the same for several principals, whatever brought it to each.
fn alike(changes: impl Iterator<Item = SharedChange>) -> Vec<SharedChange> {
    let mut several = Vec::new();
    let mut alike: BTreeMap<(Turn, UsableBy, Vec<GrantChange>), Vec<Principal>> = BTreeMap::new();
    for change in changes {
        if change.principals.len() > 1 {
            several.push(change);
        } else {
            let key = (change.turn, change.usable_by, change.grants);
            alike.entry(key).or_default().extend(change.principals);
        }
    }
    let alike = alike.into_iter().map(|((turn, usable_by, grants), principals)| SharedChange {
        turn,
        principals,
        grants,
        usable_by,
    });
    alike.chain(several).collect()
}

/// Whether something was gained, lost, or is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sense {
    Gain,
    Loss,
    Same,
}

impl Sense {
    pub(crate) const fn of(turn: Turn) -> Self {
        match turn {
            Turn::Gained | Turn::Widened => Self::Gain,
            Turn::Lost | Turn::Narrowed => Self::Loss,
            Turn::Rerouted => Self::Same,
        }
    }
}

/// What somebody did that brought a change about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    /// A thing says something else, or no longer stands in the way, for whomever it holds.
    Edited(&'static str, String),
    /// Something was attached, or somebody put into a group, by this way.
    Joined(CauseKind, Vec<String>),
    /// The principal itself is another: new, enabled, or with a credential that works.
    OfPrincipal(String),
}

impl Act {
    fn of(change: &AccessChange) -> Self {
        use CauseKind::{
            Disabled, Enabled, MayBecome, MayNotBecome, MemberAdded, MemberRemoved, PolicyAttached,
            PolicyDetached, PrincipalAdded, PrincipalRemoved, RoleAssigned, RoleUnassigned,
        };
        let Cause { kind, of, .. } = &change.cause;
        let of_principal = || Self::OfPrincipal(change.principal.step.id.clone());
        let is_group = |step: &&Step| step.kind == "group" || step.kind == "access group";
        match kind {
            PrincipalAdded | PrincipalRemoved | Enabled | Disabled => of_principal(),
            CauseKind::CredentialAdded | CauseKind::CredentialRemoved | CauseKind::Rerouted => of_principal(),
            MemberAdded | MemberRemoved | MayBecome | MayNotBecome => {
                Self::Joined(*kind, of.iter().map(|step| step.id.clone()).collect())
            }
            PolicyAttached | PolicyDetached | RoleAssigned | RoleUnassigned => {
                let way: Vec<String> = change.path.iter().skip(1).map(|step| step.id.clone()).collect();
                let is_it = |id: &String| of.first().is_some_and(|of| of.id == *id);
                let until = way.iter().position(is_it).map_or(way.len(), |last| last + 1);
                Self::Joined(*kind, way.into_iter().take(until).collect())
            }
            _ => match of.iter().find(|step| !is_group(step)).or(of.first()) {
                Some(thing) => Self::Edited(thing.kind, thing.id.clone()),
                None => of_principal(),
            },
        }
    }
}

/// Grants that were gained or lost, each with the ids of those whose it is.
#[derive(Debug, Default)]
struct Bundle {
    turns: BTreeSet<Turn>,
    grants: BTreeMap<GrantChange, BTreeSet<String>>,
}

impl Bundle {
    fn add(&mut self, id: String, change: AccessChange) {
        self.turns.insert(change.turn);
        let grant = GrantChange {
            what: change.what,
            words: change.words,
            only: Vec::new(),
            is_remainder: change.is_remainder,
            condition: change.condition,
            path: change.path.into_iter().skip(1).collect(),
            former_path: change.former_path.into_iter().skip(1).collect(),
            cause: change.cause,
            reach: change.reach,
        };
        self.grants.entry(grant).or_default().insert(id);
    }

    fn join(&mut self, other: Self) {
        self.turns.extend(other.turns);
        for (grant, holders) in other.grants {
            self.grants.entry(grant).or_default().extend(holders);
        }
    }

    /// Returns what happened: something was gained, wherever not all of it is more of what there was.
    fn turn(&self) -> Turn {
        self.turns.first().copied().unwrap_or(Turn::Rerouted)
    }

    fn holders(&self) -> BTreeSet<String> {
        self.grants.values().flatten().cloned().collect()
    }

    fn told(self, turn: Turn, (principals, usable_by): (Vec<Principal>, Vec<UsableBy>)) -> SharedChange {
        let mut grants: Vec<((u8, Reverse<usize>), GrantChange)> = Vec::new();
        for (mut grant, holders) in self.grants {
            if holders.len() < principals.len() {
                let its = principals.iter().filter(|who| holders.contains(&who.step.id));
                grant.only = its.map(|who| who.step.clone()).collect();
            }
            // Of who can assume somebody, those from outside come first.
            let its = principals.iter().filter(|who| grant.is_of(&who.step.id));
            let farthest = its.map(|who| distance(&who.step)).min();
            let is_becoming = matches!(grant.what, What::Becoming(_));
            let rank = farthest.filter(|_| is_becoming).unwrap_or(u8::MAX);
            grants.push(((rank, Reverse(holders.len())), grant));
        }
        grants.sort_by_cached_key(|(rank, grant)| {
            (!grant.what.is_everything(), Reverse(grant.reach), *rank, grant.clone())
        });
        let grants = grants.into_iter().map(|(_, grant)| grant).collect();
        SharedChange { turn, principals, grants, usable_by: UsableBy::of_any(&usable_by) }
    }
}

impl SharedChange {
    /// Returns the widest reach of its grants.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.grants.iter().map(|grant| grant.reach).max().unwrap_or_default()
    }

    /// Returns the principals whose a grant is.
    pub fn holders<'a>(&'a self, grant: &'a GrantChange) -> impl Iterator<Item = &'a Principal> {
        self.principals.iter().filter(|who| grant.is_of(&who.step.id))
    }
}

impl GrantChange {
    /// Returns whether the grant is that of a principal among those who gained or lost.
    #[must_use]
    pub fn is_of(&self, id: &str) -> bool {
        // Both are in the order of their ids.
        self.only.is_empty() || self.only.binary_search_by(|step| step.id.as_str().cmp(id)).is_ok()
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
            words: format!("assume user {target}"),
            condition: None,
            path: vec![step(who), step("group"), step(target)],
            former_path: Vec::new(),
            is_remainder: false,
            is_whole: true,
            cause: Cause::new(CauseKind::MayBecome, vec![step(target)], String::new()),
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

    /// A gain by an edited policy of a group.
    fn edited(who: &str, turn: Turn, target: &str, actions: u64) -> AccessChange {
        let step = |kind, id: &str| Step { kind, id: id.to_owned(), name: id.to_owned() };
        let path = vec![step("user", who), step("group", "ops"), step("policy", "p")];
        let cause = Cause::new(CauseKind::PolicyChanged, vec![step("policy", "p")], "changed".to_owned());
        AccessChange { path, cause, ..change(who, turn, target, actions) }
    }

    #[test]
    fn one_edit_is_told_once_though_members_held_different_things() {
        let changes = vec![
            edited("ana", Turn::Gained, "much", 9),
            edited("ben", Turn::Widened, "some", 5),
            edited("cy", Turn::Widened, "some", 5),
            edited("cy", Turn::Widened, "little", 1),
        ];
        let shared = shared(changes);
        assert_eq!(shared.len(), 1);
        let ids = |steps: &[Step]| steps.iter().map(|step| step.id.clone()).collect::<Vec<_>>();
        let only: Vec<Vec<String>> = shared[0].grants.iter().map(|grant| ids(&grant.only)).collect();
        assert_eq!(only, [vec!["ana"], vec!["ben", "cy"], vec!["cy"]]);
        assert_eq!(shared[0].turn, Turn::Gained);
        assert_eq!(
            shared[0].sentence(),
            "user ana can now assume user much: changed; user ben and 1 more can now assume user some: changed, and 1 more"
        );
    }

    #[test]
    fn what_several_gained_is_told_of_the_one_who_is_asked_for() {
        let changes = vec![
            edited("ana", Turn::Gained, "much", 9),
            edited("ben", Turn::Widened, "some", 5),
            edited("cy", Turn::Widened, "some", 5),
            edited("cy", Turn::Widened, "little", 1),
        ];
        let all = crate::ToldChange::of(&shared(changes)[0]);
        let told_of = |id: &str| {
            let mut told = all.clone();
            assert!(told.is_of(&BTreeSet::from([id.to_owned()])), "{id}");
            told.speak_of(&BTreeSet::from([id.to_owned()]));
            told.title
        };
        assert_eq!(told_of("cy"), "user cy can now assume user some: changed, and 1 more; 2 others too");
        assert_eq!(told_of("ana"), "user ana can now assume user much: changed; 2 others too");
        // Whoever is a step of the way is told what all of them gained.
        assert_eq!(told_of("ops"), all.title);
        assert!(!all.is_of(&BTreeSet::from(["dan".to_owned()])));
        let stored = serde_json::to_vec(&all).unwrap();
        assert_eq!(serde_json::from_slice::<crate::ToldChange>(&stored).unwrap(), all);
    }

    #[test]
    fn what_one_of_them_gained_by_something_else_is_told_apart() {
        let changes = vec![
            edited("ana", Turn::Gained, "x", 9),
            edited("ben", Turn::Gained, "x", 9),
            change("ben", Turn::Gained, "other", 1),
        ];
        assert_eq!(
            told(changes),
            [(vec!["ana".to_owned(), "ben".to_owned()], 1), (vec!["ben".to_owned()], 1)]
        );
    }

    #[test]
    fn two_edits_of_the_same_group_are_one_and_people_of_the_same_fate_too() {
        let other = |who| {
            let of = vec![Step { kind: "policy", id: "q".to_owned(), name: "q".to_owned() }];
            let cause = Cause::new(CauseKind::VersionChanged, of, "another".to_owned());
            AccessChange { cause, ..edited(who, Turn::Gained, "y", 3) }
        };
        let both = ["ana", "ben"].map(|who| [edited(who, Turn::Gained, "x", 9), other(who)]);
        assert_eq!(told(both.concat()), [(vec!["ana".to_owned(), "ben".to_owned()], 2)]);
        let enabled = ["ana", "ben"].map(|who| {
            let cause = Cause::new(CauseKind::Enabled, Vec::new(), "enabled".to_owned());
            AccessChange { cause, ..edited(who, Turn::Gained, "x", 9) }
        });
        assert_eq!(told(enabled.to_vec()), [(vec!["ana".to_owned(), "ben".to_owned()], 1)]);
    }

    #[test]
    fn who_may_become_one_of_several_is_told_as_that() {
        let step = |id: &str| Step { kind: "user", id: id.to_owned(), name: id.to_owned() };
        let usable_by = |ids: &[&str]| {
            let steps: Vec<Step> = ids.iter().map(|id| step(id)).collect();
            UsableBy::of_ordered(UsableBy::in_order(steps.iter()))
        };
        let profile = |who, ids: &[&str]| AccessChange {
            usable_by: usable_by(ids),
            ..edited(who, Turn::Gained, "x", 1)
        };
        let same = shared(vec![profile("one", &["ana"]), profile("two", &["ana"])]);
        assert_eq!(
            same[0].sentence(),
            "user one and 1 more (which user ana can assume) can now assume user x: changed"
        );
        let different = shared(vec![profile("one", &["ana", "ben"]), profile("two", &["ana"])]);
        assert_eq!((different.len(), different[0].usable_by.total), (1, 2));
        assert_eq!(
            different[0].sentence(),
            "user one and 1 more can now assume user x: changed; user ana, user ben can assume one of them"
        );
    }
}
