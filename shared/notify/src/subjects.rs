//! What people call the subjects of findings: who is paged wants the name, and finds the address in the finding itself.
//!
//! In: addresses, as `ibm/<account>/ibm_users/<iam_id>`. Out: `user ana@example.com`, or the end of the address where no row
//! has it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Finding, Row, State, Table, Value, tables};

use crate::{
    RunReport, drift,
    names::{label, row_of_id, text},
    sentence::noun,
    wire::plain,
};

/// Names of things by the table and the rest of their address.
pub(crate) struct SubjectNames<'a> {
    state: &'a State,
    /// Rows before this snapshot changed them, of the tables that subjects are in.
    former: BTreeMap<(&'static str, String), &'a Row>,
}

impl<'a> SubjectNames<'a> {
    /// Gathers what is needed to name the subjects of findings: rows are looked up by their keys, those that went with this snapshot
    /// among its changes.
    pub(crate) fn new<'f>(report: &RunReport<'a>, findings: impl Iterator<Item = &'f Finding>) -> Self {
        let mut wanted: BTreeMap<&'static str, BTreeSet<&'f str>> = BTreeMap::new();
        for (table, rest) in findings.filter_map(|finding| parse(&finding.subject)) {
            wanted.entry(table.name).or_default().insert(rest);
            if let Some((owner, id, _)) = owner(table, rest) {
                wanted.entry(owner.name).or_default().insert(id);
            }
        }
        let mut former = BTreeMap::new();
        for change in report.changes {
            let (Some(row), Some(wanted)) = (change.row_before(), wanted.get(change.table.name)) else {
                continue;
            };
            // Rules name some principals by what policies call them.
            let other = text(change.table, row, "iam_id").map(str::to_owned);
            for rest in other.into_iter().chain([change.table.key_text(row)]) {
                if wanted.contains(rest.as_str()) {
                    former.insert((change.table.name, rest), row);
                }
            }
        }
        Self { state: report.state, former }
    }

    /// Returns the row that an address leads to, now or before this snapshot.
    fn row(&self, table: &'static Table, rest: &str) -> Option<&'a Row> {
        let now = if table.key == 1 {
            row_of_id(self.state, table, rest)
        } else {
            // Ids may hold what parts an address.
            rest.match_indices('/').find_map(|(end, _)| {
                let owner = Row::pack([Value::Text(rest.get(..end)?)]);
                let mut below = self.state.rows(table).find_below(owner.as_bytes());
                let key = below.find(|row| table.key_text(row) == rest)?.prefix(table.key).to_vec();
                self.state.rows(table).get(table, &key)
            })
        };
        now.or_else(|| self.former.get(&(table.name, rest.to_owned())).copied())
    }

    /// Returns what the subject of a finding is called.
    pub(crate) fn of(&self, finding: &Finding) -> String {
        // Who holds a permission need not stand in a table.
        if let Some(principal) = finding.evidence.text("principal") {
            return plain(&principal, NAME_LIMIT);
        }
        let Some((table, rest)) = parse(&finding.subject) else {
            return Address::place_in(&finding.subject).to_owned();
        };
        match (self.name(table, rest), owner(table, rest)) {
            (Some(name), _) => format!("{} {name}", noun(table)),
            (None, Some((owner, id, part))) => {
                let whose = self.name(owner, id).unwrap_or_else(|| id.to_owned());
                format!("{} {} of {} {whose}", noun(table), self.part(table, part), noun(owner))
            }
            (None, None) => match self.holder(table, rest) {
                Some((of, name)) => format!("{} {rest} of {} {name}", noun(table), noun(of)),
                None => format!("{} {rest}", noun(table)),
            },
        }
    }

    /// Returns whose a thing is that has no name of its own, as an access key.
    fn holder(&self, table: &'static Table, rest: &str) -> Option<(&'static Table, String)> {
        let row = self.row(table, rest).filter(|_| table.label.is_none())?;
        self.principal(table, text(table, row, "user_id")?)
    }

    /// Returns the principal with an id, in the cloud of a table.
    fn principal(&self, table: &Table, id: &str) -> Option<(&'static Table, String)> {
        let cloud = model::Cloud::ALL.into_iter().find(|cloud| table.name.starts_with(cloud.name()))?;
        drift::naming_tables(cloud).find_map(|of| Some((of, self.name(of, id)?)))
    }

    /// Returns what a part of a thing is called: ids of principals by their names.
    fn part(&self, table: &Table, part: &str) -> String {
        let word = |word: &str| self.principal(table, word).map_or_else(|| word.to_owned(), |(_, name)| name);
        let words: Vec<String> = part.split('/').map(word).collect();
        let is_to = ["entity_id", "subject_id"].iter().any(|column| table.position(column).is_some());
        format!("{}{}", if is_to { "to " } else { "" }, words.join(" "))
    }

    fn name(&self, table: &'static Table, rest: &str) -> Option<String> {
        let row = self.row(table, rest)?;
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
    let address = Address::parse(subject)?;
    Some((address.table()?, address.key))
}

/// Returns the table of the thing that a row is part of, the id of the thing, and the rest of the key.
fn owner<'a>(table: &'static Table, rest: &'a str) -> Option<(&'static Table, &'a str, &'a str)> {
    let parent = table.parent.filter(|parent| {
        table.columns.first().is_some_and(|column| column.name == parent.column) && table.key > 1
    })?;
    let (id, part) = rest.split_once('/')?;
    Some((tables::find(parent.table)?, id, part))
}
