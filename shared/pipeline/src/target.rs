//! The account of a run, ready to be collected: settings with the secrets in place.

use std::time::Duration;

use collect::{
    Budget, CollectError, Collected, Secret,
    huawei::{self, Clock},
    ibm,
};
use model::{AccountId, Cloud};

use crate::{
    AccountSettings, AgencySettings, PipelineError, ProfileSettings,
    references::{Environment, SecretReference},
};

/// One account with all that is needed to read it.
#[derive(Debug, Clone)]
pub struct Target {
    account: Option<AccountId>,
    access: CloudSettings,
}

/// How its cloud is read.
#[derive(Debug, Clone)]
enum CloudSettings {
    Ibm(ibm::CollectSettings),
    Huawei(huawei::CollectSettings),
}

impl Target {
    /// Fetches the secrets that the settings of an account refer to. The clock is for signatures.
    ///
    /// # Errors
    /// [`PipelineError::Secret`] when a secret cannot be got, [`PipelineError::Target`] when an address or a
    /// profile is not valid.
    pub async fn prepare(
        settings: &AccountSettings,
        environment: &Environment<'_>,
        clock: Clock,
    ) -> Result<Self, PipelineError> {
        let access = match settings.cloud {
            Cloud::Ibm => CloudSettings::Ibm(ibm_settings(settings, environment).await?),
            Cloud::Huawei => CloudSettings::Huawei(huawei_settings(settings, environment, clock).await?),
        };
        Ok(Self { account: settings.account(), access })
    }

    /// Returns the account, where the settings name it.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }

    /// Sets what a run may spend on calls, in the place of the usual budget.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        match &mut self.access {
            CloudSettings::Ibm(settings) => settings.budget = budget,
            CloudSettings::Huawei(settings) => settings.budget = budget,
        }
        self
    }

    pub(crate) async fn collect(&self, watch: &dyn collect::Progress) -> Result<Collected, CollectError> {
        match &self.access {
            CloudSettings::Ibm(settings) => ibm::account(settings, watch).await,
            CloudSettings::Huawei(settings) => huawei::account(settings, watch).await,
        }
    }
}

async fn key(
    reference: Option<&SecretReference>,
    environment: &Environment<'_>,
) -> Result<Option<String>, PipelineError> {
    let Some(reference) = reference else { return Ok(None) };
    reference.key(environment).await.map(Some).map_err(|source| PipelineError::Secret { source })
}

async fn secret(
    reference: Option<&SecretReference>,
    environment: &Environment<'_>,
) -> Result<Option<Secret>, PipelineError> {
    Ok(key(reference, environment).await?.as_deref().map(Secret::new))
}

const fn budget(settings: &AccountSettings, usual: Budget) -> Budget {
    Budget { time: Duration::from_secs(settings.seconds), ..usual }
}

fn endpoints(settings: &AccountSettings) -> impl Iterator<Item = (&str, &str)> {
    settings.endpoints.iter().map(|(service, url)| (service.as_str(), url.as_str()))
}

fn unusable(error: &CollectError) -> PipelineError {
    PipelineError::Target(error.to_string())
}

async fn ibm_settings(
    settings: &AccountSettings,
    environment: &Environment<'_>,
) -> Result<ibm::CollectSettings, PipelineError> {
    let credentials = &settings.credentials;
    let api_key = secret(credentials.api_key.as_ref(), environment).await?;
    let profile = credentials.profile.as_ref().map(|profile| profile_ref(profile, settings)).transpose()?;
    let credentials = match (api_key, profile) {
        (Some(api_key), None) => ibm::Credentials::ApiKey(api_key),
        (Some(api_key), Some(profile)) => ibm::Credentials::Assume { api_key, profile },
        (None, Some(profile)) => {
            ibm::Credentials::ComputeResource { token_file: credentials.token_file.clone(), profile }
        }
        (None, None) => return Err(PipelineError::Target("no way to sign in is given".to_owned())),
    };
    Ok(ibm::CollectSettings {
        credentials,
        endpoints: ibm::Endpoints::parse(endpoints(settings)).map_err(|error| unusable(&error))?,
        account: settings.id.clone(),
        concurrency: settings.concurrency,
        budget: budget(settings, Budget::default()),
    })
}

async fn huawei_settings(
    settings: &AccountSettings,
    environment: &Environment<'_>,
    clock: Clock,
) -> Result<huawei::CollectSettings, PipelineError> {
    let credentials = &settings.credentials;
    let missing = || PipelineError::Target("no access key is given".to_owned());
    let access_key = key(credentials.access_key.as_ref(), environment).await?.ok_or_else(missing)?;
    let secret_key = secret(credentials.secret_key.as_ref(), environment).await?.ok_or_else(missing)?;
    let mut keys = huawei::Keys::new(&access_key, secret_key);
    keys.security_token = secret(credentials.security_token.as_ref(), environment).await?;
    let credentials = match &credentials.agency {
        None => huawei::Credentials::Keys(keys),
        Some(agency) => lent(agency, keys, settings)?,
    };
    let partition = settings.partition.as_deref().and_then(huawei::Partition::from_name).unwrap_or_default();
    let endpoints = huawei::Endpoints::parse(partition, settings.region.as_deref(), endpoints(settings));
    Ok(huawei::CollectSettings {
        credentials,
        endpoints: endpoints.map_err(|error| unusable(&error))?,
        account: settings.id.clone(),
        concurrency: settings.concurrency,
        budget: budget(settings, Budget::default()),
        clock,
    })
}

fn lent(
    agency: &AgencySettings,
    keys: huawei::Keys,
    settings: &AccountSettings,
) -> Result<huawei::Credentials, PipelineError> {
    if let Some(urn) = &agency.urn {
        return Ok(huawei::Credentials::Agency {
            keys,
            agency_urn: urn.clone(),
            external_id: agency.external_id.clone(),
            session_name: agency.session_name.clone().unwrap_or_else(|| "iamwatch".to_owned()),
        });
    }
    let by_id = || agency.domain_id.clone().or_else(|| settings.id.clone()).map(huawei::DomainRef::Id);
    let domain = agency.domain_name.clone().map(huawei::DomainRef::Name).or_else(by_id);
    match (&agency.name, domain) {
        (Some(name), Some(domain)) => {
            Ok(huawei::Credentials::ClassicAgency { keys, agency_name: name.clone(), domain })
        }
        _ => Err(PipelineError::Target("`agency` takes a `urn`, or a `name` and its account".to_owned())),
    }
}

fn profile_ref(
    profile: &ProfileSettings,
    settings: &AccountSettings,
) -> Result<ibm::ProfileRef, PipelineError> {
    match (&profile.id, &profile.crn, &profile.name) {
        (Some(id), None, None) => Ok(ibm::ProfileRef::Id(id.clone())),
        (None, Some(crn), None) => Ok(ibm::ProfileRef::Crn(crn.clone())),
        (None, None, Some(name)) => {
            Ok(ibm::ProfileRef::Name { name: name.clone(), account: settings.id.clone() })
        }
        _ => Err(PipelineError::Target("`profile` takes one of `id`, `crn` and `name`".to_owned())),
    }
}
