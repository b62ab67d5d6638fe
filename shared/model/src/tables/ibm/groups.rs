//! Access groups, their members and the rules that make members.

use crate::{Column, Kind, Parent, Reading, Table};

/// Access groups, with the public one (GET /v2/groups).
pub const ACCESS_GROUPS: Table = Table {
    name: "ibm_access_groups",
    about: "Access groups, with the public one (GET /v2/groups).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Group id; `AccessGroupId-PublicAccess` is everybody, signed in or not."),
        Column::text("crn", "CRN."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::boolean("is_federated", "Whether it has dynamic rules."),
        Column::text("account_id", "Account id."),
        Column::time("created_at", "When it was created."),
        Column::creator("created_by_id", "IAM ID of who created it."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::editor("last_modified_by_id", "IAM ID of who last changed it."),
        Column::document(),
    ],
    listing: "ibm_access_groups",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Static members of access groups (GET /v2/groups/{id}/members).
pub const MEMBERS: Table = Table {
    name: "ibm_access_group_members",
    about: "Static members of access groups (GET /v2/groups/{id}/members).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("group_id", "Group id."),
        Column::text("iam_id", "IAM ID of the member."),
        Column::text("type", "`user`, `service` or `profile`."),
        Column::time("created_at", "When the member was added."),
        Column::creator("created_by_id", "IAM ID of who added it."),
    ],
    listing: "ibm_access_group_members",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "group_id", table: "ibm_access_groups" }),
    label: None,
};

/// Members by dynamic rule while their session lasts; an absence here proves nothing.
pub const DYNAMIC_MEMBERS: Table = Table {
    name: "ibm_access_group_dynamic_members",
    about: "Members by dynamic rule while their session lasts; an absence here proves nothing.",
    kind: Kind::Activity,
    key: 2,
    columns: &[
        Column::text("group_id", "Group id."),
        Column::text("iam_id", "IAM ID of the member."),
        Column::text("type", "`user`, `service` or `profile`."),
    ],
    listing: "ibm_access_group_members",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "group_id", table: "ibm_access_groups" }),
    label: None,
};

/// Dynamic rules: which federated users become members (GET /v2/groups/{id}/rules).
pub const GROUP_RULES: Table = Table {
    name: "ibm_access_group_rules",
    about: "Dynamic rules: which federated users become members (GET /v2/groups/{id}/rules).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("group_id", "Group id."),
        Column::text("id", "Rule id."),
        Column::text("name", "Name."),
        Column::text("realm_name", "Identity provider."),
        Column::integer("expiration_in_hours", "How long a membership lasts."),
        Column::time("created_at", "When it was created."),
        Column::creator("created_by_id", "IAM ID of who created it."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::editor("last_modified_by_id", "IAM ID of who last changed it."),
        Column::document(),
    ],
    listing: "ibm_access_group_rules",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "group_id", table: "ibm_access_groups" }),
    label: Some("name"),
};

/// Conditions of a dynamic rule; all must hold.
pub const GROUP_RULE_CONDITIONS: Table = Table {
    name: "ibm_access_group_rule_conditions",
    about: "Conditions of a dynamic rule; all must hold.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("group_id", "Group id."),
        Column::text("rule_id", "Rule id."),
        Column::integer("position", "Place in the rule, from 0."),
        Column::text("claim", "Claim that is looked at."),
        Column::text("operator", "How it is compared."),
        Column::text("value", "What it is compared with, freed of its JSON quotes."),
    ],
    listing: "ibm_access_group_rules",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "group_id", table: "ibm_access_groups" }),
    label: None,
};

/// Settings of access groups in the account (GET /v2/groups/settings).
pub const GROUP_SETTINGS: Table = Table {
    name: "ibm_access_group_settings",
    about: "Settings of access groups in the account (GET /v2/groups/settings).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("account_id", "Account id."),
        Column::boolean("public_access_enabled", "Whether the policies of the public group hold."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::editor("last_modified_by_id", "IAM ID of who last changed it."),
    ],
    listing: "ibm_access_group_settings",
    reading: Reading::Whole,
    parent: None,
    label: None,
};
