//! Access groups, their members, rules and settings. Family B.

use axum::http::{Method, StatusCode};
use serde_json::json;

use super::call::{Call, Outcome, Shown, find};
use super::reply::{Answer, Refusal};
use crate::ibm::world::{Group, Object, PUBLIC_GROUP};

const MEMBERSHIPS: [&str; 3] = ["static", "dynamic", "all"];

pub(super) fn groups(call: &Call<'_>) -> Outcome {
    let query = call.query();
    call.unsimulated(&["sort"])?;
    call.own_account(query.required("account_id")?)?;
    let membership = query.one_of("membership_type", &MEMBERSHIPS)?;
    let of = query.text("iam_id");
    if of.is_some() && membership.is_none() {
        return Err(Refusal::missing("membership_type"));
    }
    let hide_public = query.flag("hide_public_access")?;
    let search = query.text("search").map(Search::parse).transpose()?;
    let hidden = hidden_members(call)?;
    call.next_href_list(
        "groups",
        &call.world.groups,
        |group| {
            sees(call, group)
                && !(hide_public && group.object.text("id") == PUBLIC_GROUP)
                && search.as_ref().is_none_or(|search| search.finds(&group.object))
                && of.is_none_or(|iam_id| contains(group, iam_id, membership))
        },
        |group| Shown::new(&group.object).hiding(&hidden),
    )
}

fn hidden_members(call: &Call<'_>) -> Result<Vec<&'static str>, Refusal> {
    let asked =
        [("is_federated", call.query().flag("show_federated")?), ("crn", call.query().flag("show_crn")?)];
    Ok(asked.into_iter().filter(|(_, shown)| !shown).map(|(name, _)| name).collect())
}

struct Search<'q> {
    member: &'q str,
    text: &'q str,
}

impl<'q> Search<'q> {
    fn parse(text: &'q str) -> Result<Search<'q>, Refusal> {
        let split = text.split_once(':').filter(|(member, _)| ["id", "name", "description"].contains(member));
        let (member, text) =
            split.ok_or_else(|| Refusal::bad("`search` must be id:…, name:… or description:…"))?;
        Ok(Search { member, text })
    }

    fn finds(&self, object: &Object) -> bool {
        object.text(self.member).contains(self.text)
    }
}

fn contains(group: &Group, iam_id: &str, membership: Option<&str>) -> bool {
    group.members.iter().any(|member| member.text("iam_id") == iam_id && is_of(member, membership))
}

fn is_of(member: &Object, membership: Option<&str>) -> bool {
    // Left out, only static members are listed.
    let wanted = membership.unwrap_or("static");
    wanted == "all" || member.text("membership_type") == wanted
}

fn sees(call: &Call<'_>, group: &Group) -> bool {
    match &call.rights.groups_visible {
        Some(visible) => visible.contains(group.object.text("id")),
        None => call.rights.platform_services_viewer,
    }
}

fn visible_group<'a>(call: &Call<'a>, id: &str) -> Result<&'a Group, Refusal> {
    let found = find(&call.world.groups, |group| &group.object, "id", id)?;
    call.needs(sees(call, found))?;
    Ok(found)
}

pub(super) fn group(call: &Call<'_>, id: &str) -> Outcome {
    let found = visible_group(call, id)?;
    Ok(Answer::ok(&Shown::new(&found.object).hiding(&hidden_members(call)?)))
}

pub(super) fn members(call: &Call<'_>, id: &str) -> Outcome {
    let group = visible_group(call, id)?;
    call.unsimulated(&["sort"])?;
    let membership = call.query().one_of("membership_type", &MEMBERSHIPS)?;
    let kind = call.query().one_of("type", &["user", "service", "profile"])?;
    let hidden: &[&str] = if call.query().flag("verbose")? { &[] } else { &["name", "email", "description"] };
    call.next_href_list(
        "members",
        &group.members,
        |member| is_of(member, membership) && kind.is_none_or(|kind| member.text("type") == kind),
        |member| Shown::new(member).hiding(hidden),
    )
}

/// `HEAD …/members/{iam_id}`: the only question about one member.
pub(super) fn membership(call: &Call<'_>, id: &str, iam_id: &str) -> Outcome {
    let group = visible_group(call, id)?;
    if call.request.method == Method::HEAD && contains(group, iam_id, Some("all")) {
        return Ok(Answer::empty(StatusCode::NO_CONTENT));
    }
    Err(Refusal::unknown("the membership"))
}

pub(super) fn rules(call: &Call<'_>, id: &str) -> Outcome {
    call.whole_list("rules", json!({}), &visible_group(call, id)?.rules, |_| true, Shown::new)
}

pub(super) fn settings(call: &Call<'_>) -> Outcome {
    call.own_account(call.query().required("account_id")?)?;
    call.needs(call.rights.platform_services_viewer)?;
    Ok(Answer::ok(&call.world.group_settings))
}
