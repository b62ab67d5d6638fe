//! `export --layout lake`: what changed of many accounts, asked by Spark.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{
    engines::{python, run_python},
    program::Desk,
};

/// How many accounts Spark is asked over.
const ACCOUNTS: usize = 300;

/// Returns the paths of the files below a folder, counted from it.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                found.insert(entry.path().strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found
}

/// Exports snapshots of both accounts, and returns what it tells.
fn export(desk: &Desk, range: &str) -> Vec<Value> {
    let line =
        format!("iamwatch export --format parquet --layout lake --account all {range} --out lake --json");
    desk.shell(&line).json()["accounts"].as_array().unwrap().clone()
}

#[test]
fn a_table_is_written_where_it_changed_and_a_lake_is_added_to() {
    let desk = Desk::with_both_histories();
    let told = export(&desk, "--from 1 --to 6");
    assert!(told.iter().all(|each| each["snapshots"] == 6 && each["skipped"] == 0), "{told:?}");
    let account = desk.path("lake/ibm_users/cloud=ibm").read_dir().unwrap().next().unwrap().unwrap().path();
    let changed = desk.iamwatch(&[
        "export",
        "--account",
        "ibm",
        "--from",
        "1",
        "--to",
        "6",
        "--tables",
        "ibm_users",
        "--format",
        "jsonl",
        "--out",
        "-",
    ]);
    let rows = changed.done();
    let rows = rows.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let numbers: BTreeSet<String> =
        rows.map(|row| row["snapshot"].to_string()).chain(["1".to_owned()]).collect();
    let written: BTreeSet<String> = super::export::names(&account)
        .iter()
        .map(|name| name.strip_prefix("snapshot=").unwrap().to_owned())
        .collect();
    assert_eq!(written, numbers);
    let before = files(&desk.path("lake"));
    assert!(before.iter().all(|file| !file.to_string_lossy().ends_with(".new")), "{before:?}");
    // What is there stays, what is newer is added, and the same again adds nothing.
    let told = export(&desk, "--from 1 --to latest");
    assert!(told.iter().all(|each| each["snapshots"] == 3 && each["skipped"] == 6), "{told:?}");
    let after = files(&desk.path("lake"));
    assert!(after.is_superset(&before) && after.len() > before.len());
    let bytes = desk.bytes("lake");
    let told = export(&desk, "--from 1 --to latest");
    assert!(told.iter().all(|each| each["snapshots"] == 0 && each["rows"] == 0), "{told:?}");
    assert_eq!(desk.bytes("lake"), bytes);
    // In one export or in two, the lake is the same.
    fs::rename(desk.path("lake"), desk.path("first")).unwrap();
    export(&desk, "--from 1 --to latest");
    assert_eq!(files(&desk.path("lake")), files(&desk.path("first")));
}

#[test]
fn what_is_no_lake_is_not_touched() {
    let desk = Desk::with_history();
    desk.write("mine/letter.txt", "dear");
    let lake = ["export", "--format", "parquet", "--layout", "lake", "--to"];
    desk.iamwatch(&[&lake[..], &["mine"]].concat()).fails(2, &["mine", "no export of iamwatch"]);
    assert_eq!(super::export::names(&desk.path("mine")), BTreeSet::from(["letter.txt".to_owned()]));
    desk.iamwatch(&[&lake[..], &["-"]].concat()).fails(2, &["standard output"]);
    desk.iamwatch(&["export", "--format", "csv", "--layout", "lake"]).fails(2, &["--format parquet"]);
    desk.iamwatch(&["ddl", "--dialect", "athena"]).fails(2, &["--lake"]);
    desk.iamwatch(&["ddl", "--dialect", "db2", "--lake", "x"]).fails(2, &["spark and athena"]);
    let athena = desk.iamwatch(&["ddl", "--dialect", "athena", "--lake", "s3://b/lake/"]).done();
    for line in [
        "CREATE EXTERNAL TABLE `stored_ibm_users` (",
        ") STORED AS PARQUET LOCATION 's3://b/lake/ibm_users/';",
        "MSCK REPAIR TABLE `stored_ibm_users`;",
    ] {
        assert!(athena.lines().any(|each| each == line), "{line}: {athena}");
    }
}

/// Copies what a lake holds of the accounts to others, for an account is nothing but a folder.
fn multiply(desk: &Desk, accounts: usize) {
    let tables = ["in_force", "access_changes", "huawei_users", "huawei_mfa_devices", "ibm_users"];
    for table in tables {
        for cloud in desk.path("lake").join(table).read_dir().unwrap().map(Result::unwrap) {
            if !cloud.file_type().unwrap().is_dir() {
                continue;
            }
            let known = cloud.path().read_dir().unwrap().next().unwrap().unwrap().path();
            for number in 1..accounts / 2 {
                let other = known.with_file_name(format!("account=0000e{number:03}"));
                for file in files(&known) {
                    let to = other.join(&file);
                    fs::create_dir_all(to.parent().unwrap()).unwrap();
                    fs::hard_link(known.join(&file), to).unwrap();
                }
            }
        }
    }
}

