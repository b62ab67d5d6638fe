//! Policies of both versions of the interface, and the roles on the services that they name.
//!
//! The second version lists every policy in one form, also those that were written in the first. But
//! authorizations between services are documented for the first version alone, so its list of
//! these is read too, and what the other had is left out. Placeholders, in which the first version
//! hides policies that it cannot express, are never kept; one for a policy that the second version
//! did not list proves that that list is not all.

use std::collections::HashSet;

use model::tables::ibm::POLICIES;

use super::{
    policy_rows, policy_v1,
    reader::{Reader, list_at},
    roles,
};
use crate::{
    item::Item,
    listing::{Items, List, Seen},
    paging::Family,
};

/// The parent under which the coverage names the list of the second version.
pub(crate) const SECOND: &str = "v2";
/// The interface that lists authorizations.
const FIRST: &str = "v1";
/// The type of the policies that only that list may show, by which the coverage names it.
const AUTHORIZATION: &str = "authorization";

/// Reads all policies, and the roles on the services that they name.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let keep = |item: &Item<'_>, seen: &mut Seen| policy_rows::keep(item, SECOND, seen);
    let second = reader.list(policies(reader, SECOND, None).of(SECOND), keep);
    let (mut seen, custom_roles) = futures::join!(second, roles::of_account(reader));
    seen.join(custom_roles);
    let first = of_first(reader, &seen).await;
    seen.join(first);
    let roles = roles::of_services(reader, &seen).await;
    seen.join(roles);
    seen
}

async fn of_first(reader: &Reader<'_>, second: &Seen) -> Seen {
    let known: HashSet<&str> = second.texts(&POLICIES, "id").collect();
    let mut hidden = 0_u64;
    let list = policies(reader, FIRST, Some(AUTHORIZATION)).of(AUTHORIZATION);
    let mut first = reader
        .list(list, |item, seen| {
            let is_known = item.text("id").is_some_and(|id| known.contains(id));
            if policy_v1::is_placeholder(item) {
                hidden += u64::from(!is_known);
            } else if !is_known {
                policy_v1::keep(item, seen);
            }
        })
        .await;
    if hidden > 0 && second.is_complete(POLICIES.listing) {
        let reason = format!(
            "{hidden} policies have a placeholder in the list of version 1 and no entry in that of version 2"
        );
        first.deny(POLICIES.listing, None, &reason);
    }
    first
}

fn policies(reader: &Reader<'_>, version: &str, kind: Option<&str>) -> List<'static> {
    let mut query = vec![("account_id", reader.account), ("format", "include_last_permit"), ("limit", "100")];
    query.extend(kind.map(|kind| ("type", kind)));
    let items = Items::Each("policies");
    list_at(POLICIES.listing, &reader.endpoints.iam, &[version, "policies"], &query, Family::Start, items)
}
