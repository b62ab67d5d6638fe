//! Who can act: users, service IDs, trusted profiles, and the keys they use.

use crate::{Column, Kind, Parent, Reading, Table};

/// Users of the account (GET /v2/accounts/{id}/users).
pub const USERS: Table = Table {
    name: "ibm_users",
    about: "Users of the account (GET /v2/accounts/{id}/users).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("iam_id", "IAM ID, the subject of policies."),
        Column::text("id", "Id of the membership in the account."),
        Column::text("user_id", "Login name."),
        Column::text("realm", "Realm of the identity provider."),
        Column::text("email", "Address."),
        Column::text("state", "ACTIVE, PENDING, SUSPENDED and others; an open set."),
        Column::text("account_id", "Account id."),
        Column::time("added_at", "When the user joined the account."),
        Column::text(
            "allowed_ip_addresses",
            "Addresses that the user may sign in from, comma-separated; empty means any.",
        ),
        Column::boolean("self_manage", "Whether the user manages the login settings."),
        Column::document(),
    ],
    listing: "ibm_users",
    reading: Reading::Whole,
    parent: None,
    label: Some("user_id"),
};

/// Returns the table that shows an identity while it is in the account; none for a service ID or a cloud resource, which may be of
/// another account. Users have many kinds of IAM IDs (`IBMid-`, `SL-`, and those of App ID), so that whatever is nothing else is one.
///
/// ```
/// use model::tables::ibm::{PROFILES, USERS, member_table};
/// let named = |iam_id| member_table(iam_id).map(|table| table.name);
/// assert_eq!(named("appid-ana"), Some(USERS.name));
/// assert_eq!(named("iam-Profile-1"), Some(PROFILES.name));
/// assert_eq!((named("iam-ServiceId-1"), named("crn-crn:v1:vm"), named("")), (None, None, None));
/// ```
#[must_use]
pub fn member_table(iam_id: &str) -> Option<&'static Table> {
    match iam_id {
        "" => None,
        id if id.starts_with("iam-ServiceId-") || id.starts_with("crn-") => None,
        id if id.starts_with("iam-Profile-") => Some(&PROFILES),
        _ => Some(&USERS),
    }
}

/// Containers of service IDs; no subject of policies (GET /v1/serviceid_groups).
pub const SERVICE_ID_GROUPS: Table = Table {
    name: "ibm_service_id_groups",
    about: "Containers of service IDs; no subject of policies (GET /v1/serviceid_groups).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Group id."),
        Column::text("crn", "CRN."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::time("created_at", "When it was created."),
        Column::creator("created_by_id", "IAM ID of who created it."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::document(),
    ],
    listing: "ibm_service_id_groups",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Service IDs of all groups (GET /v1/serviceids/, for the default group and for each other).
pub const SERVICE_IDS: Table = Table {
    name: "ibm_service_ids",
    about: "Service IDs of all groups (GET /v1/serviceids/, for the default group and for each other).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Id, without the prefix of the IAM ID."),
        Column::text("iam_id", "IAM ID, the subject of policies."),
        Column::text("crn", "CRN."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::text("group_id", "Service ID group; null for the default one."),
        Column::boolean("locked", "Whether it is protected from deletion."),
        Column::text("account_id", "Account id."),
        Column::time("created_at", "When it was created."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::document(),
    ],
    listing: "ibm_service_ids",
    reading: Reading::InParts { column: "group_id", otherwise: "default", also: None, moves: false },
    parent: None,
    label: Some("name"),
};

/// Instances that a service ID was made for.
pub const SERVICE_ID_INSTANCES: Table = Table {
    name: "ibm_service_id_instances",
    about: "Instances that a service ID was made for.",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("service_id", "Id of the service ID."),
        Column::text("crn", "CRN of the instance."),
    ],
    listing: "ibm_service_ids",
    reading: Reading::Whole,
    parent: Some(Parent { column: "service_id", table: "ibm_service_ids" }),
    label: None,
};

/// API keys of users and service IDs, never the key itself (GET /v1/apikeys?scope=account).
pub const API_KEYS: Table = Table {
    name: "ibm_api_keys",
    about: "API keys of users and service IDs, never the key itself (GET /v1/apikeys?scope=account).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Key id."),
        Column::text("crn", "CRN."),
        Column::text("name", "Name."),
        Column::text("iam_id", "IAM ID of the owner."),
        Column::text("owner_type", "`user` or `serviceid`: which list it came from."),
        Column::text("description", "Description."),
        Column::boolean("disabled", "Whether it can no longer sign in; null means it can."),
        Column::boolean("locked", "Whether it is protected from change."),
        Column::boolean("support_sessions", "Whether the key may manage sessions."),
        Column::text("action_when_leaked", "`none`, `disable` or `delete`."),
        Column::time("created_at", "When it was created."),
        Column::creator("created_by_id", "IAM ID of who created it."),
        Column::time("expires_at", "When it stops working; null means never."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::document(),
    ],
    listing: "ibm_api_keys",
    reading: Reading::InParts { column: "owner_type", otherwise: "user", also: None, moves: false },
    parent: None,
    label: Some("name"),
};

