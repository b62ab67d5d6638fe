//! HTTP/1.1, as much of it as an S3 client speaks.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Write},
    net::TcpStream,
};

use url::Url;

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its method.
    pub method: String,
    /// The key of the object: the path without the bucket.
    pub key: String,
    /// The parameters.
    pub query: BTreeMap<String, String>,
    /// The headers, with names in lower case.
    pub headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn without_body(&self) -> Self {
        Self { body: Vec::new(), ..self.clone() }
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    status: u16,
    body: Vec<u8>,
    headers: Vec<(&'static str, &'static str)>,
    /// Whether the connection is closed in the middle of the headers.
    pub(super) is_cut: bool,
}

impl Reply {
    pub(super) const fn of(status: u16, body: Vec<u8>) -> Self {
        Self { status, body, headers: Vec::new(), is_cut: false }
    }

    /// Begins an answer and breaks off.
    pub(super) const fn cut() -> Self {
        Self { status: 200, body: Vec::new(), headers: Vec::new(), is_cut: true }
    }

    /// Adds a header.
    pub(super) fn with(&mut self, name: &'static str, value: &'static str) {
        self.headers.push((name, value));
    }

    pub(super) fn error(status: u16, code: &str) -> Self {
        let text =
            format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>simulated</Message></Error>");
        Self::of(status, text.into_bytes())
    }
}

/// Reads a request; none when the client has gone.
pub(super) fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut parts = line.split(' ');
    let (method, target) = (parts.next()?.to_owned(), parts.next()?);
    let url = Url::parse(&format!("http://bucket{target}")).ok()?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = decoded(url.path());
    // Path style: the first part is the bucket.
    let key = path.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key).to_owned();
    let query = url.query_pairs().into_owned().collect();
    Some(Request { method, key, query, headers, body })
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits: Vec<u8> = rest.by_ref().take(2).collect();
        let code = std::str::from_utf8(&digits).ok().and_then(|text| u8::from_str_radix(text, 16).ok());
        bytes.extend(code);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) fn write(mut connection: &TcpStream, request: &Request, reply: &Reply) -> io::Result<()> {
    let Reply { status, body, headers, is_cut } = reply;
    if *is_cut {
        return connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Le");
    }
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut answer = format!(
        "HTTP/1.1 {status} Simulated\r\n{headers}Content-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    if request.method != "HEAD" {
        answer.extend_from_slice(body);
    }
    connection.write_all(&answer)
}
