//! From where it can be reached: context-based restrictions.

use crate::{Column, Kind, Parent, Reading, Table};

/// Network zones of context-based restrictions (GET /v1/zones).
pub const CBR_ZONES: Table = Table {
    name: "ibm_cbr_zones",
    about: "Network zones of context-based restrictions (GET /v1/zones).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Zone id."),
        Column::text("crn", "CRN."),
        Column::text("name", "Name."),
        Column::text("description", "Description."),
        Column::integer("address_count", "Addresses in the zone."),
        Column::integer("excluded_count", "Addresses taken out of it."),
        Column::time("created_at", "When it was created."),
        Column::creator("created_by_id", "IAM ID of who created it."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::editor("last_modified_by_id", "IAM ID of who last changed it."),
        Column::document(),
    ],
    listing: "ibm_cbr_zones",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Addresses of a zone (GET /v1/zones/{id}).
pub const CBR_ZONE_ADDRESSES: Table = Table {
    name: "ibm_cbr_zone_addresses",
    about: "Addresses of a zone (GET /v1/zones/{id}).",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("zone_id", "Zone id."),
        Column::boolean("is_excluded", "Whether it is taken out of the zone."),
        Column::integer("position", "Place in the list, from 0, by type and value."),
        Column::text("type", "`ipAddress`, `ipRange`, `subnet`, `vpc`, `serviceRef` and others."),
        Column::text("value", "Address; JSON of the reference for `serviceRef`."),
    ],
    listing: "ibm_cbr_zone_addresses",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "zone_id", table: "ibm_cbr_zones" }),
    label: None,
};

/// Rules of context-based restrictions (GET /v1/rules).
pub const CBR_RULES: Table = Table {
    name: "ibm_cbr_rules",
    about: "Rules of context-based restrictions (GET /v1/rules).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Rule id."),
        Column::text("crn", "CRN."),
        Column::text("description", "Description, the only name that it has."),
        Column::text("enforcement_mode", "`enabled`, `disabled` or `report`."),
        Column::time("created_at", "When it was created."),
        Column::creator("created_by_id", "IAM ID of who created it."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::editor("last_modified_by_id", "IAM ID of who last changed it."),
        Column::document(),
    ],
    listing: "ibm_cbr_rules",
    reading: Reading::Whole,
    parent: None,
    label: None,
};

/// Contexts of a rule: any of them, with all its attributes, lets a request through.
pub const CBR_RULE_CONTEXTS: Table = Table {
    name: "ibm_cbr_rule_contexts",
    about: "Contexts of a rule: any of them, with all its attributes, lets a request through.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("rule_id", "Rule id."),
        Column::integer("context", "Number of the context, from 0."),
        Column::integer("position", "Place among its attributes, from 0."),
        Column::text("name", "`networkZoneId`, `endpointType`, `mfa` and others."),
        Column::text("value", "What it must be."),
    ],
    listing: "ibm_cbr_rules",
    reading: Reading::Whole,
    parent: Some(Parent { column: "rule_id", table: "ibm_cbr_rules" }),
    label: None,
};

/// Attributes and tags of the resources that a rule protects.
pub const CBR_RULE_RESOURCES: Table = Table {
    name: "ibm_cbr_rule_resources",
    about: "Attributes and tags of the resources that a rule protects.",
    kind: Kind::State,
    key: 4,
    columns: &[
        Column::text("rule_id", "Rule id."),
        Column::integer("resource", "Number of the resource, from 0."),
        Column::boolean("is_tag", "Whether it is an access tag."),
        Column::integer("position", "Place among the attributes or tags, from 0."),
        Column::text("name", "Attribute."),
        Column::text("operator", "How it is compared."),
        Column::text("value", "What it is compared with."),
    ],
    listing: "ibm_cbr_rules",
    reading: Reading::Whole,
    parent: Some(Parent { column: "rule_id", table: "ibm_cbr_rules" }),
    label: None,
};

/// Kinds of API that a rule protects; none means all.
pub const CBR_RULE_OPERATIONS: Table = Table {
    name: "ibm_cbr_rule_operations",
    about: "Kinds of API that a rule protects; none means all.",
    kind: Kind::State,
    key: 2,
    columns: &[Column::text("rule_id", "Rule id."), Column::text("api_type_id", "Kind of API.")],
    listing: "ibm_cbr_rules",
    reading: Reading::Whole,
    parent: Some(Parent { column: "rule_id", table: "ibm_cbr_rules" }),
    label: None,
};
