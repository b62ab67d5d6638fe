use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Host, Visit};
use crate::ibm::Size;
use crate::ibm::world::{Born, Outage, PUBLIC_GROUP, STRANGER_API_KEY};

fn count(body: &Value, name: &str) -> usize {
    body[name].as_array().unwrap().len()
}

#[tokio::test]
async fn who_has_no_role_gets_empty_lists_with_200_where_ibm_says_so() {
    let visit = Visit::with_key(Size::Dozen, STRANGER_API_KEY).await;
    let empty = [
        (Host::Iam, "/v2/policies?account_id={account}", "policies"),
        (Host::Iam, "/v1/policies?account_id={account}", "policies"),
        (Host::Iam, "/v2/groups?account_id={account}", "groups"),
        (Host::Iam, "/v2/roles?account_id={account}", "custom_roles"),
        (Host::ResourceController, "/v2/resource_groups?account_id={account}", "resources"),
        (Host::ResourceController, "/v2/resource_instances", "resources"),
        (Host::Cbr, "/v1/rules?account_id={account}", "rules"),
    ];
    for (host, path, name) in empty {
        assert_eq!(count(&visit.read(host, path).await, name), 0, "{path}");
    }
    let refused = [
        (Host::Iam, "/v1/serviceid_groups?account_id={account}"),
        (Host::Iam, "/v2/groups/settings?account_id={account}"),
        (Host::Iam, "/v1/accounts/{account}/settings/identity"),
        (Host::Iam, "/v1/accounts/{account}/settings/access_management"),
        (Host::Iam, "/v1/activity/accounts/{account}/report/latest"),
        (Host::Cbr, "/v1/zones?account_id={account}"),
        (Host::Iam, "/v2/groups/AccessGroupId-PublicAccess/members"),
    ];
    for (host, path) in refused {
        assert_eq!(visit.status(host, path).await, 403, "{path}");
    }
}

#[tokio::test]
async fn a_restricted_user_list_shows_only_oneself() {
    let visit = Visit::with_key(Size::Dozen, STRANGER_API_KEY).await;
    let path = "/v2/accounts/{account}/users";
    visit
        .simulator
        .change(|world| world.identity_settings.set("restrict_user_list_visibility", "NOT_RESTRICTED"));
    let everyone = visit.read(Host::UserManagement, path).await;
    assert_eq!(everyone["total_results"], json!(visit.simulator.look(|world| world.users.len())));
    visit
        .simulator
        .change(|world| world.identity_settings.set("restrict_user_list_visibility", "RESTRICTED"));
    let alone = visit.read(Host::UserManagement, path).await;
    assert_eq!((alone["total_results"].as_u64(), count(&alone, "resources")), (Some(1), 1));
}

#[tokio::test]
async fn rights_taken_away_shorten_lists_from_the_next_call_on() {
    let visit = Visit::new(Size::Dozen).await;
    let path = "/v2/groups?account_id={account}";
    let all = count(&visit.read(Host::Iam, path).await, "groups");
    let shown: BTreeSet<String> = [PUBLIC_GROUP.to_owned()].into();
    visit.simulator.change(|world| world.callers[0].rights.groups_visible = Some(shown));
    assert_eq!(count(&visit.read(Host::Iam, path).await, "groups"), 1);
    assert!(all > 1);
    let keys = "/v1/apikeys?account_id={account}&scope=account&type=user";
    assert!(count(&visit.read(Host::Iam, keys).await, "apikeys") > 0);
    visit.simulator.change(|world| world.callers[0].rights.iam_identity_configuration_reader = false);
    assert_eq!(count(&visit.read(Host::Iam, keys).await, "apikeys"), 0);
}

#[tokio::test]
async fn version_one_shows_a_policy_of_version_two_as_a_placeholder() {
    let visit = Visit::new(Size::Thousand).await;
    let newer = visit.simulator.look(|world| {
        let active = |state: &str| state == "active";
        world
            .policies
            .iter()
            .find(|policy| policy.born == Born::V2 && active(&policy.state))
            .unwrap()
            .id
            .clone()
    });
    let body = visit.read(Host::Iam, "/v1/policies?account_id={account}").await;
    let shown =
        body["policies"].as_array().unwrap().iter().find(|policy| policy["id"] == newer.as_str()).unwrap();
    assert_eq!(shown["subjects"][0]["attributes"][0]["value"], "unsupported version");
    assert!(shown["roles"][0]["role_id"].as_str().unwrap().ends_with("role:UnsupportedVersion"));
}

