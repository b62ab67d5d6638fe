//! What a classic role opens in the scope that it is granted in, and what that lets its holder become.

use model::{State, tables::huawei as t};

use super::{ACCOUNT, Tables};
use crate::{
    Verdict,
    huawei::{access, question},
};

/// A user with one statement of a classic role in a scope, and an agency that trusts the account.
fn state(scope: (&str, &str), effect: &str, pattern: &str) -> State {
    let mut rows = Tables::default();
    rows.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", ACCOUNT));
    rows.add(&t::USERS, t::USERS.draft().set("user_id", "u0").set("name", "u0").set("enabled", true));
    rows.add(&t::ROLES, t::ROLES.draft().set("id", "r").set("name", "r"));
    rows.add(
        &t::ROLE_STATEMENTS,
        t::ROLE_STATEMENTS.draft().set("role_id", "r").set("statement", "0").set("effect", effect),
    );
    let action = t::ROLE_ACTIONS.draft().set("role_id", "r").set("statement", "0").set("position", 0);
    rows.add(&t::ROLE_ACTIONS, action.set("is_except", false).set("pattern", pattern));
    let grant =
        t::ROLE_ASSIGNMENTS.draft().set("subject_type", "user").set("subject_id", "u0").set("role_id", "r");
    rows.add(&t::ROLE_ASSIGNMENTS, grant.set("scope_type", scope.0).set("scope_id", scope.1));
    let urn = format!("iam::{ACCOUNT}:agency:ops");
    let agency =
        t::AGENCIES.draft().set("agency_id", "a1").set("name", "ops").set("kind", "trust").set("urn", &urn);
    rows.add(&t::AGENCIES, agency);
    rows.add(
        &t::TRUST_STATEMENTS,
        t::TRUST_STATEMENTS.draft().set("agency_id", "a1").set("statement", "0").set("effect", "Allow"),
    );
    let action = t::TRUST_ACTIONS.draft().set("agency_id", "a1").set("statement", "0").set("position", 0);
    rows.add(&t::TRUST_ACTIONS, action.set("is_except", false).set("pattern", "sts:agencies:assume"));
    let root = format!("iam::{ACCOUNT}:root");
    let principal =
        t::TRUST_PRINCIPALS.draft().set("agency_id", "a1").set("statement", "0").set("position", 0);
    rows.add(
        &t::TRUST_PRINCIPALS,
        principal.set("is_except", false).set("type", "IAM").set("pattern", &root),
    );
    rows.state()
}

/// Returns how `u0` may do an action, with what it depends on.
fn may(state: &State, action: &str) -> Option<(Verdict, Option<String>)> {
    let answers = access(state).who_can(&question(action, None));
    let of_user = answers.into_iter().find(|answer| answer.principal.step.id == "u0");
    of_user.map(|answer| (answer.verdict, answer.condition))
}

fn becomes_agency(state: &State) -> bool {
    let access = access(state);
    let number = |id: &str| access.principal_with(id).expect("is there");
    access.assumptions().any(|each| (each.from, each.to) == (number("u0"), number("a1")))
}

const EVERYTHING: &str = "*:*:*";

#[test]
fn a_grant_on_a_project_gives_no_identity_action_and_no_agency() {
    for scope in [("project", "p1"), ("enterprise_project", "e1")] {
        for pattern in [EVERYTHING, "*", "iam:*:*", "sts:agencies:assume", "s*:*:*"] {
            let state = state(scope, "Allow", pattern);
            assert!(!becomes_agency(&state), "{scope:?} {pattern}");
            for action in ["iam:users:createUserV5", "sts:agencies:assume", "organizations:policies:detach"] {
                assert_eq!(may(&state, action), None, "{scope:?} {pattern} {action}");
            }
        }
        let state = state(scope, "Allow", EVERYTHING);
        assert!(may(&state, "ecs:servers:delete").is_some());
    }
}

#[test]
fn a_grant_on_all_projects_gives_both() {
    let state = state(("all_projects", ""), "Allow", EVERYTHING);
    assert!(becomes_agency(&state));
    for action in ["iam:users:createUserV5", "ecs:servers:delete"] {
        assert_eq!(may(&state, action), Some((Verdict::Surely, None)), "{action}");
    }
}

#[test]
fn a_grant_for_global_services_opens_no_regional_one() {
    for pattern in [EVERYTHING, "ecs:*:*", "e*:*:*"] {
        assert_eq!(
            may(&state(("domain", ACCOUNT), "Allow", pattern), "ecs:servers:delete"),
            None,
            "{pattern}"
        );
    }
    let state = state(("domain", ACCOUNT), "Allow", EVERYTHING);
    assert!(becomes_agency(&state));
    assert_eq!(may(&state, "obs:bucket:deleteBucket"), Some((Verdict::Surely, None)));
    let (verdict, words) = may(&state, "newservice:things:delete").expect("it may be a global one");
    assert_eq!((verdict, words.as_deref()), (Verdict::Conditional, Some("the service is a global one")));
}

#[test]
fn what_enterprise_projects_know_of_identities_is_given_on_them() {
    let state = state(("enterprise_project", "e1"), "Allow", "iam:permissions:*");
    assert!(may(&state, "iam:permissions:grantRoleToGroupOnEnterpriseProject").is_some());
    assert_eq!(may(&state, "iam:permissions:grantRoleToGroup"), None);
}

#[test]
fn the_service_of_a_resource_is_compared_without_regard_to_case() {
    let asked = |urn| question("obs:bucket:deleteBucket", Some(urn)).resource;
    assert_eq!(asked("OBS:*:*:bucket:Pay"), asked("obs:*:*:bucket:Pay"));
    assert_ne!(asked("obs:*:*:bucket:Pay"), asked("obs:*:*:bucket:pay"));
}

#[test]
fn an_action_is_compared_without_regard_to_case_and_shown_as_it_is_written() {
    use crate::huawei::{action, scopes::RoleScope};
    let written = action("ECS:CloudServers:deleteServers");
    assert_eq!(written, action("ecs:cloudservers:deleteservers"));
    assert!(written.covers(&action("ecs:CloudServers:DELETESERVERS")));
    assert_eq!(written.to_string(), "ECS:CloudServers:deleteServers");
    assert_eq!(serde_json::to_value(&written).unwrap(), "ECS:CloudServers:deleteServers");
    // What is left of it in a scope is still in the cloud's words.
    let statement = crate::Statement {
        actions: std::sync::Arc::new(crate::Choice::any_of(vec![action("IAM:users:createUser")])),
        ..crate::bounds::everything()
    };
    let left = RoleScope::parse("domain", "").narrow(&statement);
    assert_eq!(left[0].actions.any_of[0].to_string(), "iam:users:createUser");
}
