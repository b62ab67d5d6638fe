//! Callers who are shown less, with status 200: no list of theirs passes for whole.

use collect::CollectError;
use simulators::ibm::{
    World,
    world::{Rights, STRANGER_API_KEY},
};

use super::{account, collected, company, incomplete, serve, with_key};

/// The lists that are doubted when the collector's rights are cut, along with the grants that gave
/// them: those of which an attribute has this value.
async fn doubted(grants: &[&str], cut: impl FnOnce(&mut Rights)) -> Vec<String> {
    let mut world = company();
    let collector = world.callers[0].iam_id.clone();
    cut(&mut world.callers[0].rights);
    world.policies.retain(|policy| {
        let is_cut = ["serviceType", "serviceName", "resourceType"]
            .into_iter()
            .filter_map(|key| policy.resource_value(key))
            .any(|value| grants.contains(&value));
        !(is_cut && policy.subject_value("iam_id") == Some(&collector))
    });
    lists_of(world).await
}

async fn lists_of(world: World) -> Vec<String> {
    let simulator = serve(world).await;
    incomplete(&collected(&simulator).await.state).into_keys().collect()
}

fn has(lists: &[String], listing: &str) -> bool {
    lists.iter().any(|list| list.split('/').next() == Some(listing))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_sees_little_and_none_of_it_passes_for_whole() {
    let simulator = serve(company()).await;
    simulator.change(|world| {
        world.identity_settings.set("restrict_user_list_visibility", "RESTRICTED");
    });
    let own = simulator.look(|world| world.account_id().to_owned());
    let error = account(&with_key(&simulator, STRANGER_API_KEY)).await.unwrap_err();
    assert!(
        matches!(&error, CollectError::NothingRead { account, lists, .. } if *account == own && *lists > 15),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_role_on_services_policies_and_instances_are_doubted() {
    let lists = doubted(&["service"], |rights| rights.services_viewer = false).await;
    for listing in ["ibm_policies", "ibm_resource_instances", "ibm_cbr_rules"] {
        assert!(has(&lists, listing), "{listing}: {lists:?}");
    }
    assert!(!has(&lists, "ibm_users") && !has(&lists, "ibm_access_groups"), "{lists:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_role_on_account_management_policies_and_identities_are_doubted() {
    let lists = doubted(&["platform_service"], |rights| rights.platform_services_viewer = false).await;
    for listing in
        ["ibm_policies", "ibm_access_groups", "ibm_service_ids", "ibm_trusted_profiles", "ibm_roles"]
    {
        assert!(has(&lists, listing), "{listing}: {lists:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_review_keys_the_keys_are_doubted() {
    let lists = doubted(&["iam-identity"], |rights| rights.iam_identity_configuration_reader = false).await;
    assert!(has(&lists, "ibm_api_keys"), "{lists:?}");
    assert!(!has(&lists, "ibm_policies") && !has(&lists, "ibm_service_ids"), "{lists:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_resource_groups_the_resource_groups_are_doubted() {
    let lists = doubted(&["resource-group"], |rights| rights.resource_groups_viewer = false).await;
    assert!(has(&lists, "ibm_resource_groups"), "{lists:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_most_groups_are_hidden_the_groups_are_doubted() {
    let lists = doubted(&[], |rights| {
        rights.groups_visible = Some(["AccessGroupId-PublicAccess".to_owned()].into());
    })
    .await;
    assert!(has(&lists, "ibm_access_groups"), "{lists:?}");
    assert!(!has(&lists, "ibm_policies"), "{lists:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dangling_references_leave_every_list_complete() {
    let mut world = company();
    let group = world.groups[1].object.text("id").to_owned();
    let instance = world.instances[0].text("guid").to_owned();
    world.groups.retain(|each| each.object.text("id") != group);
    world.instances.retain(|each| each.text("guid") != instance);
    let owner = world.account.text("owner_iamid").to_owned();
    let gone = world.users.iter().map(|user| user.object.text("iam_id")).find(|id| *id != owner);
    let gone = gone.unwrap().to_owned();
    world.users.retain(|user| user.object.text("iam_id") != gone);
    assert_eq!(lists_of(world).await, [""; 0]);
}
