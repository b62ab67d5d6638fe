//! IBM Cloud.

use crate::Table;

mod accounts;
mod groups;
mod identities;
mod policies;
mod resources;
mod restrictions;

pub use accounts::*;
pub use groups::*;
pub use identities::*;
pub use policies::*;
pub use resources::*;
pub use restrictions::*;

/// Every table of IBM Cloud.
pub const ALL: &[&Table] = &[
    &ACCOUNTS,
    &ACCOUNT_SETTINGS,
    &USER_DOMAINS,
    &MFA_EXEMPTIONS,
    &EXTERNAL_INTERACTION,
    &EXTERNAL_ACCOUNTS,
    &USERS,
    &SERVICE_ID_GROUPS,
    &SERVICE_IDS,
    &SERVICE_ID_INSTANCES,
    &API_KEYS,
    &PROFILES,
    &PROFILE_RULES,
    &PROFILE_RULE_CONDITIONS,
    &PROFILE_LINKS,
    &PROFILE_IDENTITIES,
    &PROFILE_IDENTITY_ACCOUNTS,
    &INACTIVE_IDENTITIES,
    &ACCESS_GROUPS,
    &MEMBERS,
    &DYNAMIC_MEMBERS,
    &GROUP_RULES,
    &GROUP_RULE_CONDITIONS,
    &GROUP_SETTINGS,
    &POLICIES,
    &POLICY_SUBJECTS,
    &POLICY_RESOURCES,
    &POLICY_TAGS,
    &POLICY_ROLES,
    &POLICY_CONDITIONS,
    &POLICY_ACTIVITY,
    &CUSTOM_ROLES,
    &CUSTOM_ROLE_ACTIONS,
    &ROLES,
    &ROLE_ACTIONS,
    &RESOURCE_GROUPS,
    &RESOURCE_INSTANCES,
    &CBR_ZONES,
    &CBR_ZONE_ADDRESSES,
    &CBR_RULES,
    &CBR_RULE_CONTEXTS,
    &CBR_RULE_RESOURCES,
    &CBR_RULE_OPERATIONS,
];
