//! What a list proves when the cloud shows it in another shape.

use model::{State, Table, tables::ibm::*};
use serde_json::json;
use simulators::ibm::{Fault, FaultKind};

use super::{collected, company, incomplete, serve};

async fn with(path: &str, kind: FaultKind) -> State {
    let simulator = serve(company()).await;
    simulator.add_fault(Fault::on(path, kind));
    collected(&simulator).await.state
}

fn reason(state: &State, listing: &str) -> (String, String) {
    let lists = incomplete(state);
    lists.get(listing).cloned().unwrap_or_else(|| panic!("{listing} passes for whole: {lists:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_that_comes_twice_makes_a_list_incomplete_though_its_counters_agree() {
    for (path, listing) in [
        ("/v2/groups?", "ibm_access_groups"),
        ("/users?", "ibm_users"),
        ("/v1/profiles?", "ibm_trusted_profiles"),
        ("/v2/roles?account_id", "ibm_custom_roles"),
        ("/report/latest", "ibm_inactive_identities"),
    ] {
        // The report shows one key only.
        let kind = match path {
            "/report/latest" => FaultKind::Inside("apikeys/+again".to_owned(), serde_json::Value::Null),
            _ => FaultKind::Shifted,
        };
        let (status, told) = reason(&with(path, kind).await, listing);
        assert_eq!(status, "failed", "{listing}: {told}");
        assert!(told.starts_with("1 things came twice in the last of 3 readings"), "{listing}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_moved_once_is_read_again_and_whole() {
    let simulator = serve(company()).await;
    simulator.add_fault(Fault::on("/v2/groups?", FaultKind::Shifted).times(1));
    let state = collected(&simulator).await.state;
    assert!(incomplete(&state).is_empty(), "{:?}", incomplete(&state));
    let readings = simulator.log().iter().filter(|call| call.path_and_query.contains("/v2/groups?")).count();
    assert_eq!(readings, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_that_comes_again_does_no_harm_where_a_counter_counts_the_rest() {
    let state = with("/v2/groups?", FaultKind::Again).await;
    assert!(incomplete(&state).is_empty(), "{:?}", incomplete(&state));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_with_an_empty_id_is_missed_by_name() {
    let state = with("/users?", FaultKind::Member("iam_id".to_owned(), json!(""))).await;
    let (status, told) = reason(&state, "ibm_users");
    assert_eq!(status, "failed");
    assert!(
        told.starts_with("1 of ") && told.ends_with(" things are left out: an item has no `iam_id`"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_of_a_policy_has_the_name_that_people_see() {
    let state = collected(&serve(company()).await).await.state;
    let names = |table: &'static Table, key: &str| -> std::collections::BTreeMap<String, String> {
        let pair = |row: &model::Row| {
            Some((table.text(row, key)?.to_owned(), table.text(row, "display_name")?.to_owned()))
        };
        state.rows(table).iter().filter_map(pair).collect()
    };
    let (given, offered, custom) =
        (names(&POLICY_ROLES, "role_id"), names(&ROLES, "crn"), names(&CUSTOM_ROLES, "crn"));
    assert!(given.len() > 3);
    for (id, name) in &given {
        assert_eq!(Some(name), custom.get(id).or_else(|| offered.get(id)), "{id}");
    }
    let nameless =
        state.rows(&POLICY_ROLES).iter().filter(|row| POLICY_ROLES.text(row, "display_name").is_none());
    for row in nameless {
        let id = POLICY_ROLES.text(row, "role_id").unwrap();
        assert!(!offered.contains_key(id) && !custom.contains_key(id), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn version_1_of_policies_is_not_asked_while_version_2_is_not_whole() {
    let simulator = serve(company()).await;
    simulator.add_fault(Fault::on("/v2/policies", FaultKind::ServerError(503)));
    let state = collected(&simulator).await.state;
    let told = ("skipped".to_owned(), "the list of version 2 comes first, and it is not complete".to_owned());
    assert_eq!(reason(&state, "ibm_policies/authorization"), told);
    assert!(state.rows(&POLICIES).is_empty());
    assert!(!simulator.log().iter().any(|call| call.path_and_query.contains("/v1/policies")));
}

#[tokio::test(flavor = "multi_thread")]
async fn authorizations_of_version_1_are_left_out_where_version_2_shows_nothing() {
    let (whole, emptied) = (serve(company()).await, serve(company()).await);
    emptied.add_fault(Fault::on("/v2/policies", FaultKind::Body(200, json!({"limit": 100, "policies": []}))));
    let [whole, state] = [collected(&whole).await.state, collected(&emptied).await.state];
    let authorizations = |state: &State| {
        state.rows(&POLICIES).iter().filter(|row| POLICIES.text(row, "type") == Some("authorization")).count()
    };
    assert!(authorizations(&whole) > 0);
    assert_eq!(authorizations(&state), 0, "they would come in another form than the day before");
    for list in ["ibm_policies/v2", "ibm_policies/authorization"] {
        assert_eq!(reason(&state, list).0, "denied", "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn authorizations_of_version_2_stay_where_version_1_breaks_off() {
    let state = with("/v1/policies", FaultKind::NullForItem).await;
    assert_eq!(reason(&state, "ibm_policies/authorization").0, "failed");
    assert!(!incomplete(&state).contains_key("ibm_policies/v2"));
    let is_shown = |row: &model::Row| POLICIES.text(row, "type") == Some("authorization");
    assert!(state.rows(&POLICIES).iter().any(is_shown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_the_cloud_does_not_know_is_named_and_leaves_the_others_whole() {
    let refusal = json!({"error_code": "invalid_parameter", "message": "state is none", "status_code": 400});
    let state = with("state=pre_provisioning", FaultKind::Body(400, refusal)).await;
    assert!(incomplete(&state).is_empty(), "{:?}", incomplete(&state));
    let coverage = state.rows(&model::tables::COVERAGE).iter().map(model::Coverage::from_row);
    let named = coverage.filter(|each| each.listing == RESOURCE_INSTANCES.listing && each.reason.is_some());
    let named: Vec<_> = named.map(|each| (each.parent, each.reason.unwrap())).collect();
    let told = "the cloud does not know this value: HTTP 400 (invalid_parameter)";
    assert_eq!(named, [("pre_provisioning".to_owned(), told.to_owned())]);
    assert!(state.rows(&RESOURCE_INSTANCES).len() > 3);
    // Any other refusal says nothing of the state.
    let state = with("state=pre_provisioning", FaultKind::Bare(400)).await;
    assert_eq!(reason(&state, "ibm_resource_instances/pre_provisioning").0, "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_being_made_says_nothing_and_one_that_nobody_made_is_none() {
    let state = with("/report/latest", FaultKind::Bare(204)).await;
    assert_eq!(reason(&state, "ibm_inactive_identities").0, "failed");
    for kind in [FaultKind::Bare(404), FaultKind::ServerError(404), FaultKind::EmptyObject] {
        assert_eq!(reason(&with("/report/latest", kind).await, "ibm_inactive_identities").0, "failed");
    }
    let state = with("/report/latest", FaultKind::NotFound).await;
    assert!(incomplete(&state).is_empty(), "{:?}", incomplete(&state));
}
