//! What one answer shows: the things of a list, an error that came with status 200, or nothing in a form that proves
//! nothing.
//!
//! In: where the things should be, and the answer. Out: the things, and the doubt that is left; or why the answer is
//! none. An empty array proves that there is nothing; null or a missing array does not, because a cloud that is in
//! trouble writes these as well.

use serde_json::{Map, Value};

use crate::{http, listing::Items};

/// Members by which an answer without its array is still known as a page of a list: how it goes on, what it counts.
const ENVELOPE: [&str; 16] = [
    "context",
    "count",
    "entity_tag",
    "first",
    "last",
    "limit",
    "links",
    "next",
    "next_url",
    "offset",
    "page_info",
    "rows_count",
    "total_count",
    "total_num",
    "total_number",
    "total_results",
];

/// What an answer shows.
#[derive(Debug, Default)]
pub(crate) struct Shown<'a> {
    /// The things in their order.
    pub(crate) things: Vec<&'a Value>,
    /// Why what is not shown may be there all the same. It ends with an answer that has the array, or a counter that
    /// says how many things there are.
    pub(crate) doubt: Option<String>,
}

/// Finds the things in an answer, or says why it is none.
pub(crate) fn shown(items: Items, answer: &Value) -> Result<Shown<'_>, String> {
    let Value::Object(members) = answer else { return Err("the answer is no object".to_owned()) };
    if let Some(refusal) = refusal(members) {
        return Err(refusal);
    }
    match items {
        Items::Whole { has } => thing(answer, members, has, "the answer"),
        Items::Under { name, has } => match members.get(name) {
            Some(inner @ Value::Object(of)) => match refusal(of) {
                Some(refusal) => Err(refusal),
                None => thing(inner, of, has, &format!("`{name}`")),
            },
            _ => Err(lacking(members, &format!("no object `{name}`"))),
        },
        Items::Each(name) => match members.get(name) {
            None if !is_page(members) => Err(lacking(members, &format!("no array `{name}`"))),
            member => array(name, member, &mut Shown::default()),
        },
        Items::In(names) => {
            if !names.iter().any(|name| members.contains_key(*name)) && !is_page(members) {
                return Err(lacking(members, &format!("none of `{}`", names.join("`, `"))));
            }
            let mut all = Shown::default();
            for name in names {
                all = array(name, members.get(*name), &mut all)?;
            }
            Ok(all)
        }
    }
}

fn thing<'a>(
    thing: &'a Value,
    members: &Map<String, Value>,
    has: Option<&str>,
    what: &str,
) -> Result<Shown<'a>, String> {
    match has {
        Some(member) if members.get(member).is_none_or(Value::is_null) => Err(if what == "the answer" {
            lacking(members, &format!("no `{member}`"))
        } else {
            format!("{what} has no `{member}`")
        }),
        _ => Ok(Shown { things: vec![thing], doubt: None }),
    }
}

fn array<'a>(name: &str, member: Option<&'a Value>, before: &mut Shown<'a>) -> Result<Shown<'a>, String> {
    let mut shown = std::mem::take(before);
    match member {
        Some(Value::Array(things)) => shown.things.extend(things),
        None => {
            shown.doubt = shown.doubt.or_else(|| Some(format!("`{name}` is missing, which proves nothing")))
        }
        Some(Value::Null) => {
            shown.doubt = shown.doubt.or_else(|| Some(format!("`{name}` is null, which proves nothing")));
        }
        Some(_) => return Err(format!("`{name}` is no array")),
    }
    Ok(shown)
}

fn is_page(members: &Map<String, Value>) -> bool {
    ENVELOPE.iter().any(|name| members.get(*name).is_some_and(|value| !value.is_null()))
}

/// Returns what to say of an object that is an error, whatever its status was.
fn refusal(members: &Map<String, Value>) -> Option<String> {
    let is_error = members.iter().any(|(name, value)| match (name.as_str(), value) {
        ("errors", Value::Array(errors)) => !errors.is_empty(),
        ("error" | "errors", Value::Object(error)) => !error.is_empty(),
        ("error" | "error_code" | "errorCode", Value::String(code)) => !code.is_empty(),
        ("error_code" | "errorCode", Value::Number(_)) => true,
        _ => false,
    });
    is_error.then(|| said(members))
}

