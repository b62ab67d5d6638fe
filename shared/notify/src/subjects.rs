//! What people call the subjects of findings: who is paged wants the name, and finds the address in the finding itself.
//!
//! In: addresses, as `ibm/<account>/ibm_users/<iam_id>`. Out: `user ana@example.com`, or the end of the address where no row
//! has it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Finding, Row, Table, tables};

use crate::{
    RunReport,
    names::{label, text},
    sentence::noun,
    wire::plain,
};

/// Names of things by the table and the rest of their address.
pub(crate) struct SubjectNames<'a> {
    rows: BTreeMap<(&'static str, String), &'a Row>,
}

impl<'a> SubjectNames<'a> {
    /// Finds the rows that the subjects of findings are, or are part of: those of this snapshot, and those that went with it.
    pub(crate) fn new<'f>(report: &RunReport<'a>, findings: impl Iterator<Item = &'f Finding>) -> Self {
        let mut wanted: BTreeMap<&'static str, BTreeSet<&'f str>> = BTreeMap::new();
        for (table, rest) in findings.filter_map(|finding| parse(&finding.subject)) {
            wanted.entry(table.name).or_default().insert(rest);
            if let Some((owner, id, _)) = owner(table, rest) {
                wanted.entry(owner.name).or_default().insert(id);
            }
        }
        let mut names = Self { rows: BTreeMap::new() };
        for change in report.changes.iter().filter(|change| wanted.contains_key(change.table.name)) {
            change.row_before().into_iter().for_each(|row| names.keep(change.table, row, &wanted));
        }
        for table in wanted.keys().filter_map(|name| tables::find(name)) {
            report.state.rows(table).iter().for_each(|row| names.keep(table, row, &wanted));
        }
        names
    }

    fn keep(&mut self, table: &'static Table, row: &'a Row, wanted: &BTreeMap<&'static str, BTreeSet<&str>>) {
        let Some(wanted) = wanted.get(table.name) else { return };
        let key: Vec<String> = row.values().take(table.key).map(|value| value.to_string()).collect();
        // Rules name some principals by what policies call them.
        let others = ["iam_id"].into_iter().filter_map(|column| text(table, row, column)).map(str::to_owned);
        for rest in others.chain([key.join("/")]).filter(|rest| wanted.contains(rest.as_str())) {
            self.rows.insert((table.name, rest), row);
        }
    }

    /// Returns what the subject of a finding is called.
    pub(crate) fn of(&self, finding: &Finding) -> String {
        // Who holds a permission need not stand in a table.
        if let Some(principal) = finding.evidence.text("principal") {
            return plain(&principal, NAME_LIMIT);
        }
        let Some((table, rest)) = parse(&finding.subject) else {
            return finding.subject.splitn(3, '/').last().unwrap_or_default().to_owned();
        };
        match (self.name(table, rest), owner(table, rest)) {
            (Some(name), _) => format!("{} {name}", noun(table)),
            (None, Some((owner, id, part))) => {
                let whose = self.name(owner, id).unwrap_or_else(|| id.to_owned());
                format!("{} {part} of {} {whose}", noun(table), noun(owner))
            }
            (None, None) => format!("{} {rest}", noun(table)),
        }
    }

    fn name(&self, table: &'static Table, rest: &str) -> Option<String> {
        let row = self.rows.get(&(table.name, rest.to_owned()))?;
        let name = label(table, row).map(|name| plain(name, NAME_LIMIT));
        // Policies have no name: they are known by their description.
        let described = text(table, row, "description").filter(|_| table.label.is_none());
        name.or_else(|| described.map(|text| format!("'{}' ({rest})", plain(text, NAME_LIMIT))))
    }
}

/// Longest name in a title.
const NAME_LIMIT: usize = 80;

/// Returns the table of an address, and what in it is the key.
fn parse(subject: &str) -> Option<(&'static Table, &str)> {
    let (table, rest) = subject.splitn(3, '/').nth(2)?.split_once('/')?;
    Some((tables::find(table)?, rest))
}

/// Returns the table of the thing that a row is part of, the id of the thing, and the rest of the key.
fn owner<'a>(table: &'static Table, rest: &'a str) -> Option<(&'static Table, &'a str, &'a str)> {
    let parent = table.parent.filter(|parent| {
        table.columns.first().is_some_and(|column| column.name == parent.column) && table.key > 1
    })?;
    let (id, part) = rest.split_once('/')?;
    Some((tables::find(parent.table)?, id, part))
}
