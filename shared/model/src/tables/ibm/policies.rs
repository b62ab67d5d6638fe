//! What subjects may do: policies and the roles that they give.

use crate::{Column, Kind, Parent, Reading, Table};

/// Access and authorization policies (GET /v2/policies, and GET /v1/policies?type=authorization).
pub const POLICIES: Table = Table {
    name: "ibm_policies",
    about: "Access and authorization policies (GET /v2/policies, and GET /v1/policies?type=authorization).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("id", "Policy id."),
        Column::text("type", "`access`, or `authorization` between services."),
        Column::text("state", "`active` or `deleted`."),
        Column::text("description", "Description."),
        Column::text("subject_iam_id", "IAM ID that the policy is for, if it is for one."),
        Column::text("subject_access_group_id", "Access group that the policy is for, if it is for one."),
        Column::text("api_version", "`v1` or `v2`: the form it was written in."),
        Column::text("pattern", "Pattern of its conditions."),
        Column::text("rule_operator", "`and` or `or` between its conditions, when there are several."),
        Column::text("template_id", "Enterprise template that it comes from."),
        Column::text("template_version", "Version of that template."),
        Column::text("assignment_id", "Assignment of that template."),
        Column::time("created_at", "When it was created."),
        Column::creator("created_by_id", "IAM ID of who created it."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::editor("last_modified_by_id", "IAM ID of who last changed it."),
        Column::document(),
    ],
    listing: "ibm_policies",
    reading: Reading::InParts { column: "type", otherwise: "v2", also: Some("v2"), moves: false },
    parent: None,
    label: None,
};

/// Attributes of a policy subject; all must match.
pub const POLICY_SUBJECTS: Table = Table {
    name: "ibm_policy_subjects",
    about: "Attributes of a policy subject; all must match.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::integer("position", "Place among the attributes, from 0."),
        Column::integer(
            "value_position",
            "Place among the values of an attribute that takes any of several, from 0.",
        ),
        Column::text(
            "name",
            "Attribute: `iam_id`, `access_group_id`, or `serviceName` and others of an authorization.",
        ),
        Column::text("operator", "How it is compared."),
        Column::text("value", "What it is compared with."),
        Column::text("value_like", "The value as a LIKE pattern with escape `!`."),
    ],
    listing: "ibm_policies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "ibm_policies" }),
    label: None,
};

/// Attributes of the resources that a policy opens; all attributes must match, any value of one.
pub const POLICY_RESOURCES: Table = Table {
    name: "ibm_policy_resource_attributes",
    about: "Attributes of the resources that a policy opens; all attributes must match, any value of one.",
    kind: Kind::State,
    key: 3,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::integer("position", "Place among the attributes, from 0."),
        Column::integer(
            "value_position",
            "Place among the values of an attribute that takes any of several, from 0.",
        ),
        Column::text("name", "Attribute: `serviceName`, `serviceInstance`, `resourceGroupId` and others."),
        Column::text("operator", "How it is compared."),
        Column::text("value", "What it is compared with."),
        Column::text(
            "value_like",
            "The value as a LIKE pattern with escape `!`; null for an operator that is no comparison of text.",
        ),
    ],
    listing: "ibm_policies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "ibm_policies" }),
    label: None,
};

/// Access tags that a resource must carry for the policy to open it.
pub const POLICY_TAGS: Table = Table {
    name: "ibm_policy_resource_tags",
    about: "Access tags that a resource must carry for the policy to open it.",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::integer("position", "Place among the tags, from 0."),
        Column::text("name", "Tag key."),
        Column::text("operator", "How it is compared."),
        Column::text("value", "Tag value."),
    ],
    listing: "ibm_policies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "ibm_policies" }),
    label: None,
};

/// Roles that a policy gives.
pub const POLICY_ROLES: Table = Table {
    name: "ibm_policy_roles",
    about: "Roles that a policy gives.",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("role_id", "CRN of the role."),
        Column::text(
            "display_name",
            "Name of the role, as the lists of roles tell it; it is the role's, and no drift of the policy.",
        )
        .moves(),
    ],
    listing: "ibm_policies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "ibm_policies" }),
    label: None,
};

