//! From the socket to the answer and back: one listener per host, one for the trap.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::call::Call;
use super::reply::{Answer, Refusal};
use super::request::{Host, Query, Request};
use super::shared::{LoggedCall, Shared, TrapHit};
use super::{Endpoints, routes, tokens};
use crate::ibm::World;
use crate::wire::answer::response;
use crate::wire::faults::FaultKind;
use crate::wire::spoil::{self, Called, Refused};

/// A sign-in form is small; more is not read.
const FORM_BYTES: usize = 64 * 1024;

pub(super) async fn start(world: World, stopped: &watch::Receiver<()>) -> std::io::Result<Arc<Shared>> {
    let mut listeners = Vec::new();
    for _ in 0..=Host::ALL.len() {
        listeners.push(TcpListener::bind(("127.0.0.1", 0)).await?);
    }
    let mut bases = Vec::new();
    for listener in &listeners {
        bases.push(format!("http://{}", listener.local_addr()?));
    }
    let [iam, user_management, accounts, resource_controller, cbr, enterprise, trap] =
        <[String; 7]>::try_from(bases).map_err(|_| std::io::Error::other("seven listeners are needed"))?;
    let endpoints = Endpoints { iam, user_management, accounts, resource_controller, cbr, enterprise };
    let shared = Arc::new(Shared::new(world, endpoints, trap));
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
    let had_bearer = request.headers().contains_key(header::AUTHORIZATION);
    shared.trapped().push(TrapHit { path_and_query, had_bearer });
    response(Answer::ok(&serde_json::json!({})), false)
}

async fn answer(State((host, shared)): State<(Host, Arc<Shared>)>, http: HttpRequest) -> Response {
    shared.calls.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = http.into_parts();
    let path_and_query = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let mut request = Request::new(host, parts.method, &parts.uri, &parts.headers);
    request.query = request.query.with_pages_of(shared.most_per_page.load(Ordering::Relaxed));
    // A body beyond the limit reads as an empty form, which the token endpoint refuses.
    let form = axum::body::to_bytes(body, FORM_BYTES).await.unwrap_or_default();
    let fault = shared.faults.strike(host, &path_and_query);
    let latency = Duration::from_millis(shared.latency_ms.load(Ordering::Relaxed));
    let wait = latency + fault.as_ref().map(spoil::delay).unwrap_or_default();
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let answer = answer_to(&shared, &request, &form, fault.as_ref());
    shared.note(LoggedCall {
        host: host.name(),
        method: request.method.to_string(),
        path_and_query,
        status: answer.status.as_u16(),
        had_bearer: request.bearer.is_some(),
    });
    response(answer, fault == Some(FaultKind::CutOff))
}

fn answer_to(shared: &Shared, request: &Request, form: &Bytes, fault: Option<&FaultKind>) -> Answer {
    let Some(kind) = fault else { return unspoilt(shared, request, form) };
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
    spoil::after(kind, unspoilt(shared, &asked, form), &called)
}

fn refusal(refused: Refused, request: &Request) -> Refusal {
    match refused {
        Refused::TooMany(_) => Refusal::too_many(),
        Refused::Unauthenticated => Refusal::unauthenticated(),
        Refused::Forbidden => Refusal::forbidden(),
        Refused::NotFound => Refusal::unknown(&request.path),
    }
}

fn unspoilt(shared: &Shared, request: &Request, form: &Bytes) -> Answer {
    let world = shared.world();
    let outage = world.outages.iter().find(|outage| request.path.starts_with(&outage.path));
    if let Some(status) = outage.and_then(|outage| StatusCode::from_u16(outage.status).ok()) {
        if status.is_success() {
            return Answer::empty(status);
        }
        return Refusal::new(status, "request_not_processed", "the service is out of order").answer(request);
    }
    let outcome = if request.host == Host::Iam && request.path == "/identity/token" {
        sign_in(shared, request, form, &world)
    } else {
        read(shared, request, &world)
    };
    outcome.unwrap_or_else(|refusal| refusal.answer(request))
}

fn sign_in(shared: &Shared, request: &Request, form: &Bytes, world: &World) -> Result<Answer, Refusal> {
    if request.method != Method::POST {
        return Err(Refusal::writes());
    }
    let form = Query::parse(&String::from_utf8_lossy(form));
    shared.tokens().grant(&form, world)
}

fn read(shared: &Shared, request: &Request, world: &World) -> Result<Answer, Refusal> {
    if !request.reads() {
        return Err(Refusal::writes());
    }
    let caller = shared.tokens().caller(request.bearer.as_deref())?;
    let rights = tokens::rights(world, &caller);
    routes::answer(&Call {
        request,
        world,
        caller_iam_id: &caller,
        rights: &rights,
        base: shared.endpoints.of(request.host),
        other_links: shared.other_links.load(Ordering::Relaxed),
    })
}
