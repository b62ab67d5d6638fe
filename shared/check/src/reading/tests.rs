use std::collections::BTreeMap;

use model::{
    AccountId, Coverage, FindingState, ListStatus, Row, Rows, Sighting, State, tables::huawei, tables::ibm,
};

use super::*;
use crate::{Findings, Limits, Outcome, Previous, RuleSet, transitions};

const RULE: &str = r#"--- title = "A user"
--- severity = "low"
--- confidence = "high"
--- needs = ["memberships", "users"]
--- absence = ["memberships"]
--- subject = "address"
--- reason = "Because."
--- silence = "never"
--- remediation = "Look."
select address, name from users where not exists (select group_id from memberships where principal_id = users.id) order by address
"#;

fn files(rule: &str) -> BTreeMap<String, String> {
    let cases = |table: &str, column: &str| {
        format!(
            "[[case]]\nname = \"reports\"\n{table} = [{{ {column} = \"u\" }}]\nreports = [{{ address = \"{table}/u\" }}]\n[[case]]\nname = \"silent\"\nreports = []\n"
        )
    };
    BTreeMap::from([
        ("any/lonely.sql".to_owned(), rule.to_owned()),
        ("any/lonely.ibm.cases.toml".to_owned(), cases("ibm_users", "iam_id")),
        ("any/lonely.huawei.cases.toml".to_owned(), cases("huawei_users", "user_id")),
    ])
}

fn rules() -> RuleSet {
    RuleSet::parse(&files(RULE)).unwrap()
}

fn error(rule: &str) -> String {
    RuleSet::parse(&files(rule)).unwrap_err().to_string()
}

