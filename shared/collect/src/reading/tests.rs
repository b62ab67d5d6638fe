use std::sync::Mutex;

use futures::future::{BoxFuture, FutureExt};
use model::tables::ibm::USERS;
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::{Budget, Progress, Silent, listing::Items};

/// A cloud that gives the answers of a script, one after the other.
struct Script {
    answers: Mutex<std::vec::IntoIter<Result<Option<Value>, CallError>>>,
    budget: Budget,
}

impl SignedIn for Script {
    fn read<'s>(&'s self, _: &'s Url, _: &'s str) -> BoxFuture<'s, Result<Option<Value>, CallError>> {
        let answer = self.answers.lock().unwrap().next().expect("the script has an answer for each call");
        async { answer }.boxed()
    }

    fn keep(&self, bytes: u64) -> Result<(), CallError> {
        let most = self.budget.kept_bytes;
        if bytes > most { Err(CallError::Spent("too much".to_owned())) } else { Ok(()) }
    }

    fn budget(&self) -> &Budget {
        &self.budget
    }

    fn progress(&self) -> &dyn Progress {
        &Silent
    }
}

/// Reads a list whose things are numbers; returns the keys that were kept in order, and status and reason.
async fn read_with(
    family: Family,
    items: Items,
    none: &'static [&'static str],
    answers: Vec<Result<Option<Value>, CallError>>,
) -> (Vec<String>, String) {
    let script = Script { answers: Mutex::new(answers.into_iter()), budget: Budget::default() };
    let first = Url::parse("https://iam.example.com/v1/things").unwrap();
    let list = List::new(USERS.listing, first, family, items).or_none(none).if_known(&["unknown_state"]);
    let keep = |item: &Item<'_>, seen: &mut Seen| {
        let id = item.key("id")?;
        seen.push(&USERS, USERS.draft().set("iam_id", id).row());
        Some(id.to_owned())
    };
    let (seen, coverage, _) = attempt(&script, &list, keep).await;
    assert_eq!(script.answers.lock().unwrap().next().map(drop), None, "an answer is left over");
    let kept: Vec<String> = seen.texts(&USERS, "iam_id").map(str::to_owned).collect();
    (
        kept,
        format!("{} {}", coverage.status.name(), coverage.reason.unwrap_or_default()).trim_end().to_owned(),
    )
}

async fn read_pages(family: Family, pages: Vec<Value>) -> (Vec<String>, String) {
    read_with(family, Items::Each("things"), &[], pages.into_iter().map(|page| Ok(Some(page))).collect())
        .await
}

fn things(ids: &[&str]) -> Value {
    ids.iter().map(|id| json!({ "id": id })).collect()
}

const NUMBERED: Family = Family::Numbered { size: 2, total: Some("total_num") };
const SKIPPING: Family = Family::Skipping { size: 2, total: Some("total") };

/// Two pages of a list in each of the ways in which clouds continue one, with the counters that each has.
fn two_pages(family: Family, ids: [&[&str]; 2]) -> Vec<Value> {
    let ([one, two], all) = (ids.map(things), ids.map(<[&str]>::len));
    match family {
        Family::PageToken => vec![json!({"things": one, "next": "?pagetoken=t"}), json!({ "things": two })],
        Family::Offset => vec![
            json!({"things": one, "total_count": all[0] + all[1], "next": {"href": "?offset=2"}}),
            json!({"things": two, "total_count": all[0] + all[1]}),
        ],
        Family::Start => vec![json!({"things": one, "next": {"start": "t"}}), json!({ "things": two })],
        Family::UnderscoreStart => vec![
            json!({"things": one, "total_results": all[0] + all[1], "next_url": "?_start=t"}),
            json!({"things": two, "total_results": all[0] + all[1]}),
        ],
        Family::NextStart => vec![
            json!({"things": one, "rows_count": all[0], "next_url": "?start=t"}),
            json!({"things": two, "rows_count": all[1], "next_url": null}),
        ],
        Family::Marker => vec![
            json!({"things": one, "page_info": {"next_marker": "t", "current_count": all[0]}}),
            json!({"things": two, "page_info": {"current_count": all[1]}}),
        ],
        Family::Numbered { .. } => vec![
            json!({"things": one, "total_num": all[0] + all[1]}),
            json!({"things": two, "total_num": all[0] + all[1]}),
        ],
        Family::Skipping { .. } => vec![
            json!({"things": one, "total": all[0] + all[1]}),
            json!({"things": two, "total": all[0] + all[1]}),
        ],
        Family::Single => vec![json!({ "things": things(&ids.concat()) })],
    }
}

const FAMILIES: [Family; 9] = [
    Family::PageToken,
    Family::Offset,
    Family::Start,
    Family::UnderscoreStart,
    Family::NextStart,
    Family::Marker,
    NUMBERED,
    SKIPPING,
    Family::Single,
];
const SHIFTED: [&[&str]; 2] = [&["a", "b"], &["b", "d"]];
const STRAIGHT: [&[&str]; 2] = [&["a", "b"], &["c", "d"]];

