//! Carries out a fault on an answer, or says that there is nothing in it that could be spoilt so.

use std::{io::Write, sync::OnceLock};

use fastrand::Rng;
use serde_json::{Value, json};

use crate::{
    forecast::{goes_on, parameter},
    kinds::Kind,
    lists,
    wire::{Manner, Message},
};

/// A call and its true answer.
#[derive(Debug)]
pub struct Served<'a> {
    pub target: &'a str,
    /// The base address that the caller knows.
    pub base: &'a str,
    /// A host that nobody should go to.
    pub trap: &'a str,
    /// As the cloud gave it, links led to the caller's address.
    pub answer: &'a Message,
    /// The last thing of the page before.
    pub former: Option<&'a Value>,
}

/// Returns the answer as a fault leaves it; none when it leaves it as it is.
pub fn spoil(kind: Kind, served: &Served<'_>, rng: &mut Rng) -> Option<(Message, Manner)> {
    let manner = match kind {
        Kind::Reset => Manner::Reset,
        Kind::Truncated => Manner::Truncated,
        Kind::Trickle => Manner::Trickle(40),
        _ => Manner::Whole,
    };
    if manner != Manner::Whole {
        return (served.answer.body.len() > 20).then(|| (served.answer.clone(), manner));
    }
    let spoilt = instead(kind, served, rng).or_else(|| around(kind, served, rng)).or_else(|| {
        // Only what is there can be shown otherwise.
        let is_shown = served.answer.second_word() == "200";
        is_shown.then(|| inside(kind, served, rng)).flatten()
    });
    spoilt.map(|message| (message, Manner::Whole))
}

const PAGE: &str = "<!DOCTYPE html><html><head><title>Sorry</title></head><body>Please log in.</body></html>";

/// Answers that have nothing of the true one.
fn instead(kind: Kind, served: &Served<'_>, rng: &mut Rng) -> Option<Message> {
    let html = |status| Message::of(status, "text/html; charset=utf-8", PAGE.into());
    let refused = |status, code| {
        Message::json(status, &json!({ "errors": [{ "code": code, "message": "told by the weather" }] }))
    };
    Some(match kind {
        Kind::Html => html(200),
        Kind::ErrorObject => Message::json(200, &error_object(rng)),
        Kind::NoContent => Message { headers: Vec::new(), ..Message::of(204, "", Vec::new()) },
        Kind::Redirect => {
            let mut moved = html(pick(rng, &[301, 302, 307, 308]));
            moved.set("location", &format!("{}{}", served.trap, served.target));
            moved
        }
        Kind::GzipBomb => {
            let mut bomb = Message::of(200, "application/json", bomb().to_vec());
            bomb.set("content-encoding", "gzip");
            bomb
        }
        Kind::Unauthenticated => refused(401, "token_expired"),
        Kind::Forbidden => refused(403, "forbidden"),
        Kind::NotFound => match rng.u32(0..3) {
            0 => html(404),
            1 => Message::of(404, "text/plain", Vec::new()),
            _ => Message::json(404, &json!({ "error_code": "APIGW.0101", "error_msg": "no such API" })),
        },
        Kind::Conflict => refused(409, "conflict"),
        Kind::Locked => refused(423, "locked"),
        Kind::TooMany => refused(429, "too_many_requests"),
        Kind::ServerError => html(pick(rng, &[500, 502, 503, 504])),
        Kind::RetryAfter => {
            let mut later = refused(pick(rng, &[429, 503]), "later");
            let when =
                ["86400", "-1", "soon", "99999999999999999999", "1e9", "Thu, 01 Jan 1970 00:00:00 GMT", ""];
            later.set("retry-after", pick(rng, &when));
            later
        }
        _ => return None,
    })
}

fn error_object(rng: &mut Rng) -> Value {
    match rng.u32(0..5) {
        0 => json!({ "errors": [{ "code": "internal", "message": "told by the weather" }] }),
        1 => json!({ "error_code": "APIGW.0308", "error_msg": "told by the weather" }),
        2 => json!({ "errorCode": "BXNIM0500E", "errorMessage": "told by the weather" }),
        3 => json!({ "message": "told by the weather" }),
        _ => json!({}),
    }
}

