//! The place of the demo: a store of its own and, beside it, the file that its events go to.
//!
//! A demo may replace what a former demo left, and nothing else. So before anything is taken away, everything there is
//! looked at: one thing that no demo writes, and nothing is touched.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use model::{AccountId, Cloud, Event};

use crate::{
    failure::{Failure, exit},
    place,
    render::text::quoted,
};

const DEFAULT: &str = "./iamwatch-demo";
/// Returns that a demo made the folder. No store takes a name with a dot for an object.
const MARK: &str = ".iamwatch-demo";
const MARK_TEXT: &str = "Written by `iamwatch demo`, which replaces this folder when it runs again.\n";
/// Where a folder store keeps files that have no name yet.
const INCOMING: &str = ".incoming";

/// Where a demo lives.
#[derive(Debug)]
pub(crate) struct DemoStore {
    store: PathBuf,
    events: PathBuf,
    accounts: Vec<AccountId>,
}

impl DemoStore {
    /// Names the place; nothing is looked at yet.
    pub(crate) fn at(place: Option<&str>, accounts: &[AccountId]) -> Result<Self, Failure> {
        let place = place.unwrap_or(DEFAULT);
        if place.contains("://") {
            return Err(Failure::wrong_use(format!(
                "the demo keeps its store in a folder, not in `{}`",
                model::printable_setting(place)
            ))
            .help("name a new or empty folder with --store"));
        }
        let store = place::here().path("the store", place)?;
        let named = store.file_name().and_then(|name| name.to_str());
        let name = named.ok_or_else(|| {
            Failure::wrong_use(format!("`{place}` is not a name that the demo can put a file beside"))
                .help("name a new or empty folder with --store")
        })?;
        let events = store.with_file_name(format!("{name}.events.jsonl"));
        Ok(Self { events, store, accounts: accounts.to_vec() })
    }

    pub(crate) fn store(&self) -> &Path {
        &self.store
    }

    pub(crate) fn events(&self) -> &Path {
        &self.events
    }

