use model::tables::huawei::*;
use serde_json::json;

use super::{cloud::Cloud, coverage, incomplete, rows};

fn user(id: &str) -> serde_json::Value {
    json!({"user_id": id, "user_name": id, "is_root_user": false, "enabled": true,
        "created_at": "2023-04-26T03:49:42Z", "urn": format!("iam::d:user:{id}")})
}

/// An account of one user with everything that users have.
fn with_user() -> Cloud {
    let keys = json!({"access_keys": [
        {"user_id": "u1", "access_key_id": "K1", "created_at": "2023-04-26T03:49:42.5Z", "status": "active"},
        {"user_id": "u1", "access_key_id": "K2", "created_at": "2023-04-26T03:49:42Z", "status": "inactive"}
    ], "page_info": {"current_count": 2}});
    let detail = json!({"user": {"user_id": "u1", "tags": [{"tag_key": "team", "tag_value": "blue"}]}});
    Cloud::empty()
        .with("/v5/account-summary", json!({"users": 2}))
        .with("/v5/users", json!({"users": [user("u1")], "page_info": {"current_count": 1}}))
        .with("/v5/users/u1", detail)
        .with("/v5/users/u1/last-login", json!({"user_last_login": {"last_login_at": null}}))
        .with("/v5/users/u1/access-keys", keys)
        .with(
            "/v5/users/u1/access-keys/K1/last-used",
            json!({"access_key_last_used": {"last_used_at": "2026-01-01T00:00:00Z"}}),
        )
        .with("/v5/users/u1/access-keys/K2/last-used", json!({"access_key_last_used": {}}))
}

#[tokio::test]
async fn a_user_is_read_with_tags_keys_and_logins() {
    let (collected, _) = with_user().read().await.unwrap();
    assert_eq!(rows(&collected, &USER_TAGS), ["u1|team|blue"]);
    assert_eq!(rows(&collected, &USER_LOGINS), ["u1|"]);
    assert_eq!(
        rows(&collected, &ACCESS_KEYS),
        ["K1|u1|active|2023-04-26T03:49:42.500Z", "K2|u1|inactive|2023-04-26T03:49:42Z"]
    );
    assert_eq!(rows(&collected, &ACCESS_KEY_USES), ["K1|u1|2026-01-01T00:00:00Z", "K2|u1|"]);
    assert_eq!(rows(&collected, &LOGIN_PROFILES), [""; 0]);
    assert_eq!(coverage(&collected, &LOGIN_PROFILES), ["u1 complete"]);
    assert_eq!(coverage(&collected, &ACCESS_KEY_USES), ["u1 complete"]);
    assert_eq!(incomplete(&collected), [""; 0]);
    assert_eq!(collected.calls, super::super::expected_calls(&super::super::Scale::of(&collected.state)));
}

#[tokio::test]
async fn a_path_that_the_gateway_does_not_know_is_no_missing_profile() {
    let unknown = json!({"error_code": "APIGW.0101", "error_msg": "The API does not exist"});
    let (collected, _) =
        with_user().refusing("/v5/users/u1/login-profile", 404, unknown).read().await.unwrap();
    assert_eq!(coverage(&collected, &LOGIN_PROFILES), ["u1 failed: HTTP 404 (APIGW.0101)"]);
}

#[tokio::test]
async fn one_refused_key_makes_the_last_uses_of_its_user_incomplete() {
    let refusal = json!({"error_code": "PAP5.0001", "error_msg": "no"});
    let (collected, _) =
        with_user().refusing("/v5/users/u1/access-keys/K2/last-used", 403, refusal).read().await.unwrap();
    assert_eq!(rows(&collected, &ACCESS_KEY_USES), ["K1|u1|2026-01-01T00:00:00Z"]);
    assert_eq!(coverage(&collected, &ACCESS_KEY_USES), ["u1 denied: HTTP 403 (PAP5.0001)"]);
    assert_eq!(incomplete(&collected), ["huawei_access_key_uses u1"]);
}

