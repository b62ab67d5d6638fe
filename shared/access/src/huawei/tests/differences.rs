//! Gains and losses against every request in every context, before and after one edit: what is told is the difference.
//!
//! The evaluator knows nothing of this crate: it takes one user, one action, one resource, one time, address and second
//! factor, and goes through the statements that are attached.

use model::{State, tables::huawei as t};
use proptest::{prelude::*, sample::select};

use super::{Tables, action_fits, resource_fits};
use crate::{
    AccessChange, CauseKind, Extent, Turn, What,
    huawei::{access, known, question},
};

/// What a statement may ask: key, operator, values.
const CONDITIONS: [(&str, &str, &[&str]); 7] = [
    ("g:MFAPresent", "Bool", &["true"]),
    ("g:SourceIp", "IpAddress", &["10.0.0.0/8"]),
    ("g:SourceIp", "IpAddress", &["10.1.0.0/16"]),
    ("g:SourceIp", "IpAddress", &["10.1.0.0/16", "192.168.0.0/16"]),
    ("g:SourceIp", "NotIpAddress", &["10.0.0.0/8"]),
    ("g:CurrentTime", "DateLessThan", &["2026-01-01T00:00:00Z"]),
    ("g:CurrentTime", "DateLessThan", &["2027-01-01T00:00:00Z"]),
];
const ACTIONS: [&str; 10] = [
    "*",
    "obs:*:*",
    "obs:object:*",
    "obs:object:get*",
    "obs:object:put*",
    "obs:object:*Object",
    "obs:object:getObject",
    "obs:bucket:delete",
    "*:*:get*",
    "ecs:*:*",
];
const RESOURCES: [&str; 5] = ["*", "obs:*:*:object:a/*", "obs:*:*:object:a/x", "obs:*:*:*:*", "*:eu:*:*:*"];

/// What is asked at which time.
#[derive(Debug, Clone, Copy)]
struct Context {
    has_mfa: bool,
    /// Whether the address is in 10.1.0.0/16, 10.0.0.0/8, 192.168.0.0/16.
    networks: [bool; 3],
    year: u32,
}

#[derive(Debug, Clone, PartialEq)]
struct Said {
    deny: bool,
    actions: Vec<&'static str>,
    resources: Vec<&'static str>,
    conditions: Vec<usize>,
}

#[derive(Debug, Clone)]
struct World {
    /// Statements of each policy, and whom it is attached to: user 0, user 1, the group.
    policies: Vec<(Vec<Said>, [bool; 3])>,
    members: [bool; 2],
    scps: Option<Vec<Said>>,
    enabled: [bool; 2],
}

fn contexts() -> Vec<Context> {
    let networks = [[true, true, false], [false, true, false], [false, false, true], [false; 3]];
    let mut contexts = Vec::new();
    for has_mfa in [false, true] {
        for networks in networks {
            contexts.extend([2025, 2026, 2028].map(|year| Context { has_mfa, networks, year }));
        }
    }
    contexts
}

fn requests() -> Vec<(&'static str, &'static str)> {
    vec![
        ("obs:object:getobject", "obs:eu:acc:object:a/x"),
        ("obs:object:getobject", "obs:us:acc:object:b"),
        ("obs:object:getacl", "obs:eu:acc:object:a/y"),
        ("obs:object:putobject", "obs:eu:acc:object:a/x"),
        ("obs:object:deleteobject", "obs:us:acc:object:a/x"),
        ("obs:bucket:delete", "obs:eu:acc:bucket:b"),
        ("ecs:servers:get", "ecs:us:acc:instance:i"),
        ("ecs:servers:delete", "ecs:eu:acc:instance:i"),
    ]
}

/// The conditions by number, decided in a context.
fn holds(condition: usize, context: &Context) -> bool {
    let [narrow, wide, other] = context.networks;
    match condition {
        0 => context.has_mfa,
        1 => wide,
        2 => narrow,
        3 => narrow || other,
        4 => !wide,
        5 => context.year < 2026,
        _ => context.year < 2027,
    }
}