fn names(tables: &[&'static Table]) -> Vec<&'static str> {
    tables.iter().map(|table| table.name).collect()
}

fn user(cloud: Cloud, id: &str) -> (&'static Table, Row) {
    match cloud {
        Cloud::Ibm => (&ibm::USERS, ibm::USERS.draft().set("iam_id", id).row()),
        Cloud::Huawei => (&huawei::USERS, huawei::USERS.draft().set("user_id", id).row()),
    }
}

fn state(cloud: Cloud, users: &[&str], lists: &[(&str, ListStatus)]) -> State {
    let mut state = State::default();
    let table = user(cloud, "").0;
    state.put(table, Rows::new(table, users.iter().map(|id| user(cloud, id).1).collect()));
    let coverage = lists.iter().map(|(listing, status)| {
        let list = Coverage {
            listing: (*listing).to_owned(),
            parent: String::new(),
            endpoint: String::new(),
            status: *status,
            reason: None,
            pages: 1,
            rows: 1,
            carried_from: None,
        };
        list.row()
    });
    state.put(&tables::COVERAGE, Rows::new(&tables::COVERAGE, coverage.collect()));
    state
}

fn complete(cloud: Cloud) -> Vec<(&'static str, ListStatus)> {
    tables::of_cloud(cloud).map(|table| (table.listing, ListStatus::Complete)).collect()
}

fn outcome(cloud: Cloud, state: &State) -> Outcome {
    let account = AccountId::parse(cloud, "acc-1").unwrap();
    crate::run(&rules(), state, &account, "2026-11-21T12:00:00Z".parse().unwrap(), 7, &Limits::default())
}

#[test]
fn each_view_has_a_part_of_every_cloud_with_the_same_columns() {
    let schema = Schema::open().unwrap();
    for view in views::names() {
        let clouds: Vec<Cloud> =
            views::parts().filter(|part| part.view == view).map(|part| part.cloud).collect();
        match Cloud::ALL.into_iter().find(|cloud| view.starts_with(&format!("{cloud}_"))) {
            Some(own) => assert_eq!(clouds, [own], "{view} is named after its cloud"),
            None => assert_eq!(clouds.len(), Cloud::ALL.len(), "{view} has no part of some cloud"),
        }
        let columns: BTreeSet<Vec<String>> = views::parts()
            .filter(|part| part.view == view)
            .map(|part| schema.look_through(part.text).unwrap().1)
            .collect();
        assert_eq!(columns.len(), 1, "{view}: {columns:?}");
        assert_eq!(columns.first().unwrap().first().unwrap(), "cloud", "{view}");
    }
}

#[test]
fn a_part_of_a_view_reads_its_own_cloud_only_and_says_what_its_absence_is() {
    let schema = Schema::open().unwrap();
    for part in views::parts() {
        let (cloud, name) = (part.cloud, format!("{}/{}", part.cloud, part.view));
        let (uses, _) = schema.look_through(part.text).unwrap();
        let is_own = |read: &str| {
            read == views::RUN
                || tables::of_cloud(cloud).any(|table| table.name == read)
                || read.starts_with(&format!("{cloud}_"))
        };
        assert_eq!(uses.reads.keys().find(|read| !is_own(read)), None, "{name}");
        let says_absence = part.text.lines().any(|line| line.starts_with("---"));
        assert_eq!(says_absence, part.absence().next().is_some(), "{name}");
        assert!(part.absence().all(|table| uses.reads.contains_key(table.name)), "{name}");
    }
}

#[test]
fn what_a_rule_for_every_cloud_reads_follows_from_the_views() {
    let rules = rules();
    let reading = |cloud| rules.get("lonely").unwrap().readings.get(&cloud).unwrap();
    assert_eq!(
        names(&reading(Cloud::Huawei).needs),
        ["huawei_group_members", "huawei_groups", "huawei_users"]
    );
    assert_eq!(names(&reading(Cloud::Huawei).absence), ["huawei_group_members", "huawei_groups"]);
    let ibm = names(&reading(Cloud::Ibm).absence);
    assert!(ibm.contains(&"ibm_access_group_members") && !ibm.contains(&"ibm_users"));
    assert!(ibm.contains(&"ibm_accounts"), "without it, the owner passes for any user: {ibm:?}");
    assert_ne!(reading(Cloud::Ibm).question_hash, reading(Cloud::Huawei).question_hash);
}

#[test]
fn one_rule_names_rows_of_each_cloud_s_own_tables() {
    for (cloud, subject) in
        [(Cloud::Ibm, "ibm/acc-1/ibm_users/u1"), (Cloud::Huawei, "huawei/acc-1/huawei_users/u1")]
    {
        let outcome = outcome(cloud, &state(cloud, &["u1"], &complete(cloud)));
        let verdict = outcome.verdicts.first().unwrap();
        let (fingerprint, row) = verdict.rows.first_key_value().unwrap();
        assert_eq!(row.subject, subject);
        assert_eq!(*fingerprint, digest::fingerprint("lonely", subject));
        assert!(verdict.sight.opens() && verdict.sight.closes());
    }
}

#[test]
fn a_cloud_s_own_lists_blind_it_and_no_other_s() {
    let mut lists = complete(Cloud::Huawei);
    lists.retain(|(listing, _)| *listing != huawei::GROUPS.listing);
    let blind = outcome(Cloud::Huawei, &state(Cloud::Huawei, &["u1"], &lists));
    assert!(!blind.verdicts.first().unwrap().sight.opens());
    let mut lists = complete(Cloud::Huawei);
    lists.push((ibm::USERS.listing, ListStatus::Denied));
    let sighted = outcome(Cloud::Huawei, &state(Cloud::Huawei, &["u1"], &lists));
    assert!(sighted.verdicts.first().unwrap().sight.closes());
}

#[test]
fn a_finding_about_a_row_of_a_view_is_fixed_while_the_row_is_there_and_gone_with_it() {
    let cloud = Cloud::Huawei;
    let follow = |former: Option<&Findings>, state: &State, number: u64| {
        let seen = Sighting { snapshot: number, at: "2026-11-21T12:00:00Z".to_owned() };
        let former = former.map(|findings| Previous { findings, sighting: &seen });
        transitions(former, &outcome(cloud, state), state, &seen, &[]).findings
    };
    let first = follow(None, &state(cloud, &["u1", "u2"], &complete(cloud)), 1);
    let mut later = state(cloud, &["u1"], &complete(cloud));
    let member = huawei::GROUP_MEMBERS.draft().set("group_id", "g").set("user_id", "u1").row();
    later.put(&huawei::GROUP_MEMBERS, Rows::new(&huawei::GROUP_MEMBERS, vec![member]));
    let second = follow(Some(&first), &later, 2);
    let states: Vec<(String, FindingState)> = second
        .findings
        .values()
        .map(|finding| (finding.subject.clone(), finding.state))
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .collect();
    let expected = [
        ("huawei/acc-1/huawei_users/u1", FindingState::Fixed),
        ("huawei/acc-1/huawei_users/u2", FindingState::Gone),
    ];
    assert_eq!(states, expected.map(|(subject, state)| (subject.to_owned(), state)));
}

#[test]
fn a_view_can_be_asked_of_a_snapshot_of_either_cloud() {
    for cloud in Cloud::ALL {
        let run = crate::RunContext {
            account: AccountId::parse(cloud, "acc-1").unwrap(),
            at: "2026-11-21T12:00:00Z".parse().unwrap(),
            number: 7,
        };
        let state = state(cloud, &["u1"], &[]);
        let ask = |sql: &str| crate::ask(&state, &run, sql, &Limits::default()).unwrap();
        let row = ask("select cloud, address, id from principals").rows.remove(0);
        assert_eq!(row, [cloud.name().to_owned(), format!("{cloud}_users/u1"), "u1".to_owned()]);
        for view in views::names() {
            ask(&format!("select * from {view}"));
        }
    }
}

#[test]
fn a_cloud_without_cases_is_an_error() {
    let mut files = files(RULE);
    files.remove("any/lonely.huawei.cases.toml");
    let error = RuleSet::parse(&files).unwrap_err().to_string();
    assert_eq!(
        error,
        "rule `any/lonely.sql`: cases: there is no `lonely.huawei.cases.toml` beside it; write one case that reports and one that does not"
    );
}

#[test]
fn a_rule_for_every_cloud_reads_views_and_no_table() {
    let table = error(&RULE.replace("from users where", "from users, ibm_users where"));
    assert!(table.contains("the query reads `ibm_users`, which is no view"), "{table}");
    let needs = error(&RULE.replace("[\"memberships\", \"users\"]", "[\"ibm_users\", \"memberships\"]"));
    assert!(
        needs.contains("`needs` names `ibm_users`, which is no view; a rule for every cloud reads "),
        "{needs}"
    );
    let undeclared = error(&RULE.replace("[\"memberships\", \"users\"]", "[\"memberships\"]"));
    assert!(undeclared.ends_with("the query reads `users`, which `needs` does not name"), "{undeclared}");
    let idle =
        error(&RULE.replace("[\"memberships\", \"users\"]", "[\"groups\", \"memberships\", \"users\"]"));
    assert!(idle.ends_with("`needs` names `groups`, which the query does not read"), "{idle}");
    let subject = error(&RULE.replace("\"address\"", "\"users.address\""));
    assert!(subject.contains("write it as `address`, which the views have"), "{subject}");
}
