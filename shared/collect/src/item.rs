//! Lenient access to one object of an answer.
//!
//! Absent, null and empty all mean that the cloud did not say. A member of another type than expected is read as what
//! it means where it can mean one thing only. Else it is written down as unread, which makes the list incomplete, and
//! the rest of the row is kept: one odd member must neither stop a run nor pass for an absence.

use std::{
    cell::{Cell, RefCell},
    mem,
};

use bumpalo::Bump;
use serde_json::{Map, Number, Value};

use crate::{document, json};

/// What did not fit in the answers to one list.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    first: RefCell<Option<String>>,
    others: Cell<u64>,
    unread: RefCell<Vec<Unread>>,
    unsaid: RefCell<Vec<Unsaid>>,
    doubts: Cell<u64>,
    /// Whether a list inside of the item at hand showed an element twice.
    has_repeats: Cell<bool>,
    /// Texts that stand in no answer: the numbers and truth values that were read as such.
    texts: Bump,
}

/// A member of the item at hand that could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    /// Its name; none where it has none, as in an array.
    pub(crate) member: Option<String>,
    /// What is wrong with it.
    pub(crate) fault: String,
}

/// A member of the item at hand that says nothing, or says it in a form that proves nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsaid {
    /// Its name in the answer.
    pub(crate) member: String,
    /// What it says where it is a number or a truth value in the place of a text.
    pub(crate) shown: Option<String>,
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

    /// Returns how many were written down, settled or not.
    pub(crate) fn count(&self) -> usize {
        let settled = u64::from(self.first.borrow().is_some()) + self.others.get();
        usize::try_from(settled).unwrap_or(usize::MAX).saturating_add(self.unread.borrow().len())
    }

    /// Returns how many lists inside of things were shown in a form that proves nothing.
    pub(crate) const fn doubts(&self) -> u64 {
        self.doubts.get()
    }

    /// Writes down that a list inside of a thing is shown in a form that proves nothing.
    pub(crate) fn doubt(&self) {
        self.doubts.set(self.doubts.get() + 1);
    }

    /// Writes down whether a list inside of the item at hand showed an element twice.
    pub(crate) fn set_repeats(&self, has_repeats: bool) {
        self.has_repeats.set(has_repeats);
    }

    /// Returns whether a list inside of the item at hand showed an element twice, so that another may be left out.
    pub(crate) const fn has_repeats(&self) -> bool {
        self.has_repeats.get()
    }

    /// Writes down that a member could not be read. What is made of the item settles which cells that concerns.
    pub(crate) fn note_unread(&self, member: Option<&str>, fault: String) {
        self.unread.borrow_mut().push(Unread { member: member.map(str::to_owned), fault });
    }

    /// Takes out the members that could not be read since the last time.
    pub(crate) fn take_unread(&self) -> Vec<Unread> {
        mem::take(&mut *self.unread.borrow_mut())
    }

    /// Takes out the members that were not said since the last time, though things of the kind have them.
    pub(crate) fn take_unsaid(&self) -> Vec<Unsaid> {
        mem::take(&mut *self.unsaid.borrow_mut())
    }

    /// Lets what came in an odd form since so many members were unsaid be a doubt about the list that it is in.
    pub(crate) fn doubt_odd_since(&self, before: usize) {
        let is_odd = |unsaid: &Unsaid| unsaid.shown.is_some();
        let mut unsaid = self.unsaid.borrow_mut();
        let odd = unsaid.iter().skip(before).filter(|each| is_odd(each)).count();
        let mut place = 0;
        unsaid.retain(|each| {
            place += 1;
            place <= before || !is_odd(each)
        });
        self.doubts.set(self.doubts.get() + u64::try_from(odd).unwrap_or(u64::MAX));
    }

    /// Returns how many members were not said, or in a form that proves nothing.
    pub(crate) fn unsaid(&self) -> usize {
        self.unsaid.borrow().len()
    }

    /// Returns what to say of the faults, if there are any.
    pub(crate) fn reason(&self) -> Option<String> {
        self.take_unread().into_iter().for_each(|unread| self.note(|| unread.fault));
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
    /// Looks at an object in an item; anything else is a fault of that item.
    pub(crate) fn of(value: &'a Value, faults: &'a Faults) -> Option<Self> {
        let Value::Object(members) = value else {
            faults.note_unread(None, misplaced(value));
            return None;
        };
        Some(Self { members, faults })
    }

    /// Looks at one of the things that a list is made of. One that nests too deep was cut, and is a fault.
    pub(crate) fn whole(value: &'a Value, faults: &'a Faults) -> Option<Self> {
        if json::is_too_deep(value) {
            faults.note(|| format!("{} nests too deep", named(value)));
            return None;
        }
        let Value::Object(members) = value else {
            faults.note(|| misplaced(value));
            return None;
        };
        Some(Self { members, faults })
    }

    /// Returns a member as it is, unless it is null.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// Returns a text; a truth value or a whole number is taken for its text. That it means the same proves nothing the
    /// first time: where something else was known, that stands for one run.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        let value = self.value(name)?;
        let text = self.as_text(value).or_else(|| self.misfit(name, value, "text"))?;
        if !value.is_string() {
            let shown = Unsaid { member: name.to_owned(), shown: Some(text.to_owned()) };
            self.faults.unsaid.borrow_mut().push(shown);
        }
        Some(text).filter(|text| !text.is_empty())
    }

    /// Returns a text without which there is no row. One of nothing but white space is none, and so is a number or truth value: a thing that is
    /// named in another form may be any.
    pub(crate) fn key(&self, name: &str) -> Option<&'a str> {
        let key = self.value(name).and_then(Value::as_str).filter(|key| !key.trim().is_empty());
        // Clouds make ids up in ASCII; what people write may be broken for good, and names its row all the same.
        if key.is_some_and(|key| key.contains('\u{fffd}')) && is_id(name) {
            self.unread(name, "has bytes that are no text");
            return None;
        }
        match self.value(name) {
            None | Some(Value::String(_)) if key.is_none() => {
                self.faults.note(|| format!("an item has no `{name}`"));
            }
            Some(value) if key.is_none() => self.misfit(name, value, "text").unwrap_or_default(),
            _ => {}
        }
        key
    }

    /// Notes a fault where a member that is always there is missing or null.
    pub(crate) fn must_have(&self, name: &str) -> &Self {
        if self.value(name).is_none() {
            self.faults.note(|| format!("`{name}` is missing"));
        }
        self
    }

    /// Notes a fault where an id or another text that is always there is missing, null or empty.
    pub(crate) fn must_name(&self, name: &str) -> &Self {
        if self.value(name).is_none_or(|value| value.as_str() == Some("")) {
            self.faults.note(|| format!("`{name}` is missing"));
        }
        self
    }

    /// Notes a doubt where a list that is always there is missing or null, which proves nothing.
    pub(crate) fn must_list(&self, name: &str) -> &Self {
        if self.value(name).is_none() {
            self.faults.doubt();
        }
        self
    }

    /// Notes a doubt where a list that need not be there is null: a list of none is an empty one, or is left out.
    pub(crate) fn must_not_be_null(&self, name: &str) -> &Self {
        if self.members.get(name).is_some_and(Value::is_null) {
            self.faults.doubt();
        }
        self
    }

    /// Writes down as unread each of these members that is missing, null or empty, though the interface declares that it is
    /// always there: what was known of it stands.
    pub(crate) fn must_say(&self, names: &[&str]) {
        let is_said = |name: &str| self.value(name).is_some_and(|value| value.as_str() != Some(""));
        for name in names.iter().filter(|name| !is_said(name)) {
            self.unread(name, "is missing");
        }
    }

    /// Writes down each of these members that is missing, null or empty, though things of this kind have it. The interface
    /// declares it optional, so that this proves nothing the first time: what was known of it stands for one run.
    pub(crate) fn should_say(&self, names: &[&str]) {
        let is_said = |name: &str| {
            self.value(name).is_some_and(|value| value.as_str() != Some("") || model::may_be_empty(name))
        };
        let unsaid = names.iter().copied().filter(|name| !is_said(name));
        let unsaid = unsaid.map(|name| Unsaid { member: name.to_owned(), shown: None });
        self.faults.unsaid.borrow_mut().extend(unsaid);
    }

    /// Returns a whole number, also one that is written as text or with a fraction of zero; `NOT_SET` is none.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        if value == "" || value == "NOT_SET" {
            return None;
        }
        read_integer(value).or_else(|| self.misfit(name, value, "whole number"))
    }

    /// Returns a truth value, also one that is written as text, or as 1 or 0.
    pub(crate) fn boolean(&self, name: &str) -> Option<bool> {
        let value = self.value(name).filter(|value| *value != "")?;
        read_boolean(value).or_else(|| self.misfit(name, value, "truth value"))
    }

    /// Returns a time in the form of the tables. One that cannot be read is a fault, because a
    /// missing time has a meaning: a key without expiry never expires.
    pub(crate) fn time(&self, name: &str) -> Option<String> {
        let value = self.value(name).filter(|value| *value != "")?;
        let text = self.as_text(value).or_else(|| self.misfit(name, value, "text"))?;
        model::normal_time(text).or_else(|| {
            self.unread(name, "holds no time");
            None
        })
    }

    /// Writes down that a member holds what nothing can be made of.
    pub(crate) fn unread(&self, name: &str, reason: &str) {
        self.faults.note_unread(Some(name), format!("`{name}` {reason}"));
    }

    /// Returns the member of this name where it is an object.
    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        let value = self.value(name)?;
        let Value::Object(members) = value else { return self.misfit(name, value, "object") };
        Some(Self { members, faults: self.faults })
    }

    /// Returns a member that may be a text, a number, a truth value or a list of these. An object means nothing there.
    pub(crate) fn plain(&self, name: &str) -> Option<&'a Value> {
        let value = self.value(name)?;
        let is_plain = |value: &Value| !matches!(value, Value::Null | Value::Array(_) | Value::Object(_));
        match value {
            Value::Array(values) if values.is_empty() || !values.iter().all(is_plain) => {
                self.misfit(name, value, "list of plain values")
            }
            Value::Object(_) => self.misfit(name, value, "plain value"),
            _ => Some(value),
        }
    }

    /// Notes a doubt where a number or truth value stands in the place of a text or in a list of texts.
    pub(crate) fn must_be_text(&self, name: &str) -> &Self {
        let is_odd = |value: &Value| value.is_number() || value.is_boolean();
        let all =
            self.value(name).map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
        if all.is_some_and(|all| all.iter().any(is_odd)) {
            self.faults.doubt();
        }
        self
    }

    /// Notes a doubt where a list stands in the place of one value.
    pub(crate) fn must_be_one(&self, name: &str) -> &Self {
        if self.value(name).is_some_and(Value::is_array) {
            self.faults.doubt();
        }
        self
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

    /// Returns the texts of an array; anything else in it is a fault.
    pub(crate) fn texts(&self, name: &str) -> Vec<&'a str> {
        let text = |value: &'a Value| {
            let text = self.as_text(value).filter(|text| !text.is_empty());
            if !value.is_string() && text.is_some() {
                self.faults.doubt();
            }
            text.or_else(|| self.misfit(name, value, "list of texts that say something"))
        };
        self.values(name).iter().filter_map(text).collect()
    }

    /// Returns the members by name, nulls left out.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.members.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.as_str(), value))
    }

    /// Returns whether a member is a list with an empty text in it.
    pub(crate) fn holds_empty(&self, name: &str) -> bool {
        let values = self.value(name).and_then(Value::as_array);
        values.is_some_and(|values| values.iter().any(|value| value == ""))
    }

    /// Returns whether any member is null.
    pub(crate) fn has_null(&self) -> bool {
        self.members.values().any(Value::is_null)
    }

    /// Returns where faults of this object are written down.
    pub(crate) const fn faults(&self) -> &'a Faults {
        self.faults
    }

    /// Returns the whole object as the `document` column keeps it.
    pub(crate) fn document(&self) -> String {
        document::canonical(self.members)
    }

    /// Returns what the object is put in order by where the cloud's order means nothing: a member that the cloud adds moves nothing.
    pub(crate) fn order(&self) -> (String, String) {
        (document::canonical_known(self.members), self.document())
    }

    /// Returns the object as the `document` column keeps it, with some members left out.
    pub(crate) fn document_without(&self, names: &[&str]) -> String {
        let kept = self.members.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        document::canonical(&kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// Returns the object as the `document` column keeps it, with some members only.
    pub(crate) fn document_of(&self, names: &[&str]) -> String {
        let kept = self.members.iter().filter(|(name, _)| names.contains(&name.as_str()));
        document::canonical(&kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    fn as_text(&self, value: &'a Value) -> Option<&'a str> {
        match value {
            Value::String(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Number(number) => {
                let text = match number.as_u64() {
                    Some(number) => number.to_string(),
                    None => whole(number)?.to_string(),
                };
                Some(self.faults.texts.alloc_str(&text))
            }
            _ => None,
        }
    }

    fn misfit<T>(&self, name: &str, value: &Value, wanted: &str) -> Option<T> {
        self.unread(name, &format!("is {}, no {wanted}", kind(value)));
        None
    }
}

/// Reads a whole number, also one that is written as text or with a fraction of zero.
pub(crate) fn read_integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            text.parse().ok().or_else(|| whole(&Number::from_f64(text.parse().ok()?)?))
        }
        Value::Number(number) => whole(number),
        _ => None,
    }
}

/// Reads a truth value, also one that is written as text, or as 1 or 0.
pub(crate) fn read_boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Value::Number(number) => match whole(number) {
            Some(1) => Some(true),
            Some(0) => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Returns a number of things, also one that is written as text or with a fraction of zero.
pub(crate) fn read_counter(value: &Value) -> Option<i64> {
    let number = match value {
        Value::Number(number) => whole(number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| *number >= 0)
}

/// Returns a number that has no fraction and is held without loss.
fn whole(number: &Number) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    let held = |number: &f64| number.fract() == 0.0 && number.abs() <= MOST;
    number.as_i64().or_else(|| format!("{:.0}", number.as_f64().filter(held)?).parse().ok())
}

/// Names a thing by the first of its members that is a text and looks like an id.
fn named(value: &Value) -> String {
    let id = ["id", "iam_id", "crn", "name"].into_iter().find_map(|name| value.get(name)?.as_str());
    id.map_or_else(|| "an item".to_owned(), |id| format!("the item `{id}`"))
}

/// Returns whether a member is called as what a cloud makes up to name a thing.
fn is_id(name: &str) -> bool {
    name.ends_with("id") || ["crn", "serial_number"].contains(&name)
}

fn misplaced(value: &Value) -> String {
    format!("{} stands where an object should", kind(value))
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
mod tests;
