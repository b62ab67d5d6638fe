//! Whatever the cloud answers, a run ends well: with a coverage row that has a reason.

use std::time::{Duration, Instant};

use model::{State, Table, tables::ibm::*};
use simulators::ibm::{Fault, FaultKind, Host, RetryAfter, Simulator};

use super::{account, collected, company, incomplete, serve, settings};

/// A path of each page family, its host, the list that is hit, and its table.
const FAMILIES: [(&str, Host, &str, &Table); 6] = [
    ("/v1/profiles?", Host::Iam, "ibm_trusted_profiles", &PROFILES),
    ("/v2/groups?", Host::Iam, "ibm_access_groups", &ACCESS_GROUPS),
    ("/v2/policies", Host::Iam, "ibm_policies/v2", &POLICIES),
    ("/users?", Host::UserManagement, "ibm_users", &USERS),
    (
        "resource_instances?limit=100",
        Host::ResourceController,
        "ibm_resource_instances/active,provisioning",
        &RESOURCE_INSTANCES,
    ),
    ("/v1/zones?", Host::Cbr, "ibm_cbr_zones", &CBR_ZONES),
];

async fn with_fault(fault: Fault) -> (Simulator, State) {
    let simulator = serve(company()).await;
    simulator.add_fault(fault);
    let state = collected(&simulator).await.state;
    (simulator, state)
}

