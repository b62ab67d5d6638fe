//! To whom policies are attached, asked policy by policy.
//!
//! Only policies that count attachments are asked for them: that takes a call for each policy in use in the place of
//! one for each user, group and agency.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Row, Value,
    tables::huawei::{POLICIES, POLICY_ATTACHMENTS},
};

use super::{
    counters,
    reader::{Parents, Reader, marked},
};
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

/// Counts anew where policies count more attachments than they show: whoever was detached or deleted in between was counted before.
/// `again` reads the policies once more, and is waited for only then. A count that is still greater stands, and so denies the list.
pub(crate) async fn recount(seen: &mut Seen, again: impl Future<Output = Seen> + Send) {
    let short: BTreeMap<String, i64> = counters::by_policy(seen)
        .into_iter()
        .filter(|(_, counted, shown)| shown < counted)
        .map(|(policy, _, shown)| (policy, shown))
        .collect();
    if short.is_empty() {
        return;
    }
    let again = again.await;
    let fewer = again.rows(&POLICIES).iter().filter(|row| {
        let shown = POLICIES.text(row, "policy_id").and_then(|policy| short.get(policy));
        let counted = POLICIES.cell(row, "attachment_count").as_integer();
        shown.zip(counted).is_some_and(|(shown, counted)| counted <= *shown)
    });
    let fewer: BTreeMap<&[u8], Value<'_>> =
        fewer.map(|row| (row.prefix(POLICIES.key), POLICIES.cell(row, "attachment_count"))).collect();
    for row in seen.take(&POLICIES) {
        let counted = fewer.get(row.prefix(POLICIES.key)).copied();
        let cells = POLICIES.columns.iter().zip(row.values()).map(|(column, value)| match counted {
            Some(counted) if column.name == "attachment_count" => counted,
            _ => value,
        });
        let row = Row::pack(cells);
        seen.push(&POLICIES, row);
    }
}

fn keep(policy: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let kinds = [("user_id", "user"), ("group_id", "group"), ("agency_id", "agency")];
    let Some((id, kind)) = kinds
        .into_iter()
        .find_map(|(name, kind)| Some((item.value(name).and_then(|_| item.key(name))?, kind)))
    else {
        item.faults().note(|| "an attachment is to nobody that is known".to_owned());
        return None;
    };
    item.should_say(&["attached_at"]);
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
