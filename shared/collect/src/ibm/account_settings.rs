//! Identity settings of the account that are in force.

use model::tables::ibm::{ACCOUNT_SETTINGS, MFA_EXEMPTIONS, USER_DOMAINS};

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
};

/// Settings that every answer has.
const TEXTS: [&str; 3] = ["restrict_create_service_id", "restrict_create_platform_apikey", "mfa"];
/// A setting that every answer has, and that is empty where all addresses are allowed.
const ADDRESSES: &str = "allowed_ip_addresses";
const NUMBERS: [&str; 5] = [
    "session_expiration_in_seconds",
    "session_invalidation_in_seconds",
    "max_sessions_per_identity",
    "system_access_token_expiration_in_seconds",
    "system_refresh_token_expiration_in_seconds",
];
/// A setting that is younger than the others.
const VISIBILITY: &str = "restrict_user_list_visibility";

/// Reads the settings in force. What the account itself set may differ from them where an enterprise manages it, so it
/// never stands in: after any trouble, that would look like a change of what is in force.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let path = ["v1", "accounts", reader.account, "effective_settings", "identity"];
    let items = Items::Whole { has: Some("effective") };
    let list = list_at(ACCOUNT_SETTINGS.listing, &reader.endpoints.iam, &path, &[], Family::Single, items);
    let keep = |item: &Item<'_>, seen: &mut Seen| {
        let settings = item.object("effective")?;
        keep(reader.account, &settings, seen);
        Some(String::new())
    };
    reader.list(list, keep).await
}

fn keep(account: &str, item: &Item<'_>, seen: &mut Seen) {
    // What is not set says `NOT_SET`; that nothing is said of a setting is no value of it.
    item.must_say(&TEXTS);
    item.must_say(&NUMBERS);
    if item.value(ADDRESSES).is_none() {
        item.unread(ADDRESSES, "is missing");
    }
    item.should_say(&[VISIBILITY]);
    let mut draft = ACCOUNT_SETTINGS.draft().set("account_id", account).set("is_effective", true);
    for name in TEXTS.into_iter().chain([ADDRESSES, VISIBILITY]) {
        draft = draft.set(name, item.text(name));
    }
    for name in NUMBERS {
        draft = draft.set(name, item.integer(name));
    }
    let row = draft.set("document", &item.document()).row();
    seen.push(&ACCOUNT_SETTINGS, row.clone());
    let of = (&ACCOUNT_SETTINGS, &row);
    seen.nested(item, of, &[&USER_DOMAINS], |seen| {
        item.must_list("restrict_user_domains")
            .objects("restrict_user_domains")
            .for_each(|realm| keep_realm(&realm, seen));
    });
    seen.nested(item, of, &[&MFA_EXEMPTIONS], |seen| {
        item.must_list("user_mfa").objects("user_mfa").for_each(|exemption| keep_exemption(&exemption, seen));
    });
}

fn keep_realm(realm: &Item<'_>, seen: &mut Seen) {
    let Some(realm_id) = realm.key("realm_id") else { return };
    let is_restricted = realm.boolean("restrict_invitation");
    let mut patterns =
        realm.must_list("invitation_email_allow_patterns").texts("invitation_email_allow_patterns");
    if patterns.is_empty() {
        patterns.push("");
    }
    for pattern in patterns {
        let row = USER_DOMAINS
            .draft()
            .set("realm_id", realm_id)
            .set("pattern", pattern)
            .set("restrict_invitation", is_restricted)
            .row();
        seen.push(&USER_DOMAINS, row);
    }
}

fn keep_exemption(exemption: &Item<'_>, seen: &mut Seen) {
    let Some(iam_id) = exemption.key("iam_id") else { return };
    exemption.must_name("mfa");
    let row = MFA_EXEMPTIONS
        .draft()
        .set("iam_id", iam_id)
        .set("mfa", exemption.text("mfa"))
        .set("description", exemption.text("description"))
        .row();
    seen.push(&MFA_EXEMPTIONS, row);
}
