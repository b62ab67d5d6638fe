//! From page to page, in each of the ways in which clouds continue a list.
//!
//! In: a page. Out: the address of the next one, or the proven end, or why neither can be said.
//!
//! A link in an answer is only believed as far as its own origin. Of it, the token is taken and put
//! into the address that we built ourselves, so that all other parameters stay as they were. The
//! length of a page says nothing; only a missing continuation ends a list.

use std::collections::HashSet;

use serde_json::{Map, Value};
use url::Url;

/// How the answers of a list are continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `next`, a link with `pagetoken`; a text, or an object with `href`.
    PageToken,
    /// `next.href`, a link with `offset`.
    Offset,
    /// `next.start`, a token.
    Start,
    /// `next_url`, a link with `_start`.
    UnderscoreStart,
    /// `next_url`, a link with `start`.
    NextStart,
    /// Everything is in one answer.
    Single,
}

impl Family {
    const fn member(self) -> Option<&'static str> {
        match self {
            Self::PageToken | Self::Offset | Self::Start => Some("next"),
            Self::UnderscoreStart | Self::NextStart => Some("next_url"),
            Self::Single => None,
        }
    }

    const fn parameter(self) -> &'static str {
        match self {
            Self::PageToken => "pagetoken",
            Self::Offset => "offset",
            Self::Start | Self::NextStart => "start",
            Self::UnderscoreStart => "_start",
            Self::Single => "",
        }
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
}

impl Walk {
    /// Starts at the first page.
    pub(crate) fn new(family: Family, first: Url, most_pages: u32) -> Self {
        Self { family, here: first.clone(), first, been: HashSet::new(), pages: 0, most_pages, claimed: 0 }
    }

    /// Returns the address of the page to be read.
    pub(crate) const fn here(&self) -> &Url {
        &self.here
    }

    /// Returns the greatest number of things that any page said there were.
    pub(crate) const fn claimed(&self) -> u64 {
        self.claimed
    }

    /// Turns the page; returns whether there is another.
    pub(crate) fn turn(&mut self, page: &Map<String, Value>) -> Result<bool, String> {
        self.pages += 1;
        for counter in ["total_results", "total_count", "rows_count", "count"] {
            let counted = page.get(counter).and_then(Value::as_u64).unwrap_or_default();
            self.claimed = self.claimed.max(counted);
        }
        let Some(next) = self.next(page)? else { return Ok(false) };
        if !self.been.insert(next.as_str().to_owned()) {
            return Err(format!("page {} leads back to a page already read", self.pages));
        }
        if self.pages >= self.most_pages {
            return Err(format!("it goes on after {} pages, the most that are read", self.pages));
        }
        self.here = next;
        Ok(true)
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

    /// A token is taken as it is, but not from an answer that also leads elsewhere.
    fn next_of(&self, next: &Map<String, Value>) -> Result<Option<Url>, String> {
        let text = |name: &str| match next.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(format!("`next.{name}` is no text")),
        };
        let linked = text("href")?.map(|link| self.follow(link)).transpose()?;
        if self.family != Family::Start {
            return Ok(linked);
        }
        Ok(text("start")?.map(|token| self.with_token(token)).or(linked))
    }

    fn follow(&self, link: &str) -> Result<Url, String> {
        let target =
            self.here.join(link).map_err(|_| "the link to the next page is no address".to_owned())?;
        if target.origin() != self.first.origin() {
            let host = target.host_str().unwrap_or("elsewhere");
            return Err(format!("the link to the next page leads to `{host}`, which is not followed"));
        }
        let token = target.query_pairs().find(|(name, _)| name == self.family.parameter());
        Ok(token.map_or_else(|| target.clone(), |(_, token)| self.with_token(&token)))
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

#[cfg(test)]
mod tests;