impl Said {
    fn applies(&self, action: &str, urn: &str, context: &Context) -> bool {
        self.actions.iter().any(|pattern| action_fits(pattern, action))
            && self.resources.iter().any(|pattern| resource_fits(pattern, urn))
            && self.conditions.iter().all(|condition| holds(*condition, context))
    }
}

impl World {
    /// Says whether a user is let through, its being disabled aside.
    fn lets(&self, user: usize, (action, urn): (&str, &str), context: &Context) -> bool {
        let is_of = |attached: &[bool; 3]| attached[user] || (attached[2] && self.members[user]);
        let own = self.policies.iter().filter(|(_, attached)| is_of(attached)).flat_map(|(said, _)| said);
        let own: Vec<&Said> = own.filter(|said| said.applies(action, urn, context)).collect();
        let scps: Option<Vec<&Said>> = self
            .scps
            .as_ref()
            .map(|scps| scps.iter().filter(|said| said.applies(action, urn, context)).collect());
        own.iter().any(|said| !said.deny)
            && scps.as_ref().is_none_or(|scps| scps.iter().any(|said| !said.deny))
            && !own.iter().chain(scps.iter().flatten()).any(|said| said.deny)
    }

    fn state(&self) -> State {
        let mut rows = Tables::default();
        rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", "acc"));
        for (user, enabled) in ["u0", "u1"].into_iter().zip(self.enabled) {
            rows.add(
                &t::USERS,
                t::USERS.draft().set("user_id", user).set("name", user).set("enabled", enabled),
            );
            let key = t::ACCESS_KEYS.draft().set("access_key_id", user).set("user_id", user);
            rows.add(&t::ACCESS_KEYS, key.set("status", "active"));
        }
        rows.add(&t::GROUPS, t::GROUPS.draft().set("group_id", "g").set("name", "g"));
        for (user, _) in ["u0", "u1"].into_iter().zip(self.members).filter(|(_, is_in)| *is_in) {
            rows.add(&t::GROUP_MEMBERS, t::GROUP_MEMBERS.draft().set("group_id", "g").set("user_id", user));
        }
        for (number, (said, attached)) in self.policies.iter().enumerate() {
            let id = format!("p{number}");
            rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", &id).set("name", &id));
            let version = t::POLICY_VERSIONS.draft().set("policy_id", &id).set("version_id", "v1");
            rows.add(&t::POLICY_VERSIONS, version.set("is_default", true));
            let holders = [("user", "u0"), ("user", "u1"), ("group", "g")].into_iter().zip(attached);
            for ((kind, entity), _) in holders.filter(|(_, is)| **is) {
                let draft = t::POLICY_ATTACHMENTS.draft().set("policy_id", &id);
                rows.add(&t::POLICY_ATTACHMENTS, draft.set("entity_type", kind).set("entity_id", entity));
            }
            let family =
                [&t::POLICY_STATEMENTS, &t::POLICY_ACTIONS, &t::POLICY_RESOURCES, &t::POLICY_CONDITIONS];
            write(&mut rows, family, &[("policy_id", &id), ("version_id", "v1")], said);
        }
        if let Some(scps) = &self.scps {
            rows.add(&t::ORGANIZATION_ENTITIES, t::ORGANIZATION_ENTITIES.draft().set("id", "acc"));
            rows.add(&t::SCPS, t::SCPS.draft().set("policy_id", "scp").set("name", "line"));
            let attached = t::SCP_ATTACHMENTS.draft().set("policy_id", "scp").set("entity_id", "acc");
            rows.add(&t::SCP_ATTACHMENTS, attached);
            let family = [&t::SCP_STATEMENTS, &t::SCP_ACTIONS, &t::SCP_RESOURCES, &t::SCP_CONDITIONS];
            write(&mut rows, family, &[("policy_id", "scp")], scps);
        }
        rows.state()
    }
}

