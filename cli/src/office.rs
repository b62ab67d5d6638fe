//! The place of the demo: a store of its own and, beside it, the file that its events go to.
//!
//! A demo may replace what a former demo left, and nothing else. So before anything is taken away, everything there is
//! looked at: one thing that no demo writes, and nothing is touched.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use model::{AccountId, Cloud, Event};

use crate::failure::{Failure, exit};

const DEFAULT: &str = "./iamwatch-demo";
/// Says that a demo made the folder. No store takes a name with a dot for an object.
const MARK: &str = ".iamwatch-demo";
const MARK_TEXT: &str = "Written by `iamwatch demo`, which replaces this folder when it runs again.\n";
/// Where a folder store keeps files that have no name yet.
const INCOMING: &str = ".incoming";

/// Where a demo lives.
#[derive(Debug)]
pub(crate) struct Office {
    store: PathBuf,
    events: PathBuf,
    account: AccountId,
}

impl Office {
    /// Names the place; nothing is looked at yet.
    pub(crate) fn at(place: Option<&str>, account: &str) -> Result<Self, Failure> {
        let place = place.unwrap_or(DEFAULT);
        if place.contains("://") {
            return Err(Failure::wrong_use(format!(
                "the demo keeps its store in a folder, not in `{place}`"
            ))
            .help("name a new or empty folder with --store"));
        }
        let store = PathBuf::from(place);
        let named = store.file_name().and_then(|name| name.to_str());
        let name = named.ok_or_else(|| {
            Failure::wrong_use(format!("`{place}` is not a name that the demo can put a file beside"))
                .help("name a new or empty folder with --store")
        })?;
        let account =
            AccountId::parse(Cloud::Ibm, account).map_err(|error| Failure::new(exit::WRONG_USE, error))?;
        Ok(Self { events: store.with_file_name(format!("{name}.events.jsonl")), store, account })
    }

    pub(crate) fn store(&self) -> &Path {
        &self.store
    }

    pub(crate) fn events(&self) -> &Path {
        &self.events
    }

    pub(crate) const fn account(&self) -> &AccountId {
        &self.account
    }

    /// Makes room: takes away what a former demo left, after it was made sure that it is all from a demo.
    pub(crate) fn clear(&self) -> Result<(), Failure> {
        let was_demo = self.check_store()?;
        let has_events = self.check_events()?;
        let cleared = (|| {
            if was_demo {
                remove_folder(&self.history())?;
                remove_folder(&self.store.join(INCOMING))?;
            }
            if has_events {
                fs::remove_file(&self.events)?;
            }
            fs::create_dir_all(&self.store)?;
            fs::write(self.store.join(MARK), MARK_TEXT)
        })();
        cleared.map_err(|error: io::Error| {
            Failure::new(exit::UNREADABLE, error)
                .doing(format!("the folder `{}` could not be made ready", self.store.display()))
                .help("check that you may write there, or name another folder with --store")
        })
    }

    fn history(&self) -> PathBuf {
        self.store.join(self.account.cloud().name()).join(self.account.id())
    }

    /// Says whether the store is that of a former demo; else it must be new or empty.
    fn check_store(&self) -> Result<bool, Failure> {
        let found = names(&self.store).map_err(|error| self.unreadable(&self.store, error))?;
        if found.is_empty() {
            return Ok(false);
        }
        let cloud = self.account.cloud().name();
        let is_marked = fs::read(self.store.join(MARK)).is_ok_and(|text| text == MARK_TEXT.as_bytes());
        let foreign = found.into_iter().find(|name| {
            let is_folder = is_real_folder(&self.store.join(name));
            let is_known = name == MARK || ((name == cloud || name == INCOMING) && is_folder);
            !is_marked || !is_known
        });
        if let Some(name) = foreign {
            return Err(self.foreign(&self.store, &name));
        }
        let accounts = self.store.join(cloud);
        let others = names(&accounts).map_err(|error| self.unreadable(&accounts, error))?;
        match others
            .into_iter()
            .find(|name| name != self.account.id() || !is_real_folder(&accounts.join(name)))
        {
            Some(other) => Err(self.foreign(&self.store, &format!("{cloud}/{other}"))),
            None => Ok(true),
        }
    }

