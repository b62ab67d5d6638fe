//! What access means in a run: who holds sensitive permissions, and who gained what.

use std::collections::{BTreeMap, BTreeSet};

use access::{
    Access, Holding, Inventory, SensitivePermission, SharedChange, Standing, ToldChange, Turn, Verdict, What,
    path_text,
};
use check::{Found, FoundOne, RustRule};
use model::{Change, Cloud, Evidence, Lists, State, Table, Timestamp, Weight, tables};
use notify::{Breadth, Gain, GainedPermission};
use serde_json::json;
use snapshot::{History, SnapshotError};

use crate::{Permissions, audit::Compared, grading, grant_tables::GrantTables};

/// The form of the evidence of a holding.
const FORM: &str = "principal, about, actions, certainty, condition, through";

/// Returns the question who holds a permission without being allowed to, in the form of a rule.
pub(crate) fn judgement(cloud: Cloud, lists: &Lists, permission: &SensitivePermission) -> RustRule {
    RustRule {
        rule: permission.id.clone(),
        title: permission.title.clone(),
        severity: permission.severity,
        // The form of the evidence is part of the question: another form is no change of a finding.
        question: json!([
            permission.actions,
            permission.resource,
            permission.partly,
            permission.allowed,
            FORM
        ])
        .to_string(),
        moment: String::new(),
        needs: access::needed_tables(cloud),
        absence: access::absence_tables(cloud, lists, permission),
        weighed: access::weighed_tables(cloud).to_vec(),
        besides: access::aside_tables(cloud),
        implied_by: permission.implied_by.clone(),
    }
}

/// Returns who holds a permission without being allowed to, by address below the account. The ids of these are noted.
pub(crate) fn found(
    cloud: Cloud,
    state: &State,
    tables: &mut GrantTables<'_>,
    permission: &SensitivePermission,
) -> Found {
    let addresses = addresses(cloud, state);
    let holdings = access::holdings(cloud, state, tables.access(), permission)?;
    let ids = holdings.iter().map(|holding| holding.principal.step.id.clone()).collect();
    tables.note_holders(&permission.id, ids);
    let access = tables.access();
    let found = holdings.into_iter().map(|holding| {
        let doubt = match &holding.principal.standing {
            Standing::Unknown(why) => Some(why.clone()),
            Standing::Active | Standing::Inactive(_) => None,
        };
        let is_withheld = doubt.is_some() && access.was_seen_before(&holding.principal.step.id);
        let doubt = doubt.filter(|_| !is_withheld);
        let evidence = evidence(&holding);
        (address(&addresses, &holding), FoundOne { evidence, doubt, is_withheld })
    });
    Ok(found.collect())
}

/// Returns where each principal stands in the tables, by its id.
fn addresses(cloud: Cloud, state: &State) -> BTreeMap<&str, String> {
    let mut addresses = BTreeMap::new();
    for (table, column) in access::principal_tables(cloud) {
        for row in state.rows(table) {
            if let Some(id) = table.text(row, column) {
                addresses.insert(id, table.place(&table.key_text(row)));
            }
        }
    }
    addresses
}

/// Returns the address of a holder below the account; one that is no row, as another account, is named by its kind.
fn address(addresses: &BTreeMap<&str, String>, holding: &Holding) -> String {
    let step = &holding.principal.step;
    let known = addresses.get(step.id.as_str()).cloned();
    known.unwrap_or_else(|| format!("{}/{}", step.kind.replace(' ', "_"), step.id))
}

fn evidence(holding: &Holding) -> Evidence {
    let step = &holding.principal.step;
    let mut columns = BTreeMap::from([
        ("principal".to_owned(), json!(step.to_string())),
        ("about".to_owned(), json!(format!("principal/{}", step.id))),
        ("actions".to_owned(), json!(holding.actions.join(", "))),
        ("certainty".to_owned(), json!(holding.verdict)),
        ("through".to_owned(), json!(path_text(holding.path.get(1..).unwrap_or_default()))),
    ]);
    if let (Some(condition), Verdict::Conditional) = (&holding.condition, holding.verdict) {
        columns.insert("condition".to_owned(), json!(condition));
    }
    columns.into()
}

/// When the two snapshots of a comparison were taken: each is judged as of its own time.
pub(crate) struct Times {
    pub(crate) before: Timestamp,
    pub(crate) now: Timestamp,
}

impl Times {
    /// Takes the time of the last snapshot, if there is one, and that of the run. What had ended must not seem to begin again
    /// where a clock was put back.
    pub(crate) fn of(before: Option<Timestamp>, now: Timestamp) -> Self {
        Self { before: before.map_or(now, |before| before.min(now)), now }
    }
}

/// What runs before this one did not tell of gains: principals by id, each with the last snapshot whose access they were told of.
pub(crate) type Withheld = BTreeMap<String, u64>;

/// Returns whether somebody may have gained access: by drift, by what could not be read before, because what denied it has ended, or
/// earlier, behind a setting that could not be read until now or while nobody could see who gained.
pub(crate) fn may_be_gained(cloud: Cloud, compared: &Compared, withheld: &Withheld, times: &Times) -> bool {
    let is_of_access = |change: &Change| access::tables(cloud).any(|table| table.name == change.table.name);
    let is_news = |change: &Change| matches!(change.weight, Weight::Drift | Weight::Revealed);
    let ended_by = |at| access::ends_before(cloud, &compared.state, at);
    !withheld.is_empty()
        || compared.changes.iter().any(|change| is_news(change) && is_of_access(change))
        || ended_by(times.before) != ended_by(times.now)
        || (compared.changes.iter().any(|change| is_coverage(&change.table))
            && access::is_gain_withheld(&Lists::of(&compared.before), &Lists::of(&compared.state)))
}

