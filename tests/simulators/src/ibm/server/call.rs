//! A call that has passed sign-in, with the world it looks at, and how things go out.
//!
//! In: a request, the world, the caller. Out: answers of each page family. Objects are written
//! straight from the world: what must not go out is skipped while writing, nothing is copied.

use axum::http::StatusCode;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::paging::{Cursor, Page};
use super::reply::{Answer, Family, Refusal};
use super::request::{Query, Request};
use crate::ibm::world::{Object, Rights, World};

/// What every list and object is answered from.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) world: &'a World,
    pub(super) caller_iam_id: &'a str,
    pub(super) rights: &'a Rights,
    /// Scheme and authority of the host that was called.
    pub(super) base: &'a str,
    /// Whether next links take the second shape that IBM documents.
    pub(super) other_links: bool,
}

/// What every endpoint gives back.
pub(super) type Outcome = Result<Answer, Refusal>;

impl<'a> Call<'a> {
    pub(super) fn query(&self) -> &'a Query {
        &self.request.query
    }

    /// Refuses a list that is asked of an account other than the caller's own.
    pub(super) fn own_account(&self, asked: &str) -> Result<(), Refusal> {
        if asked == self.world.account_id() { Ok(()) } else { Err(Refusal::forbidden()) }
    }

    /// Refuses unless the caller has the right.
    pub(super) fn needs(&self, allowed: bool) -> Result<(), Refusal> {
        if allowed { Ok(()) } else { Err(Refusal::forbidden()) }
    }

    /// Says so when a documented parameter is sent that the simulator does not follow: an answer
    /// that ignores it would be a lie.
    pub(super) fn unsimulated(&self, parameters: &[&str]) -> Result<(), Refusal> {
        match parameters.iter().find(|name| self.query().text(name).is_some()) {
            None => Ok(()),
            Some(name) => {
                let message = format!("the simulator does not follow parameter `{name}`");
                Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, "not_simulated", message))
            }
        }
    }

    /// A link to the same path with other parameters.
    pub(super) fn link(&self, parameters: &str) -> String {
        format!("{}{}?{parameters}", self.base, self.request.path)
    }

    /// Family A: `pagesize`, and a next URL with `pagetoken`.
    pub(super) fn next_url_list<T, S: Serialize>(
        &self,
        name: &'static str,
        cursor: &Cursor,
        all: &'a [T],
        keep: impl Fn(&T) -> bool,
        show: impl Fn(&'a T) -> S,
    ) -> Outcome {
        let stated = if self.query().text("pagesize").is_some() { self.query() } else { &cursor.query };
        let size = stated.page_size("pagesize", 1..=100, 20)?;
        let page = Page::of(all, cursor.at, size, keep);
        let mut around =
            fields(json!({ "context": { "requestId": "simulated" }, "offset": cursor.at, "limit": size }));
        let size = size.to_string();
        around.insert(
            "first".into(),
            json!(self.link(&cursor.query.with(&["pagetoken", "pagesize"], &[("pagesize", &size)]))),
        );
        if let Some(at) = page.next {
            let token = Cursor::encode(at, self.request, &cursor.query.without(&["pagetoken"]));
            let link = self.link(&Query::default().with(&[], &[("pagetoken", &token), ("pagesize", &size)]));
            around
                .insert("next".into(), if self.other_links { json!({ "href": link }) } else { json!(link) });
        }
        let items = page.items.into_iter().map(show).collect();
        Ok(Answer::ok(&List { around, name, items }).of_family(Family::NextUrl))
    }

    /// Family B: `limit` and `offset` count among what the caller sees.
    pub(super) fn next_href_list<T, S: Serialize>(
        &self,
        name: &'static str,
        all: &'a [T],
        keep: impl Fn(&T) -> bool,
        show: impl Fn(&'a T) -> S,
    ) -> Outcome {
        let limit = self.query().page_size("limit", 0..=100, 50)?;
        let offset = self.query().number("offset")?.unwrap_or(0);
        let seen: Vec<&T> = all.iter().filter(|thing| keep(thing)).collect();
        let href = |offset: usize| {
            let (limit, offset) = (limit.to_string(), offset.to_string());
            json!({ "href": self.link(&self.query().with(&["limit", "offset"], &[("limit", &limit), ("offset", &offset)])) })
        };
        let mut around =
            fields(json!({ "limit": limit, "offset": offset, "total_count": seen.len(), "first": href(0) }));
        let end = offset.saturating_add(limit);
        if limit > 0 && end < seen.len() {
            around.insert("next".into(), href(end));
        }
        if limit > 0 && offset > 0 {
            around.insert("previous".into(), href(offset.saturating_sub(limit)));
        }
        if limit > 0 && !seen.is_empty() {
            around.insert("last".into(), href((seen.len() - 1) / limit * limit));
        }
        let items = seen.into_iter().skip(offset).take(limit).map(show).collect();
        Ok(Answer::ok(&List { around, name, items }).of_family(Family::NextHref))
    }

    /// Family F: everything in one answer.
    pub(super) fn whole_list<T, S: Serialize>(
        &self,
        name: &'static str,
        around: Value,
        all: &'a [T],
        keep: impl Fn(&T) -> bool,
        show: impl Fn(&'a T) -> S,
    ) -> Outcome {
        let items = all.iter().filter(|thing| keep(thing)).map(show).collect();
        Ok(Answer::ok(&List { around: fields(around), name, items }))
    }
}

/// The first object whose `member` is `value`, or 404.
pub(super) fn find<'a, T>(
    all: &'a [T],
    object: impl Fn(&T) -> &Object,
    member: &str,
    value: &str,
) -> Result<&'a T, Refusal> {
    all.iter().find(|thing| object(thing).text(member) == value).ok_or_else(|| Refusal::unknown(value))
}

/// The members of a `json!({…})` literal.
pub(super) fn fields(literal: Value) -> Map<String, Value> {
    match literal {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A list inside its envelope.
#[derive(Debug)]
pub(super) struct List<S> {
    pub(super) around: Map<String, Value>,
    pub(super) name: &'static str,
    pub(super) items: Vec<S>,
}

impl<S: Serialize> Serialize for List<S> {
    fn serialize<W: Serializer>(&self, out: W) -> Result<W::Ok, W::Error> {
        let mut map = out.serialize_map(Some(self.around.len() + 1))?;
        for (name, value) in &self.around {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry(self.name, &self.items)?;
        map.end()
    }
}

/// An object as it goes out: some members left away, some added.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    object: &'a Object,
    hidden: &'a [&'static str],
    added: Vec<(&'static str, Value)>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(object: &'a Object) -> Shown<'a> {
        Shown { object, hidden: &[], added: Vec::new() }
    }

    pub(super) fn hiding(self, hidden: &'a [&'static str]) -> Shown<'a> {
        Shown { hidden, ..self }
    }

    pub(super) fn adding(mut self, name: &'static str, value: Option<Value>) -> Shown<'a> {
        self.added.extend(value.map(|value| (name, value)));
        self
    }
}

impl Serialize for Shown<'_> {
    fn serialize<W: Serializer>(&self, out: W) -> Result<W::Ok, W::Error> {
        let replaced = |name: &str| self.added.iter().any(|(added, _)| *added == name);
        let mut map = out.serialize_map(None)?;
        for (name, value) in self.object.members() {
            if !self.hidden.contains(&name.as_str()) && !replaced(name) {
                map.serialize_entry(name, value)?;
            }
        }
        for (name, value) in &self.added {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
