//! Which path is served on which host. Any other pair is unknown to the gateway, so that a wrong host is
//! noticed.

use axum::http::Method;

use super::call::{Call, Outcome};
use super::reply::Refusal;
use super::request::Host;
use super::{
    agencies, classic_grants, classic_people, enterprise_projects, organizations, people, policies, settings,
};

pub(super) fn answer(call: &Call<'_>, path: &[&str]) -> Outcome {
    if call.request.method != Method::GET {
        return Err(Refusal::NoSuchPath);
    }
    match (call.request.host, path) {
        (Host::Iam, ["v5", path @ ..]) => current(call, path),
        (Host::Iam, ["v3", path @ ..]) => keystone(call, path),
        (Host::Iam, ["v3.0", path @ ..]) => classic(call, path),
        (Host::Organizations, ["v1", "organizations", path @ ..]) => organizations::answer(call, path),
        (Host::Eps, ["v1.0", "enterprise-projects"]) => enterprise_projects::list(call),
        _ => Err(Refusal::NoSuchPath),
    }
}

/// `/v5`.
fn current(call: &Call<'_>, path: &[&str]) -> Outcome {
    match path {
        ["users"] => people::users(call),
        ["users", id] => people::user(call, id),
        ["users", id, "last-login"] => people::last_login(call, id),
        ["users", id, "login-profile"] => people::login_profile(call, id),
        ["users", id, "access-keys"] => people::access_keys(call, id),
        ["users", id, "access-keys", key, "last-used"] => people::last_used(call, id, key),
        ["users", id, "attached-policies"] => policies::of_user(call, id),
        ["mfa-devices"] => people::mfa_devices(call),
        ["groups"] => people::groups(call),
        ["groups-summary"] => people::groups_summary(call),
        ["groups", id] => people::group(call, id),
        ["groups", id, "attached-policies"] => policies::of_group(call, id),
        ["policies"] => policies::policies(call),
        ["policies", id] => policies::policy(call, id),
        ["policies", id, "versions"] => policies::versions(call, id),
        ["policies", id, "versions", version] => policies::version(call, id, version),
        ["policies", id, "attached-entities"] => policies::entities(call, id),
        ["agencies"] => agencies::agencies(call),
        ["agencies", id] => agencies::agency(call, id),
        ["agencies", id, "attached-policies"] => policies::of_agency(call, id),
        ["saml-providers"] => agencies::saml_providers(call),
        ["saml-providers", id] => agencies::saml_provider(call, id),
        ["oidc-providers"] => agencies::oidc_providers(call),
        ["oidc-providers", id] => agencies::oidc_provider(call, id),
        ["user", id, "tags"] => people::tags(call, id),
        ["agency", id, "tags"] => agencies::tags(call, id),
        _ => settings::current(call, path),
    }
}

/// `/v3`.
fn keystone(call: &Call<'_>, path: &[&str]) -> Outcome {
    match path {
        ["auth", "domains"] => classic_people::domains(call),
        ["auth", "projects"] | ["projects"] => classic_people::projects(call),
        ["regions"] => classic_people::regions(call),
        ["users"] => classic_people::users(call),
        ["users", id] => classic_people::listed_user(call, id),
        ["users", id, "groups"] => classic_people::groups_of(call, id),
        ["groups"] => classic_people::groups(call),
        ["groups", id, "users"] => classic_people::users_of(call, id),
        ["roles"] => classic_grants::roles(call),
        ["roles", id] => classic_grants::role(call, id),
        ["OS-FEDERATION", "identity_providers"] => classic_grants::identity_providers(call),
        ["OS-FEDERATION", "identity_providers", id, "protocols"] => classic_grants::protocols(call, id),
        ["OS-FEDERATION", "mappings"] => classic_grants::mappings(call),
        _ => Err(Refusal::NoSuchPath),
    }
}

/// `/v3.0`.
fn classic(call: &Call<'_>, path: &[&str]) -> Outcome {
    match path {
        ["OS-USER", "users", id] => classic_people::user(call, id),
        ["OS-USER", "login-protects"] => classic_people::login_protects(call),
        ["OS-USER", "users", id, "login-protect"] => classic_people::login_protect(call, id),
        ["OS-MFA", "virtual-mfa-devices"] => classic_people::virtual_mfa_devices(call),
        ["OS-MFA", "users", id, "virtual-mfa-device"] => classic_people::virtual_mfa_device(call, id),
        ["OS-CREDENTIAL", "credentials"] => classic_people::credentials(call),
        ["OS-CREDENTIAL", "credentials", key] => classic_people::credential(call, key),
        ["OS-ROLE", "roles"] => classic_grants::custom_roles(call),
        ["OS-ROLE", "roles", id] => classic_grants::custom_role(call, id),
        ["OS-PERMISSION", "role-assignments"] => classic_grants::assignments(call),
        ["OS-AGENCY", "agencies"] => classic_grants::agencies(call),
        ["OS-FEDERATION", "identity-providers", id, "openid-connect-config"] => {
            classic_grants::openid_connect(call, id)
        }
        ["OS-SECURITYPOLICY", "domains", account, policy] => settings::classic(call, account, policy),
        ["OS-QUOTA", "domains", account] => settings::quotas(call, account),
        _ => Err(Refusal::NoSuchPath),
    }
}
