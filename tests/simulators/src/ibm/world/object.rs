//! One object as the API answers it: members that are absent, null, unknown or of a new kind
//! are as possible as in a real answer.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// A JSON object. Clones share it until one of them is changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Arc<Map<String, Value>>);

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().serialize(to)
    }
}

impl Object {
    /// Takes a `json!({…})` literal.
    ///
    /// # Panics
    /// When it is no object.
    #[must_use]
    pub fn new(value: Value) -> Self {
        match value {
            Value::Object(members) => Self(Arc::new(members)),
            other => panic!("an object is wanted, not {other}"),
        }
    }

    /// The text of a member, empty when it is absent, null or no text.
    #[must_use]
    pub fn text(&self, member: &str) -> &str {
        self.0.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    /// A member.
    #[must_use]
    pub fn get(&self, member: &str) -> Option<&Value> {
        self.0.get(member)
    }

    /// A value below, by JSON pointer (`/link/crn`).
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        let (member, rest) = match pointer.strip_prefix('/')?.split_once('/') {
            Some((member, rest)) => (member, format!("/{rest}")),
            None => (pointer.strip_prefix('/')?, String::new()),
        };
        self.0.get(member)?.pointer(&rest)
    }

    /// Sets a member.
    pub fn set(&mut self, member: &str, value: impl Into<Value>) {
        Arc::make_mut(&mut self.0).insert(member.to_owned(), value.into());
    }

    /// Takes a member out.
    pub fn remove(&mut self, member: &str) -> Option<Value> {
        Arc::make_mut(&mut self.0).remove(member)
    }

    /// All members.
    #[must_use]
    pub fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A copy without some members.
    #[must_use]
    pub fn without(&self, members: &[&str]) -> Self {
        let mut copy = self.clone();
        for member in members {
            if copy.0.contains_key(*member) {
                copy.remove(member);
            }
        }
        copy
    }

    /// The object as a value of its own.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(self.0.as_ref().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changing_a_clone_leaves_the_original() {
        let original = Object::new(json!({"id": "a", "link": {"crn": "x"}}));
        let mut copy = original.clone();
        copy.set("id", "b");
        assert_eq!((original.text("id"), copy.text("id")), ("a", "b"));
        assert_eq!(original.pointer("/link/crn"), Some(&json!("x")));
        assert_eq!(original.pointer("/link"), Some(&json!({"crn": "x"})));
    }
}
