//! Identity providers, and what they let in.

use crate::{Column, Kind, Parent, Reading, Table};

/// SAML providers (GET /v5/saml-providers).
pub const SAML_PROVIDERS: Table = Table {
    name: "huawei_saml_providers",
    about: "SAML providers (GET /v5/saml-providers).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("provider_id", "Provider id."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::text("urn", "URN."),
        Column::text("metadata_sha256", "SHA-256 of the metadata document, which is not kept."),
        Column::text("assertion_encryption_mode", "`Required` or `Allowed`."),
        Column::time("created_at", "When it was created."),
        Column::time("expires_at", "When its metadata ends."),
    ],
    listing: "huawei_saml_providers",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// OpenID Connect providers (GET /v5/oidc-providers).
pub const OIDC_PROVIDERS: Table = Table {
    name: "huawei_oidc_providers",
    about: "OpenID Connect providers (GET /v5/oidc-providers).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("provider_id", "Provider id."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::text("url", "Issuer."),
        Column::text("urn", "URN."),
        Column::time("created_at", "When it was created."),
        Column::document(),
    ],
    listing: "huawei_oidc_providers",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Client ids that an OpenID Connect provider is trusted for.
pub const OIDC_CLIENTS: Table = Table {
    name: "huawei_oidc_clients",
    about: "Client ids that an OpenID Connect provider is trusted for.",
    kind: Kind::State,
    key: 2,
    columns: &[Column::text("provider_id", "Provider id."), Column::text("client_id", "Client id.")],
    listing: "huawei_oidc_providers",
    reading: Reading::Whole,
    parent: Some(Parent { column: "provider_id", table: "huawei_oidc_providers" }),
    label: None,
};

/// Certificates that an OpenID Connect provider is known by.
pub const OIDC_THUMBPRINTS: Table = Table {
    name: "huawei_oidc_thumbprints",
    about: "Certificates that an OpenID Connect provider is known by.",
    kind: Kind::State,
    key: 2,
    columns: &[Column::text("provider_id", "Provider id."), Column::text("thumbprint", "Thumbprint.")],
    listing: "huawei_oidc_providers",
    reading: Reading::Whole,
    parent: Some(Parent { column: "provider_id", table: "huawei_oidc_providers" }),
    label: None,
};

/// Classic identity providers (GET /v3/OS-FEDERATION/identity_providers).
pub const IDENTITY_PROVIDERS: Table = Table {
    name: "huawei_identity_providers",
    about: "Classic identity providers (GET /v3/OS-FEDERATION/identity_providers).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Provider id."),
        Column::text("sso_type", "`virtual_user_sso` or `iam_user_sso`."),
        Column::boolean("enabled", "Whether it can be used."),
        Column::text("description", "Description."),
    ],
    listing: "huawei_identity_providers",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Rules that put federated users into groups by name, a row for each rule and group (GET /v3/OS-FEDERATION/mappings).
pub const MAPPINGS: Table = Table {
    name: "huawei_mappings",
    about: "Rules that put federated users into groups by name, a row for each rule and group (GET /v3/OS-FEDERATION/mappings).",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("mapping_id", "Mapping id."),
        Column::integer("rule", "Place of the rule, from 0, by what it asks and gives."),
        Column::integer("position", "Place of the local user or group in it, from 0, by its content."),
        Column::text("user_name", "User name that is given."),
        Column::text("group_name", "Group that is given."),
        Column::text("remote", "What is asked of the claims, as canonical JSON."),
    ],
    listing: "huawei_mappings",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Which mapping an identity provider uses (GET /v3/OS-FEDERATION/identity_providers/{id}/protocols).
pub const PROTOCOLS: Table = Table {
    name: "huawei_protocols",
    about: "Which mapping an identity provider uses (GET /v3/OS-FEDERATION/identity_providers/{id}/protocols).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("provider_id", "Provider id."),
        Column::text("id", "Protocol."),
        Column::text("mapping_id", "Mapping id."),
    ],
    listing: "huawei_protocols",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "provider_id", table: "huawei_identity_providers" }),
    label: None,
};
