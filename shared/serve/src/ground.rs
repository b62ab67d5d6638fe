//! What a question is asked of: snapshots that are found by name; and whether its answer can ever be another.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use snapshot::{History, Manifest};

use crate::{
    Problem,
    archive::Archive,
    endpoints::ApiQuestion,
    request::{Form, Request},
};

/// How long an answer stays the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Validity {
    /// For ever; with its tag.
    Always(String),
    /// While its snapshots are those that the names mean; with its tag.
    WhileNamed(String),
    /// While its bytes are the same.
    AsBytes,
    /// It is asked anew each time.
    Never,
}

/// The snapshots of a question.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) history: Option<History>,
    /// The snapshot that is asked, or the two that are compared.
    pub(crate) manifests: Vec<Arc<Manifest>>,
    /// The number with which the history begins, where the answer hangs on it: on pages, and of a life. What was before was pruned.
    pub(crate) begins_at: u64,
    pub(crate) validity: Validity,
}

impl Ground {
    /// Finds the snapshots that a request names.
    pub(crate) async fn find(archive: &Archive, request: &Request) -> Result<Self, Problem> {
        if matches!(
            request.endpoint.question,
            ApiQuestion::Index | ApiQuestion::Document | ApiQuestion::Accounts
        ) {
            return Ok(Self {
                history: None,
                manifests: Vec::new(),
                begins_at: 1,
                validity: Validity::AsBytes,
            });
        }
        let mut history = archive.history(request.part("cloud"), request.part("id"))?;
        if request.endpoint.question == ApiQuestion::Verify {
            // What is kept proves nothing of what is stored.
            history = history.without_cache();
        }
        let hangs_on_beginning = request.form == Form::Page || request.endpoint.question == ApiQuestion::Life;
        let begins_at = if hangs_on_beginning { history.begins_at().await? } else { 1 };
        let names: Vec<String> = match request.endpoint.question {
            ApiQuestion::Snapshots => Vec::new(),
            ApiQuestion::Snapshot
            | ApiQuestion::Table
            | ApiQuestion::Objects
            | ApiQuestion::Coverage
            | ApiQuestion::Verify => {
                vec![request.part("snapshot").to_owned()]
            }
            ApiQuestion::Comparison => return Self::of_two(archive, history, begins_at, request).await,
            _ => vec![request.text("at").unwrap_or("latest").to_owned()],
        };
        let mut manifests = Vec::new();
        for name in &names {
            manifests.push(archive.snapshot(&history, name).await?);
        }
        if names.is_empty() && history.newest().await?.is_none() {
            let account = history.account().clone();
            return Err(snapshot::SnapshotError::Empty { account }.into());
        }
        let validity = match request.endpoint.question {
            // A link is good for minutes.
            ApiQuestion::Verify | ApiQuestion::Objects => Validity::Never,
            ApiQuestion::Snapshots => Validity::AsBytes,
            ApiQuestion::Sql if hangs_on_moment(request.text("sql").unwrap_or_default()) => Validity::AsBytes,
            // A life goes up to the newest snapshot, whatever that is.
            ApiQuestion::Life => Validity::WhileNamed(tag(request, begins_at, &manifests)),
            _ => validity(request, begins_at, &names, &manifests),
        };
        Ok(Self { history: Some(history), manifests, begins_at, validity })
    }

    async fn of_two(
        archive: &Archive,
        history: History,
        begins_at: u64,
        request: &Request,
    ) -> Result<Self, Problem> {
        let to = request.text("to").unwrap_or("latest").to_owned();
        let after = archive.snapshot(&history, &to).await?;
        let from = match request.text("from") {
            Some(from) => from.to_owned(),
            None if after.number > 1 => (after.number - 1).to_string(),
            None => {
                return Err(Problem::not_there(
                    "nothing-before",
                    format!(
                        "snapshot {} of `{}` is the first: nothing is before it",
                        after.number, after.account
                    ),
                    "there is something to compare after the next audit",
                ));
            }
        };
        let before = archive.snapshot(&history, &from).await?;
        let (names, manifests) = (vec![from, to], vec![before, after]);
        let validity = validity(request, begins_at, &names, &manifests);
        Ok(Self { history: Some(history), manifests, begins_at, validity })
    }

    /// Returns the history that is asked.
    pub(crate) fn history(&self) -> Result<&History, Problem> {
        self.history
            .as_ref()
            .ok_or_else(|| Problem::new(500, "broken-promise", "no account is asked", "please report this"))
    }

    /// Returns the snapshot that is asked; of two the later one.
    pub(crate) fn manifest(&self) -> Result<&Manifest, Problem> {
        let last = self.manifests.last();
        last.map(AsRef::as_ref)
            .ok_or_else(|| Problem::new(500, "broken-promise", "no snapshot is asked", "please report this"))
    }
}

/// Functions of SQL whose answer may hang on the time or on chance.
const CHANGING: [&str; 12] = [
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "julianday",
    "random",
    "randomblob",
    "strftime",
    "time",
    "timediff",
    "unixepoch",
];

/// Returns whether a statement may be answered otherwise tomorrow, though its snapshot stays: it names the time, or chance.
fn hangs_on_moment(sql: &str) -> bool {
    let mut words = sql.split(|each: char| !each.is_alphanumeric() && each != '_');
    words.any(|word| CHANGING.iter().any(|changing| word.eq_ignore_ascii_case(changing)))
}

fn validity(request: &Request, begins_at: u64, names: &[String], manifests: &[Arc<Manifest>]) -> Validity {
    let tag = tag(request, begins_at, manifests);
    let are_numbers = names.iter().all(|name| name.bytes().all(|each| each.is_ascii_digit()));
    // Of a page more than its snapshot is shown, and its look may change with the program.
    if are_numbers && request.form != Form::Page { Validity::Always(tag) } else { Validity::WhileNamed(tag) }
}

/// Returns a tag that is another wherever the program, the question, its form or its snapshots are.
fn tag(request: &Request, begins_at: u64, manifests: &[Arc<Manifest>]) -> String {
    let mut hash = Sha256::new();
    hash.update(concat!(env!("CARGO_PKG_VERSION"), "\n"));
    hash.update(format!("{:?} {begins_at} {}\n", request.form, request.canonical(&[])));
    for manifest in manifests {
        hash.update(manifest.hash().unwrap_or_default());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
