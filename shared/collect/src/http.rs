//! One call over HTTP: bounded in number, time and size, and tried again when that can help.
//!
//! In: a call. Out: the JSON of the answer, nothing for an answer without content, or why there is
//! neither. This is the only place that waits and tries again. Redirections are not followed, since
//! they could carry a token elsewhere.

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use reqwest::{
    Client, ClientBuilder, Method, Response, StatusCode,
    header::{
        ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER,
    },
};
use serde_json::{Map, Value};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use crate::{
    Budget, CollectError, Progress,
    json::{self, Flaw},
    retry::{self, Wait},
};

/// Most memory that the value of one answer may take; answers of real accounts take a tenth.
const ANSWER_MEMORY: usize = 96 << 20;
/// Most memory that the value of an error may take.
const ERROR_MEMORY: usize = 1 << 20;
/// Size beyond which an answer is large: only one of these is read at a time.
const LARGE: usize = 2 << 20;

/// Why a call gave nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum CallError {
    /// The cloud answered with another status than success.
    #[error("HTTP {status}{}", detail(code.as_deref()))]
    Status {
        /// The HTTP status of the answer.
        status: u16,
        /// What the cloud calls the error: its code, or its message where there is no code.
        code: Option<String>,
        /// The id under which the cloud remembers the call.
        transaction: Option<String>,
        /// What time it was there.
        served_at: Option<jiff::Timestamp>,
    },
    /// Nothing, or only a part of an answer, arrived.
    #[error("{0}")]
    Unreachable(String),
    /// What arrived is no JSON.
    #[error("{0}")]
    Malformed(String),
    /// The run has no time or tries left.
    #[error("{0}")]
    Spent(String),
    /// The call could not be signed.
    #[error("the call could not be signed: {0}")]
    Unsigned(String),
    /// The token could not be renewed.
    #[error("the sign-in could not be renewed: {0}")]
    SignedOut(String),
    /// The sign-in was refused again and again, also when it was new: the session is the trouble, and no permission that
    /// is missing.
    #[error("the sign-in was refused repeatedly: {0}")]
    Unaccepted(Box<CallError>),
}

impl CallError {
    /// Returns the status of the answer, if there was one.
    pub(crate) const fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            Self::Unaccepted(error) => error.status(),
            _ => None,
        }
    }

    /// Returns the id under which the cloud remembers the call.
    pub(crate) fn transaction(&self) -> Option<&str> {
        match self {
            Self::Status { transaction, .. } => transaction.as_deref(),
            Self::Unaccepted(error) => error.transaction(),
            _ => None,
        }
    }

    /// Returns what time the answer says it was.
    pub(crate) const fn served_at(&self) -> Option<jiff::Timestamp> {
        match self {
            Self::Status { served_at, .. } => *served_at,
            Self::Unaccepted(error) => error.served_at(),
            _ => None,
        }
    }

    /// Reports whether the cloud answered with this status and one of these codes of its own. A code that ends with
    /// `*` stands for all that begin like it, a `#` for a digit, and one after `!` is none of them.
    pub(crate) fn says(&self, wanted: u16, codes: &[&str]) -> bool {
        let Self::Status { status, code: Some(code), .. } = self else { return false };
        *status == wanted
            && !codes.iter().filter_map(|each| each.strip_prefix('!')).any(|each| is_code(code, each))
            && codes.iter().any(|each| is_code(code, each))
    }

    /// Reports whether the gateway does not know the path, which is to say that there is no such interface.
    pub(crate) fn is_unknown_path(&self) -> bool {
        self.says(404, &["APIGW*"])
    }

    fn is_transient(&self) -> bool {
        match self {
            Self::Status { status, .. } => retry::is_transient(*status),
            Self::Unreachable(_) | Self::Malformed(_) => true,
            Self::Spent(_) | Self::Unsigned(_) | Self::SignedOut(_) | Self::Unaccepted(_) => false,
        }
    }
}

