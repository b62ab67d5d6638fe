//! What a plain HTTP client sees: the limits that the API enforces, whole lists, dying tokens, and
//! every kind of fault.

mod access;
mod faults;
mod lists;
mod sign_in;

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

use super::{Host, Simulator};
use crate::ibm::world::COLLECTOR_API_KEY;
use crate::ibm::{Size, generate};

/// A simulator, a client and a bearer token.
struct Visit {
    simulator: Simulator,
    client: Client,
    token: String,
    account: String,
}

impl Visit {
    async fn new(size: Size) -> Visit {
        Visit::with_key(size, COLLECTOR_API_KEY).await
    }

    async fn with_key(size: Size, key: &str) -> Visit {
        let simulator = Simulator::start(generate(7, size)).await.unwrap();
        let account = simulator.look(|world| world.account_id().to_owned());
        let mut visit = Visit { simulator, client: Client::new(), token: String::new(), account };
        visit.sign_in(key).await;
        visit
    }

    async fn sign_in(&mut self, key: &str) {
        let answer =
            self.grant(&[("grant_type", "urn:ibm:params:oauth:grant-type:apikey"), ("apikey", key)]).await;
        assert_eq!(answer.status(), 200);
        self.token = json(answer).await["access_token"].as_str().unwrap().to_owned();
    }

    async fn grant(&self, form: &[(&str, &str)]) -> Response {
        let body = super::request::Query::default().with(&[], form);
        let url = format!("{}/identity/token", self.simulator.endpoints().iam);
        let call = self.client.post(url).header("content-type", "application/x-www-form-urlencoded");
        call.body(body).send().await.unwrap()
    }

    fn call(&self, method: Method, host: Host, path: &str) -> RequestBuilder {
        // Tests write `{account}` for the account's id.
        let path = path.replace("{account}", &self.account);
        let url = format!("{}{path}", self.simulator.endpoints().of(host));
        self.client.request(method, url).bearer_auth(&self.token)
    }

    async fn get(&self, host: Host, path: &str) -> Response {
        self.call(Method::GET, host, path).send().await.unwrap()
    }

    async fn status(&self, host: Host, path: &str) -> u16 {
        self.get(host, path).await.status().as_u16()
    }

    async fn read(&self, host: Host, path: &str) -> Value {
        let answer = self.get(host, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        json(answer).await
    }

    /// Reads a list to its end by whatever link its pages carry; gives the things and the number of pages.
    async fn whole(&self, host: Host, path: &str, name: &str) -> (Vec<Value>, usize) {
        let (mut found, mut pages, mut path) = (Vec::new(), 0, path.replace("{account}", &self.account));
        loop {
            let body = self.read(host, &path).await;
            found.extend(body[name].as_array().unwrap().iter().cloned());
            pages += 1;
            match next(&body, &path) {
                Some(link) => path = link.replace(self.simulator.endpoints().of(host), ""),
                None => return (found, pages),
            }
        }
    }
}

/// The link that a page carries, in any family.
fn next(body: &Value, path: &str) -> Option<String> {
    let start = body.pointer("/next/start").and_then(Value::as_str);
    if let Some(start) = start {
        let first = path.split("&start=").next().unwrap();
        return Some(format!("{first}&start={start}"));
    }
    let places = ["/next", "/next/href", "/next_url"];
    places.iter().find_map(|place| body.pointer(place)?.as_str()).map(str::to_owned)
}

async fn json(answer: Response) -> Value {
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}
