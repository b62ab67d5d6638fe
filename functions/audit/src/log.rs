//! Log lines: JSON on standard output, each with the spans that it was written in.

use std::time::Duration;

use pipeline::Environment;
use tracing_subscriber::EnvFilter;

/// Starts logging. A filter that makes no sense is not worth an audit: then `info` counts.
pub(crate) fn start(environment: &Environment<'_>) {
    let wish = environment("IAMWATCH_LOG").or_else(|| environment("AWS_LAMBDA_LOG_LEVEL"));
    let filter =
        EnvFilter::try_new(wish.as_deref().unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    // The runtime repeats what an invocation failed with, without its id.
    let filter = match "lambda_runtime::layers::panic=off".parse() {
        Ok(silence) => filter.add_directive(silence),
        Err(_) => filter,
    };
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .init();
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "the program broke a promise of its own")));
}

/// Writes down how a run goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lines;

impl pipeline::Watch for Lines {
    fn stage(&self, stage: &'static str) {
        tracing::info!(stage, "stage begins");
    }
}

impl collect::Progress for Lines {
    fn expect(&self, lists: usize) {
        tracing::debug!(lists, "lists to read");
    }

    fn listed(&self, listing: &str, rows: usize) {
        tracing::debug!(listing, rows, "list was read");
    }

    fn waiting(&self, listing: &str, reason: &str, wait: Duration) {
        tracing::info!(listing, reason, waited_ms = wait.as_millis(), "call is going to be repeated");
    }
}
