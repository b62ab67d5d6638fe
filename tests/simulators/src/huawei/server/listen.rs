//! From the socket to the answer and back: one listener per host, one for the trap.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{Method, header};
use axum::response::Response;
use bytes::Bytes;
use jiff::fmt::rfc2822;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::call::Call;
use super::reply::{Answer, Refusal, numbered};
use super::request::{Host, Request};
use super::shared::{LoggedCall, Shared, TrapHit, locked};
use super::signature::Claim;
use super::{Endpoints, routes, security_tokens, sts};
use crate::huawei::World;
use crate::wire::answer::response;
use crate::wire::faults::FaultKind;
use crate::wire::spoil::{self, Called, Refused};

/// Bodies are small here; more is not read.
const BODY_BYTES: usize = 64 * 1024;

pub(super) async fn start(world: World, stopped: &watch::Receiver<()>) -> std::io::Result<Arc<Shared>> {
    let mut listeners = Vec::new();
    for _ in 0..=Host::ALL.len() {
        listeners.push(TcpListener::bind(("127.0.0.1", 0)).await?);
    }
    let mut bases = Vec::new();
    for listener in &listeners {
        bases.push(format!("http://{}", listener.local_addr()?));
    }
    let [iam, sts, organizations, eps, trap] =
        <[String; 5]>::try_from(bases).map_err(|_| std::io::Error::other("five listeners are needed"))?;
    let shared = Arc::new(Shared::new(world, Endpoints { iam, sts, organizations, eps }, trap));
    let trap = Router::new().fallback(spring).with_state(Arc::clone(&shared));
    let hosts = Host::ALL.map(|host| Router::new().fallback(answer).with_state((host, Arc::clone(&shared))));
    for (listener, router) in listeners.into_iter().zip(hosts.into_iter().chain([trap])) {
        let mut stopped = stopped.clone();
        let end = async move {
            // An error means that the sender is gone, which is the signal.
            stopped.changed().await.unwrap_or_default();
        };
        tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(end).await });
    }
    Ok(shared)
}

async fn spring(State(shared): State<Arc<Shared>>, request: HttpRequest) -> Response {
    let path_and_query = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let headers = request.headers();
    let had_credentials =
        headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-security-token");
    shared.trapped().push(TrapHit { path_and_query, had_credentials });
    response(Answer::ok(&serde_json::json!({})), false)
}

async fn answer(State((host, shared)): State<(Host, Arc<Shared>)>, http: HttpRequest) -> Response {
    shared.calls.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = http.into_parts();
    let path_and_query = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    // A body beyond the limit reads as empty, which its signature does not fit.
    let body: Bytes = axum::body::to_bytes(body, BODY_BYTES).await.unwrap_or_default();
    let mut request = Request::new(host, parts.method, &parts.uri, parts.headers, body);
    // The signature is held against the query as it was sent.
    request.query = request.query.with_pages_of(shared.most_per_page.load(Ordering::Relaxed));
    let fault = shared.faults.strike(host, &path_and_query);
    let latency = Duration::from_millis(shared.latency_ms.load(Ordering::Relaxed));
    let wait = latency + fault.as_ref().map(spoil::delay).unwrap_or_default();
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&shared.now()).unwrap_or_default();
    let answer = answer_to(&shared, &request, fault.as_ref()).with_header("date", date);
    shared.note(LoggedCall {
        host: host.name(),
        method: request.method.to_string(),
        path_and_query,
        status: answer.status.as_u16(),
        access_key: Claim::of(&request).map(|claim| claim.access_key.to_owned()),
    });
    response(answer, fault == Some(FaultKind::CutOff))
}

fn answer_to(shared: &Shared, request: &Request, fault: Option<&FaultKind>) -> Answer {
    let Some(kind) = fault else { return unspoilt(shared, request, request) };
    let refuse = |refused| refusal(refused, request).answer(request);
    if let Some(answer) = spoil::instead(kind, refuse) {
        return answer;
    }
    let asked = Request { query: spoil::before(kind, &request.query), ..request.clone() };
    let called = Called {
        path: &asked.path,
        query: &asked.query,
        base: shared.endpoints.of(asked.host),
        trap: &shared.trap,
        serial: shared.calls.load(Ordering::Relaxed),
    };
    let answer = spoil::after(kind, unspoilt(shared, request, &asked), &called);
    match kind {
        FaultKind::Without(id) => without_attachments_of(shared, answer, id),
        _ => answer,
    }
}

/// Lets policies no longer count attachments to somebody who is not shown.
fn without_attachments_of(shared: &Shared, answer: Answer, id: &str) -> Answer {
    let count = |policy: &str| {
        let world = shared.world();
        let attached = world.attachments.of_policy(policy).iter();
        attached.filter(|attachment| attachment.entity.id() == id).count()
    };
    spoil::with_body(answer, |body| {
        for policy in body.get_mut("policies").and_then(Value::as_array_mut).into_iter().flatten() {
            let gone = policy["policy_id"].as_str().map_or(0, count);
            if let Some(counted) = policy["attachment_count"].as_u64() {
                policy["attachment_count"] = counted.saturating_sub(gone as u64).into();
            }
        }
    })
}

fn refusal(refused: Refused, request: &Request) -> Refusal {
    match refused {
        Refused::TooMany(window) => Refusal::TooMany(window),
        Refused::Unauthenticated => Refusal::unauthenticated("the simulator was told to refuse"),
        Refused::Forbidden => {
            Refusal::Denied { principal: "the caller".to_owned(), action: request.path.clone() }
        }
        Refused::NotFound => Refusal::Unknown(request.path.clone()),
    }
}

/// The answer to `asked`, which the signature of `signed` allows.
fn unspoilt(shared: &Shared, signed: &Request, asked: &Request) -> Answer {
    match read(shared, signed, asked) {
        Ok(answer) => numbered(answer, asked),
        Err(refusal) => refusal.answer(asked),
    }
}

fn read(shared: &Shared, signed: &Request, asked: &Request) -> Result<Answer, Refusal> {
    let (world, now) = (shared.world(), shared.now());
    let mut sessions = shared.sessions();
    let visitor = sessions.visitor(signed, &world, now)?;
    let call = Call { request: asked, world: &world, visitor: &visitor };
    let path: Vec<&str> = asked.segments.iter().map(String::as_str).collect();
    if asked.host == Host::Sts {
        return sts::answer(&call, &path, &mut sessions, now);
    }
    if asked.model().is_some_and(|model| locked(&shared.absent).contains(&model)) {
        return Err(Refusal::NoSuchPath);
    }
    if (asked.host, &asked.method, path.as_slice()) == (Host::Iam, &Method::POST, &security_tokens::PATH) {
        return security_tokens::answer(&call, &mut sessions, now);
    }
    drop(sessions);
    routes::answer(&call, &path)
}
