//! A folder does all that is on the list.

use snapshot::{AnyStore, StoreOptions};
use tempfile::TempDir;

struct Home {
    /// Deleted when the test has ended.
    folder: TempDir,
    store: AnyStore,
}

impl Home {
    fn store(&self) -> AnyStore {
        assert!(self.folder.path().is_dir());
        self.store.clone()
    }
}

async fn open(_test: &str) -> Home {
    let folder = tempfile::tempdir().unwrap();
    let store = AnyStore::open(folder.path().to_str().unwrap(), &StoreOptions::default()).await.unwrap();
    Home { folder, store }
}

crate::store::conforms_to_all! { open }
crate::store::conforms! { open: of_many_writers_one_creates }
