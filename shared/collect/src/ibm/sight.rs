//! What the caller is known to be allowed to see, from its own grants among the policies.
//!
//! In: what was seen, and who we are. Out: [`CallerGrants`], which can prove that a list had to be whole. A
//! caller always may see policies on what it holds a platform role on, so the grants that
//! prove a full view are themselves visible.

use std::collections::{BTreeMap, HashSet};

use model::{
    Row, Table,
    tables::ibm::{
        ACCESS_GROUPS, ACCOUNTS, CUSTOM_ROLE_ACTIONS, DYNAMIC_MEMBERS, MEMBERS, POLICIES, POLICY_RESOURCES,
        POLICY_ROLES, POLICY_TAGS, ROLE_ACTIONS, ROLES,
    },
};

use super::caller::Caller;
use crate::listing::Seen;

/// Any of these on a service shows its instances and the policies on it.
pub(crate) const PLATFORM: &[&str] = &["viewer", "operator", "editor", "administrator"];
/// Access groups are not shown to an Operator.
pub(crate) const GROUP_READERS: &[&str] = &["viewer", "editor", "administrator"];
/// Either of these actions shows the API keys of others.
const KEY_READING: [&str; 2] = ["iam-identity.apikey.list", "iam-identity.apikey.review"];
/// The roles that carry one of them in IBM Cloud's table of actions, where the roles of IAM Identity were not listed: they are for the
/// services that a policy names. A Viewer is not shown the keys of others. The CRN of Service Configuration Reader ends in `role:ConfigReader`.
const KEY_READERS: &[&str] =
    &["operator", "editor", "administrator", "configreader", "serviceconfigurationreader", "apikeyreviewer"];

/// The service that keeps the API keys.
const IDENTITY: &str = "iam-identity";

/// What a role would have to be held on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrantScope<'a> {
    /// All services that hold instances.
    Services,
    /// All account management services.
    Management,
    /// One account management service that is among those of IAM.
    Iam(&'a str),
}

/// One grant of the caller.
#[derive(Debug, Default)]
struct Grant<'a> {
    is_narrowed: bool,
    attributes: Vec<(&'a str, &'a str)>,
    /// The roles by their CRNs.
    roles: Vec<&'a str>,
}

/// The grants of the caller.
#[derive(Debug)]
pub(crate) struct CallerGrants<'a> {
    is_owner: bool,
    is_known: bool,
    knows_memberships: bool,
    grants: BTreeMap<&'a str, Grant<'a>>,
    /// CRNs of the roles that were seen to show the API keys of others.
    key_readers: HashSet<&'a str>,
    /// Whether the roles that IBM offers on IAM Identity were listed.
    knows_key_readers: bool,
}

impl<'a> CallerGrants<'a> {
    /// Collects the caller's grants.
    pub(crate) fn of(seen: &'a Seen, caller: &Caller) -> Self {
        let groups = groups_of(seen, caller);
        let [id, iam_id, group_id] =
            ["id", "subject_iam_id", "subject_access_group_id"].map(|name| place(&POLICIES, name));
        let own = seen.rows(&POLICIES).iter().filter(|row| {
            let is_member = row.value(group_id).as_text().is_some_and(|group| groups.contains(group));
            is_member || row.value(iam_id).as_text() == Some(&caller.iam_id)
        });
        let mut grants: BTreeMap<&str, Grant<'_>> =
            own.filter_map(|row| Some((row.value(id).as_text()?, Grant::default()))).collect();
        for row in seen.rows(&POLICY_RESOURCES) {
            with_grant(&mut grants, &POLICY_RESOURCES, row, |grant, text| {
                grant.attributes.push((text("name"), text("value")));
            });
        }
        for row in seen.rows(&POLICY_TAGS) {
            with_grant(&mut grants, &POLICY_TAGS, row, |grant, _| grant.is_narrowed = true);
        }
        for row in seen.rows(&POLICY_ROLES) {
            with_grant(&mut grants, &POLICY_ROLES, row, |grant, text| {
                grant.roles.push(text("role_id"));
            });
        }
        let memberships = [ACCESS_GROUPS.listing, MEMBERS.listing];
        Self {
            is_owner: seen.texts(&ACCOUNTS, "owner_iam_id").any(|owner| owner == caller.iam_id),
            is_known: seen.is_complete(POLICIES.listing),
            knows_memberships: memberships.into_iter().all(|listing| seen.is_complete(listing)),
            grants,
            key_readers: roles_with(seen, &ROLE_ACTIONS)
                .chain(roles_with(seen, &CUSTOM_ROLE_ACTIONS))
                .collect(),
            knows_key_readers: seen.texts(&ROLES, "service_name").any(|service| service == IDENTITY),
        }
    }

