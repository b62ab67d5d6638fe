//! Questions over several snapshots, what SQL can name, and the forms of an answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::program::Desk;

fn rows(told: &Value) -> &[Value] {
    told["rows"].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn a_range_asks_each_snapshot_and_says_which() {
    let desk = Desk::with_history();
    let sql = "select count(*) as users from ibm_users";
    let told = desk.iamwatch(&["query", sql, "--from", "2", "--to", "latest~1", "--json"]).json();
    assert_eq!(told["columns"], json!(["snapshot", "taken_at", "users"]));
    assert_eq!(rows(&told).len(), 7);
    let listed = desk.iamwatch(&["snapshots", "--json"]).json();
    for (row, number) in rows(&told).iter().zip(2_usize..) {
        let alone = desk.iamwatch(&["query", sql, "--at", &number.to_string(), "--json"]).json();
        assert_eq!((&row["snapshot"], &row["users"]), (&json!(number), &rows(&alone)[0]["users"]));
        assert_eq!(row["taken_at"], listed[number - 1]["finished_at"]);
    }
    assert!(told["incomplete"].as_array().unwrap().is_empty(), "users were always seen");
    let told = desk.iamwatch(&["query", "select 1 from ibm_access_groups", "--from", "7", "--json"]).json();
    assert!(told["incomplete"].as_array().unwrap().iter().all(|list| list["snapshot"] == 8));
    assert!(!told["incomplete"].as_array().unwrap().is_empty());
    let page = desk.iamwatch(&["query", sql, "--from", "8"]).done();
    assert!(page.starts_with("SNAPSHOT") && page.contains("2 rows"), "{page}");
    let cut = desk
        .iamwatch(&["query", "select iam_id from ibm_users", "--from", "1", "--max-rows", "20", "--json"])
        .json();
    assert_eq!((rows(&cut).len(), &cut["truncated"]), (20, &json!(true)));
    desk.iamwatch(&["query", sql, "--from", "5", "--to", "3"]).fails(2, &["comes after", "older one first"]);
    assert_eq!(desk.iamwatch(&["query", sql, "--from", "5", "--at", "3"]).code, 2);
}

#[test]
fn rows_are_objects_with_truth_values_and_no_cell_is_lost() {
    let desk = Desk::with_huawei_history();
    let told = desk
        .iamwatch(&["query", "select 1 as n, 2 as n, enabled from huawei_users limit 1", "--json"])
        .json();
    assert_eq!(told["columns"], json!(["n", "n_2", "enabled"]));
    let row = &rows(&told)[0];
    assert_eq!((&row["n"], &row["n_2"], row["enabled"].is_boolean()), (&json!(1), &json!(2), true));
    let asked = desk.iamwatch(&["rules", "ask", "key_older_than_90_days", "--json"]).json();
    assert!(rows(&asked).iter().all(Value::is_object));
}

#[test]
fn values_go_to_spreadsheets() {
    let desk = Desk::with_history();
    let sql =
        "select 'a,b' as \"first, of all\", null as missing, '' as empty, self_manage from ibm_users limit 1";
    let text = desk.iamwatch(&["query", sql, "--csv"]).done();
    assert_eq!(text.lines().next(), Some("\"first, of all\",missing,empty,self_manage"));
    let line = text.lines().nth(1).unwrap();
    assert!(
        line.starts_with("\"a,b\",,\"\",") && ["true", "false", ""].iter().any(|end| line.ends_with(end)),
        "{text}"
    );
    assert!(text.ends_with("\r\n"));
    let text = desk.iamwatch(&["query", "select user_id from ibm_users", "--from", "1", "--csv"]).done();
    assert!(text.lines().count() > 90 && text.lines().all(|line| line.split(',').count() == 3));
    let blind = desk.iamwatch(&["query", "select 1 from ibm_access_groups", "--at", "8", "--csv"]);
    assert!(blind.stderr.contains("not all could be seen"), "{blind:?}");
    let lists: Vec<&str> = blind.stderr.lines().filter(|line| line.starts_with("  ? ")).collect();
    assert!(lists.iter().any(|line| line.starts_with("  ? ibm_access_groups ")), "{blind:?}");
    let page = desk.iamwatch(&["query", "select 1 from ibm_access_groups", "--at", "8"]).done();
    assert!(lists.iter().all(|line| page.contains(line)), "{lists:?} as on the screen: {page}");
    assert_eq!(desk.iamwatch(&["query", "select 1", "--csv", "--json"]).code, 2);
}

#[test]
fn drift_is_a_table_that_says_what_differences_say() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        let sql =
            "select \"change\", count(distinct table_name || '/' || row_key) as things from drift group by 1";
        for number in ["1", "2", "5", "7", "8"] {
            let told = desk.iamwatch(&["query", sql, "--at", number, "--json"]).json();
            let counted: BTreeMap<&str, u64> = rows(&told)
                .iter()
                .map(|row| (row["change"].as_str().unwrap(), row["things"].as_u64().unwrap()))
                .collect();
            let listed = desk.iamwatch(&["snapshots", "--json"]).json();
            let place = number.parse::<usize>().unwrap() - 1;
            let expected: BTreeMap<&str, u64> = listed[place]["drift"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(verb, rows)| (verb.as_str(), rows.as_u64().unwrap()))
                .collect();
            assert_eq!(counted, expected, "{number}");
        }
    }
    let desk = Desk::with_history();
    let sql =
        "select before, after, by from drift where table_name = 'ibm_access_groups' and column_name = 'name'";
    let told = desk.iamwatch(&["query", sql, "--from", "1", "--json"]).json();
    assert_eq!(rows(&told).len(), 1, "{told}");
    let row = &rows(&told)[0];
    assert_eq!(
        (&row["snapshot"], &row["before"], &row["after"]),
        (&json!(7), &json!("finance"), &json!("finance-and-tax"))
    );
    assert!(row["by"].as_str().is_some_and(|by| by.starts_with("IBMid-")), "{told}");
}

