//! IBM Cloud: what an account's interfaces answer, list by list.
//!
//! In: [`CollectSettings`]. Out: [`Collected`]. The lists are read at the same time as far as they do not
//! hang on one another; at the end, what was seen is searched for signs that the cloud showed less
//! than there is (`shrinkage`).

use futures::future::{BoxFuture, FutureExt, join_all};
use model::{AccountId, Cloud};

use crate::{Budget, CollectError, Collected, Progress, Secret, http::Http, listing::Seen};

mod access_management_settings;
mod account_settings;
mod accounts;
mod api_keys;
mod caller;
mod cbr_rules;
mod cbr_zones;
mod claims;
mod endpoints;
mod group_members;
mod group_rules;
mod group_settings;
mod groups;
mod inactive_identities;
mod policies;
mod policy_rows;
mod policy_v1;
mod profile_identities;
mod profile_links;
mod profile_rules;
mod profiles;
mod reader;
mod resource_groups;
mod resource_instances;
mod role_names;
mod roles;
mod service_ids;
mod session;
mod shrinkage;
mod sight;
mod sign_in;
mod users;
mod value_like;

use caller::Caller;
pub use endpoints::Endpoints;
use reader::Reader;
pub(crate) use session::Session;
pub use sign_in::{Credentials, ProfileRef};

/// What a run needs to know.
#[derive(Debug, Clone)]
pub struct CollectSettings {
    /// What to sign in with.
    pub credentials: Credentials,
    /// Where the interfaces are.
    pub endpoints: Endpoints,
    /// The account that is meant; the run ends if the credentials open another.
    pub account: Option<String>,
    /// Calls at the same time.
    pub concurrency: usize,
    /// What the run may spend.
    pub budget: Budget,
}

impl CollectSettings {
    /// Takes the usual settings for an API key.
    #[must_use]
    pub fn new(api_key: Secret) -> Self {
        Self {
            credentials: Credentials::ApiKey(api_key),
            endpoints: Endpoints::default(),
            account: None,
            concurrency: 16,
            budget: Budget::default(),
        }
    }
}

/// Reads all of an account that the credentials show.
///
/// # Errors
/// When the sign-in fails, or opens another account than the settings ask for. A list that cannot be
/// read is no error; its coverage says so.
pub async fn account(settings: &CollectSettings, progress: &dyn Progress) -> Result<Collected, CollectError> {
    settings.endpoints.check()?;
    let http = Http::new(settings.concurrency, settings.budget, progress)?;
    let session = Session::open(http, &settings.credentials, &settings.endpoints.iam).await?;
    let found = session.caller().account.clone();
    if let Some(asked) = settings.account.as_ref().filter(|asked| **asked != found) {
        return Err(CollectError::OtherAccount { found, asked: asked.clone() });
    }
    let account = AccountId::parse(Cloud::Ibm, &found)?;
    let reader = Reader::new(&session, &settings.endpoints, &found, settings.concurrency);
    let (mut seen, counts) = futures::join!(lists(&reader, session.caller()), cbr_rules::counts(&reader));
    shrinkage::mark(&mut seen, session.caller(), counts);
    policies::drop_unproven(&mut seen);
    seen.check(&account, &model::tables::ibm::ACCOUNTS)?;
    let incomplete = seen.coverage.iter().filter(|each| !each.is_complete()).count();
    tracing::info!(account = %account, lists = seen.coverage.len(), incomplete, calls = session.calls(), "account read");
    Ok(Collected { account, state: seen.into_state(Cloud::Ibm), calls: session.calls() })
}

async fn lists(reader: &Reader<'_>, caller: &Caller) -> Seen {
    let lists: Vec<BoxFuture<'_, Seen>> = vec![
        accounts::list(reader, caller).boxed(),
        account_settings::list(reader).boxed(),
        access_management_settings::list(reader).boxed(),
        users::list(reader).boxed(),
        service_ids::list(reader).boxed(),
        profiles::list(reader).boxed(),
        groups::list(reader).boxed(),
        group_settings::list(reader).boxed(),
        policies::list(reader).boxed(),
        resource_groups::list(reader).boxed(),
        resource_instances::list(reader).boxed(),
        cbr_zones::list(reader).boxed(),
        cbr_rules::list(reader).boxed(),
        inactive_identities::list(reader).boxed(),
    ];
    let mut seen = Seen::default();
    for part in join_all(lists).await {
        seen.join(part);
    }
    seen
}
