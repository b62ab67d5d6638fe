//! Statements of policy documents, as rows of child tables.
//!
//! In: a document, as text that holds JSON or as JSON. Out: its statements, and what of it could not be understood.
//! One grammar serves identity policies, trust policies, service control policies and classic roles; what the
//! cloud refuses in one of them is refused there, not here. Where the grammar wants an array, a bare value is
//! taken for an array of one. All else that does not fit is a fault, and the rest is kept.
//!
//! All lists of the grammar mean sets: patterns, principals and values are put into the order of their texts, and statements
//! are known by keys ([`StatementTables`]) that hang on nothing but themselves. A reshuffle is then no change, and a statement
//! that is put in front of others changes none of them.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use model::{Draft, Row, RowsByTable, STATEMENT, StatementTables, Table};
use serde_json::{Map, Value};

use crate::{document, item::Item, json, listing::Seen, repeats::without_repeats};

/// Most memory that the value of one document may take; the clouds allow 128 KiB of text.
const DOCUMENT_MEMORY: usize = 32 << 20;

/// What a document says.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// The statements that the document holds.
    pub(crate) statements: Vec<DocumentStatement>,
    /// What could not be understood, if anything.
    pub(crate) fault: Option<String>,
    /// Whether a part of it cannot be read at all, so that its statements are not all that it says.
    pub(crate) is_broken: bool,
    /// Whether it shows something in a form that proves nothing: null or nothing at all for its statements, or an empty text that a
    /// condition can never be compared with.
    pub(crate) is_doubtful: bool,
    /// All of it in canonical form, if it is JSON.
    pub(crate) canonical: Option<String>,
    /// Version of the language.
    pub(crate) version: Option<String>,
}

