//! A call whose signature is good, with the world it looks at, and how lists go out.

use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::paging::{Page, begin, marker};
use super::reply::{Answer, Family, Refusal};
use super::request::Request;
use super::visitors::Visitor;
use crate::huawei::world::{Model, Object, World};
use crate::wire::query::Query;

/// What every list and object is answered from.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) world: &'a World,
    pub(super) visitor: &'a Visitor,
}

/// What every endpoint gives back.
pub(super) type Outcome = Result<Answer, Refusal>;

impl<'a> Call<'a> {
    pub(super) fn query(&self) -> &'a Query {
        &self.request.query
    }

    /// Refuses unless the caller may do this.
    pub(super) fn needs(&self, action: &str) -> Result<(), Refusal> {
        let model = self.request.model().unwrap_or(Model::V5);
        let allowed =
            self.visitor.account_id == self.world.account_id() && self.visitor.rights.allow(model, action);
        if allowed { Ok(()) } else { Err(self.denied(action)) }
    }

    /// The account of a caller from outside, who sees his own account where an interface shows that.
    pub(super) fn other_account(&self) -> Option<&str> {
        Some(self.visitor.account_id.as_str()).filter(|account| *account != self.world.account_id())
    }

    pub(super) fn denied(&self, action: &str) -> Refusal {
        Refusal::Denied { principal: self.visitor.principal_urn.clone(), action: action.to_owned() }
    }

    /// Refuses what is asked of an account other than the caller's own.
    pub(super) fn own_account(&self, asked: &str, action: &str) -> Result<(), Refusal> {
        if asked == self.world.account_id() { Ok(()) } else { Err(self.denied(action)) }
    }

    /// Says so when a documented parameter is sent that the simulator does not follow.
    pub(super) fn unsimulated(&self, parameters: &[&str]) -> Result<(), Refusal> {
        match parameters.iter().find(|name| self.query().text(name).is_some()) {
            None => Ok(()),
            Some(name) => Err(Refusal::Unsimulated(format!("parameter `{name}`"))),
        }
    }

    /// One page of a list of version 5, under `name`.
    pub(super) fn marked<T, S: Serialize>(
        &self,
        name: &'static str,
        things: impl Iterator<Item = T>,
        show: impl Fn(T) -> S,
    ) -> Outcome {
        let page = self.marked_page(things, 1..=200, 100)?;
        let info = self.page_info(&page);
        let items: Vec<S> = page.items.into_iter().map(show).collect();
        Ok(listed(name, &items, fields(json!({ "page_info": info }))).of_family(Family::Marker))
    }

    /// One page of a list that markers continue.
    pub(super) fn marked_page<T>(
        &self,
        things: impl Iterator<Item = T>,
        sizes: RangeInclusive<usize>,
        usual: usize,
    ) -> Result<Page<T>, Refusal> {
        let size = self.query().page_size("limit", sizes, usual)?;
        Ok(Page::of(things, begin(self.request)?, size))
    }

    /// `page_info` of version 5: the end is told by the absence of a marker.
    pub(super) fn page_info<T>(&self, page: &Page<T>) -> Value {
        let mut info = json!({ "current_count": page.items.len() });
        if let Some(at) = page.next {
            info["next_marker"] = json!(marker(at, self.request));
        }
        info
    }

    /// One page of a list of version 3 whose pages are numbered.
    pub(super) fn numbered<T, S: Serialize>(
        &self,
        name: &'static str,
        things: &[T],
        numbering: &Numbering,
        show: impl Fn(&T) -> S,
    ) -> Outcome {
        let (query, most, total) = (self.query(), numbering.most, numbering.total);
        let (number, size) = match (query.number("page")?, query.number("per_page")?) {
            (None, None) => (1, numbering.usual),
            (Some(number), Some(_)) if number > 0 => (number, query.page_size("per_page", 1..=most, most)?),
            _ => return Err(Refusal::Bad("`page` counts from 1 and goes with `per_page`".to_owned())),
        };
        let page = Page::of(things.iter(), (number - 1).saturating_mul(size), size);
        let mut around = Map::new();
        if let Some(total) = total {
            around.insert(total.to_owned(), json!(things.len()));
        }
        if numbering.is_linked {
            let link = |number: usize| {
                let page = number.to_string();
                format!("{}?{}", self.request.path, query.with(&["page"], &[("page", &page)]))
            };
            let next = page.next.map(|_| link(number + 1));
            let previous = (number > 1).then(|| link(number - 1));
            let links = json!({ "next": next, "previous": previous, "self": link(number) });
            around.insert("links".to_owned(), links);
        }
        let items: Vec<S> = page.items.into_iter().map(show).collect();
        Ok(listed(name, &items, around).of_family(Family::Numbered { total }))
    }
}

/// How a list of version 3 is divided into pages.
#[derive(Debug)]
pub(super) struct Numbering {
    /// Most things on a page.
    pub(super) most: usize,
    /// Things that are answered where no page is asked for.
    pub(super) usual: usize,
    /// The member that counts all.
    pub(super) total: Option<&'static str>,
    /// Whether pages link to each other.
    pub(super) is_linked: bool,
}

/// A list inside its envelope.
pub(super) fn listed<S: Serialize>(name: &str, items: &[S], mut around: Map<String, Value>) -> Answer {
    around.insert(name.to_owned(), json!(items));
    Answer::ok(&around)
}

/// A whole list.
pub(super) fn whole<S: Serialize>(name: &str, items: &[S]) -> Outcome {
    Ok(listed(name, items, Map::new()))
}

/// One object inside its envelope.
pub(super) fn one(name: &str, object: &Object) -> Outcome {
    Ok(Answer::ok(&json!({ name: object })))
}

/// What was found, or 404.
pub(super) fn found<T>(thing: Option<T>, what: &str) -> Result<T, Refusal> {
    thing.ok_or_else(|| Refusal::Unknown(what.to_owned()))
}

/// The members of a `json!({…})` literal.
pub(super) fn fields(literal: Value) -> Map<String, Value> {
    match literal {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
