//! What is stored in bad weather: each row as it is, or as it was stored before; and as it is where the list was whole.

use std::collections::{BTreeMap, BTreeSet};

use model::{Table, tables};

use crate::truth::{Cells, Truth};

/// The state that was stored last.
#[derive(Debug, Default)]
pub struct StateCheck {
    former: Truth,
}

impl StateCheck {
    /// Takes the next state, and returns what in it is neither so nor was stored before.
    ///
    /// A run in a hurry may leave lists unread that nobody spoilt: what could be seen is what its own coverage says.
    pub fn follow(&mut self, seen: Truth, truth: &Truth) -> Vec<String> {
        let mut wrong = Vec::new();
        let none = BTreeMap::new();
        for (name, real) in &truth.tables {
            let Some(table) = tables::find(name) else { continue };
            let stored = seen.tables.get(name).unwrap_or(&none);
            let former = self.former.tables.get(name).unwrap_or(&none);
            if is_whole(table, &seen) {
                if stored != real {
                    wrong.push(format!(
                        "stored: {name} is told to be whole, and is not: {}",
                        first(stored, real)
                    ));
                }
                continue;
            }
            let keys: BTreeSet<&String> = stored.keys().chain(real.keys()).chain(former.keys()).collect();
            for key in keys {
                let rows = [stored.get(key), real.get(key), former.get(key)];
                if let Some(what) = compare(rows) {
                    wrong.push(format!("stored: {name} {key} {what}"));
                }
            }
        }
        if seen.incomplete.is_empty() && seen.is_judged {
            let unknown = seen
                .unknown
                .iter()
                .filter(|(key, _)| !truth.unknown.contains_key(*key))
                .map(|(_, finding)| finding);
            wrong.extend(unknown.map(|finding| {
                format!("stored: {} of {} is unknown, and all could be seen", finding.rule, finding.subject)
            }));
        }
        self.former = seen;
        wrong
    }
}

/// Says whether every list that a table hangs on was read to its end.
fn is_whole(table: &Table, seen: &Truth) -> bool {
    let mut above = Some(table);
    while let Some(each) = above {
        if seen.incomplete.contains_key(each.listing) {
            return false;
        }
        above = each.parent.and_then(|parent| tables::find(parent.table));
    }
    // Which lists another one is held against is the collector's affair.
    seen.incomplete.is_empty() || table.parent.is_none()
}

fn compare([stored, real, former]: [Option<&Cells>; 3]) -> Option<String> {
    match (stored, real, former) {
        (Some(stored), real, former) => {
            let differs = stored.iter().find(|(name, value)| {
                let is_of = |row: Option<&Cells>| row.is_some_and(|row| row.get(*name) == Some(value));
                !is_of(real) && !is_of(former)
            });
            differs.map(|(name, value)| format!("{name} is stored as {value}, which it neither is nor was"))
        }
        (None, Some(_), Some(_)) => Some("is there, was stored, and is no longer".to_owned()),
        (None, _, _) => None,
    }
}

fn first(stored: &BTreeMap<String, Cells>, real: &BTreeMap<String, Cells>) -> String {
    let keys: BTreeSet<&String> = stored.keys().chain(real.keys()).collect();
    let different = keys.into_iter().find(|key| stored.get(*key) != real.get(*key));
    let Some(key) = different else { return String::new() };
    match (stored.get(key), real.get(key)) {
        (None, _) => format!("{key} is missing"),
        (_, None) => format!("{key} is gone"),
        (Some(stored), Some(real)) => {
            let names: BTreeSet<&String> = stored.keys().chain(real.keys()).collect();
            let different: Vec<&String> =
                names.into_iter().filter(|name| stored.get(*name) != real.get(*name)).collect();
            format!("{key} differs in {different:?}")
        }
    }
}
