use serde_json::json;

use super::*;

fn walk(family: Family) -> Walk {
    Walk::new(family, Url::parse("https://iam.example.com/v1/things?account_id=a&limit=2").unwrap(), 5)
}

fn turn(walk: &mut Walk, page: Value) -> Result<bool, String> {
    let Value::Object(members) = page else { panic!("a page is an object") };
    let things = members.get("things").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    walk.turn(&Page { members: &members, things: things.len().try_into().unwrap(), first: things.first() })
}

const NUMBERED: Family = Family::Numbered { size: 2, total: Some("total_num") };
const SKIPPING: Family = Family::Skipping { size: 2, total: Some("total") };

#[test]
fn every_family_keeps_our_parameters_and_adds_the_token() {
    let pages = [
        (
            Family::PageToken,
            json!({"next": "https://iam.example.com/v1/things?pagetoken=t1"}),
            "pagetoken=t1",
        ),
        (
            Family::PageToken,
            json!({"next": {"href": "https://iam.example.com/v1/things?pagetoken=t1"}}),
            "pagetoken=t1",
        ),
        (Family::Offset, json!({"next": {"href": "https://iam.example.com/v2/groups?offset=2"}}), "offset=2"),
        (Family::Start, json!({"next": {"start": "t1", "href": "/v2?start=t1"}}), "start=t1"),
        (Family::Start, json!({"next": {"href": "https://iam.example.com/v2?start=t1"}}), "start=t1"),
        (Family::UnderscoreStart, json!({"next_url": "/v2/accounts/a/users?_start=t1"}), "_start=t1"),
        (Family::NextStart, json!({"next_url": "/v2/resource_instances?start=t1"}), "start=t1"),
    ];
    for (family, page, token) in pages {
        let mut walk = walk(family);
        assert_eq!(turn(&mut walk, page), Ok(true), "{family:?}");
        assert_eq!(
            walk.here().as_str(),
            format!("https://iam.example.com/v1/things?account_id=a&limit=2&{token}")
        );
    }
}

#[test]
fn a_missing_null_or_empty_continuation_ends_a_list() {
    let ends = [json!({}), json!({"next": null, "next_url": null}), json!({"next": "", "next_url": ""})];
    for family in
        [Family::PageToken, Family::Offset, Family::Start, Family::UnderscoreStart, Family::NextStart]
    {
        for page in ends.clone() {
            assert_eq!(turn(&mut walk(family), page), Ok(false), "{family:?}");
        }
    }
    assert_eq!(turn(&mut walk(Family::Offset), json!({"next": {}})), Ok(false));
    assert_eq!(turn(&mut walk(Family::Start), json!({"next": {"start": null, "href": null}})), Ok(false));
    assert_eq!(turn(&mut walk(Family::Single), json!({"next": "https://elsewhere/"})), Ok(false));
}

#[test]
fn a_short_page_does_not_end_a_list() {
    let page = json!({"things": [], "next_url": "/v2/resource_instances?start=t1"});
    assert_eq!(turn(&mut walk(Family::NextStart), page), Ok(true));
}

#[test]
fn a_repeated_token_fails() {
    let mut walk = walk(Family::PageToken);
    let page = json!({"next": "https://iam.example.com/v1/things?pagetoken=t1"});
    assert_eq!(turn(&mut walk, page.clone()), Ok(true));
    assert_eq!(turn(&mut walk, page), Err("page 2 leads back to a page already read".to_owned()));
}

#[test]
fn an_endless_list_fails_at_the_page_limit() {
    let mut walk = walk(Family::Start);
    for token in 1..5 {
        assert_eq!(turn(&mut walk, json!({"next": {"start": token.to_string()}})), Ok(true));
    }
    let last = turn(&mut walk, json!({"next": {"start": "5"}}));
    assert_eq!(last, Err("it goes on after 5 pages, the most that are read".to_owned()));
}

#[test]
fn of_a_link_to_another_host_only_the_token_is_taken() {
    let hosts = [
        "https://private.iam.example.com/v1/things",
        "http://iam.example.com/v1/things",
        "https://iam.example.com:8443/other",
        "//evil.example.com/",
        "https://iam.example.com@evil.example.com/",
        "/v1/things",
        "",
    ];
    let families = [
        (Family::PageToken, "next"),
        (Family::Offset, "next"),
        (Family::Start, "next"),
        (Family::UnderscoreStart, "next_url"),
        (Family::NextStart, "next_url"),
    ];
    for (family, member) in families {
        for host in hosts {
            let parameter = family.parameter();
            let link = format!("{host}?account_id=other&{parameter}=t%2B1&limit=9");
            for next in [json!(link), json!({ "href": link })] {
                let mut walk = walk(family);
                assert_eq!(turn(&mut walk, json!({ member: next })), Ok(true), "{link}");
                let next =
                    format!("https://iam.example.com/v1/things?account_id=a&limit=2&{parameter}=t%2B1");
                assert_eq!(walk.here().as_str(), next);
            }
        }
        for link in
            ["https://iam.example.com/v1/things?limit=2", "/v1/things", &format!("?{}=", family.parameter())]
        {
            let reason = turn(&mut walk(family), json!({ member: link })).unwrap_err();
            assert_eq!(reason, format!("the link to the next page has no `{}`", family.parameter()));
        }
    }
    let both = json!({"next": {"start": "t1", "href": "https://evil.example.com/?start=t2"}});
    let mut walk = walk(Family::Start);
    assert_eq!(turn(&mut walk, both), Ok(true));
    assert!(walk.here().as_str().ends_with("limit=2&start=t1"), "{}", walk.here());
}

