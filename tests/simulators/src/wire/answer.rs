//! What a simulator answers: a body with the place where its next link sits, and how it goes out.

use std::time::Duration;

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde::Serialize;
use serde_json::Value;

/// How an answer names the page after it. The letters are those of IBM's reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
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
    /// `page_info.next_marker` is a token.
    Marker,
    /// Pages or things are counted, against the counter of this name where there is one.
    Numbered { total: Option<&'static str> },
    /// F: everything in one answer.
    Whole,
}

impl Family {
    /// The parameter that carries the place to go on from.
    pub(crate) const fn parameter(self) -> &'static str {
        match self {
            Family::NextUrl => "pagetoken",
            Family::NextHref => "offset",
            Family::NextStart | Family::RelativeStart | Family::Whole => "start",
            Family::UnderscoreStart => "_start",
            Family::Marker => "marker",
            Family::Numbered { .. } => "page",
        }
    }
}

/// A whole answer, ready to send or to be spoilt by a fault.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    pub(crate) family: Family,
}

impl Answer {
    pub(crate) fn json<T: Serialize>(status: StatusCode, body: &T) -> Answer {
        let body = serde_json::to_vec(body).unwrap_or_default();
        Answer {
            status,
            content_type: "application/json",
            headers: Vec::new(),
            body: Bytes::from(body),
            family: Family::Whole,
        }
    }

    pub(crate) fn ok<T: Serialize>(body: &T) -> Answer {
        Answer::json(StatusCode::OK, body)
    }

    pub(crate) fn empty(status: StatusCode) -> Answer {
        Answer { body: Bytes::new(), ..Answer::json(status, &Value::Null) }
    }

    pub(crate) fn html(status: StatusCode, body: &'static str) -> Answer {
        Answer {
            content_type: "text/html; charset=utf-8",
            body: Bytes::from_static(body.as_bytes()),
            ..Answer::empty(status)
        }
    }

    pub(crate) fn of_family(self, family: Family) -> Answer {
        Answer { family, ..self }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Answer {
        self.headers.push((name, value));
        self
    }
}

/// The answer on its way out; cut off, half of it arrives.
pub(crate) fn response(answer: Answer, cut_off: bool) -> Response {
    let mut builder = Response::builder().status(answer.status);
    if !answer.body.is_empty() {
        builder = builder.header(header::CONTENT_TYPE, answer.content_type);
    }
    for (name, value) in &answer.headers {
        builder = builder.header(*name, value);
    }
    let body = if cut_off {
        // The length promises the whole body; the stream breaks after half of it.
        builder = builder.header(header::CONTENT_LENGTH, answer.body.len());
        let half = answer.body.slice(..answer.body.len() / 2);
        let breaks = async {
            // What was written before must be on its way, or nothing of the answer arrives.
            tokio::time::sleep(Duration::from_millis(30)).await;
            Err(std::io::Error::other("cut off"))
        };
        Body::from_stream(stream::iter([Ok(half)]).chain(stream::once(breaks)))
    } else {
        Body::from(answer.body)
    };
    builder.body(body).unwrap_or_default()
}
