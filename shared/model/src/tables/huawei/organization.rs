//! The organisation above the account, and the bounds that it sets.

use crate::{Column, Kind, Parent, Reading, Table};

/// The organisation that the account is in, if any (GET /v1/organizations).
pub const ORGANIZATIONS: Table = Table {
    name: "huawei_organizations",
    about: "The organisation that the account is in, if any (GET /v1/organizations).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Organisation id."),
        Column::text("urn", "URN."),
        Column::text("management_account_id", "Account that manages it."),
        Column::text("management_account_name", "Its name."),
        Column::time("created_at", "When it was created."),
    ],
    listing: "huawei_organizations",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Root, units and accounts of the organisation (GET /v1/organizations/roots, organizational-units, accounts, entities).
pub const ORGANIZATION_ENTITIES: Table = Table {
    name: "huawei_organization_entities",
    about: "Root, units and accounts of the organisation (GET /v1/organizations/roots, organizational-units, accounts, entities).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Id."),
        Column::text("type", "`root`, `organizational_unit` or `account`."),
        Column::text("name", "Name."),
        Column::text("parent_id", "What it stands under; null for the root."),
        Column::text("status", "State of an account."),
        Column::text("join_method", "`invited` or `created`, for accounts."),
        Column::time("joined_at", "When an account joined."),
    ],
    listing: "huawei_organization_entities",
    reading: Reading::InParts {
        column: "parent_id",
        otherwise: "roots",
        also: Some("accounts"),
        moves: false,
    },
    parent: None,
    label: Some("name"),
};

/// Service control policies (GET /v1/organizations/policies, and each by its id).
pub const SCPS: Table = Table {
    name: "huawei_scps",
    about: "Service control policies (GET /v1/organizations/policies, and each by its id).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("name", "Name."),
        Column::text("urn", "URN."),
        Column::text("description", "Description."),
        Column::boolean("is_builtin", "Whether the cloud made it."),
        Column::text("fault", "Why its document could not be read, if so."),
        Column::document(),
    ],
    listing: "huawei_scps",
    reading: Reading::InParts { column: "policy_id", otherwise: "", also: None, moves: false },
    parent: None,
    label: Some("name"),
};

/// Statements of service control policies.
pub const SCP_STATEMENTS: Table = Table {
    name: "huawei_scp_statements",
    about: "Statements of service control policies.",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::text("sid", "Name of the statement."),
        Column::text("effect", "`Allow` or `Deny`."),
    ],
    listing: "huawei_scps",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "huawei_scps" }),
    label: None,
};

/// Action patterns of statements of service control policies.
pub const SCP_ACTIONS: Table = Table {
    name: "huawei_scp_actions",
    about: "Action patterns of statements of service control policies.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the pattern, from 0, by its text."),
        Column::boolean("is_except", "Whether it stands in NotAction."),
        Column::text("pattern", "Pattern, as written."),
    ],
    listing: "huawei_scps",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "huawei_scps" }),
    label: None,
};

/// Resource patterns of statements of service control policies; none means every resource.
pub const SCP_RESOURCES: Table = Table {
    name: "huawei_scp_resources",
    about: "Resource patterns of statements of service control policies; none means every resource.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the pattern, from 0, by its text."),
        Column::boolean("is_except", "Whether it stands in NotResource."),
        Column::text("pattern", "Pattern, as written."),
    ],
    listing: "huawei_scps",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "huawei_scps" }),
    label: None,
};

/// Conditions of statements of service control policies: all operators and keys must hold, any value of one.
pub const SCP_CONDITIONS: Table = Table {
    name: "huawei_scp_conditions",
    about: "Conditions of statements of service control policies: all operators and keys must hold, any value of one.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the value, from 0, by operator, key and value."),
        Column::text("operator", "Operator, as written."),
        Column::text("key", "What is looked at."),
        Column::text("value", "What it is compared with."),
    ],
    listing: "huawei_scps",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "huawei_scps" }),
    label: None,
};

/// To what service control policies are attached (GET /v1/organizations/policies/{id}/attached-entities).
pub const SCP_ATTACHMENTS: Table = Table {
    name: "huawei_scp_attachments",
    about: "To what service control policies are attached (GET /v1/organizations/policies/{id}/attached-entities).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("entity_id", "Root, unit or account."),
        Column::text("entity_type", "`root`, `organizational_unit` or `account`."),
    ],
    listing: "huawei_scp_attachments",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "policy_id", table: "huawei_scps" }),
    label: None,
};

/// Accounts that administer the organisation for a service (GET /v1/organizations/delegated-administrators).
pub const DELEGATED_ADMINISTRATORS: Table = Table {
    name: "huawei_delegated_administrators",
    about: "Accounts that administer the organisation for a service (GET /v1/organizations/delegated-administrators).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("account_id", "Account id."),
        Column::text("name", "Name."),
        Column::time("enabled_at", "Since when."),
    ],
    listing: "huawei_delegated_administrators",
    reading: Reading::Whole,
    parent: None,
    label: None,
};
