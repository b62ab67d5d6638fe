//! Identity policies, their versions, and to whom they are attached: version 5.

use serde_json::{Value, json};

use super::call::{Call, Outcome, found, one};
use super::reply::{Answer, Family, Refusal};
use crate::huawei::world::{Entity, Policy};

fn policy_of<'w>(call: &Call<'w>, id: &str) -> Result<&'w Policy, Refusal> {
    found(call.world.policies.with_id(id), &format!("policy {id}"))
}

pub(super) fn policies(call: &Call<'_>) -> Outcome {
    call.needs("iam:policies:listV5")?;
    let query = call.query();
    let kind = query.one_of("policy_type", &["custom", "system"])?;
    let only_attached = query.flag("only_attached")?;
    let prefix = query.text("path_prefix").unwrap_or_default();
    let attachments = &call.world.attachments;
    let policies = call.world.policies.iter().filter(|policy| {
        kind.is_none_or(|kind| policy.object.text("policy_type") == kind)
            && policy.object.text("path").starts_with(prefix)
            && !(only_attached && attachments.of_policy(policy.object.text("policy_id")).is_empty())
    });
    call.marked("policies", policies, |policy| call.world.policy_shown(policy, call.request.is_english()))
}

pub(super) fn policy(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:policies:getV5")?;
    one("policy", &call.world.policy_shown(policy_of(call, id)?, call.request.is_english()))
}

pub(super) fn versions(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:policies:listVersionsV5")?;
    call.marked("versions", policy_of(call, id)?.versions.iter(), |version| version)
}

pub(super) fn version(call: &Call<'_>, id: &str, version: &str) -> Outcome {
    call.needs("iam:policies:getVersionV5")?;
    let versions = &policy_of(call, id)?.versions;
    let wanted = versions.iter().find(|each| each.text("version_id") == version);
    one("policy_version", found(wanted, &format!("version {version}"))?)
}

/// Three lists share one page.
pub(super) fn entities(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:policies:listEntitiesV5")?;
    policy_of(call, id)?;
    let kind = call.query().one_of("entity_type", &["user", "group", "agency"])?;
    let name = |entity: &Entity| match entity {
        Entity::User(_) => "user",
        Entity::Group(_) => "group",
        Entity::Agency(_) => "agency",
    };
    let attachments = call.world.attachments.of_policy(id).iter();
    let wanted = attachments.filter(|each| kind.is_none_or(|kind| name(&each.entity) == kind));
    let page = call.marked_page(wanted, 1..=200, 100)?;
    let of = |kind: &str| -> Vec<Value> {
        let items = page.items.iter().filter(|each| name(&each.entity) == kind);
        items.map(|each| each.shown_by_policy().to_value()).collect()
    };
    let body = json!({
        "policy_users": of("user"), "policy_groups": of("group"), "policy_agencies": of("agency"),
        "page_info": call.page_info(&page),
    });
    Ok(Answer::ok(&body).of_family(Family::Marker))
}

pub(super) fn of_user(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:users:listAttachedPoliciesV5")?;
    found(call.world.users.with_id(id), &format!("user {id}"))?;
    attached(call, &Entity::User(id.to_owned()))
}

pub(super) fn of_group(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:groups:listAttachedPoliciesV5")?;
    found(call.world.groups.with_id(id), &format!("group {id}"))?;
    attached(call, &Entity::Group(id.to_owned()))
}

pub(super) fn of_agency(call: &Call<'_>, id: &str) -> Outcome {
    call.needs("iam:agencies:listAttachedPoliciesV5")?;
    found(call.world.agencies.with_id(id), &format!("agency {id}"))?;
    attached(call, &Entity::Agency(id.to_owned()))
}

fn attached(call: &Call<'_>, entity: &Entity) -> Outcome {
    let attachments = call.world.attachments.of(entity).iter();
    call.marked("attached_policies", attachments, |attachment| call.world.attached_policy(attachment))
}
