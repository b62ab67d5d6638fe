//! Sign-in: what works, what cannot, and what is said about it.

use std::{collections::BTreeSet, time::Duration};

use collect::{
    CollectError, Secret,
    ibm::{CollectSettings, Credentials, Endpoints, ProfileRef},
};
use serde_json::json;
use simulators::ibm::{
    Fault, FaultKind, Size, TokenLife, generate,
    world::{AUDITOR_PROFILE, COLLECTOR_API_KEY, COLLECTOR_CR_TOKEN},
};

use super::{SEED, account, collected, company, incomplete, serve, settings, with_key};

#[tokio::test(flavor = "multi_thread")]
async fn only_reads_are_sent_but_for_the_token() {
    let simulator = serve(company()).await;
    collected(&simulator).await;
    let writes: BTreeSet<(String, String)> = simulator
        .log()
        .into_iter()
        .filter(|call| call.method != "GET")
        .map(|call| (call.method, call.path_and_query))
        .collect();
    assert_eq!(writes, [("POST".to_owned(), "/identity/token".to_owned())].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_dies_on_the_way_is_renewed() {
    for life in [TokenLife::Calls(40), TokenLife::Seconds(1)] {
        let simulator = serve(generate(SEED, Size::Thousand)).await;
        simulator.set_token_life(life);
        simulator.set_latency(Duration::from_millis(20));
        let slow = CollectSettings { concurrency: 2, ..settings(&simulator) };
        let whole = account(&slow).await.unwrap();
        assert!(incomplete(&whole.state).is_empty(), "{life:?}: {:?}", incomplete(&whole.state));
        let sign_ins = simulator.log().iter().filter(|call| call.method == "POST").count();
        assert!(sign_ins > 1 && sign_ins < 40, "{life:?}: {sign_ins}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_says_odd_things_of_its_life_is_used_until_it_is_refused() {
    let lives = [
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!(0),
        json!(-5),
        json!("3600"),
        json!("x"),
        json!(null),
    ];
    for life in lives {
        let simulator = serve(company()).await;
        let odd = FaultKind::Member("expires_in".to_owned(), life.clone());
        simulator.add_fault(Fault::on("/identity/token", odd));
        let whole = collected(&simulator).await;
        assert!(incomplete(&whole.state).is_empty(), "{life}: {:?}", incomplete(&whole.state));
        let sign_ins = simulator.log().iter().filter(|call| call.method == "POST").count();
        assert_eq!(sign_ins, 1, "{life}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_refused_for_a_moment_leaves_no_trace() {
    let simulator = serve(company()).await;
    for path in ["/v1/profiles", "/v2/groups", "/v2/policies", "/users?", "/v1/zones"] {
        simulator.add_fault(Fault::on(path, FaultKind::Unauthenticated).after(1).times(2));
    }
    let lists = incomplete(&collected(&simulator).await.state);
    assert!(lists.is_empty(), "{lists:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_refused_at_the_very_beginning_leaves_no_trace() {
    let simulator = serve(company()).await;
    simulator.add_fault(Fault::on("/v", FaultKind::Unauthenticated).times(8));
    let lists = incomplete(&collected(&simulator).await.state);
    assert!(lists.is_empty(), "{lists:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_lost_is_told_from_a_right_that_is_missing() {
    let simulator = serve(company()).await;
    simulator.add_fault(Fault::on("/members", FaultKind::Unauthenticated));
    simulator.add_fault(Fault::on("/v1/zones", FaultKind::Forbidden));
    let lists = incomplete(&collected(&simulator).await.state);
    let lost: Vec<&(String, String)> = lists
        .iter()
        .filter(|(list, _)| list.starts_with("ibm_access_group_members/") && !list.ends_with("/*"))
        .map(|(_, told)| told)
        .collect();
    assert!(!lost.is_empty(), "{lists:?}");
    for (status, reason) in lost {
        assert_eq!(status, "denied");
        assert!(reason.starts_with("the sign-in was refused repeatedly: HTTP 401"), "{reason}");
    }
    assert!(lists["ibm_cbr_zones"].1.starts_with("HTTP 403"), "{lists:?}");
    let sign_ins = simulator.log().iter().filter(|call| call.method == "POST").count();
    assert!(sign_ins <= 6, "{sign_ins}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_which_nothing_can_be_read_ends_the_run() {
    let simulator = serve(company()).await;
    for version in ["/v1/", "/v2/", "/v4/"] {
        simulator.add_fault(Fault::on(version, FaultKind::Forbidden));
    }
    let error = account(&settings(&simulator)).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, CollectError::NothingRead { .. }), "{text}");
    assert!(text.contains("HTTP 403") && text.contains("what the credentials may read"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_assumed_with_a_key() {
    let simulator = serve(company()).await;
    let name = ProfileRef::Name {
        name: AUDITOR_PROFILE.to_owned(),
        account: Some(simulator.look(|world| world.account_id().to_owned())),
    };
    let id = ProfileRef::Id(simulator.look(|world| world.callers[1].id.clone()));
    for profile in [name, id] {
        let credentials = Credentials::Assume { api_key: Secret::new(COLLECTOR_API_KEY), profile };
        let collected = account(&CollectSettings { credentials, ..settings(&simulator) }).await.unwrap();
        assert!(incomplete(&collected.state).is_empty(), "{:?}", incomplete(&collected.state));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_signs_in_with_its_token_file() {
    let simulator = serve(company()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sa-token");
    std::fs::write(&file, format!("{COLLECTOR_CR_TOKEN}\n")).unwrap();
    let profile = ProfileRef::Name { name: AUDITOR_PROFILE.to_owned(), account: None };
    let credentials = Credentials::ComputeResource { token_file: Some(file), profile };
    let collected = account(&CollectSettings { credentials, ..settings(&simulator) }).await.unwrap();
    assert!(incomplete(&collected.state).is_empty(), "{:?}", incomplete(&collected.state));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_says_what_to_do_and_not_what_it_was() {
    let simulator = serve(company()).await;
    let error = account(&with_key(&simulator, "wr0ng-k3y")).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, CollectError::Rejected { .. }), "{text}");
    for part in
        ["the API key was rejected", "/identity/token", "HTTP 400", "transaction ", "create a new key"]
    {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
    assert!(!format!("{text} {error:?}").contains("wr0ng-k3y"));
}

#[tokio::test]
async fn a_missing_key_is_noticed_before_anything_is_sent() {
    let simulator = serve(company()).await;
    let error = account(&with_key(&simulator, " \n")).await.unwrap_err();
    assert!(matches!(error, CollectError::NoKey), "{error}");
    assert_eq!(simulator.calls(), 0);
}

#[tokio::test]
async fn an_account_other_than_asked_for_is_not_read() {
    let simulator = serve(company()).await;
    let asked = CollectSettings { account: Some("other".to_owned()), ..settings(&simulator) };
    let error = account(&asked).await.unwrap_err().to_string();
    let own = simulator.look(|world| world.account_id().to_owned());
    assert!(error.contains(&own) && error.contains("`other`"), "{error}");
    assert_eq!(simulator.calls(), 1);
}

#[tokio::test]
async fn no_network_names_the_address() {
    let simulator = serve(company()).await;
    let endpoints = Endpoints::parse([("iam", "http://127.0.0.1:9")]).unwrap();
    let error = account(&CollectSettings { endpoints, ..settings(&simulator) }).await.unwrap_err();
    assert!(error.is_transient());
    let text = error.to_string();
    assert!(
        text.contains("http://127.0.0.1:9/identity/token") && text.contains("check the network"),
        "{text}"
    );
}

#[tokio::test]
async fn a_token_endpoint_that_makes_no_sense_ends_the_run() {
    for kind in [FaultKind::Html, FaultKind::EmptyObject, FaultKind::ServerError(503), FaultKind::CutOff] {
        let simulator = serve(company()).await;
        simulator.add_fault(Fault::on("/identity/token", kind.clone()));
        let error = account(&settings(&simulator)).await.unwrap_err();
        assert!(matches!(error, CollectError::Unreachable { .. }), "{kind:?}: {error}");
    }
}

#[tokio::test]
async fn keys_are_not_sent_in_the_clear() {
    let simulator = serve(company()).await;
    let mut settings = settings(&simulator);
    settings.endpoints.iam = "http://iam.cloud.ibm.com".parse().unwrap();
    let error = account(&settings).await.unwrap_err().to_string();
    assert!(error.contains("`iam`") && error.contains("https://"), "{error}");
    assert_eq!(simulator.calls(), 0);
}
