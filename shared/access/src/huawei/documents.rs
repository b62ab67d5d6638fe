//! Statements of policy documents, from the child tables that hold them.

use std::{collections::BTreeMap, sync::Arc};

use model::{Row, STATEMENT, State, StatementTables, Table, Timestamp, Value, tables::huawei as t};

use super::{
    action,
    ends::end_of_all,
    people::{Condition, People},
    resource,
};
use crate::{
    Access, Choice, Effect, Holders, Pattern, Resource, Source, Statement, Step, Steps, terms::Terms,
};

/// The statements of one kind of document, by the document's key.
pub(crate) struct Documents(BTreeMap<Vec<u8>, Vec<Written>>);

/// A statement, and its conditions one by one.
pub(crate) struct Written {
    /// The statement as the last step of a path.
    pub(crate) step: Step,
    /// The statement with all conditions in words.
    pub(crate) statement: Statement,
    pub(super) conditions: Vec<Condition>,
    /// When it ended, where it has.
    ended: Option<Timestamp>,
}

impl Documents {
    pub(crate) fn of_policies(state: &State, at: Timestamp) -> Self {
        Self::of(state, &t::POLICY_DOCUMENTS, at)
    }

    pub(crate) fn of_roles(state: &State, at: Timestamp) -> Self {
        Self::of(state, &t::ROLE_DOCUMENTS, at)
    }

    pub(crate) fn of_scps(state: &State, at: Timestamp) -> Self {
        Self::of(state, &t::SCP_DOCUMENTS, at)
    }

    pub(crate) fn of_trust(state: &State, at: Timestamp) -> Self {
        Self::of(state, &t::TRUST_DOCUMENTS, at)
    }

    fn of(state: &State, family: &StatementTables, at: Timestamp) -> Self {
        // The key of a document is that of its statements without the last column.
        let (document, statement) = (family.statements.key - 1, family.statements.key);
        let mut actions = choices(state, family.actions, statement, action);
        let mut resources = choices(state, family.resources, statement, resource);
        let mut conditions = conditions(state, family.conditions, statement);
        let mut documents: BTreeMap<Vec<u8>, Vec<Written>> = BTreeMap::new();
        for row in state.rows(family.statements) {
            let key = row.prefix(statement);
            let text = |column| family.statements.text(row, column);
            let effect = match text("effect") {
                Some(effect) if effect.eq_ignore_ascii_case("deny") => Effect::Deny,
                _ => Effect::Allow,
            };
            let everywhere = || Choice::any_of(vec![Resource::any()]);
            let conditions = conditions.remove(key).unwrap_or_default();
            let ended = end_of_all(&conditions).filter(|end| *end <= at);
            let actions = actions.remove(key);
            let id = text(STATEMENT).unwrap_or_default().to_owned();
            let name = text("sid").map_or_else(|| summarize(effect, actions.as_ref()), str::to_owned);
            let step = Step { kind: "statement", id, name };
            // It stays, with nothing in it: a policy of an organisation that allows nothing any more still bounds.
            let actions = actions.filter(|_| ended.is_none());
            let statement = Statement {
                effect,
                actions: Arc::new(actions.unwrap_or_else(|| Choice::any_of(Vec::new()))),
                resources: Arc::new(resources.remove(key).unwrap_or_else(everywhere)),
                condition: words(&conditions),
            };
            let of_document = documents.entry(row.prefix(document).to_vec()).or_default();
            of_document.push(Written { step, statement, conditions, ended });
        }
        Self(documents)
    }

    /// Returns the statements of a document in the order of their keys.
    pub(crate) fn statements(&self, key: &[&str]) -> &[Written] {
        let key = Row::pack(key.iter().map(|part| Value::Text(part)));
        self.0.get(key.as_bytes()).map_or(&[], Vec::as_slice)
    }

    /// Notes of each statement of a document that is over when it ended.
    pub(crate) fn note_ended(&self, access: &mut Access, key: &[&str], steps: &[Arc<Step>]) {
        for written in self.statements(key) {
            if let Some(end) = written.ended {
                let ids = steps.iter().map(|step| step.id.as_str()).chain([written.step.id.as_str()]);
                access.ended.note(ids, end);
            }
        }
    }

    /// Returns the statements of a document as sources that are reached by some steps. What a statement asks of the
    /// principal itself is decided for each.
    pub(crate) fn sources(&self, key: &[&str], steps: &[Arc<Step>], people: &People<'_>) -> Vec<Source> {
        let statements = self.statements(key);
        let is_only = statements.len() == 1;
        let sources = |written: &Written| {
            let last = written.step.clone().unless_only(is_only);
            let steps: Steps = steps.iter().cloned().chain([Arc::new(last)]).collect();
            written.decided(people).into_iter().map(move |(statement, holders)| Source {
                steps: steps.clone(),
                statement,
                holders,
            })
        };
        statements.iter().flat_map(sources).collect()
    }
}

