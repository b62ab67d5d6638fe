//! A thing that changed: one line that says what happened, and below it what differs.
//!
//! In: what an event of drift carries as data. Out: text.

use serde_json::Value;

use crate::{
    render::text::{json_cell, plain, sign},
    screen::Paint,
};

/// Columns that are told by the line above, or that nobody reads.
const SILENT: [&str; 9] = [
    "account_id",
    "crn",
    "href",
    "position",
    "value_position",
    "value_like",
    "created_by_id",
    "last_modified_by_id",
    "last_modified_at",
];

/// Writes one thing.
pub(crate) fn thing(data: &Value, paint: Paint) -> String {
    let mut page = headline(data, paint);
    if let Some(columns) = data.get("columns").and_then(Value::as_array) {
        for column in columns {
            page.push_str(&format!("    {}\n", differing(column)));
        }
    }
    if let Some(row) = data.get("row") {
        let silent =
            |name: &str| data.pointer("/thing/name").is_some_and(|label| row.get(name) == Some(label));
        page.push_str(&format!("    {}\n", paint.dim(cells(row, silent))));
    }
    for part in data.get("parts").and_then(Value::as_array).into_iter().flatten() {
        page.push_str(&format!("    {}\n", self::part(part, paint)));
    }
    page
}

/// Writes the line that says what happened.
pub(crate) fn headline(data: &Value, paint: Paint) -> String {
    let text = |name| data.get(name).and_then(Value::as_str).unwrap_or_default();
    let (sign, style) = sign(text("change"));
    format!("{} {}\n", paint.style(style, sign), paint.bold(plain(text("title"))))
}

fn differing(column: &Value) -> String {
    let name = column.get("name").and_then(Value::as_str).unwrap_or_default();
    match (column.get("members").and_then(Value::as_array), column.get("before"), column.get("after")) {
        (Some(members), ..) => {
            let members: Vec<String> = members.iter().map(json_cell).collect();
            format!("{name}: {}", members.join(", "))
        }
        (None, before, after) => {
            let cell = |value: Option<&Value>| value.map_or_else(|| "-".to_owned(), json_cell);
            format!("{name}: {} → {}", cell(before), cell(after))
        }
    }
}

fn part(part: &Value, paint: Paint) -> String {
    let (sign, style) = sign(part.get("change").and_then(Value::as_str).unwrap_or_default());
    let table = part.get("table").and_then(Value::as_str).unwrap_or_default();
    let declared = model::tables::named(table);
    let noun = declared.map_or_else(|| table.to_owned(), notify::noun);
    let parent = declared.and_then(|table| table.parent).map(|parent| parent.column);
    let what = match part.get("columns").and_then(Value::as_array) {
        Some(columns) => columns.iter().map(differing).collect::<Vec<_>>().join("; "),
        None => part.get("row").map(|row| cells(row, |name| Some(name) == parent)).unwrap_or_default(),
    };
    format!("{} {noun} {what}", paint.style(style, sign))
}

/// Writes the values of a row on one line, without those that say nothing here.
fn cells(row: &Value, is_silent: impl Fn(&str) -> bool) -> String {
    let members = row.as_object().into_iter().flatten();
    let told: Vec<String> = members
        .filter(|(name, value)| !value.is_null() && !SILENT.contains(&name.as_str()) && !is_silent(name))
        .map(|(name, value)| format!("{name}={}", json_cell(value)))
        .collect();
    told.join("  ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_thing_is_told_with_what_differs_and_its_parts() {
        let data = json!({
            "title": "access group Developers changed: name, 1 member added",
            "change": "changed",
            "thing": { "table": "ibm_access_groups", "name": "Developers" },
            "columns": [
                { "name": "description", "before": null, "after": "all\nof them" },
                { "name": "document", "members": ["tags"], "note": "…" },
            ],
            "parts": [{
                "table": "ibm_access_group_members", "change": "added",
                "row": { "group_id": "g1", "iam_id": "IBMid-1", "type": "user" },
            }],
        });
        assert_eq!(
            thing(&data, Paint::PLAIN),
            "~ access group Developers changed: name, 1 member added\n    description: - → all\u{fffd}of them\n    document: tags\n    + member iam_id=IBMid-1  type=user\n"
        );
    }
}