/// Trusted profiles: identities that others become (GET /v1/profiles).
pub const PROFILES: Table = Table {
    name: "ibm_trusted_profiles",
    about: "Trusted profiles: identities that others become (GET /v1/profiles).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Profile id."),
        Column::text("iam_id", "IAM ID, the subject of policies."),
        Column::text("crn", "CRN."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::text("account_id", "Account id."),
        Column::text("template_id", "Enterprise template that it comes from."),
        Column::text("assignment_id", "Assignment of that template."),
        Column::time("created_at", "When it was created."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::document(),
    ],
    listing: "ibm_trusted_profiles",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Claim rules: which federated users or compute resources become the profile (GET /v1/profiles/{id}/rules).
pub const PROFILE_RULES: Table = Table {
    name: "ibm_trusted_profile_rules",
    about: "Claim rules: which federated users or compute resources become the profile (GET /v1/profiles/{id}/rules).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("profile_id", "Profile id."),
        Column::text("id", "Rule id."),
        Column::text("name", "Name."),
        Column::text("type", "`Profile-SAML` or `Profile-CR`."),
        Column::text("realm_name", "Identity provider, for SAML."),
        Column::text("cr_type", "Kind of compute resource."),
        Column::integer("expiration_in_seconds", "Longest session."),
        Column::time("created_at", "When it was created."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::document(),
    ],
    listing: "ibm_trusted_profile_rules",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "profile_id", table: "ibm_trusted_profiles" }),
    label: Some("name"),
};

/// Conditions of a claim rule; all must hold.
pub const PROFILE_RULE_CONDITIONS: Table = Table {
    name: "ibm_trusted_profile_rule_conditions",
    about: "Conditions of a claim rule; all must hold.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("profile_id", "Profile id."),
        Column::text("rule_id", "Rule id."),
        Column::integer("position", "Place in the rule, from 0."),
        Column::text("claim", "Claim that is looked at."),
        Column::text("operator", "How it is compared."),
        Column::text("value", "What it is compared with, freed of its JSON quotes."),
    ],
    listing: "ibm_trusted_profile_rules",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "profile_id", table: "ibm_trusted_profiles" }),
    label: None,
};

/// Single compute resources that can assume the profile (GET /v1/profiles/{id}/links).
pub const PROFILE_LINKS: Table = Table {
    name: "ibm_trusted_profile_links",
    about: "Single compute resources that can assume the profile (GET /v1/profiles/{id}/links).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("profile_id", "Profile id."),
        Column::text("id", "Link id."),
        Column::text("name", "Name."),
        Column::text("cr_type", "Kind of compute resource."),
        Column::boolean("is_cross_account", "Whether the resource is of another account."),
        Column::text("crn", "CRN of the resource."),
        Column::text("namespace", "Kubernetes namespace."),
        Column::text("resource_name", "Kubernetes service account."),
        Column::text("component_type", "Code Engine component type."),
        Column::text("component_name", "Code Engine component."),
        Column::time("created_at", "When it was created."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::document(),
    ],
    listing: "ibm_trusted_profile_links",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "profile_id", table: "ibm_trusted_profiles" }),
    label: Some("name"),
};

/// Users, service IDs and services that can assume the profile (GET /v1/profiles/{id}/identities).
pub const PROFILE_IDENTITIES: Table = Table {
    name: "ibm_trusted_profile_identities",
    about: "Users, service IDs and services that can assume the profile (GET /v1/profiles/{id}/identities).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("profile_id", "Profile id."),
        Column::text("iam_id", "IAM ID of who can assume it; may be of another account."),
        Column::text("identifier", "Plain id of the identity."),
        Column::text("type", "`user`, `serviceid` or `crn`."),
        Column::text("description", "Description."),
        Column::document(),
    ],
    listing: "ibm_trusted_profile_identities",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "profile_id", table: "ibm_trusted_profiles" }),
    label: None,
};

/// Accounts from which a user can assume the profile.
pub const PROFILE_IDENTITY_ACCOUNTS: Table = Table {
    name: "ibm_trusted_profile_identity_accounts",
    about: "Accounts from which a user can assume the profile.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("profile_id", "Profile id."),
        Column::text("iam_id", "IAM ID of the user."),
        Column::text("account_id", "Account that the user may come from."),
    ],
    listing: "ibm_trusted_profile_identities",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "profile_id", table: "ibm_trusted_profiles" }),
    label: None,
};

/// Identities without sign-in in the window of the latest inactivity report (GET /v1/activity/accounts/{id}/report/latest).
pub const INACTIVE_IDENTITIES: Table = Table {
    name: "ibm_inactive_identities",
    about: "Identities without sign-in in the window of the latest inactivity report (GET /v1/activity/accounts/{id}/report/latest).",
    kind: Kind::Activity,
    key: 2,
    columns: &[
        Column::text("kind", "`user`, `apikey`, `serviceid` or `profile`."),
        Column::text("id", "IAM ID of a user, id of the others."),
        Column::time("last_authn_at", "Last sign-in; null when none is on record."),
        Column::time("report_ended_at", "End of the window that the report looks at."),
        Column::integer("report_duration_hours", "Length of that window."),
    ],
    listing: "ibm_inactive_identities",
    reading: Reading::Whole,
    parent: None,
    label: None,
};
