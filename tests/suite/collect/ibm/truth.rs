//! What is collected is what there is: all of it, and the same each time.

use std::collections::{BTreeMap, BTreeSet};

use model::{Row, State, Table, tables::ibm::*};
use serde_json::{Value, json};
use simulators::ibm::{Size, generate, world::Truth};

use super::{SEED, collected, company, incomplete, serve};

fn texts(state: &State, table: &'static Table, columns: &[&str]) -> BTreeSet<String> {
    let line = |row: &Row| {
        let cells = columns.iter().map(|name| row.value(table.position(name).unwrap()).to_string());
        cells.collect::<Vec<_>>().join(" ")
    };
    state.rows(table).iter().map(line).collect()
}

fn ids(truth: &Truth, list: &str, member: &str) -> BTreeSet<String> {
    let empty = Vec::new();
    let things = truth.get(list).unwrap_or(&empty);
    things.iter().map(|thing| thing[member].as_str().unwrap().to_owned()).collect()
}

/// Ids below parents: `parent id`.
fn below(truth: &Truth, prefix: &str, member: &str, wanted: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let lists = truth.iter().filter_map(|(list, things)| Some((list.strip_prefix(prefix)?, things)));
    lists
        .flat_map(|(parent, things)| {
            things
                .iter()
                .filter(|thing| wanted(thing))
                .map(move |thing| format!("{parent} {}", thing[member].as_str().unwrap()))
        })
        .collect()
}

