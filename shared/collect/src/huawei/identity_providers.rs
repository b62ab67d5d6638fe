//! Classic identity providers, and which mapping each uses.

use model::tables::huawei::{IDENTITY_PROVIDERS, PROTOCOLS};

use super::reader::{Parents, Reader, single};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all providers, and the protocols of each.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let base = &reader.endpoints.iam;
    let mut seen = all(reader).await;
    let of = |provider: String| async move {
        let path = ["v3", "OS-FEDERATION", "identity_providers", &provider, "protocols"];
        let list = single(&PROTOCOLS, base, &path, &[], Items::Each("protocols"));
        reader.list(list.of(&provider), |item, seen| keep_protocol(&provider, item, seen)).await
    };
    let providers = Parents::of(&seen, &IDENTITY_PROVIDERS, "id");
    let endpoint = "GET /v3/OS-FEDERATION/identity_providers/{id}/protocols";
    let protocols = reader.each(PROTOCOLS.listing, endpoint, providers, of).await;
    seen.join(protocols);
    reader.drop_vanished(&mut seen, &IDENTITY_PROVIDERS, all(reader)).await;
    seen
}

async fn all(reader: &Reader<'_>) -> Seen {
    let path = ["v3", "OS-FEDERATION", "identity_providers"];
    let base = &reader.endpoints.iam;
    let list = single(&IDENTITY_PROVIDERS, base, &path, &[], Items::Each("identity_providers"));
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["enabled"]);
    item.should_say(&["description", "sso_type"]);
    let row = IDENTITY_PROVIDERS
        .draft()
        .set("id", id)
        // The cloud leaves out what it takes for granted.
        .set("sso_type", item.text("sso_type").unwrap_or("virtual_user_sso"))
        .set("enabled", item.boolean("enabled"))
        .set("description", item.text("description"))
        .row();
    seen.push(&IDENTITY_PROVIDERS, row);
    Some(id.to_owned())
}

fn keep_protocol(provider: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["mapping_id"]);
    let row = PROTOCOLS
        .draft()
        .set("provider_id", provider)
        .set("id", id)
        .set("mapping_id", item.text("mapping_id"))
        .row();
    seen.push(&PROTOCOLS, row);
    Some(id.to_owned())
}
