//! Why a request has no answer: a problem document (RFC 9457) that says what to do next.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use check::QueryError;
use history::QuestionError;
use model::AccountId;
use serde_json::{Value, json};
use snapshot::{NameError, SnapshotError, StoreError};

/// The media type of problem documents.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status of the response.
    pub status: u16,
    /// The kind of problem, a word that stays the same.
    pub kind: &'static str,
    /// What happened, to what.
    pub detail: String,
    /// What to do next.
    pub help: String,
    /// Seconds after which the same request may succeed, where that is known.
    pub retry_after: Option<u32>,
    /// The methods that the path knows, where the method is what is wrong.
    pub allow: Option<&'static str>,
}

impl Problem {
    /// Makes a problem of its status, kind, what happened, and what to do next.
    #[must_use]
    pub fn new(status: u16, kind: &'static str, detail: impl Into<String>, help: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into(), help: help.into(), retry_after: None, allow: None }
    }

    /// Makes the problem of something that was asked for in a wrong way.
    pub(crate) fn wrong(kind: &'static str, detail: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(400, kind, detail, help)
    }

    /// Makes the problem of something that is not there.
    pub(crate) fn not_there(kind: &'static str, detail: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(404, kind, detail, help)
    }

    /// Makes the problem of an answer that has more bytes than may be sent, with how to ask for less.
    #[must_use]
    pub fn of_large_answer(bytes: usize, most: usize, smaller: &str) -> Self {
        let said = format!("the answer has {bytes} bytes, and {most} may be sent");
        Self::new(413, "too-large-an-answer", said, smaller)
    }

    /// Returns a short title, the same for all problems of a kind.
    #[must_use]
    pub fn title(&self) -> String {
        let mut letters = self.kind.chars();
        let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
        format!("{first}{}", letters.as_str().replace('-', " "))
    }

    /// Returns the document for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "type": format!("urn:iamwatch:problem:{}", self.kind),
            "title": self.title(),
            "status": self.status,
            "detail": self.detail,
            "help": self.help,
        })
    }

    /// Returns the response with the document; nobody may keep it.
    #[must_use]
    pub fn to_response(&self) -> Response<Body> {
        let text = model::visible_json(&format!("{:#}\n", self.to_json())).into_owned();
        self.respond(MEDIA_TYPE, text)
    }

    /// Returns the response with this problem told in another form.
    pub(crate) fn respond(&self, media_type: &'static str, text: String) -> Response<Body> {
        let mut response = Response::new(Body::from(text));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"iamwatch\""));
        }
        if let Some(methods) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        response
    }
}

/// Returns the path of the list of an account's snapshots.
fn list_of(account: &AccountId) -> String {
    format!("/api/v1/accounts/{account}/snapshots")
}

/// Returns what happened, without the command that a terminal is offered.
fn words(error: &dyn std::error::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        let text = model::split_remedy(&text).map_or(text.as_str(), |(what, _)| what).to_owned();
        if !parts.last().is_some_and(|last| last.contains(&text)) {
            parts.push(text);
        }
        cause = error.source();
    }
    model::visible(&parts.join(": ")).into_owned()
}

/// Returns what to do next as the error says it, where that is not the command of a terminal.
fn remedy(error: &dyn std::error::Error, otherwise: &str) -> String {
    let text = error.to_string();
    let next = model::split_remedy(&text).map(|(_, next)| next).filter(|next| !next.contains("iamwatch"));
    model::visible(next.unwrap_or(otherwise)).into_owned()
}

