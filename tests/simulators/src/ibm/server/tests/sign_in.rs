use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{Host, Visit, json};
use crate::ibm::world::{AUDITOR_PROFILE, COLLECTOR_CR_TOKEN};
use crate::ibm::{Size, TokenLife};

const GRANT: &str = "urn:ibm:params:oauth:grant-type";

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_names_the_account_it_is_bound_to() {
    let visit = Visit::new(Size::Dozen).await;
    let claims = claims(&visit.token);
    assert_eq!(claims["account"]["bss"], visit.account);
    assert_eq!(claims["sub_type"], "ServiceId");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
}

#[tokio::test]
async fn an_unknown_key_is_answered_with_400_and_ibms_code() {
    let visit = Visit::new(Size::Dozen).await;
    let answer = visit.grant(&[("grant_type", &format!("{GRANT}:apikey")), ("apikey", "wrong")]).await;
    assert_eq!(answer.status(), 400);
    let body = json(answer).await;
    assert_eq!(body["errorCode"], "BXNIM0415E");
    assert!(body["context"]["requestId"].is_string());
    let answer = visit.grant(&[("grant_type", "magic"), ("apikey", "wrong")]).await;
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn a_workload_becomes_the_profile_by_its_own_token() {
    let visit = Visit::new(Size::Dozen).await;
    let kind = format!("{GRANT}:cr-token");
    let form =
        [("grant_type", kind.as_str()), ("cr_token", COLLECTOR_CR_TOKEN), ("profile_name", AUDITOR_PROFILE)];
    let answer = visit.grant(&form).await;
    assert_eq!(answer.status(), 200);
    let token = json(answer).await["access_token"].as_str().unwrap().to_owned();
    assert_eq!(claims(&token)["sub_type"], "Profile");
    assert_eq!(visit.grant(&form[..2]).await.status(), 400);
}

#[tokio::test]
async fn an_assumed_profile_says_who_is_behind_it() {
    let visit = Visit::new(Size::Dozen).await;
    let kind = format!("{GRANT}:assume");
    let form = [
        ("grant_type", kind.as_str()),
        ("access_token", visit.token.as_str()),
        ("profile_name", AUDITOR_PROFILE),
        ("account", visit.account.as_str()),
    ];
    let answer = visit.grant(&form).await;
    assert_eq!(answer.status(), 200);
    let token = json(answer).await["access_token"].as_str().unwrap().to_owned();
    let (own, assumed) = (claims(&visit.token), claims(&token));
    assert_eq!(assumed["authn"]["iam_id"], own["iam_id"]);
    assert_ne!(assumed["iam_id"], own["iam_id"]);
}

#[tokio::test]
async fn a_token_dies_after_its_calls_and_each_api_words_it_its_own_way() {
    let mut visit = Visit::new(Size::Dozen).await;
    visit.simulator.set_token_life(TokenLife::Calls(1));
    visit.sign_in(crate::ibm::world::COLLECTOR_API_KEY).await;
    assert_eq!(visit.status(Host::Accounts, "/v4/accounts/{account}").await, 200);
    let identity = visit.get(Host::Iam, "/v1/serviceids?account_id={account}").await;
    assert_eq!(identity.status(), 401);
    assert_eq!(json(identity).await["status_code"], "401");
    let users = json(visit.get(Host::UserManagement, "/v2/accounts/{account}/users").await).await;
    assert_eq!(users["errors"][0]["code"], 401);
    let groups = json(visit.get(Host::Iam, "/v2/groups?account_id={account}").await).await;
    assert_eq!(groups["errors"][0]["code"], "invalid_token");
}

#[tokio::test]
async fn a_token_dies_after_its_seconds() {
    let mut visit = Visit::new(Size::Dozen).await;
    visit.simulator.set_token_life(TokenLife::Seconds(1));
    visit.sign_in(crate::ibm::world::COLLECTOR_API_KEY).await;
    assert_eq!(visit.status(Host::Accounts, "/v4/accounts/{account}").await, 200);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(visit.status(Host::Accounts, "/v4/accounts/{account}").await, 401);
}

#[tokio::test]
async fn a_call_without_a_token_is_refused() {
    let mut visit = Visit::new(Size::Dozen).await;
    visit.token = "forged".into();
    assert_eq!(visit.status(Host::Accounts, "/v4/accounts/{account}").await, 401);
    assert!(visit.simulator.log().iter().any(|call| call.status == 401 && call.had_bearer));
}
