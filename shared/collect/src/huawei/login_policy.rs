//! The login policy, and the networks that it lets in.

use model::tables::huawei::{ACCESS_CONTROLS, LOGIN_POLICY};

use super::{
    access_controls,
    reader::Reader,
    scalars::{self, Setting},
};
use crate::listing::Seen;

const SETTING: Setting = Setting {
    table: &LOGIN_POLICY,
    path: "login-policy",
    member: "login_policy",
    always: &[
        "user_validity_period",
        "lockout_duration",
        "login_failed_times",
        "period_with_login_failures",
        "session_timeout",
        "show_recent_login_info",
    ],
    renamed: ("account_validity_period", "user_validity_period"),
};

/// Reads the policy.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let mut seen =
        scalars::list(reader, &SETTING, |item, seen| access_controls::keep("login", item, seen)).await;
    // Only version 5 has the networks, and its coverage comes first.
    seen.same(LOGIN_POLICY.listing, ACCESS_CONTROLS.listing, "login");
    seen
}
