//! What a function URL sends and takes, by AWS's payload format 2.0: an HTTP request and response as JSON.

use std::{collections::BTreeMap, string::FromUtf8Error};

use anyhow::{Context, Result};
use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, Response, Uri},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serve::Problem;

/// Most bytes of what Lambda takes as an answer, with room for what it adds.
const MOST: usize = 6_000_000;
/// Most bytes of the text of an answer as JSON writes it, with room for its headers.
const MOST_TEXT: usize = 5_900_000;

/// A request as a function URL sends it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UrlRequest {
    #[serde(default)]
    raw_path: String,
    #[serde(default)]
    raw_query_string: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: RequestContext,
}

#[derive(Debug, Deserialize)]
struct RequestContext {
    http: HttpContext,
}

#[derive(Debug, Deserialize)]
struct HttpContext {
    method: String,
}

impl UrlRequest {
    /// Returns the request as HTTP has it.
    pub(crate) fn into_http(self) -> Result<Request<Body>, Problem> {
        let wrong = |what: &str| {
            Problem::new(400, "wrong-request", format!("{what} cannot be read"), "send it as HTTP has it")
        };
        let mut address: String =
            if self.raw_path.is_empty() { "/".to_owned() } else { encoded(&self.raw_path) };
        if !self.raw_query_string.is_empty() {
            address = format!("{address}?{}", encoded(&self.raw_query_string));
        }
        let uri: Uri = address.parse().map_err(|_| wrong("the address"))?;
        let method: Method = self.request_context.http.method.parse().map_err(|_| wrong("the method"))?;
        let body = match self.body {
            Some(body) if self.is_base64_encoded => STANDARD.decode(body).map_err(|_| wrong("the body"))?,
            body => body.unwrap_or_default().into_bytes(),
        };
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(body)).map_err(|_| wrong("a header"))
    }
}

/// Encodes what may not stand in an address as it is.
fn encoded(text: &str) -> String {
    let mut address = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'#')
        {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

/// An answer as a function URL takes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UrlAnswer {
    status_code: u16,
    headers: BTreeMap<String, String>,
    body: String,
    is_base64_encoded: bool,
}

impl UrlAnswer {
    /// Takes a response; bytes that are no text go as base 64, and so does text of which so many marks would be escaped that Lambda would not
    /// take it.
    pub(crate) async fn read(response: Response<Body>) -> Result<Self> {
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.context("the answer cannot be read")?;
        let headers = head
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let headers = headers.collect();
        let (body, is_base64_encoded) = match String::from_utf8(bytes.to_vec()) {
            Ok(text) if serde_json::to_string(&text)?.len() <= MOST_TEXT => (text, false),
            text => {
                let bytes = text.map_or_else(FromUtf8Error::into_bytes, String::into_bytes);
                (STANDARD.encode(bytes), true)
            }
        };
        Ok(Self { status_code: head.status.as_u16(), headers, body, is_base64_encoded })
    }

    /// Returns the answer; where Lambda would not take it, a problem that says how to ask for less.
    pub(crate) fn or_problem(self) -> Self {
        let bytes = serde_json::to_string(&self).map_or(usize::MAX, |text| text.len());
        if bytes <= MOST {
            return self;
        }
        let smaller = "ask for fewer rows, or take it packed (Accept-Encoding: zstd, gzip)";
        let problem = Problem::of_large_answer(bytes, MOST, smaller);
        let headers = [("content-type", "application/problem+json"), ("cache-control", "no-store")];
        Self {
            status_code: problem.status,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: problem.to_json().to_string(),
            is_base64_encoded: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(path: &str, query: &str) -> Request<Body> {
        let event = json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": { "accept": "text/csv" },
            "requestContext": { "http": { "method": "GET", "path": path } }, "isBase64Encoded": false,
        });
        serde_json::from_value::<UrlRequest>(event).unwrap().into_http().unwrap()
    }

    #[test]
    fn a_request_is_the_one_that_was_sent() {
        let request = request("/api/v1/accounts/ibm/a b/snapshots/\u{e9}%2e", "sql=select+1&at=%22");
        assert_eq!(request.uri(), "/api/v1/accounts/ibm/a%20b/snapshots/%C3%A9%2e?sql=select+1&at=%22");
        assert_eq!(request.headers()["accept"], "text/csv");
    }

    #[tokio::test]
    async fn text_that_escapes_would_make_too_large_goes_as_base_64() {
        let text = "\"".repeat(crate::LIMITS.answer_bytes);
        let large = UrlAnswer::read(Response::new(Body::from(text.clone()))).await.unwrap().or_problem();
        assert_eq!((large.status_code, large.is_base64_encoded), (200, true));
        assert_eq!(STANDARD.decode(large.body).unwrap(), text.into_bytes());
    }

    #[tokio::test]
    async fn bytes_go_as_base_64_and_what_lambda_would_not_take_becomes_a_problem() {
        let packed =
            UrlAnswer::read(Response::new(Body::from(vec![0x1f, 0x8b, 0xff]))).await.unwrap().or_problem();
        assert_eq!((packed.body.as_str(), packed.is_base64_encoded), ("H4v/", true));
        let large = UrlAnswer::read(Response::new(Body::from("\"".repeat(4_600_000)))).await.unwrap();
        let refused = large.or_problem();
        assert_eq!(refused.status_code, 413);
        assert!(refused.body.contains("ask for fewer rows"), "{}", refused.body);
    }
}
