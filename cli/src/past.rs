//! Opens the past: the store, the account in it, the snapshot that a name means.

use jiff::Timestamp;
use model::{AccountError, AccountId};
use pipeline::Anchor;
use snapshot::{AnyStore, History, Manifest, SnapshotName, StoreOptions, Timeline};

use crate::{
    account::AccountName,
    arguments::Global,
    failure::{Failure, exit},
};

const STORE: &str = "IAMWATCH_STORE";
const DEFAULT_STORE: &str = "./iamwatch-store";
const CONFIG: &str = "IAMWATCH_CONFIG";
const DEFAULT_CONFIG: &str = "iamwatch.toml";
const ACCOUNT: &str = "IAMWATCH_ACCOUNT";

/// One account's history, open for questions.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) history: History,
}

impl Past {
    /// Opens the store and the account that the arguments name, or the only one that there is.
    pub(crate) async fn open(global: &Global) -> Result<Self, Failure> {
        let place = place(global)?.unwrap_or_else(|| DEFAULT_STORE.to_owned());
        let store = AnyStore::open(&place, &options(global, &StoreOptions::default())).await?;
        let account = match account(global)? {
            Some(AccountName::Id(account)) => account,
            name => only_account(&place, &store, name.as_ref()).await?,
        };
        Ok(Self { history: History::new(store, account) })
    }

    /// Reads the manifests of all snapshots.
    pub(crate) async fn timeline(&self) -> Result<Timeline, Failure> {
        let newest = self.snapshot("latest").await?.number;
        Ok(self.history.timeline(newest).await?)
    }

    /// Reads the manifest of the snapshot that a name means.
    pub(crate) async fn snapshot(&self, name: &str) -> Result<Manifest, Failure> {
        let manifest = self.history.resolve(&name.parse()?).await?;
        match begins(name) {
            Some(begins) if is_yet_to_come(begins, &manifest, Timestamp::now()) => {
                Err(Failure::wrong_use(format!(
                    "`{name}` is yet to come: the newest snapshot of `{}` is {}, of {}",
                    manifest.account, manifest.number, manifest.finished_at
                ))
                .help("say `latest`, or a time that has passed"))
            }
            _ => Ok(manifest),
        }
    }
}

/// Returns the first moment of the time that a name is, if it is one: of a day its first second.
fn begins(name: &str) -> Option<Timestamp> {
    let SnapshotName::At(time) = name.parse().ok()? else { return None };
    if name.len() == "2026-11-21".len() { format!("{name}T00:00:00Z").parse().ok() } else { Some(time) }
}

/// Returns whether nobody knows yet which snapshot will be in force at a time: it is after the newest, and after now.
fn is_yet_to_come(begins: Timestamp, found: &Manifest, now: Timestamp) -> bool {
    now < begins && found.finished_at.parse().is_ok_and(|finished: Timestamp| finished < begins)
}

/// Returns the store that the arguments or the environment name.
pub(crate) fn place(global: &Global) -> Result<Option<String>, Failure> {
    let place = global.store.clone().or_else(|| set(STORE));
    Ok(place.map(|place| here().store(&place)).transpose()?)
}

/// Returns the place of the settings that the argument or the environment names, or the usual one.
pub(crate) fn config(argument: Option<&str>) -> String {
    argument.map(str::to_owned).or_else(|| set(CONFIG)).unwrap_or_else(|| DEFAULT_CONFIG.to_owned())
}

/// Returns whether settings are looked for in this place unasked.
pub(crate) fn is_default_config(place: &str) -> bool {
    set(CONFIG).is_none() && place == DEFAULT_CONFIG
}

/// Returns whether the commands look in this store unasked.
pub(crate) fn is_default(place: &str) -> bool {
    let unasked = set(STORE);
    place.trim_start_matches("./") == unasked.as_deref().unwrap_or(DEFAULT_STORE).trim_start_matches("./")
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
pub(crate) fn account(global: &Global) -> Result<Option<AccountName>, Failure> {
    match (&global.account, set(ACCOUNT)) {
        (Some(name), _) => Ok(Some(name.clone())),
        (None, Some(name)) => {
            let read = name.parse().map(Some);
            read.map_err(|error: AccountError| {
                Failure::wrong_use(error.to_string()).doing(format!("`{ACCOUNT}`"))
            })
        }
        (None, None) => Ok(None),
    }
}

/// Returns how to reach a store: the arguments go before the environment, and that before `otherwise`.
pub(crate) fn options(global: &Global, otherwise: &StoreOptions) -> StoreOptions {
    StoreOptions {
        s3_endpoint: global
            .s3_endpoint
            .clone()
            .or_else(|| set("IAMWATCH_S3_ENDPOINT"))
            .or_else(|| otherwise.s3_endpoint.clone()),
        s3_path_style: global.s3_path_style
            || set("IAMWATCH_S3_PATH_STYLE").is_some_and(|style| is_yes(&style))
            || otherwise.s3_path_style,
        region: global
            .region
            .clone()
            .or_else(|| set("IAMWATCH_S3_REGION"))
            .or_else(|| otherwise.region.clone()),
    }
}

/// Returns whether a variable that switches something on does.
fn is_yes(text: &str) -> bool {
    !["0", "false", "no", "off"].contains(&text.to_ascii_lowercase().as_str())
}

async fn only_account(
    place: &str,
    store: &AnyStore,
    name: Option<&AccountName>,
) -> Result<AccountId, Failure> {
    let mut accounts = History::accounts(store).await.map_err(|error| {
        Failure::new(exit::UNREADABLE, error).doing(format!("looking for accounts in `{place}`"))
    })?;
    let all = accounts.clone();
    accounts.retain(|account| name.is_none_or(|name| name.means(account)));
    match accounts.as_slice() {
        [account] => Ok(account.clone()),
        [] if !all.is_empty() => {
            let names: Vec<String> = all.iter().map(ToString::to_string).collect();
            let cloud = name.map(ToString::to_string).unwrap_or_default();
            Err(Failure::wrong_use(format!(
                "the store `{place}` holds no account of `{cloud}`, only {}",
                names.join(", ")
            ))
            .help("choose one with --account CLOUD/ID"))
        }
        [] => Err(Failure::wrong_use(format!("the store `{place}` holds no snapshot yet"))
            .help("make one with `iamwatch audit`, try `iamwatch demo`, or name another store with --store")),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Failure::wrong_use(format!(
                "the store `{place}` holds several accounts: {}",
                names.join(", ")
            ))
            .help("choose one with --account CLOUD/ID, or --account CLOUD where the cloud has one"))
        }
    }
}
