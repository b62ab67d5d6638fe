//! Which path is served on which host. Any other pair is 404, so that a wrong host is noticed.

use super::call::{Call, Outcome};
use super::policies::Version;
use super::reply::Refusal;
use super::request::Host;
use super::{groups, identities, policies, roles, surroundings, users};

pub(super) fn answer(call: &Call<'_>) -> Outcome {
    let segments: Vec<&str> = call.request.segments.iter().map(String::as_str).collect();
    let path = segments.as_slice();
    match call.request.host {
        Host::Iam => iam(call, path),
        Host::UserManagement => match path {
            ["v2", "accounts", account, "users"] => users::users(call, account),
            ["v2", "accounts", account, "users", iam_id] => users::user(call, account, iam_id),
            ["v2", "accounts", account, "users", iam_id, "settings"] => {
                users::settings(call, account, iam_id)
            }
            _ => nothing(call),
        },
        Host::Accounts => match path {
            ["v4", "accounts", account] => surroundings::account(call, account),
            _ => nothing(call),
        },
        Host::ResourceController => match path {
            ["v2", "resource_groups"] => surroundings::resource_groups(call),
            ["v2", "resource_groups", id] => surroundings::resource_group(call, id),
            ["v2", "resource_instances"] => surroundings::instances(call),
            ["v2", "resource_instances", id] => surroundings::instance(call, id),
            _ => nothing(call),
        },
        Host::Cbr => match path {
            ["v1", "zones"] => surroundings::zones(call),
            ["v1", "zones", id] => surroundings::zone(call, id),
            ["v1", "rules"] => surroundings::restrictions(call),
            ["v1", "rules", id] => surroundings::restriction(call, id),
            ["v1", "account_settings", account] => surroundings::restriction_settings(call, account),
            _ => nothing(call),
        },
        Host::Enterprise => match path {
            ["v1", "enterprises" | "account-groups" | "accounts"] => surroundings::enterprise(call),
            _ => nothing(call),
        },
    }
}

fn iam(call: &Call<'_>, path: &[&str]) -> Outcome {
    match path {
        ["identity", "keys"] => identities::signing_keys(),
        ["v1", "serviceids"] => identities::service_ids(call),
        ["v1", "serviceids", id] => identities::service_id(call, id),
        ["v1", "serviceid_groups"] => identities::service_id_groups(call),
        ["v1", "apikeys"] => identities::api_keys(call),
        ["v1", "apikeys", "details"] => identities::api_key_details(call),
        ["v1", "apikeys", id] => identities::api_key(call, id),
        ["v1", "profiles"] => identities::profiles(call),
        ["v1", "profiles", id] => identities::profile(call, id),
        ["v1", "profiles", id, "rules"] => identities::profile_rules(call, id),
        ["v1", "profiles", id, "links"] => identities::profile_links(call, id),
        ["v1", "profiles", id, "identities"] => identities::profile_identities(call, id),
        ["v1", "accounts", account, "settings", "identity"] => identities::settings(call, account),
        ["v1", "accounts", account, "effective_settings", "identity"] => {
            identities::effective_settings(call, account)
        }
        ["v1", "accounts", account, "settings", "access_management"] => {
            policies::access_settings(call, account)
        }
        ["v1", "activity", "accounts", account, "report", reference] => {
            identities::inactivity(call, account, reference)
        }
        ["v1", "policies"] => policies::policies(call, Version::V1),
        ["v1", "policies", id] => policies::policy(call, id, Version::V1),
        ["v2", "policies"] => policies::policies(call, Version::V2),
        ["v2", "policies", id] => policies::policy(call, id, Version::V2),
        ["v2", "roles"] => roles::roles(call),
        ["v2", "roles", id] => roles::role(call, id),
        ["v2", "groups"] => groups::groups(call),
        ["v2", "groups", "settings"] => groups::settings(call),
        ["v2", "groups", id] => groups::group(call, id),
        ["v2", "groups", id, "members"] => groups::members(call, id),
        ["v2", "groups", id, "members", iam_id] => groups::membership(call, id, iam_id),
        ["v2", "groups", id, "rules"] => groups::rules(call, id),
        _ => nothing(call),
    }
}

fn nothing(call: &Call<'_>) -> Outcome {
    Err(Refusal::unknown(&format!("path {} on host {}", call.request.path, call.request.host.name())))
}
