//! To whom policies are attached, asked policy by policy.
//!
//! Only policies that count attachments are asked for them: that takes a call for each policy in use in the place of
//! one for each user, group and agency.

use std::collections::BTreeSet;

use model::tables::huawei::{POLICIES, POLICY_ATTACHMENTS};

use super::reader::{Parents, Reader, marked};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

const ENDPOINT: &str = "GET /v5/policies/{id}/attached-entities";

/// Reads the attachments of each policy.
pub(crate) async fn list(reader: &Reader<'_>, policies: Parents, known: &Seen) -> Seen {
    let unattached: BTreeSet<&str> = known
        .rows(&POLICIES)
        .iter()
        .filter(|row| POLICIES.cell(row, "attachment_count").as_integer() == Some(0))
        .filter_map(|row| POLICIES.text(row, "policy_id"))
        .collect();
    let (none, asked): (Vec<String>, Vec<String>) =
        policies.ids.into_iter().partition(|id| unattached.contains(id.as_str()));
    let of = |policy: String| async move {
        let path = ["v5", "policies", &policy, "attached-entities"];
        let items = Items::In(&["policy_users", "policy_groups", "policy_agencies"]);
        let list = marked(&POLICY_ATTACHMENTS, &reader.endpoints.iam, &path, &[], items);
        reader.list(list.of(&policy), |item, seen| keep(&policy, item, seen)).await
    };
    let asked = Parents { ids: asked, wholeness: policies.wholeness };
    let mut seen = reader.each(POLICY_ATTACHMENTS.listing, ENDPOINT, asked, of).await;
    for policy in none {
        seen.none(POLICY_ATTACHMENTS.listing, &policy, ENDPOINT);
    }
    seen
}

fn keep(policy: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let kinds = [("user_id", "user"), ("group_id", "group"), ("agency_id", "agency")];
    let Some((id, kind)) = kinds.into_iter().find_map(|(name, kind)| Some((item.text(name)?, kind))) else {
        item.faults().note(|| "an attachment is to nobody that is known".to_owned());
        return None;
    };
    let row = POLICY_ATTACHMENTS
        .draft()
        .set("policy_id", policy)
        .set("entity_type", kind)
        .set("entity_id", id)
        .set("attached_at", item.time("attached_at").as_ref())
        .row();
    seen.push(&POLICY_ATTACHMENTS, row);
    Some(format!("{kind}/{id}"))
}
