//! One call as the simulator sees it: host, path, parameters, credentials.
//!
//! In: the parts of an HTTP request. Out: a [`Request`] whose path is split and decoded, and a
//! [`Query`] that answers by name.

use axum::http::{HeaderMap, Method, Uri, header};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::reply::Refusal;

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

/// The parameters of a call, in the order given.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &str) -> Query {
        Query(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The value of a parameter; an empty one counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| Refusal::missing(name))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.text(name) {
            None => Ok(false),
            Some("true" | "True") => Ok(true),
            Some("false" | "False") => Ok(false),
            Some(other) => {
                Err(Refusal::bad(format!("parameter `{name}` must be true or false, not `{other}`")))
            }
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text
            .parse()
            .map_err(|_| Refusal::bad(format!("parameter `{name}` must be a number, not `{text}`")))?;
        Ok(Some(number))
    }

    /// A page size within its limits, or the API's default.
    pub(super) fn page_size(
        &self,
        name: &str,
        allowed: std::ops::RangeInclusive<usize>,
        default: usize,
    ) -> Result<usize, Refusal> {
        let size = self.number(name)?.unwrap_or(default);
        if allowed.contains(&size) {
            return Ok(size);
        }
        Err(Refusal::bad(format!(
            "parameter `{name}` must be between {} and {}, not {size}",
            allowed.start(),
            allowed.end()
        )))
    }

    /// One of the words that the API knows.
    pub(super) fn one_of(&self, name: &str, words: &[&str]) -> Result<Option<&str>, Refusal> {
        match self.text(name) {
            Some(word) if !words.contains(&word) => Err(Refusal::bad(format!(
                "parameter `{name}` must be one of {}, not `{word}`",
                words.join(", ")
            ))),
            found => Ok(found),
        }
    }

    /// The same parameters with `names` taken out and `added` put in, URL-encoded.
    pub(super) fn with(&self, names: &[&str], added: &[(&str, &str)]) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (key, value) in self.0.iter().filter(|(key, _)| !names.contains(&key.as_str())) {
            out.append_pair(key, value);
        }
        out.extend_pairs(added);
        out.finish()
    }

    pub(super) fn without(&self, names: &[&str]) -> Query {
        Query(self.0.iter().filter(|(key, _)| !names.contains(&key.as_str())).cloned().collect())
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

    #[test]
    fn a_page_size_beyond_the_limit_is_refused() {
        let query = Query::parse("pagesize=101");
        assert!(query.page_size("pagesize", 1..=100, 20).is_err());
        assert_eq!(Query::default().page_size("pagesize", 1..=100, 20).unwrap_or_default(), 20);
    }
}
