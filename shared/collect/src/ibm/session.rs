//! A session: every call carries a token that is alive, and all calls share one renewal ([`Lease`]).

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use reqwest::header::HeaderValue;
use serde_json::Value;
use url::Url;

use super::{
    caller::Caller,
    sign_in::{self, Credentials, Granted},
};
use crate::{
    Budget, CollectError, Progress,
    http::{Call, CallError, Http, Proof},
    lease::Lease,
    session::SignedIn,
};

/// A client that is signed in and signs in anew when its token ends.
pub(crate) struct Session<'a> {
    http: Http<'a>,
    credentials: &'a Credentials,
    iam: &'a Url,
    caller: Caller,
    token: Lease<HeaderValue>,
}

impl<'a> Session<'a> {
    /// Signs in and returns a session of the account.
    pub(crate) async fn open(
        http: Http<'a>,
        credentials: &'a Credentials,
        iam: &'a Url,
    ) -> Result<Self, CollectError> {
        let granted = sign_in::grant(&http, credentials, iam).await?;
        let caller = Caller::of(granted.token.reveal())
            .ok_or_else(|| CollectError::NoAccount { url: iam.to_string() })?;
        let bearer =
            bearer(&granted).map_err(|reason| CollectError::Unreachable { url: iam.to_string(), reason })?;
        Ok(Self { http, credentials, iam, caller, token: Lease::new(bearer, granted.life) })
    }

    /// Returns who we are.
    pub(crate) const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Returns how many requests were sent.
    pub(crate) fn calls(&self) -> u64 {
        self.http.calls()
    }

    /// Reads an address and returns its answer.
    pub(crate) async fn get(&self, url: &Url, listing: &str) -> Result<Option<Value>, CallError> {
        let call = |bearer| async move {
            self.http.json(&Call { listing, url, proof: Proof::Bearer(bearer), body: None }).await
        };
        self.token.call(&self.http, listing, None, || self.renewed(), call).await
    }

    async fn renewed(&self) -> Result<(HeaderValue, Duration), String> {
        let granted = sign_in::grant(&self.http, self.credentials, self.iam)
            .await
            .map_err(|error| error.to_string())?;
        // A key may have been moved in between; rows of two accounts must never meet.
        if Caller::of(granted.token.reveal()).as_ref() != Some(&self.caller) {
            return Err("the new token belongs to somebody else".to_owned());
        }
        Ok((bearer(&granted)?, granted.life))
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

fn bearer(granted: &Granted) -> Result<HeaderValue, String> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", granted.token.reveal()))
        .map_err(|_| "the token has characters that no header takes".to_owned())?;
    bearer.set_sensitive(true);
    Ok(bearer)
}
