//! EventBridge: against a server that refuses single entries, and against a whole one.
//!
//! The whole one is named by `IAMWATCH_TEST_AWS` (`tests/servers/moto.sh start` prints it); without it
//! that test says so and does nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_eventbridge::{Client, config::Credentials, types::Target};
use axum::{Router, extract::State, http::StatusCode, routing::post};
use model::Event;
use notify::{DeliveryReport, EventBridge, Sink};
use serde_json::{Value, json};

use crate::{
    delivery::{Memory, batch, deliver, deliver_at},
    story,
};

async fn client(endpoint: &str) -> Client {
    let credentials =
        Credentials::builder().access_key_id("test").secret_access_key("test").provider_name("test").build();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials)
        .retry_config(RetryConfig::disabled())
        .load()
        .await;
    Client::new(&config)
}

/// What the server does with the entry of that event the n-th time it sees it: an error code, or none.
type Script = fn(index: usize, time: usize) -> Option<&'static str>;

/// What the server answers to a whole request: status, code, message.
type Refuses = fn(request: usize, events: &[usize]) -> Option<(u16, &'static str, &'static str)>;

#[derive(Clone)]
struct Bus {
    script: Script,
    /// Refuses whole requests, before entries are looked at, by their number and the places of their events.
    refuses: Refuses,
    /// How long an answer takes.
    slowness: Duration,
    order: Arc<Vec<String>>,
    seen: Arc<Mutex<BTreeMap<String, usize>>>,
    requests: Arc<Mutex<Vec<Vec<String>>>>,
}

async fn put_events(State(bus): State<Bus>, body: String) -> (StatusCode, String) {
    let request: Value = serde_json::from_str(&body).unwrap();
    let details: Vec<Value> = request["Entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            assert_eq!(entry["Source"], "iamwatch");
            assert_eq!(entry["EventBusName"], "iamwatch");
            let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
            assert_eq!(entry["DetailType"], detail["type"]);
            detail
        })
        .collect();
    let ids: Vec<String> = details.iter().map(|detail| detail["id"].as_str().unwrap().to_owned()).collect();
    let number = {
        let mut requests = bus.requests.lock().unwrap();
        requests.push(ids.clone());
        requests.len()
    };
    tokio::time::sleep(bus.slowness).await;
    let places: Vec<usize> =
        ids.iter().map(|id| bus.order.iter().position(|each| each == id).unwrap()).collect();
    if let Some((status, code, message)) = (bus.refuses)(number, &places) {
        let answer = json!({ "__type": code, "message": message });
        return (StatusCode::from_u16(status).unwrap(), answer.to_string());
    }
    let mut seen = bus.seen.lock().unwrap();
    let entries: Vec<Value> = ids
        .iter()
        .map(|id| {
            let time = seen.entry(id.clone()).or_default();
            *time += 1;
            let index = bus.order.iter().position(|each| each == id).unwrap();
            match (bus.script)(index, *time) {
                Some(code) => json!({ "ErrorCode": code, "ErrorMessage": "said the test" }),
                None => json!({ "EventId": format!("taken-{id}") }),
            }
        })
        .collect();
    let failed = entries.iter().filter(|entry| entry.get("ErrorCode").is_some()).count();
    (StatusCode::OK, json!({ "FailedEntryCount": failed, "Entries": entries }).to_string())
}

