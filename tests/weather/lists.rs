//! Lists in answers: what can be changed in them so that they are still JSON.
//!
//! Each function returns whether there was something to change.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::forecast::{goes_on, parameter};

/// Members of an answer that say how many things there are in all.
const TOTALS: [&str; 6] =
    ["total_results", "total_count", "rows_count", "count", "total_number", "total_num"];
/// Members of an answer that are about the page. Whatever has others is a thing, not a list.
const OF_PAGE: [&str; 12] = [
    "limit",
    "offset",
    "next",
    "next_url",
    "first",
    "last",
    "previous",
    "context",
    "page_info",
    "links",
    "request_id",
    "current_count",
];
/// Members by which things are told apart, the narrowest first.
const KEYS: [&str; 9] = [
    "id",
    "iam_id",
    "user_id",
    "group_id",
    "policy_id",
    "agency_id",
    "access_key_id",
    "serial_number",
    "version_id",
];
/// Members that every reader reads, where they are.
const CELLS: [&str; 7] = ["disabled", "locked", "enabled", "state", "status", "description", "realm"];
const TIMES: [&str; 5] = ["created_at", "modified_at", "last_modified_at", "added_on", "updated_at"];

/// Says whether an answer is a list: arrays of objects, and what is about the page.
pub fn is_list(body: &Value) -> bool {
    let Some(members) = body.as_object() else { return false };
    let is_array = |value: &Value| value.as_array().is_some_and(|items| items.iter().all(Value::is_object));
    let is_known = |name: &str| TOTALS.contains(&name) || OF_PAGE.contains(&name);
    members.iter().all(|(name, value)| is_known(name) || is_array(value))
        && members.iter().any(|(name, value)| !is_known(name) && is_array(value))
}

fn arrays(body: &mut Value) -> impl Iterator<Item = &mut Value> {
    let members = body.as_object_mut().into_iter().flatten();
    members
        .filter(|(name, _)| !OF_PAGE.contains(&name.as_str()))
        .map(|(_, value)| value)
        .filter(|value| value.is_array())
}

/// Returns the things of the first array that has any.
fn items(body: &mut Value) -> Option<&mut Vec<Value>> {
    arrays(body).filter_map(Value::as_array_mut).find(|items| !items.is_empty())
}

/// Returns the last thing of a page.
pub fn last_item(body: &[u8]) -> Option<Value> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    if !is_list(&body) {
        return None;
    }
    items(&mut body)?.last().cloned()
}

fn is_counted(members: &Map<String, Value>, names: &[&str]) -> bool {
    names.iter().any(|name| members.get(*name).and_then(Value::as_u64).is_some_and(|count| count > 0))
}

/// Says whether a counter of the answer says that there is something in the list.
pub fn counts_some(body: &Value) -> bool {
    let of_page = body.get("page_info").and_then(Value::as_object);
    counts_all(body) || of_page.is_some_and(|page| is_counted(page, &["current_count"]))
}

/// Says whether a counter of the answer counts the things of all pages.
pub fn counts_all(body: &Value) -> bool {
    body.as_object().is_some_and(|members| is_counted(members, &TOTALS))
}

/// Takes everything out of the list.
pub fn empty(body: &mut Value) -> bool {
    let mut was_any = false;
    for array in arrays(body) {
        was_any |= array.as_array().is_some_and(|items| !items.is_empty());
        *array = json!([]);
    }
    was_any
}

/// Takes everything out of the list, and says that this is all there is.
pub fn empty_with_counters(body: &mut Value) -> bool {
    let was_any = empty(body);
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "next" | "next_url" | "links"));
        members
            .iter_mut()
            .filter(|(name, _)| TOTALS.contains(&name.as_str()))
            .for_each(|(_, count)| *count = json!(0));
        members.entry("page_info").and_modify(|page| *page = json!({ "current_count": 0 }));
        members.retain(|name, value| name != "page_info" || !value.is_null());
    }
    was_any
}

/// Puts null in the place of the arrays, or takes them away.
pub fn hide(body: &mut Value, entirely: bool) -> bool {
    let Some(members) = body.as_object_mut() else { return false };
    let names: Vec<String> = members
        .iter()
        .filter(|(name, value)| value.is_array() && !OF_PAGE.contains(&name.as_str()))
        .map(|(name, _)| name.clone())
        .collect();
    for name in &names {
        members.insert(name.clone(), Value::Null);
        if entirely {
            members.remove(name);
        }
    }
    !names.is_empty()
}

/// Adds a thing before the others.
pub fn add(body: &mut Value, thing: &Value) -> bool {
    let Some(items) = items(body) else { return false };
    items.insert(0, thing.clone());
    count_page(body);
    true
}

/// Puts a thing in the place of the first.
pub fn put_first(body: &mut Value, thing: &Value) -> bool {
    let Some(first) = items(body).and_then(|items| items.first_mut()) else { return false };
    *first = thing.clone();
    true
}

/// Takes the first thing out.
pub fn drop_first(body: &mut Value) -> bool {
    let Some(items) = items(body) else { return false };
    items.remove(0);
    count_page(body);
    true
}

/// Lets a counter of the page be what is on it.
fn count_page(body: &mut Value) {
    let count = items(body).map_or(0, |items| items.len());
    if let Some(counter) = body.get_mut("page_info").and_then(|page| page.get_mut("current_count")) {
        *counter = json!(count);
    }
}

/// Changes one thing of the list.
pub fn with_any(
    body: &mut Value,
    rng: &mut Rng,
    mut change: impl FnMut(&mut Value, &mut Rng) -> bool,
) -> bool {
    let Some(items) = items(body) else { return false };
    let at = rng.usize(0..items.len());
    change(&mut items[at], rng)
}

