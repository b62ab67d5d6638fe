//! What people call a thing that a finding is about.
//!
//! In: addresses as `ibm/<account>/ibm_users/<iam_id>`. Out: `user ana@example.com`, or the end of the address where
//! the thing is no longer there or has no name.

use std::collections::{BTreeMap, BTreeSet};

use check::RuleSet;
use model::{Finding, Row, State, Table, tables};
use snapshot::{Manifest, SnapshotError};

use crate::{past::Past, render::text::plain};

/// Names by subject.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// Reads the names of all that some findings are about.
    pub(crate) async fn read<'a>(
        past: &Past,
        manifest: &Manifest,
        rules: &RuleSet,
        findings: impl IntoIterator<Item = &'a Finding>,
    ) -> Result<Self, SnapshotError> {
        let subjects: BTreeSet<(&str, Vec<&'static str>)> = findings
            .into_iter()
            .filter_map(|finding| Some((subject_table(finding)?, subject_columns(rules, finding)?)))
            .collect();
        let wanted: Vec<&'static Table> =
            subjects.iter().filter_map(|(name, _)| tables::named(name)).collect();
        let state = history::state(&past.history, manifest, &wanted).await?;
        let mut names = BTreeMap::new();
        for (name, columns) in subjects {
            if let Some(table) = tables::named(name) {
                gather(&mut names, table, &columns, &state, &past.history.account().to_string());
            }
        }
        Ok(Self(names))
    }

    /// Returns what the subject of a finding is called.
    pub(crate) fn of(&self, finding: &Finding) -> String {
        match self.0.get(&finding.subject) {
            Some(name) => name.clone(),
            None => finding.subject.splitn(3, '/').last().unwrap_or(&finding.subject).to_owned(),
        }
    }
}

/// Returns the table in an address.
fn subject_table(finding: &Finding) -> Option<&str> {
    finding.subject.split('/').nth(2)
}

/// Returns the columns that name a subject: as its rule says, or the key where the rule is gone.
fn subject_columns(rules: &RuleSet, finding: &Finding) -> Option<Vec<&'static str>> {
    let of_rule = rules.get(&finding.rule).and_then(|rule| rule.subject.as_ref());
    if let Some(subject) = of_rule {
        return Some(subject.columns.clone());
    }
    let table = tables::named(subject_table(finding)?)?;
    Some(table.key_columns().iter().map(|column| column.name).collect())
}

fn gather(
    names: &mut BTreeMap<String, String>,
    table: &'static Table,
    columns: &[&'static str],
    state: &State,
    account: &str,
) {
    let Some(label) = table.label.and_then(|label| table.position(label)) else { return };
    let positions: Vec<usize> = columns.iter().filter_map(|column| table.position(column)).collect();
    for row in state.rows(table) {
        let Some(name) = row.value(label).as_text().filter(|name| !name.is_empty()) else { continue };
        let address = format!("{account}/{}/{}", table.name, key(row, &positions));
        names.insert(address, format!("{} {}", notify::noun(table), plain(name)));
    }
}

fn key(row: &Row, positions: &[usize]) -> String {
    let values: Vec<String> = positions.iter().map(|position| row.value(*position).to_string()).collect();
    values.join("/")
}
