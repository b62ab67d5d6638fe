//! The store that is asked, with what a warm program keeps of it: manifests, tables and findings, up to a bound of bytes.

use std::{sync::Arc, time::Duration};

use access::SensitivePermission;
use check::{RuleSet, Unanswered};
use model::{AccountId, Cloud, Timestamp};
use snapshot::{AnyStore, History, Manifest, ReadCache, SnapshotError, SnapshotName};

use crate::{Problem, flights::Flights, reply::Made, turnstile::Turnstile};

/// Returns the time now, which only programs know.
pub type NowClock = fn() -> Timestamp;

/// How much a request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskLimits {
    /// How long one statement of SQL may run.
    pub sql: Duration,
    /// How long any question may take; who asks is told so, and the question comes to its end by itself.
    pub question: Duration,
    /// Questions that are worked on at one time; others wait for their turn.
    pub at_once: usize,
    /// Bytes of memory for all questions that are worked on at one time, as far as it can be told before; one that takes more works alone.
    pub work_bytes: usize,
    /// How long a question waits for its turn.
    pub wait: Duration,
    /// Bytes of an answer; a larger one is refused with how to ask for less.
    pub answer_bytes: usize,
    /// Bytes of memory for all SQL that is asked at one time, the tables it is asked of among it.
    pub sql_bytes: u64,
    /// How long an answer has to take that it is kept, packed.
    pub worth_keeping: Duration,
    /// Bytes of memory for what was read of the store and may be asked again, and for answers.
    pub kept_bytes: usize,
}

impl Default for AskLimits {
    fn default() -> Self {
        Self {
            sql: Duration::from_secs(10),
            question: Duration::from_secs(60),
            at_once: 4,
            work_bytes: 320 * 1024 * 1024,
            wait: Duration::from_secs(30),
            answer_bytes: 64 * 1024 * 1024,
            sql_bytes: 1024 * 1024 * 1024,
            worth_keeping: Duration::from_millis(200),
            kept_bytes: 256 * 1024 * 1024,
        }
    }
}

/// A store that is open for questions. Clones share what is kept.
#[derive(Debug, Clone)]
pub struct Archive {
    store: AnyStore,
    now: NowClock,
    limits: AskLimits,
    rules: Arc<RuleSet>,
    permissions: Arc<Vec<(Cloud, Vec<SensitivePermission>)>>,
    turnstile: Turnstile,
    flights: Flights<Result<Arc<Made>, Problem>>,
    cache: ReadCache,
}

impl Archive {
    /// Takes the store, the clock that times are counted from, and the limits; nothing is read yet.
    ///
    /// The rules name what findings are about, and what could not be answered: none is asked. The limit for the memory of SQL is one for the program: of several archives the
    /// least counts.
    #[must_use]
    pub fn new(store: AnyStore, rules: RuleSet, now: NowClock, limits: AskLimits) -> Self {
        check::limit_memory(limits.sql_bytes);
        Self {
            store,
            now,
            limits,
            rules: Arc::new(rules),
            // They are part of the program, and a test reads them.
            permissions: Arc::new(
                Cloud::ALL
                    .into_iter()
                    .map(|cloud| (cloud, access::usual(cloud).unwrap_or_default()))
                    .collect(),
            ),
            turnstile: Turnstile::new(limits),
            flights: Flights::default(),
            cache: ReadCache::new(limits.kept_bytes),
        }
    }

    /// Returns this archive with the permissions that are audited, by cloud, in place of the usual ones.
    #[must_use]
    pub fn with_permissions(self, permissions: Vec<(Cloud, Vec<SensitivePermission>)>) -> Self {
        Self { permissions: Arc::new(permissions), ..self }
    }

    /// Returns the permissions that are audited in a cloud.
    pub(crate) fn permissions(&self, cloud: Cloud) -> &[SensitivePermission] {
        let own = self.permissions.iter().find(|(of, _)| *of == cloud);
        own.map(|(_, permissions)| permissions.as_slice()).unwrap_or_default()
    }

