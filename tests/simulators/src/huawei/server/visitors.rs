//! Who signed a call: one of the fixed callers, or a session that STS has issued.
//!
//! In: a request and the time. Out: a [`Visitor`], or why the gateway turns the call away.

use std::collections::HashMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::reply::Refusal;
use super::request::Request;
use super::signature::Claim;
use crate::huawei::world::{Caller, Rights, World};

/// How far the time in a signature may be from the gateway's.
const SKEW: SignedDuration = SignedDuration::from_mins(15);

/// How long a session of an agency lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionLife {
    /// As long as was asked for.
    AsAsked,
    /// This many seconds, whatever was asked for; the answer says so.
    Seconds(u32),
    /// This many calls, though the answer promises what was asked for: it dies without a warning.
    Calls(u64),
}

/// Who calls.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) account_id: String,
    pub(super) principal_urn: String,
    pub(super) principal_id: String,
    pub(super) is_temporary: bool,
    pub(super) rights: Rights,
}

/// A session that was issued.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) visitor: Visitor,
    pub(super) secret: String,
    pub(super) security_token: String,
    pub(super) expires: Timestamp,
    pub(super) calls_left: Option<u64>,
}

/// The sessions that are out, by access key.
#[derive(Debug)]
pub(super) struct Sessions {
    pub(super) life: SessionLife,
    pub(super) issued: HashMap<String, Session>,
    pub(super) serial: u64,
}

impl Sessions {
    pub(super) fn new() -> Sessions {
        Sessions { life: SessionLife::AsAsked, issued: HashMap::new(), serial: 0 }
    }

    /// Finds out who signed a request; counts as one call of a session's life.
    pub(super) fn visitor(
        &mut self,
        request: &Request,
        world: &World,
        now: Timestamp,
    ) -> Result<Visitor, Refusal> {
        let claim = Claim::of(request)
            .ok_or_else(|| Refusal::unauthenticated("the request is not signed with SDK-HMAC-SHA256"))?;
        let must_be_signed = ["host", "x-sdk-date", "x-security-token", "x-domain-id", "x-project-id"];
        for header in must_be_signed {
            let is_sent = header == "x-sdk-date" || request.header(header).is_some();
            if is_sent && !claim.covers(header) {
                return Err(Refusal::unauthenticated(&format!("header {header} is not signed")));
            }
        }
        on_time(request, now)?;
        let token = request.header("x-security-token");
        let visitor = if let Some(caller) = world.caller(claim.access_key) {
            check(&claim, request, &caller.secret_access_key, caller.security_token.as_deref(), token)?;
            if !is_active(caller, world) {
                return Err(Refusal::unauthenticated("the access key is not active"));
            }
            of_caller(caller)
        } else {
            let session = self
                .issued
                .get_mut(claim.access_key)
                .ok_or_else(|| Refusal::unauthenticated("the access key is unknown"))?;
            check(&claim, request, &session.secret, Some(&session.security_token), token)?;
            if now >= session.expires || session.calls_left == Some(0) {
                return Err(Refusal::unauthenticated("the security token has expired"));
            }
            session.calls_left = session.calls_left.map(|left| left - 1);
            session.visitor.clone()
        };
        match request.header("x-domain-id").filter(|domain| *domain != visitor.account_id) {
            None => Ok(visitor),
            Some(_) => Err(Refusal::unauthenticated("X-Domain-Id is not the account of the access key")),
        }
    }
}

fn check(
    claim: &Claim<'_>,
    request: &Request,
    secret: &str,
    wanted: Option<&str>,
    shown: Option<&str>,
) -> Result<(), Refusal> {
    if wanted != shown {
        return Err(Refusal::unauthenticated("the security token does not belong to the access key"));
    }
    if !claim.is_by(secret, request) {
        return Err(Refusal::unauthenticated("the signature does not match"));
    }
    Ok(())
}

fn on_time(request: &Request, now: Timestamp) -> Result<(), Refusal> {
    let signed_at = request
        .header("x-sdk-date")
        .and_then(|date| DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok())
        .and_then(|date| date.to_zoned(TimeZone::UTC).ok())
        .ok_or_else(|| Refusal::unauthenticated("X-Sdk-Date is no time"))?;
    if signed_at.timestamp().duration_since(now).abs() > SKEW {
        return Err(Refusal::unauthenticated("X-Sdk-Date is more than 15 minutes from the time here"));
    }
    Ok(())
}

/// Whether the key of a user of this account is switched on, and its user too.
fn is_active(caller: &Caller, world: &World) -> bool {
    let Some(user) = world.users.with_id(&caller.principal_id) else {
        return caller.account_id != world.account_id();
    };
    let key = user.access_keys.iter().find(|key| key.id() == caller.access_key_id);
    // Temporary credentials are not on the list.
    user.is_enabled()
        && key.map_or(caller.security_token.is_some(), |key| key.object.text("status") == "active")
}

fn of_caller(caller: &Caller) -> Visitor {
    Visitor {
        account_id: caller.account_id.clone(),
        principal_urn: caller.principal_urn.clone(),
        principal_id: caller.principal_id.clone(),
        is_temporary: caller.security_token.is_some(),
        rights: caller.rights.clone(),
    }
}
