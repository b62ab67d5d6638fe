//! What `examples/` shows works as it stands.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};

use super::{engines::python, program::Desk, report_documents::tools};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples").join(name)
}

/// Runs a script of the tests on an example, in the folder of a desk.
fn run(desk: &Desk, python: &Path, script: &str, name: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let mut command = Command::new(python);
    let output = command.arg(script).arg(example(name)).current_dir(desk.path("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Returns the rows that the program gives for a question.
fn rows(desk: &Desk, sql: &str) -> Vec<Value> {
    let told = desk.iamwatch(&["query", sql, "--json"]).json();
    let columns = told["columns"].as_array().unwrap().clone();
    let row = |row: &Value| columns.iter().map(|name| row[name.as_str().unwrap()].clone()).collect();
    told["rows"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn the_notebook_asks_an_export_and_draws_drift() {
    let Some(tools) = tools() else { return };
    let desk = Desk::with_history();
    desk.iamwatch(&["export", "latest", "--format", "sqlite", "--to", "audit.sqlite"]).done();
    let range = ["export", "--from", "1", "--to", "latest", "--format", "csv", "--out", "changes"];
    desk.iamwatch(&range).done();
    let output = run(&desk, &tools.join("python/bin/python"), "reports/notebook.py", "questions.ipynb");
    let told = String::from_utf8(output.stderr).unwrap();
    let told: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    let outside = "select u.user_id, u.state from ibm_users u where u.iam_id not in
        (select iam_id from ibm_access_group_members) order by 1";
    let expected: Vec<Value> = rows(&desk, outside);
    let found: Vec<Value> =
        told["outside"].as_array().unwrap().iter().map(|row| json!([row[0], row[1]])).collect();
    assert_eq!(found, expected);
    assert_eq!(told["unseen"], json!([]));
    let unnamed = desk.iamwatch(&["rules", "ask", "instances_no_policy_names", "--json"]).json();
    assert_eq!(told["unnamed"].as_array().unwrap().len(), unnamed["rows"].as_array().unwrap().len());
    // Nothing is lost on the way from the store to the drawing.
    let snapshots = desk.iamwatch(&["snapshots", "--json"]).json();
    for snapshot in snapshots.as_array().unwrap().iter().filter(|each| each["number"] != 1) {
        let drawn = &told["drift"][snapshot["number"].to_string()];
        for (kind, rows) in snapshot["drift"].as_object().unwrap() {
            assert_eq!(drawn[kind].as_u64().unwrap_or(0), rows.as_u64().unwrap(), "{snapshot}");
        }
    }
    let picture = std::fs::read(desk.path("drift.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 5_000);
}

#[test]
fn the_script_for_duckdb_asks_an_export() {
    let Some(python) = python() else { return };
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        desk.iamwatch(&["export", "latest", "--format", "parquet", "--to", "audit"]).done();
        let output = run(&desk, &python, "engines/script.py", "questions.duckdb.sql");
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let answers = told.as_array().unwrap();
        assert_eq!(answers.len(), 5);
        assert_eq!(answers[0], json!([]), "all could be seen");
        let open = rows(&desk, "select count(*) from findings where state = 'open'")[0][0].as_u64();
        let counted: u64 = answers[1].as_array().unwrap().iter().map(|row| row[1].as_u64().unwrap()).sum();
        assert_eq!(Some(counted), open);
        let outside =
            "select name, id from users where id not in (select principal_id from memberships) order by 1";
        assert_eq!(answers[2].as_array().unwrap(), &rows(&desk, outside));
        assert!(answers[3..].iter().all(|answer| !answer.as_array().unwrap().is_empty()), "{told}");
    }
}

#[test]
fn the_rules_of_ones_own_hold_what_their_cases_say() {
    let desk = Desk::with_history();
    let rules = example("rules").display().to_string();
    let told = desk.iamwatch(&["rules", "test", "--rules", &rules, "--json"]).json();
    assert_eq!(told["failures"], json!([]));
    let usual = desk.iamwatch(&["rules", "test", "--json"]).json();
    assert_eq!(told["cases"].as_u64(), usual["cases"].as_u64().map(|cases| cases + 2));
    let asked =
        desk.iamwatch(&["rules", "ask", "access_group_without_description", "--rules", &rules, "--json"]);
    let sql = "select id from ibm_access_groups where coalesce(description, '') = '' and id <> 'AccessGroupId-PublicAccess'";
    assert_eq!(asked.json()["rows"].as_array().unwrap().len(), rows(&desk, sql).len());
}

#[test]
fn the_settings_of_three_accounts_are_settings() {
    let desk = Desk::with_both_histories();
    let settings = example("iamwatch.toml").display().to_string();
    let told = desk.iamwatch(&["rules", "--config", &settings, "--json"]).json();
    let ids: Vec<&str> = told.as_array().unwrap().iter().filter_map(|rule| rule["id"].as_str()).collect();
    assert!(ids.contains(&"access_group_without_description"));
    // Asked of an account that none of them is: what they accept is accepted there alone, and every rule that they name exists.
    let found = desk
        .iamwatch(&[
            "findings",
            "--config",
            &settings,
            "--store",
            "iamwatch-store",
            "--account",
            "ibm",
            "--json",
        ])
        .json();
    assert_eq!(found["warnings"], json!([]), "{found}");
    // Each of the three is known by its name.
    for name in ["freight", "freight-test", "solar"] {
        desk.iamwatch(&["snapshots", "--config", &settings, "--store", "iamwatch-store", "--account", name])
            .fails(2, &["no snapshot"]);
    }
}
