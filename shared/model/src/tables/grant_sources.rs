//! The stored tables that grants follow from: whoever reads grants reads all of these.

use crate::{Cloud, Table};

/// Returns the tables from which the access of an account follows, without `coverage`.
#[must_use]
pub fn grant_sources(cloud: Cloud) -> &'static [&'static Table] {
    match cloud {
        Cloud::Ibm => &IBM,
        Cloud::Huawei => &HUAWEI,
    }
}

static IBM: [&Table; 34] = {
    use super::ibm as t;
    [
        &t::ACCOUNTS,
        &t::ACCOUNT_SETTINGS,
        &t::USERS,
        &t::SERVICE_IDS,
        &t::API_KEYS,
        &t::PROFILES,
        &t::PROFILE_IDENTITIES,
        &t::PROFILE_IDENTITY_ACCOUNTS,
        &t::PROFILE_LINKS,
        &t::PROFILE_RULES,
        &t::PROFILE_RULE_CONDITIONS,
        &t::ACCESS_GROUPS,
        &t::MEMBERS,
        &t::DYNAMIC_MEMBERS,
        &t::GROUP_RULES,
        &t::GROUP_RULE_CONDITIONS,
        &t::GROUP_SETTINGS,
        &t::CBR_RULES,
        &t::CBR_RULE_CONTEXTS,
        &t::CBR_RULE_OPERATIONS,
        &t::CBR_RULE_RESOURCES,
        &t::CBR_ZONES,
        &t::POLICIES,
        &t::POLICY_SUBJECTS,
        &t::POLICY_RESOURCES,
        &t::POLICY_TAGS,
        &t::POLICY_ROLES,
        &t::POLICY_CONDITIONS,
        &t::ROLES,
        &t::ROLE_ACTIONS,
        &t::CUSTOM_ROLES,
        &t::CUSTOM_ROLE_ACTIONS,
        &t::RESOURCE_GROUPS,
        &t::RESOURCE_INSTANCES,
    ]
};

static HUAWEI: [&Table; 43] = {
    use super::huawei as t;
    [
        &t::ACCESS_CONTROLS,
        &t::ACCESS_KEYS,
        &t::ACCOUNTS,
        &t::AGENCIES,
        &t::AGENCY_TAGS,
        &t::CLASSIC_AGENCIES,
        &t::ENTERPRISE_PROJECTS,
        &t::GROUPS,
        &t::GROUP_MEMBERS,
        &t::IDENTITY_PROVIDERS,
        &t::LOGIN_PROFILES,
        &t::MAPPINGS,
        &t::ORGANIZATIONS,
        &t::ORGANIZATION_ENTITIES,
        &t::POLICIES,
        &t::POLICY_ACTIONS,
        &t::POLICY_ATTACHMENTS,
        &t::POLICY_CONDITIONS,
        &t::POLICY_RESOURCES,
        &t::POLICY_STATEMENTS,
        &t::POLICY_VERSIONS,
        &t::PROJECTS,
        &t::PROTOCOLS,
        &t::ROLES,
        &t::ROLE_ACTIONS,
        &t::ROLE_ASSIGNMENTS,
        &t::ROLE_CONDITIONS,
        &t::ROLE_RESOURCES,
        &t::ROLE_STATEMENTS,
        &t::SAML_PROVIDERS,
        &t::SCPS,
        &t::SCP_ACTIONS,
        &t::SCP_ATTACHMENTS,
        &t::SCP_CONDITIONS,
        &t::SCP_RESOURCES,
        &t::SCP_STATEMENTS,
        &t::TRUST_ACTIONS,
        &t::TRUST_CONDITIONS,
        &t::TRUST_PRINCIPALS,
        &t::TRUST_RESOURCES,
        &t::TRUST_STATEMENTS,
        &t::USERS,
        &t::USER_TAGS,
    ]
};
