//! IAM Identity: service IDs and their groups, API keys, trusted profiles. Family A.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::call::{Call, Outcome, Shown, fields, find};
use super::paging::Cursor;
use super::reply::{Answer, Refusal};
use crate::ibm::world::{ApiKey, KeyKind, Object, Profile};

/// Parameters of these lists that the simulator does not follow.
const UNSIMULATED: [&str; 3] = ["sort", "order", "filter"];

/// Where a list of this family begins. A token stands for the parameters it was made with, so only
/// a call without one must name its account.
fn start(call: &Call<'_>) -> Result<Cursor, Refusal> {
    call.unsimulated(&UNSIMULATED)?;
    let cursor = Cursor::of(call.request, "pagetoken")?;
    call.own_account(cursor.query.required("account_id")?)?;
    Ok(cursor)
}

/// The service ID group asked for; none is the default group.
fn group<'q>(call: &Call<'_>, cursor: &'q Cursor) -> Result<Option<&'q str>, Refusal> {
    let asked = cursor.query.text("group_id");
    if let Some(id) = asked {
        find(&call.world.service_id_groups, |group| group, "id", id)?;
    }
    Ok(asked)
}

pub(super) fn service_ids(call: &Call<'_>) -> Outcome {
    let cursor = start(call)?;
    let (group, name) = (group(call, &cursor)?, cursor.query.text("name"));
    let show_group = cursor.query.flag("show_group_id")?;
    call.next_url_list(
        "serviceids",
        &cursor,
        &call.world.service_ids,
        |id| {
            let visible =
                call.rights.platform_services_viewer || id.object.text("iam_id") == call.caller_iam_id;
            visible && id.group.as_deref() == group && name.is_none_or(|name| id.object.text("name") == name)
        },
        |id| {
            Shown::new(&id.object)
                .adding("group_id", id.group.as_ref().filter(|_| show_group).map(|id| json!(id)))
        },
    )
}

pub(super) fn service_id(call: &Call<'_>, id: &str) -> Outcome {
    let found = find(&call.world.service_ids, |id| &id.object, "id", id)?;
    call.needs(call.rights.platform_services_viewer || found.object.text("iam_id") == call.caller_iam_id)?;
    let show_group = call.query().flag("show_group_id")?;
    let group = found.group.as_ref().filter(|_| show_group).map(|id| json!(id));
    Ok(Answer::ok(&with_activity(call, &found.object, &found.activity)?.adding("group_id", group)))
}

pub(super) fn service_id_groups(call: &Call<'_>) -> Outcome {
    call.own_account(call.query().required("account_id")?)?;
    call.needs(call.rights.platform_services_viewer)?;
    call.whole_list("serviceid_groups", json!({}), &call.world.service_id_groups, |_| true, Shown::new)
}

pub(super) fn api_keys(call: &Call<'_>) -> Outcome {
    let cursor = start(call)?;
    let query = &cursor.query;
    let owner = query.text("iam_id");
    if owner.is_some_and(|id| !id.starts_with("iam-") && id != call.caller_iam_id) {
        return Err(Refusal::bad("`iam_id` of a user must be the identity of the token"));
    }
    let owner = match query.one_of("scope", &["entity", "account"])? {
        Some("account") => owner,
        _ => owner.or(Some(call.caller_iam_id)),
    };
    let kind = match query.one_of("type", &["user", "serviceid"])? {
        Some("user") => Some(KeyKind::User),
        Some(_) => Some(KeyKind::ServiceId),
        None => None,
    };
    let group = group(call, &cursor)?;
    call.next_url_list(
        "apikeys",
        &cursor,
        &call.world.api_keys,
        |key| {
            sees_key(call, key)
                && kind.is_none_or(|kind| key.kind == kind)
                && owner.is_none_or(|owner| key.object.text("iam_id") == owner)
                // The keys of users belong to no group.
                && (key.kind == KeyKind::User || owner.is_some() || key.group.as_deref() == group)
        },
        |key| Shown::new(&key.object),
    )
}

/// Without the right to review keys the list is shorter, not refused.
fn sees_key(call: &Call<'_>, key: &ApiKey) -> bool {
    call.rights.iam_identity_configuration_reader || key.object.text("iam_id") == call.caller_iam_id
}

pub(super) fn api_key(call: &Call<'_>, id: &str) -> Outcome {
    let found = find(&call.world.api_keys, |key| &key.object, "id", id)?;
    call.needs(sees_key(call, found))?;
    Ok(Answer::ok(&with_activity(call, &found.object, &found.activity)?))
}

