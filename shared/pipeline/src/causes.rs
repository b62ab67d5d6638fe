//! What in the drift of a run changed the evidence of a finding.
//!
//! In: transitions and the changes of the run. Out: the same transitions, each with the sentences of the drift that its
//! rule reads, where these are so few that the cause is among them.

use std::collections::BTreeSet;

use check::RuleSet;
use model::{AccountId, Cloud, State, Transition, TransitionKind};
use serde_json::Value;

use crate::audit::{Compared, Run};

/// How many things may have changed for each of them to be named.
const FEW: usize = 3;

/// Names what brought each changed finding about.
pub(crate) fn name(transitions: &mut [Transition], account: &AccountId, compared: &Compared, run: &Run<'_>) {
    if !transitions.iter().any(|told| told.kind == TransitionKind::Changed) {
        return;
    }
    let things = things(account, compared, &compared.state);
    for told in transitions.iter_mut().filter(|told| told.kind == TransitionKind::Changed) {
        let needs = needs(run.rules, account.cloud(), &told.finding.rule);
        let causes: Vec<&Thing> = things.iter().filter(|thing| !needs.is_disjoint(&thing.tables)).collect();
        if causes.len() <= FEW {
            told.causes = causes.into_iter().map(|thing| thing.title.clone()).collect();
        }
    }
}

/// A thing that changed: its sentence, and the tables of the rows that did.
struct Thing {
    title: String,
    tables: BTreeSet<String>,
}

fn things(account: &AccountId, compared: &Compared, state: &State) -> Vec<Thing> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let thing = |told: Value| {
        let parts = told.get("parts").and_then(Value::as_array).into_iter().flatten();
        let mut tables: BTreeSet<String> =
            parts.filter_map(|part| part.get("table").and_then(text)).collect();
        // A thing of which only parts changed is named by a table whose own row is as it was.
        if tables.is_empty() || told.get("columns").or(told.get("row")).is_some() {
            tables.extend(told.pointer("/thing/table").and_then(text));
        }
        Some(Thing { title: told.get("title").and_then(text)?, tables })
    };
    notify::drift(account, &compared.changes, state).into_iter().filter_map(thing).collect()
}

/// Returns the names of the tables that a rule or a permission reads.
fn needs(rules: &RuleSet, cloud: Cloud, rule: &str) -> BTreeSet<String> {
    let of_rule = rules.get(rule).and_then(|rule| rule.readings.get(&cloud)).map(|reading| &reading.needs);
    let of_grants = || [access::needed_tables(cloud).as_slice(), access::restricting_tables(cloud)].concat();
    let tables = of_rule.cloned().unwrap_or_else(of_grants);
    tables.iter().map(|table| table.name.to_owned()).collect()
}
