//! Which columns hold the id of a thing without which their row cannot be, beside the parent of a table.
//!
//! A membership or a key goes with whoever it is of. A policy or a device is a thing of its own, and may outlive whom it
//! names: it is not here.

use crate::{Row, Table};

/// A column that names a thing of another table by its id.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// The table whose rows refer.
    pub table: &'static str,
    /// Its column with the id.
    pub column: &'static str,
    /// The column and its value that say that this kind of thing is meant, where it may be several.
    pub kind: Option<(&'static str, &'static str)>,
    /// Where the thing is, by table and column: in one of them.
    pub to: &'static [(&'static str, &'static str)],
}

const IBM_IDENTITIES: &[(&str, &str)] =
    &[("ibm_users", "iam_id"), ("ibm_service_ids", "iam_id"), ("ibm_trusted_profiles", "iam_id")];
const HUAWEI_USERS: &[(&str, &str)] = &[("huawei_users", "user_id")];
const HUAWEI_GROUPS: &[(&str, &str)] = &[("huawei_groups", "group_id")];
const HUAWEI_AGENCIES: &[(&str, &str)] = &[("huawei_agencies", "agency_id")];
const HUAWEI_ENTITIES: &[(&str, &str)] = &[("huawei_organization_entities", "id")];

const fn reference(
    table: &'static str,
    column: &'static str,
    to: &'static [(&'static str, &'static str)],
) -> Reference {
    Reference { table, column, kind: None, to }
}

const fn of_kind(
    (table, column): (&'static str, &'static str),
    kind: (&'static str, &'static str),
    to: &'static [(&'static str, &'static str)],
) -> Reference {
    Reference { table, column, kind: Some(kind), to }
}

const ENTITY: (&str, &str) = ("huawei_policy_attachments", "entity_id");
const SUBJECT: (&str, &str) = ("huawei_role_assignments", "subject_id");

static ALL: &[Reference] = &[
    reference("ibm_access_group_members", "iam_id", IBM_IDENTITIES),
    reference("ibm_access_group_dynamic_members", "iam_id", IBM_IDENTITIES),
    reference("ibm_api_keys", "iam_id", IBM_IDENTITIES),
    reference("ibm_trusted_profile_identities", "iam_id", IBM_IDENTITIES),
    reference("ibm_trusted_profile_identity_accounts", "iam_id", IBM_IDENTITIES),
    reference("huawei_group_members", "user_id", HUAWEI_USERS),
    reference("huawei_login_protections", "user_id", HUAWEI_USERS),
    reference("huawei_user_access_modes", "user_id", HUAWEI_USERS),
    of_kind(ENTITY, ("entity_type", "user"), HUAWEI_USERS),
    of_kind(ENTITY, ("entity_type", "group"), HUAWEI_GROUPS),
    of_kind(ENTITY, ("entity_type", "agency"), HUAWEI_AGENCIES),
    of_kind(SUBJECT, ("subject_type", "user"), HUAWEI_USERS),
    of_kind(SUBJECT, ("subject_type", "group"), HUAWEI_GROUPS),
    of_kind(SUBJECT, ("subject_type", "agency"), HUAWEI_AGENCIES),
    reference("huawei_scp_attachments", "entity_id", HUAWEI_ENTITIES),
];

/// Returns the references that the rows of a table hold, besides the one to its parent.
pub fn references(table: &Table) -> impl Iterator<Item = &'static Reference> {
    ALL.iter().filter(|reference| reference.table == table.name)
}

impl Reference {
    /// Returns the id that a row refers to, if it refers to a thing of this kind.
    #[must_use]
    pub fn id<'a>(&self, table: &Table, row: &'a Row) -> Option<&'a str> {
        let is_meant = self.kind.is_none_or(|(column, value)| table.text(row, column) == Some(value));
        is_meant.then(|| table.text(row, self.column)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables;

    #[test]
    fn every_reference_names_columns_that_there_are() {
        for each in ALL {
            let table = tables::find(each.table).expect("a table");
            let columns = [Some(each.column), each.kind.map(|kind| kind.0)];
            assert!(columns.into_iter().flatten().all(|column| table.position(column).is_some()), "{each:?}");
            for (table, column) in each.to {
                assert!(
                    tables::find(table).is_some_and(|table| table.position(column).is_some()),
                    "{each:?}"
                );
            }
        }
    }
}
