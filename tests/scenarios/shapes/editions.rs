//! Things that bear the date of their last edit still, and members that no interface describes yet: what they lost was not edited
//! away.

use model::Cloud;
use serde_json::{Value, json};
use simulators::{huawei, ibm, ibm::FaultKind};

use super::{moment, news};
use crate::scenarios::{Account, company::Company};

/// A part of the path and query of calls, a place inside of the things that they show, and what stands there.
pub(super) type Odd = (&'static str, &'static str, Value);

/// Audits with all of some places spoilt, and after it without; asserts that neither run tells anything.
pub(super) async fn tell_nothing(account: &Account, rounds: Vec<Vec<Odd>>) {
    account.audit(&moment(0)).await.expect("a first audit");
    let mut run = 0;
    for places in rounds {
        for (path, place, value) in &places {
            spoil(account, path, place, value.clone());
        }
        for state in ["spoilt", "healed"] {
            let told = account.events().len();
            run += 1;
            account.audit(&moment(run)).await.expect("an audit");
            assert_eq!(news(&account.events()[told..]), [""; 0], "{state}: {places:?}");
            heal(account);
        }
    }
}

/// Puts a value in a place of what calls show.
pub(super) fn spoil(account: &Account, path: &str, place: &str, value: Value) {
    add_fault(account, path, FaultKind::Inside(place.to_owned(), value));
}

/// Takes away what is in a place of what calls show.
pub(super) fn lacking(account: &Account, path: &str, place: &str) {
    add_fault(account, path, FaultKind::Lacking(place.to_owned()));
}

pub(super) fn add_fault(account: &Account, path: &str, kind: FaultKind) {
    match &account.company {
        Company::Ibm(cloud) => cloud.add_fault(ibm::Fault::on(path, kind)),
        Company::Huawei(cloud) => cloud.add_fault(huawei::Fault::on(path, kind)),
    }
}

