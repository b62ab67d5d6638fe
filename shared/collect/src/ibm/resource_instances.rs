//! Resource instances, in every state in which a policy may still name them.
//!
//! Without a state, the interface lists what is active or being made; each other state is a list of
//! its own.

use model::tables::ibm::RESOURCE_INSTANCES;

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// The parent under which the coverage names the list without a state.
pub(crate) const IN_USE: &str = "active,provisioning";
/// The other states that the interface can be asked for; a test holds them against IBM's SDK.
const OTHER_STATES: [&str; 5] = ["inactive", "failed", "pending_reclamation", "pre_provisioning", "removed"];
/// Codes of the interface for a state that it does not know.
const UNKNOWN_STATE: &[&str] = &["invalid_parameter", "RC-*"];

/// Reads the instances of all states.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let others = OTHER_STATES.map(|state| of(reader, Some(state)));
    let (in_use, others) = futures::join!(of(reader, None), futures::future::join_all(others));
    let mut seen = in_use;
    for part in others {
        seen.join(part);
    }
    seen
}

async fn of(reader: &Reader<'_>, state: Option<&str>) -> Seen {
    let mut query = vec![("limit", "100")];
    query.extend(state.map(|state| ("state", state)));
    let unknown = if state.is_some() { UNKNOWN_STATE } else { &[] };
    let base = &reader.endpoints.resource_controller;
    let path = ["v2", "resource_instances"];
    let name = RESOURCE_INSTANCES.listing;
    let list = list_at(name, base, &path, &query, Family::NextStart, Items::Each("resources"));
    reader.list(list.of(state.unwrap_or(IN_USE)).if_known(unknown), keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    // The id is the CRN.
    let is_said = item.value("crn").is_some_and(|crn| *crn != "");
    let crn = if is_said { item.key("crn")? } else { item.key("id")? };
    item.must_say(&["id", "crn", "guid"]);
    item.should_say(&[
        "name",
        "state",
        "account_id",
        "region_id",
        "resource_group_id",
        "resource_id",
        "resource_plan_id",
        "type",
        "locked",
        "created_at",
        "created_by",
    ]);
    let [created_at, updated_at, deleted_at] =
        ["created_at", "updated_at", "deleted_at"].map(|name| item.time(name));
    let mut draft = RESOURCE_INSTANCES
        .draft()
        .set("crn", crn)
        .set("service_name", crn.split(':').nth(4).filter(|service| !service.is_empty()))
        .set("created_by_id", item.text("created_by"))
        .set("updated_by_id", item.text("updated_by"))
        .set("locked", item.boolean("locked"))
        .set("created_at", created_at.as_ref())
        .set("updated_at", updated_at.as_ref())
        .set("deleted_at", deleted_at.as_ref());
    for name in [
        "guid",
        "name",
        "region_id",
        "resource_group_id",
        "resource_id",
        "resource_plan_id",
        "type",
        "sub_type",
        "state",
        "account_id",
    ] {
        draft = draft.set(name, item.text(name));
    }
    seen.push(&RESOURCE_INSTANCES, draft.set("document", &item.document()).row());
    Some(crn.to_owned())
}