#[tokio::test]
async fn a_thing_that_comes_twice_is_one_in_every_family() {
    for family in FAMILIES {
        let always = [0; 3].into_iter().flat_map(|_| two_pages(family, SHIFTED)).collect();
        let (_, end) = read_pages(family, always).await;
        let reason = "failed 1 things came twice in the last of 3 readings, so others may be missing";
        assert_eq!(end, reason, "{family:?}");
    }
}

#[tokio::test]
async fn a_list_that_stood_still_the_second_time_is_whole() {
    for family in FAMILIES {
        let pages = [SHIFTED, STRAIGHT].into_iter().flat_map(|ids| two_pages(family, ids)).collect();
        let (kept, end) = read_pages(family, pages).await;
        assert_eq!(
            (kept, end.as_str()),
            (["a", "b", "c", "d"].map(str::to_owned).to_vec(), "complete"),
            "{family:?}"
        );
    }
}

#[tokio::test]
async fn a_counter_of_the_whole_list_proves_the_rest() {
    let pages = vec![
        json!({"things": things(&["a", "b"]), "total_count": 3, "next": {"href": "?offset=2"}}),
        json!({"things": things(&["b", "c"]), "total_count": 3}),
    ];
    assert_eq!(read_pages(Family::Offset, pages).await.1, "complete");
}

#[tokio::test]
async fn what_cannot_be_kept_makes_the_list_incomplete_with_how_many() {
    for (broken, reason) in [
        (json!({"id": ""}), "an item has no `id`"),
        (json!({"id": null}), "an item has no `id`"),
        (json!({"name": "n"}), "an item has no `id`"),
        (json!({"id": [7]}), "`id` is an array, no text"),
        (json!(null), "null stands where an object should"),
        (json!("text"), "a text stands where an object should"),
        (json!([]), "an array stands where an object should"),
    ] {
        let page = json!({"things": [{"id": "a"}, broken, {"id": "b"}]});
        let (kept, end) = read_pages(Family::Single, vec![page]).await;
        assert_eq!(kept, ["a", "b"], "{broken}");
        assert_eq!(end, format!("failed 1 of 3 things are left out: {reason}"), "{broken}");
    }
}

#[tokio::test]
async fn null_in_the_place_of_an_array_is_doubtful_unless_a_counter_says_zero() {
    let doubtful = "doubtful `things` is null, which proves nothing";
    let cases = [
        (Family::Single, vec![json!({"things": []})], "complete"),
        (Family::Single, vec![json!({"things": null})], doubtful),
        (Family::Single, vec![json!({"things": null, "count": 0})], "complete"),
        (Family::Single, vec![json!({"count": 0})], "complete"),
        (Family::Single, vec![json!({"limit": 10})], "doubtful `things` is missing, which proves nothing"),
        (
            Family::Single,
            vec![json!({"things": null, "count": 2})],
            "denied the list counts 2 things and shows 0",
        ),
        (Family::Offset, vec![json!({"things": null, "total_count": 0})], "complete"),
        (Family::NextStart, vec![json!({"things": null, "rows_count": 0})], "complete"),
        (Family::Marker, vec![json!({"things": null})], doubtful),
        (Family::Marker, vec![json!({"things": null, "page_info": {"current_count": 0}})], "complete"),
        (NUMBERED, vec![json!({"things": null, "total_num": 0})], "complete"),
        (
            Family::Start,
            vec![json!({"things": null, "next": {"start": "t"}}), json!({"things": things(&["a"])})],
            doubtful,
        ),
        (
            Family::Offset,
            vec![
                json!({"things": things(&["a"]), "total_count": 1, "next": {"href": "?offset=1"}}),
                json!({"things": null, "total_count": 1}),
            ],
            "complete",
        ),
    ];
    for (family, pages, wanted) in cases {
        let told = format!("{family:?} {pages:?}");
        assert_eq!(read_pages(family, pages).await.1, wanted, "{told}");
    }
}

#[tokio::test]
async fn rows_that_the_pages_count_are_all_shown_whatever_they_count() {
    let page = |ids: &[&str], rows: u64, next: Option<&str>| json!({"things": things(ids), "rows_count": rows, "next_url": next});
    let next = Some("?start=t");
    let cases = [
        // Each page counts its own, or each counts the whole list.
        (vec![page(&["a", "b"], 2, next), page(&["c"], 1, None)], "complete"),
        (vec![page(&["a", "b"], 3, next), page(&["c"], 3, None)], "complete"),
        (
            vec![page(&["a", "b"], 2, next), page(&[], 2, None)],
            "doubtful a page counts rows and shows none, which proves nothing",
        ),
        (
            vec![page(&[], 2, next), page(&["c", "d"], 2, None)],
            "doubtful a page counts rows and shows none, which proves nothing",
        ),
        (
            vec![page(&[], 2, next), page(&["c", "d", "e"], 3, None)],
            "denied the list counts 5 things and shows 3",
        ),
        (vec![page(&["a", "b"], 2, next), page(&[], 1, None)], "denied the list counts 3 things and shows 2"),
        (
            vec![page(&["a"], 2, next), page(&["c", "d"], 2, None)],
            "denied the list counts 4 things and shows 3",
        ),
        (
            vec![page(&["a", "b"], 4, next), page(&["c"], 4, None)],
            "denied the list counts 4 things and shows 3",
        ),
    ];
    for (pages, wanted) in cases {
        let told = format!("{pages:?}");
        assert_eq!(read_pages(Family::NextStart, pages).await.1, wanted, "{told}");
    }
}

