//! Tags of users, which only the single object has.

use model::tables::huawei::USER_TAGS;

use super::reader::{Parents, Reader, single};
use crate::listing::{Items, Seen};

/// Reads the tags of each user.
pub(crate) async fn list(reader: &Reader<'_>, users: Parents) -> Seen {
    let of = |user: String| async move {
        let path = ["v5", "users", &user];
        let list = single(
            &USER_TAGS,
            &reader.endpoints.iam,
            &path,
            &[],
            Items::Under { name: "user", has: Some("user_id") },
        );
        let keep = |item: &crate::item::Item<'_>, seen: &mut Seen| {
            if item.value("tags").is_none() {
                seen.note_doubt("`tags` is missing, which proves nothing");
            }
            if item.faults().has_repeats() {
                seen.note_part(&USER_TAGS, &USER_TAGS.draft().set("user_id", &user).row(), 1);
            }
            for tag in item.objects("tags") {
                let Some(key) = tag.key("tag_key") else { continue };
                if tag.value("tag_value").is_none() {
                    tag.unread("tag_value", "is missing");
                }
                let row = USER_TAGS
                    .draft()
                    .set("user_id", &user)
                    .set("key", key)
                    .set("value", tag.text("tag_value"))
                    .row();
                seen.push(&USER_TAGS, row);
            }
            Some(user.clone())
        };
        reader.list(list.of(&user), keep).await
    };
    reader.each(USER_TAGS.listing, "GET /v5/users/{id}", users, of).await
}
