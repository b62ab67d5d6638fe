//! What became of some findings from run to run, read from what each run changed.

use std::{collections::BTreeSet, sync::Arc};

use check::{ByFingerprint, Findings, FindingsPatch};
use futures::TryStreamExt;
use model::{AccountId, Finding};
use snapshot::{History, Manifest, Mentions, ObjectRef, SnapshotError, Timeline};

use crate::Subject;

/// Evidence that names who made a thing, and not whom it is about.
const AUTHORS: [&str; 3] = ["created_by_id", "given_by_id", "last_modified_by_id"];

/// What one run did to one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingStep {
    /// Number of the snapshot.
    pub number: u64,
    /// The finding before the run; none where it is new.
    pub before: Option<Arc<Finding>>,
    /// The finding after the run.
    pub after: Arc<Finding>,
}

/// One object to read of the findings.
struct Part<'a> {
    /// Number of the snapshot that first has it.
    number: u64,
    object: &'a ObjectRef,
    /// Whether it holds all findings, and not only those that a run changed.
    is_whole: bool,
}

/// Returns what the runs did to the findings about a thing, in the order of snapshots.
///
/// # Errors
/// As [`crate::state`].
pub(crate) async fn finding_steps(
    history: &History,
    timeline: &Timeline,
    subject: &Subject,
) -> Result<Vec<FindingStep>, SnapshotError> {
    let parts = parts(&timeline.manifests);
    let mut documents = history.documents(parts.iter().map(|part| part.object).collect());
    let mut parts = parts.iter();
    let ids = subject.telling_ids(history.account());
    let account = history.account();
    let address = subject.address(account);
    let is_other_place =
        |address: &str| account.place_of(address).is_some_and(|place| subject.other_places.contains(place));
    let is_about = |finding: &Finding| {
        finding.subject == address || is_other_place(&finding.subject) || names(account, finding, &ids)
    };
    // Its own ids, and the findings that are known: a patch may do no more than forget one.
    let mut mentions: Mentions = ids.iter().chain(&subject.other_places).collect();
    mentions.add(&subject.place());
    let mut known = ByFingerprint::new();
    let mut steps = Vec::new();
    while let (Some(document), Some(part)) = (documents.try_next().await?, parts.next()) {
        if !document.mentions(&mentions) {
            if part.is_whole {
                // All that is known is of it, so that none of it is left in findings that do not name it.
                known.clear();
            }
            continue;
        }
        let put = if part.is_whole {
            let whole: Findings = document.parse()?;
            known.retain(|fingerprint, _| whole.findings.contains_key(fingerprint));
            whole.findings
        } else {
            let patch: FindingsPatch = document.parse()?;
            known.retain(|fingerprint, _| !patch.forgotten.contains(fingerprint));
            patch.put
        };
        for (fingerprint, after) in put {
            if known.get(&fingerprint) == Some(&after) || !is_about(&after) {
                continue;
            }
            if !known.contains_key(&fingerprint) {
                mentions.add(&fingerprint);
            }
            let before = known.insert(fingerprint, Arc::clone(&after));
            steps.push(FindingStep { number: part.number, before, after });
        }
    }
    Ok(steps)
}

/// Returns which objects to read for which snapshot: what each run wrote of the findings.
fn parts(manifests: &[Manifest]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut former: Option<(&ObjectRef, &[ObjectRef])> = None;
    for manifest in manifests {
        let Some(found) = &manifest.findings else { continue };
        let (number, base, patches) = (manifest.number, &found.base, found.patches.as_slice());
        let known = former.filter(|(known, _)| *known == base).map(|(_, patches)| patches);
        if known.is_none() {
            parts.push(Part { number, object: base, is_whole: true });
        }
        // Patches are joined now and then: what is new is then part of one that also holds what was known.
        let shared =
            known.unwrap_or_default().iter().zip(patches).take_while(|(one, other)| one == other).count();
        let fresh = patches.iter().skip(shared);
        parts.extend(fresh.map(|object| Part { number, object, is_whole: false }));
        former = Some((base, patches));
    }
    parts
}

/// Returns whether a finding names one of some ids: in its address, or in its evidence.
fn names(account: &AccountId, finding: &Finding, ids: &BTreeSet<String>) -> bool {
    let own = account.place_of(&finding.subject).unwrap_or(&finding.subject);
    let key = own.split_once('/').map_or(own, |(_, key)| key);
    let is_own = ids.contains(key) || key.split('/').any(|part| ids.contains(part));
    is_own
        || finding.evidence.columns().iter().filter(|(name, _)| !AUTHORS.contains(&name.as_str())).any(
            |(_, value)| {
                value
                    .as_str()
                    .is_some_and(|text| ids.contains(text) || text.split('/').any(|part| ids.contains(part)))
            },
        )
}
