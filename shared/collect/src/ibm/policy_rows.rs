//! The rows of one policy in the form of version 2.
//!
//! In: the policy. Out: a row of the policy and rows of its subjects, resource attributes, tags,
//! roles and conditions, and of its activity. Attributes are numbered in an order of our own, because
//! the cloud's means nothing; an attribute that takes any of several values has a row for each.

use model::{
    Row, Table,
    tables::ibm::{
        POLICIES, POLICY_ACTIVITY, POLICY_CONDITIONS, POLICY_RESOURCES, POLICY_ROLES, POLICY_SUBJECTS,
        POLICY_TAGS,
    },
};
use serde_json::Value;

use super::value_like::value_like;
use crate::{
    document,
    item::{Item, read_boolean},
    listing::Seen,
    reading::Kept,
};

/// How an attribute is compared that does not say it.
const USUAL_OPERATOR: &str = "stringEquals";
/// The operator that compares with whether there is such an attribute at all.
const EXISTS: &str = "stringExists";

/// An attribute: name, operator, values.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Attribute<'a> {
    name: &'a str,
    operator: &'a str,
    values: Vec<String>,
}

/// Makes the rows of a policy, as a list of that version showed it.
///
/// A policy says for whom, on what and which roles: where one of these is missing, or an element of it cannot be read,
/// what was known of it stands in, because a policy that names less gives more.
pub(crate) fn keep(item: &Item<'_>, version: &str, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    // Version 1 leaves out a state that is active.
    let is_second = version == "v2";
    item.must_say(if is_second { &["type", "state"] } else { &["type"] });
    item.should_say(&[
        "href",
        "description",
        "pattern",
        "created_at",
        "created_by_id",
        "last_permit_at",
        "last_permit_frequency",
    ]);
    let (faults, doubts) = (item.faults().count(), item.faults().doubts());
    let subject = attributes(item.must_have("subject").object("subject"), is_second);
    let (is_broken, is_doubtful) = (item.faults().count() > faults, item.faults().doubts() > doubts);
    let row = policy(item, id, version, &subject);
    seen.push(&POLICIES, row.clone());
    keep_attributes(&POLICY_SUBJECTS, id, &subject, seen);
    if is_broken {
        seen.note_broken((&POLICIES, &row), &[&POLICY_SUBJECTS]);
        ["subject_iam_id", "subject_access_group_id"]
            .into_iter()
            .for_each(|column| seen.note_unread(&POLICIES, &row, column));
    } else if is_doubtful {
        seen.note_doubtful((&POLICIES, &row), &[&POLICY_SUBJECTS]);
        ["subject_iam_id", "subject_access_group_id"]
            .into_iter()
            .for_each(|column| seen.note_unsaid(&POLICIES, &row, column));
    }
    seen.nested(item, (&POLICIES, &row), &[&POLICY_RESOURCES, &POLICY_TAGS], |seen| {
        let resource = item.must_have("resource").object("resource");
        keep_attributes(&POLICY_RESOURCES, id, &attributes(resource, is_second), seen);
        keep_tags(id, &tags(resource, is_second), seen);
    });
    seen.nested(item, (&POLICIES, &row), &[&POLICY_ROLES], |seen| keep_roles(id, item, seen));
    let before = item.faults().count();
    seen.nested(item, (&POLICIES, &row), &[&POLICY_CONDITIONS], |seen| {
        if let Some(rule) = item.must_not_be_null("rule").object("rule") {
            keep_conditions(id, &rule, None, "", seen);
        }
    });
    if item.faults().count() > before {
        seen.note_unread(&POLICIES, &row, "rule_operator");
    }
    let row = POLICY_ACTIVITY
        .draft()
        .set("policy_id", id)
        .set("last_permit_at", item.time("last_permit_at").as_ref())
        .set("last_permit_frequency", item.integer("last_permit_frequency"))
        .row();
    seen.push(&POLICY_ACTIVITY, row);
    Some(id.to_owned())
}

fn keep_roles(id: &str, item: &Item<'_>, seen: &mut Seen) {
    let control = item.must_have("control").object("control");
    let grant = control.and_then(|control| control.must_have("grant").object("grant"));
    for role in grant.iter().flat_map(|grant| grant.must_have("roles").objects("roles")) {
        let Some(role_id) = role.key("role_id") else { continue };
        let row = POLICY_ROLES
            .draft()
            .set("policy_id", id)
            .set("role_id", role_id)
            .set("display_name", role.text("display_name"))
            .row();
        seen.push(&POLICY_ROLES, row);
    }
}

