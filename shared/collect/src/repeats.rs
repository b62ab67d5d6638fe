//! Elements that a list inside of a thing shows twice: a thing shown twice is not two.
//!
//! In: a thing as it was answered. Out: the same with each element once, at any depth. What such lists hold (actions, attributes,
//! conditions, statements) means the same however often it is said; only what federated users are compared with, and addresses of
//! zones, are counted. Where one answer holds lists of things, as that of roles does, a thing that comes twice may stand in the place
//! of another: whoever keeps them counts the repeats.

use std::{borrow::Cow, collections::HashSet};

use serde_json::Value;

/// Lists whose places mean something, those that a counter beside them counts, and those of things of their own.
const COUNTED: [&str; 10] = [
    "addresses",
    "excluded",
    "remote",
    "custom_roles",
    "service_roles",
    "system_roles",
    "apikeys",
    "profiles",
    "serviceids",
    "users",
];

/// Returns a thing without the elements that a list inside of it repeats.
pub(crate) fn without_repeats(thing: &Value) -> Cow<'_, Value> {
    if !has_repeats("", thing) {
        return Cow::Borrowed(thing);
    }
    let mut thing = thing.clone();
    drop_repeats("", &mut thing);
    Cow::Owned(thing)
}

fn has_repeats(name: &str, value: &Value) -> bool {
    match value {
        Value::Array(elements) => {
            let mut seen = HashSet::new();
            let is_counted = COUNTED.contains(&name) || elements.len() < 2;
            elements.iter().any(|each| (!is_counted && !seen.insert(each)) || has_repeats("", each))
        }
        Value::Object(members) => members.iter().any(|(name, value)| has_repeats(name, value)),
        _ => false,
    }
}

fn drop_repeats(name: &str, value: &mut Value) {
    match value {
        Value::Array(elements) => {
            elements.iter_mut().for_each(|each| drop_repeats("", each));
            if !COUNTED.contains(&name) {
                let mut seen = HashSet::new();
                elements.retain(|each| seen.insert(each.clone()));
            }
        }
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| drop_repeats(name, value)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_element_is_kept_once_at_any_depth() {
        let thing = json!({"a": [{"b": [1, 1]}, {"b": [1]}, 2], "c": "x"});
        assert_eq!(*without_repeats(&thing), json!({"a": [{"b": [1]}, 2], "c": "x"}));
        let once = json!({"a": [{"b": [1]}, {"b": [2]}, 2], "remote": [{"type": "uid"}, {"type": "uid"}]});
        assert!(matches!(without_repeats(&once), Cow::Borrowed(_)));
    }
}
