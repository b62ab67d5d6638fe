//! Tables that no snapshot stores, made of one when a question names them: who holds which grant, and what was found.

use std::{cell::OnceCell, sync::Arc};

use access::Access;
use check::Derived;
use model::{
    Author, Change, Cloud, Finding, Row, Rows, Sighting, State, Table, Type, Value, tables::derived as t,
};
use snapshot::{History, Manifest, SnapshotError, Timeline};

use crate::{drift, finding_rows, grants::shared_access, is_among};

/// What derived tables are made of. The graph of access is built when the first of its tables is loaded.
pub(crate) struct Made<'a> {
    history: &'a History,
    manifest: &'a Manifest,
    state: &'a State,
    access: OnceCell<Arc<Access>>,
    findings: Rows,
    drift: Vec<Change>,
    snapshots: Timeline,
}

impl<'a> Made<'a> {
    /// Takes the state, in which the tables that [`source_tables`] names are, and reads the findings if they are asked of.
    pub(crate) async fn of(
        history: &'a History,
        manifest: &'a Manifest,
        state: &'a State,
        wanted: &[&'static Table],
    ) -> Result<Self, SnapshotError> {
        let has_findings = is_among(wanted, &t::FINDINGS);
        let findings = if has_findings { finding_rows(history, manifest).await? } else { Rows::default() };
        let drift = match manifest.number.checked_sub(1) {
            Some(former @ 1..) if is_among(wanted, &t::DRIFT) => {
                let former = match history.manifest(former).await {
                    Ok(former) => former,
                    // What differs from a snapshot that was pruned nobody can say: that is not nothing.
                    Err(error) => return Err(history.explain_absence(error).await),
                };
                drift(history, &former, manifest).await?
            }
            _ => Vec::new(),
        };
        let has_snapshots = is_among(wanted, &t::SNAPSHOTS);
        let snapshots =
            if has_snapshots { history.timeline(manifest.number).await? } else { Timeline::default() };
        Ok(Self { history, manifest, state, access: OnceCell::new(), findings, drift, snapshots })
    }
}

/// Returns the stored tables that derived ones are made of, with those that are stored themselves.
pub(crate) fn source_tables(cloud: Cloud, wanted: &[&'static Table]) -> Vec<&'static Table> {
    let (derived, mut stored): (Vec<&Table>, Vec<&Table>) =
        wanted.iter().copied().partition(|table| t::is_derived(table));
    if derived.iter().any(|table| t::is_of_access(table)) {
        for table in access::tables(cloud) {
            if !is_among(&stored, table) {
                stored.push(table);
            }
        }
    }
    stored
}

impl Derived for Made<'_> {
    fn rows<'a>(&'a self, table: &'static Table) -> Box<dyn Iterator<Item = Row> + 'a> {
        if table.name == t::FINDINGS.name {
            return Box::new(self.findings.iter().cloned());
        }
        if table.name == t::DRIFT.name {
            return Box::new(self.drift.iter().flat_map(drift_rows));
        }
        if table.name == t::SNAPSHOTS.name {
            return Box::new(self.snapshots.manifests.iter().map(snapshot));
        }
        let build = || shared_access(self.history, self.manifest, self.state);
        self.access.get_or_init(build).grant_rows(table)
    }
}

/// Returns the row of a finding in the table `findings`.
#[must_use]
pub fn finding_row(finding: &Finding) -> Row {
    let number = |seen: &Sighting| i64::try_from(seen.snapshot).unwrap_or(i64::MAX);
    let last = finding.last_seen.as_ref();
    t::FINDINGS
        .draft()
        .set("id", finding.fingerprint.as_str())
        .set("rule", finding.rule.as_str())
        .set("severity", finding.severity.name())
        .set("title", finding.title.as_str())
        .set("subject", finding.subject.as_str())
        .set("state", finding.state.name())
        .set("since", finding.first_seen.at.as_str())
        .set("since_snapshot", number(&finding.first_seen))
        .set("last_seen", last.map(|seen| seen.at.as_str()))
        .set("last_seen_snapshot", last.map(number))
        .set("is_baseline", finding.baseline)
        .set("suppression", finding.suppression.as_deref())
        .set("doubt", finding.doubt.as_deref())
        .set("implied_by", finding.implied_by.as_deref())
        .set("evidence", finding.evidence.as_json())
        .row()
}

/// Makes the rows of one change: one for each column that differs, or one for a row that came or went.
fn drift_rows(change: &Change) -> Vec<Row> {
    let table = change.table;
    let (before, after) = (change.row_before(), change.row_after());
    let Some(row) = after.or(before) else { return Vec::new() };
    let key: Vec<String> = row.values().take(table.key).map(|value| value.to_string()).collect();
    let by = match (before, after) {
        (None, Some(row)) => table.author(row, Author::Creator),
        (Some(_), Some(row)) => table.author(row, Author::Editor),
        _ => None,
    };
    let key = key.join("/");
    let draft = |column: &str, before: Option<String>, after: Option<String>| {
        t::DRIFT
            .draft()
            .set("table_name", table.name)
            .set("row_key", key.as_str())
            .set("column_name", column)
            .set("change", change.verb())
            .set("before", before.as_deref())
            .set("after", after.as_deref())
            .set("by", by)
            .row()
    };
    let (Some(before), Some(after)) = (before, after) else {
        return vec![draft("", before.map(|row| whole(table, row)), after.map(|row| whole(table, row)))];
    };
    let text = |value: Value<'_>| (!value.is_null()).then(|| value.to_string());
    let cells = table.columns.iter().zip(before.values().zip(after.values()));
    let differing = cells.filter(|(_, (before, after))| before != after);
    differing.map(|(column, (before, after))| draft(column.name, text(before), text(after))).collect()
}

/// Writes a row as JSON, without its nulls and the document, which may hold anything.
fn whole(table: &Table, row: &Row) -> String {
    let cells = table.columns.iter().zip(row.values());
    let known = cells.filter(|(column, value)| column.kind != Type::Document && !value.is_null());
    let members: serde_json::Map<String, serde_json::Value> =
        known.map(|(column, value)| (column.name.to_owned(), serde_json::json!(value))).collect();
    serde_json::Value::Object(members).to_string()
}

fn snapshot(manifest: &Manifest) -> Row {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let drifted = |verb: &str| number(manifest.changes.get(verb).copied().unwrap_or_default());
    let rows = manifest.tables.values().map(|table| table.rows).sum();
    t::SNAPSHOTS
        .draft()
        .set("number", number(manifest.number))
        .set("started_at", manifest.started_at.as_str())
        .set("taken_at", manifest.finished_at.as_str())
        .set("tool", manifest.tool.as_str())
        .set("rows", number(rows))
        .set("lists", number(manifest.coverage.lists))
        .set("incomplete", number(manifest.coverage.incomplete))
        .set("rows_added", drifted("added"))
        .set("rows_removed", drifted("removed"))
        .set("rows_changed", drifted("changed"))
        .set("rows_replaced", drifted("replaced"))
        .set("open_findings", number(manifest.findings.as_ref().map_or(0, |findings| findings.open)))
        .set("is_judged", manifest.unjudged.is_none())
        .row()
}
