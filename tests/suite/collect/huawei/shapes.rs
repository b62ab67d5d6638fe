//! What a list proves when the cloud shows it in another shape.

use std::collections::BTreeMap;

use model::{State, tables::huawei::*};
use serde_json::{Value, json};
use simulators::huawei::{Fault, FaultKind, Host};

use super::{collected, company, incomplete, serve};

type Lists = BTreeMap<String, (String, String)>;

async fn with(fault: Fault) -> (State, Lists) {
    let simulator = serve(company()).await;
    simulator.add_fault(fault);
    let state = collected(&simulator).await.state;
    let lists = incomplete(&state);
    (state, lists)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_that_comes_twice_makes_a_list_incomplete_though_its_counters_agree() {
    for (path, listing) in [
        ("/v5/users?limit", "huawei_users"),
        ("/v5/groups?", "huawei_groups"),
        ("/v5/mfa-devices", "huawei_mfa_devices"),
        ("scope=project", "huawei_role_assignments/project"),
        ("/v3/projects?", "huawei_projects"),
        ("/enterprise-projects", "huawei_enterprise_projects"),
        ("/login-protects", "huawei_login_protections"),
    ] {
        let (_, lists) = with(Fault::on(path, FaultKind::Shifted)).await;
        let (status, told) = &lists[listing];
        assert!(status == "failed" && told.contains("came twice"), "{listing}: {status}, {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_service_itself_can_say_that_there_is_no_organization() {
    let organization = |kind| Fault::on("/v1/organizations", kind).at(Host::Organizations);
    for kind in [
        FaultKind::ServerError(404),
        FaultKind::Bare(404),
        FaultKind::Bare(204),
        FaultKind::EmptyObject,
        FaultKind::Body(404, json!({"error_code": "APIGW.0101", "error_msg": "m"})),
        FaultKind::Body(404, json!({"error_code": "SOMEBODY.1015", "error_msg": "m"})),
        FaultKind::Body(200, json!({"error_code": "Organizations.1015", "error_msg": "m"})),
        FaultKind::Body(200, json!({"organization": {"id": null}})),
    ] {
        let (_, lists) = with(organization(kind.clone())).await;
        assert_eq!(lists["huawei_organizations"].0, "failed", "{kind:?}");
    }
    let mut world = company();
    world.organization = None;
    let state = collected(&serve(world).await).await.state;
    assert_eq!(incomplete(&state), Lists::new());
    assert!(state.rows(&ORGANIZATIONS).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_profile_is_missing_only_when_the_interface_says_so() {
    for kind in [
        FaultKind::EmptyObject,
        FaultKind::Bare(404),
        FaultKind::Bare(204),
        FaultKind::ServerError(404),
        FaultKind::Body(200, json!({"login_profile": null})),
        FaultKind::Body(200, json!({"login_profile": {}})),
        FaultKind::Body(200, json!({"error_code": "PAP5.0404", "error_msg": "m"})),
    ] {
        let (state, lists) = with(Fault::on("/login-profile", kind.clone())).await;
        assert!(state.rows(&LOGIN_PROFILES).is_empty(), "{kind:?}");
        let failed = lists.iter().filter(|(name, _)| name.starts_with("huawei_login_profiles/"));
        assert_eq!(failed.count(), state.rows(&USERS).len(), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_classic_settings_stand_in_for_no_single_trouble() {
    for kind in [FaultKind::Forbidden, FaultKind::ServerError(503)] {
        let (state, lists) = with(Fault::on("/v5/password-policy", kind.clone())).await;
        assert!(lists.contains_key("huawei_password_policy"), "{kind:?}");
        assert!(state.rows(&PASSWORD_POLICY).is_empty(), "{kind:?}");
    }
    let unknown = json!({"error_code": "APIGW.0101", "error_msg": "m"});
    let (state, lists) = with(Fault::on("/v5/password-policy", FaultKind::Body(404, unknown))).await;
    assert_eq!(lists["huawei_password_policy"].0, "failed");
    assert!(state.rows(&PASSWORD_POLICY).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_document_held_is_noted_as_unread_when_it_is_null() {
    let null = |member: &str| FaultKind::Member(member.to_owned(), Value::Null);
    for (path, member, table, parts) in [
        ("/versions", "document", &POLICY_VERSIONS, "huawei_policy_statements"),
        ("/v5/agencies?", "trust_policy", &AGENCIES, "huawei_trust_statements"),
        ("/v3/roles?", "policy", &ROLES, "huawei_role_statements"),
    ] {
        let (mut state, lists) = with(Fault::on(path, null(member))).await;
        let is_told = lists.keys().any(|name| name.split('/').next() == Some(table.listing));
        assert!(is_told, "{path}: {lists:?}");
        let unread = state.take_unread();
        let is_noted = |cell: &model::UnreadCell| cell.table == table.name && cell.column == parts;
        assert!(unread.iter().any(is_noted), "{path}: {unread:?}");
    }
}
