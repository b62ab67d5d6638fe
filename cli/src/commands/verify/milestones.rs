//! The file that keeps how far a proof is, so that another one goes on where it broke off.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use model::AccountId;
use serde::{Deserialize, Serialize};
use snapshot::Milestone;

use crate::{
    arguments::VerifyArgs,
    commands::Context,
    failure::{Failure, exit},
    place,
};

/// How often the file is written at most.
const EVERY: Duration = Duration::from_secs(2);

/// How far a proof is, and of whose history.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    store: String,
    account: AccountId,
    reached: Milestone,
}

/// The file of one proof.
#[derive(Debug)]
pub(super) struct Milestones {
    path: PathBuf,
    store: String,
    account: AccountId,
    former: Option<Milestone>,
    written: Mutex<Option<Instant>>,
}

impl Milestones {
    /// Opens the file that the arguments name; none where they name none. What a proof of another history left is refused.
    pub(super) fn open(
        context: Context<'_>,
        wanted: &VerifyArgs,
        account: &AccountId,
    ) -> Result<Option<Self>, Failure> {
        let Some(path) = &wanted.resume else { return Ok(None) };
        if context.only.is_some() {
            let said = "`--resume` keeps how far the proof of one account is, and several are asked";
            return Err(Failure::wrong_use(said).help("name one account with --account"));
        }
        let path = &place::here().path("the file of --resume", &path.to_string_lossy())?;
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        if parent.is_some_and(|parent| !parent.is_dir()) {
            let said = format!("`{}` is in no folder that is there", path.display());
            return Err(Failure::wrong_use(said).help("make the folder, or name another file with --resume"));
        }
        let store = place::store(context.global, context.settings)?;
        let former = read(path)?;
        if let Some(kept) = &former
            && (kept.store != store || kept.account != *account)
        {
            let said =
                format!("`{}` is of a proof of `{}` in `{}`", path.display(), kept.account, kept.store);
            return Err(Failure::wrong_use(said).help("name another file, or remove it to begin anew"));
        }
        Ok(Some(Self {
            path: path.clone(),
            store,
            account: account.clone(),
            former: former.map(|kept| kept.reached),
            written: Mutex::new(None),
        }))
    }

    /// Returns where a former proof broke off, once.
    pub(super) const fn take_former(&mut self) -> Option<Milestone> {
        self.former.take()
    }

    /// Keeps how far the proof is, every other second. A file that cannot be written costs no proof.
    pub(super) fn keep(&self, reached: &Milestone) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.is_some_and(|time| time.elapsed() < EVERY) {
            return;
        }
        let kept =
            Kept { store: self.store.clone(), account: self.account.clone(), reached: reached.clone() };
        if let Err(error) = write(&self.path, &kept) {
            tracing::warn!(path = %self.path.display(), %error, "how far the proof is could not be kept");
        }
        *written = Some(Instant::now());
    }

    /// Removes the file: all is proven.
    pub(super) fn remove(&self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.path.display(), %error, "the file of the proof could not be removed");
        }
    }
}

fn read(path: &Path) -> Result<Option<Kept>, Failure> {
    let doing = |failure: Failure| failure.doing(format!("`{}` could not be read", path.display()));
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(doing(Failure::new(exit::UNREADABLE, error))),
    };
    let kept = serde_json::from_slice(&bytes).map_err(|error| Failure::new(exit::WRONG_USE, error));
    kept.map(Some).map_err(|failure| {
        doing(failure).help("it is not what a proof left: name another file, or remove it to begin anew")
    })
}

/// Writes beside the file and renames, so that a proof that dies leaves the one or the other.
fn write(path: &Path, kept: &Kept) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, serde_json::to_vec(kept)?)?;
    fs::rename(&beside, path)
}
