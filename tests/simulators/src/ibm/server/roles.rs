//! Roles: system roles, those of a service, and the account's own.

use serde_json::{Value, json};

use super::call::{Call, List, Outcome, Shown, fields};
use super::reply::{Answer, Refusal};
use crate::ibm::world::{Object, Policy, Role, World};

pub(super) fn roles(call: &Call<'_>) -> Outcome {
    let query = call.query();
    call.unsimulated(&["source_service_name"])?;
    query.one_of("policy_type", &["access", "authorization"])?;
    let (account, service) = (query.text("account_id"), query.text("service_name"));
    if service.is_some() && query.text("service_group_id").is_some() {
        return Err(Refusal::bad("`service_name` and `service_group_id` exclude each other"));
    }
    // Someone without access gets empty lists and never a refusal.
    let allowed = call.rights.platform_services_viewer;
    let own = allowed && account == Some(call.world.account_id());
    let custom = call
        .world
        .custom_roles
        .iter()
        .filter(|role| own && service.is_none_or(|service| role.text("service_name") == service));
    let found = service.and_then(|name| call.world.service(name));
    let (of_service, of_system): (&[Role], &[Role]) = match (allowed, service, found) {
        (false, ..) | (true, Some(_), None) => (&[], &[]),
        (true, None, _) => (&[], &call.world.system_roles),
        (true, Some(_), Some(service)) => (&service.service_roles, &service.system_roles),
    };
    let around = fields(json!({ "service_roles": of_service, "system_roles": of_system }));
    Ok(Answer::ok(&List { around, name: "custom_roles", items: custom.map(Shown::new).collect() }))
}

pub(super) fn role(call: &Call<'_>, id: &str) -> Outcome {
    call.needs(call.rights.platform_services_viewer)?;
    let found = call.world.custom_roles.iter().find(|role| role.text("id") == id);
    let found = found.ok_or_else(|| Refusal { code: "role_not_found", ..Refusal::unknown(id) })?;
    Ok(Answer::ok(&Shown::new(found)))
}

/// Adds what `format=display` shows of a role: its name, its sentence and its actions.
pub(super) fn display(world: &World, policy: &Policy, shown: &mut Value) {
    let crn = shown["role_id"].as_str().unwrap_or_default();
    let found = match policy.resource_value("serviceName").and_then(|name| world.service(name)) {
        Some(service) => of_crn(service.service_roles.iter().chain(&service.system_roles), crn),
        None => of_crn(world.system_roles.iter(), crn),
    };
    let custom = world.custom_roles.iter().find(|role| role.text("crn") == crn);
    let (name, description, actions) = match (found, custom) {
        (Some(role), _) => (role.display_name.clone(), role.description.clone(), role.actions.clone()),
        (None, Some(role)) => {
            (role.text("display_name").to_owned(), Some(role.text("description").to_owned()), actions(role))
        }
        (None, None) => (crn.rsplit(':').next().unwrap_or_default().to_owned(), None, Vec::new()),
    };
    let actions: Vec<Value> =
        actions.iter().map(|id| json!({ "id": id, "display_name": id, "description": "" })).collect();
    shown["display_name"] = json!(name);
    shown["actions"] = json!(actions);
    if let Some(description) = description {
        shown["description"] = json!(description);
    }
}

fn of_crn<'a>(mut roles: impl Iterator<Item = &'a Role>, crn: &str) -> Option<&'a Role> {
    roles.find(|role| role.crn == crn)
}

fn actions(role: &Object) -> Vec<String> {
    let list = role.get("actions").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
