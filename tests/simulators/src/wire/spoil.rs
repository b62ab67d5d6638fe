//! Carries out a fault: instead of the answer, or on it.

use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::answer::{Answer, Family};
use super::faults::{FaultKind, RetryAfter};
use super::forms;
use super::inside;
use super::query::Query;

const ERROR_PAGE: &str =
    "<html><head><title>Error</title></head><body><h1>Service Unavailable</h1></body></html>";
const LOGIN_PAGE: &str =
    "<!DOCTYPE html><html><head><title>Log in</title></head><body>Please log in.</body></html>";

/// What a fault makes the cloud say, which each says in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// 429, with the length of the window in seconds where the fault has one.
    TooMany(Option<u64>),
    /// 401.
    Unauthenticated,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
}

/// The answer of a fault that needs no look at the world.
pub(crate) fn instead(kind: &FaultKind, refuse: impl Fn(Refused) -> Answer) -> Option<Answer> {
    match kind {
        FaultKind::TooManyRequests(when) => {
            let window = if let RetryAfter::Window(seconds) = when { Some(*seconds) } else { None };
            let answer = refuse(Refused::TooMany(window));
            Some(match retry_after(*when) {
                Some(value) => answer.with_header("retry-after", value),
                None => answer,
            })
        }
        FaultKind::ServerError(status) => Some(Answer::html(status_of(*status), ERROR_PAGE)),
        FaultKind::Unauthenticated => Some(refuse(Refused::Unauthenticated)),
        FaultKind::Forbidden => Some(refuse(Refused::Forbidden)),
        FaultKind::NotFound => Some(refuse(Refused::NotFound)),
        FaultKind::Html => Some(Answer::html(StatusCode::OK, LOGIN_PAGE)),
        FaultKind::EmptyBody => Some(Answer::empty(StatusCode::OK)),
        FaultKind::EmptyObject => Some(Answer::ok(&json!({}))),
        FaultKind::Body(status, body) => Some(Answer::json(status_of(*status), body)),
        FaultKind::Bare(status) => Some(Answer::empty(status_of(*status))),
        _ => None,
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn retry_after(when: RetryAfter) -> Option<String> {
    match when {
        RetryAfter::Silent | RetryAfter::Window(_) => None,
        RetryAfter::Seconds(seconds) => Some(seconds.to_string()),
        RetryAfter::Date(seconds) => {
            let ahead = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
            let at = Timestamp::now().saturating_add(ahead).ok()?;
            rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()
        }
    }
}

/// How long a fault holds the answer back.
pub(crate) fn delay(kind: &FaultKind) -> Duration {
    match kind {
        FaultKind::Slow(millis) => Duration::from_millis(*millis),
        _ => Duration::ZERO,
    }
}

/// The call that is answered: pages that never end are all the first one.
pub(crate) fn before(kind: &FaultKind, query: &Query) -> Query {
    if matches!(kind, FaultKind::EndlessPages | FaultKind::RepeatedToken | FaultKind::ForeignNext) {
        // A page that is numbered needs a number.
        return query.without(&TOKENS).replacing("page", "1");
    }
    query.clone()
}

const TOKENS: [&str; 5] = ["pagetoken", "offset", "start", "_start", "marker"];

/// What the answer becomes.
pub(crate) fn after(kind: &FaultKind, answer: Answer, called: &Called<'_>) -> Answer {
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
        FaultKind::Shifted | FaultKind::Again => with_body(answer, |body| {
            if let Some(items) = items(body)
                && let (Some(first), true) = (items.first().cloned(), items.len() > 1)
            {
                if *kind == FaultKind::Shifted {
                    items.pop();
                }
                items.push(first);
            }
        }),
        FaultKind::NullArrays => with_body(answer, |body| each_array(body, |array| *array = Value::Null)),
        FaultKind::NoArrays => with_body(answer, |body| {
            each_array(body, |array| *array = json!(ABSENT));
            each_object(body, |members| members.retain(|_, value| *value != ABSENT));
        }),
        FaultKind::NullForItem => with_body(answer, |body| {
            if let Some(first) = items(body).and_then(|items| items.first_mut()) {
                *first = Value::Null;
            }
        }),
        FaultKind::Nulls => with_body(answer, |body| each_member(body, |_, value| *value = Value::Null)),
        FaultKind::Member(member, value) => with_body(answer, |body| set_first(body, member, value.clone())),
        FaultKind::Texts => with_body(answer, |body| each_item(body, forms::as_texts)),
        FaultKind::OtherTimes => with_body(answer, |body| each_item(body, forms::with_other_times)),
        FaultKind::Reshuffled => with_body(answer, |body| each_item(body, forms::reshuffle)),
        FaultKind::ByteOrderMark => Answer { body: forms::marked(&answer.body), ..answer },
        FaultKind::NoText(member) => {
            let marked = with_body(answer, |body| set_first(body, member, json!(forms::NO_TEXT)));
            Answer { body: forms::without_text(&marked.body), ..marked }
        }
        FaultKind::Deep(member, levels) => {
            let marked = with_body(answer, |body| set_first(body, member, json!(forms::NESTED)));
            Answer { body: forms::nested(&marked.body, *levels), ..marked }
        }
        FaultKind::ForeignLinks => {
            let text = String::from_utf8_lossy(&answer.body).replace(called.base, called.trap);
            let text = text.replace("\"next_url\":\"/", &format!("\"next_url\":\"{}/", called.trap));
            Answer { body: Bytes::from(text), ..answer }
        }
        FaultKind::MemberOf(text, member, value) => {
            with_body(answer, |body| set_of(body, text, member, value))
        }
        FaultKind::Inside(place, value) => with_body(answer, |body| put_inside(body, place, Some(value))),
        FaultKind::Lacking(place) => with_body(answer, |body| put_inside(body, place, None)),
        FaultKind::Huge(bytes) => Answer { body: forms::huge(&answer.body, *bytes), ..answer },
        FaultKind::Without(text) => with_body(answer, |body| leave_out(body, text)),
        FaultKind::UnknownFields => with_body(answer, |body| {
            add_unknown(body);
            items(body).into_iter().flatten().for_each(add_unknown);
        }),
        FaultKind::EndlessPages => again(answer, called, called.base, called.serial),
        FaultKind::RepeatedToken => again(answer, called, called.base, 1),
        FaultKind::ForeignNext => again(answer, called, called.trap, called.serial),
        _ => answer,
    }
}

/// The call that was answered, and where next links lead.
#[derive(Debug)]
pub(crate) struct Called<'a> {
    pub(crate) path: &'a str,
    pub(crate) query: &'a Query,
    pub(crate) base: &'a str,
    pub(crate) trap: &'a str,
    /// A number never used before.
    pub(crate) serial: u64,
}