/// What principals gained and lost in a run, and what is known to exist, to grade it by.
pub(crate) struct Gained {
    changes: Vec<SharedChange>,
    /// Of whom something is not told yet.
    pub(crate) withheld: Withheld,
    known: Inventory,
}

/// Returns what was gained by the drift of a run, or by what denied it and has ended since.
///
/// It is asked only where [`may_be_gained`]. Of the state before, the tables that differ are enough. The state is the same afterwards; its tables are lent for a while, so
/// that those that did not change need not be copied.
pub(crate) async fn gained(
    history: &History,
    compared: &mut Compared,
    now: &Access,
    (withheld, before_number): (&Withheld, u64),
    times: &Times,
) -> Gained {
    let cloud = history.account().cloud();
    let before = std::mem::take(&mut compared.before);
    let (state, changes) = (&mut compared.state, &compared.changes);
    let changed: Vec<&'static Table> = access::tables(cloud)
        .filter(|table| changes.iter().any(|change| change.table.name == table.name))
        .collect();
    let former_lists = Lists::of(if changed.iter().any(is_coverage) { &before } else { &*state });
    let mut hindsight = diff::hindsight(before, changes);
    swap(&changed, &mut hindsight, state);
    let mut former = access::build(cloud, state, times.before);
    former.set_former_lists(former_lists);
    let number_of = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    former.set_withheld(withheld.iter().map(|(id, number)| (id.clone(), number_of(*number))).collect());
    swap(&changed, &mut hindsight, state);
    let known = access::inventory(cloud, state);
    let mut changes = now.changes_since(&former, &known);
    let earlier = earlier(history, &now.snapshots_to_ask(&former, &changes)).await;
    now.hold_gains_against(&former, &earlier, &known, &mut changes);
    let (nobodys, changes): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| change.turn.is_gain() && now.is_lifted_of_nobody(change));
    let ids = nobodys.into_iter().map(|change| change.principal.step.id);
    let withheld = ids.map(|id| {
        let since = withheld.get(&id).copied().unwrap_or(before_number);
        (id, since)
    });
    Gained { withheld: withheld.collect(), changes: access::shared(changes), known }
}

/// What is told of access: events for who gained, and all that changed for whoever looks at the snapshot later.
#[derive(Default)]
pub(crate) struct ToldAccess {
    pub(crate) gains: Vec<Gain>,
    pub(crate) changes: Vec<ToldChange>,
}

/// Grades gains by what is sensitive and how broad, widest first. Who holds what is sensitive is known where the permissions were
/// audited before.
pub(crate) fn graded(gained: &Gained, tables: &GrantTables<'_>, permissions: &Permissions) -> ToldAccess {
    let mut sensitive = tables.sensitive(permissions);
    let mut told = ToldAccess::default();
    for change in &gained.changes {
        let mut stored = ToldChange::of(change);
        if change.turn.is_gain() {
            let given = sensitive.given_by(change).into_iter().map(grading::sensitive_permission);
            let gain = Gain {
                sensitive: given.collect(),
                breadth: grading::breadth(change, &gained.known),
                ..gain(change)
            };
            stored.sensitive = gain.sensitive.iter().map(GainedPermission::to_json).collect();
            told.gains.push(gain);
        }
        told.changes.push(stored);
    }
    told.gains.sort_by_key(|gain| {
        std::cmp::Reverse((gain.breadth == Breadth::Everything, gain.actions, gain.resources))
    });
    told
}

fn is_coverage(table: &&'static Table) -> bool {
    table.name == tables::COVERAGE.name
}

/// Returns who may do what in earlier snapshots, by number. One that was pruned or is damaged cannot be asked.
async fn earlier(history: &History, numbers: &BTreeSet<i64>) -> BTreeMap<i64, Access> {
    let cloud = history.account().cloud();
    let mut earlier = BTreeMap::new();
    for number in numbers {
        match state_of(history, number.unsigned_abs()).await {
            Ok((state, at)) => drop(earlier.insert(*number, access::build(cloud, &state, at))),
            Err(error) => tracing::warn!(number, %error, "an earlier snapshot cannot be asked who held what"),
        }
    }
    earlier
}

async fn state_of(history: &History, number: u64) -> Result<(State, Timestamp), SnapshotError> {
    let manifest = history.manifest(number).await?;
    let mut state = State::default();
    for table in access::tables(history.account().cloud()) {
        state.put(table, history.read(&manifest, table).await?);
    }
    Ok((state, manifest.taken_at()))
}

fn swap(tables: &[&'static Table], one: &mut State, other: &mut State) {
    for table in tables {
        let rows = one.take(table);
        one.put(table, other.take(table));
        other.put(table, rows);
    }
}

fn gain(change: &SharedChange) -> Gain {
    let reach = change.reach();
    Gain {
        title: change.sentence(),
        turn: if change.turn == Turn::Widened { "widened" } else { "gained" },
        principals: change.principals.iter().map(|who| json!(who)).collect(),
        grants: change.grants.iter().map(|grant| json!(grant)).collect(),
        usable_by: change.usable_by.first.iter().map(|who| json!(who)).collect(),
        usable_by_total: change.usable_by.total,
        actions: reach.actions,
        resources: reach.resources,
        sensitive: Vec::new(),
        breadth: Breadth::Narrow,
        is_becoming: grading::usable(change).any(|grant| matches!(grant.what, What::Becoming(_))),
        can_act: change.principals.iter().any(grading::can_act),
    }
}
