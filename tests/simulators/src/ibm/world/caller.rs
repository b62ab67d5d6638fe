//! Who may sign in, how much each is shown, and which lists are broken.

use std::collections::BTreeSet;

/// One identity that may sign in.
#[derive(Clone, Debug)]
pub struct Caller {
    /// `iam-ServiceId-…`, `iam-Profile-…` or `IBMid-…`.
    pub iam_id: String,
    /// The id without the `iam-` in front (`ServiceId-…`, `Profile-…`).
    pub id: String,
    /// Its name.
    pub name: String,
    /// The claim `sub_type`: `ServiceId`, `Profile`, none for a user.
    pub sub_type: Option<&'static str>,
    /// The API key that signs it in.
    pub api_key: Option<String>,
    /// The compute-resource token that signs it in.
    pub cr_token: Option<String>,
    /// IAM ids that may assume it (profiles only).
    pub assumable_by: Vec<String>,
    /// What it is shown.
    pub rights: Rights,
}

/// How much a caller is shown. What is missing makes a list shorter, with status 200, where the API
/// does so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// Viewer on all account-management services: groups, service IDs, profiles, settings, custom
    /// roles, zones, and the policies on these services.
    pub platform_services_viewer: bool,
    /// Viewer on all IAM-enabled services: instances, and the policies and restrictions on them.
    pub services_viewer: bool,
    /// Viewer on all resource groups.
    pub resource_groups_viewer: bool,
    /// Service Configuration Reader on IAM Identity: all API keys of the account, and reports.
    pub iam_identity_configuration_reader: bool,
    /// A role on User Management: all users. Without, a restricted user list shows only oneself.
    pub user_management_viewer: bool,
    /// Ids of the only groups shown; none shows all.
    pub groups_visible: Option<BTreeSet<String>>,
}

impl Rights {
    /// Everything that a reader may be given.
    #[must_use]
    pub fn full() -> Self {
        Self {
            platform_services_viewer: true,
            services_viewer: true,
            resource_groups_viewer: true,
            iam_identity_configuration_reader: true,
            user_management_viewer: true,
            groups_visible: None,
        }
    }

    /// Nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            platform_services_viewer: false,
            services_viewer: false,
            resource_groups_viewer: false,
            iam_identity_configuration_reader: false,
            user_management_viewer: false,
            groups_visible: Some(BTreeSet::new()),
        }
    }
}

/// Calls that fail for as long as the outage stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// How the path of a failing call begins (`/v1/zones`).
    pub path: String,
    /// The status of the answer.
    pub status: u16,
}
