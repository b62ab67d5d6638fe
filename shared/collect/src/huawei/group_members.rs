//! Members of groups. Groups are read one by one, because there are fewer of them than users.

use model::tables::huawei::GROUP_MEMBERS;

use super::reader::{Parents, Reader, marked};
use crate::{
    item::Item,
    listing::{Items, Seen},
};

/// Reads the members of each group.
pub(crate) async fn list(reader: &Reader<'_>, groups: Parents) -> Seen {
    let of = |group: String| async move {
        let query = [("group_id", group.as_str())];
        let base = &reader.endpoints.iam;
        let list = marked(&GROUP_MEMBERS, base, &["v5", "users"], &query, Items::Each("users"));
        let keep = |item: &Item<'_>, seen: &mut Seen| {
            let user = item.key("user_id")?;
            let row = GROUP_MEMBERS.draft().set("group_id", &group).set("user_id", user).row();
            seen.push(&GROUP_MEMBERS, row);
            Some(user.to_owned())
        };
        reader.list(list.of(&group), keep).await
    };
    reader.each(GROUP_MEMBERS.listing, "GET /v5/users?group_id={id}", groups, of).await
}
