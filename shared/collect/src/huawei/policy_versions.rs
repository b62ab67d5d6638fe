//! Versions of policies, and what each says.

use model::tables::huawei::{POLICY_DOCUMENTS, POLICY_VERSIONS};

use super::{
    reader::{Parents, Reader, marked},
    statements::Document,
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads the versions of each policy.
pub(crate) async fn list(reader: &Reader<'_>, policies: Parents) -> Seen {
    let of = |policy: String| async move {
        let path = ["v5", "policies", &policy, "versions"];
        let list = marked(&POLICY_VERSIONS, &reader.endpoints.iam, &path, &[], Items::Each("versions"));
        reader.list(list.of(&policy), |item, seen| keep(&policy, item, seen)).await
    };
    reader.each(POLICY_VERSIONS.listing, "GET /v5/policies/{id}/versions", policies, of).await
}

fn keep(policy: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("version_id")?;
    item.must_say(&["is_default"]);
    item.should_say(&["created_at"]);
    let document = Document::read(item, "document", &format!("version `{id}`"));
    let row = POLICY_VERSIONS
        .draft()
        .set("policy_id", policy)
        .set("version_id", id)
        .set("is_default", item.boolean("is_default"))
        .set("created_at", item.time("created_at").as_ref())
        .set("fault", document.fault.as_ref())
        .set("document", document.canonical.as_ref())
        .row();
    seen.push(&POLICY_VERSIONS, row.clone());
    document.note((&POLICY_VERSIONS, &row), POLICY_DOCUMENTS, seen);
    document.keep(POLICY_DOCUMENTS, &[("policy_id", policy), ("version_id", id)], seen);
    Some(id.to_owned())
}
