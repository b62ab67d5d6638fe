//! What a prune would take away: decided before anything goes, and shown to whoever asks for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use futures::{StreamExt, TryStreamExt, stream};
use model::{Coverage, Timestamp, tables};

use crate::{
    History, Manifest, Pruned, RemovalTerms, SnapshotError,
    hash::sha256,
    history::{manifest_key, number_of},
    objects::number_in_sent_mark,
};

/// Manifests that are read at a time.
const AT_ONCE: usize = 16;

/// What is to be kept of a history; the newest snapshot always is.
#[derive(Debug, Clone, Copy)]
pub struct KeepWish {
    /// Every snapshot that was in force at this time or later.
    pub since: Option<Timestamp>,
    /// So many of the newest snapshots.
    pub last: Option<u64>,
    /// On which terms objects go.
    pub terms: RemovalTerms,
    /// Whether snapshots go although some of them are missing or changed, which nothing shows any longer but the tombstone.
    pub accepts_broken: bool,
}

/// Why more is kept than was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The snapshot from which on all are kept for it.
    pub number: u64,
    /// What stands against its removal.
    pub reason: HoldReason,
}

/// What stands against the removal of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldReason {
    /// The next run sends its events to the sinks that lack them.
    Undelivered,
    /// The next run compares with it, for the rules judged none after it.
    LastJudged,
    /// Rows of it stand in for a list that cannot be read now.
    LastWhole,
    /// The store keeps it, as long as the text says.
    Locked(String),
    /// A run may be under way that names the same objects.
    Recent,
}

impl fmt::Display for HoldReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::Undelivered => "its events have not reached every sink",
            Self::LastJudged => "the rules judged it last, and the next run compares with it",
            Self::LastWhole => "a list that cannot be read now was last whole in it",
            Self::Locked(until) => return write!(formatter, "it is locked {until}"),
            Self::Recent => "it was written within the last hour, in which a run may be under way",
        };
        formatter.write_str(said)
    }
}

/// The snapshots that a tombstone will name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doomed {
    pub(super) first: u64,
    pub(super) last: u64,
    /// What the first snapshot that is kept names as the manifest before it.
    pub(super) named: Option<String>,
    pub(super) manifests: Vec<Option<String>>,
    /// Hash of the tombstone before.
    pub(super) previous: Option<String>,
}

/// What goes with one number, in the order in which it goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PruneStep {
    /// Names of objects with their sizes, where these are known; each part goes before the next.
    pub(super) parts: Vec<Vec<(String, Option<u64>)>>,
}

/// What a prune would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrunePlan {
    /// Numbers and times of the first and the last snapshot that are kept.
    pub kept: [(u64, String); 2],
    /// How many snapshots are kept.
    pub kept_snapshots: u64,
    /// How many manifests go, those among them that an earlier prune left.
    pub snapshots: u64,
    /// How many other objects go.
    pub objects: u64,
    /// Bytes of these objects, as far as manifests tell.
    pub bytes: u64,
    /// Why more is kept than was asked for.
    pub holds: Vec<Hold>,
    /// What is wrong with snapshots that go, by number.
    pub broken: BTreeMap<u64, String>,
    /// Snapshots that an earlier prune named and left.
    pub left_over: u64,
    pub(super) doomed: Option<Doomed>,
    pub(super) terms: RemovalTerms,
    pub(super) steps: Vec<PruneStep>,
}

impl PrunePlan {
    /// Returns whether nothing would go.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.doomed.is_none() && self.steps.is_empty()
    }

    /// Returns the numbers of the first and the last snapshot that a tombstone will name.
    #[must_use]
    pub fn range(&self) -> Option<(u64, u64)> {
        self.doomed.as_ref().map(|doomed| (doomed.first, doomed.last))
    }
}

/// What is to be known of a manifest.
struct Known {
    hash: String,
    /// What it names as the manifest before it and when it was taken; or why it cannot be read.
    read: Result<(Option<String>, Timestamp), String>,
}

/// All manifests of a history, in short.
#[derive(Default)]
struct Manifests {
    known: BTreeMap<u64, Known>,
    /// Each object with the number of the last snapshot that names it, and its size.
    named: BTreeMap<String, (u64, u64)>,
}

