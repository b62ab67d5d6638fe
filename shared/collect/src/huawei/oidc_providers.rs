//! OpenID Connect providers, with what they are trusted for and known by.

use model::tables::huawei::{OIDC_CLIENTS, OIDC_PROVIDERS, OIDC_THUMBPRINTS};

use super::reader::{Reader, marked};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all OpenID Connect providers.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let items = Items::Each("oidc_providers");
    let list = marked(&OIDC_PROVIDERS, &reader.endpoints.iam, &["v5", "oidc-providers"], &[], items);
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("provider_id")?;
    item.must_say(&["name", "url"]);
    item.should_say(&["description", "created_at", "urn"]);
    let row = OIDC_PROVIDERS
        .draft()
        .set("provider_id", id)
        .set("name", item.text("name"))
        .set("description", item.text("description"))
        .set("url", item.text("url"))
        .set("urn", item.text("urn"))
        .set("created_at", item.time("created_at").as_ref())
        .set("document", &item.document())
        .row();
    seen.push(&OIDC_PROVIDERS, row.clone());
    seen.nested(item, (&OIDC_PROVIDERS, &row), &[&OIDC_CLIENTS], |seen| {
        for client in item.must_list("client_ids").texts("client_ids") {
            let row = OIDC_CLIENTS.draft().set("provider_id", id).set("client_id", client).row();
            seen.push(&OIDC_CLIENTS, row);
        }
    });
    seen.nested(item, (&OIDC_PROVIDERS, &row), &[&OIDC_THUMBPRINTS], |seen| {
        for thumbprint in item.must_list("thumbprints").texts("thumbprints") {
            let row = OIDC_THUMBPRINTS.draft().set("provider_id", id).set("thumbprint", thumbprint).row();
            seen.push(&OIDC_THUMBPRINTS, row);
        }
    });
    Some(id.to_owned())
}
