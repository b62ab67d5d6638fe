//! Tries rules on their cases.
//!
//! Beside the rows that a case expects, it is tried whether `absence` is honest: in each case each row of
//! the other tables is taken away once, with what the cloud tells in the same answer, and the rule must find nothing
//! that it did not find before.

use std::collections::{BTreeMap, BTreeSet};

use model::{Cloud, Parent, Reading, Row, Rows, State, Table, tables};

use crate::{
    Database, Deriver, Limits, QueryAnswer, QueryError, Reads, Rule, RuleSet, RuleSubject, RunContext,
    cases::{self, Case},
    rule::DOUBT,
};

/// A case in which a rule did not do what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// Id of the rule.
    pub rule: String,
    /// Name of the case.
    pub case: String,
    /// What was expected, and what came.
    pub what: String,
}

impl std::fmt::Display for Miss {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "rule `{}`, case `{}`: {}", self.rule, self.case, self.what)
    }
}

/// The outcome of trying rules on their cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trial {
    /// How many rules were tried.
    pub rules: usize,
    /// How many cases were tried.
    pub cases: usize,
    /// The cases that went wrong; none is good.
    pub misses: Vec<Miss>,
}

/// Tries each rule on each of its cases; derived tables are made of the rows of a case as they are of a snapshot.
#[must_use]
pub fn test(set: &RuleSet, derive: Deriver) -> Trial {
    let mut trial = Trial { rules: set.len(), ..Trial::default() };
    for rule in set.iter() {
        // Finding out what a rule reads takes longer than asking it in so small a world.
        let reads = Reads::of([rule.sql.as_str()]);
        for case in &rule.cases {
            let Some(run) = cases::run_of_cases(case.cloud) else { continue };
            trial.cases += 1;
            let what = match reads.clone().and_then(|reads| answer(rule, &reads, &case.state, &run, derive)) {
                Err(error) => Some(error.to_string()),
                Ok(answer) => differs(rule, case, &answer)
                    .or_else(|| astray(rule, case, &answer))
                    .or_else(|| dishonest(rule, reads.as_ref().ok()?, case, &run, &answer, derive)),
            };
            let miss = |what| Miss { rule: rule.id.clone(), case: case.name.clone(), what };
            trial.misses.extend(what.map(miss));
        }
    }
    trial
}

fn answer(
    rule: &Rule,
    reads: &Reads,
    state: &State,
    run: &RunContext,
    derive: Deriver,
) -> Result<QueryAnswer, QueryError> {
    let (limits, derived) = (Limits::default(), derive(run.account.cloud(), state, run.at));
    Database::load_with(state, &*derived, run, reads, limits.derived)?.query(&rule.sql, &limits)
}

fn differs(rule: &Rule, case: &Case, answer: &QueryAnswer) -> Option<String> {
    let came: Vec<BTreeMap<&str, &serde_json::Value>> =
        answer.rows.iter().map(|row| answer.columns.iter().map(String::as_str).zip(row).collect()).collect();
    let same = |expected: &BTreeMap<String, serde_json::Value>, came: &BTreeMap<&str, &serde_json::Value>| {
        let is_doubted = came.get(DOUBT).is_some_and(|doubt| !doubt.is_null());
        (!is_doubted || expected.contains_key(DOUBT))
            && expected.iter().all(|(name, value)| came.get(name.as_str()) == Some(&value))
    };
    let all = came.len() == case.reports.len()
        && case.reports.iter().zip(&came).all(|(expected, came)| same(expected, came));
    if !all {
        let came = serde_json::to_string(&came).unwrap_or_default();
        let expected = serde_json::to_string(&case.reports).unwrap_or_default();
        return Some(format!("expected {expected}, and got {came}"));
    }
    let subjects: BTreeSet<_> = answer.rows.iter().map(|row| subject(rule, answer, row)).collect();
    (rule.subject.is_some() && subjects.len() < came.len())
        .then(|| "two rows have the same subject".to_owned())
}

