//! Users, their keys, passwords and devices, and groups: version 5.

use super::call::{Call, Outcome, found, one, whole};
use super::reply::Refusal;
use crate::huawei::world::{Object, User};

fn user_of<'w>(call: &Call<'w>, id: &str) -> Result<&'w User, Refusal> {
    found(call.world.users.with_id(id), &format!("user {id}"))
}

pub(super) fn users(call: &Call<'_>) -> Outcome {
    call.needs("iam:users:listUsersV5")?;
    // Known to the newest SDK, not to the reference.
    call.unsimulated(&["access_key_id"])?;
    let world = call.world;
    let Some(group) = call.query().text("group_id") else {
        return call.marked("users", world.users.iter(), |user| &user.object);
    };
    let group = found(world.groups.with_id(group), &format!("group {group}"))?;
    let members = group.members.iter().filter_map(|id| world.users.with_id(id));
    call.marked("users", members, |user| &user.object)
}

pub(super) fn user(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:users:getUserV5")?;
    one("user", &user_of(call, id)?.detail())
}

pub(super) fn tags(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam::listTagsForResourceV5")?;
    whole("tags", &user_of(call, id)?.tags)
}

pub(super) fn last_login(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:users:showUserLastLoginV5")?;
    one("user_last_login", &user_of(call, id)?.last_login())
}

/// A user without a password has no profile.
pub(super) fn login_profile(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:users:showLoginProfileV5")?;
    let profile = user_of(call, id)?.login_profile.as_ref();
    one("login_profile", found(profile, &format!("the login profile of user {id}"))?)
}

pub(super) fn access_keys(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:credentials:listCredentialsV5")?;
    call.marked("access_keys", user_of(call, id)?.access_keys.iter(), |key| &key.object)
}

pub(super) fn last_used(call: &Call<'_>, id: &str, key: &str) -> Outcome {
    call.needs("iam:credentials:showAccessKeyLastUsedV5")?;
    let key = user_of(call, id)?.access_keys.iter().find(|each| each.id() == key);
    one("access_key_last_used", &found(key, "the access key")?.last_used())
}

pub(super) fn mfa_devices(call: &Call<'_>) -> Outcome {
    call.needs("iam:mfa:listMFADevicesV5")?;
    let of = call.query().text("user_id");
    let devices = call.world.mfa_devices.iter();
    let devices = devices.filter(|device| of.is_none_or(|user| device.text("user_id") == user));
    call.marked("mfa_devices", devices, Object::clone)
}

pub(super) fn groups(call: &Call<'_>) -> Outcome {
    call.needs("iam:groups:listGroupsV5")?;
    let of = call.query().text("user_id");
    let groups = call.world.groups.iter();
    let groups =
        groups.filter(|group| of.is_none_or(|user| group.members.iter().any(|member| member == user)));
    call.marked("groups", groups, |group| &group.object)
}

pub(super) fn groups_summary(call: &Call<'_>) -> Outcome {
    // The reference takes the action of the plain list for probable.
    call.needs("iam:groups:listGroupsV5")?;
    let of = call.query().text("user_id");
    let groups = call.world.groups.iter();
    let groups =
        groups.filter(|group| of.is_none_or(|user| group.members.iter().any(|member| member == user)));
    call.marked("groups", groups, crate::huawei::world::Group::summary)
}

pub(super) fn group(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:groups:getGroupV5")?;
    one("group", &found(call.world.groups.with_id(id), &format!("group {id}"))?.object)
}
