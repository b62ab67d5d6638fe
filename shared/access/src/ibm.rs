//! IBM Cloud: subjects × members × policies × roles × resource attributes.
//!
//! Policies only allow. A role's actions are those that IBM lists for it on the service that a policy names; a policy
//! for all services is taken for every service that some policy names, since only of these the actions are known.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{Row, State, Value, tables::ibm as t};

use crate::{
    Access, Choice, Effect, Known, Pattern, Principal, Question, Resource, Source, Standing, Statement, Step,
};

/// The group that holds everybody, signed in or not.
const PUBLIC_GROUP: &str = "AccessGroupId-PublicAccess";
/// Services that manage the account: `serviceType` is `platform_service` for them.
const PLATFORM_SERVICES: [&str; 14] = [
    "billing",
    "cloudshell",
    "context-based-restrictions",
    "enterprise",
    "entitlement",
    "globalcatalog",
    "globalcatalog-collection",
    "iam-access-management",
    "iam-groups",
    "iam-identity",
    "project",
    "security-compliance",
    "support",
    "user-management",
];
/// Services that `service_group_id = IAM` stands for.
const IAM_SERVICES: [&str; 4] = ["iam-access-management", "iam-groups", "iam-identity", "user-management"];

/// Attributes that say which services a resource may be of.
const SERVICE_ATTRIBUTES: [&str; 3] = ["serviceName", "serviceType", "service_group_id"];

/// Returns the access that the tables of a snapshot give.
#[must_use]
pub fn access(state: &State) -> Access {
    let mut access = Access::default();
    add_identities(&mut access, state);
    add_groups(&mut access, state);
    add_owner(&mut access, state);
    add_policies(&mut access, state);
    add_profiles(&mut access, state);
    add_unseen(&mut access, state);
    access
}

/// Returns the actions and instances of a snapshot, to count reach in.
#[must_use]
pub fn known(state: &State) -> Known {
    let listed = state.rows(&t::ROLE_ACTIONS).iter().filter_map(|row| t::ROLE_ACTIONS.text(row, "action"));
    let own = state
        .rows(&t::CUSTOM_ROLE_ACTIONS)
        .iter()
        .filter_map(|row| t::CUSTOM_ROLE_ACTIONS.text(row, "action"));
    let actions: BTreeSet<String> = listed.chain(own).map(str::to_owned).collect();
    let instance = |row: &Row| {
        let attribute =
            |resource: Resource, name: &str, column: &str| match t::RESOURCE_INSTANCES.text(row, column) {
                Some(value) => resource.with(name, vec![Pattern::literal(value)]),
                None => resource,
            };
        let resource = attribute(Resource::any(), "serviceName", "service_name");
        let resource = attribute(resource, "serviceInstance", "guid");
        let resource = attribute(resource, "region", "region_id");
        completed(attribute(resource, "resourceGroupId", "resource_group_id"))
    };
    Known {
        actions: actions.into_iter().collect(),
        resources: state.rows(&t::RESOURCE_INSTANCES).iter().map(instance).collect(),
    }
}

/// Reads a question: an action such as `iam-identity.apikey.create`, with wildcards, and a resource as a CRN or as
/// `attribute=pattern` pairs joined by commas. An action of a single service asks of that service.
///
/// # Errors
/// When the resource is neither.
pub fn question(state: &State, action: &str, resource: Option<&str>) -> Result<Question, String> {
    let action = Pattern::parse(action);
    let mut resource = resource.map_or_else(|| Ok(Resource::any()), parse_resource)?;
    if !resource.0.contains_key("serviceName") {
        let matching = state
            .rows(&t::ROLE_ACTIONS)
            .iter()
            .filter(|row| t::ROLE_ACTIONS.text(row, "action").is_some_and(|known| action.matches(known)));
        let services: BTreeSet<&str> =
            matching.filter_map(|row| t::ROLE_ACTIONS.text(row, "service_name")).collect();
        if let (1, Some(service)) = (services.len(), services.first()) {
            resource = resource.with("serviceName", vec![Pattern::literal(service)]);
        }
    }
    Ok(Question { action, resource: completed(resource) })
}

