//! Amazon EventBridge: events as entries of `PutEvents`.
//!
//! In: events. Out: the ids of those that the bus took, and why not the others. An answer of 200 can hold
//! refusals: only the entries that were refused are sent again, with full-jitter back-off, a bound on
//! tries and one on time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_eventbridge::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::put_events::PutEventsError,
    primitives::DateTime,
    types::{PutEventsRequestEntry, PutEventsResultEntry},
};
use model::{Event, Timestamp};
use tokio::sync::OnceCell;

use crate::sink::Receipt;

/// Not `aws.…`, which is reserved.
const SOURCE: &str = "iamwatch";
const BATCH_ENTRIES: usize = 10;
/// Under every limit that a region still has.
const BATCH_BYTES: usize = 240 * 1024;
const TIME_BYTES: usize = 14;
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(60);

/// An event bus.
#[derive(Debug, Clone)]
pub struct EventBridge {
    bus: String,
    endpoint: Option<String>,
    region: Option<String>,
    client: Arc<OnceCell<Client>>,
}

impl EventBridge {
    /// Names a bus, in the region and with the credentials of the environment.
    #[must_use]
    pub fn new(bus: &str) -> Self {
        Self { bus: bus.to_owned(), endpoint: None, region: None, client: Arc::default() }
    }

    /// Reaches it through another address.
    #[must_use]
    pub fn at(mut self, endpoint: String) -> Self {
        self.endpoint = Some(endpoint);
        self
    }

    /// Reaches it in another region.
    #[must_use]
    pub fn in_region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Reaches it through a client that is there already.
    #[must_use]
    pub fn with_client(mut self, client: Client) -> Self {
        self.client = Arc::new(OnceCell::new_with(Some(client)));
        self
    }

    /// Returns the name or ARN of the bus.
    #[must_use]
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// Returns all that tells this bus from others.
    pub(crate) fn identity(&self) -> String {
        format!("{:?} {:?} {:?}", self.bus, self.endpoint, self.region)
    }

    async fn client(&self) -> &Client {
        self.client.get_or_init(|| self.connect()).await
    }

    async fn connect(&self) -> Client {
        let patience = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(10))
            .build();
        // Retries are made here: those of the SDK do not know of single entries.
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::disabled())
            .timeout_config(patience);
        if let Some(endpoint) = &self.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        Client::new(&loader.load().await)
    }

    /// Sends events, in order, until all are taken or the bus is given up.
    pub(crate) async fn send(&self, events: &[Event]) -> Receipt {
        let client = self.client().await;
        let deadline = Instant::now() + PATIENCE;
        let mut receipt = Receipt::default();
        for batch in batches(events) {
            if let Err(reason) = self.send_batch(client, batch, deadline, &mut receipt).await {
                receipt.refused = Some(reason);
                break;
            }
        }
        if receipt.taken.len() == events.len() {
            // Every refusal was mended by another try.
            receipt.refused = None;
        }
        receipt
    }

    /// Sends one batch until its entries are taken or refused for good.
    ///
    /// Fails when the bus cannot be reached or refuses us altogether: then no other batch is of use.
    async fn send_batch(
        &self,
        client: &Client,
        mut left: Vec<&Event>,
        deadline: Instant,
        receipt: &mut Receipt,
    ) -> Result<(), String> {
        for attempt in 1..=TRIES {
            if Instant::now() >= deadline {
                return Err(format!("event bus `{}` took too long", self.bus));
            }
            let entries = left.iter().map(|event| self.entry(event)).collect();
            match client.put_events().set_entries(Some(entries)).send().await {
                Ok(answer) => left = self.sort(&left, answer.entries(), receipt),
                Err(error) if attempt == TRIES || !is_transient(&error) => {
                    return Err(format!("could not put events on bus `{}`: {}", self.bus, cause(&error)));
                }
                Err(_) => {}
            }
            if left.is_empty() {
                break;
            }
            if attempt < TRIES {
                tokio::time::sleep(wait(attempt)).await;
            }
        }
        Ok(())
    }

    /// Enters in the receipt what the bus took and why not the rest; returns what may be tried again.
    fn sort<'a>(
        &self,
        sent: &[&'a Event],
        answers: &[PutEventsResultEntry],
        receipt: &mut Receipt,
    ) -> Vec<&'a Event> {
        let mut again = Vec::new();
        for (index, event) in sent.iter().enumerate() {
            let Some((is_transient, why)) = refusal(answers.get(index)) else {
                receipt.taken.push(event.id.clone());
                continue;
            };
            receipt.refused = Some(format!("event bus `{}` refused event {}: {why}", self.bus, event.id));
            if is_transient {
                again.push(*event);
            }
        }
        again
    }

    fn entry(&self, event: &Event) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .source(SOURCE)
            .detail_type(&event.kind)
            .detail(detail(event))
            .event_bus_name(&self.bus)
            .set_time(event.time.parse::<Timestamp>().ok().map(|time| DateTime::from_secs(time.as_second())))
            .build()
    }
}