/// One statement of a policy document.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DocumentStatement {
    sid: Option<String>,
    effect: Option<String>,
    actions: Vec<StatementPattern>,
    resources: Vec<StatementPattern>,
    principals: Vec<NamedPrincipal>,
    conditions: Vec<[String; 3]>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct StatementPattern {
    is_except: bool,
    text: String,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NamedPrincipal {
    kind: String,
    pattern: StatementPattern,
}

impl Document {
    /// Reads the document of an item: a text that holds JSON, or JSON. One of which nothing can be made is unread; one
    /// that does not fit the grammar is kept with its fault, and makes the list incomplete.
    pub(crate) fn read(item: &Item<'_>, member: &str, owner: &str) -> Self {
        let document = match item.value(member) {
            Some(Value::String(text)) => {
                let read = json::parse(text.as_bytes(), DOCUMENT_MEMORY).ok();
                read.filter(|document| document.is_object() && !json::is_too_deep(document))
            }
            other => other.filter(|document| document.is_object()).cloned(),
        };
        let Some(document) = document else {
            item.unread(member, "holds no policy");
            return Self { is_broken: true, ..Self::default() };
        };
        let document = Self::of(&without_repeats(&document));
        let is_unsaid = document.is_doubtful && document.statements.is_empty();
        if let Some(fault) = document.fault.as_ref().filter(|_| !is_unsaid) {
            item.faults().note(|| format!("{owner}: {fault}"));
        }
        document
    }

    /// Reads a text that holds JSON.
    #[cfg(test)]
    pub(crate) fn parse(text: &str) -> Self {
        Self::of(&serde_json::from_str(text).unwrap())
    }

    /// Parses the JSON of a policy document.
    pub(crate) fn of(document: &Value) -> Self {
        let faults = StatementFaults::default();
        let canonical = Some(document::canonical_whole(document));
        let Value::Object(members) = document else {
            faults.broken("the document is no object");
            return Self { fault: faults.first(), is_broken: true, canonical, ..Self::default() };
        };
        let statements = match members.get("Statement") {
            Some(Value::Array(statements)) => statements.as_slice(),
            Some(one @ Value::Object(_)) => std::slice::from_ref(one),
            None | Some(Value::Null) => {
                faults.is_doubtful.set(true);
                faults.note("the document has no `Statement`");
                &[]
            }
            Some(_) => {
                faults.broken("the document has no `Statement`");
                &[]
            }
        };
        // What is told of faults must not hang on the order of statements either.
        let mut statements: Vec<&Value> = statements.iter().collect();
        statements.sort_by_cached_key(|each| (sid(each).map(str::to_owned), document::canonical_whole(each)));
        let statements =
            statements.into_iter().zip(0..).map(|(each, place)| faults.statement(each, place)).collect();
        let version = members
            .get("Version")
            .and_then(Value::as_str)
            .filter(|version| !version.is_empty())
            .map(str::to_owned);
        let (is_broken, is_doubtful) = (faults.is_broken.get(), faults.is_doubtful.get());
        Self { statements, fault: faults.first(), is_broken, is_doubtful, canonical, version }
    }

    /// Notes which lists of the thing that it belongs to could not be read as a whole, and which are doubtful.
    pub(crate) fn note(&self, of: (&'static Table, &Row), tables: StatementTables, seen: &mut Seen) {
        // A statement of a trust policy names whom it trusts.
        let is_of_nobody =
            tables.principals.is_some() && self.statements.iter().any(|each| each.principals.is_empty());
        if self.is_broken || is_of_nobody {
            seen.note_broken(of, &tables.all());
        } else if self.is_doubtful {
            seen.note_doubtful(of, &tables.all());
        }
    }

    /// Writes rows of all statements; `key` sets the columns of what the document belongs to.
    pub(crate) fn keep<'a>(&'a self, tables: StatementTables, key: &[(&str, &'a str)], seen: &mut Seen) {
        let mut rows = RowsByTable::new();
        for (statement, number) in self.statements.iter().zip(0_i64..) {
            let draft = |table: &'static Table| -> Draft<'a> {
                key.iter().fold(table.draft(), |draft, (column, value)| draft.set(column, *value))
            };
            // Told apart by their number until their keys are known.
            statement.keep(tables, &|table| draft(table).set(STATEMENT, number), &mut rows);
        }
        let mut rows = tables.with_keys(rows);
        for table in tables.all() {
            rows.remove(table.name).into_iter().flatten().for_each(|row| seen.push(table, row));
        }
    }
}

impl DocumentStatement {
    fn keep<'a>(
        &'a self,
        tables: StatementTables,
        draft: &dyn Fn(&'static Table) -> Draft<'a>,
        rows: &mut RowsByTable,
    ) {
        let mut push = |table: &'static Table, row: Row| rows.entry(table.name).or_default().push(row);
        let row =
            draft(tables.statements).set("sid", self.sid.as_ref()).set("effect", self.effect.as_ref()).row();
        push(tables.statements, row);
        for (table, patterns) in [(tables.actions, &self.actions), (tables.resources, &self.resources)] {
            for (pattern, position) in patterns.iter().zip(0_i64..) {
                push(table, with(draft(table), pattern, position).row());
            }
        }
        for ([operator, key, value], position) in self.conditions.iter().zip(0_i64..) {
            let row = draft(tables.conditions).set("position", position).set("operator", operator);
            push(tables.conditions, row.set("key", key).set("value", value).row());
        }
        let Some(table) = tables.principals else { return };
        for (principal, position) in self.principals.iter().zip(0_i64..) {
            push(table, with(draft(table), &principal.pattern, position).set("type", &principal.kind).row());
        }
    }
}

fn with<'a>(draft: Draft<'a>, pattern: &'a StatementPattern, position: i64) -> Draft<'a> {
    draft.set("position", position).set("is_except", pattern.is_except).set("pattern", &pattern.text)
}

/// The first thing that was not understood, and whether anything cannot be read at all, or proves nothing.
#[derive(Debug, Default)]
struct StatementFaults {
    first: RefCell<Option<String>>,
    is_broken: Cell<bool>,
    is_doubtful: Cell<bool>,
}

impl StatementFaults {
    fn note(&self, fault: impl Into<String>) {
        self.first.borrow_mut().get_or_insert_with(|| fault.into());
    }

    fn broken(&self, fault: impl Into<String>) {
        self.is_broken.set(true);
        self.note(fault);
    }

    fn first(self) -> Option<String> {
        self.first.into_inner()
    }

    fn statement(&self, value: &Value, place: usize) -> DocumentStatement {
        let Value::Object(members) = value else {
            self.broken(format!("statement {place} is no object"));
            return DocumentStatement::default();
        };
        // One that is null says nothing.
        let unknown =
            members.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name).find(|name| {
                !matches!(
                    name.as_str(),
                    "Sid"
                        | "Effect"
                        | "Action"
                        | "NotAction"
                        | "Resource"
                        | "NotResource"
                        | "Principal"
                        | "NotPrincipal"
                        | "Condition"
                )
            });
        if unknown.is_some() {
            self.note(format!("statement {place} has a member that is not known"));
        }
        if members.get("Sid").is_some_and(|sid| !sid.is_string()) {
            self.broken(format!("`Sid` of statement {place} is no text"));
        }
        let effect = members.get("Effect").and_then(Value::as_str).map(str::to_owned);
        match effect.as_deref() {
            Some("Allow" | "Deny") => {}
            Some(effect) if !effect.is_empty() => {
                self.note(format!("statement {place} has no `Effect` that is known"));
            }
            _ => self.broken(format!("statement {place} has no `Effect`")),
        }
        let actions = self.patterns(members, "Action", "NotAction", place);
        if actions.is_empty() {
            self.broken(format!("statement {place} has no actions"));
        }
        DocumentStatement {
            sid: sid(value).map(str::to_owned),
            effect,
            actions,
            resources: self.patterns(members, "Resource", "NotResource", place),
            principals: self.principals(members, place),
            conditions: self.conditions(members, place),
        }
    }

    fn patterns(
        &self,
        members: &Map<String, Value>,
        is: &str,
        is_not: &str,
        place: usize,
    ) -> Vec<StatementPattern> {
        let of = |name: &str, is_except: bool| {
            // Classic policies on agencies have an object with `uri` in the place of the array.
            let value = members.get(name).map(|value| value.get("uri").unwrap_or(value));
            let texts = self.texts(value, name, place);
            texts.into_iter().map(move |text| StatementPattern { is_except, text })
        };
        set(of(is, false).chain(of(is_not, true)))
    }

    fn principals(&self, members: &Map<String, Value>, place: usize) -> Vec<NamedPrincipal> {
        let mut principals = Vec::new();
        for (name, is_except) in [("Principal", false), ("NotPrincipal", true)] {
            let kinds = match members.get(name) {
                None => continue,
                Some(Value::Object(kinds)) => sorted(kinds),
                // A bare `*` names no type; every principal of the cloud is meant.
                Some(bare @ Value::String(all)) if all == "*" => vec![("IAM", bare)],
                Some(_) => {
                    self.broken(format!("`{name}` of statement {place} is neither an object nor `*`"));
                    continue;
                }
            };
            for (kind, value) in kinds {
                principals.extend(self.texts(Some(value), name, place).into_iter().map(|text| {
                    NamedPrincipal { kind: kind.to_owned(), pattern: StatementPattern { is_except, text } }
                }));
            }
        }
        set(principals)
    }

    fn conditions(&self, members: &Map<String, Value>, place: usize) -> Vec<[String; 3]> {
        let operators = match members.get("Condition") {
            None => return Vec::new(),
            Some(Value::Object(operators)) => sorted(operators),
            Some(_) => {
                self.broken(format!("`Condition` of statement {place} is no object"));
                return Vec::new();
            }
        };
        let mut conditions = Vec::new();
        for (operator, keys) in operators {
            let Value::Object(keys) = keys else {
                self.broken(format!("an operator in `Condition` of statement {place} has no keys"));
                continue;
            };
            if keys.is_empty() {
                self.broken(format!("an operator in `Condition` of statement {place} has no keys"));
            }
            for (key, values) in sorted(keys) {
                let values = self.texts(Some(values), "Condition", place);
                if !may_be_compared_with_nothing(operator, key) && values.iter().any(String::is_empty) {
                    self.is_doubtful.set(true);
                }
                let values = set(values.into_iter().map(|value| in_one_form(operator, value)));
                if values.is_empty() {
                    self.broken(format!("a key in `Condition` of statement {place} has no values"));
                }
                let texts = values.into_iter().map(|value| [operator.to_owned(), key.to_owned(), value]);
                conditions.extend(texts);
            }
        }
        conditions
    }

    /// Returns the texts of an array, or a bare one. Truth values and numbers are taken for texts, as conditions
    /// have them.
    fn texts(&self, value: Option<&Value>, name: &str, place: usize) -> Vec<String> {
        let values = match value {
            None => return Vec::new(),
            Some(Value::Null) => {
                self.broken(format!("`{name}` of statement {place} is null"));
                return Vec::new();
            }
            Some(Value::Array(values)) => values.as_slice(),
            Some(bare) => std::slice::from_ref(bare),
        };
        let text = |value: &Value| match value {
            Value::String(text) if !text.is_empty() || name == "Condition" => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) if name == "Condition" => Some(value.to_string()),
            _ => {
                self.broken(format!("`{name}` of statement {place} holds something else than texts"));
                None
            }
        };
        values.iter().filter_map(text).collect()
    }
}

fn sid(statement: &Value) -> Option<&str> {
    statement.get("Sid").and_then(Value::as_str)
}

/// Returns whether a condition may name an empty text: only a text can be compared with one, and an external id has two letters at
/// least.
fn may_be_compared_with_nothing(operator: &str, key: &str) -> bool {
    let operator = operator.rsplit(':').next().unwrap_or(operator);
    operator.starts_with("String") && !key.eq_ignore_ascii_case("sts:ExternalId")
}

/// Returns what a condition compares with in one form, where its operator compares moments or truth values: the same moment in another
/// zone is no other condition.
fn in_one_form(operator: &str, value: String) -> String {
    if operator.contains("Date") {
        return model::normal_moment(&value).unwrap_or(value);
    }
    let is_truth = value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false");
    if operator.contains("Bool") && is_truth { value.to_lowercase() } else { value }
}

/// Returns a set in the order of its elements, each once.
fn set<T: Ord>(elements: impl IntoIterator<Item = T>) -> Vec<T> {
    elements.into_iter().collect::<BTreeSet<T>>().into_iter().collect()
}

fn sorted(members: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut members: Vec<(&str, &Value)> =
        members.iter().map(|(name, value)| (name.as_str(), value)).collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    members
}

#[cfg(test)]
mod tests;