#[tokio::test]
async fn a_key_that_went_away_between_the_list_and_its_last_use_is_gone() {
    let key =
        |id: &str| json!({"access_key_id": id, "status": "active", "created_at": "2025-01-01T00:00:00Z"});
    let none = json!({"error_code": "PAP5.0004", "error_msg": "no such key"});
    let keys = "/v5/users/u1/access-keys";
    let cloud = || with_user().refusing(&format!("{keys}/K2/last-used"), 404, none.clone());
    let gone = cloud()
        .first_refusing(keys, 200, json!({"access_keys": [key("K1"), key("K2")]}))
        .with(keys, json!({"access_keys": [key("K1")]}));
    let (collected, _) = gone.read().await.unwrap();
    assert_eq!(rows(&collected, &ACCESS_KEYS).len(), 1, "{:?}", rows(&collected, &ACCESS_KEYS));
    assert_eq!(rows(&collected, &ACCESS_KEY_USES), ["K1|u1|2026-01-01T00:00:00Z"]);
    assert_eq!(incomplete(&collected), [""; 0]);

    let still = cloud().with(keys, json!({"access_keys": [key("K1"), key("K2")]}));
    let (collected, _) = still.read().await.unwrap();
    assert_eq!(rows(&collected, &ACCESS_KEYS).len(), 2);
    assert_eq!(coverage(&collected, &ACCESS_KEY_USES), ["u1 failed: HTTP 404 (PAP5.0004)"]);

    let unproven = cloud()
        .first_refusing(keys, 200, json!({"access_keys": [key("K1"), key("K2")]}))
        .refusing(keys, 403, json!({"error_code": "PAP5.0001", "error_msg": "no"}));
    let (collected, _) = unproven.read().await.unwrap();
    assert_eq!(rows(&collected, &ACCESS_KEYS).len(), 2, "a list that fails proves nothing");
    assert_eq!(incomplete(&collected), ["huawei_access_key_uses u1"]);
}

#[tokio::test]
async fn where_the_keys_of_a_user_are_refused_their_last_use_is_not_known_either() {
    let refusal = json!({"error_code": "PAP5.0001", "error_msg": "no"});
    let (collected, _) = with_user().refusing("/v5/users/u1/access-keys", 403, refusal).read().await.unwrap();
    assert_eq!(coverage(&collected, &ACCESS_KEYS), ["u1 denied: HTTP 403 (PAP5.0001)"]);
    assert_eq!(
        coverage(&collected, &ACCESS_KEY_USES),
        ["u1 skipped: the list of the user's keys is not complete"]
    );
}

#[tokio::test]
async fn a_marker_with_reserved_characters_is_followed_to_the_end() {
    let next = json!({"users": [user("u1")], "page_info": {"next_marker": "a+/=-_", "current_count": 1}});
    let cloud = with_user().with("/v5/users", next).with(
        "/v5/users?limit=200&marker=a%2B%2F%3D-_",
        json!({"users": [user("u2")], "page_info": {"current_count": 1}}),
    );
    let (collected, _) = cloud.read().await.unwrap();
    assert_eq!(collected.state.rows(&USERS).len(), 2);
    assert!(!incomplete(&collected).iter().any(|each| each.starts_with("huawei_users")));
}

#[tokio::test]
async fn a_list_that_is_shorter_than_the_account_counts_is_denied() {
    let (collected, _) = with_user().with("/v5/account-summary", json!({"users": 5})).read().await.unwrap();
    assert_eq!(coverage(&collected, &USERS), ["denied: the account counts 5 and shows 2"]);
}

