//! One connection: who sends half a head or does not read an answer is put out soon, and who asks nothing now may come back for a while.
//!
//! The time for a head counts from its first byte. Counted from the end of the former answer, as HTTP servers often have it, it would close connections that
//! clients keep, just when one is taken up again; the request is lost then, and few clients ask again by themselves.

use std::{
    future::poll_fn,
    io,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Router, extract::Request};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::watch,
    time::{Instant, Sleep, sleep_until, timeout},
};

/// Most bytes of what is read ahead of a connection, and so of a head.
const HEAD_BYTES: usize = 64 * 1024;
/// How long a connection that was asked to end may take to do so.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long is waited for a client.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request, from its first byte.
    pub head: Duration,
    /// For the next request of a connection that is kept open. Clients let go of theirs earlier, so that no request meets a connection that
    /// closes: those of programs mostly after 90 seconds. While somebody else waits for a place, no longer than for a head.
    pub idle: Duration,
    /// For a client to take any more of an answer.
    pub stall: Duration,
    /// For a client to take all of an answer.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(120),
            stall: Duration::from_secs(60),
            answer: Duration::from_secs(600),
        }
    }
}

impl Patience {
    const fn in_crowd(self, is_crowded: bool) -> Self {
        Self { idle: if is_crowded { self.head } else { self.idle }, ..self }
    }
}

/// What a connection is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No request is under way.
    Idle { since: Instant },
    /// Some bytes of a head have come.
    Head { since: Instant },
    /// A request is being answered; questions have limits of their own.
    Asked,
    /// An answer is on its way, and some of it was taken last at `moved`.
    Answer { since: Instant, moved: Instant },
}

impl Phase {
    /// Returns when the time of this phase is over.
    fn ends_at(self, patience: &Patience) -> Option<Instant> {
        match self {
            Self::Idle { since } => Some(since + patience.idle),
            Self::Head { since } => Some(since + patience.head),
            Self::Asked => None,
            Self::Answer { since, moved } => Some((since + patience.answer).min(moved + patience.stall)),
        }
    }

    fn on_read(self) -> Self {
        match self {
            Self::Idle { .. } => Self::Head { since: Instant::now() },
            other => other,
        }
    }

    fn on_write(self) -> Self {
        let moved = Instant::now();
        match self {
            // What is written before there is an answer is a word that the body may come.
            Self::Asked => self,
            Self::Answer { since, .. } => Self::Answer { since, moved },
            Self::Idle { .. } | Self::Head { .. } => Self::Answer { since: moved, moved },
        }
    }

    /// Returns what follows when all that was to be written was written.
    fn on_flush(self) -> Self {
        match self {
            Self::Answer { .. } => Self::Idle { since: Instant::now() },
            other => other,
        }
    }
}

/// The phase of a connection, which those see that read, write and answer.
#[derive(Debug, Clone)]
struct Pulse(Arc<Mutex<Phase>>);

impl Pulse {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Phase::Idle { since: Instant::now() })))
    }

    fn phase(&self) -> Phase {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, next: impl FnOnce(Phase) -> Phase) {
        let mut phase = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *phase = next(*phase);
    }
}

/// Answers what comes by one connection, until the client leaves or its time is over.
pub(crate) async fn attend(
    stream: TcpStream,
    router: Router,
    patience: Patience,
    mut is_crowded: watch::Receiver<bool>,
) {
    let pulse = Pulse::new();
    let answers = TowerToHyperService::new(router);
    let asked = pulse.clone();
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        asked.change(|_| Phase::Asked);
        let (answer, asked) = (answers.call(request), asked.clone());
        async move {
            let answer = answer.await;
            let now = Instant::now();
            asked.change(|_| Phase::Answer { since: now, moved: now });
            answer
        }
    });
    let io = TokioIo::new(Watched { stream, pulse: pulse.clone() });
    let mut connection = pin!(
        http1::Builder::new()
            .header_read_timeout(None)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(io, service)
    );
    let ended = loop {
        let patience = patience.in_crowd(*is_crowded.borrow_and_update());
        tokio::select! {
            ended = within_time(connection.as_mut(), &pulse, &patience) => break ended,
            Ok(()) = is_crowded.changed() => {}
        }
    };
    match (ended, pulse.phase()) {
        (Some(Ok(())), _) => {}
        (Some(Err(error)), _) => tracing::debug!(%error, "a connection broke off"),
        (None, Phase::Idle { .. }) => {
            connection.as_mut().graceful_shutdown();
            let _ended = timeout(FAREWELL, connection).await;
        }
        (None, phase) => tracing::debug!(?phase, "a client took too long"),
    }
}

/// Lets a connection go on until it ends, or the time of a phase is over.
async fn within_time<T>(
    mut connection: Pin<&mut impl Future<Output = T>>,
    pulse: &Pulse,
    patience: &Patience,
) -> Option<T> {
    let mut clock: Pin<&mut Sleep> = pin!(sleep_until(Instant::now()));
    poll_fn(|context| {
        if let Poll::Ready(ended) = connection.as_mut().poll(context) {
            return Poll::Ready(Some(ended));
        }
        // Phases change only while the connection goes on, so that this is the time of the one that it is in.
        let Some(ends_at) = pulse.phase().ends_at(patience) else { return Poll::Pending };
        if clock.deadline() != ends_at {
            clock.as_mut().reset(ends_at);
        }
        ready!(clock.as_mut().poll(context));
        Poll::Ready(None)
    })
    .await
}

/// A stream of which is noted when something moves.
#[derive(Debug)]
struct Watched {
    stream: TcpStream,
    pulse: Pulse,
}

impl Watched {
    fn note_written(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(1..)) = written {
            self.pulse.change(Phase::on_write);
        }
        written
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.pulse.change(Phase::on_read);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_written(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.note_written(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.pulse.change(Phase::on_flush);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;
