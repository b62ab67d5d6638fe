//! Amazon EventBridge: events as entries of `PutEvents`.
//!
//! In: events. Out: the ids of those that the bus took, and why not the others. An answer of 200 can hold
//! refusals: only the entries that were refused are sent again, with full-jitter back-off, a bound on
//! tries and one on time.

mod batches;
mod refusal;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_eventbridge::{
    Client,
    primitives::DateTime,
    types::{PutEventsRequestEntry, PutEventsResultEntry},
};
use model::{Endpoint, EndpointError, Event, Timestamp};
use tokio::sync::OnceCell;

use self::{
    batches::batches,
    refusal::{Refusal, RefusalCause},
};
use crate::sink::{Receipt, Rejection};

/// Not `aws.…`, which is reserved.
const SOURCE: &str = "iamwatch";
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(60);

/// A bus of Amazon EventBridge that events are put on.
#[derive(Debug, Clone)]
pub struct EventBridge {
    bus: String,
    endpoint: Option<Endpoint>,
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
    pub fn at_endpoint(mut self, endpoint: Endpoint) -> Self {
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
        // The ledgers of this sink are kept under this: it stays as it was written.
        let endpoint = self.endpoint.as_ref().map(|endpoint| endpoint.as_str().trim_end_matches('/'));
        format!("{:?} {:?} {:?}", self.bus, endpoint, self.region)
    }

    async fn client(&self) -> Result<&Client, EndpointError> {
        self.client.get_or_try_init(|| self.connect()).await
    }

    async fn connect(&self) -> Result<Client, EndpointError> {
        let patience = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(Duration::from_secs(10))
            .build();
        // Retries are made here: those of the SDK do not know of single entries.
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::disabled())
            .timeout_config(patience);
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let shared = aws::load(loader, "EventBridge", self.endpoint.is_some()).await?;
        let mut config = aws_sdk_eventbridge::config::Builder::from(&shared);
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint.as_str());
        }
        Ok(Client::from_conf(config.build()))
    }

    /// Sends events, in order, until each is taken or refused, or the bus is given up.
    ///
    /// A request that is refused for what it holds is halved until the event that is at fault is alone.
    pub(crate) async fn send(&self, events: &[Event]) -> Receipt {
        let client = match self.client().await {
            Ok(client) => client,
            Err(error) => return Receipt::refusal(format!("event bus `{}`: the endpoint {error}", self.bus)),
        };
        let deadline = Instant::now() + PATIENCE;
        let mut receipt = Receipt::default();
        let mut waiting: VecDeque<Vec<&Event>> = batches(events).into();
        while let Some(batch) = waiting.pop_front() {
            let Err((left, refusal)) = self.send_batch(client, batch, deadline, &mut receipt).await else {
                continue;
            };
            let reason = format!("could not put events on bus `{}`: {}", self.bus, refusal.reason);
            match (refusal.fault, left.as_slice()) {
                (RefusalCause::Content { is_certain }, [culprit]) => {
                    receipt.rejected.insert(culprit.id.clone(), Rejection { reason, is_certain });
                }
                (RefusalCause::Content { .. }, several) => {
                    let (first, second) = several.split_at(several.len() / 2);
                    waiting.push_front(second.to_vec());
                    waiting.push_front(first.to_vec());
                }
                _ => {
                    receipt.refused = Some(reason);
                    break;
                }
            }
        }
        receipt
    }

    /// Sends one batch until its entries are taken or refused for good.
    ///
    /// Fails when a whole request is refused, with what it held: where its content is not at fault, no other batch is of use.
    async fn send_batch<'a>(
        &self,
        client: &Client,
        mut left: Vec<&'a Event>,
        deadline: Instant,
        receipt: &mut Receipt,
    ) -> Result<(), (Vec<&'a Event>, Refusal)> {
        let mut last = None;
        for attempt in 1..=TRIES {
            if Instant::now() >= deadline {
                let reason = "it took too long".to_owned();
                return Err((left, Refusal { fault: RefusalCause::Passing, reason }));
            }
            let entries = left.iter().map(|event| self.entry(event)).collect();
            match client.put_events().set_entries(Some(entries)).send().await {
                Ok(answer) => (left, last) = self.sort(&left, answer.entries(), receipt),
                Err(error) => {
                    let refusal = refusal::of_request(&error);
                    if attempt == TRIES || refusal.fault != RefusalCause::Passing {
                        return Err((left, refusal));
                    }
                }
            }
            if left.is_empty() {
                return Ok(());
            }
            if attempt < TRIES {
                tokio::time::sleep(wait(attempt)).await;
            }
        }
        receipt.refused = last.or_else(|| receipt.refused.take());
        Ok(())
    }

    /// Enters in the receipt what the bus took and what it refused for good; returns what may be tried again, and why it was not taken.
    fn sort<'a>(
        &self,
        sent: &[&'a Event],
        answers: &[PutEventsResultEntry],
        receipt: &mut Receipt,
    ) -> (Vec<&'a Event>, Option<String>) {
        let (mut again, mut last) = (Vec::new(), None);
        for (index, event) in sent.iter().enumerate() {
            let Some(refusal) = refusal::of_entry(answers.get(index)) else {
                receipt.taken.push(event.id.clone());
                continue;
            };
            let reason = format!("event bus `{}` refused event {}: {}", self.bus, event.id, refusal.reason);
            match refusal.fault {
                RefusalCause::Passing => {
                    again.push(*event);
                    last = Some(reason);
                }
                RefusalCause::Sender => receipt.refused = Some(reason),
                RefusalCause::Content { is_certain } => {
                    receipt.rejected.insert(event.id.clone(), Rejection { reason, is_certain });
                }
            }
        }
        (again, last)
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

/// Waits anything up to twice the former bound: many runs that fail together come back apart.
fn wait(attempt: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << attempt.min(10)).min(LONGEST_WAIT).mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::wait;

    #[test]
    fn waits_grow_and_are_bounded() {
        assert!((0..200).all(|_| wait(1).as_millis() <= 200));
        assert!((0..200).all(|attempt| wait(attempt).as_secs() <= 5));
    }
}
