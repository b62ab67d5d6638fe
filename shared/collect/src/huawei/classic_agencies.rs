//! What only the classic interface says of agencies: how long they last.

use model::tables::huawei::CLASSIC_AGENCIES;

use super::reader::{Reader, classic_time, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Reads all agencies of version 3.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let query = [("domain_id", reader.account), ("page", "1"), ("per_page", "500")];
    let family = Family::Numbered { size: 500, total: None };
    let path = ["v3.0", "OS-AGENCY", "agencies"];
    let items = Items::Each("agencies");
    let list = list_at(CLASSIC_AGENCIES.listing, &reader.endpoints.iam, &path, &query, family, items);
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    // A number of hours is read too, and as every number in the place of a text believed when it comes twice.
    let duration = item.text("duration").filter(|text| *text != "null").map(str::to_owned);
    let row = CLASSIC_AGENCIES
        .draft()
        .set("agency_id", id)
        .set("duration", duration.as_ref())
        .set("expires_at", classic_time(item, "expire_time").as_ref())
        .row();
    seen.push(&CLASSIC_AGENCIES, row);
    Some(id.to_owned())
}
