use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, Key, Visit};
use crate::huawei::Clock;
use crate::huawei::world::{
    COLLECTOR_ACCESS_KEY, FOREIGN_ACCESS_KEY, FOREIGN_ACCOUNT, FOREIGN_SECRET_KEY, Model, Object, Rights,
    STRANGER_ACCESS_KEY, STRANGER_SECRET_KEY, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY,
    TEMPORARY_SECURITY_TOKEN,
};

async fn refused(visit: &Visit, wanted: &str) {
    let (status, body) = visit.answer(Host::Iam, "/v5/users?limit=1").await;
    assert_eq!((status, &body["error_code"]), (401, &json!("APIGW.0301")), "{wanted}");
    let message = body["error_msg"].as_str().unwrap();
    assert!(message.contains(wanted), "{message}");
    assert!(body["request_id"].is_string());
}

#[tokio::test]
async fn a_call_is_let_in_by_its_signature_alone() {
    let mut visit = Visit::new().await;
    visit.read(Host::Iam, "/v5/users?limit=1").await;
    visit.key.secret.push('x');
    refused(&visit, "the signature does not match").await;
    visit.key = Key::new("HWAKUNKNOWN", "secret");
    refused(&visit, "the access key is unknown").await;
    let url = format!("{}/v5/users", visit.simulator.endpoints().iam);
    assert_eq!(visit.client.get(url).send().await.unwrap().status(), 401);
    assert_eq!(visit.simulator.log().last().unwrap().access_key, None);
    assert_eq!(visit.simulator.log()[0].access_key.as_deref(), Some(COLLECTOR_ACCESS_KEY));
}

#[tokio::test]
async fn fifteen_minutes_are_forgiven_and_not_a_second_more() {
    let mut visit = Visit::new().await;
    let now: Timestamp = "2026-09-07T06:00:00Z".parse().unwrap();
    visit.simulator.set_clock(Clock::At(now));
    for seconds in [-900, 900] {
        visit.signed_at = Some(now + SignedDuration::from_secs(seconds));
        visit.read(Host::Iam, "/v5/users?limit=1").await;
    }
    for seconds in [-901, 901] {
        visit.signed_at = Some(now + SignedDuration::from_secs(seconds));
        refused(&visit, "15 minutes").await;
    }
    visit.signed_at = None;
    visit.simulator.set_clock(Clock::Ahead(SignedDuration::from_mins(20)));
    refused(&visit, "15 minutes").await;
    visit.simulator.set_clock(Clock::Machine);
    visit.read(Host::Iam, "/v5/users?limit=1").await;
}

#[tokio::test]
async fn temporary_keys_need_their_token() {
    let mut visit = Visit::new().await;
    visit.key = Key::new(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY);
    refused(&visit, "the security token").await;
    visit.key.token = Some(TEMPORARY_SECURITY_TOKEN.to_owned());
    visit.read(Host::Iam, "/v5/users?limit=1").await;
    visit.key.token = Some("another".to_owned());
    refused(&visit, "the security token").await;
}

#[tokio::test]
async fn a_key_that_is_switched_off_opens_nothing() {
    let visit = Visit::new().await;
    visit.simulator.change(|world| {
        let auditor = world.callers[0].principal_id.clone();
        world.users.with_id_mut(&auditor).unwrap().access_keys[0].object.set("status", "inactive");
    });
    refused(&visit, "not active").await;
}

#[tokio::test]
async fn the_account_of_a_call_must_be_that_of_its_key() {
    let mut visit = Visit::new().await;
    visit.more.push(("x-domain-id", visit.account.clone()));
    visit.read(Host::Iam, "/v5/users?limit=1").await;
    visit.more = vec![("x-domain-id", FOREIGN_ACCOUNT.to_owned())];
    refused(&visit, "X-Domain-Id").await;
}

#[tokio::test]
async fn a_stranger_is_refused_in_the_words_of_each_api_but_learns_who_it_is() {
    let mut visit = Visit::new().await;
    for (access, secret, account) in [
        (STRANGER_ACCESS_KEY, STRANGER_SECRET_KEY, visit.account.clone()),
        (FOREIGN_ACCESS_KEY, FOREIGN_SECRET_KEY, FOREIGN_ACCOUNT.to_owned()),
    ] {
        visit.key = Key::new(access, secret);
        assert_eq!(visit.read(Host::Sts, "/v5/caller-identity").await["account_id"], account);
        let (status, body) = visit.answer(Host::Iam, "/v5/users").await;
        assert_eq!((status, &body["error_code"]), (403, &json!("PAP5.0001")));
        assert!(body["encoded_authorization_message"].is_string());
        assert!(body["error_msg"].as_str().unwrap().contains("iam:users:listUsersV5"));
        let (status, body) = visit.answer(Host::Iam, "/v3/groups").await;
        assert_eq!(
            (status, &body["error"]["code"], &body["error"]["title"]),
            (403, &json!(403), &json!("Forbidden"))
        );
        let (status, body) = visit.answer(Host::Iam, "/v3.0/OS-USER/login-protects").await;
        assert_eq!((status, &body["error_code"]), (403, &json!("IAM.0003")));
        assert_eq!(visit.answer(Host::Eps, "/v1.0/enterprise-projects").await.0, 403);
        let (status, body) = visit.answer(Host::Organizations, "/v1/organizations/accounts").await;
        assert_eq!(status, 403);
        assert!(body["encoded_authorization_message"].is_string());
    }
}

