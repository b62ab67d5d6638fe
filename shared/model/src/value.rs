//! Values and rows: one cell, and one line of a table, packed.
//!
//! A row is one byte string. Its order as bytes is the order of its values from left to right, so
//! that sorting, comparing and hashing rows need not know their columns, and a table of a hundred
//! thousand things costs little more memory than its text.

use std::{ffi::CStr, fmt, sync::Arc};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const TEXT: u8 = 4;
/// Ends a text. UTF-8 holds it only as U+0000, which [`Row::pack`] replaces.
const END: u8 = 0;
const SIGN: u64 = 1 << 63;

/// One cell of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value<'a> {
    /// The cloud did not say.
    Null,
    /// A truth value, true or false.
    Boolean(bool),
    /// A whole number of 64 bits.
    Integer(i64),
    /// Text; also times (RFC 3339, UTC) and documents (canonical JSON).
    Text(&'a str),
}

impl<'a> Value<'a> {
    /// Returns the text, if this is one.
    #[must_use]
    pub const fn as_text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the number, if this is one.
    #[must_use]
    pub const fn as_integer(self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the truth value, if this is one.
    #[must_use]
    pub const fn as_boolean(self) -> Option<bool> {
        match self {
            Self::Boolean(truth) => Some(truth),
            _ => None,
        }
    }

    /// Returns whether the cloud gave no value.
    #[must_use]
    pub const fn is_null(self) -> bool {
        matches!(self, Self::Null)
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Boolean(truth) => truth.fmt(formatter),
            Self::Integer(number) => number.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

impl serde::Serialize for Value<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Boolean(truth) => serializer.serialize_bool(*truth),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One line of a table, packed; its first columns are the key.
///
/// ```
/// use model::{Row, Value};
/// let row = Row::pack([Value::Text("k1"), Value::Integer(-7), Value::Null]);
/// assert_eq!(row.values().collect::<Vec<_>>(), [Value::Text("k1"), Value::Integer(-7), Value::Null]);
/// assert!(row < Row::pack([Value::Text("k1"), Value::Integer(3), Value::Null]));
/// ```
///
/// Copies share their bytes: a change, the state it leads to and the delta that is stored hold one row once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row(Arc<[u8]>);

impl Row {
    /// Packs values. U+0000 in a text becomes U+FFFD: no database that reads our tables takes it.
    #[must_use]
    pub fn pack<'a>(values: impl IntoIterator<Item = Value<'a>>) -> Self {
        let mut bytes = Vec::with_capacity(128);
        for value in values {
            match value {
                Value::Null => bytes.push(NULL),
                Value::Boolean(false) => bytes.push(FALSE),
                Value::Boolean(true) => bytes.push(TRUE),
                Value::Integer(number) => {
                    bytes.push(INTEGER);
                    bytes.extend_from_slice(&(number.cast_unsigned() ^ SIGN).to_be_bytes());
                }
                Value::Text(text) => {
                    bytes.push(TEXT);
                    if text.contains('\0') {
                        bytes.extend_from_slice(text.replace('\0', "\u{fffd}").as_bytes());
                    } else {
                        bytes.extend_from_slice(text.as_bytes());
                    }
                    bytes.push(END);
                }
            }
        }
        Self(bytes.into())
    }

    /// Takes cells as [`Self::as_bytes`] or [`Self::prefix`] returned them.
    #[must_use]
    pub fn from_packed(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// Returns the values from left to right.
    #[must_use]
    pub fn values(&self) -> Values<'_> {
        Values(&self.0)
    }

    /// Returns the value of column number `index`, or [`Value::Null`] beyond the last.
    #[must_use]
    pub fn value(&self, index: usize) -> Value<'_> {
        self.values().nth(index).unwrap_or(Value::Null)
    }

    /// Returns the packed first `columns` values; rows of one table compare by it as by their key.
    #[must_use]
    pub fn prefix(&self, columns: usize) -> &[u8] {
        let mut rest: &[u8] = &self.0;
        for _ in 0..columns {
            rest = cell(rest).map_or(&[], |(_, rest)| rest);
        }
        self.0.get(..self.0.len() - rest.len()).unwrap_or(&self.0)
    }

    /// Returns the packed form: what is hashed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.values()).finish()
    }
}

/// The values of a row, from left to right.
#[derive(Debug, Clone)]
pub struct Values<'a>(&'a [u8]);

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let (packed, rest) = cell(self.0)?;
        self.0 = rest;
        let (tag, content) = packed.split_first()?;
        Some(match *tag {
            FALSE => Value::Boolean(false),
            TRUE => Value::Boolean(true),
            INTEGER => Value::Integer((u64::from_be_bytes(*content.first_chunk()?) ^ SIGN).cast_signed()),
            // INVARIANT: `pack` wrote a `&str`, so this never falls back.
            TEXT => Value::Text(str::from_utf8(content).unwrap_or_default()),
            _ => Value::Null,
        })
    }

    fn nth(&mut self, passed: usize) -> Option<Value<'a>> {
        for _ in 0..passed {
            self.0 = cell(self.0)?.1;
        }
        self.next()
    }
}

/// Splits off the first cell, without the mark that ends it; the texts that are passed over are not looked into.
fn cell(packed: &[u8]) -> Option<(&[u8], &[u8])> {
    match *packed.first()? {
        INTEGER => packed.split_at_checked(9),
        TEXT => {
            let text = CStr::from_bytes_until_nul(packed).ok()?;
            let (cell, end) = packed.split_at_checked(text.count_bytes())?;
            Some((cell, end.get(1..)?))
        }
        _ => packed.split_at_checked(1),
    }
}
