//! Which cells a member that could not be read concerns.
//!
//! In: the members of one item that could not be read, and the rows that were made of it. Out: the cells that hold
//! nothing, or a default, because of them. They are not empty but unknown, and what was last known of them stands.
//!
//! Most columns bear the name of the member that they are filled from; [`RENAMED`] has the others. Where no row has a
//! column for a member, all cells without a value are unknown, because it may have been meant for any of them.

use model::{Row, Table, Type, UnreadCell, Value};

use crate::{
    item::{Faults, Unread, Unsaid},
    listing::Seen,
};

/// Members whose columns bear other names.
const RENAMED: &[(&str, &[&str])] = &[
    ("account_name", &["name"]),
    ("added_on", &["added_at"]),
    ("agency_name", &["name"]),
    ("content", &["fault"]),
    ("created_by", &["created_by_id"]),
    ("default", &["is_default"]),
    ("delegation_enabled_at", &["enabled_at"]),
    ("document", &["fault"]),
    ("domain_id", &["is_custom"]),
    ("expiration", &["expiration_in_hours", "expiration_in_seconds"]),
    ("expire_time", &["expires_at"]),
    ("group_name", &["name"]),
    ("href", &["api_version"]),
    ("id", &["template_id"]),
    ("key", &["name"]),
    ("last_authn", &["last_authn_at"]),
    ("modified_at", &["last_modified_at"]),
    ("path", &["kind"]),
    ("owner_iamid", &["owner_iam_id"]),
    ("owner_userid", &["owner_user_id"]),
    ("policy", &["is_fine_grained", "version"]),
    ("policy_name", &["name"]),
    ("policy_type", &["type"]),
    ("report_duration", &["report_duration_hours"]),
    ("report_end_time", &["report_ended_at"]),
    ("saml_metadata_document", &["metadata_sha256"]),
    ("tag_value", &["value"]),
    ("traits", &["eu_supported"]),
    ("trust_policy", &["fault"]),
    ("type", &["entity_type"]),
    ("updated_by", &["updated_by_id"]),
    ("user_name", &["name"]),
    ("version", &["template_version"]),
];

/// Settles what could not be read of the item that the fresh rows were made of.
pub(crate) fn settle(faults: &Faults, seen: &mut Seen) {
    let (unread, unsaid) = (faults.take_unread(), faults.take_unsaid());
    if unread.is_empty() && unsaid.is_empty() {
        return;
    }
    let rows = seen.fresh();
    let doubtful: Vec<UnreadCell> = unsaid.iter().flat_map(|unsaid| doubted(unsaid, &rows)).collect();
    seen.unread.extend(doubtful);
    if unread.is_empty() {
        return;
    }
    let mut cells = Vec::new();
    for Unread { member, fault } in unread {
        let concerned = member.map(|member| concerned(&member, &rows)).unwrap_or_default();
        let place = concerned.first().map(|(row, _)| *row).or(rows.first()).map(place).unwrap_or_default();
        faults.note(|| fault + &place);
        cells.extend(concerned);
    }
    for row @ (table, _) in &rows {
        let documents = table.columns.iter().filter(|column| column.kind == Type::Document);
        cells.extend(documents.map(|column| (row, column.name)));
    }
    let mut cells: Vec<UnreadCell> = cells
        .into_iter()
        .map(|((table, row), column)| UnreadCell {
            table: table.name,
            key: row.prefix(table.key).into(),
            column,
            is_doubtful: false,
        })
        .collect();
    cells.sort_unstable();
    cells.dedup();
    seen.unread.extend(cells);
}

/// Returns the cells that a member is read into which was not said, or in an odd form, and with them the document that shows
/// it so.
fn doubted(Unsaid { member, shown }: &Unsaid, rows: &[Made]) -> Vec<UnreadCell> {
    let is_named = |column: &'static str| column == member || renamed(member).contains(&column);
    let is_shown = |value: Value<'_>| shown.as_deref().is_none_or(|shown| value.as_text() == Some(shown));
    let cells = |(table, row): &Made| {
        let columns = table.columns.iter().zip(row.values()).skip(table.key);
        let filled = columns.filter(|(column, value)| is_named(column.name) && is_shown(*value));
        let documents = table.columns.iter().filter(|column| column.kind == Type::Document);
        let mut cells: Vec<&'static str> = filled.map(|(column, _)| column.name).collect();
        if !cells.is_empty() {
            cells.extend(documents.map(|column| column.name));
        }
        let key: Box<[u8]> = row.prefix(table.key).into();
        let cell = |column| UnreadCell { table: table.name, key: key.clone(), column, is_doubtful: true };
        cells.into_iter().map(cell).collect::<Vec<_>>()
    };
    rows.iter().map(cells).find(|cells| !cells.is_empty()).unwrap_or_default()
}

/// Returns the columns of other names that a member is read into.
fn renamed(member: &str) -> &'static [&'static str] {
    RENAMED.iter().find(|(name, _)| *name == member).map(|(_, columns)| *columns).unwrap_or_default()
}

