//! Columns that name a thing of another table, which the row may outlive or that may never be seen: a policy names whom it is for, and an instance its
//! resource group. What hangs on another row is in [`crate::relations()`] and [`crate::references`].

use crate::Table;

/// A column that names a thing of other tables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mention {
    table: &'static str,
    pub(crate) column: &'static str,
    /// Where the thing is, by table and column: in one of them.
    pub(crate) to: &'static [(&'static str, &'static str)],
}

type Place = (&'static str, &'static str);

const IBM_ACCOUNT: &[Place] = &[("ibm_accounts", "account_id")];
const IBM_USERS: &[Place] = &[("ibm_users", "iam_id")];
const IBM_PRINCIPALS: &[Place] =
    &[("ibm_users", "iam_id"), ("ibm_service_ids", "iam_id"), ("ibm_trusted_profiles", "iam_id")];
const IBM_ROLES: &[Place] = &[("ibm_roles", "crn"), ("ibm_custom_roles", "crn")];
const IBM_INSTANCES: &[Place] = &[("ibm_resource_instances", "crn")];
const INACTIVE: &[Place] = &[
    ("ibm_users", "iam_id"),
    ("ibm_service_ids", "id"),
    ("ibm_trusted_profiles", "id"),
    ("ibm_api_keys", "id"),
];
const SCOPES: &[Place] =
    &[("huawei_accounts", "account_id"), ("huawei_projects", "id"), ("huawei_enterprise_projects", "id")];
const ENTITIES: &[Place] = &[("huawei_organization_entities", "id")];

const fn mention(table: &'static str, column: &'static str, to: &'static [Place]) -> Mention {
    Mention { table, column, to }
}

static ALL: &[Mention] = &[
    mention("ibm_accounts", "owner_iam_id", IBM_USERS),
    mention("ibm_account_settings", "account_id", IBM_ACCOUNT),
    mention("ibm_access_group_settings", "account_id", IBM_ACCOUNT),
    mention("ibm_users", "account_id", IBM_ACCOUNT),
    mention("ibm_service_ids", "account_id", IBM_ACCOUNT),
    mention("ibm_trusted_profiles", "account_id", IBM_ACCOUNT),
    mention("ibm_access_groups", "account_id", IBM_ACCOUNT),
    mention("ibm_custom_roles", "account_id", IBM_ACCOUNT),
    mention("ibm_resource_groups", "account_id", IBM_ACCOUNT),
    mention("ibm_resource_instances", "account_id", IBM_ACCOUNT),
    mention("ibm_mfa_exemptions", "iam_id", IBM_USERS),
    mention("ibm_service_ids", "group_id", &[("ibm_service_id_groups", "id")]),
    mention("ibm_service_id_instances", "crn", IBM_INSTANCES),
    mention("ibm_inactive_identities", "id", INACTIVE),
    mention("ibm_trusted_profile_rule_conditions", "rule_id", &[("ibm_trusted_profile_rules", "id")]),
    mention("ibm_access_group_rule_conditions", "rule_id", &[("ibm_access_group_rules", "id")]),
    mention("ibm_policies", "subject_iam_id", IBM_PRINCIPALS),
    mention("ibm_policies", "subject_access_group_id", &[("ibm_access_groups", "id")]),
    mention("ibm_policy_roles", "role_id", IBM_ROLES),
    mention("ibm_role_actions", "role_crn", &[("ibm_roles", "crn")]),
    mention("ibm_resource_instances", "resource_group_id", &[("ibm_resource_groups", "id")]),
    mention("huawei_projects", "parent_id", &[("huawei_accounts", "account_id"), ("huawei_projects", "id")]),
    mention("huawei_access_keys", "user_id", &[("huawei_users", "user_id")]),
    mention("huawei_access_key_uses", "access_key_id", &[("huawei_access_keys", "access_key_id")]),
    mention("huawei_mfa_devices", "user_id", &[("huawei_users", "user_id")]),
    mention("huawei_role_assignments", "scope_id", SCOPES),
    mention("huawei_classic_agencies", "agency_id", &[("huawei_agencies", "agency_id")]),
    mention("huawei_protocols", "mapping_id", &[("huawei_mappings", "mapping_id")]),
    mention("huawei_organizations", "management_account_id", ENTITIES),
    mention("huawei_organization_entities", "parent_id", ENTITIES),
    mention("huawei_delegated_administrators", "account_id", ENTITIES),
];

/// Returns the columns of a table that name things of others.
pub(crate) fn mentions(table: &Table) -> impl Iterator<Item = &'static Mention> {
    ALL.iter().filter(|mention| mention.table == table.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables;

    #[test]
    fn every_mention_names_columns_that_there_are_and_that_are_of_one_type() {
        for each in ALL {
            let table = tables::find(each.table).expect("a table");
            let kind =
                |table: &Table, name: &str| table.columns[table.position(name).expect("a column")].kind;
            for (to, column) in each.to {
                let to = tables::find(to).expect("a table");
                assert_eq!(kind(table, each.column), kind(to, column), "{each:?}");
            }
        }
    }
}
