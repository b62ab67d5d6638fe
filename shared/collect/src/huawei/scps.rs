//! Service control policies, what they say and what they bound.

use model::tables::huawei::{
    SCP_ACTIONS, SCP_ATTACHMENTS, SCP_CONDITIONS, SCP_RESOURCES, SCP_STATEMENTS, SCPS,
};

use super::{
    organizations::paged,
    reader::{Parents, Reader, single},
    statements::{Document, Tables},
};
use crate::{
    item::Item,
    listing::{Items, Seen},
};

const STATEMENTS: Tables = Tables {
    statements: &SCP_STATEMENTS,
    actions: &SCP_ACTIONS,
    resources: &SCP_RESOURCES,
    conditions: &SCP_CONDITIONS,
    principals: None,
};
const KIND: &str = "service_control_policy";

/// Reads all of them, and to what each is attached.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let mut ids = Vec::new();
    let list = paged(SCPS.listing, reader, &["policies"], &[], Items::Each("policies"));
    let mut seen = reader
        .list(list, |item, _| {
            // The organisation keeps policies of other types in the same list.
            if item.text("type") == Some(KIND) {
                ids.extend(item.key("id").map(str::to_owned));
            }
        })
        .await;
    ids.sort_unstable();
    let policies = Parents { ids, are_all: seen.is_complete(SCPS.listing) };
    let endpoint = "GET /v1/organizations/policies/{id}";
    let attached_to = "GET /v1/organizations/policies/{id}/attached-entities";
    let (contents, attachments) = futures::join!(
        reader.each(SCPS.listing, endpoint, policies.clone(), |id| content(reader, id)),
        reader.each(SCP_ATTACHMENTS.listing, attached_to, policies, |id| attachments(reader, id))
    );
    seen.join(contents);
    seen.join(attachments);
    seen
}

async fn content(reader: &Reader<'_>, id: String) -> Seen {
    let path = ["v1", "organizations", "policies", &id];
    let list = single(&SCPS, &reader.endpoints.organizations, &path, &[], Items::Under("policy"));
    reader.list(list.of(&id), |item, seen| keep(&id, item, seen)).await
}

fn keep(id: &str, item: &Item<'_>, seen: &mut Seen) {
    let document = Document::read(item, "content", &format!("policy `{id}`"));
    let summary = item.object("policy_summary");
    let text = |name: &str| summary.and_then(|summary| summary.text(name));
    let row = SCPS
        .draft()
        .set("policy_id", id)
        .set("name", text("name"))
        .set("urn", text("urn"))
        .set("description", text("description"))
        .set("is_builtin", summary.and_then(|summary| summary.boolean("is_builtin")))
        .set("fault", document.fault.as_ref())
        .set("document", document.canonical.as_ref())
        .row();
    seen.push(&SCPS, row);
    document.keep(STATEMENTS, &[("policy_id", id)], seen);
}

async fn attachments(reader: &Reader<'_>, id: String) -> Seen {
    let path = ["policies", &id, "attached-entities"];
    let list = paged(SCP_ATTACHMENTS.listing, reader, &path, &[], Items::Each("attached_entities"));
    let keep = |item: &Item<'_>, seen: &mut Seen| {
        let Some(entity) = item.key("id") else { return };
        let row = SCP_ATTACHMENTS
            .draft()
            .set("policy_id", &id)
            .set("entity_id", entity)
            .set("entity_type", item.text("type"))
            .row();
        seen.push(&SCP_ATTACHMENTS, row);
    };
    reader.list(list.of(&id), keep).await
}
