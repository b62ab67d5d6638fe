//! From page to page, in each of the ways in which clouds continue a list.
//!
//! In: a page. Out: the address of the next one, or the proven end, or why neither can be said.
//!
//! A link in an answer is never followed. The token is taken out of it and put into the address that we built
//! ourselves, so that host and all other parameters stay as they were. A link without a token is an error. The
//! length of a page says nothing; only a missing continuation ends a list. But for lists whose pages are
//! numbered: these have no continuation, and end at their counter or at a page that is not full.

use std::collections::HashSet;

use serde_json::{Map, Value};
use url::Url;

use crate::item::read_counter;

/// How the answers of a list are continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `next`, a link with `pagetoken`; a text, or an object with `href`.
    PageToken,
    /// `next.href`, a link with `offset`.
    Offset,
    /// The token of the next page is in `next.start`.
    Start,
    /// `next_url`, a link with `_start`.
    UnderscoreStart,
    /// `next_url`, a link with `start`.
    NextStart,
    /// `page_info.next_marker`, a token that goes into `marker`.
    Marker,
    /// `page` counts from 1. The list ends when the counter of this name, or else a page, says so.
    Numbered {
        /// Things on a full page.
        size: u64,
        /// The counter, if there is one.
        total: Option<&'static str>,
    },
    /// `offset` counts the things before; the list ends as with [`Family::Numbered`].
    Skipping {
        /// Things on a full page.
        size: u64,
        /// The counter, if there is one.
        total: Option<&'static str>,
    },
    /// Everything is in one answer.
    Single,
}

impl Family {
    const fn member(self) -> Option<&'static str> {
        match self {
            Self::PageToken | Self::Offset | Self::Start => Some("next"),
            Self::UnderscoreStart | Self::NextStart => Some("next_url"),
            Self::Marker | Self::Numbered { .. } | Self::Skipping { .. } | Self::Single => None,
        }
    }

    const fn parameter(self) -> &'static str {
        match self {
            Self::PageToken => "pagetoken",
            Self::Offset | Self::Skipping { .. } => "offset",
            Self::Marker => "marker",
            Self::Numbered { .. } => "page",
            Self::Start | Self::NextStart => "start",
            Self::UnderscoreStart => "_start",
            Self::Single => "",
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page<'a> {
    /// The members of the answer's JSON object.
    pub(crate) members: &'a Map<String, Value>,
    /// How many things are on it.
    pub(crate) things: u64,
    /// The first of them.
    pub(crate) first: Option<&'a Value>,
}

/// What the pages say in `rows_count`. Whether that counts the rows of the list or those of the page is documented nowhere.
#[derive(Debug, Default)]
struct RowCounts {
    last: Option<u64>,
    differ: bool,
    /// How many rows are missing on the pages, if each counts its own.
    lacking: u64,
    has_empty_page: bool,
}

impl RowCounts {
    fn turn(&mut self, counted: u64, shown: u64) {
        self.differ |= self.last.replace(counted).is_some_and(|last| last != counted);
        self.lacking += counted.saturating_sub(shown);
        self.has_empty_page |= counted > 0 && shown == 0;
    }

    /// Reports whether no page lacks any of its own rows, or else the last one counts what all pages show.
    fn may_count_the_list(&self, shown: u64) -> bool {
        self.lacking == 0 || (self.last == Some(shown) && !(self.differ && self.has_empty_page))
    }
}

/// A walk through the pages of one list.
#[derive(Debug)]
pub(crate) struct Walk {
    family: Family,
    first: Url,
    here: Url,
    been: HashSet<String>,
    pages: u32,
    most_pages: u32,
    claimed: u64,
    rows: RowCounts,
    total: Option<u64>,
    on_page: Option<u64>,
    shown: u64,
    first_shown: Option<Value>,
    unread: Option<String>,
}

impl Walk {
    /// Starts at the first page.
    pub(crate) fn new(family: Family, first: Url, most_pages: u32) -> Self {
        Self {
            family,
            here: first.clone(),
            first,
            been: HashSet::new(),
            pages: 0,
            most_pages,
            claimed: 0,
            rows: RowCounts::default(),
            total: None,
            on_page: None,
            shown: 0,
            first_shown: None,
            unread: None,
        }
    }

    /// Returns the address of the page to be read.
    pub(crate) const fn here(&self) -> &Url {
        &self.here
    }

    /// Returns how many things the pages said there were: the greatest number of any, or the sum where
    /// each counts its own.
    pub(crate) fn claimed(&self) -> u64 {
        if self.claimed > self.shown || self.rows.may_count_the_list(self.shown) {
            return self.claimed;
        }
        self.shown + self.rows.lacking
    }

