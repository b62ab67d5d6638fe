//! Prints how long an account of a given size takes to load and to ask, and how SQLite goes about one of the rules:
//! `cargo run -p iamwatch-check --example load -- 10000 instance_without_policy`. The account is one of IBM Cloud, or of
//! Huawei Cloud when `huawei` stands after the rule; `-` stands for no rule.

use std::{collections::BTreeMap, io::Write, time::Instant};

use check::{Database, Limits, Reads, RuleKind, RuleSet, RunContext};
use model::{AccountId, Cloud, Row, Rows, State, Table, tables::ibm};

#[path = "load/huawei.rs"]
mod huawei;

const ADMINISTRATOR: &str = "crn:v1:bluemix:public:iam::::role:Administrator";
const VIEWER: &str = "crn:v1:bluemix:public:iam::::role:Viewer";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let things: usize = std::env::args().nth(1).map_or(Ok(10_000), |text| text.parse())?;
    let mut out = std::io::stdout();
    let cloud = match std::env::args().nth(3).as_deref() {
        Some("huawei") => Cloud::Huawei,
        _ => Cloud::Ibm,
    };
    let state = if cloud == Cloud::Huawei { huawei::account(things) } else { account(things) };
    let rows: usize = state.iter().map(|(_, rows)| rows.len()).sum();
    let rules = RuleSet::embedded()?;
    let reads = Reads::of(rules.for_cloud(cloud).map(|rule| rule.sql.as_str()))?;
    let run = RunContext {
        account: AccountId::parse(cloud, "acc-1")?,
        at: "2026-11-21T12:00:00Z".parse()?,
        number: 1,
    };
    let start = Instant::now();
    let database = Database::load(&state, &run, &reads)?;
    writeln!(out, "{rows} rows loaded and indexed in {:.3} s", start.elapsed().as_secs_f32())?;
    if let Some(rule) = std::env::args().nth(2).and_then(|id| rules.get(&id)) {
        let plan = database.query(&format!("explain query plan {}", rule.sql), &Limits::default())?;
        for step in plan.rows.iter().filter_map(|row| row.last()) {
            writeln!(out, "    {}", step.as_str().unwrap_or_default())?;
        }
    }
    let mut total = 0.0;
    let mut spent = BTreeMap::new();
    for rule in rules.for_cloud(cloud) {
        let start = Instant::now();
        let answer = database.query(&rule.sql, &Limits::default());
        let seconds = start.elapsed().as_secs_f32();
        if rule.kind == RuleKind::Finding {
            total += seconds;
        }
        spent.insert(
            rule.id.as_str(),
            (
                seconds,
                answer.map_or_else(|error| error.to_string(), |answer| format!("{} rows", answer.rows.len())),
            ),
        );
    }
    for (rule, (seconds, what)) in spent {
        writeln!(out, "{seconds:8.3} s  {rule}: {what}")?;
    }
    writeln!(out, "{total:8.3} s for all rules with findings")?;
    Ok(())
}

/// How many services, access groups and resource groups there are, and a tenth of the things.
struct Size {
    services: usize,
    groups: usize,
    scopes: usize,
    part: usize,
}

/// Builds an account: of 10 things, 4 are policies, 2 instances, 2 users and 2 keys, with their child rows.
fn account(things: usize) -> State {
    let part = things / 10;
    let size = Size { services: 50, groups: 500.min(part), scopes: 100, part };
    let mut state = State::default();
    identities(&mut state, &size);
    policies(&mut state, &size);
    put(&mut state, &ibm::RESOURCE_INSTANCES, 2 * part, &|n| {
        let (crn, guid) = (id("crn", n), id("i", n));
        let (service, scope) = (id("service", n % size.services), id("rg", n % size.scopes));
        let draft =
            ibm::RESOURCE_INSTANCES.draft().set("crn", &crn).set("guid", &guid).set("state", "active");
        draft
            .set("service_name", &service)
            .set("region_id", "us-south")
            .set("resource_group_id", &scope)
            .row()
    });
    state
}

