//! Policies: whom they are for, what their roles open, and under which conditions.

use std::sync::Arc;

use model::{Row, State, Table, Timestamp, tables::ibm as t};
use rustc_hash::FxHashMap;

use super::{
    conditions::{self, Conditions},
    identities::identity,
    question::is_resource_group,
    roles::{
        Parts, PartsByService, RolePiece, Roles, lies_somewhere, names_services, narrowed, only, only_service,
    },
    step,
};
use crate::{
    Access, Effect, Holders, Pattern, Resource, Source, Standing, Statement, Step, Steps,
    access::{Span, both},
    attributes::attribute,
    terms::Terms,
};

/// A role that a policy gives: its CRN, and its name where the policy tells it.
type Given<'a> = (&'a str, Option<&'a str>);

/// Adds the policies, and returns what the terms of their conditions ask.
pub(super) fn add<'a>(access: &mut Access, state: &'a State, roles: &'a Roles, at: Timestamp) -> Terms {
    let mut details = Details::of(state);
    let mut conditions = Conditions::of(state);
    let mut parts = PartsByService::default();
    for row in state.rows(&t::POLICIES) {
        let text = |column| t::POLICIES.text(row, column);
        // Policies of type `authorization` let services in, never identities.
        let (Some(id), Some("access")) = (text("id"), text("type")) else { continue };
        access.idle.insert(id.to_owned());
        if text("state").is_some_and(|state| state != "active") {
            continue;
        }
        let detail = details.take(row);
        let ruled = conditions.take(id, text("rule_operator"));
        if ruled.is_impossible() {
            continue;
        }
        if let Some(end) = ruled.end().filter(|end| *end <= at) {
            access.ended.note([id], end);
            continue;
        }
        let opened = detail.opened(&mut details.patterns);
        let step = step("policy", id, text("description").filter(|text| !text.is_empty()));
        let policy = Policy {
            id,
            step: Arc::new(step),
            parts: parts.of(&opened.resource, roles),
            resource: opened.resource,
            condition: both_texts(ruled.words, opened.condition),
        };
        let holders = detail.holders(access, row, id);
        if state.is_carried(&t::POLICIES, row) {
            holders.iter().for_each(|holder| doubt_stranger(access, holder));
        } else if access.gaps.are_there() {
            access.seen_policies.insert(id.to_owned());
        }
        let before = access.sources.len();
        for (role, name) in detail.roles() {
            let named = details.roles_as_steps.of(role, roles.name_of(role).or(name));
            policy.give(access, roles, (role, named), &holders);
        }
        if access.sources.len() > before {
            access.idle.remove(id);
        }
    }
    conditions.terms
}

/// Leaves open who a holder is that no list shows: the policy was not seen either, and may be gone with it.
fn doubt_stranger(access: &mut Access, holder: &Holder) {
    let Holder::Principal(number, _) = holder else { return };
    let Some(principal) = access.principals.get_mut(*number) else { return };
    if principal.step.kind.ends_with("of another account") && principal.standing == Standing::Active {
        principal.standing = Standing::Unknown("neither it nor its policy was seen in this run".to_owned());
        access.seen_before.insert(principal.step.id.clone());
    }
}

fn both_texts(one: Option<String>, other: Option<String>) -> Option<String> {
    both(one.as_deref(), other.as_deref())
}

/// Who holds what a policy gives, each with what must hold for it.
enum Holder {
    Principal(usize, Option<String>),
    Group(usize),
}

struct Policy<'a> {
    id: &'a str,
    step: Arc<Step>,
    resource: Resource,
    parts: Parts,
    condition: Option<String>,
}

