//! Sign-in: what `POST /identity/token` gives, and whom a bearer token stands for.
//!
//! In: a form with a grant. Out: a token shaped like a JWT, with the claims of the reference. Tokens
//! live for a number of seconds or calls, so that tests can watch one die in the middle of a list.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::reply::{Answer, Refusal};
use super::request::Query;
use crate::ibm::world::{Caller, Rights, World};

/// How long an access token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenLife {
    /// This many seconds; the token says so.
    Seconds(u64),
    /// This many calls, though the token promises an hour: it dies without a warning.
    Calls(u64),
}

#[derive(Debug)]
struct Issued {
    iam_id: String,
    dies: Instant,
    calls_left: Option<u64>,
}

/// The tokens that are out.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) life: TokenLife,
    issued: HashMap<String, Issued>,
    serial: u64,
}

/// Who signed in, as the claims name it.
struct Identity {
    iam_id: String,
    id: String,
    name: String,
    sub_type: Option<&'static str>,
    /// The IAM id that really authenticated, where it differs.
    behind: Option<String>,
}

impl Identity {
    fn of(caller: &Caller) -> Identity {
        Identity {
            iam_id: caller.iam_id.clone(),
            id: caller.id.clone(),
            name: caller.name.clone(),
            sub_type: caller.sub_type,
            behind: None,
        }
    }
}

impl Tokens {
    pub(super) fn new() -> Tokens {
        Tokens { life: TokenLife::Seconds(3600), issued: HashMap::new(), serial: 0 }
    }

    /// Answers `POST /identity/token`.
    pub(super) fn grant(&mut self, form: &Query, world: &World) -> Result<Answer, Refusal> {
        let kind =
            form.text("grant_type").ok_or_else(|| invalid("property `grant_type` is missing or empty"))?;
        let identity = match kind.strip_prefix("urn:ibm:params:oauth:grant-type:") {
            Some("apikey") => by_api_key(form, world)?,
            Some("cr-token") => by_cr_token(form, world)?,
            Some("assume") => self.by_assuming(form, world)?,
            _ => return Err(invalid(format!("the grant type `{kind}` is not known"))),
        };
        let seconds = match self.life {
            TokenLife::Seconds(seconds) => seconds,
            TokenLife::Calls(_) => 3600,
        };
        let now = Timestamp::now().as_second();
        let expires = now.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX));
        self.serial += 1;
        let token = jwt(&claims(&identity, world.account_id(), kind, self.serial, (now, expires)));
        let calls_left = match self.life {
            TokenLife::Calls(calls) => Some(calls),
            TokenLife::Seconds(_) => None,
        };
        let dies = Instant::now() + Duration::from_secs(seconds);
        self.issued.insert(token.clone(), Issued { iam_id: identity.iam_id, dies, calls_left });
        Ok(Answer::ok(&json!({
            "access_token": token,
            "refresh_token": "not_supported",
            "token_type": "Bearer",
            "expires_in": seconds,
            "expiration": expires,
            "scope": "ibm openid",
        })))
    }

    /// The IAM id behind a bearer token that is still alive; counts as one call of its life.
    pub(super) fn caller(&mut self, bearer: Option<&str>) -> Result<String, Refusal> {
        let found =
            bearer.and_then(|token| self.issued.get_mut(token)).ok_or_else(Refusal::unauthenticated)?;
        if Instant::now() >= found.dies || found.calls_left == Some(0) {
            return Err(Refusal::unauthenticated());
        }
        found.calls_left = found.calls_left.map(|left| left - 1);
        Ok(found.iam_id.clone())
    }

    /// Ends every token that is out.
    pub(super) fn revoke_all(&mut self) {
        self.issued.clear();
    }

    fn by_assuming(&mut self, form: &Query, world: &World) -> Result<Identity, Refusal> {
        let bearer = form
            .text("access_token")
            .ok_or_else(|| invalid("property `access_token` is missing or empty"))?;
        let behind = self.caller(Some(bearer)).map_err(|_| {
            Refusal::new(StatusCode::BAD_REQUEST, "BXNIM0407E", "Provided token is invalid or expired")
        })?;
        if form.text("profile_name").is_some() && form.text("account") != Some(world.account_id()) {
            return Err(invalid("property `account` is needed with `profile_name`"));
        }
        let profile = profile(form, world)?;
        if !profile.assumable_by.contains(&behind) {
            return Err(not_allowed());
        }
        Ok(Identity { behind: Some(behind), ..Identity::of(profile) })
    }
}

