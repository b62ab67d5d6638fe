//! An event bus on loopback that answers `PutEvents` as a test wants it to, written from the documents of EventBridge.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

/// What the bus does with a request.
#[derive(Debug, Clone, Default)]
pub(super) struct Manner {
    /// How long an answer takes.
    pub(super) slowness: Duration,
    /// Refuses each request that holds an event whose title has these words, as AWS refuses what is not valid.
    pub(super) refuses: Option<&'static str>,
    /// Answers everything with this status.
    pub(super) status: Option<u16>,
}

/// A bus, and what it took.
#[derive(Debug)]
pub(super) struct Bus {
    address: String,
    manner: Arc<Mutex<Manner>>,
    taken: Arc<Mutex<Vec<Value>>>,
    asked: Arc<AtomicUsize>,
}

impl Bus {
    pub(super) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (manner, taken) = (Arc::new(Mutex::new(manner)), Arc::<Mutex<Vec<Value>>>::default());
        let asked = Arc::<AtomicUsize>::default();
        let shared = (Arc::clone(&manner), Arc::clone(&taken), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (manner, taken) = (Arc::clone(&shared.0), Arc::clone(&shared.1));
                let asked = Arc::clone(&shared.2);
                std::thread::spawn(move || {
                    let Some(body) = body(&stream) else { return };
                    let manner = manner.lock().unwrap().clone();
                    asked.fetch_add(1, Ordering::SeqCst);
                    answer(stream, &body, &manner, &taken);
                });
            }
        });
        Self { address, manner, taken, asked }
    }

    /// Returns the bus as settings name it.
    pub(super) fn sink(&self) -> String {
        format!("eventbridge:iamwatch?endpoint={}&region=eu-central-1", self.address)
    }

    pub(super) fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// Returns the ids of the events that it took, in order.
    pub(super) fn ids(&self) -> Vec<String> {
        self.taken().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns the events that it took, in order.
    pub(super) fn taken(&self) -> Vec<Value> {
        self.taken.lock().unwrap().clone()
    }

    /// Returns how many requests have come in, answered or not.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, body: &Value, manner: &Manner, taken: &Mutex<Vec<Value>>) {
    std::thread::sleep(manner.slowness);
    let entries = body["Entries"].as_array().unwrap();
    let events: Vec<Value> = entries
        .iter()
        .map(|entry| serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap())
        .collect();
    let is_wrong = |event: &Value| {
        manner.refuses.is_some_and(|words| event["data"]["title"].as_str().unwrap().contains(words))
    };
    let (status, answer) = match manner.status {
        Some(status) => (status, json!({ "__type": "InternalException", "message": "not now" })),
        None if events.iter().any(is_wrong) => {
            (400, json!({ "__type": "ValidationException", "message": "1 validation error detected" }))
        }
        None => {
            let entries: Vec<Value> = events.iter().map(|event| json!({ "EventId": event["id"] })).collect();
            taken.lock().unwrap().extend(events);
            (200, json!({ "FailedEntryCount": 0, "Entries": entries }))
        }
    };
    let answer = answer.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    let _ = stream.write_all(format!("{head}{answer}").as_bytes());
}

fn body(stream: &TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