/// Returns whether a code is one that a pattern stands for.
fn is_code(code: &str, pattern: &str) -> bool {
    let (pattern, is_family) = pattern.strip_suffix('*').map_or((pattern, false), |family| (family, true));
    let is_like =
        |(each, wanted): (u8, u8)| if wanted == b'#' { each.is_ascii_digit() } else { each == wanted };
    (code.len() == pattern.len() || (is_family && code.len() > pattern.len()))
        && code.bytes().zip(pattern.bytes()).all(is_like)
}

fn detail(code: Option<&str>) -> String {
    code.map(|code| format!(" ({code})")).unwrap_or_default()
}

/// One request to a cloud, with everything that is needed to send it again.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    /// The list that it is made for.
    pub(crate) listing: &'a str,
    /// The address that the request goes to.
    pub(crate) url: &'a Url,
    /// The proof of who calls.
    pub(crate) proof: Proof<'a>,
    /// The body of the request, which makes it a POST.
    pub(crate) body: Option<Body<'a>>,
}

/// The proof of who calls.
#[derive(Clone)]
pub(crate) enum Proof<'a> {
    /// The call needs no header; its body carries the credentials.
    None,
    /// The `Authorization` header; marked sensitive.
    Bearer(HeaderValue),
    /// A signature, made anew for each try because it holds the time.
    Signature(&'a dyn Sign),
}

/// Signs requests anew for every attempt.
pub(crate) trait Sign: Sync {
    /// Returns the headers of a request that belong to its signature.
    fn sign(&self, url: &Url, body: Option<Body<'_>>) -> Result<HeaderMap, String>;
}

/// The body that a call carries.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body<'a> {
    /// Fields of a form.
    Form(&'a str),
    /// A body in JSON.
    Json(&'a str),
}

impl<'a> Body<'a> {
    /// Returns the text of the body.
    pub(crate) const fn text(self) -> &'a str {
        match self {
            Self::Form(text) | Self::Json(text) => text,
        }
    }

    /// Returns the content type of the body.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Form(_) => "application/x-www-form-urlencoded",
            Self::Json(_) => "application/json",
        }
    }
}

/// The client of one run, with what the run may still spend.
pub(crate) struct Http<'a> {
    client: Client,
    /// For what is not encrypted, which is this machine only: a proxy would see keys and tokens.
    direct: Client,
    permits: Semaphore,
    budget: Budget,
    started: Instant,
    retried: AtomicU32,
    calls: AtomicU64,
    /// Bytes of all answers, unpacked.
    unpacked: AtomicU64,
    /// Bytes of all rows that were made of them.
    kept: AtomicU64,
    large: Semaphore,
    progress: &'a dyn Progress,
}

/// What one try gave: an answer, or an error and the wait that the cloud asked for.
type Tried = Result<Option<Value>, (CallError, Option<Wait>)>;