/// Returns which address leads nowhere: a finding of it could never be told to be fixed.
fn astray(rule: &Rule, case: &Case, answer: &QueryAnswer) -> Option<String> {
    let Some(RuleSubject::Address) = rule.subject else { return None };
    let place = answer.columns.iter().position(|column| rule.subject_columns().contains(&column.as_str()))?;
    let addresses = answer.rows.iter().filter_map(|row| row.get(place)?.as_str());
    let is_there = |address: &str| {
        let (table, key) = address.split_once('/')?;
        let table = tables::of_cloud(case.cloud).find(|each| each.name == table)?;
        let of = |row: &Row| {
            let key = (0..table.key).map(|place| row.value(place).to_string());
            key.collect::<Vec<_>>().join("/")
        };
        case.state.rows(table).iter().any(|row| of(row) == key).then_some(())
    };
    let astray = addresses.into_iter().find(|address| is_there(address).is_none())?;
    Some(format!("the address `{astray}` is that of no row"))
}

fn dishonest(
    rule: &Rule,
    reads: &Reads,
    case: &Case,
    run: &RunContext,
    before: &QueryAnswer,
    derive: Deriver,
) -> Option<String> {
    let before = subjects(rule, before);
    let reading = rule.readings.get(&case.cloud)?;
    let believed =
        reading.needs.iter().filter(|table| !reading.absence.iter().any(|absent| absent.name == table.name));
    for table in believed {
        for position in 0..case.state.rows(table).len() {
            let state = without(&case.state, case.cloud, table, position);
            let after = match answer(rule, reads, &state, run, derive) {
                Ok(after) => subjects(rule, &after),
                Err(error) => return Some(error.to_string()),
            };
            if rule.subject.is_some() && !after.is_subset(&before) {
                return Some(format!(
                    "it reports more when row {} of `{}` is missing: name the table in `absence`",
                    position + 1,
                    table.name
                ));
            }
        }
    }
    None
}

/// Takes a row away, with all that stands in the same answer of the cloud: a list that broke off misses a policy with
/// its conditions, and not one of them.
fn without(state: &State, cloud: Cloud, table: &'static Table, position: usize) -> State {
    let mut state = state.clone();
    let owner = |table: &Table, row: &Row| {
        let is_in_answer = |parent: &Parent| {
            table.reading == Reading::PerParent
                || tables::find(parent.table).is_some_and(|parent| parent.listing == table.listing)
        };
        let column = table.parent.as_ref().filter(|parent| is_in_answer(parent)).map(|parent| parent.column);
        column.map_or_else(|| row.value(0).to_string(), |column| table.cell(row, column).to_string())
    };
    let gone = state.rows(table).iter().nth(position).map(|row| owner(table, row));
    let is_whole = |each: &&'static Table| each.listing == table.listing && each.name != table.name;
    for each in tables::of_cloud(cloud).filter(is_whole) {
        let rows = state.take(each).into_iter().filter(|row| Some(owner(each, row)) != gone).collect();
        state.put(each, Rows::new(each, rows));
    }
    let rows = state.take(table).into_iter().enumerate();
    let rows = rows.filter(|(each, _)| *each != position).map(|(_, row)| row).collect();
    state.put(table, Rows::new(table, rows));
    state
}

/// Returns the subjects of which the rule surely holds.
fn subjects(rule: &Rule, answer: &QueryAnswer) -> BTreeSet<Vec<String>> {
    answer.sure_rows().map(|row| subject(rule, answer, row)).collect()
}

fn subject(rule: &Rule, answer: &QueryAnswer, row: &[serde_json::Value]) -> Vec<String> {
    let places = rule
        .subject_columns()
        .iter()
        .filter_map(|name| answer.columns.iter().position(|column| column == name));
    places.filter_map(|place| row.get(place)).map(ToString::to_string).collect()
}
