//! The account of a run, ready to be collected: settings with the secrets in place.

use collect::ibm;
use model::AccountId;

use crate::{AccountSettings, PipelineError, ProfileSettings, references::Environment};

/// One account with all that is needed to read it.
#[derive(Debug, Clone)]
pub struct Target {
    account: Option<AccountId>,
    ibm: ibm::Settings,
}

impl Target {
    /// Fetches the secrets that the settings of an account refer to.
    ///
    /// # Errors
    /// [`PipelineError::Secret`] when a secret cannot be got, [`PipelineError::Target`] when an address or a
    /// profile is not valid.
    pub async fn prepare(
        settings: &AccountSettings,
        environment: &Environment<'_>,
    ) -> Result<Self, PipelineError> {
        let credentials = &settings.credentials;
        let api_key = match &credentials.api_key {
            Some(reference) => Some(ibm::Secret::new(
                reference.text(environment).await.map_err(|source| PipelineError::Secret { source })?,
            )),
            None => None,
        };
        let profile = credentials.profile.as_ref().map(|profile| profile_ref(profile, settings)).transpose()?;
        let credentials = match (api_key, profile) {
            (Some(api_key), None) => ibm::Credentials::ApiKey(api_key),
            (Some(api_key), Some(profile)) => ibm::Credentials::Assume { api_key, profile },
            (None, Some(profile)) => {
                ibm::Credentials::ComputeResource { token_file: credentials.token_file.clone(), profile }
            }
            (None, None) => return Err(PipelineError::Target("no way to sign in is given".to_owned())),
        };
        let mut endpoints = ibm::Endpoints::default();
        for (service, url) in &settings.endpoints {
            endpoints.set(service, url).map_err(|error| PipelineError::Target(error.to_string()))?;
        }
        let ibm = ibm::Settings {
            credentials,
            endpoints,
            account: settings.id.clone(),
            concurrency: settings.concurrency,
            budget: collect::Budget { total: std::time::Duration::from_secs(settings.seconds), ..Default::default() },
        };
        Ok(Self { account: settings.account(), ibm })
    }

    /// Returns the account, where the settings name it.
    #[must_use]
    pub const fn account(&self) -> Option<&AccountId> {
        self.account.as_ref()
    }

    pub(crate) async fn collect(
        &self,
        watch: &dyn collect::Progress,
    ) -> Result<collect::Collected, collect::CollectError> {
        ibm::account(&self.ibm, watch).await
    }
}

fn profile_ref(profile: &ProfileSettings, settings: &AccountSettings) -> Result<ibm::ProfileRef, PipelineError> {
    match (&profile.id, &profile.crn, &profile.name) {
        (Some(id), None, None) => Ok(ibm::ProfileRef::Id(id.clone())),
        (None, Some(crn), None) => Ok(ibm::ProfileRef::Crn(crn.clone())),
        (None, None, Some(name)) => {
            let account = settings.id.clone().unwrap_or_default();
            Ok(ibm::ProfileRef::Name { name: name.clone(), account })
        }
        _ => Err(PipelineError::Target("`profile` takes one of `id`, `crn` and `name`".to_owned())),
    }
}
