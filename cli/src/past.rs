//! Opens the past: the store, the account in it, the snapshot that a name means.

use jiff::Timestamp;
use model::AccountId;
use pipeline::Settings;
use snapshot::{AnyStore, History, Manifest, SnapshotError, SnapshotName, Timeline};

use crate::{
    account::{AccountName, Known},
    commands::Context,
    failure::{Failure, exit},
    place,
};

/// One account's history, open for questions.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    pub(crate) history: History,
    /// What the account is called where several are told together: its name in the settings, or its id.
    pub(crate) label: String,
}

impl Past {
    /// Opens the store and the account that the arguments name, or the only one that there is.
    pub(crate) async fn open(context: Context<'_>) -> Result<Self, Failure> {
        let mut found = Self::find(context, false).await?;
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(only),
            _ => Err(Failure::wrong_use("no account is meant")),
        }
    }

    /// Opens every account that the arguments name: several with `--account all`.
    pub(crate) async fn open_all(context: Context<'_>) -> Result<Vec<Self>, Failure> {
        Self::find(context, true).await
    }

    async fn find(context: Context<'_>, may_be_several: bool) -> Result<Vec<Self>, Failure> {
        if let Some(only) = context.only {
            return Ok(vec![only.clone()]);
        }
        let (global, settings) = (context.global, context.settings);
        let store_place = place::store(global, settings)?;
        let store = AnyStore::open(&store_place, &place::options(global, settings)).await?;
        let name = place::account(global);
        if let Some(account) = at_once(settings, &store, name.as_ref()).await? {
            context.screen.lead_to(Some(&account).filter(|_| global.account.is_some()));
            return Ok(vec![Self::of(settings, &store, std::slice::from_ref(&account), account.clone())]);
        }
        let all = accounts_of(&store_place, &store).await?;
        let mut chosen = named(settings, &all, name.as_ref());
        if let (true, Some(AccountName::Text(text))) = (chosen.is_empty(), &name) {
            // A whole address of none that is there: it has no snapshot yet.
            chosen.extend(text.parse::<AccountId>().ok());
        }
        let are_meant = may_be_several && matches!(name, Some(AccountName::All)) && !chosen.is_empty();
        if chosen.len() != 1 && !are_meant {
            let failure = not_one(&store_place, &all, &chosen, name.as_ref());
            let is_of_environment = global.account.is_none() && name.is_some();
            return Err(if is_of_environment {
                failure.doing(format!("`{}`", place::ACCOUNT))
            } else {
                failure
            });
        }
        let is_told = all.len() > 1 || global.account.is_some();
        context.screen.lead_to(chosen.first().filter(|_| is_told && !are_meant));
        Ok(chosen.into_iter().map(|account| Self::of(settings, &store, &all, account)).collect())
    }

    fn of(settings: Option<&Settings>, store: &AnyStore, all: &[AccountId], account: AccountId) -> Self {
        let label = label(settings, all, &account).map_or_else(|| account.to_string(), str::to_owned);
        Self { history: History::new(store.clone(), account), label }
    }

    /// Reads the manifests of all snapshots.
    pub(crate) async fn timeline(&self) -> Result<Timeline, Failure> {
        let newest = self.snapshot("latest").await?.number;
        Ok(self.history.timeline(newest).await?)
    }

    /// Reads the manifest of the snapshot that a name means.
    pub(crate) async fn snapshot(&self, name: &str) -> Result<Manifest, Failure> {
        let now = Timestamp::now();
        let wanted = SnapshotName::read(name, now)?;
        let found = self.history.resolve(&wanted).await;
        let SnapshotName::At { begins, .. } = wanted else { return Ok(found?) };
        match found {
            Ok(manifest) if is_yet_to_come(begins, &manifest, now) => Err(Failure::wrong_use(format!(
                "`{name}` is yet to come: the newest snapshot of `{}` is {}, of {}",
                manifest.account, manifest.number, manifest.finished_at
            ))
            .help("say `latest`, or a time that has passed")),
            Err(SnapshotError::NoSuchSnapshot { .. }) => {
                let first = self.first().await?;
                let said = format!("`{}` has no snapshot of `{name}`: {first}", self.history.account());
                Err(Failure::wrong_use(said).help("say a later time, or the number of a snapshot"))
            }
            found => Ok(found?),
        }
    }

    /// Says which snapshot is the first that is there.
    async fn first(&self) -> Result<String, Failure> {
        let newest = self.history.newest().await?.unwrap_or(0);
        for number in self.history.begins_at().await?..=newest {
            match self.history.manifest(number).await {
                Ok(manifest) => return Ok(format!("the first is {number}, of {}", manifest.finished_at)),
                Err(SnapshotError::NoSuchSnapshot { .. }) => {}
                Err(error) if error.is_damage() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok("there is none".to_owned())
    }

    /// Reads the manifests of two snapshots to compare: none where one has to be before the only one that there is.
    pub(crate) async fn two(
        &self,
        before: &str,
        after: &str,
    ) -> Result<Option<(Manifest, Manifest)>, Failure> {
        let after = self.snapshot(after).await?;
        let is_before_the_latest = matches!(SnapshotName::read(before, Timestamp::now())?, SnapshotName::Latest { back } if back > 0);
        if is_before_the_latest && after.number == 1 && self.history.newest().await? == Some(1) {
            return Ok(None);
        }
        Ok(Some((self.snapshot(before).await?, after)))
    }
}

/// Returns where to begin in the store that is asked of several accounts: at the one that the arguments name, or at all that there are.
///
/// # Errors
/// When the store cannot be read or holds no snapshot, or when the account that is named is not in it.
pub(crate) async fn first_asked(context: Context<'_>) -> Result<Option<AccountId>, Failure> {
    let name = place::account(context.global).filter(|name| *name != AccountName::All);
    if name.is_some() {
        let past = Past::open(context).await?;
        past.snapshot("latest").await?;
        return Ok(Some(past.history.account().clone()));
    }
    let store_place = place::store(context.global, context.settings)?;
    let store = AnyStore::open(&store_place, &place::options(context.global, context.settings)).await?;
    if accounts_of(&store_place, &store).await?.is_empty() {
        return Err(not_one(&store_place, &[], &[], None));
    }
    Ok(None)
}

/// Snapshots that are looked at for one that is whole.
const LOOKED_AT: usize = 200;

/// Adds to a failure over damage the newest snapshot that does not hang on what is damaged.
pub(crate) async fn offer_whole(context: Context<'_>, failure: Failure) -> Failure {
    let Some(key) = failure.damaged().map(str::to_owned) else { return failure };
    match newest_whole(context, &key).await {
        Some(number) => failure.help(format!(
            "snapshot {number} is the newest that is whole without it: `iamwatch show {number}`; `iamwatch verify` tells what else is"
        )),
        None => failure,
    }
}

/// Returns the number of the newest snapshot that names no such object and has nothing wrong with it at a glance.
async fn newest_whole(context: Context<'_>, damaged: &str) -> Option<u64> {
    let history = Past::open(context).await.ok()?.history;
    let newest = history.newest().await.ok()??;
    for number in (1..=newest).rev().take(LOOKED_AT) {
        let Ok(manifest) = history.manifest(number).await else { continue };
        let hangs_on_it = manifest.objects().any(|object| history.key(&object.key) == damaged);
        if !hangs_on_it && history.inspect(&manifest).await.is_ok_and(|faults| faults.is_empty()) {
            return Some(number);
        }
    }
    None
}

/// Returns whether nobody knows yet which snapshot will be in force at a time: it is after the newest, and after now.
fn is_yet_to_come(begins: Timestamp, found: &Manifest, now: Timestamp) -> bool {
    now < begins && found.taken_at() < begins
}

/// Returns the accounts of a store that a name means; without a name, all.
fn named(settings: Option<&Settings>, accounts: &[AccountId], name: Option<&AccountName>) -> Vec<AccountId> {
    let Some(name) = name else { return accounts.to_vec() };
    let known = |account| Known {
        cloud: AccountId::cloud(account),
        id: Some(account),
        name: label(settings, accounts, account),
    };
    name.choose(accounts, known).into_iter().cloned().collect()
}

/// Returns the name that the settings give an account. Settings without an id mean the only account of their cloud that none has the id of.
fn label<'a>(settings: Option<&'a Settings>, accounts: &[AccountId], account: &AccountId) -> Option<&'a str> {
    let of_cloud = || {
        settings
            .into_iter()
            .flat_map(|settings| &settings.accounts)
            .filter(|each| each.cloud == account.cloud())
    };
    let has_id = |id: &AccountId| of_cloud().any(|each| each.account().as_ref() == Some(id));
    if let Some(own) = of_cloud().find(|each| each.account().as_ref() == Some(account)) {
        return own.name.as_deref();
    }
    let mut without = of_cloud().filter(|each| each.account().is_none());
    let mut free = accounts.iter().filter(|each| each.cloud() == account.cloud() && !has_id(each));
    match (without.next(), without.next(), free.next(), free.next()) {
        (Some(own), None, Some(_), None) => own.name.as_deref(),
        _ => None,
    }
}

