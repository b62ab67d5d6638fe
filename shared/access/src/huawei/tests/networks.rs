//! Access control lists of the account: whom they bar, and whom they do not.

use model::{Coverage, ListStatus, State, tables::huawei as t};

use super::Tables;
use crate::{
    Turn, Verdict,
    huawei::{access, inventory, question},
};

/// Users with a key: one with a password too, one without, and the root user; all may do everything. The lists are given by
/// scope, kind and network.
fn office(lists: &[[&str; 3]]) -> State {
    let mut rows = Tables::default();
    let mut coverage = Vec::new();
    for user in ["console", "machine", "root"] {
        let draft = t::USERS.draft().set("user_id", user).set("name", user).set("enabled", true);
        rows.add(&t::USERS, draft.set("is_root_user", user == "root"));
        let key = t::ACCESS_KEYS.draft().set("access_key_id", user).set("user_id", user);
        rows.add(&t::ACCESS_KEYS, key.set("status", "active"));
        let draft = t::POLICY_ATTACHMENTS.draft().set("policy_id", "p").set("entity_type", "user");
        rows.add(&t::POLICY_ATTACHMENTS, draft.set("entity_id", user));
        for listing in [t::ACCESS_KEYS.listing, t::LOGIN_PROFILES.listing] {
            coverage.push((listing, user));
        }
    }
    rows.add(&t::LOGIN_PROFILES, t::LOGIN_PROFILES.draft().set("user_id", "console"));
    rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", "p").set("name", "all"));
    let version = t::POLICY_VERSIONS.draft().set("policy_id", "p").set("version_id", "v1");
    rows.add(&t::POLICY_VERSIONS, version.set("is_default", true));
    let statement = |table: &'static model::Table| {
        table.draft().set("policy_id", "p").set("version_id", "v1").set("statement", "0")
    };
    rows.add(&t::POLICY_STATEMENTS, statement(&t::POLICY_STATEMENTS).set("effect", "Allow"));
    let action = statement(&t::POLICY_ACTIONS).set("position", 0).set("is_except", false);
    rows.add(&t::POLICY_ACTIONS, action.set("pattern", "*"));
    for [scope, kind, value] in lists {
        let draft = t::ACCESS_CONTROLS.draft().set("scope", *scope).set("kind", *kind);
        rows.add(&t::ACCESS_CONTROLS, draft.set("value", *value));
    }
    let mut state = rows.state();
    let table = &model::tables::COVERAGE;
    let row = |(listing, parent): (&str, &str)| {
        let (listing, parent) = (listing.to_owned(), parent.to_owned());
        let (endpoint, status) = (String::new(), ListStatus::Complete);
        Coverage { listing, parent, endpoint, status, reason: None, pages: 1, rows: 1, carried_from: None }
            .row()
    };
    state.put(table, model::Rows::new(table, coverage.into_iter().map(row).collect()));
    state
}

/// Returns who can do something only from a network that the account allows.
fn barred(lists: &[[&str; 3]], action: &str) -> Vec<String> {
    barred_in(&office(lists), action)
}

fn barred_in(state: &State, action: &str) -> Vec<String> {
    let answers = access(state).who_can(&question(action, None));
    assert_eq!(answers.len(), 3, "nobody is hidden");
    let conditional = answers.into_iter().filter(|answer| answer.verdict == Verdict::Conditional);
    let named = conditional.map(|answer| {
        let words = "the request comes from a network that the account allows";
        assert_eq!(answer.condition.as_deref(), Some(words));
        answer.principal.step.id
    });
    named.collect()
}

const API: [&str; 3] = ["api", "range", "10.0.0.0-10.0.0.255"];
const CONSOLE: [&str; 3] = ["console", "netmask", "10.0.0.0/24"];
const LOGIN: [&str; 3] = ["login", "netmask", "10.0.0.0/24"];
const CREATE: &str = "iam:users:createUserV5";

