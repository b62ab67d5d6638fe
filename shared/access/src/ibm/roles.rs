//! Roles: the actions that they hold on each service.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use model::{State, tables::ibm as t};
use rustc_hash::FxHashMap;

use super::question::{SERVICE_ATTRIBUTES, is_resource_group, kind_and_group};
use crate::{Choice, Pattern, Resource};

/// Under this name the collected lists keep what a role holds on every service.
const EVERY_SERVICE: &str = "";
/// The service whose creating actions the account can restrict.
const IDENTITY: &str = "iam-identity";
/// Settings that restrict creating, each with the role that is then needed.
const RESTRICTIONS: [(&str, &str); 2] = [
    ("restrict_create_service_id", "serviceRole:ServiceIdCreator"),
    ("restrict_create_platform_apikey", "serviceRole:UserApiKeyCreator"),
];
/// Where things lie that are not of the account itself.
const PLACES: [&str; 2] = ["resourceGroupId", "region"];
/// Roles that nobody has without a policy that gives them, not even the owner.
const TEMPLATE_ROLES: [&str; 2] = ["Template Administrator", "Template Assignment Administrator"];

/// What one role opens: actions on some resources, and what must hold besides.
#[derive(Debug, Clone)]
pub(crate) struct RolePiece {
    pub(crate) actions: Arc<Choice<Pattern>>,
    pub(crate) resources: Arc<Choice<Resource>>,
    pub(crate) condition: Option<String>,
}

/// The parts of a resource by the service that each is of.
pub(super) type Parts = Rc<[(String, Arc<Choice<Resource>>)]>;

/// The parts of the resources that policies name, worked out once for all that name the same.
#[derive(Debug, Default)]
pub(super) struct PartsByService(FxHashMap<Resource, Parts>);

impl PartsByService {
    /// Returns the parts of a resource that are of services with roles.
    pub(super) fn of(&mut self, resource: &Resource, roles: &Roles) -> Parts {
        if let Some(known) = self.0.get(resource) {
            return Rc::clone(known);
        }
        let part = |service: &String| Some((service.clone(), only(narrowed(resource, service)?)));
        let parts: Parts = match only_service(resource) {
            Some(service) => roles
                .by_service
                .get_key_value(&service)
                .and_then(|(service, _)| part(service))
                .into_iter()
                .collect(),
            None => roles.by_service.keys().filter(|service| !service.is_empty()).filter_map(part).collect(),
        };
        self.0.insert(resource.clone(), Rc::clone(&parts));
        parts
    }
}

/// Returns the choice of one resource.
pub(super) fn only(resource: Resource) -> Arc<Choice<Resource>> {
    Arc::new(Choice::any_of(vec![resource]))
}

/// The actions of roles by service, with those of the account's own roles on the service that each is bound to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roles {
    by_service: BTreeMap<String, BTreeMap<String, Arc<Choice<Pattern>>>>,
    /// Services whose offered roles are known.
    services: BTreeSet<String>,
    names: BTreeMap<String, String>,
    /// Actions whose creating the account restricts, each with the role that it takes.
    restricted: BTreeMap<String, String>,
}

impl Roles {
    pub(crate) fn of(state: &State) -> Self {
        let mut roles = Self::default();
        let mut listed: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
        for row in state.rows(&t::ROLE_ACTIONS) {
            let text = |column| t::ROLE_ACTIONS.text(row, column);
            if let (Some(service), Some(role), Some(action)) =
                (text("service_name"), text("role_crn"), text("action"))
            {
                listed.entry(service).or_default().entry(role).or_default().insert(action);
            }
        }
        let of_service: BTreeMap<&str, &str> = state
            .rows(&t::CUSTOM_ROLES)
            .iter()
            .filter_map(|row| {
                Some((t::CUSTOM_ROLES.text(row, "crn")?, t::CUSTOM_ROLES.text(row, "service_name")?))
            })
            .collect();
        for row in state.rows(&t::CUSTOM_ROLE_ACTIONS) {
            let text = |column| t::CUSTOM_ROLE_ACTIONS.text(row, column);
            let (Some(role), Some(action)) = (text("role_crn"), text("action")) else { continue };
            let service = of_service.get(role).copied().unwrap_or(EVERY_SERVICE);
            listed.entry(service).or_default().entry(role).or_default().insert(action);
        }
        roles.name(state);
        let everywhere = listed.get(EVERY_SERVICE).cloned().unwrap_or_default();
        for (service, mut of_service) in listed {
            // Said of each service too, so that what is given on one is found in what is given on all.
            for (role, actions) in everywhere.iter().filter(|_| service != EVERY_SERVICE) {
                of_service.entry(role).or_default().extend(actions);
            }
            let shared = of_service.into_iter().map(|(role, actions)| (role.to_owned(), choice(actions)));
            roles.by_service.insert(service.to_owned(), shared.collect());
        }
        roles.restrict(state);
        roles
    }

