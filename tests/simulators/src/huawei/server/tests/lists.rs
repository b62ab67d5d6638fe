use serde_json::{Value, json};

use super::{Host, Visit};
use crate::huawei::{Size, generate};

#[tokio::test]
async fn every_list_of_the_truth_that_has_pages_is_read_to_its_end() {
    let visit = Visit::to(generate(7, Size::Thousand)).await;
    let truth = visit.simulator.look(|world| world.truth());
    let lists = [
        ("/v5/users?limit=50", "users", "users"),
        ("/v5/groups?limit=3", "groups", "groups"),
        ("/v5/groups-summary?limit=3", "groups", "groups_summary"),
        ("/v5/agencies?limit=3", "agencies", "agencies"),
        ("/v5/mfa-devices?limit=3", "mfa_devices", "mfa_devices"),
        ("/v5/saml-providers?limit=1", "saml_providers", "saml_providers"),
        ("/v5/oidc-providers?limit=1", "oidc_providers", "oidc_providers"),
        ("/v5/service-principals?limit=2", "service_principals", "service_principals"),
        ("/v5/authorization-schemas/registered-services?limit=1", "service_codes", "registered_services"),
    ];
    for (path, name, list) in lists {
        let (found, pages) = visit.whole(Host::Iam, path, name).await;
        assert_eq!(found, truth[list], "{path}");
        assert!(pages > 1 || found.len() <= 1, "{path} has one page");
    }
    for (path, name, list) in [
        ("/v1/organizations/accounts?limit=1", "accounts", "organization_accounts"),
        ("/v1/organizations/policies?limit=1", "policies", "organization_policies"),
    ] {
        assert_eq!(visit.whole(Host::Organizations, path, name).await.0, truth[list], "{path}");
    }
}

#[tokio::test]
async fn what_is_read_for_one_thing_is_what_belongs_to_it() {
    let visit = Visit::new().await;
    let truth = visit.simulator.look(|world| world.truth());
    let mut compared = 0;
    for (list, things) in &truth {
        let Some((kind, id)) = list.split_once('/') else { continue };
        let (path, name) = match kind {
            "group_users" => (format!("/v5/users?group_id={id}"), "users"),
            "user_policies" => (format!("/v5/users/{id}/attached-policies?"), "attached_policies"),
            "group_policies" => (format!("/v5/groups/{id}/attached-policies?"), "attached_policies"),
            "agency_policies" => (format!("/v5/agencies/{id}/attached-policies?"), "attached_policies"),
            "access_keys" => (format!("/v5/users/{id}/access-keys?"), "access_keys"),
            "policy_versions" => (format!("/v5/policies/{id}/versions?"), "versions"),
            _ => continue,
        };
        compared += 1;
        assert_eq!(visit.whole(Host::Iam, &format!("{path}&limit=1"), name).await.0, *things, "{list}");
    }
    assert!(compared > 50, "{compared}");
}

#[tokio::test]
async fn a_page_holds_so_many_and_no_more() {
    let visit = Visit::to(generate(7, Size::Thousand)).await;
    let refused = async |path: &str, host| assert_eq!(visit.answer(host, path).await.0, 400, "{path}");
    for path in ["/v5/users?limit=201", "/v5/users?limit=0", "/v5/users?limit=x"] {
        refused(path, Host::Iam).await;
    }
    assert_eq!(visit.read(Host::Iam, "/v5/users").await["users"].as_array().unwrap().len(), 100);
    refused("/v3/roles?page=1&per_page=301", Host::Iam).await;
    refused("/v3/roles?page=1", Host::Iam).await;
    let grants = "/v3.0/OS-PERMISSION/role-assignments?domain_id={account}";
    refused(&format!("{grants}&page=1&per_page=51"), Host::Iam).await;
    refused("/v3/projects?page=1&per_page=5001", Host::Iam).await;
    refused("/v3.0/OS-AGENCY/agencies?domain_id={account}&page=1&per_page=501", Host::Iam).await;
    refused("/v1.0/enterprise-projects?limit=1001", Host::Eps).await;
    refused("/v1/organizations/accounts?limit=1001", Host::Organizations).await;
}

