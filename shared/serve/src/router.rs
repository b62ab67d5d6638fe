//! Takes requests: each is taken apart, asked of the store when its turn comes, and answered in its form.

use std::{sync::Arc, thread, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Request as HttpRequest, Response, StatusCode, header,
    },
};
use futures::{FutureExt, StreamExt};
use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{Instant, timeout},
};

use crate::{
    Problem,
    archive::Archive,
    endpoints::ApiQuestion,
    ground::{Ground, Validity},
    kept_answers, pages, questions, reply,
    reply::{Made, NEXT_PAGE, Reply},
    request::{Form, Request},
};

const HTML: &str = "text/html; charset=utf-8";
/// Most bytes of a statement of SQL that is sent as a body.
const BODY: usize = 64 * 1024;
/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(10);

/// What a browser may do with a page: show it, with the style that is served; nothing is run, framed or sent elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Returns the router over a store. It only reads; whoever may reach it may read everything in the store.
pub fn router(archive: Archive) -> Router {
    Router::new().fallback(answer).with_state(archive)
}

async fn answer(State(archive): State<Archive>, request: HttpRequest<Body>) -> Response<Body> {
    respond(archive, request).await
}

/// Answers one request, whatever it is; what has no answer is a problem.
pub async fn respond(archive: Archive, request: HttpRequest<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let (method, uri, headers) = (head.method, head.uri, head.headers);
    let is_for_people = !uri.path().starts_with("/api/") && uri.path() != "/api";
    let response = match asset(uri.path(), &headers) {
        Some(response) if method == Method::GET || method == Method::HEAD => response,
        _ => {
            let answered = match Request::read(&method, &uri, &headers) {
                Ok(request) => ask(&archive, request, &method, &headers, body).await,
                Err(problem) => Err(problem),
            };
            answered.unwrap_or_else(|problem| refuse(&problem, uri.path(), is_for_people))
        }
    };
    secured(without_body(response, &method))
}

fn refuse(problem: &Problem, path: &str, is_for_people: bool) -> Response<Body> {
    if is_for_people {
        problem.respond(HTML, pages::problem_page(problem, path))
    } else {
        problem.to_response()
    }
}

/// Returns a file that pages consist of.
fn asset(path: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let (media_type, bytes) = pages::asset(path)?;
    let limits = crate::AskLimits::default();
    let made = Made::new(media_type, bytes.into(), HeaderMap::new(), 200);
    reply::respond(&made, &Validity::AsBytes, headers, &limits).ok()
}

