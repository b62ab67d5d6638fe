//! API keys of the whole account, never the key itself: those of users, and those of the service IDs
//! of each group, because the interface assumes the default group as it does for service IDs.

use model::tables::ibm::API_KEYS;

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// The name of the list.
pub(crate) const LISTING: &str = API_KEYS.listing;
/// The parent under which the coverage names the keys of users.
pub(crate) const OF_USERS: &str = "user";
/// The parent under which the coverage names the keys of the default group's service IDs.
pub(crate) const OF_SERVICE_IDS: &str = "serviceid";

/// Reads the keys of users.
pub(crate) async fn of_users(reader: &Reader<'_>) -> Seen {
    of(reader, OF_USERS, None).await
}

/// Reads the keys of a group's service IDs.
pub(crate) async fn of_service_ids(reader: &Reader<'_>, group: Option<&str>) -> Seen {
    of(reader, OF_SERVICE_IDS, group).await
}

async fn of(reader: &Reader<'_>, owner: &str, group: Option<&str>) -> Seen {
    let mut query =
        vec![("account_id", reader.account), ("scope", "account"), ("type", owner), ("pagesize", "100")];
    query.extend(group.map(|group| ("group_id", group)));
    let items = Items::Each("apikeys");
    let list = list_at(LISTING, &reader.endpoints.iam, &["v1", "apikeys"], &query, Family::PageToken, items);
    let parent = group.map_or_else(|| owner.to_owned(), |group| format!("{owner}/{group}"));
    reader.list(list.of(&parent), |item, seen| keep(owner, item, seen)).await
}

fn keep(owner: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["iam_id", "locked", "name", "crn"]);
    item.should_say(&[
        "description",
        "disabled",
        "support_sessions",
        "action_when_leaked",
        "created_at",
        "created_by",
        "expires_at",
    ]);
    let row = API_KEYS
        .draft()
        .set("id", id)
        .set("crn", item.text("crn"))
        .set("name", item.text("name"))
        .set("iam_id", item.text("iam_id"))
        .set("owner_type", owner)
        .set("description", item.text("description"))
        .set("disabled", item.boolean("disabled"))
        .set("locked", item.boolean("locked"))
        .set("support_sessions", item.boolean("support_sessions"))
        .set("action_when_leaked", item.text("action_when_leaked"))
        .set("created_at", item.time("created_at").as_ref())
        .set("created_by_id", item.text("created_by"))
        .set("expires_at", item.time("expires_at").as_ref())
        .set("last_modified_at", item.time("modified_at").as_ref())
        .set("document", &item.document())
        .row();
    seen.push(&API_KEYS, row);
    Some(id.to_owned())
}
