//! A thing that changed, in lines that people read: what differs of it, and of its parts.
//!
//! In: what an event of drift carries as data. Out: text, without colour or markup.

use serde_json::Value;

use crate::names::ThingNames;

/// Columns that are told by the line above, or that nobody reads.
const SILENT: [&str; 11] = [
    "account_id",
    "created_by_id",
    "crn",
    "href",
    "id",
    "last_modified_at",
    "last_modified_by_id",
    "policy_id",
    "position",
    "value_like",
    "value_position",
];

/// One line about a thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftLine {
    /// What happened to a part of the thing; none for a line about the thing itself.
    pub verb: Option<String>,
    /// What the line says, after the sign of the verb.
    pub text: String,
    /// Whether it tells a row as it is, and not what differs.
    pub is_row: bool,
}

/// Returns the lines below the headline of a thing that was added, removed or changed.
#[must_use]
pub fn drift_lines(data: &Value, names: &ThingNames) -> Vec<DriftLine> {
    let mut lines = Vec::new();
    let columns: Vec<&Value> = list(data, "columns").iter().filter(|column| is_told(column)).collect();
    // A document differs whenever a column does; it is told where nothing else is.
    let has_others = columns.iter().any(|column| column.get("members").is_none());
    for column in columns.iter().filter(|column| !has_others || column.get("members").is_none()) {
        lines.push(DriftLine { verb: None, text: differing(column, names), is_row: false });
    }
    if let Some(row) = data.get("row") {
        let name = data.pointer("/thing/name").filter(|name| !name.is_null());
        let told = cells(row, names, |column| name.is_some_and(|name| row.get(column) == Some(name)));
        lines.push(DriftLine { verb: None, text: told, is_row: true });
    }
    lines.extend(list(data, "parts").iter().map(|part| self::part(part, names)));
    lines
}

fn list<'a>(data: &'a Value, name: &str) -> &'a [Value] {
    data.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_told(column: &Value) -> bool {
    column.get("name").and_then(Value::as_str).is_some_and(|name| name == "id" || !SILENT.contains(&name))
}

fn differing(column: &Value, names: &ThingNames) -> String {
    let name = column.get("name").and_then(Value::as_str).unwrap_or_default();
    if let Some(members) = column.get("members").and_then(Value::as_array) {
        let members: Vec<String> = members.iter().map(cell_text).collect();
        return format!("{name}: {}", members.join(", "));
    }
    let value = |side| column.get(side).map_or_else(|| "-".to_owned(), |value| value_text(value, names));
    format!("{name}: {} → {}", value("before"), value("after"))
}

fn part(part: &Value, names: &ThingNames) -> DriftLine {
    let verb = part.get("change").and_then(Value::as_str).unwrap_or_default();
    let table = part.get("table").and_then(Value::as_str).unwrap_or_default();
    let declared = model::tables::find(table);
    let noun = declared.map_or_else(|| table.to_owned(), notify::noun);
    let parent = declared.and_then(|table| table.parent).map(|parent| parent.column);
    let columns: Vec<String> = list(part, "columns")
        .iter()
        .filter(|column| is_told(column))
        .map(|column| differing(column, names))
        .collect();
    let what = if columns.is_empty() {
        part.get("row").map(|row| cells(row, names, |name| Some(name) == parent)).unwrap_or_default()
    } else {
        columns.join("; ")
    };
    DriftLine { verb: Some(verb.to_owned()), text: format!("{noun} {what}"), is_row: false }
}

/// Writes the values of a row on one line, without those that say nothing here.
fn cells(row: &Value, names: &ThingNames, is_silent: impl Fn(&str) -> bool) -> String {
    let members = row.as_object().into_iter().flatten();
    let told: Vec<String> = members
        .filter(|(name, value)| !value.is_null() && !SILENT.contains(&name.as_str()) && !is_silent(name))
        .map(|(name, value)| format!("{name}={}", value_text(value, names)))
        .collect();
    told.join("  ")
}

/// Writes a value: an id with its name, a CRN by its end.
fn value_text(value: &Value, names: &ThingNames) -> String {
    let text = cell_text(value);
    if let Some(name) = names.of_id(&text) {
        return format!("{text} ({name})");
    }
    match text.rsplit_once("::") {
        Some((head, end)) if head.starts_with("crn:") && !end.is_empty() => format!("…{end}"),
        _ => text,
    }
}

/// Writes a JSON value as people read it: nothing is a dash, so that it differs from an empty text.
#[must_use]
pub fn cell_text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => model::visible(text).into_owned(),
        other => model::visible(&other.to_string()).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_crn_is_told_by_its_end() {
        let role = json!("crn:v1:bluemix:public:iam::::serviceRole:Writer");
        assert_eq!(value_text(&role, &ThingNames::default()), "…serviceRole:Writer");
        let instance = json!("crn:v1:bluemix:public:kms:eu-de:a/1:2::");
        assert_eq!(value_text(&instance, &ThingNames::default()), "crn:v1:bluemix:public:kms:eu-de:a/1:2::");
    }
}