impl History {
    /// Says what a prune would take away. Nothing is changed.
    ///
    /// # Errors
    /// [`SnapshotError::Empty`] without a snapshot; [`SnapshotError::Unprunable`] where a snapshot that would be kept cannot be read, or one that would
    /// go is not as it was written and that is not accepted; when the store does not work.
    pub async fn plan_prune(&self, wish: &KeepWish) -> Result<PrunePlan, SnapshotError> {
        let pruned = self.pruned().await?;
        if let Some((name, fault)) = pruned.faults.first_key_value() {
            return Err(self.unprunable(format!("`{}` {fault}", self.key(name))));
        }
        let begins_at = pruned.begins_at();
        let folder = self.key("");
        let keys = self.store().list_all(&folder).await.map_err(|error| self.store_error(error))?;
        let names: Vec<&str> = keys.iter().filter_map(|key| key.strip_prefix(&folder)).collect();
        let newest = self.newest().await?.unwrap_or_default();
        let numbers: Vec<u64> = names
            .iter()
            .filter_map(|name| number_of(name.strip_prefix("manifests/")?))
            .filter(|number| *number <= newest)
            .collect();
        if newest < begins_at {
            return Err(SnapshotError::Empty { account: self.account().clone() });
        }
        let manifests = self.read_all(&numbers).await?;
        let newest_manifest = self.manifest(newest).await?;
        let mut holds = Vec::new();
        let wished = wished(&manifests, begins_at, newest, wish);
        let mut keep = self.hold_needed(&newest_manifest, wished, &mut holds).await?;
        keep = self.hold_unremovable(&numbers, begins_at, keep, wish, &mut holds).await?.max(begins_at);
        if let Some((number, fault)) = manifests
            .known
            .range(keep..)
            .find_map(|(number, known)| Some((number, known.read.as_ref().err()?)))
        {
            return Err(self.unprunable(format!(
                "snapshot {number}, which would be kept, {fault}: what it names is not known"
            )));
        }
        let broken = manifests.broken(begins_at, keep, &pruned);
        if let Some((number, fault)) = broken.first_key_value().filter(|_| !wish.accepts_broken) {
            return Err(
                self.unprunable(format!("snapshot {number} {fault}, and nothing would show that any longer"))
            );
        }
        let doomed = (keep > begins_at).then(|| manifests.doomed(begins_at, keep, &pruned)).transpose()?;
        let steps = steps(&names, &manifests, keep, newest);
        Ok(manifests.plan([keep, newest], begins_at, (doomed, steps), (holds, broken), wish.terms))
    }

    fn unprunable(&self, reason: String) -> SnapshotError {
        SnapshotError::Unprunable { account: self.account().clone(), reason }
    }

    async fn read_all(&self, numbers: &[u64]) -> Result<Manifests, SnapshotError> {
        let read = stream::iter(numbers.iter().copied()).map(|number| async move {
            let key = self.key_of_manifest(number);
            let found = self.store().get(&key).await.map_err(|error| self.store_error(error))?;
            let Some(bytes) = found else { return Ok(None) };
            let read = self.read_manifest(number, &key, &bytes);
            Ok::<_, SnapshotError>(Some((number, sha256(&bytes), read)))
        });
        let mut read = std::pin::pin!(read.buffered(AT_ONCE));
        let mut manifests = Manifests::default();
        while let Some(found) = read.try_next().await? {
            let Some((number, hash, manifest)) = found else { continue };
            let read = match manifest {
                Ok(manifest) => {
                    for object in manifest.objects() {
                        manifests.named.insert(object.key.clone(), (number, object.bytes));
                    }
                    Ok((manifest.previous.clone(), manifest.taken_at()))
                }
                Err(error) => match error.damage() {
                    Some((_, fault)) => Err(fault),
                    None => return Err(error),
                },
            };
            manifests.known.insert(number, Known { hash, read });
        }
        Ok(manifests)
    }

