//! Context-based restrictions: from where what policies give may be used.
//!
//! A rule that is enforced lets requests for its resources through where one of its contexts holds, and all rules on a resource
//! must. So each is a bound of the account, of everybody in it: it denies unless a context holds. A rule without contexts lets
//! nothing through; one that only reports, or is disabled, says nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{Row, State, tables::ibm as t};

use super::{
    policies::{Opened, pattern},
    question::{IAM_SERVICES, PLATFORM_SERVICES},
    step,
};
use crate::{
    Access, Choice, Effect, Holders, Pattern, Resource, Source, Statement, Steps,
    bounds::{denied_unless, everything},
};

/// Stands for every kind of API.
const EVERY_API: &str = "crn:v1:bluemix:public:context-based-restrictions::::api-type:";
/// What manages the instances of a service: restrictions do not apply to it, IBM Cloud's guide says.
const PLATFORM_ACTIONS: &str = "resource-controller.*";

/// Adds the rules that are enforced as one level of bounds.
pub(super) fn add(access: &mut Access, state: &State) {
    let contexts = contexts(state);
    let apis = apis(state);
    let mut resources = resources(state);
    let mut level = vec![Source { steps: Steps::default(), statement: everything(), holders: Holders::All }];
    for row in state.rows(&t::CBR_RULES) {
        let text = |column| t::CBR_RULES.text(row, column);
        let Some(id) = text("id") else { continue };
        if matches!(text("enforcement_mode"), Some("disabled" | "report")) {
            continue;
        }
        let name = text("description").filter(|text| !text.is_empty());
        let steps: Steps = step("restriction", id, name).into();
        let lets_through = alternatives(
            contexts.get(id).into_iter().flatten().cloned().chain(apis.get(id).cloned()).collect(),
        );
        for opened in resources.remove(id).unwrap_or_default() {
            // Where it cannot be said what the rule covers, what it does not cover is let through.
            let aside = opened.condition.map(|words| format!("not {words}"));
            let words = alternatives(lets_through.iter().cloned().chain(aside).collect());
            level.push(Source {
                steps: steps.clone(),
                statement: Statement {
                    effect: Effect::Deny,
                    actions: Arc::new(actions(&opened.resource)),
                    resources: Choice::any_of(vec![opened.resource]).into(),
                    condition: words.map(|words| denied_unless(&words)),
                },
                holders: Holders::All,
            });
        }
    }
    if level.len() > 1 {
        access.bound(level);
    }
}

/// Returns the actions that a rule reaches: of what manages the account all, else not what manages the instance.
fn actions(resource: &Resource) -> Choice<Pattern> {
    let services = resource.0.get("serviceName").map_or(&[][..], Vec::as_slice);
    let is_platform = |service: &Pattern| PLATFORM_SERVICES.iter().any(|each| service.matches(each));
    let mut actions = Choice::any_of(vec![Pattern::any()]);
    if services.is_empty() || !services.iter().all(is_platform) {
        actions.except.push(Pattern::parse(PLATFORM_ACTIONS));
    }
    actions
}

/// Joins words of which one must hold; none where there is none.
fn alternatives(words: Vec<String>) -> Option<String> {
    match words.len() {
        0 => None,
        1 => words.into_iter().next(),
        _ => Some(format!("({})", words.join(" or "))),
    }
}

/// Returns for each rule what must hold for each of its contexts, in the order of the words.
fn contexts(state: &State) -> BTreeMap<&str, BTreeSet<String>> {
    let mut by_context: BTreeMap<(&str, Option<i64>), Vec<String>> = BTreeMap::new();
    for row in state.rows(&t::CBR_RULE_CONTEXTS) {
        let text = |column| t::CBR_RULE_CONTEXTS.text(row, column);
        let (Some(rule), Some(name)) = (text("rule_id"), text("name")) else { continue };
        let number = t::CBR_RULE_CONTEXTS.cell(row, "context").as_integer();
        let attribute = attribute(name, text("value").unwrap_or_default());
        by_context.entry((rule, number)).or_default().extend(attribute);
    }
    let mut contexts: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for ((rule, _), mut attributes) in by_context {
        attributes.sort();
        attributes.dedup();
        contexts.entry(rule).or_default().insert(attributes.join(" and "));
    }
    contexts
}

