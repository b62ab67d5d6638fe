//! Opens the past: the store, the account in it, the snapshot that a name means.

use model::AccountId;
use snapshot::{AnyStore, History, Manifest, StoreOptions};

use crate::{
    account::AccountName,
    arguments::Global,
    failure::{Failure, exit},
};

const STORE: &str = "IAMWATCH_STORE";
const DEFAULT_STORE: &str = "./iamwatch-store";

/// One account's history, open for questions.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) history: History,
}

impl Past {
    /// Opens the store and the account that the arguments name, or the only one that there is.
    pub(crate) async fn open(global: &Global) -> Result<Self, Failure> {
        let place = place(global).unwrap_or_else(|| DEFAULT_STORE.to_owned());
        let store = AnyStore::open(&place, &options(global, &StoreOptions::default())).await?;
        let account = match &global.account {
            Some(AccountName::Id(account)) => account.clone(),
            name => only_account(&place, &store, name.as_ref()).await?,
        };
        Ok(Self { history: History::new(store, account) })
    }

    /// Reads the manifest of the snapshot that a name means.
    pub(crate) async fn snapshot(&self, name: &str) -> Result<Manifest, Failure> {
        Ok(self.history.named(&name.parse()?).await?)
    }
}

/// Returns the store that the arguments or the environment name.
pub(crate) fn place(global: &Global) -> Option<String> {
    global.store.clone().or_else(|| std::env::var(STORE).ok().filter(|place| !place.is_empty()))
}

/// Says whether the commands look in this store unasked.
pub(crate) fn is_default(place: &str) -> bool {
    let unasked = std::env::var(STORE).ok().filter(|place| !place.is_empty());
    place.trim_start_matches("./") == unasked.as_deref().unwrap_or(DEFAULT_STORE).trim_start_matches("./")
}

/// Returns how to reach a store: the arguments go before `otherwise`.
pub(crate) fn options(global: &Global, otherwise: &StoreOptions) -> StoreOptions {
    StoreOptions {
        s3_endpoint: global.s3_endpoint.clone().or_else(|| otherwise.s3_endpoint.clone()),
        s3_path_style: global.s3_path_style || otherwise.s3_path_style,
        region: global.region.clone().or_else(|| otherwise.region.clone()),
    }
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
