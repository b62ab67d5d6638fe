//! Agencies, and who may take them on.

use crate::{Column, Kind, Parent, Reading, Table};

/// Agencies: identities that others take on (GET /v5/agencies).
pub const AGENCIES: Table = Table {
    name: "huawei_agencies",
    about: "Agencies: identities that others take on (GET /v5/agencies).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("agency_id", "Agency id."),
        Column::text("name", "Name."),
        Column::text("kind", "`classic`, `trust` or `service_linked`."),
        Column::text("urn", "URN."),
        Column::text("path", "Path."),
        Column::text("description", "Description."),
        Column::time("created_at", "When it was created."),
        Column::integer("max_session_duration", "Longest session in seconds."),
        Column::text("trust_domain_id", "Account that may take it on, for classic ones."),
        Column::text("trust_domain_name", "Name of that account."),
        Column::text("fault", "Why its trust policy could not be read, if so."),
        Column::document(),
    ],
    listing: "huawei_agencies",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Statements of trust policies of agencies.
pub const TRUST_STATEMENTS: Table = Table {
    name: "huawei_trust_statements",
    about: "Statements of trust policies of agencies.",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("agency_id", "Agency id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::text("sid", "Name of the statement."),
        Column::text("effect", "`Allow` or `Deny`."),
    ],
    listing: "huawei_agencies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "agency_id", table: "huawei_agencies" }),
    label: None,
};

/// Action patterns of statements of trust policies of agencies.
pub const TRUST_ACTIONS: Table = Table {
    name: "huawei_trust_actions",
    about: "Action patterns of statements of trust policies of agencies.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("agency_id", "Agency id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the pattern, from 0, by its text."),
        Column::boolean("is_except", "Whether it stands in NotAction."),
        Column::text("pattern", "Pattern, as written."),
    ],
    listing: "huawei_agencies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "agency_id", table: "huawei_agencies" }),
    label: None,
};

/// Resource patterns of statements of trust policies of agencies; none means every resource.
pub const TRUST_RESOURCES: Table = Table {
    name: "huawei_trust_resources",
    about: "Resource patterns of statements of trust policies of agencies; none means every resource.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("agency_id", "Agency id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the pattern, from 0, by its text."),
        Column::boolean("is_except", "Whether it stands in NotResource."),
        Column::text("pattern", "Pattern, as written."),
    ],
    listing: "huawei_agencies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "agency_id", table: "huawei_agencies" }),
    label: None,
};

/// Conditions of statements of trust policies of agencies: all operators and keys must hold, any value of one.
pub const TRUST_CONDITIONS: Table = Table {
    name: "huawei_trust_conditions",
    about: "Conditions of statements of trust policies of agencies: all operators and keys must hold, any value of one.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("agency_id", "Agency id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the value, from 0, by operator, key and value."),
        Column::text("operator", "Operator, as written."),
        Column::text("key", "What is looked at."),
        Column::text("value", "What it is compared with."),
    ],
    listing: "huawei_agencies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "agency_id", table: "huawei_agencies" }),
    label: None,
};

/// Principals of statements of trust policies of agencies.
pub const TRUST_PRINCIPALS: Table = Table {
    name: "huawei_trust_principals",
    about: "Principals of statements of trust policies of agencies.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("agency_id", "Agency id."),
        Column::text(
            "statement",
            "The statement: its Sid where no other of the document has it, else a hash of what it says.",
        ),
        Column::integer("position", "Place of the principal, from 0, by type and text."),
        Column::boolean("is_except", "Whether it stands in NotPrincipal."),
        Column::text("type", "`IAM`, `Service` or `Identity_provider`."),
        Column::text("pattern", "Principal, as written."),
    ],
    listing: "huawei_agencies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "agency_id", table: "huawei_agencies" }),
    label: None,
};

/// Tags of agencies (GET /v5/agencies/{id}).
pub const AGENCY_TAGS: Table = Table {
    name: "huawei_agency_tags",
    about: "Tags of agencies (GET /v5/agencies/{id}).",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("agency_id", "Agency id."),
        Column::text("key", "Tag key."),
        Column::text("value", "Tag value."),
    ],
    listing: "huawei_agency_details",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "agency_id", table: "huawei_agencies" }),
    label: None,
};

/// What only the classic API says of agencies: how long they last (GET /v3.0/OS-AGENCY/agencies).
pub const CLASSIC_AGENCIES: Table = Table {
    name: "huawei_classic_agencies",
    about: "What only the classic API says of agencies: how long they last (GET /v3.0/OS-AGENCY/agencies).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("agency_id", "Agency id."),
        Column::text("duration", "FOREVER, ONEDAY or hours."),
        Column::time("expires_at", "When it ends; null means never."),
    ],
    listing: "huawei_classic_agencies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "agency_id", table: "huawei_agencies" }),
    label: None,
};
