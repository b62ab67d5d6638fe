//! What surrounds access: the account, resource groups and instances (family E), context-based
//! restrictions, the enterprise.

use serde_json::{Value, json};

use super::call::{Call, List, Outcome, Shown, fields, find};
use super::paging::{Cursor, Page};
use super::reply::{Answer, Family, Refusal};
use crate::ibm::world::Object;

pub(super) fn account(call: &Call<'_>, id: &str) -> Outcome {
    call.own_account(id)?;
    Ok(Answer::ok(&call.world.account))
}

pub(super) fn resource_groups(call: &Call<'_>) -> Outcome {
    let query = call.query();
    call.unsimulated(&["date", "include_deleted"])?;
    let (account, name) = (query.text("account_id"), query.text("name"));
    let default = query.text("default").map(|_| query.flag("default")).transpose()?;
    call.whole_list(
        "resources",
        json!({}),
        &call.world.resource_groups,
        |group| {
            call.rights.resource_groups_viewer
                && account.is_none_or(|account| account == call.world.account_id())
                && name.is_none_or(|name| group.text("name") == name)
                && default.is_none_or(|wanted| group.get("default") == Some(&Value::Bool(wanted)))
        },
        Shown::new,
    )
}

pub(super) fn resource_group(call: &Call<'_>, id: &str) -> Outcome {
    call.needs(call.rights.resource_groups_viewer)?;
    Ok(Answer::ok(find(&call.world.resource_groups, |group| group, "id", id)?))
}

/// The states that can be asked for; an instance may be in others for a while.
const STATES: [&str; 7] =
    ["active", "provisioning", "inactive", "failed", "pending_reclamation", "pre_provisioning", "removed"];

const FILTERS: [&str; 7] =
    ["guid", "name", "resource_group_id", "resource_id", "resource_plan_id", "type", "sub_type"];

pub(super) fn instances(call: &Call<'_>) -> Outcome {
    call.unsimulated(&["updated_from", "updated_to"])?;
    // The token stands for all parameters of the first call: others are ignored when it is given.
    let cursor = Cursor::of(call.request, "start")?;
    let query = &cursor.query;
    let limit = query.page_size("limit", 1..=100, 100)?;
    let state = query.one_of("state", &STATES)?;
    let filters: Vec<(&str, &str)> =
        FILTERS.iter().filter_map(|name| Some((*name, query.text(name)?))).collect();
    let keep = |instance: &Object| {
        let found = instance.text("state");
        call.rights.services_viewer
            && state.map_or(found == "active" || found == "provisioning", |state| found == state)
            && filters.iter().all(|(name, wanted)| instance.text(name) == *wanted)
    };
    let page = Page::of(&call.world.instances, cursor.at, short(cursor.at, limit), keep);
    let next = page.next.map(|at| {
        let token = Cursor::encode(at, call.request, &query.without(&["start"]));
        format!("{}?start={token}", call.request.path)
    });
    let around = fields(json!({ "rows_count": page.items.len(), "next_url": next }));
    let items = page.items.into_iter().map(Shown::new).collect();
    Ok(Answer::ok(&List { around, name: "resources", items }).of_family(Family::RelativeStart))
}

/// Every other page is shorter than the limit though another follows, as IBM says it may be.
fn short(at: usize, limit: usize) -> usize {
    if at > 0 && at.is_multiple_of(2) { limit.div_ceil(2).max(1) } else { limit }
}

pub(super) fn instance(call: &Call<'_>, id: &str) -> Outcome {
    call.needs(call.rights.services_viewer)?;
    let found = call
        .world
        .instances
        .iter()
        .find(|instance| [instance.text("id"), instance.text("guid")].contains(&id));
    Ok(Answer::ok(found.ok_or_else(|| Refusal::unknown(id))?))
}

pub(super) fn zones(call: &Call<'_>) -> Outcome {
    call.unsimulated(&["sort"])?;
    call.own_account(call.query().required("account_id")?)?;
    call.needs(call.rights.platform_services_viewer)?;
    let name = call.query().text("name");
    let keep = |zone: &Object| name.is_none_or(|name| zone.text("name") == name);
    let count = call.world.zones.iter().filter(|zone| keep(zone)).count();
    call.whole_list("zones", json!({ "count": count }), &call.world.zones, keep, zone_summary)
}

/// The list names three addresses at most; only the zone itself has them all.
fn zone_summary(zone: &Object) -> Shown<'_> {
    let list = |name: &str| zone.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let preview: Vec<&Value> = list("addresses").iter().take(3).collect();
    Shown::new(zone)
        .hiding(&["addresses", "excluded", "account_id"])
        .adding("addresses_preview", Some(json!(preview)))
        .adding("address_count", Some(json!(list("addresses").len())))
        .adding("excluded_count", Some(json!(list("excluded").len())))
}

pub(super) fn zone(call: &Call<'_>, id: &str) -> Outcome {
    call.needs(call.rights.platform_services_viewer)?;
    Ok(Answer::ok(find(&call.world.zones, |zone| zone, "id", id)?))
}

pub(super) fn restrictions(call: &Call<'_>) -> Outcome {
    call.unsimulated(&[
        "region",
        "resource",
        "resource_type",
        "service_instance",
        "service_name",
        "service_type",
        "service_group_id",
        "zone_id",
        "sort",
        "enforcement_mode",
    ])?;
    call.own_account(call.query().required("account_id")?)?;
    let keep = |rule: &Object| call.world.sees_restriction(call.rights, rule);
    let count = call.world.restrictions.iter().filter(|rule| keep(rule)).count();
    call.whole_list("rules", json!({ "count": count }), &call.world.restrictions, keep, Shown::new)
}

pub(super) fn restriction(call: &Call<'_>, id: &str) -> Outcome {
    let found = find(&call.world.restrictions, |rule| rule, "id", id)?;
    call.needs(call.world.sees_restriction(call.rights, found))?;
    Ok(Answer::ok(found))
}

pub(super) fn restriction_settings(call: &Call<'_>, account: &str) -> Outcome {
    call.own_account(account)?;
    call.needs(call.rights.platform_services_viewer)?;
    Ok(Answer::ok(&call.world.restriction_settings()))
}

/// The account is in no enterprise: every list of the hierarchy is empty.
pub(super) fn enterprise(call: &Call<'_>) -> Outcome {
    call.query().page_size("limit", 0..=100, 10)?;
    Ok(Answer::ok(&json!({ "rows_count": 0, "resources": [] })))
}
