//! The document of a row of which some cells could not be read, and others were edited.
//!
//! Kept whole, it would show the edit one run later, and that would be told a second time. So each member that has the form of the former one
//! is taken as it is shown, and the others as they were.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use serde_json::{Value, value::RawValue};

use crate::{
    broken::{has_no_text, is_broken, is_no_time},
    less::{is_emptied, is_odd_element, is_unread_text},
};

type Members = BTreeMap<String, Box<RawValue>>;

/// Returns the document that is shown, with the former value of each member that is missing or odd; none where one of the two is no object.
/// `unread` names columns of which the document shows nothing that can be read: a new member of that name is left out.
pub(crate) fn merge_documents(known: &str, shown: &str, unread: &BTreeSet<&str>) -> Option<String> {
    let mut merged: Members = serde_json::from_str(shown).ok()?;
    let known: Members = serde_json::from_str(known).ok()?;
    let is_said = |name: &str, value: &RawValue| !has_no_text(value.get()) && !unread.contains(name);
    merged.retain(|name, value| known.contains_key(name) || is_said(name, value));
    for (name, former) in known {
        let shown = merged.get(&name).filter(|_| !unread.contains(name.as_str()));
        let is_taken = shown.is_some_and(|value| {
            let read = |raw: &RawValue| serde_json::from_str::<Value>(raw.get());
            read(value).is_ok_and(|value| read(&former).is_ok_and(|former| fits(&value, &[&former])))
        });
        if !is_taken {
            // Inside of a member that is an object, the same.
            let inside = merged
                .get(&name)
                .and_then(|value| merge_documents(former.get(), value.get(), &BTreeSet::new()));
            let kept = inside.and_then(|inside| RawValue::from_string(inside).ok()).unwrap_or(former);
            merged.insert(name, kept);
        }
    }
    // Members stay as they are written, sorted by name.
    serde_json::to_string(&merged).ok()
}

/// Returns whether a value has the form of one of some former ones: its type, no fewer members, and where none of them was empty or
/// broken, neither.
fn fits(shown: &Value, known: &[&Value]) -> bool {
    match shown {
        Value::Null => known.iter().any(|each| each.is_null()),
        Value::Bool(_) => known.iter().any(|each| each.is_boolean()),
        Value::Number(_) => known.iter().any(|each| each.is_number()),
        Value::String(text) => fits_text(text, known),
        Value::Array(elements) => {
            let arrays: Vec<&Vec<Value>> = known.iter().filter_map(|each| each.as_array()).collect();
            let of_all: Vec<&Value> = arrays.iter().copied().flatten().collect();
            let is_form = |element: &Value| of_all.is_empty() && !element.is_null() || fits(element, &of_all);
            arrays.iter().any(|each| each.is_empty() || !elements.is_empty()) && elements.iter().all(is_form)
        }
        Value::Object(members) => {
            let objects: Vec<_> = known.iter().filter_map(|each| each.as_object()).collect();
            let of = |name: &str| objects.iter().filter_map(|each| each.get(name)).collect::<Vec<_>>();
            let is_form = |(name, value): (&String, &Value)| {
                let former = of(name);
                former.is_empty() || fits(value, &former)
            };
            let is_said = |name: &String| members.contains_key(name) || of(name).len() < objects.len();
            objects.first().is_some_and(|first| first.keys().all(is_said)) && members.iter().all(is_form)
        }
    }
}

/// Returns whether a text has the form of a former one. A text that holds JSON is held against what the former one held.
fn fits_text(text: &str, known: &[&Value]) -> bool {
    let texts: Vec<&str> = known.iter().filter_map(|each| each.as_str()).collect();
    let held: Vec<Value> = texts
        .iter()
        .filter(|each| each.starts_with(['{', '[']))
        .filter_map(|each| serde_json::from_str(each).ok())
        .collect();
    if !held.is_empty() {
        let held: Vec<&Value> = held.iter().collect();
        return serde_json::from_str(text).is_ok_and(|shown| fits(&shown, &held));
    }
    let is_form = |each: &&str| {
        (each.is_empty() || !text.is_empty()) && !is_broken(each, text) && !is_no_time(each, text)
    };
    texts.iter().any(is_form)
}

/// Returns whether a document that was edited holds values that nobody writes there: of another type than before, broken or empty texts,
/// and odd elements. A member that is missing or null may have been taken out.
pub(crate) fn is_partly_odd(known: &str, shown: &str) -> bool {
    let parsed = [known, shown].map(serde_json::from_str::<Value>);
    matches!(parsed, [Ok(known), Ok(shown)] if is_odd("", &known, &shown))
}