fn put(state: &mut State, table: &'static Table, count: usize, row: &dyn Fn(usize) -> Row) {
    state.put(table, Rows::new(table, (0..count).map(row).collect()));
}

fn id(kind: &str, number: usize) -> String {
    format!("{kind}-{number:08}-0000-4000-8000-000000000000")
}

fn identities(state: &mut State, size: &Size) {
    put(state, &ibm::USERS, 2 * size.part, &|n| {
        ibm::USERS.draft().set("iam_id", &id("IBMid", n)).set("state", "ACTIVE").row()
    });
    put(state, &ibm::ACCESS_GROUPS, size.groups, &|n| {
        ibm::ACCESS_GROUPS.draft().set("id", &id("g", n)).set("name", &id("name", n)).row()
    });
    put(state, &ibm::MEMBERS, 3 * size.part, &|n| {
        let (group, user) = (id("g", n % size.groups), id("IBMid", n / 2));
        ibm::MEMBERS.draft().set("group_id", &group).set("iam_id", &user).row()
    });
    put(state, &ibm::API_KEYS, 2 * size.part, &|n| {
        let (key, user) = (id("ApiKey", n), id("IBMid", n));
        let draft = ibm::API_KEYS.draft().set("id", &key).set("iam_id", &user);
        draft.set("created_at", "2026-01-01T00:00:00Z").row()
    });
}

fn policies(state: &mut State, size: &Size) {
    put(state, &ibm::POLICIES, 4 * size.part, &|n| {
        let (policy, group) = (id("p", n), id("g", n % size.groups));
        let draft = ibm::POLICIES.draft().set("id", &policy).set("type", "access").set("state", "active");
        draft.set("subject_access_group_id", &group).set("created_at", "2024-01-01T00:00:00Z").row()
    });
    put(state, &ibm::POLICY_ACTIVITY, 4 * size.part, &|n| {
        ibm::POLICY_ACTIVITY.draft().set("policy_id", &id("p", n)).row()
    });
    put(state, &ibm::POLICY_ROLES, 4 * size.part, &|n| {
        let role = if n % 100 == 0 { ADMINISTRATOR } else { VIEWER };
        ibm::POLICY_ROLES.draft().set("policy_id", &id("p", n)).set("role_id", role).row()
    });
    put(state, &ibm::ROLE_ACTIONS, size.services * 40, &|n| {
        let (service, action) = (id("service", n % size.services), format!("service.thing{n}.create"));
        let draft = ibm::ROLE_ACTIONS.draft().set("service_name", &service).set("role_crn", VIEWER);
        draft.set("action", &action).row()
    });
    put(state, &ibm::POLICY_RESOURCES, 12 * size.part, &|n| attribute(n, size));
}

/// Gives each policy an account, and a service with an instance, a region or a resource group, or with none.
fn attribute(number: usize, size: &Size) -> Row {
    let (policy, place) = (number / 3, number % 3);
    // Two services have no policy of their own.
    let (name, value) = match (place, policy % 4) {
        (0, _) => ("accountId", "acc-1".to_owned()),
        (1, _) => ("serviceName", id("service", policy % (size.services - 2))),
        (_, 0) => ("serviceInstance", id("i", policy % (3 * size.part))),
        (_, 1) => ("resourceGroupId", id("rg", policy % size.scopes)),
        (_, 2) => ("region", "eu-de".to_owned()),
        _ => ("resourceType", "bucket".to_owned()),
    };
    let position = i64::try_from(place).unwrap_or_default();
    let policy = id("p", policy);
    let draft = ibm::POLICY_RESOURCES.draft().set("policy_id", &policy).set("position", position);
    let draft = draft.set("value_position", 0).set("name", name).set("operator", "stringEquals");
    draft.set("value", &value).set("value_like", &value).row()
}
