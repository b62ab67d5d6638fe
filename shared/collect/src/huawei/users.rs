//! Users, and what hangs on each.

use model::tables::huawei::USERS;

use super::{
    access_keys, login_profiles,
    reader::{Parents, Reader, marked},
    user_details, user_logins,
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all users, and the lists of each.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let mut seen = all(reader).await;
    let users = Parents::of(&seen, &USERS, "user_id");
    let (keys, details, logins, profiles) = futures::join!(
        access_keys::list(reader, users.clone()),
        user_details::list(reader, users.clone()),
        user_logins::list(reader, users.clone()),
        login_profiles::list(reader, users.clone())
    );
    [keys, details, logins, profiles].into_iter().for_each(|part| seen.join(part));
    reader.drop_vanished(&mut seen, &USERS, all(reader)).await;
    seen
}

async fn all(reader: &Reader<'_>) -> Seen {
    let list = marked(&USERS, &reader.endpoints.iam, &["v5", "users"], &[], Items::Each("users"));
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("user_id")?;
    item.must_say(&["user_name", "is_root_user", "enabled"]);
    item.should_say(&["description", "created_at", "urn"]);
    let row = USERS
        .draft()
        .set("user_id", id)
        .set("name", item.text("user_name"))
        .set("description", item.text("description"))
        .set("is_root_user", item.boolean("is_root_user"))
        .set("enabled", item.boolean("enabled"))
        .set("created_at", item.time("created_at").as_ref())
        .set("urn", item.text("urn"))
        .set("document", &item.document())
        .row();
    seen.push(&USERS, row);
    Some(id.to_owned())
}