    /// Keeps what the next run needs: snapshots whose events wait, the one that was judged last, and those in which lists were last whole.
    async fn hold_needed(
        &self,
        newest: &Manifest,
        mut keep: u64,
        holds: &mut Vec<Hold>,
    ) -> Result<u64, SnapshotError> {
        let mut hold = |number: u64, reason: HoldReason| {
            if number < keep {
                holds.push(Hold { number, reason });
                keep = number;
            }
        };
        if let Some(number) = newest.undelivered.iter().min() {
            hold(*number, HoldReason::Undelivered);
        }
        if let Some(judged) = newest.judged() {
            hold(judged.snapshot, HoldReason::LastJudged);
        }
        let lists = self.read(newest, &tables::COVERAGE).await?;
        let carried = lists.iter().filter_map(|row| Coverage::from_row(row).carried_from);
        if let Some(number) =
            carried.filter_map(|number| u64::try_from(number).ok()).filter(|number| *number > 0).min()
        {
            hold(number, HoldReason::LastWhole);
        }
        Ok(keep)
    }

    /// Keeps what cannot go: snapshots whose manifest is locked, or so new that a run may be under way.
    async fn hold_unremovable(
        &self,
        numbers: &[u64],
        begins_at: u64,
        keep: u64,
        wish: &KeepWish,
        holds: &mut Vec<Hold>,
    ) -> Result<u64, SnapshotError> {
        let doomed = numbers.iter().copied().filter(|number| (begins_at..keep).contains(number));
        let looked_at = stream::iter(doomed).map(|number| async move {
            let age = self.store().age(&self.key_of_manifest(number)).await;
            Ok::<_, SnapshotError>((number, age.map_err(|error| self.store_error(error))?))
        });
        let mut looked_at = std::pin::pin!(looked_at.buffered(AT_ONCE));
        while let Some((number, age)) = looked_at.try_next().await? {
            let Some(age) = age else { continue };
            let reason = match age.lock(&wish.terms) {
                Some(until) => HoldReason::Locked(until),
                None if age.is_recent(&wish.terms) => HoldReason::Recent,
                None => continue,
            };
            holds.push(Hold { number, reason });
            return Ok(number);
        }
        Ok(keep)
    }
}

/// Returns the first snapshot that is to be kept by the wish alone.
fn wished(manifests: &Manifests, begins_at: u64, newest: u64, wish: &KeepWish) -> u64 {
    let there: Vec<(u64, Option<Timestamp>)> = manifests
        .known
        .range(begins_at..)
        .map(|(number, known)| (*number, known.read.as_ref().ok().map(|(_, at)| *at)))
        .collect();
    let by_count = wish.last.map(|last| {
        let most = usize::try_from(last.max(1)).unwrap_or(usize::MAX);
        there.get(there.len().saturating_sub(most)).map_or(newest, |(number, _)| *number)
    });
    let by_time = wish.since.map(|since| {
        let later = there.iter().position(|(_, at)| at.is_some_and(|at| at >= since));
        // The one before was in force when the time began.
        let in_force = later.unwrap_or(there.len()).saturating_sub(1);
        there.get(in_force).map_or(newest, |(number, _)| *number)
    });
    by_count.into_iter().chain(by_time).min().unwrap_or(begins_at).min(newest)
}

impl Manifests {
    /// Returns what is wrong with snapshots of a range, as far as their manifests and the one after them tell.
    fn broken(&self, first: u64, keep: u64, pruned: &Pruned) -> BTreeMap<u64, String> {
        let mut broken = BTreeMap::new();
        let mut before = pruned.tombstones.last().and_then(|newest| newest.manifest.clone());
        let mut is_known = true;
        for number in first..=keep {
            let Some(known) = self.known.get(&number) else {
                if number < keep {
                    broken.insert(number, "is missing".to_owned());
                }
                is_known = false;
                continue;
            };
            match &known.read {
                Err(fault) => drop(broken.insert(number, fault.clone())),
                Ok((previous, _)) if is_known && *previous != before => {
                    let at = number.saturating_sub(1).max(first);
                    broken.insert(
                        at,
                        format!(
                            "is not what snapshot {number} follows: one of the two was changed or put in"
                        ),
                    );
                }
                Ok(_) => {}
            }
            before = Some(known.hash.clone());
            is_known = true;
        }
        broken.retain(|number, _| *number < keep);
        broken
    }