#[test]
fn who_had_no_password_when_it_was_last_seen_has_no_other_way() {
    let mut state = office(&[API]);
    let table = &model::tables::COVERAGE;
    let lists = state.take(table).into_iter().map(|row| Coverage::from_row(&row));
    let failed =
        lists.map(|list| Coverage { status: ListStatus::Failed, carried_from: Some(3), ..list }.row());
    let never = failed.clone().map(|row| Coverage { carried_from: None, ..Coverage::from_row(&row) }.row());
    let (failed, never) = (failed.collect(), never.collect());
    state.put(table, model::Rows::new(table, failed));
    assert_eq!(barred_in(&state, CREATE), ["machine"]);
    state.put(table, model::Rows::new(table, never));
    assert_eq!(barred_in(&state, CREATE), [""; 0]);
}

#[test]
fn a_list_for_the_api_bars_who_has_no_other_way_and_never_the_root_user() {
    assert_eq!(barred(&[], CREATE), [""; 0]);
    assert_eq!(barred(&[API], CREATE), ["machine"]);
    assert_eq!(barred(&[API, CONSOLE], CREATE), ["console", "machine"]);
    assert_eq!(barred(&[API, LOGIN], CREATE), ["console", "machine"]);
    assert_eq!(barred(&[CONSOLE], CREATE), [""; 0], "the API is open");
}

#[test]
fn a_list_with_all_addresses_in_it_bars_nobody_and_neither_does_one_of_endpoints_alone() {
    let all = ["api", "range", "0.0.0.0-255.255.255.255"];
    assert_eq!(barred(&[API, all], CREATE), [""; 0]);
    assert_eq!(barred(&[["api", "netmask", "0.0.0.0/0"]], CREATE), [""; 0]);
    assert_eq!(barred(&[["api", "vpc_endpoint", "e-1"]], CREATE), [""; 0]);
    // Object storage is not reached through API Gateway.
    assert_eq!(barred(&[API, CONSOLE], "obs:object:getObject"), [""; 0]);
}

/// The console is open by IPv6 where that is open, closed where it is closed, and IPv6 alone closes nothing.
#[test]
fn the_console_is_open_by_whichever_kind_of_address_is_let_in_from_anywhere() {
    let ipv6 = |value: &'static str| ["console", "range_ipv6", value];
    let with = |more: &[[&'static str; 3]]| barred(&[&[API, CONSOLE][..], more].concat(), CREATE);
    assert_eq!(with(&[ipv6("0:0:0:0:0:0:0:0-FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF")]), ["machine"]);
    assert_eq!(with(&[["console", "netmask_ipv6", "::/0"]]), ["machine"]);
    assert_eq!(with(&[ipv6("0:0:0:0:0:0:0:0-0:0:0:0:0:0:0:0")]), ["console", "machine"], "IPv6 is closed");
    assert_eq!(with(&[ipv6("2001:db8::-2001:db8::ffff")]), ["console", "machine"]);
    let only_ipv6 = barred(&[API, ipv6("2001:db8::-2001:db8::ffff")], CREATE);
    assert_eq!(only_ipv6, ["machine"], "from any IPv4 address the console is open");
    let halves = [["api", "netmask", "0.0.0.0/1"], ["api", "netmask", "128.0.0.0/1"]];
    assert_eq!(barred(&[&halves[..], &[CONSOLE]].concat(), CREATE), [""; 0], "together they are everything");
}

#[test]
fn a_list_that_is_lifted_opens_and_one_that_is_set_closes() {
    let (open, bound) = (office(&[]), office(&[API]));
    let turns = |before: &State, after: &State| -> Vec<(String, Turn)> {
        let changes = access(after).changes_since(&access(before), &inventory(after));
        changes.into_iter().map(|change| (change.principal.step.id, change.turn)).collect()
    };
    let machine = |turn| vec![("machine".to_owned(), turn)];
    assert_eq!(turns(&bound, &open), machine(Turn::Widened));
    assert_eq!(turns(&open, &bound), machine(Turn::Narrowed));
}
