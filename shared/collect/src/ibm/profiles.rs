//! Trusted profiles, and for each who can assume it: claim rules, links, identities.

use model::tables::ibm::PROFILES;

use super::{
    profile_identities, profile_links, profile_rules,
    reader::{Parents, Reader, list_at},
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads all profiles, and the lists of each.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let mut seen = all(reader).await;
    let parents = Parents::of(&seen, &PROFILES, "id");
    let (rules, links, identities) = futures::join!(
        profile_rules::list(reader, parents.clone()),
        profile_links::list(reader, parents.clone()),
        profile_identities::list(reader, parents.clone())
    );
    for part in [rules, links, identities] {
        seen.join(part);
    }
    reader.drop_vanished(&mut seen, &PROFILES, all(reader)).await;
    seen
}

async fn all(reader: &Reader<'_>) -> Seen {
    let query = [("account_id", reader.account), ("pagesize", "100")];
    let items = Items::Each("profiles");
    let list = list_at(
        PROFILES.listing,
        &reader.endpoints.iam,
        &["v1", "profiles"],
        &query,
        Family::PageToken,
        items,
    );
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["iam_id", "name", "crn"]);
    item.should_say(&["description", "account_id", "created_at"]);
    let row = PROFILES
        .draft()
        .set("id", id)
        .set("iam_id", item.text("iam_id"))
        .set("crn", item.text("crn"))
        .set("name", item.text("name"))
        .set("description", item.text("description"))
        .set("account_id", item.text("account_id"))
        .set("template_id", item.text("template_id"))
        .set("assignment_id", item.text("assignment_id"))
        .set("created_at", item.time("created_at").as_ref())
        .set("last_modified_at", item.time("modified_at").as_ref())
        .set("document", &item.document())
        .row();
    seen.push(&PROFILES, row);
    Some(id.to_owned())
}
