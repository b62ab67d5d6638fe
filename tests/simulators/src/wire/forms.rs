//! The same answer in another form, and bytes that are not what they should be.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

/// What stands where [`without_text`] puts its bytes.
pub(crate) const NO_TEXT: &str = "@no-text@";
/// What stands where [`nested`] puts its arrays.
pub(crate) const NESTED: &str = "@nested@";

/// Writes every number and truth value as text.
pub(crate) fn as_texts(value: &mut Value) {
    match value {
        Value::Bool(_) | Value::Number(_) => *value = Value::String(value.to_string()),
        Value::Array(elements) => elements.iter_mut().for_each(as_texts),
        Value::Object(members) => members.values_mut().for_each(as_texts),
        _ => {}
    }
}

/// Writes every time of RFC 3339 in another of its forms.
pub(crate) fn with_other_times(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > 19 => {
            let Some(time) = text.parse::<Timestamp>().ok() else { return };
            let form =
                if time.subsec_nanosecond() == 0 { "%Y-%m-%dT%H:%M:%S+0000" } else { "%Y-%m-%d %H:%M:%S%.f" };
            *text = time.strftime(form).to_string();
        }
        Value::Array(elements) => elements.iter_mut().for_each(with_other_times),
        Value::Object(members) => members.values_mut().for_each(with_other_times),
        _ => {}
    }
}

/// Turns every array around, but for those whose order means something: what a user of a federation is compared with.
pub(crate) fn reshuffle(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with('{') => {
            if let Ok(mut inner) = serde_json::from_str(text) {
                reshuffle(&mut inner);
                *text = inner.to_string();
            }
        }
        Value::Array(elements) => {
            elements.reverse();
            elements.iter_mut().for_each(reshuffle);
        }
        Value::Object(members) => {
            members.iter_mut().filter(|(name, _)| *name != "remote").for_each(|(_, value)| reshuffle(value));
        }
        _ => {}
    }
}

/// Puts a byte order mark before a body.
pub(crate) fn marked(body: &Bytes) -> Bytes {
    [b"\xef\xbb\xbf", body.as_ref()].concat().into()
}

/// Puts what is no text in the place of [`NO_TEXT`].
pub(crate) fn without_text(body: &Bytes) -> Bytes {
    replaced(body, NO_TEXT.as_bytes(), b"A\\ud83d\xe9Z")
}

/// Puts arrays in arrays in the place of [`NESTED`].
pub(crate) fn nested(body: &Bytes, levels: u32) -> Bytes {
    let levels = usize::try_from(levels).unwrap_or_default();
    let arrays = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    replaced(body, format!("\"{NESTED}\"").as_bytes(), arrays.as_bytes())
}

/// Adds a member of so many bytes, made of the smallest objects that there are.
pub(crate) fn huge(body: &Bytes, bytes: usize) -> Bytes {
    let Some(rest) = body.strip_prefix(b"{") else { return body.clone() };
    let objects = "{\"a\":0},".repeat(bytes / 8);
    [b"{\"added_by_the_cloud\":[", objects.as_bytes(), b"0],", rest].concat().into()
}

fn replaced(body: &Bytes, what: &[u8], with: &[u8]) -> Bytes {
    let Some(place) = body.windows(what.len()).position(|window| window == what) else { return body.clone() };
    let (before, rest) = body.split_at(place);
    [before, with, &rest[what.len()..]].concat().into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn forms_say_the_same() {
        let mut value =
            json!({"a": true, "n": [1, 2], "at": "2026-01-15T08:30:00.123Z", "p": "{\"s\":[1,2]}"});
        with_other_times(&mut value);
        reshuffle(&mut value);
        as_texts(&mut value);
        let other =
            json!({"a": "true", "n": ["2", "1"], "at": "2026-01-15 08:30:00.123", "p": "{\"s\":[2,1]}"});
        assert_eq!(value, other);
    }

    #[test]
    fn bytes_are_put_where_they_are_wanted() {
        let body = Bytes::from_static(b"{\"a\":\"@no-text@\",\"b\":\"@nested@\"}");
        assert_eq!(without_text(&body).as_ref(), b"{\"a\":\"A\\ud83d\xe9Z\",\"b\":\"@nested@\"}");
        assert_eq!(nested(&body, 2).as_ref(), b"{\"a\":\"@no-text@\",\"b\":[[1]]}");
        assert!(huge(&body, 80).starts_with(b"{\"added_by_the_cloud\":[{\"a\":0},"));
    }
}
