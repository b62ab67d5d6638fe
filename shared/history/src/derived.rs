//! Tables that no snapshot stores, made of one when a question names them: who holds which grant, and what was found.

use std::cell::OnceCell;

use access::Access;
use check::{Derived, Findings};
use model::{Cloud, Finding, Row, Sighting, State, Table, Timestamp, tables::derived as t};
use snapshot::{History, Manifest, SnapshotError};

use crate::{findings, grants::taken_at, is_among};

/// What derived tables are made of. The graph of access is built when the first of its tables is loaded.
pub(crate) struct Made<'a> {
    cloud: Cloud,
    at: Timestamp,
    state: &'a State,
    access: OnceCell<Access>,
    findings: Findings,
}

impl<'a> Made<'a> {
    /// Takes the state, in which the tables of [`below`] are, and reads the findings if they are asked of.
    pub(crate) async fn of(
        history: &History,
        manifest: &Manifest,
        state: &'a State,
        wanted: &[&'static Table],
    ) -> Result<Self, SnapshotError> {
        let has_findings = is_among(wanted, &t::FINDINGS);
        let findings = if has_findings { findings(history, manifest).await? } else { Findings::default() };
        let (cloud, at) = (manifest.account.cloud(), taken_at(manifest));
        Ok(Self { cloud, at, state, access: OnceCell::new(), findings })
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
            return Box::new(self.findings.findings.values().map(finding_row));
        }
        self.access.get_or_init(|| access::build(self.cloud, self.state, self.at)).grant_rows(table)
    }
}

/// Returns the row of a finding in the table `findings`.
#[must_use]
pub fn finding_row(finding: &Finding) -> Row {
    let number = |seen: &Sighting| i64::try_from(seen.snapshot).unwrap_or(i64::MAX);
    let last = finding.last_seen.as_ref();
    let evidence = serde_json::to_string(&finding.evidence).unwrap_or_default();
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
        .set("evidence", evidence.as_str())
        .row()
}
