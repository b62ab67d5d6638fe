//! Cases: small worlds in which a rule must report just these rows.
//!
//! In: a `.cases.toml` file. Out: a state for each case, and what is expected of it. What a case need
//! not say is filled in as `collect` would: places in a list are counted, the pattern of a compared
//! value follows from value and operator.

use std::collections::BTreeMap;

use model::{AccountId, Cloud, Draft, Row, Rows, State, Table, Timestamp, Type, Value, tables};
use serde::Deserialize;

use crate::{RunContext, rule::DOUBT};

type Line = BTreeMap<String, toml::Value>;
type World = BTreeMap<String, Vec<Line>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Rows that are there in every case of the file.
    #[serde(default)]
    given: World,
    #[serde(default)]
    case: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    reports: Vec<Line>,
    #[serde(flatten)]
    world: World,
}

/// One world, and the rows that the rule returns in it.
#[derive(Debug, Clone)]
pub struct Case {
    /// The cloud whose tables hold the rows.
    pub cloud: Cloud,
    /// What the case shows, in a sentence.
    pub name: String,
    /// The rows of the world.
    pub state: State,
    /// For each row, the columns that matter and their values.
    pub(crate) reports: Vec<BTreeMap<String, serde_json::Value>>,
}

impl Case {
    /// Parses the cases of a rule that returns `columns`.
    pub(crate) fn parse_all(cloud: Cloud, text: &str, columns: &[String]) -> Result<Vec<Self>, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let mut cases = Vec::new();
        for entry in file.case {
            let name = entry.name.clone();
            let case = Self::new(cloud, &file.given, entry, columns)
                .map_err(|wrong| format!("case `{name}`: {wrong}"))?;
            cases.push(case);
        }
        if !cases.iter().any(Self::reports_surely) {
            return Err("none of them reports a row; write one that does".to_owned());
        }
        if cases.iter().all(Self::reports_surely) {
            return Err("each of them reports a row; write one that stays silent".to_owned());
        }
        Ok(cases)
    }

    /// Returns whether a row is expected of which the rule surely holds.
    fn reports_surely(&self) -> bool {
        self.reports.iter().any(|row| row.get(DOUBT).is_none_or(serde_json::Value::is_null))
    }

    fn new(cloud: Cloud, given: &World, entry: Entry, columns: &[String]) -> Result<Self, String> {
        let mut world: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
        for (table, lines) in given.iter().chain(&entry.world) {
            world.entry(table).or_default().extend(lines);
        }
        let mut state = State::default();
        for (name, lines) in world {
            let table = tables::of_cloud(cloud).find(|table| table.name == name);
            let table = table.ok_or_else(|| format!("there is no table `{name}`"))?;
            let rows = lines.iter().enumerate().map(|(position, line)| row(table, position, line));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            let told = rows.len();
            let rows = Rows::new(table, rows);
            if rows.len() < told {
                return Err(format!("two rows of `{name}` have the same key"));
            }
            state.put(table, rows);
        }
        let reports: Vec<BTreeMap<_, _>> = entry.reports.iter().map(expected).collect();
        match reports.iter().flat_map(BTreeMap::keys).find(|name| !columns.contains(name)) {
            Some(name) => Err(format!("it expects a column `{name}`, which the rule does not return")),
            None => Ok(Self { cloud, name: entry.name, state, reports }),
        }
    }
}

/// Returns the run in which the rule is asked in every case of a cloud.
#[must_use]
pub fn run_of_cases(cloud: Cloud) -> Option<RunContext> {
    let at: Timestamp = "2026-11-21T12:00:00Z".parse().ok()?;
    Some(RunContext { account: AccountId::parse(cloud, "acc-1").ok()?, at, number: 7 })
}

fn expected(line: &Line) -> BTreeMap<String, serde_json::Value> {
    let cell = |value: &toml::Value| match value {
        // SQLite knows no truth values.
        toml::Value::Boolean(truth) => i64::from(*truth).into(),
        toml::Value::String(text) if text.is_empty() => serde_json::Value::Null,
        other => serde_json::to_value(other).unwrap_or_default(),
    };
    line.iter().map(|(name, value)| (name.clone(), cell(value))).collect()
}

fn row(table: &'static Table, position: usize, line: &Line) -> Result<Row, String> {
    let pattern = pattern(line);
    let mut draft = table.draft();
    for column in table.columns {
        draft = match line.get(column.name) {
            Some(value) => set(draft, table, column.name, column.kind, value)?,
            None if column.name == "value_like" => draft.set("value_like", pattern.as_ref()),
            None if column.name == "value_position" => draft.set("value_position", 0),
            None if column.name == "position" && column.kind == Type::Integer => {
                draft.set("position", i64::try_from(position).unwrap_or_default())
            }
            None => draft,
        };
    }
    match line.keys().find(|name| table.position(name).is_none()) {
        Some(name) => Err(format!("`{}` has no column `{name}`", table.name)),
        None => Ok(draft.row()),
    }
}

fn set<'a>(
    draft: Draft<'a>,
    table: &Table,
    column: &str,
    kind: Type,
    value: &'a toml::Value,
) -> Result<Draft<'a>, String> {
    let value: Value<'a> = match (kind, value) {
        (Type::Boolean, toml::Value::Boolean(truth)) => (*truth).into(),
        (Type::Integer, toml::Value::Integer(number)) => (*number).into(),
        (Type::Time, toml::Value::String(text)) if model::normal_time(text).as_ref() == Some(text) => {
            text.into()
        }
        (Type::Text | Type::Document, toml::Value::String(text)) => text.into(),
        (Type::Time, _) => {
            return Err(format!("`{}.{column}` is a time, as \"2026-11-21T16:30:00Z\"", table.name));
        }
        (kind, _) => return Err(format!("`{}.{column}` is a {kind:?}", table.name).to_lowercase()),
    };
    Ok(draft.set(column, value))
}

/// Writes a compared value as a pattern of LIKE with the escape `!`.
fn pattern(line: &Line) -> Option<String> {
    let value = line.get("value")?.as_str()?;
    let operator = line.get("operator").and_then(toml::Value::as_str).unwrap_or("stringEquals");
    let is_match = operator.starts_with("stringMatch");
    if !is_match && !operator.starts_with("stringEquals") {
        return None;
    }
    let mut pattern = String::new();
    for letter in value.chars() {
        match letter {
            '*' if is_match => pattern.push('%'),
            '?' if is_match => pattern.push('_'),
            '%' | '_' | '!' => pattern.extend(['!', letter]),
            other => pattern.push(other),
        }
    }
    Some(pattern)
}
