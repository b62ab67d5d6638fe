//! Counters and quotas of the account, which prove other lists complete.

use model::tables::huawei::{ACCOUNT_SETTINGS, ACCOUNT_SUMMARY};
use serde_json::Value;

use super::{
    reader::{Reader, single},
    scalars::{self, Form},
};
use crate::{
    item::{Item, read_counter},
    listing::{Items, Seen},
    reading::Kept,
};

/// The counter that is a setting: somebody switched it.
const ROOT_MFA: &str = "root_user_mfa_enabled";

/// The counters that lists are held against: one of another type is a fault.
const COUNTERS: [&str; 6] = ["users", "groups", "policies", "agencies", "saml_provider", "oidc_provider"];

/// Reads the counters of the account summary.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let path = ["v5", "account-summary"];
    let items = Items::Whole { has: Some("users") };
    let list = single(&ACCOUNT_SUMMARY, &reader.endpoints.iam, &path, &[], items);
    let mut seen = reader.list(list, keep).await;
    seen.same(ACCOUNT_SUMMARY.listing, ACCOUNT_SETTINGS.listing, ROOT_MFA);
    seen
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let is_counter = |name: &str, value: &Value| name != ROOT_MFA || value.is_number();
    for (name, value) in item.members().filter(|(name, value)| is_counter(name, value)) {
        match read_counter(value) {
            Some(number) => {
                let row = ACCOUNT_SUMMARY.draft().set("name", name).set("value", number).row();
                seen.push(&ACCOUNT_SUMMARY, row);
            }
            None => scalars::note_unread(&ACCOUNT_SUMMARY, name, seen),
        }
    }
    for name in COUNTERS {
        item.integer(name);
    }
    match item.value(ROOT_MFA) {
        Some(value) => {
            scalars::keep_one(&ACCOUNT_SETTINGS, (ROOT_MFA, Form::Integer), value, item, seen);
        }
        None => scalars::note_unsaid(&ACCOUNT_SETTINGS, ROOT_MFA, seen),
    }
    Some(String::new())
}