#[tokio::test]
async fn a_marker_of_another_list_is_refused_by_its_code() {
    let visit = Visit::new().await;
    let marker = visit.read(Host::Iam, "/v5/users?limit=1").await["page_info"]["next_marker"].clone();
    let encoded = marker.as_str().unwrap().replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    assert_eq!(visit.answer(Host::Iam, &format!("/v5/users?limit=2&marker={encoded}")).await.0, 200);
    let (status, body) = visit.answer(Host::Iam, &format!("/v5/groups?marker={encoded}")).await;
    assert_eq!((status, &body["error_code"]), (400, &json!("PAP5.0010")));
    // Not encoded, a plus reads as a space.
    let raw = format!("/v5/users?limit=1&marker={}", marker.as_str().unwrap());
    assert_eq!(visit.answer(Host::Iam, &raw).await.1["error_code"], "PAP5.0010");
}

#[tokio::test]
async fn numbered_pages_count_to_the_end() {
    let visit = Visit::to(generate(7, Size::Thousand)).await;
    let truth = visit.simulator.look(|world| world.truth());
    let wanted = &truth["v3_role_assignments/domain"];
    let mut found: Vec<Value> = Vec::new();
    for page in 1.. {
        let path = "/v3.0/OS-PERMISSION/role-assignments?domain_id={account}&scope=domain&per_page=5";
        let body = visit.read(Host::Iam, &format!("{path}&page={page}")).await;
        assert_eq!(body["total_num"], wanted.len());
        let items = body["role_assignments"].as_array().unwrap().clone();
        if items.is_empty() {
            break;
        }
        found.extend(items);
    }
    assert_eq!(found, *wanted);
    let inherited = "/v3.0/OS-PERMISSION/role-assignments?domain_id={account}&scope=domain&is_inherited=true";
    let inherited = visit.read(Host::Iam, inherited).await;
    assert_eq!(inherited["total_num"], truth["v3_role_assignments/inherited"].len());
    let all = visit.read(Host::Iam, "/v3/roles?page=1&per_page=2").await;
    assert!(all["links"]["next"].as_str().unwrap().contains("page=2") && all["total_number"].is_null());
    let own = visit.read(Host::Iam, "/v3/roles?domain_id={account}").await;
    assert_eq!(own["total_number"], truth["v3_custom_roles"].len());
}

#[tokio::test]
async fn attachments_of_a_policy_share_a_page() {
    let visit = Visit::new().await;
    let truth = visit.simulator.look(|world| world.truth());
    let policies = truth["policies"].iter();
    let most = policies.max_by_key(|policy| policy["attachment_count"].as_u64()).unwrap();
    let id = most["policy_id"].as_str().unwrap();
    let path = format!("/v5/policies/{id}/attached-entities?limit=200");
    let all = visit.read(Host::Iam, &path).await;
    for kind in ["users", "groups", "agencies"] {
        assert_eq!(all[format!("policy_{kind}")], json!(truth[&format!("policy_{kind}/{id}")]));
    }
    assert_eq!(all["page_info"]["current_count"], most["attachment_count"]);
    let groups = visit.read(Host::Iam, &format!("{path}&entity_type=group")).await;
    assert_eq!((&groups["policy_groups"], &groups["policy_users"]), (&all["policy_groups"], &json!([])));
}

#[tokio::test]
async fn texts_are_chinese_unless_english_is_asked_for() {
    let mut visit = Visit::new().await;
    let path = "/v5/policies?policy_type=system&limit=200";
    let chinese = visit.read(Host::Iam, path).await;
    visit.more.push(("x-language", "en-us".to_owned()));
    let english = visit.read(Host::Iam, path).await;
    assert_ne!(chinese["policies"], english["policies"]);
    let truth = visit.simulator.look(|world| world.truth());
    assert!(english["policies"].as_array().unwrap().iter().all(|policy| truth["policies"].contains(policy)));
}
