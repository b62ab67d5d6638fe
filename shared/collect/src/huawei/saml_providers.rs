//! SAML providers. Their metadata is long, so only its hash is kept.

use model::tables::huawei::SAML_PROVIDERS;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::reader::{Reader, marked};
use crate::{
    item::Item,
    listing::{Items, Seen},
    reading::Kept,
};

/// Reads all SAML providers of the account.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let items = Items::Each("saml_providers");
    let list = marked(&SAML_PROVIDERS, &reader.endpoints.iam, &["v5", "saml-providers"], &[], items);
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("provider_id")?;
    item.should_say(&[
        "description",
        "name",
        "urn",
        "saml_metadata_document",
        "assertion_encryption_mode",
        "created_at",
        "expires_at",
    ]);
    if item.value("saml_metadata_document").is_some_and(|metadata| !metadata.is_string()) {
        item.unread("saml_metadata_document", "is no text");
    }
    let metadata = item.value("saml_metadata_document").and_then(Value::as_str);
    let metadata = metadata.filter(|text| !text.is_empty());
    let metadata = metadata.map(|text| hex::encode(Sha256::digest(text.as_bytes())));
    let row = SAML_PROVIDERS
        .draft()
        .set("provider_id", id)
        .set("name", item.text("name"))
        .set("description", item.text("description"))
        .set("urn", item.text("urn"))
        .set("metadata_sha256", metadata.as_ref())
        .set("assertion_encryption_mode", item.text("assertion_encryption_mode"))
        .set("created_at", item.time("created_at").as_ref())
        .set("expires_at", item.time("expires_at").as_ref())
        .row();
    seen.push(&SAML_PROVIDERS, row.clone());
    // The sum of a text with bytes that are none is that of no document that anybody wrote.
    let is_broken = |metadata: &Value| metadata.as_str().is_some_and(|text| text.contains('\u{fffd}'));
    if item.value("saml_metadata_document").is_some_and(is_broken) {
        seen.note_unsaid(&SAML_PROVIDERS, &row, "metadata_sha256");
    }
    Some(id.to_owned())
}
