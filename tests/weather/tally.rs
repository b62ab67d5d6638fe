//! The books: what was told so far, held against what is so.
//!
//! The normal form of *what was told* is an account: the one of the first snapshot, on which every statement is carried
//! out in its order. Each statement must be true at the time of its snapshot, and must follow from what was told before:
//! nothing is added that was told to be there, nothing changes from a value that was not told. Statements that were late
//! may have come together, and what came and went unseen is not told at all; both give the same account. When the weather
//! is calm again, the account that was told is the one that is.

use std::collections::{BTreeMap, BTreeSet};

use access::{ToldChange, Turn};
use model::{Event, Finding, Table, tables};
use serde_json::Value;

use crate::truth::{Cells, Truth, is_told, key_of};

/// What was told of an account.
#[derive(Debug, Default)]
pub struct Tally {
    pub(crate) rows: BTreeMap<(&'static str, String), Cells>,
    /// Evidence of open findings, by fingerprint, with rule and subject.
    findings: BTreeMap<String, (String, Value)>,
    /// By listing of the whole account: in which snapshots it was told to be lost (`true`) or regained. Of two runs at once the later may tell first.
    coverage: BTreeMap<String, Vec<(u64, bool)>>,
    /// How often the same gain was told.
    pub gains: BTreeMap<String, u64>,
    /// Who gained access, with the title of the first event that told it.
    pub gainers: BTreeMap<String, String>,
    /// Who lost access, with the title of what was first stored of it.
    pub losers: BTreeMap<String, String>,
    pub events: u64,
    /// Events that were cut, so that not all that they tell can be read.
    pub cut: u64,
    wrong: Vec<String>,
}

impl Tally {
    /// Begins with what the first snapshot has.
    pub fn of(first: &Truth) -> Self {
        let mut tally = Self::default();
        tally.believe(first);
        let told = first.open.iter().filter(|(_, finding)| !finding.untold);
        tally.findings = told.map(|(key, finding)| (key.clone(), said(finding))).collect();
        tally
    }

    fn believe(&mut self, truth: &Truth) {
        self.rows = told_tables(truth)
            .flat_map(|(table, rows)| {
                rows.iter().map(|(key, cells)| ((table.name, key.clone()), cells.clone()))
            })
            .collect();
    }

    /// Returns what was found to be wrong, and forgets it.
    pub fn take_wrong(&mut self) -> Vec<String> {
        std::mem::take(&mut self.wrong)
    }

