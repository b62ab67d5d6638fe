//! Gains and losses against every request there is, before and after.

use model::{Coverage, ListStatus};
use proptest::prelude::*;

use super::{Account, Decision, Tables, Written, accounts, requests, statements};
use crate::{
    Access, AccessChange, Extent, Turn, What,
    huawei::{access, known, question},
};

/// The same policies at another time: some attached to others, some statements of others.
fn pairs() -> impl Strategy<Value = (Account, Account)> {
    let moved = (any::<[bool; 2]>(), prop::collection::vec(any::<[bool; 3]>(), 4), any::<u8>());
    (accounts(), moved, prop::collection::vec(statements(), 1..3), prop::option::of(accounts())).prop_map(
        |(before, (members, attached, choice), written, other)| {
            let mut after = before.clone();
            match choice % 5 {
                0 => after.members = members,
                1 => after.policies.iter_mut().zip(attached).for_each(|(policy, now)| policy.1 = now),
                2 => after.policies.iter_mut().take(1).for_each(|policy| policy.0.extend(written.clone())),
                3 => after.bounds = other.and_then(|other| other.bounds),
                _ => after = other.unwrap_or(after),
            }
            (before, after)
        },
    )
}

fn rank(decision: Decision) -> u8 {
    match decision {
        Decision::NotAllowed | Decision::Denied => 0,
        Decision::Depends => 1,
        Decision::Allowed => 2,
    }
}

fn is_about(change: &AccessChange, action: &str, urn: &str) -> bool {
    match &change.what {
        What::Statement(statement) => statement.extent(&question(action, Some(urn))) != Extent::None,
        What::Becoming(_) => false,
    }
}

fn is_told(changes: &[AccessChange], turns: &[Turn], user: &str, action: &str, urn: &str) -> bool {
    changes.iter().any(|change| {
        change.principal.step.id == user && turns.contains(&change.turn) && is_about(change, action, urn)
    })
}

const GAINS: [Turn; 2] = [Turn::Gained, Turn::Widened];
const LOSSES: [Turn; 2] = [Turn::Lost, Turn::Narrowed];

fn told(changes: &[AccessChange], turns: &[Turn]) -> Vec<String> {
    let of_turn = changes.iter().filter(|change| turns.contains(&change.turn));
    let mut told: Vec<String> =
        of_turn.map(|change| format!("{} {:?}", change.principal.step.id, change.what)).collect();
    told.sort();
    told
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn whatever_becomes_possible_is_told_and_whatever_ceases_to_be((former, present) in pairs()) {
        let (before, after) = (access(&former.state()), access(&present.state()));
        let changes = after.gains_since(&before, &known(&present.state()));
        for (number, user) in ["u0", "u1"].into_iter().enumerate() {
            for (action, urn) in requests() {
                let was = rank(former.decide(number, &action, &urn));
                let is = rank(present.decide(number, &action, &urn));
                if is > was {
                    prop_assert!(is_told(&changes, &GAINS, user, &action, &urn), "{} gained {} {}", user, action, urn);
                }
                if is < was {
                    prop_assert!(is_told(&changes, &LOSSES, user, &action, &urn), "{} lost {} {}", user, action, urn);
                }
            }
        }
        let back = before.gains_since(&after, &known(&former.state()));
        prop_assert_eq!(told(&changes, &GAINS), told(&back, &LOSSES));
        prop_assert_eq!(told(&changes, &LOSSES), told(&back, &GAINS));
        prop_assert_eq!(after.gains_since(&after, &known(&present.state())), []);
    }

    /// Where nothing denies, a gain without a condition lets through what was not sure before, if there is anything
    /// in this small world that it speaks of and that no other statement spoke of.
    #[test]
    fn nothing_is_told_as_gained_that_a_single_wider_statement_gave(
        written in statements(),
        narrower in statements(),
        in_group in any::<bool>(),
    ) {
        let allowing = |written: &Written| Written { deny: false, ..written.clone() };
        let account = |written: Vec<Written>| Account {
            policies: vec![(written, [!in_group, false, in_group])],
            members: [true, false],
            bounds: None,
        };
        let wide = account(vec![allowing(&written)]);
        let both = account(vec![allowing(&written), allowing(&narrower)]);
        let (before, after) = (access(&wide.state()), access(&both.state()));
        let changes = after.gains_since(&before, &known(&both.state()));
        let is_more = |(action, urn): &(String, String)| {
            rank(both.decide(0, action, urn)) > rank(wide.decide(0, action, urn))
        };
        prop_assert!(!changes.is_empty() || !requests().iter().any(is_more));
        let covers = |access: &Access| {
            let all: Vec<_> = access.sources.iter().map(|source| &source.statement).collect();
            all.len() == 2 && all[0].covers(all[1])
        };
        prop_assert!(changes.is_empty() || !covers(&after), "{:?}", changes);
    }
}

