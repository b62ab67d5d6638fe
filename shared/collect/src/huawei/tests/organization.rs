use model::tables::huawei::*;
use serde_json::json;

use super::{cloud::Cloud, coverage, incomplete, rows};

const BASE: &str = "/v1/organizations";

fn organization() -> Cloud {
    let entities = |parent: &str, items: serde_json::Value| {
        (
            format!("{BASE}/entities?limit=1000&parent_id={parent}"),
            json!({"entities": items, "page_info": {}}),
        )
    };
    let levels = [
        entities(
            "r-1",
            json!([
                {"id": "ou-1", "name": "prod", "type": "organizational_unit"},
                {"id": "m", "name": "boss", "type": "account"}
            ]),
        ),
        entities("ou-1", json!([{"id": "ou-2", "name": "eu", "type": "organizational_unit"}])),
        entities("ou-2", json!([{"id": "a", "name": "shop", "type": "account"}])),
    ];
    let account = |id: &str, joined: &str| {
        json!({"id": id, "name": id, "status": "active", "join_method": joined, "joined_at": "2024-01-01T00:00:00Z",
            "email": "x@example.com"})
    };
    let content = r#"{"Version":"5.0","Statement":[{"Effect":"Deny","Action":["organizations:*:*"]}]}"#;
    let summary =
        json!({"id": "p1", "name": "no-leave", "urn": "u", "is_builtin": false, "description": "d"});
    let cloud = Cloud::empty()
        .with(BASE, json!({"organization": {"id": "o-1", "urn": "u", "management_account_id": "m"}}))
        .with(&format!("{BASE}/roots"), json!({"roots": [{"id": "r-1", "name": "root"}]}))
        .with(
            &format!("{BASE}/accounts"),
            json!({"accounts": [account("m", "created"), account("a", "invited")]}),
        )
        .with(
            &format!("{BASE}/policies"),
            json!({"policies": [
                {"id": "p1", "type": "service_control_policy"}, {"id": "t1", "type": "tag_policy"}
            ]}),
        )
        .with(
            &format!("{BASE}/policies/p1"),
            json!({"policy": {"content": content, "policy_summary": summary}}),
        )
        .with(
            &format!("{BASE}/policies/p1/attached-entities"),
            json!({"attached_entities": [{"id": "ou-1", "name": "prod", "type": "organizational_unit"}]}),
        )
        .with(
            &format!("{BASE}/delegated-administrators"),
            json!({"delegated_administrators": [{"account_id": "a", "account_name": "shop"}]}),
        );
    levels.into_iter().fold(cloud, |cloud, (path, answer)| cloud.with(&path, answer))
}

#[tokio::test]
async fn a_policy_that_went_away_between_the_list_and_its_content_is_gone() {
    let policy = |id: &str| json!({"id": id, "type": "service_control_policy"});
    let all = json!({"policies": [policy("p1"), policy("p2")]});
    let none = json!({"error_code": "Organizations.1019", "error_msg": "no such policy"});
    let missing = || {
        ["", "/attached-entities"].into_iter().fold(organization(), |cloud, part| {
            cloud.refusing(&format!("{BASE}/policies/p2{part}"), 404, none.clone())
        })
    };
    let list = format!("{BASE}/policies");
    let gone = missing().first_refusing(&list, 200, all.clone());
    let (collected, _) = gone.read().await.unwrap();
    assert_eq!(rows(&collected, &SCP_ATTACHMENTS), ["p1|ou-1|organizational_unit"]);
    assert_eq!(incomplete(&collected), [""; 0]);

    let still = missing().with(&list, all);
    let (collected, _) = still.read().await.unwrap();
    assert_eq!(incomplete(&collected), ["huawei_scp_attachments p2", "huawei_scps p2"], "it is there");
}

#[tokio::test]
async fn an_organisation_is_walked_to_its_leaves() {
    let (collected, asked) = organization().read().await.unwrap();
    assert_eq!(
        rows(&collected, &ORGANIZATION_ENTITIES),
        [
            "a|account|shop|ou-2|active|invited|2024-01-01T00:00:00Z",
            "m|account|boss|r-1|active|created|2024-01-01T00:00:00Z",
            "ou-1|organizational_unit|prod|r-1|||",
            "ou-2|organizational_unit|eu|ou-1|||",
            "r-1|root|root||||"
        ]
    );
    assert_eq!(rows(&collected, &SCP_ACTIONS), ["p1|53dfa2b78b94|0|false|organizations:*:*"]);
    assert_eq!(rows(&collected, &SCP_ATTACHMENTS), ["p1|ou-1|organizational_unit"]);
    assert_eq!(rows(&collected, &DELEGATED_ADMINISTRATORS), ["a|shop|"]);
    assert_eq!(incomplete(&collected), [""; 0]);
    assert!(!format!("{:?}", collected.state).contains("@example.com"));
    assert_eq!(collected.calls, super::super::expected_calls(&super::super::Scale::of(&collected.state)));
    assert!(!asked.lock().unwrap().iter().any(|(line, _)| line.contains("/policies/t1")));
}

#[tokio::test]
async fn an_account_in_no_organisation_has_nothing_of_one() {
    let (collected, asked) = Cloud::empty().read().await.unwrap();
    for table in [&ORGANIZATIONS, &ORGANIZATION_ENTITIES, &SCPS, &DELEGATED_ADMINISTRATORS] {
        assert_eq!(coverage(&collected, table), ["complete"], "{}", table.name);
    }
    assert_eq!(asked.lock().unwrap().iter().filter(|(line, _)| line.contains(BASE)).count(), 1);
}

#[tokio::test]
async fn a_mere_member_is_told_what_it_is_not_shown() {
    let (collected, _) = organization().without(&format!("{BASE}/"), 403, "ORG.0001").read().await.unwrap();
    assert_eq!(coverage(&collected, &ORGANIZATIONS), ["complete"]);
    assert_eq!(
        coverage(&collected, &SCPS),
        ["denied: HTTP 403 (ORG.0001)", "* skipped: list of its parents not complete"]
    );
    assert_eq!(coverage(&collected, &DELEGATED_ADMINISTRATORS), ["denied: HTTP 403 (ORG.0001)"]);
    let entities = coverage(&collected, &ORGANIZATION_ENTITIES);
    assert_eq!(entities, ["accounts denied: HTTP 403 (ORG.0001)", "roots denied: HTTP 403 (ORG.0001)"]);
}

#[tokio::test]
async fn an_account_under_no_unit_that_is_shown_proves_that_one_is_missing() {
    let (collected, _) = organization()
        .with(&format!("{BASE}/entities?limit=1000&parent_id=ou-2"), json!({"entities": []}))
        .read()
        .await
        .unwrap();
    let denied = "accounts denied: 1 accounts stand under no unit that is shown";
    assert!(coverage(&collected, &ORGANIZATION_ENTITIES).contains(&denied.to_owned()));
}

#[tokio::test]
async fn without_the_state_of_accounts_none_is_shown_half() {
    let (collected, _) =
        organization().without(&format!("{BASE}/accounts"), 403, "ORG.0001").read().await.unwrap();
    assert!(!rows(&collected, &ORGANIZATION_ENTITIES).iter().any(|row| row.contains("|account|")));
    assert_eq!(incomplete(&collected), ["huawei_organization_entities accounts"]);
}
