//! HTTP as bytes on a socket: messages that come in whole, and answers that may go out broken.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// A request or a response.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Its first line.
    pub start: String,
    /// Its headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// How the bytes of an answer go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Whole,
    /// Half of the body, then a reset.
    Reset,
    /// Half of the body, then the end.
    Truncated,
    /// One byte in so many milliseconds.
    Trickle(u64),
}

impl Message {
    /// Makes a response of JSON.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::of(status, "application/json", body.to_string().into_bytes())
    }

    /// Makes a response.
    pub fn of(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self {
            start: format!("HTTP/1.1 {status} Simulated"),
            headers: vec![("content-type".to_owned(), kind.to_owned())],
            body,
        }
    }

    /// Returns the value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Puts a header in the place of one of that name.
    pub fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Returns the second word of the first line: the path and query of a request, the status of a response.
    pub fn second_word(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// Reads a message; none when the connection ended before it.
    pub async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Self>> {
        let mut message = Self::default();
        if stream.read_line(&mut message.start).await? == 0 {
            return Ok(None);
        }
        message.start.truncate(message.start.trim_end().len());
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            message.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = message.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        message.body.resize(length, 0);
        stream.read_exact(&mut message.body).await?;
        Ok(Some(message))
    }

    fn head(&self) -> String {
        let headers = self.headers.iter().filter(|(name, _)| name != "content-length");
        let lines: String = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        // An answer of 204 has no length.
        let length = match self.second_word() {
            "204" => String::new(),
            _ => format!("content-length: {}\r\n", self.body.len()),
        };
        format!("{}\r\n{lines}{length}\r\n", self.start)
    }

    /// Writes a message; returns whether the connection can go on.
    pub async fn write(&self, stream: &mut BufReader<TcpStream>, manner: Manner) -> io::Result<bool> {
        stream.write_all(self.head().as_bytes()).await?;
        match manner {
            Manner::Whole => stream.write_all(&self.body).await?,
            Manner::Trickle(millis) => {
                for byte in self.body.chunks(1) {
                    tokio::time::sleep(Duration::from_millis(millis)).await;
                    stream.write_all(byte).await?;
                    stream.flush().await?;
                }
            }
            Manner::Reset | Manner::Truncated => {
                stream.write_all(&self.body[..self.body.len() / 2]).await?;
                stream.flush().await?;
                if manner == Manner::Reset {
                    // What was written must be on its way, or the reset takes it back.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    stream.get_ref().set_zero_linger()?;
                }
                return Ok(false);
            }
        }
        stream.flush().await?;
        Ok(true)
    }
}

/// Asks a server once.
pub async fn ask(address: &str, request: &Message) -> io::Result<Message> {
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    let mut request = request.clone();
    // What comes back must be readable here.
    request.headers.retain(|(name, _)| !matches!(name.as_str(), "accept-encoding" | "connection"));
    request.set("connection", "close");
    request.write(&mut stream, Manner::Whole).await?;
    let answer = Message::read(&mut stream).await?;
    let mut answer = answer.ok_or_else(|| io::Error::other("the server said nothing"))?;
    answer.headers.retain(|(name, _)| name != "connection");
    Ok(answer)
}
