//! Signs that the cloud showed less than there is.
//!
//! In: everything that was seen. Out: the same, with lists that shrank silently marked as denied.
//!
//! IBM Cloud answers a caller without access with 200 and a shorter list. A list is therefore only
//! taken for whole when nothing speaks against it:
//!
//! - *Something that must be there is not*: the account's owner and the calling user among the users, the
//!   calling service ID or profile in its list, a group at all (the public one always exists), a
//!   resource group at all and that of each instance in use, as many rules and zones as the account
//!   settings count, any policy (whoever reads holds one, but for the owner).
//! - *The caller's own grants do not reach*: policies, instances, access groups and API keys are shown
//!   as far as the caller holds a role on each. Its own grants are among the policies, so it can
//!   be proven that they reach everything, and the reason says which one is missing. When the policies
//!   could not be read, nothing is known of the grants, and only an empty list is doubted. When memberships could not, what the
//!   caller may hold through them proves nothing.
//! - *Most of what others name is missing*: groups that policies name, owners of service ID keys,
//!   users that groups name while the user list is restricted.
//!
//! A single dangling reference is no sign. Policies outlive instances, groups and identities, and may
//! name service IDs and profiles of other accounts; if each made a list incomplete, no real account
//! would ever have a complete one.

use std::collections::HashSet;

use model::{
    Table,
    tables::ibm::{
        ACCESS_GROUPS, ACCOUNT_SETTINGS, ACCOUNTS, API_KEYS, CBR_RULES, CBR_ZONES, CUSTOM_ROLES, MEMBERS,
        POLICIES, PROFILES, RESOURCE_GROUPS, RESOURCE_INSTANCES, ROLES, SERVICE_IDS, USERS,
    },
};

use super::{
    caller::Caller,
    cbr_rules::Counts,
    sight::{CallerGrants, GROUP_READERS, GrantScope, PLATFORM},
};
use crate::listing::Seen;

const PUBLIC_GROUP: &str = "AccessGroupId-PublicAccess";