async fn status_of(family: usize, kind: FaultKind) -> (String, String) {
    let (path, host, listing, _) = FAMILIES[family];
    let (_simulator, state) = with_fault(Fault::on(path, kind.clone()).at(host)).await;
    let lists = incomplete(&state);
    lists.get(listing).cloned().unwrap_or_else(|| panic!("{kind:?} on {listing} left it complete: {lists:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passing_trouble_leaves_no_trace() {
    let kinds = [
        FaultKind::TooManyRequests(RetryAfter::Silent),
        FaultKind::TooManyRequests(RetryAfter::Seconds(0)),
        FaultKind::ServerError(500),
        FaultKind::ServerError(503),
        FaultKind::CutOff,
        FaultKind::Html,
        FaultKind::BrokenJson,
        FaultKind::Unauthenticated,
        FaultKind::Slow(60),
    ];
    for kind in kinds {
        for (path, host, _, _) in FAMILIES {
            let (_simulator, state) = with_fault(Fault::on(path, kind.clone()).at(host).times(1)).await;
            assert!(incomplete(&state).is_empty(), "{kind:?} on {path}: {:?}", incomplete(&state));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lasting_trouble_makes_the_list_incomplete_in_every_family() {
    let cases = [
        (FaultKind::TooManyRequests(RetryAfter::Silent), "failed", "HTTP 429"),
        (FaultKind::ServerError(500), "failed", "HTTP 500"),
        (FaultKind::ServerError(503), "failed", "HTTP 503"),
        (FaultKind::NotFound, "failed", "HTTP 404"),
        (FaultKind::Forbidden, "denied", "HTTP 403"),
        (FaultKind::Unauthenticated, "denied", "HTTP 401"),
        (FaultKind::CutOff, "failed", "cut off"),
        (FaultKind::BrokenJson, "failed", "cut off"),
        (FaultKind::Html, "failed", "no JSON (text/html"),
        (FaultKind::EmptyBody, "failed", "cut off"),
        (FaultKind::EmptyObject, "failed", "no array"),
        (FaultKind::ArrayForObject, "failed", "no object"),
        (FaultKind::TextForItem, "failed", "a text stands where an object should"),
        (FaultKind::Nulls, "failed", "an item has no"),
    ];
    for (kind, status, reason) in cases {
        for (family, (_, _, listing, _)) in FAMILIES.iter().enumerate() {
            let seen = status_of(family, kind.clone()).await;
            assert_eq!(seen.0, status, "{kind:?} on {listing}: {}", seen.1);
            assert!(seen.1.contains(reason), "{kind:?} on {listing}: {}", seen.1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_without_end_end_with_a_reason() {
    for (family, (_, _, listing, _)) in FAMILIES.iter().enumerate().take(5) {
        let endless = status_of(family, FaultKind::EndlessPages).await;
        assert_eq!(endless.0, "failed");
        assert!(endless.1.contains("40 pages"), "{listing}: {}", endless.1);
        let repeated = status_of(family, FaultKind::RepeatedToken).await;
        assert!(repeated.1.contains("already read"), "{listing}: {}", repeated.1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_another_host_is_not_followed() {
    for (path, host, listing, _) in FAMILIES.into_iter().take(5) {
        let (simulator, state) = with_fault(Fault::on(path, FaultKind::ForeignNext).at(host)).await;
        let lists = incomplete(&state);
        assert_eq!(lists[listing].0, "failed", "{listing}: {}", lists[listing].1);
        assert!(lists[listing].1.contains("40 pages"), "{listing}: {}", lists[listing].1);
        assert_eq!(simulator.trap_hits(), [], "{listing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_a_wrong_type_keeps_the_rest_of_the_row() {
    let fault = Fault::on("/users?", FaultKind::Member("email".to_owned(), serde_json::json!([7])));
    let (simulator, state) = with_fault(fault).await;
    let (status, reason) = &incomplete(&state)["ibm_users"];
    assert_eq!(status, "failed");
    assert!(reason.starts_with("`email` is an array, no text in ibm_users `"), "{reason}");
    assert_eq!(state.rows(&USERS).len(), simulator.look(|world| world.users.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn members_that_no_document_names_do_no_harm() {
    let (simulator, state) = with_fault(Fault::on("", FaultKind::UnknownFields)).await;
    assert!(incomplete(&state).is_empty(), "{:?}", incomplete(&state));
    assert_eq!(state.rows(&USERS).len(), simulator.look(|world| world.users.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trouble_with_one_list_leaves_the_others_complete() {
    for (path, host, listing, table) in FAMILIES {
        let fault = Fault::on(path, FaultKind::ServerError(500)).at(host);
        let (_simulator, state) = with_fault(fault).await;
        let hit = table.name;
        let others: Vec<_> = incomplete(&state)
            .into_keys()
            .filter(|name| name != listing && !name.starts_with(hit) && !name.ends_with("/*"))
            .collect();
        assert_eq!(others, [""; 0], "{listing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_a_zone_that_does_not_say_of_what_kind_it_is_makes_its_list_incomplete() {
    let kinds = [
        FaultKind::Lacking("type".to_owned()),
        FaultKind::Inside("type".to_owned(), serde_json::Value::Null),
        FaultKind::Inside("type".to_owned(), serde_json::json!("")),
        FaultKind::Inside("type".to_owned(), serde_json::json!(7)),
    ];
    for kind in kinds {
        let (_simulator, state) = with_fault(Fault::on("/v1/zones/", kind.clone()).times(1)).await;
        let lists = incomplete(&state);
        assert_eq!(lists.len(), 1, "{kind:?}: {lists:?}");
        let (list, (status, _)) = lists.first_key_value().expect("a list");
        assert!(list.starts_with("ibm_cbr_zone_addresses/"), "{kind:?}: {list}");
        assert_eq!(status, "failed", "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_breaks_off_keeps_what_it_showed() {
    let simulator = serve(simulators::ibm::generate(super::SEED, simulators::ibm::Size::Thousand)).await;
    simulator.add_fault(Fault::on("/v2/policies", FaultKind::ServerError(502)).after(2));
    let state = collected(&simulator).await.state;
    assert_eq!(incomplete(&state)["ibm_policies/v2"].0, "failed");
    let kept = state.rows(&POLICIES).len();
    let all = simulator.look(|world| world.policies.len());
    assert!(kept >= 200 && kept < all, "{kept} of {all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cloud_is_waited_for_as_long_as_it_asks() {
    for asked in [RetryAfter::Seconds(1), RetryAfter::Date(2)] {
        let started = Instant::now();
        let fault = Fault::on("/v2/groups?", FaultKind::TooManyRequests(asked)).times(1);
        let (_simulator, state) = with_fault(fault).await;
        assert!(incomplete(&state).is_empty());
        assert!(started.elapsed() >= Duration::from_millis(950), "{asked:?}: {:?}", started.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_beyond_the_time_of_the_run_is_not_waited() {
    let started = Instant::now();
    let asked = FaultKind::TooManyRequests(RetryAfter::Seconds(3_600));
    let (_simulator, state) = with_fault(Fault::on("/v2/groups?", asked)).await;
    let (status, reason) = &incomplete(&state)["ibm_access_groups"];
    assert_eq!(status, "failed");
    assert!(reason.contains("no time is left"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_when_its_time_is_used_up() {
    let simulator = serve(company()).await;
    simulator.set_latency(Duration::from_millis(300));
    let mut settings = settings(&simulator);
    settings.budget.time = Duration::from_millis(1_000);
    settings.concurrency = 1;
    let state = account(&settings).await.unwrap().state;
    let lists = incomplete(&state);
    assert!(lists.values().any(|(_, reason)| reason.contains("used up")), "{lists:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_larger_than_the_limit_is_not_read() {
    let simulator = serve(company()).await;
    let mut settings = settings(&simulator);
    settings.budget.answer_bytes = 3_000;
    let lists = incomplete(&account(&settings).await.unwrap().state);
    let (status, reason) = &lists["ibm_users"];
    assert_eq!((status.as_str(), reason.as_str()), ("failed", "the answer is larger than 3000 bytes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn service_ids_of_unknown_groups_are_named_as_skipped() {
    let (simulator, state) = with_fault(Fault::on("/v1/serviceid_groups", FaultKind::Forbidden)).await;
    let lists = incomplete(&state);
    assert_eq!(lists["ibm_service_id_groups"].0, "denied");
    assert_eq!(lists["ibm_service_ids/*"].0, "skipped");
    let in_default = simulator.look(|world| world.service_ids.iter().filter(|id| id.group.is_none()).count());
    assert_eq!(state.rows(&SERVICE_IDS).len(), in_default);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_accounts_own_settings_never_stand_in_for_those_in_force() {
    for (kind, status) in [
        (FaultKind::NotFound, "failed"),
        (FaultKind::Bare(405), "failed"),
        (FaultKind::Body(400, serde_json::json!({"errors": [{"code": "bad"}]})), "failed"),
        (FaultKind::Forbidden, "denied"),
        (FaultKind::ServerError(500), "failed"),
    ] {
        let (simulator, state) = with_fault(Fault::on("effective_settings", kind.clone())).await;
        assert_eq!(incomplete(&state)["ibm_account_settings"].0, status, "{kind:?}");
        assert!(state.rows(&ACCOUNT_SETTINGS).is_empty(), "{kind:?}");
        let own = simulator.log().into_iter().find(|call| call.path_and_query.contains("/settings/identity"));
        assert!(own.is_none(), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_nobody_had_made_is_no_gap() {
    let mut world = company();
    world.inactivity = None;
    let simulator = serve(world).await;
    let state = collected(&simulator).await.state;
    assert!(incomplete(&state).is_empty());
    assert!(state.rows(&INACTIVE_IDENTITIES).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_that_goes_away_while_it_is_read_is_gone_and_nothing_else_is_said() {
    let cases = [
        ("/v2/groups?", "/v2/groups", &ACCESS_GROUPS, "ibm_access_group_members"),
        ("/v1/profiles?", "/v1/profiles", &PROFILES, "ibm_trusted_profile_rules"),
        ("/v1/zones?", "/v1/zones", &CBR_ZONES, "ibm_cbr_zone_addresses"),
    ];
    let calm = collected(&serve(company()).await).await.state;
    for (list, path, table, child) in cases {
        let id = table.text(calm.rows(table).iter().next().unwrap(), "id").unwrap();
        let simulator = serve(company()).await;
        simulator.add_fault(Fault::on(&format!("{path}/{id}"), FaultKind::NotFound));
        simulator.add_fault(Fault::on(list, FaultKind::Without(id.to_owned())).after(1));
        let state = collected(&simulator).await.state;
        assert!(incomplete(&state).is_empty(), "{list}: {:?}", incomplete(&state));
        let ids = |state: &State| -> Vec<String> {
            state.rows(table).iter().filter_map(|row| table.text(row, "id")).map(str::to_owned).collect()
        };
        assert!(!ids(&state).iter().any(|each| each == id), "{list}");
        assert_eq!(ids(&state).len() + 1, ids(&calm).len(), "{list}");

        let simulator = serve(company()).await;
        simulator.add_fault(Fault::on(&format!("{path}/{id}"), FaultKind::NotFound));
        let state = collected(&simulator).await.state;
        let (status, reason) = &incomplete(&state)[&format!("{child}/{id}")];
        assert_eq!(status, "failed", "{list}: it is still there");
        assert!(reason.starts_with("HTTP 404"), "{reason}");
        assert_eq!(ids(&state), ids(&calm), "{list}");
        let asked = simulator.log().into_iter().filter(|call| call.path_and_query.contains(list)).count();
        assert_eq!(asked, 2, "{list}: the things are looked at once more");
    }
}
