//! The account, projects, users and groups of version 3.

use serde_json::{Map, json};

use super::call::{Call, Numbering, Outcome, fields, found, listed, one, whole};
use super::reply::Answer;
use crate::huawei::world::{Object, User};

const PROJECTS: Numbering = Numbering { most: 5_000, usual: usize::MAX, total: None, is_linked: true };

/// With the links that lists of `/v3` have.
fn linked<S: serde::Serialize>(call: &Call<'_>, name: &str, items: &[S]) -> Outcome {
    let path = &call.request.path;
    let links = json!({"links": {"self": path, "next": null, "previous": null}});
    Ok(listed(name, items, fields(links)))
}

/// The account of the caller, which may be another than the one that is simulated.
pub(super) fn domains(call: &Call<'_>) -> Outcome {
    if let Some(account) = call.other_account() {
        let domain = json!({
            "id": account, "name": "outside", "description": "", "enabled": true,
            "links": {"self": format!("https://iam.myhuaweicloud.com/v3/domains/{account}")},
        });
        return linked(call, "domains", &[domain]);
    }
    call.needs("iam:users:getUser")?;
    linked(call, "domains", &[&call.world.domain])
}

pub(super) fn projects(call: &Call<'_>) -> Outcome {
    let action = "iam:projects:listProjects";
    let query = call.query();
    if let Some(account) = call.other_account() {
        return projects_elsewhere(call, account, action);
    }
    call.needs(action)?;
    if let Some(account) = query.text("domain_id") {
        call.own_account(account, action)?;
    }
    call.unsimulated(&["is_domain"])?;
    let (name, parent) = (query.text("name"), query.text("parent_id"));
    let enabled = query.text("enabled").map(|_| query.flag("enabled")).transpose()?;
    let wanted = |project: &&Object| {
        name.is_none_or(|name| project.text("name") == name)
            && parent.is_none_or(|parent| project.text("parent_id") == parent)
            && enabled.is_none_or(|enabled| project.get("enabled") == Some(&enabled.into()))
    };
    let projects: Vec<&Object> = call.world.projects.iter().filter(wanted).collect();
    call.numbered("projects", &projects, &PROJECTS, |project| (*project).clone())
}

/// The projects that another account has of itself: one for each region.
fn projects_elsewhere(call: &Call<'_>, account: &str, action: &str) -> Outcome {
    let query = call.query();
    if query.text("domain_id").is_some_and(|asked| asked != account) {
        return Err(call.denied(action));
    }
    call.unsimulated(&["is_domain", "parent_id", "enabled"])?;
    let regions = call.world.regions.iter().map(|region| region.text("id")).zip(1..);
    let wanted = regions.filter(|(region, _)| query.text("name").is_none_or(|name| name == *region));
    let projects: Vec<Object> = wanted
        .map(|(region, number)| {
            Object::new(json!({
                "id": format!("{number:032x}"), "name": region, "domain_id": account, "parent_id": account,
                "enabled": true, "is_domain": false, "description": "", "links": {"self": ""},
            }))
        })
        .collect();
    call.numbered("projects", &projects, &PROJECTS, Object::clone)
}

pub(super) fn regions(call: &Call<'_>) -> Outcome {
    linked(call, "regions", &call.world.regions)
}

pub(super) fn users(call: &Call<'_>) -> Outcome {
    let action = "iam:users:listUsers";
    call.needs(action)?;
    if let Some(account) = call.query().text("domain_id") {
        call.own_account(account, action)?;
    }
    call.unsimulated(&["password_expires_at"])?;
    let (query, name) = (call.query(), call.query().text("name"));
    // The SDK says that only enabled users are shown unless the others are asked for.
    let enabled = query.text("enabled").map_or(Ok(true), |_| query.flag("enabled"))?;
    let users = call.world.users.iter().filter(|user| user.is_enabled() == enabled);
    shown_users(call, users.filter(|user| name.is_none_or(|name| user.name() == name)))
}

