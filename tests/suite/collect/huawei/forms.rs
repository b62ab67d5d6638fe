//! What an answer says in another form, or with something in it that nothing can be made of.

use model::{Change, State, Table, Weight, tables, tables::huawei::*};
use serde_json::json;
use simulators::huawei::{Fault, FaultKind, Host, Simulator};

use super::{collected, company, incomplete, serve};

/// What changed from one reading to the next, as a run compares them.
fn drift(before: &State, after: State) -> Vec<Change> {
    let declared: Vec<&'static Table> = tables::of_cloud(model::Cloud::Huawei).collect();
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
async fn a_cell_that_cannot_be_read_is_named() {
    let simulator = serve(company()).await;
    for (path, member, value, table) in [
        ("/v5/users?", "enabled", json!("perhaps"), &USERS),
        ("/v5/users?", "is_root_user", json!([]), &USERS),
        ("/access-keys?", "created_at", json!("soon"), &ACCESS_KEYS),
        ("/access-keys?", "status", json!({"is": "active"}), &ACCESS_KEYS),
        ("/v5/agencies?", "max_session_duration", json!(1e300), &AGENCIES),
        ("/v5/agencies?", "trust_policy", json!("{"), &AGENCIES),
        ("/versions?", "document", json!([7]), &POLICY_VERSIONS),
    ] {
        let kind = FaultKind::Member(member.to_owned(), value);
        let state = after(&simulator, Fault::on(path, kind.clone())).await;
        let lists = incomplete(&state);
        let reasons = lists.values().filter(|(status, _)| status == "failed");
        let reasons: Vec<&str> = reasons.map(|(_, reason)| reason.as_str()).collect();
        let place = format!(" in {} `", table.name);
        assert!(!reasons.is_empty(), "{kind:?}: {lists:?}");
        for reason in reasons {
            assert!(reason.contains(&format!("`{member}`")) && reason.contains(&place), "{kind:?}: {reason}");
        }
        let mut unread = state.clone().take_unread();
        unread.retain(|cell| !cell.is_doubtful);
        assert!(
            !unread.is_empty() && unread.iter().all(|cell| cell.table == table.name),
            "{kind:?}: {unread:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_text_costs_its_letters_and_nothing_else() {
    let simulator = serve(company()).await;
    let state =
        after(&simulator, Fault::on("/v5/groups?", FaultKind::NoText("description".to_owned()))).await;
    assert!(incomplete(&state).is_empty(), "{:?}", incomplete(&state));
    let described = |row: &&model::Row| GROUPS.text(row, "description") == Some("A\u{fffd}\u{fffd}Z");
    assert_eq!(state.rows(&GROUPS).iter().filter(described).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn depth_costs_one_item() {
    let simulator = serve(company()).await;
    let before = collected(&simulator).await.state;
    let state =
        after(&simulator, Fault::on("/v5/mfa-devices", FaultKind::Deep("more".to_owned(), 140))).await;
    let lists = incomplete(&state);
    assert_eq!(lists.keys().collect::<Vec<_>>(), ["huawei_mfa_devices"]);
    assert!(lists["huawei_mfa_devices"].1.contains("nests too deep"), "{lists:?}");
    assert_eq!(state.rows(&MFA_DEVICES).len() + 1, before.rows(&MFA_DEVICES).len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_large_costs_its_list() {
    let simulator = serve(company()).await;
    for (bytes, said) in [(20 << 20, "larger than 16777216 bytes"), (8 << 20, "more than 96 MiB of memory")] {
        let fault = Fault::on("/enterprise-projects", FaultKind::Huge(bytes)).at(Host::Eps);
        let lists = incomplete(&after(&simulator, fault).await);
        assert_eq!(lists.keys().collect::<Vec<_>>(), ["huawei_enterprise_projects"]);
        assert!(lists["huawei_enterprise_projects"].1.contains(said), "{lists:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn disabled_users_are_among_the_access_modes() {
    let simulator = serve(company()).await;
    simulator.change(|world| {
        let id = world.users.iter().last().unwrap().object.text("user_id").to_owned();
        world.users.with_id_mut(&id).unwrap().object.set("enabled", false);
    });
    let state = collected(&simulator).await.state;
    let users = simulator.look(|world| world.users.len());
    assert_eq!(state.rows(&USER_ACCESS_MODES).len(), users);
}