#[tokio::test]
async fn a_format_adds_what_it_is_asked_for_and_nothing_else() {
    let visit = Visit::new(Size::Dozen).await;
    let plain = visit.read(Host::Iam, "/v2/policies?account_id={account}").await;
    assert!(
        plain["policies"].as_array().unwrap().iter().all(|policy| policy.get("last_permit_at").is_none())
    );
    let used = visit.read(Host::Iam, "/v2/policies?account_id={account}&format=include_last_permit").await;
    assert!(used["policies"].as_array().unwrap().iter().any(|policy| policy["last_permit_at"].is_string()));
    let shown = visit.read(Host::Iam, "/v2/policies?account_id={account}&format=display").await;
    let role = shown.pointer("/policies/0/control/grant/roles/0").unwrap();
    assert!(role["display_name"].is_string() && role["actions"].is_array());
}

#[tokio::test]
async fn members_are_static_unless_all_are_asked_for_and_nameless_unless_verbose() {
    let visit = Visit::new(Size::Dozen).await;
    let group = visit.simulator.look(|world| {
        let dynamic = |group: &&crate::ibm::world::Group| {
            group.members.iter().any(|member| member.text("membership_type") == "dynamic")
        };
        world.groups.iter().find(dynamic).unwrap().object.text("id").to_owned()
    });
    let usual = visit.read(Host::Iam, &format!("/v2/groups/{group}/members")).await;
    let all =
        visit.read(Host::Iam, &format!("/v2/groups/{group}/members?membership_type=all&verbose=true")).await;
    assert!(count(&usual, "members") < count(&all, "members"));
    assert!(usual["members"].as_array().unwrap().iter().all(|member| member.get("name").is_none()));
    assert!(all["members"].as_array().unwrap().iter().any(|member| member["name"].is_string()));
}

#[tokio::test]
async fn the_list_of_zones_shows_a_preview_and_the_zone_itself_everything() {
    let visit = Visit::new(Size::Thousand).await;
    let id = visit.simulator.look(|world| {
        let wide =
            |zone: &&crate::ibm::world::Object| zone.get("addresses").unwrap().as_array().unwrap().len() > 3;
        world.zones.iter().find(wide).unwrap().text("id").to_owned()
    });
    let list = visit.read(Host::Cbr, "/v1/zones?account_id={account}").await;
    let shown = list["zones"].as_array().unwrap().iter().find(|zone| zone["id"] == id.as_str()).unwrap();
    assert_eq!(shown["addresses_preview"].as_array().unwrap().len(), 3);
    assert!(shown.get("addresses").is_none());
    let zone = visit.read(Host::Cbr, &format!("/v1/zones/{id}")).await;
    assert_eq!(
        zone["addresses"].as_array().unwrap().len(),
        shown["address_count"].as_u64().unwrap() as usize
    );
}

#[tokio::test]
async fn what_does_not_exist_is_404_and_what_is_not_ready_204() {
    let visit = Visit::new(Size::Dozen).await;
    let report = "/v1/activity/accounts/{account}/report/latest";
    let settings = "/v1/accounts/{account}/effective_settings/identity";
    visit.simulator.change(|world| {
        world.inactivity = None;
        world.effective_settings = None;
    });
    assert_eq!(visit.status(Host::Iam, report).await, 404);
    assert_eq!(visit.status(Host::Iam, settings).await, 404);
    visit.simulator.change(|world| world.outages.push(Outage { path: "/v1/activity".into(), status: 204 }));
    assert_eq!(visit.status(Host::Iam, report).await, 204);
    visit.simulator.change(|world| world.outages.push(Outage { path: "/v2/groups".into(), status: 503 }));
    assert_eq!(visit.status(Host::Iam, "/v2/groups?account_id={account}").await, 503);
}