async fn ask(
    archive: &Archive,
    mut request: Request,
    method: &Method,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response<Body>, Problem> {
    let is_post = *method == Method::POST;
    if is_post {
        let text = statement_of(text_of(body).await?, headers)?;
        if request.parameters.insert("sql", text).is_some() {
            let said = "the statement is in the address and in the body";
            return Err(Problem::wrong("repeated-parameter", said, "give it once"));
        }
    }
    let mut ground = {
        let _turn = archive.turnstile().quick().await?;
        Ground::find(archive, &request).await?
    };
    if is_post {
        ground.validity = Validity::Never;
    }
    if let Validity::Always(tag) | Validity::WhileNamed(tag) = &ground.validity
        && reply::has_tag(headers, tag)
    {
        return Ok(reply::not_modified(&ground.validity, tag));
    }
    let limits = archive.limits();
    let made = made(archive, &request, &ground).await?;
    // What is wrong today may be right tomorrow, whatever snapshot it is asked of.
    let validity = if made.status == 200 && made.is_whole { ground.validity } else { Validity::Never };
    let mut response = match reply::respond(&made, &validity, headers, limits) {
        Ok(response) => response,
        Err(too_large) => return refuse_large(&made, &request, too_large.problem(request.endpoint, limits)),
    };
    if made.status != 200 {
        *response.status_mut() =
            StatusCode::from_u16(made.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    }
    response.headers_mut().extend(made.told.clone());
    link_to_next(&mut response, &request);
    Ok(response)
}

/// Refuses an answer that is too large, and names where all rows of a table are read from. Nothing leads to a next page: the rows of this one
/// would be passed over.
fn refuse_large(made: &Made, request: &Request, problem: Problem) -> Result<Response<Body>, Problem> {
    if request.form == Form::Page {
        return Err(problem);
    }
    let mut response = problem.to_response();
    let headers = response.headers_mut();
    headers.extend(made.told.clone());
    headers.remove(NEXT_PAGE);
    if request.endpoint.question == ApiQuestion::Table {
        let link = format!("<{}/objects>; rel=\"alternate\"", request.part("table"));
        if let Ok(link) = HeaderValue::from_str(&link) {
            headers.insert(header::LINK, link);
        }
    }
    Ok(response)
}

/// Names the next page as a link, as clients of many interfaces follow it.
fn link_to_next(response: &mut Response<Body>, request: &Request) {
    let Some(next) = response.headers().get(NEXT_PAGE).and_then(|next| next.to_str().ok()) else {
        return;
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(request.parameters.iter().filter(|(name, _)| **name != "page"));
    query.append_pair("page", next);
    if let Ok(link) = HeaderValue::from_str(&format!("<?{}>; rel=\"next\"", query.finish())) {
        response.headers_mut().insert(header::LINK, link);
    }
}

/// Returns the answer to a question: one that is kept, one that is under way, or a new one.
async fn made(archive: &Archive, request: &Request, ground: &Ground) -> Result<Arc<Made>, Problem> {
    let begin = || work(archive.clone(), request.clone(), ground.clone());
    match &ground.validity {
        Validity::Always(tag) | Validity::WhileNamed(tag) => {
            archive.flights().join(tag, || begin().boxed()).await
        }
        Validity::AsBytes | Validity::Never => begin().await,
    }
}

/// Works out an answer when its turn comes, and within its time.
async fn work(archive: Archive, request: Request, ground: Ground) -> Result<Arc<Made>, Problem> {
    let turn = archive.turnstile().of(request.endpoint.question, &ground).await?;
    let time = archive.limits().question;
    // A question may hold a thread for seconds, and what it holds may not leave that thread. The thread ends with the question: an allocator
    // gives the system back what threads freed at the latest then, and may keep it for as long as a thread of a pool is idle.
    let (answer, work) = oneshot::channel();
    let runtime = Handle::current();
    let thread = move || {
        let made = runtime.block_on(async {
            let made = worked_out(&archive, &request, &ground).await?;
            let places = archive.turnstile().keep(turn, made.bytes.len()).await?;
            Ok(made.counted(places))
        });
        drop(answer.send(made));
    };
    thread::Builder::new()
        .name("question".to_owned())
        .spawn(thread)
        .map_err(|error| broken_promise(&error))?;
    let done = timeout(time, work).await.map_err(|_| {
        let said = format!("the question was not answered within {} s", time.as_secs());
        Problem::new(503, "question-too-slow", said, "ask for less, or of a smaller snapshot")
    })?;
    let made = done.map_err(|error| broken_promise(&error))?;
    made.map(Arc::new)
}

fn broken_promise(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "a question broke a promise of the program");
    Problem::new(500, "broken-promise", "the question could not be worked out", "please report this")
}

/// Returns the answer that is kept, or asks the question and writes it.
async fn worked_out(archive: &Archive, request: &Request, ground: &Ground) -> Result<Made, Problem> {
    if let Some(kept) = kept_answers::find(ground) {
        return Ok(kept);
    }
    let began = Instant::now();
    let made = asked(archive, request, ground).await?;
    kept_answers::keep(ground, &made, began.elapsed(), archive.limits().worth_keeping);
    Ok(made)
}

/// Asks the question, and writes the answer.
async fn asked(archive: &Archive, request: &Request, ground: &Ground) -> Result<Made, Problem> {
    if request.form == Form::Page {
        let page = pages::page(archive, request, ground).await?;
        return Ok(Made::new(HTML, page.text.into(), HeaderMap::new(), page.status).whole(page.is_whole));
    }
    let mut reply: Reply = questions::answer(archive, request, ground).await?;
    let (media_type, bytes) = reply.bytes(request.endpoint, request.form);
    let told = reply.told_headers(archive.limits());
    Ok(Made::new(media_type, bytes.into(), told, 200).whole(!reply.is_hurried))
}

async fn text_of(body: Body) -> Result<String, Problem> {
    let bytes = timeout(BODY_TIME, bytes_of(body)).await.map_err(|_| {
        let said = format!("the body did not come within {} s", BODY_TIME.as_secs());
        Problem::new(408, "slow-body", said, "send it at once")
    })??;
    String::from_utf8(bytes).map_err(|_| {
        Problem::wrong("wrong-body", "the body is no UTF-8 text", "send one statement of SQL as it is")
    })
}

/// Reads a body that is no longer than a statement may be; one that is announced as longer is not waited for.
async fn bytes_of(body: Body) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        let said = format!("the body has more than {BODY} bytes");
        Problem::new(413, "too-large-a-body", said, "a statement of SQL is shorter than that")
    };
    let announced = axum::body::HttpBody::size_hint(&body).lower();
    if usize::try_from(announced).unwrap_or(usize::MAX) > BODY {
        return Err(too_large());
    }
    let mut parts = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| {
            Problem::wrong("wrong-body", "the body broke off, or is not as HTTP has it", "send it again")
        })?;
        if bytes.len() + part.len() > BODY {
            return Err(too_large());
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// Takes the statement of SQL out of a body: as it is, or as the member `sql` of a JSON object.
fn statement_of(text: String, headers: &HeaderMap) -> Result<String, Problem> {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.trim_start().starts_with("application/json") {
        return Ok(text);
    }
    let body: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let sql = body.get("sql").and_then(serde_json::Value::as_str).map(str::to_owned);
    sql.ok_or_else(|| {
        let said = "the body is no JSON object with a text `sql`";
        Problem::wrong(
            "wrong-body",
            said,
            "send {\"sql\": \"select …\"}, or one statement of SQL as application/sql",
        )
    })
}

/// Leaves out the body where only the head was asked for, and says how long it would be.
fn without_body(response: Response<Body>, method: &Method) -> Response<Body> {
    if *method != Method::HEAD {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let size = axum::body::HttpBody::size_hint(&body).exact().unwrap_or_default();
    if size > 0 {
        head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    }
    Response::from_parts(head, Body::empty())
}

/// Adds what keeps a browser from taking an answer for anything else. There is no header that lets other sites read.
fn secured(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-robots-tag", "noindex"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}