pub(crate) fn with_body(answer: Answer, edit: impl FnOnce(&mut Value)) -> Answer {
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

/// Leaves out the things of which a member is this text, also in what the page counts.
fn leave_out(body: &mut Value, text: &str) {
    let Some(items) = items(body) else { return };
    let before = items.len();
    items.retain(|item| !item.as_object().is_some_and(|members| members.values().any(|value| value == text)));
    let left_out = u64::try_from(before - items.len()).unwrap_or_default();
    let counters = ["total_count", "total_results", "rows_count", "count"].map(|name| format!("/{name}"));
    for counter in counters.iter().map(String::as_str).chain(["/page_info/current_count"]) {
        if let Some(count) = body.pointer_mut(counter)
            && let Some(number) = count.as_u64()
        {
            *count = json!(number.saturating_sub(left_out));
        }
    }
}

fn each_member(body: &mut Value, mut edit: impl FnMut(&str, &mut Value)) {
    for item in items(body).into_iter().flatten().filter_map(Value::as_object_mut) {
        item.iter_mut().for_each(|(name, value)| edit(name, value));
    }
}

/// Sets a member of the first thing of a list, or of the one thing that is answered.
fn set_first(body: &mut Value, member: &str, value: Value) {
    let is_list = items(body).is_some();
    let thing = if is_list { items(body).and_then(|items| items.first_mut()) } else { only(body) };
    if let Some(members) = thing.and_then(Value::as_object_mut) {
        members.insert(member.to_owned(), value);
    }
}

/// Sets a member of each thing, in a list or alone, of which some member is a text, where it has that member.
fn set_of(body: &mut Value, text: &str, member: &str, value: &Value) {
    let is_meant = |thing: &Value| thing.as_object().is_some_and(|all| all.values().any(|each| each == text));
    let edit = |thing: &mut Value| {
        if is_meant(thing)
            && let Some(shown) = thing.get_mut(member)
        {
            *shown = value.clone();
        }
    };
    if items(body).is_some() {
        items(body).into_iter().flatten().for_each(edit);
    } else {
        only(body).into_iter().for_each(edit);
    }
}

/// Puts a value inside the first thing that has the place, or inside the answer, or takes away what is there. A place may name
/// things of the list by where they stand.
fn put_inside(body: &mut Value, place: &str, value: Option<&Value>) {
    let is_done = items(body).is_some_and(|items| {
        inside::put_elements(items, place, value)
            || items.iter_mut().any(|thing| inside::put(thing, place, value))
    });
    if !is_done {
        inside::put(body, place, value);
    }
}

/// The thing of an answer that has one: under its only member, or the answer itself.
fn only(body: &mut Value) -> Option<&mut Value> {
    let is_under = body.as_object()?.values().filter(|value| value.is_object()).count() == 1;
    if is_under { body.as_object_mut()?.values_mut().find(|value| value.is_object()) } else { Some(body) }
}

/// Edits the answer and the objects in it.
fn each_object(body: &mut Value, edit: fn(&mut Map<String, Value>)) {
    let Some(members) = body.as_object_mut() else { return };
    edit(members);
    members.values_mut().filter_map(Value::as_object_mut).for_each(edit);
}

/// Stands where an array is to be taken away.
const ABSENT: &str = "taken away";

/// Edits the arrays of an answer, or of the thing under its only member.
fn each_array(body: &mut Value, edit: fn(&mut Value)) {
    let is_flat = body.as_object().is_some_and(|members| members.values().any(Value::is_array));
    let place = if is_flat { Some(body) } else { only(body) };
    let members = place.and_then(Value::as_object_mut).into_iter().flat_map(|members| members.values_mut());
    members.filter(|value| value.is_array()).for_each(edit);
}

fn each_item(body: &mut Value, edit: fn(&mut Value)) {
    if items(body).is_some() {
        items(body).into_iter().flatten().for_each(edit);
    } else {
        only(body).into_iter().for_each(edit);
    }
}

fn add_unknown(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.insert("added_by_the_cloud".into(), json!({ "nested": [1, { "deep": null }] }));
    }
}

/// Gives a paged answer a successor.
fn again(answer: Answer, called: &Called<'_>, base: &str, serial: u64) -> Answer {
    let family = answer.family;
    // An offset is a number; a token may be any text.
    let token =
        if family == Family::NextHref { (serial * 1000).to_string() } else { format!("again-{serial}") };
    let query = called.query.with(&TOKENS, &[(family.parameter(), &token)]);
    let url = format!("{base}{}?{query}", called.path);
    with_body(answer, |body| match family {
        Family::NextUrl => body["next"] = json!(url),
        Family::NextHref => body["next"] = json!({ "href": url }),
        Family::NextStart => body["next"] = json!({ "href": url, "start": token }),
        Family::UnderscoreStart | Family::RelativeStart => body["next_url"] = json!(url),
        Family::Marker => body["page_info"]["next_marker"] = json!(token),
        Family::Numbered { total } => {
            if let Some(total) = total {
                body[total] = json!(1_000_000);
            }
            body["links"] = json!({ "next": url });
        }
        Family::Whole => {}
    })
}