    fn wrong(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// Books an event that tells of a time at which `truth` was so, and these had gained access.
    pub fn book(
        &mut self,
        event: &Event,
        truth: &Truth,
        is_struck: bool,
        gainers: Option<&BTreeMap<String, String>>,
    ) {
        self.events += 1;
        let name = event.kind.trim_start_matches("dev.iamwatch.").trim_end_matches(".v1");
        match name.split_once('.') {
            Some(("drift", _)) if event.data["truncated"] != 0 => {
                self.cut += 1;
                self.believe(truth);
            }
            Some(("drift", verb)) => self.drift(verb, event, truth),
            Some(("finding", move_)) => self.finding(move_, event, truth, is_struck),
            Some(("access", _)) => self.gain(event, gainers),
            Some(("coverage", word)) => self.coverage(word, event, is_struck),
            Some(("baseline", _)) if event.data["is_first"] == true => {}
            _ => self.wrong(format!("{name}: {}", event.data["title"])),
        }
    }

    fn drift(&mut self, verb: &str, event: &Event, truth: &Truth) {
        let data = &event.data;
        let Some(table) = data["thing"]["table"].as_str().and_then(tables::find) else { return };
        let key = data["thing"]["key"].as_object().map(|key| key_of(table, key)).unwrap_or_default();
        let columns = data["columns"].as_array().map(Vec::as_slice).unwrap_or_default();
        match verb {
            "added" => self.added(table, &data["row"], truth),
            "removed" => self.removed(table, &data["row"], truth),
            "replaced" => {
                let former = data["former_key"].as_object().map(|key| key_of(table, key)).unwrap_or_default();
                self.changed(table, &former, &key, columns, truth);
            }
            _ if columns.is_empty() => {}
            _ => self.changed(table, &key, &key, columns, truth),
        }
        for part in data["parts"].as_array().into_iter().flatten() {
            self.part(part, truth);
        }
    }

    fn part(&mut self, part: &Value, truth: &Truth) {
        let Some(table) = part["table"].as_str().and_then(tables::find) else { return };
        match part["change"].as_str() {
            Some("added") => self.added(table, &part["row"], truth),
            Some("removed") => self.removed(table, &part["row"], truth),
            _ => {
                let Some(row) = part["row"].as_object() else { return };
                let columns = part["columns"].as_array().map(Vec::as_slice).unwrap_or_default();
                let mut former = row.clone();
                for column in columns {
                    if let Some(name) = column["name"].as_str() {
                        former.insert(name.to_owned(), column["before"].clone());
                    }
                }
                self.changed(table, &key_of(table, &former), &key_of(table, row), columns, truth);
            }
        }
    }

    fn added(&mut self, table: &'static Table, row: &Value, truth: &Truth) {
        let Some(row) = row.as_object() else { return };
        let key = key_of(table, row);
        let place = format!("{} {key}", table.name);
        let Some(real) = truth.row(table.name, &key) else {
            return self.wrong(format!("false: added {place}, which is not there"));
        };
        let mut shown = real.clone();
        shown.retain(|name, _| !is_document(table, name));
        // A cell that could not be read is left out, and says nothing.
        if row.iter().any(|(name, value)| shown.get(name) != Some(value)) {
            self.wrong(format!("false: added {place} as {}", difference(&shown, row)));
        }
        if self.rows.insert((table.name, key), real.clone()).is_some() {
            self.wrong(format!("twice: added {place}"));
        }
    }

    fn removed(&mut self, table: &'static Table, row: &Value, truth: &Truth) {
        let Some(row) = row.as_object() else { return };
        let key = key_of(table, row);
        let place = format!("{} {key}", table.name);
        if truth.row(table.name, &key).is_some() {
            self.wrong(format!("false: removed {place}, which is there"));
        }
        if self.rows.remove(&(table.name, key)).is_none() {
            self.wrong(format!("twice: removed {place}, which was not told to be there"));
        }
    }

    fn changed(&mut self, table: &'static Table, former: &str, key: &str, columns: &[Value], truth: &Truth) {
        let place = format!("{} {key}", table.name);
        let Some(real) = truth.row(table.name, key) else {
            return self.wrong(format!("false: changed {place}, which is not there"));
        };
        let Some(mut told) = self.rows.remove(&(table.name, former.to_owned())) else {
            self.rows.insert((table.name, key.to_owned()), real.clone());
            return self.wrong(format!("twice: changed {place}, which was not told to be there"));
        };
        for column in columns {
            let Some(name) = column["name"].as_str() else { continue };
            let (was, is) = (told.get(name).cloned(), real.get(name).cloned());
            if is_document(table, name) {
                let (expected, said) = (members(was.as_ref(), is.as_ref()), column["members"].clone());
                if said != serde_json::json!(expected) {
                    self.wrong(format!(
                        "false: changed {place} in its document: {said}, it was {expected:?}"
                    ));
                }
            } else {
                let null = Value::Null;
                let (before, after) = (&column["before"], &column["after"]);
                if after != is.as_ref().unwrap_or(&null) {
                    self.wrong(format!("false: changed {place} {name} to {after}, it is {is:?}"));
                }
                if !moves(table, name) && before != was.as_ref().unwrap_or(&null) {
                    self.wrong(format!(
                        "twice: changed {place} {name} from {before}, it was told to be {was:?}"
                    ));
                }
            }
            match is {
                Some(is) => told.insert(name.to_owned(), is),
                None => told.remove(name),
            };
        }
        self.rows.insert((table.name, key.to_owned()), told);
    }

    fn finding(&mut self, move_: &str, event: &Event, truth: &Truth, is_struck: bool) {
        let finding = &event.data["finding"];
        let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
        let (key, subject) = (text("fingerprint"), text("subject"));
        let place = format!("{} of {subject}", text("rule"));
        let open = truth.open.get(&key);
        let evidence = finding["evidence"].clone();
        let former = self.findings.get(&key).map(|(_, evidence)| evidence);
        let doubtful = event.data["doubt"].is_string().then_some(former);
        match move_ {
            "opened" | "reopened" | "changed" => {
                match open {
                    // What was told to be open, and is told to be another without all that it hangs on being seen, says so.
                    None if move_ == "changed" && doubtful.is_some() => {}
                    None => self.wrong(format!("false: finding {move_}: {place}, which is not so")),
                    Some(open) if !is_part_of(&evidence, &said(open).1, is_struck, doubtful) => {
                        self.wrong(format!(
                            "false: finding {move_}: {place} with {evidence}, it is {}",
                            said(open).1
                        ));
                    }
                    Some(_) => {}
                }
                let former = self.findings.insert(key, (place.clone(), evidence.clone()));
                if former.is_some() != (move_ == "changed") {
                    self.wrong(format!("twice: finding {move_}: {place}"));
                } else if former.is_some_and(|former| former.1 == evidence) {
                    self.wrong(format!("false: finding changed: {place}, but it did not"));
                }
            }
            "closed" => {
                let state = text("state");
                if open.is_some() {
                    self.wrong(format!("false: finding closed as {state}: {place}, which is still so"));
                }
                let below = subject.splitn(3, '/').nth(2).unwrap_or_default();
                let is_there = truth.has(below);
                if is_there.is_some_and(|is_there| is_there != (state == "fixed")) && state != "rule-changed"
                {
                    self.wrong(format!("false: finding closed as {state}: {place}, there: {is_there:?}"));
                }
                if self.findings.remove(&key).is_none() {
                    self.wrong(format!(
                        "twice: finding closed as {state}: {place}, which was not told to be open"
                    ));
                }
            }
            // What a rule itself doubts it doubts in any weather.
            "unknown" if !is_struck && doubtful.is_none() => {
                self.wrong(format!("false: finding unknown in calm weather: {place}"))
            }
            "unknown" => {}
            _ => self.wrong(format!("false: finding {move_}: {place}")),
        }
    }

    fn gain(&mut self, event: &Event, real: Option<&BTreeMap<String, String>>) {
        let data = &event.data;
        let title = data["title"].to_string();
        let principals = data["principals"].as_array().into_iter().flatten();
        // That somebody gained what a group got who may have left it in the same run, or what a policy gives that may be gone, is told under
        // that very condition.
        let grants = data["grants"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_conditional = |grant: &Value| {
            let condition = grant["condition"].as_str().unwrap_or_default();
            ["still a member of", "still given by", "still assigned in"]
                .iter()
                .any(|part| condition.contains(part))
        };
        let is_of = |grant: &Value, id: &str| {
            let only = grant["only"].as_array();
            only.is_none_or(|only| only.iter().any(|step| step["id"] == id))
        };
        let is_in_doubt = |id: &str| {
            let mut own = grants.iter().filter(|grant| is_of(grant, id)).peekable();
            own.peek().is_some() && own.all(is_conditional)
        };
        for id in principals.filter_map(|each| each["id"].as_str()) {
            if real.is_some_and(|real| !real.contains_key(id)) && !is_in_doubt(id) {
                self.wrong(format!("false: access gained by {id}, who gained nothing: {title}"));
            }
            self.gainers.entry(id.to_owned()).or_insert_with(|| title.clone());
        }
        *self.gains.entry(format!("{title} {}", data["grants"])).or_default() += 1;
    }

    /// Books what a run stored of access, when these had lost some.
    pub fn losses(&mut self, stored: &[ToldChange], real: Option<&BTreeMap<String, String>>) {
        for change in stored.iter().filter(|change| matches!(change.turn, Turn::Lost | Turn::Narrowed)) {
            for who in &change.principals {
                if real.is_some_and(|real| !real.contains_key(&who.id)) {
                    self.wrong(format!(
                        "false: access lost by {}, who lost nothing: {}",
                        who.id, change.title
                    ));
                }
                self.losers.entry(who.id.clone()).or_insert_with(|| change.title.clone());
            }
        }
    }

    /// Says of those who can do less than at first, and of whom that was stored in calm weather, if it was not stored.
    pub fn must_have_lost<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a str>,
        calm: &BTreeMap<String, String>,
    ) {
        // Whoever lost the last key while nobody could see whether there is a password too is not told to have lost what it gave: that the key
        // went is.
        let is_of_credentials = |title: &&String| title.contains("has no credential that works");
        for id in ids.filter(|id| !self.losers.contains_key(*id)) {
            if let Some(title) = calm.get(id).filter(|title| !is_of_credentials(title)) {
                self.wrong.push(format!("lost: access lost by {id} was never stored: {title}"));
            }
        }
    }

    /// Says of those who can do more than at first, and of whom that was told in calm weather, if it was not told.
    pub fn must_have_gained<'a>(
        &mut self,
        ids: impl Iterator<Item = &'a str>,
        calm: &BTreeMap<String, String>,
    ) {
        for id in ids.filter(|id| !self.gainers.contains_key(*id)) {
            if let Some(title) = calm.get(id) {
                self.wrong.push(format!("lost: access gained by {id} was never told: {title}"));
            }
        }
    }

