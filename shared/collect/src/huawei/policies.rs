//! Identity policies: the account's own, and those of the cloud that are attached to somebody.

use model::tables::huawei::POLICIES;

use super::{
    policy_attachments, policy_versions,
    reader::{Parents, Reader, marked},
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// The parent under which the coverage names the list of the account's own policies.
pub(crate) const CUSTOM: &str = "custom";
/// The parent under which the coverage names the list of the cloud's policies.
const SYSTEM: &str = "system";

/// Reads both lists, and the versions and attachments of each policy.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let mut seen = all(reader).await;
    let policies = Parents::of(&seen, &POLICIES, "policy_id");
    let (versions, attachments) = futures::join!(
        policy_versions::list(reader, policies.clone()),
        policy_attachments::list(reader, policies, &seen)
    );
    seen.join(versions);
    seen.join(attachments);
    reader.drop_vanished(&mut seen, &POLICIES, all(reader)).await;
    policy_attachments::recount(&mut seen, all(reader)).await;
    seen
}

async fn all(reader: &Reader<'_>) -> Seen {
    let of = |kind: &'static str, query: &[(&str, &str)]| {
        let base = &reader.endpoints.iam;
        let list = marked(&POLICIES, base, &["v5", "policies"], query, Items::Each("policies"));
        reader.list(list.of(kind), keep)
    };
    let (mut seen, system) = futures::join!(
        of(CUSTOM, &[("policy_type", CUSTOM)]),
        of(SYSTEM, &[("policy_type", SYSTEM), ("only_attached", "true")])
    );
    seen.join(system);
    seen
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("policy_id")?;
    item.must_say(&["policy_name", "policy_type", "default_version_id"]);
    item.should_say(&["description", "urn", "path", "created_at", "updated_at"]);
    let row = POLICIES
        .draft()
        .set("policy_id", id)
        .set("name", item.text("policy_name"))
        .set("type", item.text("policy_type"))
        .set("urn", item.text("urn"))
        .set("path", item.text("path"))
        .set("description", item.text("description"))
        .set("default_version_id", item.text("default_version_id"))
        .set("attachment_count", item.integer("attachment_count"))
        .set("created_at", item.time("created_at").as_ref())
        .set("updated_at", item.time("updated_at").as_ref())
        .set("document", &item.document_without(&["attachment_count"]))
        .row();
    seen.push(&POLICIES, row);
    Some(id.to_owned())
}