fn parse_resource(text: &str) -> Result<Resource, String> {
    if text == "*" {
        return Ok(Resource::any());
    }
    if let Some(crn) = text.strip_prefix("crn:") {
        // crn:v1:cloud:type:service:region:a/account:instance:type:resource
        let parts: Vec<&str> = crn.split(':').collect();
        let names =
            [(3, "serviceName"), (4, "region"), (6, "serviceInstance"), (7, "resourceType"), (8, "resource")];
        let given = names.iter().filter_map(|(index, name)| Some((*name, *parts.get(*index)?)));
        let given = given.filter(|(_, value)| !value.is_empty());
        return Ok(given.fold(Resource::any(), |resource, (name, value)| {
            resource.with(name, vec![Pattern::parse(value)])
        }));
    }
    text.split(',').try_fold(Resource::any(), |resource, pair| match pair.split_once('=') {
        Some((name, value)) => Ok(resource.with(name.trim(), vec![Pattern::parse(value.trim())])),
        None => Err(format!(
            "`{pair}` is neither a CRN nor of the form attribute=value, as in serviceName=kms,region=eu-de"
        )),
    })
}

/// Adds the attributes that follow from the service.
fn completed(resource: Resource) -> Resource {
    let service = match resource.0.get("serviceName").map(Vec::as_slice) {
        Some([service]) if service.is_literal() => service.to_string(),
        _ => return resource,
    };
    let kind = if PLATFORM_SERVICES.contains(&service.as_str()) { "platform_service" } else { "service" };
    let group = if IAM_SERVICES.contains(&service.as_str()) { "IAM" } else { "" };
    resource
        .with("serviceType", vec![Pattern::literal(kind)])
        .with("service_group_id", vec![Pattern::literal(group)])
}

fn step(kind: &'static str, id: &str, name: Option<&str>) -> Step {
    Step { kind, id: id.to_owned(), name: name.unwrap_or(id).to_owned() }
}

fn principal(step: Step, standing: Standing) -> Principal {
    Principal { step, standing, is_bounded: false }
}

fn add_identities(access: &mut Access, state: &State) {
    for row in state.rows(&t::USERS) {
        let Some(iam_id) = t::USERS.text(row, "iam_id") else { continue };
        let standing = match t::USERS.text(row, "state") {
            None | Some("ACTIVE") => Standing::Active,
            Some(other) => Standing::Inactive(other.to_lowercase()),
        };
        access.principal(principal(step("user", iam_id, t::USERS.text(row, "user_id")), standing));
    }
    for (table, kind) in [(&t::SERVICE_IDS, "service ID"), (&t::PROFILES, "trusted profile")] {
        for row in state.rows(table) {
            if let Some(iam_id) = table.text(row, "iam_id") {
                access.principal(principal(step(kind, iam_id, table.text(row, "name")), Standing::Active));
            }
        }
    }
}

/// Returns a principal by its IAM ID; one that is not in the lists is of another account, or could not be seen.
fn identity(access: &mut Access, iam_id: &str) -> usize {
    access.principal_with(iam_id).unwrap_or_else(|| {
        let kind = match iam_id {
            id if id.starts_with("iam-ServiceId-") => "service ID of another account",
            id if id.starts_with("iam-Profile-") => "trusted profile of another account",
            id if id.starts_with("crn-") => "cloud resource",
            _ => "user of another account",
        };
        access.principal(principal(step(kind, iam_id, None), Standing::Active))
    })
}