fn policy(item: &Item<'_>, id: &str, version: &str, subject: &[Attribute<'_>]) -> Row {
    let template = item.object("template");
    let of_template = |name| template.and_then(|template| template.text(name));
    let rule = item.object("rule").filter(|rule| rule.value("conditions").is_some());
    POLICIES
        .draft()
        .set("id", id)
        .set("type", item.text("type"))
        .set("state", item.text("state"))
        .set("description", item.text("description"))
        .set("subject_iam_id", only_value(subject, "iam_id"))
        .set("subject_access_group_id", only_value(subject, "access_group_id"))
        .set("api_version", written_in(item).unwrap_or(version))
        .set("pattern", item.text("pattern"))
        .set("rule_operator", rule.and_then(|rule| rule.text("operator")))
        .set("template_id", of_template("id"))
        .set("template_version", of_template("version"))
        .set("assignment_id", of_template("assignment_id"))
        .set("created_at", item.time("created_at").as_ref())
        .set("created_by_id", item.text("created_by_id"))
        .set("last_modified_at", item.time("last_modified_at").as_ref())
        .set("last_modified_by_id", item.text("last_modified_by_id"))
        .set("document", &item.document())
        .row()
}

/// Returns the version that a policy was written in: its link leads there. A link that leads elsewhere does not say.
fn written_in(item: &Item<'_>) -> Option<&'static str> {
    let href = item.text("href")?;
    let version = ["v1", "v2"].into_iter().find(|version| href.contains(&format!("/{version}/policies")));
    if version.is_none() {
        item.unread("href", "leads to no policy");
    }
    version
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

fn attributes(of: Option<Item<'_>>, is_second: bool) -> Vec<Attribute<'_>> {
    of.map(|of| read_attributes(of.must_have("attributes"), "attributes", is_second)).unwrap_or_default()
}

/// Returns the access tags of a resource, which it need not have.
fn tags(of: Option<Item<'_>>, is_second: bool) -> Vec<Attribute<'_>> {
    of.map(|of| read_attributes(of.must_not_be_null("tags"), "tags", is_second)).unwrap_or_default()
}

/// Reads attributes. In version 1 they may leave out how they are compared.
fn read_attributes<'a>(of: &Item<'a>, member: &str, is_second: bool) -> Vec<Attribute<'a>> {
    let mut attributes: Vec<Attribute<'a>> = of
        .objects(member)
        .filter_map(|attribute| {
            attribute.must_name("value");
            if attribute.holds_empty("value") {
                attribute.unread("value", "holds an empty text");
            }
            if is_second {
                attribute.must_name("operator");
            }
            if attribute.text("operator").is_none_or(compares_text) {
                attribute.must_be_text("value");
            }
            if attribute.text("operator").is_some_and(|operator| !operator.ends_with("AnyOf")) {
                attribute.must_be_one("value");
            }
            let is_truth = attribute.text("operator") == Some(EXISTS);
            let written = |value| if is_truth { truth(value) } else { plain(value) };
            let mut values: Vec<String> = match attribute.plain("value") {
                Some(Value::Array(values)) => values.iter().map(written).collect(),
                Some(value) => vec![written(value)],
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

/// Returns whether an operator compares with a text, as those of times do: `stringExists` takes a truth value.
fn compares_text(operator: &str) -> bool {
    !operator.starts_with("numeric") && operator != EXISTS
}

/// Writes a truth value in one form, as clouds and people write it in several.
fn truth(value: &Value) -> String {
    read_boolean(value).map_or_else(|| plain(value), |truth| truth.to_string())
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
        rule.must_name("operator");
        let mut conditions: Vec<Item<'_>> = rule.objects("conditions").collect();
        conditions.sort_by_cached_key(Item::order);
        for (number, condition) in conditions.iter().enumerate() {
            let place = if place.is_empty() { number.to_string() } else { format!("{place}.{number}") };
            keep_conditions(id, condition, rule.text("operator"), &place, seen);
        }
        return;
    }
    rule.must_name("key").must_name("operator").must_have("value");
    // Only a text can be compared with an empty one.
    let is_text = rule.text("operator").is_none_or(|operator| operator.starts_with("string"));
    if rule.text("operator").is_some_and(compares_text) {
        rule.must_be_text("value");
    }
    if !is_text && (rule.value("value").is_some_and(|value| value == "") || rule.holds_empty("value")) {
        rule.unread("value", "holds an empty text");
    }
    let row = POLICY_CONDITIONS
        .draft()
        .set("policy_id", id)
        .set("position", if place.is_empty() { "0" } else { place })
        .set("group_operator", group)
        .set("name", rule.text("key"))
        .set("operator", rule.text("operator"))
        .set("value", rule.plain("value").map(plain).as_ref())
        .row();
    seen.push(&POLICY_CONDITIONS, row);
}

#[cfg(test)]
mod tests;
