//! Switches of the account. Where confirmations are sent to is personal and not kept.

use model::tables::huawei::ACCOUNT_SETTINGS;

use super::{
    reader::{Reader, single},
    scalars::{self, Form, keep_one},
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Switches of the protection of critical operations.
const PROTECTION: [(&str, Form); 3] =
    [("operation_protection", Form::Boolean), ("admin_check", Form::Word), ("scene", Form::Text)];
/// Switches of what users may change of their own.
const ALLOWED: [&str; 4] = [
    "allow_user.manage_accesskey",
    "allow_user.manage_email",
    "allow_user.manage_mobile",
    "allow_user.manage_password",
];

/// Reads the switches of both interfaces; the account summary has one more.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let base = &reader.endpoints.iam;
    let path = ["v5", "asymmetric-signature-switch"];
    let items = Items::Under { name: "asymmetric_signature", has: Some("asymmetric_signature_switch") };
    let signature = single(&ACCOUNT_SETTINGS, base, &path, &[], items).of("asymmetric_signature");
    let path = ["v3.0", "OS-SECURITYPOLICY", "domains", reader.account, "protect-policy"];
    let items = Items::Under { name: "protect_policy", has: Some("operation_protection") };
    let protection = single(&ACCOUNT_SETTINGS, base, &path, &[], items).of("protect_policy");
    let (mut seen, protection) =
        futures::join!(reader.list(signature, keep_signature), reader.list(protection, keep_protection));
    seen.join(protection);
    seen
}

fn keep_signature(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let is_on = item.boolean("asymmetric_signature_switch")?;
    let name = ("asymmetric_signature", Form::Boolean);
    keep_one(&ACCOUNT_SETTINGS, name, &is_on.into(), item, seen);
    Some(String::new())
}

fn keep_protection(item: &Item<'_>, seen: &mut Seen) -> Kept {
    for setting in PROTECTION {
        let value = item.value(setting.0).into_iter();
        value.for_each(|value| keep_one(&ACCOUNT_SETTINGS, setting, value, item, seen));
    }
    for (name, value) in item.object("allow_user").iter().flat_map(Item::members) {
        let setting = format!("allow_user.{name}");
        keep_one(&ACCOUNT_SETTINGS, (&setting, Form::Boolean), value, item, seen);
    }
    let is_said = |name: &str| match name.split_once('.') {
        Some((_, allowed)) => {
            item.value("allow_user").and_then(|all| all.get(allowed)).is_some_and(|each| !each.is_null())
        }
        None => item.value(name).is_some(),
    };
    let settings = PROTECTION.iter().map(|(name, _)| name).chain(&ALLOWED);
    for name in settings.filter(|name| !is_said(name)) {
        scalars::note_unsaid(&ACCOUNT_SETTINGS, name, seen);
    }
    Some(String::new())
}
