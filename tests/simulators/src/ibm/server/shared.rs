//! What all listeners share: the world, tokens, faults, the log.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde::Serialize;

use super::tokens::Tokens;
use super::{Endpoints, Host};
use crate::ibm::World;
use crate::wire::faults::Faults;

/// How many calls the log remembers.
const LOG: usize = 50_000;

/// One call that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoggedCall {
    /// Name of the host that was called.
    pub host: &'static str,
    /// `GET`, `POST`, …
    pub method: String,
    /// Path and query as sent.
    pub path_and_query: String,
    /// Status of the answer.
    pub status: u16,
    /// Whether a bearer token came with it.
    pub had_bearer: bool,
}

/// Someone who followed a foreign link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrapHit {
    /// Path and query as sent.
    pub path_and_query: String,
    /// Whether a bearer token came along: a leak.
    pub had_bearer: bool,
}

/// State of a running simulator.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) endpoints: Endpoints,
    /// Base URL of the foreign host.
    pub(super) trap: String,
    pub(super) faults: Faults<Host>,
    pub(super) calls: AtomicU64,
    pub(super) latency_ms: AtomicU64,
    /// Most things on a page, whatever is asked for; 0 is no limit.
    pub(super) most_per_page: AtomicUsize,
    pub(super) other_links: AtomicBool,
    world: RwLock<World>,
    tokens: Mutex<Tokens>,
    log: Mutex<VecDeque<LoggedCall>>,
    trapped: Mutex<Vec<TrapHit>>,
}

impl Shared {
    pub(super) fn new(world: World, endpoints: Endpoints, trap: String) -> Shared {
        Shared {
            endpoints,
            trap,
            faults: Faults::default(),
            calls: AtomicU64::new(0),
            latency_ms: AtomicU64::new(0),
            most_per_page: AtomicUsize::new(0),
            other_links: AtomicBool::new(false),
            world: RwLock::new(world),
            tokens: Mutex::new(Tokens::new()),
            log: Mutex::new(VecDeque::new()),
            trapped: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn log(&self) -> MutexGuard<'_, VecDeque<LoggedCall>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn trapped(&self) -> MutexGuard<'_, Vec<TrapHit>> {
        self.trapped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, call: LoggedCall) {
        let mut log = self.log();
        if log.len() == LOG {
            log.pop_front();
        }
        log.push_back(call);
    }
}
