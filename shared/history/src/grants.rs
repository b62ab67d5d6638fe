//! Who may do what in a snapshot, and who gained or lost it between two.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use access::{Access, Answer, SharedChange};
use model::{Cloud, Column, Lists, State, Table, Type};
use snapshot::{History, Manifest, SnapshotError};

use crate::{QuestionError, state_without_documents};

/// Bytes of a graph of access for each byte of the rows that it is made of, and for each row: more than it takes rather than less.
const GRAPH_FACTOR: usize = 8;
const GRAPH_ROW: usize = 512;

/// Who may do something.
#[derive(Debug)]
pub struct WhoCan {
    /// Everybody whom something allows it, with those whom something else denies it.
    pub answers: Vec<Answer>,
    /// What could not be seen, and so may hide somebody.
    pub unseen: Vec<String>,
    /// The actions most like the one that was asked of, where no role that could be seen has it: then nobody is said to
    /// hold it, not even who may do everything.
    pub unknown_action: Option<Vec<String>>,
}

/// Returns who may do an action on a resource in a snapshot; without a resource, on any.
///
/// # Errors
/// [`QuestionError::Resource`] when the action or the resource cannot be understood; as [`crate::state`] else.
pub async fn who_can(
    history: &History,
    manifest: &Manifest,
    action: &str,
    resource: Option<&str>,
) -> Result<WhoCan, QuestionError> {
    let cloud = history.account().cloud();
    if let Some(fault) = access::fault_of_action(cloud, action) {
        return Err(QuestionError::Resource(fault));
    }
    let state = load_all(history, manifest).await?;
    let question = access::question(cloud, &state, action, resource).map_err(QuestionError::Resource)?;
    let access = shared_access(history, manifest, &state);
    let unknown_action = access::unknown_action(cloud, &state, action);
    let answers = if unknown_action.is_some() { Vec::new() } else { access.who_can(&question) };
    Ok(WhoCan { answers, unseen: access.unseen_of(&question), unknown_action })
}

/// What principals gained and lost between two snapshots.
#[derive(Debug)]
pub struct AccessChanges {
    /// Gains first, the widest first.
    pub changes: Vec<SharedChange>,
    /// What could not be seen in the later snapshot.
    pub unseen: Vec<String>,
}

/// Bytes of what changed in memory for each byte of it as JSON: names and paths are texts of their own there.
const CHANGES_FACTOR: usize = 4;

impl AccessChanges {
    /// Returns about how many bytes it takes.
    fn bytes(&self) -> usize {
        let text = serde_json::to_vec(&self.changes).map_or(0, |json| json.len());
        text.saturating_mul(CHANGES_FACTOR) + self.unseen.iter().map(String::len).sum::<usize>()
    }
}

/// Returns what principals gained and lost between two snapshots by what somebody did: not by what moves by itself, nor by
/// what only came into sight. What is kept is not compared again.
///
/// # Errors
/// As [`crate::state`].
pub async fn access_changes(
    history: &History,
    before: &Manifest,
    after: &Manifest,
) -> Result<Arc<AccessChanges>, SnapshotError> {
    kept_changes(history, &[before.clone(), after.clone()], None, None).await
}

/// Two snapshots of which access is compared.
pub(crate) type Pair = [Manifest; 2];

/// Reads what is needed to compare some pairs of snapshots, oldest first: their states; nothing of those whose comparison is kept.
pub(crate) async fn states_of(
    history: &History,
    pairs: &[Pair],
    ids: &BTreeSet<String>,
) -> Result<Vec<Option<[State; 2]>>, SnapshotError> {
    let is_kept = |pair: &Pair| history.find_kept::<AccessChanges>(&name_of(pair, Some(ids))).is_some();
    let are_kept: Vec<bool> = pairs.iter().map(is_kept).collect();
    let missing = pairs.iter().zip(&are_kept).filter(|(_, is_kept)| !**is_kept);
    let manifests = missing.flat_map(|(pair, _)| pair.clone()).collect();
    let tables: Vec<&'static Table> = access::tables(history.account().cloud()).collect();
    let is_wanted = |_: &Table, column: &Column| column.kind != Type::Document;
    let mut states = history.states(manifests, &tables, is_wanted).await?.into_iter();
    let of_pair = |is_kept: bool| if is_kept { None } else { Some([states.next()?, states.next()?]) };
    Ok(are_kept.into_iter().map(of_pair).collect())
}