#[tokio::test]
async fn names_of_mfa_exemptions_only_come_when_they_are_resolved() {
    let visit = Visit::new(Size::Dozen).await;
    let exemption =
        json!([{ "iam_id": "IBMid-1", "mfa": "NONE", "name": "Ana", "email": "ana@example.com" }]);
    visit.simulator.change(|world| world.identity_settings.set("user_mfa", exemption.clone()));
    let path = "/v1/accounts/{account}/settings/identity";
    let plain = visit.read(Host::Iam, path).await;
    assert_eq!(plain["user_mfa"], json!([{ "iam_id": "IBMid-1", "mfa": "NONE" }]));
    let resolved = visit.read(Host::Iam, &format!("{path}?resolve_user_mfa=true")).await;
    assert_eq!(resolved["user_mfa"], exemption);
}

#[tokio::test]
async fn a_single_object_is_the_one_of_its_list() {
    let visit = Visit::new(Size::Dozen).await;
    let truth = visit.simulator.look(super::super::World::truth);
    let singles = [
        (Host::Iam, "service_ids", "id", "/v1/serviceids/{id}?show_group_id=true"),
        (Host::Iam, "api_keys", "id", "/v1/apikeys/{id}"),
        (Host::Iam, "profiles", "id", "/v1/profiles/{id}"),
        (Host::Iam, "groups", "id", "/v2/groups/{id}?show_federated=true&show_crn=true"),
        (Host::Iam, "policies_v1", "id", "/v1/policies/{id}?format=include_last_permit"),
        (Host::Iam, "policies_v2", "id", "/v2/policies/{id}?format=include_last_permit"),
        (Host::Iam, "custom_roles", "id", "/v2/roles/{id}"),
        (Host::UserManagement, "users", "iam_id", "/v2/accounts/{account}/users/{id}"),
        (Host::ResourceController, "resource_groups", "id", "/v2/resource_groups/{id}"),
        (Host::ResourceController, "instances", "guid", "/v2/resource_instances/{id}"),
        (Host::Cbr, "zones", "id", "/v1/zones/{id}"),
        (Host::Cbr, "restrictions", "id", "/v1/rules/{id}"),
    ];
    for (host, list, member, path) in singles {
        for listed in &truth[list] {
            let path = path.replace("{id}", listed[member].as_str().unwrap());
            assert_eq!(&visit.read(host, &path).await, listed, "{path}");
        }
        assert_eq!(visit.status(host, &path.replace("{id}", "nobody")).await, 404, "{path}");
    }
}

#[tokio::test]
async fn another_account_is_forbidden_and_has_no_policies() {
    let visit = Visit::new(Size::Dozen).await;
    for path in ["/v1/profiles?account_id=other", "/v2/groups?account_id=other"] {
        assert_eq!(visit.status(Host::Iam, path).await, 403, "{path}");
    }
    assert_eq!(count(&visit.read(Host::Iam, "/v2/policies?account_id=other").await, "policies"), 0);
    assert_eq!(visit.status(Host::UserManagement, "/v2/accounts/other/users").await, 403);
}

#[tokio::test]
async fn a_parameter_that_is_not_followed_is_said_to_be() {
    let visit = Visit::new(Size::Dozen).await;
    assert_eq!(visit.status(Host::Iam, "/v1/profiles?account_id={account}&filter=x").await, 501);
}

#[tokio::test]
async fn one_membership_is_asked_for_with_head() {
    let visit = Visit::new(Size::Dozen).await;
    let (group, member) = visit.simulator.look(|world| {
        let group = world.groups.iter().find(|group| !group.members.is_empty()).unwrap();
        (group.object.text("id").to_owned(), group.members[0].text("iam_id").to_owned())
    });
    let path = |iam_id: &str| format!("/v2/groups/{group}/members/{iam_id}");
    let head = async |path: String| {
        visit.call(reqwest::Method::HEAD, Host::Iam, &path).send().await.unwrap().status().as_u16()
    };
    assert_eq!(head(path(&member)).await, 204);
    assert_eq!(head(path("IBMid-nobody")).await, 404);
}

#[tokio::test]
async fn a_key_tells_its_own_record_without_its_secret() {
    let visit = Visit::new(Size::Dozen).await;
    let secret = crate::ibm::world::COLLECTOR_API_KEY;
    let call =
        visit.call(reqwest::Method::GET, Host::Iam, "/v1/apikeys/details").header("IAM-ApiKey", secret);
    let text = call.send().await.unwrap().text().await.unwrap();
    assert!(text.contains(&visit.account) && !text.contains(secret));
}