    fn coverage(&mut self, word: &str, event: &Event, is_struck: bool) {
        let listing = event.subject.clone();
        let is_whole = event.data["sample"].as_array().into_iter().flatten().any(|row| row["parent"] == "");
        if word == "lost" && !is_struck {
            self.wrong(format!("false: coverage lost in calm weather: {}", event.data["title"]));
        }
        if is_whole {
            let number = event.snapshotid.parse().unwrap_or_default();
            self.coverage.entry(listing).or_default().push((number, word == "lost"));
        }
    }

    /// Says which listings were told twice in a row to be lost or regained, and which to be lost and never again.
    fn untold_coverage(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (listing, told) in &self.coverage {
            let mut told = told.clone();
            told.sort_by_key(|(number, _)| *number);
            let mut was_lost = false;
            for (_, is_lost) in told {
                if is_lost == was_lost {
                    let word = if is_lost { "lost" } else { "regained" };
                    wrong.push(format!("twice: coverage {word}: {listing}"));
                }
                was_lost = is_lost;
            }
            if was_lost {
                wrong.push(format!("lost: coverage of {listing} never told as regained"));
            }
        }
        wrong
    }

    /// Takes over which gains are known, to be held against itself.
    pub fn with_gains_of(self, other: &Self) -> Self {
        Self { gains: other.gains.clone(), ..self }
    }