/// Returns what principals gained and lost from one snapshot to the other, as [`access_changes`] does, that are one of some things or hold
/// something through one.
pub(crate) async fn access_changes_near(
    history: History,
    pair: Pair,
    states: Option<[State; 2]>,
    ids: Arc<BTreeSet<String>>,
) -> Result<Arc<AccessChanges>, SnapshotError> {
    kept_changes(&history, &pair, states, Some(&ids)).await
}

fn name_of([before, after]: &Pair, near: Option<&BTreeSet<String>>) -> String {
    format!("access changes {} to {}, near {near:?}", before.number, after.number)
}

async fn kept_changes(
    history: &History,
    pair: &Pair,
    states: Option<[State; 2]>,
    near: Option<&BTreeSet<String>>,
) -> Result<Arc<AccessChanges>, SnapshotError> {
    let name = name_of(pair, near);
    if let Some(kept) = history.find_kept(&name) {
        return Ok(kept);
    }
    let states = match states {
        Some(states) => states,
        None => {
            let [before, after] = pair;
            let read = futures::future::try_join(load_all(history, before), load_all(history, after));
            read.await?.into()
        }
    };
    let found = Arc::new(compare_access(history, pair, states, near).await?);
    history.keep(&name, &found, found.bytes());
    Ok(found)
}

async fn compare_access(
    history: &History,
    [before, after]: &Pair,
    [former, present]: [State; 2],
    near: Option<&BTreeSet<String>>,
) -> Result<AccessChanges, SnapshotError> {
    let cloud = history.account().cloud();
    let tables: Vec<&'static Table> = access::tables(cloud).collect();
    let changes = diff::compare(&former, &present, &tables);
    let former_lists = Lists::of(&former);
    let weight = weight_of_graph(cloud, &present);
    let name = format!("access {} as of {}", before.number, after.number);
    let build_former = || {
        history.shared(&name, || {
            let mut former = access::build(cloud, &diff::hindsight(former, &changes), before.taken_at());
            former.set_former_lists(former_lists);
            (former, weight)
        })
    };
    let (former, now) = side_by_side(build_former, || shared_access(history, after, &present));
    let known = access::inventory(cloud, &present);
    let mut changes = match near {
        Some(ids) => now.changes_near(&former, &known, ids),
        None => now.changes_since(&former, &known),
    };
    let mut earlier = BTreeMap::new();
    for number in now.snapshots_to_ask(&former, &changes) {
        // One that was pruned or is damaged cannot be asked.
        let manifest = history.manifest(number.unsigned_abs()).await;
        if let Ok(manifest) = manifest
            && let Ok(state) = load_all(history, &manifest).await
        {
            earlier.insert(number, Access::clone(&shared_access(history, &manifest, &state)));
        }
    }
    now.hold_gains_against(&former, &earlier, &known, &mut changes);
    Ok(AccessChanges { changes: access::shared(changes), unseen: now.unseen().to_vec() })
}

/// Makes two things at the same time, each on a thread of its own.
fn side_by_side<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}

/// Returns the tables of a cloud that access follows from.
pub fn access_tables(cloud: Cloud) -> impl Iterator<Item = &'static Table> {
    access::tables(cloud)
}

/// Builds who may do what in a snapshot, of which the rows of the tables of grants are made.
///
/// # Errors
/// As [`crate::state`].
pub async fn build_access(history: &History, manifest: &Manifest) -> Result<Arc<Access>, SnapshotError> {
    let state = load_all(history, manifest).await?;
    Ok(shared_access(history, manifest, &state))
}

/// Returns who may do what in a snapshot, built of its tables unless the history keeps it.
pub(crate) fn shared_access(history: &History, manifest: &Manifest, state: &State) -> Arc<Access> {
    let cloud = manifest.account.cloud();
    let build = || (access::build(cloud, state, manifest.taken_at()), weight_of_graph(cloud, state));
    history.shared(&format!("access {}", manifest.number), build)
}

/// Estimates how many bytes the graph of a state takes: about as many as the rows that it is made of, several times over, for it holds names, paths
/// and patterns of each in parts of their own.
fn weight_of_graph(cloud: Cloud, state: &State) -> usize {
    let rows = access::tables(cloud).flat_map(|table| state.rows(table).iter());
    rows.map(|row| GRAPH_FACTOR * row.as_bytes().len() + GRAPH_ROW).sum()
}

async fn load_all(history: &History, manifest: &Manifest) -> Result<State, SnapshotError> {
    let tables: Vec<&'static Table> = access::tables(history.account().cloud()).collect();
    state_without_documents(history, manifest, &tables).await
}
