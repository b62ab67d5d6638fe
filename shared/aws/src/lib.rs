#![doc = include_str!("../README.md")]

use aws_config::{ConfigLoader, SdkConfig};
use aws_types::service_config::ServiceConfigKey;
use model::{Endpoint, EndpointError};

/// The service that roles are assumed at, whatever service is called with them.
const STS: &str = "STS";

/// Loads the settings of the SDK for a service, by its id: `S3`, `EventBridge`, `SSM`.
///
/// `has_own_endpoint` says that the caller's client takes an address of its own, in the place of that of the environment.
///
/// # Errors
/// When the environment or the profile names an address that keys must not be sent to. Nothing was sent then.
pub async fn load(
    loader: ConfigLoader,
    service: &str,
    has_own_endpoint: bool,
) -> Result<SdkConfig, EndpointError> {
    let config = loader.load().await;
    let services = [service, STS].into_iter().filter(|each| *each == STS || !has_own_endpoint);
    for address in services.filter_map(|service| configured_endpoint(&config, service)) {
        Endpoint::parse(&address)?;
    }
    Ok(config)
}

/// Returns the address that the environment or the profile names for a service, as the SDK's clients look it up.
fn configured_endpoint(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    // INVARIANT: all three parts are given, so that the key is made.
    let key = key.build().ok()?;
    let of_service = config.service_config().and_then(|settings| settings.load_config(key));
    of_service.or_else(|| config.endpoint_url().map(str::to_owned))
}

#[cfg(test)]
mod tests;
