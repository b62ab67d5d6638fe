//! The password policy.

use model::tables::huawei::PASSWORD_POLICY;

use super::{
    reader::Reader,
    scalars::{self, Form, Setting},
};
use crate::listing::Seen;

const SETTING: Setting = Setting {
    table: &PASSWORD_POLICY,
    path: "password-policy",
    member: "password_policy",
    always: &[
        ("minimum_password_length", Form::Integer),
        ("password_char_combination", Form::Integer),
        ("maximum_consecutive_identical_chars", Form::Integer),
        ("password_reuse_prevention", Form::Integer),
        ("minimum_password_age", Form::Integer),
        ("password_validity_period", Form::Integer),
        ("password_not_username_or_invert", Form::Boolean),
        ("allow_user_to_change_password", Form::Boolean),
    ],
    mostly: &[("maximum_password_length", Form::Integer), ("password_requirements", Form::Word)],
    renamed: ("number_of_recent_passwords_disallowed", "password_reuse_prevention"),
};

/// Reads the password policy of the account.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    scalars::list(reader, &SETTING, |_, _| {}).await
}
