//! How many calls a run takes: known before it is made.
//!
//! With the pages as large as the interfaces allow, a run of an account of U users with K access keys, G groups, P
//! policies of which T are attached, A agencies, R granted roles of the cloud, I classic identity providers, and an
//! organisation of N roots and units, M accounts and S service control policies takes
//!
//! ```text
//! 12                         single answers: account, summary, switches (2), password and login policy,
//!                            access controls (2), access modes (2), login protection, organisation
//!  + 2                       identity providers and mappings
//!  + ⌈U/200⌉ + 4·U + K       users; details, last login, login profile and keys of each; last use of each key
//!  + ⌈D/200⌉                 MFA devices
//!  + ⌈G/200⌉ + Σ⌈members/200⌉
//!  + ⌈custom/200⌉ + ⌈system/200⌉ + P + Σ⌈attachments/200⌉ over the T policies
//!  + ⌈A/200⌉ + A             agencies, and the details of each
//!  + ⌈SAML/200⌉ + ⌈OIDC/200⌉
//!  + ⌈A/500⌉ + ⌈projects/5000⌉ + ⌈enterprise projects/1000⌉
//!  + ⌈own roles/300⌉ + R + Σ⌈grants/50⌉ over the four scopes
//!  + I
//!  + 4 + ⌈M/1000⌉ … + N + 2·S  in an organisation
//! ```
//!
//! where a list without things still takes a call. Repeated calls come on top, and those that open another account.

use std::collections::BTreeMap;

use model::{State, Table, tables::huawei as tables};

/// How large an account is: what the number of calls hangs on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scale {
    /// Users, the root user among them.
    pub users: u64,
    /// Access keys of all users.
    pub access_keys: u64,
    /// How many virtual MFA devices there are.
    pub mfa_devices: u64,
    /// Members of each group.
    pub group_members: Vec<u64>,
    /// The account's own policies.
    pub custom_policies: u64,
    /// Policies of the cloud that are attached.
    pub system_policies: u64,
    /// Attachments of each policy that has some.
    pub attachments: Vec<u64>,
    /// Agencies of all kinds.
    pub agencies: u64,
    /// Agencies that the classic interface lists.
    pub classic_agencies: u64,
    /// How many SAML providers there are.
    pub saml_providers: u64,
    /// How many OpenID Connect providers there are.
    pub oidc_providers: u64,
    /// How many projects there are.
    pub projects: u64,
    /// How many enterprise projects there are.
    pub enterprise_projects: u64,
    /// The account's own classic policies.
    pub own_roles: u64,
    /// Roles of the cloud that are granted.
    pub granted_roles: u64,
    /// Grants in each of the four scopes.
    pub grants: [u64; 4],
    /// How many identity providers of version 3 there are.
    pub identity_providers: u64,
    /// The organisation, if its lists are shown.
    pub organization: Option<Organization>,
}

/// How large an organisation is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organization {
    /// How many accounts the organization has.
    pub accounts: u64,
    /// What stands directly under each root and unit.
    pub below: Vec<u64>,
    /// Attachments of each service control policy.
    pub attachments: Vec<u64>,
    /// Policies of all types.
    pub policies: u64,
    /// How many delegated administrators the organization has.
    pub administrators: u64,
}

/// Returns how many calls a run takes, without repeated ones.
#[must_use]
pub fn expected_calls(scale: &Scale) -> u64 {
    let each = |counts: &[u64], size| counts.iter().map(|count| pages(*count, size)).sum::<u64>();
    let singles = 14;
    let users = pages(scale.users, 200) + 4 * scale.users + scale.access_keys + pages(scale.mfa_devices, 200);
    let groups = pages(count(&scale.group_members), 200) + each(&scale.group_members, 200);
    let policies = pages(scale.custom_policies, 200)
        + pages(scale.system_policies, 200)
        + scale.custom_policies
        + scale.system_policies
        + each(&scale.attachments, 200);
    let agencies = pages(scale.agencies, 200) + scale.agencies;
    let providers =
        pages(scale.saml_providers, 200) + pages(scale.oidc_providers, 200) + scale.identity_providers;
    // Without a counter, only a page that is not full ends a list.
    let open = |count: u64, size: u64| count / size + 1;
    let classic = open(scale.classic_agencies, 500)
        + open(scale.projects, 5_000)
        + pages(scale.enterprise_projects, 1_000)
        + pages(scale.own_roles, 300)
        + scale.granted_roles
        + each(&scale.grants, 50);
    let organization = scale.organization.as_ref().map_or(0, |organization| {
        pages(organization.accounts, 1_000)
            + 1
            + each(&organization.below, 1_000)
            + pages(organization.policies, 1_000)
            + count(&organization.attachments)
            + each(&organization.attachments, 1_000)
            + pages(organization.administrators, 1_000)
    });
    singles + users + groups + policies + agencies + providers + classic + organization
}

