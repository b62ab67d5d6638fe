//! Enterprise projects.

use serde_json::json;

use super::call::{Call, Outcome};
use super::paging::Page;
use super::reply::{Answer, Family};
use crate::huawei::world::Object;

pub(super) fn list(call: &Call<'_>) -> Outcome {
    call.needs("eps:enterpriseProjects:list")?;
    call.unsimulated(&["sort_key", "sort_dir"])?;
    let query = call.query();
    let (id, name, kind) = (query.text("id"), query.text("name"), query.text("type"));
    let status = query.number("status")?;
    let wanted = |project: &&Object| {
        id.is_none_or(|id| project.text("id") == id)
            && name.is_none_or(|name| project.text("name").contains(name))
            && kind.is_none_or(|kind| project.text("type") == kind)
            && status.is_none_or(|status| project.get("status") == Some(&status.into()))
    };
    let projects: Vec<&Object> = call.world.enterprise_projects.iter().filter(wanted).collect();
    let (offset, size) = (query.number("offset")?.unwrap_or(0), query.page_size("limit", 1..=1_000, 1_000)?);
    let page = Page::of(projects.iter(), offset, size);
    let body = json!({ "enterprise_projects": page.items, "total_count": projects.len() });
    Ok(Answer::ok(&body).of_family(Family::Numbered { total: Some("total_count") }))
}
