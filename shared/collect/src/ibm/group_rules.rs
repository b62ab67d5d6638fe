//! Dynamic rules of access groups: which federated users become members.

use model::tables::ibm::{GROUP_RULE_CONDITIONS, GROUP_RULES};

use super::{
    claims,
    reader::{Parents, Reader, list_at},
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads the rules of each group.
pub(crate) async fn list(reader: &Reader<'_>, groups: Parents) -> Seen {
    let name = GROUP_RULES.listing;
    let of = |group: String| async move {
        let path = ["v2", "groups", &group, "rules"];
        let list = list_at(name, &reader.endpoints.iam, &path, &[], Family::Single, Items::Each("rules"));
        reader.list(list.of(&group), |item, seen| keep(&group, item, seen)).await
    };
    reader.each(name, "GET /v2/groups/{id}/rules", groups, of).await
}

fn keep(group: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.should_say(&["name", "realm_name", "expiration", "created_at", "created_by_id"]);
    let row = GROUP_RULES
        .draft()
        .set("group_id", group)
        .set("id", id)
        .set("name", item.text("name"))
        .set("realm_name", item.text("realm_name"))
        .set("expiration_in_hours", item.integer("expiration"))
        .set("created_at", item.time("created_at").as_ref())
        .set("created_by_id", item.text("created_by_id"))
        .set("last_modified_at", item.time("last_modified_at").as_ref())
        .set("last_modified_by_id", item.text("last_modified_by_id"))
        .set("document", &item.document())
        .row();
    seen.push(&GROUP_RULES, row.clone());
    seen.nested(item, (&GROUP_RULES, &row), &[&GROUP_RULE_CONDITIONS], |seen| {
        claims::keep(&GROUP_RULE_CONDITIONS, ("group_id", group), id, item, seen);
    });
    Some(id.to_owned())
}
