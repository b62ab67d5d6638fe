//! Last console login of users.

use model::tables::huawei::USER_LOGINS;

use super::reader::{Parents, Reader, single};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads the last login of each user.
pub(crate) async fn list(reader: &Reader<'_>, users: Parents) -> Seen {
    let of = |user: String| async move {
        let path = ["v5", "users", &user, "last-login"];
        let items = Items::Under { name: "user_last_login", has: None };
        let list = single(&USER_LOGINS, &reader.endpoints.iam, &path, &[], items);
        reader.list(list.of(&user), |item, seen| keep(&user, item, seen)).await
    };
    reader.each(USER_LOGINS.listing, "GET /v5/users/{id}/last-login", users, of).await
}

fn keep(user: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    item.should_say(&["last_login_at"]);
    let at = item.time("last_login_at");
    seen.push(&USER_LOGINS, USER_LOGINS.draft().set("user_id", user).set("last_login_at", at.as_ref()).row());
    Some(user.to_owned())
}
