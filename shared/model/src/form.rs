//! One value in two forms: what a cloud writes in another way means what it meant.
//!
//! Tables keep one form of each time and each document, but a cloud may begin to give milliseconds, write `"true"` for
//! `true` in a document, or an e-mail address in other letters, or show a member that no interface describes yet. None of it is a
//! change that somebody made.

use serde_json::Value as Json;

use crate::{Column, Type, Value, is_same_second, members::drop_unmatched, normal_moment};

/// Names of columns and members that hold e-mail addresses, whose letters mean the same in either case.
const ADDRESSES: [&str; 5] = ["email", "owner_user_id", "owner_userid", "user_id", "userid"];

/// Names of members of which an empty text says something: texts that people write, and lists of addresses.
const MAY_BE_EMPTY: [&str; 3] = ["allowed_ip_addresses", "description", "path"];

/// Returns whether an empty text in a member of that name says something. An empty time, id or word of a choice is no value.
#[must_use]
pub fn may_be_empty(member: &str) -> bool {
    MAY_BE_EMPTY.contains(&member)
}

/// Returns whether two values of a column differ in their form alone.
#[must_use]
pub fn is_other_form(column: &Column, before: Value<'_>, after: Value<'_>) -> bool {
    let (Value::Text(before), Value::Text(after)) = (before, after) else { return false };
    match column.kind {
        Type::Time => is_same_second(before, after),
        Type::Document => is_same_document(before, after),
        Type::Text => is_same_address(column.name, before, after),
        Type::Integer | Type::Boolean => false,
    }
}

fn is_same_address(name: &str, before: &str, after: &str) -> bool {
    ADDRESSES.contains(&name) && before.contains('@') && before.to_lowercase() == after.to_lowercase()
}

fn is_same_document(before: &str, after: &str) -> bool {
    let read = |text| serde_json::from_str::<Json>(text).ok();
    let (Some(mut before), Some(mut after)) = (read(before), read(after)) else { return false };
    drop_unmatched(&mut before, &mut after);
    normal("", &before) == normal("", &after)
}

/// Returns a value with each scalar in one form, and without regard to the order of arrays.
fn normal(name: &str, value: &Json) -> Json {
    match value {
        Json::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null() && *value != "")
            .map(|(name, value)| (name.clone(), normal(name, value)))
            .collect(),
        Json::Array(elements) => {
            let mut elements: Vec<Json> = elements.iter().map(|each| normal(name, each)).collect();
            elements.sort_by_cached_key(Json::to_string);
            // What is said twice is no more.
            elements.dedup();
            elements.into()
        }
        Json::String(text) => normal_text(name, text).into(),
        Json::Number(number) => whole(number).unwrap_or_else(|| number.to_string()).into(),
        Json::Bool(truth) => truth.to_string().into(),
        Json::Null => Json::Null,
    }
}

/// Times in documents are compared by the second: a document does not say which of them is the finer one.
fn normal_text(name: &str, text: &str) -> String {
    if let Some(time) = normal_moment(text) {
        return time.get(..19).unwrap_or(&time).to_owned();
    }
    let is_address = ADDRESSES.contains(&name) && text.contains('@');
    if is_address || text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        text.to_lowercase()
    } else {
        text.to_owned()
    }
}

/// Writes `3600.0` as `3600`.
fn whole(number: &serde_json::Number) -> Option<String> {
    let number = number.as_f64().filter(|_| number.is_f64())?;
    (number.fract() == 0.0 && number.abs() < 9e15).then(|| format!("{number:.0}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_same(kind: Type, name: &'static str, before: &str, after: &str) -> bool {
        let column = Column { name, kind, about: "", moves: false, author: None, dates_edits: false };
        is_other_form(&column, Value::Text(before), Value::Text(after))
    }

    #[test]
    fn a_document_in_another_form_is_the_same() {
        let same = [
            (r#"{"disabled":true,"n":3600}"#, r#"{"disabled":"true","n":"3600"}"#),
            (r#"{"disabled":false,"n":3600}"#, r#"{"disabled":"False","n":3600.0}"#),
            (r#"{"at":"2021-05-19T10:20:00Z"}"#, r#"{"at":"2021-05-19T10:20+0000"}"#),
            (r#"{"at":"2021-05-19T10:20:00Z"}"#, r#"{"at":"2021-05-19T10:20:00.123Z"}"#),
            (r#"{"a":["x","y"],"b":null}"#, r#"{"a":["y","x"]}"#),
            (r#"{"a":["x","y"]}"#, r#"{"a":["y","x","y"]}"#),
            (r#"{"a":"x","deleted_at":""}"#, r#"{"a":"x"}"#),
            (r#"{"email":"Ana@Example.com"}"#, r#"{"email":"ana@example.com"}"#),
            (r#"{"name":"x"}"#, r#"{"added_by_the_cloud":{"name":"y"},"name":"x"}"#),
            (r#"{"rules":[{"added_by_the_cloud":1,"id":2},{"id":3}]}"#, r#"{"rules":[{"id":2},{"id":3}]}"#),
        ];
        for (before, after) in same {
            assert!(is_same(Type::Document, "document", before, after), "{before} {after}");
        }
    }

    #[test]
    fn another_value_is_another() {
        let others = [
            (r#"{"disabled":true}"#, r#"{"disabled":"false"}"#),
            (r#"{"disabled":true}"#, r#"{"disabled":1}"#),
            (r#"{"n":3600}"#, r#"{"n":"03600"}"#),
            (r#"{"expiration":3600}"#, r#"{}"#),
            (r#"{"description":"x"}"#, r#"{"description":""}"#),
            (r#"{"version":"2012-10-17"}"#, r#"{"version":"2012-10-18"}"#),
            (r#"{"name":"Ana@Example.com"}"#, r#"{"name":"ana@example.com"}"#),
            (r#"{"at":"2021-05-19T10:20:00Z"}"#, r#"{"at":"2021-05-19T10:20:01Z"}"#),
            (r#"{"added_by_the_cloud":1}"#, r#"{"added_by_the_cloud":2}"#),
            (r#"{"name":"x"}"#, r#"{"description":"y","name":"x"}"#),
            (r#"{"Statement":[{"Effect":"Deny"}]}"#, r#"{"Statement":[{"Effect":"Deny","New":1}]}"#),
            ("{", "{"),
        ];
        for (before, after) in others {
            assert!(!is_same(Type::Document, "document", before, after), "{before} {after}");
        }
    }

    #[test]
    fn times_and_addresses_have_forms_and_other_texts_have_one() {
        assert!(is_same(Type::Time, "created_at", "2021-05-19T10:20:00Z", "2021-05-19T10:20:00.120Z"));
        assert!(is_same(Type::Text, "email", "Ana@Example.com", "ana@example.COM"));
        assert!(!is_same(Type::Text, "name", "Ana@Example.com", "ana@example.com"));
        assert!(!is_same(Type::Text, "user_id", "ABC", "abc"));
    }
}