impl From<SnapshotError> for Problem {
    fn from(error: SnapshotError) -> Self {
        let said = words(&error);
        match &error {
            SnapshotError::Store { source, .. } => of_store(said, source),
            SnapshotError::Empty { .. } => Self::not_there(
                "no-snapshot-yet",
                said,
                "an audit of the account makes the first; /api/v1/accounts lists the accounts that have one",
            ),
            SnapshotError::NoSuchSnapshot { account, .. } => Self::not_there(
                "no-such-snapshot",
                said,
                format!("{} lists those there are", list_of(account)),
            ),
            SnapshotError::Pruned { account, .. } => Self::not_there(
                "snapshot-pruned",
                said,
                format!("{} lists those that are kept", list_of(account)),
            ),
            SnapshotError::Unordered { account, .. } => Self::wrong(
                "times-in-disorder",
                said,
                format!("name the snapshot by its number; {} lists them", list_of(account)),
            ),
            SnapshotError::Missing { .. } | SnapshotError::Damaged { .. } => Self::new(
                500,
                "damaged-history",
                said,
                "ask a snapshot that does not hang on it, and restore the object from a copy; `verify` of a snapshot tells what else is damaged",
            ),
            SnapshotError::Newer { .. } => {
                Self::new(500, "newer-format", said, "serve this store with that version or a later one")
            }
            SnapshotError::Taken { .. }
            | SnapshotError::Unprunable { .. }
            | SnapshotError::Unstorable { .. } => {
                Self::new(500, "broken-promise", said, "please report this")
            }
        }
    }
}

fn of_store(said: String, error: &StoreError) -> Problem {
    match error {
        StoreError::Unreachable { .. } => Problem {
            retry_after: Some(5),
            ..Problem::new(503, "store-unreachable", said, remedy(error, "ask again in a little while"))
        },
        StoreError::Key { .. } => Problem::wrong("wrong-name", said, "name it as a list shows it"),
        _ => {
            Problem::new(502, "store-unreadable", said, remedy(error, "check the store and its permissions"))
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        of_store(words(&error), &error)
    }
}

impl From<NameError> for Problem {
    fn from(error: NameError) -> Self {
        Self::wrong(
            "wrong-snapshot-name",
            words(&error),
            "say `latest`, `latest~1`, a number, a day, or a time",
        )
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let said = words(&error);
        match &error {
            QueryError::TooSlow { .. } => Self::new(
                422,
                "query-too-slow",
                said,
                remedy(&error, "join by columns that both tables have, or ask for less"),
            ),
            QueryError::TooMuchMemory { .. } => Self::new(
                422,
                "query-too-much-memory",
                said,
                remedy(&error, "sort, group and join fewer rows, or ask again when nobody else asks"),
            ),
            QueryError::TooLarge { .. } => Self::new(
                422,
                "query-too-large",
                said,
                remedy(&error, "ask for fewer rows or columns, or for parts of long texts with `substr`"),
            ),
            QueryError::Writes { .. } => Self::wrong(
                "query-writes",
                said,
                "only reading is possible: start it with `select` or `with`",
            ),
            QueryError::UnknownTable { .. } => {
                Self::wrong("no-such-table", said, "the answer about a snapshot lists its tables")
            }
            QueryError::TooMany { .. } => {
                Self::new(422, "too-many-rows", said, remedy(&error, "ask for less"))
            }
            _ => Self::wrong("wrong-query", said, remedy(&error, "try `select * from coverage limit 10`")),
        }
    }
}

impl From<QuestionError> for Problem {
    fn from(error: QuestionError) -> Self {
        let said = words(&error);
        match error {
            QuestionError::Snapshot(error) => error.into(),
            QuestionError::Query(error) => error.into(),
            QuestionError::Resource(_) => {
                Self::wrong("wrong-resource", said, "write action and resource as the cloud does")
            }
            QuestionError::NoSubject { ref nearest, .. } => {
                let nearest: Vec<String> =
                    nearest.iter().map(|name| format!("`{}`", model::visible(name))).collect();
                let help = match nearest.as_slice() {
                    [] => "give a name, an id, an address, or TABLE/KEY; `search` finds parts of names"
                        .to_owned(),
                    names => format!("did you mean {}?", names.join(" or ")),
                };
                // What may have been meant is said once, as the help.
                let offered = ["; give a name, an id", "; did you mean"];
                let end = offered.iter().find_map(|words| said.rfind(words)).unwrap_or(said.len());
                let said = said.get(..end).unwrap_or_default();
                Self::not_there("no-such-subject", said, help)
            }
            QuestionError::ManySubjects { .. } => {
                Self::new(409, "several-subjects", said, "ask for one of them in these words")
            }
            QuestionError::NoColumn { .. } => {
                Self::not_there("no-such-column", said, "name one of its columns")
            }
            QuestionError::Table { .. } | QuestionError::OtherCloud { .. } => {
                Self::not_there("no-such-table", said, "the answer about a snapshot lists its tables")
            }
        }
    }
}
