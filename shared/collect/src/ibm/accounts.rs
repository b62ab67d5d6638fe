//! The account, with its owner.

use model::tables::ibm::ACCOUNTS;

use super::{
    caller::Caller,
    reader::{Reader, list_at},
};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads the account, and notes who reads it.
pub(crate) async fn list(reader: &Reader<'_>, caller: &Caller) -> Seen {
    let path = ["v4", "accounts", reader.account];
    let items = Items::Whole { has: Some("id") };
    let list = list_at(ACCOUNTS.listing, &reader.endpoints.accounts, &path, &[], Family::Single, items);
    reader.list(list, |item, seen| keep(item, caller, seen)).await
}

fn keep(item: &Item<'_>, caller: &Caller, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["owner_iamid", "status"]);
    item.should_say(&["name", "type", "owner_userid", "team_directory_enabled", "traits"]);
    let traits = item.object("traits");
    traits.iter().for_each(|traits| traits.should_say(&["eu_supported"]));
    let row = ACCOUNTS
        .draft()
        .set("account_id", id)
        .set("name", item.text("name"))
        .set("owner_iam_id", item.text("owner_iamid"))
        .set("owner_user_id", item.text("owner_userid"))
        .set("type", item.text("type"))
        .set("status", item.text("status"))
        .set("linked_softlayer_account", item.text("linked_softlayer_account"))
        .set("team_directory_enabled", item.boolean("team_directory_enabled"))
        .set("eu_supported", traits.and_then(|traits| traits.boolean("eu_supported")))
        .set("auditor_iam_id", Some(caller.iam_id.as_str()).filter(|id| !id.is_empty()))
        .set("document", &item.document())
        .row();
    seen.push(&ACCOUNTS, row);
    Some(id.to_owned())
}
