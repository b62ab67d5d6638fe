//! The password policy.

use model::tables::huawei::PASSWORD_POLICY;

use super::{
    reader::Reader,
    scalars::{self, Setting},
};
use crate::listing::Seen;

const SETTING: Setting = Setting {
    table: &PASSWORD_POLICY,
    path: "password-policy",
    member: "password_policy",
    always: &[
        "minimum_password_length",
        "password_char_combination",
        "maximum_consecutive_identical_chars",
        "password_reuse_prevention",
        "minimum_password_age",
        "password_validity_period",
        "password_not_username_or_invert",
        "allow_user_to_change_password",
    ],
    mostly: &["maximum_password_length", "password_requirements"],
    renamed: ("number_of_recent_passwords_disallowed", "password_reuse_prevention"),
};

/// Reads the password policy of the account.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    scalars::list(reader, &SETTING, |_, _| {}).await
}
