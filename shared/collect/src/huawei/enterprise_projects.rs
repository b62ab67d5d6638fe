//! Enterprise projects. Only those are shown that the caller may use.

use model::tables::huawei::ENTERPRISE_PROJECTS;

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// The project that every account has.
const DEFAULT: &str = "0";

/// Reads all enterprise projects.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let query = [("offset", "0"), ("limit", "1000")];
    let family = Family::Skipping { size: 1_000, total: Some("total_count") };
    let path = ["v1.0", "enterprise-projects"];
    let items = Items::Each("enterprise_projects");
    let list = list_at(ENTERPRISE_PROJECTS.listing, &reader.endpoints.eps, &path, &query, family, items);
    let mut seen = reader.list(list, keep).await;
    if !seen.texts(&ENTERPRISE_PROJECTS, "id").any(|id| id == DEFAULT) {
        seen.deny(ENTERPRISE_PROJECTS.listing, None, "the default enterprise project is not shown");
    }
    seen
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["name", "status"]);
    item.should_say(&["description", "type", "created_at"]);
    let row = ENTERPRISE_PROJECTS
        .draft()
        .set("id", id)
        .set("name", item.text("name"))
        .set("description", item.text("description"))
        .set("status", item.integer("status"))
        .set("type", item.text("type"))
        .set("created_at", item.time("created_at").as_ref())
        .set("updated_at", item.time("updated_at").as_ref())
        .set("document", &item.document())
        .row();
    seen.push(&ENTERPRISE_PROJECTS, row);
    Some(id.to_owned())
}
