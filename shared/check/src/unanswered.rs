//! Which questions a state does not answer, because lists that they hang on were not read to their end.
//!
//! In: what questions read, and a state with its coverage. Out: those without an answer, by name. No rows is an answer
//! only of a question that could see.

use std::collections::BTreeSet;

use model::{AccountId, Cloud, State, Table};
use serde::Serialize;

use crate::{RuleKind, RuleSet, RuleSubject, blindness::Sighted};

/// What a question reads: a rule, or a permission that is audited.
#[derive(Debug, Clone)]
pub struct RuleInput<'a> {
    /// Id of the rule or permission.
    pub rule: &'a str,
    /// What its rows are about.
    pub subject: RuleSubject,
    /// Tables that it reads.
    pub needs: Vec<&'static Table>,
    /// Those among them whose missing rows would make it report.
    pub absence: Vec<&'static Table>,
}

/// Returns what the rules with findings read in a cloud, by their ids.
pub fn inputs_of_rules(rules: &RuleSet, cloud: Cloud) -> impl Iterator<Item = RuleInput<'_>> {
    rules.for_cloud(cloud).filter(|rule| rule.kind == RuleKind::Finding).filter_map(move |rule| {
        let reading = rule.readings.get(&cloud)?;
        let (needs, absence) = (reading.needs.clone(), reading.absence.clone());
        Some(RuleInput { rule: &rule.id, subject: rule.subject.clone()?, needs, absence })
    })
}

/// A question that has no answer, or not the whole of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unanswered {
    /// Id of the rule or permission.
    pub rule: String,
    /// Whether what it returns is so, and only what it does not return is not known.
    pub is_partial: bool,
    /// The tables that were not read to their end.
    pub tables: Vec<&'static str>,
}

/// Returns the questions that a state does not answer, in their order. `state` needs the coverage and the tables that
/// others belong to; `is_empty` tells of which tables nothing is known at all.
#[must_use]
pub fn unanswered(
    account: &AccountId,
    questions: &[RuleInput<'_>],
    state: &State,
    is_empty: impl Fn(&Table) -> bool,
) -> Vec<Unanswered> {
    let sighted = Sighted::new(state);
    let of = |question: &RuleInput<'_>| {
        let sight = sighted.sight(account, &question.subject, &question.needs, &question.absence);
        let is_blind = |table: &&&'static Table| sight.blind.contains(&table.name);
        let is_partial =
            sight.opens() && !question.needs.iter().filter(is_blind).any(|table| is_empty(table));
        let all = sight.blind.iter().chain(&sight.blind_absence).copied();
        let tables: BTreeSet<&'static str> =
            all.chain(sight.hidden.iter().map(|hidden| hidden.table)).collect();
        let rule = question.rule.to_owned();
        (!tables.is_empty()).then(|| Unanswered { rule, is_partial, tables: tables.into_iter().collect() })
    };
    questions.iter().filter_map(of).collect()
}