fn add_groups(access: &mut Access, state: &State) {
    for row in state.rows(&t::ACCESS_GROUPS) {
        if let Some(id) = t::ACCESS_GROUPS.text(row, "id") {
            access.group(step("access group", id, t::ACCESS_GROUPS.text(row, "name")));
        }
    }
    for (table, condition) in
        [(&t::MEMBERS, None), (&t::DYNAMIC_MEMBERS, Some("the federated session lasts".to_owned()))]
    {
        for row in state.rows(table) {
            let (Some(group), Some(member)) = (table.text(row, "group_id"), table.text(row, "iam_id")) else {
                continue;
            };
            let group = access.group(step("access group", group, None));
            let member = identity(access, member);
            access.join(member, group, condition.clone());
        }
    }
    for row in state.rows(&t::GROUP_RULES) {
        let rules = &t::GROUP_RULES;
        let (Some(group), Some(id)) = (rules.text(row, "group_id"), rules.text(row, "id")) else { continue };
        let conditions = claims(state, &t::GROUP_RULE_CONDITIONS, row.prefix(2));
        let whoever = federated(access, id, rules.text(row, "realm_name"));
        let group = access.group(step("access group", group, None));
        access.join(whoever, group, Some(conditions));
    }
    let settings = state.rows(&t::GROUP_SETTINGS).iter();
    let is_closed = settings
        .map(|row| t::GROUP_SETTINGS.cell(row, "public_access_enabled"))
        .any(|enabled| enabled == Value::Boolean(false));
    if !is_closed && let Some(group) = access.group_with(PUBLIC_GROUP) {
        let anybody = access.principal(principal(
            step("anybody", "public", Some("anybody, signed in or not")),
            Standing::Active,
        ));
        access.join(anybody, group, None);
    }
}

/// Returns the principal that stands for whoever a rule lets in.
fn federated(access: &mut Access, rule: &str, realm: Option<&str>) -> usize {
    let name = format!("federated users of {}", realm.unwrap_or("the identity provider"));
    access.principal(principal(step("rule", rule, Some(&name)), Standing::Active))
}

/// Writes the conditions of a rule as one text.
fn claims(state: &State, table: &model::Table, rule: &[u8]) -> String {
    let rows = state.rows(table).iter().filter(|row| row.prefix(2) == rule);
    let texts: Vec<String> = rows
        .map(|row| {
            let part = |column| table.text(row, column).unwrap_or("?");
            format!("claim {} {} {}", part("claim"), part("operator"), part("value"))
        })
        .collect();
    if texts.is_empty() { "signed in".to_owned() } else { texts.join(" and ") }
}

fn add_owner(access: &mut Access, state: &State) {
    for row in state.rows(&t::ACCOUNTS) {
        let Some(owner) = t::ACCOUNTS.text(row, "owner_iam_id") else { continue };
        let statement = Statement {
            effect: Effect::Allow,
            actions: Arc::new(Choice::any_of(vec![Pattern::any()])),
            resources: Choice::any_of(vec![Resource::any()]),
            condition: None,
        };
        let steps = vec![step("account owner", owner, Some("by ownership"))];
        let source = access.source(Source { steps, statement });
        let owner = identity(access, owner);
        access.attach(owner, source);
    }
}

/// The values of [`SERVICE_ATTRIBUTES`] in a policy.
type Services = [Option<Vec<Pattern>>; 3];

/// The actions of roles, by service and role; custom roles stand under every service.
struct Roles<'a> {
    by_service: BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>,
    services: BTreeSet<&'a str>,
    custom: BTreeMap<&'a str, BTreeSet<&'a str>>,
    names: BTreeMap<&'a str, &'a str>,
    /// What was answered before, by role and the attributes that say which services are meant.
    shared: BTreeMap<(&'a str, Services), Option<Arc<Choice<Pattern>>>>,
}

impl<'a> Roles<'a> {
    fn of(state: &'a State) -> Self {
        let mut roles = Self {
            by_service: BTreeMap::new(),
            services: BTreeSet::new(),
            custom: BTreeMap::new(),
            names: BTreeMap::new(),
            shared: BTreeMap::new(),
        };
        for row in state.rows(&t::ROLE_ACTIONS) {
            let text = |column| t::ROLE_ACTIONS.text(row, column);
            if let (Some(service), Some(role), Some(action)) =
                (text("service_name"), text("role_crn"), text("action"))
            {
                roles.services.insert(service);
                roles.by_service.entry((service, role)).or_default().insert(action);
            }
        }
        for row in state.rows(&t::CUSTOM_ROLE_ACTIONS) {
            let text = |column| t::CUSTOM_ROLE_ACTIONS.text(row, column);
            if let (Some(role), Some(action)) = (text("role_crn"), text("action")) {
                roles.custom.entry(role).or_default().insert(action);
            }
        }
        for table in [&t::ROLES, &t::CUSTOM_ROLES] {
            for row in state.rows(table) {
                if let (Some(crn), Some(name)) = (table.text(row, "crn"), table.text(row, "display_name")) {
                    roles.names.insert(crn, name);
                }
            }
        }
        roles
    }

