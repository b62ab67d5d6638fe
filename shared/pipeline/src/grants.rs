//! What access means in a run: who holds sensitive permissions, and who gained what.

use std::collections::BTreeMap;

use access::{Access, Holding, Permission, SharedChange, Step, Turn, Verdict};
use check::{Found, Judgement};
use model::{Change, Cloud, Row, State, Table, Weight, tables};
use notify::Gain;
use serde_json::{Value, json};

/// Returns the question who holds a permission without being allowed to, in the form of a rule.
pub(crate) fn judgement(cloud: Cloud, permission: &Permission) -> Judgement {
    let members = match cloud {
        Cloud::Ibm => &tables::ibm::MEMBERS,
        Cloud::Huawei => &tables::huawei::GROUP_MEMBERS,
    };
    Judgement {
        rule: permission.id.clone(),
        title: permission.title.clone(),
        severity: permission.severity,
        question: json!([permission.actions, permission.resource, permission.partly, permission.allowed])
            .to_string(),
        needs: needs(cloud),
        // Who may hold it as member of a group would be told if the group could not be seen.
        absence: if permission.allowed.is_empty() { Vec::new() } else { vec![members] },
    }
}

/// Says who holds a permission without being allowed to, by address below the account.
pub(crate) fn found(cloud: Cloud, state: &State, access: &Access, permission: &Permission) -> Found {
    let addresses = addresses(cloud, state);
    let holdings = access::holdings(cloud, state, access, permission)?;
    Ok(holdings.into_iter().map(|holding| (address(&addresses, &holding), evidence(&holding))).collect())
}

/// Returns the tables of which rows that are missing may hide a grant.
fn needs(cloud: Cloud) -> Vec<&'static Table> {
    let is_listed = |table: &&'static Table| table.name != tables::COVERAGE.name;
    access::tables(cloud).filter(is_listed).collect()
}

/// Returns where each principal stands in the tables, by its id.
fn addresses(cloud: Cloud, state: &State) -> BTreeMap<&str, String> {
    let places: &[(&'static Table, &str)] = match cloud {
        Cloud::Ibm => &[
            (&tables::ibm::USERS, "iam_id"),
            (&tables::ibm::SERVICE_IDS, "iam_id"),
            (&tables::ibm::PROFILES, "iam_id"),
        ],
        Cloud::Huawei => &[(&tables::huawei::USERS, "user_id"), (&tables::huawei::AGENCIES, "agency_id")],
    };
    let mut addresses = BTreeMap::new();
    for (table, column) in places {
        for row in state.rows(table) {
            if let Some(id) = table.text(row, column) {
                addresses.insert(id, format!("{}/{}", table.name, key(table, row)));
            }
        }
    }
    addresses
}

fn key(table: &Table, row: &Row) -> String {
    let values: Vec<String> = row.values().take(table.key).map(|value| value.to_string()).collect();
    values.join("/")
}

/// Returns the address of a holder below the account; one that is no row, as another account, is named by its kind.
fn address(addresses: &BTreeMap<&str, String>, holding: &Holding) -> String {
    let step = &holding.principal.step;
    let known = addresses.get(step.id.as_str()).cloned();
    known.unwrap_or_else(|| format!("{}/{}", step.kind.replace(' ', "_"), step.id))
}

fn evidence(holding: &Holding) -> BTreeMap<String, Value> {
    let step = &holding.principal.step;
    let mut evidence = BTreeMap::from([
        ("principal".to_owned(), json!(step.to_string())),
        ("actions".to_owned(), json!(holding.actions.join(", "))),
        ("certainty".to_owned(), json!(holding.verdict)),
        ("through".to_owned(), json!(words(holding.path.get(1..).unwrap_or_default()))),
    ]);
    if let (Some(condition), Verdict::Conditional) = (&holding.condition, holding.verdict) {
        evidence.insert("condition".to_owned(), json!(condition));
    }
    evidence
}

fn words(path: &[Step]) -> String {
    let steps: Vec<String> = path.iter().map(ToString::to_string).collect();
    steps.join(" → ")
}

/// Says who gained what by the drift of a run, widest first.
///
/// `before` needs only the tables that differ. The state is the same afterwards; its tables are lent for a while, so
/// that those that did not change need not be copied.
pub(crate) fn gains(
    cloud: Cloud,
    before: State,
    state: &mut State,
    changes: &[Change],
    now: Option<Access>,
) -> Vec<Gain> {
    let of_access = |change: &&Change| access::tables(cloud).any(|table| table.name == change.table.name);
    if !changes.iter().filter(of_access).any(|change| change.weight == Weight::Drift) {
        return Vec::new();
    }
    let changed: Vec<&'static Table> = access::tables(cloud)
        .filter(|table| changes.iter().any(|change| change.table.name == table.name))
        .collect();
    let mut hindsight = diff::hindsight(before, changes);
    swap(&changed, &mut hindsight, state);
    let former = access::of(cloud, state);
    swap(&changed, &mut hindsight, state);
    let now = now.unwrap_or_else(|| access::of(cloud, state));
    let told = |change: &SharedChange| matches!(change.turn, Turn::Gained | Turn::Widened);
    let changes = access::shared(now.gains_since(&former, &access::known(cloud, state)));
    let mut gains: Vec<Gain> = changes.iter().filter(|change| told(change)).map(gain).collect();
    gains.sort_by_key(|gain| std::cmp::Reverse((gain.actions, gain.resources)));
    gains
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
    let first = change.principals.first().map(|who| who.step.to_string());
    let whom = match (first, change.principals.len()) {
        (Some(first), 1) => first,
        (Some(first), many) => format!("{first} and {} more", many - 1),
        (None, _) => String::new(),
    };
    let through = change.grants.first().map(|grant| words(&grant.path)).unwrap_or_default();
    let verb = if change.turn == Turn::Widened { "can do more" } else { "gained access" };
    Gain {
        title: format!("{whom} {verb} through {through}"),
        turn: if change.turn == Turn::Widened { "widened" } else { "gained" },
        principals: change.principals.iter().map(|who| json!(who)).collect(),
        grants: change.grants.iter().map(|grant| json!(grant)).collect(),
        actions: reach.actions,
        resources: reach.resources,
    }
}