impl Policy<'_> {
    fn give(&self, access: &mut Access, roles: &Roles, (role, named): (&str, Arc<Step>), holders: &[Holder]) {
        let mut pieces = roles.pieces(role, &self.parts);
        let everywhere = roles.everywhere(role);
        let is_unknown = pieces.is_empty() && everywhere.any_of.is_empty();
        if is_unknown && !self.opens_nothing(roles, role) {
            access.miss(format!("actions of role {role}, which policy {} gives", self.id));
        }
        // Kept also where nothing is known of the role, for a comparison with a state in which it is.
        // On a service of which the roles are listed, what is held everywhere is said with them.
        let is_said = only_service(&self.resource).is_some_and(|service| roles.services().contains(&service));
        if pieces.is_empty() || (!everywhere.any_of.is_empty() && !is_said) {
            let Some(resource) = self.everywhere() else { return };
            pieces.push(RolePiece { actions: everywhere, resources: only(resource), condition: None });
        }
        let steps: Steps = [Arc::clone(&self.step), named].into_iter().collect();
        let conditions: Vec<Option<&str>> = holders
            .iter()
            .map(|holder| match holder {
                Holder::Principal(_, condition) => condition.as_deref(),
                Holder::Group(_) => None,
            })
            .collect();
        for (holder, own) in holders.iter().zip(conditions) {
            let condition = both(self.condition.as_deref(), own);
            let mut anchor = None;
            for piece in &pieces {
                let statement = Statement {
                    effect: Effect::Allow,
                    actions: piece.actions.clone(),
                    resources: Arc::clone(&piece.resources),
                    condition: both(condition.as_deref(), piece.condition.as_deref()),
                };
                let source = access.source(Source { steps: steps.clone(), statement, holders: Holders::All });
                anchor.get_or_insert(source);
                match holder {
                    Holder::Principal(principal, _) => access.attach(*principal, source),
                    Holder::Group(group) => access.attach_to_group(*group, source),
                }
            }
            // Of a service whose roles are listed here, another state can know nothing more.
            if let Some(source) = anchor.filter(|_| !is_said) {
                access
                    .span(source, Span { role: role.to_owned(), resource: self.resource.clone(), condition });
            }
        }
    }

    /// Returns the resources on which what a role holds everywhere is opened, if there can be any.
    fn everywhere(&self) -> Option<Resource> {
        if let Some(service) = only_service(&self.resource) {
            return narrowed(&self.resource, &service);
        }
        let mut resource = self.resource.clone();
        if is_resource_group(&resource) && !names_services(&resource) {
            for attribute in ["serviceName", "resourceGroupId"] {
                resource.0.entry(attribute.into()).or_insert_with(|| vec![Pattern::literal("")]);
            }
        }
        if lies_somewhere(&resource) {
            // What manages the account lies nowhere, and only services that do are in a group.
            let group = resource.0.get("service_group_id");
            if group.is_some_and(|group| !group.iter().any(|group| group.matches(""))) {
                return None;
            }
            let kinds = ["service", ""].map(Pattern::literal);
            let given = resource.0.remove("serviceType");
            let meant = |kind: &Pattern| {
                given.as_ref().is_none_or(|given| given.iter().any(|given| given.covers(kind)))
            };
            let kinds: Vec<Pattern> = kinds.into_iter().filter(meant).collect();
            if kinds.is_empty() {
                return None;
            }
            resource = resource.with("serviceType", kinds);
        }
        Some(resource)
    }

    /// Returns whether it is known that the role opens nothing here: the roles of the one service are listed, and
    /// it is none of them.
    fn opens_nothing(&self, roles: &Roles, role: &str) -> bool {
        only_service(&self.resource).is_some_and(|service| roles.services().contains(&service))
            && roles.name_of(role).is_some()
    }
}

/// What the attributes of a policy say: resources, and what cannot be said as such.
#[derive(Default)]
pub(super) struct Opened {
    pub(super) resource: Resource,
    pub(super) condition: Option<String>,
}

impl Opened {
    /// Adds something that must hold and cannot be said with patterns.
    pub(super) fn depend(&mut self, words: &str) {
        self.condition = both(self.condition.as_deref(), Some(words));
    }

    /// Adds alternatives for an attribute; a second set of the same attribute must match too.
    pub(super) fn restrict(&mut self, name: &str, patterns: Vec<Pattern>, words: impl FnOnce() -> String) {
        let Some(known) = self.resource.0.get_mut(name) else {
            self.resource.0.insert(attribute(name), patterns);
            return;
        };
        match common(known, &patterns) {
            Some(common) => *known = common,
            None => self.depend(&words()),
        }
    }
}

