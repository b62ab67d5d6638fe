//! One call as the simulator sees it: host, path, parameters, credentials.
//!
//! In: the parts of an HTTP request. Out: a [`Request`] whose path is split and decoded, and a
//! [`Query`] that answers by name.

use axum::http::{HeaderMap, Method, Uri, header};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

pub(super) use crate::wire::query::Query;

/// One service host of IBM Cloud; each listens on a port of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Host {
    /// Tokens, identities, access groups, policies.
    Iam,
    /// Users.
    UserManagement,
    /// The account itself.
    Accounts,
    /// Resource groups and instances.
    ResourceController,
    /// Context-based restrictions.
    Cbr,
    /// The enterprise hierarchy.
    Enterprise,
}

impl Host {
    /// Every host, in the order of [`super::Endpoints`].
    pub const ALL: [Host; 6] = [
        Host::Iam,
        Host::UserManagement,
        Host::Accounts,
        Host::ResourceController,
        Host::Cbr,
        Host::Enterprise,
    ];

    /// The name used in endpoints, faults and the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Host::Iam => "iam",
            Host::UserManagement => "user_management",
            Host::Accounts => "accounts",
            Host::ResourceController => "resource_controller",
            Host::Cbr => "cbr",
            Host::Enterprise => "enterprise",
        }
    }
}

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) host: Host,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) segments: Vec<String>,
    pub(super) query: Query,
    pub(super) bearer: Option<String>,
    pub(super) iam_api_key: Option<String>,
}

impl Request {
    pub(super) fn new(host: Host, method: Method, uri: &Uri, headers: &HeaderMap) -> Request {
        let path = uri.path().to_owned();
        // A trailing slash is the same listing: IBM documents service IDs with and without one.
        let segments = path.trim_matches('/').split('/').map(decoded).collect();
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bearer = header(header::AUTHORIZATION.as_str())
            .and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
        Request {
            host,
            method,
            path,
            segments,
            query: Query::parse(uri.query().unwrap_or_default()),
            bearer,
            iam_api_key: header("iam-apikey"),
        }
    }

    pub(super) fn reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }
}

fn decoded(segment: &str) -> String {
    let pair = format!("s={}", segment.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_segment_is_decoded_without_losing_plus_or_ampersand() {
        assert_eq!(decoded("IBMid%2D1%2Fa+b&c"), "IBMid-1/a+b&c");
    }
}