/// The true body in another wrapping.
fn around(kind: Kind, served: &Served<'_>, rng: &mut Rng) -> Option<Message> {
    let mut answer = served.answer.clone();
    match kind {
        Kind::ContentType => {
            answer
                .set("content-type", pick(rng, &["text/html", "application/octet-stream", "image/png; x=;"]));
        }
        Kind::HugeHeaders => {
            for number in 0..40 {
                answer.set(&format!("x-weather-{number}"), &"w".repeat(10_000));
            }
        }
        Kind::ByteOrderMark => {
            answer.body.splice(0..0, [0xEF, 0xBB, 0xBF]);
        }
        _ => return None,
    }
    Some(answer)
}

/// The true answer with something in it changed.
fn inside(kind: Kind, served: &Served<'_>, rng: &mut Rng) -> Option<Message> {
    let mut body: Value = serde_json::from_slice(&served.answer.body).ok()?;
    let is_changed = match kind {
        Kind::TimeForm => lists::write_times(&mut body, pick(rng, &["+00:00", "+0000"])),
        Kind::RepeatedToken => lists::repeat(&mut body, served.base, served.target),
        _ => on_list(kind, &mut body, served, rng),
    };
    is_changed.then(|| Message { body: body.to_string().into_bytes(), ..served.answer.clone() })
}

fn on_list(kind: Kind, body: &mut Value, served: &Served<'_>, rng: &mut Rng) -> bool {
    if !lists::is_list(body) {
        return false;
    }
    let former = served.former.filter(|_| goes_on(served.target));
    match kind {
        Kind::EmptyList => lists::counts_some(body) && lists::empty(body),
        Kind::Emptied => {
            // A later page that ends the list too early shows no sign; nor do the members of one group.
            let is_whole = !goes_on(served.target) && parameter(served.target, "group_id").is_none();
            is_whole && is_known_elsewhere(served.target) && lists::empty_with_counters(body)
        }
        Kind::NullList => lists::hide(body, rng.bool()),
        Kind::Duplicate => former.is_some_and(|former| lists::add(body, former)),
        Kind::Shifted => former.is_some_and(|former| lists::put_first(body, former)),
        Kind::ShiftedAway => former.is_some() && lists::counts_all(body) && lists::drop_first(body),
        Kind::NullItem => lists::with_any(body, rng, |item, _| {
            *item = Value::Null;
            true
        }),
        Kind::EmptyKey => lists::with_any(body, rng, |item, _| lists::empty_key(item)),
        Kind::DeepItem => lists::with_any(body, rng, |item, _| {
            let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
            item.as_object_mut().is_some_and(|members| members.insert("nested".to_owned(), deep).is_none())
        }),
        Kind::OddCell => lists::with_any(body, rng, lists::odd_cell),
        Kind::OddTime => lists::with_any(body, rng, lists::odd_time),
        Kind::Reshuffled => lists::reshuffle(body, rng),
        _ => false,
    }
}

/// Says whether a list that is wrongly empty can be found out by what is shown elsewhere: the account's owner, the caller's
/// own grants, the group and the policies that always exist, or a counter of the account.
fn is_known_elsewhere(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    let is_of_users = path.starts_with("/v2/accounts/") && path.ends_with("/users");
    is_of_users
        || matches!(
            path,
            "/v2/groups"
                | "/v2/policies"
                | "/v2/resource_groups"
                | "/v5/users"
                | "/v5/groups"
                | "/v5/agencies"
        )
        || (path == "/v5/policies" && parameter(target, "policy_type").as_deref() == Some("custom"))
}

fn pick<T: Copy>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.usize(0..all.len())]
}

/// Returns a few kilobytes that unpack to many megabytes.
fn bomb() -> &'static [u8] {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let spaces = [b' '; 64 * 1024];
        for _ in 0..256 {
            packed.write_all(&spaces).expect("memory takes it");
        }
        packed.finish().expect("memory takes it")
    })
}
