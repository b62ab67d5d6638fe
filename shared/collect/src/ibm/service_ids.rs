//! Service ID groups, the service IDs of each, and their API keys.
//!
//! Without a group, the interface lists the default group alone, so the groups come first. When they
//! are refused, the default group is still read, and the coverage says what was left out.

use futures::future::join_all;
use model::{
    Coverage,
    tables::ibm::{SERVICE_ID_GROUPS, SERVICE_ID_INSTANCES, SERVICE_IDS},
};

use super::{
    api_keys,
    reader::{Reader, list_at},
};
use crate::{
    item::Item,
    listing::{Items, Seen, Wholeness},
    paging::Family,
    reading::Kept,
};

/// Reads groups, service IDs and keys.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let (groups, default, user_keys, default_keys) = futures::join!(
        groups(reader),
        of_group(reader, None),
        api_keys::of_users(reader),
        api_keys::of_service_ids(reader, None)
    );
    let ids: Vec<String> = groups.texts(&SERVICE_ID_GROUPS, "id").map(str::to_owned).collect();
    let in_groups = ids.iter().map(|id| async move {
        let (mut service_ids, keys) =
            futures::join!(of_group(reader, Some(id)), api_keys::of_service_ids(reader, Some(id)));
        service_ids.join(keys);
        service_ids
    });
    let in_groups = join_all(in_groups).await;
    let mut seen = groups;
    for part in in_groups.into_iter().chain([default, user_keys, default_keys]) {
        seen.join(part);
    }
    let groups = seen.wholeness(SERVICE_ID_GROUPS.listing);
    if groups != Wholeness::Whole {
        let reason = "the service ID groups could not be listed";
        seen.skip(SERVICE_IDS.listing, Coverage::REST, "GET /v1/serviceids", groups, reason);
        seen.skip(api_keys::LISTING, Coverage::REST, "GET /v1/apikeys", groups, reason);
    }
    seen
}

async fn groups(reader: &Reader<'_>) -> Seen {
    let query = [("account_id", reader.account)];
    let items = Items::Each("serviceid_groups");
    let name = SERVICE_ID_GROUPS.listing;
    let list =
        list_at(name, &reader.endpoints.iam, &["v1", "serviceid_groups"], &query, Family::Single, items);
    reader.list(list, keep_group).await
}

async fn of_group(reader: &Reader<'_>, group: Option<&str>) -> Seen {
    let mut query = vec![("account_id", reader.account), ("pagesize", "100"), ("show_group_id", "true")];
    query.extend(group.map(|group| ("group_id", group)));
    let items = Items::Each("serviceids");
    let list = list_at(
        SERVICE_IDS.listing,
        &reader.endpoints.iam,
        &["v1", "serviceids"],
        &query,
        Family::PageToken,
        items,
    );
    reader.list(list.of(group.unwrap_or("default")), |item, seen| keep(group, item, seen)).await
}

fn keep_group(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.should_say(&["crn", "name", "description", "created_at", "created_by"]);
    let row = SERVICE_ID_GROUPS
        .draft()
        .set("id", id)
        .set("crn", item.text("crn"))
        .set("name", item.text("name"))
        .set("description", item.text("description"))
        .set("created_at", item.time("created_at").as_ref())
        .set("created_by_id", item.text("created_by"))
        .set("last_modified_at", item.time("modified_at").as_ref())
        .set("document", &item.document())
        .row();
    seen.push(&SERVICE_ID_GROUPS, row);
    Some(id.to_owned())
}

fn keep(group: Option<&str>, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["iam_id", "locked", "name", "crn", "created_at"]);
    item.should_say(&["description", "account_id"]);
    let row = SERVICE_IDS
        .draft()
        .set("id", id)
        .set("iam_id", item.text("iam_id"))
        .set("crn", item.text("crn"))
        .set("name", item.text("name"))
        .set("description", item.text("description"))
        .set("group_id", item.text("group_id").or(group))
        .set("locked", item.boolean("locked"))
        .set("account_id", item.text("account_id"))
        .set("created_at", item.time("created_at").as_ref())
        .set("last_modified_at", item.time("modified_at").as_ref())
        .set("document", &item.document())
        .row();
    seen.push(&SERVICE_IDS, row.clone());
    seen.nested(item, (&SERVICE_IDS, &row), &[&SERVICE_ID_INSTANCES], |seen| {
        for crn in item.must_not_be_null("unique_instance_crns").texts("unique_instance_crns") {
            let row = SERVICE_ID_INSTANCES.draft().set("service_id", id).set("crn", crn).row();
            seen.push(&SERVICE_ID_INSTANCES, row);
        }
    });
    Some(id.to_owned())
}
