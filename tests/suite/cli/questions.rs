//! Questions to a history: what people and programs get, and what a wrong question is answered.

use super::program::Desk;

#[test]
fn snapshots_are_listed_with_what_happened_in_each() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["snapshots"]).done();
    assert_eq!(page.lines().count(), 11, "{page}");
    assert!(page.lines().nth(1).unwrap().contains("2026-09-07 06:00") && page.contains("first"), "{page}");
    let list = desk.iamwatch(&["snapshots", "--json"]).json();
    let numbers: Vec<_> =
        list.as_array().unwrap().iter().map(|each| each["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert!(
        list[1]["drift"]["added"].as_u64().unwrap() > 0 && list[2]["drift"].as_object().unwrap().is_empty()
    );
    assert_eq!(desk.iamwatch(&["snapshots", "--last", "2", "--json"]).json()[0]["number"], 8);
}

#[test]
fn a_snapshot_is_shown_with_its_tables_and_what_it_could_not_see() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["show", "8"]).done();
    assert!(page.contains("Snapshot 8") && page.contains("ibm_users"), "{page}");
    assert!(page.contains("Not read to the end") && page.contains("using rows of snapshot 7"), "{page}");
    let shown = desk.iamwatch(&["show", "latest", "--json"]).json();
    assert_eq!((&shown["number"], shown["incomplete"].as_array().unwrap().len()), (&9.into(), 0));
    let users =
        shown["tables"].as_array().unwrap().iter().find(|table| table["table"] == "ibm_users").unwrap();
    assert!(
        users["rows"].as_u64().unwrap() >= 12
            && users["bytes"].as_u64().unwrap() > 0
            && users["objects"].as_u64().unwrap() > 0
    );
}

#[test]
fn the_rows_of_a_table_are_shown_at_any_time() {
    let desk = Desk::with_history();
    let rows = |snapshot: &str| {
        desk.iamwatch(&["show", snapshot, "ibm_users", "--json"]).json()["rows"].as_array().unwrap().len()
    };
    assert_eq!(rows("2"), rows("1") + 2);
    assert_eq!(rows("2026-09-15"), rows("2"));
    assert_eq!(rows("latest~7"), rows("2"));
    let page = desk.iamwatch(&["show", "2", "ibm_users"]).done();
    assert!(page.starts_with("IAM_ID") && page.contains("mira"), "{page}");
    let lists = desk.iamwatch(&["show", "8", "coverage", "--json"]).json();
    assert!(lists["rows"].as_array().unwrap().iter().any(|list| list["status"] == "denied"));
}

#[test]
fn a_difference_is_told_by_thing_with_before_and_after() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["diff", "1", "2"]).done();
    assert!(page.contains("Snapshot 1 (2026-09-07 06:00) → 2 (2026-09-14 06:00)"), "{page}");
    assert!(page.contains("+ user mira") && page.contains("things changed"), "{page}");
    let page = desk.iamwatch(&["diff", "4", "5"]).done();
    assert!(page.contains("- resource attribute") && page.contains("serviceInstance"), "{page}");
    let told = desk.iamwatch(&["diff", "6", "7", "--json"]).json();
    let things = told["things"].as_array().unwrap();
    let renamed = things.iter().find(|thing| thing["thing"]["name"] == "finance-and-tax").unwrap();
    let name = renamed["columns"].as_array().unwrap().iter().find(|column| column["name"] == "name").unwrap();
    assert_eq!((&name["before"], &name["after"]), (&"finance".into(), &"finance-and-tax".into()));
    assert!(
        things.iter().any(|thing| thing["change"] == "replaced" && thing["thing"]["name"] == "data-analysts")
    );
}

#[test]
fn blindness_is_no_difference_but_is_told() {
    let desk = Desk::with_history();
    let told = desk.iamwatch(&["diff", "7", "8", "--json"]).json();
    assert!(told["counts"].get("removed").is_none(), "{told}");
    assert!(!told["incomplete"].as_array().unwrap().is_empty());
    let page = desk.iamwatch(&["diff", "7", "8"]).done();
    assert!(page.contains("What is missing from these lists proves nothing"), "{page}");
}

