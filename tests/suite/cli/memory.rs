//! The rows that a run may keep fit the memory that the template gives the function.
//!
//! What a run holds grows with the rows that it keeps, and these are limited (`collect::Budget::kept_bytes`). Here a cloud of its own
//! answers, gzipped, with a large page of large things. The greatest memory of the program over a first run and one without change, counted a
//! byte of rows, says what a run at the limit needs: one at the limit itself takes minutes without optimisation.
//!
//! What is found and told comes on top: about a kilobyte for each holder of each permission, and for each row that changed.

use std::{
    fmt::Write as _,
    fs,
    io::{Read, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use model::tables;
use snapshot::{AnyStore, History, StoreOptions};

use super::program::{Desk, binary};

/// What is left for what is not counted here: what is found and told, the runtime of Lambda, fragments, other allocators.
const MARGIN: u64 = 512 << 20;
/// Bytes of the page: half of what is read.
const PAGE: usize = 8 << 20;
const ACCOUNT: &str = "acc1";

/// A cloud with one large list.
struct Cloud {
    /// Whether the list is large, or fails like all others.
    is_filled: bool,
}

impl Cloud {
    /// Starts to serve, and returns the address.
    fn start(is_filled: bool) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let serving = Arc::new(Self { is_filled });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let cloud = Arc::clone(&serving);
                // Who hangs up is no fault of this side.
                thread::spawn(move || drop(cloud.serve(stream)));
            }
        });
        base
    }

    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut request = Vec::new();
        let mut part = [0; 4096];
        loop {
            let count = stream.read(&mut part)?;
            if count == 0 {
                return Ok(());
            }
            request.extend_from_slice(&part[..count]);
            if !request.windows(4).any(|end| end == b"\r\n\r\n") {
                continue;
            }
            let line = String::from_utf8_lossy(&request).into_owned();
            let body = self.answer(line.split(' ').nth(1).unwrap_or_default());
            // What counts is what it unpacks to; to compress it takes long without optimisation.
            let mut packed = GzEncoder::new(Vec::new(), Compression::none());
            packed.write_all(body.as_bytes())?;
            let packed = packed.finish()?;
            let length = packed.len();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip";
            stream.write_all(format!("{head}\r\ncontent-length: {length}\r\n\r\n").as_bytes())?;
            stream.write_all(&packed)?;
            request.clear();
        }
    }

    fn answer(&self, target: &str) -> String {
        if target.starts_with("/identity/token") {
            // {"iam_id":"iam-ServiceId-1","account":{"bss":"acc1"}}
            let claims = "eyJpYW1faWQiOiJpYW0tU2VydmljZUlkLTEiLCJhY2NvdW50Ijp7ImJzcyI6ImFjYzEifX0";
            return format!("{{\"access_token\":\"head.{claims}.sign\",\"expires_in\":3600}}");
        }
        if self.is_filled && target.starts_with("/v2/resource_instances") && !target.contains("state=") {
            return Self::page();
        }
        // No list: nothing is known of it.
        r#"{"limit":1}"#.to_owned()
    }

    /// Makes a page of instances with long names.
    fn page() -> String {
        let name = "n".repeat(400);
        let mut page = "{\"resources\":[".to_owned();
        for number in 0_u64.. {
            let comma = if number == 0 { "" } else { "," };
            let id = format!("{number:x}");
            let crn = format!("crn:v1:bluemix:public:kms:eu-de:a/acc1:{id}::");
            let _ = write!(
                page,
                r#"{comma}{{"id":"{crn}","crn":"{crn}","guid":"{id}","name":"{name}","state":"active"}}"#
            );
            if page.len() > PAGE {
                break;
            }
        }
        page + "]}"
    }
}

/// Returns what Lambda gives the function, in bytes, as the template says.
fn memory_of_function() -> u64 {
    let template = include_str!("../../../infra/template.yaml");
    let line = template.lines().find_map(|line| line.trim().strip_prefix("MemorySize: "));
    line.and_then(|size| size.parse::<u64>().ok()).expect("the size in MB") << 20
}

/// Audits once and returns the greatest memory of the program, in bytes.
fn peak_of_audit(desk: &Desk) -> u64 {
    let mut child = Command::new(binary())
        .args(["audit"])
        .current_dir(desk.path(""))
        .env_clear()
        .env("HOME", desk.path(""))
        .env("IBM_API_KEY", "key")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(desk.path("stderr")).unwrap())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        // The greatest so far; gone when the process is.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
        let kib: String = line.chars().filter(char::is_ascii_digit).collect();
        peak = kib.parse::<u64>().unwrap_or(0).max(peak);
        thread::sleep(Duration::from_millis(5));
    }
    peak << 10
}

/// Returns how many bytes the rows of the newest snapshot have.
async fn kept(desk: &Desk) -> u64 {
    let store = desk.path("iamwatch-store").display().to_string();
    let store = AnyStore::open(&store, &StoreOptions::default()).await.unwrap();
    let history = History::new(store, format!("ibm/{ACCOUNT}").parse().unwrap());
    let manifest = history.latest().await.unwrap().expect("a snapshot");
    let mut bytes = 0;
    for table in tables::of_cloud(model::Cloud::Ibm) {
        let rows = history.read(&manifest, table).await.unwrap();
        bytes += rows.iter().map(|row| u64::try_from(row.as_bytes().len()).unwrap()).sum::<u64>();
    }
    bytes
}

/// Returns the greatest memory of two runs, and the bytes of the rows that each read.
async fn measure(is_filled: bool) -> (u64, u64) {
    let base = Cloud::start(is_filled);
    let desk = Desk::new();
    let names = ["iam", "user_management", "accounts", "resource_controller", "cbr", "enterprise"];
    let endpoints: String = names.map(|name| format!("{name} = \"{base}\"\n")).concat();
    desk.write(
        "iamwatch.toml",
        &format!(
            "store = \"iamwatch-store\"\n[[account]]\ncloud = \"ibm\"\ncredentials = {{ api_key = \"env:IBM_API_KEY\" }}\n[account.endpoints]\n{endpoints}"
        ),
    );
    let first = peak_of_audit(&desk);
    let second = peak_of_audit(&desk);
    println!("{} MiB, then {} MiB", first >> 20, second >> 20);
    (first.max(second), kept(&desk).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_that_a_run_may_keep_fit_the_function() {
    let most = collect::Budget::default().kept_bytes;
    let (idle, _) = measure(false).await;
    let (peak, kept) = measure(true).await;
    assert!(kept > 8 << 20, "the rows arrived: {kept}");
    let needed = idle + (peak - idle) * most / kept;
    println!("{} MiB, {} of them idle, at {} MiB of rows", peak >> 20, idle >> 20, kept >> 20);
    assert!(needed < memory_of_function() - MARGIN, "a run at the limit needs {} MiB", needed >> 20);
}
