//! How users may come in, which only the classic interface says. Nothing else of its answer is kept: much of it is
//! personal.

use model::tables::huawei::USER_ACCESS_MODES;

use super::reader::{Reader, single};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all users.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let query = [("domain_id", reader.account)];
    let base = &reader.endpoints.iam;
    reader.list(single(&USER_ACCESS_MODES, base, &["v3", "users"], &query, Items::Each("users")), keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    let row = USER_ACCESS_MODES
        .draft()
        .set("user_id", id)
        .set("access_mode", item.text("access_mode"))
        .set("pwd_status", item.boolean("pwd_status"))
        .set("pwd_strength", item.text("pwd_strength").map(str::to_ascii_lowercase).as_ref())
        .row();
    seen.push(&USER_ACCESS_MODES, row);
    Some(id.to_owned())
}
