//! Network zones of context-based restrictions, and all addresses of each: the list shows only the
//! first three.

use model::tables::ibm::{CBR_ZONE_ADDRESSES, CBR_ZONES};

use super::reader::{Parents, Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

const WHOLE: Items = Items::Whole { has: Some("id") };

/// Reads all zones with their addresses.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let base = &reader.endpoints.cbr;
    let mut seen = all(reader).await;
    let zones = Parents::of(&seen, &CBR_ZONES, "id");
    let name = CBR_ZONE_ADDRESSES.listing;
    let of = |zone: String| async move {
        let list = list_at(name, base, &["v1", "zones", &zone], &[], Family::Single, WHOLE);
        reader.list(list.of(&zone), |item, seen| keep_addresses(&zone, item, seen)).await
    };
    let addresses = reader.each(name, "GET /v1/zones/{id}", zones, of).await;
    seen.join(addresses);
    reader.drop_vanished(&mut seen, &CBR_ZONES, all(reader)).await;
    seen
}

async fn all(reader: &Reader<'_>) -> Seen {
    let query = [("account_id", reader.account)];
    let base = &reader.endpoints.cbr;
    let items = Items::Each("zones");
    let list = list_at(CBR_ZONES.listing, base, &["v1", "zones"], &query, Family::Single, items);
    reader.list(list, keep).await
}

fn keep(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    item.must_say(&["crn", "name", "address_count", "excluded_count"]);
    item.should_say(&["description", "created_at", "created_by_id"]);
    let row = CBR_ZONES
        .draft()
        .set("id", id)
        .set("crn", item.text("crn"))
        .set("name", item.text("name"))
        .set("description", item.text("description"))
        .set("address_count", item.integer("address_count"))
        .set("excluded_count", item.integer("excluded_count"))
        .set("created_at", item.time("created_at").as_ref())
        .set("created_by_id", item.text("created_by_id"))
        .set("last_modified_at", item.time("last_modified_at").as_ref())
        .set("last_modified_by_id", item.text("last_modified_by_id"))
        .set("document", &item.document())
        .row();
    seen.push(&CBR_ZONES, row);
    Some(id.to_owned())
}

/// Keeps the addresses, numbered in an order of our own, because the cloud's means nothing. Fewer than the zone counts are
/// not all; where there are none at all and nothing counts them, they are doubtful until an answer has the array again.
fn keep_addresses(zone: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    for (member, counter, is_excluded) in
        [("addresses", "address_count", false), ("excluded", "excluded_count", true)]
    {
        let (counted, shown) = (item.integer(counter), item.values(member).len());
        if i64::try_from(shown).is_ok_and(|shown| counted.is_some_and(|counted| shown < counted)) {
            item.faults().note(|| format!("`{member}` shows less than `{counter}` counts"));
        } else if item.value(member).is_none() && counted.is_none() {
            seen.note_doubt(&format!("`{member}` is missing, which proves nothing"));
        }
        let mut addresses: Vec<(Option<&str>, Option<String>)> = item
            .objects(member)
            .map(|address| {
                // An address says of what kind it is, and which: as texts, because a number may mean anything.
                let service = address.object("ref").map(|service| service_of(&service));
                if service.is_none() {
                    address.must_name("value");
                }
                let value = address.value("value").and_then(|_| address.key("value"));
                (address.key("type"), value.map(str::to_owned).or(service))
            })
            .collect();
        addresses.sort_unstable();
        let shown = addresses.len();
        addresses.dedup();
        if addresses.len() < shown {
            // Another one may be left out.
            let row = CBR_ZONE_ADDRESSES.draft().set("zone_id", zone).set("is_excluded", is_excluded).row();
            seen.note_part(&CBR_ZONE_ADDRESSES, &row, 2);
        }
        for ((kind, value), position) in addresses.iter().zip(0_i64..) {
            let row = CBR_ZONE_ADDRESSES
                .draft()
                .set("zone_id", zone)
                .set("is_excluded", is_excluded)
                .set("position", position)
                .set("type", *kind)
                .set("value", value.as_ref())
                .row();
            seen.push(&CBR_ZONE_ADDRESSES, row);
        }
    }
    Some(zone.to_owned())
}

/// What tells which service an address stands for. What else the cloud shows of it names no other one.
const SERVICE: [&str; 5] = ["account_id", "location", "service_instance", "service_name", "service_type"];

/// Returns the service that an address stands for. It is of an account, and of a type or a name.
fn service_of(service: &Item<'_>) -> String {
    if service.has_null() {
        service.faults().note(|| "a member of `ref` is null".to_owned());
    }
    service.must_name("account_id");
    for (name, _) in service.members() {
        service.must_name(name).text(name);
    }
    service.document_of(&SERVICE)
}
