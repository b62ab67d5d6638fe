//! Where to look: the settings, the store, how to reach it. Arguments go before the environment, and that before the settings.

use std::path::Path;

use pipeline::{Anchor, Settings};
use snapshot::StoreOptions;

use crate::{account::AccountName, arguments::Global, failure::Failure, render::text::quoted};

const STORE: &str = "IAMWATCH_STORE";
pub(crate) const DEFAULT_STORE: &str = "./iamwatch-store";
const CONFIG: &str = "IAMWATCH_CONFIG";
const DEFAULT_CONFIG: &str = "iamwatch.toml";
pub(crate) const ACCOUNT: &str = "IAMWATCH_ACCOUNT";

/// Returns the place of the settings that the arguments or the environment name, or of the nearest file of the usual name: in the current
/// folder or one above it. None where there is no such file.
pub(crate) fn config(global: &Global) -> Option<String> {
    if let Some(named) = global.config.clone().or_else(|| set(CONFIG)) {
        return Some(named);
    }
    if Path::new(DEFAULT_CONFIG).exists() {
        return Some(DEFAULT_CONFIG.to_owned());
    }
    let here = std::env::current_dir().ok()?;
    let file = here.ancestors().map(|folder| folder.join(DEFAULT_CONFIG)).find(|file| file.is_file())?;
    Some(file.display().to_string())
}

/// Reads the settings that every command shares; none where none are named and none are found.
pub(crate) async fn settings(global: &Global) -> Result<Option<Settings>, Failure> {
    match config(global) {
        Some(place) => load(&place).await.map(Some),
        None => Ok(None),
    }
}

/// Reads the settings of an audit, which cannot do without.
pub(crate) async fn needed_settings(global: &Global) -> Result<Settings, Failure> {
    load(&config(global).unwrap_or_else(|| DEFAULT_CONFIG.to_owned())).await
}

/// Reads settings, and says where to look when there are none.
async fn load(place: &str) -> Result<Settings, Failure> {
    Settings::load(place, &variable).await.map_err(|error| {
        let is_missing = matches!(
            &error,
            pipeline::SettingsError::Unreadable { source: pipeline::ReferenceError::File { .. }, .. }
        );
        let failure = Failure::from(error);
        match failure.words() {
            _ if is_missing => failure.help(
                "name a configuration with --config; `iamwatch help audit` shows the smallest, `iamwatch demo` needs none",
            ),
            // What is wrong says better what would be right.
            (_, Some(_)) => failure,
            _ => failure.help("`iamwatch help audit` shows the smallest configuration"),
        }
    })
}

/// Returns the store to look in.
pub(crate) fn store(global: &Global, settings: Option<&Settings>) -> Result<String, Failure> {
    let named = global.store.clone().or_else(|| set(STORE)).map(|place| here().store(&place)).transpose()?;
    let of_settings = || settings.map(|settings| settings.store.clone());
    Ok(named.or_else(of_settings).unwrap_or_else(|| DEFAULT_STORE.to_owned()))
}

/// Returns where paths of arguments count from: the current folder.
pub(crate) fn here() -> Anchor {
    Anchor::new(None, &variable)
}

/// Looks up a variable of the environment. What is no text is not taken for what is not set.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// Looks up a variable; an empty one is as good as none.
fn set(name: &str) -> Option<String> {
    variable(name).filter(|value| !value.is_empty())
}

/// Returns the account that the arguments or the environment name.
pub(crate) fn account(global: &Global) -> Option<AccountName> {
    let of_environment = || set(ACCOUNT).and_then(|name| name.parse().ok());
    global.account.clone().or_else(of_environment)
}

/// Returns how to reach a store.
pub(crate) fn options(global: &Global, settings: Option<&Settings>) -> StoreOptions {
    let s3 = settings.map(|settings| &settings.s3);
    let first = |given: &Option<String>, variable: &str, otherwise: Option<&String>| {
        given.clone().or_else(|| set(variable)).or_else(|| otherwise.cloned())
    };
    StoreOptions {
        s3_endpoint: first(
            &global.s3_endpoint,
            "IAMWATCH_S3_ENDPOINT",
            s3.and_then(|s3| s3.endpoint.as_ref()),
        ),
        s3_path_style: global.s3_path_style
            || set("IAMWATCH_S3_PATH_STYLE").is_some_and(|style| is_yes(&style))
            || s3.is_some_and(|s3| s3.path_style),
        region: first(&global.region, "IAMWATCH_S3_REGION", s3.and_then(|s3| s3.region.as_ref())),
    }
}

/// Returns whether a variable that switches something on does.
fn is_yes(text: &str) -> bool {
    !["0", "false", "no", "off"].contains(&text.to_ascii_lowercase().as_str())
}

/// Returns the arguments that lead another command to the same place: those that were given, but for the account. What the
/// environment and a file that is found say holds for the other command, too.
pub(crate) fn hint(global: &Global) -> String {
    let mut hint = String::new();
    for (name, value) in [
        ("--config", &global.config),
        ("--store", &global.store),
        ("--s3-endpoint", &global.s3_endpoint),
        ("--region", &global.region),
    ] {
        if let Some(value) = value {
            hint.push_str(&format!(" {name} {}", quoted(value)));
        }
    }
    if global.s3_path_style {
        hint.push_str(" --s3-path-style");
    }
    hint
}
