//! Huawei Cloud: users and agencies × attachments, their own and those of their groups × statements of the version in
//! force; classic roles in their scopes; the organisation's service control policies as bounds.
//!
//! Deny wins, whichever policy says it. Names of actions are compared without regard to case, because the language
//! does not say that case matters, and an audit that overlooks a grant is the worse fault.

mod addresses;
mod cloud;
mod documents;
mod ends;
mod identities;
mod networks;
mod people;
mod scopes;
#[cfg(test)]
mod tests;
mod trust;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{Lists, Row, State, Table, Timestamp, Trust, Value, tables::huawei as t};

use crate::{
    Access, Inventory, Names, Pattern, Principal, Question, Resource, Source, Standing, Step,
    access::Unbound, unseen::Gaps,
};
pub(crate) use cloud::CLOUD;
use documents::Documents;
use people::People;
use scopes::RoleScope;

/// Parts of a URN, in their order.
const URN: [&str; 5] = ["service", "region", "account", "type", "path"];

/// Returns the access that the tables of a snapshot give at the time it was taken.
#[must_use]
pub fn access_at(state: &State, at: Timestamp) -> Access {
    let mut access = Access::default();
    access.gaps = Gaps::of(Lists::of(state));
    access.unbound = unbound(state);
    identities::add(&mut access, state, is_bounded(state, at), at);
    let people = People::of(&access, state);
    add_bounds(&mut access, state, &people, at);
    add_policies(&mut access, state, &people, at);
    add_roles(&mut access, state, &people, at);
    add_mappings(&mut access, state);
    // Before it is known who may assume what: a list bars assuming too.
    networks::add(&mut access, state);
    trust::add(&mut access, state, &people, at);
    access.names = Names::of_tables(
        state,
        &[
            (&t::AGENCIES, "agency_id", "name"),
            (&t::ENTERPRISE_PROJECTS, "id", "name"),
            (&t::GROUPS, "group_id", "name"),
            (&t::ORGANIZATION_ENTITIES, "id", "name"),
            (&t::POLICIES, "policy_id", "name"),
            (&t::PROJECTS, "id", "name"),
            (&t::USERS, "user_id", "name"),
        ],
    );
    access.terms.join(&documents::terms(state));
    crate::unseen::add(&mut access);
    access
}

/// Returns when things end that say of themselves when they do.
pub(crate) fn ends(state: &State) -> Vec<Timestamp> {
    ends::all(state)
}

/// As [`access_at`], at a time that nothing in the tests hangs on.
#[cfg(test)]
pub(crate) fn access(state: &State) -> Access {
    access_at(state, Timestamp::UNIX_EPOCH)
}

/// Returns the actions and things of a snapshot, to count reach in.
#[must_use]
pub fn inventory(state: &State) -> Inventory {
    // What is audited counts even where no policy names it.
    let audited = crate::usual(model::Cloud::Huawei).unwrap_or_default();
    let audited = audited.iter().flat_map(|permission| &permission.actions);
    let literal = audited.filter(|action| !action.contains('*'));
    let mut actions: BTreeSet<String> = literal.map(|action| action.to_lowercase()).collect();
    for table in [&t::POLICY_ACTIONS, &t::ROLE_ACTIONS] {
        let patterns = state.rows(table).iter().filter_map(|row| table.text(row, "pattern"));
        actions.extend(patterns.filter(|pattern| !pattern.contains('*')).map(str::to_lowercase));
    }
    let urns = [&t::USERS, &t::GROUPS, &t::POLICIES, &t::AGENCIES]
        .into_iter()
        .flat_map(|table| state.rows(table).iter().filter_map(|row| table.text(row, "urn")));
    Inventory { actions: actions.into_iter().collect(), resources: urns.map(resource).collect() }
}

/// Reads a question: an action such as `iam:users:createUserV5` and a URN, both with wildcards.
#[must_use]
pub fn question(asked: &str, urn: Option<&str>) -> Question {
    Question { action: action(asked), resource: urn.map_or_else(Resource::any, resource) }
}

/// Reads an action pattern: fewer than three parts stand for everything below. It is compared without regard to case and
/// shown as it is written.
pub(crate) fn action(text: &str) -> Pattern {
    let mut compared = text.to_lowercase();
    if compared.ends_with('*') {
        for _ in compared.matches(':').count()..2 {
            compared.push_str(":*");
        }
    }
    if compared == "*:*:*" { Pattern::any() } else { Pattern::shown_as(&compared, text) }
}

/// Reads a resource pattern by the parts of its URN; a part that is left out or `*` may be anything. Services are
/// compared without regard to case, as in actions.
pub(crate) fn resource(urn: &str) -> Resource {
    let parts = URN.into_iter().zip(urn.splitn(5, ':'));
    let given = parts.filter(|(_, part)| *part != "*");
    given.fold(Resource::any(), |resource, (name, part)| {
        let part = if name == "service" { part.to_lowercase() } else { part.to_owned() };
        resource.with(name, vec![Pattern::parse(&part)])
    })
}

