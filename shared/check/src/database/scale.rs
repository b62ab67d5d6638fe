//! The time that rules take grows with the account, and not with its square: counted in steps of SQLite's machine,
//! which are the same on every computer.

use model::Cloud;
use rusqlite::StatementStatus;

use super::*;
use crate::{Rule, RuleSet};

#[path = "../../examples/load/huawei.rs"]
mod huawei;

fn steps(rules: &[&Rule], things: usize) -> Vec<i32> {
    let run = RunContext {
        account: AccountId::parse(Cloud::Huawei, "acc-1").unwrap(),
        at: "2026-11-21T12:00:00Z".parse().unwrap(),
        number: 1,
    };
    let reads = Reads::of(rules.iter().map(|rule| rule.sql.as_str())).unwrap();
    let database = Database::load(&huawei::account(things), &run, &reads).unwrap();
    let of = |rule: &&Rule| {
        let (mut statement, _) = database.guard.prepare(&rule.sql).unwrap();
        let columns = statement.column_names().map(str::to_owned).collect();
        read_rows(&mut statement, columns, &Limits { rows: usize::MAX, ..Limits::default() }).unwrap();
        statement.get_status(StatementStatus::VmStep)
    };
    rules.iter().map(of).collect()
}

#[test]
fn no_rule_takes_sixteen_times_as_long_for_four_times_the_account() {
    let all = RuleSet::embedded().unwrap();
    let rules: Vec<&Rule> = all.for_cloud(Cloud::Huawei).collect();
    let (small, large) = (steps(&rules, 500), steps(&rules, 2000));
    for ((rule, small), large) in rules.iter().zip(small).zip(large) {
        assert!(large < 6 * small + 10_000, "{}: {small} steps, then {large}", rule.id);
    }
}
