//! Huawei Cloud.

use crate::Table;

mod accounts;
mod agencies;
mod federation;
mod organization;
mod policies;
mod roles;
mod statements;
mod users;

pub use accounts::*;
pub use agencies::*;
pub use federation::*;
pub use organization::*;
pub use policies::*;
pub use roles::*;
pub use statements::*;
pub use users::*;

/// Every table of Huawei Cloud.
pub const ALL: &[&Table] = &[
    &ACCOUNTS,
    &ACCOUNT_SUMMARY,
    &ACCOUNT_SETTINGS,
    &PASSWORD_POLICY,
    &LOGIN_POLICY,
    &ACCESS_CONTROLS,
    &PROJECTS,
    &ENTERPRISE_PROJECTS,
    &USERS,
    &USER_TAGS,
    &USER_LOGINS,
    &LOGIN_PROFILES,
    &ACCESS_KEYS,
    &ACCESS_KEY_USES,
    &MFA_DEVICES,
    &LOGIN_PROTECTIONS,
    &USER_ACCESS_MODES,
    &GROUPS,
    &GROUP_MEMBERS,
    &POLICIES,
    &POLICY_VERSIONS,
    &POLICY_STATEMENTS,
    &POLICY_ACTIONS,
    &POLICY_RESOURCES,
    &POLICY_CONDITIONS,
    &POLICY_ATTACHMENTS,
    &ROLES,
    &ROLE_STATEMENTS,
    &ROLE_ACTIONS,
    &ROLE_RESOURCES,
    &ROLE_CONDITIONS,
    &ROLE_ASSIGNMENTS,
    &AGENCIES,
    &TRUST_STATEMENTS,
    &TRUST_ACTIONS,
    &TRUST_RESOURCES,
    &TRUST_CONDITIONS,
    &TRUST_PRINCIPALS,
    &AGENCY_TAGS,
    &CLASSIC_AGENCIES,
    &SAML_PROVIDERS,
    &OIDC_PROVIDERS,
    &OIDC_CLIENTS,
    &OIDC_THUMBPRINTS,
    &IDENTITY_PROVIDERS,
    &MAPPINGS,
    &PROTOCOLS,
    &ORGANIZATIONS,
    &ORGANIZATION_ENTITIES,
    &SCPS,
    &SCP_STATEMENTS,
    &SCP_ACTIONS,
    &SCP_RESOURCES,
    &SCP_CONDITIONS,
    &SCP_ATTACHMENTS,
    &DELEGATED_ADMINISTRATORS,
];