fn is_odd(name: &str, known: &Value, shown: &Value) -> bool {
    match (known, shown) {
        (Value::Object(known), Value::Object(shown)) => {
            let is_broken = |shown: &Value| shown.as_str().is_some_and(has_no_text);
            shown.iter().any(|(name, shown)| match known.get(name) {
                Some(known) => is_odd(name, known, shown),
                None => is_broken(shown),
            })
        }
        (Value::Array(known), Value::Array(shown)) => {
            let mut news = shown.iter().filter(|shown| !known.contains(shown));
            let is_other =
                |shown: &Value| !known.is_empty() && known.iter().all(|known| is_odd(name, known, shown));
            is_emptied(name, shown) && !known.is_empty()
                || news.any(|shown| is_odd_element(known, shown) || is_other(shown))
        }
        (Value::String(known), Value::String(shown)) if known.starts_with(['{', '[']) => {
            match [known, shown].map(|text| serde_json::from_str::<Value>(text)) {
                [Ok(known), Ok(shown)] => is_odd(name, &known, &shown),
                [known, shown] => known.is_ok() && shown.is_err(),
            }
        }
        (Value::String(known), Value::String(shown)) => is_unread_text(name, known, shown),
        // Grammars take a bare value for an array of one.
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::String(_), Value::Array(_)) => false,
        (Value::Array(known), Value::String(shown)) => {
            has_no_text(shown) || known.iter().any(Value::is_object)
        }
        // The same in another form is no edit.
        (Value::String(text), other @ (Value::Bool(_) | Value::Number(_)))
        | (other @ (Value::Bool(_) | Value::Number(_)), Value::String(text)) => {
            let written = other.to_string();
            text.as_str() != written
        }
        _ => mem::discriminant(known) != mem::discriminant(shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_document_is_odd_in_values_that_nobody_writes() {
        let known = r#"{"a":"x","b":[{"c":"d"}],"e":{"f":"g"},"h":[],"p":"{\"Effect\":\"Allow\"}","t":true,"Action":["i"],"at":"2026-09-07T06:00:00Z"}"#;
        for odd in [
            r#"{"a":7}"#,
            r#"{"b":[[null]]}"#,
            r#"{"b":[{"c":"d"},null]}"#,
            r#"{"b":[{"c":7}]}"#,
            r#"{"e":{"f":""}}"#,
            r#"{"e":"x"}"#,
            r#"{"h":[""]}"#,
            r#"{"Action":[]}"#,
            r#"{"at":"the other day"}"#,
            r#"{"p":"Allow"}"#,
            r#"{"p":"{\"Effect\":7}"}"#,
            r#"{"a":"\ufffd"}"#,
            r#"{"t":"yes"}"#,
            r#"{"new":"\ufffd"}"#,
            r#"{"b":"d"}"#,
            r#"{"Action":"\ufffd"}"#,
        ] {
            assert!(is_partly_odd(known, odd), "{odd}");
        }
        for edited in [
            r#"{"a":"y","b":[{"c":"e"},{"c":"f"}],"e":{"f":"h"},"h":["i"],"p":"{\"Effect\":\"Deny\"}"}"#,
            r#"{"a":null,"b":[],"e":null,"t":false}"#,
            r#"{"a":["x","y"]}"#,
            r#"{"t":"true","e":{"f":"h"}}"#,
            r#"{"Action":"i"}"#,
            "{}",
        ] {
            assert!(!is_partly_odd(known, edited), "{edited}");
        }
    }

    #[test]
    fn what_has_its_form_is_taken_and_what_is_odd_stays() {
        let known = r#"{"a":"x","b":[{"c":"d","e":1}],"f":{"g":true},"h":1.50,"p":"{\"Effect\":\"Allow\"}"}"#;
        for (shown, expected) in [
            (
                r#"{"a":"y","b":null,"h":7}"#,
                r#"{"a":"y","b":[{"c":"d","e":1}],"f":{"g":true},"h":7,"p":"{\"Effect\":\"Allow\"}"}"#,
            ),
            (
                r#"{"a":7,"b":[{"c":"z","e":2}],"f":{"g":false},"h":"1","p":"{\"Effect\":\"Deny\"}","q":1}"#,
                r#"{"a":"x","b":[{"c":"z","e":2}],"f":{"g":false},"h":1.50,"p":"{\"Effect\":\"Deny\"}","q":1}"#,
            ),
            (r#"{"a":"","b":[{"c":"z"}],"f":{},"h":2,"p":"{\"Effect\":7}"}"#, &known.replace("1.50", "2")),
            (r#"{"a":"\ufffd","b":[],"f":[],"h":null,"p":"Deny"}"#, known),
            (r#"{"b":[{"c":"d","e":1},null]}"#, known),
        ] {
            assert_eq!(merge_documents(known, shown, &BTreeSet::new()).as_deref(), Some(expected), "{shown}");
        }
        let known = r#"{"f":{"g":{"h":1,"i":2},"j":3,"k":[1]}}"#;
        let merged =
            merge_documents(known, r#"{"f":{"g":{"h":7},"j":null,"k":[2],"l":5}}"#, &BTreeSet::new());
        let expected = r#"{"f":{"g":{"h":7,"i":2},"j":3,"k":[2],"l":5}}"#;
        assert_eq!(merged.as_deref(), Some(expected), "at any depth");
        let unread = BTreeSet::from(["expires_at"]);
        let merged = merge_documents(r#"{"a":"x"}"#, r#"{"a":"y","expires_at":7}"#, &unread);
        assert_eq!(merged.as_deref(), Some(r#"{"a":"y"}"#), "what cannot be read is none of it");
        let (known, unread) = (r#"{"at":"2026-09-07T06:00:00Z","n":1,"x":"a"}"#, BTreeSet::from(["n"]));
        let merged = merge_documents(known, r#"{"at":"the other day","n":2,"x":"b"}"#, &unread);
        assert_eq!(merged.as_deref(), Some(r#"{"at":"2026-09-07T06:00:00Z","n":1,"x":"b"}"#));
        let merged =
            merge_documents(known, r#"{"at":"2026-09-08 06:00:00","n":2,"x":"b"}"#, &BTreeSet::new());
        assert_eq!(merged.as_deref(), Some(r#"{"at":"2026-09-08 06:00:00","n":2,"x":"b"}"#));
        assert_eq!(merge_documents("[]", "{}", &BTreeSet::new()), None);
    }
}
