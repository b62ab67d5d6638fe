//! What a run is told: which accounts, where to keep snapshots, whom to tell.
//!
//! A settings file never holds a secret, only where to find one.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use model::{Suppression, printable_setting};
use serde::Deserialize;

use crate::{
    Anchor, Environment, PermissionSettings, Permissions, PlaceError,
    account_settings::{A_DAY, AccountSettings},
    references::{ReferenceError, SecretReference},
    suppressions,
};

/// The settings of an audit, as the TOML file gives them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where snapshots live: `s3://bucket/prefix` or a folder.
    pub store: String,
    /// How to reach the S3 store, where the defaults will not do.
    #[serde(default)]
    pub s3: S3Settings,
    /// A folder with rules of one's own, beside those that are built in.
    #[serde(default)]
    pub rules: Option<PathBuf>,
    /// The accounts to audit.
    #[serde(default, rename = "account")]
    pub accounts: Vec<AccountSettings>,
    /// The settings of who is told, and how.
    #[serde(default)]
    pub notify: NotifySettings,
    /// Accepted findings: kept, not told.
    #[serde(default, rename = "suppress", deserialize_with = "suppressions::read")]
    pub suppressions: Vec<Suppression>,
    /// Who may hold which sensitive permission.
    #[serde(default, rename = "permission")]
    pub permissions: Vec<PermissionSettings>,
    /// Seconds that rules and permission audits may take together in one run.
    #[serde(default = "default_judging_seconds")]
    pub judging_seconds: u64,
}

/// How to reach an S3-compatible store.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Settings {
    /// Address of the server, for stores that are not AWS.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Whether the bucket is part of the path and not of the host.
    #[serde(default)]
    pub path_style: bool,
    /// Region of the bucket.
    #[serde(default)]
    pub region: Option<String>,
}

/// The settings of who is told, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotifySettings {
    /// The sinks: `stdout`, `file:PATH` or `eventbridge:BUS`.
    #[serde(default)]
    pub sinks: Vec<String>,
    /// Events of one run beyond which a single digest is sent in their place.
    #[serde(default = "default_events_per_run")]
    pub events_per_run: usize,
}

impl Default for NotifySettings {
    fn default() -> Self {
        Self { sinks: Vec::new(), events_per_run: default_events_per_run() }
    }
}

const fn default_judging_seconds() -> u64 {
    300
}

const fn default_events_per_run() -> usize {
    200
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// They could not be read.
    #[error("settings `{place}` could not be read")]
    Unreadable {
        /// Where they were looked for.
        place: String,
        /// Why the reference could not be resolved.
        source: ReferenceError,
    },
    /// They are no TOML, or hold something unknown.
    #[error("settings `{place}` are not valid: {fault}")]
    Invalid {
        /// The place that the settings came from.
        place: String,
        /// The line, and what is wrong with it.
        fault: String,
    },
    /// The settings contradict themselves.
    #[error("settings `{place}`: {fault}")]
    Contradiction {
        /// The place that the settings came from.
        place: String,
        /// The settings that contradict each other, in one sentence.
        fault: String,
    },
    /// A path in them makes no sense.
    #[error("settings `{place}`")]
    Place {
        /// The place that the settings came from.
        place: String,
        /// Which path, and why.
        source: PlaceError,
    },
}

impl Settings {
    /// Returns how long judging may take in one run: [`Settings::judging_seconds`].
    #[must_use]
    pub const fn judging(&self) -> Duration {
        Duration::from_secs(self.judging_seconds)
    }