impl Scale {
    /// Measures an account as it was seen.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let rows = |table: &'static Table| to_count(state.rows(table).len());
        let with = |table: &'static Table, column: &str, wanted: &str| {
            to_count(state.rows(table).iter().filter(|row| table.text(row, column) == Some(wanted)).count())
        };
        let own_roles = state
            .rows(&tables::ROLES)
            .iter()
            .filter(|row| tables::ROLES.cell(row, "is_custom").as_boolean() == Some(true))
            .count();
        let attachments = per(state, &tables::POLICIES, &tables::POLICY_ATTACHMENTS, "policy_id");
        let scopes = ["domain", "all_projects", "project", "enterprise_project"];
        Self {
            users: rows(&tables::USERS),
            access_keys: rows(&tables::ACCESS_KEYS),
            mfa_devices: rows(&tables::MFA_DEVICES),
            group_members: per(state, &tables::GROUPS, &tables::GROUP_MEMBERS, "group_id"),
            custom_policies: with(&tables::POLICIES, "type", "custom"),
            system_policies: with(&tables::POLICIES, "type", "system"),
            attachments: attachments.into_iter().filter(|count| *count > 0).collect(),
            agencies: rows(&tables::AGENCIES),
            classic_agencies: rows(&tables::CLASSIC_AGENCIES),
            saml_providers: rows(&tables::SAML_PROVIDERS),
            oidc_providers: rows(&tables::OIDC_PROVIDERS),
            projects: rows(&tables::PROJECTS),
            enterprise_projects: rows(&tables::ENTERPRISE_PROJECTS),
            own_roles: to_count(own_roles),
            granted_roles: rows(&tables::ROLES) - to_count(own_roles),
            grants: scopes.map(|scope| with(&tables::ROLE_ASSIGNMENTS, "scope_type", scope)),
            identity_providers: rows(&tables::IDENTITY_PROVIDERS),
            organization: Organization::of(state),
        }
    }
}

impl Organization {
    fn of(state: &State) -> Option<Self> {
        if state.rows(&tables::ORGANIZATIONS).is_empty() {
            return None;
        }
        let entities = &tables::ORGANIZATION_ENTITIES;
        let mut below: BTreeMap<&str, u64> = BTreeMap::new();
        let mut accounts = 0;
        for row in state.rows(entities) {
            if entities.text(row, "type") == Some("account") {
                accounts += 1;
            } else if let Some(id) = entities.text(row, "id") {
                below.entry(id).or_default();
            }
            if let Some(parent) = entities.text(row, "parent_id") {
                *below.entry(parent).or_default() += 1;
            }
        }
        let attachments = per(state, &tables::SCPS, &tables::SCP_ATTACHMENTS, "policy_id");
        Some(Self {
            accounts,
            below: below.into_values().collect(),
            // Policies of other types are not kept; a thousand of them would take one call more.
            policies: count(&attachments),
            attachments,
            administrators: to_count(state.rows(&tables::DELEGATED_ADMINISTRATORS).len()),
        })
    }
}

/// Returns how many rows of `child` each row of `parent` has.
fn per(state: &State, parent: &'static Table, child: &'static Table, column: &str) -> Vec<u64> {
    let ids = state.rows(parent).iter().filter_map(|row| row.value(0).as_text());
    let mut counts: BTreeMap<&str, u64> = ids.map(|id| (id, 0)).collect();
    for id in state.rows(child).iter().filter_map(|row| child.text(row, column)) {
        *counts.entry(id).or_default() += 1;
    }
    counts.into_values().collect()
}

fn pages(things: u64, size: u64) -> u64 {
    things.div_ceil(size).max(1)
}

fn count<T>(things: &[T]) -> u64 {
    to_count(things.len())
}

fn to_count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_account_takes_a_call_for_each_list() {
        assert_eq!(expected_calls(&Scale::default()), 14 + 2 + 1 + 2 + 1 + 2 + 8);
    }

    #[test]
    fn every_user_group_policy_and_agency_costs_its_calls() {
        let empty = expected_calls(&Scale::default());
        let more = |change: fn(&mut Scale)| {
            let mut scale = Scale::default();
            change(&mut scale);
            expected_calls(&scale) - empty
        };
        assert_eq!(more(|scale| scale.users = 201), 4 * 201 + 1);
        assert_eq!(more(|scale| scale.access_keys = 7), 7);
        assert_eq!(more(|scale| scale.group_members = vec![0, 200, 201]), 1 + 1 + 2);
        assert_eq!(more(|scale| scale.custom_policies = 3), 3);
        assert_eq!(more(|scale| scale.attachments = vec![1, 401]), 1 + 3);
        assert_eq!(more(|scale| scale.agencies = 400), 400 + 1);
        assert_eq!(more(|scale| scale.classic_agencies = 500), 1);
        assert_eq!(more(|scale| scale.grants = [51, 50, 0, 0]), 1);
        assert_eq!(more(|scale| scale.granted_roles = 2), 2);
        let organization =
            Organization { below: vec![1, 2], attachments: vec![1], ..Organization::default() };
        let scale = Scale { organization: Some(organization), ..Scale::default() };
        assert_eq!(expected_calls(&scale) - empty, 1 + 1 + 2 + 1 + 2 + 1);
    }
}