/// Writes one attribute of a context; its values, of which one must hold, are parted by commas. Zones are named by their ids,
/// so that the same restriction has the same words after a zone got another name.
fn attribute(name: &str, values: &str) -> Option<String> {
    let about = match name {
        "networkZoneId" => "the network zone",
        "endpointType" => "the endpoint type",
        "mfa" => "the level of multi-factor authentication",
        other => other,
    };
    let mut values: Vec<&str> = values.split(',').map(str::trim).filter(|value| !value.is_empty()).collect();
    values.sort_unstable();
    alternatives(values.into_iter().map(|value| format!("{about} is {value}")).collect())
}

/// Returns for each rule that is for some kinds of API only, what lets other requests through.
fn apis(state: &State) -> BTreeMap<&str, String> {
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in state.rows(&t::CBR_RULE_OPERATIONS) {
        let text = |column| t::CBR_RULE_OPERATIONS.text(row, column);
        if let (Some(rule), Some(kind)) = (text("rule_id"), text("api_type_id")) {
            kinds.entry(rule).or_default().insert(kind);
        }
    }
    kinds.retain(|_, kinds| !kinds.contains(EVERY_API));
    let short = |kind: &str| kind.rsplit_once("::::").map_or(kind, |(_, short)| short).to_owned();
    let words = |kinds: BTreeSet<&str>| {
        let kinds: Vec<String> = kinds.into_iter().map(short).collect();
        format!("the call is not of {}", kinds.join(" or "))
    };
    kinds.into_iter().map(|(rule, kinds)| (rule, words(kinds))).collect()
}

/// Returns the resources of each rule, as its attributes and tags say together.
fn resources(state: &State) -> BTreeMap<&str, Vec<Opened>> {
    let mut found: BTreeMap<(&str, Option<i64>), Opened> = BTreeMap::new();
    for row in state.rows(&t::CBR_RULE_RESOURCES) {
        let table = &t::CBR_RULE_RESOURCES;
        let Some(rule) = table.text(row, "rule_id") else { continue };
        let opened = found.entry((rule, table.cell(row, "resource").as_integer())).or_default();
        restrict(opened, row);
    }
    let mut resources: BTreeMap<&str, Vec<Opened>> = BTreeMap::new();
    for ((rule, _), opened) in found {
        resources.entry(rule).or_default().push(opened);
    }
    resources
}

/// Adds one attribute or tag. What stands for a list of services is written as that.
fn restrict(opened: &mut Opened, row: &Row) {
    let table = &t::CBR_RULE_RESOURCES;
    let text = |column| table.text(row, column);
    let Some(name) = text("name").filter(|name| *name != "accountId") else { return };
    let (operator, value) = (text("operator").unwrap_or("stringEquals"), text("value").unwrap_or_default());
    let words = format!("{name} {operator} {value}");
    if table.cell(row, "is_tag").as_boolean() == Some(true) {
        match pattern(operator, value) {
            Some(pattern) => opened.restrict(&format!("tag {name}"), vec![pattern], || words),
            None => opened.depend(&words),
        }
        return;
    }
    let services: Option<&[&str]> = match (name, value) {
        ("service_group_id", "IAM") => Some(&IAM_SERVICES),
        ("serviceType", "platform_service") => Some(&PLATFORM_SERVICES),
        _ => None,
    };
    match (services, pattern(operator, value)) {
        (Some(services), Some(_)) => {
            let named = services.iter().map(|service| Pattern::literal(service)).collect();
            opened.restrict("serviceName", named, || words);
        }
        (None, Some(_)) if value == "*" => {}
        (None, Some(pattern)) => opened.restrict(name, vec![pattern], || words),
        (_, None) => opened.depend(&words),
    }
}
