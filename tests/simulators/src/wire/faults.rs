//! What can go wrong on the way: answers that a collector must survive.
//!
//! A [`Fault`] names the calls it spoils (host, part of the path), how many it lets pass first and
//! how many it then spoils. The first one that matches a call spoils it. `H` is what a cloud calls its hosts.

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::Value;

/// A fault and the calls that it spoils.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault<H> {
    /// Only calls of this host; none means every host.
    #[serde(default = "any")]
    pub host: Option<H>,
    /// Only calls whose path and query contain this text.
    #[serde(default)]
    pub path: String,
    /// How many matching calls pass unspoilt first.
    #[serde(default)]
    pub skip: u64,
    /// How many calls are spoilt; none means all of them.
    #[serde(default)]
    pub times: Option<u64>,
    /// What happens to them.
    pub kind: FaultKind,
    /// Whether the thing of [`FaultKind::Vanishes`] is deleted by now.
    #[serde(skip)]
    pub has_vanished: bool,
}

impl<H: Copy + PartialEq> Fault<H> {
    /// A fault of every call whose path and query contain `path`.
    #[must_use]
    pub fn on(path: &str, kind: FaultKind) -> Fault<H> {
        Fault { host: None, path: path.to_owned(), skip: 0, times: None, kind, has_vanished: false }
    }

    /// Only on one host.
    #[must_use]
    pub fn at(self, host: H) -> Fault<H> {
        Fault { host: Some(host), ..self }
    }

    /// Lets some calls pass first.
    #[must_use]
    pub fn after(self, skip: u64) -> Fault<H> {
        Fault { skip, ..self }
    }

    /// Ends after so many spoilt calls.
    #[must_use]
    pub fn times(self, times: u64) -> Fault<H> {
        Fault { times: Some(times), ..self }
    }

    fn matches(&self, host: H, path_and_query: &str) -> bool {
        self.host.is_none_or(|wanted| wanted == host) && path_and_query.contains(&self.path)
    }
}

/// How a 429 says when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// It does not.
    Silent,
    /// A number of seconds.
    Seconds(u64),
    /// An HTTP date, so many seconds from now.
    Date(u64),
    /// Only the text of the body does, where the cloud has one: a limit in each window of so many seconds.
    Window(u64),
}

fn any<H>() -> Option<H> {
    None
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 429, in the error shape of the API.
    TooManyRequests(RetryAfter),
    /// 500, 502, 503 or any other status, with a page of HTML.
    ServerError(u16),
    /// 401, in the error shape of the API, though the token is good.
    Unauthenticated,
    /// 403, in the error shape of the API.
    Forbidden,
    /// 404, in the error shape of the API.
    NotFound,
    /// The right answer, so many milliseconds late.
    Slow(u64),
    /// The connection breaks in the middle of the body.
    CutOff,
    /// 200 with a page of HTML.
    Html,
    /// 200 with no body.
    EmptyBody,
    /// 200 with `{}`.
    EmptyObject,
    /// 200 with half of the JSON, as if it were whole.
    BrokenJson,
    /// An array where an object belongs: the answer in brackets.
    ArrayForObject,
    /// A text where the first thing of the list belongs.
    TextForItem,
    /// A number where this member of the first thing has a text.
    NumberForText(String),
    /// This value where the first thing has this member.
    Member(String, Value),
    /// This value for a member of each thing of which some member is this text, where it has that member: text, member and
    /// value.
    MemberOf(String, String, Value),
    /// This value in a place inside the first thing that has it, or inside the answer where it is no list: names with `/`
    /// between them, and `*` for the first element of an array that has the rest; `*middle`, `*last` and `*two` (the first and
    /// the last) for these very ones, also of the list of the answer.
    Inside(String, Value),
    /// Nothing in such a place.
    Lacking(String),
    /// Every number and truth value, at any depth, is a text.
    Texts,
    /// Every time is written with `+0000` and without milliseconds of zero, or with them.
    OtherTimes,
    /// Every array is in another order, also in texts that hold JSON, but for the list itself.
    Reshuffled,
    /// A byte order mark before the JSON.
    ByteOrderMark,
    /// Half a surrogate pair and a byte of Latin-1 in this member of the first thing.
    NoText(String),
    /// This member of the first thing holds arrays in arrays, so many levels deep.
    Deep(String, u32),
    /// So many bytes of small objects in a member that no document names.
    Huge(usize),
    /// Every link in the answer names another host, which takes note of who comes.
    ForeignLinks,
    /// Every member of every thing is null.
    Nulls,
    /// This status with this JSON.
    Body(u16, Value),
    /// This status with no body.
    Bare(u16),
    /// The first thing of the list comes again in the place of the last, as where pages move while they are read.
    Shifted,
    /// The first thing of the list comes again at its end, and nothing is left out.
    Again,
    /// Null where each array of the answer belongs.
    NullArrays,
    /// No arrays in the answer.
    NoArrays,
    /// The list does not show the thing of which a member is this text, nor counts it.
    Without(String),
    /// The thing with this id is deleted between a list that shows it and the first call that names it: that one
    /// and those after it say 404, and no list shows it or counts it any more.
    Vanishes(String),
    /// Null where the first thing of the list belongs.
    NullForItem,
    /// Members that no document names, at the top and in every thing.
    UnknownFields,
    /// Each page names another one, with a token never seen before.
    EndlessPages,
    /// Each page names the same next one.
    RepeatedToken,
    /// The next link leads to another host, which takes note of who comes.
    ForeignNext,
}

