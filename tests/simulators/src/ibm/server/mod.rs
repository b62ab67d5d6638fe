//! Serves a [`World`] over HTTP on loopback, one port per service host of IBM Cloud.
//!
//! In: a world. Out: base URLs to point a client at, and afterwards the log of its calls. The world
//! may be changed and faults may be added while it is served.

mod call;
mod groups;
mod identities;
mod listen;
mod paging;
mod policies;
mod reply;
mod request;
mod roles;
mod routes;
mod shared;
mod surroundings;
mod tokens;
mod users;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;

pub use request::Host;
pub use shared::{LoggedCall, TrapHit};
pub use tokens::TokenLife;

use super::Fault;
use super::World;
use super::world::editions::date_edits;
use shared::Shared;

/// Base URLs by service, without a trailing slash and without a version.
#[derive(Clone, Debug, Serialize)]
pub struct Endpoints {
    /// Tokens, identities, access groups, policies.
    pub iam: String,
    /// Users.
    pub user_management: String,
    /// The account itself.
    pub accounts: String,
    /// Resource groups and instances.
    pub resource_controller: String,
    /// Context-based restrictions.
    pub cbr: String,
    /// The enterprise hierarchy; its paths begin with `/v1`.
    pub enterprise: String,
}

impl Endpoints {
    /// The base URL of a host.
    #[must_use]
    pub fn of(&self, host: Host) -> &str {
        match host {
            Host::Iam => &self.iam,
            Host::UserManagement => &self.user_management,
            Host::Accounts => &self.accounts,
            Host::ResourceController => &self.resource_controller,
            Host::Cbr => &self.cbr,
            Host::Enterprise => &self.enterprise,
        }
    }
}

/// A simulated IBM Cloud that runs until it is dropped.
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

    /// Changes what is served from the next call on. What is edited without a date of the edit gets one, as in the cloud.
    pub fn change<R>(&self, edit: impl FnOnce(&mut World) -> R) -> R {
        let mut world = self.shared.world_mut();
        let before = world.clone();
        let done = edit(&mut world);
        date_edits(&before, &mut world);
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

    /// How many calls came in since the start, sign-ins included.
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

    /// Sets how long tokens live that are given from now on.
    pub fn set_token_life(&self, life: TokenLife) {
        self.shared.tokens().life = life;
    }

    /// Ends every token that is out.
    pub fn revoke_tokens(&self) {
        self.shared.tokens().revoke_all();
    }

    /// Gives next links their second documented shape: an object with `href` (service IDs, keys,
    /// profiles), an absolute URL (users).
    pub fn set_other_links(&self, other: bool) {
        self.shared.other_links.store(other, Ordering::Relaxed);
    }
}