    /// Returns whether actions that begin with this name were listed of any role.
    pub(crate) fn know(&self, service: &str) -> bool {
        let is_of = |action: &Pattern| {
            action.to_string().strip_prefix(service).is_some_and(|rest| rest.starts_with('.'))
        };
        let choices = self.by_service.values().flat_map(BTreeMap::values);
        self.services.contains(service) || choices.flat_map(|choice| &choice.any_of).any(is_of)
    }

    fn name(&mut self, state: &State) {
        for row in state.rows(&t::ROLES) {
            if let Some(service) = t::ROLES.text(row, "service_name").filter(|name| !name.is_empty()) {
                self.services.insert(service.to_owned());
            }
        }
        for row in state.rows(&t::ROLE_ACTIONS) {
            if let Some(service) = t::ROLE_ACTIONS.text(row, "service_name").filter(|name| !name.is_empty()) {
                self.services.insert(service.to_owned());
            }
        }
        for table in [&t::ROLES, &t::CUSTOM_ROLES] {
            for row in state.rows(table) {
                if let (Some(crn), Some(name)) = (table.text(row, "crn"), table.text(row, "display_name")) {
                    self.names.insert(crn.to_owned(), name.to_owned());
                }
            }
        }
    }

    fn restrict(&mut self, state: &State) {
        for (setting, role) in RESTRICTIONS {
            let settings = state.rows(&t::ACCOUNT_SETTINGS);
            if !settings.iter().any(|row| t::ACCOUNT_SETTINGS.text(row, setting) == Some("RESTRICTED")) {
                continue;
            }
            let offered = self.by_service.get(IDENTITY).into_iter().flatten();
            let needed = offered.filter(|(crn, _)| crn.ends_with(role));
            let actions: Vec<(String, String)> = needed
                .flat_map(|(crn, actions)| {
                    actions.any_of.iter().map(move |action| (action.to_string(), crn.clone()))
                })
                .collect();
            self.restricted.extend(actions);
        }
    }

    pub(crate) fn name_of(&self, role: &str) -> Option<&str> {
        self.names.get(role).map(String::as_str)
    }

    /// Returns the services whose offered roles are known.
    pub(crate) const fn services(&self) -> &BTreeSet<String> {
        &self.services
    }

    /// Returns the actions that a role holds on every service.
    pub(crate) fn everywhere(&self, role: &str) -> Arc<Choice<Pattern>> {
        self.on(EVERY_SERVICE, role).unwrap_or_else(|| Arc::new(Choice::any_of(Vec::new())))
    }

    fn on(&self, service: &str, role: &str) -> Option<Arc<Choice<Pattern>>> {
        self.by_service.get(service)?.get(role).cloned()
    }

    /// Returns what a role opens on the parts of a resource, service by service: an action is opened only on the service that
    /// lists it.
    pub(super) fn pieces(&self, role: &str, parts: &Parts) -> Vec<RolePiece> {
        parts.iter().flat_map(|(service, part)| self.pieces_of_part(service, role, part)).collect()
    }

    /// Returns what a role opens on one service.
    pub(crate) fn pieces_on(&self, service: &str, role: &str, resource: &Resource) -> Vec<RolePiece> {
        let part = narrowed(resource, service).map(only);
        part.map_or_else(Vec::new, |part| self.pieces_of_part(service, role, &part))
    }

    fn pieces_of_part(&self, service: &str, role: &str, part: &Arc<Choice<Resource>>) -> Vec<RolePiece> {
        let Some(actions) = self.on(service, role) else { return Vec::new() };
        let piece = |actions, condition| RolePiece { actions, resources: Arc::clone(part), condition };
        let needed =
            |action: &Pattern| self.restricted.get(&action.to_string()).filter(|needed| *needed != role);
        if service != IDENTITY || !actions.any_of.iter().any(|action| needed(action).is_some()) {
            return vec![piece(actions, None)];
        }
        let mut split: BTreeMap<Option<&String>, Vec<Pattern>> = BTreeMap::new();
        for action in &actions.any_of {
            split.entry(needed(action)).or_default().push(action.clone());
        }
        let pieces = split.into_iter().map(|(needed, actions)| {
            piece(Arc::new(Choice::any_of(actions)), needed.map(|role| self.given_besides(role)))
        });
        pieces.collect()
    }

