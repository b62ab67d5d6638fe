//! Users, the credentials they use, and the groups they are in.

use crate::{Column, Kind, Parent, Reading, Table};

/// IAM users, with the root user (GET /v5/users).
pub const USERS: Table = Table {
    name: "huawei_users",
    about: "IAM users, with the root user (GET /v5/users).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("user_id", "User id."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::boolean("is_root_user", "Whether it is the root user, who may do everything."),
        Column::boolean("enabled", "Whether it can sign in."),
        Column::time("created_at", "When it was created."),
        Column::text("urn", "URN."),
        Column::document(),
    ],
    listing: "huawei_users",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Tags of users (GET /v5/users/{id}).
pub const USER_TAGS: Table = Table {
    name: "huawei_user_tags",
    about: "Tags of users (GET /v5/users/{id}).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("user_id", "User id."),
        Column::text("key", "Tag key."),
        Column::text("value", "Tag value."),
    ],
    listing: "huawei_user_details",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "user_id", table: "huawei_users" }),
    label: None,
};

/// Last console login of users (GET /v5/users/{id}/last-login).
pub const USER_LOGINS: Table = Table {
    name: "huawei_user_logins",
    about: "Last console login of users (GET /v5/users/{id}/last-login).",
    kind: Kind::Activity,
    key: 1,
    columns: &[
        Column::text("user_id", "User id."),
        Column::time("last_login_at", "Last login; null when there was none."),
    ],
    listing: "huawei_user_logins",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "user_id", table: "huawei_users" }),
    label: None,
};

/// That a user has a console password (GET /v5/users/{id}/login-profile).
pub const LOGIN_PROFILES: Table = Table {
    name: "huawei_login_profiles",
    about: "That a user has a console password (GET /v5/users/{id}/login-profile).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("user_id", "User id."),
        Column::boolean("password_reset_required", "Whether the password must be changed at the next login."),
        Column::time("password_expires_at", "When the password stops working."),
        Column::time("created_at", "When it was set up."),
    ],
    listing: "huawei_login_profiles",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "user_id", table: "huawei_users" }),
    label: None,
};

/// Access keys of users, never the secret (GET /v5/users/{id}/access-keys).
pub const ACCESS_KEYS: Table = Table {
    name: "huawei_access_keys",
    about: "Access keys of users, never the secret (GET /v5/users/{id}/access-keys).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("access_key_id", "Key id."),
        Column::text("user_id", "User id."),
        Column::text("status", "`active` or `inactive`."),
        Column::time("created_at", "When it was created."),
    ],
    listing: "huawei_access_keys",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "user_id", table: "huawei_users" }),
    label: None,
};

/// Last use of access keys (GET /v5/users/{id}/access-keys/{key}/last-used).
pub const ACCESS_KEY_USES: Table = Table {
    name: "huawei_access_key_uses",
    about: "Last use of access keys (GET /v5/users/{id}/access-keys/{key}/last-used).",
    kind: Kind::Activity,
    key: 1,
    columns: &[
        Column::text("access_key_id", "Key id."),
        Column::text("user_id", "User id."),
        Column::time("last_used_at", "Last use; null when there was none."),
    ],
    listing: "huawei_access_key_uses",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "user_id", table: "huawei_users" }),
    label: None,
};

/// MFA devices (GET /v5/mfa-devices).
pub const MFA_DEVICES: Table = Table {
    name: "huawei_mfa_devices",
    about: "MFA devices (GET /v5/mfa-devices).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("serial_number", "Serial number."),
        Column::text("user_id", "User id."),
        Column::boolean("enabled", "Whether it is in use."),
    ],
    listing: "huawei_mfa_devices",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Whether a second factor is asked of a user at login (GET /v3.0/OS-USER/login-protects).
pub const LOGIN_PROTECTIONS: Table = Table {
    name: "huawei_login_protections",
    about: "Whether a second factor is asked of a user at login (GET /v3.0/OS-USER/login-protects).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("user_id", "User id."),
        Column::boolean("enabled", "Whether it is asked."),
        Column::text("verification_method", "`sms`, `email` or `vmfa`."),
    ],
    listing: "huawei_login_protections",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// How users may come in, and the state of their password (GET /v3/users).
pub const USER_ACCESS_MODES: Table = Table {
    name: "huawei_user_access_modes",
    about: "How users may come in, and the state of their password (GET /v3/users).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("user_id", "User id."),
        Column::text("access_mode", "`default`, `programmatic` or `console`."),
        Column::boolean("pwd_status", "Whether the password is to be changed, as the API says."),
        Column::text("pwd_strength", "`high`, `mid` or `low`."),
    ],
    listing: "huawei_user_access_modes",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Groups of users (GET /v5/groups).
pub const GROUPS: Table = Table {
    name: "huawei_groups",
    about: "Groups of users (GET /v5/groups).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("group_id", "Group id."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::time("created_at", "When it was created."),
        Column::text("urn", "URN."),
        Column::document(),
    ],
    listing: "huawei_groups",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Members of groups (GET /v5/users?group_id=).
pub const GROUP_MEMBERS: Table = Table {
    name: "huawei_group_members",
    about: "Members of groups (GET /v5/users?group_id=).",
    kind: Kind::State,
    key: 2,
    columns: &[Column::text("group_id", "Group id."), Column::text("user_id", "User id.")],
    listing: "huawei_group_members",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "group_id", table: "huawei_groups" }),
    label: None,
};