/// A bus that follows a script, at an address of its own.
struct Scripted {
    bus: Bus,
    sink: Sink,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Scripted {
    async fn start(script: Script, refuses: Refuses, events: &[Event], slowness: Duration) -> Self {
        let bus = Bus {
            script,
            refuses,
            slowness,
            order: Arc::new(events.iter().map(|event| event.id.clone()).collect()),
            seen: Arc::default(),
            requests: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/", post(put_events)).with_state(bus.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let sink = Sink::EventBridge(EventBridge::new("iamwatch").with_client(client(&endpoint).await));
        Self { bus, sink, server }
    }

    fn requests(&self) -> Vec<Vec<String>> {
        self.bus.requests.lock().unwrap().clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Delivers events to a bus that follows a script; returns the report and the ids of each request.
async fn deliver_to(
    script: Script,
    refuses: Refuses,
    events: &[Event],
) -> (DeliveryReport, Vec<Vec<String>>) {
    let scripted = Scripted::start(script, refuses, events, Duration::ZERO).await;
    let sinks = std::slice::from_ref(&scripted.sink);
    let report = deliver(&Memory::default(), sinks, 42, events).await;
    (report, scripted.requests())
}

const TAKES_ALL: Script = |_, _| None;
const TAKES_REQUESTS: Refuses = |_, _| None;

fn events() -> Vec<Event> {
    story::every_event().into_iter().take(15).collect()
}

#[tokio::test]
async fn only_the_entries_that_were_refused_are_sent_again() {
    let events = events();
    let script: Script = |index, time| (index % 4 == 1 && time <= 2).then_some("ThrottlingException");
    let (report, requests) = deliver_to(script, TAKES_REQUESTS, &events).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.sinks[0].sent, 15);
    assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), [10, 3, 3, 5, 1, 1]);
    assert_eq!(requests[1], [&events[1], &events[5], &events[9]].map(|event| event.id.clone()));
}

#[tokio::test]
async fn an_entry_that_is_refused_for_good_is_parked_with_its_reason() {
    let events = events();
    let script: Script = |index, _| (index == 3).then_some("MalformedDetail");
    let (report, requests) = deliver_to(script, TAKES_REQUESTS, &events).await;
    assert_eq!((report.sinks[0].sent, report.sinks[0].failed), (14, 0));
    assert_eq!(requests.len(), 2);
    let reason =
        format!("event bus `iamwatch` refused event {}: MalformedDetail (said the test)", events[3].id);
    assert_eq!(report.sinks[0].parked, BTreeMap::from([(events[3].id.clone(), reason)]));
    assert!(report.is_complete() && report.has_news());
}

#[tokio::test]
async fn an_entry_that_we_may_not_send_is_not_at_fault() {
    let events = events();
    let script: Script = |index, _| (index == 3).then_some("NotAuthorizedForDetailTypeException");
    let (report, _) = deliver_to(script, TAKES_REQUESTS, &events).await;
    assert_eq!((report.sinks[0].sent, report.sinks[0].failed), (14, 1));
    assert!(report.sinks[0].parked.is_empty() && !report.is_complete());
}

/// Refuses each request that holds one of two events, in the words that a bus has for what it cannot take.
const TWO_CULPRITS: Refuses = |_, events| {
    let holds = events.contains(&3) || events.contains(&12);
    holds.then_some((400, "ValidationException", "the request cannot be taken"))
};

#[tokio::test]
async fn a_request_that_is_refused_is_halved_until_the_culprit_is_alone() {
    let events = events();
    let scripted = Scripted::start(TAKES_ALL, TWO_CULPRITS, &events, Duration::ZERO).await;
    let (shelf, sinks) = (Memory::default(), std::slice::from_ref(&scripted.sink));
    let report = deliver(&shelf, sinks, 42, &events).await;
    assert_eq!((report.sinks[0].sent, report.sinks[0].failed), (13, 0));
    let parked: Vec<&String> = report.sinks[0].parked.keys().collect();
    let mut culprits = vec![&events[3].id, &events[12].id];
    culprits.sort();
    assert_eq!(parked, culprits);
    assert_eq!(
        report.sinks[0].parked[&events[3].id],
        "could not put events on bus `iamwatch`: ValidationException: the request cannot be taken"
    );
    assert!(report.is_complete(), "a parked event is no debt");
    let requests = scripted.requests();
    let taken: Vec<&String> = requests
        .iter()
        .filter(|ids| !ids.contains(&events[3].id) && !ids.contains(&events[12].id))
        .flatten()
        .collect();
    let expected: Vec<&String> =
        events.iter().map(|event| &event.id).filter(|id| !culprits.contains(id)).collect();
    assert_eq!(taken, expected, "each once, in order");

    let next = deliver_at(1, &shelf, sinks, 42, &events).await;
    assert!(!next.has_news() && next.is_complete(), "told once: {next:?}");
    assert_eq!(scripted.requests().len(), requests.len(), "nothing is sent again");
}

#[tokio::test]
async fn words_that_nobody_knows_park_an_event_only_where_others_are_taken() {
    let events = events();
    let unknown: Refuses = |_, events| events.contains(&3).then_some((400, "Puzzled", "?"));
    let (report, _) = deliver_to(TAKES_ALL, unknown, &events).await;
    assert_eq!((report.sinks[0].sent, report.sinks[0].parked.len(), report.sinks[0].failed), (14, 1, 0));
    let (report, _) = deliver_to(TAKES_ALL, |_, _| Some((400, "Puzzled", "?")), &events[..1]).await;
    assert_eq!((report.sinks[0].parked.len(), report.sinks[0].failed), (0, 1));
}

#[tokio::test]
async fn an_event_alone_is_parked_where_the_bus_says_what_is_wrong_with_it() {
    let wrong: Refuses = |_, _| Some((400, "ValidationException", "the detail cannot be taken"));
    let (report, requests) = deliver_to(TAKES_ALL, wrong, &events()[..1]).await;
    assert_eq!((report.sinks[0].parked.len(), report.sinks[0].failed, requests.len()), (1, 0, 1));
}

#[tokio::test]
async fn a_bus_that_takes_nothing_parks_nothing() {
    for refusal in ["ValidationException", "Puzzled"] {
        let refuses: Refuses = match refusal {
            "Puzzled" => |_, _| Some((400, "Puzzled", "?")),
            _ => |_, _| Some((400, "ValidationException", "nothing is right")),
        };
        let events = events();
        let (report, _) = deliver_to(TAKES_ALL, refuses, &events).await;
        assert_eq!((report.sinks[0].sent, report.sinks[0].failed), (0, 15), "{refusal}");
        assert!(report.sinks[0].parked.is_empty());
    }
}

#[tokio::test]
async fn load_credentials_and_a_missing_bus_park_nothing() {
    let refusals: [Refuses; 4] = [
        |_, _| Some((400, "ThrottlingException", "slower")),
        |_, _| Some((403, "", "")),
        |_, _| Some((400, "ExpiredTokenException", "the token is old")),
        |_, _| Some((400, "ResourceNotFoundException", "Event bus iamwatch does not exist.")),
    ];
    for refuses in refusals {
        let (report, requests) = deliver_to(TAKES_ALL, refuses, &events()).await;
        assert_eq!((report.sinks[0].failed, report.sinks[0].parked.len()), (15, 0), "{report:?}");
        assert!(requests.iter().all(|ids| ids.len() == 10), "nothing is halved");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_runs_at_once_one_tells_a_slow_bus() {
    let events = events();
    let slow = Scripted::start(TAKES_ALL, TAKES_REQUESTS, &events, Duration::from_secs(2)).await;
    let (shelf, sinks) = (Memory::default(), std::slice::from_ref(&slow.sink));
    let late = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        deliver(&shelf, sinks, 42, &events).await
    };
    let (first, second) = tokio::join!(deliver(&shelf, sinks, 42, &events), late);
    assert_eq!((first.sinks[0].sent, second.sinks[0].sent), (15, 0));
    assert_eq!(second.sinks[0].already_taken, 15, "it waited until the other was done");
    assert_eq!(slow.requests().concat().len(), 15, "each was sent once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_sends_for_long_keeps_its_claim_and_others_leave_it_to_it() {
    let events = events();
    // Two requests outlast the patience of who waits, and the lease of a claim.
    let slow = Scripted::start(TAKES_ALL, TAKES_REQUESTS, &events, Duration::from_secs(8)).await;
    let (shelf, sinks) = (Memory::default(), std::slice::from_ref(&slow.sink));
    // A clock that goes on, so that a claim that nobody renews would end.
    let began = std::time::Instant::now();
    let now = move || model::Timestamp::UNIX_EPOCH.checked_add(began.elapsed()).unwrap();
    let late = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        notify::deliver(&shelf, sinks, batch(42, &events), &now).await
    };
    let (first, second) = tokio::join!(notify::deliver(&shelf, sinks, batch(42, &events), &now), late);
    assert_eq!(first.sinks[0].sent, 15, "{first:?}");
    assert_eq!((second.sinks[0].sent, second.sinks[0].left_to_another), (0, 15), "{second:?}");
    assert!(!second.is_complete() && !second.sinks[0].has_failed());
    assert_eq!(slow.requests().len(), 2);
}

#[tokio::test]
async fn tries_have_a_bound() {
    let events = events();
    let (report, requests) = deliver_to(|_, _| Some("InternalFailure"), TAKES_REQUESTS, &events[..1]).await;
    assert_eq!((report.sinks[0].sent, report.sinks[0].failed), (0, 1));
    assert_eq!(requests.len(), 5);
}

#[tokio::test]
async fn a_server_that_stumbles_gets_the_whole_request_again() {
    let events = events();
    let (report, requests) =
        deliver_to(TAKES_ALL, |number, _| (number <= 2).then_some((503, "", "")), &events).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(requests.len(), 4);
}

const DENIED: (u16, &str, &str) = (400, "AccessDeniedException", "not allowed to put events");

#[tokio::test]
async fn a_bus_that_refuses_us_is_given_up_at_once_and_keeps_what_it_took() {
    let events = events();
    let (report, requests) =
        deliver_to(TAKES_ALL, |number, _| (number == 2).then_some(DENIED), &events).await;
    assert_eq!((report.sinks[0].sent, report.sinks[0].failed), (10, 5));
    assert_eq!(requests.len(), 2);
    assert_eq!(
        report.sinks[0].reason.as_deref().unwrap(),
        "could not put events on bus `iamwatch`: AccessDeniedException: not allowed to put events"
    );
}

#[tokio::test]
async fn a_bus_that_nobody_answers_for_is_reported() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let sink = Sink::EventBridge(EventBridge::new("iamwatch").with_client(client(&endpoint).await));
    let report = deliver(&Memory::default(), &[sink], 42, &events()).await;
    assert_eq!(report.sinks[0].failed, 15);
    let reason = report.sinks[0].reason.as_deref().unwrap();
    assert!(reason.starts_with("could not put events on bus `iamwatch`: "), "{reason}");
}

/// Calls the server's SQS: it looks at the service in the credential scope and not at the signature.
async fn sqs(endpoint: &str, call: &str, body: Value) -> Value {
    let answer = reqwest::Client::new()
        .post(endpoint)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("AmazonSQS.{call}"))
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0",
        )
        .body(body.to_string())
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{call}: {}", answer.status());
    serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()
}

