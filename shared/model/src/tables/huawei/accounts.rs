//! The account, its settings and projects.

use crate::{Column, Kind, Reading, Table};

/// The audited account (GET /v3/auth/domains).
pub const ACCOUNTS: Table = Table {
    name: "huawei_accounts",
    about: "The audited account (GET /v3/auth/domains).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("account_id", "Account id, which is the domain id."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::boolean("enabled", "Whether it can be used."),
        Column::document(),
    ],
    listing: "huawei_accounts",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Counters and quotas of the account (GET /v5/account-summary); they prove lists complete.
pub const ACCOUNT_SUMMARY: Table = Table {
    name: "huawei_account_summary",
    about: "Counters and quotas of the account (GET /v5/account-summary); they prove lists complete.",
    kind: Kind::Activity,
    key: 1,
    columns: &[Column::text("name", "Counter, as the API names it."), Column::integer("value", "How many.")],
    listing: "huawei_account_summary",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Switches of the account: asymmetric signature (v5), protection of critical operations (v3), MFA of the root user (account summary).
pub const ACCOUNT_SETTINGS: Table = Table {
    name: "huawei_account_settings",
    about: "Switches of the account: asymmetric signature (v5), protection of critical operations (v3), MFA of the root user (account summary).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text(
            "name",
            "`asymmetric_signature`, `operation_protection`, `admin_check`, `allow_user.manage_accesskey` and others.",
        ),
        Column::text("value", "`true`, `false`, `on`, `off` or a number, as text."),
    ],
    listing: "huawei_account_settings",
    reading: Reading::InParts { column: "name", otherwise: "protect_policy", also: None, moves: false },
    parent: None,
    label: None,
};

/// Password policy, setting by setting (GET /v5/password-policy, else v3).
pub const PASSWORD_POLICY: Table = Table {
    name: "huawei_password_policy",
    about: "Password policy, setting by setting (GET /v5/password-policy, else v3).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("name", "Setting, as the v5 API names it."),
        Column::text("value", "Value, as text."),
    ],
    listing: "huawei_password_policy",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Login policy, setting by setting (GET /v5/login-policy, else v3).
pub const LOGIN_POLICY: Table = Table {
    name: "huawei_login_policy",
    about: "Login policy, setting by setting (GET /v5/login-policy, else v3).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("name", "Setting, as the v5 API names it."),
        Column::text("value", "Value, as text."),
    ],
    listing: "huawei_login_policy",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Networks from which console and API may be used (v3 console and API access control, v5 login policy).
pub const ACCESS_CONTROLS: Table = Table {
    name: "huawei_access_controls",
    about: "Networks from which console and API may be used (v3 console and API access control, v5 login policy).",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("scope", "`console`, `api` or `login`."),
        Column::text("kind", "`netmask`, `range`, `netmask_ipv6`, `range_ipv6` or `vpc_endpoint`."),
        Column::text("value", "Address block, range or endpoint."),
        Column::text("description", "Description."),
    ],
    listing: "huawei_access_controls",
    reading: Reading::InParts { column: "scope", otherwise: "login", also: None, moves: false },
    parent: None,
    label: None,
};

/// Projects: the parts of the account in each region (GET /v3/projects).
pub const PROJECTS: Table = Table {
    name: "huawei_projects",
    about: "Projects: the parts of the account in each region (GET /v3/projects).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Project id."),
        Column::text("name", "Name; that of the region for the one that is built in."),
        Column::text("parent_id", "Account or project above it."),
        Column::boolean("enabled", "Whether it can be used."),
        Column::text("description", "Description."),
        Column::document(),
    ],
    listing: "huawei_projects",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Enterprise projects (GET /v1.0/enterprise-projects).
pub const ENTERPRISE_PROJECTS: Table = Table {
    name: "huawei_enterprise_projects",
    about: "Enterprise projects (GET /v1.0/enterprise-projects).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Id; `0` is the default one."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::integer("status", "1 enabled, 2 disabled."),
        Column::text("type", "`prod` or `poc`."),
        Column::time("created_at", "When it was created."),
        Column::time("updated_at", "When it was last changed.").moves(),
        Column::document(),
    ],
    listing: "huawei_enterprise_projects",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};
