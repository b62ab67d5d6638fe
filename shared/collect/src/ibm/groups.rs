//! Access groups, the public one among them, and the members and dynamic rules of each.

use model::tables::ibm::ACCESS_GROUPS;

use super::{
    group_members, group_rules,
    reader::{Parents, Reader, list_at},
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads all groups, and the lists of each.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let mut seen = all(reader).await;
    let parents = Parents::of(&seen, &ACCESS_GROUPS, "id");
    let (members, rules) = futures::join!(
        group_members::list(reader, parents.clone()),
        group_rules::list(reader, parents.clone())
    );
    seen.join(members);
    seen.join(rules);
    reader.drop_vanished(&mut seen, &ACCESS_GROUPS, all(reader)).await;
    seen
}

async fn all(reader: &Reader<'_>) -> Seen {
    let query = [
        ("account_id", reader.account),
        ("limit", "100"),
        ("show_federated", "true"),
        ("show_crn", "true"),
        ("hide_public_access", "false"),
    ];
    let items = Items::Each("groups");
    let list = list_at(
        ACCESS_GROUPS.listing,
        &reader.endpoints.iam,
        &["v2", "groups"],
        &query,
        Family::Offset,
        items,
    );
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.should_say(&[
        "description",
        "name",
        "crn",
        "account_id",
        "is_federated",
        "created_at",
        "created_by_id",
    ]);
    let row = ACCESS_GROUPS
        .draft()
        .set("id", id)
        .set("crn", item.text("crn"))
        .set("name", item.text("name"))
        .set("description", item.text("description"))
        .set("is_federated", item.boolean("is_federated"))
        .set("account_id", item.text("account_id"))
        .set("created_at", item.time("created_at").as_ref())
        .set("created_by_id", item.text("created_by_id"))
        .set("last_modified_at", item.time("last_modified_at").as_ref())
        .set("last_modified_by_id", item.text("last_modified_by_id"))
        .set("document", &item.document())
        .row();
    seen.push(&ACCESS_GROUPS, row);
    Some(id.to_owned())
}
