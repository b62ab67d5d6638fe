//! What an answer says in another form, or with something in it that nothing can be made of.

use model::{Change, State, Table, Weight, tables, tables::ibm::*};
use serde_json::json;
use simulators::ibm::{Fault, FaultKind, Host, Simulator};

use super::{collected, company, incomplete, serve};

/// What changed from one reading to the next, as a run compares them.
fn drift(before: &State, after: State) -> Vec<Change> {
    let declared: Vec<&'static Table> = tables::of_cloud(model::Cloud::Ibm).collect();
    let after = diff::carry(before, 1, after, &declared);
    let changes = diff::compare(before, &after, &declared);
    changes.into_iter().filter(|change| change.weight == Weight::Drift).collect()
}

async fn after(simulator: &Simulator, fault: Fault) -> State {
    simulator.clear_faults();
    simulator.add_fault(fault);
    collected(simulator).await.state
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_in_another_form_is_no_change_and_no_fault() {
    let simulator = serve(company()).await;
    let before = collected(&simulator).await.state;
    for kind in [FaultKind::Reshuffled, FaultKind::OtherTimes, FaultKind::Texts, FaultKind::ByteOrderMark] {
        let state = after(&simulator, Fault::on("/v", kind.clone())).await;
        assert!(incomplete(&state).is_empty(), "{kind:?}: {:?}", incomplete(&state));
        let drift = drift(&before, state);
        assert!(drift.is_empty(), "{kind:?}: {drift:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_cannot_be_read_is_named_and_nothing_is_told_of_it() {
    let simulator = serve(company()).await;
    let before = collected(&simulator).await.state;
    for (member, value) in [
        ("disabled", json!("perhaps")),
        ("disabled", json!([true])),
        ("locked", json!(2)),
        ("created_at", json!("soon")),
        ("created_at", json!("9999-12-31T23:59:59-01:00")),
        ("name", json!({"is": "x"})),
    ] {
        let kind = FaultKind::Member(member.to_owned(), value);
        let state = after(&simulator, Fault::on("/v1/apikeys", kind.clone()).times(1)).await;
        let lists = incomplete(&state);
        assert_eq!(lists.len(), 1, "{kind:?}: {lists:?}");
        let (status, reason) = lists.values().next().unwrap();
        assert_eq!(status, "failed");
        assert!(reason.contains(&format!("`{member}`")) && reason.contains(" in ibm_api_keys `"), "{reason}");
        let mut unread = state.clone().take_unread();
        unread.retain(|cell| !cell.is_doubtful);
        assert!(unread.iter().any(|cell| cell.column == member), "{unread:?}");
        assert!(unread.iter().all(|cell| cell.table == "ibm_api_keys"), "{unread:?}");
    }
    drop(before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_text_costs_its_letters_and_nothing_else() {
    let simulator = serve(company()).await;
    for path in ["/v1/profiles?", "/v2/groups?", "/v1/zones?"] {
        let state = after(&simulator, Fault::on(path, FaultKind::NoText("description".to_owned()))).await;
        assert!(incomplete(&state).is_empty(), "{path}: {:?}", incomplete(&state));
        let table = match path {
            "/v1/profiles?" => &PROFILES,
            "/v2/groups?" => &ACCESS_GROUPS,
            _ => &CBR_ZONES,
        };
        let broken = state
            .rows(table)
            .iter()
            .filter(|row| table.text(row, "description") == Some("A\u{fffd}\u{fffd}Z"));
        assert_eq!(broken.count(), 1, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn depth_costs_one_item() {
    let simulator = serve(company()).await;
    let before = collected(&simulator).await.state;
    let state = after(&simulator, Fault::on("/v2/policies", FaultKind::Deep("rule".to_owned(), 140))).await;
    let lists = incomplete(&state);
    assert!(lists["ibm_policies/v2"].1.contains("nests too deep"), "{lists:?}");
    assert_eq!(state.rows(&POLICIES).len() + 1, before.rows(&POLICIES).len());
    let shallow = after(&simulator, Fault::on("/v2/policies", FaultKind::Deep("more".to_owned(), 90))).await;
    assert!(incomplete(&shallow).is_empty(), "{:?}", incomplete(&shallow));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_large_costs_its_list() {
    let simulator = serve(company()).await;
    for (bytes, said) in [(20 << 20, "larger than 16777216 bytes"), (8 << 20, "more than 96 MiB of memory")] {
        let fault = Fault::on("/v1/zones?", FaultKind::Huge(bytes)).at(Host::Cbr);
        let lists = incomplete(&after(&simulator, fault).await);
        assert!(lists["ibm_cbr_zones"].1.contains(said), "{lists:?}");
        assert!(lists.keys().all(|list| list.starts_with("ibm_cbr")), "{lists:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_to_another_host_give_their_token_and_no_visit() {
    let simulator = serve(simulators::ibm::generate(super::SEED, simulators::ibm::Size::Thousand)).await;
    simulator.add_fault(Fault::on("/v2/policies?", FaultKind::ForeignLinks));
    simulator.add_fault(Fault::on("/users?", FaultKind::ForeignLinks));
    let state = collected(&simulator).await.state;
    assert!(incomplete(&state).is_empty(), "{:?}", incomplete(&state));
    assert_eq!(state.rows(&USERS).len(), simulator.look(|world| world.users.len()));
    assert_eq!(simulator.trap_hits(), []);
}
