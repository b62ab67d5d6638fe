//! Something that signs calls and lives for a while: a token, or temporary keys.
//!
//! It is renewed after four fifths of its life, and when the cloud refuses it. Calls that need a new one
//! at the same time wait for the same renewal, so that a long run never asks for many at once.
//!
//! A refusal (401) is not believed at once: sessions end early, and what checks them fails for moments. So the call is
//! made again with a new sign-in, after a wait, as often as any call is tried. A list for which that did not help is
//! refused from then on without ado, so that a missing right is not mistaken for a lost session thousands of times.

use std::{
    collections::HashSet,
    sync::{
        Mutex as Lock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::sync::Mutex;

use crate::http::{CallError, Http};

/// How long to leave a renewal that failed alone.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);
/// Longest life that is believed: no cloud lends anything for longer.
pub(crate) const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// Life of what does not say for how long it lives, or says what cannot be.
const USUAL_LIFE: Duration = Duration::from_secs(15 * 60);

/// What is held, and how a later one is told from it.
#[derive(Debug)]
pub(crate) struct Lease<T> {
    held: Mutex<LeasedValue<T>>,
    /// Whether it was ever accepted.
    is_proven: AtomicBool,
    /// Lists that were refused though the sign-in was new.
    refused: Lock<HashSet<String>>,
}

#[derive(Debug)]
struct LeasedValue<T> {
    value: T,
    generation: u64,
    renew_at: Instant,
    dies_at: Instant,
    failed: Option<(Instant, String)>,
}

impl<T> LeasedValue<T> {
    fn new(value: T, life: Duration, generation: u64) -> Self {
        let (now, life) = (Instant::now(), life.min(LONGEST_LIFE));
        Self { value, generation, renew_at: now + life.mul_f64(0.8), dies_at: now + life, failed: None }
    }

    /// Returns why a renewal failed a moment ago, which would fail again.
    fn just_failed(&self) -> Option<&str> {
        let (at, reason) = self.failed.as_ref()?;
        (at.elapsed() < RENEWAL_PAUSE).then_some(reason)
    }
}

/// Returns how long something lives that says so in seconds; one that says that it is dead is asked to prove it.
pub(crate) fn life(seconds: Option<f64>) -> Duration {
    let seconds = seconds.filter(|seconds| *seconds >= 1.0);
    seconds.map_or(USUAL_LIFE, |seconds| Duration::from_secs_f64(seconds.min(LONGEST_LIFE.as_secs_f64())))
}

impl<T: Clone + Send> Lease<T> {
    /// Takes what lives for so long.
    pub(crate) fn new(value: T, life: Duration) -> Self {
        Self {
            held: Mutex::new(LeasedValue::new(value, life, 0)),
            is_proven: AtomicBool::new(false),
            refused: Lock::default(),
        }
    }

    /// Makes a call, and makes it again with a new sign-in while it is refused and that can help: as often as any call. What
    /// somebody gave, and was never accepted, is tried `unproven` times, for it may be wrong.
    pub(crate) async fn call<R, C>(
        &self,
        http: &Http<'_>,
        listing: &str,
        unproven: Option<u32>,
        renew: impl Fn() -> R + Send + Sync,
        call: impl Fn(T) -> C + Send + Sync,
    ) -> Result<Option<Value>, CallError>
    where
        R: Future<Output = Result<(T, Duration), String>> + Send,
        C: Future<Output = Result<Option<Value>, CallError>> + Send,
    {
        let (mut refused, mut tried) = (None, 0);
        loop {
            let (value, generation) = self.current(refused, &renew).await?;
            let error = match call(value).await {
                Err(error) if error.status() == Some(401) => error,
                answer => {
                    self.is_proven.fetch_or(answer.is_ok(), Ordering::Relaxed);
                    return answer;
                }
            };
            tried += 1;
            if !self.is_proven.load(Ordering::Relaxed) && unproven.is_some_and(|most| tried >= most) {
                return Err(error);
            }
            if self.is_refused(listing) || tried >= http.budget().tries {
                self.refuse(listing);
                return Err(CallError::Unaccepted(Box::new(error)));
            }
            http.pause(listing, tried, error, None).await?;
            refused = Some(generation);
        }
    }

    /// Returns what is alive, and other than the generation that was refused.
    pub(crate) async fn current<F>(
        &self,
        refused: Option<u64>,
        renew: impl FnOnce() -> F + Send,
    ) -> Result<(T, u64), CallError>
    where
        F: Future<Output = Result<(T, Duration), String>> + Send,
    {
        let mut held = self.held.lock().await;
        let is_refused = refused == Some(held.generation);
        if is_refused || Instant::now() >= held.renew_at {
            let renewed = match held.just_failed() {
                Some(reason) => Err(reason.to_owned()),
                None => renew().await,
            };
            match renewed {
                Ok((value, life)) => *held = LeasedValue::new(value, life, held.generation + 1),
                Err(reason) => {
                    let now = Instant::now();
                    if held.just_failed().is_none() {
                        held.failed = Some((now, reason.clone()));
                    }
                    if is_refused || now >= held.dies_at {
                        return Err(CallError::SignedOut(reason));
                    }
                    tracing::warn!(reason, "the sign-in could not be renewed yet");
                    held.renew_at = (now + RENEWAL_PAUSE).min(held.dies_at);
                }
            }
        }
        Ok((held.value.clone(), held.generation))
    }

    fn is_refused(&self, listing: &str) -> bool {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).contains(listing)
    }

    fn refuse(&self, listing: &str) {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(listing.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    async fn never() -> Result<(u8, Duration), String> {
        panic!("nothing was to be renewed")
    }

    async fn refused() -> Result<(u8, Duration), String> {
        Err("no".to_owned())
    }

    #[test]
    fn a_life_that_cannot_be_is_not_believed() {
        let lives = [f64::MAX, 9_223_372_036_854_775_807.0, f64::INFINITY, 3600.0, 0.0, -1.0, f64::NAN];
        let believed = lives.map(|seconds| life(Some(seconds)).as_secs());
        assert_eq!(believed, [86_400, 86_400, 86_400, 3600, 900, 900, 900]);
        assert_eq!(life(None), USUAL_LIFE);
        drop(Lease::new(1, Duration::MAX));
    }

    #[tokio::test]
    async fn a_renewal_that_failed_is_left_alone_for_a_while() {
        let dead = Lease::new(1, Duration::ZERO);
        assert!(dead.current(None, refused).await.is_err());
        let error = dead.current(None, never).await.unwrap_err();
        assert_eq!(error.to_string(), "the sign-in could not be renewed: no");
    }

    #[tokio::test]
    async fn what_lives_is_not_renewed() {
        assert_eq!(Lease::new(1, LONG).current(None, never).await.unwrap(), (1, 0));
    }

    #[tokio::test]
    async fn what_is_about_to_end_is_renewed() {
        let lease = Lease::new(1, Duration::from_millis(50));
        tokio::time::sleep(Duration::from_millis(45)).await;
        assert_eq!(lease.current(None, || async { Ok((2, LONG)) }).await.unwrap(), (2, 1));
    }

    #[tokio::test]
    async fn what_was_refused_is_renewed_once() {
        let lease = Lease::new(1, LONG);
        let renew = || async { Ok((2, LONG)) };
        assert_eq!(lease.current(Some(0), renew).await.unwrap(), (2, 1));
        assert_eq!(lease.current(Some(0), never).await.unwrap(), (2, 1));
    }

    #[tokio::test]
    async fn a_renewal_that_fails_matters_only_when_nothing_is_left() {
        let dead = Lease::new(1, Duration::ZERO);
        assert!(dead.current(None, refused).await.is_err());
        let old = Lease::new(1, LONG);
        old.held.lock().await.renew_at = Instant::now();
        assert_eq!(old.current(None, refused).await.unwrap(), (1, 0));
        assert!(old.current(Some(0), refused).await.is_err());
    }
}
