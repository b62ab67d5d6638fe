//! What a plain HTTP client that signs its calls sees: the limits that the API enforces, whole lists,
//! sessions that end, refusals, and every kind of fault.

mod access;
mod faults;
mod lists;
mod sessions;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use jiff::Timestamp;
use reqwest::{Client, Method, Response};
use serde_json::Value;

use super::request::Request;
use super::signature::authorization;
use super::{Host, Simulator};
use crate::huawei::world::{COLLECTOR_ACCESS_KEY, COLLECTOR_SECRET_KEY};
use crate::huawei::{Size, World, generate};

/// What to sign with.
#[derive(Clone)]
struct Key {
    access: String,
    secret: String,
    token: Option<String>,
}

impl Key {
    fn new(access: &str, secret: &str) -> Key {
        Key { access: access.to_owned(), secret: secret.to_owned(), token: None }
    }
}

/// A simulator, a client and a key.
struct Visit {
    simulator: Simulator,
    client: Client,
    key: Key,
    account: String,
    /// When calls are signed; none is now.
    signed_at: Option<Timestamp>,
    /// Headers that go with every call, signed.
    more: Vec<(&'static str, String)>,
}

impl Visit {
    async fn new() -> Visit {
        Visit::to(generate(7, Size::Dozen)).await
    }

    async fn to(world: World) -> Visit {
        let account = world.account_id().to_owned();
        let simulator = Simulator::start(world).await.unwrap();
        let key = Key::new(COLLECTOR_ACCESS_KEY, COLLECTOR_SECRET_KEY);
        Visit { simulator, client: Client::new(), key, account, signed_at: None, more: Vec::new() }
    }

    async fn send(&self, method: Method, host: Host, path: &str, body: &str) -> Response {
        // Tests write `{account}` for the account's id.
        let path = path.replace("{account}", &self.account);
        let url = format!("{}{path}", self.simulator.endpoints().of(host));
        let date = self.signed_at.unwrap_or_else(Timestamp::now).strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut headers = vec![("host", url.split('/').nth(2).unwrap().to_owned()), ("x-sdk-date", date)];
        headers.extend(self.key.token.iter().map(|token| ("x-security-token", token.clone())));
        headers.extend(self.more.clone());
        let signed: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect();
        let text = Bytes::copy_from_slice(body.as_bytes());
        let request = Request::new(host, method.clone(), &path.parse().unwrap(), signed, text);
        let authorization = authorization(&self.key.access, &self.key.secret, &request);
        let mut call = self.client.request(method, url).header("authorization", authorization);
        for (name, value) in headers.into_iter().skip(1) {
            call = call.header(name, value);
        }
        call.body(body.to_owned()).send().await.unwrap()
    }

    async fn get(&self, host: Host, path: &str) -> Response {
        self.send(Method::GET, host, path, "").await
    }

    async fn answer(&self, host: Host, path: &str) -> (u16, Value) {
        let answer = self.get(host, path).await;
        (answer.status().as_u16(), json(answer).await)
    }

    async fn read(&self, host: Host, path: &str) -> Value {
        let (status, body) = self.answer(host, path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Reads a marked list to its end; gives the things and the number of pages.
    async fn whole(&self, host: Host, path: &str, name: &str) -> (Vec<Value>, usize) {
        let (mut found, mut pages, mut marker) = (Vec::new(), 0, String::new());
        loop {
            let body = self.read(host, &format!("{path}{marker}")).await;
            let items = body[name].as_array().unwrap();
            assert_eq!(body["page_info"]["current_count"], items.len());
            found.extend(items.iter().cloned());
            pages += 1;
            let Some(next) = body["page_info"]["next_marker"].as_str() else { return (found, pages) };
            marker = format!("&marker={}", next.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"));
        }
    }
}

async fn json(answer: Response) -> Value {
    serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()
}