fn write(rows: &mut Tables, family: [&'static model::Table; 4], key: &[(&str, &str)], all: &[Said]) {
    let number = |place: usize| i64::try_from(place).unwrap();
    for (place, said) in all.iter().enumerate() {
        let draft = |table: &'static model::Table| {
            let draft = key.iter().fold(table.draft(), |draft, (column, value)| draft.set(column, *value));
            draft.set("statement", number(place))
        };
        rows.add(family[0], draft(family[0]).set("effect", if said.deny { "Deny" } else { "Allow" }));
        for (table, patterns) in [(family[1], &said.actions), (family[2], &said.resources)] {
            for (position, pattern) in patterns.iter().enumerate() {
                let draft = draft(table).set("position", number(position)).set("is_except", false);
                rows.add(table, draft.set("pattern", *pattern));
            }
        }
        let asked = said.conditions.iter().map(|condition| CONDITIONS[*condition]);
        let values =
            asked.flat_map(|(key, operator, values)| values.iter().map(move |value| (key, operator, *value)));
        for (position, (key, operator, value)) in values.enumerate() {
            let draft = draft(family[3]).set("position", number(position)).set("operator", operator);
            rows.add(family[3], draft.set("key", key).set("value", value));
        }
    }
}

/// One condition at most of each key, so that the values of two do not become alternatives.
fn conditions() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        3 => Just(Vec::new()),
        3 => (0..CONDITIONS.len()).prop_map(|one| vec![one]),
        1 => (1..5usize, 5..7usize).prop_map(|(network, time)| vec![network, time]),
        1 => (1..5usize).prop_map(|network| vec![0, network]),
    ]
}

prop_compose! {
    fn said(deny: f64)(
        deny in prop::bool::weighted(deny),
        actions in prop::collection::vec(select(&ACTIONS[..]), 1..3),
        resources in prop_oneof![2 => Just(vec!["*"]), 3 => prop::collection::vec(select(&RESOURCES[..]), 1..3)],
        conditions in conditions(),
    ) -> Said {
        Said { deny, actions, resources, conditions }
    }
}

prop_compose! {
    fn worlds()(
        policies in prop::collection::vec((prop::collection::vec(said(0.3), 1..3), any::<[bool; 3]>()), 1..4),
        members in any::<[bool; 2]>(),
        scps in prop::option::weighted(0.3, prop::collection::vec(said(0.3), 1..3)),
        enabled in prop::array::uniform2(prop::bool::weighted(0.9)),
    ) -> World {
        World { policies, members, scps, enabled }
    }
}

/// A world and what became of it by one edit.
fn edits() -> impl Strategy<Value = (World, World)> {
    let inputs = (worlds(), worlds(), 0..11u8, conditions(), said(0.3));
    inputs.prop_map(|(before, other, edit, conditions, new)| {
        let mut after = before.clone();
        let first = after.policies.first_mut().expect("a policy");
        match edit {
            // A deny is lifted.
            0 => after.policies.iter_mut().for_each(|(said, _)| said.retain(|said| !said.deny)),
            1 => after.scps = None,
            2 => after.scps = other.scps,
            // A condition is tightened, loosened, changed.
            3 => first.0.iter_mut().for_each(|said| said.conditions = conditions.clone()),
            4 => first.0.push(new),
            5 => first.0 = vec![new],
            6 => after.members = other.members,
            7 => after.policies.iter_mut().zip(&other.policies).for_each(|(mine, theirs)| mine.1 = theirs.1),
            8 => after.enabled = before.enabled.map(|enabled| !enabled),
            // Statements are split and reordered: nothing changes.
            9 => after.policies.iter_mut().for_each(|(said, _)| *said = split(said)),
            _ => after = other,
        }
        (before, after)
    })
}

