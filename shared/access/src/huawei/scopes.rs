//! What the scope of a classic grant leaves of the role that is granted in it.
//!
//! Services are global or regional. A grant for global services opens those, a grant on a project opens regional ones
//! of that project, one on an enterprise project opens what the services that know enterprise projects keep in it, and
//! only one for all projects opens both. So nobody administers identities through a project.

use std::{collections::BTreeMap, sync::Arc};

use super::step;
use crate::{Choice, Pattern, Resource, Statement, Step, attributes::attribute};

/// Where a classic role is granted, as `huawei_role_assignments.scope_type` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoleScope<'a> {
    /// The account: global services.
    Global,
    /// All projects, and with them the global services.
    AllProjects,
    /// One project, by its id.
    Project(&'a str),
    /// One enterprise project, by its id.
    EnterpriseProject(&'a str),
}

/// Services of the whole account. Named so by Huawei Cloud's guides to IAM and to enterprise projects.
const GLOBAL: [&str; 9] =
    ["iam", "sts", "organizations", "identitycenter", "eps", "obs", "tms", "cdn", "scm"];
/// Global services of which nothing lies in an enterprise project.
const OUTSIDE_ENTERPRISE_PROJECTS: [&str; 6] =
    ["iam", "sts", "organizations", "identitycenter", "eps", "tms"];
/// The identity actions that take effect in a grant on an enterprise project: those which the action
/// table of classic IAM marks so.
const IDENTITY_ON_ENTERPRISE_PROJECTS: [&str; 11] = [
    "iam:permissions:grantRoleToAgencyOnEnterpriseProject",
    "iam:permissions:grantRoleToGroupOnEnterpriseProject",
    "iam:permissions:grantRoleToUserOnEnterpriseProject",
    "iam:permissions:listEnterpriseProjectsForGroup",
    "iam:permissions:listEnterpriseProjectsForUser",
    "iam:permissions:listGroupsOnEnterpriseProject",
    "iam:permissions:listRolesForGroupOnEnterpriseProject",
    "iam:permissions:listRolesForUserOnEnterpriseProject",
    "iam:permissions:listUsersForEnterpriseProject",
    "iam:permissions:revokeRoleFromAgencyOnEnterpriseProject",
    "iam:permissions:revokeRoleFromGroupOnEnterpriseProject",
];
/// Services that are known to lie in regions.
const REGIONAL: [&str; 36] = [
    "aad",
    "aom",
    "apig",
    "apm",
    "as",
    "bcs",
    "bms",
    "cbr",
    "cce",
    "ces",
    "css",
    "dcs",
    "dds",
    "dis",
    "dli",
    "dms",
    "dws",
    "ecs",
    "elb",
    "er",
    "evs",
    "functiongraph",
    "gaussdb",
    "ims",
    "kms",
    "lts",
    "modelarts",
    "mrs",
    "nat",
    "rds",
    "roma",
    "sfs",
    "smn",
    "swr",
    "vpc",
    "vpn",
];

impl<'a> RoleScope<'a> {
    /// Reads `scope_type` and `scope_id`; an account is meant where nothing else is named.
    pub(super) fn parse(kind: &str, id: &'a str) -> Self {
        match kind {
            "all_projects" => Self::AllProjects,
            "project" => Self::Project(id),
            "enterprise_project" => Self::EnterpriseProject(id),
            _ => Self::Global,
        }
    }

    /// Returns the scope as a step of a path, with the name of the project where one is known.
    pub(super) fn step(self, names: &BTreeMap<&str, &str>) -> Step {
        match self {
            Self::Global => step("scope", "global services", None),
            Self::AllProjects => step("scope", "all projects", None),
            Self::Project(id) => step("project", id, names.get(id).copied()),
            Self::EnterpriseProject(id) => step("enterprise project", id, names.get(id).copied()),
        }
    }

    /// Returns what is left of a statement in this scope: nothing, the statement, or the part of it that surely counts
    /// and the part of which that is not known.
    pub(super) fn narrow(self, statement: &Statement) -> Vec<Statement> {
        let parts = match self {
            Self::AllProjects => return vec![statement.clone()],
            Self::Global => vec![
                (only(&statement.actions, &GLOBAL), None),
                (
                    without(&statement.actions, GLOBAL.iter().chain(&REGIONAL)),
                    Some("the service is a global one"),
                ),
            ],
            Self::Project(_) => vec![(without(&statement.actions, GLOBAL.iter()), None)],
            // What is taken out of the services would take the marked actions out too, so they stand by themselves.
            Self::EnterpriseProject(_) => vec![
                (without(&statement.actions, OUTSIDE_ENTERPRISE_PROJECTS.iter()), None),
                (Choice::any_of(chosen(&statement.actions, &IDENTITY_ON_ENTERPRISE_PROJECTS)), None),
            ],
        };
        let is_some = |(actions, _): &(Choice<Pattern>, Option<&str>)| !actions.any_of.is_empty();
        parts
            .into_iter()
            .filter(is_some)
            .map(|(actions, words)| self.lay_over(statement, actions, words))
            .collect()
    }

    fn lay_over(self, statement: &Statement, actions: Choice<Pattern>, words: Option<&str>) -> Statement {
        let mut narrowed = Statement {
            actions: Arc::new(actions),
            condition: crate::access::both(statement.condition.as_deref(), words),
            ..statement.clone()
        };
        let place = match self {
            Self::Project(id) => Some(("project", id)),
            Self::EnterpriseProject(id) => Some(("enterprise_project", id)),
            Self::Global | Self::AllProjects => None,
        };
        if let Some((name, id)) = place {
            let lies = |resource: &mut Resource| {
                resource.0.insert(attribute(name), vec![Pattern::literal(id)]);
            };
            Arc::make_mut(&mut narrowed.resources).any_of.iter_mut().for_each(lies);
        }
        narrowed
    }
}

/// Splits an action pattern into its service and the rest. Every action has three parts.
fn service(pattern: &Pattern) -> (Pattern, String) {
    let text = pattern.to_string();
    let (service, rest) = text.split_once(':').unwrap_or((&text, "*:*"));
    (Pattern::parse(&service.to_lowercase()), rest.to_owned())
}

/// Returns what a choice has of some services.
fn only(actions: &Choice<Pattern>, services: &[&str]) -> Choice<Pattern> {
    let of_services = |pattern: &Pattern| {
        let (mine, rest) = service(pattern);
        let matching: Vec<Pattern> = services
            .iter()
            .filter(|service| mine.matches(service))
            .map(|service| super::action(&format!("{service}:{rest}")))
            .collect();
        matching
    };
    Choice { any_of: actions.any_of.iter().flat_map(of_services).collect(), except: actions.except.clone() }
}

/// Returns what a choice has beside some services.
fn without<'s>(
    actions: &Choice<Pattern>,
    services: impl Iterator<Item = &'s &'s str> + Clone,
) -> Choice<Pattern> {
    let any_of: Vec<Pattern> = actions
        .any_of
        .iter()
        .filter(|pattern| {
            let (mine, _) = service(pattern);
            !mine.is_literal() || !services.clone().any(|service| mine.matches(service))
        })
        .cloned()
        .collect();
    let is_met = |service: &&&str| any_of.iter().any(|pattern| self::service(pattern).0.matches(service));
    let taken = services.clone().filter(is_met).map(|service| Pattern::parse(&format!("{service}:*:*")));
    let except = actions.except.iter().cloned().chain(taken).collect();
    Choice { any_of, except }
}

/// Returns those of some actions that a choice has.
fn chosen(actions: &Choice<Pattern>, names: &[&str]) -> Vec<Pattern> {
    let names = names.iter().map(|name| super::action(name));
    names.filter(|name| actions.extent(name) == crate::Extent::Whole).collect()
}
