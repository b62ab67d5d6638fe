//! Gains and losses against every request there is, before and after.

use model::{Coverage, ListStatus, Rows, State, tables, tables::huawei as t};
use proptest::prelude::*;

use super::{ACCOUNT, Account, Answer, Tables, Written, accounts, requests, statements};
use crate::{
    Access, AccessChange, Extent, Turn, What,
    huawei::{access, inventory, question},
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

/// The contexts that a condition of this world may be asked in: with a second factor, and without.
const CONTEXTS: [bool; 2] = [false, true];

impl Account {
    /// Returns whether a request is let through in a context: something allows it, the organisation on each level too, and
    /// nothing denies it.
    fn lets(&self, user: usize, action: &str, urn: &str, has_mfa: bool) -> bool {
        let applies = |written: &&Written| match written.applies(action, urn) {
            Answer::No => false,
            Answer::Perhaps => has_mfa,
            Answer::Yes => true,
        };
        let holds = |attached: &[bool; 3]| attached[user] || (attached[2] && self.members[user]);
        let own =
            self.policies.iter().filter(|(_, attached)| holds(attached)).flat_map(|(written, _)| written);
        let own: Vec<&Written> = own.filter(applies).collect();
        let levels = self.bounds.iter().flatten().filter(|level| !level.is_empty());
        let levels: Vec<Vec<&Written>> = levels.map(|level| level.iter().filter(applies).collect()).collect();
        own.iter().any(|written| !written.deny)
            && levels.iter().all(|level| level.iter().any(|written| !written.deny))
            && !own.iter().chain(levels.iter().flatten()).any(|written| written.deny)
    }
}

/// Returns whether a change tells of a request in a context: it speaks of it, under what must hold, and not under what it
/// was held before.
fn tells(change: &AccessChange, action: &str, urn: &str, has_mfa: bool) -> bool {
    let What::Statement(statement) = &change.what else { return false };
    let mfa = "g:MFAPresent Bool true";
    let holds = |words: Option<&str>| match words {
        None => true,
        Some(words) if words == mfa => has_mfa,
        Some(words) if words == format!("unless {mfa}") => !has_mfa,
        Some(words) => panic!("{words}"),
    };
    statement.extent(&question(action, Some(urn))) != Extent::None
        && holds(change.condition.as_deref())
        && !change.cause.held_if.as_deref().is_some_and(|words| holds(Some(words)))
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
        let changes = after.changes_since(&before, &inventory(&present.state()));
        for (number, user) in ["u0", "u1"].into_iter().enumerate() {
            let of_user = changes.iter().filter(|change| change.principal.step.id == user);
            let (gains, losses): (Vec<&AccessChange>, Vec<&AccessChange>) =
                of_user.filter(|change| change.turn != Turn::Rerouted).partition(|change| GAINS.contains(&change.turn));
            for ((action, urn), has_mfa) in requests().iter().flat_map(|each| CONTEXTS.map(|mfa| (each, mfa))) {
                let was = former.lets(number, action, urn, has_mfa);
                let is = present.lets(number, action, urn, has_mfa);
                let tells = |changes: &[&AccessChange]| changes.iter().any(|each| tells(each, action, urn, has_mfa));
                prop_assert_eq!(tells(&gains), is && !was, "gained: {} {} {} {}\n{:#?}", user, action, urn, has_mfa, gains);
                prop_assert_eq!(tells(&losses), was && !is, "lost: {} {} {} {}\n{:#?}", user, action, urn, has_mfa, losses);
            }
        }
        let back = before.changes_since(&after, &inventory(&former.state()));
        prop_assert_eq!(told(&changes, &GAINS), told(&back, &LOSSES));
        prop_assert_eq!(told(&changes, &LOSSES), told(&back, &GAINS));
        prop_assert_eq!(after.changes_since(&after, &inventory(&present.state())), []);
        // Who asks of some things is told what the others are told of them.
        for id in ["u0", "u1", "g", "p0", "p1"] {
            let ids = [id.to_owned()].into();
            let near = after.changes_near(&before, &inventory(&present.state()), &ids);
            let of_it = |change: &&AccessChange| {
                change.path.iter().chain(&change.former_path).any(|step| step.id == id)
            };
            prop_assert_eq!(near, changes.iter().filter(of_it).cloned().collect::<Vec<_>>());
        }
        // Who asks for gains alone is told the same of them.
        let alone = after.gains_since(&before, &inventory(&present.state()));
        let gains = changes.into_iter().filter(|change| GAINS.contains(&change.turn));
        prop_assert_eq!(alone, gains.collect::<Vec<_>>());
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
        let changes = after.changes_since(&before, &inventory(&both.state()));
        let is_more = |(action, urn): &(String, String)| {
            CONTEXTS.iter().any(|mfa| both.lets(0, action, urn, *mfa) && !wide.lets(0, action, urn, *mfa))
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
    let changes = access(&after.state()).changes_since(&access(&before.state()), &inventory(&after.state()));
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
fn what_no_longer_denies_whom_nobody_could_see_is_told_when_they_are_seen() {
    let (allow, deny) = (written(false, "iam:users:*"), written(true, "iam:users:put"));
    let denied = access(&account(vec![allow.clone(), deny], None).state());
    let open = account(vec![allow], None).state();
    let (now, known) = (access(&open), inventory(&open));
    let told = |withheld: &[(&str, i64)], later: Option<i64>| {
        let mut former = now.clone();
        former.set_withheld(withheld.iter().map(|(id, number)| ((*id).to_owned(), *number)).collect());
        // A list by which it may have been held unseen was whole in a snapshot of its own.
        let attachments = |number: i64| Coverage {
            listing: "huawei_policy_attachments".to_owned(),
            parent: "p0".to_owned(),
            endpoint: String::new(),
            status: ListStatus::Failed,
            reason: None,
            pages: 1,
            rows: 0,
            carried_from: Some(number),
        };
        let mut lists = State::default();
        let rows = later.into_iter().map(|number| attachments(number).row()).collect();
        lists.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, rows));
        former.set_former_lists(model::Lists::of(&lists));
        let mut changes = now.gains_since(&former, &known);
        assert_eq!(changes, [], "it was lifted in the run before");
        let of = |number: i64| (number, if number <= 3 { denied.clone() } else { now.clone() });
        let earlier = now.snapshots_to_ask(&former, &changes).into_iter().chain(later).map(of).collect();
        now.hold_gains_against(&former, &earlier, &known, &mut changes);
        changes.len()
    };
    assert_eq!(told(&[("u0", 3)], None), 1);
    assert_eq!(told(&[("u0", 3)], Some(5)), 1, "what it held unseen after that was told of no more for it");
    assert_eq!(told(&[], None), 0, "who was seen was told of");
    assert_eq!(told(&[("u1", 3)], None), 0, "another was not seen");
}

#[test]
fn what_no_longer_denies_who_was_not_seen_is_told_where_a_group_shows_that_they_are_there() {
    let (allow, deny) = (written(false, "iam:users:*"), written(true, "iam:users:put"));
    let account = |is_denied: bool, is_member: bool| Account {
        policies: vec![
            (vec![allow.clone()], [true, false, false]),
            (vec![deny.clone()], [false, false, is_denied]),
        ],
        members: [is_member, false],
        bounds: None,
    };
    let is_of_nobody = |open: &Account, members: ListStatus| {
        let denied = access(&account(true, true).state());
        let mut state = open.state();
        let list = Coverage {
            listing: "huawei_group_members".to_owned(),
            parent: "g".to_owned(),
            endpoint: String::new(),
            status: members,
            reason: None,
            pages: 1,
            rows: 1,
            carried_from: (members != ListStatus::Complete).then_some(3),
        };
        state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, vec![list.row()]));
        let user = state.rows(&t::USERS).iter().next().unwrap().clone();
        state.mark_carried(&t::USERS, &user);
        let now = access(&state);
        let gains = now.gains_since(&denied, &inventory(&state));
        assert_eq!(gains.len(), 1);
        now.is_lifted_of_nobody(&gains[0])
    };
    let (detached, left) = (account(false, true), account(true, false));
    assert!(!is_of_nobody(&detached, ListStatus::Complete), "a member is there");
    assert!(is_of_nobody(&detached, ListStatus::Failed), "who was a member may be gone");
    assert!(is_of_nobody(&left, ListStatus::Complete));
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
    deny_policies_of_organisation(&mut blind);
    let known = inventory(&blind);
    assert_eq!(access(&blind).changes_since(&access(&bounded.state()), &known), []);
    assert_eq!(access(&bounded.state()).changes_since(&access(&blind), &known), []);
    assert_ne!(turns(&bounded, &free), []);
    assert!(Tables::default().0.is_empty());
}

