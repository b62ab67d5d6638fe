//! Rules of context-based restrictions, and how many rules and zones the account says it has.

use model::tables::ibm::{CBR_RULE_CONTEXTS, CBR_RULE_OPERATIONS, CBR_RULE_RESOURCES, CBR_RULES};

use super::reader::{Reader, address, list_at};
use crate::{
    document,
    item::{Item, read_counter},
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// How many there are, as the account settings say; none where they cannot be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// How many rules the account counts.
    pub(crate) rules: Option<u64>,
    /// How many network zones the account counts.
    pub(crate) zones: Option<u64>,
}

/// Reads the counts. They only serve to check other lists, so there is no coverage of them.
pub(crate) async fn counts(reader: &Reader<'_>) -> Counts {
    let url = address(&reader.endpoints.cbr, &["v1", "account_settings", reader.account], &[]);
    let answer = reader.session.get(&url, CBR_RULES.listing).await.ok().flatten();
    let count = |name| {
        let number = read_counter(answer.as_ref()?.get(name)?)?;
        u64::try_from(number).ok()
    };
    Counts { rules: count("current_rule_count"), zones: count("current_zone_count") }
}

/// Reads all context-based restriction rules.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let query = [("account_id", reader.account)];
    let items = Items::Each("rules");
    let base = &reader.endpoints.cbr;
    let list = list_at(CBR_RULES.listing, base, &["v1", "rules"], &query, Family::Single, items);
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["crn"]);
    item.should_say(&["description", "enforcement_mode", "created_at", "created_by_id"]);
    let row = CBR_RULES
        .draft()
        .set("id", id)
        .set("crn", item.text("crn"))
        .set("description", item.text("description"))
        .set("enforcement_mode", item.text("enforcement_mode"))
        .set("created_at", item.time("created_at").as_ref())
        .set("created_by_id", item.text("created_by_id"))
        .set("last_modified_at", item.time("last_modified_at").as_ref())
        .set("last_modified_by_id", item.text("last_modified_by_id"))
        .set("document", &item.document())
        .row();
    seen.push(&CBR_RULES, row.clone());
    let of = (&CBR_RULES, &row);
    seen.nested(item, of, &[&CBR_RULE_CONTEXTS], |seen| keep_contexts(id, item, seen));
    seen.nested(item, of, &[&CBR_RULE_RESOURCES], |seen| keep_resources(id, item, seen));
    seen.nested(item, of, &[&CBR_RULE_OPERATIONS], |seen| keep_operations(id, item, seen));
    Some(id.to_owned())
}

fn keep_contexts(id: &str, item: &Item<'_>, seen: &mut Seen) {
    for (context, number) in in_our_order(item.must_list("contexts"), "contexts").iter().zip(0_i64..) {
        for (attribute, position) in
            in_our_order(context.must_list("attributes"), "attributes").iter().zip(0_i64..)
        {
            attribute.must_name("name").must_name("value");
            let row = CBR_RULE_CONTEXTS
                .draft()
                .set("rule_id", id)
                .set("context", number)
                .set("position", position)
                .set("name", attribute.text("name"))
                .set("value", attribute.text("value"))
                .row();
            seen.push(&CBR_RULE_CONTEXTS, row);
        }
    }
}

fn keep_resources(id: &str, item: &Item<'_>, seen: &mut Seen) {
    for (resource, number) in in_our_order(item.must_list("resources"), "resources").iter().zip(0_i64..) {
        keep_resource((id, number), resource.must_list("attributes"), "attributes", seen);
        keep_resource((id, number), resource.must_not_be_null("tags"), "tags", seen);
    }
}

/// A rule without operations is one for all of them.
fn keep_operations(id: &str, item: &Item<'_>, seen: &mut Seen) {
    let Some(operations) = item.must_not_be_null("operations").object("operations") else { return };
    for kind in
        operations.must_list("api_types").objects("api_types").filter_map(|each| each.key("api_type_id"))
    {
        let row = CBR_RULE_OPERATIONS.draft().set("rule_id", id).set("api_type_id", kind).row();
        seen.push(&CBR_RULE_OPERATIONS, row);
    }
}

fn keep_resource(of: (&str, i64), resource: &Item<'_>, member: &str, seen: &mut Seen) {
    for (attribute, position) in in_our_order(resource, member).iter().zip(0_i64..) {
        attribute.must_name("name").must_name("value");
        let row = CBR_RULE_RESOURCES
            .draft()
            .set("rule_id", of.0)
            .set("resource", of.1)
            .set("is_tag", member == "tags")
            .set("position", position)
            .set("name", attribute.text("name"))
            .set("operator", attribute.text("operator").unwrap_or("stringEquals"))
            .set("value", attribute.text("value"))
            .row();
        seen.push(&CBR_RULE_RESOURCES, row);
    }
}

/// Returns the objects of an array in an order that does not depend on the cloud's, whose own means
/// nothing.
fn in_our_order<'a>(item: &Item<'a>, member: &str) -> Vec<Item<'a>> {
    let mut items: Vec<Item<'a>> = item.objects(member).collect();
    items.sort_by_cached_key(|each| (document::canonical_value(&each.text("name").into()), each.order()));
    items
}