pub(crate) fn step(kind: &'static str, id: &str, name: Option<&str>) -> Step {
    Step { kind, id: id.to_owned(), name: name.unwrap_or(id).to_owned() }
}

/// Attaches a source to a user, group or agency; one that is not in the lists is named by its id.
fn attach(access: &mut Access, kind: &str, id: &str, source: usize) {
    match kind {
        "group" => {
            let group = access.group(step("group", id, None));
            access.attach_to_group(group, source);
        }
        _ => {
            let kind = if kind == "agency" { "agency" } else { "user" };
            let principal = access.principal_with(id).unwrap_or_else(|| {
                let standing = identities::unlisted(access, kind, id);
                access.principal(Principal { step: step(kind, id, None), standing, is_bounded: true })
            });
            access.attach(principal, source);
        }
    }
}

fn add_policies(access: &mut Access, state: &State, people: &People<'_>, at: Timestamp) {
    let names = labels(state, &t::POLICIES);
    let mut attached: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for row in state.rows(&t::POLICY_ATTACHMENTS) {
        let text = |column| t::POLICY_ATTACHMENTS.text(row, column);
        if let (Some(policy), Some(kind), Some(id)) =
            (text("policy_id"), text("entity_type"), text("entity_id"))
        {
            attached.entry(policy).or_default().push((kind, id));
        }
    }
    let documents = Documents::of_policies(state, at);
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for row in state.rows(&t::POLICY_VERSIONS) {
        *versions.entry(t::POLICY_VERSIONS.text(row, "policy_id").unwrap_or_default()).or_default() += 1;
    }
    for row in state.rows(&t::POLICY_VERSIONS) {
        let text = |column| t::POLICY_VERSIONS.text(row, column);
        let (Some(policy), Some(version)) = (text("policy_id"), text("version_id")) else { continue };
        let Some(holders) = attached.get(policy) else { continue };
        if t::POLICY_VERSIONS.cell(row, "is_default") != Value::Boolean(true) {
            continue;
        }
        if let Some(fault) = text("fault") {
            access.miss(format!("what policy {policy} version {version} says: {fault}"));
        }
        let is_only = versions.get(policy) == Some(&1);
        let steps = [
            step("policy", policy, names.get(policy).copied()),
            step("version", version, None).unless_only(is_only),
        ]
        .map(Arc::new);
        documents.note_ended(access, &[policy, version], &steps);
        for source in documents.sources(&[policy, version], &steps, people) {
            let source = access.source(source);
            for (kind, id) in holders {
                attach(access, kind, id, source);
            }
        }
    }
}

fn add_roles(access: &mut Access, state: &State, people: &People<'_>, at: Timestamp) {
    let names = labels(state, &t::ROLES);
    let documents = Documents::of_roles(state, at);
    let places: BTreeMap<&str, &str> =
        [&t::PROJECTS, &t::ENTERPRISE_PROJECTS].into_iter().flat_map(|table| labels(state, table)).collect();
    for row in state.rows(&t::ROLE_ASSIGNMENTS) {
        let text = |column| t::ROLE_ASSIGNMENTS.text(row, column);
        let (Some(role), Some(kind), Some(subject)) =
            (text("role_id"), text("subject_type"), text("subject_id"))
        else {
            continue;
        };
        let scope =
            RoleScope::parse(text("scope_type").unwrap_or_default(), text("scope_id").unwrap_or_default());
        let steps = [step("role", role, names.get(role).copied()), scope.step(&places)].map(Arc::new);
        documents.note_ended(access, &[role], &steps);
        let sources = documents.sources(&[role], &steps, people);
        if sources.is_empty() {
            access.miss(format!("what role {role} allows"));
        }
        for Source { steps, statement, holders } in sources {
            for statement in scope.narrow(&statement) {
                let steps = steps.clone();
                let source = access.source(Source { steps, statement, holders: holders.clone() });
                attach(access, kind, subject, source);
            }
        }
    }
}

/// Returns for a mapping whether some identity provider that is in use signs people in by it. What could not be seen may
/// be in use.
fn is_mapping_used(lists: &Lists, state: &State, mapping: &str) -> bool {
    let is_off = |row: &Row| t::IDENTITY_PROVIDERS.cell(row, "enabled") == Value::Boolean(false);
    let disabled: BTreeSet<&str> = state
        .rows(&t::IDENTITY_PROVIDERS)
        .iter()
        .filter(|row| is_off(row))
        .filter_map(|row| t::IDENTITY_PROVIDERS.text(row, "id"))
        .collect();
    let mut protocols =
        state.rows(&t::PROTOCOLS).iter().filter(|row| t::PROTOCOLS.text(row, "mapping_id") == Some(mapping));
    let is_on = |row: &Row| t::PROTOCOLS.text(row, "provider_id").is_none_or(|id| !disabled.contains(id));
    let has_providers = !state.rows(&t::IDENTITY_PROVIDERS).is_empty();
    let read_from = if has_providers { t::PROTOCOLS.listing } else { t::IDENTITY_PROVIDERS.listing };
    // What stands in for a list says what was seen last.
    protocols.any(is_on) || lists.whole(read_from) == Trust::Never
}