#[test]
fn findings_are_listed_worst_first_with_names_and_since_when() {
    let desk = Desk::with_history();
    let page = desk.iamwatch(&["findings"]).done();
    assert!(
        page.starts_with("SEVERITY") && page.contains("Key older than 90 days") && page.contains(" open: "),
        "{page}"
    );
    let list = desk.iamwatch(&["findings", "--json"]).json();
    let list = list["findings"].as_array().unwrap();
    let rank = |severity: &serde_json::Value| {
        ["critical", "high", "medium", "low", "info"].iter().position(|name| severity == name).unwrap()
    };
    assert!(list.windows(2).all(|pair| rank(&pair[0]["severity"]) <= rank(&pair[1]["severity"])));
    assert!(
        list.iter()
            .all(|finding| finding["state"] == "open" && !finding["name"].as_str().unwrap().is_empty())
    );
    let all = desk.iamwatch(&["findings", "--all", "--json"]).json();
    assert!(all["findings"].as_array().unwrap().len() > list.len());
    let then = desk.iamwatch(&["findings", "--at", "1", "--json"]).json();
    assert!(then["findings"].as_array().unwrap().iter().all(|finding| finding["baseline"] == true));
}

/// Lists of service IDs and keys are whole in the eighth snapshot; groups and policies are not.
#[test]
fn what_is_asked_says_which_lists_it_hangs_on_could_not_be_seen() {
    let desk = Desk::with_history();
    let note = "Not all could be seen";
    let count = |table: &str| format!("select count(*) as number from {table}");
    for (table, at, is_blind) in [
        ("ibm_access_groups", "8", true),
        ("ibm_access_group_members", "8", true),
        ("memberships", "8", true),
        ("ibm_service_ids", "8", false),
        ("memberships", "9", false),
    ] {
        let page = desk.iamwatch(&["query", &count(table), "--at", at]).done();
        assert_eq!(page.contains(note), is_blind, "{table}: {page}");
        let told = desk.iamwatch(&["query", &count(table), "--at", at, "--json"]).json();
        assert_eq!(!told["incomplete"].as_array().unwrap().is_empty(), is_blind, "{told}");
    }
    for (table, is_blind) in [("ibm_access_groups", true), ("ibm_service_ids", false)] {
        assert_eq!(desk.iamwatch(&["show", "8", table]).done().contains(note), is_blind);
        let told = desk.iamwatch(&["show", "8", table, "--json"]).json();
        assert_eq!(!told["incomplete"].as_array().unwrap().is_empty(), is_blind, "{told}");
    }
    let page = desk.iamwatch(&["findings", "--at", "8"]).done();
    let named =
        |rule: &str| page.lines().any(|line| line.starts_with("Not answered: ") && line.contains(rule));
    assert!(named("group_without_policy") && !named("key_older_than_90_days"), "{page}");
    let told = desk.iamwatch(&["findings", "--at", "8", "--json"]).json();
    let named: Vec<&str> =
        told["not_answered"].as_array().unwrap().iter().map(|each| each["rule"].as_str().unwrap()).collect();
    assert!(
        named.contains(&"group_without_policy") && !named.contains(&"key_older_than_90_days"),
        "{named:?}"
    );
    let now = desk.iamwatch(&["findings", "--json"]).json();
    assert_eq!(now["not_answered"], serde_json::json!([]));
}

#[test]
fn any_question_can_be_asked_of_any_snapshot() {
    let desk = Desk::with_history();
    let sql = "select count(*) as users from ibm_users";
    let then = desk.iamwatch(&["query", sql, "--at", "1", "--json"]).json();
    let now = desk.iamwatch(&["query", sql, "--at", "2", "--json"]).json();
    assert_eq!(now["columns"], serde_json::json!(["users"]));
    assert_eq!(now["rows"][0]["users"].as_u64(), then["rows"][0]["users"].as_u64().map(|users| users + 2));
    let cut = desk
        .iamwatch(&["query", "select iam_id from ibm_users order by 1", "--max-rows", "3", "--json"])
        .json();
    assert_eq!((cut["rows"].as_array().unwrap().len(), &cut["truncated"]), (3, &true.into()));
    let page = desk.iamwatch(&["query", "select user_id, state from ibm_users order by 1"]).done();
    assert!(page.starts_with("USER_ID") && page.contains("rows"), "{page}");
}

