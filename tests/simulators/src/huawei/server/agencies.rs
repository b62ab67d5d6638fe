//! Agencies and federation providers: version 5.

use super::call::{Call, Outcome, found, one, whole};
use super::reply::Refusal;
use crate::huawei::world::{Agency, Provider};

fn agency_of<'w>(call: &Call<'w>, id: &str) -> Result<&'w Agency, Refusal> {
    found(call.world.agencies.with_id(id), &format!("agency {id}"))
}

pub(super) fn agencies(call: &Call<'_>) -> Outcome {
    call.needs("iam:agencies:listV5")?;
    let prefix = call.query().text("path_prefix").unwrap_or_default();
    let agencies = call.world.agencies.iter();
    let agencies = agencies.filter(|agency| agency.object.text("path").starts_with(prefix));
    call.marked("agencies", agencies, |agency| &agency.object)
}

pub(super) fn agency(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:agencies:getV5")?;
    one("agency", &agency_of(call, id)?.detail())
}

pub(super) fn tags(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam::listTagsForResourceV5")?;
    whole("tags", &agency_of(call, id)?.tags)
}

// The reference confirms no action of the providers; these are built like the others.

pub(super) fn saml_providers(call: &Call<'_>) -> Outcome {
    call.needs("iam:samlProviders:listV5")?;
    call.marked("saml_providers", call.world.saml_providers.iter(), |provider| &provider.object)
}

pub(super) fn saml_provider(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:samlProviders:getV5")?;
    one("saml_provider", &provider_of(&call.world.saml_providers, id)?.detail())
}

pub(super) fn oidc_providers(call: &Call<'_>) -> Outcome {
    call.needs("iam:oidcProviders:listV5")?;
    call.marked("oidc_providers", call.world.oidc_providers.iter(), |provider| &provider.object)
}

pub(super) fn oidc_provider(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:oidcProviders:getV5")?;
    one("oidc_provider", &provider_of(&call.world.oidc_providers, id)?.detail())
}

fn provider_of<'w>(providers: &'w [Provider], id: &str) -> Result<&'w Provider, Refusal> {
    let provider = providers.iter().find(|provider| provider.object.text("provider_id") == id);
    found(provider, &format!("provider {id}"))
}
