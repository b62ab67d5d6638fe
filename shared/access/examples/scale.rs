//! A hundred thousand grants for each cloud, through the rows: how long building, asking and comparing take.
//!
//! Then accounts with a thousand agencies that trust the account, and a thousand profiles: who can become whom is found
//! anew for each of them.
//!
//! `cargo run --release -p iamwatch-access --example scale [GRANTS [AGENCIES]]`

use std::time::{Duration, Instant};

use access::{Inventory, Question};
use model::{Cloud, Draft, Rows, State, Table, Timestamp, tables};

/// Policies that a group holds, and members that it has: the product is its grants.
const POLICIES: usize = 40;
const MEMBERS: usize = 50;

/// Rows by table, on the way to a state.
#[derive(Default)]
struct Drafts(Vec<(&'static Table, Vec<model::Row>)>);

impl Drafts {
    fn add(&mut self, table: &'static Table, draft: Draft<'_>) {
        match self.0.iter_mut().find(|(of, _)| of.name == table.name) {
            Some((_, rows)) => rows.push(draft.row()),
            None => self.0.push((table, vec![draft.row()])),
        }
    }

    fn state(self) -> State {
        let mut state = State::default();
        for (table, rows) in self.0 {
            state.put(table, Rows::new(table, rows));
        }
        state
    }
}

/// An account in which half of the grants come through groups and half directly; `changed` policies are wider.
fn ibm(grants: usize, changed: usize) -> State {
    use tables::ibm as t;
    let mut drafts = Drafts::default();
    for service in 0..20 {
        let service = format!("service-{service}");
        for role in ["Viewer", "Editor", "Administrator"] {
            let actions = if role == "Viewer" { 20 } else { 60 };
            for action in 0..actions {
                let action = format!("{service}.things.{action}");
                let draft = t::ROLE_ACTIONS.draft().set("service_name", &service).set("role_crn", role);
                drafts.add(&t::ROLE_ACTIONS, draft.set("action", &action));
            }
        }
    }
    let policy = |drafts: &mut Drafts, number: usize, column: &str, holder: &str| {
        let id = format!("policy-{number:06}");
        let draft = t::POLICIES.draft().set("id", &id).set("type", "access").set("state", "active");
        drafts.add(&t::POLICIES, draft.set(column, holder));
        let role = if number < changed { "Editor" } else { "Viewer" };
        drafts.add(&t::POLICY_ROLES, t::POLICY_ROLES.draft().set("policy_id", &id).set("role_id", role));
        let attributes =
            [("serviceName", format!("service-{}", number % 20)), ("serviceInstance", id.clone())];
        for ((name, value), place) in attributes.iter().zip(0_i64..) {
            let draft = t::POLICY_RESOURCES.draft().set("policy_id", &id).set("position", place);
            let draft = draft.set("value_position", 0).set("operator", "stringEquals");
            drafts.add(&t::POLICY_RESOURCES, draft.set("name", *name).set("value", value));
        }
    };
    let mut number = 0;
    for user in 0..grants / 2 / POLICIES {
        let id = format!("IBMid-{user:06}");
        let draft = t::USERS.draft().set("iam_id", &id).set("user_id", &id).set("state", "ACTIVE");
        drafts.add(&t::USERS, draft);
        for _ in 0..POLICIES {
            policy(&mut drafts, number, "subject_iam_id", &id);
            number += 1;
        }
    }
    for group in 0..grants / 2 / POLICIES / MEMBERS {
        let id = format!("AccessGroupId-{group:06}");
        drafts.add(&t::ACCESS_GROUPS, t::ACCESS_GROUPS.draft().set("id", &id).set("name", &id));
        for member in 0..MEMBERS {
            let user = format!("IBMid-{:06}", group * MEMBERS + member);
            drafts.add(&t::MEMBERS, t::MEMBERS.draft().set("group_id", &id).set("iam_id", &user));
        }
        for _ in 0..POLICIES {
            policy(&mut drafts, number, "subject_access_group_id", &id);
            number += 1;
        }
    }
    drafts.state()
}

/// The same shape in the other cloud: a policy of one statement for each grant of a user, and groups.
fn huawei(grants: usize, changed: usize) -> State {
    use tables::huawei as t;
    let mut drafts = Drafts::default();
    let policy = |drafts: &mut Drafts, number: usize, kind: &str, holder: &str| {
        let id = format!("policy-{number:06}");
        drafts.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", &id).set("name", &id));
        let version = t::POLICY_VERSIONS.draft().set("policy_id", &id).set("version_id", "v1");
        drafts.add(&t::POLICY_VERSIONS, version.set("is_default", true));
        let attached = t::POLICY_ATTACHMENTS.draft().set("policy_id", &id).set("entity_type", kind);
        drafts.add(&t::POLICY_ATTACHMENTS, attached.set("entity_id", holder));
        let of = |table: &'static Table| {
            table.draft().set("policy_id", &id).set("version_id", "v1").set("statement", "0")
        };
        let effect = if number % 10 == 9 { "Deny" } else { "Allow" };
        drafts.add(&t::POLICY_STATEMENTS, of(&t::POLICY_STATEMENTS).set("effect", effect));
        let action = if number < changed { "obs:*:*" } else { "obs:bucket:get*" };
        for (table, pattern) in
            [(&t::POLICY_ACTIONS, action.to_owned()), (&t::POLICY_RESOURCES, format!("obs:*:*:bucket:{id}"))]
        {
            let draft = of(table).set("position", 0).set("is_except", false);
            drafts.add(table, draft.set("pattern", &pattern));
        }
    };
    let mut number = 0;
    for user in 0..grants / 2 / POLICIES {
        let id = format!("user-{user:06}");
        let draft = t::USERS.draft().set("user_id", &id).set("name", &id).set("enabled", true);
        drafts.add(&t::USERS, draft);
        for _ in 0..POLICIES {
            policy(&mut drafts, number, "user", &id);
            number += 1;
        }
    }
    for group in 0..grants / 2 / POLICIES / MEMBERS {
        let id = format!("group-{group:06}");
        drafts.add(&t::GROUPS, t::GROUPS.draft().set("group_id", &id).set("name", &id));
        for member in 0..MEMBERS {
            let user = format!("user-{:06}", group * MEMBERS + member);
            drafts
                .add(&t::GROUP_MEMBERS, t::GROUP_MEMBERS.draft().set("group_id", &id).set("user_id", &user));
        }
        for _ in 0..POLICIES {
            policy(&mut drafts, number, "group", &id);
            number += 1;
        }
    }
    drafts.state()
}

/// People of the accounts in which much can be assumed; every tenth may assume whatever there is.
const PEOPLE: usize = 200;

/// An account of so many trusted profiles, each with two policies and three people who may assume it.
fn profiles(profiles: usize, changed: usize) -> State {
    use tables::ibm as t;
    let mut drafts = Drafts::default();
    for (role, actions) in [("Viewer", 5), ("Editor", 20)] {
        for action in 0..actions {
            let draft = t::ROLE_ACTIONS.draft().set("service_name", "service-0").set("role_crn", role);
            drafts.add(&t::ROLE_ACTIONS, draft.set("action", format!("service-0.things.{action}").as_str()));
        }
    }
    for user in 0..PEOPLE {
        let id = format!("IBMid-{user:06}");
        let draft = t::USERS.draft().set("iam_id", &id).set("user_id", &id).set("state", "ACTIVE");
        drafts.add(&t::USERS, draft);
    }
    for number in 0..profiles {
        let (id, iam_id) = (format!("Profile-{number:06}"), format!("iam-Profile-{number:06}"));
        drafts.add(&t::PROFILES, t::PROFILES.draft().set("id", &id).set("iam_id", &iam_id).set("name", &id));
        for place in 0..3 {
            let user = format!("IBMid-{:06}", (number * 3 + place) % PEOPLE);
            let draft = t::PROFILE_IDENTITIES.draft().set("profile_id", &id).set("iam_id", &user);
            drafts.add(&t::PROFILE_IDENTITIES, draft);
        }
        for place in 0..2 {
            let policy = format!("policy-{number:06}-{place}");
            let draft = t::POLICIES.draft().set("id", &policy).set("type", "access").set("state", "active");
            drafts.add(&t::POLICIES, draft.set("subject_iam_id", &iam_id));
            let role = if number < changed { "Editor" } else { "Viewer" };
            let given = t::POLICY_ROLES.draft().set("policy_id", &policy).set("role_id", role);
            drafts.add(&t::POLICY_ROLES, given);
            for ((name, value), position) in
                [("serviceName", "service-0"), ("serviceInstance", &policy)].iter().zip(0_i64..)
            {
                let draft = t::POLICY_RESOURCES.draft().set("policy_id", &policy).set("position", position);
                let draft = draft.set("value_position", 0).set("operator", "stringEquals");
                drafts.add(&t::POLICY_RESOURCES, draft.set("name", *name).set("value", *value));
            }
        }
    }
    drafts.state()
}

/// An account of so many agencies, each with a trust policy that names the account and a policy of its own. Most people
/// may assume a hundredth of them, and agencies become others.
fn agencies(agencies: usize, changed: usize) -> State {
    use tables::huawei as t;
    let mut drafts = Drafts::default();
    drafts.add(&t::ACCOUNTS, t::ACCOUNTS.draft().set("account_id", "acc"));
    let policy =
        |drafts: &mut Drafts, id: &str, (kind, holder): (&str, &str), (action, resource): (&str, &str)| {
            drafts.add(&t::POLICIES, t::POLICIES.draft().set("policy_id", id).set("name", id));
            let version = t::POLICY_VERSIONS.draft().set("policy_id", id).set("version_id", "v1");
            drafts.add(&t::POLICY_VERSIONS, version.set("is_default", true));
            let attached = t::POLICY_ATTACHMENTS.draft().set("policy_id", id).set("entity_type", kind);
            drafts.add(&t::POLICY_ATTACHMENTS, attached.set("entity_id", holder));
            let of = |table: &'static Table| {
                table.draft().set("policy_id", id).set("version_id", "v1").set("statement", "0")
            };
            drafts.add(&t::POLICY_STATEMENTS, of(&t::POLICY_STATEMENTS).set("effect", "Allow"));
            for (table, pattern) in [(&t::POLICY_ACTIONS, action), (&t::POLICY_RESOURCES, resource)] {
                let draft = of(table).set("position", 0).set("is_except", false);
                drafts.add(table, draft.set("pattern", pattern));
            }
        };
    for user in 0..PEOPLE {
        let id = format!("user-{user:06}");
        let draft = t::USERS.draft().set("user_id", &id).set("name", &id).set("enabled", true);
        drafts.add(&t::USERS, draft.set("urn", format!("iam::acc:user:{id}").as_str()));
        let of = if user % 10 == 0 { "*".to_owned() } else { format!("iam::acc:agency:*{:02}", user % 100) };
        policy(&mut drafts, &format!("assume-{user}"), ("user", &id), ("sts:agencies:assume", &of));
    }
    for number in 0..agencies {
        let id = format!("agency-{number:06}");
        let draft = t::AGENCIES.draft().set("agency_id", &id).set("name", &id).set("kind", "trust");
        drafts.add(&t::AGENCIES, draft.set("urn", format!("iam::acc:agency:{id}").as_str()));
        let of = |table: &'static Table| table.draft().set("agency_id", &id).set("statement", "0");
        drafts.add(&t::TRUST_STATEMENTS, of(&t::TRUST_STATEMENTS).set("effect", "Allow"));
        let action = of(&t::TRUST_ACTIONS).set("position", 0).set("is_except", false);
        drafts.add(&t::TRUST_ACTIONS, action.set("pattern", "sts:agencies:assume"));
        let principal =
            of(&t::TRUST_PRINCIPALS).set("position", 0).set("is_except", false).set("type", "IAM");
        drafts.add(&t::TRUST_PRINCIPALS, principal.set("pattern", "iam::acc:root"));
        let action = if number < changed { "obs:*:*" } else { "obs:bucket:get*" };
        let bucket = format!("obs:*:*:bucket:{id}");
        policy(&mut drafts, &format!("own-{number}"), ("agency", &id), (action, &bucket));
        let next = format!("iam::acc:agency:agency-{:06}", number + 1);
        policy(&mut drafts, &format!("next-{number}"), ("agency", &id), ("sts:agencies:assume", &next));
    }
    drafts.state()
}

fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let made = act();
    (made, started.elapsed())
}

fn measure(
    states: &(State, State),
    cloud: Cloud,
    questions: &(Question, Question),
    known: &Inventory,
) -> String {
    let build = |state| access::build(cloud, state, Timestamp::UNIX_EPOCH);
    let (after, built) = timed(|| build(&states.1));
    let before = build(&states.0);
    let (able, who_can) = timed(|| after.who_can(&questions.0).len());
    let (any, who_can_anything) = timed(|| after.who_can(&questions.1).len());
    let (changes, gains) = timed(|| after.changes_since(&before, known).len());
    format!(
        "built in {built:.0?}; {able} can do one thing: {who_can:.1?}; {any} can do something: \
         {who_can_anything:.1?}; {changes} changes: {gains:.1?}"
    )
}

#[expect(clippy::print_stdout, reason = "an example shows what it found")]
fn main() -> Result<(), String> {
    let grants = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let changed = grants / 1000;
    let states = (ibm(grants, 0), ibm(grants, changed));
    let asked = |action, resource| access::ibm::question(&states.1, action, resource);
    let questions = (
        asked("service-7.things.7", Some("serviceName=service-7,serviceInstance=policy-000047"))?,
        asked("*", None)?,
    );
    let known = access::ibm::inventory(&states.1);
    println!("ibm, {grants} grants: {}", measure(&states, Cloud::Ibm, &questions, &known));
    let states = (huawei(grants, 0), huawei(grants, changed));
    let asked = access::huawei::question;
    let questions = (asked("obs:bucket:getacl", Some("obs:eu:acc:bucket:policy-000047")), asked("*", None));
    let known = access::huawei::inventory(&states.1);
    println!("huawei, {grants} grants: {}", measure(&states, Cloud::Huawei, &questions, &known));
    becoming(std::env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(1_000))
}

#[expect(clippy::print_stdout, reason = "an example shows what it found")]
fn becoming(count: usize) -> Result<(), String> {
    let states = (profiles(count, 0), profiles(count, 10));
    let asked = |action, resource| access::ibm::question(&states.1, action, resource);
    let one = asked("service-0.things.3", Some("serviceName=service-0,serviceInstance=policy-000007-0"))?;
    let questions = (one, asked("*", None)?);
    let known = access::ibm::inventory(&states.1);
    println!("ibm, {count} profiles: {}", measure(&states, Cloud::Ibm, &questions, &known));
    let states = (agencies(count, 0), agencies(count, 10));
    let asked = access::huawei::question;
    let questions = (asked("obs:bucket:getacl", Some("obs:eu:acc:bucket:agency-000007")), asked("*", None));
    let known = access::huawei::inventory(&states.1);
    println!("huawei, {count} agencies: {}", measure(&states, Cloud::Huawei, &questions, &known));
    Ok(())
}
