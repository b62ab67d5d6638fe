//! What a principal holds in a snapshot, through what, and since when each grant is as it is.
//!
//! A grant is followed back from snapshot to snapshot while it stands there in the same words: the same way, actions, resources and conditions.
//! Only where a table of access differs is there anything to look at, and only so often: beyond that it is held at least as long.

use std::collections::{BTreeMap, BTreeSet};

use access::Access;
use model::{Row, Table, tables::derived as t};
use serde_json::{Value, json};
use snapshot::{History, Manifest, SnapshotError};

/// Most graphs of access that are looked at for one question.
const MOST_GRAPHS: usize = 8;
/// Most snapshots that are looked back.
const MOST_BACK: u64 = 500;

/// A grant as it is told, and as it is compared.
struct HeldGrant {
    told: Value,
    /// All that decides on it, without the names of resources.
    words: String,
}

/// Returns what somebody holds in a snapshot, and since which one; none for what is no principal, with what could not be seen.
pub(super) async fn holdings(
    history: &History,
    manifest: &Manifest,
    ids: &[String],
) -> Result<Option<(Vec<Value>, Vec<String>)>, SnapshotError> {
    let access = history::build_access(history, manifest).await?;
    let Some(id) = ids.iter().find(|id| access.principal_with(id).is_some()) else { return Ok(None) };
    let mut grants = grants_of(&access, id);
    let since = held_since(history, manifest, id, &grants).await?;
    for (grant, since) in grants.iter_mut().zip(since) {
        if let Some(members) = grant.told.as_object_mut() {
            members.insert("since".to_owned(), since);
        }
    }
    Ok(Some((grants.into_iter().map(|grant| grant.told).collect(), access.unseen().to_vec())))
}

/// Follows grants back: each with the first snapshot from which on it stands in the same words, and whether it may be older.
async fn held_since(
    history: &History,
    newest: &Manifest,
    id: &str,
    grants: &[HeldGrant],
) -> Result<Vec<Value>, SnapshotError> {
    let told = |since: &Manifest, at_least: bool| json!({ "snapshot": since.number, "at": since.finished_at, "at_least": at_least });
    let mut found: Vec<Option<Value>> = grants.iter().map(|_| None).collect();
    let mut since = newest.clone();
    let mut graphs = 0;
    let first = history.begins_at().await?.max(newest.number.saturating_sub(MOST_BACK));
    for number in (first..newest.number).rev() {
        if found.iter().all(Option::is_some) {
            break;
        }
        let earlier = match history.shared_manifest(number).await {
            Ok(earlier) => earlier,
            // What cannot be read ends what is known.
            Err(error) if error.is_damage() || matches!(error, SnapshotError::NoSuchSnapshot { .. }) => break,
            Err(error) => return Err(error),
        };
        if has_same_access(&earlier, &since) {
            since = Manifest::clone(&earlier);
            continue;
        }
        graphs += 1;
        if graphs > MOST_GRAPHS {
            break;
        }
        let access = match history::build_access(history, &earlier).await {
            Ok(access) => access,
            Err(error) if error.is_damage() => break,
            Err(error) => return Err(error),
        };
        let held: BTreeSet<String> = grants_of(&access, id).into_iter().map(|grant| grant.words).collect();
        // Where not all could be seen, it may have been held unseen.
        let is_blind = !access.unseen().is_empty();
        for (grant, found) in grants.iter().zip(&mut found) {
            if found.is_none() && !held.contains(&grant.words) {
                *found = Some(told(&since, is_blind));
            }
        }
        since = Manifest::clone(&earlier);
    }
    Ok(found.into_iter().map(|found| found.unwrap_or_else(|| told(&since, true))).collect())
}

/// Returns whether two snapshots hold the same rows of every table that access follows from.
fn has_same_access(one: &Manifest, other: &Manifest) -> bool {
    let entry = |manifest: &Manifest, table: &Table| {
        manifest.tables.get(table.name).map(|entry| (entry.hash.clone(), entry.shape.clone()))
    };
    history::access_tables(one.account.cloud()).all(|table| entry(one, table) == entry(other, table))
}

/// Returns the grants that somebody holds, in the order of statements.
fn grants_of(access: &Access, id: &str) -> Vec<HeldGrant> {
    let Some(principal) = access.principal_with(id) else { return Vec::new() };
    let text = |table: &'static Table, row: &Row, column: &str| table.text(row, column).map(str::to_owned);
    let number = |table: &'static Table, row: &Row| {
        table.position("statement_id").map_or(-1, |position| row.value(position).as_integer().unwrap_or(-1))
    };
    let mut held: Vec<(i64, Option<String>, Option<String>)> = Vec::new();
    for row in access.grant_rows_of(principal, &t::GRANT_HOLDERS) {
        let (through, condition) =
            (text(&t::GRANT_HOLDERS, &row, "through"), text(&t::GRANT_HOLDERS, &row, "holder_condition"));
        held.push((number(&t::GRANT_HOLDERS, &row), through, condition));
    }
    let gather = |table: &'static Table, column: &str| {
        let mut found: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for row in access.grant_rows_of(principal, table) {
            found.entry(number(table, &row)).or_default().extend(text(table, &row, column));
        }
        found
    };
    let (actions, resources, patterns) = (
        gather(&t::GRANT_ACTIONS, "action"),
        gather(&t::GRANT_RESOURCES, "resource_words"),
        gather(&t::GRANT_RESOURCES, "resource"),
    );
    let statements: BTreeMap<i64, Row> = access
        .grant_rows_of(principal, &t::GRANT_STATEMENTS)
        .map(|row| (number(&t::GRANT_STATEMENTS, &row), row))
        .collect();
    let sorted = |of: &BTreeMap<i64, Vec<String>>, number: i64| -> BTreeSet<String> {
        of.get(&number).into_iter().flatten().cloned().collect()
    };
    let grant = |(number, through, holder_condition): (i64, Option<String>, Option<String>)| {
        let row = statements.get(&number)?;
        let of = |column: &str| text(&t::GRANT_STATEMENTS, row, column);
        let told = json!({
            "through": through,
            "steps": of("steps"),
            "effect": of("effect"),
            "actions": actions.get(&number),
            "but_actions": of("but_actions"),
            "resources": resources.get(&number),
            "but_resources": of("but_resources"),
            "condition": of("statement_condition"),
            "holder_condition": holder_condition,
        });
        let mut decisive = told.clone();
        if let Some(members) = decisive.as_object_mut() {
            members.insert("actions".to_owned(), json!(sorted(&actions, number)));
            members.insert("resources".to_owned(), json!(sorted(&patterns, number)));
        }
        Some(HeldGrant { told, words: decisive.to_string() })
    };
    held.into_iter().filter_map(grant).collect()
}
