//! The canonical form of an object that a cloud answered: what a `document` column keeps.
//!
//! In: the parsed object. Out: JSON with sorted members, without what is secret, personal or moves by
//! itself, at any depth. Members that are null are left out, because clouds write absence in both
//! ways; arrays are sorted, because all that these answers list (attributes, actions, conditions,
//! tags) means the same in any order, and a mere reshuffle must not look like a change; times are written in one form.
//! Only what federated users are compared with stands in an order that means something ([`canonical_in_order`]).

use serde_json::{Map, Value};

/// Members that say when or by whom something was touched, or where it is served.
const VOLATILE: &[&str] = &[
    "activity",
    "context",
    "entity_tag",
    "etag",
    "first",
    "history",
    "href",
    "last_operation",
    "modified_at",
    "modified_by",
    "trace",
];
const VOLATILE_PREFIXES: &[&str] = &["last_modified", "last_permit", "updated_"];
/// Members about a person that no rule needs.
const PERSONAL: &[&str] = &[
    "altphonenumber",
    "family_name",
    "firstname",
    "given_name",
    "lastname",
    "phonenumber",
    "photo",
    "user_name",
];
/// Free forms in which people leave passwords.
const UNTRUSTED: &[&str] = &["extensions", "parameters"];
const SECRET_ENDINGS: &[&str] = &[
    "api_key",
    "apikey",
    "authorization",
    "credential",
    "credentials",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "privatekey",
    "secret",
    "secret_key",
    "secretkey",
    "token",
];

/// Writes the object in its canonical form.
pub(crate) fn canonical(object: &Map<String, Value>) -> String {
    let mut text = Vec::with_capacity(512);
    write_object(object, &mut text);
    // INVARIANT: made of `str`s and punctuation, so this never falls back.
    String::from_utf8(text).unwrap_or_default()
}

