use model::tables::huawei::*;
use serde_json::{Value, json};

use super::{
    cloud::{ACCOUNT, Cloud},
    coverage, incomplete, rows,
};

fn with_grants() -> Cloud {
    let assignments = |scope: &str, inherited: bool, member: Value| {
        let one =
            json!({"role": {"id": "r1"}, "group": {"id": "g1"}, "scope": member, "is_inherited": inherited});
        (scope.to_owned(), json!({"total_num": 1, "role_assignments": [one]}))
    };
    let base = format!("/v3.0/OS-PERMISSION/role-assignments?domain_id={ACCOUNT}");
    let domain = json!({"domain": {"id": ACCOUNT}});
    let scopes = [
        assignments("&is_inherited=false&page=1&per_page=50&scope=domain", false, domain.clone()),
        assignments("&is_inherited=true&page=1&per_page=50&scope=domain", true, domain),
        assignments("&page=1&per_page=50&scope=project", false, json!({"project": {"id": "pr1"}})),
        assignments(
            "&page=1&per_page=50&scope=enterprise_project",
            false,
            json!({"enterprise_project": {"id": "0"}}),
        ),
    ];
    let statement = json!({"Effect": "Allow", "Action": ["obs:*:*"]});
    let own = json!({"id": "c1", "name": "custom", "display_name": "mine", "type": "AX", "domain_id": ACCOUNT,
        "policy": {"Version": "1.1", "Statement": [statement]}, "updated_time": "1", "links": {"self": "x"}});
    let granted = json!({"role": {"id": "r1", "name": "te_admin", "display_name": "Tenant Administrator", "type": "AA",
        "policy": {"Version": "1.0", "Statement": [statement], "Depends": []}}});
    let cloud = scopes
        .into_iter()
        .fold(Cloud::empty(), |cloud, (scope, answer)| cloud.with(&format!("{base}{scope}"), answer));
    cloud.with("/v3/roles", json!({"roles": [own], "total_number": 1})).with("/v3/roles/r1", granted)
}

#[tokio::test]
async fn grants_are_read_in_all_four_scopes_with_their_roles() {
    let (collected, _) = with_grants().read().await.unwrap();
    assert_eq!(
        rows(&collected, &ROLE_ASSIGNMENTS),
        [
            format!("r1|group|g1|all_projects|{ACCOUNT}"),
            format!("r1|group|g1|domain|{ACCOUNT}"),
            "r1|group|g1|enterprise_project|0".to_owned(),
            "r1|group|g1|project|pr1".to_owned(),
        ]
    );
    assert_eq!(
        rows(&collected, &ROLE_ACTIONS),
        ["c1|9e6b63ced138|0|false|obs:*:*", "r1|9e6b63ced138|0|false|obs:*:*"]
    );
    let roles = rows(&collected, &ROLES);
    assert!(roles[0].starts_with("c1|custom|mine|AX|true|true|1.1|"), "{roles:?}");
    assert!(roles[1].starts_with("r1|te_admin|Tenant Administrator|AA|false|false|1.0|"), "{roles:?}");
    assert!(!roles[0].contains("links") && !roles[0].contains("updated_time"), "{roles:?}");
    assert_eq!(incomplete(&collected), [""; 0]);
    assert_eq!(collected.calls, super::super::expected_calls(&super::super::Scale::of(&collected.state)));
}

#[tokio::test]
async fn a_grant_that_does_not_repeat_its_question_is_placed_by_it() {
    let one = json!({"role": {"id": "r1"}, "agency": {"id": "a1"}, "scope": {"domain": {"id": ACCOUNT}}});
    let path = format!(
        "/v3.0/OS-PERMISSION/role-assignments?domain_id={ACCOUNT}&is_inherited=true&page=1&per_page=50&scope=domain"
    );
    let answer = json!({"total_num": 1, "role_assignments": [one]});
    let (collected, _) = Cloud::empty().with(&path, answer).read().await.unwrap();
    assert_eq!(rows(&collected, &ROLE_ASSIGNMENTS), [format!("r1|agency|a1|all_projects|{ACCOUNT}")]);
}

#[tokio::test]
async fn without_version_5_the_classic_half_is_audited_and_the_other_says_so() {
    let cloud = with_grants().without("/v5/", 403, "PAP5.0001").with(
        &format!("/v3.0/OS-SECURITYPOLICY/domains/{ACCOUNT}/password-policy"),
        json!({"password_policy": {"minimum_password_length": 6, "number_of_recent_passwords_disallowed": 1}}),
    );
    let (collected, _) = cloud.read().await.unwrap();
    assert_eq!(collected.state.rows(&ROLE_ASSIGNMENTS).len(), 4);
    for table in [&USERS, &GROUPS, &AGENCIES, &MFA_DEVICES, &ACCOUNT_SUMMARY] {
        assert_eq!(coverage(&collected, table), ["denied: HTTP 403 (PAP5.0001)"], "{}", table.name);
    }
    assert_eq!(coverage(&collected, &GROUP_MEMBERS), ["* skipped: list of its parents not complete"]);
    assert_eq!(
        rows(&collected, &PASSWORD_POLICY),
        ["minimum_password_length|6", "password_reuse_prevention|1"]
    );
    assert_eq!(coverage(&collected, &PASSWORD_POLICY), ["denied: HTTP 403 (PAP5.0001)", "classic complete"]);
    for table in [&ROLES, &PROJECTS, &LOGIN_PROTECTIONS, &CLASSIC_AGENCIES, &MAPPINGS] {
        assert!(!coverage(&collected, table).iter().any(|each| each.contains("denied")), "{}", table.name);
    }
}

