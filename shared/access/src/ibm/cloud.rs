//! IBM Cloud, as everything of access asks for it.

use model::{Lists, State, Table, Trust};

use super::{access_at, ends, inventory, question, t, unknown_action};
use crate::{
    SensitivePermission,
    clouds::{CloudAccess, NamingColumn},
};

pub(crate) static CLOUD: CloudAccess = CloudAccess {
    build: access_at,
    ends,
    inventory,
    question,
    unknown_action,
    impossible_action,
    lists_actions: true,
    is_action: |action| !action.contains(':'),
    action_form: "service.thing.verb, as in `iam-identity.apikey.create`",
    permissions: include_str!("../../permissions/ibm.toml"),
    principals: &[(&t::USERS, "iam_id"), (&t::SERVICE_IDS, "iam_id"), (&t::PROFILES, "iam_id")],
    people: &[
        (
            "access group",
            &[(&t::ACCESS_GROUPS, "id"), (&t::ACCESS_GROUPS, "name"), (&t::POLICY_SUBJECTS, "value")],
        ),
        ("user", &USER),
        ("service ID", &[(&t::SERVICE_IDS, "iam_id"), (&t::SERVICE_IDS, "name")]),
        ("trusted profile", &[(&t::PROFILES, "iam_id"), (&t::PROFILES, "name")]),
    ],
    credentials: &[&t::API_KEYS],
    naming: &[&t::CBR_ZONES, &t::RESOURCE_GROUPS],
    restricting: &[&t::CBR_RULES, &t::CBR_RULE_CONTEXTS, &t::CBR_RULE_OPERATIONS, &t::CBR_RULE_RESOURCES],
    allowing: &[&t::ACCESS_GROUPS, &t::MEMBERS],
    hiding,
};

const USER: [NamingColumn; 6] = [
    (&t::USERS, "iam_id"),
    (&t::USERS, "user_id"),
    (&t::ACCOUNTS, "owner_iam_id"),
    (&t::ACCOUNTS, "owner_user_id"),
    (&t::MEMBERS, "iam_id"),
    (&t::POLICY_SUBJECTS, "value"),
];

/// Takes the owner, a closed public group, and the actions that all of a pattern stands for.
fn hiding(permission: &SensitivePermission) -> Vec<&'static Table> {
    let has_pattern = permission.actions.iter().any(|action| action.contains(['*', '?']));
    let of_patterns: &[&'static Table] =
        if has_pattern { &[&t::ROLES, &t::ROLE_ACTIONS, &t::CUSTOM_ROLES] } else { &[] };
    [&t::ACCOUNTS, &t::GROUP_SETTINGS].into_iter().chain(of_patterns.iter().copied()).collect()
}

/// Looks whether the roles of the service were all listed, and none has the action.
fn impossible_action(state: &State, action: &str) -> Option<String> {
    let alike = unknown_action(state, action)?;
    let (service, _) = action.split_once('.')?;
    let lists = Lists::of(state);
    // The actions of a service that no policy names are not listed, so that one of them proves nothing.
    let mut rows = state.rows(&t::ROLE_ACTIONS).iter();
    let is_listed = lists.part(t::ROLES.listing, service) == Some(Trust::Whole)
        && rows.any(|row| t::ROLE_ACTIONS.text(row, "service_name") == Some(service));
    if lists.whole(t::CUSTOM_ROLES.listing) != Trust::Whole || !is_listed {
        return None;
    }
    let alike: Vec<String> = alike.into_iter().map(|action| format!("`{action}`")).collect();
    let meant = if alike.is_empty() {
        "write it as the roles of that service do".to_owned()
    } else {
        format!("did you mean {}?", alike.join(" or "))
    };
    Some(format!("no role of `{service}` has it; {meant}"))
}