#[tokio::test]
async fn policies_are_read_with_versions_statements_and_attachments() {
    let policy = |id: &str, kind: &str, count: u64| {
        json!({"policy_id": id, "policy_name": id, "policy_type": kind, "urn": "u", "path": "",
            "default_version_id": "v1", "attachment_count": count, "created_at": "2023-09-25T09:03:24.786Z",
            "updated_at": "2023-09-25T09:03:24.786Z"})
    };
    let versions = |document: &str| {
        json!({"versions": [{"version_id": "v1", "is_default": true, "created_at": "2023-09-25T09:03:24.786Z",
            "document": document}]})
    };
    let read = r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Action":["iam:*:get*","iam:*:list*"]}]}"#;
    let custom = json!({"policies": [policy("p1", "custom", 2), policy("p2", "custom", 0)]});
    let cloud = Cloud::empty()
        .with("/v5/policies?limit=200&policy_type=custom", custom)
        .with(
            "/v5/policies?limit=200&only_attached=true&policy_type=system",
            json!({"policies": [policy("s1", "system", 2)]}),
        )
        .with("/v5/policies/p1/versions", versions(read))
        .with("/v5/policies/p2/versions", versions("{"))
        .with("/v5/policies/s1/versions", versions(read))
        .with(
            "/v5/policies/p1/attached-entities",
            json!({"policy_users": [{"user_id": "u1", "attached_at": "2023-09-25T09:31:44.935Z"}],
                "policy_groups": [{"group_id": "g1", "attached_at": "2023-09-25T09:31:44.935Z"}],
                "policy_agencies": [], "page_info": {"current_count": 2}}),
        )
        .with("/v5/policies/s1/attached-entities", json!({"policy_agencies": [{"agency_id": "a1"}]}));
    let (collected, asked) = cloud.read().await.unwrap();
    assert_eq!(
        rows(&collected, &POLICY_ACTIONS),
        [
            "p1|v1|d0f9f49fa450|0|false|iam:*:get*",
            "p1|v1|d0f9f49fa450|1|false|iam:*:list*",
            "s1|v1|d0f9f49fa450|0|false|iam:*:get*",
            "s1|v1|d0f9f49fa450|1|false|iam:*:list*"
        ]
    );
    assert_eq!(
        rows(&collected, &POLICY_ATTACHMENTS),
        ["p1|group|g1|2023-09-25T09:31:44.935Z", "p1|user|u1|2023-09-25T09:31:44.935Z", "s1|agency|a1|"]
    );
    assert_eq!(
        coverage(&collected, &POLICY_ATTACHMENTS),
        ["p1 complete", "p2 complete", "s1 denied: the policy counts 2 attachments and shows 1"]
    );
    assert_eq!(
        coverage(&collected, &POLICY_VERSIONS),
        [
            "p1 complete",
            "p2 failed: `document` holds no policy in huawei_policy_versions `p2/v1`",
            "s1 complete"
        ]
    );
    let unread = collected.state.clone().take_unread();
    let unread: Vec<&str> = unread.iter().filter(|cell| !cell.is_doubtful).map(|cell| cell.column).collect();
    let statements =
        ["actions", "conditions", "resources", "statements"].map(|part| format!("huawei_policy_{part}"));
    assert_eq!(unread, [&["document".to_owned(), "fault".to_owned()][..], &statements].concat());
    assert!(!asked.lock().unwrap().iter().any(|(line, _)| line.contains("p2/attached-entities")));
}

