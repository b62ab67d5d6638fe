//! A thing that changed: one line that says what happened, and below it what differs.
//!
//! In: what an event of drift carries as data. Out: text.

use serde_json::Value;

use crate::{
    names::Names,
    render::text::{json_cell, plain, sign},
    screen::Paint,
};

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

/// Writes one thing that was added, removed or changed, with its members.
pub(crate) fn thing(data: &Value, names: &Names, paint: Paint) -> String {
    let mut page = headline(data, paint);
    let columns: Vec<&Value> = list(data, "columns").iter().filter(|column| is_told(column)).collect();
    // A document differs whenever a column does; it is told where nothing else is.
    let has_others = columns.iter().any(|column| column.get("members").is_none());
    for column in columns.iter().filter(|column| !has_others || column.get("members").is_none()) {
        page.push_str(&format!("    {}\n", differing(column, names)));
    }
    if let Some(row) = data.get("row") {
        let name = data.pointer("/thing/name").filter(|name| !name.is_null());
        let told = cells(row, names, |column| name.is_some_and(|name| row.get(column) == Some(name)));
        page.push_str(&format!("    {}\n", paint.dim(told)));
    }
    for part in list(data, "parts") {
        page.push_str(&format!("    {}\n", self::part(part, names, paint)));
    }
    page
}

/// Writes the line that says what happened.
pub(crate) fn headline(data: &Value, paint: Paint) -> String {
    let text = |name| data.get(name).and_then(Value::as_str).unwrap_or_default();
    let (sign, style) = sign(text("change"));
    format!("{} {}\n", paint.style(style, sign), paint.bold(plain(text("title"))))
}

fn list<'a>(data: &'a Value, name: &str) -> &'a [Value] {
    data.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_told(column: &Value) -> bool {
    column.get("name").and_then(Value::as_str).is_some_and(|name| name == "id" || !SILENT.contains(&name))
}

fn differing(column: &Value, names: &Names) -> String {
    let name = column.get("name").and_then(Value::as_str).unwrap_or_default();
    if let Some(members) = column.get("members").and_then(Value::as_array) {
        let members: Vec<String> = members.iter().map(json_cell).collect();
        return format!("{name}: {}", members.join(", "));
    }
    let value = |side| column.get(side).map_or_else(|| "-".to_owned(), |value| value_text(value, names));
    format!("{name}: {} → {}", value("before"), value("after"))
}

fn part(part: &Value, names: &Names, paint: Paint) -> String {
    let (sign, style) = sign(part.get("change").and_then(Value::as_str).unwrap_or_default());
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
    format!("{} {noun} {what}", paint.style(style, sign))
}

/// Writes the values of a row on one line, without those that say nothing here.
fn cells(row: &Value, names: &Names, is_silent: impl Fn(&str) -> bool) -> String {
    let members = row.as_object().into_iter().flatten();
    let told: Vec<String> = members
        .filter(|(name, value)| !value.is_null() && !SILENT.contains(&name.as_str()) && !is_silent(name))
        .map(|(name, value)| format!("{name}={}", value_text(value, names)))
        .collect();
    told.join("  ")
}

/// Writes a value: an id with its name, a CRN by its end.
fn value_text(value: &Value, names: &Names) -> String {
    let text = json_cell(value);
    if let Some(name) = names.of_id(&text) {
        return format!("{text} ({name})");
    }
    match text.rsplit_once("::") {
        Some((head, end)) if head.starts_with("crn:") && !end.is_empty() => format!("…{end}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_thing_is_told_with_what_differs_and_its_parts() {
        let data = json!({
            "title": "access group Developers changed: description, 1 member added",
            "change": "changed",
            "thing": { "table": "ibm_access_groups", "name": "Developers" },
            "columns": [
                { "name": "description", "before": null, "after": "all\nof them" },
                { "name": "last_modified_at", "before": "a", "after": "b" },
                { "name": "document", "members": ["tags"], "note": "…" },
            ],
            "parts": [{
                "table": "ibm_access_group_members", "change": "added",
                "row": { "group_id": "g1", "iam_id": "IBMid-1", "type": "user" },
            }],
        });
        assert_eq!(
            thing(&data, &Names::default(), Paint::PLAIN),
            "~ access group Developers changed: description, 1 member added\n    description: - → all\\nof them\n    + member iam_id=IBMid-1  type=user\n"
        );
    }

    #[test]
    fn a_crn_is_told_by_its_end() {
        let role = json!("crn:v1:bluemix:public:iam::::serviceRole:Writer");
        assert_eq!(value_text(&role, &Names::default()), "…serviceRole:Writer");
        let instance = json!("crn:v1:bluemix:public:kms:eu-de:a/1:2::");
        assert_eq!(value_text(&instance, &Names::default()), "crn:v1:bluemix:public:kms:eu-de:a/1:2::");
    }
}