/// Conditions of time or attribute under which a policy holds.
pub const POLICY_CONDITIONS: Table = Table {
    name: "ibm_policy_rule_conditions",
    about: "Conditions of time or attribute under which a policy holds.",
    kind: Kind::State,
    key: 2,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::text("position", "Place in the rule, from 0; `1.0` is the first of the second group."),
        Column::text("group_operator", "`and` or `or` of the group that it stands in."),
        Column::text("name", "What is looked at."),
        Column::text("operator", "How it is compared."),
        Column::text("value", "What it is compared with; JSON when it is no text."),
    ],
    listing: "ibm_policies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "ibm_policies" }),
    label: None,
};

/// When a policy last let something through; approximate, and behind.
pub const POLICY_ACTIVITY: Table = Table {
    name: "ibm_policy_activity",
    about: "When a policy last let something through; approximate, and behind.",
    kind: Kind::Activity,
    key: 1,
    columns: &[
        Column::text("policy_id", "Policy id."),
        Column::time("last_permit_at", "Last time on record; null when none is."),
        Column::integer("last_permit_frequency", "How often since the policy was last changed."),
    ],
    listing: "ibm_policies",
    reading: Reading::Whole,
    parent: Some(Parent { column: "policy_id", table: "ibm_policies" }),
    label: None,
};

/// Roles that the account made (GET /v2/roles?account_id=).
pub const CUSTOM_ROLES: Table = Table {
    name: "ibm_custom_roles",
    about: "Roles that the account made (GET /v2/roles?account_id=).",
    kind: Kind::State,
    key: 1,
    columns: &[
        Column::text("crn", "CRN, the role id in policies."),
        Column::text("id", "Role id."),
        Column::text("name", "Name."),
        Column::text("display_name", "Name that people see."),
        Column::text("service_name", "Service whose actions it holds."),
        Column::text("description", "Description."),
        Column::text("account_id", "Account id."),
        Column::time("created_at", "When it was created."),
        Column::creator("created_by_id", "IAM ID of who created it."),
        Column::edited("last_modified_at", "When it was last changed."),
        Column::editor("last_modified_by_id", "IAM ID of who last changed it."),
        Column::document(),
    ],
    listing: "ibm_custom_roles",
    reading: Reading::Whole,
    parent: None,
    label: Some("name"),
};

/// Actions of custom roles.
pub const CUSTOM_ROLE_ACTIONS: Table = Table {
    name: "ibm_custom_role_actions",
    about: "Actions of custom roles.",
    kind: Kind::State,
    key: 2,
    columns: &[Column::text("role_crn", "CRN of the role."), Column::text("action", "Action.")],
    listing: "ibm_custom_roles",
    reading: Reading::Whole,
    parent: Some(Parent { column: "role_crn", table: "ibm_custom_roles" }),
    label: None,
};

/// Roles that IBM offers on each service named in a policy (GET /v2/roles?service_name=).
pub const ROLES: Table = Table {
    name: "ibm_roles",
    about: "Roles that IBM offers on each service named in a policy (GET /v2/roles?service_name=).",
    kind: Kind::Activity,
    key: 2,
    columns: &[
        Column::text("service_name", "Service."),
        Column::text("crn", "CRN, the role id in policies."),
        Column::text("kind", "`system` for platform roles, `service` for roles of the service."),
        Column::text("display_name", "Name that people see."),
        Column::text("description", "Description."),
    ],
    listing: "ibm_roles",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "service_name", table: "ibm_policy_resource_attributes" }),
    label: None,
};

/// Actions that a role holds on a service.
pub const ROLE_ACTIONS: Table = Table {
    name: "ibm_role_actions",
    about: "Actions that a role holds on a service.",
    kind: Kind::Activity,
    key: 3,
    columns: &[
        Column::text("service_name", "Service."),
        Column::text("role_crn", "CRN of the role."),
        Column::text("action", "Action."),
    ],
    listing: "ibm_roles",
    reading: Reading::PerParent,
    parent: Some(Parent { column: "service_name", table: "ibm_policy_resource_attributes" }),
    label: None,
};
