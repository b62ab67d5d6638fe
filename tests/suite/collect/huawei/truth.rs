//! What is collected is what there is: all of it, and the same each time.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use collect::huawei::{Scale, expected_calls};
use model::{State, Table, tables::huawei::*};
use serde_json::{Value, json};
use simulators::huawei::{
    Simulator, Size, World, generate, guide, weeks,
    world::{Rights, Truth},
};

use super::{SEED, account, collected, company, expected, incomplete, serve, settings};

fn lines(state: &State, table: &'static Table, columns: &[&str]) -> BTreeSet<String> {
    let line = |row: &model::Row| {
        let cells: Vec<Value> = columns.iter().map(|name| json!(table.cell(row, name))).collect();
        json!(cells).to_string()
    };
    state.rows(table).iter().map(line).collect()
}

pub fn assert_whole(state: &State, truth: &Truth) {
    let expected = expected::rows(truth);
    for table in ALL {
        let wanted = expected.get(table.name).unwrap_or_else(|| panic!("{} is not compared", table.name));
        let seen = lines(state, table, &wanted.columns);
        let missing: Vec<_> = wanted.lines.difference(&seen).take(3).collect();
        let foreign: Vec<_> = seen.difference(&wanted.lines).take(3).collect();
        assert!(missing.is_empty() && foreign.is_empty(), "{}: {missing:?} / {foreign:?}", table.name);
        assert_eq!(state.rows(table).len(), wanted.lines.len(), "{}", table.name);
    }
    let kept: BTreeSet<String> = state
        .rows(&SAML_PROVIDERS)
        .iter()
        .filter_map(|row| SAML_PROVIDERS.text(row, "metadata_sha256").map(str::to_owned))
        .collect();
    assert_eq!(kept, expected::metadata_hashes(truth));
}

/// How long a run and each of its answers may take that must read everything.
const PATIENCE: Duration = Duration::from_secs(300);

pub async fn assert_read_whole(world: World) -> Simulator {
    let simulator = serve(world).await;
    // Nothing but the last row ends it, however busy the machine is.
    let mut settings = settings(&simulator);
    (settings.budget.time, settings.budget.answer_time) = (PATIENCE, PATIENCE);
    let collected = account(&settings).await.unwrap();
    assert_eq!(incomplete(&collected.state), BTreeMap::new());
    assert_whole(&collected.state, &simulator.look(World::truth));
    assert_eq!(collected.calls, simulator.calls());
    assert_eq!(collected.calls, expected_calls(&Scale::of(&collected.state)));
    simulator
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dozen_people_are_read_to_the_last_row() {
    let simulator = assert_read_whole(company()).await;
    let state = collected(&simulator).await.state;
    assert_eq!(incomplete(&state), BTreeMap::new());
    let full = ALL.iter().filter(|table| !state.rows(table).is_empty()).count();
    assert!(full + 3 >= ALL.len(), "only {full} of {} tables have rows", ALL.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_things_are_read_page_by_page() {
    assert_read_whole(generate(SEED, Size::Thousand)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_things_take_the_calls_that_are_expected() {
    assert_read_whole(generate(SEED, Size::TenThousand)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_of_the_guide_answers_the_guides_question() {
    let simulator = assert_read_whole(guide()).await;
    let state = collected(&simulator).await.state;
    assert_eq!(incomplete(&state), BTreeMap::new());
    let actions = lines(&state, &POLICY_ACTIONS, &["policy_id", "pattern"]);
    assert!(actions.contains(r#"["75cfe22af2b3498d82b655fbb39daaaa","iam:*:get*"]"#), "{actions:?}");
    let attached = lines(&state, &POLICY_ATTACHMENTS, &["policy_id", "entity_id"]);
    let group = r#"["75cfe22af2b3498d82b655fbb39daaaa","5b050baea9db472c88cbae67e8d6aaaa"]"#;
    assert!(attached.contains(group), "{attached:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_outside_any_organization_is_whole() {
    let mut world = company();
    world.organization = None;
    let simulator = serve(world).await;
    let collected = collected(&simulator).await;
    assert_eq!(incomplete(&collected.state), BTreeMap::new());
    assert!(collected.state.rows(&ORGANIZATION_ENTITIES).is_empty());
    assert_eq!(collected.calls, expected_calls(&Scale::of(&collected.state)));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_week_is_read_as_it_is_and_lost_sight_is_told() {
    let simulator = serve(generate(1, Size::Dozen)).await;
    let mut blind = Vec::new();
    for (number, week) in weeks().iter().enumerate() {
        simulator.change(week.apply);
        let state = collected(&simulator).await.state;
        if simulator.look(|world| world.callers[0].rights == Rights::full()) {
            assert_eq!(incomplete(&state), BTreeMap::new(), "{}", week.title);
            assert_whole(&state, &simulator.look(World::truth));
        } else {
            assert_eq!(incomplete(&state)["huawei_role_assignments/domain"].0, "denied", "{}", week.title);
            blind.push(number + 1);
        }
    }
    assert_eq!(blind, [8]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_on_the_same_account_give_the_same_bytes() {
    let simulator = serve(generate(SEED, Size::Thousand)).await;
    let (one, other) = (collected(&simulator).await, collected(&simulator).await);
    assert_eq!(one.state, other.state);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_in_which_the_cloud_lists_makes_no_difference() {
    let simulator = serve(company()).await;
    let straight = collected(&simulator).await;
    simulator.change(|world| {
        world.users = world.users.iter().rev().cloned().collect();
        world.policies = world.policies.iter().rev().cloned().collect();
        world.agencies = world.agencies.iter().rev().cloned().collect();
        world.mfa_devices.reverse();
        world.projects.reverse();
        world.classic.assignments.reverse();
        world.groups.each_mut().for_each(|group| group.members.reverse());
    });
    assert_eq!(straight.state, collected(&simulator).await.state);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_needless_personal_data_is_kept() {
    let mut world = company();
    let user = world.users.at_mut(3);
    user.classic.set("email", "zyta@private.example");
    user.classic.set("phone", "+46-555-0100");
    world.agencies.at_mut(0).object.set("access_key", json!({"secret": "s3cret-1"}));
    world.enterprise_projects[0].set("parameters", json!({"password": "s3cret-2"}));
    let mut hidden: Vec<String> =
        world.callers.iter().map(|caller| caller.secret_access_key.clone()).collect();
    let personal =
        ["zyta@private", "555-0100", "s3cret", "86-13800000000", "operations@solar.example", "MIICMIIC"];
    hidden.extend(personal.map(str::to_owned));
    let state = collected(&serve(world).await).await.state;
    for (table, rows) in state.iter() {
        let text: String = rows.iter().map(|row| format!("{row:?}")).collect();
        for hidden in &hidden {
            assert!(!text.contains(hidden.as_str()), "{table} holds `{hidden}`");
        }
    }
}
