//! Identity policies, what they say and to whom they are attached.

use crate::{Column, Kind, Parent, Reading, Table};

/// Identity policies: all custom ones, and the system ones that are attached (GET /v5/policies).
pub const POLICIES: Table = Table {
    name: "huawei_policies",
    about: "Identity policies: all custom ones, and the system ones that are attached (GET /v5/policies).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("name", "Name."),
        Column::text("type", "`custom` or `system`."),
        Column::text("urn", "URN."),
        Column::text("path", "Path."),
        Column::text("description", "Description."),
        Column::text("default_version_id", "The version in force."),
        Column::integer("attachment_count", "How many users, groups and agencies it is attached to.").moves(),
        Column::time("created_at", "When it was created."),
        Column::time("updated_at", "When its default version last changed.").moves(),
        Column::document(),
    ],
    listing: "huawei_policies",
    reading: Reading::InParts { column: "type", otherwise: "custom", also: None, moves: false },
    parent: None,
    label: Some("name"),
};

/// Versions of policies; only the default one is in force (GET /v5/policies/{id}/versions).
pub const POLICY_VERSIONS: Table = Table {
    name: "huawei_policy_versions",
    about: "Versions of policies; only the default one is in force (GET /v5/policies/{id}/versions).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("version_id", "`v1` and so on."),
        Column::boolean("is_default", "Whether it is in force."),
        Column::time("created_at", "When it was created.").dates_edits(),
        Column::text("fault", "Why its document could not be read, if so."),
        Column::document(),
    ],
    listing: "huawei_policy_versions",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "policy_id", table: "huawei_policies" }),
    label: None,
};

/// Statements of policy versions.
pub const POLICY_STATEMENTS: Table = Table {
    name: "huawei_policy_statements",
    about: "Statements of policy versions.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("version_id", "Version."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::text("sid", "Name of the statement."),
        Column::text("effect", "`Allow` or `Deny`."),
    ],
    listing: "huawei_policy_versions",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "policy_id", table: "huawei_policies" }),
    label: None,
};

/// Action patterns of statements of policy versions.
pub const POLICY_ACTIONS: Table = Table {
    name: "huawei_policy_actions",
    about: "Action patterns of statements of policy versions.",
    kind: Kind::State,
    key: 4,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("version_id", "Version."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the pattern, from 0, by its text."),
        Column::boolean("is_except", "Whether it stands in NotAction."),
        Column::text("pattern", "Pattern, as written."),
    ],
    listing: "huawei_policy_versions",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "policy_id", table: "huawei_policies" }),
    label: None,
};

/// Resource patterns of statements of policy versions; none means every resource.
pub const POLICY_RESOURCES: Table = Table {
    name: "huawei_policy_resources",
    about: "Resource patterns of statements of policy versions; none means every resource.",
    kind: Kind::State,
    key: 4,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("version_id", "Version."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the pattern, from 0, by its text."),
        Column::boolean("is_except", "Whether it stands in NotResource."),
        Column::text("pattern", "Pattern, as written."),
    ],
    listing: "huawei_policy_versions",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "policy_id", table: "huawei_policies" }),
    label: None,
};

/// Conditions of statements of policy versions: all operators and keys must hold, any value of one.
pub const POLICY_CONDITIONS: Table = Table {
    name: "huawei_policy_conditions",
    about: "Conditions of statements of policy versions: all operators and keys must hold, any value of one.",
    kind: Kind::State,
    key: 4,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("version_id", "Version."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the value, from 0, by operator, key and value."),
        Column::text("operator", "Operator, as written."),
        Column::text("key", "What is looked at."),
        Column::text("value", "What it is compared with."),
    ],
    listing: "huawei_policy_versions",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "policy_id", table: "huawei_policies" }),
    label: None,
};

/// To whom policies are attached (GET /v5/policies/{id}/attached-entities).
pub const POLICY_ATTACHMENTS: Table = Table {
    name: "huawei_policy_attachments",
    about: "To whom policies are attached (GET /v5/policies/{id}/attached-entities).",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("entity_type", "`user`, `group` or `agency`."),
        Column::text("entity_id", "Id of the user, group or agency."),
        Column::time("attached_at", "When it was attached."),
    ],
    listing: "huawei_policy_attachments",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "policy_id", table: "huawei_policies" }),
    label: None,
};
