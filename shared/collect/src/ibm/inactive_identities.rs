//! The latest report on identities that did not sign in. It is read when somebody had it made; making
//! one would be more than reading.

use std::collections::HashSet;

use model::tables::ibm::INACTIVE_IDENTITIES;

use super::reader::{Reader, list_at};
use crate::{
    item::Item,
    listing::{Items, Seen},
    paging::Family,
    reading::Kept,
};

/// Arrays of the report, what they hold, and the member that names it.
const KINDS: [(&str, &str, &str); 4] = [
    ("users", "user", "iam_id"),
    ("apikeys", "apikey", "id"),
    ("serviceids", "serviceid", "id"),
    ("profiles", "profile", "id"),
];

/// Codes of the interface for a report that nobody had made. While one is being made, it answers 204, which says nothing
/// of what will be in it: that ends when the report is there.
const NO_REPORT: &[&str] = &["not_found", "BXNIM*"];

/// Reads the latest report; where nobody had one made there are no rows.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let path = ["v1", "activity", "accounts", reader.account, "report", "latest"];
    let name = INACTIVE_IDENTITIES.listing;
    let items = Items::Whole { has: Some("report_end_time") };
    let list = list_at(name, &reader.endpoints.iam, &path, &[], Family::Single, items);
    reader.list(list.or_none(NO_REPORT), keep).await
}

fn keep(report: &Item<'_>, seen: &mut Seen) -> Kept {
    let ended_at = report.time("report_end_time");
    let hours = report.integer("report_duration");
    for (member, kind, id) in KINDS {
        if report.value(member).is_none() {
            // A report lists nobody in an empty array: where there is none, it proves nothing the first time.
            seen.note_part(&INACTIVE_IDENTITIES, &INACTIVE_IDENTITIES.draft().set("kind", kind).row(), 1);
        }
        let mut keys = HashSet::new();
        for identity in report.objects(member) {
            let Some(id) = identity.key(id) else { continue };
            seen.note_twice(u64::from(!keys.insert(id)));
            let row = INACTIVE_IDENTITIES
                .draft()
                .set("kind", kind)
                .set("id", id)
                .set("last_authn_at", identity.time("last_authn").as_ref())
                .set("report_ended_at", ended_at.as_ref())
                .set("report_duration_hours", hours)
                .row();
            seen.push(&INACTIVE_IDENTITIES, row);
        }
    }
    Some(String::new())
}
