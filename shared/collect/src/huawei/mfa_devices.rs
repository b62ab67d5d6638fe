//! MFA devices of all users.

use model::tables::huawei::MFA_DEVICES;

use super::reader::{Reader, marked};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all virtual MFA devices of the account.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let list =
        marked(&MFA_DEVICES, &reader.endpoints.iam, &["v5", "mfa-devices"], &[], Items::Each("mfa_devices"));
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let number = item.key("serial_number")?;
    item.must_say(&["user_id", "enabled"]);
    let row = MFA_DEVICES
        .draft()
        .set("serial_number", number)
        .set("user_id", item.text("user_id"))
        .set("enabled", item.boolean("enabled"))
        .row();
    seen.push(&MFA_DEVICES, row);
    Some(number.to_owned())
}