    /// Returns what to say of a page that counts rows and shows none.
    pub(crate) fn empty_page(&self) -> Option<&'static str> {
        self.rows.has_empty_page.then_some("a page counts rows and shows none, which proves nothing")
    }

    /// Returns how many things the whole list has: the greatest number of any page that counts all of them.
    pub(crate) const fn total(&self) -> Option<u64> {
        self.total
    }

    /// Returns how many things the page that was turned last says that it shows.
    pub(crate) const fn counted_on_page(&self) -> Option<u64> {
        self.on_page
    }

    /// Returns what to say of a counter that could not be read, so that there may be more than it would say.
    pub(crate) fn unread_counter(&self) -> Option<&str> {
        self.unread.as_deref()
    }

    /// Reads a counter. One that holds something else than a number is noted.
    fn counted(&mut self, members: &Map<String, Value>, counter: &str) -> Option<u64> {
        let value = members.get(counter).filter(|value| !value.is_null())?;
        let number = read_counter(value).and_then(|number| u64::try_from(number).ok());
        if number.is_none() && self.unread.is_none() {
            self.unread = Some(format!("`{counter}` holds no number of things"));
        }
        number
    }

    /// Turns the page; returns whether there is another.
    pub(crate) fn turn(&mut self, page: &Page<'_>) -> Result<bool, String> {
        self.pages += 1;
        self.shown += page.things;
        let place = page.members.get("page_info").and_then(Value::as_object);
        self.on_page = place.and_then(|place| self.counted(place, "current_count"));
        let rows = self.counted(page.members, "rows_count");
        rows.into_iter().for_each(|rows| self.rows.turn(rows, page.things));
        self.on_page = self.on_page.or(rows.filter(|rows| *rows == 0));
        self.claimed = self.claimed.max(rows.unwrap_or_default());
        for counter in ["total_results", "total_count", "count"] {
            let counted = self.counted(page.members, counter);
            self.count(counted);
        }
        let next = match self.family {
            Family::Marker => self.marked(page.members)?,
            Family::Numbered { size, total } | Family::Skipping { size, total } => {
                self.numbered(page, size, total)?
            }
            _ => self.next(page.members)?,
        };
        let Some(next) = next else { return Ok(false) };
        if !self.been.insert(next.as_str().to_owned()) {
            return Err(format!("page {} leads back to a page already read", self.pages));
        }
        if self.pages >= self.most_pages {
            return Err(format!("it goes on after {} pages, the most that are read", self.pages));
        }
        self.here = next;
        Ok(true)
    }

    fn count(&mut self, total: Option<u64>) {
        self.total = self.total.max(total);
        self.claimed = self.claimed.max(total.unwrap_or_default());
    }

    fn next(&self, page: &Map<String, Value>) -> Result<Option<Url>, String> {
        let Some(member) = self.family.member() else { return Ok(None) };
        let link = match page.get(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(link)) => link,
            Some(Value::Object(next)) => return self.next_of(next),
            Some(_) => return Err(format!("`{member}` is no link")),
        };
        if link.is_empty() { Ok(None) } else { self.follow(link).map(Some) }
    }

    fn marked(&mut self, page: &Map<String, Value>) -> Result<Option<Url>, String> {
        let place = match page.get("page_info") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(place)) => place,
            Some(_) => return Err("`page_info` is no object".to_owned()),
        };
        self.claimed += self.counted(place, "current_count").unwrap_or_default();
        let marker = token(place, "next_marker").ok_or("`next_marker` is no text")?;
        Ok(marker.map(|marker| self.with_token(&marker)))
    }

    /// Without a counter, a page that is not full is the last one, unless it links to another. A counter that is
    /// not reached before the pages are empty stays claimed.
    fn numbered(&mut self, page: &Page<'_>, size: u64, total: Option<&str>) -> Result<Option<Url>, String> {
        let total = total.and_then(|name| self.counted(page.members, name));
        self.count(total);
        let links = page.members.get("links").and_then(|links| links.get("next"));
        let goes_on = match total {
            Some(total) => self.shown < total,
            None => page.things >= size || links.is_some_and(|link| link.is_string()),
        };
        if page.things == 0 || !goes_on {
            return Ok(None);
        }
        if page.first.is_some() && page.first == self.first_shown.as_ref() {
            return Err(format!("page {} repeats the one before it", self.pages));
        }
        self.first_shown = page.first.cloned();
        let before = match self.family {
            Family::Numbered { .. } => u64::from(self.pages) + 1,
            _ => self.shown,
        };
        Ok(Some(self.with_token(&before.to_string())))
    }

    fn next_of(&self, next: &Map<String, Value>) -> Result<Option<Url>, String> {
        let text = |name: &str| token(next, name).ok_or_else(|| format!("`next.{name}` is no text"));
        let token = if self.family == Family::Start { text("start")? } else { None };
        match token {
            Some(token) => Ok(Some(self.with_token(&token))),
            None => text("href")?.map(|link| self.follow(&link)).transpose(),
        }
    }

    /// Takes the token out of a link. Where the link leads to does not matter: a private endpoint may give links to the
    /// public one, and nothing is ever sent to an address that an answer names.
    fn follow(&self, link: &str) -> Result<Url, String> {
        let target =
            self.here.join(link).map_err(|_| "the link to the next page is no address".to_owned())?;
        let parameter = self.family.parameter();
        let token = target.query_pairs().find(|(name, token)| name == parameter && !token.is_empty());
        let (_, token) = token.ok_or_else(|| format!("the link to the next page has no `{parameter}`"))?;
        Ok(self.with_token(&token))
    }

    fn with_token(&self, token: &str) -> Url {
        let parameter = self.family.parameter();
        let kept: Vec<(String, String)> = self
            .first
            .query_pairs()
            .filter(|(name, _)| name != parameter)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let mut next = self.first.clone();
        next.query_pairs_mut().clear().extend_pairs(kept).append_pair(parameter, token);
        next
    }
}

/// Returns a token, also one that is written as a number: none where there is none, nothing where it is something else.
fn token(members: &Map<String, Value>, name: &str) -> Option<Option<String>> {
    match members.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(Value::Number(number)) if number.is_u64() => Some(Some(number.to_string())),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests;
