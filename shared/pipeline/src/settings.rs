//! What a run is told: which accounts, where to keep snapshots, whom to tell.
//!
//! A settings file never holds a secret, only where to find one.

use std::path::PathBuf;

use model::Suppression;
use serde::Deserialize;

use crate::{
    PermissionSettings, Permissions,
    account_settings::AccountSettings,
    references::{Reference, ReferenceError},
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
    /// Whom to tell.
    #[serde(default)]
    pub notify: NotifySettings,
    /// Findings that may be.
    #[serde(default, rename = "suppress")]
    pub suppressions: Vec<Suppression>,
    /// Who may hold which sensitive permission.
    #[serde(default, rename = "permission")]
    pub permissions: Vec<PermissionSettings>,
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

/// Whom to tell.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotifySettings {
    /// `stdout`, `file:PATH`, `eventbridge:BUS`.
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
        /// What went wrong.
        source: ReferenceError,
    },
    /// They are no TOML, or hold something unknown.
    #[error("settings `{place}` are not valid: {fault}")]
    Invalid {
        /// Where they are.
        place: String,
        /// The line, and what is wrong with it.
        fault: String,
    },
    /// They contradict themselves.
    #[error("settings `{place}`: {fault}")]
    Contradiction {
        /// Where they are.
        place: String,
        /// What contradicts what.
        fault: String,
    },
}

impl Settings {
    /// Reads settings from a file, a folder with an `iamwatch.toml`, `s3://bucket/key` or `ssm:NAME`.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub async fn load(place: &str) -> Result<Self, SettingsError> {
        let reference = Reference::place(place);
        let text = reference
            .text(&|_| None)
            .await
            .map_err(|source| SettingsError::Unreadable { place: place.to_owned(), source })?;
        Self::parse(place, &text)
    }

    /// Returns the permissions that are audited: the usual ones, as these settings change them.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        // Settings that were parsed were checked.
        Permissions::of(&self.permissions).unwrap_or_default()
    }

    /// Reads settings from TOML.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub fn parse(place: &str, text: &str) -> Result<Self, SettingsError> {
        let settings: Self = toml::from_str(text).map_err(|error| SettingsError::Invalid {
            place: place.to_owned(),
            fault: fault(text, &error),
        })?;
        let contradiction = |fault| SettingsError::Contradiction { place: place.to_owned(), fault };
        for account in &settings.accounts {
            account.check().map_err(contradiction)?;
        }
        Permissions::of(&settings.permissions).map_err(contradiction)?;
        for suppression in &settings.suppressions {
            let until = suppression.until.as_deref();
            if until.is_some_and(|until| model::normal_time(until).is_none()) {
                return Err(contradiction(format!(
                    "`until` of the suppression of `{}` is no time: write it like 2026-11-21T00:00:00Z",
                    suppression.rule
                )));
            }
        }
        Ok(settings)
    }
}

/// Says in which line what is wrong. The line itself is not shown: it may hold what should not be there.
fn fault(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    format!("line {line}: {}", error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"
store = "snapshots"
[[account]]
cloud = "ibm"
credentials = { api_key = "env:IBM_KEY" }
"#;

    fn fault(text: &str) -> String {
        Settings::parse("iamwatch.toml", text).expect_err("the settings are wrong").to_string()
    }

    #[test]
    fn the_settings_of_the_readme_are_valid() {
        let readme = include_str!("../README.md");
        let sample =
            readme.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("a sample");
        let settings = Settings::parse("README.md", sample).expect("valid");
        assert_eq!(
            (settings.accounts.len(), settings.permissions.len(), settings.suppressions.len()),
            (2, 2, 1)
        );
    }

    #[test]
    fn the_configuration_for_huawei_cloud_that_is_deployed_is_valid() {
        let text = include_str!("../../../infra/huawei.toml");
        let settings = Settings::parse("huawei.toml", text).expect("valid");
        let account = &settings.accounts[0];
        assert_eq!((settings.accounts.len(), account.cloud), (1, model::Cloud::Huawei));
        // The function may read what is below the name of the stack, which is `iamwatch` in its README.
        for secret in [&account.credentials.access_key, &account.credentials.secret_key] {
            let is_of_stack =
                matches!(secret, Some(Reference::Parameter(name)) if name.starts_with("/iamwatch/huawei/"));
            assert!(is_of_stack, "{secret:?}");
        }
        assert_eq!(settings.notify.sinks, ["eventbridge:iamwatch"]);
        for line in
            text.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| line.contains(" = "))
        {
            let with = text.replacen(&format!("# {line}"), &line.replace('…', "0123456789abcdef"), 1);
            Settings::parse("huawei.toml", &with).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }

    #[test]
    fn the_configuration_that_the_template_makes_is_valid() {
        let template = include_str!("../../../infra/template.yaml");
        let text: String = template
            .lines()
            .skip_while(|line| !line.contains("store = \"s3://${Store}/store\""))
            .take_while(|line| !line.trim_start().starts_with("- Id:"))
            .map(|line| format!("{}\n", line.trim_start()))
            .collect();
        for id in ["# id: that of the key", "id = \"59bcbfa6ea2f006b4ed7094c1a08dcdd\""] {
            let filled = text.replace("${Id}", id).replace("${Key}", "/iamwatch/ibm/key");
            let filled = filled.replace("${Store}", "a-bucket").replace("${Bus}", "iamwatch");
            let settings = Settings::parse("template.yaml", &filled).expect("valid");
            assert_eq!(settings.accounts.len(), 1);
            assert_eq!(settings.notify.sinks, ["eventbridge:iamwatch"]);
        }
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let settings = Settings::parse("iamwatch.toml", MINIMAL).expect("valid");
        assert_eq!(settings.accounts[0].concurrency, 16);
        assert_eq!(settings.notify.events_per_run, 200);
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let message = fault(&format!("stroe = 1\n{MINIMAL}"));
        assert!(message.contains("stroe") && message.contains("line 1"), "{message}");
    }

    #[test]
    fn a_key_in_the_file_itself_is_refused_and_not_repeated() {
        let message = fault(&MINIMAL.replace("env:IBM_KEY", "s3cr3t-key-value"));
        assert!(message.contains("env:NAME") && message.contains("line 5"), "{message}");
        assert!(!message.contains("s3cr3t"), "{message}");
    }
}