/// Lets federated users into the groups that a mapping names, where a provider in use maps by it.
fn add_mappings(access: &mut Access, state: &State) {
    let groups: BTreeMap<&str, &str> = state
        .rows(&t::GROUPS)
        .iter()
        .filter_map(|row| Some((t::GROUPS.text(row, "name")?, t::GROUPS.text(row, "group_id")?)))
        .collect();
    for row in state.rows(&t::MAPPINGS) {
        let text = |column| t::MAPPINGS.text(row, column);
        let (Some(mapping), Some(group)) = (text("mapping_id"), text("group_name")) else { continue };
        let Some(group) = groups.get(group).and_then(|id| access.group_with(id)) else { continue };
        if !is_mapping_used(access.gaps.lists(), state, mapping) {
            continue;
        }
        let name = format!("federated users by mapping {mapping}");
        let id = format!("mapping/{mapping}/{}", t::MAPPINGS.cell(row, "rule"));
        let whoever = access.principal(Principal {
            step: step("mapping", &id, Some(&name)),
            standing: Standing::Active,
            is_bounded: true,
        });
        access.join(
            whoever,
            group,
            Some(format!("claims match {}", text("remote").unwrap_or("the mapping"))),
        );
    }
}

fn account(state: &State) -> Option<&str> {
    state.rows(&t::ACCOUNTS).iter().find_map(|row| t::ACCOUNTS.text(row, "account_id"))
}

fn manages_organization(state: &State, account: &str) -> bool {
    let mut organizations = state.rows(&t::ORGANIZATIONS).iter();
    organizations.any(|row| t::ORGANIZATIONS.text(row, "management_account_id") == Some(account))
}

/// Returns whom service control policies do not bind, also where none of these could be seen.
fn unbound(state: &State) -> Unbound {
    let is_unbound = |row: &&Row| t::AGENCIES.text(row, "kind") == Some(identities::SERVICE_LINKED);
    let agencies = state.rows(&t::AGENCIES).iter().filter(is_unbound);
    let ids = agencies.filter_map(|row| t::AGENCIES.text(row, "agency_id")).map(str::to_owned);
    let is_everybody = account(state).is_some_and(|account| manages_organization(state, account));
    Unbound { is_everybody, ids: ids.collect() }
}

/// Returns the account and the entities above it, from the account up, where service control policies bind it: they
/// do not bind the account that manages the organisation.
fn bounding_entities(state: &State) -> Vec<&str> {
    let Some(account) = account(state).filter(|account| !manages_organization(state, account)) else {
        return Vec::new();
    };
    let parents: BTreeMap<&str, Option<&str>> = state
        .rows(&t::ORGANIZATION_ENTITIES)
        .iter()
        .filter_map(|row| {
            let text = |column| t::ORGANIZATION_ENTITIES.text(row, column);
            Some((text("id")?, text("parent_id")))
        })
        .collect();
    let up = |id: &&str| parents.get(id).copied().flatten().filter(|parent| parents.contains_key(parent));
    let first = Some(account).filter(|account| parents.contains_key(account));
    // An organisation has at most seven levels; a circle in the answers must not become one here.
    std::iter::successors(first, up).take(16).collect()
}

/// Returns the ids of the service control policies of an entity.
fn policies_of<'a>(state: &'a State, entity: &str) -> impl Iterator<Item = &'a str> {
    let attached = state.rows(&t::SCP_ATTACHMENTS).iter();
    let attached = attached.filter(move |row| t::SCP_ATTACHMENTS.text(row, "entity_id") == Some(entity));
    attached.filter_map(|row| t::SCP_ATTACHMENTS.text(row, "policy_id"))
}

/// Returns whether service control policies bind the account.
fn is_bounded(state: &State, at: Timestamp) -> bool {
    let documents = Documents::of_scps(state, at);
    bounding_entities(state)
        .into_iter()
        .any(|entity| policies_of(state, entity).any(|policy| !documents.statements(&[policy]).is_empty()))
}

/// Adds the service control policies from the root down to the account.
fn add_bounds(access: &mut Access, state: &State, people: &People<'_>, at: Timestamp) {
    let names = labels(state, &t::SCPS);
    let documents = Documents::of_scps(state, at);
    for entity in bounding_entities(state).into_iter().rev() {
        let mut level: Vec<Source> = Vec::new();
        for policy in policies_of(state, entity) {
            let steps = [Arc::new(step("service control policy", policy, names.get(policy).copied()))];
            documents.note_ended(access, &[policy], &steps);
            level.extend(documents.sources(&[policy], &steps, people));
        }
        if !level.is_empty() {
            access.bound(level);
        }
    }
}

fn labels<'a>(state: &'a State, table: &'static Table) -> BTreeMap<&'a str, &'a str> {
    let pair = |row: &'a Row| Some((row.value(0).as_text()?, table.text(row, table.label?)?));
    state.rows(table).iter().filter_map(pair).collect()
}
