//! The page families: one page of a list, and the link to the page after it.
//!
//! In: all things of a list, the cursor of the call, which of them the caller may see. Out: the
//! things of one page and where the next one begins. Only the page is walked, never the whole list.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::reply::Refusal;
use super::request::{Query, Request};

/// The part of a list that one answer holds.
#[derive(Debug)]
pub(super) struct Page<'a, T> {
    pub(super) items: Vec<&'a T>,
    /// Where in the whole list the next page begins; `None` at the end.
    pub(super) next: Option<usize>,
}

impl<'a, T> Page<'a, T> {
    /// Takes up to `size` things that `keep` allows, starting at place `from` of the whole list.
    pub(super) fn of(all: &'a [T], from: usize, size: usize, keep: impl Fn(&T) -> bool) -> Page<'a, T> {
        let mut items = Vec::with_capacity(size.min(all.len()));
        for (place, thing) in all.iter().enumerate().skip(from).filter(|(_, thing)| keep(thing)) {
            if items.len() == size {
                return Page { items, next: Some(place) };
            }
            items.push(thing);
        }
        Page { items, next: None }
    }
}

/// An opaque token: which list, where in it, and the parameters it was made with.
#[derive(Debug)]
pub(super) struct Cursor {
    pub(super) at: usize,
    pub(super) query: Query,
}

impl Cursor {
    /// Reads the token named `parameter` of a call, or begins at the start with the call's own parameters.
    pub(super) fn of(request: &Request, parameter: &str) -> Result<Cursor, Refusal> {
        let Some(token) = request.query.text(parameter) else {
            return Ok(Cursor { at: 0, query: request.query.clone() });
        };
        Cursor::decode(token, &request.path)
            .ok_or_else(|| Refusal::bad(format!("parameter `{parameter}` is not a token of this list")))
    }

    pub(super) fn encode(at: usize, request: &Request, query: &Query) -> String {
        URL_SAFE_NO_PAD.encode(format!(
            "{at}\n{}\n{}",
            request.path.trim_end_matches('/'),
            query.with(&[], &[])
        ))
    }

    fn decode(token: &str, path: &str) -> Option<Cursor> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let mut lines = text.splitn(3, '\n');
        let at = lines.next()?.parse().ok()?;
        let listed = lines.next()?;
        let query = Query::parse(lines.next()?);
        (listed == path.trim_end_matches('/')).then_some(Cursor { at, query })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_joined_are_the_whole_list_in_order() {
        let all: Vec<usize> = (0..95).collect();
        let (mut seen, mut from) = (Vec::new(), 0);
        loop {
            let page = Page::of(&all, from, 10, |n| n % 3 != 0);
            seen.extend(page.items.iter().map(|n| **n));
            match page.next {
                Some(next) => from = next,
                None => break,
            }
        }
        let wanted: Vec<usize> = all.iter().copied().filter(|n| n % 3 != 0).collect();
        assert_eq!(seen, wanted);
    }

    #[test]
    fn a_page_that_ends_the_list_has_no_successor() {
        let all = [1, 2, 3, 4];
        assert_eq!(Page::of(&all, 2, 2, |_| true).next, None);
        assert_eq!(Page::of(&all, 0, 2, |n| *n < 3).next, None);
    }
}