    /// Says whether there are events of a former demo; a file of anything else is not touched.
    fn check_events(&self) -> Result<bool, Failure> {
        let text = match fs::read_to_string(&self.events) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.unreadable(&self.events, error)),
        };
        let source = format!("/iamwatch/{}", self.account);
        let is_ours =
            |line: &str| serde_json::from_str::<Event>(line).is_ok_and(|event| event.source == source);
        if text.lines().all(is_ours) { Ok(true) } else { Err(self.foreign(&self.events, "other lines")) }
    }

    fn foreign(&self, place: &Path, found: &str) -> Failure {
        Failure::wrong_use(format!(
            "`{}` holds `{found}`, which no demo wrote: nothing there was touched",
            place.display()
        ))
        .help("name a new or empty folder with --store")
    }

    fn unreadable(&self, place: &Path, error: io::Error) -> Failure {
        Failure::new(exit::UNREADABLE, error)
            .doing(format!("`{}` could not be read", place.display()))
            .help("name a new or empty folder with --store")
    }
}

/// Returns five commands to try on what a demo left.
pub(crate) fn commands(office: &Office) -> Vec<String> {
    let store = quoted(&office.store.display().to_string());
    [
        format!("iamwatch snapshots --store {store}"),
        format!("iamwatch diff 3 4 --store {store}"),
        format!("iamwatch findings --store {store}"),
        format!(
            "iamwatch query \"select user_id, state, added_at from ibm_users order by added_at desc\" --at latest~3 --store {store}"
        ),
        format!("iamwatch verify --store {store}"),
    ]
    .into()
}

/// Quotes a word for a shell, where it needs it.
fn quoted(word: &str) -> String {
    let is_plain = |each: char| each.is_ascii_alphanumeric() || "./_-".contains(each);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Returns the names in a folder; none when there is no folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn is_real_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

fn remove_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(home: &Path) -> Office {
        Office::at(home.join("demo").to_str(), "a1").unwrap()
    }

    #[test]
    fn a_new_place_is_made_and_a_demo_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let office = office(home.path());
        office.clear().unwrap();
        let old = home.path().join("demo/ibm/a1/manifests");
        fs::create_dir_all(&old).unwrap();
        fs::write(office.events(), "").unwrap();
        office.clear().unwrap();
        assert!(!old.exists() && !office.events().exists());
    }

    #[test]
    fn what_no_demo_wrote_is_never_touched() {
        let foreign = ["demo/thesis.doc", "demo/ibm/other/x", "demo/ibm/file", "demo.events.jsonl"];
        for path in foreign {
            let home = tempfile::tempdir().unwrap();
            let office = office(home.path());
            office.clear().unwrap();
            let history = home.path().join("demo/ibm/a1/manifests");
            fs::create_dir_all(&history).unwrap();
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "precious").unwrap();
            let (text, help) = office.clear().unwrap_err().words();
            assert!(text.contains("nothing there was touched"), "{text}");
            assert!(help.unwrap().contains("--store"));
            assert!(history.exists() && fs::read(&path).unwrap() == b"precious");
        }
    }

    #[test]
    fn a_real_store_is_not_taken_for_a_demo() {
        let home = tempfile::tempdir().unwrap();
        let history = home.path().join("demo/ibm/a1/manifests");
        fs::create_dir_all(&history).unwrap();
        assert!(office(home.path()).clear().is_err());
        assert!(history.exists());
    }

    #[test]
    fn commands_can_be_pasted_whatever_the_folder_is_called() {
        let office = Office::at(Some("/tmp/it's here"), "a1").unwrap();
        assert!(commands(&office)[0].ends_with(r"--store '/tmp/it'\''s here'"));
    }
}