fn by_api_key(form: &Query, world: &World) -> Result<Identity, Refusal> {
    let key = form.text("apikey").ok_or_else(|| invalid("property `apikey` is missing or empty"))?;
    if let Some(caller) = world.caller_of_key(key) {
        return Ok(Identity::of(caller));
    }
    let listed = world.api_keys.iter().find(|listed| listed.secret == key);
    let disabled = |found: &Value| found == &Value::Bool(true);
    let usable = listed.filter(|found| !found.object.get("disabled").is_some_and(disabled));
    let found = usable.ok_or_else(|| {
        // IBM answers an unknown key with 400, not 401.
        Refusal::new(StatusCode::BAD_REQUEST, "BXNIM0415E", "Provided API key could not be found.")
    })?;
    let iam_id = found.object.text("iam_id").to_owned();
    let id = iam_id.strip_prefix("iam-").unwrap_or(&iam_id).to_owned();
    let sub_type = iam_id.starts_with("iam-ServiceId-").then_some("ServiceId");
    Ok(Identity { name: id.clone(), iam_id, id, sub_type, behind: None })
}

fn by_cr_token(form: &Query, world: &World) -> Result<Identity, Refusal> {
    let token = form.text("cr_token").ok_or_else(|| invalid("property `cr_token` is missing or empty"))?;
    let caller = world.caller_of_cr_token(token).ok_or_else(not_allowed)?;
    if profile(form, world)?.iam_id != caller.iam_id {
        return Err(not_allowed());
    }
    Ok(Identity::of(caller))
}

/// The profile that a form names in one of three ways.
fn profile<'w>(form: &Query, world: &'w World) -> Result<&'w Caller, Refusal> {
    let named = ["profile_id", "profile_name", "profile_crn"].map(|name| form.text(name));
    if named.iter().flatten().count() != 1 {
        return Err(invalid("exactly one of `profile_id`, `profile_name` and `profile_crn` is needed"));
    }
    let [id, name, crn] = named;
    world
        .callers
        .iter()
        .filter(|caller| caller.sub_type == Some("Profile"))
        .find(|caller| {
            let crn_of = || world.profile(&caller.id).map(|profile| profile.object.text("crn"));
            id.is_none_or(|id| id == caller.id || id == caller.iam_id)
                && name.is_none_or(|name| name == caller.name)
                && crn.is_none_or(|crn| crn_of() == Some(crn))
        })
        .ok_or_else(not_allowed)
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "BXNIM0109E", message)
}

fn not_allowed() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "BXNIM0513E", "Not allowed to assume the trusted profile")
}

/// Rights of whoever signed in; who is not one of the fixed callers has none.
pub(super) fn rights(world: &World, iam_id: &str) -> Rights {
    world.caller(iam_id).map_or_else(Rights::none, |caller| caller.rights.clone())
}

fn claims(identity: &Identity, account: &str, grant: &str, serial: u64, (now, expires): (i64, i64)) -> Value {
    let mut claims = json!({
        "iam_id": identity.iam_id,
        "id": identity.iam_id,
        "realmid": identity.iam_id.split('-').next(),
        "jti": format!("simulated-{serial}"),
        "identifier": identity.id,
        "name": identity.name,
        "sub": identity.id,
        "authn": { "sub": identity.id, "iam_id": identity.behind.as_ref().unwrap_or(&identity.iam_id) },
        "account": { "valid": true, "bss": account, "frozen": true },
        "iat": now,
        "exp": expires,
        "iss": "https://iam.cloud.ibm.com/identity",
        "grant_type": grant,
        "scope": "ibm openid",
        "client_id": "default",
        "acr": 1,
        "amr": ["pwd"],
    });
    if let Some(sub_type) = identity.sub_type {
        claims["sub_type"] = json!(sub_type);
    }
    claims
}

/// Shaped like a signed token; nobody verifies the signature, so it is a constant.
fn jwt(claims: &Value) -> String {
    let header = json!({ "kid": "20261101-0000", "alg": "RS256" });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", part(&header), part(claims), URL_SAFE_NO_PAD.encode("simulated signature"))
}
