//! Refusals: whose fault it is that a bus did not take something.
//!
//! In: the error of a request, or the answer for one entry. Out: whether to try again, whether the sender or the bus is at fault, or
//! whether the events themselves are. Only the last may cost an event its delivery, so it is what is left: a 4xx answer that speaks
//! neither of load nor of credentials, rights or a bus that is not there. AWS answers all of these with status 400.

use aws_sdk_eventbridge::{
    error::{ProvideErrorMetadata, SdkError},
    operation::put_events::PutEventsError,
    types::PutEventsResultEntry,
};

/// Why a request or an entry was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) fault: RefusalCause,
    /// The words of the bus.
    pub(super) reason: String,
}

/// Whose fault a refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefusalCause {
    /// Nobody's: the same may be taken a little later.
    Passing,
    /// That of credentials, rights, the address or the bus: no other event would fare better.
    Sender,
    /// That of what was sent. It is certain where the bus says so, and else because nothing else is known to be wrong.
    Content {
        /// Whether the bus says so.
        is_certain: bool,
    },
}

/// Parts of the codes that mean load or an inner fault, in the words of the common errors of AWS.
const PASSING: [&str; 9] = [
    "Throttl",
    "TooManyRequests",
    "RequestLimitExceeded",
    "SlowDown",
    "Internal",
    "ServiceUnavailable",
    "Unavailable",
    "Timeout",
    "LimitExceeded",
];
/// Parts of the codes that mean credentials, rights or a thing that is not there.
const SENDER: [&str; 20] = [
    "AccessDenied",
    "NotAuthorized",
    "Unauthorized",
    "Forbidden",
    "UnrecognizedClient",
    "InvalidClientTokenId",
    "InvalidAccessKey",
    "InvalidSignature",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "OptInRequired",
    "InvalidAccountId",
    "AuthFailure",
    "NotFound",
    "Redaction",
    "Kms",
];
/// Parts of the codes that speak of what was sent.
const CONTENT: [&str; 6] =
    ["Validation", "Malformed", "InvalidArgument", "InvalidParameter", "Serialization", "TooLarge"];

/// Judges the error of a whole request.
pub(super) fn of_request(error: &SdkError<PutEventsError>) -> Refusal {
    let fault = match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            judge(Some(status), error.code().unwrap_or_default(), error.message().unwrap_or_default())
        }
        SdkError::ConstructionFailure(_) => RefusalCause::Sender,
        // Not reached, cut off, or an answer that is none.
        _ => RefusalCause::Passing,
    };
    Refusal { fault, reason: cause(error) }
}

/// Judges the answer for one entry; none when it was taken.
pub(super) fn of_entry(entry: Option<&PutEventsResultEntry>) -> Option<Refusal> {
    let unanswered = || Some(Refusal { fault: RefusalCause::Passing, reason: "no answer for it".to_owned() });
    let Some(entry) = entry else { return unanswered() };
    let code = match (entry.error_code(), entry.event_id()) {
        (Some(code), _) => code,
        (None, Some(_)) => return None,
        (None, None) => return unanswered(),
    };
    let message = entry.error_message().unwrap_or_default();
    let fault = match judge(None, code, message) {
        // The request was taken: credentials, rights and bus are as they should be.
        RefusalCause::Content { .. } => RefusalCause::Content { is_certain: true },
        fault => fault,
    };
    let words = if message.is_empty() { String::new() } else { format!(" ({message})") };
    Some(Refusal { fault, reason: format!("{code}{words}") })
}

fn judge(status: Option<u16>, code: &str, message: &str) -> RefusalCause {
    let code = code.to_lowercase();
    let is_one_of = |parts: &[&str]| parts.iter().any(|part| code.contains(&part.to_lowercase()));
    // A name of a bus that cannot be one is refused in the words of a wrong event.
    let message = message.to_lowercase();
    let speaks_of_bus = ["eventbusname", "event bus", "endpointid"].iter().any(|word| message.contains(word));
    match status {
        Some(408 | 425 | 429 | 500..) => RefusalCause::Passing,
        _ if is_one_of(&PASSING) => RefusalCause::Passing,
        Some(..=399 | 401..=405 | 407) => RefusalCause::Sender,
        _ if is_one_of(&SENDER) || speaks_of_bus => RefusalCause::Sender,
        Some(413) => RefusalCause::Content { is_certain: true },
        _ => RefusalCause::Content { is_certain: is_one_of(&CONTENT) },
    }
}

/// Returns what went wrong, from the outside in.
fn cause(error: &SdkError<PutEventsError>) -> String {
    if let SdkError::ServiceError(answer) = error {
        let status = answer.raw().status().as_u16();
        let code = error.code().map_or_else(|| format!("HTTP {status} without error code"), str::to_owned);
        return format!("{code}: {}", error.message().unwrap_or("no message"));
    }
    let mut text = error.to_string();
    let mut inner = std::error::Error::source(error);
    while let Some(source) = inner {
        text = format!("{text}: {source}");
        inner = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{RefusalCause, judge};

    #[test]
    fn only_what_is_left_is_the_fault_of_the_events() {
        let certain = RefusalCause::Content { is_certain: true };
        let table = [
            (400, "ThrottlingException", "", RefusalCause::Passing),
            (400, "LimitExceededException", "", RefusalCause::Passing),
            (500, "ValidationException", "", RefusalCause::Passing),
            (503, "", "", RefusalCause::Passing),
            (429, "", "", RefusalCause::Passing),
            (400, "AccessDeniedException", "", RefusalCause::Sender),
            (400, "UnrecognizedClientException", "", RefusalCause::Sender),
            (400, "ExpiredTokenException", "", RefusalCause::Sender),
            (403, "", "", RefusalCause::Sender),
            (404, "", "", RefusalCause::Sender),
            (307, "", "", RefusalCause::Sender),
            (400, "ResourceNotFoundException", "Event bus b does not exist.", RefusalCause::Sender),
            (
                400,
                "ValidationException",
                "Value at 'entries.1.member.eventBusName' is wrong",
                RefusalCause::Sender,
            ),
            (
                400,
                "ValidationException",
                "Total size of the entries in the request is over the limit.",
                certain,
            ),
            (413, "", "", certain),
            (400, "SerializationException", "", certain),
            (400, "", "", RefusalCause::Content { is_certain: false }),
            (422, "Whatever", "", RefusalCause::Content { is_certain: false }),
        ];
        for (status, code, message, fault) in table {
            assert_eq!(judge(Some(status), code, message), fault, "{status} {code} {message}");
        }
        // The codes that the documents of PutEvents list for entries.
        for (code, fault) in [
            ("InternalFailure", RefusalCause::Passing),
            ("ThrottlingException", RefusalCause::Passing),
            ("NotAuthorizedForSourceException", RefusalCause::Sender),
            ("InvalidAccountIdException", RefusalCause::Sender),
            ("RedactionFailure", RefusalCause::Sender),
            ("InvalidArgument", certain),
            ("MalformedDetail", certain),
        ] {
            assert_eq!(judge(None, code, ""), fault, "{code}");
        }
    }
}