impl<'a> Http<'a> {
    /// Sets up the client.
    pub(crate) fn new(
        concurrency: usize,
        budget: Budget,
        progress: &'a dyn Progress,
    ) -> Result<Self, CollectError> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        // Display names come translated otherwise, and would change with the machine.
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        let client = || {
            Client::builder()
                .user_agent(concat!("iamwatch/", env!("CARGO_PKG_VERSION")))
                .default_headers(headers.clone())
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(budget.answer_time.min(Duration::from_secs(10)))
                .pool_max_idle_per_host(concurrency.max(1))
        };
        let build = |client: ClientBuilder| client.build().map_err(CollectError::Client);
        Ok(Self {
            client: build(client())?,
            direct: build(client().no_proxy())?,
            permits: Semaphore::new(concurrency.max(1)),
            budget,
            started: Instant::now(),
            retried: AtomicU32::new(0),
            calls: AtomicU64::new(0),
            unpacked: AtomicU64::new(0),
            kept: AtomicU64::new(0),
            large: Semaphore::new(1),
            progress,
        })
    }

    /// Returns how many requests were sent.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Returns what the run may spend.
    pub(crate) const fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Returns who is told of the progress.
    pub(crate) const fn progress(&self) -> &'a dyn Progress {
        self.progress
    }

    /// Counts bytes of rows that are kept; returns an error where there are more than the run may keep.
    pub(crate) fn keep(&self, bytes: u64) -> Result<(), CallError> {
        let most = self.budget.kept_bytes;
        if self.kept.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) > most {
            return Err(CallError::Spent(format!("the rows of the run are larger than {most} bytes")));
        }
        Ok(())
    }

    /// Makes a call, again and again while that can help.
    pub(crate) async fn json(&self, call: &Call<'_>) -> Result<Option<Value>, CallError> {
        let mut tried = 0;
        loop {
            let (error, asked) = match self.once(call).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            tried += 1;
            tracing::debug!(
                listing = call.listing, path = call.url.path(), tried, %error,
                transaction = error.transaction(), "call gave nothing"
            );
            if !error.is_transient() || tried >= self.budget.tries {
                return Err(error);
            }
            self.pause(call.listing, tried, error, asked).await?;
        }
    }

    /// Waits until it is time for another try; returns the error where the run has none left.
    pub(crate) async fn pause(
        &self,
        listing: &str,
        tried: u32,
        error: CallError,
        asked: Option<Wait>,
    ) -> Result<(), CallError> {
        if self.retried.fetch_add(1, Ordering::Relaxed) >= self.budget.retries {
            let most = self.budget.retries;
            return Err(CallError::Spent(format!(
                "{error}, and the {most} repeated calls of the run are used up"
            )));
        }
        let wait = self.budget.wait(tried, asked, fastrand::f64());
        if wait >= self.left() {
            return Err(CallError::Spent(format!("{error}, and no time is left to wait for another try")));
        }
        self.progress.waiting(listing, &error.to_string(), wait);
        tokio::time::sleep(wait).await;
        Ok(())
    }

    fn left(&self) -> Duration {
        self.budget.time.saturating_sub(self.started.elapsed())
    }

    async fn once(&self, call: &Call<'_>) -> Tried {
        // INVARIANT: the semaphore is never closed, so there always is a permit in the end.
        let _permit = self.permits.acquire().await;
        let left = self.left();
        if left.is_zero() {
            let seconds = self.budget.time.as_secs();
            return Err((CallError::Spent(format!("the {seconds} s of the run are used up")), None));
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        let method = if call.body.is_some() { Method::POST } else { Method::GET };
        let client = if call.url.scheme() == "https" { &self.client } else { &self.direct };
        let mut request = client.request(method, call.url.clone()).timeout(left.min(self.budget.answer_time));
        if let Some(body) = call.body {
            request = request.header(CONTENT_TYPE, body.kind()).body(body.text().to_owned());
        }
        request = match &call.proof {
            Proof::None => request,
            Proof::Bearer(bearer) => request.header(AUTHORIZATION, bearer.clone()),
            Proof::Signature(signer) => {
                let headers = signer.sign(call.url, call.body);
                request.headers(headers.map_err(|reason| (CallError::Unsigned(reason), None))?)
            }
        };
        let mut response = request.send().await.map_err(|error| (unreachable(&error), None))?;
        let (body, large) = self.body(&mut response).await.map_err(|error| (error, None))?;
        let answer = read(&response, &body);
        drop(large);
        answer
    }

    /// Reads the body as it is unpacked, within the bounds of an answer and of the run.
    async fn body(
        &self,
        response: &mut Response,
    ) -> Result<(Vec<u8>, Option<SemaphorePermit<'_>>), CallError> {
        let (mut body, mut large) = (Vec::new(), None);
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
            let Budget { answer_bytes, run_bytes, .. } = self.budget;
            if body.len() + chunk.len() > answer_bytes {
                return Err(CallError::Spent(format!("the answer is larger than {answer_bytes} bytes")));
            }
            let more = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            if self.unpacked.fetch_add(more, Ordering::Relaxed).saturating_add(more) > run_bytes {
                return Err(CallError::Spent(format!(
                    "the answers of the run are larger than {run_bytes} bytes"
                )));
            }
            if large.is_none() && body.len() + chunk.len() > LARGE {
                // INVARIANT: the semaphore is never closed, so there is a permit in the end.
                large = self.large.acquire().await.ok();
            }
            body.extend_from_slice(&chunk);
        }
        Ok((body, large))
    }
}