    /// Returns the rules and permissions that a snapshot does not answer, or not wholly.
    pub(crate) async fn unanswered(
        &self,
        history: &History,
        manifest: &Manifest,
    ) -> Result<Vec<Unanswered>, SnapshotError> {
        let permissions = self.permissions(manifest.account.cloud());
        history::unanswered_of(history, manifest, &self.rules, permissions).await
    }

    pub(crate) const fn store(&self) -> &AnyStore {
        &self.store
    }

    pub(crate) const fn limits(&self) -> &AskLimits {
        &self.limits
    }

    /// Returns the time now.
    pub(crate) fn now(&self) -> Timestamp {
        (self.now)()
    }

    pub(crate) fn rules(&self) -> &RuleSet {
        &self.rules
    }

    pub(crate) const fn turnstile(&self) -> &Turnstile {
        &self.turnstile
    }

    /// Returns the questions that are worked out now.
    pub(crate) const fn flights(&self) -> &Flights<Result<Arc<Made>, Problem>> {
        &self.flights
    }

    /// Returns the history of an account, which keeps what is read of it.
    pub(crate) fn history_of(&self, account: AccountId) -> History {
        History::new(self.store.clone(), account).with_cache(self.cache.clone())
    }

    /// Opens the history of an account by the parts of its name in a path.
    pub(crate) fn history(&self, cloud: &str, id: &str) -> Result<History, Problem> {
        let none = || {
            Problem::not_there(
                "no-such-account",
                format!("there is no account `{}`", model::visible(&format!("{cloud}/{id}"))),
                "/api/v1/accounts lists the accounts of this store",
            )
        };
        let cloud = Cloud::ALL.into_iter().find(|each| each.name() == cloud).ok_or_else(none)?;
        let account = AccountId::parse(cloud, id).map_err(|_| none())?;
        Ok(self.history_of(account))
    }

    /// Reads the manifest of the snapshot that a name means.
    pub(crate) async fn snapshot(&self, history: &History, name: &str) -> Result<Arc<Manifest>, Problem> {
        match self.find_snapshot(history, name).await {
            Err(Absence::Snapshot(error)) => Err(history.explain_absence(error).await.into()),
            Err(Absence::Other(problem)) => Err(problem),
            Ok(manifest) => Ok(manifest),
        }
    }

    async fn find_snapshot(&self, history: &History, name: &str) -> Result<Arc<Manifest>, Absence> {
        let now = (self.now)();
        let wanted = SnapshotName::read(name, now).map_err(Problem::from)?;
        if let SnapshotName::Number(number) = wanted {
            return Ok(history.shared_manifest(number).await?);
        }
        let newest = history.newest().await?;
        let newest = newest.ok_or_else(|| SnapshotError::Empty { account: history.account().clone() })?;
        match wanted {
            SnapshotName::Number(number) => Ok(history.shared_manifest(number).await?),
            SnapshotName::Latest { back } => {
                let number = newest.checked_sub(back).filter(|number| *number > 0);
                let number = number.ok_or_else(|| SnapshotError::NoSuchSnapshot {
                    account: history.account().clone(),
                    name: name.to_owned(),
                })?;
                Ok(history.shared_manifest(number).await?)
            }
            SnapshotName::At { begins, .. } => {
                let manifest = history.resolve(&wanted).await?;
                // Nobody knows yet which snapshot will be in force at a time that is to come.
                if now < begins && manifest.taken_at() < begins {
                    let said = format!("`{}` is yet to come", model::visible(name));
                    let help = "say `latest`, or a time that has passed";
                    return Err(Absence::Other(Problem::wrong("time-to-come", said, help)));
                }
                Ok(Arc::new(manifest))
            }
        }
    }
}

/// Why a name leads to no snapshot.
enum Absence {
    Snapshot(SnapshotError),
    Other(Problem),
}

impl From<SnapshotError> for Absence {
    fn from(error: SnapshotError) -> Self {
        Self::Snapshot(error)
    }
}

impl From<Problem> for Absence {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}
