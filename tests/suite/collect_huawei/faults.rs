//! Whatever the cloud answers, a run ends well: with a coverage row that has a reason.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use model::{State, Table, tables::huawei::*};
use simulators::huawei::{Fault, FaultKind, Host, RetryAfter, Simulator, Size, generate};

use super::{account, collected, company, incomplete, serve, settings};

/// A list of each page family: part of its path, its host, its name in the coverage, its table.
const FAMILIES: [(&str, Host, &str, &Table); 7] = [
    ("/v5/groups?", Host::Iam, "huawei_groups", &GROUPS),
    ("/v5/mfa-devices", Host::Iam, "huawei_mfa_devices", &MFA_DEVICES),
    (
        "/delegated-administrators",
        Host::Organizations,
        "huawei_delegated_administrators",
        &DELEGATED_ADMINISTRATORS,
    ),
    ("scope=project", Host::Iam, "huawei_role_assignments/project", &ROLE_ASSIGNMENTS),
    ("/v3/projects?", Host::Iam, "huawei_projects", &PROJECTS),
    ("/enterprise-projects", Host::Eps, "huawei_enterprise_projects", &ENTERPRISE_PROJECTS),
    ("/login-protects", Host::Iam, "huawei_login_protections", &LOGIN_PROTECTIONS),
];
/// How many of these are continued by a marker.
const MARKED: usize = 3;

async fn with_fault(fault: Fault) -> (Simulator, State) {
    let simulator = serve(company()).await;
    simulator.add_fault(fault);
    let state = collected(&simulator).await.state;
    (simulator, state)
}

