//! The account and its settings.

use crate::{Column, Kind, Parent, Reading, Table};

/// The audited account, with its owner (GET /v4/accounts/{id}).
pub const ACCOUNTS: Table = Table {
    name: "ibm_accounts",
    about: "The audited account, with its owner (GET /v4/accounts/{id}).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("account_id", "Account id."),
        Column::text("name", "Name."),
        Column::text("owner_iam_id", "IAM ID of the owner, who may do everything without any policy."),
        Column::text("owner_user_id", "Login name of the owner."),
        Column::text("type", "Kind of subscription, as the API names it."),
        Column::text("status", "State of the account, as the API names it."),
        Column::text("linked_softlayer_account", "Classic infrastructure account that belongs to it."),
        Column::boolean("team_directory_enabled", "Whether members see one another in the team directory."),
        Column::boolean("eu_supported", "Whether only European staff may support it."),
        Column::text(
            "auditor_iam_id",
            "IAM ID of who made the snapshot: the identity that the collector signs in as.",
        )
        .moves(),
        Column::document(),
    ],
    listing: "ibm_accounts",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Identity settings in force for the account (GET /v1/accounts/{id}/effective_settings/identity, else .../settings/identity).
pub const ACCOUNT_SETTINGS: Table = Table {
    name: "ibm_account_settings",
    about: "Identity settings in force for the account (GET /v1/accounts/{id}/effective_settings/identity, else .../settings/identity).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("account_id", "Account id."),
        Column::boolean(
            "is_effective",
            "Whether these are the effective settings, with those of an enterprise; false when only the own settings of the account could be read.",
        ),
        Column::text(
            "restrict_create_service_id",
            "RESTRICTED, NOT_RESTRICTED or NOT_SET: who may create service IDs.",
        ),
        Column::text(
            "restrict_create_platform_apikey",
            "RESTRICTED, NOT_RESTRICTED or NOT_SET: who may create API keys.",
        ),
        Column::text(
            "restrict_user_list_visibility",
            "RESTRICTED or NOT_RESTRICTED: whether users see one another.",
        ),
        Column::text("allowed_ip_addresses", "Addresses that may sign in, comma-separated; empty means any."),
        Column::text("mfa", "Multi-factor level that the account asks for."),
        Column::integer("session_expiration_in_seconds", "Longest session; null when not set."),
        Column::integer("session_invalidation_in_seconds", "Longest idle time; null when not set."),
        Column::integer("max_sessions_per_identity", "Sessions at one time; null when not set."),
        Column::integer(
            "system_access_token_expiration_in_seconds",
            "Life of an access token; null when not set.",
        ),
        Column::integer(
            "system_refresh_token_expiration_in_seconds",
            "Life of a refresh token; null when not set.",
        ),
        Column::document(),
    ],
    listing: "ibm_account_settings",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Which addresses may be invited, a row for each realm and pattern.
pub const USER_DOMAINS: Table = Table {
    name: "ibm_account_user_domains",
    about: "Which addresses may be invited, a row for each realm and pattern.",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("realm_id", "Realm of the identity provider."),
        Column::text("pattern", "Address pattern that may be invited; empty when the realm has none."),
        Column::boolean("restrict_invitation", "Whether invitations are restricted to the patterns."),
    ],
    listing: "ibm_account_settings",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Users for whom another multi-factor level holds than for the account.
pub const MFA_EXEMPTIONS: Table = Table {
    name: "ibm_mfa_exemptions",
    about: "Users for whom another multi-factor level holds than for the account.",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("iam_id", "IAM ID of the user."),
        Column::text("mfa", "Level that holds for the user."),
        Column::text("description", "Why, in the words of who set it."),
    ],
    listing: "ibm_account_settings",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// How identities of other accounts may act here, by kind of identity (GET /v1/accounts/{id}/settings/access_management).
pub const EXTERNAL_INTERACTION: Table = Table {
    name: "ibm_external_interaction",
    about: "How identities of other accounts may act here, by kind of identity (GET /v1/accounts/{id}/settings/access_management).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("identity_type", "`user`, `service_id` or `service`."),
        Column::text("state", "`enabled`, `limited` or `monitor`."),
    ],
    listing: "ibm_access_management_settings",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Other accounts whose identities are let in all the same.
pub const EXTERNAL_ACCOUNTS: Table = Table {
    name: "ibm_external_accounts",
    about: "Other accounts whose identities are let in all the same.",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("identity_type", "`user`, `service_id` or `service`."),
        Column::text("allowed_account_id", "The other account."),
    ],
    listing: "ibm_access_management_settings",
    reading: Reading::Whole,
    parent: Some(Parent { column: "identity_type", table: "ibm_external_interaction" }),
    label: None,
};
