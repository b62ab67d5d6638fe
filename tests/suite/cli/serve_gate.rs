//! Who may come in on loopback, and how much of it: tokens, names of hosts, slow and many clients.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use reqwest::{StatusCode, header};

use super::{
    program::Desk,
    serve::{Served, account, assert_problem},
};

#[tokio::test]
async fn the_printed_address_is_exchanged_for_a_cookie_that_no_page_can_read() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let first = served.client.get(&served.url).send().await.unwrap();
    assert_eq!(
        (first.status(), &first.headers()[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/".parse().unwrap())
    );
    let cookie = first.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let own = cookie.split(';').next().unwrap();
    let page = served.client.get(served.address("/")).header(header::COOKIE, own).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    for name in ["access-control-allow-origin", "set-cookie"] {
        assert!(page.headers().get(name).is_none(), "{name}");
    }
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.text().await.unwrap().contains(&served.token));
    // What is asked besides stays, and no path leads to another host.
    let led = served.client.get(format!("{}&limit=3", served.url.replacen("/?", "//evil.example/?", 1)));
    let led = led.send().await.unwrap();
    assert_eq!(led.headers()[header::LOCATION], "/evil.example/?limit=3");
}

#[tokio::test]
async fn nobody_comes_in_without_the_token_or_by_a_foreign_name() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let wrong = "0".repeat(served.token.len());
    let name = format!("iamwatch-{}", served.port);
    let get = |path: &str| served.client.get(served.address(path));
    for request in [
        get("/"),
        get("/api/v1/accounts"),
        get("/style.css"),
        get("/").bearer_auth(&wrong),
        get("/").bearer_auth(""),
        get("/").bearer_auth(&served.token[1..]),
        get("/").header(header::COOKIE, format!("{name}={wrong}")),
        get("/").header(header::COOKIE, format!("other={}", served.token)),
        get(&format!("/?token={wrong}")),
        get("/?token="),
        served.client.post(&served.url),
    ] {
        let refused = request.send().await.unwrap();
        assert_eq!(refused.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"iamwatch\"");
        assert_problem(refused, 401, "no-token").await;
    }
    for host in [
        "evil.example",
        &format!("evil.example:{}", served.port),
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example",
        &format!("evil.example@127.0.0.1:{}", served.port),
        &format!("localhost.:{}", served.port),
        &format!("0.0.0.0:{}", served.port),
        &format!("2130706433:{}", served.port),
        &format!("127.0.0.1:0{}", served.port),
        &format!("127.0.0.1.nip.example:{}", served.port),
        "",
    ] {
        let request = get("/").bearer_auth(&served.token).header(header::HOST, host);
        assert_problem(request.send().await.unwrap(), 421, "foreign-host").await;
    }
    let local =
        get("/").bearer_auth(&served.token).header(header::HOST, format!("localhost:{}", served.port));
    assert_eq!(local.send().await.unwrap().status(), StatusCode::OK);
    // What an address names as its host counts as well.
    for (host, status) in [("evil.example".to_owned(), "421"), (format!("localhost:{}", served.port), "200")]
    {
        let mut stream = TcpStream::connect(("127.0.0.1", served.port)).unwrap();
        let (port, token) = (served.port, &served.token);
        let request = format!(
            "GET http://{host}/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
}

#[tokio::test]
async fn a_path_says_which_methods_it_knows() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let query = format!("{at}/query");
    for (path, methods) in [(query.as_str(), "GET, HEAD, POST"), ("/api/v1/accounts", "GET, HEAD")] {
        let asked = served.client.put(served.address(path)).bearer_auth(&served.token);
        assert_eq!(asked.send().await.unwrap().headers()[header::ALLOW], methods, "{path}");
    }
}

