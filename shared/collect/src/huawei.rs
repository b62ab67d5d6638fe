//! Huawei Cloud: what an account's interfaces answer, list by list.
//!
//! In: [`CollectSettings`]. Out: [`Collected`]. The account has two authorization models side by side, and grants of one
//! are invisible in the other, so both are read: identity policies (version 5) and classic roles (version 3). What
//! is refused says so in its coverage, and the rest goes on. The cloud does not shorten lists silently, but counts
//! what it has; at the end the lists are held against these counts (`counters`).

use futures::future::{BoxFuture, FutureExt, join_all};
use model::{AccountId, Cloud};

use crate::{Budget, CollectError, Collected, Progress, http::Http, listing::Seen};

pub mod signing;

mod access_controls;
mod access_keys;
mod account_settings;
mod account_summary;
mod accounts;
mod agencies;
mod assume;
mod calls;
mod classic_agencies;
mod counters;
mod credentials;
mod endpoints;
mod enterprise_projects;
mod group_members;
mod groups;
mod identity_providers;
mod login_policy;
mod login_profiles;
mod login_protections;
mod mappings;
mod mfa_devices;
mod oidc_providers;
mod organization_entities;
mod organizations;
mod password_policy;
mod policies;
mod policy_attachments;
mod policy_versions;
mod projects;
mod reader;
mod role_assignments;
mod roles;
mod saml_providers;
mod scalars;
mod scps;
mod session;
mod statements;
mod user_access_modes;
mod user_details;
mod user_logins;
mod users;

pub use calls::{Scale, expected_calls};
pub use credentials::{Clock, Credentials, DomainRef, Keys};
pub use endpoints::{Endpoints, Partition};
use reader::Reader;
pub(crate) use session::Session;

/// What a run needs to know.
#[derive(Debug, Clone)]
pub struct CollectSettings {
    /// What to sign with.
    pub credentials: Credentials,
    /// Where the interfaces are.
    pub endpoints: Endpoints,
    /// The account (domain id) that is meant; the run ends if the credentials open another.
    pub account: Option<String>,
    /// Calls at the same time.
    pub concurrency: usize,
    /// What the run may spend.
    pub budget: Budget,
    /// What time it is: each signature holds it.
    pub clock: Clock,
}

/// Reads all of an account that the credentials show.
///
/// # Errors
/// When the keys are not accepted, or open another account than the settings ask for. A list that cannot be read
/// is no error; its coverage says so.
pub async fn account(settings: &CollectSettings, progress: &dyn Progress) -> Result<Collected, CollectError> {
    settings.endpoints.check()?;
    let http = Http::new(settings.concurrency, settings.budget, progress)?;
    let mut session = Session::open(http, settings).await?;
    let (mut seen, found) = accounts::find(&session, &settings.endpoints).await?;
    if let Some(asked) = settings.account.as_ref().filter(|asked| **asked != found) {
        return Err(CollectError::OtherAccount { found, asked: asked.clone() });
    }
    let account = AccountId::parse(Cloud::Huawei, &found)?;
    session.enter(&found);
    let reader = Reader::new(&session, &settings.endpoints, &found, settings.concurrency);
    seen.join(lists(&reader).await);
    counters::mark(&mut seen);
    seen.check(&account, &model::tables::huawei::ACCOUNTS)?;
    let incomplete = seen.coverage.iter().filter(|each| !each.is_complete()).count();
    tracing::info!(account = %account, lists = seen.coverage.len(), incomplete, calls = session.calls(), "account read");
    Ok(Collected { account, state: seen.into_state(Cloud::Huawei), calls: session.calls() })
}

async fn lists(reader: &Reader<'_>) -> Seen {
    let lists: Vec<BoxFuture<'_, Seen>> = vec![
        users::list(reader).boxed(),
        agencies::list(reader).boxed(),
        policies::list(reader).boxed(),
        role_assignments::list(reader).boxed(),
        groups::list(reader).boxed(),
        organizations::list(reader).boxed(),
        account_summary::list(reader).boxed(),
        account_settings::list(reader).boxed(),
        password_policy::list(reader).boxed(),
        login_policy::list(reader).boxed(),
        access_controls::list(reader).boxed(),
        mfa_devices::list(reader).boxed(),
        saml_providers::list(reader).boxed(),
        oidc_providers::list(reader).boxed(),
        projects::list(reader).boxed(),
        user_access_modes::list(reader).boxed(),
        login_protections::list(reader).boxed(),
        classic_agencies::list(reader).boxed(),
        identity_providers::list(reader).boxed(),
        mappings::list(reader).boxed(),
        enterprise_projects::list(reader).boxed(),
    ];
    let mut seen = Seen::default();
    for part in join_all(lists).await {
        seen.join(part);
    }
    seen
}

#[cfg(test)]
mod tests;
