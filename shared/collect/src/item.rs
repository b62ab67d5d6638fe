//! Lenient access to one object of an answer.
//!
//! Absent, null and empty all mean that the cloud did not say. A member of another type than expected
//! is written down as a fault of the list, which is then no longer complete, and the rest of the row
//! is kept: one odd member must neither stop a run nor pass for an absence.

use std::cell::{Cell, RefCell};

use serde_json::{Map, Value};

use crate::document;

/// What did not fit in the answers to one list.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    first: RefCell<Option<String>>,
    others: Cell<u64>,
}

impl Faults {
    /// Writes a fault down.
    pub(crate) fn note(&self, fault: impl FnOnce() -> String) {
        let mut first = self.first.borrow_mut();
        if first.is_some() {
            self.others.set(self.others.get() + 1);
        } else {
            *first = Some(fault());
        }
    }

    /// Returns how many were written down.
    pub(crate) fn count(&self) -> u64 {
        u64::from(self.first.borrow().is_some()) + self.others.get()
    }

    /// Returns what to say of the faults, if there are any.
    pub(crate) fn reason(&self) -> Option<String> {
        let first = self.first.borrow().clone()?;
        Some(match self.others.get() {
            0 => first,
            others => format!("{first}, and {others} more of the kind"),
        })
    }
}

/// One object of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    members: &'a Map<String, Value>,
    faults: &'a Faults,
}

impl<'a> Item<'a> {
    /// Looks at an object; anything else is a fault.
    pub(crate) fn of(value: &'a Value, faults: &'a Faults) -> Option<Self> {
        let Value::Object(members) = value else {
            faults.note(|| format!("{} stands where an object should", kind(value)));
            return None;
        };
        Some(Self { members, faults })
    }