/// A row that was just made, with its table.
type Made = (&'static Table, Row);

/// Returns the cells that a member concerns: those of its columns that hold nothing, or else all of its columns, or
/// else every cell that holds nothing.
fn concerned<'a>(member: &str, rows: &'a [Made]) -> Vec<(&'a Made, &'static str)> {
    let renamed = renamed(member);
    let cells = rows.iter().flat_map(|row| {
        let columns = row.0.columns.iter().zip(row.1.values()).skip(row.0.key);
        columns
            .filter(|(column, _)| column.kind != Type::Document)
            .map(move |(column, value)| (row, column.name, value))
    });
    let cells: Vec<(&Made, &'static str, Value<'_>)> = cells.collect();
    let is_named = |column: &str| column == member || renamed.contains(&column);
    let chosen = |is_chosen: &dyn Fn(&str, Value<'_>) -> bool| -> Vec<(&'a Made, &'static str)> {
        let chosen = cells.iter().filter(|(_, column, value)| is_chosen(column, *value));
        chosen.map(|(row, column, _)| (*row, *column)).collect()
    };
    [
        chosen(&|column, value| is_named(column) && value.is_null()),
        chosen(&|column, _| is_named(column)),
        chosen(&|_, value| value.is_null()),
    ]
    .into_iter()
    .find(|chosen| !chosen.is_empty())
    .unwrap_or_default()
}

fn place((table, row): &Made) -> String {
    let key: Vec<String> = row.values().take(table.key).map(|value| value.to_string()).collect();
    format!(" in {} `{}`", table.name, key.join("/"))
}

#[cfg(test)]
mod tests {
    use model::tables::ibm::{API_KEYS, GROUP_RULE_CONDITIONS, GROUP_RULES, PROFILE_LINKS};
    use serde_json::json;

    use super::*;
    use crate::item::Item;

    fn columns(seen: &Seen) -> Vec<(&'static str, &'static str)> {
        seen.unread.iter().map(|cell| (cell.table, cell.column)).collect()
    }

    #[test]
    fn an_unread_member_concerns_its_own_cell_and_the_document() {
        let (faults, mut seen) = (Faults::default(), Seen::default());
        let value = json!({"id": "k", "disabled": [], "modified_at": {}, "locked": null});
        let item = Item::of(&value, &faults).unwrap();
        let row = API_KEYS.draft().set("id", item.key("id")).set("disabled", item.boolean("disabled"));
        let row = row.set("last_modified_at", item.time("modified_at").as_ref()).set("document", "{}").row();
        seen.push(&API_KEYS, row.clone());
        settle(&faults, &mut seen);
        let name = API_KEYS.name;
        assert_eq!(columns(&seen), [(name, "disabled"), (name, "document"), (name, "last_modified_at")]);
        assert!(seen.unread.iter().all(|cell| &*cell.key == row.prefix(API_KEYS.key)));
        let reason = faults.reason().unwrap();
        assert_eq!(
            reason,
            "`disabled` is an array, no truth value in ibm_api_keys `k`, and 1 more of the kind"
        );
    }

    #[test]
    fn a_member_of_a_nested_thing_concerns_the_row_of_that() {
        let (faults, mut seen) = (Faults::default(), Seen::default());
        let value = json!({"claim": 7, "operator": []});
        let condition = Item::of(&value, &faults).unwrap();
        seen.push(&GROUP_RULES, GROUP_RULES.draft().set("group_id", "g").set("id", "r").row());
        let row = GROUP_RULE_CONDITIONS.draft().set("group_id", "g").set("rule_id", "r").set("position", 0);
        seen.push(&GROUP_RULE_CONDITIONS, row.set("operator", condition.text("operator")).row());
        settle(&faults, &mut seen);
        let (rules, conditions) = (GROUP_RULES.name, GROUP_RULE_CONDITIONS.name);
        assert_eq!(columns(&seen), [(conditions, "operator"), (rules, "document")]);
    }

    #[test]
    fn a_member_without_a_column_concerns_all_that_holds_nothing() {
        let (faults, mut seen) = (Faults::default(), Seen::default());
        faults.note_unread(Some("link"), "`link` is a text, no object".to_owned());
        let row = PROFILE_LINKS.draft().set("profile_id", "p").set("id", "l").set("name", "n").row();
        seen.push(&PROFILE_LINKS, row);
        settle(&faults, &mut seen);
        let columns: Vec<&str> = seen.unread.iter().map(|cell| cell.column).collect();
        assert!(columns.contains(&"crn") && columns.contains(&"namespace") && !columns.contains(&"name"));
    }

    #[test]
    fn what_was_read_well_leaves_no_cell_unread() {
        let (faults, mut seen) = (Faults::default(), Seen::default());
        seen.push(&API_KEYS, API_KEYS.draft().set("id", "k").row());
        settle(&faults, &mut seen);
        assert!(seen.unread.is_empty() && faults.reason().is_none());
    }
}
