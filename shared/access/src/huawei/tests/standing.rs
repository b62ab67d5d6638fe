//! Who cannot act, and why.

use model::{Coverage, ListStatus, tables::huawei as t};

use super::Tables;
use crate::{Access, Standing, huawei::access};

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
