//! Refusals, in the error shape of the API that was called.
//!
//! Codes that no document names are of the simulator's own making: `SIMULATED.…`, and in version 5, whose codes all have
//! the form `PAP5.XXXX`, `PAP5.0404`. `Organizations.1015` is known from Huawei's own Terraform provider.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::request::{Host, Request};
pub(super) use crate::wire::answer::{Answer, Family};
use crate::wire::query::Complaint;

/// Why a call is refused, before it has the shape of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The key, the signature, the token or the clock is wrong; the gateway says so.
    Unauthenticated(String),
    /// The caller may not do this.
    Denied { principal: String, action: String },
    /// There is no such thing.
    Unknown(String),
    /// The account is in no organization.
    NoOrganization,
    /// The gateway knows no such path.
    NoSuchPath,
    /// A parameter is wrong.
    Bad(String),
    /// The marker is not one of this list.
    Marker,
    /// Too many calls, in each window of so many seconds.
    TooMany(Option<u64>),
    /// The reference has it, the simulator does not: an answer would be a lie.
    Unsimulated(String),
}

const REQUEST: &str = "5e1f00d500004000800000000000c0de";

impl From<Complaint> for Refusal {
    fn from(complaint: Complaint) -> Refusal {
        Refusal::Bad(complaint.message)
    }
}

impl Refusal {
    pub(super) fn unauthenticated(message: &str) -> Refusal {
        Refusal::Unauthenticated(format!("Incorrect IAM authentication information: {message}"))
    }

    fn status(&self) -> StatusCode {
        match self {
            Refusal::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Refusal::Denied { .. } => StatusCode::FORBIDDEN,
            Refusal::Unknown(_) | Refusal::NoOrganization | Refusal::NoSuchPath => StatusCode::NOT_FOUND,
            Refusal::Bad(_) | Refusal::Marker => StatusCode::BAD_REQUEST,
            Refusal::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Unsimulated(_) => StatusCode::NOT_IMPLEMENTED,
        }
    }

    fn code(&self, wording: Wording) -> &'static str {
        let is_classic = matches!(wording, Wording::Classic | Wording::Keystone);
        match self {
            Refusal::Unauthenticated(_) => "APIGW.0301",
            Refusal::NoSuchPath => "APIGW.0101",
            Refusal::Denied { .. } if is_classic => "IAM.0003",
            Refusal::Denied { .. } => "PAP5.0001",
            Refusal::Unknown(_) if is_classic => "IAM.0004",
            Refusal::NoOrganization => "Organizations.1015",
            Refusal::Unknown(_) if wording == Wording::Current => "PAP5.0404",
            Refusal::Unknown(_) => "SIMULATED.0404",
            Refusal::Bad(_) => "SIMULATED.0400",
            Refusal::Marker => "PAP5.0010",
            Refusal::TooMany(_) if wording == Wording::Other => "APIGW.0308",
            Refusal::TooMany(_) => "IAM.0012",
            Refusal::Unsimulated(_) => "SIMULATED.0501",
        }
    }

    fn message(&self, wording: Wording) -> String {
        match self {
            Refusal::Unauthenticated(message) | Refusal::Bad(message) => message.clone(),
            Refusal::Denied { principal, action } => format!(
                "User: {principal} is not authorized to perform: {action} because no identity policy allows the {action} action"
            ),
            Refusal::Unknown(what) => format!("{what} does not exist"),
            Refusal::NoOrganization => "The organization is not found".to_owned(),
            Refusal::NoSuchPath => {
                "The API does not exist or has not been published in the environment".to_owned()
            }
            Refusal::Marker => "The marker is invalid".to_owned(),
            Refusal::TooMany(None) => "The throttling threshold has been reached".to_owned(),
            Refusal::TooMany(Some(seconds)) if wording == Wording::Other => {
                format!(
                    "The throttling threshold has been reached: policy user over ratelimit,limit:5,time:{seconds} second"
                )
            }
            Refusal::TooMany(Some(seconds)) => {
                format!("The throttling threshold has been reached: 5 times per {seconds} seconds")
            }
            Refusal::Unsimulated(what) => format!("the simulator does not follow {what}"),
        }
    }

    /// The refusal as the called API words it.
    pub(super) fn answer(&self, request: &Request) -> Answer {
        let wording = self.wording(request);
        let (code, message) = (self.code(wording), self.message(wording));
        let mut body = match wording {
            Wording::Keystone => {
                let (status, title) = (self.status().as_u16(), self.status().canonical_reason());
                json!({"error": {"code": status, "message": message, "title": title}})
            }
            Wording::Classic => json!({"error_code": code, "error_msg": message}),
            Wording::Current | Wording::Other => {
                json!({"error_code": code, "error_msg": message, "request_id": REQUEST})
            }
        };
        let is_opaque = matches!(self, Refusal::Denied { .. }) && request.host != Host::Eps;
        if let (true, Some(members)) = (is_opaque && body.get("request_id").is_some(), body.as_object_mut()) {
            members.insert("encoded_authorization_message".to_owned(), json!("c2ltdWxhdGVkIGRlbmlhbA=="));
        }
        numbered(Answer::json(self.status(), &body), request)
    }

    fn wording(&self, request: &Request) -> Wording {
        if matches!(self, Refusal::Unauthenticated(_) | Refusal::NoSuchPath) || request.host != Host::Iam {
            return Wording::Other;
        }
        match request.segments.first().map(String::as_str) {
            Some("v5") => Wording::Current,
            // Throttling is told by a code, which has no place in the other shape.
            Some("v3") if !matches!(self, Refusal::TooMany(_)) => Wording::Keystone,
            _ => Wording::Classic,
        }
    }
}

/// How an API words its refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wording {
    /// Version 5 of IAM.
    Current,
    /// Version 3, on the paths of `/v3.0`.
    Classic,
    /// Version 3, on the paths of `/v3`.
    Keystone,
    /// The gateway and the other services.
    Other,
}

/// Adds the headers by which the cloud remembers a call.
pub(super) fn numbered(answer: Answer, request: &Request) -> Answer {
    let answer = answer.with_header("x-request-id", REQUEST.to_owned());
    let is_classic = request.host == Host::Iam && request.segments.first().is_some_and(|first| first != "v5");
    if is_classic { answer.with_header("x-iam-trace-id", REQUEST.to_owned()) } else { answer }
}

/// An answer that holds one thing under a name.
pub(super) fn under(name: &str, thing: impl Into<Value>) -> Answer {
    Answer::ok(&json!({ name: thing.into() }))
}