#[test]
fn snapshots_are_a_table_that_says_what_the_list_says() {
    let desk = Desk::with_history();
    let told = desk.iamwatch(&["query", "select * from snapshots order by number", "--json"]).json();
    let listed = desk.iamwatch(&["snapshots", "--json"]).json();
    assert_eq!(rows(&told).len(), 9);
    for (row, snapshot) in rows(&told).iter().zip(listed.as_array().unwrap()) {
        let pairs = [
            ("number", &snapshot["number"]),
            ("taken_at", &snapshot["finished_at"]),
            ("rows", &snapshot["rows"]),
            ("incomplete", &snapshot["incomplete"]),
            ("open_findings", &snapshot["open_findings"]),
        ];
        for (column, expected) in pairs {
            assert_eq!(&row[column], expected, "{column}");
        }
        assert_eq!(row["is_judged"], true);
        assert_eq!(row["rows_added"].as_u64().unwrap(), snapshot["drift"]["added"].as_u64().unwrap_or(0));
    }
    let then = desk.iamwatch(&["query", "select count(*) as n from snapshots", "--at", "4", "--json"]).json();
    assert_eq!(rows(&then)[0]["n"], 4);
}

#[test]
fn all_accounts_are_asked_and_a_table_of_one_cloud_asks_its_own() {
    let desk = Desk::with_both_histories();
    let told = desk
        .iamwatch(&["query", "select count(*) as n from principals", "--account", "all", "--json"])
        .json();
    assert_eq!(told["columns"], json!(["account", "n"]));
    let accounts: Vec<&str> = rows(&told).iter().map(|row| row["account"].as_str().unwrap()).collect();
    assert!(accounts.len() == 2 && accounts[0] != accounts[1], "{told}");
    let told =
        desk.iamwatch(&["query", "select count(*) as n from ibm_users", "--account", "all", "--json"]).json();
    assert_eq!(rows(&told).len(), 1);
    desk.iamwatch(&["query", "select 1 from ibm_users u, huawei_users h", "--account", "all"])
        .fails(2, &["is a table of"]);
}

#[test]
fn what_sql_can_name_is_listed_and_can_be_asked() {
    let desk = Desk::with_history();
    let told = desk.iamwatch(&["tables", "--json"]).json();
    let named: BTreeMap<&str, &Value> =
        told.as_array().unwrap().iter().map(|each| (each["name"].as_str().unwrap(), each)).collect();
    for (name, kind) in [
        ("ibm_users", "table"),
        ("coverage", "table"),
        ("drift", "made"),
        ("findings", "made"),
        ("grants", "view"),
    ] {
        assert_eq!(named[name]["kind"], kind);
    }
    assert!(!named.contains_key("huawei_users"));
    let all: Vec<String> =
        named.keys().map(|name| format!("select count(*) as n, '{name}' as name from {name}")).collect();
    // Each of them is there to be asked.
    for part in all.chunks(12) {
        let told = desk.iamwatch(&["query", &part.join(" union all "), "--json"]).json();
        assert_eq!(rows(&told).len(), part.len());
    }
    let page = desk.iamwatch(&["tables", "ibm_users"]).done();
    assert!(page.contains("IAM ID, the subject of policies.") && page.contains("boolean"), "{page}");
    desk.iamwatch(&["tables", "ibm_user"]).fails(2, &["no table or view `ibm_user`", "iamwatch tables"]);
    let both = Desk::with_both_histories().iamwatch(&["tables"]).done();
    assert!(both.contains("ibm_users") && both.contains("huawei_users"), "{both}");
    // A folder without a store tells what could be asked of one.
    assert!(Desk::new().iamwatch(&["tables"]).done().contains("ibm_users"));
}
