//! Members of answers that the clouds' interfaces describe: what this release knows of them.
//!
//! In: the name of a member. Out: whether any interface that is read describes one of that name. The names stand in
//! `members/known.txt`; a test of conformance holds them against the clouds' own SDKs.
//!
//! A member that no interface describes yet is kept in the `document` of its thing. That it comes or goes is the cloud's doing, in
//! all accounts at once, and no change that somebody made; that its value changes is.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::Value;

static KNOWN: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| include_str!("members/known.txt").lines().collect());

/// Returns whether an interface of a cloud describes a member of that name.
#[must_use]
pub fn is_known_member(name: &str) -> bool {
    KNOWN.contains(name)
}

/// Takes out of two documents the members that no interface describes and that only one of them has, at any depth.
pub(crate) fn drop_unmatched(before: &mut Value, after: &mut Value) {
    let places = |value: &Value| {
        let mut found = BTreeSet::new();
        find_unknown(value, "", &mut found);
        found
    };
    let (mut known, mut shown) = (places(before), places(after));
    if known == shown {
        return;
    }
    known.retain(|place| !shown.remove(place));
    drop_places(before, "", &known);
    drop_places(after, "", &shown);
}

/// Finds the places of members that no interface describes. What people write as one text, a policy, has none: they name
/// its members.
fn find_unknown(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) if !members.contains_key("Statement") => {
            for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                let place = format!("{at}/{name}");
                if is_known_member(name) {
                    find_unknown(value, &place, found);
                } else {
                    found.insert(place);
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|each| find_unknown(each, at, found)),
        _ => {}
    }
}

fn drop_places(value: &mut Value, at: &str, places: &BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !places.contains(&format!("{at}/{name}")));
            members.iter_mut().for_each(|(name, value)| drop_places(value, &format!("{at}/{name}"), places));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|each| drop_places(each, at, places)),
        _ => {}
    }
}
