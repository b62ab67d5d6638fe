//! Makes the providers of both editions, and the mappings that put strangers into groups.

use serde_json::{Value, json};

use super::mint::Mint;
use crate::huawei::world::{IdentityProvider, Object, Provider};

impl Mint {
    /// A SAML provider.
    pub(crate) fn saml_provider(&mut self, name: &str, entity: &str) -> Provider {
        // The API has at least a thousand characters of metadata.
        let filler = "MIIC".repeat(260);
        let object = json!({
            "provider_id": self.id(), "name": name, "description": "Everyone's login",
            "urn": self.urn("saml-provider", name),
            "saml_metadata_document":
                format!("<EntityDescriptor entityID=\"{entity}\">{filler}</EntityDescriptor>"),
            "assertion_encryption_mode": "Allowed",
            "private_keys": [{"key_id": self.hex(16), "timestamp": self.time(300)}],
            "created_at": self.time(350), "expires_at": "2026-12-01T00:00:00Z",
        });
        Provider { object: Object::new(object), tags: vec![] }
    }

    /// An OIDC provider.
    pub(crate) fn oidc_provider(&mut self, name: &str, url: &str, client_ids: &[&str]) -> Provider {
        let object = json!({
            "provider_id": self.id(), "name": name, "description": "", "url": url,
            "urn": self.urn("oidc-provider", name), "client_ids": client_ids,
            "thumbprints": [self.hex(64)], "created_at": self.time(300),
        });
        Provider { object: Object::new(object), tags: vec![] }
    }
}

/// An enabled identity provider of the classic federation, with one protocol.
pub(super) fn identity_provider(id: &str, protocol: &str, mapping: &str) -> IdentityProvider {
    let object = json!({
        "id": id, "sso_type": "", "enabled": true, "description": "", "remote_ids": [],
        "links": link("identity_providers", id),
    });
    IdentityProvider {
        object: Object::new(object),
        protocols: vec![Object::new(json!({"id": protocol, "mapping_id": mapping}))],
        openid_connect: None,
    }
}

/// A mapping with these rules.
pub(super) fn mapping(id: &str, rules: Value) -> Object {
    Object::new(json!({"id": id, "links": link("mappings", id), "rules": rules}))
}

fn link(kind: &str, id: &str) -> Value {
    json!({"self": format!("https://iam.myhuaweicloud.com/v3/OS-FEDERATION/{kind}/{id}")})
}
