//! Who cannot act, and why.

use model::{Coverage, ListStatus, tables::huawei as t};

use super::Tables;
use crate::{
    Access, CauseKind, Standing, Turn,
    huawei::{access, inventory},
};

fn list(listing: &str, parent: &str, status: ListStatus, carried_from: Option<i64>) -> model::Row {
    let coverage = Coverage {
        listing: listing.to_owned(),
        parent: parent.to_owned(),
        endpoint: String::new(),
        status,
        reason: None,
        pages: 1,
        rows: 1,
        carried_from,
    };
    coverage.row()
}

/// Returns the access of a disabled user, one with a key that is off, one with nothing, one with a key; the list of the keys
/// of one of them ended like this, and all others were read to their end.
fn office(user: &str, status: ListStatus, carried_from: Option<i64>) -> Access {
    let mut rows = Tables::default();
    for (user, is_enabled) in [("a", false), ("b", true), ("c", true), ("d", true)] {
        rows.add(
            &t::USERS,
            t::USERS.draft().set("user_id", user).set("name", user).set("enabled", is_enabled),
        );
    }
    for (key, user, status) in [("k1", "b", "inactive"), ("k2", "d", "active")] {
        let draft = t::ACCESS_KEYS.draft().set("access_key_id", key).set("user_id", user);
        rows.add(&t::ACCESS_KEYS, draft.set("status", status));
    }
    let mut state = rows.state();
    let lists = ["a", "b", "c", "d"].into_iter().flat_map(|each| {
        let (of_keys, carried_from) =
            if each == user { (status, carried_from) } else { (ListStatus::Complete, None) };
        [
            list(t::ACCESS_KEYS.listing, each, of_keys, carried_from),
            list(t::LOGIN_PROFILES.listing, each, ListStatus::Complete, None),
        ]
    });
    let coverage = &model::tables::COVERAGE;
    state.put(coverage, model::Rows::new(coverage, lists.collect()));
    access(&state)
}

fn standings(access: &Access) -> Vec<Standing> {
    access.principals().iter().map(|principal| principal.standing.clone()).collect()
}

fn inactive(why: &str) -> Standing {
    Standing::Inactive(why.to_owned())
}

#[test]
fn a_disabled_user_is_told_from_one_whose_keys_are_all_inactive_and_from_one_without_any() {
    let expected = [
        inactive("disabled"),
        inactive("no password and no active key"),
        inactive("no password and no key"),
        Standing::Active,
    ];
    assert_eq!(standings(&office("a", ListStatus::Complete, None)), expected);
}

#[test]
fn keys_of_one_user_that_could_not_be_listed_leave_the_others_as_they_are() {
    let unknown = Standing::Unknown("its access keys and password could not be seen".to_owned());
    let off = inactive("no password and no active key");
    let never = office("c", ListStatus::Denied, None);
    assert_eq!(standings(&never)[1..], [off.clone(), unknown.clone(), Standing::Active]);
    assert!(!never.was_seen_before("c"));
    let before = office("c", ListStatus::Denied, Some(3));
    assert_eq!(standings(&before)[1..], [off.clone(), unknown.clone(), Standing::Active]);
    assert!(before.was_seen_before("c") && !before.was_seen_before("b"));
    assert_eq!(standings(&office("b", ListStatus::Denied, None))[1], unknown, "another may be on");
    assert_eq!(standings(&office("b", ListStatus::Denied, Some(3)))[1], off, "what was known stands in");
    assert_eq!(standings(&office("d", ListStatus::Denied, None))[3], Standing::Active, "one was seen");
}

/// Returns the state of a user that holds a policy; its key has a status, and the list of its keys ended like this.
fn holder(key: Option<&str>, status: ListStatus, carried_from: Option<i64>) -> model::State {
    let mut rows = Tables::default();
    rows.add(&t::USERS, t::USERS.draft().set("user_id", "u").set("name", "u").set("enabled", true));
    if let Some(status) = key {
        let key = t::ACCESS_KEYS.draft().set("access_key_id", "k").set("user_id", "u");
        rows.add(&t::ACCESS_KEYS, key.set("status", status));
    }
    rows.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", "p").set("name", "p"));
    let version = t::POLICY_VERSIONS.draft().set("policy_id", "p").set("version_id", "v1");
    rows.add(&t::POLICY_VERSIONS, version.set("is_default", true));
    let attached = t::POLICY_ATTACHMENTS.draft().set("policy_id", "p").set("entity_type", "user");
    rows.add(&t::POLICY_ATTACHMENTS, attached.set("entity_id", "u"));
    let draft = |table: &'static model::Table| {
        table.draft().set("policy_id", "p").set("version_id", "v1").set("statement", "0")
    };
    rows.add(&t::POLICY_STATEMENTS, draft(&t::POLICY_STATEMENTS).set("effect", "Allow"));
    let action = draft(&t::POLICY_ACTIONS).set("position", 0).set("is_except", false);
    rows.add(&t::POLICY_ACTIONS, action.set("pattern", "*"));
    let mut state = rows.state();
    let lists = [
        list(t::ACCESS_KEYS.listing, "u", status, carried_from),
        list(t::LOGIN_PROFILES.listing, "u", ListStatus::Complete, None),
    ];
    let coverage = &model::tables::COVERAGE;
    state.put(coverage, model::Rows::new(coverage, lists.to_vec()));
    state
}

fn changes(before: &model::State, after: &model::State) -> Vec<(Turn, CauseKind)> {
    let changes = access(after).changes_since(&access(before), &inventory(after));
    changes.iter().map(|change| (change.turn, change.cause.kind)).collect()
}

#[test]
fn a_key_that_works_again_gives_back_what_is_held_and_one_that_was_not_seen_does_not() {
    let seen = |key| holder(key, ListStatus::Complete, None);
    let (on, off, none) = (seen(Some("active")), seen(Some("inactive")), seen(None));
    let gained = [(Turn::Gained, CauseKind::CredentialAdded)];
    assert_eq!(changes(&off, &on), gained);
    assert_eq!(changes(&none, &on), gained, "a new one");
    assert_eq!(changes(&on, &off), [(Turn::Lost, CauseKind::CredentialRemoved)]);
    assert_eq!(changes(&none, &off), [], "neither works");
    let never = holder(None, ListStatus::Denied, None);
    assert_eq!(changes(&never, &on), [], "nobody knows what there was");
    assert_eq!(changes(&on, &never), [], "nor what there is");
    let carried = holder(None, ListStatus::Denied, Some(41));
    assert_eq!(changes(&carried, &on), gained, "there was none when it was last seen");
    assert_eq!(changes(&on, &carried), [], "what cannot be seen is no loss");
    assert_eq!(changes(&none, &carried), []);
}
