//! Finds things by a part of what they are called: for somebody who knows no more of them.

use model::{Kind, Table};
use snapshot::{History, Manifest, SnapshotError};

use crate::{Subject, subject::subject_tables};

/// What a search has found.
#[derive(Debug)]
pub struct FoundThings {
    /// Things with the text in a name or id of theirs, those that begin with it first.
    pub things: Vec<Subject>,
    /// Whether there are more.
    pub is_cut: bool,
    /// The tables that were looked through.
    pub tables: Vec<&'static Table>,
}

/// Finds the things of a snapshot that have a text in their name or in an id of theirs, in any case: the first `most` of them.
///
/// # Errors
/// As [`crate::state`].
pub async fn search(
    history: &History,
    manifest: &Manifest,
    text: &str,
    most: usize,
) -> Result<FoundThings, SnapshotError> {
    let wanted = text.trim().to_lowercase();
    let tables: Vec<&'static Table> = subject_tables(history.account())
        .filter(|table| table.kind == Kind::State && table.label.is_some())
        .collect();
    let mut found: Vec<(bool, Subject)> = Vec::new();
    let mut is_cut = false;
    for table in &tables {
        for row in &history.read(manifest, table).await? {
            let subject = Subject::of_row(table, row);
            let mut texts = subject.name.iter().chain(&subject.ids).map(|text| text.to_lowercase());
            if wanted.is_empty() || !texts.clone().any(|text| text.contains(&wanted)) {
                continue;
            }
            let is_beginning = texts.any(|text| text.starts_with(&wanted));
            if found.len() < most.saturating_mul(20) {
                found.push((!is_beginning, subject));
            } else {
                is_cut = true;
            }
        }
    }
    found.sort_by(|(one, subject), (other, second)| (one, &subject.name).cmp(&(other, &second.name)));
    is_cut |= found.len() > most;
    found.truncate(most);
    Ok(FoundThings { things: found.into_iter().map(|(_, subject)| subject).collect(), is_cut, tables })
}