    /// Reads settings from a file, a folder with an `iamwatch.toml`, `s3://bucket/key` or `ssm:NAME`.
    ///
    /// Paths in a file count from its folder; those in other places, which have none, from the current one. The
    /// environment is asked for `HOME`, where a path begins with `~`.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub async fn load(place: &str, environment: &Environment<'_>) -> Result<Self, SettingsError> {
        let shown = || printable_setting(place).to_owned();
        let astray = |source| SettingsError::Place { place: shown(), source };
        let reference = SecretReference::place(place, &Anchor::new(None, environment)).map_err(astray)?;
        let text = reference
            .text(environment)
            .await
            .map_err(|source| SettingsError::Unreadable { place: shown(), source })?;
        let mut settings = Self::parse(place, &text)?;
        let folder = if let SecretReference::File(path) = &reference { path.parent() } else { None };
        settings.anchor(&Anchor::new(folder, environment)).map_err(astray)?;
        Ok(settings)
    }

    /// Returns the permissions that are audited: the usual ones, as these settings change them.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        // Settings that were parsed were checked.
        Permissions::of(&self.permissions).unwrap_or_default()
    }

    /// Reads settings from TOML. Paths stay as they are written.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub fn parse(place: &str, text: &str) -> Result<Self, SettingsError> {
        // Some editors begin a file with a byte order mark; it says nothing.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let settings: Self = toml::from_str(text).map_err(|error| SettingsError::Invalid {
            place: place.to_owned(),
            fault: fault(text, &error),
        })?;
        settings.check().map_err(|fault| SettingsError::Contradiction { place: place.to_owned(), fault })?;
        Ok(settings)
    }

    /// Returns what contradicts what, if anything does.
    fn check(&self) -> Result<(), String> {
        let mut accounts = BTreeSet::new();
        let mut names = BTreeSet::new();
        for (number, account) in self.accounts.iter().enumerate() {
            account.check()?;
            if let Some(name) = account.name.as_deref().filter(|name| !names.insert(*name)) {
                return Err(format!("two accounts are called `{name}`; give one of them another name"));
            }
            if let Some(id) = account.account().filter(|id| !accounts.insert(id.clone())) {
                return Err(format!("the account `{id}` stands in them twice; leave one of the two out"));
            }
            let before = self.accounts.iter().take(number);
            if before.into_iter().any(|other| other.signs_in_as(account)) {
                return Err(format!(
                    "two accounts of `{}` sign in with the same credentials, and would be audited twice; leave one of the \
                     two out",
                    account.cloud
                ));
            }
        }
        let mut sinks = BTreeSet::new();
        if let Some(sink) = self.notify.sinks.iter().find(|sink| !sinks.insert(sink.as_str())) {
            return Err(format!("the sink `{sink}` stands in them twice; leave one of the two out"));
        }
        if self.notify.events_per_run == 0 {
            return Err(
                "`events_per_run` is 0, and a digest would stand for every event; it must be at least 1"
                    .to_owned(),
            );
        }
        if self.judging_seconds == 0 || self.judging_seconds > A_DAY {
            let seconds = self.judging_seconds;
            return Err(format!("`judging_seconds` is {seconds}; it must be from 1 to {A_DAY}"));
        }
        Permissions::of(&self.permissions).map(drop)
    }

    /// Lets every path count from where the settings are.
    fn anchor(&mut self, anchor: &Anchor) -> Result<(), PlaceError> {
        self.store = anchor.store(&self.store)?;
        if let Some(rules) = &mut self.rules {
            *rules = anchor.path("the folder of rules", &rules.to_string_lossy())?;
        }
        for sink in &mut self.notify.sinks {
            *sink = anchor.sink(sink)?;
        }
        self.accounts.iter_mut().try_for_each(|account| account.credentials.anchor(anchor))
    }
}

/// Returns in which line what is wrong. The line itself is not shown: it may hold what should not be there.
fn fault(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    format!("line {line}: {}", without_text(error.message()))
}

/// Leaves out a text that stands where something else is due: it may be a secret.
fn without_text(message: &str) -> String {
    let text = message.find("string \"").zip(message.rfind("\", expected "));
    let parts = text.and_then(|(from, to)| Some((message.get(..from)?, message.get(to + 1..)?)));
    parts.map_or_else(|| message.to_owned(), |(before, after)| format!("{before}a text{after}"))
}

#[cfg(test)]
mod tests;
