//! Console passwords of users: that there is one, never what it is.

use model::tables::huawei::LOGIN_PROFILES;

use super::reader::{Parents, Reader, single};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Codes that say that there is no profile. No document names the one that `ShowLoginProfileV5` gives. Its reference (api-iam5, error
/// codes) gives the form of all codes of the service, `PAP5.` and four digits, so that of a gateway or of the classic interface is none;
/// and it lists these for something else, each under another status than 404: access denied, limits, markers, documents, names, paths,
/// keys, tags, callers, serial numbers and headers.
const NO_PROFILE: &[&str] = &[
    "PAP5.####",
    "!PAP5.0001",
    "!PAP5.0003",
    "!PAP5.0010",
    "!PAP5.0011",
    "!PAP5.0028",
    "!PAP5.0029",
    "!PAP5.0030",
    "!PAP5.0033",
    "!PAP5.0036",
    "!PAP5.0038",
    "!PAP5.0040",
    "!PAP5.0041",
    "!PAP5.0046",
];

/// Reads the profile of each user; a user without password has none.
pub(crate) async fn list(reader: &Reader<'_>, users: Parents) -> Seen {
    let of = |user: String| async move {
        let path = ["v5", "users", &user, "login-profile"];
        let items = Items::Under { name: "login_profile", has: Some("user_id") };
        let list = single(&LOGIN_PROFILES, &reader.endpoints.iam, &path, &[], items);
        reader.list(list.of(&user).or_none(NO_PROFILE), |item, seen| keep(&user, item, seen)).await
    };
    reader.each(LOGIN_PROFILES.listing, "GET /v5/users/{id}/login-profile", users, of).await
}

fn keep(user: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    item.must_say(&["password_reset_required", "created_at"]);
    item.should_say(&["password_expires_at"]);
    let row = LOGIN_PROFILES
        .draft()
        .set("user_id", user)
        .set("password_reset_required", item.boolean("password_reset_required"))
        .set("password_expires_at", item.time("password_expires_at").as_ref())
        .set("created_at", item.time("created_at").as_ref())
        .row();
    seen.push(&LOGIN_PROFILES, row);
    Some(user.to_owned())
}
