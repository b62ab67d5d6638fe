//! Access keys, and how they sign.

use std::{fmt, sync::Arc};

use jiff::SignedDuration;
use model::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::signing;
use crate::{
    CollectError, Secret,
    http::{Body, CallError, Sign},
};

/// The credentials that requests are signed with.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Keys of the account itself.
    Keys(Keys),
    /// Keys of another account, which become an agency of this one.
    Agency {
        /// The access key pair that requests are signed with.
        keys: Keys,
        /// URN of the agency.
        agency_urn: String,
        /// The external id that the agency's trust policy asks for.
        external_id: Option<String>,
        /// Name that the session has in the account's records.
        session_name: String,
    },
    /// Keys of another account, which become an agency of this one in the classic way: by its name, and without a
    /// trust policy.
    ClassicAgency {
        /// The access key pair that requests are signed with.
        keys: Keys,
        /// Name of the agency.
        agency_name: String,
        /// The account that it is in.
        domain: DomainRef,
    },
}

/// Which account, as the classic interface names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainRef {
    /// The account is named by its id.
    Id(String),
    /// The account is named by its name.
    Name(String),
}

/// An access key, permanent or temporary.
#[derive(Debug, Clone)]
pub struct Keys {
    /// The id of the access key, which is no secret.
    pub access_key: String,
    /// The secret of the access key; never printed.
    pub secret_key: Secret,
    /// What temporary keys must show beside.
    pub security_token: Option<Secret>,
}

impl Keys {
    /// Takes a permanent key.
    #[must_use]
    pub fn new(access_key: &str, secret_key: Secret) -> Self {
        Self { access_key: access_key.trim().to_owned(), secret_key, security_token: None }
    }

    /// Refuses a key of which a part is missing.
    pub(crate) fn check(&self) -> Result<(), CollectError> {
        let is_whole = !self.access_key.is_empty() && !self.secret_key.is_empty();
        if is_whole { Ok(()) } else { Err(CollectError::NoAccessKey) }
    }
}

/// Tells the time that signatures hold. Only programs know it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// Takes what tells the time.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Returns the time now.
    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

/// Signs calls with a key.
pub(crate) struct Signer<'a> {
    /// The access key pair that requests are signed with.
    pub(crate) keys: &'a Keys,
    /// The account that the calls are about, once it is known.
    pub(crate) account: Option<&'a str>,
    /// The clock that gives the time of the signature.
    pub(crate) clock: &'a Clock,
}

impl Sign for Signer<'_> {
    fn sign(&self, url: &Url, body: Option<Body<'_>>) -> Result<HeaderMap, String> {
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let token = self.keys.security_token.as_ref().map(Secret::reveal);
        let headers: Vec<(String, String)> = [
            ("Host", Some(host.as_str())),
            ("Content-Type", body.map(Body::kind)),
            ("X-Domain-Id", self.account),
            // Descriptions come in Chinese otherwise.
            ("X-Language", Some("en-us")),
            ("X-Security-Token", token),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
        let request = signing::SigningInput {
            method: if body.is_some() { "POST" } else { "GET" },
            path: url.path(),
            query: &pairs(url),
            headers: &headers,
            body: body.map(Body::text).unwrap_or_default().as_bytes(),
        };
        let signature =
            signing::sign(&request, &self.keys.access_key, &self.keys.secret_key, self.clock.now());
        let added = signature.headers.iter().map(|(name, value)| (*name, value.as_str()));
        // The client sets `Host` itself.
        let own = headers.iter().skip(1).map(|(name, value)| (name.as_str(), value.as_str()));
        own.chain(added).map(|(name, value)| header(name, value)).collect()
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let bad = || format!("`{name}` would have characters that no header takes");
    let mut value = HeaderValue::from_str(value).map_err(|_| bad())?;
    value.set_sensitive(matches!(name, "Authorization" | "X-Security-Token"));
    Ok((HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?, value))
}

/// Returns an address with its query in the form that is signed, which is then also the form that is sent.
pub(crate) fn as_signed(url: &Url) -> Url {
    let mut url = url.clone();
    if url.query().is_some() {
        let query = signing::canonical_query(&pairs(&url));
        url.set_query(Some(&query).filter(|query| !query.is_empty()).map(String::as_str));
    }
    url
}

fn pairs(url: &Url) -> Vec<(String, String)> {
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// What to do when a signature is refused for its time.
pub(crate) const SET_CLOCK: &str = "set the clock of this machine, because each signature holds the time";

/// How far the time in a signature may be from the cloud's.
const FORGIVEN: SignedDuration = SignedDuration::from_mins(15);

/// Returns how far the clock of this machine is off, where that is why a call was refused.
pub(crate) fn clock_off(error: &CallError, now: Timestamp) -> Option<String> {
    let ahead = now.duration_since(error.served_at().filter(|_| error.status() == Some(401))?);
    if ahead.abs() <= FORGIVEN {
        return None;
    }
    let side = if ahead.is_positive() { "ahead of" } else { "behind" };
    Some(format!("the clock of this machine is {} minutes {side} the cloud's", ahead.abs().as_mins()))
}

/// Returns what was answered, with the id under which the cloud remembers it.
pub(crate) fn told(error: &CallError) -> String {
    let request = error.transaction().map(|id| format!(", request {id}")).unwrap_or_default();
    format!("{error}{request}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::new(|| "2026-01-15T08:30:00Z".parse().unwrap())
    }

    #[test]
    fn a_signed_call_carries_what_was_signed() {
        let mut keys = Keys::new("AK", Secret::new("s3cr3t"));
        keys.security_token = Some(Secret::new("t0k+n/=="));
        let url = Url::parse("https://iam.example.com/v5/users?limit=200").unwrap();
        let signer = Signer { keys: &keys, account: Some("d1"), clock: &clock() };
        let headers = signer.sign(&url, None).unwrap();
        assert_eq!(headers["x-security-token"], "t0k+n/==");
        assert_eq!(headers["x-sdk-date"], "20260115T083000Z");
        let authorization = headers["authorization"].to_str().unwrap();
        let names = "SignedHeaders=host;x-domain-id;x-language;x-sdk-date;x-security-token,";
        assert!(authorization.contains(names), "{authorization}");
        assert!(headers["authorization"].is_sensitive() && headers["x-security-token"].is_sensitive());
        assert!(!format!("{headers:?} {keys:?}").contains("t0k"));
    }

    #[test]
    fn a_clock_is_blamed_only_for_a_refusal_and_only_when_it_is_off() {
        let off = |status, served_at: &str| {
            let served_at = served_at.parse().ok();
            let error = CallError::Status { status, code: None, transaction: None, served_at };
            clock_off(&error, clock().now())
        };
        let told = off(401, "2026-01-15T08:12:30Z").unwrap();
        assert_eq!(told, "the clock of this machine is 17 minutes ahead of the cloud's");
        assert!(off(401, "2026-01-15T10:30:00Z").unwrap().contains("120 minutes behind"));
        assert_eq!(
            [off(401, "2026-01-15T08:15:00Z"), off(403, "2026-01-15T01:00:00Z"), off(401, "")],
            [None, None, None]
        );
    }

    #[test]
    fn an_address_is_sent_as_it_is_signed() {
        let url =
            Url::parse("https://iam.example.com/v5/users?marker=a%2B%2F%3D&limit=2&name=x+y*~").unwrap();
        assert_eq!(as_signed(&url).query(), Some("limit=2&marker=a%2B%2F%3D&name=x%20y%2A~"));
        let bare = Url::parse("https://iam.example.com/v5/users").unwrap();
        assert_eq!(as_signed(&bare), bare);
    }
}
