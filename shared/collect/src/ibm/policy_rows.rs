//! The rows of one policy in the form of version 2.
//!
//! In: the policy. Out: a row of the policy and rows of its subjects, resource attributes, tags,
//! roles and conditions, and of its activity. Attributes are numbered in an order of our own, because
//! the cloud's means nothing; an attribute that takes any of several values has a row for each.

use model::{
    Table,
    tables::ibm::{
        POLICIES, POLICY_ACTIVITY, POLICY_CONDITIONS, POLICY_RESOURCES, POLICY_ROLES, POLICY_SUBJECTS,
        POLICY_TAGS,
    },
};
use serde_json::Value;

use super::value_like::value_like;
use crate::{document, item::Item, listing::Seen};

/// How an attribute is compared that does not say it.
const USUAL_OPERATOR: &str = "stringEquals";

/// An attribute: name, operator, values.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Attribute<'a> {
    name: &'a str,
    operator: &'a str,
    values: Vec<String>,
}

/// Makes the rows of a policy, as a list of that version showed it.
pub(crate) fn keep(item: &Item<'_>, version: &str, seen: &mut Seen) {
    let Some(id) = item.key("id") else { return };
    let subject = attributes(item.object("subject"), "attributes");
    keep_policy(item, id, version, &subject, seen);
    keep_attributes(&POLICY_SUBJECTS, id, &subject, seen);
    let resource = item.object("resource");
    keep_attributes(&POLICY_RESOURCES, id, &attributes(resource, "attributes"), seen);
    keep_tags(id, &attributes(resource, "tags"), seen);
    let grant = item.object("control").and_then(|control| control.object("grant"));
    for role in grant.iter().flat_map(|grant| grant.objects("roles")) {
        let Some(role_id) = role.key("role_id") else { continue };
        let row = POLICY_ROLES
            .draft()
            .set("policy_id", id)
            .set("role_id", role_id)
            .set("display_name", role.text("display_name"))
            .row();
        seen.push(&POLICY_ROLES, row);
    }
    if let Some(rule) = item.object("rule") {
        keep_conditions(id, &rule, None, "", seen);
    }
    let row = POLICY_ACTIVITY
        .draft()
        .set("policy_id", id)
        .set("last_permit_at", item.time("last_permit_at").as_ref())
        .set("last_permit_frequency", item.integer("last_permit_frequency"))
        .row();
    seen.push(&POLICY_ACTIVITY, row);
}

fn keep_policy(item: &Item<'_>, id: &str, version: &str, subject: &[Attribute<'_>], seen: &mut Seen) {
    let template = item.object("template");
    let of_template = |name| template.and_then(|template| template.text(name));
    let template_version = template.and_then(|template| template.value("version")).map(plain);
    let rule = item.object("rule").filter(|rule| rule.value("conditions").is_some());
    let row = POLICIES
        .draft()
        .set("id", id)
        .set("type", item.text("type"))
        .set("state", item.text("state"))
        .set("description", item.text("description"))
        .set("subject_iam_id", only_value(subject, "iam_id"))
        .set("subject_access_group_id", only_value(subject, "access_group_id"))
        .set("api_version", written_in(item.text("href")).unwrap_or(version))
        .set("pattern", item.text("pattern"))
        .set("rule_operator", rule.and_then(|rule| rule.text("operator")))
        .set("template_id", of_template("id"))
        .set("template_version", template_version.as_ref())
        .set("assignment_id", of_template("assignment_id"))
        .set("created_at", item.time("created_at").as_ref())
        .set("created_by_id", item.text("created_by_id"))
        .set("last_modified_at", item.time("last_modified_at").as_ref())
        .set("last_modified_by_id", item.text("last_modified_by_id"))
        .set("document", &item.document())
        .row();
    seen.push(&POLICIES, row);
}

/// Returns the version that a policy was written in: its link leads there.
fn written_in(href: Option<&str>) -> Option<&'static str> {
    let href = href?;
    ["v1", "v2"].into_iter().find(|version| href.contains(&format!("/{version}/policies")))
}

/// Returns the value of an attribute that can only be this one.
fn only_value<'a>(attributes: &'a [Attribute<'_>], name: &str) -> Option<&'a str> {
    let mut meant = attributes.iter().filter(|each| each.name == name);
    let (only, None) = (meant.next()?, meant.next()) else { return None };
    match only.values.as_slice() {
        [value] if only.operator.starts_with("stringEquals") => Some(value),
        _ => None,
    }
}

fn attributes<'a>(of: Option<Item<'a>>, member: &str) -> Vec<Attribute<'a>> {
    let Some(of) = of else { return Vec::new() };
    let mut attributes: Vec<Attribute<'a>> = of
        .objects(member)
        .filter_map(|attribute| {
            let mut values = match attribute.value("value") {
                Some(Value::Array(values)) => values.iter().map(plain).collect(),
                Some(value) => vec![plain(value)],
                None => Vec::new(),
            };
            values.sort_unstable();
            Some(Attribute {
                name: attribute.key("key")?,
                operator: attribute.text("operator").unwrap_or(USUAL_OPERATOR),
                values,
            })
        })
        .collect();
    attributes.sort_unstable();
    attributes
}

/// Writes a value as text: text as it is, but a moment in the form of tables; all else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => model::normal_moment(text).unwrap_or_else(|| text.clone()),
        other => document::canonical_value(other),
    }
}

fn keep_attributes(table: &'static Table, id: &str, attributes: &[Attribute<'_>], seen: &mut Seen) {
    for (attribute, position) in attributes.iter().zip(0_i64..) {
        for (value, value_position) in attribute.values.iter().zip(0_i64..) {
            let row = table
                .draft()
                .set("policy_id", id)
                .set("position", position)
                .set("value_position", value_position)
                .set("name", attribute.name)
                .set("operator", attribute.operator)
                .set("value", value)
                .set("value_like", value_like(attribute.operator, value).as_ref())
                .row();
            seen.push(table, row);
        }
    }
}

fn keep_tags(id: &str, tags: &[Attribute<'_>], seen: &mut Seen) {
    let each = tags.iter().flat_map(|tag| tag.values.iter().map(move |value| (tag, value)));
    for ((tag, value), position) in each.zip(0_i64..) {
        let row = POLICY_TAGS
            .draft()
            .set("policy_id", id)
            .set("position", position)
            .set("name", tag.name)
            .set("operator", tag.operator)
            .set("value", value)
            .row();
        seen.push(&POLICY_TAGS, row);
    }
}

/// Keeps the conditions of a rule: a single one, or a group whose members may be groups again.
fn keep_conditions(id: &str, rule: &Item<'_>, group: Option<&str>, place: &str, seen: &mut Seen) {
    if rule.value("conditions").is_some() {
        let mut conditions: Vec<Item<'_>> = rule.objects("conditions").collect();
        conditions.sort_by_cached_key(Item::document);
        for (number, condition) in conditions.iter().enumerate() {
            let place = if place.is_empty() { number.to_string() } else { format!("{place}.{number}") };
            keep_conditions(id, condition, rule.text("operator"), &place, seen);
        }
        return;
    }
    let row = POLICY_CONDITIONS
        .draft()
        .set("policy_id", id)
        .set("position", if place.is_empty() { "0" } else { place })
        .set("group_operator", group)
        .set("name", rule.text("key"))
        .set("operator", rule.text("operator"))
        .set("value", rule.value("value").map(plain).as_ref())
        .row();
    seen.push(&POLICY_CONDITIONS, row);
}

#[cfg(test)]
mod tests;