    /// Returns what a role can do on the services that a resource may be of; none when nothing is known of it.
    fn actions(&mut self, role: &'a str, resource: &Resource) -> Option<Arc<Choice<Pattern>>> {
        let services = SERVICE_ATTRIBUTES.map(|attribute| resource.0.get(attribute).cloned());
        if let Some(known) = self.shared.get(&(role, services.clone())) {
            return known.clone();
        }
        let actions: Vec<Pattern> = self.listed(role, resource).into_iter().map(Pattern::literal).collect();
        let shared = (!actions.is_empty()).then(|| Arc::new(Choice::any_of(actions)));
        self.shared.insert((role, services), shared.clone());
        shared
    }

    fn listed(&self, role: &str, resource: &Resource) -> BTreeSet<&'a str> {
        let on = |service: &str| {
            let of_service = completed(Resource::any().with("serviceName", vec![Pattern::literal(service)]));
            SERVICE_ATTRIBUTES.iter().all(|attribute| {
                match (resource.0.get(*attribute), of_service.0.get(*attribute)) {
                    (Some(mine), Some(theirs)) => {
                        mine.iter().any(|mine| theirs.iter().any(|theirs| mine.overlaps(theirs)))
                    }
                    _ => true,
                }
            })
        };
        let services = self.services.iter().filter(|service| on(service));
        let listed = services.filter_map(|service| self.by_service.get(&(*service, role))).flatten();
        listed.chain(self.custom.get(role).into_iter().flatten()).copied().collect()
    }
}

fn add_policies(access: &mut Access, state: &State) {
    let mut roles = Roles::of(state);
    let mut resources = attributes(state);
    let mut conditions = conditions(state);
    let mut granted: BTreeMap<&str, Vec<(&str, Option<&str>)>> = BTreeMap::new();
    for row in state.rows(&t::POLICY_ROLES) {
        let text = |column| t::POLICY_ROLES.text(row, column);
        if let (Some(policy), Some(role)) = (text("policy_id"), text("role_id")) {
            granted.entry(policy).or_default().push((role, text("display_name")));
        }
    }
    for row in state.rows(&t::POLICIES) {
        let text = |column| t::POLICIES.text(row, column);
        let (Some(id), Some("access")) = (text("id"), text("type")) else { continue };
        if text("state").is_some_and(|state| state != "active") {
            continue;
        }
        let resource = resources.remove(id).unwrap_or_default();
        let condition = conditions.remove(id);
        let policy = step("policy", id, text("description").filter(|text| !text.is_empty()));
        for (role, name) in granted.remove(id).unwrap_or_default() {
            let Some(actions) = roles.actions(role, &resource) else {
                access.miss(format!("actions of role {role}, which policy {id} gives"));
                continue;
            };
            let role_step = step("role", role, roles.names.get(role).copied().or(name));
            let source = access.source(Source {
                steps: vec![policy.clone(), role_step],
                statement: Statement {
                    effect: Effect::Allow,
                    actions,
                    resources: Choice::any_of(vec![resource.clone()]),
                    condition: condition.clone(),
                },
            });
            if let Some(iam_id) = text("subject_iam_id") {
                let subject = identity(access, iam_id);
                access.attach(subject, source);
            }
            if let Some(group) = text("subject_access_group_id") {
                let group = access.group(step("access group", group, None));
                access.attach_to_group(group, source);
            }
        }
    }
}