fn assert_whole(state: &State, truth: &Truth) {
    let plain: [(&'static Table, &str, &str, &str); 13] = [
        (&ACCOUNTS, "account_id", "account", "id"),
        (&USERS, "iam_id", "users", "iam_id"),
        (&SERVICE_ID_GROUPS, "id", "service_id_groups", "id"),
        (&SERVICE_IDS, "id", "service_ids", "id"),
        (&API_KEYS, "id", "api_keys", "id"),
        (&PROFILES, "id", "profiles", "id"),
        (&ACCESS_GROUPS, "id", "groups", "id"),
        (&POLICIES, "id", "policies_v2", "id"),
        (&CUSTOM_ROLES, "crn", "custom_roles", "crn"),
        (&RESOURCE_GROUPS, "id", "resource_groups", "id"),
        (&CBR_ZONES, "id", "zones", "id"),
        (&CBR_RULES, "id", "restrictions", "id"),
        (&POLICY_ACTIVITY, "policy_id", "policies_v2", "id"),
    ];
    for (table, column, list, member) in plain {
        assert_eq!(texts(state, table, &[column]), ids(truth, list, member), "{}", table.name);
    }
    assert_eq!(texts(state, &RESOURCE_INSTANCES, &["crn"]), ids(truth, "instances", "crn"));
    assert_children(state, truth);
}

fn assert_children(state: &State, truth: &Truth) {
    let any = |_: &Value| true;
    let of_kind = |kind: &'static str| move |member: &Value| member["membership_type"] == kind;
    let member = ["group_id", "iam_id"];
    assert_eq!(texts(state, &MEMBERS, &member), below(truth, "group_members/", "iam_id", of_kind("static")));
    assert_eq!(
        texts(state, &DYNAMIC_MEMBERS, &member),
        below(truth, "group_members/", "iam_id", of_kind("dynamic"))
    );
    assert_eq!(texts(state, &GROUP_RULES, &["group_id", "id"]), below(truth, "group_rules/", "id", any));
    for (table, prefix, id) in [
        (&PROFILE_RULES, "profile_rules/", "id"),
        (&PROFILE_LINKS, "profile_links/", "id"),
        (&PROFILE_IDENTITIES, "profile_identities/", "iam_id"),
    ] {
        assert_eq!(texts(state, table, &["profile_id", id]), below(truth, prefix, id, any), "{}", table.name);
    }
    let conditions = |list: &str| -> usize {
        let rules = truth.iter().filter(|(name, _)| name.starts_with(list)).flat_map(|(_, rules)| rules);
        rules.map(|rule| rule["conditions"].as_array().map_or(0, Vec::len)).sum()
    };
    assert_eq!(state.rows(&PROFILE_RULE_CONDITIONS).len(), conditions("profile_rules/"));
    assert_eq!(state.rows(&GROUP_RULE_CONDITIONS).len(), conditions("group_rules/"));
    let addresses = truth["zones"].iter().flat_map(|zone| [&zone["addresses"], &zone["excluded"]]);
    let addresses: usize = addresses.map(|list| list.as_array().map_or(0, Vec::len)).sum();
    assert_eq!(state.rows(&CBR_ZONE_ADDRESSES).len(), addresses);
    assert_policies(state, truth);
}

fn assert_policies(state: &State, truth: &Truth) {
    let mut expected: BTreeMap<&str, usize> = BTreeMap::new();
    let values = |list: &Value| -> usize {
        let attributes = list.as_array().into_iter().flatten();
        attributes.map(|each| each["value"].as_array().map_or(1, Vec::len)).sum()
    };
    for policy in &truth["policies_v2"] {
        *expected.entry("subjects").or_default() += values(&policy["subject"]["attributes"]);
        *expected.entry("resources").or_default() += values(&policy["resource"]["attributes"]);
        *expected.entry("tags").or_default() += values(&policy["resource"]["tags"]);
        let roles = policy["control"]["grant"]["roles"].as_array().into_iter().flatten();
        let roles: BTreeSet<&str> = roles.map(|role| role["role_id"].as_str().unwrap()).collect();
        *expected.entry("roles").or_default() += roles.len();
        *expected.entry("conditions").or_default() += leaves(&policy["rule"]);
    }
    let seen = [
        ("conditions", state.rows(&POLICY_CONDITIONS).len()),
        ("resources", state.rows(&POLICY_RESOURCES).len()),
        ("roles", state.rows(&POLICY_ROLES).len()),
        ("subjects", state.rows(&POLICY_SUBJECTS).len()),
        ("tags", state.rows(&POLICY_TAGS).len()),
    ];
    assert_eq!(expected.into_iter().collect::<Vec<_>>(), seen);
    let placeholders = texts(state, &POLICY_ROLES, &["role_id"]);
    assert!(!placeholders.iter().any(|role| role.ends_with("UnsupportedVersion")));
}

fn leaves(rule: &Value) -> usize {
    match rule["conditions"].as_array() {
        Some(conditions) => conditions.iter().map(leaves).sum(),
        None => usize::from(rule.is_object()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dozen_people_are_read_to_the_last_row() {
    let simulator = serve(company()).await;
    let collected = collected(&simulator).await;
    assert_eq!(incomplete(&collected.state), BTreeMap::new());
    assert_whole(&collected.state, &simulator.look(|world| world.truth()));
    assert_eq!(collected.calls, simulator.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_family_is_read_to_its_last_page() {
    for other_links in [false, true] {
        let simulator = serve(generate(SEED, Size::Thousand)).await;
        simulator.set_other_links(other_links);
        let collected = collected(&simulator).await;
        assert_eq!(incomplete(&collected.state), BTreeMap::new());
        assert_whole(&collected.state, &simulator.look(|world| world.truth()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_come_with_their_actions_for_each_service_that_a_policy_names_or_that_gives_access() {
    let simulator = serve(company()).await;
    let state = collected(&simulator).await.state;
    let truth = simulator.look(|world| world.truth());
    let named = texts(&state, &POLICY_RESOURCES, &["name", "operator", "value"]);
    let services = named.iter().filter_map(|line| line.strip_prefix("serviceName stringEquals "));
    // Nobody need name these to give them: a policy for all account management services does.
    let services = services.chain(["iam-access-management", "iam-groups", "iam-identity", "user-management"]);
    let roles = texts(&state, &ROLES, &["service_name", "crn"]);
    let mut compared = 0;
    for service in services {
        assert!(truth.contains_key(&format!("service_roles/{service}")), "{service}");
        for role in truth.get(&format!("service_roles/{service}")).into_iter().flatten() {
            assert!(roles.contains(&format!("{service} {}", role["crn"].as_str().unwrap())), "{service}");
            compared += 1;
        }
    }
    assert!(compared > 5);
    assert!(state.rows(&ROLE_ACTIONS).len() > state.rows(&ROLES).len());
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
        world.users.reverse();
        world.policies.reverse();
        world.api_keys.reverse();
        world.instances.reverse();
        world.profiles.reverse();
        world.groups.iter_mut().for_each(|group| group.members.reverse());
    });
    assert_eq!(straight.state, collected(&simulator).await.state);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_needless_personal_data_is_kept() {
    let mut world = company();
    let user = &mut world.users[4].object;
    for (member, value) in [("firstname", "Zyta"), ("phonenumber", "+46 555 0100"), ("photo", "ph0t0")] {
        user.set(member, value);
    }
    world.api_keys[0].object.set("apikey", "s3cret-1");
    world.instances[0].set("parameters", json!({"admin": {"password": "s3cret-2"}}));
    world.instances[1].set("extensions", json!({"connection": "s3cret-3"}));
    world.profiles[0].object.set("nested", json!([{"client_secret": "s3cret-4", "accessToken": "s3cret-5"}]));
    let mut hidden: Vec<String> = world.api_keys.iter().map(|key| key.secret.clone()).collect();
    hidden.extend(["Zyta", "+46 555 0100", "ph0t0", "s3cret", "firstname", "entity_tag"].map(str::to_owned));
    let state = collected(&serve(world).await).await.state;
    for (table, rows) in state.iter() {
        let text: String = rows.iter().map(|row| format!("{row:?}")).collect();
        for hidden in hidden.iter().filter(|hidden| !hidden.is_empty()) {
            assert!(!text.contains(hidden.as_str()), "{table} holds `{hidden}`");
        }
    }
}
