//! Who cannot act, and why.

use model::{Coverage, ListStatus, tables::huawei as t};

use super::Tables;
use crate::{Standing, huawei::access};

fn list(listing: &str, status: ListStatus) -> model::Row {
    let coverage = Coverage {
        listing: listing.to_owned(),
        parent: String::new(),
        endpoint: String::new(),
        status,
        reason: None,
        pages: 1,
        rows: 1,
        carried_from: None,
    };
    coverage.row()
}

/// Returns the standings of a disabled user, one with a key that is off, one with nothing, one with a key.
fn standings(of_keys: ListStatus) -> Vec<Standing> {
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
    let lists =
        [list(t::ACCESS_KEYS.listing, of_keys), list(t::LOGIN_PROFILES.listing, ListStatus::Complete)];
    let coverage = &model::tables::COVERAGE;
    state.put(coverage, model::Rows::new(coverage, lists.to_vec()));
    access(&state).principals().iter().map(|principal| principal.standing.clone()).collect()
}

#[test]
fn a_disabled_user_is_told_from_one_whose_keys_are_all_inactive_and_from_one_without_any() {
    let why = |text: &str| Standing::Inactive(text.to_owned());
    let expected = [
        why("disabled"),
        why("no password and no active key"),
        why("no password and no key"),
        Standing::Active,
    ];
    assert_eq!(standings(ListStatus::Complete), expected);
}

#[test]
fn keys_that_could_not_be_listed_may_be_there() {
    let unknown = &standings(ListStatus::Denied)[1..];
    assert_eq!(unknown, [Standing::Active, Standing::Active, Standing::Active]);
}
