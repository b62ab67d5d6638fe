//! The server on loopback: connections up to a bound, of which none may keep a place for nothing, and an end when it is asked for.

use std::{future::Future, io, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};

use crate::connection::{Patience, attend};

/// Most connections at one time; others wait to be taken. Clients of programs open up to two for each question that is under way, and where there
/// is no place left, one that idles is ended: a question that is just then sent by it is lost. A process has a thousand files by default.
const CONNECTIONS: usize = 512;
/// How long requests under way may take to end, once the end was asked for.
const GRACE: Duration = Duration::from_secs(2);

/// Serves a router on a listener until `end` comes.
///
/// # Errors
/// When the listener no longer works.
pub async fn listen(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    end: impl Future<Output = ()>,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // Whether somebody waits for a place.
    let (crowd, is_crowded) = watch::channel(false);
    let mut end = std::pin::pin!(end);
    loop {
        let next = async {
            let (stream, _) = listener.accept().await?;
            Ok::<_, io::Error>((stream, place(&places, &crowd).await?))
        };
        let accepted: io::Result<(TcpStream, OwnedSemaphorePermit)> = tokio::select! {
            () = &mut end => break,
            next = next => next,
        };
        let Ok((stream, place)) = accepted else {
            // Out of file descriptors, or the client is gone already: others may still be served.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (router, is_crowded) = (router.clone(), is_crowded.clone());
        tokio::spawn(async move {
            let _place = place;
            attend(stream, router, patience, is_crowded).await;
        });
    }
    // Answers that are on their way get there.
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    let _ended = timeout(GRACE, places.acquire_many(all)).await;
    Ok(())
}

/// Waits for a place, and lets connections that idle know that somebody waits.
async fn place(places: &Arc<Semaphore>, crowd: &watch::Sender<bool>) -> io::Result<OwnedSemaphorePermit> {
    if let Ok(place) = Arc::clone(places).try_acquire_owned() {
        return Ok(place);
    }
    crowd.send_replace(true);
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other);
    crowd.send_replace(false);
    place
}
