#![doc = include_str!("../README.md")]

mod answer;
mod deadline;
mod event;
mod invocation;
mod log;
mod ready;

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use ready::Ready;
use serde_json::Value;
use tokio::sync::OnceCell;

/// An audit makes and drops millions of small things: with the allocator of the system that alone is a third to a half of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<()> {
    // What is no text is not taken for what is not set: whoever reads it will say what is wrong with it.
    let environment = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    log::start(&environment);
    environment("AWS_LAMBDA_RUNTIME_API")
        .context("this is a Lambda function and runs inside Lambda; from a terminal, use `iamwatch audit`")?;
    let ready: OnceCell<Ready> = OnceCell::new();
    let service = service_fn(|event: LambdaEvent<Value>| {
        invocation::answer(&ready, event, &environment, &Timestamp::now)
    });
    Runtime::new(service)
        .run()
        .await
        .map_err(|error| anyhow!(error).context("the runtime of Lambda broke off"))
}
