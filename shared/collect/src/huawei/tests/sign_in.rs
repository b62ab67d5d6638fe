use serde_json::json;

use super::{
    cloud::{ACCOUNT, Cloud, settings},
    coverage,
};
use crate::{
    CollectError, Secret, Silent,
    huawei::{Clock, Credentials, Keys, account},
};
use model::tables::huawei::{ACCOUNTS, GROUPS};

fn agency(base: &str) -> super::super::CollectSettings {
    super::super::CollectSettings {
        credentials: Credentials::Agency {
            keys: Keys::new("OUTSIDE", Secret::new("0uts1de")),
            agency_urn: format!("iam::{ACCOUNT}:agency:audit"),
            external_id: Some("ext".to_owned()),
            session_name: "iamwatch".to_owned(),
        },
        ..settings(base)
    }
}

fn lent(expiration: &str) -> serde_json::Value {
    json!({"credentials": {"access_key_id": "LENT", "secret_access_key": "l3nt", "security_token": "t0k+n/==",
        "expiration": expiration}})
}

#[tokio::test]
async fn every_call_is_signed_and_none_but_the_assumption_is_a_post() {
    let (_, asked) = Cloud::empty().read().await.unwrap();
    for (line, headers) in asked.lock().unwrap().iter() {
        assert!(line.starts_with("GET /"), "{line}");
        let authorization = &headers["authorization"];
        assert!(
            authorization.starts_with("SDK-HMAC-SHA256 Access=HWAKEXAMPLE0000000001, SignedHeaders=host;"),
            "{authorization}"
        );
        assert_eq!(headers["x-sdk-date"], "20260115T083000Z");
        assert_eq!(headers.contains_key("x-domain-id"), !line.contains("/v3/auth/domains"), "{line}");
    }
}

#[tokio::test]
async fn an_agency_lends_its_keys() {
    let (base, asked) = Cloud::empty().with("/v5/agencies/assume", lent("2026-01-15T09:30:00Z")).open().await;
    let collected = account(&agency(&base), &Silent).await.unwrap();
    assert_eq!(collected.account.id(), ACCOUNT);
    let asked = asked.lock().unwrap();
    let (posts, reads): (Vec<_>, Vec<_>) = asked.iter().partition(|(line, _)| line.starts_with("POST"));
    assert_eq!(posts.len(), 1);
    assert!(posts[0].1["authorization"].contains("Access=OUTSIDE,"));
    assert!(!posts[0].1.contains_key("x-security-token"));
    assert!(reads.iter().all(|(_, headers)| headers["x-security-token"] == "t0k+n/=="
        && headers["authorization"].contains("Access=LENT,")
        && headers["authorization"].contains("x-security-token")));
}

#[tokio::test]
async fn keys_that_say_they_have_ended_or_never_end_are_used_until_they_are_refused() {
    for end in
        ["2026-01-15T08:30:00Z", "2025-01-15T08:30:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", ""]
    {
        let (base, asked) = Cloud::empty().with("/v5/agencies/assume", lent(end)).open().await;
        account(&agency(&base), &Silent).await.unwrap();
        let asked = asked.lock().unwrap();
        assert_eq!(asked.iter().filter(|(line, _)| line.starts_with("POST")).count(), 1, "{end}");
    }
}

#[tokio::test]
async fn keys_that_the_cloud_refuses_in_between_are_renewed() {
    let refusal = json!({"error_code": "APIGW.0301", "error_msg": "expired"});
    let cloud = Cloud::empty().with("/v5/agencies/assume", lent("2026-01-15T09:30:00Z")).first_refusing(
        "/v5/groups",
        401,
        refusal,
    );
    let (base, asked) = cloud.open().await;
    let collected = account(&agency(&base), &Silent).await.unwrap();
    assert_eq!(coverage(&collected, &GROUPS), ["complete"]);
    assert_eq!(asked.lock().unwrap().iter().filter(|(line, _)| line.starts_with("POST")).count(), 2);
}

#[tokio::test]
async fn a_refused_agency_ends_the_run_with_what_to_do() {
    let refusal = json!({"error_code": "PAP5.0001", "error_msg": "no 0uts1de"});
    let (base, _) = Cloud::empty().refusing("/v5/agencies/assume", 403, refusal).open().await;
    let error = account(&agency(&base), &Silent).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, CollectError::Rejected { .. }), "{text}");
    assert!(text.contains("HTTP 403 (PAP5.0001)") && text.contains("trust policy"), "{text}");
    assert!(!text.contains("0uts1de"));
}

#[tokio::test]
async fn a_key_that_the_cloud_does_not_know_ends_the_run() {
    let unknown =
        json!({"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information"});
    let error = Cloud::default().otherwise(401, unknown).read().await.unwrap_err().to_string();
    assert!(error.contains("HTTP 401 (APIGW.0301)") && error.contains("clock"), "{error}");
    assert!(!error.contains("s3cr3t"));
}

#[tokio::test]
async fn the_account_is_found_where_the_call_that_shows_it_is_refused() {
    let identity = json!({"account_id": ACCOUNT, "principal_urn": "u", "principal_id": "p"});
    let cloud = Cloud::empty().without("/v3/auth", 403, "IAM.0002").with("/v5/caller-identity", identity);
    let (collected, _) = cloud.read().await.unwrap();
    assert_eq!(collected.account.id(), ACCOUNT);
    assert_eq!(coverage(&collected, &ACCOUNTS), ["denied: HTTP 403 (IAM.0002)"]);
}

#[tokio::test]
async fn an_account_that_nothing_names_ends_the_run() {
    let refusal = json!({"error_code": "PAP5.0001", "error_msg": "no"});
    let error = Cloud::default().otherwise(403, refusal).read().await.unwrap_err();
    assert!(matches!(error, CollectError::UnknownAccount { .. }), "{error}");
}

#[tokio::test]
async fn another_account_than_the_one_asked_for_ends_the_run() {
    let (base, _) = Cloud::empty().open().await;
    let mut settings = settings(&base);
    settings.account = Some("another".to_owned());
    let error = account(&settings, &Silent).await.unwrap_err();
    assert!(matches!(error, CollectError::OtherAccount { .. }), "{error}");
}

#[tokio::test]
async fn a_key_of_which_a_part_is_missing_is_not_tried() {
    let (base, asked) = Cloud::empty().open().await;
    let mut settings = settings(&base);
    settings.credentials = Credentials::Keys(Keys::new("AK", Secret::new(" ")));
    settings.clock = Clock::new(|| "2026-01-15T08:30:00Z".parse().unwrap());
    assert!(matches!(account(&settings, &Silent).await, Err(CollectError::NoAccessKey)));
    assert!(asked.lock().unwrap().is_empty());
}
