//! Sinks: where events go.
//!
//! In: a setting as `eventbridge:iamwatch`, and events. Out: which events the sink took, and why not the
//! rest.

use std::{collections::BTreeMap, path::PathBuf};

use model::{Endpoint, Event, printable_setting};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{EventBridge, NotifyError, lines};

/// A place where events go.
#[derive(Debug, Clone)]
pub enum Sink {
    /// Standard output, as JSON lines.
    Stdout,
    /// A file that JSON lines are appended to.
    File(PathBuf),
    /// An event bus of Amazon EventBridge.
    EventBridge(EventBridge),
}

/// What a sink made of the events it was offered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Ids of the events that it took.
    pub(crate) taken: Vec<String>,
    /// Events that it refused for what they hold, each offered alone, by id.
    pub(crate) rejected: BTreeMap<String, Rejection>,
    /// Why it did not take the others: no fault of theirs.
    pub(crate) refused: Option<String>,
}

/// Why a sink refused one event for what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    /// The words of the sink.
    pub(crate) reason: String,
    /// Whether these words speak of the event for sure. Others count only where the sink took another event.
    pub(crate) is_certain: bool,
}

impl Receipt {
    /// Makes the receipt of a sink that took nothing.
    pub(crate) fn refusal(reason: String) -> Self {
        Self { refused: Some(reason), ..Self::default() }
    }
}

impl Sink {
    /// Reads a setting: `stdout`, `file:PATH` or `eventbridge:BUS?endpoint=…&region=…`.
    ///
    /// # Errors
    /// When it names no sink, has an option that the sink does not know, or an endpoint that is neither
    /// https nor on loopback.
    pub fn parse(uri: &str) -> Result<Self, NotifyError> {
        let unknown = || NotifyError::Sink(printable_setting(uri).to_owned());
        if uri == "stdout" {
            return Ok(Self::Stdout);
        }
        if let Some(path) = uri.strip_prefix("file:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return if path.is_empty() { Err(unknown()) } else { Ok(Self::File(PathBuf::from(path))) };
        }
        let parsed = Url::parse(uri).map_err(|_| unknown())?;
        if parsed.scheme() != "eventbridge" || parsed.path().is_empty() || parsed.has_host() {
            return Err(unknown());
        }
        let mut bus = EventBridge::new(parsed.path());
        for (name, value) in parsed.query_pairs() {
            match name.as_ref() {
                "endpoint" => bus = bus.at_endpoint(Endpoint::parse(&value)?),
                "region" => bus = bus.in_region(&value),
                _ => {
                    return Err(NotifyError::Option {
                        sink: printable_setting(uri).to_owned(),
                        option: name.into_owned(),
                    });
                }
            }
        }
        Ok(Self::EventBridge(bus))
    }

    /// Returns a name that is the same for the same sink and safe in a store's key.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdout => "stdout".to_owned(),
            Self::File(path) => name("file", &path.to_string_lossy(), &path.to_string_lossy()),
            Self::EventBridge(bus) => name("eventbridge", bus.bus(), &bus.identity()),
        }
    }

    pub(crate) async fn send(&self, events: &[Event]) -> Receipt {
        if let Self::EventBridge(bus) = self {
            return bus.send(events).await;
        }
        let (sink, offered) = (self.clone(), events.to_vec());
        let written = tokio::task::spawn_blocking(move || match sink {
            Self::File(path) => lines::append(&path, &offered)
                .map_err(|error| format!("could not append to `{}`: {error}", path.display())),
            _ => {
                lines::print(&offered).map_err(|error| format!("could not write to standard output: {error}"))
            }
        });
        match written.await {
            Ok(Ok(())) => {
                let taken = events.iter().map(|event| event.id.clone()).collect();
                Receipt { taken, ..Receipt::default() }
            }
            Ok(Err(reason)) => Receipt::refusal(reason),
            Err(error) => Receipt::refusal(format!("the writer broke off: {error}")),
        }
    }
}

/// Joins a kind, the readable end of what identifies a sink, and a hash of all of it.
fn name(kind: &str, readable: &str, identity: &str) -> String {
    let known = |each: char| if each.is_ascii_alphanumeric() || each == '.' { each } else { '-' };
    let slug: String = readable.chars().map(known).collect();
    let start = slug.len().saturating_sub(40);
    let end = slug.get(start..).unwrap_or_default().trim_matches(['-', '.']).to_owned();
    let hash = hex::encode(Sha256::digest(identity.as_bytes()));
    format!("{kind}-{end}-{}", hash.get(..8).unwrap_or(&hash))
}

#[cfg(test)]
mod tests {
    use super::Sink;

    fn name(uri: &str) -> String {
        Sink::parse(uri).unwrap().name()
    }

    #[test]
    fn a_name_is_stable_and_safe_in_a_key() {
        assert_eq!(name("stdout"), "stdout");
        assert_eq!(name("eventbridge:iamwatch"), name("eventbridge:iamwatch"));
        let arn = name("eventbridge:arn:aws:events:eu-central-1:123456789012:event-bus/iamwatch");
        assert!(arn.ends_with(|each: char| each.is_ascii_hexdigit()), "{arn}");
        for uri in ["file:/var/log/../events ü.jsonl", "eventbridge:a/b", "file:///tmp/x"] {
            let name = name(uri);
            assert!(name.chars().all(|each| each.is_ascii_alphanumeric() || "-.".contains(each)), "{name}");
            assert!(!name.contains('/'), "{name}");
        }
    }

    #[test]
    fn two_sinks_never_share_a_name() {
        let buses = ["eventbridge:iamwatch", "eventbridge:iamwatch?region=eu-de", "eventbridge:iam/watch"];
        assert_ne!(name(buses[0]), name(buses[1]));
        assert_ne!(name(buses[0]), name(buses[2]));
        assert_ne!(name("file:a/b.jsonl"), name("file:a-b.jsonl"));
    }

    #[test]
    fn what_names_no_sink_is_refused_with_the_forms_that_do() {
        let message = |uri: &str| Sink::parse(uri).unwrap_err().to_string();
        for uri in ["", "sns:topic", "file:", "eventbridge:", "eventbridge", "eventbridge://host/bus"] {
            assert_eq!(
                message(uri),
                format!("`{uri}` names no sink; write `stdout`, `file:PATH` or `eventbridge:BUS`")
            );
        }
        for secret in ["https://user:secret@example.com", "eventbridge:bus?key=user:secret@host"] {
            assert!(!message(secret).contains("secret"), "{}", message(secret));
        }
        assert_eq!(
            message("eventbridge:bus?retries=3"),
            "the sink `eventbridge:bus?retries=3` has the unknown option `retries`; known are `endpoint` and `region`"
        );
    }

    #[test]
    fn an_endpoint_without_tls_is_refused_unless_it_is_loopback() {
        let parsed = |endpoint: &str| Sink::parse(&format!("eventbridge:bus?endpoint={endpoint}"));
        for wrong in
            ["http://example.com", "http://foo.localhost:9", "ftp://127.0.0.1", "http://u:p@127.0.0.1"]
        {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        for fine in ["http://127.0.0.1:4566", "http://[::1]:4566", "https://events.example.com"] {
            assert!(parsed(fine).is_ok(), "{fine}");
        }
        let message = parsed("https://u:s3cr3t@a.example").unwrap_err().to_string();
        assert!(message.contains("user name") && !message.contains("s3cr3t"), "{message}");
    }
}
