//! Users of the account and their settings. Family D.

use serde_json::{Value, json};

use super::call::{Call, List, Outcome, Shown, fields, find};
use super::paging::{Cursor, Page};
use super::reply::{Answer, Family};
use super::request::Query;
use crate::ibm::world::User;

/// What public clients send, and what a longer page is cut to: IBM states no maximum.
const PAGE: usize = 100;

pub(super) fn users(call: &Call<'_>, account: &str) -> Outcome {
    call.own_account(account)?;
    let query = call.query();
    call.unsimulated(&["search"])?;
    let cursor = Cursor::of(call.request, "_start")?;
    let size = query.page_size("limit", 1..=usize::MAX, PAGE)?.min(PAGE);
    let (settings, login) = (query.flag("include_settings")?, query.text("user_id"));
    let everyone = sees_everyone(call);
    let keep = |user: &User| {
        (everyone || user.object.text("iam_id") == call.caller_iam_id)
            && login.is_none_or(|login| user.object.text("user_id") == login)
    };
    let page = Page::of(&call.world.users, cursor.at, size, keep);
    let unfiltered = everyone && login.is_none();
    let total = if unfiltered {
        call.world.users.len()
    } else {
        call.world.users.iter().filter(|user| keep(user)).count()
    };
    let limit = json!(size);
    let size = size.to_string();
    let relative =
        |added: &[(&str, &str)]| format!("{}?{}", call.request.path, query.with(&["_start", "limit"], added));
    let first = relative(&[("limit", &size)]);
    let mut around = fields(json!({ "total_results": total, "limit": limit, "first_url": first }));
    if let Some(at) = page.next {
        let token = Cursor::encode(at, call.request, &Query::default());
        let link = relative(&[("limit", &size), ("_start", &token)]);
        let link = if call.other_links { format!("{}{link}", call.base) } else { link };
        around.insert("next_url".into(), json!(link));
    }
    let items = page.items.into_iter().map(|user| shown(user, settings)).collect();
    Ok(Answer::ok(&List { around, name: "resources", items }).of_family(Family::UnderscoreStart))
}

/// A role on User Management shows everyone; without one, the account's setting decides.
fn sees_everyone(call: &Call<'_>) -> bool {
    call.rights.user_management_viewer
        || call.world.identity_settings.text("restrict_user_list_visibility") != "RESTRICTED"
}

fn shown(user: &User, settings: bool) -> Shown<'_> {
    let mut shown = Shown::new(&user.object);
    if settings {
        for name in ["language", "notification_language", "allowed_ip_addresses", "self_manage"] {
            shown = shown.adding(name, user.settings.get(name).cloned());
        }
    }
    shown
}

pub(super) fn user(call: &Call<'_>, account: &str, iam_id: &str) -> Outcome {
    call.own_account(account)?;
    let found = find(&call.world.users, |user| &user.object, "iam_id", iam_id)?;
    call.needs(sees_everyone(call) || iam_id == call.caller_iam_id)?;
    let activity: Option<Value> = call.query().flag("include_activity")?.then(|| found.activity.to_value());
    Ok(Answer::ok(&shown(found, false).adding("activity", activity)))
}

pub(super) fn settings(call: &Call<'_>, account: &str, iam_id: &str) -> Outcome {
    call.own_account(account)?;
    call.needs(call.rights.user_management_viewer || iam_id == call.caller_iam_id)?;
    let found = find(&call.world.users, |user| &user.object, "iam_id", iam_id)?;
    Ok(Answer::ok(&found.settings))
}
