//! Objects that are there and cannot be read: damage, where others like them can be.
//!
//! A file without rights, a bad sector, a folder in the place of a file, an object whose key is gone: nobody gets its bytes any more, and
//! waiting for it would stop every run for ever. Where nothing beside it can be read either, it is the store that does not work, and
//! nothing is said of any object.

use bytes::Bytes;

use crate::{History, SnapshotError, StoreError};

/// Most objects that are tried for one that can be read.
const TRIED: usize = 8;

impl History {
    /// Reads an object of the account by its key in the store; none when there is none.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] where it is there and cannot be read, and others beside it can; else when the store does not work.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, SnapshotError> {
        match self.store().get(key).await {
            Ok(found) => Ok(found),
            // Boxed, as is all that is rare here: futures that read are part of many others.
            Err(error) => Err(Box::pin(self.read_error(key, error)).await),
        }
    }

    /// Reads an object of the account, as [`Self::get`] does; none as well where it cannot be read and others can.
    ///
    /// # Errors
    /// When the store does not work.
    pub(crate) async fn get_readable(&self, key: &str) -> Result<Option<Bytes>, SnapshotError> {
        self.get(key).await.or_else(|error| if error.is_damage() { Ok(None) } else { Err(error) })
    }

    /// Reads objects side by side, in the order of their keys in the store.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub(crate) async fn get_all(&self, keys: &[String]) -> Result<Vec<Option<Bytes>>, SnapshotError> {
        match self.store().get_all(keys).await {
            Ok(found) => Ok(found),
            Err(error) if is_of_an_object(&error) => {
                let mut found = Vec::with_capacity(keys.len());
                for key in keys {
                    found.push(Box::pin(self.get(key)).await?);
                }
                Ok(found)
            }
            Err(error) => Err(self.store_error(error)),
        }
    }

    async fn read_error(&self, key: &str, error: StoreError) -> SnapshotError {
        if is_of_an_object(&error) && self.reads_beside(key).await {
            let cause =
                std::error::Error::source(&error).map_or_else(String::new, |cause| format!(": {cause}"));
            let reason = format!("it is there and cannot be read{cause}");
            return SnapshotError::Damaged { object: key.to_owned(), reason };
        }
        self.store_error(error)
    }

    /// Returns whether another object of the same folder of the account can be read. Where it is alone there, a manifest says as much:
    /// the first ledger of a sink has no other beside it.
    async fn reads_beside(&self, key: &str) -> bool {
        let own = self.key("");
        let folder = key.strip_prefix(&own).and_then(|name| name.split('/').next()).unwrap_or_default();
        match self.reads_one_of(folder, key).await {
            Some(is_read) => is_read,
            None => self.reads_one_of("manifests", key).await.unwrap_or_default(),
        }
    }

    /// Returns whether one of the objects of a folder of the account can be read, but for one; none where there is no other.
    async fn reads_one_of(&self, folder: &str, key: &str) -> Option<bool> {
        let page = self.store().list(&self.key(&format!("{folder}/")), None).await.ok()?;
        let others: Vec<&String> = page.keys.iter().filter(|other| *other != key).collect();
        // The newest are the likeliest to be as they were; older ones may lie in a colder class of the bucket.
        for other in others.iter().rev().take(TRIED) {
            if matches!(self.store().get(other).await, Ok(Some(_))) {
                return Some(true);
            }
        }
        (!others.is_empty()).then_some(false)
    }
}

/// Returns whether an error may be about the one object that was asked for, and not about the store.
const fn is_of_an_object(error: &StoreError) -> bool {
    matches!(error, StoreError::Unreadable { .. } | StoreError::Denied { .. })
}

#[cfg(test)]
mod tests {
    use crate::tests::{Author, TABLES, state};

    /// A folder in the place of a file cannot be read by anybody, not even by root.
    fn make_unreadable(path: &std::path::Path) {
        std::fs::remove_file(path).unwrap();
        std::fs::create_dir(path).unwrap();
    }

    #[tokio::test]
    async fn an_object_that_cannot_be_read_is_damaged_where_others_can_be() {
        let mut author = Author::new().await;
        let manifest = author.run(state(0..20, 0)).await;
        author.run(state(1..20, 0)).await;
        let place = |key: &str| author.home.path().join(author.history.key(key));
        let [table, other] = [TABLES[0], TABLES[1]];
        let object = |table: &model::Table| manifest.tables[table.name].base.key.clone();
        make_unreadable(&place(&object(table)));
        let error = author.history.read(&manifest, table).await.unwrap_err();
        assert!(error.is_damage() && error.to_string().contains("cannot be read"), "{error}");
        assert!(author.history.read(&manifest, other).await.is_ok());
        // The only object of its folder has none beside it to be held against.
        let alone = author.history.put_json(crate::Place::Access, &["told"]).await.unwrap();
        make_unreadable(&place(&alone.key));
        let error = author.history.get_json::<Vec<String>>(&alone).await.unwrap_err();
        assert!(error.is_damage(), "{error}");
        make_unreadable(&place("manifests/00000002.json"));
        let error = author.history.manifest(2).await.unwrap_err();
        assert!(error.is_damage(), "{error}");
        make_unreadable(&place("manifests/00000001.json"));
        let error = author.history.manifest(2).await.unwrap_err();
        assert!(!error.is_damage(), "nothing can be read: {error}");
    }
}
