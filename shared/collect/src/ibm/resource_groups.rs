//! Resource groups.

use model::tables::ibm::RESOURCE_GROUPS;

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads all resource groups.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let query = [("account_id", reader.account)];
    let base = &reader.endpoints.resource_controller;
    let items = Items::Each("resources");
    let list =
        list_at(RESOURCE_GROUPS.listing, base, &["v2", "resource_groups"], &query, Family::Single, items);
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.should_say(&["crn", "name", "state", "default", "account_id", "created_at"]);
    let row = RESOURCE_GROUPS
        .draft()
        .set("id", id)
        .set("crn", item.text("crn"))
        .set("name", item.text("name"))
        .set("state", item.text("state"))
        .set("is_default", item.boolean("default"))
        .set("account_id", item.text("account_id"))
        .set("created_at", item.time("created_at").as_ref())
        .set("updated_at", item.time("updated_at").as_ref())
        .set("document", &item.document())
        .row();
    seen.push(&RESOURCE_GROUPS, row);
    Some(id.to_owned())
}
