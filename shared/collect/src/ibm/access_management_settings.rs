//! Access management settings: how identities of other accounts may act here.

use model::tables::ibm::{EXTERNAL_ACCOUNTS, EXTERNAL_INTERACTION};

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
};

/// Reads the settings.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let path = ["v1", "accounts", reader.account, "settings", "access_management"];
    let name = EXTERNAL_INTERACTION.listing;
    let list = list_at(name, &reader.endpoints.iam, &path, &[], Family::Single, Items::Whole);
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) {
    let interaction = item.object("external_account_identity_interaction");
    let Some(types) = interaction.and_then(|interaction| interaction.object("identity_types")) else {
        item.faults().note(|| "the answer has no `identity_types`".to_owned());
        return;
    };
    for (identity_type, value) in types.members() {
        let Some(setting) = Item::of(value, item.faults()) else { continue };
        let row = EXTERNAL_INTERACTION
            .draft()
            .set("identity_type", identity_type)
            .set("state", setting.text("state"))
            .row();
        seen.push(&EXTERNAL_INTERACTION, row);
        for account in setting.texts("external_allowed_accounts") {
            let row = EXTERNAL_ACCOUNTS
                .draft()
                .set("identity_type", identity_type)
                .set("allowed_account_id", account)
                .row();
            seen.push(&EXTERNAL_ACCOUNTS, row);
        }
    }
}
