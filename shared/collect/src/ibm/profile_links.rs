//! Links of trusted profiles: single compute resources that can assume the profile.

use model::tables::ibm::PROFILE_LINKS;

use super::reader::{Parents, Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads the links of each profile.
pub(crate) async fn list(reader: &Reader<'_>, profiles: Parents) -> Seen {
    let name = PROFILE_LINKS.listing;
    let of = |profile: String| async move {
        let path = ["v1", "profiles", &profile, "links"];
        let list = list_at(name, &reader.endpoints.iam, &path, &[], Family::Single, Items::Each("links"));
        reader.list(list.of(&profile), |item, seen| keep(&profile, item, seen)).await
    };
    reader.each(name, "GET /v1/profiles/{id}/links", profiles, of).await
}

fn keep(profile: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["cr_type"]);
    item.should_say(&["created_at"]);
    item.must_say(&["link"]);
    let link = item.object("link");
    link.iter().for_each(|link| link.should_say(&["crn", "namespace", "component_type", "component_name"]));
    let of_link = |name| link.and_then(|link| link.text(name));
    let row = PROFILE_LINKS
        .draft()
        .set("profile_id", profile)
        .set("id", id)
        .set("name", item.text("name"))
        .set("cr_type", item.text("cr_type"))
        .set("is_cross_account", item.boolean("is_cross_account"))
        .set("crn", of_link("crn"))
        .set("namespace", of_link("namespace"))
        .set("resource_name", of_link("name"))
        .set("component_type", of_link("component_type"))
        .set("component_name", of_link("component_name"))
        .set("created_at", item.time("created_at").as_ref())
        .set("last_modified_at", item.time("modified_at").as_ref())
        .set("document", &item.document())
        .row();
    // The name of the resource and that of the link bear the same name.
    if link.is_some_and(|link| link.value("name").is_some_and(|name| !name.is_string())) {
        seen.note_unread(&PROFILE_LINKS, &row, "resource_name");
    }
    if link.is_some_and(|link| link.text("name").is_none()) {
        seen.note_unsaid(&PROFILE_LINKS, &row, "resource_name");
    }
    seen.push(&PROFILE_LINKS, row);
    Some(id.to_owned())
}
