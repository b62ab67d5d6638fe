//! Refusals, in the error shape of the API that was called.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::request::{Host, Request};
pub(super) use crate::wire::answer::{Answer, Family};
use crate::wire::query::Complaint;

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
        Complaint::missing(parameter).into()
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

impl From<Complaint> for Refusal {
    fn from(complaint: Complaint) -> Refusal {
        let code =
            if complaint.is_missing { "missing_required_query_parameter" } else { "invalid_parameter" };
        Refusal::new(StatusCode::BAD_REQUEST, code, complaint.message)
    }
}

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