/// Strikes every family at once, so many times each; gives the lists that are incomplete then.
async fn struck(kind: &FaultKind, families: usize, times: Option<u64>) -> BTreeMap<String, (String, String)> {
    let simulator = serve(company()).await;
    for (path, host, _, _) in FAMILIES.into_iter().take(families) {
        simulator.add_fault(Fault { times, ..Fault::on(path, kind.clone()).at(host) });
    }
    let lists = incomplete(&collected(&simulator).await.state);
    if times.is_none() {
        for (_, _, listing, _) in FAMILIES.into_iter().take(families) {
            assert!(lists.contains_key(listing), "{kind:?} on {listing} left it complete: {lists:?}");
        }
    }
    lists
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
        FaultKind::Slow(60),
    ];
    for kind in kinds {
        let lists = struck(&kind, FAMILIES.len(), Some(1)).await;
        assert!(lists.is_empty(), "{kind:?}: {lists:?}");
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
        (FaultKind::Nulls, "failed", ""),
    ];
    for (kind, status, reason) in cases {
        let lists = struck(&kind, FAMILIES.len(), None).await;
        for (_, _, listing, _) in FAMILIES {
            let seen = &lists[listing];
            assert_eq!(seen.0, status, "{kind:?} on {listing}: {}", seen.1);
            assert!(seen.1.contains(reason) && !seen.1.is_empty(), "{kind:?} on {listing}: {}", seen.1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_without_end_end_with_a_reason() {
    // The last family has no pages.
    let paged = FAMILIES.len() - 1;
    for kind in [FaultKind::EndlessPages, FaultKind::RepeatedToken] {
        let lists = struck(&kind, paged, None).await;
        for (family, (_, _, listing, _)) in FAMILIES.iter().enumerate().take(paged) {
            let (status, reason) = &lists[*listing];
            let wanted = match kind {
                FaultKind::EndlessPages if family < MARKED => "40 pages",
                _ if family < MARKED => "already read",
                _ => "repeats the one before it",
            };
            assert_eq!(status, "failed", "{kind:?} on {listing}: {reason}");
            assert!(reason.contains(wanted), "{kind:?} on {listing}: {reason}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_link_is_followed_to_another_host() {
    let (simulator, state) = with_fault(Fault::on("", FaultKind::ForeignNext)).await;
    assert_eq!(simulator.trap_hits(), []);
    assert_eq!(incomplete(&state)["huawei_projects"].0, "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_a_wrong_type_keeps_the_rest_of_the_row() {
    let fault = Fault::on("/v5/groups?", FaultKind::Member("group_name".to_owned(), serde_json::json!([7])));
    let (simulator, state) = with_fault(fault).await;
    let (status, reason) = &incomplete(&state)["huawei_groups"];
    assert_eq!(status, "failed");
    assert!(reason.starts_with("`group_name` is an array, no text in huawei_groups `"), "{reason}");
    assert_eq!(state.rows(&GROUPS).len(), simulator.look(|world| world.groups.len()));
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
        let (_simulator, state) = with_fault(Fault::on(path, FaultKind::ServerError(500)).at(host)).await;
        let others: Vec<_> = incomplete(&state)
            .into_keys()
            .filter(|name| name != listing && !name.starts_with(table.name) && !name.ends_with("/*"))
            .collect();
        assert_eq!(others, [""; 0], "{listing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_breaks_off_keeps_what_it_showed() {
    let simulator = serve(generate(super::SEED, Size::TenThousand)).await;
    let users = simulator.look(|world| world.users.len());
    assert!(users > 600, "{users}");
    simulator.add_fault(Fault::on("/v5/users?limit=200&marker", FaultKind::ServerError(502)).after(1));
    let state = collected(&simulator).await.state;
    assert_eq!(incomplete(&state)["huawei_users"].0, "failed");
    assert_eq!(state.rows(&USERS).len(), 400);
    assert_eq!(incomplete(&state)["huawei_user_details/*"].0, "skipped");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cloud_is_waited_for_as_long_as_it_asks() {
    for (asked, least) in
        [(RetryAfter::Seconds(1), 950), (RetryAfter::Date(2), 950), (RetryAfter::Window(1), 450)]
    {
        let started = Instant::now();
        let fault = Fault::on("/v5/groups?", FaultKind::TooManyRequests(asked)).times(1);
        let (_simulator, state) = with_fault(fault).await;
        assert!(incomplete(&state).is_empty());
        let elapsed = started.elapsed();
        assert!(elapsed >= Duration::from_millis(least), "{asked:?}: {elapsed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_beyond_the_time_of_the_run_is_not_waited() {
    for asked in [RetryAfter::Seconds(3_600), RetryAfter::Window(3_600)] {
        let started = Instant::now();
        let fault = Fault::on("/v5/groups?", FaultKind::TooManyRequests(asked));
        let (_simulator, state) = with_fault(fault).await;
        let (status, reason) = &incomplete(&state)["huawei_groups"];
        assert_eq!(status, "failed");
        assert!(reason.contains("no time is left"), "{reason}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_come_is_given_up() {
    let simulator = serve(company()).await;
    simulator.add_fault(Fault::on("/v5/groups?", FaultKind::Slow(5_000)));
    let mut settings = settings(&simulator);
    settings.budget.answer_time = Duration::from_millis(200);
    let started = Instant::now();
    let lists = incomplete(&account(&settings).await.unwrap().state);
    assert_eq!(lists["huawei_groups"], ("failed".to_owned(), "no answer in time".to_owned()));
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
    settings.budget.answer_bytes = 2_000;
    let lists = incomplete(&account(&settings).await.unwrap().state);
    let (status, reason) = &lists["huawei_users"];
    assert_eq!((status.as_str(), reason.as_str()), ("failed", "the answer is larger than 2000 bytes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_that_goes_away_while_it_is_read_is_gone_and_nothing_else_is_said() {
    use model::tables::huawei::{AGENCIES, USERS};
    let calm = collected(&serve(company()).await).await.state;
    let cases = [
        ("/v5/users?limit", "/v5/users", &USERS, "user_id"),
        ("/v5/agencies?", "/v5/agencies", &AGENCIES, "agency_id"),
    ];
    for (list, path, table, column) in cases {
        let id = table.text(calm.rows(table).iter().last().unwrap(), column).unwrap();
        let simulator = serve(company()).await;
        simulator.add_fault(Fault::on(&format!("{path}/{id}"), FaultKind::NotFound));
        simulator.add_fault(Fault::on(list, FaultKind::Without(id.to_owned())).after(1));
        let state = collected(&simulator).await.state;
        assert!(incomplete(&state).is_empty(), "{list}: {:?}", incomplete(&state));
        assert_eq!(state.rows(table).len() + 1, calm.rows(table).len(), "{list}");

        let simulator = serve(company()).await;
        simulator.add_fault(Fault::on(&format!("{path}/{id}"), FaultKind::NotFound));
        let state = collected(&simulator).await.state;
        assert!(incomplete(&state).keys().any(|name| name.ends_with(id)), "{list}: it is still there");
        assert_eq!(state.rows(table).len(), calm.rows(table).len(), "{list}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_comes_as_an_array_is_unread_and_never_none() {
    use model::tables::huawei::{ACCOUNT_SUMMARY, LOGIN_POLICY, PASSWORD_POLICY};
    let member = |name: &str| FaultKind::Member(name.to_owned(), serde_json::json!([5]));
    let cases = [
        ("password-policy", "minimum_password_length", &PASSWORD_POLICY, true),
        ("login-policy", "custom_info_for_login", &LOGIN_POLICY, true),
        ("account-summary", "users_quota", &ACCOUNT_SUMMARY, false),
    ];
    for (path, name, table, is_described) in cases {
        let simulator = serve(company()).await;
        simulator.add_fault(Fault::on(path, member(name)));
        let mut state = collected(&simulator).await.state;
        assert!(!state.rows(table).iter().any(|row| table.text(row, "name") == Some(name)), "{name}");
        assert_eq!(incomplete(&state).contains_key(table.listing), is_described, "{name}");
        let key = model::Row::pack([name.into()]);
        let is_noted = |cell: &model::UnreadCell| cell.table == table.name && *cell.key == *key.as_bytes();
        assert!(state.take_unread().iter().any(is_noted), "{name}");
    }
}
