//! What the audit of a permission hangs on: the tables of which missing rows hide somebody, and those that make it report somebody wrongly.

use model::{Cloud, Lists, Table, Trust, tables};

use crate::{SensitivePermission, clouds::tables as tables_of_access};

/// Returns the tables whose missing rows would make a permission's audit report somebody: what allows it, and what takes it away or by nature
/// allows it, where that was ever seen.
#[must_use]
pub fn absence_tables(cloud: Cloud, lists: &Lists, permission: &SensitivePermission) -> Vec<&'static Table> {
    let once_seen = hiding(cloud, permission).into_iter();
    let once_seen = once_seen.filter(|table| lists.whole(table.listing) != Trust::Never);
    allowing(cloud, permission).into_iter().chain(once_seen).collect()
}

/// Returns the tables of which rows that are missing may hide a grant.
#[must_use]
pub fn needed_tables(cloud: Cloud) -> Vec<&'static Table> {
    let besides = aside_tables(cloud);
    let is_listed = |table: &&'static Table| {
        let aside = weighed_tables(cloud).iter().chain(&besides);
        table.name != tables::COVERAGE.name && aside.into_iter().all(|each| each.name != table.name)
    };
    tables_of_access(cloud).filter(is_listed).collect()
}

/// Returns the tables that say only whether a principal can act: one that is not whole for somebody leaves the standing of
/// that one unknown, and everybody else's as it is.
#[must_use]
pub const fn weighed_tables(cloud: Cloud) -> &'static [&'static Table] {
    match cloud {
        Cloud::Ibm => &[&tables::ibm::API_KEYS],
        Cloud::Huawei => &[&tables::huawei::ACCESS_KEYS, &tables::huawei::LOGIN_PROFILES],
    }
}

/// Returns the tables of which missing rows hide nobody: those that restrict what others give, and those that name it.
#[must_use]
pub fn aside_tables(cloud: Cloud) -> Vec<&'static Table> {
    restricting_tables(cloud).iter().chain(naming(cloud)).copied().collect()
}

/// Returns the tables that say what things are called, and decide on nothing.
const fn naming(cloud: Cloud) -> &'static [&'static Table] {
    match cloud {
        Cloud::Ibm => &[&tables::ibm::CBR_ZONES, &tables::ibm::RESOURCE_GROUPS],
        Cloud::Huawei => &[&tables::huawei::ENTERPRISE_PROJECTS, &tables::huawei::PROJECTS],
    }
}

/// Returns the tables that end or restrict what others give.
#[must_use]
pub const fn restricting_tables(cloud: Cloud) -> &'static [&'static Table] {
    match cloud {
        Cloud::Ibm => {
            use tables::ibm as t;
            &[&t::CBR_RULES, &t::CBR_RULE_CONTEXTS, &t::CBR_RULE_OPERATIONS, &t::CBR_RULE_RESOURCES]
        }
        Cloud::Huawei => {
            use tables::huawei::{ACCESS_CONTROLS, CLASSIC_AGENCIES, SAML_PROVIDERS};
            &[&ACCESS_CONTROLS, &CLASSIC_AGENCIES, &SAML_PROVIDERS]
        }
    }
}

/// Returns the tables whose missing rows would make somebody report who is allowed by a group.
fn allowing(cloud: Cloud, permission: &SensitivePermission) -> Vec<&'static Table> {
    match cloud {
        _ if permission.allowed.is_empty() => Vec::new(),
        Cloud::Ibm => vec![&tables::ibm::ACCESS_GROUPS, &tables::ibm::MEMBERS],
        Cloud::Huawei => vec![&tables::huawei::GROUPS, &tables::huawei::GROUP_MEMBERS],
    }
}

/// Returns the tables whose missing rows would hide what takes a permission away, or by nature allows it: the owner, a
/// closed public group, the actions that all of a pattern stands for; denying statements and the bounds of an organisation.
///
/// What was never seen of these cannot be waited for: the bounds of an organisation, for one, are shown to few accounts.
fn hiding(cloud: Cloud, permission: &SensitivePermission) -> Vec<&'static Table> {
    match cloud {
        Cloud::Ibm => {
            use tables::ibm::{ACCOUNTS, CUSTOM_ROLES, GROUP_SETTINGS, ROLE_ACTIONS, ROLES};
            let has_pattern = permission.actions.iter().any(|action| action.contains(['*', '?']));
            let of_patterns: &[&'static Table] =
                if has_pattern { &[&ROLES, &ROLE_ACTIONS, &CUSTOM_ROLES] } else { &[] };
            [&ACCOUNTS, &GROUP_SETTINGS].into_iter().chain(of_patterns.iter().copied()).collect()
        }
        Cloud::Huawei => {
            use tables::huawei as t;
            let denying: [&'static Table; 7] = [
                &t::GROUP_MEMBERS,
                &t::POLICIES,
                &t::POLICY_VERSIONS,
                &t::POLICY_STATEMENTS,
                &t::POLICY_ATTACHMENTS,
                &t::ROLES,
                &t::ROLE_ASSIGNMENTS,
            ];
            let bounding: [&'static Table; 5] =
                [&t::ACCOUNTS, &t::ORGANIZATIONS, &t::ORGANIZATION_ENTITIES, &t::SCPS, &t::SCP_ATTACHMENTS];
            denying.into_iter().chain(bounding).collect()
        }
    }
}