fn split(all: &[Said]) -> Vec<Said> {
    let one = |said: &Said, action: &'static str, resource: &'static str| Said {
        actions: vec![action],
        resources: vec![resource],
        ..said.clone()
    };
    let parts = all.iter().rev().flat_map(|said| {
        said.actions
            .iter()
            .rev()
            .flat_map(|action| said.resources.iter().map(|resource| one(said, action, resource)))
    });
    parts.collect()
}

/// Decides words that this world's conditions may be written in.
fn decide(words: &str, context: &Context) -> bool {
    let written = |condition: usize| {
        let (key, operator, values) = CONDITIONS[condition];
        format!("{key} {operator} {}", values.join(" or "))
    };
    let mut rest = words;
    while !rest.is_empty() {
        rest = rest.strip_prefix(" and ").unwrap_or(rest);
        if let Some(group) = rest.strip_prefix("unless (") {
            let (inner, after) = group.split_once(')').expect("the end of a group");
            if decide(inner, context) {
                return false;
            }
            rest = after;
            continue;
        }
        let (is_unless, term) = match rest.strip_prefix("unless ") {
            Some(term) => (true, term),
            None => (false, rest),
        };
        let known = (0..CONDITIONS.len()).rev().find(|condition| term.starts_with(&written(*condition)));
        let condition = known.unwrap_or_else(|| panic!("{words}"));
        if holds(condition, context) == is_unless {
            return false;
        }
        rest = term.strip_prefix(&written(condition)).unwrap_or_default();
    }
    true
}

/// What a change tells: of which requests, in which contexts.
fn tells(change: &AccessChange) -> Vec<bool> {
    let What::Statement(statement) = &change.what else { return Vec::new() };
    let in_context = |context: &Context| {
        let is_held = change
            .cause
            .held_if
            .as_deref()
            .is_some_and(|words| words.split(", or if ").any(|words| decide(words, context)));
        change.condition.as_deref().is_none_or(|words| decide(words, context)) && !is_held
    };
    let contexts: Vec<bool> = contexts().iter().map(in_context).collect();
    let speaks = |(action, urn): (&str, &str)| statement.extent(&question(action, Some(urn))) != Extent::None;
    let told = requests().into_iter().flat_map(|request| {
        let speaks = speaks(request);
        contexts.iter().map(move |holds| speaks && *holds)
    });
    told.collect()
}

fn told(changes: &[AccessChange], user: &str, turns: [Turn; 2]) -> Vec<bool> {
    let mut all = vec![false; requests().len() * contexts().len()];
    for change in
        changes.iter().filter(|change| change.principal.step.id == user && turns.contains(&change.turn))
    {
        all.iter_mut().zip(tells(change)).for_each(|(known, told)| *known |= told);
    }
    all
}

fn differences(before: &World, after: &World, user: usize) -> Vec<bool> {
    let each = requests()
        .into_iter()
        .flat_map(|request| contexts().into_iter().map(move |context| (request, context)));
    let is_back = !before.enabled[user] && after.enabled[user];
    each.map(|(request, context)| {
        after.lets(user, request, &context) && (is_back || !before.lets(user, request, &context))
    })
    .collect()
}

const GAINS: [Turn; 2] = [Turn::Gained, Turn::Widened];
const LOSSES: [Turn; 2] = [Turn::Lost, Turn::Narrowed];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_told_as_gained_and_as_lost_is_the_difference((before, after) in edits()) {
        let (former, present) = (access(&before.state()), access(&after.state()));
        let changes = present.gains_since(&former, &known(&after.state()));
        for (number, user) in ["u0", "u1"].into_iter().enumerate() {
            // Of whoever is disabled now, what it would hold is told beside what it lost.
            let is_off = !after.enabled[number] && before.enabled[number];
            let is_on = after.enabled[number] && !before.enabled[number];
            let gained = told(&changes, user, GAINS);
            let lost = told(&changes, user, LOSSES);
            if !is_off {
                prop_assert_eq!(gained, differences(&before, &after, number), "{} gained\n{:#?}", user, changes);
            }
            if !is_on {
                prop_assert_eq!(lost, differences(&after, &before, number), "{} lost\n{:#?}", user, changes);
            }
        }
        for change in changes.iter().filter(|change| GAINS.contains(&change.turn)) {
            prop_assert!(tells(change).len() > 1, "{:?}", change);
        }
    }

    #[test]
    fn the_same_written_in_another_way_is_no_news(before in worlds()) {
        let mut after = before.clone();
        after.policies.iter_mut().for_each(|(said, _)| *said = split(said));
        after.scps = after.scps.as_deref().map(split);
        let changes = access(&after.state()).gains_since(&access(&before.state()), &known(&after.state()));
        let news: Vec<&AccessChange> = changes.iter().filter(|change| change.turn != Turn::Rerouted).collect();
        prop_assert!(news.is_empty(), "{:#?}", news);
    }
}

