//! Projects: the parts of the account in each region.

use model::tables::huawei::PROJECTS;

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads all projects of the account.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let query = [("domain_id", reader.account), ("page", "1"), ("per_page", "5000")];
    let family = Family::Numbered { size: 5_000, total: None };
    let items = Items::Each("projects");
    let list = list_at(PROJECTS.listing, &reader.endpoints.iam, &["v3", "projects"], &query, family, items);
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["name", "enabled"]);
    item.should_say(&["description", "parent_id"]);
    let row = PROJECTS
        .draft()
        .set("id", id)
        .set("name", item.text("name"))
        .set("parent_id", item.text("parent_id"))
        .set("enabled", item.boolean("enabled"))
        .set("description", item.text("description"))
        .set("document", &item.document_without(&["links"]))
        .row();
    seen.push(&PROJECTS, row);
    Some(id.to_owned())
}