#[test]
fn a_wrong_question_is_answered_with_what_is_wrong_and_harms_nothing() {
    let desk = Desk::with_history();
    let before = desk.bytes("iamwatch-store");
    let asked: [(&[&str], &[&str]); 24] = [
        (&["query", "select * from ibm_user"], &["no table `ibm_user`", "`ibm_users`", "help: "]),
        (&["query", "select nothing from ibm_users"], &["nothing"]),
        (&["query", "selec 1"], &["selec"]),
        (&["query", "delete from ibm_users"], &["may only read", "help: "]),
        (&["query", "drop table ibm_users"], &["may only read"]),
        (&["query", "attach 'x.db' as x"], &["may only read"]),
        (&["query", "select 1; select 2"], &["more than one statement"]),
        (&["query", ""], &["is empty"]),
        (&["show", "latest", "ibm_user"], &["no table `ibm_user`", "iamwatch show"]),
        (&["show", "99"], &["no snapshot `99`", "iamwatch snapshots"]),
        (&["show", "latest~99"], &["no snapshot `latest~99`"]),
        (&["diff", "someday", "latest"], &["`someday` names no snapshot", "latest~3"]),
        (&["show", "2025"], &["no snapshot `2025`"]),
        (&["show", "2026-08"], &["no snapshot of `2026-08`: the first is 1, of 2026-09-07T06:00"]),
        (&["diff", "-900d"], &["no snapshot of `-900d`: the first is 1"]),
        (&["show", "2199-01"], &["`2199-01` is yet to come", "is 9, of 2026-1"]),
        (
            &["query", "select count(*) from huawei_users"],
            &["`huawei_users` is a table of `huawei`", "is of `ibm`"],
        ),
        (
            &["query", "select * from ibm_users where iam_id in (select id from HUAWEI_USERS)"],
            &["of `huawei`"],
        ),
        (&["show", "latest", "huawei_mfa_devices"], &["is a table of `huawei`", "--account", "help: "]),
        (&["who-can", "iam:users:createUserV5"], &["is no action of `ibm`", "iam-identity.apikey.create"]),
        (&["who-can", "iam.policy.create "], &["is no action of `ibm`"]),
        (&["show", "2199-01-01"], &["`2199-01-01` is yet to come", "is 9, of 2026-1", "say `latest`"]),
        (&["diff", "latest~1", "2199-01-01T00:00:00Z"], &["is yet to come"]),
        (&["query", "select 1", "--at", "2199-01-01"], &["is yet to come"]),
    ];
    for (arguments, said) in asked {
        desk.iamwatch(arguments).fails(2, said);
    }
    assert_eq!(desk.bytes("iamwatch-store"), before);
    assert!(!desk.path("x.db").exists());
}

#[test]
fn the_day_that_is_today_names_what_is_in_force_by_now() {
    let desk = Desk::with_history();
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    for day in [today.as_str(), "2026-11-03"] {
        assert_eq!(desk.iamwatch(&["show", day, "--json"]).json()["number"], 9, "{day}");
    }
}

#[test]
fn days_and_months_name_what_was_in_force_when_they_ended() {
    let desk = Desk::with_history();
    let number = |name: &str| desk.iamwatch(&["show", name, "--json"]).json()["number"].as_u64().unwrap();
    assert_eq!(["2026-09", "2026-09-23", "2026-10", "2026-11"].map(number), [5, 3, 9, 9]);
    // The demo is of weeks that are over.
    assert_eq!(["yesterday", "today", "-0h", "-1d"].map(number), [9, 9, 9, 9]);
    let since = jiff::Timestamp::now().duration_since("2026-09-20T00:00:00Z".parse().unwrap()).as_hours();
    let ago = format!("-{since}h");
    assert_eq!(number(&ago), 2);
    let told = desk.iamwatch(&["diff", &ago, "--json"]).json();
    assert_eq!((&told["from"]["number"], &told["to"]["number"]), (&2.into(), &9.into()));
    let told = desk.iamwatch(&["query", "select count(*) from ibm_users", "--at", &ago, "--json"]).json();
    assert_eq!(told["snapshot"], 2);
}

#[test]
fn a_difference_without_names_is_of_the_last_run_and_a_reversed_one_says_so() {
    let desk = Desk::with_history();
    let told = desk.iamwatch(&["diff", "--json"]).json();
    assert_eq!(told, desk.iamwatch(&["diff", "8", "9", "--json"]).json());
    assert_eq!(told["reversed"], false);
    assert_eq!(
        desk.iamwatch(&["diff", "7", "--json"]).json(),
        desk.iamwatch(&["diff", "7", "9", "--json"]).json()
    );
    for more in [&["diff", "5", "4"][..], &["diff", "5", "4", "--access"]] {
        let page = desk.iamwatch(more).done();
        assert!(page.contains("Backwards in time"), "{page}");
        assert_eq!(desk.iamwatch(&[more, &["--json"]].concat()).json()["reversed"], true);
    }
    let page = desk.iamwatch(&["diff", "4", "4"]).done();
    assert!(page.contains("These are one snapshot") && page.contains("Nothing changed"), "{page}");
}

