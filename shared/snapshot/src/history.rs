//! The history of one account: its manifests, found by number, name or time, and committed.

use std::{collections::BTreeSet, ops::RangeInclusive};

use futures::{StreamExt, TryStreamExt, stream};
use model::{AccountId, Cloud, Timestamp};

use crate::{
    AnyStore, FORMAT, Manifest, ReadCache, SnapshotError, SnapshotName, StoreError,
    manifest::GREATEST_NUMBER, store::PAGE,
};

/// Manifests that are read at a time.
const AT_ONCE: usize = 16;
/// Most requests that finding the newest number takes: each doubles the step, or halves what is left of a hundred million.
const STEPS: usize = 80;
/// Most pages in a row that hold no manifest.
const FOREIGN_PAGES: usize = 1000;
/// Most numbers that are lost at once: a manifest that lies further beyond the others was put in by somebody, is none of the history,
/// and no number is kept free for it.
pub(crate) const MOST_LOST: u64 = 10_000;
/// Most accounts in one store.
const ACCOUNTS: usize = 100_000;

/// One account's folder in a store.
#[derive(Debug, Clone)]
pub struct History {
    store: AnyStore,
    account: AccountId,
    cache: Option<ReadCache>,
}

impl History {
    /// Takes the store and whose history it is; nothing is read yet.
    #[must_use]
    pub const fn new(store: AnyStore, account: AccountId) -> Self {
        Self { store, account, cache: None }
    }

    /// Returns this history, with what is read of it kept in a cache that histories may share. A table that is kept is not read again.
    #[must_use]
    pub fn with_cache(self, cache: ReadCache) -> Self {
        Self { cache: Some(cache), ..self }
    }

    /// Returns this history, read from the store alone.
    #[must_use]
    pub fn without_cache(&self) -> Self {
        Self { cache: None, ..self.clone() }
    }

    pub(crate) const fn cache(&self) -> Option<&ReadCache> {
        self.cache.as_ref()
    }

