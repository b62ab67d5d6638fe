//! The organisation above the account, with its entities, bounds and administrators.
//!
//! Any member may ask for the organisation itself; the rest is shown to the account that manages it, and to
//! accounts that it delegated to. An account that is in none has none of it, which is then known without a call.

use model::tables::huawei::{DELEGATED_ADMINISTRATORS, ORGANIZATION_ENTITIES, ORGANIZATIONS, SCPS};

use super::{
    organization_entities,
    reader::{Reader, list_at, single},
    scps,
};
use crate::{
    item::Item,
    listing::{Items, List, Seen},
    paging::Family,
    reading::Kept,
};

/// The service's own code for an account that is in no organisation.
const NO_ORGANIZATION: &[&str] = &["Organizations.1015"];

/// Reads the organisation and all in it.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let base = &reader.endpoints.organizations;
    let items = Items::Under { name: "organization", has: Some("id") };
    let list = single(&ORGANIZATIONS, base, &["v1", "organizations"], &[], items);
    let mut seen = reader.list(list.or_none(NO_ORGANIZATION), keep).await;
    if seen.is_complete(ORGANIZATIONS.listing) && seen.rows(&ORGANIZATIONS).is_empty() {
        for table in [&ORGANIZATION_ENTITIES, &SCPS, &DELEGATED_ADMINISTRATORS] {
            seen.none(table.listing, "", "GET /v1/organizations");
        }
        return seen;
    }
    let items = Items::Each("delegated_administrators");
    let administrators =
        paged(DELEGATED_ADMINISTRATORS.listing, reader, &["delegated-administrators"], &[], items);
    let (entities, scps, administrators) = futures::join!(
        organization_entities::list(reader),
        scps::list(reader),
        reader.list(administrators, keep_administrator)
    );
    [entities, scps, administrators].into_iter().for_each(|part| seen.join(part));
    seen
}

/// Describes a list of the organisation.
pub(crate) fn paged(
    listing: &'static str,
    reader: &Reader<'_>,
    path: &[&str],
    query: &[(&str, &str)],
    items: Items,
) -> List<'static> {
    let path: Vec<&str> = ["v1", "organizations"].iter().chain(path).copied().collect();
    let mut query = query.to_vec();
    query.push(("limit", "1000"));
    list_at(listing, &reader.endpoints.organizations, &path, &query, Family::Marker, items)
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["management_account_id"]);
    item.should_say(&["urn", "management_account_name", "created_at"]);
    let row = ORGANIZATIONS
        .draft()
        .set("id", id)
        .set("urn", item.text("urn"))
        .set("management_account_id", item.text("management_account_id"))
        .set("management_account_name", item.text("management_account_name"))
        .set("created_at", item.time("created_at").as_ref())
        .row();
    seen.push(&ORGANIZATIONS, row);
    Some(id.to_owned())
}

fn keep_administrator(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("account_id")?;
    item.should_say(&["account_name", "delegation_enabled_at"]);
    let row = DELEGATED_ADMINISTRATORS
        .draft()
        .set("account_id", id)
        .set("name", item.text("account_name"))
        .set("enabled_at", item.time("delegation_enabled_at").as_ref())
        .row();
    seen.push(&DELEGATED_ADMINISTRATORS, row);
    Some(id.to_owned())
}