#[test]
fn a_single_snapshot_has_nothing_to_be_compared_with_yet() {
    let desk = Desk::with_history();
    for number in 2..=9 {
        std::fs::remove_file(desk.object(&format!("manifests/0000000{number}"))).unwrap();
    }
    for more in [&["diff"][..], &["diff", "--access"], &["diff", "latest~1", "latest"]] {
        let page = desk.iamwatch(more).done();
        assert!(page.starts_with("Only one snapshot so far: 1 (2026-09-07 06:00 UTC)"), "{page}");
        assert_eq!(desk.iamwatch(&[more, &["--exit-code"]].concat()).code, 0);
    }
    assert_eq!(desk.iamwatch(&["diff", "--json"]).json()["from"], serde_json::Value::Null);
}

#[test]
fn a_number_that_says_nothing_is_refused() {
    let desk = Desk::with_history();
    let asked: [&[&str]; 9] = [
        &["snapshots", "--last", "0"],
        &["query", "select 1", "--max-rows", "0"],
        &["query", "select 1", "--max-rows", "-1"],
        &["plan", "--concurrency", "0"],
        &["plan", "--concurrency", "100000"],
        &["plan", "--latency-ms", "0"],
        &["plan", "--groups", "99999999999999"],
        &["plan", "--users", "18446744073709551615"],
        &["plan", "--users", "many"],
    ];
    for arguments in asked {
        let outcome = desk.iamwatch(arguments);
        assert_eq!(outcome.code, 2, "{arguments:?}: {outcome:?}");
        assert!(outcome.stderr.starts_with("error: "), "{outcome:?}");
    }
    desk.iamwatch(&["plan", "--users", "10000000", "--groups", "10000000"]).done();
}

#[test]
fn news_give_their_own_exit_code_where_they_are_asked_for() {
    let desk = Desk::with_history();
    assert_eq!(desk.iamwatch(&["diff", "1", "2"]).code, 0);
    assert_eq!(desk.iamwatch(&["diff", "1", "2", "--exit-code"]).code, 1);
    assert_eq!(desk.iamwatch(&["diff", "2", "3", "--exit-code"]).code, 0);
    assert_eq!(desk.iamwatch(&["findings", "--exit-code"]).code, 1);
    assert_eq!(desk.iamwatch(&["verify", "--exit-code"]).code, 0);
    assert_eq!(desk.iamwatch(&["query", "select 1 where 1 = 0", "--exit-code"]).code, 0);
}

#[test]
fn who_stops_reading_is_no_failure() {
    let desk = Desk::with_history();
    let outcome = desk.shell("iamwatch show latest ibm_policies | head -1");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome:?}");
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let desk = Desk::with_history();
    desk.shell("iamwatch snapshots > /dev/full").fails(3, &["standard output could not be written"]);
}

#[test]
fn nothing_but_text_goes_to_a_pipe() {
    let desk = Desk::with_history();
    for arguments in [&["findings"] as &[&str], &["diff", "1", "2"], &["verify"]] {
        let outcome = desk.iamwatch(arguments);
        assert!(!outcome.stdout.contains('\u{1b}') && outcome.stderr.is_empty(), "{outcome:?}");
    }
}

#[test]
fn commands_of_the_help_exist_and_no_others() {
    let desk = Desk::new();
    let help = desk.iamwatch(&["--help"]).done();
    let commands = [
        "demo",
        "audit",
        "plan",
        "snapshots",
        "show",
        "diff",
        "history",
        "blame",
        "findings",
        "who-can",
        "query",
        "export",
        "ddl",
        "open",
        "rules",
        "serve",
        "verify",
        "tables",
        "report",
        "replay",
        "prune",
    ];
    for command in commands {
        assert!(help.contains(&format!("  {command} ")), "{help}");
        let page = desk.iamwatch(&[command, "--help"]).done();
        assert!(page.contains("iamwatch ") && page.contains("--store"), "{page}");
    }
    desk.iamwatch(&["replay"]).fails(2, &["replay"]);
}

#[test]
fn what_only_the_other_cloud_has_is_refused_and_not_answered_with_nothing() {
    let desk = Desk::with_history();
    for (asked, said) in [
        (vec!["history", "huawei_users/x"], "`huawei_users` is a table of `huawei`"),
        (vec!["history", "huawei/acc/huawei_users/x"], "`huawei_users` is a table of `huawei`"),
        (vec!["tables", "huawei_users"], "`huawei_users` is of `huawei`"),
        (
            vec!["findings", "--rule", "password_without_mfa"],
            "is asked of accounts of `huawei`, and not of `ibm/",
        ),
        (vec!["findings", "--rule", "password_*"], "is asked of accounts of `huawei`"),
    ] {
        desk.iamwatch(&asked).fails(2, &[said]);
    }
    desk.iamwatch(&["tables", "nothing_of_it"]).fails(2, &["there is no table or view"]);
    desk.iamwatch(&["findings", "--rule", "nothing_of_it"]).fails(2, &["there is no rule or permission"]);
}
