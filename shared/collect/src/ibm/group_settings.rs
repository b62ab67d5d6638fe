//! Settings of access groups: whether the public group opens anything.

use model::tables::ibm::GROUP_SETTINGS;

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads the settings of access groups.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let query = [("account_id", reader.account)];
    let path = ["v2", "groups", "settings"];
    let name = GROUP_SETTINGS.listing;
    let items = Items::Whole { has: Some("public_access_enabled") };
    let list = list_at(name, &reader.endpoints.iam, &path, &query, Family::Single, items);
    reader.list(list, |item, seen| keep(reader.account, item, seen)).await
}

fn keep(account: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    item.must_say(&["public_access_enabled"]);
    let row = GROUP_SETTINGS
        .draft()
        .set("account_id", account)
        .set("public_access_enabled", item.boolean("public_access_enabled"))
        .set("last_modified_at", item.time("last_modified_at").as_ref())
        .set("last_modified_by_id", item.text("last_modified_by_id"))
        .row();
    seen.push(&GROUP_SETTINGS, row);
    Some(account.to_owned())
}