fn allow(actions: &[&'static str], conditions: &[usize]) -> Said {
    Said { deny: false, actions: actions.to_vec(), resources: vec!["*"], conditions: conditions.to_vec() }
}

fn deny(actions: &[&'static str], conditions: &[usize]) -> Said {
    Said { deny: true, ..allow(actions, conditions) }
}

fn world(said: Vec<Said>) -> World {
    World {
        policies: vec![(said, [true, false, false])],
        members: [false; 2],
        scps: None,
        enabled: [true; 2],
    }
}

/// Returns what is told from one world to another: the turn, the kind of cause, the sentence.
fn sentences(before: &World, after: &World) -> Vec<(Turn, CauseKind, String)> {
    let changes = access(&after.state()).gains_since(&access(&before.state()), &known(&after.state()));
    let shared = crate::shared(changes);
    shared.iter().map(|change| (change.turn, change.grants[0].cause.kind, change.sentence())).collect()
}

fn is_told(before: &World, after: &World, turn: Turn, kind: CauseKind, sentence: &str) {
    assert_eq!(sentences(before, after), [(turn, kind, sentence.to_owned())]);
}

#[test]
fn a_lifted_deny_is_told_with_what_allows_and_only_where_something_does() {
    let before = world(vec![allow(&["ecs:*:*"], &[]), deny(&["ecs:*:*", "obs:*:*"], &[])]);
    let after = world(vec![allow(&["ecs:*:*"], &[])]);
    is_told(
        &before,
        &after,
        Turn::Gained,
        CauseKind::DenyLifted,
        "user u0 is no longer denied ecs:*:* on anything, allowed by policy p0; \
         no longer denied by policy p0 → statement 2",
    );
}

#[test]
fn the_remainder_is_told_where_a_part_was_held() {
    is_told(
        &world(vec![allow(&["*:*:get*"], &[])]),
        &world(vec![allow(&["*:*:get*"], &[]), allow(&["obs:*:*"], &[])]),
        Turn::Gained,
        CauseKind::PolicyChanged,
        "user u0 gained obs:*:* on anything (except *:*:get*, held before): what policy p0 says was changed \
         (statement 2)",
    );
}

#[test]
fn a_service_control_policy_that_is_gone_tells_what_it_had_kept_away() {
    let mut before = world(vec![allow(&["obs:*:*"], &[])]);
    let after = before.clone();
    before.scps = Some(vec![allow(&["*:*:get*"], &[])]);
    is_told(
        &before,
        &after,
        Turn::Widened,
        CauseKind::ScpDetached,
        "user u0 can do more: obs:*:* on anything (except *:*:get*, held before): service control policy 'line' was \
         detached; through policy p0",
    );
}

#[test]
fn a_condition_that_is_tightened_is_a_loss_and_one_that_fell_a_gain() {
    let with = |conditions: &[usize]| world(vec![allow(&["obs:*:*"], conditions)]);
    let kinds = |before: &[usize], after: &[usize]| {
        let told = sentences(&with(before), &with(after)).into_iter();
        told.map(|(turn, kind, _)| (turn, kind)).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&[1], &[2]), [(Turn::Narrowed, CauseKind::ConditionTightened)], "a network within it");
    assert_eq!(kinds(&[3], &[2]), [(Turn::Narrowed, CauseKind::ConditionTightened)], "fewer values");
    assert_eq!(kinds(&[6], &[5]), [(Turn::Narrowed, CauseKind::ConditionTightened)], "an earlier deadline");
    assert_eq!(kinds(&[0], &[0, 1]), [(Turn::Narrowed, CauseKind::ConditionTightened)], "one more");
    assert_eq!(kinds(&[], &[0]), [(Turn::Narrowed, CauseKind::ConditionAdded)]);
    assert_eq!(kinds(&[2], &[1]), [(Turn::Widened, CauseKind::ConditionLoosened)]);
    is_told(
        &with(&[0]),
        &with(&[]),
        Turn::Widened,
        CauseKind::ConditionFell,
        "user u0 can do more: obs:*:* on anything: the condition fell in policy p0; before only if \
         g:MFAPresent Bool true",
    );
}

#[test]
fn who_is_enabled_again_regains_what_it_holds_the_widest_first() {
    let mut before = world(vec![allow(&["obs:*:*"], &[]), allow(&["*"], &[])]);
    let after = before.clone();
    before.enabled = [false, true];
    is_told(
        &before,
        &after,
        Turn::Gained,
        CauseKind::Enabled,
        "user u0 gained * on anything, and 1 more: enabled (before: disabled); through policy p0 → \
         statement 2",
    );
    assert_eq!(sentences(&after, &before)[0].1, CauseKind::Disabled);
}

#[test]
fn an_agency_that_gains_is_told_with_those_who_may_become_it_anybody_first() {
    let state = |is_attached: bool| {
        let mut rows = Tables::default();
        rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", "acc"));
        let agency = t::AGENCIES.draft().set("agency_id", "a").set("name", "backup");
        rows.add(&t::AGENCIES, agency.set("trust_domain_id", "d2").set("trust_domain_name", "partner"));
        let draft = |table: &'static model::Table| table.draft().set("agency_id", "a").set("statement", 0);
        rows.add(&t::TRUST_STATEMENTS, draft(&t::TRUST_STATEMENTS).set("effect", "Allow"));
        let action = draft(&t::TRUST_ACTIONS).set("position", 0).set("is_except", false);
        rows.add(&t::TRUST_ACTIONS, action.set("pattern", "sts:agencies:assume"));
        let principal = draft(&t::TRUST_PRINCIPALS).set("position", 0).set("is_except", false);
        rows.add(&t::TRUST_PRINCIPALS, principal.set("type", "IAM").set("pattern", "*"));
        rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", "p").set("name", "p"));
        let version = t::POLICY_VERSIONS.draft().set("policy_id", "p").set("version_id", "v1");
        rows.add(&t::POLICY_VERSIONS, version.set("is_default", true));
        let family = [&t::POLICY_STATEMENTS, &t::POLICY_ACTIONS, &t::POLICY_RESOURCES, &t::POLICY_CONDITIONS];
        write(&mut rows, family, &[("policy_id", "p"), ("version_id", "v1")], &[allow(&["obs:*:*"], &[])]);
        if is_attached {
            let attached = t::POLICY_ATTACHMENTS.draft().set("policy_id", "p").set("entity_type", "agency");
            rows.add(&t::POLICY_ATTACHMENTS, attached.set("entity_id", "a"));
        }
        rows.state()
    };
    let (before, after) = (state(false), state(true));
    let shared = crate::shared(access(&after).gains_since(&access(&before), &known(&after)));
    let told: Vec<String> = shared.iter().map(crate::SharedChange::sentence).collect();
    let expected = "agency backup (which anybody in any account, account partner may become) gained obs:*:* on \
                    anything: policy p was attached";
    assert_eq!(told, [expected], "and it is told once");
}