#[tokio::test]
async fn only_reading_is_possible_and_bodies_are_small() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    for (method, path) in [
        (reqwest::Method::POST, "/api/v1/accounts".to_owned()),
        (reqwest::Method::DELETE, format!("{at}/snapshots/1")),
        (reqwest::Method::PUT, format!("{at}/query")),
        (reqwest::Method::OPTIONS, format!("{at}/query")),
    ] {
        let response = served
            .client
            .request(method, served.address(&path))
            .bearer_auth(&served.token)
            .send()
            .await
            .unwrap();
        assert!(response.headers()[header::ALLOW].to_str().unwrap().starts_with("GET, HEAD"));
        assert_problem(response, 405, "wrong-method").await;
    }
    let post = |body: String| {
        served.client.post(served.address(&format!("{at}/query"))).bearer_auth(&served.token).body(body)
    };
    let huge = post(format!("select '{}'", "x".repeat(10_000_000))).send().await;
    // A server may close before all of it was sent.
    if let Ok(response) = huge {
        assert_problem(response, 413, "too-large-a-body").await;
    }
    let asked = post("select 1 as one".to_owned()).send().await.unwrap();
    assert_eq!(asked.headers()[header::CACHE_CONTROL], "no-store");
    let answer: serde_json::Value = serde_json::from_str(&asked.text().await.unwrap()).unwrap();
    assert_eq!(answer["rows"][0]["one"], 1);
    let twice = served.client.post(served.address(&format!("{at}/query?sql=select+2")));
    let twice = twice.bearer_auth(&served.token).body("select 1").send().await.unwrap();
    assert_problem(twice, 400, "repeated-parameter").await;
    let long = served.ask(&format!("{at}/query?sql={}", "x".repeat(20_000)), &[]).await;
    assert_problem(long, 414, "too-long-an-address").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_at_once_and_clients_that_never_end_keep_nobody_out() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    // They send half a head, and then nothing.
    let idle: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", served.port)).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1").unwrap();
            stream
        })
        .collect();
    let began = Instant::now();
    let path = format!("{at}/snapshots/7");
    let asked = (0..1000).map(|_| served.ask(&path, &[]));
    let answers = futures::future::join_all(asked).await;
    assert!(answers.iter().all(|answer| answer.status() == StatusCode::OK));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.id())).unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.split_whitespace().next());
    if let Some(peak) = peak {
        assert!(peak.parse::<u64>().unwrap() < 400_000, "{peak} kB");
    }
    // The first of those is put out when its time is over; none is waited for to its end here.
    let mut first = idle.into_iter().next().unwrap();
    first.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    let mut rest = Vec::new();
    let put_out = first.read_to_end(&mut rest);
    assert!(put_out.is_ok() || put_out.unwrap_err().kind() == std::io::ErrorKind::ConnectionReset);
    assert!(began.elapsed() < Duration::from_secs(50));
}

/// Sends bytes as they are, and returns the first line of what is answered.
fn first_line(served: &Served, bytes: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", served.port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // It may be refused before all of it was sent.
    let _sent = stream.write_all(bytes.as_bytes());
    let mut answer = Vec::new();
    let _read = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_can_be_read_in_two_ways_or_never_ends_is_refused() {
    let desk = Desk::with_history();
    let served = Served::start(&desk);
    let at = account(&served).await;
    let (host, token) = (format!("Host: 127.0.0.1:{}", served.port), &served.token);
    let ends = format!("Authorization: Bearer {token}\r\nConnection: close\r\n");
    let post = format!("POST {at}/query HTTP/1.1\r\n{host}\r\n{ends}");
    for (what, bytes, status) in [
        ("two hosts", format!("GET / HTTP/1.1\r\n{host}\r\nHost: evil.example\r\n{ends}\r\n"), "421"),
        ("no host", format!("GET / HTTP/1.1\r\n{ends}\r\n"), "421"),
        ("a proxy", format!("CONNECT evil.example:443 HTTP/1.1\r\n{host}\r\n{ends}\r\n"), "421"),
        ("two lengths", format!("{post}Content-Length: 8\r\nContent-Length: 9\r\n\r\nselect 1"), "400"),
        ("a wrong chunk", format!("{post}Transfer-Encoding: chunked\r\n\r\nzz\r\nselect 1"), "400"),
        ("many headers", format!("GET / HTTP/1.1\r\n{host}\r\n{}{ends}\r\n", "X: x\r\n".repeat(300)), "431"),
        (
            "a large head",
            format!("GET / HTTP/1.1\r\n{host}\r\nX: {}\r\n{ends}\r\n", "x".repeat(300_000)),
            "431",
        ),
        ("a body that does not come", format!("{post}Content-Length: 8\r\n\r\n"), "408"),
        ("a body that is too long", format!("{post}Content-Length: 99999999999\r\n\r\n"), "413"),
    ] {
        let line = first_line(&served, &bytes);
        // Whoever still sends when it is put out may not read why.
        let is_put_out = line.is_empty() && bytes.len() > 60_000;
        assert!(line.starts_with(&format!("HTTP/1.1 {status} ")) || is_put_out, "{what}: {line}");
    }
    assert_eq!(served.ask(&format!("{at}/snapshots/7"), &[]).await.status(), StatusCode::OK);
}

#[cfg(unix)]
#[test]
fn it_ends_when_it_is_interrupted() {
    let desk = Desk::with_history();
    let mut served = Served::start(&desk);
    let killed =
        std::process::Command::new("kill").args(["-INT", &served.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert!(served.ends());
}