impl Written {
    /// Returns the statement for those of whom its conditions on the principal hold, without these; and with them for
    /// those of whom that is not known. For whom one does not hold, there is no statement.
    pub(crate) fn decided(&self, people: &People<'_>) -> Vec<(Statement, Holders)> {
        let (of_principal, others): (Vec<Condition>, Vec<Condition>) =
            self.conditions.iter().cloned().partition(Condition::is_about_principal);
        if of_principal.is_empty() {
            return vec![(self.statement.clone(), Holders::All)];
        }
        let decided = people.decide(&of_principal);
        let sure = Statement { condition: words(&others), ..self.statement.clone() };
        vec![(sure, Holders::Only(decided.held_by)), (self.statement.clone(), Holders::AllBut(decided.all))]
    }
}

/// Returns words for a statement that nobody gave a name: what it does to the first of its actions.
fn summarize(effect: Effect, actions: Option<&Choice<Pattern>>) -> String {
    let verb = if effect == Effect::Deny { "deny" } else { "allow" };
    let Some(actions) = actions else { return format!("{verb} nothing") };
    let (words, named) =
        if actions.except.is_empty() { ("", &actions.any_of) } else { (" all but", &actions.except) };
    let first = named.first().map(ToString::to_string).unwrap_or_default();
    let more = if named.len() > 1 { ", …" } else { "" };
    format!("{verb}{words} {first}{more}")
}

/// Everything, as what NotAction and NotResource take from.
trait All {
    fn all() -> Self;
}

impl All for Pattern {
    fn all() -> Self {
        Self::any()
    }
}

impl All for Resource {
    fn all() -> Self {
        Self::any()
    }
}

fn choices<T: All + crate::statement::Region>(
    state: &State,
    table: &Table,
    key: usize,
    read: fn(&str) -> T,
) -> BTreeMap<Vec<u8>, Choice<T>> {
    let mut choices: BTreeMap<Vec<u8>, Choice<T>> = BTreeMap::new();
    for row in state.rows(table) {
        let Some(pattern) = table.text(row, "pattern") else { continue };
        let choice = choices.entry(row.prefix(key).to_vec()).or_insert_with(|| Choice::any_of(Vec::new()));
        if table.cell(row, "is_except") == Value::Boolean(true) {
            if choice.any_of.is_empty() {
                choice.any_of.push(T::all());
            }
            choice.except.push(read(pattern));
        } else {
            choice.any_of.push(read(pattern));
        }
    }
    choices
}

/// The values of each condition of a statement, by key and operator.
type Compared<'a> = BTreeMap<(&'a str, &'a str), Vec<String>>;

/// Returns the conditions of each statement. The values of one operator and key are alternatives; operators and keys
/// must all hold.
fn conditions(state: &State, table: &Table, key: usize) -> BTreeMap<Vec<u8>, Vec<Condition>> {
    let mut conditions: BTreeMap<Vec<u8>, Compared<'_>> = BTreeMap::new();
    for row in state.rows(table) {
        let text = |column| table.text(row, column).unwrap_or("?");
        let of_statement = conditions.entry(row.prefix(key).to_vec()).or_default();
        of_statement.entry((text("key"), text("operator"))).or_default().push(text("value").to_owned());
    }
    let condition = |((key, operator), values): ((&str, &str), Vec<String>)| Condition {
        key: key.to_owned(),
        operator: operator.to_owned(),
        values,
    };
    conditions
        .into_iter()
        .map(|(statement, parts)| (statement, parts.into_iter().map(condition).collect()))
        .collect()
}

/// Returns what the terms of all conditions ask.
pub(super) fn terms(state: &State) -> Terms {
    let mut terms = Terms::default();
    for (table, key) in [
        (&t::POLICY_CONDITIONS, t::POLICY_STATEMENTS.key),
        (&t::ROLE_CONDITIONS, t::ROLE_STATEMENTS.key),
        (&t::SCP_CONDITIONS, t::SCP_STATEMENTS.key),
        (&t::TRUST_CONDITIONS, t::TRUST_STATEMENTS.key),
    ] {
        for condition in conditions(state, table, key).into_values().flatten() {
            terms.compared(&condition.words(), &condition.key, &condition.operator, &condition.values);
        }
    }
    terms
}

/// Writes conditions that must all hold; none where there is none.
fn words(conditions: &[Condition]) -> Option<String> {
    let words: Vec<String> = conditions.iter().map(Condition::words).collect();
    (!words.is_empty()).then(|| words.join(" and "))
}
