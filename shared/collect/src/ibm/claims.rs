//! Conditions on claims, as rules of trusted profiles and of access groups hold them.

use model::Table;
use serde_json::Value;

use crate::{document, item::Item, listing::Seen};

/// Keeps the conditions of a rule, numbered in an order of our own: all must hold, so the order in
/// which the cloud lists them says nothing.
pub(crate) fn keep(
    table: &'static Table,
    parent: (&str, &str),
    rule: &str,
    item: &Item<'_>,
    seen: &mut Seen,
) {
    let mut conditions: Vec<_> = item
        .must_list("conditions")
        .objects("conditions")
        .map(|each| {
            each.must_name("claim")
                .must_name("operator")
                .must_name("value")
                .must_be_text("value")
                .must_be_one("value");
            (each.text("claim"), each.text("operator"), each.plain("value").map(freed))
        })
        .collect();
    conditions.sort_unstable();
    for ((claim, operator, value), position) in conditions.iter().zip(0_i64..) {
        let row = table
            .draft()
            .set(parent.0, parent.1)
            .set("rule_id", rule)
            .set("position", position)
            .set("claim", *claim)
            .set("operator", *operator)
            .set("value", value.as_ref())
            .row();
        seen.push(table, row);
    }
}

/// Frees a value of its JSON quotes: the interface writes JSON into a text.
fn freed(value: &Value) -> String {
    let Value::String(text) = value else { return document::canonical_value(value) };
    match serde_json::from_str(text) {
        Ok(Value::String(inner)) => inner,
        _ => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_freed_of_its_json_quotes() {
        assert_eq!(freed(&json!("\"admins\"")), "admins");
        assert_eq!(freed(&json!("admins")), "admins");
        assert_eq!(freed(&json!("[\"a\",\"b\"]")), "[\"a\",\"b\"]");
        assert_eq!(freed(&json!(["b", "a"])), "[\"a\",\"b\"]");
        assert_eq!(freed(&json!("7")), "7");
    }
}
