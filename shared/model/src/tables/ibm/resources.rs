//! What there is to reach: resource groups and instances.

use crate::{Column, Kind, Reading, Table};

/// Resource groups (GET /v2/resource_groups).
pub const RESOURCE_GROUPS: Table = Table {
    name: "ibm_resource_groups",
    about: "Resource groups (GET /v2/resource_groups).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Group id."),
        Column::text("crn", "CRN."),
        Column::text("name", "Name."),
        Column::text("state", "ACTIVE and others."),
        Column::boolean("is_default", "Whether it is the default one."),
        Column::text("account_id", "Account id."),
        Column::time("created_at", "When it was created."),
        Column::time("updated_at", "When it was last changed.").moves(),
        Column::document(),
    ],
    listing: "ibm_resource_groups",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Instances of services, in all states that can still matter (GET /v2/resource_instances).
pub const RESOURCE_INSTANCES: Table = Table {
    name: "ibm_resource_instances",
    about: "Instances of services, in all states that can still matter (GET /v2/resource_instances).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("crn", "CRN, which is the id."),
        Column::text("guid", "GUID, the `serviceInstance` of policies."),
        Column::text("name", "Name."),
        Column::text("service_name", "Service, from the CRN: the `serviceName` of policies."),
        Column::text("region_id", "Region."),
        Column::text("resource_group_id", "Resource group."),
        Column::text("resource_id", "Catalog id of the offering."),
        Column::text("resource_plan_id", "Catalog id of the plan."),
        Column::text("type", "Type, as the API names it."),
        Column::text("sub_type", "Type below it."),
        Column::text(
            "state",
            "`active`, `provisioning`, `inactive`, `failed`, `pending_reclamation`, `removed` and others.",
        ),
        Column::text("account_id", "Account id."),
        Column::boolean("locked", "Whether it is protected from change."),
        Column::time("created_at", "When it was created."),
        Column::creator("created_by_id", "IAM ID of who created it."),
        Column::time("updated_at", "When it was last changed.").moves(),
        Column::editor("updated_by_id", "IAM ID of who last changed it."),
        Column::time("deleted_at", "When it was deleted."),
        Column::document(),
    ],
    listing: "ibm_resource_instances",
    reading: Reading::InParts { column: "state", otherwise: "active,provisioning", also: None, moves: true },
    parent: None,
    label: Some("name"),
};