/// Returns what an answer lacks; one that has a message instead is an error.
fn lacking(members: &Map<String, Value>, what: &str) -> String {
    let has_message = members.get("message").is_some_and(Value::is_string);
    if has_message { said(members) } else { format!("the answer has {what}") }
}

fn said(members: &Map<String, Value>) -> String {
    let code = http::code_of(members).map(|code| format!(" ({code})")).unwrap_or_default();
    format!("the answer is an error{code}, though its status is that of success")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const EACH: Items = Items::Each("users");
    const WHOLE: Items = Items::Whole { has: Some("account_id") };
    const UNDER: Items = Items::Under { name: "login_profile", has: Some("user_id") };
    const IN: Items = Items::In(&["policy_users", "policy_groups"]);

    #[test]
    fn an_error_object_is_never_the_thing_and_never_an_empty_list() {
        let errors = [
            json!({"errors": [{"code": "not_authorized", "message": "m"}], "trace": "t"}),
            json!({"error_code": "PAP5.0001", "error_msg": "m"}),
            json!({"errorCode": "BXNIM0407E", "errorMessage": "m"}),
            json!({"error": {"code": 500, "message": "m", "title": "t"}}),
            json!({"message": "internal error"}),
            json!({}),
            json!({"users": [], "account_id": "a", "login_profile": {"user_id": "u"}, "policy_users": [],
                "errors": [{"code": "partial", "message": "m"}]}),
        ];
        for error in errors {
            for items in [EACH, WHOLE, UNDER, IN] {
                let reason = shown(items, &error).unwrap_err();
                let is_told = reason.starts_with("the answer is an error") || error == json!({});
                assert!(is_told, "{error} as {items:?}: {reason}");
            }
        }
        let inner = json!({"login_profile": {"error_code": "PAP5.0001", "user_id": "u"}});
        assert!(shown(UNDER, &inner).unwrap_err().contains("PAP5.0001"));
    }

    #[test]
    fn members_that_are_empty_are_no_error() {
        let page = json!({"users": [1], "errors": [], "error": "", "error_code": null, "message": "ok"});
        assert_eq!(shown(EACH, &page).unwrap().things, [&json!(1)]);
    }

    #[test]
    fn a_thing_has_what_it_always_has() {
        assert!(shown(WHOLE, &json!({"account_id": "a"})).is_ok());
        for lacking in [json!({"other": 1}), json!({"account_id": null})] {
            assert_eq!(shown(WHOLE, &lacking).unwrap_err(), "the answer has no `account_id`");
        }
        for lacking in [json!({"login_profile": {}}), json!({"login_profile": {"user_id": null}})] {
            assert_eq!(shown(UNDER, &lacking).unwrap_err(), "`login_profile` has no `user_id`");
        }
        assert_eq!(
            shown(UNDER, &json!({"login_profile": null})).unwrap_err(),
            "the answer has no object `login_profile`"
        );
    }

    #[test]
    fn null_or_a_missing_array_in_a_page_is_doubtful() {
        assert_eq!(shown(EACH, &json!({"users": []})).unwrap().doubt, None);
        let doubt = |items, page: Value| shown(items, &page).unwrap().doubt.unwrap();
        assert_eq!(doubt(EACH, json!({"users": null})), "`users` is null, which proves nothing");
        assert_eq!(doubt(EACH, json!({"limit": 10})), "`users` is missing, which proves nothing");
        let some = json!({"policy_users": [1], "policy_groups": null});
        assert_eq!(shown(IN, &some).unwrap().things.len(), 1);
        assert_eq!(doubt(IN, some), "`policy_groups` is null, which proves nothing");
        assert!(shown(EACH, &json!({"limit": null, "color": "red"})).is_err());
        assert_eq!(shown(EACH, &json!({"users": {}})).unwrap_err(), "`users` is no array");
    }
}
