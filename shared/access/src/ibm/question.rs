//! Questions: actions and resources as somebody types them.

use std::collections::BTreeSet;

use model::{State, tables::ibm as t};

use crate::{Pattern, Question, Resource};

/// Services that manage the account: `serviceType` is `platform_service` for them. From the list of account management
/// services in IBM Cloud's guide to account management (2025-11), with the children that the role tables name.
pub(super) const PLATFORM_SERVICES: [&str; 19] = [
    "billing",
    "cloudshell",
    "context-based-restrictions",
    "context-based-restrictions.zone",
    "enterprise",
    "entitlement",
    "globalcatalog",
    "globalcatalog-collection",
    "globalcatalog-instance",
    "iam-access-management",
    "iam-access-management.customRole",
    "iam-access-management.insight",
    "iam-groups",
    "iam-identity",
    "product-lifecycle",
    "project",
    "security-compliance",
    "support",
    "user-management",
];
/// Services that `service_group_id = IAM` stands for.
pub(super) const IAM_SERVICES: [&str; 4] =
    ["iam-access-management", "iam-groups", "iam-identity", "user-management"];
/// The `resourceType` of resource groups themselves, which belong to no service and lie in no resource group.
pub(super) const RESOURCE_GROUP: &str = "resource-group";
/// Attributes that say which services a resource may be of.
pub(super) const SERVICE_ATTRIBUTES: [&str; 3] = ["serviceName", "serviceType", "service_group_id"];

/// Reads a question: an action such as `iam-identity.apikey.create`, with wildcards, and a resource as a CRN or as
/// `attribute=pattern` pairs joined by commas; an attribute with nothing after `=` is asked for as absent. An action of a single service asks of that service, and an instance
/// that is in the list is asked of with its region and its resource group.
///
/// # Errors
/// When the resource is neither.
pub fn question(state: &State, action: &str, resource: Option<&str>) -> Result<Question, String> {
    let action = Pattern::parse(action);
    let resource = resource.map_or_else(|| Ok(Resource::any()), parse_resource)?;
    let resource = of_one_service(state, &action, resource);
    Ok(Question { action, resource: completed(located(state, resource)) })
}

/// Returns the actions of the listed roles that are most like one that none of them has, the likest first; nothing
/// where a role has it, or where no role was listed at all.
#[must_use]
pub fn unknown_action(state: &State, action: &str) -> Option<Vec<String>> {
    const SUGGESTIONS: usize = 3;
    const ALIKE: f64 = 0.85;
    let asked = Pattern::parse(action);
    let known = super::inventory(state).actions;
    if known.is_empty() || known.iter().any(|known| asked.overlaps(&Pattern::literal(known))) {
        return None;
    }
    let mut alike: Vec<(f64, String)> = known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &action.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    alike.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    Some(alike.into_iter().take(SUGGESTIONS).map(|(_, known)| known).collect())
}

fn parse_resource(text: &str) -> Result<Resource, String> {
    if text == "*" {
        return Ok(Resource::any());
    }
    if let Some(crn) = text.strip_prefix("crn:") {
        // crn:v1:cloud:type:service:region:a/account:instance:type:resource
        let parts: Vec<&str> = crn.splitn(9, ':').collect();
        let names =
            [(3, "serviceName"), (4, "region"), (6, "serviceInstance"), (7, "resourceType"), (8, "resource")];
        let given = names.iter().filter_map(|(index, name)| Some((*name, *parts.get(*index)?)));
        let given = given.filter(|(_, value)| !value.is_empty());
        return Ok(given.fold(Resource::any(), |resource, (name, value)| {
            resource.with(name, vec![Pattern::parse_ibm(value)])
        }));
    }
    text.split(',').try_fold(Resource::any(), |resource, pair| match pair.split_once('=') {
        Some((name, value)) => Ok(resource.with(name.trim(), vec![Pattern::parse_ibm(value.trim())])),
        None => Err(format!(
            "`{pair}` is neither a CRN nor of the form attribute=value; write it as in serviceName=kms,region=eu-de"
        )),
    })
}

/// Adds the service when only one has such actions.
fn of_one_service(state: &State, action: &Pattern, resource: Resource) -> Resource {
    if SERVICE_ATTRIBUTES.iter().any(|attribute| resource.0.contains_key(*attribute))
        || is_resource_group(&resource)
    {
        return resource;
    }
    let listed = state
        .rows(&t::ROLE_ACTIONS)
        .iter()
        .map(|row| (t::ROLE_ACTIONS.text(row, "service_name"), t::ROLE_ACTIONS.text(row, "action")));
    let matching = listed.filter(|(_, known)| known.is_some_and(|known| action.matches(known)));
    let services: BTreeSet<&str> = matching.filter_map(|(service, _)| service).collect();
    match (services.len(), services.first()) {
        // What no service's name is kept with holds on all of them.
        (1, Some(service)) if !service.is_empty() => {
            resource.with("serviceName", vec![Pattern::literal(service)])
        }
        _ => resource,
    }
}

/// Adds where an instance lies, when it is named and in the list.
fn located(state: &State, mut resource: Resource) -> Resource {
    let Some([guid]) = resource.0.get("serviceInstance").map(Vec::as_slice) else { return resource };
    let guid = guid.clone();
    let instances = &t::RESOURCE_INSTANCES;
    let mut named = state.rows(instances).iter().filter(|row| {
        guid.is_literal() && instances.text(row, "guid").is_some_and(|known| guid.matches(known))
    });
    let (Some(row), None) = (named.next(), named.next()) else { return resource };
    let columns =
        [("serviceName", "service_name"), ("region", "region_id"), ("resourceGroupId", "resource_group_id")];
    for (attribute, column) in columns {
        if let (false, Some(value)) = (resource.0.contains_key(attribute), instances.text(row, column)) {
            resource = resource.with(attribute, vec![Pattern::literal(value)]);
        }
    }
    resource
}

/// Returns whether a resource can only be a resource group itself.
pub(super) fn is_resource_group(resource: &Resource) -> bool {
    let kinds = resource.0.get("resourceType");
    kinds.is_some_and(|kinds| kinds.iter().all(|kind| *kind == Pattern::literal(RESOURCE_GROUP)))
}

/// Adds the attributes that follow from the others.
pub(super) fn completed(mut resource: Resource) -> Resource {
    if is_resource_group(&resource) {
        for attribute in SERVICE_ATTRIBUTES.into_iter().chain(["resourceGroupId"]) {
            resource.0.entry(attribute.into()).or_insert_with(|| vec![Pattern::literal("")]);
        }
        return resource;
    }
    let service = match resource.0.get("serviceName").map(Vec::as_slice) {
        Some([service]) if service.is_literal() => service.to_string(),
        _ => return resource,
    };
    let [kind, group] = kind_and_group(&service);
    for (attribute, value) in [("serviceType", kind), ("service_group_id", group)] {
        resource.0.entry(attribute.into()).or_insert_with(|| vec![Pattern::literal(value)]);
    }
    resource
}

/// Returns the values of `serviceType` and `service_group_id` for a service; the latter is empty outside of groups.
pub(crate) fn kind_and_group(service: &str) -> [&'static str; 2] {
    let kind = if PLATFORM_SERVICES.contains(&service) { "platform_service" } else { "service" };
    [kind, if IAM_SERVICES.contains(&service) { "IAM" } else { "" }]
}