#[tokio::test]
async fn a_key_of_another_account_sees_that_account_where_an_interface_shows_the_callers_own() {
    let mut visit = Visit::new().await;
    visit.key = Key::new(FOREIGN_ACCESS_KEY, FOREIGN_SECRET_KEY);
    let domains = visit.read(Host::Iam, "/v3/auth/domains").await;
    assert_eq!(
        (&domains["domains"][0]["id"], &domains["domains"][1]),
        (&json!(FOREIGN_ACCOUNT), &json!(null))
    );
    let region = visit.simulator.look(|world| world.regions[0].text("id").to_owned());
    let projects = visit.read(Host::Iam, &format!("/v3/projects?name={region}")).await;
    let project = &projects["projects"][0];
    assert_eq!((&project["name"], &project["domain_id"]), (&json!(region), &json!(FOREIGN_ACCOUNT)));
    let elsewhere = format!("/v3/projects?domain_id={}", visit.account);
    assert_eq!(visit.answer(Host::Iam, &elsewhere).await.0, 403);
}

#[tokio::test]
async fn users_are_listed_by_whether_they_are_enabled_and_shown_one_by_one() {
    let visit = Visit::new().await;
    let id = visit.simulator.change(|world| {
        let id = world.users.iter().next().unwrap().object.text("user_id").to_owned();
        let user = world.users.with_id_mut(&id).unwrap();
        user.object.set("enabled", false);
        user.login_profile = Some(Object::new(json!({"password_reset_required": true})));
        id
    });
    let count = visit.simulator.look(|world| world.users.len());
    let disabled = visit.read(Host::Iam, "/v3/users?enabled=false").await;
    let shown = disabled["users"].as_array().unwrap();
    let one = shown.iter().find(|user| user["id"] == id.as_str()).unwrap();
    assert_eq!((&one["enabled"], &one["pwd_status"]), (&json!(false), &json!(true)));
    for path in ["/v3/users", "/v3/users?enabled=true"] {
        let enabled = visit.read(Host::Iam, path).await["users"].as_array().unwrap().len();
        assert_eq!(enabled + shown.len(), count, "{path}");
    }
    // One by id is the user as listed, but for the strength of the password.
    let mut named = one.clone();
    named.as_object_mut().unwrap().remove("pwd_strength").unwrap();
    assert_eq!(visit.read(Host::Iam, &format!("/v3/users/{id}")).await["user"], named);
}

#[tokio::test]
async fn version_3_shows_bound_devices_only() {
    let visit = Visit::new().await;
    let user = visit.simulator.change(|world| {
        let device = world.mfa_devices.first_mut().unwrap();
        device.set("enabled", true);
        device.text("user_id").to_owned()
    });
    let path = format!("/v3.0/OS-MFA/users/{user}/virtual-mfa-device");
    let list = async || visit.read(Host::Iam, "/v3.0/OS-MFA/virtual-mfa-devices").await;
    let has = |list: &Value| {
        list["virtual_mfa_devices"]
            .as_array()
            .unwrap()
            .iter()
            .any(|device| device["user_id"] == user.as_str())
    };
    assert_eq!(visit.read(Host::Iam, &path).await["virtual_mfa_device"]["user_id"], user.as_str());
    assert!(has(&list().await));
    visit.simulator.change(|world| world.mfa_devices.first_mut().unwrap().set("enabled", false));
    assert!(!has(&list().await));
    assert_eq!(visit.answer(Host::Iam, &path).await.0, 404);
}

#[tokio::test]
async fn one_refused_action_leaves_the_others() {
    let visit = Visit::new().await;
    visit.simulator.change(|world| {
        world.callers[0].rights = Rights::full().refusing("iam:mfa:listMFADevicesV5");
    });
    assert_eq!(visit.answer(Host::Iam, "/v5/mfa-devices").await.0, 403);
    visit.read(Host::Iam, "/v5/users?limit=1").await;
}

#[tokio::test]
async fn what_a_cloud_does_not_have_the_gateway_does_not_know() {
    let visit = Visit::new().await;
    visit.simulator.set_absent(Model::V5);
    let (status, body) = visit.answer(Host::Iam, "/v5/users").await;
    assert_eq!((status, &body["error_code"]), (404, &json!("APIGW.0101")));
    visit.read(Host::Iam, "/v3/users").await;
    for (host, path) in [(Host::Iam, "/v4/users"), (Host::Eps, "/v5/users"), (Host::Sts, "/v5/users")] {
        assert_eq!(visit.answer(host, path).await.1["error_code"], "APIGW.0101", "{path}");
    }
}

#[tokio::test]
async fn nothing_can_be_written() {
    let visit = Visit::new().await;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        assert_eq!(visit.send(method, Host::Iam, "/v5/users", "{}").await.status(), 404);
    }
}

#[tokio::test]
async fn an_account_outside_any_organization_has_none() {
    let visit = Visit::new().await;
    visit.simulator.change(|world| world.organization = None);
    assert_eq!(visit.answer(Host::Organizations, "/v1/organizations").await.0, 404);
}
