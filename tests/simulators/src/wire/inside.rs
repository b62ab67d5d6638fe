//! Places inside of a thing, at any depth, and what can be put there.
//!
//! A place is a list of names with `/` between them; `*` is any element of an array, and the first that has the rest of the
//! place is meant. It leads into texts that hold JSON, as policies of Huawei Cloud are. A last name with `+` before it is one
//! that the thing does not have yet; `+again` repeats the first element of an array, and `+instead` repeats it in the place of the last.
//!
//! `*middle`, `*last` and `*two` (the first and the last) are these very elements. A place that begins with one of them leads into the
//! list of the answer.

use serde_json::Value;

/// Puts a value in a place of a thing, or takes away what is there. Returns whether the thing has the place.
pub(crate) fn put(thing: &mut Value, place: &str, value: Option<&Value>) -> bool {
    let (name, rest) = place.split_once('/').map_or((place, None), |(name, rest)| (name, Some(rest)));
    match (thing, rest) {
        (Value::Array(elements), Some(rest)) if name == "*" => {
            elements.iter_mut().any(|element| put(element, rest, value))
        }
        (Value::Array(elements), _) if chosen(name, elements.len()).is_some() => {
            put_elements(elements, place, value)
        }
        (Value::Array(elements), None) if name == "+again" => {
            let first = elements.first().cloned();
            elements.extend(first.clone());
            first.is_some()
        }
        (Value::Array(elements), None) if name == "+instead" => match elements.as_mut_slice() {
            [first, .., last] => {
                last.clone_from(first);
                true
            }
            _ => false,
        },
        (Value::Array(elements), None) if name == "*" && !elements.is_empty() => {
            match value {
                Some(value) => elements.first_mut().into_iter().for_each(|element| *element = value.clone()),
                None => drop(elements.remove(0)),
            }
            true
        }
        (Value::String(text), _) => put_into_text(text, place, value),
        (Value::Object(members), Some(rest)) => {
            members.get_mut(name).is_some_and(|member| put(member, rest, value))
        }
        (Value::Object(members), None) => match (members.get_mut(name), value) {
            (Some(member), Some(value)) => {
                *member = value.clone();
                true
            }
            (Some(_), None) => members.remove(name).is_some(),
            (None, Some(value)) if name.starts_with('+') && !["+again", "+instead"].contains(&name) => {
                members.insert(name.trim_start_matches('+').to_owned(), value.clone()).is_none()
            }
            (None, _) => false,
        },
        _ => false,
    }
}

/// Puts a value in certain elements of a list, or in a place inside of them, or takes away what is there. Returns whether the place
/// begins with elements and all of them have it.
pub(crate) fn put_elements(elements: &mut Vec<Value>, place: &str, value: Option<&Value>) -> bool {
    let (name, rest) = place.split_once('/').map_or((place, None), |(name, rest)| (name, Some(rest)));
    let Some(chosen) = chosen(name, elements.len()) else { return false };
    // From the end, so that those before one that is taken away stay where they are.
    let done = chosen.into_iter().rev().map(|at| match (rest, value) {
        (Some(rest), _) => elements.get_mut(at).is_some_and(|element| put(element, rest, value)),
        (None, Some(value)) => elements.get_mut(at).map(|element| *element = value.clone()).is_some(),
        (None, None) => at < elements.len() && !elements.remove(at).is_null(),
    });
    done.filter(|is_done| !is_done).count() == 0
}

/// Returns which elements of a list of some length a name means, in order; none where it means no certain ones.
fn chosen(name: &str, length: usize) -> Option<Vec<usize>> {
    let last = length.checked_sub(1)?;
    match name {
        "*middle" => Some(vec![length / 2]),
        "*last" => Some(vec![last]),
        "*two" if last > 0 => Some(vec![0, last]),
        "*two" => Some(vec![0]),
        _ => None,
    }
}

/// Puts a value in a place of the JSON that a text holds.
fn put_into_text(text: &mut String, place: &str, value: Option<&Value>) -> bool {
    let Ok(mut held) = serde_json::from_str::<Value>(text) else { return false };
    let is_done = !held.is_string() && put(&mut held, place, value);
    if is_done {
        *text = held.to_string();
    }
    is_done
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_found_at_any_depth_in_the_first_that_has_it() {
        let mut thing = json!({"a": [{"b": 1}, {"c": {"d": 2}}, {"c": {"d": 3}}]});
        assert!(put(&mut thing, "a/*/c/d", Some(&json!("x"))));
        assert!(put(&mut thing, "a/*/b", None));
        assert_eq!(thing, json!({"a": [{}, {"c": {"d": "x"}}, {"c": {"d": 3}}]}));
        assert!(put(&mut thing, "a/*", Some(&Value::Null)));
        assert_eq!(thing["a"][0], Value::Null);
        assert!(!put(&mut thing, "a/*/e", None) && !put(&mut thing, "b", Some(&json!(1))));
        assert!(put(&mut thing, "a/*/c/+new", Some(&json!(1))));
        assert_eq!(thing["a"][1], json!({"c": {"d": "x", "new": 1}}));
        assert!(put(&mut thing, "a/+again", None) && !put(&mut json!([]), "+again", None));
        assert_eq!((thing["a"].as_array().map(Vec::len), &thing["a"][3]), (Some(4), &Value::Null));
        let mut list = json!([[1, 2, 3], [4]]);
        assert!(put(&mut list, "*/+instead", None) && !put(&mut list[1], "+instead", None));
        assert_eq!(list, json!([[1, 2, 1], [4]]));
    }

    #[test]
    fn certain_elements_of_a_list_are_meant_by_name() {
        let list = || json!({"a": [{"b": 0}, {"b": 1}, {"b": 2}, {"b": 3}]});
        for (name, places) in [("*middle", &[2][..]), ("*last", &[3]), ("*two", &[0, 3])] {
            let (mut thing, mut shorter) = (list(), list());
            assert!(put(&mut thing, &format!("a/{name}"), Some(&Value::Null)));
            assert!(put(&mut shorter, &format!("a/{name}"), None));
            let left = list()["a"].as_array().map_or(0, Vec::len) - places.len();
            assert_eq!(shorter["a"].as_array().map(Vec::len), Some(left), "{name}");
            for at in 0..4 {
                assert_eq!(thing["a"][at].is_null(), places.contains(&at), "{name} {at}");
            }
            let mut inside = list();
            assert!(put(&mut inside, &format!("a/{name}/b"), None));
            assert!(places.iter().all(|at| inside["a"][*at] == json!({})), "{name}");
        }
        let mut only = json!({"a": [1], "none": []});
        assert!(put(&mut only, "a/*two", Some(&json!(2))) && !put(&mut only, "none/*last", None));
        assert_eq!(only, json!({"a": [2], "none": []}));
    }

    #[test]
    fn a_place_leads_into_a_text_that_holds_json() {
        let mut thing = json!({"document": r#"{"Statement":[{"Effect":"Allow"}]}"#, "name": "a"});
        assert!(put(&mut thing, "document/Statement/*/Effect", Some(&Value::Null)));
        assert_eq!(thing["document"], r#"{"Statement":[{"Effect":null}]}"#);
        assert!(!put(&mut thing, "name/a", None));
    }
}
