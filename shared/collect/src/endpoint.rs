//! Addresses that keys may be sent to: encrypted ones, and this machine.

use url::{Host, Url};

use crate::CollectError;

/// Reads the address of an interface.
pub(crate) fn parse(endpoint: &str, address: &str) -> Result<Url, CollectError> {
    let url = Url::parse(address).map_err(|_| {
        refused(endpoint, address, "it is no address; write it like `https://iam.example.com`")
    })?;
    allowed(endpoint, &url)?;
    Ok(url)
}

/// Refuses addresses that keys must not be sent to.
pub(crate) fn allowed(endpoint: &str, url: &Url) -> Result<(), CollectError> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(endpoint, "…", "it holds a user name or password; leave them out"));
    }
    if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
        return Err(refused(endpoint, url.as_str(), "keys are only sent over `https://`"));
    }
    Ok(())
}

/// Puts the error together.
pub(crate) fn refused(endpoint: &str, url: &str, reason: &'static str) -> CollectError {
    CollectError::Endpoint { endpoint: endpoint.to_owned(), url: url.to_owned(), reason }
}
