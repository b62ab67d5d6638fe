//! Gains and losses against every request in every context, before and after one edit: what is told is the difference.
//!
//! The evaluator knows nothing of this crate: it takes one user, one action, one resource, one time, address and second
//! factor, and goes through the statements that are attached.

use model::{State, tables::huawei as t};
use proptest::{prelude::*, sample::select};

use super::{Tables, action_fits, resource_fits};
use crate::{
    AccessChange, Extent, Turn, What,
    huawei::{access, inventory, question},
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
pub(super) struct Said {
    pub(super) deny: bool,
    pub(super) actions: Vec<&'static str>,
    pub(super) resources: Vec<&'static str>,
    pub(super) conditions: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct World {
    /// Statements of each policy, and whom it is attached to: user 0, user 1, the group.
    pub(super) policies: Vec<(Vec<Said>, [bool; 3])>,
    pub(super) members: [bool; 2],
    pub(super) scps: Option<Vec<Said>>,
    pub(super) enabled: [bool; 2],
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
    /// Returns whether a user is let through, its being disabled aside.
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

    pub(super) fn state(&self) -> State {
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

pub(super) fn write(
    rows: &mut Tables,
    family: [&'static model::Table; 4],
    key: &[(&str, &str)],
    all: &[Said],
) {
    let number = |place: usize| i64::try_from(place).unwrap();
    for (place, said) in all.iter().enumerate() {
        let place = place.to_string();
        let draft = |table: &'static model::Table| {
            let draft = key.iter().fold(table.draft(), |draft, (column, value)| draft.set(column, *value));
            draft.set("statement", &place)
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
        let changes = present.changes_since(&former, &inventory(&after.state()));
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
        let changes = access(&after.state()).changes_since(&access(&before.state()), &inventory(&after.state()));
        let news: Vec<&AccessChange> = changes.iter().filter(|change| change.turn != Turn::Rerouted).collect();
        prop_assert!(news.is_empty(), "{:#?}", news);
    }
}
