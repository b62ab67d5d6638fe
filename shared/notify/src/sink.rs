//! Sinks: where events go.
//!
//! In: a setting as `eventbridge:iamwatch`, and events. Out: which events the sink took, and why not the
//! rest.

use std::path::PathBuf;

use model::Event;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{EventBridge, NotifyError, lines};

/// Where events go.
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
    /// Why it did not take the others.
    pub(crate) refused: Option<String>,
}

impl Sink {
    /// Reads a setting: `stdout`, `file:PATH` or `eventbridge:BUS?endpoint=…&region=…`.
    ///
    /// # Errors
    /// When it names no sink, has an option that the sink does not know, or an endpoint that is neither
    /// https nor on loopback.
    pub fn parse(uri: &str) -> Result<Self, NotifyError> {
        let unknown = || NotifyError::Sink(uri.to_owned());
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
                "endpoint" => bus = bus.at(secure(&value)?),
                "region" => bus = bus.in_region(&value),
                _ => return Err(NotifyError::Option { sink: uri.to_owned(), option: name.into_owned() }),
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
                Receipt { taken: events.iter().map(|event| event.id.clone()).collect(), refused: None }
            }
            Ok(Err(reason)) => Receipt { taken: Vec::new(), refused: Some(reason) },
            Err(error) => {
                Receipt { taken: Vec::new(), refused: Some(format!("the writer broke off: {error}")) }
            }
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

/// Takes an address that is https or on loopback.
fn secure(endpoint: &str) -> Result<String, NotifyError> {
    let refused = || NotifyError::Endpoint(endpoint.to_owned());
    let url = Url::parse(endpoint).map_err(|_| refused())?;
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(refused()),
    };
    match url.scheme() {
        "https" => Ok(endpoint.to_owned()),
        "http" if is_loopback => Ok(endpoint.to_owned()),
        _ => Err(refused()),
    }
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
        assert_eq!(
            message("eventbridge:bus?retries=3"),
            "the sink `eventbridge:bus?retries=3` has the unknown option `retries`; known are `endpoint` and `region`"
        );
    }

    #[test]
    fn an_endpoint_without_tls_is_refused_unless_it_is_loopback() {
        let parsed = |endpoint: &str| Sink::parse(&format!("eventbridge:bus?endpoint={endpoint}"));
        assert!(parsed("http://example.com").is_err());
        assert!(parsed("http://localhost.example.com").is_err());
        assert!(parsed("ftp://127.0.0.1").is_err());
        assert!(parsed("http://127.0.0.1:4566").is_ok());
        assert!(parsed("http://[::1]:4566").is_ok());
        assert!(parsed("https://events.example.com").is_ok());
    }
}
