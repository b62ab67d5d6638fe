//! Serves a [`World`] over HTTP on loopback, one port per service host of Huawei Cloud.
//!
//! In: a world. Out: base URLs to point a client at, and afterwards the log of its calls. The world
//! may be changed and faults may be added while it is served. Every call must be signed.

mod agencies;
mod call;
mod classic_grants;
mod classic_people;
mod enterprise_projects;
mod listen;
mod organizations;
mod paging;
mod people;
mod policies;
mod reply;
mod request;
mod routes;
mod security_tokens;
mod settings;
mod shared;
mod signature;
mod sts;
mod visitors;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

pub use request::Host;
pub use shared::{Clock, LoggedCall, TrapHit};
pub use visitors::SessionLife;

use super::Fault;
use super::World;
use super::world::Model;
use super::world::editions::date_versions;
use shared::{Shared, locked};

/// Base URLs by service, without a trailing slash and without a version.
#[derive(Clone, Debug, Serialize)]
pub struct Endpoints {
    /// Identities, policies, grants, of both authorization models.
    pub iam: String,
    /// Who the caller is, and temporary keys.
    pub sts: String,
    /// The organization.
    pub organizations: String,
    /// Enterprise projects.
    pub eps: String,
}

impl Endpoints {
    /// The base URL of a host.
    #[must_use]
    pub fn of(&self, host: Host) -> &str {
        match host {
            Host::Iam => &self.iam,
            Host::Sts => &self.sts,
            Host::Organizations => &self.organizations,
            Host::Eps => &self.eps,
        }
    }
}

/// A simulated Huawei Cloud that runs until it is dropped.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    /// Dropping it ends the listeners.
    _stop: watch::Sender<()>,
}

impl Simulator {
    /// Listens on free ports of 127.0.0.1 and serves `world` from there.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(world: World) -> std::io::Result<Simulator> {
        let (stop, stopped) = watch::channel(());
        let shared = listen::start(world, &stopped).await?;
        Ok(Simulator { shared, _stop: stop })
    }

    /// Where the services listen.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.shared.endpoints
    }

    /// Changes what is served from the next call on. A version of a policy is never edited: one that says something else is another
    /// one, made later.
    pub fn change<R>(&self, edit: impl FnOnce(&mut World) -> R) -> R {
        let mut world = self.shared.world_mut();
        let before = world.clone();
        let done = edit(&mut world);
        date_versions(&before, &mut world);
        done
    }

    /// Looks at what is served.
    pub fn look<R>(&self, question: impl FnOnce(&World) -> R) -> R {
        question(&self.shared.world())
    }

    /// Adds a fault behind those that stand.
    pub fn add_fault(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// How many calls came in since the start, those to STS included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.shared.calls.load(Ordering::Relaxed)
    }

    /// The last calls, oldest first; very old ones are forgotten.
    #[must_use]
    pub fn log(&self) -> Vec<LoggedCall> {
        self.shared.log().iter().cloned().collect()
    }

    /// Who followed a foreign next link.
    #[must_use]
    pub fn trap_hits(&self) -> Vec<TrapHit> {
        self.shared.trapped().clone()
    }

    /// Puts no more things on a page than this, whatever a caller asks for; 0 takes the limit away. Lists with
    /// numbered pages are left as they are: their callers count on full pages.
    pub fn set_most_per_page(&self, most: usize) {
        self.shared.most_per_page.store(most, Ordering::Relaxed);
    }

    /// Makes every answer this much later.
    pub fn set_latency(&self, latency: Duration) {
        let millis = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self.shared.latency_ms.store(millis, Ordering::Relaxed);
    }

    /// Sets the time that signatures and sessions are held against.
    pub fn set_clock(&self, clock: Clock) {
        *locked(&self.shared.clock) = clock;
    }

    /// Takes an authorization model or a service away, as if this cloud did not have it: its paths are
    /// unknown to the gateway.
    pub fn set_absent(&self, model: Model) {
        locked(&self.shared.absent).push(model);
    }

    /// Sets how long sessions of agencies live that are given from now on.
    pub fn set_session_life(&self, life: SessionLife) {
        self.shared.sessions().life = life;
    }

    /// Ends every session that is out.
    pub fn revoke_sessions(&self) {
        self.shared.sessions().issued.clear();
    }
}
