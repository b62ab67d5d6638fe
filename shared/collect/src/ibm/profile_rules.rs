//! Claim rules of trusted profiles: which federated users or compute resources become the profile.

use model::tables::ibm::{PROFILE_RULE_CONDITIONS, PROFILE_RULES};

use super::{
    claims,
    reader::{Parents, Reader, list_at},
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads the rules of each profile.
pub(crate) async fn list(reader: &Reader<'_>, profiles: Parents) -> Seen {
    let name = PROFILE_RULES.listing;
    let of = |profile: String| async move {
        let path = ["v1", "profiles", &profile, "rules"];
        let list = list_at(name, &reader.endpoints.iam, &path, &[], Family::Single, Items::Each("rules"));
        reader.list(list.of(&profile), |item, seen| keep(&profile, item, seen)).await
    };
    reader.each(name, "GET /v1/profiles/{id}/rules", profiles, of).await
}

fn keep(profile: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["type", "expiration"]);
    item.should_say(&["name", "realm_name", "cr_type", "created_at"]);
    let row = PROFILE_RULES
        .draft()
        .set("profile_id", profile)
        .set("id", id)
        .set("name", item.text("name"))
        .set("type", item.text("type"))
        .set("realm_name", item.text("realm_name"))
        .set("cr_type", item.text("cr_type"))
        .set("expiration_in_seconds", item.integer("expiration"))
        .set("created_at", item.time("created_at").as_ref())
        .set("last_modified_at", item.time("modified_at").as_ref())
        .set("document", &item.document())
        .row();
    seen.push(&PROFILE_RULES, row.clone());
    seen.nested(item, (&PROFILE_RULES, &row), &[&PROFILE_RULE_CONDITIONS], |seen| {
        claims::keep(&PROFILE_RULE_CONDITIONS, ("profile_id", profile), id, item, seen);
    });
    Some(id.to_owned())
}
