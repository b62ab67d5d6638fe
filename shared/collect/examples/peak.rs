//! Measures the peak of memory of a run in which every page is as large as is read.
//!
//! Serves, in a process of its own, an IBM Cloud account on loopback whose every answer unpacks to 16 MiB of small objects, until the run has used
//! up what all its answers may unpack to, and prints the peak and what became of the lists. Linux only: the peak is that
//! of `/proc/self/status`. Called with a number, it makes so many calls at the same time.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

use std::{
    error::Error,
    fmt::Write as _,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use collect::{
    Secret, Silent,
    ibm::{CollectSettings, Endpoints},
};
use model::{Coverage, tables};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
};

/// Pages that were served.
static SERVED: AtomicU64 = AtomicU64::new(1);
/// Bytes of a page, a little below what is read.
const PAGE_BYTES: usize = (16 << 20) - 4096;
/// The array of the lists that are filled: instances of services, a list for each state, without lists of their own.
const ARRAY: &str = "resources";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some("serve") {
        return serve().await;
    }
    let concurrency = argument.map(|text| text.parse()).transpose()?.unwrap_or(16);
    let mut server = Command::new(std::env::current_exe()?)
        .arg("serve")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = server.stdout.take().ok_or("no output")?;
    let base = BufReader::new(output).lines().next_line().await?.ok_or("no address")?;
    let names = ["iam", "user_management", "accounts", "resource_controller", "cbr", "enterprise"];
    let settings = CollectSettings {
        endpoints: Endpoints::parse(names.map(|name| (name, base.as_str())))?,
        concurrency,
        ..CollectSettings::new(Secret::new("key"))
    };
    let (before, began) = (peak_kib()?, Instant::now());
    let outcome = collect::ibm::account(&settings, &Silent).await;
    let (after, took) = (peak_kib()?, began.elapsed());
    println!("peak {} MiB, {} MiB before the run, {} s", after >> 10, before >> 10, took.as_secs());
    match outcome {
        Ok(collected) => {
            let lists = collected.state.rows(&tables::COVERAGE).iter().map(Coverage::from_row);
            for list in lists.filter(|list| list.pages > 0) {
                let reason = list.reason.unwrap_or_default();
                println!(
                    "{} {}: {} pages, {} rows, {reason}",
                    list.listing, list.parent, list.pages, list.rows
                );
            }
        }
        Err(error) => println!("no snapshot: {error}"),
    }
    Ok(())
}

/// Serves the account until the process is ended, and prints where.
async fn serve() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    let page = Arc::new(page());
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer(stream, Arc::clone(&page)));
    }
}

/// Makes a page full of things with a long name; `########` stands for the number of the page.
fn page() -> String {
    let name = "n".repeat(900);
    let mut page = format!("{{\"next_url\":\"?start=########\",\"{ARRAY}\":[");
    let mut number = 0_u64;
    while page.len() < PAGE_BYTES {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            page,
            "{comma}{{\"id\":\"########-{number:x}\",\"iam_id\":\"########-{number:x}\",\"guid\":\"g\",\"name\":\"{name}\"}}"
        );
        number += 1;
    }
    page + "]}"
}

async fn answer(mut stream: TcpStream, page: Arc<String>) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        let count = stream.read(&mut part).await?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(part.get(..count).unwrap_or_default());
        if !request.windows(4).any(|end| end == b"\r\n\r\n") {
            continue;
        }
        let line = String::from_utf8_lossy(&request).into_owned();
        let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let number = format!("{:08}", SERVED.fetch_add(1, Ordering::Relaxed));
        let body = if target.starts_with("/identity/token") {
            token()
        } else if target.contains("/resource_instances") {
            page.replace("########", &number)
        } else {
            "{\"limit\":1}".to_owned()
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        request.clear();
    }
}

fn token() -> String {
    let claims = BASE64_URL_SAFE_NO_PAD.encode(r#"{"iam_id":"iam-ServiceId-1","account":{"bss":"acc1"}}"#);
    format!("{{\"access_token\":\"head.{claims}.sign\",\"expires_in\":3600}}")
}

fn peak_kib() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no peak")?;
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}
