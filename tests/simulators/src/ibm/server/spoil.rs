//! Carries out a fault: instead of the answer, or on it.

use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::reply::{Answer, Family, Refusal};
use super::request::Request;
use crate::ibm::faults::{FaultKind, RetryAfter};

const ERROR_PAGE: &str =
    "<html><head><title>Error</title></head><body><h1>Service Unavailable</h1></body></html>";
const LOGIN_PAGE: &str =
    "<!DOCTYPE html><html><head><title>Log in</title></head><body>Please log in.</body></html>";

/// The answer of a fault that needs no look at the world.
pub(super) fn instead(kind: &FaultKind, request: &Request) -> Option<Answer> {
    let refuse = |refusal: Refusal| Some(refusal.answer(request));
    match kind {
        FaultKind::TooManyRequests(when) => {
            let answer = Refusal::too_many().answer(request);
            Some(match retry_after(*when) {
                Some(value) => answer.with_header("retry-after", value),
                None => answer,
            })
        }
        FaultKind::ServerError(status) => Some(Answer::html(
            StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            ERROR_PAGE,
        )),
        FaultKind::Unauthenticated => refuse(Refusal::unauthenticated()),
        FaultKind::Forbidden => refuse(Refusal::forbidden()),
        FaultKind::NotFound => refuse(Refusal::unknown(&request.path)),
        FaultKind::Html => Some(Answer::html(StatusCode::OK, LOGIN_PAGE)),
        FaultKind::EmptyBody => Some(Answer::empty(StatusCode::OK)),
        FaultKind::EmptyObject => Some(Answer::ok(&json!({}))),
        _ => None,
    }
}

fn retry_after(when: RetryAfter) -> Option<String> {
    match when {
        RetryAfter::Silent => None,
        RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
        RetryAfter::Date(seconds) => {
            let ahead = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
            let at = Timestamp::now().saturating_add(ahead).ok()?;
            rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()
        }
    }
}

/// How long a fault holds the answer back.
pub(super) fn delay(kind: &FaultKind) -> Duration {
    match kind {
        FaultKind::Slow(millis) => Duration::from_millis(*millis),
        _ => Duration::ZERO,
    }
}

/// The call that is answered: pages that never end are all the first one.
pub(super) fn before(kind: &FaultKind, mut request: Request) -> Request {
    if matches!(kind, FaultKind::EndlessPages | FaultKind::RepeatedToken | FaultKind::ForeignNext) {
        request.query = request.query.without(&TOKENS);
    }
    request
}

const TOKENS: [&str; 4] = ["pagetoken", "offset", "start", "_start"];

/// What the answer becomes; `serial` is a number never used before.
pub(super) fn after(kind: &FaultKind, answer: Answer, request: &Request, links: &Links<'_>) -> Answer {
    let half = |body: &Bytes| body.slice(..body.len() / 2);
    match kind {
        FaultKind::BrokenJson => Answer { body: half(&answer.body), ..answer },
        FaultKind::ArrayForObject => with_body(answer, |body| *body = json!([body.take()])),
        FaultKind::TextForItem => with_body(answer, |body| {
            if let Some(first) = items(body).and_then(|items| items.first_mut()) {
                *first = json!("not an object");
            }
        }),
        FaultKind::NumberForText(member) => with_body(answer, |body| {
            let first = items(body).and_then(|items| items.first_mut()).and_then(Value::as_object_mut);
            if let Some(first) = first {
                first.insert(member.clone(), json!(7));
            }
        }),
        FaultKind::Nulls => with_body(answer, |body| each_member(body, |_, value| *value = Value::Null)),
        FaultKind::UnknownFields => with_body(answer, |body| {
            add_unknown(body);
            items(body).into_iter().flatten().for_each(add_unknown);
        }),
        FaultKind::EndlessPages => again(answer, request, links.base, links.serial),
        FaultKind::RepeatedToken => again(answer, request, links.base, 1),
        FaultKind::ForeignNext => again(answer, request, links.trap, links.serial),
        _ => answer,
    }
}

/// Where next links lead.
#[derive(Debug)]
pub(super) struct Links<'a> {
    pub(super) base: &'a str,
    pub(super) trap: &'a str,
    pub(super) serial: u64,
}

fn with_body(answer: Answer, edit: impl FnOnce(&mut Value)) -> Answer {
    let Ok(mut body) = serde_json::from_slice(&answer.body) else { return answer };
    edit(&mut body);
    Answer { body: Bytes::from(body.to_string()), ..answer }
}

/// The list inside an envelope: its first array of objects.
fn items(body: &mut Value) -> Option<&mut Vec<Value>> {
    let members = body.as_object_mut()?;
    members
        .values_mut()
        .filter_map(Value::as_array_mut)
        .find(|list| list.first().is_some_and(Value::is_object))
}

fn each_member(body: &mut Value, mut edit: impl FnMut(&str, &mut Value)) {
    for item in items(body).into_iter().flatten().filter_map(Value::as_object_mut) {
        item.iter_mut().for_each(|(name, value)| edit(name, value));
    }
}

fn add_unknown(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.insert("added_by_the_cloud".into(), json!({ "nested": [1, { "deep": null }] }));
    }
}

/// Gives a paged answer a successor.
fn again(answer: Answer, request: &Request, base: &str, serial: u64) -> Answer {
    let family = answer.family;
    // An offset is a number; a token may be any text.
    let token =
        if family == Family::NextHref { (serial * 1000).to_string() } else { format!("again-{serial}") };
    let query = request.query.with(&TOKENS, &[(family.parameter(), &token)]);
    let url = format!("{base}{}?{query}", request.path);
    with_body(answer, |body| match family {
        Family::NextUrl => body["next"] = json!(url),
        Family::NextHref => body["next"] = json!({ "href": url }),
        Family::NextStart => body["next"] = json!({ "href": url, "start": token }),
        Family::UnderscoreStart | Family::RelativeStart => body["next_url"] = json!(url),
        Family::Whole => {}
    })
}
