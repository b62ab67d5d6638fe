use serde_json::json;

use super::*;

const ROOM: usize = 1 << 20;

fn read(body: impl AsRef<[u8]>) -> Value {
    parse(body.as_ref(), ROOM).unwrap()
}

#[test]
fn whole_json_is_read_as_it_is() {
    let value = json!({"a": [1, -2, 0.5, true, null, "x\u{e9}\n"], "b": {"c": {}}, "big": u64::MAX});
    assert_eq!(read(value.to_string()), value);
    assert_eq!(read("[]"), json!([]));
}

#[test]
fn a_byte_order_mark_is_dropped() {
    assert_eq!(read("\u{feff}{\"a\":1}"), json!({"a": 1}));
}

#[test]
fn what_is_no_text_is_replaced_and_the_rest_kept() {
    let cases: [(&[u8], &str); 13] = [
        (br#"{"a":"x\ud83d"}"#, "x\u{fffd}"),
        (br#"{"a":"\ud83dx"}"#, "\u{fffd}x"),
        (br#"{"a":"\ude00x"}"#, "\u{fffd}x"),
        (br#"{"a":"\ude00\ud83d"}"#, "\u{fffd}\u{fffd}"),
        (br#"{"a":"\ud83d\ud83d\ude00"}"#, "\u{fffd}\u{1f600}"),
        (br#"{"a":"\ud83d\u0041"}"#, "\u{fffd}A"),
        (br#"{"a":"\ud83d\n\\ud83d"}"#, "\u{fffd}\n\\ud83d"),
        (br#"{"a":"\ud83d\"}","b":"\ud83d"}"#, "\u{fffd}\"}"),
        (b"{\"a\":\"J\xf6rg \xe9\"}", "J\u{fffd}rg \u{fffd}"),
        (b"{\"a\":\"x\x01\ty\"}", "x\u{fffd}\ty"),
        (br#"{"a":"\x41\u12"}"#, "\u{fffd}x41\u{fffd}12"),
        (br#"{"a":"\ud83d", "n": NaN, "m": 1e400, "k": -Infinity}"#, "\u{fffd}"),
        (b"\xef\xbb\xbf{\"a\":\"\\udc00\"}", "\u{fffd}"),
    ];
    for (body, text) in cases {
        assert_eq!(read(body)["a"], text, "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn a_number_that_cannot_be_held_becomes_a_text() {
    let read = read(r#"{"huge": 1e400, "none": NaN, "odd": 007, "is": [true, -1.5e3], "id": "x"}"#);
    assert_eq!(read, json!({"huge": "1e400", "none": "NaN", "odd": "007", "is": [true, -1500.0], "id": "x"}));
}

#[test]
fn what_is_cut_off_or_no_json_is_told_apart() {
    for body in ["{\"a\":", "{\"a\":\"\\ud83d", "[1,", ""] {
        assert_eq!(parse(body.as_bytes(), ROOM), Err(Flaw::CutOff), "{body}");
    }
    for body in ["<html></html>", "{'a': 1}", "error", "{} {}", "{\"a\" 1}"] {
        assert_eq!(parse(body.as_bytes(), ROOM), Err(Flaw::NoJson), "{body}");
    }
}

fn nested(levels: usize) -> String {
    format!("{}1{}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn depth_costs_the_item_and_nothing_else() {
    for levels in [100, 140, 100_000] {
        let page =
            format!(r#"{{"items":[{{"id":"a"}},{{"id":"b","rule":{}}},{{"id":"c"}}]}}"#, nested(levels));
        let page = read(page);
        let items = page["items"].as_array().unwrap();
        let deep: Vec<bool> = items.iter().map(is_too_deep).collect();
        assert_eq!(deep, [false, true, false], "{levels}");
        assert_eq!([&items[0]["id"], &items[2]["id"]], ["a", "c"]);
    }
    let page = format!(r#"{{"items":[{{"rule":{}}}]}}"#, nested(99));
    assert!(!is_too_deep(&read(page)["items"][0]));
    let whole = format!(r#"{{"thing":{}}}"#, nested(140));
    assert!(is_too_deep(&read(whole)));
}

#[test]
fn memory_is_bounded_whatever_the_shape() {
    let many = |part: &str| format!("[{}0]", format!("{part},").repeat(50_000));
    for body in [many("0"), many("[]"), many(r#"{"":0}"#), format!("\"{}\"", "x".repeat(2 * ROOM))] {
        assert_eq!(parse(body.as_bytes(), ROOM), Err(Flaw::TooLarge));
        assert!(parse(body.as_bytes(), 100 * ROOM).is_ok());
    }
}