    fn given_besides(&self, role: &str) -> String {
        let name = self.name_of(role).unwrap_or(role);
        format!("{name} is given besides, because the account restricts it")
    }

    /// Returns what the owner may do without a policy: everything, but what takes a role that even the owner
    /// must be given.
    pub(crate) fn of_owner(&self) -> Vec<RolePiece> {
        let is_template = |role: &str| self.name_of(role).is_some_and(|name| TEMPLATE_ROLES.contains(&name));
        let held = |wanted: bool| -> BTreeSet<&Pattern> {
            let roles = self.by_service.values().flatten();
            let roles = roles.filter(|(role, _)| is_template(role) == wanted);
            roles.flat_map(|(_, actions)| &actions.any_of).collect()
        };
        let (of_templates, of_others) = (held(true), held(false));
        let mut everything = Choice::any_of(vec![Pattern::any()]);
        everything.except.extend(of_templates.difference(&of_others).map(|action| (*action).clone()));
        let mut conditional: BTreeMap<&str, Vec<Pattern>> = BTreeMap::new();
        for (action, role) in &self.restricted {
            everything.except.push(Pattern::literal(action));
            conditional.entry(role).or_default().push(Pattern::literal(action));
        }
        let piece = |actions, condition| RolePiece {
            actions: Arc::new(actions),
            resources: only(Resource::any()),
            condition,
        };
        let restricted = conditional
            .into_iter()
            .map(|(role, actions)| piece(Choice::any_of(actions), Some(self.given_besides(role))));
        let restricted: Vec<RolePiece> = restricted.collect();
        std::iter::once(piece(everything, None)).chain(restricted).collect()
    }
}

fn choice(actions: BTreeSet<&str>) -> Arc<Choice<Pattern>> {
    Arc::new(Choice::any_of(actions.into_iter().map(Pattern::literal).collect()))
}

/// Returns the part of a resource that is of one service, if there is one. What follows from the service is left out,
/// so that the same resources are written the same way.
pub(crate) fn narrowed(resource: &Resource, service: &str) -> Option<Resource> {
    if is_resource_group(resource) && !names_services(resource) {
        return None;
    }
    let [kind, group] = kind_and_group(service);
    let values = SERVICE_ATTRIBUTES.iter().zip([service, kind, group]);
    for (attribute, value) in values {
        if resource.0.get(*attribute).is_some_and(|mine| !mine.iter().any(|mine| mine.matches(value))) {
            return None;
        }
    }
    let mut narrowed = resource.clone();
    // What manages the account lies in no resource group and in no region: what is given on one does not reach it.
    if kind == "platform_service" {
        if lies_somewhere(resource) {
            return None;
        }
        PLACES.iter().for_each(|place| {
            narrowed.0.remove(*place);
        });
    }
    let named = narrowed.0.get("serviceName").filter(|named| is_one_service(named)).cloned();
    SERVICE_ATTRIBUTES.iter().for_each(|attribute| {
        narrowed.0.remove(*attribute);
    });
    Some(narrowed.with("serviceName", named.unwrap_or_else(|| vec![Pattern::literal(service)])))
}

/// Returns whether a resource is only of what lies in some resource group or region.
pub(crate) fn lies_somewhere(resource: &Resource) -> bool {
    let is_bound = |mine: &Vec<Pattern>| !mine.iter().any(|mine| mine.matches(""));
    PLACES.iter().any(|place| resource.0.get(*place).is_some_and(is_bound))
}

pub(crate) fn names_services(resource: &Resource) -> bool {
    SERVICE_ATTRIBUTES.iter().any(|attribute| resource.0.contains_key(*attribute))
}

/// Returns the one service that a resource names, if it names one.
pub(crate) fn only_service(resource: &Resource) -> Option<String> {
    let named = resource.0.get("serviceName").filter(|named| is_one_service(named))?;
    named.first().map(ToString::to_string)
}

fn is_one_service(named: &[Pattern]) -> bool {
    matches!(named, [service] if service.is_literal())
}
