//! Becoming an agency in the classic way: by its name and account, without a trust policy.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::call::{Call, Outcome};
use super::reply::{Answer, Refusal};
use super::visitors::{Session, SessionLife, Sessions, Visitor};
use crate::huawei::world::{Agency, Assumable};

const ACTION: &str = "iam:tokens:assume";

/// `POST /v3.0/OS-CREDENTIAL/securitytokens`.
pub(super) const PATH: [&str; 3] = ["v3.0", "OS-CREDENTIAL", "securitytokens"];

pub(super) fn answer(call: &Call<'_>, sessions: &mut Sessions, now: Timestamp) -> Outcome {
    let body: Value = serde_json::from_slice(&call.request.body)
        .map_err(|_| Refusal::Bad("the body is no JSON".to_owned()))?;
    let identity = &body["auth"]["identity"];
    if identity["methods"] != json!(["assume_role"]) {
        return Err(Refusal::Unsimulated("a method other than `assume_role`".to_owned()));
    }
    let wish = &identity["assume_role"];
    if !identity["policy"].is_null() || !wish["session_user"].is_null() {
        return Err(Refusal::Unsimulated("`policy` or `session_user`".to_owned()));
    }
    let seconds = match &wish["duration_seconds"] {
        Value::Null => 900,
        seconds => seconds
            .as_i64()
            .filter(|seconds| (900..=86_400).contains(seconds))
            .ok_or_else(|| Refusal::Bad("`duration_seconds` is between 900 and 86400".to_owned()))?,
    };
    let name =
        wish["agency_name"].as_str().ok_or_else(|| Refusal::Bad("`agency_name` is missing".to_owned()))?;
    let (agency, opened) = opened(call, wish, name)?.ok_or_else(|| call.denied(ACTION))?;
    let seconds = match sessions.life {
        SessionLife::Seconds(seconds) => i64::from(seconds),
        SessionLife::AsAsked | SessionLife::Calls(_) => seconds,
    };
    sessions.serial += 1;
    let serial = sessions.serial;
    let account = call.world.account_id();
    let session = Session {
        visitor: Visitor {
            account_id: account.to_owned(),
            principal_urn: format!("sts::{account}:assumed-agency:{}/{serial}", agency.name()),
            principal_id: format!("{}:{serial}", agency.object.text("agency_id")),
            is_temporary: true,
            rights: opened.rights.clone(),
        },
        secret: format!("simulated-secret-of-classic-session-{serial:012}"),
        security_token: format!("simulated+classic+session/{serial:012}=="),
        expires: now + SignedDuration::from_secs(seconds),
        calls_left: if let SessionLife::Calls(calls) = sessions.life { Some(calls) } else { None },
    };
    let access_key = format!("HSTACLASSIC{serial:09}");
    let answer = json!({"credential": {
        "access": access_key, "secret": session.secret, "securitytoken": session.security_token,
        "expires_at": session.expires.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
    }});
    sessions.issued.insert(access_key, session);
    Ok(Answer::json(StatusCode::CREATED, &answer))
}

/// The classic agency of that name, if it is of the account that is meant and delegates to the caller's.
fn opened<'w>(
    call: &Call<'w>,
    wish: &Value,
    name: &str,
) -> Result<Option<(&'w Agency, &'w Assumable)>, Refusal> {
    let is_meant = match (wish["domain_id"].as_str(), wish["domain_name"].as_str()) {
        (Some(id), _) => id == call.world.account_id(),
        (None, Some(name)) => name == call.world.domain.text("name"),
        (None, None) => return Err(Refusal::Bad("`domain_id` or `domain_name` is needed".to_owned())),
    };
    let trusts = |agency: &&Agency| {
        let trusted = agency.classic.as_ref().map(|classic| classic.text("trust_domain_id"));
        agency.name() == name && trusted == Some(call.visitor.account_id.as_str())
    };
    let Some(agency) = call.world.agencies.iter().filter(|_| is_meant).find(trusts) else { return Ok(None) };
    let opened =
        call.world.assumable.iter().find(|one| {
            one.agency_urn == agency.object.text("urn") && one.by_account == call.visitor.account_id
        });
    Ok(opened.map(|opened| (agency, opened)))
}