    fn doomed(&self, first: u64, keep: u64, pruned: &Pruned) -> Result<Doomed, SnapshotError> {
        let previous_of = |known: &Known| known.read.as_ref().ok().and_then(|(previous, _)| previous.clone());
        Ok(Doomed {
            first,
            last: keep.saturating_sub(1),
            named: self.known.get(&keep).and_then(previous_of),
            manifests: (first..keep)
                .map(|number| self.known.get(&number).map(|known| known.hash.clone()))
                .collect(),
            previous: pruned.head()?,
        })
    }

    fn plan(
        &self,
        [first, last]: [u64; 2],
        begins_at: u64,
        (doomed, steps): (Option<Doomed>, Vec<PruneStep>),
        (holds, broken): (Vec<Hold>, BTreeMap<u64, String>),
        terms: RemovalTerms,
    ) -> PrunePlan {
        let time = |number: u64| {
            let at = self.known.get(&number).and_then(|known| known.read.as_ref().ok()).map(|(_, at)| *at);
            (number, at.map(model::time_text).unwrap_or_default())
        };
        let count = |numbers: std::ops::Range<u64>| {
            u64::try_from(self.known.range(numbers).count()).unwrap_or(u64::MAX)
        };
        let objects = || steps.iter().flat_map(|step| step.parts.iter().flatten());
        let others = || objects().filter(|(name, _)| !name.starts_with("manifests/"));
        PrunePlan {
            kept: [time(first), time(last)],
            kept_snapshots: count(first..last.saturating_add(1)),
            snapshots: count(0..first),
            objects: u64::try_from(others().count()).unwrap_or(u64::MAX),
            bytes: others().filter_map(|(_, bytes)| *bytes).sum(),
            left_over: count(0..begins_at),
            holds,
            broken,
            doomed,
            terms,
            steps,
        }
    }
}

/// Returns what goes with each number below the first that is kept: what runs left while they told, then the objects that no
/// later snapshot names, and the manifest last.
fn steps(names: &[&str], manifests: &Manifests, keep: u64, newest: u64) -> Vec<PruneStep> {
    let mut marks: BTreeMap<u64, [BTreeSet<&str>; 4]> = BTreeMap::new();
    for name in names {
        // A ledger is the proof of what claims and marks say, and goes after them.
        let Some((rank, number)) = place_in_order(name) else { continue };
        if number < keep
            && let Some(part) = marks.entry(number).or_default().get_mut(rank)
        {
            part.insert(*name);
        }
    }
    let mut objects: BTreeMap<u64, Vec<(String, Option<u64>)>> = BTreeMap::new();
    for (name, (number, bytes)) in manifests.named.iter().filter(|(_, (number, _))| *number < keep) {
        objects.entry(*number).or_default().push((name.clone(), Some(*bytes)));
    }
    let numbers: BTreeSet<u64> =
        marks.keys().chain(objects.keys()).chain(manifests.known.keys()).copied().collect();
    let with_number = |number: u64| {
        let own = objects.remove(&number).unwrap_or_default();
        let is_own = |name: &&str| own.iter().any(|(object, _)| object == name);
        let mut parts: Vec<Vec<(String, Option<u64>)>> = Vec::new();
        for part in marks.remove(&number).unwrap_or_default() {
            parts.push(
                part.into_iter().filter(|name| !is_own(name)).map(|name| (name.to_owned(), None)).collect(),
            );
        }
        parts.push(own);
        parts.extend(manifests.known.contains_key(&number).then(|| vec![(manifest_key(number), None)]));
        parts.retain(|part| !part.is_empty());
        PruneStep { parts }
    };
    numbers.into_iter().filter(|number| *number < keep && *number <= newest).map(with_number).collect()
}

/// Reads of which run something is that no manifest names, and when it goes among such things.
fn place_in_order(name: &str) -> Option<(usize, u64)> {
    let digits = |text: &str| {
        text.get(..8).filter(|text| text.bytes().all(|each| each.is_ascii_digit()))?.parse().ok()
    };
    if let Some(number) = number_in_sent_mark(name) {
        return Some((0, number));
    }
    match name.split('/').collect::<Vec<_>>().as_slice() {
        ["claims", _, number, _] => Some((1, digits(number)?)),
        ["ledger", _, file] => Some((2, digits(file)?)),
        ["outbox", file] => Some((3, digits(file)?)),
        _ => None,
    }
}
