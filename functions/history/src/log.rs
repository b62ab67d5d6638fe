//! Log lines: JSON on standard output.

use tracing_subscriber::EnvFilter;

/// Starts logging. A filter that makes no sense is not worth an answer: then `info` counts.
pub(crate) fn start(environment: &dyn Fn(&str) -> Option<String>) {
    let wish = environment("IAMWATCH_LOG").or_else(|| environment("AWS_LAMBDA_LOG_LEVEL"));
    let filter =
        EnvFilter::try_new(wish.as_deref().unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).init();
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "the program broke a promise of its own")));
}
