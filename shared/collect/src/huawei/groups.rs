//! Groups, and who is in them.

use model::tables::huawei::GROUPS;

use super::{
    group_members,
    reader::{Parents, Reader, marked},
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all groups, and the members of each.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let mut seen = all(reader).await;
    let members = group_members::list(reader, Parents::of(&seen, &GROUPS, "group_id")).await;
    seen.join(members);
    reader.drop_vanished(&mut seen, &GROUPS, all(reader)).await;
    seen
}

async fn all(reader: &Reader<'_>) -> Seen {
    let list = marked(&GROUPS, &reader.endpoints.iam, &["v5", "groups"], &[], Items::Each("groups"));
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("group_id")?;
    item.must_say(&["group_name"]);
    item.should_say(&["description", "created_at", "urn"]);
    let row = GROUPS
        .draft()
        .set("group_id", id)
        .set("name", item.text("group_name"))
        .set("description", item.text("description"))
        .set("created_at", item.time("created_at").as_ref())
        .set("urn", item.text("urn"))
        .set("document", &item.document())
        .row();
    seen.push(&GROUPS, row);
    Some(id.to_owned())
}
