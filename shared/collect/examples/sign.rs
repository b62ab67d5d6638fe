//! Signs requests, so that another implementation can be held against ours.
//!
//! In: lines of JSON on standard input, each with `access_key`, `secret_key`, `date` (RFC 3339), `method`, `path`,
//! `query` and `headers` (pairs of texts) and `body`. Out: for each the `Authorization` header on a line.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

use std::io::{self, BufRead};

use collect::{
    Secret,
    huawei::signing::{SigningInput, sign},
};
use serde_json::Value;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line?)?;
        println!("{}", authorization(&case).ok_or("a member is missing or of another type")?);
    }
    Ok(())
}

fn authorization(case: &Value) -> Option<String> {
    let text = |name: &str| case.get(name)?.as_str();
    let (query, headers) = (pairs(case.get("query")?)?, pairs(case.get("headers")?)?);
    let request = SigningInput {
        method: text("method")?,
        path: text("path")?,
        query: &query,
        headers: &headers,
        body: text("body")?.as_bytes(),
    };
    let time = text("date")?.parse().ok()?;
    let signature = sign(&request, text("access_key")?, &Secret::new(text("secret_key")?), time);
    signature.headers.into_iter().find(|(name, _)| *name == "Authorization").map(|(_, value)| value)
}

fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    let pair = |value: &Value| Some((value.get(0)?.as_str()?.to_owned(), value.get(1)?.as_str()?.to_owned()));
    value.as_array()?.iter().map(pair).collect()
}
