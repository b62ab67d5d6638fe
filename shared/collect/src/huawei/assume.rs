//! How keys of one account open another: through an agency that lets that account in.
//!
//! These calls are the only POST of a run. They change nothing; they only give temporary keys. There are two, as there
//! are two authorization models: version 5 names an agency by its URN and asks its trust policy, the classic one names
//! it by account and name. An account that has no agency of version 5 can be read through the classic one.

use std::time::Duration;

use model::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::{
    Endpoints,
    credentials::{Clock, Credentials, DomainRef, Keys, SET_CLOCK, Signer, clock_off, told},
    session::TRIES_OF_GIVEN_KEYS,
};
use crate::{
    CollectError, Secret,
    http::{Body, Call, CallError, Http, Proof},
    lease,
    reader::address,
};

/// How long temporary keys are asked for: the longest that every agency allows.
const SESSION_SECONDS: i64 = 3_600;

/// A way to become an agency.
struct AssumeWay<'a> {
    keys: &'a Keys,
    url: Url,
    body: Value,
    /// Members of the answer: the object, and in it the id of the key, its secret, its token and its end.
    members: [&'static str; 5],
    remedy: &'static str,
}

impl<'a> AssumeWay<'a> {
    fn of(credentials: &'a Credentials, endpoints: &Endpoints) -> Option<Self> {
        match credentials {
            Credentials::Keys(_) => None,
            Credentials::Agency { keys, agency_urn, external_id, session_name } => {
                let mut body = json!({
                    "agency_urn": agency_urn,
                    "agency_session_name": session_name,
                    "duration_seconds": SESSION_SECONDS,
                });
                if let (Some(id), Some(members)) = (external_id, body.as_object_mut()) {
                    members.insert("external_id".to_owned(), id.as_str().into());
                }
                Some(Self {
                    keys,
                    url: address(&endpoints.sts, &["v5", "agencies", "assume"], &[]),
                    body,
                    members: [
                        "credentials",
                        "access_key_id",
                        "secret_access_key",
                        "security_token",
                        "expiration",
                    ],
                    remedy: "check the agency's URN, its trust policy, the external id, and that the key's user may assume it",
                })
            }
            Credentials::ClassicAgency { keys, agency_name, domain } => {
                let (name, value) = match domain {
                    DomainRef::Id(id) => ("domain_id", id),
                    DomainRef::Name(name) => ("domain_name", name),
                };
                let role =
                    json!({"agency_name": agency_name, name: value, "duration_seconds": SESSION_SECONDS});
                Some(Self {
                    keys,
                    url: address(&endpoints.iam, &["v3.0", "OS-CREDENTIAL", "securitytokens"], &[]),
                    body: json!({"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}),
                    members: ["credential", "access", "secret", "securitytoken", "expires_at"],
                    remedy: "check the agency's name and account, that it delegates to the key's account, and that the key's user holds Agent Operator",
                })
            }
        }
    }
}

/// Asks to become an agency, a few times where that is refused: what refused it may have erred.
async fn ask(http: &Http<'_>, call: &Call<'_>, clock: &Clock) -> Result<Option<Value>, CallError> {
    let mut tried = 1;
    loop {
        match http.json(call).await {
            Err(error)
                if error.status() == Some(401)
                    && tried < TRIES_OF_GIVEN_KEYS
                    && clock_off(&error, clock.now()).is_none() =>
            {
                http.pause(call.listing, tried, error, None).await?;
                tried += 1;
            }
            answer => return answer,
        }
    }
}

/// Becomes an agency; returns its keys, and how long they live.
pub(crate) async fn assume(
    http: &Http<'_>,
    credentials: &Credentials,
    endpoints: &Endpoints,
    clock: &Clock,
) -> Result<(Keys, Duration), CollectError> {
    let way = AssumeWay::of(credentials, endpoints).ok_or(CollectError::NoAccessKey)?;
    way.keys.check()?;
    let (body, signer) = (way.body.to_string(), Signer { keys: way.keys, account: None, clock });
    let call = Call {
        listing: "sign-in",
        url: &way.url,
        proof: Proof::Signature(&signer),
        body: Some(Body::Json(&body)),
    };
    let unanswered = |reason: String| CollectError::Unanswered { url: way.url.to_string(), reason };
    let answer = match ask(http, &call, clock).await {
        Ok(answer) => answer.unwrap_or_default(),
        Err(error @ CallError::Status { status: 400..=404, .. }) => {
            let (answer, off) = (told(&error), clock_off(&error, clock.now()));
            return Err(CollectError::Rejected {
                credentials: "the wish to become the agency",
                url: way.url.to_string(),
                remedy: if off.is_some() { SET_CLOCK } else { way.remedy },
                answer: off.map_or_else(|| answer.clone(), |off| format!("{answer}; {off}")),
            });
        }
        Err(error) => return Err(unanswered(told(&error))),
    };
    granted(&answer, way.members, clock.now())
        .ok_or_else(|| unanswered("the answer holds no keys".to_owned()))
}

fn granted(answer: &Value, members: [&str; 5], now: Timestamp) -> Option<(Keys, Duration)> {
    let [object, id, secret, token, end] = members;
    let credentials = answer.get(object)?;
    let text = |name: &str| credentials.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let keys = Keys {
        access_key: text(id)?.to_owned(),
        secret_key: Secret::new(text(secret)?),
        security_token: Some(Secret::new(text(token)?)),
    };
    let end = text(end).and_then(model::normal_time).and_then(|end| end.parse::<Timestamp>().ok());
    Some((keys, lease::life(end.map(|end| end.duration_since(now).as_secs_f64()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: [&str; 5] =
        ["credentials", "access_key_id", "secret_access_key", "security_token", "expiration"];
    const CLASSIC: [&str; 5] = ["credential", "access", "secret", "securitytoken", "expires_at"];

    fn now() -> Timestamp {
        "2026-01-15T08:30:00Z".parse().unwrap()
    }

    #[test]
    fn temporary_keys_live_until_they_expire() {
        let answer = |end: &str| {
            json!({"credentials": {
                "access_key_id": "A", "secret_access_key": "S", "security_token": "T", "expiration": end
            }})
        };
        let (keys, life) = granted(&answer("2026-01-15T09:30:00.000Z"), NEW, now()).unwrap();
        assert_eq!((keys.access_key.as_str(), life.as_secs()), ("A", 3600));
        for (end, seconds) in [
            ("2026-01-15T08:00:00Z", 900),
            ("", 900),
            ("never", 900),
            ("9999-12-31T23:59:59Z", 900),
            ("9999-01-01T00:00:00Z", 86_400),
            ("2026-01-15 09:30:00", 3600),
        ] {
            assert_eq!(granted(&answer(end), NEW, now()).unwrap().1.as_secs(), seconds, "{end}");
        }
        assert!(granted(&json!({"credentials": {"access_key_id": "A"}}), NEW, now()).is_none());
        assert!(granted(&json!({}), NEW, now()).is_none());
    }

    #[test]
    fn the_classic_way_names_the_agency_by_account_and_name() {
        let keys = Keys::new("AK", Secret::new("s"));
        let named = |domain| {
            let agency_name = "audit".to_owned();
            let credentials = Credentials::ClassicAgency { keys: keys.clone(), agency_name, domain };
            let endpoints = Endpoints::parse(super::super::Partition::default(), None, []).unwrap();
            let way = AssumeWay::of(&credentials, &endpoints).unwrap();
            (way.url.path().to_owned(), way.body["auth"]["identity"].clone())
        };
        let (path, identity) = named(DomainRef::Id("d1".to_owned()));
        assert_eq!(path, "/v3.0/OS-CREDENTIAL/securitytokens");
        assert_eq!(identity["methods"], json!(["assume_role"]));
        let role = json!({"agency_name": "audit", "domain_id": "d1", "duration_seconds": 3600});
        assert_eq!(identity["assume_role"], role);
        let (_, identity) = named(DomainRef::Name("acme".to_owned()));
        assert_eq!(identity["assume_role"]["domain_name"], "acme");
        let answer = json!({"credential": {
            "access": "A", "secret": "S", "securitytoken": "T", "expires_at": "2026-01-15T08:45:00.000000Z"
        }});
        assert_eq!(granted(&answer, CLASSIC, now()).unwrap().1.as_secs(), 900);
    }
}
