//! The life of one thing with the words and names that people read it by.

use std::collections::BTreeMap;

use access::ToldChange;
use check::RuleSet;
use history::{FindingStep, Life, Moment, Turns};
use model::{AccountId, Author, Change, Coverage, FindingState, Sighting, State, Table, Weight, tables};
use serde_json::{Value, json};
use snapshot::{History, SnapshotError, Timeline};

use crate::{
    names::{NamedSubject, ThingNames},
    summaries::row_members,
};

/// What there is to tell of a life.
#[derive(Debug)]
pub struct ToldLife<'a> {
    /// The life that is told.
    pub life: &'a Life,
    /// The account that the thing is of.
    pub account: &'a AccountId,
    /// What whoever and whatever appears in it is called.
    pub names: ThingNames,
    /// What each snapshot shows, by its number.
    pub moments: BTreeMap<u64, ToldMoment<'a>>,
    /// Snapshots that could not be read, with what is wrong with them.
    pub unread: &'a [(u64, String)],
    /// Snapshots of which the access was not compared.
    pub left_out: &'a [u64],
    /// Lists that it hangs on and that were not read to their end in the last snapshot.
    pub incomplete: Vec<Coverage>,
}

/// What one snapshot shows.
#[derive(Debug)]
pub struct ToldMoment<'a> {
    /// Number and time of the snapshot.
    pub snapshot: &'a Sighting,
    /// Whether it is the first snapshot of all.
    pub is_first: bool,
    /// What changed, as events of drift tell it.
    pub things: Vec<Value>,
    /// What was there when it could first be seen.
    pub seen: Vec<Value>,
    /// Gains that the run told.
    pub gains: Vec<&'a Value>,
    /// What became of access besides: as the run stored it, or by comparing.
    pub access: Vec<&'a ToldChange>,
    /// What became of findings about it.
    pub findings: Vec<&'a FindingStep>,
}

impl<'a> ToldMoment<'a> {
    /// Starts a moment in which nothing happened yet.
    #[must_use]
    pub fn new(snapshot: &'a Sighting, is_first: bool) -> Self {
        let (things, seen, gains) = (Vec::new(), Vec::new(), Vec::new());
        Self { snapshot, is_first, things, seen, gains, access: Vec::new(), findings: Vec::new() }
    }

    /// Returns whether nothing happened in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.things.is_empty()
            && self.seen.is_empty()
            && self.gains.is_empty()
            && self.access.is_empty()
            && self.findings.is_empty()
    }

    /// Returns the moment for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|step| json!({ "turn": finding_turn(step).unwrap_or("reworded"), "finding": &*step.after }))
            .collect();
        let (gained, rest): (Vec<&ToldChange>, Vec<_>) =
            self.access.iter().partition(|change| change.turn.is_gain());
        let gained: Vec<Value> =
            self.gains.iter().map(|gain| json!(gain)).chain(gained.iter().map(|gain| json!(gain))).collect();
        json!({
            "snapshot": self.snapshot.snapshot,
            "at": self.snapshot.at,
            "is_first": self.is_first,
            "things": self.things,
            "seen": self.seen,
            "gained": gained,
            "access": rest,
            "findings": findings,
        })
    }
}

/// Turns what is told of a thing that was added into what is told of one that was there.
fn as_seen(mut thing: Value) -> Value {
    let text = |pointer: &str| thing.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let table = text("/thing/table").unwrap_or_default();
    let noun = tables::find(&table).map_or_else(|| table.clone(), notify::noun);
    let address = text("/thing/address").unwrap_or_default();
    let name = text("/thing/name").map(|name| format!("'{name}'"));
    let key =
        address.split_once(&format!("/{table}/")).map_or_else(|| address.clone(), |(_, key)| key.to_owned());
    if let Some(members) = thing.as_object_mut() {
        members.insert("title".to_owned(), json!(format!("{noun} {}", name.unwrap_or(key))));
        members.insert("change".to_owned(), json!("there"));
        for part in members.get_mut("parts").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(part) = part.as_object_mut() {
                part.insert("change".to_owned(), json!("there"));
            }
        }
    }
    thing
}

/// Returns when a thing was created, as its row tells it.
#[must_use]
pub fn created_at(life: &Life) -> Option<&str> {
    let row = life.row.as_ref()?;
    ["created_at", "added_at", "joined_at"]
        .into_iter()
        .find_map(|column| life.subject.table.text(row, column))
}

/// Returns what became of a finding; none where only its evidence or words did.
#[must_use]
pub fn finding_turn(step: &FindingStep) -> Option<&'static str> {
    let (after, before) = (&step.after, step.before.as_ref());
    if before.is_some_and(|before| before.state == after.state) {
        return None;
    }
    let was_over = before.is_some_and(|before| before.state.is_closed());
    Some(match after.state {
        FindingState::Open if was_over => "reopened",
        FindingState::Open if before.is_none() && after.baseline => "there",
        FindingState::Open if before.is_none() => "opened",
        FindingState::Open => "open again",
        FindingState::Suppressed => "suppressed",
        FindingState::Unknown => "unknown",
        FindingState::Fixed => "fixed",
        FindingState::Gone => "gone",
        FindingState::RuleChanged => "rule-changed",
    })
}

