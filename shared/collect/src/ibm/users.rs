//! Users, with their login settings.

use model::tables::ibm::USERS;

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads all users of the account.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let path = ["v2", "accounts", reader.account, "users"];
    let query = [("limit", "100"), ("include_settings", "true")];
    let base = &reader.endpoints.user_management;
    let list = list_at(USERS.listing, base, &path, &query, Family::UnderscoreStart, Items::Each("resources"));
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let iam_id = item.key("iam_id")?;
    item.should_say(&["id", "realm", "user_id", "email", "state", "account_id", "added_on"]);
    // The settings stand in the user or in a member of their own; no source says which.
    let settings = item.object("settings").unwrap_or(*item);
    settings.should_say(&["self_manage", "allowed_ip_addresses"]);
    let row = USERS
        .draft()
        .set("iam_id", iam_id)
        .set("id", item.text("id"))
        .set("user_id", item.text("user_id"))
        .set("realm", item.text("realm"))
        .set("email", item.text("email"))
        .set("state", item.text("state"))
        .set("account_id", item.text("account_id"))
        .set("added_at", item.time("added_on").as_ref())
        .set("allowed_ip_addresses", settings.text("allowed_ip_addresses"))
        .set("self_manage", settings.boolean("self_manage"))
        .set("document", &item.document())
        .row();
    seen.push(&USERS, row);
    Some(iam_id.to_owned())
}
