//! Access management settings: how identities of other accounts may act here.

use model::tables::ibm::{EXTERNAL_ACCOUNTS, EXTERNAL_INTERACTION};

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

const WHOLE: Items = Items::Whole { has: Some("external_account_identity_interaction") };
/// Kinds of identities that every answer names.
const IDENTITY_TYPES: [&str; 3] = ["user", "service_id", "service"];

/// Reads the access management settings of the account.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let path = ["v1", "accounts", reader.account, "settings", "access_management"];
    let name = EXTERNAL_INTERACTION.listing;
    let list = list_at(name, &reader.endpoints.iam, &path, &[], Family::Single, WHOLE);
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let interaction = item.object("external_account_identity_interaction");
    let Some(types) = interaction.and_then(|interaction| interaction.object("identity_types")) else {
        item.faults().note(|| "the answer has no `identity_types`".to_owned());
        return None;
    };
    for name in IDENTITY_TYPES {
        types.must_have(name);
    }
    for (identity_type, value) in types.members() {
        let Some(setting) = Item::of(value, item.faults()) else { continue };
        setting.must_say(&["state"]);
        let row = EXTERNAL_INTERACTION
            .draft()
            .set("identity_type", identity_type)
            .set("state", setting.text("state"))
            .row();
        seen.push(&EXTERNAL_INTERACTION, row.clone());
        seen.nested(&setting, (&EXTERNAL_INTERACTION, &row), &[&EXTERNAL_ACCOUNTS], |seen| {
            keep_accounts(identity_type, &setting, seen);
        });
    }
    Some(String::new())
}

fn keep_accounts(identity_type: &str, setting: &Item<'_>, seen: &mut Seen) {
    for account in setting.must_list("external_allowed_accounts").texts("external_allowed_accounts") {
        let row = EXTERNAL_ACCOUNTS
            .draft()
            .set("identity_type", identity_type)
            .set("allowed_account_id", account)
            .row();
        seen.push(&EXTERNAL_ACCOUNTS, row);
    }
}