fn detail(event: &Event) -> String {
    // INVARIANT: an event is made of text and JSON values, which always serialise.
    serde_json::to_string(event).unwrap_or_default()
}

/// Cuts events into requests that are within the limits, in order.
fn batches(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut batches: Vec<Vec<&Event>> = Vec::new();
    let mut room = 0;
    for event in events {
        let size = TIME_BYTES + SOURCE.len() + event.kind.len() + detail(event).len();
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_ENTRIES && size <= room => {
                batch.push(event);
                room -= size;
            }
            _ => {
                batches.push(vec![event]);
                room = BATCH_BYTES.saturating_sub(size);
            }
        }
    }
    batches
}

/// Returns why an entry was not taken, and whether to try again.
fn refusal(entry: Option<&PutEventsResultEntry>) -> Option<(bool, String)> {
    let Some(entry) = entry else { return Some((true, "no answer for it".to_owned())) };
    let code = match (entry.error_code(), entry.event_id()) {
        (Some(code), _) => code,
        (None, Some(_)) => return None,
        (None, None) => return Some((true, "no answer for it".to_owned())),
    };
    let is_transient =
        code.starts_with("Internal") || code.contains("Throttl") || code == "ServiceUnavailable";
    let message = entry.error_message().map(|message| format!(" ({message})")).unwrap_or_default();
    Some((is_transient, format!("{code}{message}")))
}

fn is_transient(error: &SdkError<PutEventsError>) -> bool {
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let is_throttled = error.code().is_some_and(|code| code.contains("Throttl"));
            status >= 500 || status == 429 || is_throttled
        }
        SdkError::ConstructionFailure(_) => false,
        _ => true,
    }
}

/// Returns what went wrong, from the outside in.
fn cause(error: &SdkError<PutEventsError>) -> String {
    if let SdkError::ServiceError(_) = error {
        let code = error.code().unwrap_or("an answer without error code");
        return format!("{code}: {}", error.message().unwrap_or("no message"));
    }
    let mut text = error.to_string();
    let mut inner = std::error::Error::source(error);
    while let Some(source) = inner {
        text = format!("{text}: {source}");
        inner = source.source();
    }
    text
}

/// Waits anything up to twice the former bound: many runs that fail together come back apart.
fn wait(attempt: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << attempt.min(10)).min(LONGEST_WAIT).mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::{BATCH_BYTES, batches, detail, wait};
    use model::Event;

    fn event(id: usize, size: usize) -> Event {
        Event {
            specversion: "1.0".to_owned(),
            id: id.to_string(),
            source: "/iamwatch/ibm/a".to_owned(),
            kind: "dev.iamwatch.drift.added.v1".to_owned(),
            subject: "s".to_owned(),
            time: "2026-11-21T00:00:00Z".to_owned(),
            datacontenttype: "application/json".to_owned(),
            dataschema: String::new(),
            snapshotid: "1".to_owned(),
            severity: "info".to_owned(),
            data: serde_json::json!({ "text": "x".repeat(size) }),
        }
    }

    #[test]
    fn a_request_holds_ten_events_at_most_and_keeps_their_order() {
        let events: Vec<Event> = (0..23).map(|id| event(id, 10)).collect();
        let batches = batches(&events);
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 3]);
        assert!(batches.concat().into_iter().eq(&events));
    }

    #[test]
    fn a_request_stays_below_the_byte_limit() {
        let events: Vec<Event> = (0..9).map(|id| event(id, 60_000)).collect();
        for batch in batches(&events) {
            let size: usize = batch.iter().map(|event| detail(event).len() + 100).sum();
            assert!(size <= BATCH_BYTES, "{size}");
        }
        assert_eq!(batches(&events).concat().len(), 9);
    }

    #[test]
    fn waits_grow_and_are_bounded() {
        assert!((0..200).all(|_| wait(1).as_millis() <= 200));
        assert!((0..200).all(|attempt| wait(attempt).as_secs() <= 5));
    }
}
