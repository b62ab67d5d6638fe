//! Huawei Cloud, as everything of access asks for it.

use model::{State, Table};

use super::{access_at, ends, inventory, question, t};
use crate::{Question, SensitivePermission, clouds::CloudAccess};

pub(crate) static CLOUD: CloudAccess = CloudAccess {
    build: access_at,
    ends,
    inventory,
    question: asked,
    // Policies may name any action, and no list says which there are.
    unknown_action: |_, _| None,
    // Where no policy names an action, nobody holds it, which may be just what a permission is to guard.
    impossible_action: |_, _| None,
    lists_actions: false,
    is_action: |action| action.contains(':') || action.chars().all(|each| matches!(each, '*' | '?')),
    action_form: "service:thing:verb, as in `iam:users:createUserV5`",
    permissions: include_str!("../../permissions/huawei.toml"),
    principals: &[(&t::USERS, "user_id"), (&t::AGENCIES, "agency_id")],
    people: &[
        ("group", &[(&t::GROUPS, "group_id"), (&t::GROUPS, "name")]),
        ("user", &[(&t::USERS, "user_id"), (&t::USERS, "name")]),
        ("agency", &[(&t::AGENCIES, "agency_id"), (&t::AGENCIES, "name")]),
    ],
    credentials: &[&t::ACCESS_KEYS, &t::LOGIN_PROFILES],
    naming: &[&t::ENTERPRISE_PROJECTS, &t::PROJECTS],
    restricting: &[&t::ACCESS_CONTROLS, &t::CLASSIC_AGENCIES, &t::SAML_PROVIDERS],
    allowing: &[&t::GROUPS, &t::GROUP_MEMBERS],
    hiding,
};

/// Takes the statements that deny, and the bounds of an organisation.
fn hiding(_: &SensitivePermission) -> Vec<&'static Table> {
    vec![
        &t::GROUP_MEMBERS,
        &t::POLICIES,
        &t::POLICY_VERSIONS,
        &t::POLICY_STATEMENTS,
        &t::POLICY_ATTACHMENTS,
        &t::ROLES,
        &t::ROLE_ASSIGNMENTS,
        &t::ACCOUNTS,
        &t::ORGANIZATIONS,
        &t::ORGANIZATION_ENTITIES,
        &t::SCPS,
        &t::SCP_ATTACHMENTS,
    ]
}

fn asked(_: &State, action: &str, resource: Option<&str>) -> Result<Question, String> {
    match resource.filter(|resource| !is_urn(resource)) {
        Some(resource) => Err(format!(
            "`{resource}` is no URN; write it as service:region:account:type:path, as in obs:*:*:bucket:payroll"
        )),
        None => Ok(question(action, resource)),
    }
}

/// Returns whether a text has the five parts of a URN, or is one of a classic role, or means anything.
fn is_urn(text: &str) -> bool {
    text == "*" || text.starts_with('/') || text.matches(':').count() >= 4
}