#[tokio::test]
async fn agencies_are_told_apart_and_their_trust_is_read() {
    let trust = r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Principal":{"IAM":["iam::x:root"]},"Action":["sts:agencies:assume"]}]}"#;
    let linked = r#"{"Version":"5.0","Statement":[{"Effect":"Allow","Principal":{"Service":["service.RDS"]},"Action":["sts:agencies:assume"]}]}"#;
    let agency = |id: &str, path: &str, trust: Option<&str>| {
        json!({"agency_id": id, "agency_name": id, "urn": "u", "path": path, "created_at": "2023-09-25T09:03:24Z",
            "max_session_duration": 3600, "trust_policy": trust, "trust_domain_id": trust.is_none().then_some("d2")})
    };
    let agencies = [
        agency("a1", "", None),
        agency("a2", "", Some(trust)),
        agency("a3", "service-linked-agency/service.RDS/", Some(linked)),
    ];
    let mut cloud = Cloud::empty().with("/v5/agencies", json!({ "agencies": agencies })).with(
        "/v3.0/OS-AGENCY/agencies",
        json!({"agencies": [
            {"id": "a1", "duration": "FOREVER", "expire_time": "null", "create_time": "2023-09-25T09:03:24.000000"},
            {"id": "a2", "duration": "null", "expire_time": null},
            {"id": "a4", "duration": 24, "expire_time": "2026-09-25T09:03:24.000000"}
        ]}),
    );
    for id in ["a1", "a2", "a3"] {
        let tags = json!({"agency": {"agency_id": id, "tags": [{"tag_key": "k", "tag_value": id}]}});
        cloud = cloud.with(&format!("/v5/agencies/{id}"), tags);
    }
    let (collected, _) = cloud.read().await.unwrap();
    let kinds = rows(&collected, &AGENCIES);
    assert!(kinds[0].starts_with("a1|a1|classic|") && kinds[1].starts_with("a2|a2|trust|"), "{kinds:?}");
    assert!(kinds[2].starts_with("a3|a3|service_linked|"), "{kinds:?}");
    assert!(
        kinds[1].contains(r#""trust_policy":{"Statement":[{"Action":["sts:agencies:assume"]"#),
        "{kinds:?}"
    );
    assert!(kinds[1].ends_with(r#""Version":"5.0"},"urn":"u"}"#), "{kinds:?}");
    assert_eq!(
        rows(&collected, &TRUST_PRINCIPALS),
        ["a2|43c478179c8c|0|false|IAM|iam::x:root", "a3|40446ee0b76c|0|false|Service|service.RDS"]
    );
    assert_eq!(rows(&collected, &AGENCY_TAGS), ["a1|k|a1", "a2|k|a2", "a3|k|a3"]);
    assert_eq!(rows(&collected, &CLASSIC_AGENCIES), ["a1|FOREVER|", "a2||", "a4|24|2026-09-25T09:03:24Z"]);
    assert_eq!(incomplete(&collected), [""; 0]);
}

#[tokio::test]
async fn settings_are_read_without_addresses_of_people() {
    let base = format!("/v3.0/OS-SECURITYPOLICY/domains/{}", super::cloud::ACCOUNT);
    let protection = json!({"protect_policy": {"operation_protection": true, "admin_check": "on", "scene": "mobile",
        "mobile": "0086-123456789", "email": "boss@example.com", "allow_user": {"manage_accesskey": false}}});
    let users = json!({"users": [{"id": "u1", "access_mode": "console", "pwd_status": true, "pwd_strength": "Low",
        "email": "ana@example.com", "phone": "123456789"}]});
    let mut login = super::cloud::login_policy();
    login["allow_address_netmasks"] = json!([{"address_netmask": "10.0.0.0/8", "description": "office"}]);
    let cloud = Cloud::empty()
        .with(&format!("{base}/protect-policy"), protection)
        .with(
            &format!("{base}/api-acl-policy"),
            json!({"api_acl_policy": {
            "allow_ip_ranges": [{"ip_range": "0.0.0.0-255.255.255.255"}],
            "allow_vpc_endpoints": [{"vpc_endpoint_id": "e1"}]}}),
        )
        .with(
            &format!("{base}/console-acl-policy"),
            json!({"console_acl_policy": {
            "allow_ip_ranges_ipv6": [{"ip_range": "::-::1"}]}}),
        )
        .with("/v5/login-policy", json!({ "login_policy": login }))
        .with("/v3/users", users);
    let (collected, _) = cloud.read().await.unwrap();
    assert_eq!(
        rows(&collected, &ACCESS_CONTROLS),
        [
            "api|range|0.0.0.0-255.255.255.255|",
            "api|vpc_endpoint|e1|",
            "console|range_ipv6|::-::1|",
            "login|netmask|10.0.0.0/8|office"
        ]
    );
    assert_eq!(
        coverage(&collected, &ACCESS_CONTROLS),
        ["api complete", "console complete", "login complete"]
    );
    assert!(rows(&collected, &LOGIN_POLICY).contains(&"session_timeout|60".to_owned()));
    assert_eq!(rows(&collected, &LOGIN_POLICY).len(), 6);
    assert_eq!(rows(&collected, &USER_ACCESS_MODES), ["u1|console|true|low"]);
    assert!(rows(&collected, &ACCOUNT_SETTINGS).contains(&"allow_user.manage_accesskey|false".to_owned()));
    let everything = format!("{:?}", collected.state);
    assert!(!everything.contains("@example.com") && !everything.contains("123456789"));
}

#[tokio::test]
async fn enterprise_projects_without_the_default_one_are_not_all() {
    let some = json!({"enterprise_projects": [{"id": "7", "name": "x", "status": 1, "type": "prod"}], "total_count": 1});
    let (collected, _) = Cloud::empty().with("/v1.0/enterprise-projects", some).read().await.unwrap();
    let denied = "denied: the default enterprise project is not shown";
    assert_eq!(coverage(&collected, &ENTERPRISE_PROJECTS), [denied]);
}

#[tokio::test]
async fn wrong_types_and_foreign_members_fail_a_list_and_nothing_else() {
    let odd = json!({"users": [7, {"user_id": "u1", "user_name": 3, "color": "red"}, {"user_name": "none"}]});
    let (collected, _) = with_user().with("/v5/users", odd).read().await.unwrap();
    let reason =
        "failed: 2 of 3 things are left out: a number stands where an object should, and 3 more of the kind";
    assert_eq!(coverage(&collected, &USERS), [reason]);
    assert_eq!(collected.state.rows(&USERS).len(), 1);
    assert_eq!(
        coverage(&collected, &USER_TAGS),
        ["* skipped: list of its parents not complete", "u1 complete"]
    );
}
