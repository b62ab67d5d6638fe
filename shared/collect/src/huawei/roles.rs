//! Classic roles and policies: the account's own, and those of the cloud that are granted to somebody.

use std::collections::BTreeSet;

use model::{
    ListStatus,
    tables::huawei::{ROLE_ASSIGNMENTS, ROLE_DOCUMENTS, ROLES},
};

use super::{
    reader::{Parents, Reader, list_at, single},
    statements::Document,
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Codes of version 3: its own, and the number that stands in the place of one on Keystone's paths.
const NO_ROLE: &[&str] = &["IAM.0004", "404"];

/// Reads the account's own policies.
pub(crate) async fn own(reader: &Reader<'_>) -> Seen {
    let query = [("domain_id", reader.account), ("page", "1"), ("per_page", "300")];
    let family = Family::Numbered { size: 300, total: Some("total_number") };
    let items = Items::Each("roles");
    let list = list_at(ROLES.listing, &reader.endpoints.iam, &["v3", "roles"], &query, family, items);
    reader.list(list, keep).await
}

/// Reads each role that is granted and not the account's own.
pub(crate) async fn granted(reader: &Reader<'_>, seen: &Seen) -> Seen {
    let own: BTreeSet<&str> = seen.texts(&ROLES, "id").collect();
    let mut granted = Parents::of(seen, &ROLE_ASSIGNMENTS, "role_id");
    granted.ids.retain(|id| !own.contains(id.as_str()));
    let of = |role: String| async move {
        let path = ["v3", "roles", &role];
        let list =
            single(&ROLES, &reader.endpoints.iam, &path, &[], Items::Under { name: "role", has: Some("id") });
        let mut seen = reader.list(list.of(&role).or_none(NO_ROLE), keep).await;
        if seen.rows(&ROLES).is_empty() {
            // Somebody holds it: where it was known, that there is none proves nothing the first time.
            for list in seen.coverage.iter_mut().filter(|list| list.is_complete()) {
                list.status = ListStatus::Doubtful;
                list.reason = Some("the role is granted, and the cloud does not know it".to_owned());
            }
        }
        seen
    };
    reader.each(ROLES.listing, "GET /v3/roles/{id}", granted, of).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["name"]);
    item.should_say(&["description", "display_name", "type"]);
    let policy = Document::read(item, "policy", &format!("role `{id}`"));
    let row = ROLES
        .draft()
        .set("id", id)
        .set("name", item.text("name"))
        .set("display_name", item.text("display_name"))
        .set("type", item.text("type"))
        .set("is_custom", item.text("domain_id").is_some())
        .set("is_fine_grained", policy.canonical.is_some().then(|| policy.version.as_deref() == Some("1.1")))
        .set("version", policy.version.as_ref())
        .set("description", item.text("description"))
        .set("document", &item.document_without(&["links", "references"]))
        .row();
    seen.push(&ROLES, row.clone());
    if item.text("domain_id").is_none() {
        seen.note_unsaid(&ROLES, &row, "is_custom");
    }
    if policy.version.as_ref().is_none_or(|version| version.contains('\u{fffd}')) {
        ["version", "is_fine_grained"].into_iter().for_each(|column| seen.note_unsaid(&ROLES, &row, column));
    }
    policy.note((&ROLES, &row), ROLE_DOCUMENTS, seen);
    policy.keep(ROLE_DOCUMENTS, &[("role_id", id)], seen);
    Some(id.to_owned())
}
