//! A session: every call is signed, with keys that are alive, for the account that was found.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use model::Timestamp;
use serde_json::Value;
use url::Url;

use super::{
    Settings,
    credentials::{self, Credentials, Keys, Signer},
};
use crate::{
    Budget, CollectError, Progress,
    http::{Call, CallError, Http, Proof},
    lease::Lease,
    session::SignedIn,
};

/// A client that signs.
pub(crate) struct Session<'a> {
    http: Http<'a>,
    settings: &'a Settings,
    access: Access<'a>,
    account: Option<String>,
}

/// The keys of the session.
enum Access<'a> {
    /// They are given, and nothing can be done about their end.
    Given(&'a Keys),
    /// They are lent by an agency.
    Lent(Lease<Keys>),
}

impl<'a> Session<'a> {
    /// Takes the keys of the settings, or those of the agency that they name.
    pub(crate) async fn open(http: Http<'a>, settings: &'a Settings) -> Result<Self, CollectError> {
        let access = match &settings.credentials {
            Credentials::Keys(keys) => {
                keys.check()?;
                Access::Given(keys)
            }
            Credentials::Agency { keys, .. } => {
                keys.check()?;
                let (keys, life) = credentials::assume(
                    &http,
                    &settings.credentials,
                    &settings.endpoints.sts,
                    &settings.clock,
                )
                .await?;
                Access::Lent(Lease::new(keys, life))
            }
        };
        Ok(Self { http, settings, access, account: None })
    }

    /// Says in all further calls which account they are about.
    pub(crate) fn enter(&mut self, account: &str) {
        self.account = Some(account.to_owned());
    }

    /// Returns what time it is here.
    pub(crate) fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    /// Returns how many requests were sent.
    pub(crate) fn calls(&self) -> u64 {
        self.http.calls()
    }

    /// Reads an address.
    pub(crate) async fn get(&self, url: &Url, listing: &str) -> Result<Option<Value>, CallError> {
        let url = credentials::as_signed(url);
        let lease = match &self.access {
            Access::Given(keys) => return self.signed(keys, &url, listing).await,
            Access::Lent(lease) => lease,
        };
        let (keys, generation) = lease.current(None, || self.renewed()).await?;
        match self.signed(&keys, &url, listing).await {
            Err(error) if error.status() == Some(401) => {
                let (keys, _) = lease.current(Some(generation), || self.renewed()).await?;
                self.signed(&keys, &url, listing).await
            }
            answer => answer,
        }
    }

    async fn signed(&self, keys: &Keys, url: &Url, listing: &str) -> Result<Option<Value>, CallError> {
        let signer = Signer { keys, account: self.account.as_deref(), clock: &self.settings.clock };
        let call = Call { listing, url, proof: Proof::Signature(&signer), body: None };
        self.http.json(&call).await
    }

    async fn renewed(&self) -> Result<(Keys, Duration), String> {
        let Settings { credentials, endpoints, clock, .. } = self.settings;
        credentials::assume(&self.http, credentials, &endpoints.sts, clock)
            .await
            .map_err(|error| error.to_string())
    }
}

impl SignedIn for Session<'_> {
    fn read<'s>(&'s self, url: &'s Url, listing: &'s str) -> BoxFuture<'s, Result<Option<Value>, CallError>> {
        self.get(url, listing).boxed()
    }

    fn budget(&self) -> &Budget {
        self.http.budget()
    }

    fn progress(&self) -> &dyn Progress {
        self.http.progress()
    }
}
