//! Rules that put federated users into groups, by the name of the group.

use model::tables::huawei::MAPPINGS;
use serde_json::Value;

use super::reader::{Reader, single};
use crate::{
    document,
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all mappings of identity providers.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let path = ["v3", "OS-FEDERATION", "mappings"];
    reader.list(single(&MAPPINGS, &reader.endpoints.iam, &path, &[], Items::Each("mappings")), keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    let rules = in_our_order(item.must_have("rules"), "rules");
    for (rule, number) in rules.iter().zip(0_i64..) {
        let remote = remote(rule.must_have("remote"));
        for (local, position) in in_our_order(rule.must_have("local"), "local").iter().zip(0_i64..) {
            let name = |member: &str| local.object(member)?.key("name");
            if ["user", "group", "groups"].iter().all(|member| local.value(member).is_none()) {
                local.faults().note(|| "a mapping makes nobody of whom it fits".to_owned());
            }
            let row = MAPPINGS
                .draft()
                .set("mapping_id", id)
                .set("rule", number)
                .set("position", position)
                .set("user_name", name("user"))
                .set("group_name", name("group"))
                .set("remote", remote.as_ref())
                .row();
            seen.push(&MAPPINGS, row);
        }
    }
    Some(id.to_owned())
}

/// Returns the objects of an array in an order of our own: all rules that fit hold, so the cloud's order means nothing.
/// It does not hang on `regex`, which an answer may leave out, so that no rule moves by that.
fn in_our_order<'a>(item: &Item<'a>, member: &str) -> Vec<Item<'a>> {
    let mut items: Vec<Item<'a>> = item.objects(member).collect();
    items.sort_by_cached_key(|each| (claims(each), remote(each), each.order()));
    items
}

/// Returns which claims a rule asks for, and what they should hold.
fn claims(rule: &Item<'_>) -> Option<String> {
    let mut remote = rule.value("remote")?.clone();
    for members in remote.as_array_mut()?.iter_mut().filter_map(Value::as_object_mut) {
        members.remove("regex");
    }
    Some(document::canonical_in_order(&remote))
}

/// Returns what a rule asks. What the user has at `{0}` hangs on the order of the attributes, so it is kept.
fn remote(rule: &Item<'_>) -> Option<String> {
    if rule.value("remote").is_some_and(|remote| !remote.is_array()) {
        rule.unread("remote", "is no array");
    }
    let mut remote = rule.value("remote")?.clone();
    for attribute in remote.as_array_mut().into_iter().flatten() {
        let shown = Item::of(attribute, rule.faults());
        if let Some(shown) = shown {
            shown.must_name("type").text("type");
            for claims in ["any_one_of", "not_any_of"] {
                if attribute.get(claims).is_some_and(Value::is_null) {
                    shown.unread(claims, "is null");
                }
                shown.texts(claims);
            }
        }
        let is_regex = shown.and_then(|shown| shown.boolean("regex"));
        if let (Some(is_regex), Some(members)) = (is_regex, attribute.as_object_mut()) {
            members.insert("regex".to_owned(), is_regex.into());
        }
    }
    Some(document::canonical_in_order(&remote))
}
