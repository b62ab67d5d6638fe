//! Troubles of IBM Cloud: those that every cloud has, and its own.

use std::time::Duration;

use collect::Budget;
use model::{State, Table, tables::ibm::*};
use simulators::ibm::{Fault, FaultKind, Host, Simulator, Size, generate};

use super::{account, collected, company, incomplete, serve, settings};
use crate::collect::{
    SEED,
    conformance::{self, BrokenOff, Family, Paging, Trouble, Vanishing},
};

struct Ibm;

impl conformance::Cloud for Ibm {
    type Simulator = Simulator;
    type Host = Host;

    const FAMILIES: &'static [Family<Host>] = &[
        Family::new("/users?", Host::UserManagement, "ibm_users", &USERS, Paging::Continued),
        Family::new("/v1/profiles?", Host::Iam, "ibm_trusted_profiles", &PROFILES, Paging::Continued),
        Family::new("/v2/groups?", Host::Iam, "ibm_access_groups", &ACCESS_GROUPS, Paging::Continued),
        Family::new("/v2/policies", Host::Iam, "ibm_policies/v2", &POLICIES, Paging::Continued),
        Family::new(
            "resource_instances?limit=100",
            Host::ResourceController,
            "ibm_resource_instances/active,provisioning",
            &RESOURCE_INSTANCES,
            Paging::Continued,
        ),
        Family::new("/v1/zones?", Host::Cbr, "ibm_cbr_zones", &CBR_ZONES, Paging::None),
    ];
    const TEXT: &'static str = "email";
    const USERS: &'static Table = &USERS;
    const VANISHING: &'static [Vanishing] = &[
        Vanishing {
            list: "/v2/groups?",
            path: "/v2/groups",
            table: &ACCESS_GROUPS,
            id: "id",
            child: "ibm_access_group_members",
        },
        Vanishing {
            list: "/v1/profiles?",
            path: "/v1/profiles",
            table: &PROFILES,
            id: "id",
            child: "ibm_trusted_profile_rules",
        },
        Vanishing {
            list: "/v1/zones?",
            path: "/v1/zones",
            table: &CBR_ZONES,
            id: "id",
            child: "ibm_cbr_zone_addresses",
        },
    ];
    const LONG: BrokenOff = BrokenOff {
        path: "/v2/policies",
        answered: 2,
        listing: "ibm_policies/v2",
        table: &POLICIES,
        kept: (200, usize::MAX),
        skipped: &[],
    };
    const OF_NULLS: &'static str = "an item has no";
    const PASSING: &'static [FaultKind] = &[FaultKind::Unauthenticated];

    async fn serve(is_long: bool) -> Simulator {
        serve(if is_long { generate(SEED, Size::Thousand) } else { company() }).await
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
        simulator.log().into_iter().filter(|call| call.path_and_query.contains(part)).count()
    }

    fn count(simulator: &Simulator) -> (usize, usize) {
        let users = simulator.look(|world| world.users.len());
        (users, users)
    }

    async fn collect(simulator: &Simulator, budget: Budget, concurrency: Option<usize>) -> State {
        let mut settings = settings(simulator);
        settings.concurrency = concurrency.unwrap_or(settings.concurrency);
        settings.budget = budget;
        account(&settings).await.unwrap().state
    }
}

conformance::bears!(Ibm);

async fn with_fault(fault: Fault) -> (Simulator, State) {
    let simulator = serve(company()).await;
    simulator.add_fault(fault);
    let state = collected(&simulator).await.state;
    (simulator, state)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_another_host_gives_its_token_to_each_list() {
    let families = <Ibm as conformance::Cloud>::FAMILIES;
    for Family { path, host, listing, .. } in families.iter().filter(|family| family.paging != Paging::None) {
        let (simulator, state) = with_fault(Fault::on(path, FaultKind::ForeignNext).at(*host)).await;
        let lists = incomplete(&state);
        assert_eq!(lists[*listing].0, "failed", "{listing}: {}", lists[*listing].1);
        assert!(lists[*listing].1.contains("40 pages"), "{listing}: {}", lists[*listing].1);
        assert_eq!(simulator.trap_hits(), [], "{listing}");
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