/// Writes any value in its canonical form, as [`canonical`] does an object.
pub(crate) fn canonical_value(value: &Value) -> String {
    let mut text = Vec::new();
    write(value, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes a value that was written by people, such as a policy, in canonical form: with sorted members and
/// arrays, and with all that is in it.
pub(crate) fn canonical_whole(value: &Value) -> String {
    let mut text = Vec::new();
    write_whole(value, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes an array that was written by people and whose order means something; what is in its elements is written as by
/// [`canonical_whole`].
pub(crate) fn canonical_in_order(value: &Value) -> String {
    match value {
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(canonical_whole).collect();
            format!("[{}]", elements.join(","))
        }
        other => canonical_whole(other),
    }
}

/// Writes an object as [`canonical`] does, with only the members that some interface describes: what things are put in order by must
/// not hang on what a cloud adds to its answers.
pub(crate) fn canonical_known(object: &Map<String, Value>) -> String {
    let kept = object.iter().filter(|(name, _)| model::is_known_member(name));
    canonical(&kept.map(|(name, value)| (name.clone(), known_part(value))).collect())
}

/// Returns a value with only the members that some interface describes.
fn known_part(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let known = members.iter().filter(|(name, _)| model::is_known_member(name));
            known.map(|(name, value)| (name.clone(), known_part(value))).collect()
        }
        Value::Array(elements) => elements.iter().map(known_part).collect(),
        scalar => scalar.clone(),
    }
}

fn write_whole(value: &Value, text: &mut Vec<u8>) {
    match value {
        Value::Object(object) => write_members(object.iter().collect(), text, write_whole),
        Value::Array(elements) => write_elements(elements, text, write_whole),
        scalar => drop(serde_json::to_writer(text, scalar)),
    }
}

fn write(value: &Value, text: &mut Vec<u8>) {
    match value {
        Value::Object(object) => write_object(object, text),
        Value::Array(elements) => write_elements(elements, text, write),
        Value::String(moment) => {
            let normal = model::normal_moment(moment);
            drop(serde_json::to_writer(text, normal.as_ref().unwrap_or(moment)));
        }
        // INVARIANT: writing scalars to memory cannot fail.
        scalar => drop(serde_json::to_writer(text, scalar)),
    }
}

fn write_object(object: &Map<String, Value>, text: &mut Vec<u8>) {
    write_members(object.iter().filter(|(name, value)| is_kept(name, value)).collect(), text, write);
}

fn write_members(mut members: Vec<(&String, &Value)>, text: &mut Vec<u8>, write: fn(&Value, &mut Vec<u8>)) {
    // The map is sorted already unless some crate in the build switches that off.
    members.sort_unstable_by_key(|(name, _)| *name);
    text.push(b'{');
    for (position, (name, value)) in members.into_iter().enumerate() {
        if position > 0 {
            text.push(b',');
        }
        drop(serde_json::to_writer(&mut *text, name));
        text.push(b':');
        write(value, text);
    }
    text.push(b'}');
}

fn write_elements(elements: &[Value], text: &mut Vec<u8>, write: fn(&Value, &mut Vec<u8>)) {
    text.push(b'[');
    if let [only] = elements {
        write(only, text);
    } else {
        let mut written: Vec<Vec<u8>> = elements
            .iter()
            .map(|element| {
                let mut text = Vec::new();
                write(element, &mut text);
                text
            })
            .collect();
        written.sort_unstable();
        text.extend_from_slice(&written.join(&b','));
    }
    text.push(b']');
}

fn is_kept(name: &str, value: &Value) -> bool {
    !value.is_null()
        && !VOLATILE.contains(&name)
        && !VOLATILE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        && !PERSONAL.contains(&name)
        && !UNTRUSTED.contains(&name)
        && !is_secret(name, value)
}

/// A truth value holds no secret unless it stands in the very place of one: `onetime_credentials` is a yes or no. A number may be
/// a passcode. Members that begin with `restrict_` are settings about keys.
fn is_secret(name: &str, value: &Value) -> bool {
    if name.starts_with("restrict_") || (value.is_boolean() && !SECRET_ENDINGS.contains(&name)) {
        return false;
    }
    let ends = |ending: &&str| {
        name.len() >= ending.len()
            && name
                .as_bytes()
                .iter()
                .rev()
                .zip(ending.bytes().rev())
                .all(|(a, b)| a.to_ascii_lowercase() == b)
    };
    SECRET_ENDINGS.iter().any(ends)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_sorted_and_nulls_left_out() {
        let value = json!({"b": 1, "a": {"d": null, "c": "x"}});
        assert_eq!(canonical_value(&value), r#"{"a":{"c":"x"},"b":1}"#);
    }

    #[test]
    fn the_order_of_an_array_does_not_matter() {
        let one = json!({"actions": ["b", "a"], "rules": [{"n": 2}, {"n": 1}]});
        let other = json!({"rules": [{"n": 1}, {"n": 2}], "actions": ["a", "b"]});
        assert_eq!(canonical_value(&one), canonical_value(&other));
    }

    #[test]
    fn a_moment_has_one_form() {
        let value = json!({"at": "2021-05-19T10:20+0000", "list": ["2021-05-19T12:20:00.500+02:00"], "version": "2012-10-17"});
        let normal =
            r#"{"at":"2021-05-19T10:20:00Z","list":["2021-05-19T10:20:00.500Z"],"version":"2012-10-17"}"#;
        assert_eq!(canonical_value(&value), normal);
    }

    #[test]
    fn an_order_that_means_something_is_kept() {
        let value = json!([{"type": "b", "any_one_of": ["y", "x"]}, {"type": "a"}]);
        assert_eq!(canonical_in_order(&value), r#"[{"any_one_of":["x","y"],"type":"b"},{"type":"a"}]"#);
    }

    #[test]
    fn what_people_wrote_is_kept_whole() {
        let value =
            json!({"Statement": [{"Condition": {"StringEquals": {"g:RequestTag/token": ["b", "a"]}}}]});
        let kept = r#"{"Statement":[{"Condition":{"StringEquals":{"g:RequestTag/token":["a","b"]}}}]}"#;
        assert_eq!(canonical_whole(&value), kept);
    }

    #[test]
    fn secrets_are_dropped_at_any_depth() {
        let value = json!({
            "name": "k", "apikey": "s3", "list": [{"credentials": {"password": "s3"}, "kept": 1}],
            "passcode": 123_456, "clientSecret": "s3", "accessToken": "s3", "iam_apikey": {"x": "s3"}, "parameters": {"admin": "s3"}
        });
        assert_eq!(canonical_value(&value), r#"{"list":[{"kept":1}],"name":"k"}"#);
    }

    #[test]
    fn settings_about_secrets_are_kept() {
        let value = json!({
            "restrict_create_platform_apikey": "RESTRICTED", "onetime_credentials": true,
            "system_access_token_expiration_in_seconds": "3600"
        });
        assert_eq!(canonical_value(&value), value.to_string());
    }

    #[test]
    fn volatile_and_personal_members_are_dropped() {
        let value = json!({
            "id": "i", "entity_tag": "1", "href": "h", "last_modified_at": "t", "last_permit_at": "t",
            "updated_by": "u", "context": {}, "history": [1], "firstname": "A", "phonenumber": "1", "photo": "p"
        });
        assert_eq!(canonical_value(&value), r#"{"id":"i"}"#);
    }
}