/// A list that shrank, and the sign of it.
type Sign = (&'static Table, String);

/// Marks the lists that shrank silently.
pub(crate) fn mark(seen: &mut Seen, caller: &Caller, counts: Counts) {
    // An account that counts none has none, in whatever form it shows that.
    for (table, counted) in [(&CBR_RULES, counts.rules), (&CBR_ZONES, counts.zones)] {
        if counted == Some(0) && seen.rows(table).is_empty() {
            seen.prove(table.listing, None);
        }
    }
    let sight = CallerGrants::of(seen, caller);
    let signs: Vec<Sign> = [
        policies(seen, &sight),
        users(seen, caller, &sight),
        groups(seen, &sight),
        service_ids(seen, caller, &sight),
        profiles(seen, caller, &sight),
        api_keys(seen, &sight),
        instances(seen, &sight),
        resource_groups(seen),
        restrictions(seen, &sight, &CBR_RULES, counts.rules),
        restrictions(seen, &sight, &CBR_ZONES, counts.zones),
        roles(seen, &CUSTOM_ROLES),
        roles(seen, &ROLES),
    ]
    .into_iter()
    .flatten()
    .collect();
    for (table, reason) in signs {
        if seen.coverage.iter().any(|each| each.listing == table.listing && each.is_complete()) {
            tracing::warn!(listing = table.listing, reason, "list shows less than there is");
        }
        seen.deny(table.listing, None, &reason);
    }
}

fn sign(table: &'static Table, reason: impl Into<String>) -> Option<Sign> {
    Some((table, reason.into()))
}

fn policies(seen: &Seen, sight: &CallerGrants<'_>) -> Option<Sign> {
    if sight.is_owner() {
        return None;
    }
    if seen.rows(&POLICIES).is_empty() {
        return sign(&POLICIES, "no policy is shown, not even one that lets the caller read");
    }
    if !sight.is_known() {
        return None;
    }
    if sight.is_without_grants() {
        return sign(&POLICIES, "no policy is shown that lets the caller read");
    }
    if !sight.covers(GrantScope::Management, PLATFORM) {
        return sign(&POLICIES, sight.lacks("no role on all account management services", "Viewer"));
    }
    if !sight.covers(GrantScope::Services, PLATFORM) {
        return sign(&POLICIES, sight.lacks("no role on all IAM-enabled services", "Viewer"));
    }
    None
}

fn users(seen: &Seen, caller: &Caller, sight: &CallerGrants<'_>) -> Option<Sign> {
    let listed: HashSet<&str> = seen.texts(&USERS, "iam_id").collect();
    if let Some(owner) = seen.texts(&ACCOUNTS, "owner_iam_id").next()
        && !listed.contains(owner)
    {
        return sign(&USERS, "the owner of the account is not shown");
    }
    if listed.is_empty() {
        return sign(&USERS, "no user is shown, and every account has an owner");
    }
    if !caller.iam_id.is_empty() && !caller.iam_id.starts_with("iam-") && !listed.contains(&*caller.iam_id) {
        return sign(&USERS, "the calling user is not shown");
    }
    let is_open =
        seen.texts(&ACCOUNT_SETTINGS, "restrict_user_list_visibility").any(|each| each == "NOT_RESTRICTED");
    if is_open || sight.covers(GrantScope::Iam("user-management"), PLATFORM) {
        return None;
    }
    let is_user = |id: &&str| !id.starts_with("iam-") && !id.starts_with("crn-");
    let named = seen.texts(&MEMBERS, "iam_id").chain(seen.texts(&POLICIES, "subject_iam_id")).filter(is_user);
    if listed.len() == 1 && sight.is_known() {
        return sign(
            &USERS,
            "one user is shown, the list is restricted, and no role on User Management is held",
        );
    }
    most_missing(named, &listed, "users that groups and policies name")
        .and_then(|reason| sign(&USERS, reason))
}

fn groups(seen: &Seen, sight: &CallerGrants<'_>) -> Option<Sign> {
    let listed: HashSet<&str> = seen.texts(&ACCESS_GROUPS, "id").collect();
    if listed.is_empty() {
        return sign(&ACCESS_GROUPS, "no group is shown, not even the public one");
    }
    if sight.is_known() && !sight.covers(GrantScope::Iam("iam-groups"), GROUP_READERS) {
        return sign(&ACCESS_GROUPS, sight.lacks("no role on all access groups", "Viewer"));
    }
    let vanished: HashSet<&str> = vanished(seen, &ACCESS_GROUPS).collect();
    let is_asked = |id: &&str| *id != PUBLIC_GROUP && !vanished.contains(*id);
    let named = seen.texts(&POLICIES, "subject_access_group_id").filter(is_asked);
    most_missing(named, &listed, "groups that policies name").and_then(|reason| sign(&ACCESS_GROUPS, reason))
}

fn service_ids(seen: &Seen, caller: &Caller, sight: &CallerGrants<'_>) -> Option<Sign> {
    let listed: HashSet<&str> = seen.texts(&SERVICE_IDS, "iam_id").collect();
    let owners = seen.texts(&API_KEYS, "iam_id").filter(|id| id.starts_with("iam-ServiceId-"));
    let reason = machines(&listed, "iam-ServiceId-", caller, sight)
        .or_else(|| most_missing(owners, &listed, "service IDs that own API keys"))?;
    sign(&SERVICE_IDS, reason)
}

fn profiles(seen: &Seen, caller: &Caller, sight: &CallerGrants<'_>) -> Option<Sign> {
    let listed: HashSet<&str> = seen.texts(&PROFILES, "iam_id").collect();
    sign(&PROFILES, machines(&listed, "iam-Profile-", caller, sight)?)
}

/// A token is bound to the account of the service ID or profile that it stands for, so that one must
/// be in the list; and a caller without a role is shown itself alone.
fn machines(listed: &HashSet<&str>, kind: &str, caller: &Caller, sight: &CallerGrants<'_>) -> Option<String> {
    let is_listed = listed.contains(caller.iam_id.as_str());
    if caller.iam_id.starts_with(kind) && !is_listed {
        return Some("the caller itself is not shown".to_owned());
    }
    let others = listed.len() - usize::from(is_listed);
    let proven = sight.covers(GrantScope::Iam("iam-identity"), PLATFORM);
    (others == 0 && !proven).then(|| {
        "nothing is shown, and the caller holds no visible role on IAM Identity; give it Viewer".to_owned()
    })
}

fn api_keys(seen: &Seen, sight: &CallerGrants<'_>) -> Option<Sign> {
    if sight.shows_keys_of_others() {
        return None;
    }
    let owners: HashSet<&str> = seen.texts(&API_KEYS, "iam_id").collect();
    // With the owners of many keys in view, an unknown role must have shown them.
    if !sight.is_known() && owners.len() > 1 {
        return None;
    }
    let role = "no role on IAM Identity that shows keys of others";
    sign(&API_KEYS, sight.lacks(role, "Service Configuration Reader"))
}

fn instances(seen: &Seen, sight: &CallerGrants<'_>) -> Option<Sign> {
    let is_doubtful = sight.is_known() || seen.rows(&RESOURCE_INSTANCES).is_empty();
    if sight.covers(GrantScope::Services, PLATFORM) || !is_doubtful {
        return None;
    }
    sign(&RESOURCE_INSTANCES, sight.lacks("no visible role on all IAM-enabled services", "Viewer"))
}

fn resource_groups(seen: &Seen) -> Option<Sign> {
    let listed: HashSet<&str> = seen.texts(&RESOURCE_GROUPS, "id").collect();
    if listed.is_empty() {
        return sign(&RESOURCE_GROUPS, "no resource group is shown, and every account has one");
    }
    let [state, group] =
        ["state", "resource_group_id"].map(|name| RESOURCE_INSTANCES.position(name).unwrap_or(usize::MAX));
    let in_use =
        seen.rows(&RESOURCE_INSTANCES).iter().filter(|row| row.value(state).as_text() == Some("active"));
    let missing = in_use.filter_map(|row| row.value(group).as_text()).find(|id| !listed.contains(id))?;
    sign(&RESOURCE_GROUPS, format!("an active instance is in resource group `{missing}`, which is not shown"))
}

fn restrictions(
    seen: &Seen,
    sight: &CallerGrants<'_>,
    table: &'static Table,
    counted: Option<u64>,
) -> Option<Sign> {
    // What went away while it was read was counted.
    let vanished = seen.vanished.iter().filter(|(name, _)| *name == table.name).count();
    let shown = seen.rows(table).len() + vanished;
    match counted {
        Some(counted) if u64::try_from(shown).unwrap_or(u64::MAX) < counted => {
            sign(table, format!("the account counts {counted} and shows {shown}"))
        }
        None if shown == 0 && !sight.covers(GrantScope::Services, PLATFORM) => {
            sign(table, "nothing is shown, and neither counts nor roles prove that there is nothing")
        }
        _ => None,
    }
}

/// IBM's own roles exist in every account; a single one proves that roles may be read. A service of
/// which there are none is one that is no more.
fn roles(seen: &Seen, table: &'static Table) -> Option<Sign> {
    let nothing = seen.rows(&ROLES).is_empty() && seen.rows(&CUSTOM_ROLES).is_empty();
    nothing.then(|| sign(table, "no role is shown, not even those that IBM offers"))?
}

/// Returns the ids of the things of a table that went away while they were read: what still names them is no sign.
fn vanished<'a>(seen: &'a Seen, table: &'static Table) -> impl Iterator<Item = &'a str> {
    let of_table = seen.vanished.iter().filter(|(name, _)| *name == table.name);
    of_table.filter_map(|(_, row)| table.text(row, "id"))
}

/// Reports when more than half of what is named, and more than one, is not listed.
fn most_missing<'a>(
    named: impl Iterator<Item = &'a str>,
    listed: &HashSet<&str>,
    what: &str,
) -> Option<String> {
    let named: HashSet<&str> = named.collect();
    let missing = named.iter().filter(|id| !listed.contains(*id)).count();
    (missing > 1 && missing * 2 > named.len())
        .then(|| format!("{missing} of {} {what} are not shown", named.len()))
}

#[cfg(test)]
mod tests;
