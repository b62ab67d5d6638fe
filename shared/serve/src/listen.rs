//! The server on loopback: connections up to a bound, heads that must come in time, an end when it is asked for.

use std::{future::Future, io, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};

/// Most connections at one time; others wait to be taken.
const CONNECTIONS: usize = 256;
/// How long the head of a request may take to come, also on a connection that is kept open.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Most bytes of what is read ahead of a connection, and so of a head.
const HEAD_BYTES: usize = 64 * 1024;
/// How long a connection may stay open, so that nobody holds one by reading slowly.
const CONNECTION_TIME: Duration = Duration::from_secs(600);
/// How long requests under way may take to end, once the end was asked for.
const GRACE: Duration = Duration::from_secs(2);

/// Serves a router on a listener until `end` comes.
///
/// # Errors
/// When the listener no longer works.
pub async fn listen(listener: TcpListener, router: Router, end: impl Future<Output = ()>) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut end = std::pin::pin!(end);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>((place, listener.accept().await))
        };
        let (place, accepted) = tokio::select! {
            () = &mut end => break,
            accepted = accepted => accepted?,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, or the client is gone already: others may still be served.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let _place = place;
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIME)
                .max_buf_size(HEAD_BYTES)
                .serve_connection(TokioIo::new(stream), service);
            match timeout(CONNECTION_TIME, connection).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "a connection broke off"),
                Err(_) => tracing::debug!("a connection was open for too long"),
            }
        });
    }
    // Answers that are on their way get there.
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    let _ended = timeout(GRACE, places.acquire_many(all)).await;
    Ok(())
}
