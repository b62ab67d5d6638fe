//! The questions of an auditor in one command, each as it is answered alone.

use serde_json::Value;

use super::program::Desk;

#[test]
fn a_report_answers_each_question_as_it_is_answered_alone() {
    for (desk, questions) in [
        (
            Desk::with_history(),
            &[
                "what_exists",
                "instances_no_policy_names",
                "instance_without_policy",
                "resource_access_by_group",
                "users_outside_groups",
                "access_group_without_service_scope",
                "access_group_without_region_or_resource_group",
                "group_roles_without_reader_or_viewer",
                "policy_names_missing_instance",
                "policies_by_last_permit",
            ][..],
        ),
        (
            Desk::with_huawei_history(),
            &[
                "what_exists",
                "policy_access_by_group",
                "users_outside_groups",
                "user_has_direct_attachment",
                "policy_allows_everything",
                "group_policies_without_read_only",
                "unattached_policy_allows_everything",
                "policies_by_attachments",
            ][..],
        ),
    ] {
        for at in ["latest", "8"] {
            let told = desk.iamwatch(&["report", at, "--json"]).json();
            let sections = told["sections"].as_array().unwrap();
            let rules: Vec<&str> = sections.iter().map(|section| section["rule"].as_str().unwrap()).collect();
            assert_eq!(rules, questions, "{at}");
            for section in sections {
                let rule = section["rule"].as_str().unwrap();
                let alone = desk.iamwatch(&["rules", "ask", rule, "--at", at, "--json"]).json();
                assert_eq!(
                    (&section["rows"], &section["columns"]),
                    (&alone["rows"], &alone["columns"]),
                    "{rule}"
                );
            }
        }
        let page = desk.iamwatch(&["report"]).done();
        for (number, rule) in (1..).zip(questions) {
            assert!(
                page.lines().any(|line| line.starts_with(&format!("{number}. ")) && line.contains(rule)),
                "{page}"
            );
        }
    }
}

#[test]
fn what_could_not_be_seen_is_no_row_of_a_report() {
    let desk = Desk::with_history();
    let told = desk.iamwatch(&["report", "8", "--json"]).json();
    let blind: Vec<&Value> = told["sections"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|section| section["is_answered"] == false)
        .collect();
    assert!(!blind.is_empty(), "groups and policies are not seen in the eighth week");
    for section in blind {
        assert_eq!(section["rows"], serde_json::json!([]));
        assert!(section["not_answered"]["tables"].as_array().is_some_and(|tables| !tables.is_empty()));
    }
    let page = desk.iamwatch(&["report", "8"]).done();
    assert!(page.contains("Not answered: "), "{page}");
}

#[test]
fn what_is_reported_of_the_account_is_what_its_tables_hold() {
    let desk = Desk::with_history();
    let told = desk.iamwatch(&["report", "--json"]).json();
    let rows = |rule: &str| -> Vec<Value> {
        let sections = told["sections"].as_array().unwrap();
        let section = sections.iter().find(|section| section["rule"] == rule).unwrap();
        section["rows"].as_array().unwrap().clone()
    };
    let users =
        desk.iamwatch(&["show", "latest", "ibm_users", "--json"]).json()["rows"].as_array().unwrap().len();
    let counted = rows("what_exists");
    let of_users = counted.iter().find(|row| row["kind"] == "user").unwrap();
    assert_eq!(of_users["number"], users);
    let policies = rows("policies_by_last_permit");
    let times: Vec<&str> =
        policies.iter().map(|row| row["last_permit_at"].as_str().unwrap_or_default()).collect();
    assert!(times.is_sorted() && times.first() == Some(&"") && times.last() != Some(&""), "{times:?}");
    let sql = "select id from users where id not in (select principal_id from memberships) order by 1";
    let outside = desk.iamwatch(&["query", sql, "--json"]).json()["rows"].as_array().unwrap().clone();
    let told_outside = rows("users_outside_groups");
    let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<Value>>();
    assert_eq!(ids(&told_outside), ids(&outside));
    assert!(
        !outside.is_empty() && told_outside.iter().all(|row| row["is_owner"].is_boolean()),
        "{told_outside:?}"
    );
    // An instance that no policy covers is one that no policy names.
    let crns: Vec<Value> = rows("instances_no_policy_names").iter().map(|row| row["crn"].clone()).collect();
    for row in rows("instance_without_policy") {
        assert!(crns.contains(&row["crn"]), "{row}");
    }
}

#[test]
fn every_reader_of_a_snapshot_says_what_it_could_not_see() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["report", "8"]).done();
    let head: Vec<&str> = page.lines().take(3).collect();
    assert!(head[1].starts_with("Not read to the end: ") && head[2].starts_with("  ? ibm_"), "{head:?}");
    let whole = desk.iamwatch(&["report", "9"]).done();
    assert!(whole.lines().nth(1).is_some_and(|line| line.ends_with(" lists read to the end")), "{whole}");
    let told = desk.iamwatch(&["report", "8", "--json"]).json();
    let shown = desk.iamwatch(&["show", "8", "--json"]).json();
    assert!(told["incomplete"].as_array().is_some_and(|lists| !lists.is_empty()), "{told}");
    assert_eq!((&told["incomplete"], &told["lists"]), (&shown["incomplete"], &shown["lists"]));
    assert!(
        desk.iamwatch(&["open", "8"]).done().lines().next().unwrap().contains("lists not read to the end")
    );

    let note = "Not all could be seen";
    let export = |of: &[&str], to: &str| {
        desk.iamwatch(&[&["export"], of, &["--format", "csv", "--out", to][..]].concat()).done()
    };
    for (tables, is_blind) in [("ibm_access_groups", true), ("memberships", true), ("ibm_service_ids", false)]
    {
        let page = export(&["8", "--tables", tables], tables);
        assert_eq!(page.contains(note), is_blind, "{page}");
    }
    assert!(export(&["8"], "all").contains(note));
    assert!(export(&["--from", "7", "--to", "8"], "changes").contains(note), "what changed is of both ends");
    assert!(export(&["--from", "8", "--to", "9"], "later").contains(note));
    assert!(!export(&["--from", "6", "--to", "7"], "earlier").contains(note));
    let stream = |table: &str| {
        let called = desk.iamwatch(&["export", "8", "--format", "jsonl", "--tables", table, "--out", "-"]);
        (called.code, called.stderr.contains("not all could be seen"))
    };
    assert_eq!((stream("ibm_access_groups"), stream("ibm_service_ids")), ((0, true), (0, false)));
    let lake = [
        "export", "--format", "parquet", "--layout", "lake", "--from", "7", "--to", "9", "--out", "lake",
        "--json",
    ];
    assert_eq!(desk.iamwatch(&lake).json()["incomplete_snapshots"], 1);
}
