//! Service control policies, what they say and what they bound.

use std::collections::BTreeSet;

use model::tables::huawei::{SCP_ATTACHMENTS, SCP_DOCUMENTS, SCPS};

use super::{
    organizations::paged,
    reader::{Parents, Reader, single},
    statements::Document,
};
use crate::{
    item::Item,
    listing::{Items, Seen, Wholeness},
    reading::Kept,
};

const KIND: &str = "service_control_policy";

/// Reads all of them, and to what each is attached.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let (mut seen, ids) = all(reader).await;
    let policies = Parents { ids: ids.into_iter().collect(), wholeness: seen.wholeness(SCPS.listing) };
    let endpoint = "GET /v1/organizations/policies/{id}";
    let attached_to = "GET /v1/organizations/policies/{id}/attached-entities";
    let (contents, attachments) = futures::join!(
        reader.each(SCPS.listing, endpoint, policies.clone(), |id| content(reader, id)),
        reader.each(SCP_ATTACHMENTS.listing, attached_to, policies, |id| attachments(reader, id))
    );
    seen.join(contents);
    seen.join(attachments);
    drop_vanished(reader, &mut seen).await;
    seen
}

/// Drops the policies of which nothing could be found and that the list, read once more, does not show any longer.
async fn drop_vanished(reader: &Reader<'_>, seen: &mut Seen) {
    let mut gone = seen.not_found_in(&BTreeSet::from([SCPS.listing, SCP_ATTACHMENTS.listing]));
    // The list of all policies has no parent: it is no policy that went away.
    gone.remove("");
    if gone.is_empty() {
        return;
    }
    let (again, left) = all(reader).await;
    if again.wholeness(SCPS.listing) != Wholeness::Whole {
        return;
    }
    for id in gone.difference(&left) {
        tracing::info!(listing = SCPS.listing, id, "went away while it was read");
        seen.drop_thing(&SCPS, id);
        seen.coverage.retain(|each| each.listing != SCPS.listing || each.parent != *id);
    }
}

/// Reads the list of the policies, and returns their ids with what was seen of it.
async fn all(reader: &Reader<'_>) -> (Seen, BTreeSet<String>) {
    let mut ids = BTreeSet::new();
    let list = paged(SCPS.listing, reader, &["policies"], &[], Items::Each("policies"));
    let seen = reader
        .list(list, |item, _| {
            // The organisation keeps policies of other types in the same list.
            let (id, kind) = (item.key("id")?, item.key("type")?);
            if kind == KIND {
                ids.insert(id.to_owned());
            }
            Some(id.to_owned())
        })
        .await;
    (seen, ids)
}

async fn content(reader: &Reader<'_>, id: String) -> Seen {
    let path = ["v1", "organizations", "policies", &id];
    let items = Items::Under { name: "policy", has: Some("content") };
    let list = single(&SCPS, &reader.endpoints.organizations, &path, &[], items);
    reader.list(list.of(&id), |item, seen| keep(&id, item, seen)).await
}

fn keep(id: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let document = Document::read(item, "content", &format!("policy `{id}`"));
    let summary = item.must_have("policy_summary").object("policy_summary")?;
    summary.should_say(&["description", "name", "urn", "is_builtin"]);
    let row = SCPS
        .draft()
        .set("policy_id", id)
        .set("name", summary.text("name"))
        .set("urn", summary.text("urn"))
        .set("description", summary.text("description"))
        .set("is_builtin", summary.boolean("is_builtin"))
        .set("fault", document.fault.as_ref())
        .set("document", document.canonical.as_ref())
        .row();
    seen.push(&SCPS, row.clone());
    document.note((&SCPS, &row), SCP_DOCUMENTS, seen);
    document.keep(SCP_DOCUMENTS, &[("policy_id", id)], seen);
    Some(id.to_owned())
}

async fn attachments(reader: &Reader<'_>, id: String) -> Seen {
    let path = ["policies", &id, "attached-entities"];
    let list = paged(SCP_ATTACHMENTS.listing, reader, &path, &[], Items::Each("attached_entities"));
    let keep = |item: &Item<'_>, seen: &mut Seen| {
        let entity = item.key("id")?;
        item.should_say(&["type"]);
        let row = SCP_ATTACHMENTS
            .draft()
            .set("policy_id", &id)
            .set("entity_id", entity)
            .set("entity_type", item.text("type"))
            .row();
        seen.push(&SCP_ATTACHMENTS, row);
        Some(entity.to_owned())
    };
    reader.list(list.of(&id), keep).await
}
