//! STS: who the caller is, and becoming an agency.

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::call::{Call, Outcome};
use super::reply::{Answer, Refusal};
use super::visitors::{Session, SessionLife, Sessions, Visitor};
use crate::huawei::world::{Agency, Assumable};

const ACTION: &str = "sts:agencies:assume";
/// What a session may be asked for beyond the agency itself.
const MORE: [&str; 7] =
    ["policy", "policy_ids", "serial_number", "token_code", "source_identity", "tags", "transitive_tag_keys"];

pub(super) fn answer(call: &Call<'_>, path: &[&str], sessions: &mut Sessions, now: Timestamp) -> Outcome {
    match (&call.request.method, path) {
        (&Method::GET, ["v5", "caller-identity"]) => Ok(Answer::ok(&json!({
            "account_id": call.visitor.account_id,
            "principal_urn": call.visitor.principal_urn,
            "principal_id": call.visitor.principal_id,
        }))),
        (&Method::POST, ["v5", "agencies", "assume"]) => assume(call, sessions, now),
        _ => Err(Refusal::NoSuchPath),
    }
}

/// What is asked for.
struct Wish<'b> {
    agency_urn: &'b str,
    session_name: &'b str,
    seconds: Option<u64>,
    external_id: Option<&'b str>,
}

impl<'b> Wish<'b> {
    fn of(body: &'b Map<String, Value>) -> Result<Wish<'b>, Refusal> {
        let bad = |message: String| Refusal::Bad(message);
        let text = |name: &str, length: std::ops::RangeInclusive<usize>| match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if length.contains(&text.chars().count()) => Ok(Some(text.as_str())),
            Some(_) => Err(bad(format!("`{name}` has {} to {} characters", length.start(), length.end()))),
        };
        let missing = |name: &str| bad(format!("`{name}` is missing"));
        if let Some(name) = MORE.iter().find(|name| body.contains_key(**name)) {
            return Err(Refusal::Unsimulated(format!("member `{name}`")));
        }
        let seconds = match body.get("duration_seconds") {
            None | Some(Value::Null) => None,
            Some(seconds) => Some(
                seconds
                    .as_u64()
                    .filter(|seconds| (900..=43_200).contains(seconds))
                    .ok_or_else(|| bad("`duration_seconds` is between 900 and 43200".to_owned()))?,
            ),
        };
        Ok(Wish {
            agency_urn: text("agency_urn", 1..=1_500)?.ok_or_else(|| missing("agency_urn"))?,
            session_name: text("agency_session_name", 2..=128)?
                .ok_or_else(|| missing("agency_session_name"))?,
            seconds,
            external_id: text("external_id", 2..=1_224)?,
        })
    }
}

fn assume(call: &Call<'_>, sessions: &mut Sessions, now: Timestamp) -> Outcome {
    let body: Value = serde_json::from_slice(&call.request.body)
        .map_err(|_| Refusal::Bad("the body is no JSON".to_owned()))?;
    let body = body.as_object().ok_or_else(|| Refusal::Bad("the body is no object".to_owned()))?;
    let wish = Wish::of(body)?;
    let (agency, opened) = opened(call, &wish).ok_or_else(|| call.denied(ACTION))?;
    let seconds = life(call, &wish, agency)?;
    let seconds = match sessions.life {
        SessionLife::Seconds(seconds) => i64::from(seconds),
        SessionLife::AsAsked | SessionLife::Calls(_) => seconds,
    };
    sessions.serial += 1;
    let serial = sessions.serial;
    let account = call.world.account_id();
    let urn = format!("sts::{account}:assumed-agency:{}/{}", agency.name(), wish.session_name);
    let id = format!("{}:{}", agency.object.text("agency_id"), wish.session_name);
    let session = Session {
        visitor: Visitor {
            account_id: account.to_owned(),
            principal_urn: urn.clone(),
            principal_id: id.clone(),
            is_temporary: true,
            rights: opened.rights.clone(),
        },
        secret: format!("simulated-secret-of-session-{serial:012}"),
        security_token: format!("simulated+session/{serial:012}=="),
        expires: now + SignedDuration::from_secs(seconds),
        calls_left: if let SessionLife::Calls(calls) = sessions.life { Some(calls) } else { None },
    };
    let access_key = format!("HSTASIMULATED{serial:07}");
    let answer = json!({
        "assumed_agency": {"urn": urn, "id": id},
        "credentials": {
            "access_key_id": access_key, "secret_access_key": session.secret,
            "security_token": session.security_token,
            "expiration": session.expires.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        },
    });
    sessions.issued.insert(access_key, session);
    Ok(Answer::ok(&answer))
}

/// The agency of that name, if it lets the caller in.
fn opened<'w>(call: &Call<'w>, wish: &Wish<'_>) -> Option<(&'w Agency, &'w Assumable)> {
    let opened = call.world.assumable.iter().find(|one| {
        one.agency_urn == wish.agency_urn
            && one.by_account == call.visitor.account_id
            && one.external_id.as_deref().is_none_or(|wanted| wish.external_id == Some(wanted))
    })?;
    Some((call.world.agency_at(wish.agency_urn)?, opened))
}

fn life(call: &Call<'_>, wish: &Wish<'_>, agency: &Agency) -> Result<i64, Refusal> {
    let of_agency = agency.object.get("max_session_duration").and_then(Value::as_u64).unwrap_or(3_600);
    let most = if call.visitor.is_temporary { of_agency.min(3_600) } else { of_agency };
    let seconds = wish.seconds.unwrap_or(3_600);
    if seconds > most {
        return Err(Refusal::Bad(format!("`duration_seconds` is at most {most} here")));
    }
    Ok(i64::try_from(seconds).unwrap_or(i64::MAX))
}