/// Returns the resources of each policy. The account itself is no restriction.
fn attributes(state: &State) -> BTreeMap<&str, Resource> {
    let mut resources: BTreeMap<&str, Resource> = BTreeMap::new();
    for row in state.rows(&t::POLICY_RESOURCES) {
        let text = |column| t::POLICY_RESOURCES.text(row, column);
        let (Some(policy), Some(name)) = (text("policy_id"), text("name")) else { continue };
        if name == "accountId" {
            continue;
        }
        let value = text("value").unwrap_or_default();
        let pattern = match text("operator").unwrap_or("stringEquals") {
            "stringEquals" | "stringEqualsAnyOf" => Pattern::literal(value),
            "stringMatch" | "stringMatchAnyOf" => Pattern::parse_ibm(value),
            "stringExists" if value == "false" => Pattern::literal(""),
            // An operator that nobody knows yet may let anything through.
            _ => Pattern::any(),
        };
        resources.entry(policy).or_default().0.entry(name.to_owned()).or_default().push(pattern);
    }
    for row in state.rows(&t::POLICY_TAGS) {
        let text = |column| t::POLICY_TAGS.text(row, column);
        let (Some(policy), Some(name)) = (text("policy_id"), text("name")) else { continue };
        let tag = Pattern::parse_ibm(text("value").unwrap_or("*"));
        resources.entry(policy).or_default().0.entry(format!("tag {name}")).or_default().push(tag);
    }
    resources
}

/// Returns the conditions of each policy as one text.
fn conditions(state: &State) -> BTreeMap<&str, String> {
    let mut texts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in state.rows(&t::POLICY_CONDITIONS) {
        let text = |column| t::POLICY_CONDITIONS.text(row, column);
        let Some(policy) = text("policy_id") else { continue };
        let name =
            text("name").unwrap_or("?").trim_matches(['{', '}']).replace("environment.attributes.", "");
        let operator = text("operator").unwrap_or("?");
        texts.entry(policy).or_default().push(format!("{name} {operator} {}", text("value").unwrap_or("?")));
    }
    texts.into_iter().map(|(policy, texts)| (policy, texts.join(", "))).collect()
}

fn add_profiles(access: &mut Access, state: &State) {
    let profiles: BTreeMap<&str, &str> = state
        .rows(&t::PROFILES)
        .iter()
        .filter_map(|row| Some((t::PROFILES.text(row, "id")?, t::PROFILES.text(row, "iam_id")?)))
        .collect();
    let profile = |access: &Access, row: &Row, table: &model::Table| {
        access.principal_with(profiles.get(table.text(row, "profile_id")?)?)
    };
    for row in state.rows(&t::PROFILE_IDENTITIES) {
        let (Some(to), Some(iam_id)) =
            (profile(access, row, &t::PROFILE_IDENTITIES), t::PROFILE_IDENTITIES.text(row, "iam_id"))
        else {
            continue;
        };
        let from = identity(access, iam_id);
        access.assume(from, to, None);
    }
    for row in state.rows(&t::PROFILE_RULES) {
        let rules = &t::PROFILE_RULES;
        let (Some(to), Some(id)) = (profile(access, row, rules), rules.text(row, "id")) else { continue };
        let conditions = claims(state, &t::PROFILE_RULE_CONDITIONS, row.prefix(2));
        let from = match rules.text(row, "cr_type") {
            Some(kind) => access.principal(principal(
                step("rule", id, Some(&format!("compute resources of type {kind}"))),
                Standing::Active,
            )),
            None => federated(access, id, rules.text(row, "realm_name")),
        };
        access.assume(from, to, Some(conditions));
    }
    for row in state.rows(&t::PROFILE_LINKS) {
        let links = &t::PROFILE_LINKS;
        let (Some(to), Some(id)) = (profile(access, row, links), links.text(row, "id")) else { continue };
        let crn = links.text(row, "crn").unwrap_or(id);
        let from = access
            .principal(principal(step("cloud resource", crn, links.text(row, "name")), Standing::Active));
        access.assume(from, to, None);
    }
}

fn add_unseen(access: &mut Access, state: &State) {
    for list in crate::unseen::lists(state) {
        access.miss(list);
    }
}
