//! Odd elements in lists, lists that are shorter under the date that they had, and members that move what has no order: none of it
//! is an edit. What nothing dates is taken at its word.

use model::Cloud;
use serde_json::{Value, json};

use super::{
    editions::{Odd, heal, lacking, spoil, tell_nothing},
    moment, news,
};
use crate::scenarios::{Account, company::Company};

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_element_in_an_empty_list_is_no_change() {
    let accounts = "external_account_identity_interaction/identity_types/service/external_allowed_accounts";
    let holding = |element: Value| -> Vec<Odd> {
        vec![
            ("access_management", accounts, json!([element])),
            ("/v2/resource_groups", "resource_linkages", json!([element])),
            ("/users?", "linked_accounts", json!([element])),
            ("/v1/zones?", "addresses_preview/*/+added_by_the_cloud", json!([element])),
        ]
    };
    let account = Account::of_a_dozen().await;
    let elements = [Value::Null, json!(""), json!(7), json!(true), json!({ "odd": true }), json!([])];
    tell_nothing(&account, elements.map(holding).into()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_shorter_under_the_date_that_it_had_is_no_edit() {
    let account = Account::of_a_dozen().await;
    let emptied = vec![
        ("/v2/policies", "control/grant/roles", json!([])),
        ("/v1/rules?", "contexts", json!([])),
        ("/v1/serviceids?", "unique_instance_crns", json!([])),
        ("/v2/roles?", "actions", json!([])),
        ("/v2/groups/", "conditions", json!([])),
    ];
    let other = vec![
        ("/v2/policies", "rule/conditions/*/+added_by_the_cloud", json!(true)),
        ("/v1/profiles/", "conditions/*/value", json!(["odd"])),
    ];
    let subject = vec![("/v2/policies", "subject/attributes/*/value", json!(["odd"]))];
    tell_nothing(&account, vec![emptied, other, subject]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_inside_of_a_thing_shows_twice_is_not_two() {
    let again = |places: &[(&'static str, &'static str)]| -> Vec<Vec<Odd>> {
        vec![places.iter().map(|(path, place)| (*path, *place, Value::Null)).collect()]
    };
    let account = Account::of_a_dozen().await;
    let places = [
        ("/v2/policies", "resource/attributes/+again"),
        ("/v1/rules?", "contexts/+again"),
        ("/v2/groups/", "conditions/+again"),
        ("/v2/roles?", "actions/+again"),
        ("effective_settings", "effective/user_mfa/+again"),
        ("/v1/serviceids?", "unique_instance_crns/+again"),
    ];
    tell_nothing(&account, again(&places)).await;
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    let places = [
        ("/versions", "document/Statement/+again"),
        ("/v5/agencies?", "trust_policy/Statement/*/Action/+again"),
        ("/v3/roles?", "policy/Statement/+again"),
        ("/OS-FEDERATION/mappings", "rules/+again"),
        ("/v5/oidc-providers", "thumbprints/+again"),
    ];
    tell_nothing(&account, again(&places)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_inside_of_a_thing_shows_in_the_place_of_another_takes_nothing_away() {
    let account = Account::of_a_dozen().await;
    let places = ["/v2/policies resource/attributes", "/v2/roles? actions", "/v2/groups/ conditions"];
    let instead = |places: &[&'static str]| -> Vec<Vec<Odd>> {
        let place = |place: &&'static str| {
            let (path, list) = place.split_once(' ').expect("a path and a place");
            vec![(path, &*format!("{list}/+instead").leak(), Value::Null)]
        };
        places.iter().map(place).collect()
    };
    tell_nothing(&account, instead(&places)).await;
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    tell_nothing(&account, instead(&["/v5/users/ user/tags"])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_gives_nothing_in_a_text_of_huawei_cloud_is_doubtful_once() {
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    let scp = "policy/content/Statement/*/Sid";
    let rounds = vec![
        vec![
            ("/v1/organizations/policies/p-", scp, json!("")),
            ("/v3/roles?", "policy/Version", json!("")),
            ("/v5/password-policy", "password_policy/password_requirements", json!("")),
            ("/OS-FEDERATION/mappings", "rules/*/local/*/+added_by_the_cloud", json!(true)),
        ],
        vec![
            ("/attached-entities", "attached_entities/*/type", json!(true)),
            ("/versions", "document/Statement/*/NotAction", json!([])),
            ("/v3/roles?", "policy/Statement/*/+added_by_the_cloud", Value::Null),
            (
                "/v1/organizations/policies/p-",
                "policy/content/Statement/*/Condition/StringNotEquals/g:RequestedRegion",
                json!(7),
            ),
        ],
        vec![
            ("/v5/agencies?", "trust_policy/Statement/*/Condition/StringEquals/oidc:aud", json!("")),
            ("/v3/roles?", "policy/Statement/*/Condition/StringEquals/g:ProjectName/*", json!("")),
            (
                "/v1/organizations/policies/p-",
                "policy/content/Statement/*/Condition/StringNotEquals/g:RequestedRegion/*",
                json!(""),
            ),
        ],
        vec![
            ("/v3/roles?", "*last/policy/Statement", json!([])),
            ("/v5/agencies?", "trust_policy/Statement/*/Action", json!([])),
            ("/v1/organizations/policies/p-", "policy/content/Statement/*/Action", json!([])),
        ],
        vec![
            ("/v3/roles?", "policy/Statement/*/Condition/StringEquals/g:ProjectName", json!("")),
            (
                "/v1/organizations/policies/p-",
                "policy/content/Statement/*/Condition/StringNotEquals/g:RequestedRegion",
                json!([7]),
            ),
        ],
    ];
    tell_nothing(&account, rounds).await;
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    account.audit(&moment(0)).await.expect("a first audit");
    lacking(&account, "/v1/organizations/policies/p-", scp);
    for (run, state) in [(1, "without"), (2, "without, for the second time"), (3, "healed")] {
        let told = account.events().len();
        account.audit(&moment(run)).await.expect("an audit");
        let is_told = news(&account.events()[told..]).iter().any(|each| each.contains("huawei_scps"));
        assert_eq!(is_told, run != 1, "{state}");
        if run == 2 {
            heal(&account);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_leaves_a_text_which_nothing_dates_is_access_gained_at_once() {
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    account.audit(&moment(0)).await.expect("a first audit");
    let condition = "trust_policy/Statement/*/Condition";
    let mut told = account.events().len();
    for (run, empty) in [(1, Some(json!({}))), (3, None)] {
        match empty {
            Some(empty) => spoil(&account, "/v5/agencies?", condition, empty),
            None => lacking(&account, "/v5/agencies?", condition),
        }
        account.audit(&moment(run)).await.expect("an audit");
        let news = news(&account.events()[told..]);
        assert!(news.iter().any(|each| each.contains("access.gained")), "{condition}: {news:?}");
        heal(&account);
        account.audit(&moment(run + 1)).await.expect("an audit");
        told = account.events().len();
    }
}
