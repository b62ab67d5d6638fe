//! Of which users a second factor is asked at login.

use model::tables::huawei::LOGIN_PROTECTIONS;

use super::reader::{Reader, single};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads the protection of all users.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let path = ["v3.0", "OS-USER", "login-protects"];
    let items = Items::Each("login_protects");
    reader.list(single(&LOGIN_PROTECTIONS, &reader.endpoints.iam, &path, &[], items), keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let user = item.key("user_id")?;
    item.must_say(&["enabled"]);
    item.should_say(&["verification_method"]);
    let row = LOGIN_PROTECTIONS
        .draft()
        .set("user_id", user)
        .set("enabled", item.boolean("enabled"))
        .set("verification_method", item.text("verification_method"))
        .row();
    seen.push(&LOGIN_PROTECTIONS, row);
    Some(user.to_owned())
}
