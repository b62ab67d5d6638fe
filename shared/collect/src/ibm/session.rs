//! A session: every call carries a token that is alive, and all calls share one renewal.
//!
//! A token is renewed after four fifths of its life, and once more when the cloud refuses it. Calls
//! that need a new one at the same time wait for the same renewal, so that a long run never knocks at
//! the token endpoint with sixteen calls at once.

use std::time::{Duration, Instant};

use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::{
    caller::Caller,
    sign_in::{self, Credentials, Granted},
};
use crate::{
    Budget, CollectError, Progress,
    http::{Call, CallError, Http},
};

/// How long to leave a renewal that failed alone while the token still lives.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// A signed-in client.
pub(crate) struct Session<'a> {
    http: Http<'a>,
    credentials: &'a Credentials,
    iam: &'a Url,
    caller: Caller,
    token: Mutex<Token>,
}

struct Token {
    bearer: HeaderValue,
    generation: u64,
    renew_at: Instant,
    dies_at: Instant,
}

impl Token {
    fn new(granted: &Granted, generation: u64) -> Result<Self, String> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", granted.token.reveal()))
            .map_err(|_| "the token has characters that no header takes".to_owned())?;
        bearer.set_sensitive(true);
        let now = Instant::now();
        Ok(Self {
            bearer,
            generation,
            renew_at: now + granted.life.mul_f64(0.8),
            dies_at: now + granted.life,
        })
    }
}

impl<'a> Session<'a> {
    /// Signs in.
    pub(crate) async fn open(
        http: Http<'a>,
        credentials: &'a Credentials,
        iam: &'a Url,
    ) -> Result<Self, CollectError> {
        let granted = sign_in::grant(&http, credentials, iam).await?;
        let caller = Caller::of(granted.token.reveal())
            .ok_or_else(|| CollectError::NoAccount { url: iam.to_string() })?;
        let token = Token::new(&granted, 0)
            .map_err(|reason| CollectError::Unreachable { url: iam.to_string(), reason })?;
        Ok(Self { http, credentials, iam, caller, token: Mutex::new(token) })
    }

    /// Returns who we are.
    pub(crate) const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Returns how many requests were sent.
    pub(crate) fn calls(&self) -> u64 {
        self.http.calls()
    }

    /// Returns what the run may spend.
    pub(crate) const fn budget(&self) -> &Budget {
        self.http.budget()
    }

    /// Returns who is told of the progress.
    pub(crate) const fn progress(&self) -> &'a dyn Progress {
        self.http.progress()
    }

    /// Reads an address.
    pub(crate) async fn get(&self, url: &Url, listing: &str) -> Result<Option<Value>, CallError> {
        let (bearer, generation) = self.bearer(None).await?;
        let call = |bearer| Call { listing, url, bearer: Some(bearer), form: None };
        match self.http.json(&call(bearer)).await {
            Err(error) if error.status() == Some(401) => {
                let (bearer, _) = self.bearer(Some(generation)).await?;
                self.http.json(&call(bearer)).await
            }
            answer => answer,
        }
    }

    /// Returns a token that is alive, and other than the refused one.
    async fn bearer(&self, refused: Option<u64>) -> Result<(HeaderValue, u64), CallError> {
        let mut token = self.token.lock().await;
        let is_refused = refused == Some(token.generation);
        if is_refused || Instant::now() >= token.renew_at {
            match self.renewed(token.generation + 1).await {
                Ok(renewed) => *token = renewed,
                Err(reason) if is_refused || Instant::now() >= token.dies_at => {
                    return Err(CallError::SignedOut(reason));
                }
                Err(reason) => {
                    tracing::warn!(reason, "token could not be renewed yet");
                    token.renew_at = (Instant::now() + RENEWAL_PAUSE).min(token.dies_at);
                }
            }
        }
        Ok((token.bearer.clone(), token.generation))
    }

    async fn renewed(&self, generation: u64) -> Result<Token, String> {
        let granted = sign_in::grant(&self.http, self.credentials, self.iam)
            .await
            .map_err(|error| error.to_string())?;
        // A key may have been moved in between; rows of two accounts must never meet.
        if Caller::of(granted.token.reveal()).as_ref() != Some(&self.caller) {
            return Err("the new token belongs to somebody else".to_owned());
        }
        Token::new(&granted, generation)
    }
}