/// Returns what matches one of either side, if a few patterns can say it.
fn common(ones: &[Pattern], others: &[Pattern]) -> Option<Vec<Pattern>> {
    let mut common = Vec::new();
    for one in ones {
        for other in others {
            common.extend(one.shared_with(other)?);
        }
    }
    common.sort();
    common.dedup();
    Some(common)
}

/// The rows of a table by the policy that they belong to.
struct OfPolicies<'a>(&'a [Row]);

impl<'a> OfPolicies<'a> {
    fn of(state: &'a State, table: &Table) -> Self {
        Self(state.rows(table).iter().as_slice())
    }

    /// Returns the rows of a policy. Both stand in the order of its id, so that policies are asked for in their order and no map is needed:
    /// in a large account it would take more than what is kept of the rows.
    fn take(&mut self, key: &[u8]) -> &'a [Row] {
        let from_here = self.0.iter().position(|row| row.as_bytes() >= key).unwrap_or(self.0.len());
        let (_, rest) = self.0.split_at(from_here);
        let here = rest.iter().take_while(|row| row.as_bytes().starts_with(key)).count();
        let (here, rest) = rest.split_at(here);
        self.0 = rest;
        here
    }
}

/// What stands of policies in other tables.
struct Details<'a> {
    roles: OfPolicies<'a>,
    subjects: OfPolicies<'a>,
    resources: OfPolicies<'a>,
    tags: OfPolicies<'a>,
    patterns: Patterns<'a>,
    roles_as_steps: RoleSteps<'a>,
}

impl<'a> Details<'a> {
    fn of(state: &'a State) -> Self {
        Self {
            roles: OfPolicies::of(state, &t::POLICY_ROLES),
            subjects: OfPolicies::of(state, &t::POLICY_SUBJECTS),
            resources: OfPolicies::of(state, &t::POLICY_RESOURCES),
            tags: OfPolicies::of(state, &t::POLICY_TAGS),
            patterns: Patterns::default(),
            roles_as_steps: RoleSteps::default(),
        }
    }

    /// Returns what stands of the policy of a row; policies are asked for in their order.
    fn take(&mut self, policy: &Row) -> Detail<'a> {
        let key = policy.prefix(t::POLICIES.key);
        Detail {
            roles: self.roles.take(key),
            subjects: self.subjects.take(key),
            resources: self.resources.take(key),
            tags: self.tags.take(key),
        }
    }
}

/// The patterns of values, of which thousands of policies name the same.
#[derive(Default)]
struct Patterns<'a>(FxHashMap<(&'a str, &'a str), Option<Pattern>>);

impl<'a> Patterns<'a> {
    /// Returns the pattern of a value, as [`pattern`] makes it.
    fn of(&mut self, operator: &'a str, value: &'a str) -> Option<Pattern> {
        self.0.entry((operator, value)).or_insert_with(|| pattern(operator, value)).clone()
    }
}

/// Roles as steps, of which thousands of policies give the same.
#[derive(Default)]
struct RoleSteps<'a>(FxHashMap<Given<'a>, Arc<Step>>);

impl<'a> RoleSteps<'a> {
    fn of(&mut self, role: &'a str, name: Option<&'a str>) -> Arc<Step> {
        let known = self.0.entry((role, name));
        Arc::clone(known.or_insert_with(|| Arc::new(step("role", role, name))))
    }
}

/// What stands of one policy in other tables.
struct Detail<'a> {
    roles: &'a [Row],
    subjects: &'a [Row],
    resources: &'a [Row],
    tags: &'a [Row],
}

