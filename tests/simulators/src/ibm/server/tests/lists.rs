use reqwest::Method;
use serde_json::Value;

use super::{Host, Visit};
use crate::ibm::Size;

fn ids(things: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = things.iter().map(|thing| thing["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn every_family_read_to_its_end_gives_all_of_the_truth() {
    let visit = Visit::new(Size::Thousand).await;
    let truth = visit.simulator.look(super::super::World::truth);
    let lists = [
        (Host::Iam, "/v1/profiles?account_id={account}&pagesize=1", "profiles", "profiles"),
        (Host::Iam, "/v2/groups?account_id={account}&limit=3", "groups", "groups"),
        (Host::Iam, "/v2/policies?account_id={account}&limit=9", "policies", "policies_v2"),
        (Host::Iam, "/v1/policies?account_id={account}&limit=9", "policies", "policies_v1"),
        (Host::UserManagement, "/v2/accounts/{account}/users?limit=13", "resources", "users"),
    ];
    for (host, path, name, listed) in lists {
        let (found, pages) = visit.whole(host, path, name).await;
        assert!(pages > 2, "{path} has {pages} pages");
        assert_eq!(ids(&found), ids(&truth[listed]), "{path}");
    }
}

#[tokio::test]
async fn the_second_shape_of_links_leads_to_the_same_end() {
    let visit = Visit::new(Size::Thousand).await;
    visit.simulator.set_other_links(true);
    let truth = visit.simulator.look(super::super::World::truth);
    let profiles = "/v1/profiles?account_id={account}&pagesize=1";
    assert!(visit.read(Host::Iam, profiles).await["next"]["href"].is_string());
    assert_eq!(ids(&visit.whole(Host::Iam, profiles, "profiles").await.0), ids(&truth["profiles"]));
    let users = "/v2/accounts/{account}/users?limit=13";
    let link = visit.read(Host::UserManagement, users).await["next_url"].as_str().unwrap().to_owned();
    assert!(link.starts_with("http://127.0.0.1:"));
    assert_eq!(ids(&visit.whole(Host::UserManagement, users, "resources").await.0), ids(&truth["users"]));
}

#[tokio::test]
async fn a_short_page_of_instances_still_has_a_successor() {
    let visit = Visit::new(Size::Thousand).await;
    let mut sizes = Vec::new();
    let mut path = "/v2/resource_instances?limit=10".to_owned();
    loop {
        let page = visit.read(Host::ResourceController, &path).await;
        sizes.push(page["resources"].as_array().unwrap().len());
        let Some(next) = page["next_url"].as_str() else { break };
        assert!(next.starts_with("/v2/resource_instances?start="), "relative: {next}");
        path = next.to_owned();
    }
    assert!(sizes[..sizes.len() - 1].iter().any(|size| *size < 10), "{sizes:?}");
    let living = visit.simulator.look(|world| {
        let lives = |state: &str| state == "active" || state == "provisioning";
        world.instances.iter().filter(|instance| lives(instance.text("state"))).count()
    });
    assert_eq!(sizes.iter().sum::<usize>(), living);
}

#[tokio::test]
async fn service_ids_without_a_group_are_those_of_the_default_group() {
    let visit = Visit::new(Size::Thousand).await;
    let (all, default, first) = visit.simulator.look(|world| {
        let default = world.service_ids.iter().filter(|id| id.group.is_none()).count();
        (world.service_ids.len(), default, world.service_id_groups[0].text("id").to_owned())
    });
    let (found, _) = visit.whole(Host::Iam, "/v1/serviceids?account_id={account}", "serviceids").await;
    assert!(default < all);
    assert_eq!(found.len(), default);
    let path = format!("/v1/serviceids/?account_id={{account}}&show_group_id=true&group_id={first}");
    let (found, _) = visit.whole(Host::Iam, &path, "serviceids").await;
    assert!(!found.is_empty());
    assert!(found.iter().all(|id| id["group_id"] == first.as_str()));
}

#[tokio::test]
async fn page_sizes_and_parameters_beyond_the_documented_are_refused() {
    let visit = Visit::new(Size::Dozen).await;
    let refused = [
        (Host::Iam, "/v1/serviceids?account_id={account}&pagesize=101"),
        (Host::Iam, "/v1/profiles?account_id={account}&pagesize=0"),
        (Host::Iam, "/v2/groups?account_id={account}&limit=101"),
        (Host::ResourceController, "/v2/resource_instances?limit=101"),
        (Host::Iam, "/v1/serviceids"),
        (Host::Iam, "/v1/profiles?pagesize=10"),
        (Host::Iam, "/v2/groups"),
        (Host::Iam, "/v2/policies"),
        (Host::Cbr, "/v1/zones"),
        (Host::Iam, "/v1/apikeys?account_id={account}&iam_id=IBMid-someone-else"),
        (Host::Iam, "/v1/apikeys?account_id={account}&scope=everything"),
        (Host::Iam, "/v2/groups?account_id={account}&iam_id=IBMid-1"),
        (Host::Iam, "/v2/policies?account_id={account}&sort=last_permit_at"),
        (Host::Iam, "/v2/roles?service_name=kms&service_group_id=IAM"),
        (Host::Iam, "/v1/profiles?account_id={account}&pagetoken=forged"),
        (Host::ResourceController, "/v2/resource_instances?state=asleep"),
    ];
    for (host, path) in refused {
        assert_eq!(visit.status(host, path).await, 400, "{path}");
    }
}

#[tokio::test]
async fn a_path_on_the_wrong_host_is_not_found() {
    let visit = Visit::new(Size::Dozen).await;
    for host in Host::ALL {
        let wanted = if host == Host::Iam { 200 } else { 404 };
        assert_eq!(visit.status(host, "/v2/policies?account_id={account}").await, wanted, "{}", host.name());
    }
    assert_eq!(visit.status(Host::Iam, "/v2/resource_groups?account_id={account}").await, 404);
    assert_eq!(visit.status(Host::Iam, "/v9/unheard").await, 404);
}

#[tokio::test]
async fn whatever_would_write_is_refused_and_seen_in_the_log() {
    let visit = Visit::new(Size::Dozen).await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = visit.call(method.clone(), Host::Iam, "/v2/groups").send().await.unwrap();
        assert_eq!(answer.status(), 405, "{method}");
    }
    let written: Vec<_> = visit.simulator.log().into_iter().filter(|call| call.status == 405).collect();
    assert_eq!(written.len(), 4);
    assert_eq!(written[3].method, "DELETE");
}

#[tokio::test]
async fn no_answer_holds_the_secret_of_a_key() {
    let visit = Visit::new(Size::Dozen).await;
    let secrets: Vec<String> =
        visit.simulator.look(|world| world.api_keys.iter().map(|key| key.secret.clone()).collect());
    assert!(!secrets.is_empty());
    for kind in ["user", "serviceid"] {
        let path = format!("/v1/apikeys?account_id={{account}}&scope=account&type={kind}");
        let (keys, _) = visit.whole(Host::Iam, &path, "apikeys").await;
        let text = Value::from(keys).to_string();
        assert!(secrets.iter().all(|secret| !text.contains(secret)));
    }
}