#[expect(clippy::print_stderr, reason = "a test that could not look must not pass unseen")]
#[tokio::test]
async fn what_goes_into_a_real_bus_comes_out_at_a_queue_behind_a_rule() {
    let Ok(endpoint) = std::env::var("IAMWATCH_TEST_AWS") else {
        eprintln!("SKIPPED: IAMWATCH_TEST_AWS is not set; run `tests/servers/moto.sh start`");
        return;
    };
    let client = client(&endpoint).await;
    let name = format!("iamwatch-{}", std::process::id());
    client.create_event_bus().name(&name).send().await.unwrap();
    let url = sqs(&endpoint, "CreateQueue", json!({ "QueueName": name })).await["QueueUrl"].clone();
    let rule = client.put_rule().name(&name).event_bus_name(&name);
    rule.event_pattern(r#"{"source": ["iamwatch"]}"#).send().await.unwrap();
    let arn = format!("arn:aws:sqs:us-east-1:123456789012:{name}");
    let target = Target::builder().id("queue").arn(arn).build().unwrap();
    client.put_targets().rule(&name).event_bus_name(&name).targets(target).send().await.unwrap();

    let events = story::every_event();
    let sink = Sink::EventBridge(EventBridge::new(&name).with_client(client));
    let report = deliver(&Memory::default(), &[sink], 42, &events).await;
    assert!(report.is_complete(), "{report:?}");

    let mut taken = BTreeMap::new();
    for _ in 0..50 {
        let answer =
            sqs(&endpoint, "ReceiveMessage", json!({ "QueueUrl": url, "MaxNumberOfMessages": 10 })).await;
        for message in answer["Messages"].as_array().into_iter().flatten() {
            let envelope: Value = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
            let event: Event = serde_json::from_value(envelope["detail"].clone()).unwrap();
            assert_eq!(envelope["detail-type"], event.kind);
            taken.insert(event.id.clone(), event);
        }
        if taken.len() == events.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(taken.len(), events.len());
    assert!(events.iter().all(|event| taken.get(&event.id) == Some(event)));
}