#[tokio::test]
async fn where_there_is_no_version_5_the_classic_settings_stand_in_fully() {
    let base = format!("/v3.0/OS-SECURITYPOLICY/domains/{ACCOUNT}");
    let cloud = Cloud::empty()
        .without("/v5/", 404, "APIGW.0101")
        .with(&format!("{base}/password-policy"), json!({"password_policy": {"minimum_password_length": 6}}))
        .with(&format!("{base}/login-policy"), json!({"login_policy": {"account_validity_period": 90}}));
    let (collected, _) = cloud.read().await.unwrap();
    assert_eq!(coverage(&collected, &PASSWORD_POLICY), ["complete"]);
    assert_eq!(coverage(&collected, &LOGIN_POLICY), ["complete"]);
    assert_eq!(rows(&collected, &LOGIN_POLICY), ["user_validity_period|90"]);
}

#[tokio::test]
async fn without_version_3_the_identity_policies_are_audited_and_the_rest_says_so() {
    let (collected, _) = with_grants()
        .without("/v3", 403, "IAM.0003")
        .with("/v3/auth/domains", json!({"domains": [{"id": ACCOUNT, "name": "acme"}]}))
        .read()
        .await
        .unwrap();
    assert_eq!(coverage(&collected, &USERS), ["complete"]);
    assert_eq!(
        coverage(&collected, &ROLE_ASSIGNMENTS),
        [
            "all_projects denied: HTTP 403 (IAM.0003)",
            "domain denied: HTTP 403 (IAM.0003)",
            "enterprise_project denied: HTTP 403 (IAM.0003)",
            "project denied: HTTP 403 (IAM.0003)"
        ]
    );
    assert_eq!(
        coverage(&collected, &ROLES),
        ["denied: HTTP 403 (IAM.0003)", "* skipped: list of its parents not complete"]
    );
}

#[tokio::test]
async fn federated_users_are_followed_to_their_groups() {
    let rules = json!([{"local": [{"user": {"name": "{0}"}}, {"group": {"name": "admin"}}],
        "remote": [{"type": "uid", "any_one_of": ["x"]}]}]);
    let cloud = Cloud::empty()
        .with(
            "/v3/OS-FEDERATION/identity_providers",
            json!({"identity_providers": [{"id": "idp", "enabled": true}]}),
        )
        .with(
            "/v3/OS-FEDERATION/identity_providers/idp/protocols",
            json!({"protocols": [{"id": "saml", "mapping_id": "m1"}]}),
        )
        .with("/v3/OS-FEDERATION/mappings", json!({"mappings": [{"id": "m1", "rules": rules}]}));
    let (collected, _) = cloud.read().await.unwrap();
    assert_eq!(rows(&collected, &IDENTITY_PROVIDERS), ["idp|virtual_user_sso|true|"]);
    assert_eq!(rows(&collected, &PROTOCOLS), ["idp|saml|m1"]);
    let remote = r#"[{"any_one_of":["x"],"type":"uid"}]"#;
    assert_eq!(
        rows(&collected, &MAPPINGS),
        [format!("m1|0|0||admin|{remote}"), format!("m1|0|1|{{0}}||{remote}")]
    );
    assert_eq!(collected.calls, super::super::expected_calls(&super::super::Scale::of(&collected.state)));
}

#[tokio::test]
async fn no_rule_of_a_mapping_moves_by_what_an_answer_may_leave_out_or_add() {
    let rule =
        |group: &str, remote: Value| json!({"local": [{"group": {"name": group}}], "remote": [remote]});
    let rules = json!([
        rule("d", json!({"type": "zid", "any_one_of": ["x"], "regex": true})),
        rule("c", json!({"type": "uid", "any_one_of": ["x"]})),
        rule("b", json!({"type": "uid", "any_one_of": ["y"]})),
        rule("a", json!({"type": "uid", "any_one_of": ["y"]})),
    ]);
    let groups = async |rules: &Value| {
        let answer = json!({"mappings": [{"id": "m1", "rules": rules}]});
        let (collected, _) =
            Cloud::empty().with("/v3/OS-FEDERATION/mappings", answer).read().await.expect("an account");
        let rows = rows(&collected, &MAPPINGS).into_iter();
        rows.map(|row| row.split('|').take(5).collect::<Vec<_>>().join("|")).collect::<Vec<_>>()
    };
    let expected = ["m1|0|0||c", "m1|1|0||d", "m1|2|0||a", "m1|3|0||b"];
    assert_eq!(groups(&rules).await, expected);
    let mut without = rules.clone();
    without[0]["remote"][0].as_object_mut().expect("a rule").remove("regex");
    let mut other_order = rules.clone();
    other_order.as_array_mut().expect("rules").reverse();
    let mut added = rules.clone();
    for rule in [0, 2] {
        added[rule]["local"][0]["added_by_the_cloud"] = json!(true);
    }
    for shown in [without, other_order, added] {
        assert_eq!(groups(&shown).await, expected, "{shown}");
    }
}
