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
    role_names, roles,
};
use crate::{
    item::Item,
    listing::{Items, List, Seen, Wholeness},
    paging::Family,
    reading::Kept,
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
    let (first, hidden) = of_first(reader, &seen).await;
    seen.join(first);
    if hidden > 0 {
        let reason = format!(
            "{hidden} policies have a placeholder in the list of version 1 and no entry in that of version 2"
        );
        seen.deny(POLICIES.listing, None, &reason);
    }
    let roles = roles::of_services(reader, &seen).await;
    seen.join(roles);
    role_names::fill(&mut seen);
    seen
}

/// Reads what version 1 alone has. Which that is can only be said beside the whole list of version 2: before, the same
/// authorization would come in another form, and look changed. Returns as well how many policies the list of version 2 ought to show and
/// does not.
async fn of_first(reader: &Reader<'_>, second: &Seen) -> (Seen, usize) {
    let mut first = Seen::default();
    let wholeness = second.wholeness(POLICIES.listing);
    if wholeness != Wholeness::Whole {
        let reason = "the list of version 2 comes first, and it is not complete";
        first.skip(POLICIES.listing, AUTHORIZATION, "GET /v1/policies", wholeness, reason);
        return (first, 0);
    }
    let known: HashSet<&str> = second.texts(&POLICIES, "id").collect();
    let mut hidden = HashSet::new();
    let list = policies(reader, FIRST, Some(AUTHORIZATION)).of(AUTHORIZATION);
    let keep = |item: &Item<'_>, seen: &mut Seen| -> Kept {
        let id = item.key("id")?;
        if known.contains(id) {
            return Some(id.to_owned());
        }
        if policy_v1::is_placeholder(item) {
            hidden.insert(id.to_owned());
            return Some(id.to_owned());
        }
        policy_v1::keep(item, seen)
    };
    first.join(reader.list(list, keep).await);
    (first, hidden.len())
}

/// Leaves out the authorizations where something spoke against the list of version 2 after it was read: those of version 1 were read beside
/// it, and nobody can say any more which of them it would have shown in its own form.
pub(crate) fn drop_unproven(seen: &mut Seen) {
    let mut lists = seen.coverage.iter().filter(|list| list.listing == POLICIES.listing);
    let is_spoken_against = lists.clone().any(|list| list.parent == SECOND && !list.is_complete());
    let was_first_read = lists.any(|list| list.parent == AUTHORIZATION && list.pages > 0);
    if !(is_spoken_against && was_first_read) {
        return;
    }
    let of_first =
        seen.rows(&POLICIES).iter().filter(|row| POLICIES.text(row, "type") == Some(AUTHORIZATION));
    let ids: Vec<String> = of_first.filter_map(|row| POLICIES.text(row, "id").map(str::to_owned)).collect();
    for id in ids {
        seen.drop_shown(&POLICIES, &id);
    }
}

fn policies(reader: &Reader<'_>, version: &str, kind: Option<&str>) -> List<'static> {
    let mut query = vec![("account_id", reader.account), ("format", "include_last_permit"), ("limit", "100")];
    query.extend(kind.map(|kind| ("type", kind)));
    let items = Items::Each("policies");
    list_at(POLICIES.listing, &reader.endpoints.iam, &[version, "policies"], &query, Family::Start, items)
}