    /// Returns whose history it is.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.account
    }

    /// Returns the store that this history is read from.
    #[must_use]
    pub const fn store(&self) -> &AnyStore {
        &self.store
    }

    /// Returns the key in the store of something in the account's folder.
    #[must_use]
    pub fn key(&self, relative: &str) -> String {
        format!("{}/{relative}", self.account)
    }

    /// Makes sure that the store lets one of several runs commit: see [`AnyStore::prove`].
    ///
    /// # Errors
    /// When it does not, or cannot be asked.
    pub async fn prove_store(&self, now: Timestamp) -> Result<(), SnapshotError> {
        self.store.prove(now).await.map_err(|error| self.store_error(error))
    }

    /// Returns the key in the store of the manifest with a number.
    #[must_use]
    pub fn key_of_manifest(&self, number: u64) -> String {
        self.key(&manifest_key(number))
    }

    /// Returns the accounts that have a snapshot in a store, sorted.
    ///
    /// # Errors
    /// When the store does not work.
    pub async fn accounts(store: &AnyStore) -> Result<Vec<AccountId>, StoreError> {
        Self::accounts_up_to(store, ACCOUNTS).await
    }

    pub(crate) async fn accounts_up_to(store: &AnyStore, most: usize) -> Result<Vec<AccountId>, StoreError> {
        let mut accounts = Vec::new();
        let mut looked_at = 0;
        for cloud in Cloud::ALL {
            let prefix = format!("{cloud}/");
            let mut after = None;
            while let Some(key) = store.list(&prefix, after.as_deref()).await?.keys.into_iter().next() {
                looked_at += 1;
                if looked_at > most {
                    let reason = format!("it has no end after {most} accounts");
                    return Err(StoreError::Disordered { place: store.place(&prefix), reason });
                }
                let id = key.split('/').nth(1).unwrap_or_default();
                // `0` comes next after `/`: the first key that is of another account.
                after = Some(format!("{prefix}{id}0"));
                let manifests = format!("{prefix}{id}/manifests/");
                if let Ok(account) = AccountId::parse(cloud, id)
                    && !store.list(&manifests, None).await?.keys.is_empty()
                {
                    accounts.push(account);
                }
            }
        }
        accounts.sort();
        Ok(accounts)
    }

    /// Returns whether the store holds no other account, in a few requests however many there are.
    ///
    /// # Errors
    /// When the store does not work.
    pub async fn is_alone(&self) -> Result<bool, StoreError> {
        let own = self.key("");
        // `0` comes next after `/`: the first key that is of another account.
        let after_own = format!("{}0", self.account);
        for cloud in Cloud::ALL {
            let prefix = format!("{cloud}/");
            let first = self.store.list(&prefix, None).await?.keys.into_iter().next();
            if first.as_ref().is_some_and(|key| !key.starts_with(&own)) {
                return Ok(false);
            }
            if cloud == self.account.cloud()
                && !self.store.list(&prefix, Some(&after_own)).await?.keys.is_empty()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns the number of the newest snapshot, in a few requests however many there are.
    ///
    /// A manifest that lies more than ten thousand numbers beyond the others is not looked at: see [`Self::newest_and_put_in`].
    ///
    /// # Errors
    /// When the store does not work.
    pub async fn newest(&self) -> Result<Option<u64>, SnapshotError> {
        Ok(self.end_below(GREATEST_NUMBER.saturating_add(1)).await?.newest)
    }

    /// Returns the number of the newest snapshot, and the numbers of manifests too far beyond it to be of any run, as far as a page of
    /// the listing shows them. It takes one request more only where there are such.
    ///
    /// # Errors
    /// When the store does not work.
    pub async fn newest_and_put_in(&self) -> Result<(Option<u64>, BTreeSet<u64>), SnapshotError> {
        let End { newest, is_followed } = self.end_below(GREATEST_NUMBER.saturating_add(1)).await?;
        if !is_followed {
            return Ok((newest, BTreeSet::new()));
        }
        let prefix = self.key("manifests/");
        let room = GREATEST_NUMBER - MOST_LOST;
        let end = newest.map_or(room, |number| number.saturating_add(MOST_LOST).min(room));
        let after = self.key(&manifest_key(end));
        let page = self.store.list(&prefix, Some(&after)).await.map_err(|error| self.store_error(error))?;
        let numbers = page.keys.iter().filter_map(|key| number_of(key.strip_prefix(&prefix)?));
        Ok((newest, numbers.collect()))
    }

    /// Returns the greatest number of a snapshot below another one, in a few requests however many numbers lie between.
    ///
    /// # Errors
    /// When the store does not work.
    pub async fn newest_below(&self, below: u64) -> Result<Option<u64>, SnapshotError> {
        Ok(self.end_below(below).await?.newest)
    }

    async fn end_below(&self, below: u64) -> Result<End, SnapshotError> {
        let mut low = 0;
        let mut is_followed = false;
        let mut none_beyond = None;
        let page = u64::try_from(PAGE).unwrap_or(1000);
        let mut step = page;
        let mut probe = 0;
        for _ in 0..STEPS {
            let stretch = self.stretch_after(probe, below).await?;
            is_followed |= stretch.is_followed;
            match (stretch.last, stretch.has_more) {
                (newest @ Some(_), false) => return Ok(End { newest, is_followed }),
                (Some(last), true) => low = last,
                (None, _) => none_beyond = Some(probe),
            }
            probe = match none_beyond {
                Some(high) if high <= low => {
                    return Ok(End { newest: (low > 0).then_some(low), is_followed });
                }
                // What is left fits on the page that follows `low`.
                Some(high) if high - low <= page => low,
                Some(high) => u64::midpoint(low, high),
                None => {
                    let next = low.saturating_add(step).min(below.saturating_sub(1));
                    step = step.saturating_mul(2);
                    next
                }
            };
        }
        Err(self.endless(format!("the newest manifest was not found in {STEPS} requests")))
    }

    /// Looks at the page that follows a number for the numbers of a history that goes on there, below another number.
    async fn stretch_after(&self, number: u64, below: u64) -> Result<Stretch, SnapshotError> {
        let end = self.key(&manifest_key(below));
        let prefix = self.key("manifests/");
        let mut after = self.key(&manifest_key(number));
        for _ in 0..FOREIGN_PAGES {
            let page =
                self.store.list(&prefix, Some(&after)).await.map_err(|error| self.store_error(error))?;
            let numbers = page.keys.iter().filter_map(|key| number_of(key.strip_prefix(&prefix)?));
            let (last, is_followed) = walk(number, numbers.take_while(|number| *number < below));
            let has_more = !is_followed && page.more && page.keys.last().is_some_and(|key| *key < end);
            match page.keys.last() {
                Some(key) if last.is_none() && has_more => after.clone_from(key),
                _ => return Ok(Stretch { last, has_more, is_followed }),
            }
        }
        Err(self.endless(format!("{FOREIGN_PAGES} pages in a row hold no manifest")))
    }

    fn endless(&self, reason: String) -> SnapshotError {
        let place = self.store.place(&self.key("manifests/"));
        self.store_error(StoreError::Disordered { place, reason })
    }

    /// Returns the newest snapshot, if there is any.
    ///
    /// # Errors
    /// When the store does not work, or the manifest is damaged.
    pub async fn latest(&self) -> Result<Option<Manifest>, SnapshotError> {
        match self.newest().await? {
            Some(number) => self.manifest(number).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the snapshot with a number.
    ///
    /// # Errors
    /// When there is none, or its manifest is damaged.
    pub async fn manifest(&self, number: u64) -> Result<Manifest, SnapshotError> {
        let no_such =
            || SnapshotError::NoSuchSnapshot { account: self.account.clone(), name: number.to_string() };
        if number == 0 || number > GREATEST_NUMBER {
            return Err(no_such());
        }
        let key = self.key(&manifest_key(number));
        let found = self.get(&key).await?;
        self.read_manifest(number, &key, &found.ok_or_else(no_such)?)
    }

    /// Reads the manifests with some numbers side by side: each, none where there is none, or why it cannot be read.
    pub(crate) async fn manifests_of(
        &self,
        numbers: &[u64],
    ) -> Result<Vec<(u64, Result<Option<Manifest>, SnapshotError>)>, SnapshotError> {
        let keys: Vec<String> = numbers.iter().map(|number| self.key_of_manifest(*number)).collect();
        if let Ok(found) = self.store.get_all(&keys).await {
            let read = numbers.iter().zip(&keys).zip(found).map(|((number, key), found)| {
                (*number, found.map(|bytes| self.read_manifest(*number, key, &bytes)).transpose())
            });
            return Ok(read.collect());
        }
        let mut read = Vec::with_capacity(numbers.len());
        for number in numbers {
            let outcome = match Box::pin(self.manifest(*number)).await {
                Ok(manifest) => Ok(Some(manifest)),
                Err(SnapshotError::NoSuchSnapshot { .. }) => Ok(None),
                Err(error) if error.is_damage() => Err(error),
                Err(error) => return Err(error),
            };
            read.push((*number, outcome));
        }
        Ok(read)
    }

    /// Reads a manifest that is stored under a number.
    pub(crate) fn read_manifest(
        &self,
        number: u64,
        key: &str,
        bytes: &[u8],
    ) -> Result<Manifest, SnapshotError> {
        let manifest = Manifest::from_bytes(key, bytes)?;
        if manifest.number != number || manifest.account != self.account {
            let reason = format!("it is snapshot {} of `{}`", manifest.number, manifest.account);
            return Err(SnapshotError::Damaged { object: key.to_owned(), reason });
        }
        Ok(manifest)
    }

    /// Returns the snapshot that a name means.
    ///
    /// # Errors
    /// When there is none, or its manifest is damaged.
    pub async fn resolve(&self, name: &SnapshotName) -> Result<Manifest, SnapshotError> {
        match self.resolve_name(name).await {
            Err(error @ SnapshotError::NoSuchSnapshot { .. }) => Err(self.explain_absence(error).await),
            found => found,
        }
    }

    async fn resolve_name(&self, name: &SnapshotName) -> Result<Manifest, SnapshotError> {
        if let SnapshotName::Number(number) = name {
            return self.manifest(*number).await;
        }
        let no_such =
            || SnapshotError::NoSuchSnapshot { account: self.account.clone(), name: name.to_string() };
        let newest = self.newest().await?;
        let newest = newest.ok_or_else(|| SnapshotError::Empty { account: self.account.clone() })?;
        match name {
            SnapshotName::Number(number) => self.manifest(*number).await,
            SnapshotName::Latest { back } => {
                let number = newest.checked_sub(*back).filter(|number| *number > 0);
                self.manifest(number.ok_or_else(no_such)?).await
            }
            SnapshotName::At { ends, .. } => self.in_force(*ends, newest).await?.ok_or_else(no_such),
        }
    }

    /// Returns the snapshots with these numbers, in order. Numbers that have none are passed over.
    ///
    /// # Errors
    /// When one is damaged, or the store does not work.
    pub async fn manifests(&self, numbers: RangeInclusive<u64>) -> Result<Vec<Manifest>, SnapshotError> {
        let read = |number| async move {
            match self.manifest(number).await {
                Err(SnapshotError::NoSuchSnapshot { .. }) => Ok(None),
                read => read.map(Some),
            }
        };
        let read = stream::iter(numbers.map(read)).buffered(AT_ONCE);
        read.try_filter_map(|manifest| async { Ok(manifest) }).try_collect().await
    }

    /// Returns the hash of the manifest with a number as it is stored, damaged or not: the next one must name it.
    ///
    /// # Errors
    /// When there is none, or the store does not work.
    pub async fn hash_of_manifest(&self, number: u64) -> Result<String, SnapshotError> {
        let key = self.key(&manifest_key(number));
        let found = self.get(&key).await?;
        found.map(|bytes| crate::hash::sha256(&bytes)).ok_or(SnapshotError::Missing { object: key })
    }

    /// Makes the snapshot: creates its manifest, on the condition that no other run did.
    ///
    /// # Errors
    /// [`SnapshotError::Taken`] when another run committed that number.
    pub async fn commit(&self, manifest: &Manifest) -> Result<(), SnapshotError> {
        let number = manifest.number;
        let unstorable = |reason: &str| SnapshotError::Unstorable {
            what: format!("manifest {number}"),
            reason: reason.to_owned(),
        };
        if manifest.format != FORMAT || manifest.account != self.account {
            return Err(unstorable("it is of another format or account"));
        }
        // Only where all manifests before it were taken away does a later one follow none.
        if number == 0 || number > GREATEST_NUMBER || (number == 1 && manifest.previous.is_some()) {
            return Err(unstorable("its number and what it follows do not go together"));
        }
        let key = self.key(&manifest_key(number));
        let bytes = manifest.to_bytes()?.into();
        if self.store.create(&key, bytes).await.map_err(|error| self.store_error(error))? {
            Ok(())
        } else {
            Err(SnapshotError::Taken { account: self.account.clone(), number })
        }
    }

    /// Reads back a manifest that was just committed, where the store's word for it is not enough.
    ///
    /// # Errors
    /// [`SnapshotError::Taken`] when another run's manifest is there, [`SnapshotError::Missing`] when none is.
    pub async fn confirm(&self, manifest: &Manifest) -> Result<(), SnapshotError> {
        if !self.store.is_doubtful() {
            return Ok(());
        }
        let number = manifest.number;
        let key = self.key_of_manifest(number);
        match self.store.get(&key).await {
            Ok(Some(found)) if found == manifest.to_bytes()? => Ok(()),
            Ok(Some(_)) => {
                // Of two that it acknowledged it kept one.
                self.store.forget_proof().await;
                Err(SnapshotError::Taken { account: self.account.clone(), number })
            }
            Ok(None) => Err(SnapshotError::Missing { object: key }),
            Err(error) => {
                // The store did acknowledge it: a silence is no reason to hold back what is to be told.
                tracing::warn!(key, %error, "the manifest could not be read back");
                Ok(())
            }
        }
    }

    pub(crate) fn store_error(&self, source: StoreError) -> SnapshotError {
        SnapshotError::Store { account: self.account.clone(), source }
    }
}

/// The end of a history.
struct End {
    newest: Option<u64>,
    /// Whether there is a manifest too far beyond it to be of any run.
    is_followed: bool,
}

/// What a page shows of the numbers of a history.
struct Stretch {
    /// The last number on it that the history reaches.
    last: Option<u64>,
    /// Whether the history may go on after the page.
    has_more: bool,
    /// Whether a manifest is on it that is too far beyond to be of any run.
    is_followed: bool,
}

/// Walks ascending numbers from one that the history reaches, and returns the last that it reaches too, and whether another one
/// is too far beyond that. A history may begin with any number that leaves room to go on: what was before may have been taken away.
fn walk(from: u64, numbers: impl Iterator<Item = u64>) -> (Option<u64>, bool) {
    let mut last = None;
    let mut reached = from;
    for number in numbers {
        if is_put_in((reached > 0).then_some(reached), number) {
            return (last, true);
        }
        reached = number;
        last = Some(number);
    }
    (last, false)
}

/// Returns whether a manifest is of no run by its number: it is too far beyond the one before it, or at the end of all numbers, where
/// no history gets.
pub(crate) fn is_put_in(former: Option<u64>, number: u64) -> bool {
    number > GREATEST_NUMBER - MOST_LOST || former.is_some_and(|former| number - former > MOST_LOST)
}

/// Returns where a manifest is, within the account's folder.
pub(crate) fn manifest_key(number: u64) -> String {
    format!("manifests/{number:08}.json")
}

/// Reads the number of a manifest from its file's name.
pub(crate) fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".json")?;
    let is_number = digits.len() == 8 && digits.bytes().all(|each| each.is_ascii_digit());
    if is_number { digits.parse().ok().filter(|number| *number > 0) } else { None }
}