/// The faults that stand, in order.
#[derive(Debug)]
pub(crate) struct Faults<H>(Mutex<Vec<Fault<H>>>);

impl<H> Default for Faults<H> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<H: Copy + PartialEq> Faults<H> {
    pub(crate) fn add(&self, fault: Fault<H>) {
        self.all().push(fault);
    }

    pub(crate) fn clear(&self) {
        self.all().clear();
    }

    /// What happens to this call, if anything does; counts it.
    pub(crate) fn strike(&self, host: H, path_and_query: &str) -> Option<FaultKind> {
        let mut all = self.all();
        for fault in all.iter_mut().filter(|fault| fault.matches(host, path_and_query)) {
            if let FaultKind::Vanishes(id) = &fault.kind {
                let is_asked = path_and_query.split(['/', '?', '&', '=']).any(|part| part == id.as_str());
                fault.has_vanished |= is_asked;
                match (is_asked, fault.has_vanished) {
                    (true, _) => return Some(FaultKind::NotFound),
                    (false, true) => return Some(FaultKind::Without(id.clone())),
                    (false, false) => continue,
                }
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            match &mut fault.times {
                Some(0) => continue,
                Some(left) => *left -= 1,
                None => {}
            }
            return Some(fault.kind.clone());
        }
        None
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<Fault<H>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ibm::Host;

    #[test]
    fn a_fault_skips_strikes_and_ends() {
        let faults: Faults<Host> = Faults::default();
        faults.add(Fault::on("/v2/groups", FaultKind::Html).at(Host::Iam).after(1).times(2));
        let strikes = |path: &str, host| faults.strike(host, path).is_some();
        assert!(!strikes("/v2/policies", Host::Iam));
        assert!(!strikes("/v2/groups", Host::Cbr));
        let seen: Vec<bool> = (0..4).map(|_| strikes("/v2/groups?limit=1", Host::Iam)).collect();
        assert_eq!(seen, [false, true, true, false]);
    }

    #[test]
    fn a_thing_vanishes_with_the_first_call_that_names_it() {
        let faults: Faults<Host> = Faults::default();
        faults.add(Fault::on("", FaultKind::Vanishes("g1".to_owned())));
        let struck = |path: &str| faults.strike(Host::Iam, path);
        assert_eq!(struck("/v2/groups?limit=100"), None);
        assert_eq!(struck("/v2/groups/g10/members"), None);
        assert_eq!(struck("/v2/groups/g1/members?limit=1"), Some(FaultKind::NotFound));
        assert_eq!(struck("/v2/groups?limit=100"), Some(FaultKind::Without("g1".to_owned())));
        assert_eq!(struck("/v2/groups/g1/rules"), Some(FaultKind::NotFound));
        assert_eq!(struck("/v5/users?group_id=g1&limit=100"), Some(FaultKind::NotFound));
    }

    #[test]
    fn a_fault_is_read_from_json() {
        let text =
            r#"{"host":"iam","path":"/v1/apikeys","times":1,"kind":{"too_many_requests":{"seconds":2}}}"#;
        let fault: Fault<Host> = serde_json::from_str(text).unwrap();
        assert_eq!(fault.kind, FaultKind::TooManyRequests(RetryAfter::Seconds(2)));
        assert!(serde_json::from_str::<Fault<Host>>(r#"{"kind":"html","pth":""}"#).is_err());
    }
}
