//! Root, units and accounts of the organisation, each with what it stands under.
//!
//! Only the list of accounts tells an account's state, and only the lists below each root and unit tell where a
//! thing stands, so a row of an account needs both. Without the first, accounts are left out, and the coverage says so.

use std::collections::{BTreeMap, BTreeSet};

use model::tables::huawei::ORGANIZATION_ENTITIES;

use super::{
    organizations::paged,
    reader::{Parents, Reader},
};
use crate::{
    item::Item,
    listing::{Items, Seen, Wholeness},
    reading::Kept,
};

/// Units nest five deep; what goes on much further than that is no organisation.
const MOST_LEVELS: usize = 12;
const LISTING: &str = ORGANIZATION_ENTITIES.listing;
const ENDPOINT: &str = "GET /v1/organizations/entities?parent_id={id}";

/// What the list of accounts says of one.
#[derive(Debug, Default)]
struct Member {
    status: Option<String>,
    join_method: Option<String>,
    joined_at: Option<String>,
}

/// Accounts by id, if they are known.
type Members = Option<BTreeMap<String, Member>>;

/// Reads all units and accounts of the organization.
pub(crate) async fn list(reader: &Reader<'_>) -> Seen {
    let roots = paged(LISTING, reader, &["roots"], &[], Items::Each("roots")).of("roots");
    let ((mut seen, members), roots) = futures::join!(members(reader), reader.list(roots, keep_root));
    let mut level: Vec<String> = ids(&roots);
    let mut known: BTreeSet<String> = level.iter().cloned().collect();
    seen.join(roots);
    for _ in 0..MOST_LEVELS {
        if level.is_empty() {
            break;
        }
        let parents = Parents { ids: level, wholeness: Wholeness::Whole };
        let below = reader.each(LISTING, ENDPOINT, parents, |parent| below(reader, parent, &members)).await;
        level = units(&below).into_iter().filter(|id| known.insert(id.clone())).collect();
        seen.join(below);
    }
    if !level.is_empty() {
        let reason = "the units nest deeper than an organisation's can";
        seen.skip(LISTING, "*", ENDPOINT, Wholeness::Partial, reason);
    }
    mark_homeless(&mut seen, &members);
    seen
}

async fn members(reader: &Reader<'_>) -> (Seen, Members) {
    let mut members = BTreeMap::new();
    let list = paged(LISTING, reader, &["accounts"], &[], Items::Each("accounts")).of("accounts");
    let keep = |item: &Item<'_>, _: &mut Seen| {
        let id = item.key("id")?;
        // Whether a number in the place of a text means what was known cannot be told here.
        let text = |name| item.value(name).filter(|value| value.is_string()).and_then(|_| item.text(name));
        let member = Member {
            status: text("status").map(str::to_owned),
            join_method: text("join_method").map(str::to_owned),
            joined_at: item.time("joined_at"),
        };
        members.insert(id.to_owned(), member);
        Some(id.to_owned())
    };
    let seen = reader.list(list, keep).await;
    // A doubt about this list may be ended later, and then its accounts must be there: it has no rows of its own.
    let is_read = seen.wholeness(LISTING) != Wholeness::Partial;
    (seen, Some(members).filter(|_| is_read))
}

async fn below(reader: &Reader<'_>, parent: String, members: &Members) -> Seen {
    let query = [("parent_id", parent.as_str())];
    let list = paged(LISTING, reader, &["entities"], &query, Items::Each("entities"));
    reader.list(list.of(&parent), |item, seen| keep(&parent, item, members, seen)).await
}

fn keep_root(item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("id")?;
    let draft = ORGANIZATION_ENTITIES.draft().set("id", id).set("type", "root");
    seen.push(&ORGANIZATION_ENTITIES, draft.set("name", item.text("name")).row());
    Some(id.to_owned())
}

/// Keeps an entity. Its type says whether anything stands below it, so without one it cannot be kept.
fn keep(parent: &str, item: &Item<'_>, members: &Members, seen: &mut Seen) -> Kept {
    let (id, kind) = (item.key("id")?, item.key("type")?);
    let (none, is_account) = (Member::default(), kind == "account");
    let member = match members {
        Some(members) => members.get(id).unwrap_or(&none),
        None if is_account => return Some(id.to_owned()),
        None => &none,
    };
    let row = ORGANIZATION_ENTITIES
        .draft()
        .set("id", id)
        .set("type", kind)
        .set("name", item.text("name"))
        .set("parent_id", parent)
        .set("status", member.status.as_ref())
        .set("join_method", member.join_method.as_ref())
        .set("joined_at", member.joined_at.as_ref())
        .row();
    let of_account =
        [("status", &member.status), ("join_method", &member.join_method), ("joined_at", &member.joined_at)];
    for (column, _) in of_account.iter().filter(|(_, value)| is_account && value.is_none()) {
        seen.note_unsaid(&ORGANIZATION_ENTITIES, &row, column);
    }
    item.should_say(&["name"]);
    seen.push(&ORGANIZATION_ENTITIES, row);
    Some(id.to_owned())
}

fn ids(seen: &Seen) -> Vec<String> {
    seen.texts(&ORGANIZATION_ENTITIES, "id").map(str::to_owned).collect()
}

fn units(seen: &Seen) -> BTreeSet<String> {
    let rows = seen.rows(&ORGANIZATION_ENTITIES).iter();
    rows.filter(|row| ORGANIZATION_ENTITIES.text(row, "type") == Some("organizational_unit"))
        .filter_map(|row| ORGANIZATION_ENTITIES.text(row, "id").map(str::to_owned))
        .collect()
}

/// An account that stands nowhere is in a unit that was not shown.
fn mark_homeless(seen: &mut Seen, members: &Members) {
    let shown: BTreeSet<&str> = seen.texts(&ORGANIZATION_ENTITIES, "id").collect();
    let homeless = members.iter().flatten().filter(|(id, _)| !shown.contains(id.as_str())).count();
    if homeless > 0 {
        seen.deny(
            LISTING,
            Some("accounts"),
            &format!("{homeless} accounts stand under no unit that is shown"),
        );
    }
}