#[test]
fn a_continuation_of_a_wrong_type_fails() {
    assert!(turn(&mut walk(Family::PageToken), json!({"next": 7})).is_err());
    assert!(turn(&mut walk(Family::Start), json!({"next": {"start": [7]}})).is_err());
    assert!(turn(&mut walk(Family::NextStart), json!({"next_url": ["x"]})).is_err());
}

#[test]
fn a_token_that_is_a_number_is_read() {
    let mut walk = walk(Family::Start);
    assert_eq!(turn(&mut walk, json!({"next": {"start": 7}})), Ok(true));
    assert!(walk.here().as_str().ends_with("&start=7"), "{}", walk.here());
}

#[test]
fn the_greatest_count_of_any_page_is_remembered() {
    let mut walk = walk(Family::UnderscoreStart);
    turn(&mut walk, json!({"total_results": 7, "next_url": "?_start=1"})).unwrap();
    turn(&mut walk, json!({"total_results": 6})).unwrap();
    assert_eq!(walk.claimed(), 7);
}

#[test]
fn a_marker_is_encoded_and_its_absence_ends_a_list() {
    let mut walk = walk(Family::Marker);
    let page = json!({"page_info": {"next_marker": "a+/=-_", "current_count": 2}});
    assert_eq!(turn(&mut walk, page), Ok(true));
    assert_eq!(
        walk.here().as_str(),
        "https://iam.example.com/v1/things?account_id=a&limit=2&marker=a%2B%2F%3D-_"
    );
    assert_eq!(turn(&mut walk, json!({"page_info": {"current_count": 1}})), Ok(false));
    assert_eq!(walk.claimed(), 3);
}

#[test]
fn a_marker_that_is_none_ends_a_list_and_one_of_a_wrong_type_fails() {
    for end in [
        json!({}),
        json!({"page_info": null}),
        json!({"page_info": {"next_marker": null}}),
        json!({"page_info": {"next_marker": ""}}),
    ] {
        assert_eq!(turn(&mut walk(Family::Marker), end), Ok(false));
    }
    for odd in [json!({"page_info": 7}), json!({"page_info": {"next_marker": [7]}})] {
        assert!(turn(&mut walk(Family::Marker), odd).is_err());
    }
}

#[test]
fn numbered_pages_end_when_their_counter_is_reached() {
    for (family, seconds) in [(NUMBERED, "page=2"), (SKIPPING, "offset=2")] {
        let name = if family == NUMBERED { "total_num" } else { "total" };
        let mut walk = walk(family);
        assert_eq!(turn(&mut walk, json!({"things": [1, 2], name: 3})), Ok(true), "{family:?}");
        assert!(walk.here().as_str().ends_with(seconds), "{}", walk.here());
        assert_eq!(turn(&mut walk, json!({"things": [3], name: 3})), Ok(false));
    }
}

#[test]
fn a_full_page_that_reaches_the_counter_is_the_last() {
    assert_eq!(turn(&mut walk(NUMBERED), json!({"things": [1, 2], "total_num": 2})), Ok(false));
    assert_eq!(turn(&mut walk(NUMBERED), json!({"things": [], "total_num": 0})), Ok(false));
}

#[test]
fn a_counter_that_is_not_reached_stays_claimed() {
    let mut walk = walk(NUMBERED);
    assert_eq!(turn(&mut walk, json!({"things": [1], "total_num": 3})), Ok(true));
    assert_eq!(turn(&mut walk, json!({"things": [], "total_num": 3})), Ok(false));
    assert_eq!(walk.claimed(), 3);
}

#[test]
fn without_a_counter_a_page_that_is_not_full_is_the_last() {
    let family = Family::Numbered { size: 2, total: None };
    assert_eq!(turn(&mut walk(family), json!({"things": [1]})), Ok(false));
    let mut full = walk(family);
    assert_eq!(turn(&mut full, json!({"things": [1, 2]})), Ok(true));
    assert_eq!(turn(&mut full, json!({"things": []})), Ok(false));
    let linked = json!({"things": [1], "links": {"next": "https://elsewhere/"}});
    assert_eq!(turn(&mut walk(family), linked), Ok(true));
}

#[test]
fn pages_that_repeat_each_other_fail() {
    let mut walk = walk(Family::Numbered { size: 2, total: None });
    assert_eq!(turn(&mut walk, json!({"things": [1, 2]})), Ok(true));
    let again = turn(&mut walk, json!({"things": [1, 2]}));
    assert_eq!(again, Err("page 2 repeats the one before it".to_owned()));
}