    /// Makes room: takes away what a former demo left, after it was made sure that it is all from a demo.
    pub(crate) fn clear(&self) -> Result<(), Failure> {
        let was_demo = self.check_store()?;
        let has_events = self.check_events()?;
        let cleared = (|| {
            if was_demo {
                for account in &self.accounts {
                    remove_folder(&self.store.join(account.cloud().name()).join(account.id()))?;
                }
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

    /// Returns whether the store is that of a former demo; else it must be new or empty.
    fn check_store(&self) -> Result<bool, Failure> {
        let found = names(&self.store).map_err(|error| self.unreadable(&self.store, error))?;
        if found.is_empty() {
            return Ok(false);
        }
        let is_cloud = |name: &str| self.accounts.iter().any(|account| account.cloud().name() == name);
        let is_marked = fs::read(self.store.join(MARK)).is_ok_and(|text| text == MARK_TEXT.as_bytes());
        let foreign = found.into_iter().find(|name| {
            let is_folder = is_real_folder(&self.store.join(name));
            let is_known = name == MARK || ((is_cloud(name) || name == INCOMING) && is_folder);
            !is_marked || !is_known
        });
        if let Some(name) = foreign {
            return Err(self.foreign(&self.store, &name));
        }
        for account in &self.accounts {
            let cloud = self.store.join(account.cloud().name());
            let found = names(&cloud).map_err(|error| self.unreadable(&cloud, error))?;
            let is_ours = |name: &String| name == account.id() && is_real_folder(&cloud.join(name));
            if let Some(other) = found.iter().find(|name| !is_ours(name)) {
                return Err(self.foreign(&self.store, &format!("{}/{other}", account.cloud())));
            }
        }
        Ok(true)
    }

    /// Returns whether there are events of a former demo; a file of anything else is not touched.
    fn check_events(&self) -> Result<bool, Failure> {
        let text = match fs::read_to_string(&self.events) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(self.unreadable(&self.events, error)),
        };
        let sources: Vec<String> =
            self.accounts.iter().map(|account| format!("/iamwatch/{account}")).collect();
        let is_ours = |line: &str| {
            serde_json::from_str::<Event>(line).is_ok_and(|event| sources.contains(&event.source))
        };
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

/// Returns commands to try on what a demo left: where to look, said once, then a few for the first account, and for each other.
pub(crate) fn commands(demo_store: &DemoStore, accounts: &[&AccountId]) -> Vec<String> {
    let iamwatch = program();
    let Some(first) = accounts.first() else { return Vec::new() };
    let store = quoted(&demo_store.store.display().to_string());
    let mut commands =
        vec![format!("export IAMWATCH_STORE={store}"), format!("export IAMWATCH_ACCOUNT={}", first.cloud())];
    for account in accounts {
        let (action, who, users) = match account.cloud() {
            Cloud::Ibm => (
                "iam-groups.groups.update",
                "ci-deployer",
                "select user_id, state, added_at from ibm_users order by 1",
            ),
            Cloud::Huawei => (
                "iam:users:attachPolicyV5",
                "priya.raman",
                "select name, enabled, created_at from huawei_users order by 1",
            ),
        };
        let other = if account == first { String::new() } else { format!(" --account {}", account.cloud()) };
        commands.extend([
            format!("{iamwatch} findings{other}"),
            format!("{iamwatch} diff 4 5 --access{other}"),
            format!("{iamwatch} history {who}{other}"),
            format!("{iamwatch} who-can {action}{other}"),
            format!("{iamwatch} query \"{users}\" --at latest~3{other}"),
            format!("{iamwatch} verify{other}"),
        ]);
    }
    commands
}

/// Returns how to call this program from here: by name where a shell finds it, by path elsewhere.
fn program() -> String {
    let name = env!("CARGO_PKG_NAME");
    let Ok(own) = std::env::current_exe().and_then(|path| path.canonicalize()) else {
        return name.to_owned();
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if first.and_then(|file| file.canonicalize().ok()).is_some_and(|found| found == own) {
        return name.to_owned();
    }
    let here = std::env::current_dir().and_then(|folder| folder.canonicalize()).ok();
    let below = here.and_then(|here| own.strip_prefix(here).ok().map(|below| Path::new(".").join(below)));
    quoted(&below.unwrap_or(own).display().to_string())
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

    fn accounts() -> Vec<AccountId> {
        ["ibm/a1", "huawei/d1"].map(|account| account.parse().unwrap()).to_vec()
    }

    fn demo_store(home: &Path) -> DemoStore {
        DemoStore::at(home.join("demo").to_str(), &accounts()).unwrap()
    }

    #[test]
    fn a_new_place_is_made_and_a_demo_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let demo_store = demo_store(home.path());
        demo_store.clear().unwrap();
        let old = home.path().join("demo/ibm/a1/manifests");
        fs::create_dir_all(&old).unwrap();
        fs::write(demo_store.events(), "").unwrap();
        demo_store.clear().unwrap();
        assert!(!old.exists() && !demo_store.events().exists());
    }

    #[test]
    fn what_no_demo_wrote_is_never_touched() {
        let foreign = ["demo/thesis.doc", "demo/ibm/other/x", "demo/ibm/file", "demo.events.jsonl"];
        for path in foreign {
            let home = tempfile::tempdir().unwrap();
            let demo_store = demo_store(home.path());
            demo_store.clear().unwrap();
            let history = home.path().join("demo/ibm/a1/manifests");
            fs::create_dir_all(&history).unwrap();
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "precious").unwrap();
            let (text, help) = demo_store.clear().unwrap_err().words();
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
        assert!(demo_store(home.path()).clear().is_err());
        assert!(history.exists());
    }

    #[test]
    fn commands_can_be_pasted_whatever_the_folder_is_called() {
        let demo_store = DemoStore::at(Some("/tmp/it's here"), &accounts()).unwrap();
        let accounts = accounts();
        let one = commands(&demo_store, &[&accounts[0]]);
        assert_eq!(one[..2], [r"export IAMWATCH_STORE='/tmp/it'\''s here'", "export IAMWATCH_ACCOUNT=ibm"]);
        let both: Vec<&AccountId> = accounts.iter().collect();
        let both = commands(&demo_store, &both);
        assert_eq!(both.iter().filter(|line| line.starts_with("export ")).count(), 2);
        assert!(both.iter().any(|line| line.ends_with("verify --account huawei")));
    }
}