#[tokio::test]
async fn several_arrays_are_whole_when_the_page_counts_what_they_show() {
    let items = Items::In(&["users", "groups"]);
    for (page, wanted) in [
        (json!({"users": things(&["a"]), "groups": []}), "complete"),
        (json!({"users": things(&["a"]), "groups": null}), "doubtful `groups` is null, which proves nothing"),
        (json!({"users": things(&["a"])}), "doubtful `groups` is missing, which proves nothing"),
        (json!({"users": things(&["a"]), "page_info": {"current_count": 1}}), "complete"),
    ] {
        assert_eq!(
            read_with(Family::Marker, items, &[], vec![Ok(Some(page.clone()))]).await.1,
            wanted,
            "{page}"
        );
    }
}

#[tokio::test]
async fn that_there_is_none_is_only_what_the_interface_itself_says() {
    let status = |status, code: Option<&str>| {
        Err(CallError::Status { status, code: code.map(str::to_owned), transaction: None, served_at: None })
    };
    let under = Items::Under { name: "profile", has: Some("id") };
    let cases = [
        (status(404, Some("PAP5.0004")), "complete"),
        (status(404, None), "failed HTTP 404"),
        (status(404, Some("APIGW.0101")), "failed HTTP 404 (APIGW.0101)"),
        (status(404, Some("SOMEBODY.0004")), "failed HTTP 404 (SOMEBODY.0004)"),
        (status(403, Some("PAP5.0001")), "denied HTTP 403 (PAP5.0001)"),
        (status(410, Some("PAP5.0004")), "failed HTTP 410 (PAP5.0004)"),
        (status(400, Some("other")), "failed HTTP 400 (other)"),
        (
            status(400, Some("unknown_state")),
            "complete the cloud does not know this value: HTTP 400 (unknown_state)",
        ),
        (Ok(None), "failed the answer has no content"),
        (Ok(Some(json!({}))), "failed the answer has no object `profile`"),
        (Ok(Some(json!({"profile": null}))), "failed the answer has no object `profile`"),
        (Ok(Some(json!({"profile": {}}))), "failed `profile` has no `id`"),
        (
            Ok(Some(json!({"error_code": "PAP5.0004", "error_msg": "m"}))),
            "failed the answer is an error (PAP5.0004), though its status is that of success",
        ),
        (Ok(Some(json!({"profile": {"id": "p"}}))), "complete"),
    ];
    for (answer, wanted) in cases {
        let told = format!("{answer:?}");
        assert_eq!(read_with(Family::Single, under, &["PAP5.*"], vec![answer]).await.1, wanted, "{told}");
    }
}

#[tokio::test]
async fn counters_and_tokens_of_another_type_are_read_as_what_they_mean() {
    let pages = |total: Value| {
        vec![
            json!({"things": things(&["a"]), "total_count": total, "offset": "0", "next": {"href": "?offset=1"}}),
            json!({"things": things(&["b"]), "total_count": total}),
        ]
    };
    for total in [json!("2"), json!(" 2 "), json!(2.0), Value::Null] {
        assert_eq!(read_pages(Family::Offset, pages(total.clone())).await.1, "complete", "{total}");
    }
    for total in [json!("3"), json!(3.0)] {
        let (_, status) = read_pages(Family::Offset, pages(total)).await;
        assert_eq!(status, "denied the list counts 3 things and shows 2");
    }
    for total in [json!("many"), json!([2]), json!(-1), json!(2.5), json!(true)] {
        let (kept, status) = read_pages(Family::Offset, pages(total.clone())).await;
        assert_eq!(kept, ["a", "b"]);
        assert_eq!(status, "doubtful `total_count` holds no number of things", "{total}");
    }
    let marked = |marker: Value, count: Value| {
        vec![
            json!({"things": things(&["a"]), "page_info": {"next_marker": marker, "current_count": count}}),
            json!({"things": things(&["b"]), "page_info": {"next_marker": null, "current_count": count}}),
        ]
    };
    assert_eq!(read_pages(Family::Marker, marked(json!(7), json!("1"))).await.1, "complete");
    let (_, status) = read_pages(Family::Marker, marked(json!("7"), json!("2"))).await;
    assert_eq!(status, "denied the list counts 4 things and shows 2");
    let (_, status) = read_pages(Family::Marker, marked(json!("7"), json!({}))).await;
    assert_eq!(status, "doubtful `current_count` holds no number of things");
}