    /// Returns whether all policies could be read, so that the grants that are seen are those that can be proven.
    pub(crate) const fn is_known(&self) -> bool {
        self.is_known
    }

    /// Returns why it is not proven that something is shown: the caller lacks a role, or may hold it through a group that could not be read.
    pub(crate) fn lacks(&self, role: &str, remedy: &str) -> String {
        match self.knows_memberships {
            true => format!("the caller holds {role}; give it {remedy}"),
            false => {
                format!("the caller itself holds {role}, and the members of access groups could not be read")
            }
        }
    }

    /// Returns whether the caller may see everything without any grant.
    pub(crate) const fn is_owner(&self) -> bool {
        self.is_owner
    }

    /// Returns whether no grant of the caller is visible.
    pub(crate) fn is_without_grants(&self) -> bool {
        self.grants.is_empty()
    }

    /// Returns whether it is proven that the caller is shown the API keys of others.
    pub(crate) fn shows_keys_of_others(&self) -> bool {
        let shows = |role: &&str| {
            let is_listed = self.knows_key_readers || role.contains(":customRole:");
            let is_known_by_name = !is_listed && KEY_READERS.contains(&role_name(role).as_str());
            self.key_readers.contains(role) || is_known_by_name
        };
        let mut grants = self.grants.values().filter(|grant| grant.is_on(GrantScope::Iam(IDENTITY)));
        self.is_owner || grants.any(|grant| grant.roles.iter().any(shows))
    }

    /// Returns whether it is proven that the caller holds one of the roles on the whole of a scope.
    pub(crate) fn covers(&self, scope: GrantScope<'_>, roles: &[&str]) -> bool {
        self.is_owner || self.grants.values().any(|grant| grant.is_on(scope) && grant.has_one_of(roles))
    }
}

impl Grant<'_> {
    fn has_one_of(&self, roles: &[&str]) -> bool {
        self.roles.iter().any(|role| roles.contains(&role_name(role).as_str()))
    }

    fn is_on(&self, scope: GrantScope<'_>) -> bool {
        const WIDE: [&str; 4] = ["accountId", "serviceType", "service_group_id", "serviceName"];
        if self.is_narrowed || self.attributes.iter().any(|(name, _)| !WIDE.contains(name)) {
            return false;
        }
        let has = |name, value| self.attributes.contains(&(name, value));
        let names_a_service = self.attributes.iter().any(|(name, _)| *name == "serviceName");
        match scope {
            GrantScope::Services => has("serviceType", "service") && !names_a_service,
            GrantScope::Management => has("serviceType", "platform_service") && !names_a_service,
            GrantScope::Iam(service) => {
                let on_all = has("serviceType", "platform_service") || has("service_group_id", "IAM");
                (on_all && !names_a_service) || has("serviceName", service)
            }
        }
    }
}

/// Returns the CRNs of the roles that carry an action which shows the API keys of others.
fn roles_with<'a>(seen: &'a Seen, table: &'static Table) -> impl Iterator<Item = &'a str> {
    let (role, action) = (place(table, "role_crn"), place(table, "action"));
    let reads =
        move |row: &&'a Row| row.value(action).as_text().is_some_and(|action| KEY_READING.contains(&action));
    seen.rows(table).iter().filter(reads).filter_map(move |row| row.value(role).as_text())
}

fn groups_of<'a>(seen: &'a Seen, caller: &Caller) -> HashSet<&'a str> {
    let of = |table: &'static Table| {
        let (group, member) = (place(table, "group_id"), place(table, "iam_id"));
        seen.rows(table)
            .iter()
            .filter(move |row| row.value(member).as_text() == Some(&caller.iam_id))
            .filter_map(move |row| row.value(group).as_text())
    };
    of(&MEMBERS).chain(of(&DYNAMIC_MEMBERS)).collect()
}

fn with_grant<'a>(
    grants: &mut BTreeMap<&'a str, Grant<'a>>,
    table: &'static Table,
    row: &'a Row,
    add: impl FnOnce(&mut Grant<'a>, &dyn Fn(&str) -> &'a str),
) {
    let text = |name: &str| row.value(place(table, name)).as_text().unwrap_or_default();
    if let Some(grant) = grants.get_mut(text("policy_id")) {
        add(grant, &text);
    }
}

fn place(table: &Table, column: &str) -> usize {
    table.position(column).unwrap_or(usize::MAX)
}

/// Returns the last part of a role's CRN, in small letters.
fn role_name(crn: &str) -> String {
    crn.rsplit(':').next().unwrap_or_default().to_ascii_lowercase()
}
