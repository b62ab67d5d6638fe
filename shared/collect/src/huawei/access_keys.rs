//! Access keys of users, and when each was last used.

use std::collections::BTreeSet;

use futures::future::join_all;
use model::tables::huawei::{ACCESS_KEY_USES, ACCESS_KEYS};

use super::reader::{Parents, Reader, marked, single};
use crate::{
    item::Item,
    listing::{Items, Seen, Wholeness},
    reading::Kept,
};

/// Reads the keys of each user, and the last use of each key.
pub(crate) async fn list(reader: &Reader<'_>, users: Parents) -> Seen {
    let wholeness = users.wholeness;
    let mut seen = reader.each(ACCESS_KEYS.listing, ENDPOINT, users, |user| of_user(reader, user)).await;
    if wholeness != Wholeness::Whole {
        let reason = "the list of users is not complete";
        seen.skip(ACCESS_KEY_USES.listing, "*", LAST_USED, wholeness, reason);
    }
    seen
}

const ENDPOINT: &str = "GET /v5/users/{id}/access-keys";
const LAST_USED: &str = "GET /v5/users/{id}/access-keys/{key}/last-used";

async fn of_user(reader: &Reader<'_>, user: String) -> Seen {
    let mut seen = keys(reader, &user).await;
    let ids: Vec<String> = seen.texts(&ACCESS_KEYS, "access_key_id").map(str::to_owned).collect();
    let keys_seen = seen.wholeness(ACCESS_KEYS.listing);
    let parts = join_all(ids.iter().map(|key| uses(reader, &user, key))).await;
    let gone = vanished(reader, &user, ids.iter().zip(&parts)).await;
    for (key, part) in ids.iter().zip(parts) {
        if gone.contains(key) {
            tracing::info!(listing = ACCESS_KEYS.listing, user, "a key went away while it was read");
            seen.drop_thing(&ACCESS_KEYS, key);
        } else {
            seen.join(part);
        }
    }
    seen.as_one(ACCESS_KEY_USES.listing, &user, LAST_USED);
    if keys_seen != Wholeness::Whole && seen.is_complete(ACCESS_KEY_USES.listing) {
        seen.coverage.retain(|each| each.listing != ACCESS_KEY_USES.listing);
        let reason = "the list of the user's keys is not complete";
        seen.skip(ACCESS_KEY_USES.listing, &user, LAST_USED, keys_seen, reason);
    }
    seen
}

/// Reads the keys of a user.
async fn keys(reader: &Reader<'_>, user: &str) -> Seen {
    let path = ["v5", "users", user, "access-keys"];
    let list = marked(&ACCESS_KEYS, &reader.endpoints.iam, &path, &[], Items::Each("access_keys"));
    reader.list(list.of(user), |item, seen| keep(user, item, seen)).await
}

/// Returns the keys whose last use could not be found and that the list of keys, read once more, does not show any longer.
async fn vanished<'a>(
    reader: &Reader<'_>,
    user: &str,
    keys_with_uses: impl Iterator<Item = (&'a String, &'a Seen)>,
) -> BTreeSet<String> {
    let listing = BTreeSet::from([ACCESS_KEY_USES.listing]);
    let suspects = keys_with_uses.filter(|(_, uses)| !uses.not_found_in(&listing).is_empty());
    let mut gone: BTreeSet<String> = suspects.map(|(key, _)| key.clone()).collect();
    if gone.is_empty() {
        return gone;
    }
    let again = keys(reader, user).await;
    if again.wholeness(ACCESS_KEYS.listing) != Wholeness::Whole {
        return BTreeSet::new();
    }
    let left: BTreeSet<&str> = again.texts(&ACCESS_KEYS, "access_key_id").collect();
    gone.retain(|key| !left.contains(key.as_str()));
    gone
}

fn keep(user: &str, item: &Item<'_>, seen: &mut Seen) -> Kept {
    let id = item.key("access_key_id")?;
    item.must_say(&["status", "created_at"]);
    let row = ACCESS_KEYS
        .draft()
        .set("access_key_id", id)
        .set("user_id", user)
        .set("status", item.text("status"))
        .set("created_at", item.time("created_at").as_ref())
        .row();
    seen.push(&ACCESS_KEYS, row);
    Some(id.to_owned())
}

async fn uses(reader: &Reader<'_>, user: &str, key: &str) -> Seen {
    let path = ["v5", "users", user, "access-keys", key, "last-used"];
    let items = Items::Under { name: "access_key_last_used", has: None };
    let list = single(&ACCESS_KEY_USES, &reader.endpoints.iam, &path, &[], items);
    let keep = |item: &Item<'_>, seen: &mut Seen| {
        item.should_say(&["last_used_at"]);
        let at = item.time("last_used_at");
        let draft = ACCESS_KEY_USES.draft().set("access_key_id", key).set("user_id", user);
        seen.push(&ACCESS_KEY_USES, draft.set("last_used_at", at.as_ref()).row());
        Some(key.to_owned())
    };
    reader.list(list.of(user), keep).await
}
