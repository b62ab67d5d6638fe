//! What the simulator answers: a body with the place where its next link sits, or a refusal in the
//! error shape of the API that was called.

use axum::http::StatusCode;
use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use super::request::{Host, Request};

/// How an answer names the page after it. The letters are those of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// A: `next` is a URL with `pagetoken`.
    NextUrl,
    /// B: `next.href` is a URL with `offset`.
    NextHref,
    /// C: `next.start` is a token.
    NextStart,
    /// D: `next_url` holds `_start`.
    UnderscoreStart,
    /// E: `next_url` is relative and holds `start`.
    RelativeStart,
    /// F: everything in one answer.
    Whole,
}

impl Family {
    /// The parameter that carries the place to go on from.
    pub(super) const fn parameter(self) -> &'static str {
        match self {
            Family::NextUrl => "pagetoken",
            Family::NextHref => "offset",
            Family::NextStart | Family::RelativeStart | Family::Whole => "start",
            Family::UnderscoreStart => "_start",
        }
    }
}

/// A whole answer, ready to send or to be spoilt by a fault.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    pub(super) family: Family,
}

impl Answer {
    pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Answer {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Answer {
            status,
            content_type: "application/json",
            headers: Vec::new(),
            body: Bytes::from(body),
            family: Family::Whole,
        }
    }

    pub(super) fn ok<T: Serialize>(body: &T) -> Answer {
        Answer::json(StatusCode::OK, body)
    }

    pub(super) fn empty(status: StatusCode) -> Answer {
        Answer { body: Bytes::new(), ..Answer::json(status, &Value::Null) }
    }

    pub(super) fn html(status: StatusCode, body: &'static str) -> Answer {
        Answer {
            content_type: "text/html; charset=utf-8",
            body: Bytes::from_static(body.as_bytes()),
            ..Answer::empty(status)
        }
    }

    pub(super) fn of_family(self, family: Family) -> Answer {
        Answer { family, ..self }
    }

    pub(super) fn with_header(mut self, name: &'static str, value: String) -> Answer {
        self.headers.push((name, value));
        self
    }
}

/// Why a call is refused, before it has the shape of an API.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into() }
    }

    pub(super) fn bad(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "invalid_parameter", message)
    }

    pub(super) fn missing(parameter: &str) -> Refusal {
        let message = format!("required parameter `{parameter}` is missing");
        Refusal::new(StatusCode::BAD_REQUEST, "missing_required_query_parameter", message)
    }

    pub(super) fn unknown(what: &str) -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "not_found", format!("{what} was not found"))
    }

    pub(super) fn forbidden() -> Refusal {
        // Spelled so by IBM.
        Refusal::new(StatusCode::FORBIDDEN, "insufficent_permissions", "the caller may not read this")
    }

    pub(super) fn unauthenticated() -> Refusal {
        Refusal::new(StatusCode::UNAUTHORIZED, "invalid_token", "the token is missing, unknown or expired")
    }

    pub(super) fn too_many() -> Refusal {
        Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many requests, slow down")
    }

    pub(super) fn writes() -> Refusal {
        Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "the simulator is read-only")
    }

    /// The refusal as the called API words it.
    pub(super) fn answer(&self, request: &Request) -> Answer {
        let body = match Api::of(request) {
            Api::Token => self.token_body(request),
            Api::Identity => self.identity_body(request),
            Api::Groups | Api::Policies | Api::Users | Api::Restrictions | Api::Enterprise => {
                self.list_body(request)
            }
            Api::Resources | Api::Accounts => self.flat_body(),
        };
        let answer = Answer::json(self.status, &body);
        answer.with_header("transaction-id", TRACE.to_owned())
    }

    fn token_body(&self, request: &Request) -> Value {
        let context = json!({
            "requestId": TRACE,
            "requestType": "incoming.Identity_Token",
            "userAgent": "simulated",
            "url": "https://iam.cloud.ibm.com",
            "instanceId": "iamid-0-simulated",
            "threadId": "1",
            "host": request.host.name(),
            "startTime": "simulated",
            "endTime": "simulated",
            "elapsedTime": "1",
            "locale": "en_US",
            "clusterName": "simulated",
        });
        json!({ "context": context, "errorCode": self.code, "errorMessage": self.message })
    }

    fn identity_body(&self, request: &Request) -> Value {
        let error = json!({ "code": self.code, "message_code": self.code, "message": self.message, "details": request.path });
        json!({
            "context": { "requestId": TRACE },
            "status_code": self.status.as_u16().to_string(),
            "errors": [error],
            "trace": TRACE,
        })
    }

    fn list_body(&self, request: &Request) -> Value {
        let status = self.status.as_u16();
        let (code, target) = match Api::of(request) {
            Api::Users => (json!(status), None),
            Api::Enterprise => (json!(self.code), Some(json!({ "type": "parameter", "name": request.path }))),
            _ => (json!(self.code), None),
        };
        let mut error = json!({ "code": code, "message": self.message });
        if let (Some(target), Some(members)) = (target, error.as_object_mut()) {
            members.insert("target".to_owned(), target);
        }
        json!({ "trace": TRACE, "errors": [error], "status_code": status })
    }

    fn flat_body(&self) -> Value {
        json!({
            "error_code": self.code,
            "message": self.message,
            "status_code": self.status.as_u16(),
            "transaction_id": TRACE,
        })
    }
}

const TRACE: &str = "5e1f00d5-0000-4000-8000-000000000001";

/// Which API a path belongs to: each words its refusals in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Api {
    Token,
    Identity,
    Groups,
    Policies,
    Users,
    Accounts,
    Resources,
    Restrictions,
    Enterprise,
}

impl Api {
    fn of(request: &Request) -> Api {
        match request.host {
            Host::UserManagement => Api::Users,
            Host::Accounts => Api::Accounts,
            Host::ResourceController => Api::Resources,
            Host::Cbr => Api::Restrictions,
            Host::Enterprise => Api::Enterprise,
            Host::Iam => Api::on_iam(request),
        }
    }

    fn on_iam(request: &Request) -> Api {
        let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            ["identity", ..] => Api::Token,
            ["v2", "groups", ..] => Api::Groups,
            [_, "policies" | "roles", ..] | ["v1", "accounts", _, "settings", "access_management"] => {
                Api::Policies
            }
            _ => Api::Identity,
        }
    }
}
