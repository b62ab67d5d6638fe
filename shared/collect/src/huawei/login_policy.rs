//! The login policy, and the networks that it lets in.

use std::sync::atomic::{AtomicBool, Ordering};

use model::tables::huawei::{ACCESS_CONTROLS, LOGIN_POLICY};

use super::{
    access_controls,
    reader::Reader,
    scalars::{self, Form, Setting},
};
use crate::{item::Item, listing::Seen};

const SETTING: Setting = Setting {
    table: &LOGIN_POLICY,
    path: "login-policy",
    member: "login_policy",
    always: &[
        ("user_validity_period", Form::Integer),
        ("lockout_duration", Form::Integer),
        ("login_failed_times", Form::Integer),
        ("period_with_login_failures", Form::Integer),
        ("session_timeout", Form::Integer),
        ("show_recent_login_info", Form::Boolean),
    ],
    mostly: &[("custom_info_for_login", Form::Text)],
    renamed: ("account_validity_period", "user_validity_period"),
};

/// Reads the login policy of the account.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let shows_none = AtomicBool::new(false);
    let keep = |item: &Item<'_>, seen: &mut Seen| {
        shows_none.store(!access_controls::shows_any(item), Ordering::Relaxed);
        access_controls::keep("login", item, seen);
    };
    let mut seen = scalars::list(reader, &SETTING, keep).await;
    // Only version 5 has the networks, and its coverage comes first.
    seen.same(LOGIN_POLICY.listing, ACCESS_CONTROLS.listing, "login");
    if shows_none.into_inner() {
        seen.doubt(ACCESS_CONTROLS.listing, "login", access_controls::NONE_SHOWN);
    }
    seen
}
