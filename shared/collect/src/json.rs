//! Reads the JSON of an answer, and lets no small thing in it cost the whole.
//!
//! In: the bytes. Out: the value, within bounds of depth and memory that hold while it is read.
//!
//! What is no text (bytes that are no UTF-8, half of a surrogate pair, control characters) becomes U+FFFD, and what is
//! written like a number but is none that can be held becomes a text, so that only who asks for it sees that it cannot
//! be read. What nests deeper than [`MOST_LEVELS`] is left out.

use std::{cell::Cell, fmt};

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Deserializer, Map, Number, Value};

/// Levels of arrays and objects that are kept. The parser itself gives up at 128, and everything after it recurses.
const MOST_LEVELS: u32 = 110;
/// Levels of one item; one that has more was cut, because an answer holds its items at its third level at the latest.
const MOST_ITEM_LEVELS: u32 = 100;

/// Memory that a value takes in an array or object, which grow by doubling.
const VALUE_BYTES: usize = 64;
/// Memory that an object takes for its first members.
const OBJECT_BYTES: usize = 640;
/// Memory that a member takes beside its name and value.
const MEMBER_BYTES: usize = 48;

/// What stands in the place of what is no text.
const NO_TEXT: &[u8] = b"\\ufffd";

/// Why an answer could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It ends in the middle.
    CutOff,
    /// It is no JSON.
    NoJson,
    /// It would take more memory than is given to one answer.
    TooLarge,
}

/// Reads JSON that takes at most so many bytes of memory.
pub(crate) fn parse(body: &[u8], most_bytes: usize) -> Result<Value, Flaw> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    match parse_strictly(body, most_bytes) {
        // A text of an error page that happens to look like a word is not taken for JSON.
        Err(Flaw::NoJson) if body.trim_ascii_start().starts_with(b"{") => {
            parse_strictly(&mended(body), most_bytes)
        }
        read => read,
    }
}

/// Returns whether an item nests deeper than is kept, so that a part of it may be missing.
pub(crate) fn is_too_deep(item: &Value) -> bool {
    fn is_deeper(value: &Value, than: u32) -> bool {
        let Some(below) = than.checked_sub(1) else { return value.is_array() || value.is_object() };
        match value {
            Value::Array(elements) => elements.iter().any(|each| is_deeper(each, below)),
            Value::Object(members) => members.values().any(|each| is_deeper(each, below)),
            _ => false,
        }
    }
    is_deeper(item, MOST_ITEM_LEVELS)
}

fn parse_strictly(body: &[u8], most_bytes: usize) -> Result<Value, Flaw> {
    let room = Room { left: Cell::new(most_bytes), is_exceeded: Cell::new(false) };
    let mut json = Deserializer::from_slice(body);
    let read = Part { level: 0, room: &room }.deserialize(&mut json);
    read.and_then(|value| json.end().map(|()| value)).map_err(|error| {
        if room.is_exceeded.get() {
            Flaw::TooLarge
        } else if error.is_eof() {
            Flaw::CutOff
        } else {
            Flaw::NoJson
        }
    })
}

/// The memory that is left for an answer.
struct Room {
    left: Cell<usize>,
    is_exceeded: Cell<bool>,
}

impl Room {
    fn take<E: Error>(&self, bytes: usize) -> Result<(), E> {
        if let Some(left) = self.left.get().checked_sub(bytes) {
            self.left.set(left);
            return Ok(());
        }
        self.is_exceeded.set(true);
        Err(E::custom("too large"))
    }
}

/// A part of the answer, so many levels deep.
#[derive(Clone, Copy)]
struct Part<'a> {
    level: u32,
    room: &'a Room,
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, part: D) -> Result<Value, D::Error> {
        part.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.room.take(text.len())?;
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Value, A::Error> {
        if self.level >= MOST_LEVELS {
            while array.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        let mut elements = Vec::new();
        while let Some(element) = array.next_element_seed(Part { level: self.level + 1, ..self })? {
            self.room.take(VALUE_BYTES)?;
            elements.push(element);
        }
        Ok(elements.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        if self.level >= MOST_LEVELS {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Value::Null);
        }
        self.room.take(OBJECT_BYTES)?;
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            self.room.take(VALUE_BYTES + MEMBER_BYTES + name.len())?;
            let value = object.next_value_seed(Part { level: self.level + 1, ..self })?;
            members.insert(name, value);
        }
        Ok(members.into())
    }
}

/// Returns the JSON with all in the place of which something can stand: what is no text, and what is no number.
fn mended(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let mut mended = Vec::with_capacity(text.len() + 16);
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'"' {
            mended.push(b'"');
            rest = mend_text(after, &mut mended);
            continue;
        }
        let length =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        if length == 0 {
            mended.push(first);
            rest = after;
            continue;
        }
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let is_known = serde_json::from_slice::<Value>(word).is_ok();
        let quote: &[u8] = if is_known { b"" } else { b"\"" };
        mended.extend([quote, word, quote].concat());
        rest = after;
    }
    mended
}

/// Copies a text up to its closing quote, with escapes that stand for something; returns what comes after it.
fn mend_text<'a>(text: &'a [u8], mended: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'"' => {
                mended.push(b'"');
                return rest;
            }
            b'\\' => rest = mend_escape(rest, mended),
            b'\t' => mended.extend_from_slice(b"\\t"),
            b'\n' => mended.extend_from_slice(b"\\n"),
            b'\r' => mended.extend_from_slice(b"\\r"),
            0..0x20 => mended.extend_from_slice(NO_TEXT),
            other => mended.push(other),
        }
    }
    rest
}

/// Copies an escape whose backslash was passed, if it stands for a text; returns what comes after it.
fn mend_escape<'a>(rest: &'a [u8], mended: &mut Vec<u8>) -> &'a [u8] {
    let follows_low = || rest.get(5) == Some(&b'\\') && matches!(unit(rest.get(6..)), Some(0xdc00..=0xdfff));
    let (is_text, length) = match rest.first() {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (true, 1),
        Some(b'u') => match unit(Some(rest)) {
            Some(0xd800..=0xdbff) if follows_low() => (true, 11),
            Some(0xd800..=0xdfff) => (false, 5),
            Some(_) => (true, 5),
            None => (false, 1),
        },
        _ => (false, 0),
    };
    let (escape, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    if is_text {
        mended.push(b'\\');
        mended.extend_from_slice(escape);
    } else {
        mended.extend_from_slice(NO_TEXT);
    }
    after
}

/// Reads the code of `uXXXX`.
fn unit(escape: Option<&[u8]>) -> Option<u16> {
    let digits =
        escape?.strip_prefix(b"u")?.get(..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests;
