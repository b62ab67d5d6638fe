//! Policies: whom they are for, what their roles open, and under which conditions.

use std::sync::Arc;

use litemap::LiteMap;
use model::{Row, State, Timestamp, tables::ibm as t};
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
    Access, Effect, Holders, Pattern, Resource, Source, Standing, Statement, Step,
    access::{Span, both},
    attributes::attribute,
    terms::Terms,
};

/// A role that a policy gives: its CRN, and its name where the policy tells it.
type Given<'a> = (&'a str, Option<&'a str>);

/// Adds the policies, and returns what the terms of their conditions ask.
pub(super) fn add(access: &mut Access, state: &State, roles: &Roles, at: Timestamp) -> Terms {
    let mut resources = resources(state);
    let mut conditions = Conditions::of(state);
    let subjects = Subjects::of(state);
    let mut parts = PartsByService::default();
    let mut given: FxHashMap<&str, Vec<Given<'_>>> = FxHashMap::default();
    for row in state.rows(&t::POLICY_ROLES) {
        let text = |column| t::POLICY_ROLES.text(row, column);
        if let (Some(policy), Some(role)) = (text("policy_id"), text("role_id")) {
            given.entry(policy).or_default().push((role, text("display_name")));
        }
    }
    for row in state.rows(&t::POLICIES) {
        let text = |column| t::POLICIES.text(row, column);
        // Policies of type `authorization` let services in, never identities.
        let (Some(id), Some("access")) = (text("id"), text("type")) else { continue };
        access.idle.insert(id.to_owned());
        if text("state").is_some_and(|state| state != "active") {
            continue;
        }
        let opened = resources.remove(id).unwrap_or_default();
        let ruled = conditions.take(id, text("rule_operator"));
        if ruled.is_impossible() {
            continue;
        }
        if let Some(end) = ruled.end().filter(|end| *end <= at) {
            access.ended.note([id], end);
            continue;
        }
        let step = step("policy", id, text("description").filter(|text| !text.is_empty()));
        let policy = Policy {
            id,
            step,
            parts: parts.of(&opened.resource, roles),
            resource: opened.resource,
            condition: both_texts(ruled.words, opened.condition),
        };
        let holders = subjects.of_policy(access, row, id);
        if state.is_carried(&t::POLICIES, row) {
            holders.iter().for_each(|holder| doubt_stranger(access, holder));
        }
        let before = access.sources.len();
        for (role, name) in given.remove(id).unwrap_or_default() {
            policy.give(access, roles, role, name, &holders);
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
    step: Step,
    resource: Resource,
    parts: Parts,
    condition: Option<String>,
}

impl Policy<'_> {
    fn give(&self, access: &mut Access, roles: &Roles, role: &str, name: Option<&str>, holders: &[Holder]) {
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
        let steps: Arc<[Step]> =
            Arc::from([self.step.clone(), step("role", role, roles.name_of(role).or(name))]);
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
                let source =
                    access.source(Source { steps: Arc::clone(&steps), statement, holders: Holders::All });
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
    pub(super) fn restrict(&mut self, name: &str, patterns: Vec<Pattern>, words: &str) {
        let Some(known) = self.resource.0.get_mut(name) else {
            self.resource.0.insert(attribute(name), patterns);
            return;
        };
        match common(known, &patterns) {
            Some(common) => *known = common,
            None => self.depend(words),
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

/// An attribute of a policy: name, operator, values.
type Compared<'a> = (&'a str, &'a str, Vec<&'a str>);

/// Returns the resources of each policy. The account itself is no restriction.
fn resources(state: &State) -> FxHashMap<&str, Opened> {
    let mut values: FxHashMap<&str, LiteMap<Option<i64>, Compared<'_>>> = FxHashMap::default();
    let table = &t::POLICY_RESOURCES;
    for row in state.rows(table) {
        let text = |column| table.text(row, column);
        let (Some(policy), Some(name)) = (text("policy_id"), text("name")) else { continue };
        let operator = text("operator").unwrap_or("stringEquals");
        let place = table.cell(row, "position").as_integer();
        let of_policy = values.entry(policy).or_default();
        let (.., of_attribute) = of_policy.entry(place).or_insert_with(|| (name, operator, Vec::new()));
        of_attribute.extend(text("value"));
    }
    let mut resources: FxHashMap<&str, Opened> = FxHashMap::default();
    let each = |(policy, places): (_, LiteMap<_, _>)| places.into_iter().map(move |(_, each)| (policy, each));
    for (policy, (name, operator, values)) in values.into_iter().flat_map(each) {
        if name != "accountId" {
            let words = format!("{name} {operator} {}", values.join(" or "));
            let opened = resources.entry(policy).or_default();
            match values.iter().map(|value| pattern(operator, value)).collect() {
                Some(patterns) => opened.restrict(name, patterns, &words),
                None => opened.depend(&words),
            }
        }
    }
    for row in state.rows(&t::POLICY_TAGS) {
        let text = |column| t::POLICY_TAGS.text(row, column);
        let (Some(policy), Some(name)) = (text("policy_id"), text("name")) else { continue };
        let (operator, value) =
            (text("operator").unwrap_or("stringEquals"), text("value").unwrap_or_default());
        let opened = resources.entry(policy).or_default();
        let attribute = format!("tag {name}");
        let Some(pattern) = pattern(operator, value) else {
            opened.depend(&format!("tag {name} {operator} {value}"));
            continue;
        };
        match opened.resource.0.get(attribute.as_str()) {
            // A resource may carry several tags of one name, so that a second one takes nothing from the first.
            Some(known) if *known != [pattern.clone()] => {
                let too = format!("tagged {name}:{value} too");
                opened.condition = both(opened.condition.as_deref(), Some(&too));
            }
            Some(_) => {}
            None => opened.restrict(&attribute, vec![pattern], ""),
        }
    }
    resources
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

/// The attributes of policy subjects, for policies whose subject is not a single one.
struct Subjects<'a>(FxHashMap<&'a str, Vec<(&'a str, &'a str, &'a str)>>);

impl<'a> Subjects<'a> {
    fn of(state: &'a State) -> Self {
        let mut subjects: FxHashMap<&str, Vec<(&str, &str, &str)>> = FxHashMap::default();
        for row in state.rows(&t::POLICY_SUBJECTS) {
            let text = |column| t::POLICY_SUBJECTS.text(row, column);
            if let (Some(policy), Some(name), Some(value)) = (text("policy_id"), text("name"), text("value"))
            {
                let operator = text("operator").unwrap_or("stringEquals");
                subjects.entry(policy).or_default().push((name, operator, value));
            }
        }
        Self(subjects)
    }

    fn of_policy(&self, access: &mut Access, row: &Row, id: &str) -> Vec<Holder> {
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
        let attributes = self.0.get(id).map_or(&[][..], Vec::as_slice);
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