impl<'a> Detail<'a> {
    /// Returns the roles that the policy gives.
    fn roles(&self) -> impl Iterator<Item = Given<'a>> {
        let text = |row, column| t::POLICY_ROLES.text(row, column);
        self.roles.iter().filter_map(move |row| Some((text(row, "role_id")?, text(row, "display_name"))))
    }

    /// Returns what the policy opens. The account itself is no restriction.
    fn opened(&self, patterns: &mut Patterns<'a>) -> Opened {
        let mut opened = Opened::default();
        let table = &t::POLICY_RESOURCES;
        let place = |row: &Row| table.cell(row, "position").as_integer();
        for values in self.resources.chunk_by(|one, other| place(one) == place(other)) {
            let first = values.iter().find_map(|row| Some((row, table.text(row, "name")?)));
            let Some((first, name)) = first.filter(|(_, name)| *name != "accountId") else { continue };
            let operator = table.text(first, "operator").unwrap_or("stringEquals");
            let named = values.iter().filter(|row| table.text(row, "name").is_some());
            let values: Vec<&str> = named.filter_map(|row| table.text(row, "value")).collect();
            let words = || format!("{name} {operator} {}", values.join(" or "));
            match values.iter().map(|value| patterns.of(operator, value)).collect() {
                Some(patterns) => opened.restrict(name, patterns, words),
                None => opened.depend(&words()),
            }
        }
        self.tags.iter().for_each(|row| add_tag(&mut opened, row, patterns));
        opened
    }

    /// Returns whom the policy is for.
    fn holders(&self, access: &mut Access, row: &Row, id: &str) -> Vec<Holder> {
        let text = |column| t::POLICIES.text(row, column);
        match (text("subject_iam_id"), text("subject_access_group_id")) {
            (Some(iam_id), None) => vec![Holder::Principal(identity(access, iam_id), None)],
            (None, Some(group)) => vec![Holder::Group(access.group(step("access group", group, None)))],
            // All attributes of a subject must match.
            (Some(iam_id), Some(group)) => {
                let also = conditions::member_of(group);
                vec![Holder::Principal(identity(access, iam_id), Some(also))]
            }
            (None, None) => self.several(access, id),
        }
    }

    /// Returns the holders when the subject is one attribute with several values; else it is noted.
    fn several(&self, access: &mut Access, id: &str) -> Vec<Holder> {
        let text = |row, column| t::POLICY_SUBJECTS.text(row, column);
        let attribute = |row| {
            let operator = text(row, "operator").unwrap_or("stringEquals");
            Some((text(row, "name")?, operator, text(row, "value")?))
        };
        let attributes: Vec<(&str, &str, &str)> = self.subjects.iter().filter_map(attribute).collect();
        let is_all = |wanted: &str| {
            !attributes.is_empty()
                && attributes
                    .iter()
                    .all(|(name, operator, _)| *name == wanted && *operator == "stringEqualsAnyOf")
        };
        let values = attributes.iter().map(|(.., value)| *value);
        if is_all("iam_id") {
            return values.map(|value| Holder::Principal(identity(access, value), None)).collect();
        }
        if is_all("access_group_id") {
            return values
                .map(|value| Holder::Group(access.group(step("access group", value, None))))
                .collect();
        }
        access.miss(format!("whom policy {id} is for"));
        Vec::new()
    }
}

/// Adds a tag that a resource must carry.
fn add_tag<'a>(opened: &mut Opened, row: &'a Row, patterns: &mut Patterns<'a>) {
    let text = |column| t::POLICY_TAGS.text(row, column);
    let Some(name) = text("name") else { return };
    let (operator, value) = (text("operator").unwrap_or("stringEquals"), text("value").unwrap_or_default());
    let attribute = format!("tag {name}");
    let Some(pattern) = patterns.of(operator, value) else {
        return opened.depend(&format!("tag {name} {operator} {value}"));
    };
    match opened.resource.0.get(attribute.as_str()) {
        // A resource may carry several tags of one name, so that a second one takes nothing from the first.
        Some(known) if *known != [pattern.clone()] => opened.depend(&format!("tagged {name}:{value} too")),
        Some(_) => {}
        None => opened.restrict(&attribute, vec![pattern], String::new),
    }
}

/// Returns what an operator matches; nothing for one that is not known, of which nobody can say what it lets through.
pub(super) fn pattern(operator: &str, value: &str) -> Option<Pattern> {
    Some(match operator {
        "stringEquals" | "stringEqualsAnyOf" => Pattern::literal(value),
        "stringMatch" | "stringMatchAnyOf" => Pattern::parse_ibm(value),
        // An attribute that is absent is the same as an empty one.
        "stringExists" if value == "false" => Pattern::literal(""),
        "stringExists" => Pattern::parse("?*"),
        _ => return None,
    })
}