fn read(response: &Response, body: &[u8]) -> Tried {
    let status = response.status();
    if status == StatusCode::NO_CONTENT {
        return Ok(None);
    }
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    if !status.is_success() {
        let error = CallError::Status {
            status: status.as_u16(),
            code: error_code(body),
            transaction: ["transaction-id", "x-global-transaction-id", "x-correlation-id", "x-request-id"]
                .into_iter()
                .find_map(header)
                .map(|id| id.chars().take(80).collect()),
            served_at: header(DATE.as_str()).and_then(retry::http_date),
        };
        let asked = retry::retry_after(header(RETRY_AFTER.as_str()), header(DATE.as_str()));
        let window = || String::from_utf8(body.to_vec()).ok().as_deref().and_then(retry::window);
        let throttled = status == StatusCode::TOO_MANY_REQUESTS;
        let asked = asked.map(Wait::Asked).or_else(|| window().filter(|_| throttled).map(Wait::Window));
        return Err((error, asked));
    }
    json::parse(body, ANSWER_MEMORY).map(Some).map_err(|flaw| {
        let error = match flaw {
            Flaw::CutOff => CallError::Malformed("the answer was cut off".to_owned()),
            Flaw::NoJson => {
                let kind = header(CONTENT_TYPE.as_str()).unwrap_or("nothing declared");
                let kind: String = kind.chars().take(40).collect();
                CallError::Malformed(format!("the answer is no JSON ({kind})"))
            }
            Flaw::TooLarge => {
                CallError::Spent(format!("the answer takes more than {} MiB of memory", ANSWER_MEMORY >> 20))
            }
        };
        (error, None)
    })
}

/// Returns what the cloud calls an error. The code comes first: messages tend to hold ids of the call,
/// and a reason must be the same from run to run while the trouble is the same.
fn error_code(body: &[u8]) -> Option<String> {
    let body = json::parse(body, ERROR_MEMORY).ok()?;
    code_of(body.as_object()?)
}

/// Returns what the cloud calls the error that an object is, as [`error_code`] does.
pub(crate) fn code_of(body: &Map<String, Value>) -> Option<String> {
    let first = body.get("errors").and_then(|errors| errors.get(0));
    let text = |value: Option<&Value>| match value? {
        Value::String(text) if !text.is_empty() => Some(text.chars().take(120).collect()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let of_first = |name| text(first.and_then(|error| error.get(name)));
    of_first("message_code")
        .or_else(|| of_first("code"))
        .or_else(|| text(body.get("errorCode")))
        .or_else(|| text(body.get("error_code")))
        .or_else(|| of_first("message"))
        .or_else(|| text(body.get("error")))
        .or_else(|| nested_code(body))
        .or_else(|| text(body.get("message")))
        .or_else(|| text(body.get("errorMessage")))
}

/// Looks for a code at any depth.
fn nested_code(members: &Map<String, Value>) -> Option<String> {
    let code = ["error_code", "errorCode", "code"].into_iter().find_map(|name| match members.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.chars().take(120).collect()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    code.or_else(|| members.values().filter_map(Value::as_object).find_map(nested_code))
}

/// Returns in our own words what happened: those of the client name addresses that change from run to run.
fn unreachable(error: &reqwest::Error) -> CallError {
    CallError::Unreachable(if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        format!("no connection: {}", innermost(error))
    } else {
        "the answer was cut off".to_owned()
    })
}

fn innermost(error: &reqwest::Error) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(deeper) = source.source() {
        source = deeper;
    }
    source.to_string()
}

#[cfg(test)]
mod tests;