    /// Returns a member as it is, unless it is null.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// Returns a text.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        let value = self.value(name)?;
        let Some(text) = value.as_str() else { return self.misfit(name, value, "text") };
        Some(text).filter(|text| !text.is_empty())
    }

    /// Returns a text without which there is no row; an empty one is none.
    pub(crate) fn key(&self, name: &str) -> Option<&'a str> {
        let is_misfit = self.value(name).is_some_and(|value| !value.is_string());
        let text = self.text(name);
        if text.is_none() && !is_misfit {
            self.faults.note(|| format!("an item has no `{name}`"));
        }
        text
    }

    /// Notes a fault where a member that is always there is missing or null.
    pub(crate) fn must_have(&self, name: &str) -> &Self {
        if self.value(name).is_none() {
            self.faults.note(|| format!("`{name}` is missing"));
        }
        self
    }

    /// Returns a whole number, also one that is written as text; `NOT_SET` is none.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        let number = match value {
            Value::String(text) if text.is_empty() || text == "NOT_SET" => return None,
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        };
        number.or_else(|| self.misfit(name, value, "whole number"))
    }

    /// Returns a truth value.
    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        let value = self.value(name)?;
        value.as_bool().or_else(|| self.misfit(name, value, "truth value"))
    }

    /// Returns a time in the form of the tables. One that cannot be read is a fault, because a
    /// missing time has a meaning: a key without expiry never expires.
    pub(crate) fn time(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        model::normal_time(text).or_else(|| {
            self.faults.note(|| format!("`{name}` holds no time"));
            None
        })
    }

    /// Returns an object.
    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        let value = self.value(name)?;
        let Value::Object(members) = value else { return self.misfit(name, value, "object") };
        Some(Self { members, faults: self.faults })
    }

    /// Returns the values of an array; none where there is none.
    pub(crate) fn values(&self, name: &str) -> &'a [Value] {
        let Some(value) = self.value(name) else { return &[] };
        value.as_array().map_or_else(|| self.misfit(name, value, "array").unwrap_or_default(), Vec::as_slice)
    }

    /// Returns the objects of an array; anything else in it is a fault.
    pub(crate) fn objects(&self, name: &str) -> impl Iterator<Item = Self> {
        let faults = self.faults;
        self.values(name).iter().filter_map(|value| Item::of(value, faults))
    }

    /// Returns the objects of an array with their places in it, which a broken one does not shift.
    pub(crate) fn placed_objects(&self, name: &str) -> impl Iterator<Item = (Self, i64)> {
        let faults = self.faults;
        self.values(name)
            .iter()
            .zip(0_i64..)
            .filter_map(|(value, place)| Some((Item::of(value, faults)?, place)))
    }

    /// Returns the texts of an array; anything else in it is a fault.
    pub(crate) fn texts(&self, name: &str) -> Vec<&'a str> {
        let text = |value: &'a Value| value.as_str().or_else(|| self.misfit(name, value, "list of texts"));
        self.values(name).iter().filter_map(text).collect()
    }

    /// Returns the members by name, nulls left out.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.members.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.as_str(), value))
    }

    /// Returns where faults of this object are written down.
    pub(crate) const fn faults(&self) -> &'a Faults {
        self.faults
    }

    /// Returns the whole object as the `document` column keeps it.
    pub(crate) fn document(&self) -> String {
        document::canonical(self.members)
    }

    /// Returns the object as the `document` column keeps it, with some members left out.
    pub(crate) fn document_without(&self, names: &[&str]) -> String {
        let kept = self.members.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        document::canonical(&kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    fn misfit<T>(&self, name: &str, value: &Value, wanted: &str) -> Option<T> {
        self.faults.note(|| format!("`{name}` is {}, no {wanted}", kind(value)));
        None
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_null_and_empty_are_the_same_and_no_fault() {
        let (faults, value) = (Faults::default(), json!({"null": null, "empty": ""}));
        let item = Item::of(&value, &faults).unwrap();
        assert_eq!([item.text("absent"), item.text("null"), item.text("empty")], [None; 3]);
        assert_eq!((item.time("empty"), item.integer("null"), item.boolean("null")), (None, None, None));
        assert!(item.object("null").is_none() && item.values("null").is_empty());
        assert_eq!(faults.reason(), None);
    }

    #[test]
    fn a_wrong_type_is_a_fault_and_the_rest_is_kept() {
        let (faults, value) = (Faults::default(), json!({"name": 7, "locked": "no", "id": "i"}));
        let item = Item::of(&value, &faults).unwrap();
        assert_eq!((item.text("name"), item.boolean("locked"), item.key("id")), (None, None, Some("i")));
        assert_eq!(faults.reason().unwrap(), "`name` is a number, no text, and 1 more of the kind");
    }

    #[test]
    fn numbers_are_read_from_text_too() {
        let (faults, value) = (Faults::default(), json!({"a": "3600", "b": 7, "c": "NOT_SET", "d": "many"}));
        let item = Item::of(&value, &faults).unwrap();
        let read = ["a", "b", "c"].map(|name| item.integer(name));
        assert_eq!(read, [Some(3600), Some(7), None]);
        assert_eq!(faults.reason(), None);
        assert_eq!(item.integer("d"), None);
        assert_eq!(faults.reason().unwrap(), "`d` is a text, no whole number");
    }

    #[test]
    fn a_missing_key_and_an_unreadable_time_are_faults() {
        let (faults, value) = (Faults::default(), json!({"at": "soon"}));
        let item = Item::of(&value, &faults).unwrap();
        assert_eq!((item.key("id"), item.time("at")), (None, None));
        assert_eq!(faults.reason().unwrap(), "an item has no `id`, and 1 more of the kind");
    }

    #[test]
    fn what_is_no_object_is_a_fault() {
        let (faults, value) = (Faults::default(), json!({"list": [{"a": 1}, 5]}));
        let item = Item::of(&value, &faults).unwrap();
        assert_eq!(item.objects("list").count(), 1);
        assert_eq!(faults.reason().unwrap(), "a number stands where an object should");
    }
}
