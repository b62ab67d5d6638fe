use std::sync::atomic::{AtomicBool, Ordering};

use axum::{
    body::{Body, Bytes},
    routing::get,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

const MIB: usize = 1024 * 1024;
const REQUEST: &str = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

/// Times that a test can wait for: heads must come soon, and all else may take long.
fn patience() -> Patience {
    let long = Duration::from_secs(20);
    Patience { head: Duration::from_millis(200), idle: long, stall: long, answer: long }
}

/// Serves connections one by one, and returns the client's end of the first, with the switch that tells of a crowd.
async fn connected(router: Router, patience: Patience) -> (TcpStream, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (crowd, is_crowded) = watch::channel(false);
    let (stream, _) = listener.accept().await.unwrap();
    tokio::spawn(attend(stream, router, patience, is_crowded));
    (client, crowd)
}

fn short() -> Router {
    Router::new().route("/", get(|| async { "answered" }))
}

/// Sends some bytes of a request, and returns what comes until the answer is whole or the connection is closed.
async fn exchange(client: &mut TcpStream, sent: &str) -> String {
    client.write_all(sent.as_bytes()).await.unwrap();
    let (mut got, mut buffer) = (String::new(), [0; 1024]);
    while !got.ends_with("answered") {
        match timeout(Duration::from_secs(10), client.read(&mut buffer)).await.unwrap().unwrap() {
            0 => break,
            count => got.push_str(std::str::from_utf8(&buffer[..count]).unwrap()),
        }
    }
    got
}

/// Returns how long it takes until the server closes a connection, which it does without breaking it off.
async fn closed_after(client: &mut TcpStream) -> Duration {
    let began = Instant::now();
    let mut rest = Vec::new();
    timeout(Duration::from_secs(10), client.read_to_end(&mut rest)).await.unwrap().unwrap();
    assert_eq!(rest, b"");
    began.elapsed()
}

#[tokio::test]
async fn a_connection_that_idles_for_longer_than_a_head_may_take_is_still_answered() {
    let (mut client, _crowd) = connected(short(), patience()).await;
    for _ in 0..3 {
        assert!(exchange(&mut client, REQUEST).await.starts_with("HTTP/1.1 200 "));
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
}

#[tokio::test]
async fn a_head_that_does_not_come_to_its_end_is_refused_also_on_a_connection_that_is_kept() {
    for former in ["", REQUEST] {
        let (mut client, _crowd) = connected(short(), patience()).await;
        if !former.is_empty() {
            exchange(&mut client, former).await;
        }
        let (mut reads, mut writes) = client.split();
        let trickle = async {
            writes.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
            // A byte now and then does not buy any more time.
            while writes.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let mut byte = [0];
        let refused = async {
            tokio::select! {
                // Broken off, where a byte came after the end.
                read = reads.read(&mut byte) => read.unwrap_or_default(),
                () = trickle => 0,
            }
        };
        assert_eq!(timeout(Duration::from_secs(5), refused).await, Ok(0));
    }
}

#[tokio::test]
async fn a_connection_of_which_nobody_asks_anything_any_more_is_closed_in_order() {
    let idle = Duration::from_millis(300);
    let (mut client, _crowd) = connected(short(), Patience { idle, ..patience() }).await;
    exchange(&mut client, REQUEST).await;
    let waited = closed_after(&mut client).await;
    assert!(waited > Duration::from_millis(250) && waited < Duration::from_millis(1500), "{waited:?}");
}

#[tokio::test]
async fn a_question_may_take_longer_than_a_head_and_than_idling() {
    let slow = Router::new().route(
        "/",
        get(|| async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            "answered"
        }),
    );
    let idle = Duration::from_millis(200);
    let (mut client, _crowd) =
        connected(slow, Patience { idle, stall: idle, answer: idle, ..patience() }).await;
    assert!(exchange(&mut client, REQUEST).await.ends_with("answered"));
}

#[tokio::test]
async fn whoever_idles_leaves_sooner_when_others_wait() {
    let (mut client, crowd) = connected(short(), patience()).await;
    exchange(&mut client, REQUEST).await;
    crowd.send_replace(true);
    let waited = closed_after(&mut client).await;
    assert!(waited > Duration::from_millis(150), "{waited:?}: one that is in use is not closed");
}

/// Bytes of an answer, which tell when nobody holds them any more.
struct Held(Vec<u8>, Arc<AtomicBool>);

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.1.store(true, Ordering::Relaxed);
    }
}

/// Returns a router with one answer that is larger than what a system keeps on its way, and whether it was let go.
fn large() -> (Router, Arc<AtomicBool>) {
    let is_gone = Arc::new(AtomicBool::new(false));
    let gone = Arc::clone(&is_gone);
    let answer = move || {
        let bytes = Bytes::from_owner(Held(vec![b'x'; 32 * MIB], Arc::clone(&gone)));
        async move { Body::from(bytes) }
    };
    (Router::new().route("/", get(answer)), is_gone)
}

/// Asks for the large answer and reads some of it each time, until it is let go; returns how long that took and how much was read.
async fn read_slowly(patience: Patience, each: usize) -> (Duration, usize) {
    let (router, is_gone) = large();
    let (mut client, _crowd) = connected(router, patience).await;
    client.write_all(REQUEST.as_bytes()).await.unwrap();
    let (began, mut read, mut buffer) = (Instant::now(), 0, vec![0; each]);
    while !is_gone.load(Ordering::Relaxed) && began.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if each > 0 {
            read += client.read(&mut buffer).await.unwrap_or_default();
        }
    }
    (began.elapsed(), read)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_takes_is_let_go() {
    let stall = Duration::from_millis(300);
    let (waited, _) = read_slowly(Patience { stall, ..patience() }, 0).await;
    assert!(waited > stall && waited < Duration::from_secs(3), "{waited:?}");
    // One that is taken a little at a time has the time of a whole answer, and no more.
    let answer = Duration::from_millis(600);
    let (waited, read) = read_slowly(Patience { answer, stall, ..patience() }, 128 * 1024).await;
    assert!(waited > stall && waited < Duration::from_secs(3), "{waited:?}");
    assert!(read < 32 * MIB, "{read}");
    // And one that is taken gets there, however long that takes.
    let (waited, read) = read_slowly(Patience { stall, ..patience() }, 512 * 1024).await;
    assert!(waited > stall && read > 24 * MIB, "{waited:?}, {read}");
}
