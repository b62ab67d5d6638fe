//! The account of a run, ready to be collected: settings with the secrets in place.

use std::time::Duration;

use collect::{Budget, Secret, ibm};
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
            Some(reference) => {
                let key = reference.text(environment).await;
                Some(Secret::new(&key.map_err(|source| PipelineError::Secret { source })?))
            }
            None => None,
        };
        let profile =
            credentials.profile.as_ref().map(|profile| profile_ref(profile, settings)).transpose()?;
        let credentials = match (api_key, profile) {
            (Some(api_key), None) => ibm::Credentials::ApiKey(api_key),
            (Some(api_key), Some(profile)) => ibm::Credentials::Assume { api_key, profile },
            (None, Some(profile)) => {
                ibm::Credentials::ComputeResource { token_file: credentials.token_file.clone(), profile }
            }
            (None, None) => return Err(PipelineError::Target("no way to sign in is given".to_owned())),
        };
        let others = settings.endpoints.iter().map(|(service, url)| (service.as_str(), url.as_str()));
        let endpoints =
            ibm::Endpoints::parse(others).map_err(|error| PipelineError::Target(error.to_string()))?;
        let ibm = ibm::Settings {
            credentials,
            endpoints,
            account: settings.id.clone(),
            concurrency: settings.concurrency,
            budget: Budget { time: Duration::from_secs(settings.seconds), ..Budget::default() },
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
