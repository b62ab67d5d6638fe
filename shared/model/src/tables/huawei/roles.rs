//! Classic roles and policies, and in which scope they are granted.

use crate::{Column, Kind, Parent, Reading, Table};

/// Classic roles and policies: all custom ones, and the system ones that are granted (GET /v3/roles).
pub const ROLES: Table = Table {
    name: "huawei_roles",
    about: "Classic roles and policies: all custom ones, and the system ones that are granted (GET /v3/roles).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Role id."),
        Column::text("name", "Internal name."),
        Column::text("display_name", "Name that people see."),
        Column::text("type", "AX for the account, XA for projects, AA for both, XX for hidden."),
        Column::boolean("is_custom", "Whether the account made it."),
        Column::boolean("is_fine_grained", "Whether it is a policy and no role."),
        Column::text("version", "`1.0` for roles, `1.1` for policies."),
        Column::text("description", "Description."),
        Column::document(),
    ],
    listing: "huawei_roles",
    reading: Reading::InParts { column: "id", otherwise: "", also: None, moves: false },
    parent: None,
    label: Some("display_name"),
};

/// Statements of classic roles and policies.
pub const ROLE_STATEMENTS: Table = Table {
    name: "huawei_role_statements",
    about: "Statements of classic roles and policies.",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("role_id", "Role id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::text("sid", "Name of the statement."),
        Column::text("effect", "`Allow` or `Deny`."),
    ],
    listing: "huawei_roles",
    reading: Reading::Whole,
    parent: Some(Parent { column: "role_id", table: "huawei_roles" }),
    label: None,
};

/// Action patterns of statements of classic roles and policies.
pub const ROLE_ACTIONS: Table = Table {
    name: "huawei_role_actions",
    about: "Action patterns of statements of classic roles and policies.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("role_id", "Role id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the pattern, from 0, by its text."),
        Column::boolean("is_except", "Whether it stands in NotAction."),
        Column::text("pattern", "Pattern, as written."),
    ],
    listing: "huawei_roles",
    reading: Reading::Whole,
    parent: Some(Parent { column: "role_id", table: "huawei_roles" }),
    label: None,
};

/// Resource patterns of statements of classic roles and policies; none means every resource.
pub const ROLE_RESOURCES: Table = Table {
    name: "huawei_role_resources",
    about: "Resource patterns of statements of classic roles and policies; none means every resource.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("role_id", "Role id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the pattern, from 0, by its text."),
        Column::boolean("is_except", "Whether it stands in NotResource."),
        Column::text("pattern", "Pattern, as written."),
    ],
    listing: "huawei_roles",
    reading: Reading::Whole,
    parent: Some(Parent { column: "role_id", table: "huawei_roles" }),
    label: None,
};

/// Conditions of statements of classic roles and policies: all operators and keys must hold, any value of one.
pub const ROLE_CONDITIONS: Table = Table {
    name: "huawei_role_conditions",
    about: "Conditions of statements of classic roles and policies: all operators and keys must hold, any value of one.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("role_id", "Role id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the value, from 0, by operator, key and value."),
        Column::text("operator", "Operator, as written."),
        Column::text("key", "What is looked at."),
        Column::text("value", "What it is compared with."),
    ],
    listing: "huawei_roles",
    reading: Reading::Whole,
    parent: Some(Parent { column: "role_id", table: "huawei_roles" }),
    label: None,
};

/// Grants of classic roles and policies (GET /v3.0/OS-PERMISSION/role-assignments, in all scopes).
pub const ROLE_ASSIGNMENTS: Table = Table {
    name: "huawei_role_assignments",
    about: "Grants of classic roles and policies (GET /v3.0/OS-PERMISSION/role-assignments, in all scopes).",
    kind: Kind::State,
    key: 5,
    columns: &[
        Column::text("role_id", "Role id."),
        Column::text("subject_type", "`user`, `group` or `agency`."),
        Column::text("subject_id", "Id of the user, group or agency."),
        Column::text("scope_type", "`domain`, `all_projects`, `project` or `enterprise_project`."),
        Column::text("scope_id", "Id of the account, project or enterprise project."),
    ],
    listing: "huawei_role_assignments",
    reading: Reading::InParts { column: "scope_type", otherwise: "domain", also: None, moves: false },
    parent: Some(Parent { column: "role_id", table: "huawei_roles" }),
    label: None,
};