fn shown_users<'w>(call: &Call<'w>, users: impl Iterator<Item = &'w User>) -> Outcome {
    let users: Vec<Object> = users.map(|user| user.classic_listed(call.world.account_id())).collect();
    linked(call, "users", &users)
}

pub(super) fn user(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:users:getUser")?;
    let user = found(call.world.users.with_id(id), &format!("user {id}"))?;
    one("user", &user.classic_shown(call.world.account_id()))
}

/// A user in the form of the list.
pub(super) fn listed_user(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:users:getUser")?;
    let user = found(call.world.users.with_id(id), &format!("user {id}"))?;
    one("user", &user.classic_named(call.world.account_id()))
}

pub(super) fn groups(call: &Call<'_>) -> Outcome {
    let action = "iam:groups:listGroups";
    call.needs(action)?;
    if let Some(account) = call.query().text("domain_id") {
        call.own_account(account, action)?;
    }
    let name = call.query().text("name");
    let groups = call.world.groups.iter().filter(|group| name.is_none_or(|name| group.name() == name));
    let groups: Vec<Object> = groups.map(|group| group.classic_listed(call.world.account_id())).collect();
    linked(call, "groups", &groups)
}

pub(super) fn groups_of(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:groups:listGroupsForUser")?;
    found(call.world.users.with_id(id), &format!("user {id}"))?;
    let groups = call.world.groups_of(id);
    let groups: Vec<Object> = groups.map(|group| group.classic_listed(call.world.account_id())).collect();
    linked(call, "groups", &groups)
}

pub(super) fn users_of(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:users:listUsersForGroup")?;
    let group = found(call.world.groups.with_id(id), &format!("group {id}"))?;
    shown_users(call, group.members.iter().filter_map(|member| call.world.users.with_id(member)))
}

/// Users without protection are left out.
pub(super) fn login_protects(call: &Call<'_>) -> Outcome {
    call.needs("iam:users:listUserLoginProtects")?;
    let protects: Vec<&Object> =
        call.world.users.iter().filter_map(|user| user.login_protect.as_ref()).collect();
    whole("login_protects", &protects)
}

pub(super) fn login_protect(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:users:getUserLoginProtect")?;
    let user = found(call.world.users.with_id(id), &format!("user {id}"))?;
    one("login_protect", found(user.login_protect.as_ref(), "the login protection")?)
}

pub(super) fn virtual_mfa_devices(call: &Call<'_>) -> Outcome {
    call.needs("iam:mfa:listVirtualMFADevices")?;
    whole("virtual_mfa_devices", &call.world.virtual_mfa_devices().collect::<Vec<_>>())
}

/// The device that is bound to a user.
pub(super) fn virtual_mfa_device(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:mfa:getVirtualMFADevice")?;
    found(call.world.users.with_id(id), &format!("user {id}"))?;
    let device = call.world.virtual_mfa_devices().find(|device| device.text("user_id") == id);
    one("virtual_mfa_device", &found(device, "the virtual MFA device")?)
}

pub(super) fn credentials(call: &Call<'_>) -> Outcome {
    call.needs("iam:credentials:listCredentials")?;
    let of = call.query().text("user_id");
    let users = call.world.users.iter();
    let users = users.filter(|user| of.is_none_or(|id| user.object.text("user_id") == id));
    let keys = users.flat_map(|user| &user.access_keys);
    whole("credentials", &keys.map(|key| key.classic_listed()).collect::<Vec<_>>())
}

pub(super) fn credential(call: &Call<'_>, key: &str) -> Outcome {
    call.needs("iam:credentials:getCredential")?;
    let mut keys = call.world.users.iter().flat_map(|user| &user.access_keys);
    let key = found(keys.find(|each| each.id() == key), "the access key")?;
    let mut body = Map::new();
    body.insert("credential".to_owned(), key.classic_shown().to_value());
    Ok(Answer::ok(&body))
}