/// Gathers what there is to tell of a life, with the names of all that appears in it.
///
/// # Errors
/// As [`history::state`].
pub async fn tell_life<'a>(
    history: &'a History,
    rules: &RuleSet,
    timeline: &'a Timeline,
    life: &'a Life,
    turns: &'a Turns,
) -> Result<ToldLife<'a>, SnapshotError> {
    let findings: Vec<NamedSubject<'_>> = life
        .moments
        .iter()
        .flat_map(|moment| &moment.findings)
        .map(|step| NamedSubject { rule: &step.after.rule, address: &step.after.subject })
        .collect();
    let names = {
        let manifests: Vec<_> = timeline.manifests.last().into_iter().collect();
        ThingNames::read(history, &manifests, rules, findings.iter().copied()).await?
    };
    let state = naming_state(history, timeline, life).await?;
    let things = |moment: &Moment, is_wanted: fn(&Change) -> bool| {
        let chosen = moment.changes.iter().filter(|change| is_wanted(change));
        let changes: Vec<Change> =
            chosen.map(|change| Change { weight: Weight::Drift, ..change.clone() }).collect();
        notify::drift(history.account(), &changes, &state)
    };
    let mut moments: BTreeMap<u64, ToldMoment<'a>> = BTreeMap::new();
    for moment in &life.moments {
        let mut told = ToldMoment::new(&moment.snapshot, moment.is_first);
        told.things = things(moment, |change| change.weight == Weight::Drift);
        told.seen =
            things(moment, |change| change.weight == Weight::Baseline).into_iter().map(as_seen).collect();
        let own = life.subject.address(history.account());
        told.seen.sort_by_key(|thing| thing.pointer("/thing/address").and_then(Value::as_str) != Some(&own));
        told.gains.extend(&moment.gains);
        told.access.extend(&moment.access);
        told.findings.extend(&moment.findings);
        moments.insert(moment.snapshot.snapshot, told);
    }
    for (snapshot, changes) in &turns.changes {
        let told = moments.entry(snapshot.snapshot).or_insert_with(|| ToldMoment::new(snapshot, false));
        // What the run itself told of gains is not told again.
        let is_new = |change: &&ToldChange| told.gains.is_empty() || !change.turn.is_gain();
        let fresh: Vec<_> = changes.iter().filter(is_new).collect();
        told.access.extend(fresh);
    }
    moments.retain(|_, moment| !moment.is_empty());
    Ok(ToldLife {
        life,
        account: history.account(),
        names,
        moments,
        unread: &timeline.unread,
        left_out: &turns.left_out,
        incomplete: match timeline.manifests.last() {
            Some(newest) => {
                history::gaps(history, newest, &history::tables_of_life(history, &life.subject)).await?
            }
            None => Vec::new(),
        },
    })
}

/// Returns the rows in which names are looked up: those of the last snapshot, and of what is gone as it was last.
async fn naming_state(history: &History, timeline: &Timeline, life: &Life) -> Result<State, SnapshotError> {
    let is_missing = |table: &&'static Table| life.names.rows(table).is_empty();
    let missing: Vec<_> = notify::naming_tables(history.account().cloud()).filter(is_missing).collect();
    let mut state = life.names.clone();
    if let Some(newest) = timeline.manifests.last().filter(|_| !missing.is_empty()) {
        let read = history::state(history, newest, &missing).await?;
        for table in missing {
            state.put(table, read.rows(table).clone());
        }
    }
    Ok(state)
}

/// Returns the lists that a table hangs on and that were not read to their end in the last snapshot of a timeline.
///
/// # Errors
/// As [`history::state`].
pub async fn incomplete_lists(
    history: &History,
    timeline: &Timeline,
    table: &'static Table,
) -> Result<Vec<Coverage>, SnapshotError> {
    match timeline.manifests.last() {
        Some(newest) => history::gaps(history, newest, &[table]).await,
        None => Ok(Vec::new()),
    }
}

/// Returns a life for programs.
#[must_use]
pub fn life_json(told: &ToldLife<'_>) -> Value {
    let life = told.life;
    let table = life.subject.table;
    let row = life.row.as_ref().map(|row| row_members(table, row));
    let by = life.row.as_ref().and_then(|row| table.author(row, Author::Creator));
    json!({
        "subject": {
            "table": table.name,
            "key": life.subject.key.values().map(|value| json!(value)).collect::<Vec<_>>(),
            "name": life.subject.name,
            "address": life.subject.address(told.account),
        },
        "row": row,
        "is_there": life.is_there,
        "created": { "at": created_at(life), "by": by, "by_name": by.and_then(|by| told.names.of_id(by)) },
        "moments": told.moments.values().map(ToldMoment::to_json).collect::<Vec<_>>(),
        "last": life.last,
        "unread": unread_json(told.unread),
        "not_compared": told.left_out,
        "incomplete": told.incomplete,
    })
}

/// Tells for programs which snapshots could not be read.
#[must_use]
pub fn unread_json(unread: &[(u64, String)]) -> Value {
    unread.iter().map(|(number, fault)| json!({ "snapshot": number, "fault": fault })).collect()
}