    /// Says what was not told, and what was told and is not so, when everything could be seen.
    pub fn close(&mut self, truth: &Truth, shadow: &Self) {
        let mut untold: Vec<String> = Vec::new();
        for (table, rows) in told_tables(truth) {
            for (key, cells) in rows {
                let place = format!("{} {key}", table.name);
                match self.rows.get(&(table.name, key.clone())) {
                    None => untold.push(format!("lost: {place} is there, and that was never told")),
                    Some(told) => {
                        let names = cells.keys().chain(told.keys()).collect::<BTreeSet<_>>();
                        let differs = |name: &&&String| told.get(**name) != cells.get(**name);
                        untold.extend(names.iter().filter(differs).filter(|name| !moves(table, name)).map(
                            |name| {
                                let (is, was) = (shown(cells.get(*name)), shown(told.get(*name)));
                                format!("lost: {place} {name} is {is}, and was told to be {was}")
                            },
                        ));
                    }
                }
            }
        }
        let gone = self.rows.keys().filter(|(table, key)| truth.row(table, key).is_none());
        untold
            .extend(gone.map(|(table, key)| format!("lost: {table} {key} is gone, and that was never told")));
        untold.append(&mut self.untold_findings(truth));
        untold.append(&mut self.untold_coverage());
        let more =
            self.gains.iter().filter(|(gain, count)| **count > shadow.gains.get(*gain).copied().unwrap_or(1));
        untold.extend(more.map(|(gain, count)| format!("twice: {count} times: {gain}")));
        self.wrong.append(&mut untold);
    }
}

impl Tally {
    /// Says which findings hold or are over without a word. One that another implies may be told or not: it depends on which
    /// came first, and both are as good.
    fn untold_findings(&self, truth: &Truth) -> Vec<String> {
        let mut untold = Vec::new();
        for (key, finding) in truth.open.iter().filter(|(_, finding)| finding.implied_by.is_none()) {
            let (place, evidence) = said(finding);
            match self.findings.get(key) {
                None => untold.push(format!("lost: finding {place} is open, and that was never told")),
                Some((_, told)) if *told != evidence => {
                    untold.push(format!("lost: finding {place} has {evidence}, it was told to have {told}"));
                }
                Some(_) => {}
            }
        }
        let is_over = |key: &String| !truth.open.contains_key(key) && !truth.unknown.contains_key(key);
        let over = self.findings.iter().filter(|(key, _)| is_over(key));
        untold.extend(
            over.map(|(_, (place, _))| format!("lost: finding {place} is over, and that was never told")),
        );
        untold
    }
}

fn told_tables(truth: &Truth) -> impl Iterator<Item = (&'static Table, &BTreeMap<String, Cells>)> {
    let named = truth.tables.iter().filter_map(|(name, rows)| Some((tables::find(name)?, rows)));
    named.filter(|(table, _)| is_told(table))
}

fn said(finding: &Finding) -> (String, Value) {
    (format!("{} of {}", finding.rule, finding.subject), serde_json::json!(finding.evidence))
}

/// Says whether evidence holds nothing but what is so. In bad weather the name of something in a list that could not be
/// read is left out, as null; what is told in doubt may still be what it was, and count things of before and of now.
fn is_part_of(evidence: &Value, truth: &Value, is_struck: bool, doubtful: Option<Option<&Value>>) -> bool {
    let cells = evidence.as_object().into_iter().flatten();
    let is_left_out = |name: &String, cell: &Value| is_struck && cell.is_null() && name.ends_with("name");
    let is_in_doubt = |name: &String, cell: &Value| match doubtful {
        Some(Some(former)) => former[name] == *cell || cell.is_number(),
        Some(None) => true,
        None => false,
    };
    let is_so = |name: &String, cell: &Value| {
        truth[name] == *cell || is_left_out(name, cell) || is_in_doubt(name, cell)
    };
    evidence.as_object().map(serde_json::Map::len) == truth.as_object().map(serde_json::Map::len)
        && cells.into_iter().all(|(name, cell)| is_so(name, cell))
}

fn is_document(table: &Table, column: &str) -> bool {
    table.columns.iter().any(|known| known.name == column && known.kind == model::Type::Document)
}

fn moves(table: &Table, column: &str) -> bool {
    table.kind == model::Kind::Activity
        || table.columns.iter().any(|known| known.name == column && known.moves)
}

/// Returns the names of the members that differ in two documents.
fn members(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let parsed = |value: Option<&Value>| -> Cells {
        value.and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let (before, after) = (parsed(before), parsed(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

fn difference(real: &Cells, told: &Cells) -> String {
    let names: BTreeSet<&String> = real.keys().chain(told.keys()).collect();
    let differing = names.into_iter().filter(|name| real.get(*name) != told.get(*name));
    let parts: Vec<String> = differing
        .map(|name| format!("{name} {}, it is {}", shown(told.get(name)), shown(real.get(name))))
        .collect();
    parts.join("; ")
}

fn shown(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "null".to_owned(), Value::to_string);
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests;