/// Returns the account that a whole address means, or a name in the settings: without looking for all that a store holds.
async fn at_once(
    settings: Option<&Settings>,
    store: &AnyStore,
    name: Option<&AccountName>,
) -> Result<Option<AccountId>, Failure> {
    let Some(AccountName::Text(text)) = name else { return Ok(None) };
    let called = settings.into_iter().flat_map(|settings| &settings.accounts);
    let mut called = called.filter(|account| account.name.as_deref() == Some(text));
    if let Some(account) = called.find_map(pipeline::AccountSettings::account) {
        return Ok(Some(account));
    }
    let Ok(account) = text.parse::<AccountId>() else { return Ok(None) };
    let is_there = History::new(store.clone(), account.clone()).newest().await?.is_some();
    Ok(Some(account).filter(|_| is_there))
}

async fn accounts_of(place: &str, store: &AnyStore) -> Result<Vec<AccountId>, Failure> {
    History::accounts(store).await.map_err(|error| {
        Failure::new(exit::UNREADABLE, error).doing(format!("looking for accounts in `{place}`"))
    })
}

/// Says why no account, or not one alone, is meant.
fn not_one(place: &str, all: &[AccountId], chosen: &[AccountId], name: Option<&AccountName>) -> Failure {
    const HOW: &str = "choose one with --account CLOUD/ID or the beginning of it, by its name in the settings, or with --account CLOUD where the cloud has one";
    let list = |accounts: &[AccountId]| {
        let names: Vec<String> = accounts.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    match (chosen, name) {
        ([], Some(name)) if !all.is_empty() => {
            let of = if let AccountName::Only(_) = name { "of " } else { "" };
            Failure::wrong_use(format!(
                "the store `{place}` holds no account {of}`{name}`, only {}",
                list(all)
            ))
            .help(HOW)
        }
        ([], _) => Failure::wrong_use(format!("the store `{place}` holds no snapshot yet"))
            .help("make one with `iamwatch audit`, try `iamwatch demo`, or name another store with --store"),
        (several, Some(AccountName::All)) => Failure::wrong_use(format!(
            "this is asked of one account at a time, and there are {}: {}",
            several.len(),
            list(several)
        ))
        .help(HOW),
        (several, _) => {
            Failure::wrong_use(format!("the store `{place}` holds several accounts: {}", list(several)))
                .help(HOW)
        }
    }
}