/// Returns whether there is the Java that Spark runs in: no registry that the tests may ask has it.
pub(super) fn has_java() -> bool {
    let version = std::process::Command::new("java").arg("-version").output();
    let is_there = version.is_ok_and(|answer| answer.status.success());
    if !is_there {
        eprintln!("!! left out: Spark needs `java`, which is not on this machine");
    }
    is_there
}

#[test]
fn spark_answers_questions_over_hundreds_of_accounts() {
    let Some(python) = python().filter(|_| has_java()) else { return };
    let desk = Desk::with_both_histories();
    export(&desk, "--from 1 --to latest");
    multiply(&desk, ACCOUNTS);
    let lake = desk.path("lake").display().to_string();
    let ddl = desk.iamwatch(&["ddl", "--dialect", "spark", "--lake", &lake]).done();
    let is_asked = |statement: &&str| {
        ["in_force", "newest", "access_changes"].iter().any(|name| {
            statement.contains(&format!("{name}` ("))
                || statement.contains(&format!("VIEW {name} "))
                || statement.ends_with(&format!("TABLE `{name}`"))
        }) || ["huawei_users", "huawei_mfa_devices", "ibm_users"].iter().any(|name| {
            let names = [format!("`stored_{name}`"), format!("VIEW {name} "), format!("VIEW {name}_now ")];
            names.iter().any(|name| statement.contains(name))
        })
    };
    let script: Vec<&str> = ddl.split(";\n").filter(is_asked).collect();
    desk.write("lake.sql", &(script.join(";\n") + ";\n"));
    let questions = json!({
        "accounts": "select cloud, count(distinct account) from newest group by cloud order by cloud",
        "without_mfa": "select u.account, u.user_id from huawei_users_now u left anti join huawei_mfa_devices_now d \
            on d.cloud = u.cloud and d.account = u.account and d.user_id = u.user_id where u.enabled order by 1, 2",
        "gains": "select cloud, account, principal_name, access from access_changes where turn in ('gained', 'widened') \
            and taken_at >= '2026-09-21' and taken_at < '2026-09-28' order by 1, 2, 3, 4",
        "users": "select snapshot, count(*) from ibm_users where account = '0000e007' group by snapshot order by snapshot",
    });
    let answers = run_python(&python, "lake.py", &[desk.path("lake.sql").to_str().unwrap()], &questions);
    let answers: Value = serde_json::from_str(&answers).unwrap();
    assert_eq!(answers["accounts"], json!([["huawei", ACCOUNTS / 2], ["ibm", ACCOUNTS / 2]]));

    let query = |account: &str, sql: &str| -> Vec<Value> {
        let told = desk.iamwatch(&["query", sql, "--account", account, "--json"]).json();
        told["rows"].as_array().unwrap().clone()
    };
    let without = query(
        "huawei",
        "select user_id from huawei_users u where enabled and not exists \
         (select 1 from huawei_mfa_devices d where d.user_id = u.user_id) order by 1",
    );
    assert!(!without.is_empty());
    let of = |account: &str, answer: &str, place: usize| -> Vec<Value> {
        let rows = answers[answer].as_array().unwrap().iter().filter(|row| row[place] == account);
        rows.map(|row| row[place + 1].clone()).collect()
    };
    let ids: Vec<Value> = without.iter().map(|row| row["user_id"].clone()).collect();
    assert_eq!(of("0000e007", "without_mfa", 0), ids);
    assert_eq!(answers["without_mfa"].as_array().unwrap().len(), ids.len() * ACCOUNTS / 2);

    // Snapshot 4 is of that week.
    let told = desk.iamwatch(&["diff", "3", "4", "--access", "--account", "ibm", "--json"]).json();
    let gained = told["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["turn"] == "gained" || change["turn"] == "widened");
    let names: BTreeSet<String> = gained
        .flat_map(|change| change["principals"].as_array().unwrap())
        .map(|each| each["name"].as_str().unwrap().to_owned())
        .collect();
    let found = answers["gains"].as_array().unwrap().iter();
    let found: BTreeSet<String> = found
        .filter(|row| row[0] == "ibm" && row[1] == "0000e007")
        .map(|row| row[2].as_str().unwrap().to_owned())
        .collect();
    assert!(!names.is_empty());
    assert_eq!(found, names);

    let users: Vec<Value> = (1..=9)
        .map(|number| {
            let at = number.to_string();
            let told = desk.iamwatch(&[
                "query",
                "select count(*) as n from ibm_users",
                "--account",
                "ibm",
                "--at",
                &at,
                "--json",
            ]);
            json!([number, told.json()["rows"][0]["n"]])
        })
        .collect();
    assert_eq!(answers["users"], json!(users));
}
