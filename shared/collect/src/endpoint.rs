//! Addresses of the clouds' interfaces, held against the rule of [`model::Endpoint`].

use model::Endpoint;
use url::Url;

use crate::CollectError;

/// Parses the address of an interface.
pub(crate) fn parse(endpoint: &str, address: &str) -> Result<Url, CollectError> {
    let parsed = Endpoint::parse(address);
    parsed.map(Endpoint::into_url).map_err(|error| refused(endpoint, &error.shown, error.reason))
}

/// Refuses addresses that keys must not be sent to.
pub(crate) fn allowed(endpoint: &str, url: &Url) -> Result<(), CollectError> {
    parse(endpoint, url.as_str()).map(drop)
}

/// Puts the error together.
pub(crate) fn refused(endpoint: &str, url: &str, reason: impl ToString) -> CollectError {
    CollectError::Endpoint { endpoint: endpoint.to_owned(), url: url.to_owned(), reason: reason.to_string() }
}
