//! Asks every rule of one state.
//!
//! In: rules and a state with its coverage. Out: for each rule the rows that it returned and how far they
//! can be believed. A rule that cannot be asked is told as broken and costs the others nothing.

use std::collections::BTreeMap;

use model::{AccountId, Severity, State, Suppression, Table, Timestamp, time_text};
use serde_json::Value;

use crate::{
    Answer, Database, Limits, QueryError, Reads, Rule, RuleKind, RuleSet, Run, Subject, blindness::Sighted,
    digest, transitions::in_force,
};

/// How far the rows of a rule can be believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Tables that it needs and that are not whole: nothing may be closed.
    pub blind: Vec<&'static str>,
    /// Those among them whose missing rows would make it report: nothing may be opened.
    pub blind_absence: Vec<&'static str>,
    /// Why it could not be asked at all.
    pub broken: Option<String>,
}

impl Sight {
    /// Says whether a row that was not there before may be believed.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.broken.is_none() && self.blind_absence.is_empty()
    }

    /// Says whether a row that is no longer there may be believed to be over.
    #[must_use]
    pub fn closes(&self) -> bool {
        self.broken.is_none() && self.blind.is_empty()
    }
}

/// One row that a rule returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Address of what it is about: `ibm/<account>/ibm_users/<iam_id>`.
    pub subject: String,
    /// The other columns.
    pub evidence: BTreeMap<String, Value>,
}

/// What one rule said of a state.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Id of the rule.
    pub rule: String,
    /// Title of the rule.
    pub title: String,
    /// Severity of the rule.
    pub severity: Severity,
    /// Hash of the question.
    pub text: String,
    /// What its rows are about.
    pub subject: Subject,
    /// How far it can be believed.
    pub sight: Sight,
    /// The rows, by the fingerprint of the finding that each makes.
    pub rows: BTreeMap<String, Row>,
}

/// What all rules said of a state.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The account.
    pub account: AccountId,
    /// One for each rule with findings, by id.
    pub verdicts: Vec<Verdict>,
}

impl Outcome {
    /// Returns the rules that could not be asked, with the reason.
    pub fn broken(&self) -> impl Iterator<Item = (&str, &str)> {
        self.verdicts
            .iter()
            .filter_map(|verdict| Some((verdict.rule.as_str(), verdict.sight.broken.as_deref()?)))
    }

    /// Hashes everything that decides on transitions, with the suppressions in force at `at`: while it stays
    /// the same, nothing happens to any finding and the former findings need not be read.
    #[must_use]
    pub fn digest(&self, suppressions: &[Suppression], at: Timestamp) -> String {
        let mut parts = vec![self.account.to_string()];
        for verdict in &self.verdicts {
            parts.extend([
                verdict.rule.clone(),
                verdict.title.clone(),
                verdict.severity.name().to_owned(),
                verdict.text.clone(),
            ]);
            parts.push(format!(
                "{}{}{}",
                u8::from(verdict.sight.opens()),
                u8::from(verdict.sight.closes()),
                u8::from(verdict.sight.broken.is_some())
            ));
            for (fingerprint, row) in &verdict.rows {
                parts.extend([
                    fingerprint.clone(),
                    row.subject.clone(),
                    Value::from_iter(row.evidence.clone()).to_string(),
                ]);
            }
        }
        for each in suppressions.iter().filter(|each| in_force(each, at)) {
            parts.extend([each.rule.clone(), each.subject.clone(), each.reason.clone()]);
        }
        digest::of(parts.iter().map(String::as_str))
    }
}

/// Asks the rules with findings of a state. Nothing that is wrong with a rule or the data makes it fail.
#[must_use]
pub fn run(
    rules: &RuleSet,
    state: &State,
    account: &AccountId,
    at: Timestamp,
    number: u64,
    limits: &Limits,
) -> Outcome {
    let run = Run { account: account.clone(), at, number };
    let asked: Vec<&Rule> = rules.of(account.cloud()).filter(|rule| rule.kind == RuleKind::Finding).collect();
    let database = load(&asked, state, &run);
    let sighted = Sighted::new(state);
    let verdicts = asked.iter().filter_map(|rule| {
        let subject = rule.subject.clone()?;
        let reading = rule.readings.get(&account.cloud())?;
        let mut sight = Sight {
            blind: sighted.blind(&reading.needs).into_iter().collect(),
            blind_absence: sighted.blind(&reading.absence).into_iter().collect(),
            broken: None,
        };
        let answer =
            database.as_ref().map_err(ToString::to_string).and_then(|database| ask(database, rule, limits));
        let rows = match answer {
            Ok(answer) => rows(rule, &subject, account, answer),
            Err(reason) => {
                tracing::warn!(rule = %rule.id, %account, reason, "rule could not be asked");
                sight.broken = Some(reason);
                BTreeMap::new()
            }
        };
        Some(Verdict {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            text: reading.text.clone(),
            subject,
            sight,
            rows,
        })
    });
    let verdicts = verdicts.collect();
    tracing::info!(%account, snapshot = number, at = time_text(at), rules = asked.len(), "rules were asked");
    Outcome { account: account.clone(), verdicts }
}

fn load(rules: &[&Rule], state: &State, run: &Run) -> Result<Database, QueryError> {
    Database::load(state, run, &Reads::of(rules.iter().map(|rule| rule.sql.as_str()))?)
}

fn ask(database: &Database, rule: &Rule, limits: &Limits) -> Result<Answer, String> {
    let answer = database.query(&rule.sql, limits).map_err(|error| error.to_string())?;
    if answer.is_complete {
        Ok(answer)
    } else {
        Err(format!("it returns more than {} rows; narrow it down", limits.rows))
    }
}

fn rows(rule: &Rule, subject: &Subject, account: &AccountId, answer: Answer) -> BTreeMap<String, Row> {
    let mut rows = BTreeMap::new();
    for cells in answer.rows {
        let mut evidence: BTreeMap<String, Value> = answer.columns.iter().cloned().zip(cells).collect();
        let key: Vec<String> = subject
            .columns()
            .iter()
            .map(|column| plain(evidence.remove(*column).unwrap_or_default()))
            .collect();
        let address = match subject {
            Subject::Row { table, .. } => address(account, table, &key),
            Subject::Address => format!("{account}/{}", key.concat()),
        };
        // Two rows of one subject are one finding: the first, which is the same each time.
        rows.entry(digest::fingerprint(&rule.id, &address)).or_insert(Row { subject: address, evidence });
    }
    rows
}

/// Writes the address of a thing, wide to narrow.
pub(crate) fn address(account: &AccountId, table: &Table, key: &[String]) -> String {
    format!("{account}/{}/{}", table.name, key.join("/"))
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
