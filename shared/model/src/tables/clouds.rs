//! What each cloud has of tables: the only place that knows which clouds there are.

use super::{grant_sources, huawei, ibm};
use crate::{Cloud, Table};

/// The tables of a cloud, and what some of them are for.
#[derive(Debug)]
pub struct CloudTables {
    /// Every table but `coverage`.
    pub all: &'static [&'static Table],
    /// Those from which the access of an account follows, without `coverage`.
    pub grant_sources: &'static [&'static Table],
    /// Where somebody or something stands that other rows name by an id, with the column of that id.
    pub identities: &'static [(&'static Table, &'static str)],
    /// Columns that hold such an id, in whichever table.
    pub identity_columns: &'static [&'static str],
    /// Where the names of principals, groups and what is attached to them are looked up.
    pub naming: &'static [&'static Table],
}

static IBM: CloudTables = CloudTables {
    all: ibm::ALL,
    grant_sources: &grant_sources::IBM,
    identities: &[(&ibm::USERS, "iam_id"), (&ibm::SERVICE_IDS, "iam_id"), (&ibm::PROFILES, "iam_id")],
    identity_columns: &["iam_id", "subject_iam_id"],
    naming: &[&ibm::USERS, &ibm::SERVICE_IDS, &ibm::PROFILES, &ibm::ACCESS_GROUPS],
};

static HUAWEI: CloudTables = CloudTables {
    all: huawei::ALL,
    grant_sources: &grant_sources::HUAWEI,
    identities: &[
        (&huawei::USERS, "user_id"),
        (&huawei::AGENCIES, "agency_id"),
        (&huawei::GROUPS, "group_id"),
    ],
    identity_columns: &["user_id", "entity_id", "subject_id"],
    naming: &[&huawei::USERS, &huawei::AGENCIES, &huawei::POLICIES, &huawei::GROUPS],
};

impl CloudTables {
    /// Returns those of a cloud.
    #[must_use]
    pub const fn of(cloud: Cloud) -> &'static Self {
        match cloud {
            Cloud::Ibm => &IBM,
            Cloud::Huawei => &HUAWEI,
        }
    }

    /// Returns those of the cloud that a table is of; none for one that every cloud has, as `coverage`.
    #[must_use]
    pub fn with(table: &Table) -> Option<&'static Self> {
        let is_of =
            |cloud: &Cloud| table.name.strip_prefix(cloud.name()).is_some_and(|rest| rest.starts_with('_'));
        Cloud::ALL.into_iter().find(is_of).map(Self::of)
    }
}
