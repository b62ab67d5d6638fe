//! Something that signs calls and lives for a while: a token, or temporary keys.
//!
//! It is renewed after four fifths of its life, and once more when the cloud refuses it. Calls that need a new one
//! at the same time wait for the same renewal, so that a long run never asks for many at once.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::http::CallError;

/// How long to leave a renewal that failed alone while what there is still lives.
const RENEWAL_PAUSE: Duration = Duration::from_secs(30);

/// What is held, and how a later one is told from it.
#[derive(Debug)]
pub(crate) struct Lease<T> {
    held: Mutex<Held<T>>,
}

#[derive(Debug)]
struct Held<T> {
    value: T,
    generation: u64,
    renew_at: Instant,
    dies_at: Instant,
}

impl<T> Held<T> {
    fn new(value: T, life: Duration, generation: u64) -> Self {
        let now = Instant::now();
        Self { value, generation, renew_at: now + life.mul_f64(0.8), dies_at: now + life }
    }
}

impl<T: Clone> Lease<T> {
    /// Takes what lives for so long.
    pub(crate) fn new(value: T, life: Duration) -> Self {
        Self { held: Mutex::new(Held::new(value, life, 0)) }
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
            match renew().await {
                Ok((value, life)) => *held = Held::new(value, life, held.generation + 1),
                Err(reason) if is_refused || Instant::now() >= held.dies_at => {
                    return Err(CallError::SignedOut(reason));
                }
                Err(reason) => {
                    tracing::warn!(reason, "the sign-in could not be renewed yet");
                    held.renew_at = (Instant::now() + RENEWAL_PAUSE).min(held.dies_at);
                }
            }
        }
        Ok((held.value.clone(), held.generation))
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

    #[tokio::test]
    async fn what_lives_is_not_renewed() {
        assert_eq!(Lease::new(1, LONG).current(None, never).await.unwrap(), (1, 0));
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
