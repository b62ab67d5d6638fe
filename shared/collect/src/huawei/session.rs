//! A session: every call is signed, with keys that are alive, for the account that was found.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use model::Timestamp;
use serde_json::Value;
use url::Url;

use super::{
    CollectSettings, assume,
    credentials::{self, Credentials, Keys, Signer},
};
use crate::{
    Budget, CollectError, Progress,
    http::{Call, CallError, Http, Proof},
    lease::{LONGEST_LIFE, Lease},
    session::SignedIn,
};

/// How often a key of the settings is tried before it is said to be wrong: what refused it may have erred.
pub(super) const TRIES_OF_GIVEN_KEYS: u32 = 3;

/// A client that signs.
pub(crate) struct Session<'a> {
    http: Http<'a>,
    settings: &'a CollectSettings,
    keys: Lease<Keys>,
    account: Option<String>,
}

impl<'a> Session<'a> {
    /// Takes the keys of the settings, or those of the agency that they name.
    pub(crate) async fn open(http: Http<'a>, settings: &'a CollectSettings) -> Result<Self, CollectError> {
        let (keys, life) = match &settings.credentials {
            Credentials::Keys(keys) => (keys.clone(), LONGEST_LIFE),
            lent => assume::assume(&http, lent, &settings.endpoints, &settings.clock).await?,
        };
        keys.check()?;
        Ok(Self { http, settings, keys: Lease::new(keys, life), account: None })
    }

    /// Returns in all further calls which account they are about.
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

    /// Reads an address and returns its answer.
    pub(crate) async fn get(&self, url: &Url, listing: &str) -> Result<Option<Value>, CallError> {
        let url = &credentials::as_signed(url);
        // Given keys that are never accepted are wrong, and no session that ended.
        let unproven =
            matches!(self.settings.credentials, Credentials::Keys(_)).then_some(TRIES_OF_GIVEN_KEYS);
        let call = |keys| async move { self.signed(&keys, url, listing).await };
        self.keys.call(&self.http, listing, unproven, || self.renewed(), call).await
    }

    async fn signed(&self, keys: &Keys, url: &Url, listing: &str) -> Result<Option<Value>, CallError> {
        let signer = Signer { keys, account: self.account.as_deref(), clock: &self.settings.clock };
        let call = Call { listing, url, proof: Proof::Signature(&signer), body: None };
        self.http.json(&call).await
    }

    async fn renewed(&self) -> Result<(Keys, Duration), String> {
        let CollectSettings { credentials, endpoints, clock, .. } = self.settings;
        match credentials {
            // Nothing can be done about the end of given keys, but what refused them may have erred.
            Credentials::Keys(keys) => Ok((keys.clone(), LONGEST_LIFE)),
            lent => {
                assume::assume(&self.http, lent, endpoints, clock).await.map_err(|error| error.to_string())
            }
        }
    }
}

impl SignedIn for Session<'_> {
    fn read<'s>(&'s self, url: &'s Url, listing: &'s str) -> BoxFuture<'s, Result<Option<Value>, CallError>> {
        self.get(url, listing).boxed()
    }

    fn keep(&self, bytes: u64) -> Result<(), CallError> {
        self.http.keep(bytes)
    }

    fn budget(&self) -> &Budget {
        self.http.budget()
    }

    fn progress(&self) -> &dyn Progress {
        self.http.progress()
    }
}