fn written(deny: bool, action: &str) -> Written {
    Written {
        deny,
        actions: vec![action.to_owned()],
        not_action: false,
        resources: Vec::new(),
        not_resource: false,
        conditional: false,
    }
}

fn account(own: Vec<Written>, bounds: Option<[Vec<Written>; 2]>) -> Account {
    Account { policies: vec![(own, [true, false, false])], members: [false, false], bounds }
}

fn turns(before: &Account, after: &Account) -> Vec<(Turn, usize)> {
    let changes = access(&after.state()).gains_since(&access(&before.state()), &known(&after.state()));
    changes.iter().map(|change| (change.turn, change.path.len())).collect()
}

#[test]
fn a_statement_that_no_longer_denies_is_a_gain_only_where_something_allows() {
    let (allow, deny) = (written(false, "iam:users:*"), written(true, "iam:users:put"));
    let denied = account(vec![allow.clone(), deny.clone()], None);
    let open = account(vec![allow], None);
    assert_eq!(turns(&denied, &open), [(Turn::Gained, 4)]);
    assert_eq!(turns(&open, &denied), [(Turn::Lost, 4)]);
    let nothing = account(Vec::new(), None);
    assert_eq!(turns(&account(vec![deny], None), &nothing), []);
}

#[test]
fn what_something_denies_all_the_same_is_no_gain() {
    let deny = written(true, "iam:*:*");
    let before = account(vec![deny.clone()], None);
    assert_eq!(turns(&before, &account(vec![deny, written(false, "iam:users:put")], None)), []);
}

#[test]
fn a_wider_bound_of_the_organisation_opens_what_was_granted_all_along() {
    let own = || vec![written(false, "iam:*:*")];
    let bound = |action: &str| Some([vec![written(false, "*")], vec![written(false, action)]]);
    let (narrow, wide) = (account(own(), bound("iam:users:*")), account(own(), bound("*")));
    assert_eq!(turns(&narrow, &wide), [(Turn::Widened, 4)]);
    assert_eq!(turns(&wide, &narrow), [(Turn::Narrowed, 4)]);
    assert_eq!(turns(&narrow, &account(own(), bound("obs:*"))), [(Turn::Lost, 4)]);
    assert_eq!(turns(&narrow, &account(own(), None)), [(Turn::Widened, 4)]);
}

#[test]
fn bounds_that_could_not_be_read_are_neither_gained_nor_lost() {
    let own = || vec![written(false, "iam:*:*")];
    let bounded = account(own(), Some([vec![written(false, "*")], vec![written(false, "obs:*")]]));
    let free = account(own(), None);
    let mut blind = free.state();
    let list = Coverage {
        listing: "huawei_scps".to_owned(),
        parent: String::new(),
        endpoint: String::new(),
        status: ListStatus::Denied,
        reason: None,
        pages: 0,
        rows: 0,
        carried_from: None,
    };
    let coverage = &model::tables::COVERAGE;
    blind.put(coverage, model::Rows::new(coverage, vec![list.row()]));
    let known = known(&blind);
    assert_eq!(access(&blind).gains_since(&access(&bounded.state()), &known), []);
    assert_eq!(access(&bounded.state()).gains_since(&access(&blind), &known), []);
    assert_ne!(turns(&bounded, &free), []);
    assert!(Tables::default().0.is_empty());
}
