//! One call as the simulator sees it: host, path, parameters, and all that was signed.

use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::huawei::world::Model;
use crate::wire::query::Query;

/// One service host of Huawei Cloud; each listens on a port of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// Identities, policies, grants, of both authorization models.
    Iam,
    /// Who the caller is, and temporary keys.
    Sts,
    /// The organization.
    Organizations,
    /// Enterprise projects.
    Eps,
}

impl Host {
    /// Every host, in the order of [`super::Endpoints`].
    pub const ALL: [Host; 4] = [Host::Iam, Host::Sts, Host::Organizations, Host::Eps];

    /// The name used in endpoints, faults and the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Host::Iam => "iam",
            Host::Sts => "sts",
            Host::Organizations => "organizations",
            Host::Eps => "eps",
        }
    }
}

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) host: Host,
    pub(super) method: Method,
    /// As sent, still encoded.
    pub(super) path: String,
    /// Decoded.
    pub(super) segments: Vec<String>,
    /// As sent, still encoded.
    pub(super) raw_query: String,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request {
    pub(super) fn new(host: Host, method: Method, uri: &Uri, headers: HeaderMap, body: Bytes) -> Request {
        let path = uri.path().to_owned();
        let raw_query = uri.query().unwrap_or_default().to_owned();
        let segments = path.trim_matches('/').split('/').map(decoded).collect();
        let query = Query::parse(&raw_query);
        Request { host, method, path, segments, raw_query, query, headers, body }
    }

    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        // Values may hold UTF-8, which `to_str` does not take.
        self.headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }

    /// What the call belongs to; STS belongs to none.
    pub(super) fn model(&self) -> Option<Model> {
        match self.host {
            Host::Iam if self.segments.first().is_some_and(|first| first == "v5") => Some(Model::V5),
            Host::Iam => Some(Model::V3),
            Host::Sts => None,
            Host::Organizations => Some(Model::Organizations),
            Host::Eps => Some(Model::EnterpriseProjects),
        }
    }

    /// Whether texts are wanted in English; they come in Chinese unless asked for.
    pub(super) fn is_english(&self) -> bool {
        self.header("x-language") == Some("en-us")
    }
}

/// Takes percent-encoding away; a plus is a plus.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).filter(|_| *first == b'%').and_then(|pair| hex::decode(pair).ok());
        match pair.as_deref() {
            Some([byte]) => {
                bytes.push(*byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_once_and_a_plus_stays() {
        assert_eq!(decoded("caf%C3%A9%20a%2Bb+c%252F%zz%4"), "café a+b+c%2F%zz%4");
    }
}
