//! What all listeners share: the world, sessions, the clock, faults, the log.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::visitors::Sessions;
use super::{Endpoints, Host};
use crate::huawei::World;
use crate::huawei::world::Model;
use crate::wire::faults::Faults;

/// How many calls the log remembers.
const LOG: usize = 50_000;

/// What time it is at the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The time of this machine.
    Machine,
    /// The time of this machine and so much more, or less.
    Ahead(SignedDuration),
    /// It stands still.
    At(Timestamp),
}

impl Clock {
    pub(super) fn now(self) -> Timestamp {
        match self {
            Clock::Machine => Timestamp::now(),
            Clock::Ahead(by) => Timestamp::now().saturating_add(by).unwrap_or(Timestamp::MAX),
            Clock::At(time) => time,
        }
    }
}

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
    /// The access key that it was signed with, good or not.
    pub access_key: Option<String>,
}

/// Someone who followed a foreign link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrapHit {
    /// Path and query as sent.
    pub path_and_query: String,
    /// Whether a signature or a security token came along: a leak.
    pub had_credentials: bool,
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
    pub(super) clock: Mutex<Clock>,
    /// What this cloud does not have.
    pub(super) absent: Mutex<Vec<Model>>,
    world: RwLock<World>,
    sessions: Mutex<Sessions>,
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
            clock: Mutex::new(Clock::Machine),
            absent: Mutex::new(Vec::new()),
            world: RwLock::new(world),
            sessions: Mutex::new(Sessions::new()),
            log: Mutex::new(VecDeque::new()),
            trapped: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        locked(&self.clock).now()
    }

    pub(super) fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        locked(&self.sessions)
    }

    pub(super) fn log(&self) -> MutexGuard<'_, VecDeque<LoggedCall>> {
        locked(&self.log)
    }

    pub(super) fn trapped(&self) -> MutexGuard<'_, Vec<TrapHit>> {
        locked(&self.trapped)
    }

    pub(super) fn note(&self, call: LoggedCall) {
        let mut log = self.log();
        if log.len() == LOG {
            log.pop_front();
        }
        log.push_back(call);
    }
}

pub(super) fn locked<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
