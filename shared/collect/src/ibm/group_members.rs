//! Members of access groups. Static ones are state; dynamic ones are members for as long as their
//! session lasts, and go to a table of activity.

use model::tables::ibm::{DYNAMIC_MEMBERS, MEMBERS};

use super::reader::{Parents, Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads the members of each group.
pub(crate) async fn list(reader: &Reader<'_>, groups: Parents) -> Seen {
    let name = MEMBERS.listing;
    let of = |group: String| async move {
        let path = ["v2", "groups", &group, "members"];
        let query = [("membership_type", "all"), ("limit", "100")];
        let items = Items::Each("members");
        let list = list_at(name, &reader.endpoints.iam, &path, &query, Family::Offset, items);
        reader.list(list.of(&group), |item, seen| keep(&group, item, seen)).await
    };
    reader.each(name, "GET /v2/groups/{id}/members", groups, of).await
}

fn keep(group: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let iam_id = item.key("iam_id")?;
    let is_dynamic = match item.value("membership_type").map(serde_json::Value::as_str) {
        Some(None) => {
            // Which table the member belongs to cannot be said.
            item.unread("membership_type", "is no text");
            return None;
        }
        Some(Some("dynamic")) => true,
        Some(Some("static")) => false,
        _ => {
            item.unread("membership_type", "is neither `static` nor `dynamic`");
            return None;
        }
    };
    item.should_say(&["type", "created_at", "created_by_id"]);
    // Somebody may be a static and a dynamic member at once.
    if is_dynamic {
        let row = DYNAMIC_MEMBERS
            .draft()
            .set("group_id", group)
            .set("iam_id", iam_id)
            .set("type", item.text("type"))
            .row();
        seen.push(&DYNAMIC_MEMBERS, row);
        return Some(format!("dynamic/{iam_id}"));
    }
    let row = MEMBERS
        .draft()
        .set("group_id", group)
        .set("iam_id", iam_id)
        .set("type", item.text("type"))
        .set("created_at", item.time("created_at").as_ref())
        .set("created_by_id", item.text("created_by_id"))
        .row();
    seen.push(&MEMBERS, row);
    Some(iam_id.to_owned())
}
