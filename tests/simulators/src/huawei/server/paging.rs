//! The page families: by marker, by page number, by offset.
//!
//! In: the things of a list in order, and the parameters of the call. Out: the things of one page, and
//! what the answer says of the next.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::reply::Refusal;
use super::request::Request;

/// Parameters that say which page, not which list.
const PLACE: [&str; 2] = ["marker", "limit"];

/// The part of a list that one answer holds.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// Where the next page begins; none at the end.
    pub(super) next: Option<usize>,
}

impl<T> Page<T> {
    /// Takes up to `size` things from place `from`.
    pub(super) fn of(things: impl Iterator<Item = T>, from: usize, size: usize) -> Page<T> {
        let mut items: Vec<T> = things.skip(from).take(size.saturating_add(1)).collect();
        let next = (items.len() > size).then(|| from + size);
        items.truncate(size);
        Page { items, next }
    }
}

/// Where a marked list goes on.
pub(super) fn begin(request: &Request) -> Result<usize, Refusal> {
    match request.query.text("marker") {
        None => Ok(0),
        Some(marker) => place(marker, request).ok_or(Refusal::Marker),
    }
}

/// A marker: always with the characters that must be encoded on the way.
pub(super) fn marker(at: usize, request: &Request) -> String {
    format!("+/{}==", STANDARD.encode(format!("{at}:{:016x}", list(request))).trim_end_matches('='))
}

fn place(marker: &str, request: &Request) -> Option<usize> {
    let text = marker.strip_prefix("+/")?.strip_suffix("==")?;
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    let text = String::from_utf8(STANDARD.decode(format!("{text}{padding}")).ok()?).ok()?;
    let (at, of) = text.split_once(':')?;
    (of == format!("{:016x}", list(request))).then(|| at.parse().ok()).flatten()
}

/// Which list a call asks for: its path and filters, in short.
fn list(request: &Request) -> u64 {
    let text = format!("{}?{}", request.path, request.query.with(&PLACE, &[]));
    text.bytes().fold(14_695_981_039_346_656_037, |sum: u64, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Method};
    use bytes::Bytes;

    use super::super::request::Host;
    use super::*;

    fn request(target: &str) -> Request {
        Request::new(Host::Iam, Method::GET, &target.parse().unwrap(), HeaderMap::new(), Bytes::new())
    }

    #[test]
    fn pages_joined_are_the_whole_list_in_order() {
        let (mut seen, mut from) = (Vec::new(), 0);
        loop {
            let page = Page::of((0..95).filter(|n| n % 3 != 0), from, 10);
            seen.extend(page.items);
            match page.next {
                Some(next) => from = next,
                None => break,
            }
        }
        assert_eq!(seen, (0..95).filter(|n| n % 3 != 0).collect::<Vec<_>>());
        assert_eq!(Page::of(0..4, 2, 2).next, None);
    }

    #[test]
    fn a_marker_has_reserved_characters_and_is_good_in_its_own_list_only() {
        let marker = marker(400, &request("/v5/users?group_id=a&limit=200"));
        let allowed = |c: char| c.is_ascii_alphanumeric() || "+/=-_".contains(c);
        assert!(marker.chars().all(allowed) && marker.contains('+') && marker.contains('/'), "{marker}");
        assert!(marker.contains('=') && (4..=400).contains(&marker.len()), "{marker}");
        assert_eq!(place(&marker, &request("/v5/users?limit=7&group_id=a")), Some(400));
        assert_eq!(place(&marker, &request("/v5/users?limit=200&group_id=b")), None);
        assert_eq!(place(&marker, &request("/v5/groups?limit=200&group_id=a")), None);
        assert_eq!(place("nonsense", &request("/v5/users")), None);
    }
}
