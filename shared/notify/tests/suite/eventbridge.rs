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
use notify::{DeliveryReport, EventBridge, Sink, deliver};
use serde_json::{Value, json};

use crate::{delivery::Memory, story};

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

#[derive(Clone)]
struct Bus {
    script: Script,
    /// Answers to whole requests, before entries are looked at.
    status: fn(request: usize) -> u16,
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
    let status = (bus.status)(number);
    if status != 200 {
        let answer = json!({ "__type": "AccessDeniedException", "message": "not allowed to put events" });
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

/// Delivers events to a bus that follows a script; returns the report and the ids of each request.
async fn deliver_to(
    script: Script,
    status: fn(usize) -> u16,
    events: &[Event],
) -> (DeliveryReport, Vec<Vec<String>>) {
    let bus = Bus {
        script,
        status,
        order: Arc::new(events.iter().map(|event| event.id.clone()).collect()),
        seen: Arc::default(),
        requests: Arc::default(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/", post(put_events)).with_state(bus.clone());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let sink = Sink::EventBridge(EventBridge::new("iamwatch").with_client(client(&endpoint).await));
    let report = deliver(&Memory::default(), &[sink], 42, events).await;
    server.abort();
    let requests = bus.requests.lock().unwrap().clone();
    (report, requests)
}

fn events() -> Vec<Event> {
    story::every_event().into_iter().take(15).collect()
}

#[tokio::test]
async fn only_the_entries_that_were_refused_are_sent_again() {
    let events = events();
    let script: Script = |index, time| (index % 4 == 1 && time <= 2).then_some("ThrottlingException");
    let (report, requests) = deliver_to(script, |_| 200, &events).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.sinks[0].sent, 15);
    assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), [10, 3, 3, 5, 1, 1]);
    assert_eq!(requests[1], [&events[1], &events[5], &events[9]].map(|event| event.id.clone()));
}

#[tokio::test]
async fn an_entry_that_is_refused_for_good_is_not_sent_again_and_is_named() {
    let events = events();
    let script: Script = |index, _| (index == 3).then_some("MalformedDetail");
    let (report, requests) = deliver_to(script, |_| 200, &events).await;
    assert_eq!((report.sinks[0].sent, report.sinks[0].failed), (14, 1));
    assert_eq!(requests.len(), 2);
    assert_eq!(
        report.sinks[0].reason.as_deref().unwrap(),
        format!("event bus `iamwatch` refused event {}: MalformedDetail (said the test)", events[3].id)
    );
}

#[tokio::test]
async fn tries_have_a_bound() {
    let events = events();
    let (report, requests) = deliver_to(|_, _| Some("InternalFailure"), |_| 200, &events[..1]).await;
    assert_eq!((report.sinks[0].sent, report.sinks[0].failed), (0, 1));
    assert_eq!(requests.len(), 5);
}

#[tokio::test]
async fn a_server_that_stumbles_gets_the_whole_request_again() {
    let events = events();
    let (report, requests) =
        deliver_to(|_, _| None, |number| if number <= 2 { 503 } else { 200 }, &events).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(requests.len(), 4);
}

#[tokio::test]
async fn a_bus_that_refuses_us_is_given_up_at_once_and_keeps_what_it_took() {
    let events = events();
    let (report, requests) =
        deliver_to(|_, _| None, |number| if number == 2 { 400 } else { 200 }, &events).await;
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
