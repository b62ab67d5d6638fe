//! Identity settings of the account: those in force where the cloud tells them, else its own.

use model::tables::ibm::{ACCOUNT_SETTINGS, MFA_EXEMPTIONS, USER_DOMAINS};

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{self, Items, List, Seen},
    paging::Family,
};

/// Reads the settings.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let session = reader.session;
    session.progress().expect(1);
    let effective = settings(reader, "effective_settings");
    let keep_effective = |item: &Item<'_>, seen: &mut Seen| {
        if let Some(settings) = item.object("effective") {
            keep(reader.account, true, &settings, seen);
        } else {
            item.faults().note(|| "the answer has no `effective` settings".to_owned());
        }
    };
    let (mut seen, mut coverage, error) = listing::attempt(session, &effective, keep_effective).await;
    // Only a plain "there is no such thing" leads to the other call: after a passing trouble, the
    // account's own settings would look like a change of those in force.
    if matches!(error.and_then(|error| error.status()), Some(400 | 403 | 404 | 405)) {
        let own = settings(reader, "settings");
        let keep_own = |item: &Item<'_>, seen: &mut Seen| keep(reader.account, false, item, seen);
        (seen, coverage, _) = listing::attempt(session, &own, keep_own).await;
    }
    listing::report(session, &coverage);
    seen.coverage.push(coverage);
    seen
}

fn settings(reader: &Reader<'_>, which: &str) -> List<'static> {
    let path = ["v1", "accounts", reader.account, which, "identity"];
    list_at(ACCOUNT_SETTINGS.listing, &reader.endpoints.iam, &path, &[], Family::Single, Items::Whole)
}

fn keep(account: &str, is_effective: bool, item: &Item<'_>, seen: &mut Seen) {
    let mut draft = ACCOUNT_SETTINGS.draft().set("account_id", account).set("is_effective", is_effective);
    for name in [
        "restrict_create_service_id",
        "restrict_create_platform_apikey",
        "restrict_user_list_visibility",
        "allowed_ip_addresses",
        "mfa",
    ] {
        draft = draft.set(name, item.text(name));
    }
    for name in [
        "session_expiration_in_seconds",
        "session_invalidation_in_seconds",
        "max_sessions_per_identity",
        "system_access_token_expiration_in_seconds",
        "system_refresh_token_expiration_in_seconds",
    ] {
        draft = draft.set(name, item.integer(name));
    }
    seen.push(&ACCOUNT_SETTINGS, draft.set("document", &item.document()).row());
    item.objects("restrict_user_domains").for_each(|realm| keep_realm(&realm, seen));
    item.objects("user_mfa").for_each(|exemption| keep_exemption(&exemption, seen));
}

fn keep_realm(realm: &Item<'_>, seen: &mut Seen) {
    let Some(realm_id) = realm.key("realm_id") else { return };
    let mut patterns = realm.texts("invitation_email_allow_patterns");
    if patterns.is_empty() {
        patterns.push("");
    }
    for pattern in patterns {
        let row = USER_DOMAINS
            .draft()
            .set("realm_id", realm_id)
            .set("pattern", pattern)
            .set("restrict_invitation", realm.boolean("restrict_invitation"))
            .row();
        seen.push(&USER_DOMAINS, row);
    }
}

fn keep_exemption(exemption: &Item<'_>, seen: &mut Seen) {
    let Some(iam_id) = exemption.key("iam_id") else { return };
    let row = MFA_EXEMPTIONS
        .draft()
        .set("iam_id", iam_id)
        .set("mfa", exemption.text("mfa"))
        .set("description", exemption.text("description"))
        .row();
    seen.push(&MFA_EXEMPTIONS, row);
}
