use serde_json::json;

use super::*;

#[test]
fn absent_null_and_empty_are_the_same_and_no_fault() {
    let (faults, value) = (Faults::default(), json!({"null": null, "empty": ""}));
    let item = Item::of(&value, &faults).unwrap();
    assert_eq!([item.text("absent"), item.text("null"), item.text("empty")], [None; 3]);
    assert_eq!((item.time("empty"), item.integer("null"), item.boolean("null")), (None, None, None));
    assert!(item.object("null").is_none() && item.values("null").is_empty());
    assert_eq!(faults.reason(), None);
}

#[test]
fn a_wrong_type_is_a_fault_and_the_rest_is_kept() {
    let (faults, value) = (Faults::default(), json!({"name": [7], "locked": "no", "id": "i"}));
    let item = Item::of(&value, &faults).unwrap();
    assert_eq!((item.text("name"), item.boolean("locked"), item.key("id")), (None, None, Some("i")));
    assert_eq!(faults.reason().unwrap(), "`name` is an array, no text, and 1 more of the kind");
}

#[test]
fn what_has_one_meaning_is_read_as_what_it_means() {
    let faults = Faults::default();
    let value = json!({
        "truths": ["true", "True", 1, 1.0, "1", true], "lies": ["false", "FALSE", 0, 0.0, "0", false],
        "numbers": ["3600", " 3600 ", 3600.0, "3600.0", 3600], "texts": [3600, 3600.0, "3600"],
        "yes": true, "big": u64::MAX
    });
    let each = |name: &str, check: &dyn Fn(&Item<'_>)| {
        for value in value[name].as_array().unwrap() {
            check(&Item::of(&json!({ "x": value }), &faults).unwrap());
        }
    };
    each("truths", &|item| assert_eq!(item.boolean("x"), Some(true)));
    each("lies", &|item| assert_eq!(item.boolean("x"), Some(false)));
    each("numbers", &|item| assert_eq!(item.integer("x"), Some(3600)));
    each("texts", &|item| assert_eq!(item.text("x"), Some("3600")));
    let item = Item::of(&value, &faults).unwrap();
    assert_eq!((item.text("yes"), item.text("big")), (Some("true"), Some("18446744073709551615")));
    assert_eq!(item.texts("texts"), ["3600", "3600", "3600"]);
    assert_eq!(faults.reason(), None);
}

#[test]
fn what_has_no_one_meaning_is_not_read() {
    let faults = Faults::default();
    let value = json!({
        "truths": ["yes", 2, -1, 0.5, [true], {"is": true}], "times": ["soon", {}, 1.5, "9999-12-31T23:59:59-01:00"],
        "numbers": ["many", 1.5, 1e30, u64::MAX, "9223372036854775808", true, [1]], "texts": [1.5, 1e30, [], {}]
    });
    let mut members = 0;
    for (name, values) in value.as_object().unwrap() {
        for value in values.as_array().unwrap() {
            let one = json!({ "x": value });
            let item = Item::of(&one, &faults).unwrap();
            let is_read = match name.as_str() {
                "truths" => item.boolean("x").is_some(),
                "numbers" => item.integer("x").is_some(),
                "times" => item.time("x").is_some(),
                _ => item.text("x").is_some(),
            };
            members += 1;
            assert!(!is_read, "{value}");
            let unread = faults.take_unread();
            assert_eq!(unread.len(), 1, "{value}");
            assert_eq!(unread[0].member.as_deref(), Some("x"));
        }
    }
    assert_eq!(members, 21);
}

#[test]
fn numbers_are_read_from_text_too() {
    let (faults, value) = (Faults::default(), json!({"a": "3600", "b": 7, "c": "NOT_SET", "d": "many"}));
    let item = Item::of(&value, &faults).unwrap();
    let read = ["a", "b", "c"].map(|name| item.integer(name));
    assert_eq!(read, [Some(3600), Some(7), None]);
    assert_eq!(faults.reason(), None);
    assert_eq!(item.integer("d"), None);
    assert_eq!(faults.reason().unwrap(), "`d` is a text, no whole number");
}

#[test]
fn a_missing_key_and_an_unreadable_time_are_faults() {
    let (faults, value) = (Faults::default(), json!({"at": "soon", "empty": "", "blank": " \t\u{a0}"}));
    let item = Item::of(&value, &faults).unwrap();
    assert_eq!((item.key("id"), item.key("empty"), item.time("at")), (None, None, None));
    assert_eq!(item.key("blank"), None);
    assert_eq!(faults.reason().unwrap(), "an item has no `id`, and 3 more of the kind");
}

#[test]
fn what_is_no_object_is_a_fault() {
    let (faults, value) = (Faults::default(), json!({"list": [{"a": 1}, 5]}));
    let item = Item::of(&value, &faults).unwrap();
    assert_eq!(item.objects("list").count(), 1);
    assert_eq!(faults.reason().unwrap(), "a number stands where an object should");
}