/// Makes the id of a thing empty.
pub fn empty_key(item: &mut Value) -> bool {
    put(item, &KEYS, |_| json!(""))
}

/// Makes nonsense of a member.
pub fn odd_cell(item: &mut Value, rng: &mut Rng) -> bool {
    let mut names = CELLS;
    rng.shuffle(&mut names);
    put(item, &names, |_| json!({ "odd": true }))
}

/// Makes nonsense of a time.
pub fn odd_time(item: &mut Value, rng: &mut Rng) -> bool {
    let mut names = TIMES;
    rng.shuffle(&mut names);
    put(item, &names, |_| json!("the other day"))
}

fn put(item: &mut Value, names: &[&str], value: impl Fn(&Value) -> Value) -> bool {
    let Some(members) = item.as_object_mut() else { return false };
    let Some(name) = names.iter().find(|name| members.get(**name).is_some_and(|value| !value.is_null()))
    else {
        return false;
    };
    let new = value(&members[*name]);
    members.insert((*name).to_owned(), new);
    true
}

/// Puts the things of a page in another order.
pub fn reshuffle(body: &mut Value, rng: &mut Rng) -> bool {
    let Some(items) = items(body).filter(|items| items.len() > 1) else { return false };
    let before = items.clone();
    rng.shuffle(items);
    if *items == before {
        items.reverse();
    }
    *items != before
}

/// Writes times with an offset.
pub fn write_times(value: &mut Value, offset: &str) -> bool {
    match value {
        Value::Object(members) => members.iter_mut().fold(false, |is_changed, (name, value)| {
            let is_time = name.ends_with("_at") || name.ends_with("_on");
            let rewritten = value.as_str().filter(|_| is_time).and_then(|text| text.strip_suffix('Z'));
            if let Some(text) =
                rewritten.filter(|text| text.len() >= 19).map(|text| format!("{text}{offset}"))
            {
                *value = json!(text);
                return true;
            }
            write_times(value, offset) || is_changed
        }),
        Value::Array(items) => {
            items.iter_mut().filter_map(|item| write_times(item, offset).then_some(())).count() > 0
        }
        _ => false,
    }
}

/// Lets the link to the next page lead to the same page.
pub fn repeat(body: &mut Value, base: &str, target: &str) -> bool {
    if !goes_on(target) {
        return false;
    }
    let link = json!(format!("{base}{target}"));
    if let (Some(marker), Some(page)) = (parameter(target, "marker"), body.get_mut("page_info")) {
        page["next_marker"] = json!(marker);
        return true;
    }
    let Some(members) = body.as_object_mut() else { return false };
    match (members.get("next"), members.contains_key("next_url"), parameter(target, "start")) {
        (Some(next), _, Some(start)) if next.get("start").is_some() => {
            members.insert("next".to_owned(), json!({ "href": link, "start": start }));
        }
        (Some(next), _, _) => {
            let next = if next.is_object() { json!({ "href": link }) } else { link };
            members.insert("next".to_owned(), next);
        }
        (None, true, _) => {
            members.insert("next_url".to_owned(), link);
        }
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Value {
        json!({ "limit": 2, "offset": 2, "total_count": 5, "next": { "href": "http://a/v2/groups?offset=4" },
                "groups": [{ "id": "g3", "created_at": "2026-09-07T06:00:00Z" }, { "id": "g4", "state": "ACTIVE" }] })
    }

    #[test]
    fn a_list_is_told_from_a_thing() {
        assert!(is_list(&page()) && is_list(&json!({ "agencies": [], "page_info": { "current_count": 0 } })));
        assert!(!is_list(&json!({ "id": "g1", "members": [] })) && !is_list(&json!({ "user_mfa": [1] })));
        assert!(!is_list(&json!({})) && !is_list(&json!([])));
    }

    #[test]
    fn each_change_does_what_it_says() {
        let ids = |body: &Value| -> Vec<String> {
            let items = body["groups"].as_array().cloned().unwrap_or_default();
            items.iter().map(|item| item["id"].as_str().unwrap_or_default().to_owned()).collect()
        };
        let changed = |change: &dyn Fn(&mut Value) -> bool| {
            let mut body = page();
            assert!(change(&mut body));
            body
        };
        let former = json!({ "id": "g2" });
        assert_eq!(ids(&changed(&|body| add(body, &former))), ["g2", "g3", "g4"]);
        assert_eq!(ids(&changed(&|body| put_first(body, &former))), ["g2", "g4"]);
        assert_eq!(ids(&changed(&drop_first)), ["g4"]);
        assert_eq!(ids(&changed(&|body| reshuffle(body, &mut Rng::with_seed(1)))), ["g4", "g3"]);
        assert_eq!(changed(&|body| hide(body, false))["groups"], Value::Null);
        assert_eq!(changed(&|body| hide(body, true)).get("groups"), None);
        assert_eq!(changed(&empty)["total_count"], 5);
        let emptied = changed(&empty_with_counters);
        assert_eq!(
            (&emptied["total_count"], &emptied["groups"], emptied.get("next")),
            (&json!(0), &json!([]), None)
        );
        let times = changed(&|body| write_times(body, "+00:00"));
        assert_eq!(times["groups"][0]["created_at"], "2026-09-07T06:00:00+00:00");
        let again = changed(&|body| repeat(body, "http://b", "/v2/groups?offset=2"));
        assert_eq!(again["next"]["href"], "http://b/v2/groups?offset=2");
        assert_eq!(changed(&|body| with_any(body, &mut Rng::with_seed(1), |item, _| empty_key(item))), {
            let mut body = page();
            let mut rng = Rng::with_seed(1);
            body["groups"][rng.usize(0..2)]["id"] = json!("");
            body
        });
    }
}
