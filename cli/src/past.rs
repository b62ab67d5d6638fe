//! Opens the past: the store, the account in it, the snapshot that a name means.

use model::AccountId;
use snapshot::{AnyStore, History, Manifest, StoreOptions};

use crate::{
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
            Some(account) => account.clone(),
            None => only_account(&place, &store).await?,
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

/// Returns how to reach a store: the arguments go before `otherwise`.
pub(crate) fn options(global: &Global, otherwise: &StoreOptions) -> StoreOptions {
    StoreOptions {
        s3_endpoint: global.s3_endpoint.clone().or_else(|| otherwise.s3_endpoint.clone()),
        s3_path_style: global.s3_path_style || otherwise.s3_path_style,
        region: global.region.clone().or_else(|| otherwise.region.clone()),
    }
}

async fn only_account(place: &str, store: &AnyStore) -> Result<AccountId, Failure> {
    let accounts = History::accounts(store).await.map_err(|error| {
        Failure::new(exit::UNREADABLE, error).doing(format!("looking for accounts in `{place}`"))
    })?;
    match accounts.as_slice() {
        [account] => Ok(account.clone()),
        [] => Err(Failure::wrong_use(format!("the store `{place}` holds no snapshot yet"))
            .help("make one with `iamwatch audit`, try `iamwatch demo`, or name another store with --store")),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Failure::wrong_use(format!(
                "the store `{place}` holds several accounts: {}",
                names.join(", ")
            ))
            .help("choose one with --account CLOUD/ID"))
        }
    }
}
