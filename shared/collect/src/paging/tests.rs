use serde_json::json;

use super::*;

fn walk(family: Family) -> Walk {
    Walk::new(family, Url::parse("https://iam.example.com/v1/things?account_id=a&limit=2").unwrap(), 5)
}

fn turn(walk: &mut Walk, page: Value) -> Result<bool, String> {
    let Value::Object(page) = page else { panic!("a page is an object") };
    walk.turn(&page)
}

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
fn a_foreign_link_is_not_followed() {
    let foreign = [
        "https://evil.example.com/v1/things?pagetoken=t1",
        "http://iam.example.com/v1/things?pagetoken=t1",
        "https://iam.example.com:8443/v1/things?pagetoken=t1",
        "//evil.example.com/?pagetoken=t1",
        "https://iam.example.com@evil.example.com/?pagetoken=t1",
    ];
    for link in foreign {
        let mut walk = walk(Family::PageToken);
        let before = walk.here().clone();
        let reason = turn(&mut walk, json!({ "next": link })).unwrap_err();
        assert!(reason.contains("not followed"), "{link}: {reason}");
        assert_eq!(walk.here(), &before);
    }
    let both = json!({"next": {"start": "t1", "href": "https://evil.example.com/?start=t1"}});
    assert!(turn(&mut walk(Family::Start), both).is_err());
}

#[test]
fn a_continuation_of_a_wrong_type_fails() {
    assert!(turn(&mut walk(Family::PageToken), json!({"next": 7})).is_err());
    assert!(turn(&mut walk(Family::Start), json!({"next": {"start": 7}})).is_err());
    assert!(turn(&mut walk(Family::NextStart), json!({"next_url": ["x"]})).is_err());
}

#[test]
fn the_greatest_count_of_any_page_is_remembered() {
    let mut walk = walk(Family::UnderscoreStart);
    turn(&mut walk, json!({"total_results": 7, "next_url": "?_start=1"})).unwrap();
    turn(&mut walk, json!({"total_results": 6})).unwrap();
    assert_eq!(walk.claimed(), 7);
}
