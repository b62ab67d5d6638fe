//! Asks every rule of one state.
//!
//! In: rules and a state with its coverage. Out: for each rule the rows that it returned and how far they
//! can be believed. A rule that cannot be asked is told as broken and costs the others nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{AccountId, Address, Evidence, Finding, Severity, State, Suppression, Table, Timestamp, tables};
use serde_json::Value;

use crate::{
    Comparison, Evaluation, Limits, NothingDerived, QueryAnswer, Rule, RuleSet, RuleSubject, RunContext,
    Sight, digest, round, rule::DOUBT,
};

/// One row that a rule returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRow {
    /// Address of what it is about: `ibm/<account>/ibm_users/<iam_id>`.
    pub subject: String,
    /// The columns of the row that are neither subject nor key.
    pub evidence: Evidence,
    /// Why it cannot be said whether the rule holds of the subject; none where it surely does. Such a row opens
    /// nothing and closes nothing: a finding that is open becomes unknown.
    pub doubt: Option<String>,
}

/// What one rule said of a state.
#[derive(Debug, Clone)]
pub struct RuleResult {
    /// Id of the rule.
    pub rule: String,
    /// Title of the rule.
    pub title: String,
    /// Severity of the rule.
    pub severity: Severity,
    /// Hash of the question.
    pub question_hash: String,
    /// What its rows are about.
    pub subject: RuleSubject,
    /// The rules that say more of the same: see [`Rule::implied_by`].
    pub implied_by: Vec<String>,
    /// How evidence is compared with what it was.
    pub comparison: Comparison,
    /// How far it can be believed.
    pub sight: Sight,
    /// Why it cannot say of anything that it does not return that the rule does not hold of it.
    pub doubt: Option<String>,
    /// The rows, by the fingerprint of the finding that each makes.
    pub rows: BTreeMap<String, RuleRow>,
}

/// What all rules said of a state.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The account that is judged.
    pub account: AccountId,
    /// One for each rule with findings, by id.
    pub verdicts: Vec<RuleResult>,
}

impl Outcome {
    /// Returns the rules that could not be asked, with the reason.
    pub fn broken(&self) -> impl Iterator<Item = (&str, &str)> {
        self.verdicts
            .iter()
            .filter_map(|verdict| Some((verdict.rule.as_str(), verdict.sight.broken.as_deref()?)))
    }

    /// Hashes everything that decides on transitions, as [`Evaluation::digest`] does.
    #[must_use]
    pub fn digest(&self, suppressions: &[Suppression], at: Timestamp) -> String {
        round::digest(self, |verdict| round::hash(&verdict.rows), suppressions, at)
    }
}

/// Asks the rules with findings of a state, of which derived tables are empty. Nothing that is wrong with a rule or the data makes it fail.
#[must_use]
pub fn run(
    rules: &RuleSet,
    state: &State,
    account: &AccountId,
    at: Timestamp,
    number: u64,
    limits: &Limits,
) -> Outcome {
    let run = RunContext { account: account.clone(), at, number };
    Evaluation::ask(rules, state, &run, limits, None, &NothingDerived).outcome
}

/// Makes rows by fingerprint of what a rule answered; and the doubt of a row without a subject, which is about all that
/// is not returned.
pub(crate) fn rows(
    rule: &Rule,
    subject: &RuleSubject,
    account: &AccountId,
    answer: QueryAnswer,
) -> (BTreeMap<String, RuleRow>, Option<String>) {
    let keys: Vec<Option<usize>> = subject
        .columns()
        .iter()
        .map(|column| answer.columns.iter().rposition(|name| name == column))
        .collect();
    let doubts = answer.columns.iter().position(|name| name == DOUBT);
    let row = |mut cells: Vec<Value>| {
        let doubt = doubts.and_then(|place| cells.get(place)).and_then(Value::as_str).map(str::to_owned);
        let cell = |place: &Option<usize>| place.and_then(|place| cells.get_mut(place)).map(std::mem::take);
        let key: Vec<String> = keys.iter().map(cell).map(|cell| plain(cell.unwrap_or_default())).collect();
        let subject = match subject {
            RuleSubject::Row { table, .. } => address(account, table, &key),
            RuleSubject::Address => account.address_of(&key.concat()),
        };
        let is_other = |place: usize| !keys.contains(&Some(place)) && Some(place) != doubts;
        let others = answer.columns.iter().zip(cells).zip(0..).filter(|(_, place)| is_other(*place));
        let evidence = others.map(|((name, cell), _)| (name.clone(), cell)).collect();
        (digest::fingerprint(&rule.id, &subject), RuleRow { subject, evidence, doubt })
    };
    let is_of_all = |cells: &Vec<Value>| {
        let key = keys.iter().map(|place| place.and_then(|place| cells.get(place)));
        doubts.is_some() && key.into_iter().all(|cell| cell.is_none_or(Value::is_null))
    };
    let (of_all, of_subjects): (Vec<_>, Vec<_>) = answer.rows.into_iter().partition(is_of_all);
    let doubt = of_all.into_iter().find_map(|cells| row(cells).1.doubt);
    let mut rows: Vec<(String, RuleRow)> = of_subjects.into_iter().map(row).collect();
    // Two rows of one subject are one finding: the first that is sure, which is the same each time.
    rows.sort_by(|one, other| (&one.0, one.1.doubt.is_some()).cmp(&(&other.0, other.1.doubt.is_some())));
    rows.dedup_by(|later, kept| later.0 == kept.0);
    (rows.into_iter().collect(), doubt)
}

/// Writes the address of a thing, wide to narrow.
pub(crate) fn address(account: &AccountId, table: &Table, key: &[String]) -> String {
    account.address_of(&table.place(&key.join("/")))
}

/// Returns the addresses of all things of a kind that are there. Of findings that are named by
/// address, the addresses themselves tell the tables.
pub(crate) fn addresses(
    account: &AccountId,
    subject: &RuleSubject,
    state: &State,
    lost: &[&Arc<Finding>],
) -> BTreeSet<String> {
    match subject {
        RuleSubject::Row { table, columns } => addresses_in(account, table, columns, state).collect(),
        RuleSubject::Address => {
            let kinds = lost.iter().filter_map(|finding| Some(Address::parse(&finding.subject)?.kind));
            let kinds: BTreeSet<&str> = kinds.collect();
            let rows = kinds.into_iter().filter_map(tables::find).flat_map(|table| {
                let key: Vec<&str> = table.key_columns().iter().map(|column| column.name).collect();
                addresses_in(account, table, &key, state).collect::<Vec<_>>()
            });
            rows.collect()
        }
    }
}

fn addresses_in(
    account: &AccountId,
    table: &'static Table,
    columns: &[&str],
    state: &State,
) -> impl Iterator<Item = String> {
    let places: Vec<usize> = columns.iter().filter_map(|column| table.position(column)).collect();
    state.rows(table).iter().map(move |row| {
        let key: Vec<String> = places.iter().map(|place| row.value(*place).to_string()).collect();
        address(account, table, &key)
    })
}

fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
