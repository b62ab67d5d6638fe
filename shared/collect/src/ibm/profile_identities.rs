//! Identities of trusted profiles: users, service IDs and services that can assume the profile.

use model::tables::ibm::{PROFILE_IDENTITIES, PROFILE_IDENTITY_ACCOUNTS};

use super::reader::{Parents, Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads the identities of each profile.
pub(crate) async fn list(reader: &Reader<'_>, profiles: Parents) -> Seen {
    let name = PROFILE_IDENTITIES.listing;
    let of = |profile: String| async move {
        let path = ["v1", "profiles", &profile, "identities"];
        let items = Items::Each("identities");
        let list = list_at(name, &reader.endpoints.iam, &path, &[], Family::Single, items);
        reader.list(list.of(&profile), |item, seen| keep(&profile, item, seen)).await
    };
    reader.each(name, "GET /v1/profiles/{id}/identities", profiles, of).await
}

fn keep(profile: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let iam_id = item.key("iam_id")?;
    item.must_say(&["type", "identifier"]);
    item.should_say(&["description"]);
    let row = PROFILE_IDENTITIES
        .draft()
        .set("profile_id", profile)
        .set("iam_id", iam_id)
        .set("identifier", item.text("identifier"))
        .set("type", item.text("type"))
        .set("description", item.text("description"))
        .set("document", &item.document())
        .row();
    seen.push(&PROFILE_IDENTITIES, row.clone());
    seen.nested(item, (&PROFILE_IDENTITIES, &row), &[&PROFILE_IDENTITY_ACCOUNTS], |seen| {
        for account in item.must_not_be_null("accounts").texts("accounts") {
            let row = PROFILE_IDENTITY_ACCOUNTS
                .draft()
                .set("profile_id", profile)
                .set("iam_id", iam_id)
                .set("account_id", account)
                .row();
            seen.push(&PROFILE_IDENTITY_ACCOUNTS, row);
        }
    });
    Some(iam_id.to_owned())
}
