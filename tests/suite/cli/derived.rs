//! `grants` and `findings` as tables: made of any snapshot when SQL names them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::program::Desk;

fn query(desk: &Desk, sql: &str, more: &[&str]) -> Value {
    desk.iamwatch(&[&["query", sql, "--json", "--max-rows", "1000000"], more].concat()).json()
}

fn rows(told: &Value) -> Vec<Vec<Value>> {
    let columns: Vec<&str> = told["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|name| name.as_str().expect("a name"))
        .collect();
    let rows = told["rows"].as_array().expect("rows").iter();
    rows.map(|row| columns.iter().map(|column| row[*column].clone()).collect()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Holds the grants that match an action against what `who-can` says of it.
fn compare(desk: &Desk, action: &str, becoming: &str) {
    let told = desk.iamwatch(&["who-can", action, "--json"]).json();
    let answers = told["answers"].as_array().expect("answers");
    let of = |answer: &Value| (text(&answer["id"]), answer["path"].as_array().map_or(0, Vec::len));
    // Who can assume another has no row of what that one holds.
    let is_own = |answer: &&Value| {
        !answer["path"].as_array().expect("a path").iter().skip(1).any(|step| step["kind"] == becoming)
    };
    let expected: BTreeSet<String> = answers.iter().filter(is_own).map(|answer| of(answer).0).collect();
    let everybody: BTreeSet<String> = answers.iter().map(|answer| of(answer).0).collect();
    let sql = format!("select principal_id from grants where effect = 'allow' and '{action}' glob action");
    let held: BTreeSet<String> = rows(&query(desk, &sql, &[])).iter().map(|row| text(&row[0])).collect();
    assert!(expected.len() > 1, "{action}: {told}");
    assert!(held.is_superset(&expected), "{action}: {:?}", expected.difference(&held));
    assert!(held.is_subset(&everybody), "{action}: {:?}", held.difference(&everybody));
}

#[test]
fn grants_say_who_holds_what_as_who_can_does() {
    let ibm = Desk::with_history();
    compare(&ibm, "iam-identity.serviceid.create", "trusted profile");
    let told = query(
        &ibm,
        "select principal, principal_kind, is_bounded, standing, effect, action, resource, extent, condition, path from grants \
         where principal = 'ci-deployer' and action = 'iam-identity.account.create'",
        &["--at", "5"],
    );
    let row = &rows(&told)[0];
    assert_eq!(
        row[..6],
        ["ci-deployer", "service ID", "", "active", "allow", "iam-identity.account.create"]
            // The account restricts the network of some services.
            .map(|each| if each.is_empty() { Value::Bool(true) } else { Value::from(each) })
    );
    assert!(text(&row[9]).starts_with("service ID \"ci-deployer\" → "), "{row:?}");

    let huawei = Desk::with_huawei_history();
    compare(&huawei, "iam:users:createUserV5", "agency");
    let denied = query(&huawei, "select count(*) from grants where effect = 'deny'", &[]);
    assert!(rows(&denied)[0][0].as_i64().is_some());
}

#[test]
fn findings_are_a_table_of_every_snapshot_on_both_clouds() {
    for desk in [Desk::with_history(), Desk::with_huawei_history()] {
        for at in ["2", "latest"] {
            let told = query(
                &desk,
                "select id, rule, severity, state, since, since_snapshot, is_baseline, evidence from findings where state = 'open'",
                &["--at", at],
            );
            let listed = desk.iamwatch(&["findings", "--all", "--at", at, "--json"]).json();
            let listed = listed["findings"].as_array().expect("findings");
            let ids = |values: Vec<String>| values.into_iter().collect::<BTreeSet<_>>();
            let open = listed.iter().filter(|finding| finding["state"] == "open");
            let expected = ids(open.map(|finding| text(&finding["fingerprint"])).collect());
            assert_eq!(ids(rows(&told).iter().map(|row| text(&row[0])).collect()), expected, "{at}");
            for row in rows(&told) {
                assert!(row[6].is_boolean(), "truth values are such: {row:?}");
                assert!(
                    serde_json::from_str::<Value>(row[7].as_str().expect("text")).expect("JSON").is_object()
                );
            }
        }
    }
}

#[test]
fn what_could_not_be_seen_of_derived_tables_is_said() {
    let desk = Desk::with_history();
    for sql in ["select count(*) from grants", "select 1 from findings"] {
        let blind = query(&desk, sql, &["--at", "8"]);
        let sighted = query(&desk, sql, &["--at", "latest"]);
        let lists = blind["incomplete"].as_array().expect("lists");
        assert!(lists.iter().any(|list| list["listing"] == "ibm_access_groups"), "{sql}: {lists:?}");
        assert_eq!(sighted["incomplete"], Value::Array(Vec::new()), "{sql}");
        let page = desk.iamwatch(&["query", sql, "--at", "8"]).done();
        assert!(page.contains("Not all could be seen"), "{page}");
    }
}

#[test]
fn truth_values_are_such_in_every_answer_and_text_on_the_screen() {
    let desk = Desk::with_huawei_history();
    let told = query(&desk, "select enabled, 1, enabled + 0 from huawei_users limit 1", &[]);
    let row = &rows(&told)[0];
    assert!(row[0].is_boolean() && row[1].is_i64() && row[2].is_i64(), "{row:?}");
    let page = desk.iamwatch(&["query", "select is_bounded from grant_principals limit 1"]).done();
    assert!(page.contains("yes") || page.contains("no"), "{page}");
}

#[test]
fn a_wrong_column_of_grants_is_answered_in_the_words_of_the_question() {
    let desk = Desk::with_history();
    desk.iamwatch(&["query", "select actions from grants"]).fails(2, &["no such column: actions"]);
    desk.iamwatch(&["query", "select * from grant"]).fails(2, &["there is no table `grant`", "`grants`"]);
}

/// Returns who can assume whom in a snapshot: ids, with the condition.
fn assumptions(desk: &Desk, at: &str) -> BTreeSet<[String; 3]> {
    let sql = "select principal_id, assumed_id, condition from assumptions";
    rows(&query(desk, sql, &["--at", at]))
        .iter()
        .map(|row| [text(&row[0]), text(&row[1]), text(&row[2])])
        .collect()
}

#[test]
fn assumptions_say_who_can_assume_whom_as_the_paths_of_who_can_do() {
    for (desk, action, kind) in [
        (Desk::with_history(), "iam-groups.account-settings.read", "trusted profile"),
        (Desk::with_huawei_history(), "iam:users:createUserV5", "agency"),
    ] {
        let known = assumptions(&desk, "5");
        let told = desk.iamwatch(&["who-can", action, "--json", "--at", "5"]).json();
        let mut pairs = 0;
        for answer in told["answers"].as_array().expect("answers") {
            let path = answer["path"].as_array().expect("a path");
            // Whoever stands before an agency or profile on a path can assume it.
            for pair in path.windows(2).filter(|pair| pair[1]["kind"] == kind) {
                let [from, to] = [text(&pair[0]["id"]), text(&pair[1]["id"])];
                assert!(known.iter().any(|[one, other, _]| *one == from && *other == to), "{from} → {to}");
                pairs += 1;
            }
        }
        // On IBM Cloud whoever can assume a profile can as much by itself; there the profiles are looked for in their table.
        assert!(pairs > 0 || kind == "trusted profile", "{action}: {told}");
        let sql = match kind {
            "agency" => "select agency_id from huawei_agencies",
            _ => "select iam_id from ibm_trusted_profiles",
        };
        let things: BTreeSet<String> =
            rows(&query(&desk, sql, &["--at", "5"])).iter().map(|row| text(&row[0])).collect();
        assert!(
            !known.is_empty() && known.iter().all(|[_, assumed, _]| things.contains(assumed)),
            "{known:?}"
        );
    }
}

#[test]
fn an_agency_that_is_opened_to_another_account_has_a_row_more() {
    let desk = Desk::with_huawei_history();
    let gained: Vec<[String; 3]> =
        assumptions(&desk, "5").difference(&assumptions(&desk, "4")).cloned().collect();
    let of_account = |row: &&[String; 3]| row[0].contains("bad0c0de1e5511e5bad0c0de1e5511e5");
    let opened: Vec<&[String; 3]> = gained.iter().filter(of_account).collect();
    assert_eq!(opened.len(), 1, "{gained:#?}");
    assert_eq!(opened[0][2], "", "whoever is of that account can, whatever holds");
    let named = query(
        &desk,
        "select assumed_kind, assumed from assumptions where principal_id = (select principal_id from \
         assumptions where principal_id like '%bad0c0de%' limit 1)",
        &["--at", "5"],
    );
    assert_eq!(rows(&named), [["agency", "break-glass"].map(Value::from)]);
}
