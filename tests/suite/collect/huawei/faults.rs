//! Troubles of Huawei Cloud: those that every cloud has, and its own.

use std::time::{Duration, Instant};

use collect::Budget;
use model::{State, Table, tables::huawei::*};
use simulators::huawei::{Fault, FaultKind, Host, RetryAfter, Simulator, Size, generate};

use super::{account, collected, company, incomplete, serve, settings};
use crate::collect::{
    SEED,
    conformance::{self, BrokenOff, Family, Paging, Trouble, Vanishing},
};

struct Huawei;

/// Returns whether a call is of a list: members of a group are users, asked for by their group.
fn is_of(path_and_query: &str, list: &str) -> bool {
    path_and_query.contains(list) && !path_and_query.contains("group_id")
}

impl conformance::Cloud for Huawei {
    type Simulator = Simulator;
    type Host = Host;

    const FAMILIES: &'static [Family<Host>] = &[
        Family::new("/v5/groups?", Host::Iam, "huawei_groups", &GROUPS, Paging::Continued),
        Family::new("/v5/mfa-devices", Host::Iam, "huawei_mfa_devices", &MFA_DEVICES, Paging::Continued),
        Family::new(
            "/delegated-administrators",
            Host::Organizations,
            "huawei_delegated_administrators",
            &DELEGATED_ADMINISTRATORS,
            Paging::Continued,
        ),
        Family::new(
            "scope=project",
            Host::Iam,
            "huawei_role_assignments/project",
            &ROLE_ASSIGNMENTS,
            Paging::Counted,
        ),
        Family::new("/v3/projects?", Host::Iam, "huawei_projects", &PROJECTS, Paging::Counted),
        Family::new(
            "/enterprise-projects",
            Host::Eps,
            "huawei_enterprise_projects",
            &ENTERPRISE_PROJECTS,
            Paging::Counted,
        ),
        Family::new(
            "/login-protects",
            Host::Iam,
            "huawei_login_protections",
            &LOGIN_PROTECTIONS,
            Paging::None,
        ),
    ];
    const TEXT: &'static str = "group_name";
    const USERS: &'static Table = &USERS;
    const VANISHING: &'static [Vanishing] = &[
        Vanishing {
            list: "/v5/users?limit",
            path: "/v5/users",
            table: &USERS,
            id: "user_id",
            child: "huawei_user_details",
        },
        Vanishing {
            list: "/v5/agencies?",
            path: "/v5/agencies",
            table: &AGENCIES,
            id: "agency_id",
            child: "huawei_agency_details",
        },
    ];
    const LONG: BrokenOff = BrokenOff {
        path: "/v5/users?limit=200&marker",
        answered: 1,
        listing: "huawei_users",
        table: &USERS,
        kept: (400, 400),
        skipped: &["huawei_user_details/*"],
    };
    const OF_NULLS: &'static str = "";
    const PASSING: &'static [FaultKind] = &[];

    async fn serve(is_long: bool) -> Simulator {
        serve(if is_long { generate(SEED, Size::TenThousand) } else { company() }).await
    }

    fn add_fault(simulator: &Simulator, (path, host): (&str, Option<Host>), trouble: Trouble) {
        let Trouble { kind, skip, times } = trouble;
        simulator.add_fault(Fault { host, skip, times, ..Fault::on(path, kind) });
    }

    fn set_latency(simulator: &Simulator, latency: Duration) {
        simulator.set_latency(latency);
    }

    fn visits_elsewhere(simulator: &Simulator) -> usize {
        simulator.trap_hits().len()
    }

    fn asked(simulator: &Simulator, part: &str) -> usize {
        simulator.log().into_iter().filter(|call| is_of(&call.path_and_query, part)).count()
    }

    fn count(simulator: &Simulator) -> (usize, usize) {
        simulator.look(|world| (world.users.len(), world.groups.len()))
    }

    async fn collect(simulator: &Simulator, budget: Budget, concurrency: Option<usize>) -> State {
        let mut settings = settings(simulator);
        settings.concurrency = concurrency.unwrap_or(settings.concurrency);
        settings.budget = budget;
        account(&settings).await.unwrap().state
    }
}

conformance::bears!(Huawei);

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_are_all_refused_are_denied() {
    let lists = conformance::struck::<Huawei>(&FaultKind::Unauthenticated, |_| true, None).await;
    for Family { listing, .. } in <Huawei as conformance::Cloud>::FAMILIES {
        let (status, reason) = &lists[*listing];
        assert!(status == "denied" && reason.contains("HTTP 401"), "{listing}: {status}, {reason}");
    }
}

async fn with_fault(fault: Fault) -> (Simulator, State) {
    let simulator = serve(company()).await;
    simulator.add_fault(fault);
    let state = collected(&simulator).await.state;
    (simulator, state)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_used_up_is_waited_for() {
    let started = Instant::now();
    let fault = Fault::on("/v5/groups?", FaultKind::TooManyRequests(RetryAfter::Window(1))).times(1);
    let (_simulator, state) = with_fault(fault).await;
    assert!(incomplete(&state).is_empty());
    assert!(started.elapsed() >= Duration::from_millis(450), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_beyond_the_time_of_the_run_is_not_waited_for() {
    let started = Instant::now();
    let fault = Fault::on("/v5/groups?", FaultKind::TooManyRequests(RetryAfter::Window(3_600)));
    let (_simulator, state) = with_fault(fault).await;
    let (status, reason) = &incomplete(&state)["huawei_groups"];
    assert_eq!(status, "failed");
    assert!(reason.contains("no time is left"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(10));
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
