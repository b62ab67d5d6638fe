use reqwest::Method;
use serde_json::{Value, json};

use super::{Host, Key, Visit};
use crate::huawei::SessionLife;
use crate::huawei::world::{
    AUDIT_AGENCY, AUDIT_EXTERNAL_ID, FOREIGN_ACCESS_KEY, FOREIGN_ACCOUNT, FOREIGN_SECRET_KEY,
    TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, TEMPORARY_SECURITY_TOKEN,
};

async fn outsider() -> Visit {
    let mut visit = Visit::new().await;
    visit.key = Key::new(FOREIGN_ACCESS_KEY, FOREIGN_SECRET_KEY);
    visit
}

fn wish(visit: &Visit) -> Value {
    json!({
        "agency_urn": format!("iam::{}:agency:{AUDIT_AGENCY}", visit.account),
        "agency_session_name": "night", "duration_seconds": 3600, "external_id": AUDIT_EXTERNAL_ID,
    })
}

async fn assume(visit: &Visit, wish: &Value) -> (u16, Value) {
    let answer = visit.send(Method::POST, Host::Sts, "/v5/agencies/assume", &wish.to_string()).await;
    (answer.status().as_u16(), super::json(answer).await)
}

fn become_session(visit: &mut Visit, answer: &Value) {
    let text = |name: &str| answer["credentials"][name].as_str().unwrap().to_owned();
    visit.key = Key {
        access: text("access_key_id"),
        secret: text("secret_access_key"),
        token: Some(text("security_token")),
    };
}

#[tokio::test]
async fn whom_an_agency_trusts_reads_its_account() {
    let mut visit = outsider().await;
    let (status, answer) = assume(&visit, &wish(&visit)).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer["credentials"]["expiration"].as_str().unwrap().ends_with('Z'));
    become_session(&mut visit, &answer);
    let caller = visit.read(Host::Sts, "/v5/caller-identity").await;
    let urn = format!("sts::{}:assumed-agency:{AUDIT_AGENCY}/night", visit.account);
    assert_eq!((&caller["account_id"], &caller["principal_urn"]), (&json!(visit.account), &json!(urn)));
    visit.read(Host::Iam, "/v5/users?limit=1").await;
}

#[tokio::test]
async fn an_agency_opens_to_nobody_else_and_for_no_other_word() {
    let visit = outsider().await;
    let denied = async |change: Value| {
        let mut wish = wish(&visit);
        for (name, value) in change.as_object().unwrap() {
            wish[name] = value.clone();
        }
        let (status, body) = assume(&visit, &wish).await;
        assert_eq!((status, &body["error_code"]), (403, &json!("PAP5.0001")), "{change}");
    };
    denied(json!({"external_id": "wrong"})).await;
    denied(json!({"external_id": null})).await;
    denied(json!({"agency_urn": "iam::a:agency:other"})).await;
    let mut own = Visit::new().await;
    assert_eq!(assume(&own, &wish(&own)).await.0, 403);
    own.key = Key::new(FOREIGN_ACCESS_KEY, FOREIGN_SECRET_KEY);
    own.simulator.change(|world| {
        let agency = world.agencies.iter().find(|agency| agency.name() == AUDIT_AGENCY).unwrap();
        let id = agency.object.text("agency_id").to_owned();
        world.agencies.remove(&id);
    });
    assert_eq!(assume(&own, &wish(&own)).await.0, 403);
}

#[tokio::test]
async fn wishes_beyond_the_limits_are_refused() {
    let mut visit = outsider().await;
    for (name, value, status) in [
        ("duration_seconds", json!(899), 400),
        ("duration_seconds", json!(43_201), 400),
        ("agency_session_name", json!("x"), 400),
        ("agency_urn", Value::Null, 400),
        ("policy", json!("{}"), 501),
    ] {
        let mut wish = wish(&visit);
        wish[name] = value;
        assert_eq!(assume(&visit, &wish).await.0, status, "{name}");
    }
    visit.simulator.change(|world| {
        let agency = world.agencies.iter().find(|agency| agency.name() == AUDIT_AGENCY).unwrap();
        let id = agency.object.text("agency_id").to_owned();
        world.agencies.with_id_mut(&id).unwrap().object.set("max_session_duration", 7_200);
        world.assumable[0].by_account = world.account_id().to_owned();
    });
    let mut longer = wish(&visit);
    longer["duration_seconds"] = json!(7_200);
    visit.key = Visit::new().await.key;
    assert_eq!(assume(&visit, &longer).await.0, 200);
    visit.key = Key {
        token: Some(TEMPORARY_SECURITY_TOKEN.to_owned()),
        ..Key::new(TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY)
    };
    assert_eq!(assume(&visit, &longer).await.0, 400);
}

#[tokio::test]
async fn a_session_ends() {
    for life in [SessionLife::Calls(2), SessionLife::Seconds(2)] {
        let mut visit = outsider().await;
        visit.simulator.set_session_life(life);
        let (_, answer) = assume(&visit, &wish(&visit)).await;
        become_session(&mut visit, &answer);
        for _ in 0..2 {
            visit.read(Host::Iam, "/v5/users?limit=1").await;
        }
        if life == SessionLife::Seconds(2) {
            tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
        }
        let (status, body) = visit.answer(Host::Iam, "/v5/users?limit=1").await;
        assert_eq!((status, &body["error_code"]), (401, &json!("APIGW.0301")), "{life:?}");
    }
    let mut visit = outsider().await;
    let (_, answer) = assume(&visit, &wish(&visit)).await;
    become_session(&mut visit, &answer);
    visit.simulator.revoke_sessions();
    assert_eq!(visit.answer(Host::Iam, "/v5/users").await.0, 401);
}

#[tokio::test]
async fn a_classic_agency_lends_keys_to_whom_it_delegates_to() {
    let mut visit = outsider().await;
    let name = visit.simulator.change(|world| {
        world.delegate("classic-audit", FOREIGN_ACCOUNT);
        world.account_name().to_owned()
    });
    let role = |change: Value| {
        let mut role = json!({"agency_name": "classic-audit", "domain_name": name, "duration_seconds": 900});
        for (member, value) in change.as_object().unwrap() {
            role[member] = value.clone();
        }
        json!({"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}).to_string()
    };
    let path = "/v3.0/OS-CREDENTIAL/securitytokens";
    for (change, status) in [
        (json!({"agency_name": "other"}), 403),
        (json!({"domain_name": "other"}), 403),
        (json!({"domain_id": "other"}), 403),
        (json!({"domain_name": null}), 400),
        (json!({"duration_seconds": 899}), 400),
        (json!({"session_user": {"name": "x"}}), 501),
    ] {
        let answer = visit.send(Method::POST, Host::Iam, path, &role(change.clone())).await;
        assert_eq!(answer.status().as_u16(), status, "{change}");
    }
    let answer = visit.send(Method::POST, Host::Iam, path, &role(json!({}))).await;
    assert_eq!(answer.status().as_u16(), 201);
    let lent = super::json(answer).await;
    let text = |name: &str| lent["credential"][name].as_str().unwrap().to_owned();
    assert!(text("expires_at").ends_with('Z'));
    visit.key = Key { access: text("access"), secret: text("secret"), token: Some(text("securitytoken")) };
    let caller = visit.read(Host::Sts, "/v5/caller-identity").await;
    assert_eq!(caller["account_id"], json!(visit.account));
    visit.read(Host::Iam, "/v5/users?limit=1").await;
}