pub(super) fn heal(account: &Account) {
    match &account.company {
        Company::Ibm(cloud) => cloud.clear_faults(),
        Company::Huawei(cloud) => cloud.clear_faults(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_ibm_cloud_adds_to_its_answers_is_no_change_of_the_account() {
    let account = Account::of_a_dozen().await;
    let added = |value: Value| {
        vec![
            ("/v1/rules?", "contexts/*/+added_by_the_cloud", value.clone()),
            ("/v1/zones?", "addresses_preview/*/+added_by_the_cloud", value.clone()),
            ("/v1/zones/", "ref/+added_by_the_cloud", value.clone()),
            ("/v2/policies", "control/grant/+added_by_the_cloud", value.clone()),
            ("/v1/apikeys?", "+added_by_the_cloud", value.clone()),
            ("/links", "link/+added_by_the_cloud", value.clone()),
            (
                "access_management",
                "external_account_identity_interaction/identity_types/+added_by_the_cloud",
                { json!({ "state": "enabled", "external_allowed_accounts": [] }) },
            ),
            ("effective_settings", "effective/+added_by_the_cloud", value),
        ]
    };
    tell_nothing(&account, vec![added(json!(true)), added(json!([{ "a": "b" }]))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_huawei_cloud_adds_to_its_answers_is_no_change_of_the_account() {
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    let added = |value: Value| {
        vec![
            ("/v5/password-policy", "password_policy/+added_by_the_cloud", value.clone()),
            ("/v5/login-policy", "login_policy/+added_by_the_cloud", value.clone()),
            ("protect-policy", "protect_policy/allow_user/+added_by_the_cloud", value.clone()),
            ("/v5/groups?", "+added_by_the_cloud", value.clone()),
            ("/v5/agencies?", "+added_by_the_cloud", value.clone()),
            ("/v3/auth/domains", "domains/*/+added_by_the_cloud", value.clone()),
            ("/v1.0/enterprise-projects", "+added_by_the_cloud", value),
        ]
    };
    tell_nothing(&account, vec![added(json!(true)), added(json!({ "a": "b" }))]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_anew_is_told_at_once_whatever_its_date_says() {
    let account = Account::of_a_dozen().await;
    account.audit(&moment(0)).await.expect("a first audit");
    let places = [
        ("/v2/policies", "resource/attributes/*/value", json!("another"), "ibm_policy_resource_attributes"),
        ("/v2/policies", "control/grant/roles/*/role_id", json!("another"), "ibm_policy_roles"),
        ("/v1/rules?", "enforcement_mode", json!("report"), "ibm_cbr_rules"),
        ("/v2/groups/", "conditions/*/value", json!("\"another\""), "ibm_access_group_rule_conditions"),
        ("/v1/apikeys?", "disabled", json!(true), "ibm_api_keys"),
    ];
    for (run, (path, place, value, table)) in (1..).zip(places) {
        let told = account.events().len();
        spoil(&account, path, place, value);
        account.audit(&moment(2 * run)).await.expect("an audit");
        let news = news(&account.events()[told..]);
        assert!(
            news.iter().any(|each| each.contains(".drift.") && each.contains(table)),
            "{place}: {news:?}"
        );
        heal(&account);
        account.audit(&moment(2 * run + 1)).await.expect("an audit");
    }
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    account.audit(&moment(0)).await.expect("a first audit");
    let told = account.events().len();
    spoil(&account, "/versions", "document/Statement/*/Effect", json!("Deny"));
    account.audit(&moment(1)).await.expect("an audit");
    let news = news(&account.events()[told..]);
    assert!(news.iter().any(|each| each.contains(".drift.")), "{news:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_of_a_policy_that_only_says_less_tells_nothing() {
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    let document = |place, value| vec![("/versions", place, value)];
    let rounds = vec![
        document("document/Statement/*/Condition", json!({})),
        document("document/Statement/*/Condition/StringEquals", json!({ "g:SourceIp": true })),
        document("document/Statement/*/Resource", json!("odd")),
        document("document/Statement/*/+added_by_the_cloud", json!(true)),
        document("document/Statement/*/Sid", json!("")),
        document("document/Statement/*/Condition/boolIfExists/g:MFAPresent/*", json!(true)),
    ];
    tell_nothing(&account, rounds).await;
    for place in [
        "document/Statement/*/Condition",
        "document/Statement/*/Sid",
        "document/Statement/*/Resource",
        "document/Statement/*/Action",
        "document/Statement/*/Effect",
        "document/Version",
    ] {
        lacking(&account, "/versions", place);
        for (run, state) in [(20, "spoilt"), (21, "healed")] {
            let told = account.events().len();
            account.audit(&moment(run + told)).await.expect("an audit");
            assert_eq!(news(&account.events()[told..]), [""; 0], "{state}: {place}");
            heal(&account);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_version_lost_is_told_the_second_time_and_an_edit_at_once() {
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    account.audit(&moment(0)).await.expect("a first audit");
    lacking(&account, "/versions", "document/Statement/*/Condition");
    for (run, is_told) in [(1, false), (2, true), (3, false)] {
        let told = account.events().len();
        account.audit(&moment(run)).await.expect("an audit");
        let news = news(&account.events()[told..]);
        assert_eq!(news.iter().any(|each| each.contains(".drift.")), is_told, "run {run}: {news:?}");
    }
    let account = Account::of(Company::of_a_dozen(Cloud::Huawei).await);
    account.audit(&moment(0)).await.expect("a first audit");
    let policy = account.huawei().change(|world| {
        let policy = world.policies.each_mut().find(|policy| policy.is_custom()).expect("a policy");
        let document = policy.versions[0].text("document").replace("\"Allow\"", "\"Deny\"");
        policy.versions[0].set("document", document);
        policy.object.text("policy_id").to_owned()
    });
    let told = account.events().len();
    account.audit(&moment(1)).await.expect("a second audit");
    let news = news(&account.events()[told..]);
    assert!(news.iter().any(|each| each.contains(".drift.") && each.contains(&policy)), "{news:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubt_is_told_of_the_list_that_it_is_about() {
    let account = Account::of_a_dozen().await;
    account.audit(&moment(0)).await.expect("a first audit");
    lacking(&account, "/v2/policies", "description");
    lacking(&account, "/report/latest", "apikeys");
    let told = account.events().len();
    account.audit(&moment(1)).await.expect("an audit");
    let events = account.events().split_off(told);
    assert_eq!(news(&events), [""; 0]);
    let titles: Vec<&str> = events.iter().filter_map(|event| event.data["title"].as_str()).collect();
    for list in ["ibm_policies of v2 could not", "ibm_inactive_identities could not"] {
        assert!(titles.iter().any(|title| title.starts_with(list)), "{list}: {titles:?}");
    }
    assert!(!titles.iter().any(|title| title.contains("authorization")), "{titles:?}");
}
