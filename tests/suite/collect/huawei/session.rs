//! Sign-in: what works, what cannot, and what is said about it.

use std::{collections::BTreeSet, time::Duration};

use collect::{
    CollectError, Secret,
    huawei::{CollectSettings, Credentials, DomainRef, Endpoints, Keys, Partition},
};
use jiff::SignedDuration;
use simulators::huawei::{
    Clock, Fault, FaultKind, SessionLife, Simulator,
    world::{
        AUDIT_AGENCY, AUDIT_EXTERNAL_ID, COLLECTOR_ACCESS_KEY, COLLECTOR_SECRET_KEY, FOREIGN_ACCESS_KEY,
        FOREIGN_ACCOUNT, FOREIGN_SECRET_KEY, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY,
        TEMPORARY_SECURITY_TOKEN,
    },
};

use super::{account, collected, company, incomplete, serve, settings, with_keys};

fn through_the_agency(simulator: &Simulator, external_id: Option<&str>) -> CollectSettings {
    let own = simulator.look(|world| world.account_id().to_owned());
    let credentials = Credentials::Agency {
        keys: Keys::new(FOREIGN_ACCESS_KEY, Secret::new(FOREIGN_SECRET_KEY)),
        agency_urn: format!("iam::{own}:agency:{AUDIT_AGENCY}"),
        external_id: external_id.map(str::to_owned),
        session_name: "nightly".to_owned(),
    };
    CollectSettings { credentials, ..settings(simulator) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_is_signed_and_only_an_agency_takes_a_post() {
    let simulator = serve(company()).await;
    collected(&simulator).await;
    account(&through_the_agency(&simulator, Some(AUDIT_EXTERNAL_ID))).await.unwrap();
    let log = simulator.log();
    assert!(log.iter().all(|call| call.access_key.is_some() && call.status != 401), "{:?}", log.first());
    let writes: BTreeSet<(&str, &str)> = log
        .iter()
        .filter(|call| call.method != "GET")
        .map(|call| (call.method.as_str(), call.path_and_query.as_str()))
        .collect();
    assert_eq!(writes, [("POST", "/v5/agencies/assume")].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn temporary_keys_read_all() {
    let simulator = serve(company()).await;
    let token = Some(TEMPORARY_SECURITY_TOKEN);
    let keys = with_keys(&simulator, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, token);
    let state = account(&keys).await.unwrap().state;
    assert!(incomplete(&state).is_empty(), "{:?}", incomplete(&state));
    assert_eq!(state, collected(&simulator).await.state);
    let without = with_keys(&simulator, TEMPORARY_ACCESS_KEY, TEMPORARY_SECRET_KEY, None);
    assert!(matches!(account(&without).await, Err(CollectError::Rejected { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_reads_all_through_the_agency() {
    let simulator = serve(company()).await;
    let calls = simulator.calls();
    let through = account(&through_the_agency(&simulator, Some(AUDIT_EXTERNAL_ID))).await.unwrap();
    assert_eq!(through.calls, simulator.calls() - calls);
    let own = collected(&simulator).await;
    assert_eq!(through.state, own.state);
    assert_eq!(through.calls, own.calls + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_that_does_not_let_in_says_what_to_check() {
    let simulator = serve(company()).await;
    for external_id in [None, Some("wr0ng-w0rd")] {
        let error = account(&through_the_agency(&simulator, external_id)).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, CollectError::Rejected { .. }), "{text}");
        for part in ["/v5/agencies/assume", "HTTP 403 (PAP5.0001)", "external id", "trust policy"] {
            assert!(text.contains(part), "`{part}` is missing: {text}");
        }
        assert!(!format!("{text} {error:?}").contains("wr0ng-w0rd"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_on_the_way_is_renewed() {
    for life in [SessionLife::Calls(40), SessionLife::Seconds(2)] {
        let simulator = serve(company()).await;
        simulator.set_session_life(life);
        simulator.set_latency(Duration::from_millis(20));
        let slow =
            CollectSettings { concurrency: 2, ..through_the_agency(&simulator, Some(AUDIT_EXTERNAL_ID)) };
        let whole = account(&slow).await.unwrap();
        assert!(incomplete(&whole.state).is_empty(), "{life:?}: {:?}", incomplete(&whole.state));
        let sign_ins = simulator.log().iter().filter(|call| call.method == "POST").count();
        assert!(sign_ins > 1 && sign_ins < 60, "{life:?}: {sign_ins}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_reported_with_what_to_do() {
    for minutes in [-16, 16] {
        let simulator = serve(company()).await;
        simulator.set_clock(Clock::Ahead(SignedDuration::from_mins(minutes)));
        let error = account(&settings(&simulator)).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, CollectError::Rejected { .. }), "{text}");
        let side = if minutes > 0 { "minutes behind the cloud's" } else { "minutes ahead of the cloud's" };
        for part in ["/v3/auth/domains", "HTTP 401 (APIGW.0301)", side, "set the clock of this machine"] {
            assert!(text.contains(part), "`{part}` is missing: {text}");
        }
        assert!(!text.contains(COLLECTOR_SECRET_KEY));
        let through = through_the_agency(&simulator, Some(AUDIT_EXTERNAL_ID));
        let text = account(&through).await.unwrap_err().to_string();
        assert!(text.contains(side) && text.contains("/v5/agencies/assume"), "{text}");
        simulator.set_clock(Clock::Ahead(SignedDuration::from_mins(minutes / 16 * 14)));
        assert!(incomplete(&collected(&simulator).await.state).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_says_what_to_do_and_not_what_it_was() {
    let simulator = serve(company()).await;
    for (access, secret) in [(COLLECTOR_ACCESS_KEY, "wr0ng-s3cr3t"), ("HWAKNOBODYKNOWSTHIS", "wr0ng-s3cr3t")]
    {
        let error = account(&with_keys(&simulator, access, secret, None)).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, CollectError::Rejected { .. }), "{text}");
        for part in ["the access key was rejected", "HTTP 401 (APIGW.0301)", "request ", "partition"] {
            assert!(text.contains(part), "`{part}` is missing: {text}");
        }
        assert!(!format!("{text} {error:?}").contains("wr0ng-s3cr3t"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_switched_off_on_the_way_leaves_denied_lists() {
    let simulator = serve(company()).await;
    simulator.add_fault(Fault::on("/v5/", FaultKind::Unauthenticated).after(20));
    let lists = incomplete(&collected(&simulator).await.state);
    assert!(!lists.is_empty());
    for (name, (status, reason)) in &lists {
        let is_told =
            reason == "the sign-in was refused repeatedly: HTTP 401 (APIGW.0301)" || status == "skipped";
        assert!(is_told && status != "failed", "{name}: {status}, {reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_refused_for_a_moment_leaves_no_trace() {
    let simulator = serve(company()).await;
    for path in ["/v5/groups", "/v3/roles", "/v1/organizations", "/access-keys"] {
        simulator.add_fault(Fault::on(path, FaultKind::Unauthenticated).after(1).times(2));
    }
    let keys = settings(&simulator);
    for settings in [keys, through_the_agency(&simulator, Some(AUDIT_EXTERNAL_ID))] {
        let lists = incomplete(&account(&settings).await.unwrap().state);
        assert!(lists.is_empty(), "{lists:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_refused_at_the_very_beginning_leaves_no_trace() {
    let simulator = serve(company()).await;
    let keys = settings(&simulator);
    for settings in [keys, through_the_agency(&simulator, Some(AUDIT_EXTERNAL_ID))] {
        simulator.add_fault(Fault::on("/v", FaultKind::Unauthenticated).times(2));
        let lists = incomplete(&account(&settings).await.unwrap().state);
        assert!(lists.is_empty(), "{lists:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_always_refused_costs_few_calls_and_few_sign_ins() {
    let simulator = serve(company()).await;
    simulator.add_fault(Fault::on("/login-profile", FaultKind::Unauthenticated));
    let through = through_the_agency(&simulator, Some(AUDIT_EXTERNAL_ID));
    let lists = incomplete(&account(&through).await.unwrap().state);
    assert!(
        !lists.is_empty() && lists.keys().all(|list| list.starts_with("huawei_login_profiles/")),
        "{lists:?}"
    );
    assert!(
        lists.values().all(|(status, reason)| status == "denied" && reason.contains("HTTP 401")),
        "{lists:?}"
    );
    let sign_ins = simulator.log().iter().filter(|call| call.method == "POST").count();
    assert!(sign_ins <= 4, "{sign_ins}");
}

fn through_a_classic_agency(simulator: &Simulator, domain: DomainRef) -> CollectSettings {
    let credentials = Credentials::ClassicAgency {
        keys: Keys::new(FOREIGN_ACCESS_KEY, Secret::new(FOREIGN_SECRET_KEY)),
        agency_name: "classic-audit".to_owned(),
        domain,
    };
    CollectSettings { credentials, ..settings(simulator) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_agencies_of_version_5_is_read_through_a_classic_one() {
    let simulator = serve(company()).await;
    let (id, name) = simulator.change(|world| {
        world.delegate("classic-audit", FOREIGN_ACCOUNT);
        (world.account_id().to_owned(), world.account_name().to_owned())
    });
    let own = collected(&simulator).await;
    for domain in [DomainRef::Id(id), DomainRef::Name(name)] {
        let through = account(&through_a_classic_agency(&simulator, domain)).await.unwrap();
        assert_eq!(through.state, own.state);
    }
    simulator.set_session_life(SessionLife::Calls(100));
    let id = own.account.id().to_owned();
    let through = account(&through_a_classic_agency(&simulator, DomainRef::Id(id))).await.unwrap();
    assert!(incomplete(&through.state).is_empty(), "{:?}", incomplete(&through.state));
    let error =
        account(&through_a_classic_agency(&simulator, DomainRef::Id("other".to_owned()))).await.unwrap_err();
    let text = error.to_string();
    for part in ["/v3.0/OS-CREDENTIAL/securitytokens", "HTTP 403", "Agent Operator"] {
        assert!(text.contains(part), "`{part}` is missing: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_which_nothing_can_be_read_ends_the_run() {
    let simulator = serve(company()).await;
    simulator.add_fault(Fault::on("/v3/auth/domains", FaultKind::Slow(0)));
    simulator.add_fault(Fault::on("/v", FaultKind::ServerError(503)));
    let error = account(&settings(&simulator)).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, CollectError::NothingRead { .. }), "{text}");
    assert!(text.contains("HTTP 503") && text.contains("check the network"), "{text}");
}

#[tokio::test]
async fn a_missing_key_is_noticed_before_anything_is_sent() {
    let simulator = serve(company()).await;
    let error = account(&with_keys(&simulator, COLLECTOR_ACCESS_KEY, " \n", None)).await.unwrap_err();
    assert!(matches!(error, CollectError::NoAccessKey), "{error}");
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
async fn a_key_of_another_account_reads_none_of_this_one() {
    let simulator = serve(company()).await;
    let own = simulator.look(|world| world.account_id().to_owned());
    let keys = with_keys(&simulator, FOREIGN_ACCESS_KEY, FOREIGN_SECRET_KEY, None);
    let error = account(&CollectSettings { account: Some(own), ..keys }).await.unwrap_err();
    assert!(
        matches!(&error, CollectError::OtherAccount { found, .. } if found == FOREIGN_ACCOUNT),
        "{error}"
    );
}

#[tokio::test]
async fn no_network_names_the_address() {
    let simulator = serve(company()).await;
    let endpoints = Endpoints::parse(Partition::default(), None, [("iam", "http://127.0.0.1:9")]).unwrap();
    let error = account(&CollectSettings { endpoints, ..settings(&simulator) }).await.unwrap_err();
    assert!(error.is_transient());
    let text = error.to_string();
    assert!(text.contains("http://127.0.0.1:9/") && text.contains("check the network"), "{text}");
}

#[tokio::test]
async fn a_first_answer_that_makes_no_sense_ends_the_run() {
    for kind in [FaultKind::Html, FaultKind::ServerError(503), FaultKind::CutOff, FaultKind::EmptyBody] {
        let simulator = serve(company()).await;
        simulator.add_fault(Fault::on("", kind.clone()));
        let error = account(&settings(&simulator)).await.unwrap_err();
        assert!(matches!(error, CollectError::Unanswered { .. }), "{kind:?}: {error}");
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn keys_are_not_sent_in_the_clear() {
    let simulator = serve(company()).await;
    let mut settings = settings(&simulator);
    settings.endpoints.iam = "http://iam.ap-southeast-1.myhuaweicloud.com".parse().unwrap();
    let error = account(&settings).await.unwrap_err().to_string();
    assert!(error.contains("`iam`") && error.contains("https://"), "{error}");
    assert_eq!(simulator.calls(), 0);
}