pub(super) fn api_key_details(call: &Call<'_>) -> Outcome {
    let secret = call.request.iam_api_key.as_deref().ok_or_else(|| Refusal::missing("IAM-ApiKey"))?;
    let found = call.world.api_keys.iter().find(|key| key.secret == secret);
    let found = found.ok_or_else(|| Refusal::unknown("the API key"))?;
    Ok(Answer::ok(&Shown::new(&found.object)))
}

pub(super) fn profiles(call: &Call<'_>) -> Outcome {
    let cursor = start(call)?;
    let name = cursor.query.text("name");
    call.next_url_list(
        "profiles",
        &cursor,
        &call.world.profiles,
        |profile| sees_profile(call, profile) && name.is_none_or(|name| profile.object.text("name") == name),
        |profile| Shown::new(&profile.object),
    )
}

fn sees_profile(call: &Call<'_>, profile: &Profile) -> bool {
    call.rights.platform_services_viewer || profile.object.text("iam_id") == call.caller_iam_id
}

fn visible_profile<'a>(call: &Call<'a>, id: &str) -> Result<&'a Profile, Refusal> {
    let found = find(&call.world.profiles, |profile| &profile.object, "id", id)?;
    call.needs(sees_profile(call, found))?;
    Ok(found)
}

pub(super) fn profile(call: &Call<'_>, id: &str) -> Outcome {
    let found = visible_profile(call, id)?;
    Ok(Answer::ok(&with_activity(call, &found.object, &found.activity)?))
}

pub(super) fn profile_rules(call: &Call<'_>, id: &str) -> Outcome {
    call.whole_list(
        "rules",
        json!({ "context": {} }),
        &visible_profile(call, id)?.rules,
        |_| true,
        Shown::new,
    )
}

pub(super) fn profile_links(call: &Call<'_>, id: &str) -> Outcome {
    call.whole_list("links", json!({}), &visible_profile(call, id)?.links, |_| true, Shown::new)
}

pub(super) fn profile_identities(call: &Call<'_>, id: &str) -> Outcome {
    let around = json!({ "entity_tag": "1-simulated" });
    call.whole_list("identities", around, &visible_profile(call, id)?.identities, |_| true, Shown::new)
}

fn with_activity<'a>(call: &Call<'a>, object: &'a Object, activity: &Object) -> Result<Shown<'a>, Refusal> {
    let asked = call.query().flag("include_activity")?;
    Ok(Shown::new(object).adding("activity", asked.then(|| activity.to_value())))
}

pub(super) fn settings(call: &Call<'_>, account: &str) -> Outcome {
    may_read_settings(call, account)?;
    settings_answer(call, &call.world.identity_settings)
}

pub(super) fn effective_settings(call: &Call<'_>, account: &str) -> Outcome {
    may_read_settings(call, account)?;
    let found =
        call.world.effective_settings.as_ref().ok_or_else(|| Refusal::unknown("effective settings"))?;
    settings_answer(call, found)
}

fn may_read_settings(call: &Call<'_>, account: &str) -> Result<(), Refusal> {
    call.own_account(account)?;
    call.needs(call.rights.platform_services_viewer || call.rights.iam_identity_configuration_reader)
}

fn settings_answer(call: &Call<'_>, settings: &Object) -> Outcome {
    let mut body = settings.to_value();
    if !call.query().flag("resolve_user_mfa")? {
        without_names(&mut body);
    }
    Ok(Answer::ok(&body))
}

/// Takes the resolved names out of every `user_mfa`, wherever it sits.
fn without_names(body: &mut Value) {
    match body {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                if name != "user_mfa" {
                    without_names(value);
                    continue;
                }
                for exemption in value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                    exemption.retain(|member, _| !["name", "user_name", "email"].contains(&member.as_str()));
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(without_names),
        _ => {}
    }
}

pub(super) fn inactivity(call: &Call<'_>, account: &str, reference: &str) -> Outcome {
    call.own_account(account)?;
    call.needs(call.rights.iam_identity_configuration_reader)?;
    let report = call.world.inactivity.as_ref().ok_or_else(|| Refusal::unknown("the report"))?;
    if reference != "latest" && report.text("reference") != reference {
        return Err(Refusal::unknown("the report"));
    }
    Ok(Answer::ok(report))
}

/// `/identity/keys` is public and holds nothing that the simulator signs with.
pub(super) fn signing_keys() -> Outcome {
    Ok(Answer::json(StatusCode::OK, &fields(json!({ "keys": [] }))))
}
