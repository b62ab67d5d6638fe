#![doc = include_str!("../README.md")]
// The future of an answer is a deep one: router, store, client of S3.
#![recursion_limit = "256"]

mod exchange;
mod log;

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use check::RuleSet;
use exchange::{UrlAnswer, UrlRequest};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serve::{Archive, AskLimits};
use snapshot::{AnyStore, StoreOptions};

/// Answers are made of many small things: with the allocator of the system that alone is a large part of their time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Limits that go with those of Lambda: 30 seconds of the template, 6 MB of an answer, a third of which goes where bytes become text,
/// and 2 GB of memory, of which what was read, and is shaped into an answer, takes the rest.
const LIMITS: AskLimits = AskLimits {
    sql: Duration::from_secs(10),
    question: Duration::from_secs(25),
    at_once: 2,
    work_bytes: 512 << 20,
    wait: Duration::from_secs(2),
    answer_bytes: 4_400_000,
    sql_bytes: 640 << 20,
    worth_keeping: Duration::from_millis(200),
    kept_bytes: 256 << 20,
};

#[tokio::main]
async fn main() -> Result<()> {
    // What is no text is not taken for what is not set: whoever reads it will say what is wrong with it.
    let environment = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    log::start(&environment);
    environment("AWS_LAMBDA_RUNTIME_API")
        .context("this is a Lambda function and runs inside Lambda; from a terminal, use `iamwatch serve`")?;
    let place = environment("IAMWATCH_STORE").filter(|place| !place.is_empty()).context(
        "environment variable `IAMWATCH_STORE` is not set; let it name the store: `s3://bucket/prefix`",
    )?;
    let endpoint = environment("IAMWATCH_S3_ENDPOINT").filter(|endpoint| !endpoint.is_empty());
    let options = StoreOptions { s3_path_style: endpoint.is_some(), s3_endpoint: endpoint, region: None };
    let store = AnyStore::open(&place, &options).await.context("the store cannot be opened")?;
    let rules = RuleSet::embedded().context("the rules cannot be used")?;
    let archive = Archive::new(store, rules, jiff::Timestamp::now, LIMITS);
    tracing::info!(store = place, "ready");
    let service = service_fn(|event: LambdaEvent<UrlRequest>| {
        let archive = archive.clone();
        async move { answer(archive, event.payload).await }
    });
    let ended = Runtime::new(service).run().await;
    ended.map_err(|error| anyhow!(error).context("the runtime of Lambda broke off"))
}

/// Answers one request of the function URL.
async fn answer(archive: Archive, request: UrlRequest) -> Result<UrlAnswer, lambda_runtime::Error> {
    let response = match request.into_http() {
        Ok(request) => serve::respond(archive, request).await,
        Err(problem) => problem.to_response(),
    };
    let answer = UrlAnswer::read(response).await?;
    Ok(answer.or_problem())
}