/// Lets nobody see the service control policies of a state.
fn deny_policies_of_organisation(state: &mut State) {
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
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, vec![list.row()]));
}

#[test]
fn policies_of_an_organisation_that_nobody_saw_stand_in_no_gain_of_whom_they_do_not_bind() {
    let gain = |managed_by: Option<&str>, kind: &str| {
        let [before, after] = [false, true].map(|has| {
            let own = if has { vec![written(false, "iam:*:*")] } else { Vec::new() };
            let mut state = account(own, None).state();
            deny_policies_of_organisation(&mut state);
            let manager = managed_by.map(|account| {
                let draft = t::ORGANIZATIONS.draft().set("id", "o").set("management_account_id", account);
                draft.row()
            });
            state.put(&t::ORGANIZATIONS, Rows::new(&t::ORGANIZATIONS, manager.into_iter().collect()));
            let agency = t::AGENCIES.draft().set("agency_id", "a0").set("name", "a0").set("kind", kind);
            state.put(&t::AGENCIES, Rows::new(&t::AGENCIES, vec![agency.row()]));
            let attached = t::POLICY_ATTACHMENTS.draft().set("policy_id", "p0").set("entity_type", "agency");
            let attached = has.then(|| attached.set("entity_id", "a0").row());
            let known = state.rows(&t::POLICY_ATTACHMENTS).iter().cloned().chain(attached).collect();
            state.put(&t::POLICY_ATTACHMENTS, Rows::new(&t::POLICY_ATTACHMENTS, known));
            state
        });
        let changes = access(&after).changes_since(&access(&before), &inventory(&after));
        let of = |id: &str| {
            let mut gained = changes.iter().filter(|change| change.principal.step.id == id);
            gained.next().expect("a gain").condition.clone()
        };
        [of("u0"), of("a0")]
    };
    let unseen = Some("unless a service control policy that could not be seen takes it away".to_owned());
    assert_eq!(gain(Some("other"), "trust"), [unseen.clone(), unseen.clone()]);
    assert_eq!(gain(None, "service_linked"), [unseen, None]);
    assert_eq!(gain(Some(ACCOUNT), "trust"), [None, None]);
}
